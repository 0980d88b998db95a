/* case new, list, show, set. */
#include <string.h>

#include "client/cli/course.h"
#include "client/cli/text.h"

#define SHOW_NOTES 5

/* Two children of one name are rare; the same child twice is not. */
static void
warn_namesake(struct ctx *c, const struct id *made, const char *name)
{
	struct case_list l = { 0 };
	struct err why;
	size_t i;

	if (cases_list(c->s, &l, &why) != 0)
		return;
	for (i = 0; i < l.count; i++)
		if (!id_eq(&l.items[i].id, made) && l.items[i].name != NULL &&
		    strcmp(l.items[i].name, name) == 0)
			out_warn(&c->out, _("Another case has this name: %s."),
			    l.items[i].code != NULL ? l.items[i].code : "");
	case_list_done(&l);
}

int
cmd_case_new(struct ctx *c, struct err *e)
{
	struct assignment set[SHOW_SET_MAX] = { { "name", cmd_word(c, 0) } };
	struct id id;
	size_t n = 1, made = 1;
	int rc = -1;

	if (strchr(cmd_word(c, 0), '=') != NULL)
		return err_set(e, ERR_INPUT, "%s", _("the name comes first: "
		    "tugi case new NAME [FIELD=TEXT...]"));
	rc = show_assignments(c, 1, set, &n, e);
	made = n;
	if (rc == 0)
		rc = cases_open(c->s, set, n, &id, e);
	if (rc == 0)
		rc = show_made(c, &id, _("Case opened on this device; the "
		    "next tugi sync sends it."), e);
	if (rc == 0)
		warn_namesake(c, &id, cmd_word(c, 0));
	show_assignments_done(set + 1, made - 1);
	return rc;
}

static json_t *
case_json(const struct case_item *item)
{
	json_t *j = json_object(), *behind = json_array(), *one;
	size_t i;

	json_object_set_new(j, "id", show_id_json(&item->id));
	json_object_set_new(j, "code", out_json_text(item->code));
	json_object_set_new(j, "name", out_json_text(item->name));
	json_object_set_new(j, "school", out_json_text(item->school));
	json_object_set_new(j, "status", out_json_text(item->status));
	json_object_set_new(j, "sections", out_json_text(item->sections));
	json_object_set_new(j, "notes",
	    json_integer((json_int_t)item->notes));
	json_object_set_new(j, "last", show_time_json(item->last_ms));
	json_object_set_new(j, "conflict", json_boolean(item->conflict));
	for (i = 0; i < item->behind_count; i++) {
		one = json_object();
		json_object_set_new(one, "id",
		    show_id_json(&item->behind[i].id));
		json_object_set_new(one, "code",
		    out_json_text(item->behind[i].code));
		json_array_append_new(behind, one);
	}
	json_object_set_new(j, "behind", behind);
	return j;
}

static void
case_row(struct ctx *c, struct table *t, const struct case_item *item)
{
	char id[MATCH_SHORT_BYTES], last[WHEN_BYTES], notes[24];
	struct buf code;
	size_t i;

	table_cell(t, match_short(&item->id, id));
	buf_init(&code, SHOW_MAX_BYTES);
	buf_add_str(&code, item->code);
	for (i = 0; i < item->behind_count; i++)
		buf_add_fmt(&code, " + %s", item->behind[i].code);
	table_cell(t, buf_str(&code));
	buf_done(&code);
	table_cell(t, item->name);
	table_cell(t, item->school);
	show_codes(c, t, "sections", item->sections);
	snprintf(notes, sizeof(notes), "%zu", item->notes);
	table_cell(t, notes);
	when_short(item->last_ms, last);
	table_cell(t, last);
	table_cell(t, item->conflict ? _("two texts") : "");
}

int
cmd_case_list(struct ctx *c, struct err *e)
{
	static const char *const heads[] = { N_("ID"), N_("CODE"), N_("NAME"),
		N_("SCHOOL"), N_("OPEN TO YOU"), N_("NOTES"), N_("NEWEST"),
		N_("LOOK") };
	struct case_list l = { 0 };
	struct table t;
	json_t *j;
	size_t i;
	int rc;

	if (cases_list(c->s, &l, e) != 0)
		return -1;
	table_init(&t, heads, 8, 2);
	if (c->g.json) {
		j = json_array();
		for (i = 0; i < l.count; i++)
			json_array_append_new(j, case_json(&l.items[i]));
		rc = out_json(j, e);
	} else if (l.count == 0) {
		out_say(&c->out, "%s", _("No case is open to you yet."));
		rc = 0;
	} else {
		for (i = 0; i < l.count; i++)
			case_row(c, &t, &l.items[i]);
		rc = table_print(&t, &c->out, e);
	}
	table_done(&t);
	case_list_done(&l);
	return rc;
}

/* What one case holds; record.field_count 0 when its card is not open. */
struct whole {
	struct record_item card;
	struct record_list plans, notes;
	struct case_list cases;
	const struct case_item *item;
};

static void
whole_done(struct whole *w)
{
	record_item_done(&w->card);
	record_list_done(&w->plans);
	record_list_done(&w->notes);
	case_list_done(&w->cases);
}

