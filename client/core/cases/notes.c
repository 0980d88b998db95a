/*
 * Notes: checked, put into the case's notes section, saved. One transaction a
 * call: what is returned as saved survives a power cut.
 */
#include "client/core/cases/notes.h"

#include <string.h>

#include "common/base/mem.h"
#include "client/core/cases/alias.h"
#include "client/core/local/day.h"
#include "client/core/local/utf8.h"
#include "client/core/profile/policies.h"
#include "client/core/records/value.h"

#define MINUTES_MAX (24 * 60)
#define NOTE_FIELDS 9

/* Several notes of one case in a row ask for its section and school once. */
struct desk {
	struct session *session;
	struct store *s;
	struct id asked, case_id, space; /* asked: before the front is found */
	char *school;
	bool alone; /* one note: searched at once */
};

static int
check_text(struct view text, struct err *e)
{
	size_t i = 0;

	while (i < text.len && strchr(" \t\r\n", text.data[i]) != NULL)
		i++;
	if (i == text.len)
		return err_set(e, ERR_INPUT, "a note has some text");
	if (text.len > RECORD_TEXT_MAX)
		return err_set(e, ERR_TOOBIG, "a note has at most %d KiB of "
		    "text; divide it", RECORD_TEXT_MAX / 1024);
	if (utf8_bad(text) != text.len)
		return err_set(e, ERR_INPUT, "the note is not UTF-8 text; "
		    "save the file as UTF-8 (\"Unicode\") and try again");
	if (utf8_controls(text, true) != text.len)
		return err_set(e, ERR_INPUT,
		    "the note has a control character in it");
	return 0;
}

static int
check_code(struct desk *d, uint16_t field, const char *text,
    struct value *out, struct err *e)
{
	const struct field *f = fields_number(TYPE_NOTE, field);
	uint8_t scratch[32];

	if (policies_check(d->session, f, text, e) != 0)
		return -1;
	return fields_parse(f, text, scratch, out, e);
}

static int
find_school(struct desk *d, struct err *e)
{
	struct loaded *l = loaded_new();
	int rc = versions_load(d->s, &d->case_id, l, e);
	struct view v;

	mem_free(d->school);
	d->school = NULL;
	if (rc == 1 && (l->row.flags & RECORD_HIDDEN) != 0) {
		versions_done(l);
		rc = 0;
	}
	if (rc == 1) {
		v = loaded_text(l, CASE_SCHOOL);
		d->school = mem_new(v.len + 1);
		if (v.len > 0)
			memcpy(d->school, v.data, v.len);
		versions_done(l);
	}
	mem_free(l);
	return rc < 0 ? -1 : 0;
}

/* A new text goes to the case in front, an amendment beside its note. */
static int
sit_down(struct desk *d, const struct note_draft *draft, struct err *e)
{
	bool amends = !id_is_zero(&draft->amends);

	if (!amends && id_eq(&d->asked, &draft->case_id))
		return 0;
	memset(&d->asked, 0, sizeof(d->asked));
	d->case_id = draft->case_id;
	if ((!amends && alias_front(d->session, &draft->case_id, &d->case_id,
	    e) != 0) || cases_section_tx(d->session, &d->case_id, "notes",
	    &d->space, e) != 0 || find_school(d, e) != 0)
		return -1;
	if (!amends)
		d->asked = draft->case_id;
	return 0;
}

static void
add(struct write *w, struct op *ops, uint16_t field, struct value v)
{
	ops[w->op_count].field = field;
	ops[w->op_count++].value = v;
}

static void
add_text(struct write *w, struct op *ops, uint16_t field, struct view text)
{
	struct value v = { VALUE_TEXT, 0, text };

	if (text.len > 0)
		add(w, ops, field, v);
}

static void
add_int(struct write *w, struct op *ops, uint16_t field, int64_t num)
{
	struct value v = { VALUE_INT, num, { NULL, 0 } };

	add(w, ops, field, v);
}

static void
add_id(struct write *w, struct op *ops, uint16_t field, const struct id *id)
{
	struct value v = { VALUE_BYTES, 0, { id->b, sizeof(id->b) } };

	if (!id_is_zero(id))
		add(w, ops, field, v);
}

