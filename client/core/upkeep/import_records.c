/*
 * Two passes in pieces that the page cache can hold: one that is rolled back,
 * and the same again. Both go through the calls that a person's own words go
 * through, so nothing that is refused there gets in here.
 */
#include "client/core/upkeep/import_records.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "client/core/cases/cases.h"
#include "client/core/words/charset.h"
#include "client/core/words/csv.h"
#include "client/core/cases/entries.h"
#include "client/core/upkeep/import.h"
#include "client/core/local/day.h"
#include "client/core/local/utf8.h"
#include "client/core/cases/notes.h"
#include "client/core/profile/policies.h"
#include "client/core/cases/rooms.h"
#include "common/base/mem.h"
#include "common/wire/keys.h"

#define PIECE_ROWS 500
#define PIECE_BYTES (1024 * 1024)
#define NO_COLUMN SIZE_MAX

struct cell {
	const struct map_field *by;
	char *text;                   /* of the file, or fixed */
	char when[IMPORT_VALUE_MAX];
	struct assignment set;        /* as it is written */
};

struct importing {
	struct session *session;
	struct store *s;
	const struct import_ask *ask;
	const struct import_map *m;
	struct import_sum *sum;
	struct csv csv;
	char *names[CSV_FIELDS_MAX];  /* of the columns */
	size_t column_count;
	size_t column[IMPORT_COLUMNS], place; /* where each field stands */
	struct case_list cases;
	struct room_list rooms;
	struct cell cells[IMPORT_COLUMNS];
	size_t cell_count;
	char *where;                  /* of the place column */
	struct id case_id, space, id;
	struct buf codes;             /* of cases that this pass has opened */
	bool checking;
};

/* ---- the header ---- */

static size_t
column_of(const struct importing *im, const char *name)
{
	size_t i;

	for (i = 0; i < im->column_count; i++)
		if (utf8_same(view_str(im->names[i]), view_str(name)))
			return i;
	return NO_COLUMN;
}

static char *
copy_of(struct view v)
{
	char *out = mem_new(v.len + 1);

	if (v.len > 0)
		memcpy(out, v.data, v.len);
	return out;
}

static int
find_columns(struct importing *im, struct err *e)
{
	const struct import_map *m = im->m;
	bool used[CSV_FIELDS_MAX] = { false };
	size_t i;

	for (i = 0; i < m->field_count; i++) {
		im->column[i] = NO_COLUMN;
		if (m->fields[i].column == NULL)
			continue;
		im->column[i] = column_of(im, m->fields[i].column);
		if (im->column[i] == NO_COLUMN)
			return err_set(e, ERR_INPUT, "line 1: the file has no "
			    "column %.60s, which the mapping names",
			    m->fields[i].column);
		used[im->column[i]] = true;
	}
	im->place = m->place != NULL ? column_of(im, m->place) : NO_COLUMN;
	if (m->place != NULL && im->place == NO_COLUMN)
		return err_set(e, ERR_INPUT, "line 1: the file has no column "
		    "%.60s, which the mapping names as the place", m->place);
	if (m->place != NULL)
		used[im->place] = true;
	for (i = 0; i < im->column_count; i++)
		if (!used[i] && im->names[i][0] != '\0')
			return err_set(e, ERR_INPUT, "line 1, column %.60s: the "
			    "mapping says nothing of it: field NAME = %.60s, or "
			    "ignore = %.60s", im->names[i], im->names[i],
			    im->names[i]);
	return 0;
}

static int
read_header(struct importing *im, struct err *e)
{
	struct view f[CSV_FIELDS_MAX];
	size_t n, i;
	int rc = csv_next(&im->csv, f, &n, e);

	if (rc < 0)
		return -1;
	if (rc == 0)
		return err_set(e, ERR_INPUT, "the file is empty");
	for (i = 0; im->column_count == 0 && i < n; i++)
		im->names[i] = copy_of(f[i]);
	im->column_count = n;
	im->csv.names = (const char *const *)im->names;
	im->csv.name_count = n;
	return find_columns(im, e);
}

/* ---- one row ---- */

static void
row_done(struct importing *im)
{
	size_t i;

	for (i = 0; i < im->cell_count; i++)
		mem_forget(im->cells[i].text);
	im->cell_count = 0;
	mem_free(im->where);
	im->where = NULL;
}

/* A sentence about the row, or about one of its cells. */
static int
about(const struct importing *im, size_t column, struct err *e)
{
	char what[sizeof(e->text)];
	enum err_kind kind = e->kind;

	snprintf(what, sizeof(what), "%s", e->text);
	if (column < im->column_count)
		return csv_fail(&im->csv, column, e, what);
	return err_set(e, kind, "line %zu (row %zu): %s", im->csv.row_line,
	    im->csv.row, what);
}

