/* share add, end; transition propose, choose, accept, decline, revoke, reduce,
 * list. */
#include <string.h>

#include "client/cli/given.h"
#include "client/cli/show.h"
#include "client/cli/text.h"
#include "client/core/giving/share.h"
#include "client/core/support/transition.h"
#include "common/base/mem.h"

/* ---- single notes ---- */

int
cmd_share_add(struct ctx *c, struct err *e)
{
	struct share_draft d = { .safety_seen = cmd_flag(c, "safety-seen") };
	struct id *records = NULL, id;
	struct person_item person;
	int rc;

	if (show_case_find_one(c, cmd_word(c, 0), &d.consent.case_id, e) !=
	    0 || show_person_find(c, cmd_word(c, 1), &person, e) != 0 ||
	    given_records(c, cmd_value(c, "records"), &records, &d.count,
	    e) != 0)
		return -1;
	d.records = records;
	d.consent.audience = person.person;
	d.consent.giver = cmd_value(c, "by");
	d.consent.giver_role = cmd_value(c, "role");
	d.consent.purpose = cmd_value(c, "purpose");
	d.consent.evidence = cmd_value(c, "evidence");
	rc = cmd_time(c, "until", 1, &d.consent.until_ms, e);
	if (rc == 0)
		rc = share_add(c->s, &d, &id, e);
	mem_free(records);
	return rc != 0 ? -1 : show_made(c, &id, _("Shared: the next tugi sync "
	    "opens the copies to that person, and nothing else. To take it "
	    "back: tugi share end"), e);
}

int
cmd_share_end(struct ctx *c, struct err *e)
{
	struct withdrawal_effect effect;
	struct person_item person;
	struct id case_id;

	if (show_case_find_one(c, cmd_word(c, 0), &case_id, e) != 0 ||
	    show_person_find(c, cmd_word(c, 1), &person, e) != 0 ||
	    share_end(c->s, &case_id, &person.person, cmd_value(c, "by"),
	    &effect, e) != 0)
		return -1;
	return show_made(c, &case_id, _("Taken back; the next tugi sync closes "
	    "it. What was read before cannot be called back."), e);
}

/* ---- transitions ---- */

int
cmd_transition_propose(struct ctx *c, struct err *e)
{
	struct transition_draft d = { .kind = cmd_value(c, "kind"),
	    .to = cmd_value(c, "to"), .until = cmd_value(c, "until") };
	struct person_item person;
	struct id id;

	if (show_case_find_one(c, cmd_word(c, 0), &d.case_id, e) != 0 ||
	    show_person_find(c, cmd_word(c, 1), &person, e) != 0)
		return -1;
	d.receiver = person.person;
	if (transition_propose(c->s, &d, &id, e) != 0)
		return -1;
	return show_made(c, &id, _("Proposed; nobody else sees it yet. What the "
	    "guardian picks: tugi transition choose"), e);
}

int
cmd_transition_choose(struct ctx *c, struct err *e)
{
	struct transition_choice d = { .giver = cmd_value(c, "by"),
	    .giver_role = cmd_value(c, "role"),
	    .evidence = cmd_value(c, "evidence"),
	    .language = cmd_value(c, "language"),
	    .safety_seen = cmd_flag(c, "safety-seen") };
	struct id *records = NULL;
	int rc;

	if (match_record(c->s, cmd_word(c, 0), TYPE_TRANSITION,
	    &d.transition, e) != 0 || given_records(c, cmd_value(c,
	    "records"), &records, &d.count, e) != 0)
		return -1;
	d.records = records;
	rc = transition_choose(c->s, &d, e);
	mem_free(records);
	return rc != 0 ? -1 : show_made(c, &d.transition, _("Chosen, on the "
	    "guardian's consent: the next tugi sync opens it to the "
	    "receiver."), e);
}

int
cmd_transition_accept(struct ctx *c, struct err *e)
{
	struct id id, case_id;

	if (match_record(c->s, cmd_word(c, 0), TYPE_TRANSITION, &id, e) != 0 ||
	    transition_accept(c->s, &id, &case_id, e) != 0)
		return -1;
	return show_made(c, &case_id, _("Accepted: a case of your own begins "
	    "with what came."), e);
}

int
cmd_transition_step(struct ctx *c, struct err *e)
{
	const char *verb = strrchr(c->cmd->name, ' ') + 1;
	struct id id;
	int rc;

	if (match_record(c->s, cmd_word(c, 0), TYPE_TRANSITION, &id, e) != 0)
		return -1;
	if (strcmp(verb, "decline") == 0)
		rc = transition_decline(c->s, &id, cmd_value(c, "reason"), e);
	else if (strcmp(verb, "revoke") == 0)
		rc = transition_revoke(c->s, &id, cmd_value(c, "by"), e);
	else
		rc = transition_reduce(c->s, &id, e);
	return rc != 0 ? -1 : show_made(c, &id, _("Recorded."), e);
}

static json_t *
item_json(const struct record_item *r, const char *state)
{
	json_t *j = show_record_json(r);

	json_object_set_new(j, "state", json_string(state));
	return j;
}

static int
print(struct ctx *c, const struct record_list *l, struct err *e)
{
	static const char *const heads[] = { N_("STATE"), N_("CHILD"),
		N_("TO SCHOOL"), N_("RECEIVER"), N_("UNTIL"), N_("ID") };
	char state[TRANSITION_STATE_BYTES], id[MATCH_SHORT_BYTES];
	json_t *all = json_array();
	struct table t;
	size_t i;
	int rc = 0;

	table_init(&t, heads, 6, 2);
	for (i = 0; rc == 0 && i < l->count; i++) {
		const struct record_item *r = &l->items[i];

		rc = transition_state(c->s, r, state, e);
		json_array_append_new(all, item_json(r, state));
		table_cell(&t, policies_name(c->s, "transition.state",
		    state));
		table_cell(&t, record_field(r, "child"));
		table_cell(&t, record_field(r, "to"));
		table_cell(&t, record_field(r, "receiver"));
		table_cell(&t, record_word(r, "until"));
		table_cell(&t, match_short(&r->id, id));
	}
	if (rc == 0 && c->g.json)
		rc = out_json(json_incref(all), e);
	else if (rc == 0)
		rc = table_print(&t, &c->out, e);
	json_decref(all);
	table_done(&t);
	return rc;
}

int
cmd_transition_list(struct ctx *c, struct err *e)
{
	struct records_query q = { .type = TYPE_TRANSITION };
	struct record_list l;
	int rc = 0;

	if (show_records_of(c, &q, &l, e) != 0)
		return -1;
	if (l.count == 0 && !c->g.json)
		out_say(&c->out, "%s", _("There are none yet."));
	else
		rc = print(c, &l, e);
	record_list_done(&l);
	return rc;
}
