/*
 * A year's notes from a spreadsheet, in two passes over the file. The first
 * reads and checks every row and writes nothing. The second opens the cases
 * and their sections in one transaction, where anything that may not be
 * written shows, and then adds the notes in pieces small enough for the page
 * cache. A cut between pieces is mended by running it again: a note's id
 * follows from its writer, case, day and text, so what is there is known.
 */
#include "client/core/upkeep/import.h"

#include <stdlib.h>
#include <string.h>

#include "common/base/mem.h"
#include "common/wire/keys.h"
#include "client/core/cases/cases.h"
#include "client/core/words/csv.h"
#include "client/core/local/day.h"
#include "client/core/local/utf8.h"
#include "client/core/local/versions.h"
#include "client/core/cases/notes.h"
#include "client/core/profile/policies.h"
#include "common/base/text.h"

#define PIECE_ROWS 1000
#define PIECE_BYTES (2 * 1024 * 1024)
#define CODE_MAX 40

enum column { COL_CASE, COL_CHILD, COL_BORN, COL_SCHOOL, COL_DATE,
	COL_CATEGORY, COL_MINUTES, COL_LANGUAGE, COL_TEXT, COLUMNS };

static const char *const names[COLUMNS] = { "case", "child", "born", "school",
	"date", "category", "minutes", "language", "text" };

struct file_case { /* a case the file speaks of, or the store knows */
	char *code, *child, *born, *school; /* from its first row */
	struct id id;       /* zero: to be opened */
	bool known, used, doubled;
};

struct row { /* copies: a row's fields end with the next row */
	size_t in_case;
	char *text, *category, *language, *school;
	int64_t day_ms, minutes;
};

struct import {
	struct session *session;
	struct store *s;
	struct csv csv;
	size_t order[COLUMNS];   /* place of each column in the file */
	struct file_case *cases;
	size_t case_count, case_room;
	uint32_t *slots;         /* hash of code to case + 1, open addressing */
	size_t slot_count;       /* power of two, at most half full */
	struct buf ids;          /* of all rows: the same row twice */
	struct import_result *result;
};

/* ---- cases by code ---- */

static uint32_t
hash_code(struct view code)
{
	uint32_t h = 2166136261u;
	size_t at = 0;

	while (at < code.len)
		h = (h ^ utf8_fold(utf8_next(code, &at))) * 16777619u;
	return h;
}

static uint32_t *
slot_of(struct import *im, struct view code)
{
	size_t i = hash_code(code) & (im->slot_count - 1);

	while (im->slots[i] != 0 &&
	    !utf8_same(view_str(im->cases[im->slots[i] - 1].code), code))
		i = (i + 1) & (im->slot_count - 1);
	return &im->slots[i];
}

static void
more_room(struct import *im)
{
	size_t room = im->case_room * 2, i;
	struct file_case *cases = mem_new(room * sizeof(*cases));

	memcpy(cases, im->cases, im->case_count * sizeof(*cases));
	mem_free(im->cases);
	mem_free(im->slots);
	im->cases = cases;
	im->case_room = room;
	im->slot_count = 2 * room;
	im->slots = mem_new(im->slot_count * sizeof(*im->slots));
	for (i = 0; i < im->case_count; i++)
		*slot_of(im, view_str(cases[i].code)) = (uint32_t)i + 1;
}

static char *
copy_of(struct view v)
{
	char *out = mem_new(v.len + 1);

	if (v.len > 0)
		memcpy(out, v.data, v.len);
	return out;
}

/* The case of that code, made if it is not there. */
static struct file_case *
case_of(struct import *im, struct view code)
{
	uint32_t *slot;

	if (im->case_count == im->case_room)
		more_room(im);
	slot = slot_of(im, code);
	if (*slot == 0) {
		im->cases[im->case_count].code = copy_of(code);
		*slot = (uint32_t)++im->case_count;
	}
	return &im->cases[*slot - 1];
}

static int
know_cases(struct import *im, struct err *e)
{
	struct case_list l;
	struct file_case *fc;
	size_t i;

	im->case_room = 64;
	im->slot_count = 2 * im->case_room;
	im->cases = mem_new(im->case_room * sizeof(*im->cases));
	im->slots = mem_new(im->slot_count * sizeof(*im->slots));
	if (cases_list(im->session, &l, e) != 0)
		return -1;
	for (i = 0; i < l.count; i++) {
		if (l.items[i].code[0] == '\0')
			continue;
		fc = case_of(im, view_str(l.items[i].code));
		fc->doubled = fc->known;
		fc->known = true;
		fc->id = l.items[i].id;
	}
	case_list_done(&l);
	return 0;
}

