/* referral add, basis, send, step, list, show, letter, count. */
#include <string.h>

#include "client/cli/given.h"
#include "client/cli/show.h"
#include "client/cli/text.h"
#include "client/core/profile/policies.h"
#include "client/core/support/referral.h"
#include "client/paper/paper.h"
#include "common/base/mem.h"

int
cmd_referral_add(struct ctx *c, struct err *e)
{
	struct assignment set[SHOW_SET_MAX];
	struct referral_draft d = { .set = set };
	struct id *records = NULL, id;
	int rc;

	if (show_case_find_one(c, cmd_word(c, 0), &d.case_id, e) != 0 ||
	    given_records(c, cmd_value(c, "records"), &records,
	    &d.record_count, e) != 0)
		return -1;
	d.records = records;
	rc = show_assignments(c, 1, set, &d.n, e);
	if (rc == 0)
		rc = referral_add(c->s, &d, &id, e);
	show_assignments_done(set, d.n);
	mem_free(records);
	return rc != 0 ? -1 : show_made(c, &id, _("A draft. Name its basis "
	    "next: tugi referral basis"), e);
}

int
cmd_referral_basis(struct ctx *c, struct err *e)
{
	struct referral_basis b = { .basis = cmd_value(c, "basis"),
	    .provision = cmd_value(c, "provision"),
	    .reason = cmd_value(c, "reason") };

	if (match_record(c->s, cmd_word(c, 0), TYPE_REFERRAL, &b.referral,
	    e) != 0 || given_basis(c, &b.consent, e) != 0 ||
	    referral_basis(c->s, &b, e) != 0)
		return -1;
	return show_made(c, &b.referral, _("Covered. Print it with tugi "
	    "referral letter; when it is on its way: tugi referral send"), e);
}

int
cmd_referral_send(struct ctx *c, struct err *e)
{
	struct disclosure_draft d = { .channel = cmd_value(c, "channel"),
	    .receipt = cmd_value(c, "receipt"), .on = cmd_value(c, "on"),
	    .safety_seen = cmd_flag(c, "safety-seen") };

	if (match_record(c->s, cmd_word(c, 0), TYPE_REFERRAL, &d.of, e) != 0 ||
	    given_family(c, &d, e) != 0 || referral_send(c->s, &d, e) != 0)
		return -1;
	return show_made(c, &d.of, _("Sent, and recorded as a disclosure. "
	    "What follows: tugi referral step"), e);
}

int
cmd_referral_step(struct ctx *c, struct err *e)
{
	struct referral_step st = { .state = cmd_word(c, 1),
	    .on = cmd_value(c, "on"), .words = cmd_value(c, "words") };

	if (match_record(c->s, cmd_word(c, 0), TYPE_REFERRAL, &st.referral,
	    e) != 0 || referral_step(c->s, &st, e) != 0)
		return -1;
	return show_made(c, &st.referral, _("Recorded."), e);
}

/* ---- lists ---- */

static json_t *
item_json(const struct record_item *r, const char *state)
{
	json_t *j = show_record_json(r);
	int days = referral_days(r);

	json_object_set_new(j, "state", json_string(state));
	json_object_set_new(j, "days_to_acceptance", days < 0 ? json_null() :
	    json_integer(days));
	return j;
}

static int
list_json(struct ctx *c, const struct record_list *l, struct err *e)
{
	char state[REFERRAL_STATE_BYTES];
	json_t *j = json_array();
	size_t i;

	for (i = 0; i < l->count; i++) {
		if (referral_state(c->s, &l->items[i], state, e) != 0) {
			json_decref(j);
			return -1;
		}
		json_array_append_new(j, item_json(&l->items[i], state));
	}
	return out_json(j, e);
}