/* Names of people are looked up when the record is made. */
static bool
is_plain(const struct field *f)
{
	return f->kind == FIELD_TEXT || f->kind == FIELD_LONG ||
	    f->kind == FIELD_CODE || f->kind == FIELD_DATE ||
	    f->kind == FIELD_TIME || f->kind == FIELD_NUMBER ||
	    f->kind == FIELD_FLAG;
}

static int
read_cell(struct importing *im, struct cell *c, size_t column, struct err *e)
{
	const struct field *f = c->by->field;
	const char *text = import_map_value(im->m, f, c->text, c->when, e);
	struct value v;
	uint8_t scratch[32];

	if (text == NULL)
		return about(im, column, e);
	c->set.name = f->name;
	c->set.text = text;
	if (is_plain(f) && (fields_parse(f, text, scratch, &v, e) != 0 ||
	    (f->kind == FIELD_CODE && policies_check(im->session, f, text, e) !=
	        0)))
		return about(im, column, e);
	return 0;
}

static int
read_cells(struct importing *im, const struct view *f, size_t n,
    struct err *e)
{
	const struct map_field *by;
	struct cell *c;
	size_t i;

	if (n != im->column_count)
		return err_set(e, ERR_INPUT, "line %zu (row %zu): %zu columns "
		    "instead of %zu; is the separator right, and a text with "
		    "one in it between quotes?", im->csv.row_line, im->csv.row,
		    n, im->column_count);
	if (im->place != NO_COLUMN)
		im->where = copy_of(f[im->place]);
	for (i = 0; i < im->m->field_count; i++) {
		by = &im->m->fields[i];
		if (by->field == NULL)
			continue;
		c = &im->cells[im->cell_count++];
		c->by = by;
		c->text = by->fixed != NULL ? mem_dup(by->fixed) :
		    copy_of(f[im->column[i]]);
		if (strlen(c->text) != (by->fixed != NULL ? strlen(by->fixed) :
		    f[im->column[i]].len)) {
			err_set(e, ERR_INPUT, "a control character");
			return about(im, im->column[i], e);
		}
		if (read_cell(im, c, im->column[i], e) != 0)
			return -1;
	}
	return 0;
}

static int
find_place(struct importing *im, struct err *e)
{
	const struct record_kind *k = im->m->kind;
	const struct case_item *found = NULL;
	size_t i, n = 0;

	memset(&im->case_id, 0, sizeof(im->case_id));
	memset(&im->space, 0, sizeof(im->space));
	if (im->where == NULL)
		return 0;
	if (im->where[0] == '\0') {
		err_set(e, ERR_INPUT, "where it belongs is missing");
		return about(im, im->place, e);
	}
	for (i = 0; (k->homes & HOME_ROOM) != 0 && i < im->rooms.count; i++)
		if (utf8_same(view_str(im->rooms.items[i].name),
		    view_str(im->where))) {
			im->space = im->rooms.items[i].space;
			return 0;
		}
	for (i = 0; (k->homes & HOME_CASE) != 0 && i < im->cases.count; i++)
		if (utf8_same(view_str(im->cases.items[i].code),
		    view_str(im->where))) {
			found = &im->cases.items[i];
			n++;
		}
	if (n == 1) {
		im->case_id = found->id;
		return 0;
	}
	err_set(e, ERR_INPUT, n > 1 ? N_("two cases have this code") :
	    (k->homes & HOME_CASE) == 0 ? N_("no school or group of this name "
	    "is open to you; make it first") : N_("no case with this code is "
	    "open to you; open it first, or import the cases first"));
	return about(im, im->place, e);
}

/* Writer, kind, place and what is written name a row for ever. */
static void
name_row(struct importing *im)
{
	const struct record_kind *k = im->m->kind;
	const struct field *f = k->when != 0 ? fields_number(k->type, k->when) :
	    NULL;
	int64_t ms = 0;
	struct hash h;
	struct buf b;
	size_t i;

	buf_init(&b, IMPORT_COLUMNS * (size_t)RECORD_TEXT_MAX);
	buf_add(&b, im->s->person.b, sizeof(im->s->person.b));
	buf_add_be(&b, (uint64_t)k->type, 2);
	buf_add(&b, im->case_id.b, sizeof(im->case_id.b));
	buf_add(&b, im->space.b, sizeof(im->space.b));
	for (i = 0; i < im->cell_count; i++) {
		const struct assignment *a = &im->cells[i].set;

		buf_add_be(&b, im->cells[i].by->field->number, 2);
		buf_add_be(&b, strlen(a->text), 4);
		buf_add_str(&b, a->text);
		if (f == im->cells[i].by->field)
			day_parse_time(view_str(a->text), &ms);
	}
	keys_hash("tugi import record", buf_view(&b), &h);
	buf_done(&b);
	id_timed(&im->id, ms > 0 ? ms : 0);
	memcpy(im->id.b + 6, h.b, sizeof(im->id.b) - 6);
}

