/*
 * What a keeper asks and how it stands. The list of places goes into the
 * request, so that both sign the same one; nothing of the text does.
 */
#include "client/core/records/erase.h"

#include <stdlib.h>
#include <string.h>

#include "client/core/accord/memos.h"
#include "client/core/local/deleted.h"
#include "client/core/local/erased.h"
#include "client/core/profile/people.h"
#include "client/core/sync/erasures.h"
#include "client/core/records/value.h"
#include "common/base/mem.h"
#include "common/rules/erasure.h"
#include "common/base/text.h"

#define DAY_MS INT64_C(86400000)
#define SPACES_MAX 128
#define DEPOSIT_RECORDS 1024

/* ---- asking ---- */

static bool
somebody_signs(const struct store *s)
{
	const struct roster *r = &s->roster;
	const struct roster_device *list[1];
	size_t i;

	for (i = 0; i < r->person_count; i++)
		if ((r->persons[i].roles & ROLE_DPO) != 0 &&
		    !id_eq(&r->persons[i].person, &s->person) &&
		    roster_devices_of(r, &r->persons[i].person, list, 1) > 0)
			return true;
	return false;
}

static int
check_wish(const struct store *s, const struct erase_wish *w, struct err *e)
{
	if (w->words == NULL || w->words[strspn(w->words, " \t\n")] == '\0')
		return err_set(e, ERR_INPUT, "say in words why it should be "
		    "erased: the data-protection officer reads them");
	if (strlen(w->words) > ERASE_WORDS_MAX)
		return err_set(e, ERR_TOOBIG, "the reason is longer than %d "
		    "bytes", ERASE_WORDS_MAX);
	return somebody_signs(s) ? 0 : err_set(e, ERR_DENIED, "erasing needs "
	    "a second person, and this office has no other data-protection "
	    "officer; an officer can make one");
}

static int
check_keeper(struct store *s, const struct id *space, struct err *e)
{
	enum right right;

	if (spaces_right(s, space, &right, e) != 0)
		return -1;
	return right == RIGHT_KEEP ? 0 : err_set(e, ERR_DENIED, "only who "
	    "keeps the section can ask for this to be erased");
}

/* The same request twice is one. */
static int
check_not_asked(struct store *s, const struct id *space,
    const struct id *record, struct err *e)
{
	struct stmt *q = db_prepare(s->db, "SELECT 1 FROM erase_ask "
	    "WHERE space = ?1 AND record IS ?2 AND (state = 1 OR (state = 2 "
	    "AND NOT EXISTS (SELECT 1 FROM erase_order "
	    "WHERE id = erase_ask.order_id)))");
	int rc;

	db_bind_id(q, 1, space);
	db_bind_id(q, 2, record);
	rc = db_step(q, e);
	db_reset(q);
	return rc == 1 ? err_set(e, ERR_CLASH, "this is asked for already; "
	    "tugi erase list shows how it stands") : rc;
}

static int
save_ask_tx(struct store *s, const struct erase_ask *a,
    const struct id *record, struct view body, struct err *e)
{
	struct stmt *q = db_prepare(s->db, "INSERT INTO erase_ask (id, space, "
	    "record, body, at_ms, state) VALUES (?, ?, ?, ?, ?, 1)");

	db_bind_id(q, 1, &a->id);
	db_bind_id(q, 2, &a->space);
	db_bind_id(q, 3, record);
	db_bind_view(q, 4, body);
	db_bind_int(q, 5, tick_wall_ms(&s->tick));
	return db_run(q, e);
}

/* To ${person}'s devices, or to all who may sign. */
static int
send_ask_tx(struct store *s, struct erase_ask *a, const struct id *record,
    const struct id *person, struct err *e)
{
	const struct roster_device *list[LETTER_RECIPIENTS_MAX];
	struct id to[LETTER_RECIPIENTS_MAX];
	struct memo_draft d = { .topic = MEMO_ERASE_REQUEST,
		.devices = to };
	struct buf body;
	int64_t mid;
	size_t i, n;
	int rc;

	id_random(&a->id);
	buf_init(&body, LETTER_MEMO_MAX);
	erase_ask_encode(a, &body);
	rc = buf_check(&body, "a request", e);
	d.body = buf_view(&body);
	if (person == NULL) {
		d.roles = ROLE_DPO;
	} else {
		n = roster_devices_of(&s->roster, person, list,
		    LETTER_RECIPIENTS_MAX);
		for (i = 0; i < n && i < LETTER_RECIPIENTS_MAX; i++)
			if (!list[i]->revoked)
				to[d.device_count++] = list[i]->device;
	}
	if (rc == 0 && person != NULL && d.device_count == 0)
		rc = err_set(e, ERR_DENIED, "the person who signed the order "
		    "has no device any more, so it cannot be taken back");
	if (rc == 0 && (save_ask_tx(s, a, record, d.body, e) != 0 ||
	    memos_queue_tx(s, &d, &mid, e) != 0))
		rc = -1;
	buf_done(&body);
	return rc;
}