static int
list_table(struct ctx *c, const struct record_list *l, struct err *e)
{
	static const char *const heads[] = { N_("STATE"), N_("TO WHOM"),
		N_("UNTIL"), N_("ID"), N_("LOOK"), N_("SERVICE") };
	char state[REFERRAL_STATE_BYTES], id[MATCH_SHORT_BYTES];
	char marks[SHOW_MARKS_BYTES];
	struct table t;
	size_t i;
	int rc = 0;

	table_init(&t, heads, 6, 5);
	for (i = 0; rc == 0 && i < l->count; i++) {
		const struct record_item *r = &l->items[i];

		rc = referral_state(c->s, r, state, e);
		table_cell(&t, policies_name(c->s, "referral.state", state));
		table_cell(&t, record_field(r, "body"));
		table_cell(&t, record_word(r, "until"));
		table_cell(&t, match_short(&r->id, id));
		show_marks(r, marks);
		table_cell(&t, marks);
		table_cell(&t, record_field(r, "service"));
	}
	if (rc == 0)
		rc = table_print(&t, &c->out, e);
	table_done(&t);
	return rc;
}

int
cmd_referral_list(struct ctx *c, struct err *e)
{
	struct records_query q = { .type = TYPE_REFERRAL };
	struct record_list l;
	int rc = 0;

	if (show_records_of(c, &q, &l, e) != 0)
		return -1;
	if (c->g.json)
		rc = list_json(c, &l, e);
	else if (l.count == 0)
		out_say(&c->out, "%s", _("There are none yet."));
	else
		rc = list_table(c, &l, e);
	record_list_done(&l);
	return rc;
}

int
cmd_referral_show(struct ctx *c, struct err *e)
{
	char state[REFERRAL_STATE_BYTES];
	struct record_item r = { 0 };
	int rc = show_record_find(c, cmd_word(c, 0), TYPE_REFERRAL, &r, e);

	if (rc == 0)
		rc = referral_state(c->s, &r, state, e);
	if (rc == 0 && c->g.json)
		rc = out_json(item_json(&r, state), e);
	else if (rc == 0) {
		show_record(c, &r);
		if (strcmp(state, record_field(&r, "state")) != 0)
			out_line(&c->out, _("Now: %s"), state);
	}
	record_item_done(&r);
	return rc;
}

/* ---- paper ---- */

int
cmd_referral_letter(struct ctx *c, struct err *e)
{
	struct paper *p;
	struct id id;
	int rc;

	if (match_record(c->s, cmd_word(c, 0), TYPE_REFERRAL, &id, e) != 0 ||
	    referral_letter(c->s, &id, &p, e) != 0)
		return -1;
	rc = given_paper(c, p, cmd_value(c, "out"), e);
	paper_free(p);
	if (rc == 0)
		out_say(&c->out, "%s", _("When it is on its way: tugi "
		    "referral send"));
	return rc;
}

int
cmd_referral_count(struct ctx *c, struct err *e)
{
	struct referral_counts n;
	const struct id *of = NULL;
	struct id case_id;
	json_t *j, *states;
	size_t i;

	if (cmd_word(c, 0) != NULL) {
		if (show_case_find(c, cmd_word(c, 0), &case_id, e) != 0)
			return -1;
		of = &case_id;
	}
	if (referral_count(c->s, of, &n, e) != 0)
		return -1;
	if (c->g.json) {
		j = json_object();
		states = json_object();
		for (i = 0; i < n.state_count; i++)
			json_object_set_new(states, n.states[i].state,
			    json_integer((json_int_t)n.states[i].count));
		json_object_set_new(j, "states", states);
		json_object_set_new(j, "total",
		    json_integer((json_int_t)n.total));
		json_object_set_new(j, "accepted",
		    json_integer((json_int_t)n.accepted));
		json_object_set_new(j, "days_to_acceptance",
		    json_integer((json_int_t)n.days));
		return out_json(j, e);
	}
	for (i = 0; i < n.state_count; i++)
		out_line(&c->out, "%5zu  %s", n.states[i].count,
		    policies_name(c->s, "referral.state",
		    n.states[i].state));
	if (n.accepted > 0)
		out_line(&c->out, _("accepted after %.1f days on average "
		    "(%zu)"), (double)n.days / (double)n.accepted,
		    n.accepted);
	return 0;
}
