/*
 * The texts of an imported file stand in a table of their own until the person
 * has looked at each: nothing that came in a file is in a case by itself.
 */
#include "client/core/consent/moved.h"

#include <string.h>

#include "client/core/accord/letters.h"
#include "client/core/local/erased.h"
#include "client/core/profile/match.h"
#include "client/core/consent/review_parts.h"
#include "common/base/file.h"
#include "common/base/mem.h"
#include "common/wire/heldfile.h"
#include "common/base/text.h"

#define DEVICES_MAX 64

/* ---- out ---- */

/* 1 the device, 0 none fits, -1 with a sentence. */
static int
find_device(struct store *s, const char *to, const struct roster_device **out,
    struct err *e)
{
	const struct roster_device *list[DEVICES_MAX];
	size_t i, hits = 0, n = roster_devices_of(&s->roster, &s->person,
	    list, DEVICES_MAX);

	for (i = 0; i < n; i++)
		if (!id_eq(&list[i]->device, &s->me->device) &&
		    (to == NULL || match_id(to, &list[i]->device))) {
			*out = list[i];
			hits++;
		}
	if (hits == 1)
		return 0;
	if (hits > 1)
		return err_set(e, ERR_INPUT, "you have %zu devices that it "
		    "could be for; name one with --to", hits);
	return err_set(e, ERR_ABSENT, to == NULL ?
	    N_("the directory lists no other device of yours: join with the new "
	    "one, let the office approve it, then sync here") :
	    N_("none of your devices has that id; sync here if it is new"));
}

struct gathered {
	struct heldfile_text *texts;
	size_t *ends;
	size_t count;
	struct buf bytes;
};

static int
gather(struct store *s, struct gathered *g, struct err *e)
{
	struct stmt *q = db_prepare(s->db, "SELECT r.space, v.body"
	    " FROM version v JOIN record r ON r.rid = v.rid"
	    " WHERE v.state IN (1, 2, 4) AND v.state = 4 AND v.body <> x''"
	    " ORDER BY v.hlc");
	size_t i, at = 0;
	struct view body;
	int rc;

	while ((rc = db_step(q, e)) == 1) {
		if (g->count == HELDFILE_TEXTS_MAX) {
			db_reset(q);
			return err_set(e, ERR_TOOBIG, "more than %d texts are "
			    "held here, which no file takes",
			    HELDFILE_TEXTS_MAX);
		}
		(void)db_id(q, 0, &g->texts[g->count].space);
		body = db_blob(q, 1);
		buf_add(&g->bytes, body.data, body.len);
		g->ends[g->count++] = g->bytes.len;
	}
	if (rc != 0 || buf_check(&g->bytes, "what is held", e) != 0)
		return -1;
	for (i = 0; i < g->count; i++) {
		g->texts[i].record = view_of(g->bytes.data + at,
		    g->ends[i] - at);
		at = g->ends[i];
	}
	return 0;
}

static int
write_file(struct store *s, const struct roster_device *d,
    const struct gathered *g, const char *path, struct err *e)
{
	struct heldfile_to to = { d->device, d->box };
	struct buf file;
	int rc;

	buf_init(&file, HELDFILE_BYTES_MAX);
	heldfile_make(s->me, &to, g->texts, g->count, &file);
	rc = buf_check(&file, "the file of held text", e);
	if (rc == 0)
		rc = file_replace(path, buf_view(&file), 0600, e);
	buf_done(&file);
	return rc;
}

int
moved_export(struct session *session, const char *to, const char *path,
    struct moved_exported *out, struct err *e)
{
	struct store *s = session_store(session);
	const struct roster_device *d = NULL;
	struct gathered g = { .count = 0 };
	int rc;

	if (s->stage != STORE_REVOKED)
		return err_set(e, ERR_INPUT, "this device was not revoked: "
		    "what is held here goes to the keeper of its section with "
		    "tugi sync");
	if (file_exists(path))
		return err_set(e, ERR_CLASH, "there is a file of that name; "
		    "nothing was written");
	if (find_device(s, to, &d, e) != 0)
		return -1;
	g.texts = mem_new(HELDFILE_TEXTS_MAX * sizeof(*g.texts));
	g.ends = mem_new(HELDFILE_TEXTS_MAX * sizeof(*g.ends));
	buf_init(&g.bytes, HELDFILE_BYTES_MAX);
	rc = gather(s, &g, e);
	if (rc == 0 && g.count == 0)
		rc = err_set(e, ERR_ABSENT, "no text is held here");
	if (rc == 0)
		rc = write_file(s, d, &g, path, e);
	out->texts = g.count;
	out->device = d->device;
	buf_done(&g.bytes);
	mem_free(g.ends);
	mem_free(g.texts);
	return rc;
}