static int
send_ask(struct store *s, struct erase_ask *a, const struct id *record,
    const struct id *person, struct err *e)
{
	return db_begin(s->db, e) != 0 ? -1 : db_end(s->db,
	    send_ask_tx(s, a, record, person, e), e);
}

/* ---- one record ---- */

static int
add_place(struct erase_ask *a, const struct erased_place *p, struct err *e)
{
	struct erase_what *w = &a->what;
	int64_t ms = hlc_ms(p->eff);

	if (w->count == 0 || !hash_eq(&w->items[w->count - 1].id, &p->id)) {
		if (w->count == ERASE_ITEMS_MAX)
			return err_set(e, ERR_TOOBIG, "this has been changed "
			    "more than %d times; an order names no more",
			    ERASE_ITEMS_MAX);
		w->items[w->count].id = p->id;
		w->items[w->count++].map = 0;
	}
	w->items[w->count - 1].map |= UINT64_C(1) << p->idx;
	a->texts++;
	if (a->from_ms == 0 || ms < a->from_ms)
		a->from_ms = ms;
	if (ms > a->to_ms)
		a->to_ms = ms;
	return 0;
}

/* A deposit that was decided holds the text once more, sealed to keepers. */
static int
deposit_has(struct store *s, struct view body, const struct id *space,
    const struct id *record, bool *has, struct err *e)
{
	struct view *list = mem_new(DEPOSIT_RECORDS * sizeof(*list));
	struct letter *l = mem_new(sizeof(*l));
	struct record *rec = mem_new(sizeof(*rec));
	struct buf plain;
	struct err why;
	size_t n = 0, i;

	(void)e;
	*has = false;
	buf_init(&plain, 1u << 20);
	if (letter_decode(body, l, &why) == 0 && l->kind == LETTER_DEPOSIT &&
	    letter_open(l, s->me, space, &plain, &why) == 0 &&
	    letter_deposit_decode(buf_view(&plain), list, DEPOSIT_RECORDS, &n,
	    &why) == 0)
		for (i = 0; i < n; i++)
			if (record_decode(list[i], rec, &why) == 0 &&
			    id_eq(&rec->id, record))
				*has = true;
	buf_done(&plain);
	mem_wipe(rec, sizeof(*rec));
	mem_free(rec);
	mem_free(list);
	mem_free(l);
	return 0;
}

static int
add_deposits(struct store *s, const struct record_row *row, struct buf *out,
    struct err *e)
{
	struct stmt *q = db_prepare(s->db, "SELECT i.id, i.body, i.accept_ms, "
	    "EXISTS (SELECT 1 FROM erase_item n JOIN erase_order o "
	    "ON o.id = n.order_id WHERE n.id = i.id AND o.back IS NULL) "
	    "FROM item i JOIN review r ON r.id = i.id "
	    "WHERE i.space = ? AND i.kind = 5 AND i.body IS NOT NULL "
	    "AND r.outcome IS NOT NULL");
	struct erased_place p;
	bool has;
	int rc;

	memset(&p, 0, sizeof(p));
	db_bind_id(q, 1, &row->space);
	while ((rc = db_step(q, e)) == 1) {
		if (deposit_has(s, db_blob(q, 1), &row->space, &row->id, &has,
		    e) != 0) {
			rc = -1;
			break;
		}
		if (!has || db_hash(q, 0, &p.id) != 0)
			continue;
		p.eff = hlc_from_ms(db_int(q, 2));
		p.named = db_int(q, 3) != 0;
		buf_add(out, &p, sizeof(p));
	}
	db_reset(q);
	return rc;
}

static int
cmp_place(const void *va, const void *vb)
{
	const struct erased_place *a = va, *b = vb;
	int c = memcmp(a->id.b, b->id.b, sizeof(a->id.b));

	return c != 0 ? c : a->idx < b->idx ? -1 : a->idx > b->idx;
}

static int
fill_places(struct store *s, const struct record_row *row,
    struct erase_ask *a, struct err *e)
{
	struct buf list;
	struct erased_place p;
	size_t at;
	int rc = -1;

	buf_init(&list, 1u << 24);
	if (erased_places(s, row, &list, e) != 0 ||
	    add_deposits(s, row, &list, e) != 0 ||
	    buf_check(&list, "a list of places", e) != 0)
		goto out;
	if (list.len > 0)
		qsort(list.data, list.len / sizeof(p), sizeof(p), cmp_place);
	for (rc = 0, at = 0; rc == 0 && at < list.len; at += sizeof(p)) {
		memcpy(&p, list.data + at, sizeof(p));
		if (!p.named)
			rc = add_place(a, &p, e);
	}
	if (rc == 0 && a->what.count == 0)
		rc = err_set(e, ERR_CLASH, (row->flags & RECORD_ERASED) != 0 ?
		    N_("this was erased already") :
		    N_("this was never sent: sync first, or tugi delete it"));
out:
	buf_done(&list);
	return rc;
}

