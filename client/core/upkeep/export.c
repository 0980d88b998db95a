/*
 * Kind by kind, a line a record, then the files. The first line says what the
 * export is, the last how many records came before it.
 */
#include "client/core/upkeep/export.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "client/core/cases/attachments.h"
#include "client/core/cases/cases.h"
#include "client/core/cases/entries.h"
#include "client/core/local/blobs.h"
#include "client/core/local/spaces.h"
#include "common/wire/parcel.h"

#define FIRST "{\"tugi_export\": 1}"
#define LAST "{\"end\": %zu}"
#define FILE_BEGIN "{\"file\": \"%s\"}"
#define FILE_PIECE "{\"piece\": %zu}"
#define FILE_WHOLE "{\"whole\": true}"
#define FILE_BROKEN "{\"whole\": false}"
#define PIECE_MAX BLOB_CHUNK
#define LINE_MAX_BYTES ((size_t)16 * 1024 * 1024)
#define PASSPHRASE_MIN 8

struct exporting {
	struct session *session;
	const struct export_ask *ask;
	struct export_sum *sum;
	struct parcel *parcel;
	struct buf line;
	struct buf files; /* ids of attachments */
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
		if (type == TYPE_ATTACHMENT)
			buf_add(&x->files, &l.items[i].id, sizeof(struct id));
		x->sum->records++;
	}
	record_list_done(&l);
	return rc;
}

/* ---- files ---- */

__attribute__((format(printf, 2, 4)))
static int
put_text(struct exporting *x, const char *format, struct err *e, ...)
{
	va_list ap;
	char text[80];

	va_start(ap, e);
	vsnprintf(text, sizeof(text), format, ap);
	va_end(ap);
	buf_reset(&x->line);
	buf_add_str(&x->line, text);
	return put_line(x, e);
}

static int
put_piece(void *ctx, struct view v, struct err *e)
{
	struct exporting *x = ctx;

	return put_text(x, FILE_PIECE, e, v.len) != 0 ||
	    parcel_add(x->parcel, v, e) != 0 ? -1 :
	    parcel_add(x->parcel, view_str("\n"), e);
}

/* A file that does not open keeps nothing else from going out: who wrote its
 * record is somebody else. */
static int
put_file(struct exporting *x, const struct id *id, struct err *e)
{
	struct attachments_state st;
	char text[ID_TEXT_BYTES];
	int rc = attachments_state(x->session, id, &st, e);

	if (rc == 0 && !st.here) {
		x->sum->missing++;
		return 0;
	}
	if (rc == 0)
		rc = put_text(x, FILE_BEGIN, e, id_text(id, text));
	if (rc == 0)
		rc = attachments_read(x->session, id, put_piece, x, e);
	if (rc != 0 && e->kind == ERR_PEER) {
		x->sum->missing++;
		return put_text(x, FILE_BROKEN, e);
	}
	x->sum->files += rc == 0;
	return rc == 0 ? put_text(x, FILE_WHOLE, e) : -1;
}

static int
put_files(struct exporting *x, struct err *e)
{
	struct id id;
	size_t i;

	if (buf_check(&x->files, "the list of attachments", e) != 0)
		return -1;
	for (i = 0; i < x->files.len; i += sizeof(id)) {
		memcpy(&id, x->files.data + i, sizeof(id));
		if (put_file(x, &id, e) != 0)
			return -1;
	}
	return 0;
}

/* ---- all ---- */

static int
put_all(struct exporting *x, struct err *e)
{
	const struct record_kind *kind;
	size_t i;

	if (put_text(x, FIRST, e) != 0)
		return -1;
	for (i = 0; (kind = fields_each(i)) != NULL; i++)
		if (kind->type != TYPE_POLICY &&
		    put_records(x, kind->type, e) != 0)
			return -1;
	return put_files(x, e) != 0 ? -1 :
	    put_text(x, LAST, e, x->sum->records);
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
	buf_init(&x.files, SIZE_MAX);
	rc = put_all(&x, e);
	buf_done(&x.files);
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
	const struct export_reader *r;
	struct buf rest; /* of a line, or of a piece of a file, that goes on */
	size_t count;
	size_t raw;      /* bytes of a piece and its line end; 0: a line */
	bool begun, file, ended;
};