/* ---- in ---- */

/* The person's own, and of a kind that is known: judged before any of it is
 * taken. */
static int
check_text(struct store *s, const struct record *rec, struct err *e)
{
	if (!roster_same(&s->roster, &rec->origin, &s->me->device))
		return err_set(e, ERR_INPUT, "the file holds text that is not "
		    "yours; nothing of it was taken");
	if (fields_kind((enum record_type)rec->type) == NULL)
		return err_set(e, ERR_INPUT, "the file holds a kind of record "
		    "that this program does not know; update it first");
	return 0;
}

/* 1 it waits now, 0 it is known, -1. */
static int
add_tx(struct store *s, const struct heldfile_text *t,
    const struct record *rec, struct err *e)
{
	struct stmt *q = db_prepare(s->db, "INSERT INTO moved (space, record,"
	    " origin, hlc, body, since_ms) SELECT ?1, ?2, ?3, ?4, ?5, ?6"
	    " WHERE NOT EXISTS (SELECT 1 FROM record r JOIN version v"
	    " ON v.rid = r.rid WHERE r.id = ?2 AND v.origin = ?3"
	    " AND v.hlc = ?4)"
	    " ON CONFLICT (record, origin, hlc) DO NOTHING");

	db_bind_id(q, 1, &t->space);
	db_bind_id(q, 2, &rec->id);
	db_bind_id(q, 3, &rec->origin);
	db_bind_int(q, 4, (int64_t)rec->hlc);
	db_bind_view(q, 5, t->record);
	db_bind_int(q, 6, store_now_ms(s));
	return db_run(q, e) != 0 ? -1 : db_changes(s->db) > 0;
}

static int
take_texts_tx(struct store *s, const struct heldfile_text *texts, size_t n,
    struct moved_imported *out, struct err *e)
{
	struct record *rec = mem_new(sizeof(*rec));
	size_t i;
	int rc = 0;

	for (i = 0; rc >= 0 && i < n; i++) {
		rc = record_decode(texts[i].record, rec, e) != 0 ||
		    check_text(s, rec, e) != 0 ? -1 :
		    add_tx(s, &texts[i], rec, e);
		if (rc == 1)
			out->added++;
		else if (rc == 0)
			out->known++;
	}
	mem_free(rec);
	return rc < 0 ? -1 : 0;
}

static int
take_plain(struct store *s, struct view plain, struct moved_imported *out,
    struct err *e)
{
	struct heldfile_text *texts = mem_new(HELDFILE_TEXTS_MAX *
	    sizeof(*texts));
	size_t n = 0;
	int rc = heldfile_texts(plain, texts, HELDFILE_TEXTS_MAX, &n, e);

	if (rc == 0)
		rc = db_begin(s->db, e);
	if (rc == 0) {
		rc = take_texts_tx(s, texts, n, out, e);
		rc = db_end(s->db, rc, e);
	}
	mem_free(texts);
	if (rc != 0 && e->kind == ERR_PEER)
		e->kind = ERR_INPUT; /* a file, not a hub */
	return rc;
}

static int
take_file(struct store *s, struct view file, struct moved_imported *out,
    struct err *e)
{
	const struct roster_device *d;
	struct id from, to;
	struct buf plain;
	int rc;

	if (heldfile_read(file, &from, &to, e) != 0)
		return -1;
	if (!id_eq(&to, &s->me->device))
		return err_set(e, ERR_DENIED, "this file is for another "
		    "device; only that one can open it");
	d = roster_device(&s->roster, &from);
	if (d == NULL || !id_eq(&d->person, &s->person))
		return err_set(e, ERR_DENIED, "this file is not from a device "
		    "of yours; nothing of it was taken");
	buf_init(&plain, HELDFILE_BYTES_MAX);
	rc = heldfile_open(file, &d->sign, s->me, &plain, e);
	if (rc == 0)
		rc = take_plain(s, buf_view(&plain), out, e);
	buf_done(&plain);
	return rc;
}