static int
check_sent(struct store *s, const struct record_row *row, struct err *e)
{
	struct stmt *q = db_prepare(s->db, "SELECT 1 FROM version "
	    "WHERE rid = ? AND state IN (1, 2, 4) AND state <> 4 LIMIT 1");
	int rc;

	db_bind_int(q, 1, row->rid);
	rc = db_step(q, e);
	db_reset(q);
	return rc == 1 ? err_set(e, ERR_CLASH, "changes of this wait to be "
	    "sent; sync first") : rc;
}

/* ${row} alone; of what is erased already, versions that came late. */
static int
ask_row_tx(struct store *s, const struct record_row *row,
    const struct erase_wish *w, struct id *request, struct err *e)
{
	struct erase_ask *a;
	int rc;

	if (check_keeper(s, &row->space, e) != 0 || check_sent(s, row, e) != 0)
		return -1;
	a = mem_new(sizeof(*a));
	a->space = row->space;
	a->words = view_str(w->words);
	a->what.kind = ERASE_RECORD;
	a->what.reason = w->reason;
	erase_record_hash(&row->space, &row->id, &a->what.record);
	rc = fill_places(s, row, a, e);
	if (rc == 0)
		rc = send_ask_tx(s, a, &row->id, NULL, e);
	*request = a->id;
	mem_free(a);
	return rc;
}

static int
keep_row(void *ctx, const struct record_row *row, struct err *e)
{
	(void)e;
	buf_add(ctx, row, sizeof(*row));
	return 0;
}

/* What is attached to it (46.4), but for what was asked for or is erased. */
static int
ask_files_tx(struct store *s, const struct id *record,
    const struct erase_wish *w, size_t *files, struct err *e)
{
	struct version_query q = { .type = TYPE_ATTACHMENT, .parent = record };
	struct record_row row;
	struct id request;
	struct buf rows;
	struct err why;
	size_t at;
	int rc;

	buf_init(&rows, SIZE_MAX);
	q.deleted = true;
	rc = versions_each(s, &q, keep_row, &rows, e);
	if (rc == 0)
		rc = buf_check(&rows, "a list of attachments", e);
	for (at = 0; rc == 0 && at < rows.len; at += sizeof(row)) {
		memcpy(&row, rows.data + at, sizeof(row));
		if ((row.flags & RECORD_ERASED) != 0)
			continue;
		rc = check_not_asked(s, &row.space, &row.id, &why);
		if (rc != 0 && why.kind == ERR_CLASH) {
			rc = 0;
			continue;
		}
		if (rc == 0)
			rc = ask_row_tx(s, &row, w, &request, e);
		else
			*e = why;
		*files += rc == 0;
	}
	buf_done(&rows);
	return rc;
}

static int
ask_all_tx(struct store *s, const struct record_row *row,
    const struct erase_wish *w, struct erase_asked *out, struct err *e)
{
	return ask_files_tx(s, &row->id, w, &out->files, e) != 0 ? -1 :
	    ask_row_tx(s, row, w, &out->request, e);
}

int
erase_record(struct session *session, const struct id *id,
    const struct erase_wish *w, struct erase_asked *out, struct err *e)
{
	struct store *s = session_store(session);
	struct record_row row;
	int rc = versions_row(s, id, &row, e);

	memset(out, 0, sizeof(*out));
	if (rc < 0)
		return -1;
	if (rc == 0 || (row.flags & RECORD_HIDDEN) != 0)
		return err_set(e, ERR_ABSENT, "there is no such record here");
	if (!erased_alone(row.type))
		return err_set(e, ERR_INPUT, "a %s is erased with its whole "
		    "case only", fields_kind(row.type) != NULL ?
		    fields_kind(row.type)->name : _("record of this kind"));
	if (check_wish(s, w, e) != 0 ||
	    check_not_asked(s, &row.space, id, e) != 0 ||
	    db_begin(s->db, e) != 0)
		return -1;
	return db_end(s->db, ask_all_tx(s, &row, w, out, e), e);
}

/* ---- a whole case ---- */

static int
count_texts(struct store *s, const struct id *space, struct erase_ask *a,
    struct err *e)
{
	struct stmt *q = db_prepare(s->db, "SELECT count(*), min(v.eff), "
	    "max(v.eff) FROM record r JOIN version v ON v.rid = r.rid "
	    "WHERE r.space = ? AND v.seq IS NOT NULL");