static int
no_form(struct err *e)
{
	return err_set(e, ERR_INPUT, "a file in the export has not the form "
	    "that this program writes");
}

/* "{"file": "ID"}": 1 it is that, 0 something else. */
static int
begins_file(struct view v, struct id *id)
{
	char text[80], hex[ID_TEXT_BYTES];
	const size_t at = strlen("{\"file\": \"");
	struct err why;

	if (v.len < at + sizeof(hex) - 1)
		return 0;
	memcpy(hex, v.data + at, sizeof(hex) - 1);
	hex[sizeof(hex) - 1] = '\0';
	if (id_parse(hex, id, &why) != 0)
		return 0;
	snprintf(text, sizeof(text), FILE_BEGIN, id_text(id, hex));
	return view_eq(v, view_str(text));
}

static int
take_file_line(struct lines *l, struct view v, struct err *e)
{
	char text[80], head[24];
	size_t n = 0, len = v.len < sizeof(head) ? v.len : sizeof(head) - 1;
	bool whole = view_eq(v, view_str(FILE_WHOLE));

	if (whole || view_eq(v, view_str(FILE_BROKEN))) {
		l->file = false;
		return l->r->end(l->r->ctx, whole, e);
	}
	memcpy(head, v.data, len);
	head[len] = '\0';
	if (sscanf(head, "{\"piece\": %zu", &n) != 1 || n == 0 ||
	    n > PIECE_MAX)
		return no_form(e);
	snprintf(text, sizeof(text), FILE_PIECE, n);
	if (!view_eq(v, view_str(text)))
		return no_form(e);
	l->raw = n + 1;
	return 0;
}

static int
take_line(struct lines *l, struct view v, struct err *e)
{
	struct id id;
	char last[64];

	if (!l->begun) {
		l->begun = true;
		return view_eq(v, view_str(FIRST)) ? 0 : err_set(e, ERR_INPUT,
		    "this export is of another kind than this program reads");
	}
	if (l->ended)
		return err_set(e, ERR_INPUT, "the export goes on after its "
		    "end; it was not written by this program");
	if (l->file)
		return take_file_line(l, v, e);
	snprintf(last, sizeof(last), LAST, l->count);
	if (view_eq(v, view_str(last))) {
		l->ended = true;
		return 0;
	}
	if (begins_file(v, &id)) {
		l->file = true;
		return l->r->file(l->r->ctx, &id, e);
	}
	l->count++;
	return l->r->line(l->r->ctx, v, e);
}

/* The rest of a piece, or of a line without its end; how many were taken. */
static size_t
gather(struct lines *l, struct view v, bool *done)
{
	const uint8_t *end;
	size_t n;

	if (l->raw > 0) {
		n = l->raw - l->rest.len;
		n = n < v.len ? n : v.len;
		buf_add(&l->rest, v.data, n);
		*done = l->rest.len == l->raw;
		return n;
	}
	end = memchr(v.data, '\n', v.len);
	n = end != NULL ? (size_t)(end - v.data) : v.len;
	buf_add(&l->rest, v.data, n);
	*done = end != NULL;
	return n + *done;
}

static int
take_raw(struct lines *l, struct err *e)
{
	size_t n = l->raw - 1;

	l->raw = 0;
	return l->rest.data[n] == '\n' ? l->r->piece(l->r->ctx,
	    view_of(l->rest.data, n), e) : no_form(e);
}

static int
take_piece(void *ctx, struct view v, struct err *e)
{
	struct lines *l = ctx;
	bool done;
	size_t n;
	int rc = 0;

	while (rc == 0 && v.len > 0) {
		n = gather(l, v, &done);
		if (buf_check(&l->rest, "a line of the export", e) != 0)
			return -1;
		v = view_of(v.data + n, v.len - n);
		if (!done)
			continue;
		rc = l->raw > 0 ? take_raw(l, e) :
		    take_line(l, buf_view(&l->rest), e);
		buf_reset(&l->rest);
	}
	return rc;
}

int
export_read(const char *path, struct view passphrase,
    const struct export_reader *r, struct err *e)
{
	struct lines l = { .r = r };
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
