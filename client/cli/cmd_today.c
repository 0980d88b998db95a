/* today: the first screen of a worker's day. */
#include "client/cli/cmd.h"

#include <string.h>

#include "client/cli/show.h"
#include "client/cli/status.h"
#include "client/cli/text.h"
#include "client/core/due_list.h"
#include "client/core/schools/inbox.h"
#include "common/base/mem.h"

#define TODAY_NOTES 3
#define TODAY_DAYS_MAX 366
#define TODAY_LINES 20 /* of what is due; --all shows the rest */

struct today { /* what the screen shows */
	struct status st;
	struct due_list due;
	struct record_list notes;
	struct due_query q;
	size_t inbox, drafts;
};

static void
today_done(struct today *t)
{
	due_list_done(&t->due);
	record_list_done(&t->notes);
}

/* ---- as JSON ---- */

static json_t *
day_json(int64_t ms)
{
	char day[WHEN_BYTES];

	if (ms == 0)
		return json_null();
	when_day(ms, day);
	return out_json_text(day);
}

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
	json_object_set_new(j, "visit", day_json(l->visit_ms));
	return j;
}

static json_t *
visits_json(const struct visits *l)
{
	json_t *all = json_array(), *j;
	size_t i;

	for (i = 0; i < l->count; i++) {
		const struct visit *v = &l->items[i];

		j = json_object();
		json_object_set_new(j, "day", day_json(v->day_ms));
		json_object_set_new(j, "school", out_json_text(v->school));
		json_object_set_new(j, "from", out_json_text(v->from));
		json_object_set_new(j, "until", out_json_text(v->until));
		json_object_set_new(j, "place", out_json_text(v->place));
		json_array_append_new(all, j);
	}
	return all;
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
	json_object_set_new(j, "visits", visits_json(&t->due.visits));
	json_object_set_new(j, "holiday",
	    out_json_text(t->due.visits.holiday));
	json_object_set_new(j, "planned",
	    json_boolean(t->due.visits.planned));
	json_object_set_new(j, "inbox", json_integer((json_int_t)t->inbox));
	json_object_set_new(j, "drafts", json_integer((json_int_t)t->drafts));
	json_object_set_new(j, "notes",
	    show_records_json(t->notes.items, t->notes.count));
	return j;
}

/* ---- on the screen ---- */

/* "Lasila 08:30-12:00, room 12" */
static void
add_visit(struct buf *b, const struct visit *v)
{
	buf_add_str(b, v->school);
	if (v->from[0] != '\0')
		buf_add_fmt(b, " %s", v->from);
	if (v->until[0] != '\0')
		buf_add_fmt(b, "-%s", v->until);
	if (v->place[0] != '\0')
		buf_add_fmt(b, ", %s", v->place);
}

static void
say_visits(struct ctx *c, const struct due_list *l)
{
	const struct visits *v = &l->visits;
	char day[WHEN_BYTES];
	struct buf b;
	size_t i, n = 0;

	when_day(l->today_ms, day);
	buf_init(&b, SHOW_MAX_BYTES);
	for (i = 0; i < v->count && v->items[i].day_ms == l->today_ms; i++) {
		buf_add_str(&b, n++ > 0 ? "; " : "");
		add_visit(&b, &v->items[i]);
	}
	if (n > 0)
		out_line(&c->out, _("Today, %s: %s."), day, buf_str(&b));
	else if (v->holiday[0] != '\0')
		out_line(&c->out, _("Today, %s: %s."), day, v->holiday);
	else if (v->planned)
		out_line(&c->out, _("Today, %s: no school by your plan."),
		    day);
	else
		out_line(&c->out, _("Today, %s: no presence plan yet: tugi "
		    "presence add SCHOOL weekday=mon"), day);
	if (n == 0 && v->count > 0) {
		when_day(v->items[0].day_ms, day);
		buf_reset(&b);
		add_visit(&b, &v->items[0]);
		out_line(&c->out, _("Next: %s, %s."), day, buf_str(&b));
	}
	buf_done(&b);
}

