/* today: the first screen of a worker's day. */
#include "client/cli/cmd.h"

#include <string.h>

#include "client/cli/show.h"
#include "client/cli/status.h"
#include "client/cli/text.h"
#include "client/core/due.h"

#define TODAY_NOTES 3
#define TODAY_DAYS_MAX 366

struct today { /* what the screen shows */
	struct status st;
	struct due_list due;
	struct record_list notes;
	struct due_query q;
};

static void
today_done(struct today *t)
{
	due_list_done(&t->due);
	record_list_done(&t->notes);
}

/* ---- as JSON ---- */

static json_t *
line_json(const struct due_line *l)
{
	static const char *const when[] = { "overdue", "today", "ahead" };
	const struct due_item *i = &l->item;
	json_t *j = json_object();

	json_object_set_new(j, "kind", out_json_text(i->kind));
	json_object_set_new(j, "when", out_json_text(when[l->when]));
	json_object_set_new(j, "at", show_time_json(i->at_ms));
	json_object_set_new(j, "moment", json_boolean(i->moment));
	json_object_set_new(j, "urgent", json_boolean(i->urgent));
	json_object_set_new(j, "case", show_id_json(&i->case_id));
	json_object_set_new(j, "room", show_id_json(&i->space));
	json_object_set_new(j, "record", show_id_json(&i->record));
	json_object_set_new(j, "who", out_json_text(l->who));
	json_object_set_new(j, "school", out_json_text(i->school));
	json_object_set_new(j, "words", out_json_text(i->words));
	json_object_set_new(j, "command", out_json_text(i->command));
	return j;
}

static json_t *
today_json(struct ctx *c, const struct today *t)
{
	json_t *j = json_object(), *due = json_array();
	size_t i;

	for (i = 0; i < t->due.count; i++)
		json_array_append_new(due, line_json(&t->due.lines[i]));
	json_object_set_new(j, "status", status_json(c, &t->st));
	json_object_set_new(j, "due", due);
	json_object_set_new(j, "notes",
	    show_records_json(t->notes.items, t->notes.count));
	return j;
}

/* ---- on the screen ---- */

static void
say_when(const struct due_line *l, int64_t now, char out[static WHEN_BYTES])
{
	if (l->item.at_ms == 0)
		snprintf(out, WHEN_BYTES, "%s", _("now"));
	else if (l->item.moment)
		when_words(l->item.at_ms, now, out);
	else
		when_day(l->item.at_ms, out);
}

static const char *
mark(const struct due_line *l)
{
	if (l->item.urgent)
		return _("urgent");
	return l->when == DUE_OVERDUE ? _("overdue") :
	    l->when == DUE_TODAY ? _("today") : "";
}

static int
say_due(struct ctx *c, const struct due_list *l, struct err *e)
{
	static const char *const heads[] = { N_("DUE"), N_("LOOK"),
		N_("SCHOOL"), N_("WHO"), N_("WHAT"), N_("COMMAND") };
	int64_t now = tick_wall_ms(&c->tick);
	char when[WHEN_BYTES];
	struct table t;
	size_t i;
	int rc;

	table_init(&t, heads, 6, 4);
	for (i = 0; i < l->count; i++) {
		const struct due_line *d = &l->lines[i];

		say_when(d, now, when);
		table_cell(&t, when);
		table_cell(&t, mark(d));
		table_cell(&t, d->item.school);
		table_cell(&t, d->who);
		table_cell(&t, d->item.words);
		table_cell(&t, d->item.command);
	}
	rc = table_print(&t, &c->out, e);
	table_done(&t);
	return rc;
}

static int
say_notes(struct ctx *c, const struct record_list *l, struct err *e)
{
	struct case_place p;
	size_t i;

	for (i = 0; i < l->count; i++) {
		if (cases_place(c->s, &l->items[i].case_id, &p, e) != 0)
			return -1;
		out_line(&c->out, "\n%s", p.label);
		case_place_done(&p);
		show_record_short(c, &l->items[i]);
	}
	return 0;
}

static int
say_today(struct ctx *c, const struct today *t, struct err *e)
{
	status_say(c, &t->st);
	if (t->due.count == 0 && t->q.school != NULL)
		out_line(&c->out, _("Nothing is due at %s in the next %d "
		    "days."), t->q.school, t->q.days);
	else if (t->due.count == 0)
		out_line(&c->out, _("Nothing is due in the next %d days."),
		    t->q.days);
	else if (say_due(c, &t->due, e) != 0)
		return -1;
	return say_notes(c, &t->notes, e);
}

int
cmd_today(struct ctx *c, struct err *e)
{
	struct records_query notes = { .type = TYPE_NOTE,
		.limit = TODAY_NOTES };
	struct today t = { .q = { .school = cmd_value(c, "site") } };
	int64_t days = DUE_DAYS;
	int rc;

	if (cmd_number(c, "days", (struct range){ 1, TODAY_DAYS_MAX }, &days,
	    e) != 0)
		return -1;
	t.q.days = (int)days;
	rc = status_read(c->s, &t.st, e);
	if (rc == 0)
		rc = due_list(c->s, &t.q, &t.due, e);
	if (rc == 0)
		rc = records_list(c->s, &notes, &t.notes, e);
	if (rc == 0)
		rc = c->g.json ? out_json(today_json(c, &t), e) :
		    say_today(c, &t, e);
	today_done(&t);
	return rc;
}