static int
whole_read(struct ctx *c, const struct id *id, struct whole *w,
    struct err *e)
{
	struct records_query plans = { .type = TYPE_PLAN,
		.case_id = id, .limit = 0 };
	struct records_query notes = { .type = TYPE_NOTE,
		.case_id = id, .limit = SHOW_NOTES };
	int64_t limit = SHOW_NOTES;
	size_t i, k;

	if (cmd_number(c, "limit", (struct range){ 1, 1000000 }, &limit, e) !=
	    0)
		return -1;
	notes.limit = (size_t)limit;
	if (records_find(c->s, id, &w->card, e) < 0 ||
	    records_list(c->s, &plans, &w->plans, e) != 0 ||
	    records_list(c->s, &notes, &w->notes, e) != 0 ||
	    cases_list(c->s, &w->cases, e) != 0)
		return -1;
	for (i = 0; i < w->cases.count; i++) {
		struct case_item *item = &w->cases.items[i];

		if (id_eq(&item->id, id))
			w->item = item;
		for (k = 0; k < item->behind_count; k++)
			if (id_eq(&item->behind[k].id, id))
				w->item = item;
	}
	return 0;
}

static int
whole_json(struct ctx *c, const struct id *id, const struct whole *w,
    struct err *e)
{
	json_t *j, *course = course_json(c, id, e);

	if (course == NULL)
		return -1;
	j = w->item != NULL ? case_json(w->item) : json_object();
	json_object_set_new(j, "course", course);

	json_object_set_new(j, "card", w->card.field_count > 0 ?
	    show_record_json(&w->card) : json_null());
	json_object_set_new(j, "plan",
	    show_records_json(w->plans.items, w->plans.count));
	json_object_set_new(j, "newest_notes",
	    show_records_json(w->notes.items, w->notes.count));
	return out_json(j, e);
}

static void
say_records(struct ctx *c, const struct whole *w, const char *title,
    const struct record_list *l)
{
	size_t i;

	if (l->count == 0)
		return;
	out_line(&c->out, "%s", "");
	out_head(&c->out, title);
	for (i = 0; i < l->count; i++) {
		if (i > 0)
			out_line(&c->out, "%s", "");
		if (w->item != NULL && w->item->behind_count > 0)
			out_line(&c->out, _("of %s"), show_case_name(&w->cases,
			    &l->items[i].case_id));
		if (l->items[i].type == TYPE_NOTE)
			show_record_short(c, &l->items[i]);
		else
			show_record(c, &l->items[i]);
	}
}

static int
whole_say(struct ctx *c, const struct id *id, const struct whole *w,
    struct err *e)
{
	char title[80], names[200];
	size_t i;

	if (w->card.field_count > 0)
		show_record(c, &w->card);
	else if (w->item != NULL)
		out_line(&c->out, "%s", w->item->name != NULL ?
		    w->item->name : "");
	if (w->item != NULL && w->item->sections != NULL)
		out_line(&c->out, _("Open to you: %s"), policies_names(
		    c->s, "sections", w->item->sections, names,
		    sizeof(names)));
	for (i = 0; w->item != NULL && i < w->item->behind_count; i++)
		out_line(&c->out, _("One with: %s"),
		    w->item->behind[i].title);
	if (course_say(c, id, e) != 0)
		return -1;
	say_records(c, w, _("Plan"), &w->plans);
	snprintf(title, sizeof(title), _("Newest notes (%zu of %zu)"),
	    w->notes.count, w->notes.total > w->notes.count ?
	    w->notes.total : w->notes.count);
	say_records(c, w, title, &w->notes);
	return 0;
}

int
cmd_case_show(struct ctx *c, struct err *e)
{
	struct whole w = { 0 };
	struct id id;
	int rc = -1;

	if (show_case_find(c, cmd_word(c, 0), &id, e) != 0)
		return -1;
	if (whole_read(c, &id, &w, e) != 0)
		goto out;
	rc = c->g.json ? whole_json(c, &id, &w, e) :
	    whole_say(c, &id, &w, e);
out:
	whole_done(&w);
	return rc;
}

/* A case that lost its name is found by nobody. */
static int
keeps_name(struct ctx *c, struct err *e)
{
	const char *word;
	size_t i;

	for (i = 1; (word = cmd_word(c, i)) != NULL; i++)
		if (strncmp(word, "name=", 5) == 0 &&
		    word[5 + strspn(word + 5, " \t")] == '\0')
			return err_set(e, ERR_INPUT, "%s",
			    _("a case needs the child's name"));
	return 0;
}

int
cmd_case_set(struct ctx *c, struct err *e)
{
	struct record_item r = { 0 };
	struct id id;
	int rc;

	if (show_case_find_one(c, cmd_word(c, 0), &id, e) != 0)
		return -1;
	if (keeps_name(c, e) != 0)
		return -1;
	rc = records_find(c->s, &id, &r, e);
	if (rc == 0)
		rc = err_set(e, ERR_DENIED, "%s",
		    _("the card of this case is not open to you"));
	else if (rc > 0)
		rc = show_set(c, &r, "case set", 1, e);
	record_item_done(&r);
	return rc;
}
