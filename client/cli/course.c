/* case stage, coordinator, close, reopen, pause; the course in case show. */
#include "client/core/cases/course.h"

#include <string.h>

#include "client/cli/course.h"
#include "client/cli/text.h"
#include "client/core/consent/handover.h"
#include "client/core/cases/timeline.h"

#define STEP_BYTES 400

static int
change(struct ctx *c, const struct assignment *set, size_t n,
    const char *what, struct err *e)
{
	struct id id;

	if (show_case_find_one(c, cmd_word(c, 0), &id, e) != 0 ||
	    records_set(c->s, &id, set, n, e) != 0)
		return -1;
	return show_made(c, &id, what, e);
}

int
cmd_case_stage(struct ctx *c, struct err *e)
{
	const char *stage = cmd_word(c, 1), *with = cmd_value(c, "with");
	struct assignment set[2] = { { "stage", stage }, { "outside", with } };
	bool second = strcmp(stage, "2") == 0;

	if (strcmp(stage, "cp") == 0)
		return err_set(e, ERR_INPUT, "%s", _("child protection takes "
		    "over by a step of its own, with its legal basis: tugi "
		    "takeover"));
	if (second && with == NULL)
		return err_set(e, ERR_INPUT, "%s", _("stage 2 brings in "
		    "outside parties: name them with --with"));
	if (!second && with != NULL)
		return err_set(e, ERR_INPUT, "%s", _("outside parties come in "
		    "with stage 2: leave out --with"));
	return change(c, set, second ? 2 : 1, second ?
	    _("Recorded: outside parties take part. Who coordinates stays.") :
	    _("Recorded. What consents opened stays open until they are "
	    "withdrawn or over."), e);
}

int
cmd_case_coordinator(struct ctx *c, struct err *e)
{
	struct person_item person;
	struct assignment set[2] = { { "coordinator", NULL },
		{ "coordinator-why", cmd_value(c, "why") } };

	if (show_person_find(c, cmd_word(c, 1), &person, e) != 0)
		return -1;
	set[0].text = person.name;
	return change(c, set, 2, _("Recorded. This opens nothing: who may see "
	    "the case is said by consents and tugi handover."), e);
}

int
cmd_case_close(struct ctx *c, struct err *e)
{
	struct assignment set[2] = { { "status", cmd_flag(c, "soon") ?
		"closing" : "closed" }, { "closing", cmd_word(c, 1) } };

	return change(c, set, 2, cmd_flag(c, "soon") ?
	    _("Recorded: the case is about to be closed.") :
	    _("The case is closed. What is written later is kept and marked. "
	    "To undo: tugi case reopen"), e);
}

int
cmd_case_reopen(struct ctx *c, struct err *e)
{
	static const struct assignment set[2] = { { "status", "reopened" },
		{ "closing", "" } };

	return change(c, set, 2, _("The case is open again."), e);
}

int
cmd_case_pause(struct ctx *c, struct err *e)
{
	static const struct assignment set[1] = { { "status", "paused" } };

	return change(c, set, 1, _("Recorded. To go on: tugi case set CASE "
	    "status=open"), e);
}

/* ---- in case show ---- */

static void
say_steps(struct ctx *c, const struct record_list *l)
{
	char words[STEP_BYTES], day[WHEN_BYTES];
	size_t i;

	for (i = 0; i < l->count; i++) {
		timeline_words(&l->items[i], words, sizeof(words));
		when_day(l->items[i].at_ms, day);
		out_line(&c->out, "%s  %s (%s)", day, words,
		    l->items[i].author);
	}
}

/* What is left to who coordinated before. */
static void
say_parts(struct ctx *c, const struct handover_list *l)
{
	size_t i;

	for (i = 0; i < l->count; i++) {
		const struct handover_item *h = &l->items[i];
		char day[WHEN_BYTES];

		when_day(h->at_ms, day);
		if (strcmp(h->state, "takeover") == 0)
			out_line(&c->out, _("%s  %s took over by law (%s)"),
			    day, h->person, h->provision != NULL ?
			    h->provision : "");
		else if (strcmp(h->state, "writes") == 0)
			out_line(&c->out, _("%s  %s keeps a narrow part: reads "
			    "and writes"), day, h->person);
		else if (strcmp(h->state, "reads") == 0)
			out_line(&c->out, _("%s  %s keeps a narrow part: reads "
			    "only"), day, h->person);
	}
}

int
course_say(struct ctx *c, const struct id *case_id, struct err *e)
{
	struct handover_list handovers = { 0 };
	struct record_list steps;
	struct err why;

	if (course_list(c->s, case_id, &steps, e) != 0)
		return -1;
	/* Without the card there is neither, and that is no failure. */
	if (handover_list(c->s, case_id, &handovers, &why) != 0)
		memset(&handovers, 0, sizeof(handovers));
	if (steps.count > 0 || handovers.count > 0) {
		out_line(&c->out, "%s", "");
		out_head(&c->out, _("Course"));
		say_steps(c, &steps);
		say_parts(c, &handovers);
	}
	handover_list_done(&handovers);
	record_list_done(&steps);
	return 0;
}

json_t *
course_json(struct ctx *c, const struct id *case_id, struct err *e)
{
	struct record_list steps;
	json_t *j;

	if (course_list(c->s, case_id, &steps, e) != 0)
		return NULL;
	j = show_records_json(steps.items, steps.count);
	record_list_done(&steps);
	return j;
}

void
course_warn_closed(struct ctx *c, const struct id *case_id)
{
	struct record_item r = { 0 };
	struct err why;

	if (records_find(c->s, case_id, &r, &why) == 1 &&
	    strcmp(record_field(&r, "status"), "closed") == 0)
		out_warn(&c->out, "%s", _("This case is closed: the note is "
		    "kept and marked, and reopens nothing. To go on working: "
		    "tugi case reopen"));
	record_item_done(&r);
}
