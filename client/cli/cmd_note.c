/* note add, list, show, amend; search, which lists notes and other records. */
#include <string.h>

#include "client/cli/ask.h"
#include "client/cli/course.h"
#include "client/cli/text.h"
#include "client/core/cases/notes.h"
#include "client/core/cases/attachments.h"
#include "client/core/cases/objections.h"
#include "client/core/records/search.h"

#define SEARCH_LIMIT 50
#define SEARCH_WORDS_BYTES 1024
#define MINUTES_MAX 1440

static int
draft_options(struct ctx *c, struct note_draft *d, struct err *e)
{
	if (cmd_time(c, "on", 0, &d->happened_ms, e) != 0)
		return -1;
	d->category = cmd_value(c, "category");
	d->language = cmd_value(c, "language");
	d->school = cmd_value(c, "school");
	return cmd_number(c, "minutes", (struct range){ 0, MINUTES_MAX },
	    &d->minutes, e);
}

static int
add(struct ctx *c, struct note_draft *d, struct err *e)
{
	struct buf text;
	struct id id;
	int rc = -1;

	buf_init(&text, ASK_TEXT_MAX);
	if (ask_text(c, cmd_word(c, 1), cmd_value(c, "file"), &text, e) != 0) {
		if (e->kind == ERR_TOOBIG)
			err_set(e, ERR_TOOBIG, "%s", _("this is more text than "
			    "a note can hold; divide it"));
		goto out;
	}
	d->text = buf_view(&text);
	if (notes_add(c->s, d, &id, e) != 0)
		goto out;
	if (id_is_zero(&d->amends)) {
		show_left_out(c, &d->case_id, "notes");
		course_warn_closed(c, &d->case_id);
	}
	rc = show_made(c, &id, _("Saved on this device; the next tugi sync "
	    "sends it."), e);
out:
	buf_done(&text);
	return rc;
}

int
cmd_note_add(struct ctx *c, struct err *e)
{
	struct note_draft d = { 0 };

	if (show_case_find(c, cmd_word(c, 0), &d.case_id, e) != 0 ||
	    draft_options(c, &d, e) != 0)
		return -1;
	return add(c, &d, e);
}

int
cmd_note_amend(struct ctx *c, struct err *e)
{
	struct record_item first = { 0 };
	struct note_draft d = { 0 };
	int rc;

	if (show_record_find(c, cmd_word(c, 0), TYPE_NOTE, &first, e) != 0)
		return -1;
	d.case_id = first.case_id;
	d.amends = first.id;
	rc = add(c, &d, e);
	record_item_done(&first);
	return rc;
}

static void
note_row(struct table *t, const struct record_item *r,
    const struct case_list *cases)
{
	char id[MATCH_SHORT_BYTES], when[WHEN_BYTES];
	char marks[SHOW_MARKS_BYTES];

	table_cell(t, match_short(&r->id, id));
	when_short(r->at_ms, when);
	table_cell(t, when);
	table_cell(t, show_case_name(cases, &r->case_id));
	table_cell(t, r->author);
	table_cell(t, record_word(r, "category"));
	show_marks(r, marks);
	table_cell(t, marks);
	show_excerpt(t, record_field(r, "text"));
}

static int
print_notes(struct ctx *c, const struct record_list *l, struct err *e)
{
	static const char *const heads[] = { N_("ID"), N_("WHEN"), N_("CASE"),
		N_("BY"), N_("KIND"), N_("LOOK"), N_("TEXT") };
	struct case_list cases = { 0 };
	struct table t;
	size_t i;
	int rc;

	if (cases_names(c->s, &cases, e) != 0)
		return -1;
	table_init(&t, heads, 7, 6);
	for (i = 0; i < l->count; i++)
		note_row(&t, &l->items[i], &cases);
	rc = table_print(&t, &c->out, e);
	if (rc == 0 && l->total > l->count)
		out_say(&c->out, _("%zu more; --limit shows more."),
		    l->total - l->count);
	table_done(&t);
	case_list_done(&cases);
	return rc;
}

int
cmd_note_list(struct ctx *c, struct err *e)
{
	return show_newest(c, TYPE_NOTE, _("No notes yet."), print_notes, e);
}

/* Notes that amend ${r}, oldest first, after it. */
static int
say_amendments(struct ctx *c, const struct record_item *r, struct err *e)
{
	struct records_query q = { .type = TYPE_NOTE,
		.case_id = &r->case_id, .limit = 0 };
	struct record_list l = { 0 };
	size_t i;

	if (records_list(c->s, &q, &l, e) != 0)
		return -1;
	for (i = l.count; i > 0; i--) {
		if (!match_id(record_field(&l.items[i - 1], "amends"), &r->id))
			continue;
		out_line(&c->out, "%s", "");
		show_record(c, &l.items[i - 1]);
	}
	record_list_done(&l);
	return 0;
}

static void
show_beside(struct ctx *c, const struct record_list *l)
{
	size_t i;

	for (i = l->count; i-- > 0;) {
		out_line(&c->out, "%s", "");
		show_record(c, &l->items[i]);
	}
}

