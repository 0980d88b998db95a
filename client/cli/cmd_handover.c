/* handover propose, accept, reduce, undo, list; takeover. */
#include "client/core/consent/handover.h"

#include <string.h>

#include "client/cli/show.h"
#include "client/cli/text.h"

static int
find_person(struct ctx *c, const char *text, struct id *out, struct err *e)
{
	struct person_item person;

	if (show_person_find(c, text, &person, e) != 0)
		return -1;
	*out = person.person;
	return 0;
}

int
cmd_handover_propose(struct ctx *c, struct err *e)
{
	struct handover_draft d = { .reason = cmd_value(c, "reason") };
	const char *until = cmd_value(c, "until");
	struct id id;

	if (show_case_find_one(c, cmd_word(c, 0), &d.case_id, e) != 0 ||
	    find_person(c, cmd_word(c, 1), &d.person, e) != 0 ||
	    cmd_time(c, "until", 1, &d.until_ms, e) != 0 ||
	    handover_propose(c->s, &d, &id, e) != 0)
		return -1;
	return show_made(c, &id, until != NULL ?
	    _("The next tugi sync opens the case to the substitute, to keep "
	    "it until that day. To take it back before it is accepted: tugi "
	    "handover undo") :
	    _("The next tugi sync opens the case to that person, to keep it; "
	    "you both work in it until you leave: tugi handover reduce. To "
	    "take it back before it is accepted: tugi handover undo"), e);
}

int
cmd_handover_accept(struct ctx *c, struct err *e)
{
	struct id case_id, id;

	if (show_case_find_one(c, cmd_word(c, 0), &case_id, e) != 0 ||
	    handover_accept(c->s, &case_id, &id, e) != 0)
		return -1;
	return show_made(c, &id, _("Accepted. To undo that: tugi handover "
	    "undo"), e);
}

static int
read_part(const char *text, enum right *out, struct err *e)
{
	*out = RIGHT_NONE;
	if (text == NULL || strcmp(text, "nothing") == 0)
		return 0;
	if (strcmp(text, "read") == 0)
		*out = RIGHT_READ;
	else if (strcmp(text, "write") == 0)
		*out = RIGHT_WRITE;
	else
		return err_set(e, ERR_INPUT, "%s",
		    _("--to is nothing, read or write"));
	return 0;
}

int
cmd_handover_reduce(struct ctx *c, struct err *e)
{
	struct handover_part p = { .reason = cmd_value(c, "reason") };
	const char *whom = cmd_value(c, "person");
	struct id id;

	if (show_case_find_one(c, cmd_word(c, 0), &p.case_id, e) != 0 ||
	    (whom != NULL && find_person(c, whom, &p.person, e) != 0) ||
	    read_part(cmd_value(c, "to"), &p.right, e) != 0 ||
	    handover_reduce(c->s, &p, &id, e) != 0)
		return -1;
	return show_made(c, &id, p.right == RIGHT_NONE && whom == NULL ?
	    _("The next tugi sync sends what waits and closes the case to "
	    "you; who keeps it can take you in again.") :
	    _("It holds from the next tugi sync on; tugi handover propose "
	    "takes the person in again."), e);
}

int
cmd_handover_undo(struct ctx *c, struct err *e)
{
	struct id case_id, id;

	if (show_case_find_one(c, cmd_word(c, 0), &case_id, e) != 0 ||
	    handover_undo(c->s, &case_id, &id, e) != 0)
		return -1;
	return show_made(c, &id, _("Your last step in this case is undone; "
	    "the next tugi sync tells the others."), e);
}

int
cmd_takeover(struct ctx *c, struct err *e)
{
	struct takeover_draft d = { .provision = cmd_value(c, "provision"),
	    .reason = cmd_value(c, "reason") };
	struct id id;

	if (show_case_find_one(c, cmd_word(c, 0), &d.case_id, e) != 0 ||
	    handover_takeover(c->s, &d, &id, e) != 0)
		return -1;
	return show_made(c, &id, _("You lead and coordinate this case from "
	    "now on, stage cp, and may say who keeps it: tugi handover reduce "
	    "--person. To undo that: tugi handover undo"), e);
}

static const char *
state_words(const struct handover_item *item)
{
	static const char *const words[][2] = {
		{ "proposed", N_("proposed") }, { "accepted", N_("accepted") },
		{ "taken back", N_("taken back") }, { "over", N_("over") },
		{ "takeover", N_("takeover") }, { "left", N_("left") },
		{ "reads", N_("reads only") }, { "writes", N_("writes only") },
	};
	size_t i;

	for (i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (strcmp(words[i][0], item->state) == 0)
			return _(words[i][1]);
	return item->state;
}

static json_t *
item_json(const struct handover_item *item)
{
	json_t *j = json_object();

	json_object_set_new(j, "id", show_id_json(&item->id));
	json_object_set_new(j, "case", show_id_json(&item->case_id));
	json_object_set_new(j, "case_name", out_json_text(item->case_label));
	json_object_set_new(j, "state", out_json_text(item->state));
	json_object_set_new(j, "person", out_json_text(item->person));
	json_object_set_new(j, "by", out_json_text(item->by));
	json_object_set_new(j, "at", show_time_json(item->at_ms));
	json_object_set_new(j, "until", show_time_json(item->until_ms));
	json_object_set_new(j, "accepted", show_time_json(item->accepted_ms));
	json_object_set_new(j, "provision", out_json_text(item->provision));
	json_object_set_new(j, "reason", out_json_text(item->reason));
	json_object_set_new(j, "for_me", json_boolean(item->for_me));
	return j;
}

static void
item_row(struct table *t, const struct handover_item *item)
{
	char when[WHEN_BYTES], until[WHEN_BYTES] = "";

	table_cell(t, item->case_label);
	table_cell(t, state_words(item));
	table_cell(t, item->person);
	table_cell(t, item->by);
	when_short(item->at_ms, when);
	table_cell(t, when);
	if (item->until_ms != INT64_MAX)
		when_day(item->until_ms, until);
	table_cell(t, until);
	show_excerpt(t, item->reason != NULL ? item->reason :
	    item->provision != NULL ? item->provision : "");
}

int
cmd_handover_list(struct ctx *c, struct err *e)
{
	static const char *const heads[] = { N_("CASE"), N_("STATE"),
		N_("WHO"), N_("BY"), N_("SINCE"), N_("UNTIL"), N_("WHY") };
	struct handover_list l = { 0 };
	struct id case_id;
	struct table t;
	json_t *j;
	size_t i;
	int rc = 0;

	if (cmd_word(c, 0) != NULL &&
	    show_case_find_one(c, cmd_word(c, 0), &case_id, e) != 0)
		return -1;
	if (handover_list(c->s, cmd_word(c, 0) != NULL ? &case_id : NULL, &l,
	    e) != 0)
		return -1;
	table_init(&t, heads, 7, 6);
	if (c->g.json) {
		j = json_array();
		for (i = 0; i < l.count; i++)
			json_array_append_new(j, item_json(&l.items[i]));
		rc = out_json(j, e);
	} else if (l.count == 0) {
		out_say(&c->out, "%s", _("No case was handed over."));
	} else {
		for (i = 0; i < l.count; i++)
			item_row(&t, &l.items[i]);
		rc = table_print(&t, &c->out, e);
		for (i = 0; rc == 0 && i < l.count; i++)
			if (l.items[i].for_me)
				out_say(&c->out, _("%s waits for you: tugi "
				    "handover accept"),
				    l.items[i].case_label);
	}
	table_done(&t);
	handover_list_done(&l);
	return rc;
}
