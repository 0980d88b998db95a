/* activity, service, office calendar: work at schools. */
#include <string.h>

#include "client/core/cases/entries.h"
#include "client/core/cases/names.h"
#include "client/core/cases/rooms.h"
#include "client/core/schools/site.h"

#include "client/cli/show.h"
#include "client/cli/text.h"

#define CASES_MAX 64 /* of one group */

static int
find_site(struct ctx *c, const char *word, struct id *space, struct err *e)
{
	struct room_item room;

	if (rooms_find(c->s, ROOMS_SITE, word, &room, e) != 0)
		return -1;
	*space = room.space;
	room_item_done(&room);
	return 0;
}

/* ---- activities ---- */

/* A school first: there are fewer of them, and none is a child's name. */
static int
find_where(struct ctx *c, const char *word, struct entry_draft *d,
    struct err *e)
{
	if (find_site(c, word, &d->space, e) == 0)
		return 0;
	if (e->kind != ERR_ABSENT)
		return -1;
	err_clear(e);
	return show_case_find(c, word, &d->case_id, e);
}

static const char *
value_in(const struct assignment *set, size_t n, const char *name)
{
	size_t i;

	for (i = 0; i < n; i++)
		if (strcmp(set[i].name, name) == 0)
			return set[i].text;
	return NULL;
}

static int
no_child(const struct assignment *set, size_t n, struct err *e)
{
	static const char *const names[] = { "case", "cases", "child",
		"children", "name" };
	size_t i;

	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (value_in(set, n, names[i]) != NULL)
			return err_set(e, ERR_INPUT, "%s: an activity of a "
			    "school is linked to no child; who took part in a "
			    "group is recorded in each case: tugi activity "
			    "roster", names[i]);
	return 0;
}

/* Said, never kept: the writer may know better. */
static int
warn_names(struct ctx *c, const struct assignment *set, size_t n,
    struct err *e)
{
	static const char *const texts[] = { "text", "topics", "class" };
	char found[NAMES_FOUND_BYTES];
	const char *text;
	size_t i;
	int rc;

	for (i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		text = value_in(set, n, texts[i]);
		if (text == NULL)
			continue;
		rc = names_find(c->s, view_str(text), found, e);
		if (rc < 0)
			return -1;
		if (rc == 1)
			out_warn(&c->out, _("%s: \"%s\" is the name of a child "
			    "you know. If it is that child, write it without: "
			    "others read this room."), texts[i], found);
	}
	return 0;
}

int
cmd_activity_add(struct ctx *c, struct err *e)
{
	struct assignment set[SHOW_SET_MAX + 1];
	struct entry_draft d = { .type = TYPE_ACTIVITY, .set = set };
	char sum[24];
	int64_t heads;
	size_t typed = 0;
	struct id id;
	int rc = find_where(c, cmd_word(c, 0), &d, e);

	if (rc == 0)
		rc = show_assignments(c, 1, set, &typed, e);
	d.n = typed;
	if (rc == 0 && !id_is_zero(&d.space))
		rc = no_child(set, d.n, e);
	heads = rc == 0 ? site_heads(set, d.n) : 0;
	if (heads > 0) {
		snprintf(sum, sizeof(sum), "%lld", (long long)heads);
		set[d.n].name = "heads";
		set[d.n++].text = sum;
	}
	if (rc == 0)
		rc = entries_add(c->s, &d, &id, e);
	if (rc == 0 && !id_is_zero(&d.space))
		rc = warn_names(c, set, typed, e);
	if (rc == 0 && !id_is_zero(&d.case_id))
		show_left_out(c, &d.case_id, "notes");
	if (rc == 0)
		rc = show_made(c, &id, _("Saved on this device; the next tugi "
		    "sync sends it."), e);
	show_assignments_done(set, typed);
	return rc;
}

static int
say_took_part(struct ctx *c, const struct record_list *l, struct err *e)
{
	struct case_place p;
	size_t i;

	if (l->count > 0)
		out_head(&c->out, _("Took part, as your cases say:"));
	for (i = 0; i < l->count; i++) {
		if (cases_place(c->s, &l->items[i].case_id, &p, e) != 0)
			return -1;
		out_line(&c->out, "%s", p.label);
		case_place_done(&p);
	}
	return 0;
}

int
cmd_activity_show(struct ctx *c, struct err *e)
{
	struct record_item r = { 0 };
	struct record_list l = { 0 };
	json_t *j;
	int rc;

	if (show_record_find(c, cmd_word(c, 0), TYPE_ACTIVITY, &r, e) != 0)
		return -1;
	rc = site_took_part(c->s, &r.id, &l, e);
	if (rc == 0 && c->g.json) {
		j = show_record_json(&r);
		json_object_set_new(j, "took_part",
		    show_records_json(l.items, l.count));
		rc = out_json(j, e);
	} else if (rc == 0) {
		show_record(c, &r);
		rc = say_took_part(c, &l, e);
	}
	record_list_done(&l);
	record_item_done(&r);
	return rc;
}