static void
import_done(struct import *im)
{
	size_t i;

	for (i = 0; i < im->case_count; i++) {
		mem_free(im->cases[i].code);
		mem_free(im->cases[i].child);
		mem_free(im->cases[i].born);
		mem_free(im->cases[i].school);
	}
	mem_free(im->cases);
	mem_free(im->slots);
	buf_done(&im->ids);
	csv_done(&im->csv);
}

/* ---- rows ---- */

static void
row_done(struct row *r)
{
	mem_forget(r->text);
	mem_free(r->category);
	mem_free(r->language);
	mem_free(r->school);
	memset(r, 0, sizeof(*r));
}

static int
read_header(struct import *im, struct err *e)
{
	struct view f[CSV_FIELDS_MAX];
	size_t n, i, c;
	int rc = csv_next(&im->csv, f, &n, e);

	if (rc < 0)
		return -1;
	if (rc == 0)
		return err_set(e, ERR_INPUT, "the file is empty");
	for (c = 0; c < COLUMNS; c++)
		im->order[c] = CSV_FIELDS_MAX;
	for (i = 0; i < n; i++) {
		for (c = 0; c < COLUMNS; c++)
			if (view_eq(f[i], view_str(names[c])))
				break;
		if (c == COLUMNS)
			return err_set(e, ERR_INPUT, "line 1: unknown column "
			    "\"%.*s\"", (int)(f[i].len < 40 ? f[i].len : 40),
			    f[i].len > 0 ? (const char *)f[i].data : "");
		if (im->order[c] != CSV_FIELDS_MAX)
			return err_set(e, ERR_INPUT,
			    "line 1: the column %s is there twice", names[c]);
		im->order[c] = i;
	}
	for (c = 0; c < COLUMNS; c++)
		if (im->order[c] == CSV_FIELDS_MAX)
			return err_set(e, ERR_INPUT,
			    "line 1: the column %s is missing", names[c]);
	return 0;
}

static int
fail(struct import *im, enum column c, struct err *e, const char *what)
{
	struct csv named = im->csv;

	named.names = names;
	named.name_count = COLUMNS;
	return csv_fail(&named, c, e, what);
}

static int
check_line(struct import *im, enum column c, struct view v, size_t max,
    struct err *e)
{
	if (v.len > max)
		return fail(im, c, e, N_("this is too long"));
	if (utf8_controls(v, c == COL_TEXT) != v.len)
		return fail(im, c, e, N_("a control character"));
	return 0;
}

static int
check_word(struct import *im, enum column c, struct view v, uint16_t field,
    struct err *e)
{
	const struct field *f = fields_number(TYPE_NOTE, field);
	char *text = copy_of(v);
	struct value value;
	uint8_t scratch[32];
	bool known;
	int rc;

	rc = strlen(text) != v.len ? -1 : fields_parse(f, text, scratch,
	    &value, e);
	known = rc != 0 || policies_check(im->session, f, text, e) == 0;
	mem_free(text);
	if (!known)
		return fail(im, c, e, field == NOTE_CATEGORY ?
		    N_("this is no word of the policy; tugi policy show "
		    "note.category lists them") :
		    N_("this is no word of the policy; tugi policy show language "
		    "lists them"));
	return rc == 0 ? 0 : fail(im, c, e, field == NOTE_MINUTES ?
	    N_("a whole number is expected") :
	    N_("one word of a-z, 0-9, - and _ is expected"));
}

static int
check_row(struct import *im, const struct view v[static COLUMNS],
    struct row *r, struct err *e)
{
	size_t i;

	if (v[COL_CASE].len == 0)
		return fail(im, COL_CASE, e, N_("the case's code is missing"));
	if (check_line(im, COL_CASE, v[COL_CASE], CODE_MAX, e) != 0 ||
	    check_line(im, COL_CHILD, v[COL_CHILD], 400, e) != 0 ||
	    check_line(im, COL_SCHOOL, v[COL_SCHOOL], 400, e) != 0 ||
	    check_line(im, COL_TEXT, v[COL_TEXT], RECORD_TEXT_MAX, e) != 0 ||
	    check_word(im, COL_CATEGORY, v[COL_CATEGORY], NOTE_CATEGORY,
	        e) != 0 ||
	    check_word(im, COL_LANGUAGE, v[COL_LANGUAGE], NOTE_LANGUAGE,
	        e) != 0 ||
	    check_word(im, COL_MINUTES, v[COL_MINUTES], NOTE_MINUTES, e) != 0)
		return -1;
	if (v[COL_TEXT].len == 0)
		return fail(im, COL_TEXT, e, N_("the note has no text"));
	if (v[COL_BORN].len > 0 && !day_parse(v[COL_BORN], &r->day_ms))
		return fail(im, COL_BORN, e, N_("no such day from 1900 to 2199, "
		    "as YYYY-MM-DD"));
	if (!day_parse(v[COL_DATE], &r->day_ms))
		return fail(im, COL_DATE, e, N_("no such day from 1900 to 2199, "
		    "as YYYY-MM-DD"));
	if (notes_ahead(im->s, r->day_ms))
		return fail(im, COL_DATE, e, N_("this day is still to come"));
	for (i = 0; i < v[COL_MINUTES].len && r->minutes <= 24 * 60; i++)
		r->minutes = r->minutes * 10 + (v[COL_MINUTES].data[i] - '0');
	if (r->minutes > 24 * 60)
		return fail(im, COL_MINUTES, e, N_("more than a day"));
	return 0;
}