/* What was objected to it, or corrected, and its files, the oldest first. */
static int
print_note(struct ctx *c, const struct record_item *r, struct err *e)
{
	struct record_list l = { 0 }, files = { 0 };
	json_t *j;
	int rc = 0;

	if (objections_to(c->s, &r->id, &l, e) != 0 ||
	    attachments_to(c->s, &r->id, &files, e) != 0) {
		record_list_done(&l);
		return -1;
	}
	if (c->g.json) {
		j = show_record_json(r);
		json_object_set_new(j, "objections",
		    show_records_json(l.items, l.count));
		json_object_set_new(j, "attachments",
		    show_records_json(files.items, files.count));
		rc = out_json(j, e);
	} else {
		show_record(c, r);
		show_beside(c, &l);
		show_beside(c, &files);
		if (r->amended)
			rc = say_amendments(c, r, e);
	}
	record_list_done(&files);
	record_list_done(&l);
	return rc;
}

int
cmd_note_show(struct ctx *c, struct err *e)
{
	struct record_item r = { 0 };
	int rc;

	if (show_record_find(c, cmd_word(c, 0), TYPE_NOTE, &r, e) != 0)
		return -1;
	rc = print_note(c, &r, e);
	record_item_done(&r);
	return rc;
}

/* What a day dates has no hour. */
static bool
has_hour(const struct record_kind *kind)
{
	const struct field *f = kind != NULL && kind->when != 0 ?
	    fields_number(kind->type, kind->when) : NULL;

	return f == NULL || f->kind != FIELD_DATE;
}

/* Where the words are: in its longest text, else in another field of it. */
static void
add_place(const struct record_item *r, const char *words, struct buf *out)
{
	size_t i;
	bool hit = search_excerpt(show_longest(r), words, out);

	for (i = 0; !hit && i < r->field_count; i++) {
		buf_reset(out);
		hit = search_excerpt(show_said(&r->fields[i]), words, out);
	}
	if (hit)
		return;
	buf_reset(out);
	(void)search_excerpt(show_longest(r), words, out);
}

static int
print_hits(struct ctx *c, const struct record_list *l, const char *words,
    struct err *e)
{
	static const char *const heads[] = { N_("ID"), N_("WHAT"), N_("WHEN"),
		N_("CASE"), N_("TEXT") };
	char id[MATCH_SHORT_BYTES], when[WHEN_BYTES];
	struct case_list cases = { 0 };
	const struct record_item *r;
	const struct record_kind *kind;
	struct table t;
	struct buf hit;
	size_t i;
	int rc;

	if (cases_names(c->s, &cases, e) != 0)
		return -1;
	table_init(&t, heads, 5, 4);
	for (i = 0; i < l->count; i++) {
		r = &l->items[i];
		kind = fields_kind(r->type);
		table_cell(&t, match_short(&r->id, id));
		buf_init(&hit, 80);
		buf_add_fmt(&hit, "%s%s", kind != NULL ? _(kind->label) : "",
		    r->deleted ? _(" (deleted)") : "");
		table_cell(&t, buf_str(&hit));
		buf_done(&hit);
		if (has_hour(kind))
			when_short(r->at_ms, when);
		else
			when_day(r->at_ms, when);
		table_cell(&t, when);
		table_cell(&t, show_case_name(&cases, &r->case_id));
		buf_init(&hit, SHOW_MAX_BYTES);
		add_place(r, words, &hit);
		table_cell(&t, buf_str(&hit));
		buf_done(&hit);
	}
	rc = table_print(&t, &c->out, e);
	if (rc == 0 && l->total > l->count)
		out_say(&c->out, _("%zu more; --limit shows more."),
		    l->total - l->count);
	table_done(&t);
	case_list_done(&cases);
	return rc;
}

int
cmd_search(struct ctx *c, struct err *e)
{
	struct record_list l = { 0 };
	struct search_wish wish = { .deleted = cmd_flag(c, "deleted"),
		.ranked = cmd_flag(c, "ranked") };
	struct buf words;
	int64_t limit = SEARCH_LIMIT;
	size_t i;
	int rc = -1;

	buf_init(&words, SEARCH_WORDS_BYTES);
	for (i = 0; i < c->args.count; i++)
		buf_add_fmt(&words, "%s%s", i > 0 ? " " : "", cmd_word(c, i));
	if (buf_check(&words, _("the search"), e) != 0 ||
	    cmd_number(c, "limit", (struct range){ 1, 10000 }, &limit, e) !=
	    0)
		goto out;
	wish.words = buf_str(&words);
	wish.limit = (size_t)limit;
	if (search_ask(c->s, &wish, &l, e) != 0)
		goto out;
	rc = 0;
	if (c->g.json)
		rc = out_json(show_records_json(l.items, l.count), e);
	else if (l.count == 0)
		out_say(&c->out, "%s", _("Nothing found. Try fewer or "
		    "shorter words."));
	else
		rc = print_hits(c, &l, buf_str(&words), e);
out:
	record_list_done(&l);
	buf_done(&words);
	return rc;
}