/* ---- writing one ---- */

static const char *
cell_text(const struct importing *im, uint16_t number)
{
	size_t i;

	for (i = 0; i < im->cell_count; i++)
		if (im->cells[i].by->field->number == number &&
		    im->cells[i].set.text[0] != '\0')
			return im->cells[i].set.text;
	return NULL;
}

static int
write_note(struct importing *im, struct err *e)
{
	const char *text = cell_text(im, NOTE_TEXT);
	const char *minutes = cell_text(im, NOTE_MINUTES);
	const char *when = cell_text(im, NOTE_HAPPENED);
	struct note_draft d = { .case_id = im->case_id,
		.text = view_str(text != NULL ? text : ""),
		.category = cell_text(im, NOTE_CATEGORY),
		.language = cell_text(im, NOTE_LANGUAGE),
		.school = cell_text(im, NOTE_SCHOOL),
		.minutes = minutes != NULL ? strtoll(minutes, NULL, 10) : 0 };

	if (when != NULL)
		day_parse_time(view_str(when), &d.happened_ms);
	return notes_write_tx(im->session, &d, &im->id, 1, e);
}

/* Two cases with one code could not be told apart afterwards. */
static int
open_case(struct importing *im, const struct assignment *set, size_t n,
    struct err *e)
{
	const char *code = cell_text(im, CASE_CODE);
	struct hash h;
	struct id id;
	size_t at;

	if (code == NULL)
		return err_set(e, ERR_INPUT, "a case that is imported needs its "
		    "code, by which it is known again");
	keys_hash("tugi import code", view_str(code), &h);
	for (at = 0; at < im->codes.len; at += sizeof(h.b))
		if (memcmp(im->codes.data + at, h.b, sizeof(h.b)) == 0)
			return err_set(e, ERR_INPUT, "the file has this case's "
			    "code further up");
	buf_add(&im->codes, h.b, sizeof(h.b));
	return cases_open_tx(im->session, set, n, &id, e);
}

static bool
case_known(const struct importing *im, const char *code)
{
	size_t i;

	for (i = 0; code != NULL && i < im->cases.count; i++)
		if (utf8_same(view_str(im->cases.items[i].code),
		    view_str(code)))
			return true;
	return false;
}

static int
write_any(struct importing *im, struct err *e)
{
	struct assignment set[IMPORT_COLUMNS];
	struct entry_draft d = { .type = im->m->kind->type,
		.case_id = im->case_id, .space = im->space, .set = set,
		.id = im->id };
	struct id id;
	size_t i;

	for (i = 0; i < im->cell_count; i++)
		if (im->cells[i].set.text[0] != '\0')
			set[d.n++] = im->cells[i].set;
	if (d.type == TYPE_CASE)
		return open_case(im, set, d.n, e);
	if (d.type == TYPE_NOTE)
		return write_note(im, e);
	return entries_add_tx(im->session, &d, &id, e);
}

/* 0 written, 1 was there, -1. */
static int
write_row(struct importing *im, struct err *e)
{
	struct record_row row;
	int rc;

	name_row(im);
	if (im->m->kind->type == TYPE_CASE &&
	    case_known(im, cell_text(im, CASE_CODE)))
		return 1;
	rc = versions_row(im->s, &im->id, &row, e);
	if (rc != 0)
		return rc;
	return write_any(im, e) == 0 ? 0 : about(im, NO_COLUMN, e);
}

/* ---- all of them ---- */

static void
tell(struct importing *im, enum import_what what, const char *words)
{
	struct import_told t = { what, im->csv.row_line, words };

	im->sum->rows++;
	im->sum->made += what == IMPORT_NEW;
	im->sum->already += what == IMPORT_ALREADY;
	im->sum->wrong += what == IMPORT_WRONG;
	if (im->checking && im->ask->tell != NULL)
		im->ask->tell(im->ask->ctx, &t);
}