/* The case of a row; what the first row says of a new one is kept, and the
 * others must agree about the child. */
static int
take_case(struct import *im, const struct view v[static COLUMNS],
    struct row *r, struct err *e)
{
	struct file_case *fc = case_of(im, v[COL_CASE]);

	r->in_case = (size_t)(fc - im->cases);
	fc->used = true;
	if (fc->doubled)
		return fail(im, COL_CASE, e, N_("two cases have this code"));
	if (fc->known)
		return 0;
	if (fc->child == NULL) {
		if (v[COL_CHILD].len == 0)
			return fail(im, COL_CHILD, e,
			    N_("a new case needs the child's name"));
		fc->child = copy_of(v[COL_CHILD]);
		fc->born = copy_of(v[COL_BORN]);
		fc->school = copy_of(v[COL_SCHOOL]);
	} else if (v[COL_CHILD].len > 0 &&
	    !utf8_same(view_str(fc->child), v[COL_CHILD])) {
		return fail(im, COL_CHILD, e,
		    N_("this case has another child further up"));
	}
	return 0;
}

/* 1 a row, 0 the end, -1. */
static int
read_row(struct import *im, struct row *r, struct err *e)
{
	struct view f[CSV_FIELDS_MAX], v[COLUMNS];
	size_t n, c;
	int rc = csv_next(&im->csv, f, &n, e);

	memset(r, 0, sizeof(*r));
	if (rc != 1)
		return rc;
	if (im->csv.row > IMPORT_ROWS_MAX)
		return err_set(e, ERR_TOOBIG, "more than %d rows; divide the "
		    "file", IMPORT_ROWS_MAX);
	if (n != COLUMNS)
		return err_set(e, ERR_INPUT, "line %zu (row %zu): %zu columns "
		    "instead of %d", im->csv.row_line, im->csv.row, n,
		    COLUMNS);
	for (c = 0; c < COLUMNS; c++)
		v[c] = f[im->order[c]];
	if (check_row(im, v, r, e) != 0 || take_case(im, v, r, e) != 0)
		return -1;
	r->text = copy_of(v[COL_TEXT]);
	r->category = copy_of(v[COL_CATEGORY]);
	r->language = copy_of(v[COL_LANGUAGE]);
	r->school = copy_of(v[COL_SCHOOL]);
	return 1;
}

/* The id a row's note has: by time first, so that rows of one day lie
 * together, then a digest of writer, case, day and text. */
static void
row_id(struct import *im, const struct row *r, struct id *out)
{
	const struct file_case *fc = &im->cases[r->in_case];
	struct hash h;
	struct buf b;

	buf_init(&b, 2 * (size_t)RECORD_TEXT_MAX);
	buf_add(&b, im->s->person.b, sizeof(im->s->person.b));
	buf_add(&b, fc->id.b, sizeof(fc->id.b));
	if (id_is_zero(&fc->id)) {
		buf_add_be(&b, strlen(fc->code), 4);
		buf_add_str(&b, fc->code);
	}
	buf_add_be(&b, (uint64_t)r->day_ms, 8);
	buf_add_str(&b, r->text);
	keys_hash("tugi import row", buf_view(&b), &h);
	buf_done(&b);
	id_timed(out, r->day_ms);
	memcpy(out->b + 6, h.b, sizeof(out->b) - 6);
}

/* ---- first pass ---- */

static int
cmp_id(const void *a, const void *b)
{
	return id_cmp(a, b);
}

static int
count_rows(struct import *im, struct err *e)
{
	struct id *ids = (struct id *)(void *)im->ids.data;
	size_t n = im->ids.len / sizeof(*ids), i;
	struct record_row row;
	int rc;

	if (n > 0)
		qsort(ids, n, sizeof(*ids), cmp_id);
	for (i = 0; i < n; i++) {
		rc = i > 0 && id_eq(&ids[i], &ids[i - 1]) ? 1 :
		    versions_row(im->s, &ids[i], &row, e);
		if (rc < 0)
			return -1;
		im->result->already += rc == 1;
	}
	im->result->rows = n;
	im->result->notes = n - im->result->already;
	for (i = 0; i < im->case_count; i++)
		if (im->cases[i].used && im->cases[i].known)
			im->result->cases_known++;
		else if (im->cases[i].used)
			im->result->cases_made++;
	return 0;
}

