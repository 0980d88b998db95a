/*
 * Kind by kind, a line a record. The first line says what the file is, the
 * last how many records came before it.
 */
#include "client/core/upkeep/export.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "client/core/cases/cases.h"
#include "client/core/cases/entries.h"
#include "client/core/local/spaces.h"
#include "common/wire/parcel.h"

#define FIRST "{\"tugi_export\": 1}"
#define LAST "{\"end\": %zu}"
#define LINE_MAX_BYTES ((size_t)16 * 1024 * 1024)
#define PASSPHRASE_MIN 8

struct exporting {
	struct session *session;
	const struct export_ask *ask;
	struct export_sum *sum;
	struct parcel *parcel;
	struct buf line;
};

static int
put_line(struct exporting *x, struct err *e)
{
	buf_add(&x->line, "\n", 1);
	if (buf_check(&x->line, "a record", e) != 0)
		return -1;
	return parcel_add(x->parcel, buf_view(&x->line), e);
}

static int
put_records(struct exporting *x, enum record_type type, struct err *e)
{
	struct records_query q = { .type = type };
	struct record_list l;
	size_t i;
	int rc = records_list(x->session, &q, &l, e);

	if (rc != 0)
		return -1;
	for (i = 0; rc == 0 && i < l.count; i++) {
		if (l.items[i].erased)
			continue;
		buf_reset(&x->line);
		rc = x->ask->render(x->ask->ctx, &l.items[i], &x->line, e);
		if (rc == 0)
			rc = put_line(x, e);
		x->sum->records++;
	}
	record_list_done(&l);
	return rc;
}

static int
put_all(struct exporting *x, struct err *e)
{
	const struct record_kind *kind;
	char last[64];
	size_t i;

	buf_add_str(&x->line, FIRST);
	if (put_line(x, e) != 0)
		return -1;
	for (i = 0; (kind = fields_each(i)) != NULL; i++)
		if (kind->type != TYPE_POLICY &&
		    put_records(x, kind->type, e) != 0)
			return -1;
	snprintf(last, sizeof(last), LAST, x->sum->records);
	buf_reset(&x->line);
	buf_add_str(&x->line, last);
	return put_line(x, e);
}

/* ---- the log of it ---- */

static int
log_one(struct session *s, const struct id *case_id, const struct hash *hash,
    size_t records, struct err *e)
{
	struct op more[] = {
		{ .field = EXPORT_RECORDS,
		    .value = { VALUE_INT, (int64_t)records, { NULL, 0 } } },
		{ .field = EXPORT_HASH,
		    .value = { VALUE_BYTES, 0, { hash->b, sizeof(hash->b) } } }
	};
	struct entry_draft d = { .type = TYPE_EXPORT, .more = more,
		.more_count = 2 };
	struct id id;

	if (case_id != NULL)
		d.case_id = *case_id;
	return entries_add_tx(s, &d, &id, e);
}

/* Whether this person writes in the case's card; what is under another case
 * (alias.h) is told in its own card. */
static int
writes_card(struct session *session, const struct id *case_id, struct err *e)
{
	struct store *s = session_store(session);
	struct space card;
	enum right right;
	int rc = spaces_find_section(s, case_id, "card", NULL, &card, e);

	if (rc <= 0 || card.hidden)
		return rc < 0 ? -1 : 0;
	if (spaces_right(s, &card.id, &right, e) != 0)
		return -1;
	return right >= RIGHT_WRITE;
}

static int
log_all_tx(struct session *session, const struct case_list *l,
    const struct hash *hash, struct export_sum *sum, struct err *e)
{
	size_t i;
	int rc;

	for (i = 0; i < l->count; i++) {
		rc = writes_card(session, &l->items[i].id, e);
		if (rc < 0 || (rc == 1 && log_one(session, &l->items[i].id,
		    hash, l->items[i].notes, e) != 0))
			return -1;
		sum->cases += rc == 1;
	}
	return log_one(session, NULL, hash, sum->records, e);
}

static int
log_all(struct session *session, struct export_sum *sum, struct err *e)
{
	struct store *s = session_store(session);
	struct case_list l;
	int rc;

	if (cases_list(session, &l, e) != 0)
		return -1;
	rc = db_begin(s->db, e);
	if (rc == 0) {
		rc = log_all_tx(session, &l, &sum->hash, sum, e);
		rc = db_end(s->db, rc, e);
	}
	case_list_done(&l);
	return rc;
}

int
export_to(struct session *session, const struct export_ask *ask,
    struct export_sum *out, struct err *e)
{
	struct exporting x = { .session = session, .ask = ask, .sum = out };
	struct parcel_cost cost = { ask->cost_passes, ask->cost_bytes };
	int rc;

	memset(out, 0, sizeof(*out));
	if (ask->passphrase.len < PASSPHRASE_MIN)
		return err_set(e, ERR_INPUT, "a passphrase has at least %d "
		    "characters; nothing was made", PASSPHRASE_MIN);
	if (parcel_make(ask->path, ask->passphrase, cost, &x.parcel, e) != 0)
		return -1;
	buf_init(&x.line, LINE_MAX_BYTES);
	rc = put_all(&x, e);
	buf_done(&x.line);
	if (rc != 0) {
		parcel_drop(x.parcel);
		return -1;
	}
	if (parcel_end(x.parcel, &out->hash, e) != 0)
		return -1;
	rc = log_all(session, out, e);
	if (rc != 0)
		unlink(ask->path);
	return rc;
}

/* ---- reading ---- */

struct lines {
	int (*fn)(void *ctx, struct view line, struct err *e);
	void *ctx;
	struct buf rest; /* of a line that goes on in the next piece */
	size_t count;
	bool begun, ended;
};

static int
take_line(struct lines *l, struct view v, struct err *e)
{
	char last[64];

	if (!l->begun) {
		l->begun = true;
		return view_eq(v, view_str(FIRST)) ? 0 : err_set(e, ERR_INPUT,
		    "this export is of another kind than this program reads");
	}
	if (l->ended)
		return err_set(e, ERR_INPUT, "the export goes on after its "
		    "end; it was not written by this program");
	snprintf(last, sizeof(last), LAST, l->count);
	if (view_eq(v, view_str(last))) {
		l->ended = true;
		return 0;
	}
	l->count++;
	return l->fn(l->ctx, v, e);
}

static int
take_piece(void *ctx, struct view v, struct err *e)
{
	struct lines *l = ctx;
	const uint8_t *end;
	size_t n;
	int rc = 0;

	while (rc == 0 && v.len > 0) {
		end = memchr(v.data, '\n', v.len);
		n = end != NULL ? (size_t)(end - v.data) : v.len;
		buf_add(&l->rest, v.data, n);
		if (buf_check(&l->rest, "a line of the export", e) != 0)
			return -1;
		if (end == NULL)
			return 0;
		rc = take_line(l, buf_view(&l->rest), e);
		buf_reset(&l->rest);
		v = view_of(v.data + n + 1, v.len - n - 1);
	}
	return rc;
}

int
export_read(const char *path, struct view passphrase,
    int (*fn)(void *ctx, struct view line, struct err *e), void *ctx,
    struct err *e)
{
	struct lines l = { .fn = fn, .ctx = ctx };
	bool whole;
	int rc;

	buf_init(&l.rest, LINE_MAX_BYTES);
	rc = parcel_open(path, passphrase, take_piece, &l, e);
	whole = l.ended && l.rest.len == 0;
	buf_done(&l.rest);
	if (rc == 0 && !whole)
		return err_set(e, ERR_INPUT, "the export does not end as it "
		    "should; something is missing");
	return rc;
}