int
moved_import(struct session *session, const char *path,
    struct moved_imported *out, struct err *e)
{
	struct store *s = session_store(session);
	struct buf file;
	int rc;

	memset(out, 0, sizeof(*out));
	if (s->stage != STORE_MEMBER)
		return err_set(e, ERR_DENIED, "the office has not approved "
		    "this device, or has revoked it; nothing is imported");
	buf_init(&file, HELDFILE_BYTES_MAX);
	rc = file_read(path, &file, e);
	if (rc == 0)
		rc = take_file(s, buf_view(&file), out, e);
	buf_done(&file);
	return rc;
}

/* ---- deciding ---- */

struct waiting {
	int64_t mid;
	struct id space;
	struct buf body;
};

/* 1 the next of this record, 0 no more, -1. */
static int
next_of(struct store *s, const struct id *record, struct waiting *w,
    struct err *e)
{
	struct stmt *q = db_prepare(s->db, "SELECT mid, space, body FROM moved"
	    " WHERE record = ? ORDER BY hlc LIMIT 1");
	struct view body;
	int rc;

	db_bind_id(q, 1, record);
	rc = db_step(q, e);
	if (rc == 1) {
		w->mid = db_int(q, 0);
		(void)db_id(q, 1, &w->space);
		body = db_blob(q, 2);
		buf_reset(&w->body);
		buf_add(&w->body, body.data, body.len);
	}
	db_reset(q);
	return rc < 0 || buf_check(&w->body, "a text", e) != 0 ? -1 : rc;
}

static int
delete_tx(struct store *s, const struct id *record, struct err *e)
{
	struct stmt *q = db_prepare(s->db,
	    "DELETE FROM moved WHERE record = ?");

	db_bind_id(q, 1, record);
	return db_run(q, e);
}

/* 1: the log has this very text: it was deposited, and is filed. */
static int
is_filed(struct store *s, const struct record *rec, struct err *e)
{
	struct stmt *q = db_prepare(s->db, "SELECT state FROM version JOIN "
	    "record USING (rid) WHERE id = ? AND hlc = ? AND origin = ? AND "
	    "seq IS NOT NULL");
	int rc;

	db_bind_id(q, 1, &rec->id);
	db_bind_int(q, 2, (int64_t)rec->hlc);
	db_bind_id(q, 3, &rec->origin);
	rc = db_step(q, e);
	if (rc == 1 && db_int(q, 0) == VERSION_GONE)
		rc = err_set(e, ERR_CLASH, "a keeper has decided about this "
		    "text; it does not come back by this");
	db_reset(q);
	return rc;
}

/* As a text of this device that was not sent yet. */
static int
put_tx(struct store *s, const struct waiting *w, const struct record *rec,
    bool *held, struct err *e)
{
	struct version_at at = { .seq = UINT64_MAX, .state = VERSION_LOCAL };
	enum right right = RIGHT_NONE;
	struct record_row row;
	int rc = spaces_right(s, &w->space, &right, e);

	at.eff = rec->hlc;
	if (rc == 0)
		rc = versions_accept_tx(s, &w->space, rec,
		    buf_view(&w->body), &at, e);
	if (rc == 0)
		rc = versions_row(s, &rec->id, &row, e) == 1 ?
		    versions_flags_tx(s, row.rid, e) : -1;
	if (rc == 0 && right < RIGHT_WRITE) {
		*held = true;
		rc = letters_hold_tx(s, &w->space, e);
	}
	return rc;
}

static int
enter_tx(struct store *s, const struct waiting *w, bool *held, struct err *e)
{
	struct record *rec = mem_new(sizeof(*rec));
	struct erased_order order;
	struct erased_at gone;
	struct stmt *q;
	int rc = record_decode(buf_view(&w->body), rec, e);

	gone = (struct erased_at){ &w->space, &rec->id,
		(enum record_type)rec->type };
	if (rc == 0 && (rc = erased_record(s, &gone, &order, e)) == 1)
		rc = err_set(e, ERR_CLASH, "what this text belongs to was "
		    "erased"); /* 10.4: it does not come back by this */
	if (rc == 0)
		rc = is_filed(s, rec, e);
	if (rc == 0)
		rc = put_tx(s, w, rec, held, e);
	mem_free(rec);
	if (rc < 0)
		return -1;
	q = db_prepare(s->db, "DELETE FROM moved WHERE mid = ?");
	db_bind_int(q, 1, w->mid);
	return db_run(q, e);
}