static int
check_file(struct import *im, struct err *e)
{
	struct row r;
	struct id id;
	int rc;

	if (read_header(im, e) != 0)
		return -1;
	while ((rc = read_row(im, &r, e)) == 1) {
		row_id(im, &r, &id);
		buf_add(&im->ids, id.b, sizeof(id.b));
		row_done(&r);
	}
	if (rc < 0 || buf_check(&im->ids, "the list of rows", e) != 0)
		return -1;
	return count_rows(im, e);
}

/* ---- second pass ---- */

static int
open_case(struct import *im, struct file_case *fc, struct err *e)
{
	struct assignment set[] = { { "code", fc->code },
		{ "name", fc->child }, { "born", fc->born },
		{ "school", fc->school } };
	struct id space;

	if (!fc->known && cases_open_tx(im->session, set,
	    sizeof(set) / sizeof(set[0]), &fc->id, e) != 0)
		return err_add(e, "case %.40s", fc->code);
	if (cases_section_tx(im->session, &fc->id, "notes", &space, e) != 0)
		return err_add(e, "case %.40s", fc->code);
	return 0;
}

/* All cases at once, and with a dry run taken back: what may not be written
 * is known before the first note is. */
static int
open_cases(struct import *im, bool dry_run, struct err *e)
{
	size_t i;
	int rc = db_begin(im->s->db, e);

	if (rc != 0)
		return -1;
	for (i = 0; rc == 0 && i < im->case_count; i++)
		if (im->cases[i].used)
			rc = open_case(im, &im->cases[i], e);
	if (rc == 0 && !dry_run)
		rc = db_commit(im->s->db, e);
	if (rc != 0 || dry_run)
		db_rollback(im->s->db);
	return rc;
}

static int
write_row(struct import *im, const struct row *r, struct err *e)
{
	struct note_draft d;
	struct record_row row;
	struct id id;
	int rc;

	row_id(im, r, &id);
	rc = versions_row(im->s, &id, &row, e);
	if (rc != 0)
		return rc < 0 ? -1 : 0;
	memset(&d, 0, sizeof(d));
	d.case_id = im->cases[r->in_case].id;
	d.text = view_str(r->text);
	d.category = r->category[0] != '\0' ? r->category : NULL;
	d.language = r->language;
	d.school = r->school[0] != '\0' ? r->school : NULL;
	d.happened_ms = r->day_ms;
	d.minutes = r->minutes;
	return notes_write_tx(im->session, &d, &id, 1, e);
}

/* One piece: 1 there is more, 0 the end, -1. */
static int
write_piece(struct import *im, struct err *e)
{
	size_t rows = 0, bytes = 0;
	struct row r;
	int rc = db_begin(im->s->db, e);

	if (rc != 0)
		return -1;
	rc = 1;
	while (rows < PIECE_ROWS && bytes < PIECE_BYTES &&
	    (rc = read_row(im, &r, e)) == 1) {
		rows++;
		bytes += strlen(r.text);
		rc = write_row(im, &r, e) == 0 ? 1 : -1;
		row_done(&r);
		if (rc < 0)
			break;
	}
	if (rc >= 0 && db_commit(im->s->db, e) != 0)
		rc = -1;
	if (rc < 0)
		db_rollback(im->s->db);
	return rc;
}

int
import_notes(struct session *session, struct view csv, bool dry_run,
    struct import_result *out, struct err *e)
{
	struct import im;
	int rc = -1;

	memset(&im, 0, sizeof(im));
	memset(out, 0, sizeof(*out));
	im.session = session;
	im.s = session_store(session);
	im.result = out;
	csv_init(&im.csv, csv);
	buf_init(&im.ids, (IMPORT_ROWS_MAX + 1) * sizeof(struct id));
	if (csv.len > IMPORT_FILE_MAX) {
		err_set(e, ERR_TOOBIG, "the file is larger than %d MiB",
		    IMPORT_FILE_MAX >> 20);
		goto out;
	}
	if (know_cases(&im, e) != 0 || check_file(&im, e) != 0 ||
	    open_cases(&im, dry_run, e) != 0)
		goto out;
	rc = 0;
	if (dry_run)
		goto out;
	csv_done(&im.csv);
	csv_init(&im.csv, csv);
	rc = read_header(&im, e);
	while (rc == 0 && (rc = write_piece(&im, e)) == 1)
		rc = 0;
out:
	import_done(&im);
	return rc;
}