	db_bind_id(q, 1, space);
	if (db_step(q, e) != 1)
		return -1;
	a->texts = (uint64_t)db_int(q, 0);
	a->from_ms = hlc_ms((uint64_t)db_int(q, 1));
	a->to_ms = hlc_ms((uint64_t)db_int(q, 2));
	db_reset(q);
	return 0;
}

static int
ask_space(struct store *s, const struct space *sp,
    const struct erase_wish *w, struct err *e)
{
	struct erase_ask *a = mem_new(sizeof(*a));
	int rc;

	a->space = sp->id;
	a->words = view_str(w->words);
	a->what.kind = ERASE_SPACE;
	a->what.reason = w->reason;
	rc = count_texts(s, &sp->id, a, e);
	if (rc == 0)
		rc = send_ask(s, a, NULL, NULL, e);
	mem_free(a);
	return rc;
}

static int
name_section(struct session *session, const struct space *sp,
    struct buf *out, struct err *e)
{
	char name[160];

	if (people_name(session, &sp->side, name, e) != 0)
		return -1;
	buf_add_str(out, out->len > 0 ? ", " : "");
	buf_add_fmt(out, _("%s of %s"), sp->section, name);
	return 0;
}

static int
ask_sections(struct session *session, const struct space *list, size_t n,
    const struct erase_wish *w, struct erase_sections *out, struct err *e)
{
	struct store *s = session_store(session);
	struct buf rest;
	enum right right;
	size_t i;
	int rc = 0;

	buf_init(&rest, 1u << 16);
	for (i = 0; rc == 0 && i < n; i++) {
		if (list[i].state != SPACE_OPEN || list[i].hidden)
			continue;
		rc = spaces_right(s, &list[i].id, &right, e);
		if (rc == 0 && right != RIGHT_KEEP) {
			rc = name_section(session, &list[i], &rest, e);
			continue;
		}
		if (rc == 0 && list[i].epoch > 0 &&
		    check_not_asked(s, &list[i].id, NULL, e) == 0) {
			rc = ask_space(s, &list[i], w, e);
			out->asked += rc == 0;
		} else if (rc == 0 && e->kind != ERR_CLASH && list[i].epoch > 0)
			rc = -1;
	}
	out->not_kept = mem_dup(buf_str(&rest));
	buf_done(&rest);
	return rc;
}

int
erase_case(struct session *session, const struct id *case_id,
    const struct erase_wish *w, struct erase_sections *out, struct err *e)
{
	struct store *s = session_store(session);
	struct space *list = mem_new(SPACES_MAX * sizeof(*list));
	size_t n;
	int rc = -1;

	memset(out, 0, sizeof(*out));
	if (check_wish(s, w, e) == 0 &&
	    spaces_list(s, case_id, list, SPACES_MAX, &n, e) == 0)
		rc = ask_sections(session, list, n, w, out, e);
	if (rc == 0 && out->asked == 0)
		rc = err_set(e, ERR_DENIED, "you keep no section of this case "
		    "that is not asked for already%s%s",
		    out->not_kept[0] != '\0' ? _("; kept by others: ") : "",
		    out->not_kept);
	mem_free(list);
	if (rc != 0)
		erase_sections_done(out);
	return rc;
}

void
erase_sections_done(struct erase_sections *x)
{
	mem_free(x->not_kept);
	memset(x, 0, sizeof(*x));
}

/* ---- back ---- */

int
erase_take_back(struct session *session, const struct hash *order,
    const struct erase_wish *w, struct id *request, struct err *e)
{
	struct store *s = session_store(session);
	const struct roster_device *dpo, *keeper;
	struct erased_order o;
	struct erase_ask *a;
	int rc = erased_find(s, order, &o, e);

	if (rc < 0)
		return -1;
	if (rc == 0 || o.back)
		return err_set(e, ERR_ABSENT, "there is no order of this id "
		    "that stands");
	keeper = roster_device(&s->roster, &o.keeper);
	dpo = roster_device(&s->roster, &o.dpo);
	if (keeper == NULL || dpo == NULL ||
	    !id_eq(&keeper->person, &s->person))
		return err_set(e, ERR_DENIED, "only who sent the order can "
		    "take it back, with who signed it");
	if (store_now_ms(s) >= erasure_due_ms(o.accept_ms))
		return err_set(e, ERR_DENIED, "the seven days are over; it "
		    "cannot be taken back any more");
	if (check_wish(s, w, e) != 0 ||
	    check_not_asked(s, &o.space, NULL, e) != 0)
		return -1;
	a = mem_new(sizeof(*a));
	a->space = o.space;
	a->words = view_str(w->words);
	a->what.kind = ERASE_BACK;
	a->what.reason = w->reason;
	a->what.back = *order;
	rc = send_ask(s, a, NULL, &dpo->person, e);
	*request = a->id;
	mem_free(a);
	return rc;
}
