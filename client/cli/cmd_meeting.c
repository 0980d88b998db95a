/* meeting add, show, due, decide; agenda add; task add, list, done. */
#include "client/core/schools/meetings.h"

#include <string.h>

#include "client/cli/text.h"
#include "client/cli/where.h"

int
cmd_meeting_add(struct ctx *c, struct err *e)
{
	struct assignment set[SHOW_SET_MAX] = { { "kind", cmd_word(c, 1) } };
	struct entry_draft d = { .type = TYPE_MEETING, .set = set, .n = 1 };
	struct where p;
	struct id id;
	long quorum = 0;
	int rc;

	if (where_find(c, fields_kind(TYPE_MEETING), cmd_word(c, 0), &p, e) !=
	    0)
		return -1;
	d.case_id = p.case_id;
	d.part = p.part;
	d.space = p.space;
	rc = show_assignments(c, 2, set, &d.n, e);
	if (rc == 0)
		rc = meetings_add(c->s, &d, &id, e);
	if (rc == 0)
		rc = show_made(c, &id, _("Saved on this device; the next tugi "
		    "sync sends it."), e);
	if (rc == 0)
		where_warn_names(c, &p.space, set, d.n);
	if (rc == 0 && meetings_few(c->s, &id, &quorum, e) == 0 && quorum > 0)
		out_warn(&c->out, _("Meetings of this kind need %ld people; "
		    "fewer are named."), quorum);
	show_assignments_done(set + 1, d.n - 1);
	return rc;
}

/* ---- one meeting with what belongs to it ---- */

struct parts {
	struct record_list items, tasks;
};

static bool
answers(const struct record_item *r, const struct id *meeting)
{
	char hex[ID_TEXT_BYTES];

	return strcmp(record_field(r, "meeting"), id_text(meeting, hex)) == 0;
}

static int
read_parts(struct ctx *c, struct parts *p, struct err *e)
{
	struct records_query items = { .type = TYPE_AGENDA };
	struct records_query tasks = { .type = TYPE_TASK };

	return records_list(c->s, &items, &p->items, e) != 0 ||
	    records_list(c->s, &tasks, &p->tasks, e) != 0 ? -1 : 0;
}

static json_t *
answers_json(const struct record_list *l, const struct id *meeting)
{
	json_t *j = json_array();
	size_t i;

	for (i = 0; i < l->count; i++)
		if (answers(&l->items[i], meeting))
			json_array_append_new(j,
			    show_record_json(&l->items[i]));
	return j;
}

static void
say_answers(struct ctx *c, const struct record_list *l,
    const struct id *meeting, const char *title, const struct case_list *cases)
{
	bool first = true;
	size_t i;

	for (i = l->count; i-- > 0;) { /* in the order they were put */
		const struct record_item *r = &l->items[i];

		if (!answers(r, meeting))
			continue;
		out_line(&c->out, "%s", "");
		if (first)
			out_head(&c->out, title);
		first = false;
		if (!id_is_zero(&r->case_id))
			out_line(&c->out, _("of %s"), show_case_name(cases,
			    &r->case_id));
		show_record(c, r);
	}
}

int
cmd_meeting_show(struct ctx *c, struct err *e)
{
	struct parts p = { { 0 }, { 0 } };
	struct case_list cases = { 0 };
	struct record_item r = { 0 };
	json_t *j;
	int rc = -1;

	if (show_record_find(c, cmd_word(c, 0), TYPE_MEETING, &r, e) != 0)
		return -1;
	if (read_parts(c, &p, e) != 0 || cases_names(c->s, &cases, e) != 0)
		goto out;
	rc = 0;
	if (c->g.json) {
		j = show_record_json(&r);
		json_object_set_new(j, "agenda", answers_json(&p.items,
		    &r.id));
		json_object_set_new(j, "tasks", answers_json(&p.tasks,
		    &r.id));
		rc = out_json(j, e);
	} else {
		show_record(c, &r);
		say_answers(c, &p.items, &r.id, _("Agenda"), &cases);
		say_answers(c, &p.tasks, &r.id, _("Tasks"), &cases);
	}
out:
	record_list_done(&p.items);
	record_list_done(&p.tasks);
	case_list_done(&cases);
	record_item_done(&r);
	return rc;
}

/* What stands in the meeting's own place, or in the case of --case. */
static int
add_answer(struct ctx *c, struct entry_draft *d, const char *what,
    struct err *e)
{
	struct assignment *set = (struct assignment *)(uintptr_t)d->set;
	char hex[ID_TEXT_BYTES];
	struct record_item r = { 0 };
	struct where p = { .words = 0 };
	size_t typed = d->n;
	struct id id;
	int rc;

	if (show_record_find(c, cmd_word(c, 0), TYPE_MEETING, &r, e) != 0)
		return -1;
	set[typed - 1].name = "meeting";
	set[typed - 1].text = id_text(&r.id, hex);
	d->space = r.space;
	rc = 0;
	if (cmd_value(c, "case") != NULL) {
		rc = where_find(c, fields_kind(TYPE_MATTER),
		    cmd_value(c, "case"), &p, e);
		d->case_id = p.case_id;
		d->part = p.part;
		d->space = p.space;
	}
	if (rc == 0)
		rc = show_assignments(c, 2, set, &d->n, e);
	if (rc == 0)
		rc = entries_add(c->s, d, &id, e);
	if (rc == 0)
		rc = show_made(c, &id, what, e);
	if (rc == 0)
		where_warn_names(c, &d->space, set, d->n);
	show_assignments_done(set + typed, d->n - typed);
	record_item_done(&r);
	return rc;
}