static void
say_inbox(struct ctx *c, const struct today *t)
{
	if (t->inbox > 0)
		out_line(&c->out, plural(t->inbox,
		    "%zu quick note waits for its case: tugi inbox",
		    "%zu quick notes wait for their cases: tugi inbox"),
		    t->inbox);
}

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
		N_("SCHOOL"), N_("VISIT"), N_("WHO"), N_("WHAT"),
		N_("COMMAND") };
	int64_t now = tick_wall_ms(&c->tick);
	size_t i, n = cmd_flag(c, "all") || l->count <= TODAY_LINES ?
	    l->count : TODAY_LINES;
	char when[WHEN_BYTES];
	struct table t;
	int rc;

	table_init(&t, heads, 7, 5);
	for (i = 0; i < n; i++) {
		const struct due_line *d = &l->lines[i];

		say_when(d, now, when);
		table_cell(&t, when);
		table_cell(&t, mark(d));
		table_cell(&t, d->item.school);
		if (d->visit_ms != 0)
			when_day(d->visit_ms, when);
		table_cell(&t, d->visit_ms == 0 ? "" :
		    d->visit_ms == l->today_ms ? _("today") : when);
		table_cell(&t, d->who);
		table_cell(&t, d->item.words);
		table_cell(&t, d->item.command);
	}
	rc = table_print(&t, &c->out, e);
	table_done(&t);
	if (rc == 0 && n < l->count)
		out_line(&c->out, plural(l->count - n,
		    "%zu more is due, later than these: tugi today --all",
		    "%zu more are due, later than these: tugi today --all"),
		    l->count - n);
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
	say_visits(c, &t->due);
	if (t->due.count == 0 && t->q.school != NULL)
		out_line(&c->out, plural(t->q.days, "Nothing is due at %s "
		    "in the next %d day.", "Nothing is due at %s in the next "
		    "%d days."), t->q.school, t->q.days);
	else if (t->due.count == 0)
		out_line(&c->out, plural(t->q.days, "Nothing is due in the "
		    "next %d day.", "Nothing is due in the next %d days."),
		    t->q.days);
	else if (say_due(c, &t->due, e) != 0)
		return -1;
	say_inbox(c, t);
	status_say(c, &t->st);
	if (t->st.cases == 0 && t->st.notes == 0)
		out_line(&c->out, "%s", _("To begin: tugi site new SCHOOL, "
		    "tugi case new NAME, tugi note quick TEXT."));
	return say_notes(c, &t->notes, e);
}

/* By a part of the name of a room, or the whole name of a school that has
 * none here. */
static int
find_school(struct ctx *c, struct due_query *q, char **name, struct err *e)
{
	struct room_item room;

	if (q->school == NULL)
		return 0;
	if (rooms_find(c->s, ROOMS_SITE, q->school, &room, e) == 0) {
		*name = mem_dup(room.name);
		q->school = *name;
		room_item_done(&room);
		return 0;
	}
	if (e->kind != ERR_ABSENT)
		return -1;
	err_clear(e);
	return 0;
}

/* A name that was mistyped must not look like an empty day. */
static int
check_school(const struct today *t, const char *room, struct err *e)
{
	if (t->q.school == NULL || room != NULL || t->due.count > 0)
		return 0;
	return err_set(e, ERR_ABSENT, "no school open to you is called "
	    "\"%.40s\", and nothing is due at one of that name; tugi site "
	    "list shows them", t->q.school);
}

int
cmd_today(struct ctx *c, struct err *e)
{
	struct records_query notes = { .type = TYPE_NOTE,
		.limit = TODAY_NOTES };
	struct today t = { .q = { .school = cmd_value(c, "site") } };
	int64_t days = DUE_DAYS;
	char *school = NULL;
	int rc;

	if (cmd_number(c, "days", (struct range){ 1, TODAY_DAYS_MAX }, &days,
	    e) != 0)
		return -1;
	t.q.days = (int)days;
	rc = find_school(c, &t.q, &school, e);
	if (rc == 0)
		rc = status_read(c->s, &t.st, e);
	if (rc == 0)
		rc = due_list(c->s, &t.q, &t.due, e);
	if (rc == 0)
		rc = check_school(&t, school, e);
	if (rc == 0)
		rc = inbox_count(c->s, &t.inbox, &t.drafts, e);
	if (rc == 0)
		rc = records_list(c->s, &notes, &t.notes, e);
	if (rc == 0)
		rc = c->g.json ? out_json(today_json(c, &t), e) :
		    say_today(c, &t, e);
	today_done(&t);
	mem_free(school);
	return rc;
}