int
cmd_activity_roster(struct ctx *c, struct err *e)
{
	struct id cases[CASES_MAX];
	struct record_item r = { 0 };
	size_t n = 0;
	int rc;

	if (c->args.count > CASES_MAX)
		return err_set(e, ERR_TOOBIG, "at most %d children at once",
		    CASES_MAX - 1);
	if (show_record_find(c, cmd_word(c, 0), TYPE_ACTIVITY, &r, e) != 0)
		return -1;
	for (rc = 0; rc == 0 && cmd_word(c, n + 1) != NULL; n++) {
		rc = show_case_find(c, cmd_word(c, n + 1), &cases[n], e);
		if (rc != 0)
			err_add(e, _("word %zu"), n + 2);
	}
	if (rc == 0)
		rc = site_roster(c->s, &r.id, cases, n, cmd_value(c,
		    "agreed-by"), e);
	if (rc == 0 && c->g.json)
		rc = out_json(json_pack("{s:i}", "recorded", (int)n), e);
	else if (rc == 0)
		out_say(&c->out, plural(n, "Recorded in %zu case.",
		    "Recorded in %zu cases."), n);
	record_item_done(&r);
	return rc;
}

/* ---- service plans ---- */

/* A new record from a word and FIELD=TEXT words after it. */
static int
add_with(struct ctx *c, struct entry_draft *d, const char *field,
    const char *text, struct err *e)
{
	struct assignment set[SHOW_SET_MAX + 1];
	size_t n = 0, typed;
	struct id id;
	int rc = show_assignments(c, 2, set, &n, e);

	typed = n;
	set[n].name = field;
	set[n++].text = text;
	d->set = set;
	d->n = n;
	if (rc == 0)
		rc = entries_add(c->s, d, &id, e);
	if (rc == 0)
		rc = show_made(c, &id, _("Saved on this device; the next tugi "
		    "sync sends it."), e);
	show_assignments_done(set, typed);
	return rc;
}

int
cmd_service_new(struct ctx *c, struct err *e)
{
	struct entry_draft d = { .type = TYPE_SERVICE };

	if (find_site(c, cmd_word(c, 0), &d.space, e) != 0)
		return -1;
	return add_with(c, &d, "year", cmd_word(c, 1), e);
}

int
cmd_service_goal(struct ctx *c, struct err *e)
{
	struct entry_draft d = { .type = TYPE_SERVICE_GOAL };
	struct op plan = { .field = SERVICE_GOAL_PLAN };
	struct record_item r = { 0 };
	int rc;

	if (show_record_find(c, cmd_word(c, 0), TYPE_SERVICE, &r, e) != 0)
		return -1;
	plan.value.type = VALUE_BYTES;
	plan.value.data = view_of(r.id.b, sizeof(r.id.b));
	d.space = r.space;
	d.more = &plan;
	d.more_count = 1;
	rc = add_with(c, &d, "goal", cmd_word(c, 1), e);
	record_item_done(&r);
	return rc;
}

int
cmd_service_show(struct ctx *c, struct err *e)
{
	struct record_item r = { 0 };
	struct record_list l = { 0 };
	json_t *j;
	size_t i;
	int rc;

	if (show_record_find(c, cmd_word(c, 0), TYPE_SERVICE, &r, e) != 0)
		return -1;
	rc = site_goals(c->s, &r.id, &l, e);
	if (rc == 0 && c->g.json) {
		j = show_record_json(&r);
		json_object_set_new(j, "goals",
		    show_records_json(l.items, l.count));
		rc = out_json(j, e);
	} else if (rc == 0) {
		show_record(c, &r);
		for (i = 0; i < l.count; i++) {
			out_line(&c->out, "%s", "");
			show_record(c, &l.items[i]);
		}
	}
	record_list_done(&l);
	record_item_done(&r);
	return rc;
}

int
cmd_service_copy(struct ctx *c, struct err *e)
{
	struct record_item r = { 0 };
	struct id id;
	int rc;

	if (show_record_find(c, cmd_word(c, 0), TYPE_SERVICE, &r, e) != 0)
		return -1;
	rc = site_carry(c->s, &r.id, cmd_value(c, "year"), &id, e);
	if (rc == 0)
		rc = show_made(c, &id, _("Saved on this device; the next tugi "
		    "sync sends it."), e);
	record_item_done(&r);
	return rc;
}

/* ---- the calendar ---- */

static int
calendar_add(struct ctx *c, struct err *e)
{
	struct assignment set[SHOW_SET_MAX];
	struct entry_draft d = { .type = TYPE_CALENDAR, .set = set };
	struct id id;
	int rc = show_assignments(c, 1, set, &d.n, e);

	if (rc == 0)
		rc = entries_add(c->s, &d, &id, e);
	if (rc == 0)
		rc = show_made(c, &id, _("Saved on this device; the next tugi "
		    "sync sends it."), e);
	show_assignments_done(set, d.n);
	return rc;
}

static int
calendar_set(struct ctx *c, struct err *e)
{
	struct record_item r = { 0 };
	int rc;

	if (cmd_word(c, 1) == NULL)
		return err_set(e, ERR_INPUT, "which entry? tugi calendar lists "
		    "them");
	if (show_record_find(c, cmd_word(c, 1), TYPE_CALENDAR, &r, e) != 0)
		return -1;
	rc = show_set(c, &r, "office calendar set", 2, e);
	record_item_done(&r);
	return rc;
}

int
cmd_office_calendar(struct ctx *c, struct err *e)
{
	const char *what = cmd_word(c, 0);

	if (what == NULL)
		return cmd_entry_list(c, e);
	if (strcmp(what, "add") == 0)
		return calendar_add(c, e);
	if (strcmp(what, "set") == 0)
		return calendar_set(c, e);
	return err_set(e, ERR_INPUT, "\"%.20s\" is neither add nor set", what);
}