/* An amendment belongs beside the note it amends, in the same case. */
static int
check_amends(struct desk *d, const struct note_draft *draft, struct err *e)
{
	struct record_row row;
	int rc;

	if (id_is_zero(&draft->amends))
		return 0;
	rc = versions_row(d->s, &draft->amends, &row, e);
	if (rc < 0)
		return -1;
	if (rc == 0 || row.type != TYPE_NOTE ||
	    (row.flags & (RECORD_HIDDEN | RECORD_ERASED)) != 0)
		return err_set(e, ERR_ABSENT,
		    "the note to be amended is not here");
	if ((row.flags & RECORD_DELETED) != 0)
		return err_set(e, ERR_DENIED,
		    "this note is deleted; restore it first");
	if ((row.flags & RECORD_RESTRICTED) != 0)
		return err_set(e, ERR_DENIED,
		    "the use of this note is restricted: tugi restrict list");
	if (!id_eq(&row.case_id, &draft->case_id))
		return err_set(e, ERR_INPUT,
		    "the note to be amended belongs to another case");
	return 0;
}

bool
notes_ahead(const struct store *s, int64_t happened_ms)
{
	return happened_ms > store_now_ms(s) + DAY_MS;
}

static int
check(struct desk *d, const struct note_draft *draft,
    struct value *category, struct value *language, struct err *e)
{
	if (check_text(draft->text, e) != 0 ||
	    check_code(d, NOTE_CATEGORY, draft->category != NULL ?
	        draft->category : "contact", category, e) != 0 ||
	    check_code(d, NOTE_LANGUAGE, draft->language != NULL ?
	        draft->language : "", language, e) != 0)
		return -1;
	if (notes_ahead(d->s, draft->happened_ms))
		return err_set(e, ERR_INPUT, "%s: this day is still to come",
		    "happened");
	if (draft->minutes < 0 || draft->minutes > MINUTES_MAX)
		return err_set(e, ERR_INPUT, "minutes are 0 to %d",
		    MINUTES_MAX);
	return check_amends(d, draft, e);
}

static int
write_note(struct desk *d, const struct note_draft *draft,
    const struct id *id, struct id *out, struct err *e)
{
	struct value category, language;
	struct op ops[NOTE_FIELDS];
	struct write w;
	const char *school;

	if (check(d, draft, &category, &language, e) != 0 ||
	    sit_down(d, draft, e) != 0)
		return -1;
	memset(&w, 0, sizeof(w));
	w.at_ms = draft->happened_ms != 0 ? draft->happened_ms :
	    tick_wall_ms(&d->s->tick);
	school = draft->school != NULL ? draft->school : d->school;
	add_text(&w, ops, NOTE_TEXT, draft->text);
	add_text(&w, ops, NOTE_CATEGORY, category.data);
	add_int(&w, ops, NOTE_HAPPENED, w.at_ms);
	if (draft->minutes > 0)
		add_int(&w, ops, NOTE_MINUTES, draft->minutes);
	add_text(&w, ops, NOTE_LANGUAGE, language.data);
	if (school != NULL)
		add_text(&w, ops, NOTE_SCHOOL, view_str(school));
	add_id(&w, ops, NOTE_AUTHOR, &d->s->person);
	add_id(&w, ops, NOTE_AMENDS, &draft->amends);
	if (id != NULL)
		w.id = *id;
	w.searched = d->alone;
	w.type = TYPE_NOTE;
	w.space = d->space;
	w.case_id = d->case_id;
	w.ops = ops;
	return versions_write_tx(d->s, &w, out, e);
}

int
notes_write_tx(struct session *session, const struct note_draft *drafts,
    const struct id *ids, size_t n, struct err *e)
{
	struct desk d = { .session = session, .s = session_store(session) };
	size_t i;
	int rc = 0;

	for (i = 0; rc == 0 && i < n; i++)
		rc = write_note(&d, &drafts[i], ids != NULL ? &ids[i] : NULL,
		    NULL, e);
	mem_free(d.school);
	return rc;
}

int
notes_add(struct session *session, const struct note_draft *draft,
    struct id *id, struct err *e)
{
	struct desk d = { .session = session, .s = session_store(session),
		.alone = true };
	int rc;

	if (db_begin(d.s->db, e) != 0)
		return -1;
	rc = write_note(&d, draft, NULL, id, e);
	rc = db_end(d.s->db, rc, e);
	mem_free(d.school);
	return rc;
}

int
notes_add_many(struct session *session, const struct note_draft *drafts,
    size_t n, struct err *e)
{
	struct store *s = session_store(session);
	int rc;

	if (db_begin(s->db, e) != 0)
		return -1;
	rc = notes_write_tx(session, drafts, NULL, n, e);
	return db_end(s->db, rc, e);
}