static int
take_tx(struct store *s, const struct id *record, bool *held, struct err *e)
{
	struct waiting w = { .mid = 0 };
	struct space sp;
	size_t n = 0;
	int rc, known;

	buf_init(&w.body, 2 * (size_t)CHANGESET_BODY_MAX);
	while ((rc = next_of(s, record, &w, e)) == 1) {
		known = spaces_find(s, &w.space, &sp, e);
		if (known == 1 && sp.epoch > 0)
			known = enter_tx(s, &w, held, e) == 0 ? 1 : -1;
		else if (known >= 0)
			known = err_set(e, ERR_DENIED, "its section is not "
			    "known on this device; sync, and if it stays so, "
			    "ask its keeper to open it to you");
		n++;
		if (known < 0) {
			rc = -1;
			break;
		}
	}
	buf_done(&w.body);
	if (rc == 0 && n == 0)
		return err_set(e, ERR_ABSENT, "no imported text has that id");
	return rc;
}

int
moved_take(struct session *session, const struct id *record, bool *held,
    struct err *e)
{
	struct store *s = session_store(session);

	*held = false;
	if (db_begin(s->db, e) != 0)
		return -1;
	if (take_tx(s, record, held, e) == 0 && db_commit(s->db, e) == 0)
		return 0;
	db_rollback(s->db);
	if (e->kind == ERR_PEER)
		e->kind = ERR_INPUT;
	return -1;
}

int
moved_drop(struct session *session, const struct id *record, struct err *e)
{
	struct store *s = session_store(session);

	if (delete_tx(s, record, e) != 0)
		return -1;
	return db_changes(s->db) > 0 ? 0 : err_set(e, ERR_ABSENT,
	    "no imported text has that id");
}

/* ---- what waits ---- */

int
review_moved(struct values *v, struct held_list *out, size_t max,
    struct err *e)
{
	struct stmt *q = db_prepare(v->s->db, "SELECT m.space, m.body,"
	    " m.since_ms FROM moved m WHERE m.hlc = (SELECT max(hlc)"
	    " FROM moved n WHERE n.record = m.record)"
	    " ORDER BY m.hlc DESC LIMIT 1024");
	struct record *rec = mem_new(sizeof(*rec));
	struct review_item place = { .late = false };
	struct buf list;
	struct held_item *h;
	struct view body;
	struct id space;
	size_t at = 0, len;
	int64_t since;
	int rc;

	/* Read first: naming who and where asks the store again. */
	buf_init(&list, SIZE_MAX);
	while ((rc = db_step(q, e)) == 1) {
		memset(&space, 0, sizeof(space));
		(void)db_id(q, 0, &space);
		body = db_blob(q, 1);
		since = db_int(q, 2);
		len = body.len;
		buf_add(&list, &space, sizeof(space));
		buf_add(&list, &since, sizeof(since));
		buf_add(&list, &len, sizeof(len));
		buf_add(&list, body.data, body.len);
	}
	if (rc == 0)
		rc = buf_check(&list, "imported text", e);
	while (rc == 0 && at < list.len && out->count < max) {
		h = &out->items[out->count++];
		memcpy(&space, list.data + at, sizeof(space));
		memcpy(&h->since_ms, list.data + at + sizeof(space),
		    sizeof(h->since_ms));
		at += sizeof(space) + sizeof(h->since_ms);
		memcpy(&len, list.data + at, sizeof(len));
		at += sizeof(len);
		h->moved = true;
		rc = record_decode(view_of(list.data + at, len), rec, e) != 0
		    || review_item_of(v, rec, &h->record, e) != 0 ||
		    review_place(v->s, &space, &place, e) != 0 ? -1 : 0;
		h->case_label = place.case_label;
		h->section = place.section;
		h->record.space = space;
		h->record.held = true;
		place.case_label = place.section = NULL;
		at += len;
	}
	buf_done(&list);
	mem_free(rec);
	return rc;
}