int
cmd_agenda_add(struct ctx *c, struct err *e)
{
	struct assignment set[SHOW_SET_MAX] = { { "topic", cmd_word(c, 1) } };
	struct entry_draft d = { .type = TYPE_AGENDA, .set = set, .n = 2 };

	return add_answer(c, &d, cmd_value(c, "case") != NULL ?
	    _("On the agenda. It stands in the child's case: who may not read "
	    "that sees nothing of it.") : _("On the agenda."), e);
}

int
cmd_meeting_decide(struct ctx *c, struct err *e)
{
	struct assignment set[SHOW_SET_MAX] = { { "what", cmd_word(c, 1) } };
	struct entry_draft d = { .type = TYPE_TASK, .set = set, .n = 1 };
	struct person_item person;

	if (cmd_value(c, "who") != NULL) {
		if (show_person_find(c, cmd_value(c, "who"), &person, e) != 0)
			return -1;
		set[d.n].name = "who";
		set[d.n++].text = person.name;
	}
	if (cmd_value(c, "due") != NULL) {
		set[d.n].name = "due";
		set[d.n++].text = cmd_value(c, "due");
	}
	d.n++;
	return add_answer(c, &d, _("The decision is a task now: tugi task "
	    "list"), e);
}

/* ---- due ---- */

static json_t *
due_json(const struct meeting_due *m)
{
	json_t *j = json_object();

	json_object_set_new(j, "kind", out_json_text(m->kind));
	json_object_set_new(j, "name", out_json_text(m->words));
	json_object_set_new(j, "where", out_json_text(m->where));
	json_object_set_new(j, "space", show_id_json(&m->space));
	json_object_set_new(j, "case", show_id_json(&m->case_id));
	json_object_set_new(j, "meeting", show_id_json(&m->meeting));
	json_object_set_new(j, "due", out_json_text(m->day));
	json_object_set_new(j, "last", out_json_text(m->last));
	json_object_set_new(j, "overdue", json_boolean(m->overdue));
	return j;
}

static int
print_due(struct ctx *c, const struct meeting_due_list *l, size_t n,
    struct err *e)
{
	static const char *const heads[] = { N_("DUE"), N_("MEETING"),
		N_("WHERE"), N_("LAST HELD"), N_("PLANNED"), N_("LOOK") };
	struct case_list cases = { 0 };
	char id[MATCH_SHORT_BYTES], day[WHEN_BYTES];
	struct table t;
	size_t i;
	int rc;

	if (cases_names(c->s, &cases, e) != 0)
		return -1;
	table_init(&t, heads, 6, 1);
	for (i = 0; i < n; i++) {
		const struct meeting_due *m = &l->items[i];

		when_text(m->day, day);
		table_cell(&t, day);
		table_cell(&t, m->words);
		table_cell(&t, id_is_zero(&m->case_id) ? m->where :
		    show_case_name(&cases, &m->case_id));
		when_text(m->last, day);
		table_cell(&t, day);
		table_cell(&t, id_is_zero(&m->meeting) ? "" :
		    match_short(&m->meeting, id));
		table_cell(&t, m->overdue ? _("overdue") : "");
	}
	rc = table_print(&t, &c->out, e);
	table_done(&t);
	case_list_done(&cases);
	return rc;
}

int
cmd_meeting_due(struct ctx *c, struct err *e)
{
	struct meeting_due_list l;
	json_t *j;
	size_t i, n;
	int rc = 0;

	if (meetings_due(c->s, &l, e) != 0)
		return -1;
	n = l.count; /* by day: what is overdue stands first */
	while (cmd_flag(c, "overdue") && n > 0 && !l.items[n - 1].overdue)
		n--;
	if (c->g.json) {
		j = json_array();
		for (i = 0; i < n; i++)
			json_array_append_new(j, due_json(&l.items[i]));
		rc = out_json(j, e);
	} else if (n == 0) {
		out_say(&c->out, "%s", _("No meeting is due."));
	} else {
		rc = print_due(c, &l, n, e);
	}
	meeting_due_list_done(&l);
	return rc;
}

/* ---- tasks ---- */

int
cmd_task_done(struct ctx *c, struct err *e)
{
	struct assignment set[2] = { { "done", NULL },
		{ "outcome", cmd_word(c, 1) } };
	struct record_item r = { 0 };
	char today[WHEN_BYTES];
	int rc;

	if (show_record_find(c, cmd_word(c, 0), TYPE_TASK, &r, e) != 0)
		return -1;
	if (record_field(&r, "done")[0] != '\0') {
		err_set(e, ERR_CLASH, _("this task was done on %s already; "
		    "to correct it: tugi task set"), record_field(&r, "done"));
		record_item_done(&r);
		return -1;
	}
	when_day(tick_wall_ms(&c->tick), today);
	set[0].text = cmd_value(c, "on") != NULL ? cmd_value(c, "on") : today;
	rc = records_set(c->s, &r.id, set, cmd_word(c, 1) != NULL ? 2 : 1, e);
	if (rc == 0)
		rc = show_made(c, &r.id, _("Done."), e);
	record_item_done(&r);
	return rc;
}