/* A row that is no CSV: go on at the next line. */
static void
pass_line(struct importing *im, size_t from, size_t line)
{
	const uint8_t *at = memchr(im->csv.in.data + from, '\n',
	    im->csv.in.len - from);

	im->csv.at = at != NULL ? (size_t)(at - im->csv.in.data) + 1 :
	    im->csv.in.len;
	im->csv.line = line + 1;
}

/* A spreadsheet's empty lines at the end are no rows. */
static bool
is_blank(const struct view *f, size_t n)
{
	size_t i;

	for (i = 0; i < n; i++)
		if (f[i].len > 0)
			return false;
	return true;
}

/* 1 a row, 0 the end, -1. ${bytes}: how much it was. */
static int
next_row(struct importing *im, size_t *bytes, struct err *e)
{
	struct view f[CSV_FIELDS_MAX];
	size_t n, from = im->csv.at, line = im->csv.line;
	int rc = csv_next(&im->csv, f, &n, e);

	if (rc == 0 || (rc < 0 && e->kind != ERR_INPUT))
		return rc;
	if (rc < 0)
		pass_line(im, from, line);
	*bytes += im->csv.at - from;
	if (rc > 0 && is_blank(f, n))
		return 1;
	if (im->csv.row > IMPORT_ROWS_MAX)
		return err_set(e, ERR_TOOBIG, "more than %d rows; divide the "
		    "file", IMPORT_ROWS_MAX);
	if (rc > 0 && (read_cells(im, f, n, e) != 0 || find_place(im, e) != 0))
		rc = -1;
	if (rc > 0)
		rc = write_row(im, e) + 1;
	row_done(im);
	if (rc > 0)
		tell(im, rc == 1 ? IMPORT_NEW : IMPORT_ALREADY, NULL);
	else if (e->kind == ERR_LOCAL || e->kind == ERR_BUG || !im->checking)
		return -1;
	else
		tell(im, IMPORT_WRONG, e->text);
	return 1;
}

/* 1 there is more, 0 the end, -1. */
static int
piece(struct importing *im, struct err *e)
{
	size_t rows = 0, bytes = 0;
	int rc = db_begin(im->s->db, e);

	if (rc != 0)
		return -1;
	rc = 1;
	while (rc == 1 && rows++ < PIECE_ROWS && bytes < PIECE_BYTES)
		rc = next_row(im, &bytes, e);
	if (rc >= 0 && !im->checking && db_commit(im->s->db, e) != 0)
		rc = -1;
	if (rc < 0 || im->checking)
		db_rollback(im->s->db);
	return rc;
}

static int
pass(struct importing *im, struct view text, bool checking, struct err *e)
{
	int rc;

	csv_done(&im->csv);
	csv_init(&im->csv, text);
	im->csv.separator = im->m->separator;
	im->checking = checking;
	memset(im->sum, 0, sizeof(*im->sum));
	buf_reset(&im->codes);
	if (read_header(im, e) != 0)
		return -1;
	while ((rc = piece(im, e)) == 1)
		;
	if (rc == 0 && im->sum->wrong > 0)
		return err_set(e, ERR_INPUT, "%zu of %zu rows cannot be taken "
		    "in; nothing was written. Put them right in the file or "
		    "the mapping and run it again", im->sum->wrong,
		    im->sum->rows);
	return rc;
}

int
import_records(struct session *session, const struct import_ask *ask,
    struct import_sum *out, struct err *e)
{
	struct importing *im = mem_new(sizeof(*im));
	struct buf text;
	size_t i;
	int rc;

	memset(out, 0, sizeof(*out));
	im->session = session;
	im->s = session_store(session);
	im->ask = ask;
	im->m = ask->map;
	im->sum = out;
	buf_init(&im->codes, IMPORT_ROWS_MAX * sizeof(struct hash));
	buf_init(&text, 4 * (size_t)IMPORT_FILE_MAX);
	rc = charset_read(ask->map->encoding, ask->file, &text, e);
	if (rc == 0)
		rc = cases_list(session, &im->cases, e);
	if (rc == 0)
		rc = rooms_list(session, NULL, &im->rooms, e);
	if (rc == 0)
		rc = pass(im, buf_view(&text), true, e);
	if (rc == 0 && !ask->dry_run && out->made > 0)
		rc = pass(im, buf_view(&text), false, e);
	row_done(im);
	csv_done(&im->csv);
	for (i = 0; i < CSV_FIELDS_MAX; i++)
		mem_free(im->names[i]);
	case_list_done(&im->cases);
	room_list_done(&im->rooms);
	buf_done(&im->codes);
	buf_done(&text);
	mem_free(im);
	return rc;
}
