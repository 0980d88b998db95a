/* release give, end; disclosure add, count. */
#include <string.h>

#include "client/cli/given.h"
#include "client/cli/show.h"
#include "client/cli/text.h"
#include "client/core/giving/basis.h"
#include "client/core/profile/policies.h"
#include "common/base/mem.h"

int
cmd_release_give(struct ctx *c, struct err *e)
{
	struct assignment set[SHOW_SET_MAX + 1];
	struct id case_id, id;
	size_t n = 0;
	int rc;

	if (show_case_find_one(c, cmd_word(c, 0), &case_id, e) != 0)
		return -1;
	rc = show_assignments(c, 2, set, &n, e);
	set[n] = (struct assignment){ "body", cmd_word(c, 1) };
	if (rc == 0)
		rc = basis_release(c->s, &case_id, set, n + 1, &id, e);
	show_assignments_done(set, n);
	return rc != 0 ? -1 : show_made(c, &id, _("Recorded. It opens nothing "
	    "by itself; name it when something is handed over."), e);
}

int
cmd_release_end(struct ctx *c, struct err *e)
{
	struct id id;

	if (match_record(c->s, cmd_word(c, 0), TYPE_RELEASE, &id, e) != 0 ||
	    basis_release_end(c->s, &id, cmd_value(c, "by"), e) != 0)
		return -1;
	return show_made(c, &id, _("Taken back: nothing more goes out on it. "
	    "What was handed over before cannot be called back. Referrals "
	    "that rested on it: tugi referral list"), e);
}

/* A person of the directory where the words fit one, else a body. */
static void
receiver(struct ctx *c, struct disclosure_draft *d)
{
	struct person_item person;
	struct err why;

	if (people_find(c->s, cmd_word(c, 1), &person, &why) == 0)
		d->person = person.person;
	else
		d->to = cmd_word(c, 1);
}

int
cmd_disclosure_add(struct ctx *c, struct err *e)
{
	struct disclosure_draft d = { .sections = cmd_value(c, "sections"),
	    .channel = cmd_value(c, "channel"), .what = cmd_value(c, "what"),
	    .basis = cmd_value(c, "basis"),
	    .provision = cmd_value(c, "provision"),
	    .reason = cmd_value(c, "reason"),
	    .receipt = cmd_value(c, "receipt"), .on = cmd_value(c, "on"),
	    .safety_seen = cmd_flag(c, "safety-seen") };
	struct id *records = NULL, id;
	int rc;

	if (show_case_find_one(c, cmd_word(c, 0), &d.case_id, e) != 0 ||
	    given_family(c, &d, e) != 0 ||
	    given_basis(c, &d.consent, e) != 0 || given_records(c,
	    cmd_value(c, "records"), &records, &d.record_count, e) != 0)
		return -1;
	d.records = records;
	receiver(c, &d);
	rc = disclosure_record(c->s, &d, &id, e);
	mem_free(records);
	return rc != 0 ? -1 : show_made(c, &id, _("Recorded. The receipt, when "
	    "it comes: tugi disclosure set"), e);
}

static json_t *
counts_json(const struct disclosure_counts *n)
{
	json_t *j = json_array(), *one;
	size_t i;

	for (i = 0; i < n->count; i++) {
		one = json_object();
		json_object_set_new(one, "basis",
		    json_string(n->items[i].basis));
		json_object_set_new(one, "count",
		    json_integer((json_int_t)n->items[i].count));
		json_object_set_new(one, "family_not_informed",
		    json_integer((json_int_t)n->items[i].not_told));
		json_array_append_new(j, one);
	}
	return j;
}

int
cmd_disclosure_count(struct ctx *c, struct err *e)
{
	static const char *const heads[] = { N_("BASIS"), N_("GIVEN OUT"),
		N_("FAMILY NOT INFORMED") };
	struct disclosure_query q = { .case_id = NULL };
	struct disclosure_counts n;
	struct id case_id;
	struct table t;
	char text[24];
	size_t i;
	int rc;

	if (cmd_word(c, 0) != NULL) {
		if (show_case_find(c, cmd_word(c, 0), &case_id, e) != 0)
			return -1;
		q.case_id = &case_id;
	}
	if (cmd_spell(c, &q.from_ms, &q.until_ms, e) != 0 ||
	    disclosure_count(c->s, &q, &n, e) != 0)
		return -1;
	if (c->g.json)
		return out_json(counts_json(&n), e);
	table_init(&t, heads, 3, 0);
	for (i = 0; i < n.count; i++) {
		table_cell(&t, policies_name(c->s, "disclosure.basis",
		    n.items[i].basis));
		snprintf(text, sizeof(text), "%zu", n.items[i].count);
		table_cell(&t, text);
		snprintf(text, sizeof(text), "%zu", n.items[i].not_told);
		table_cell(&t, text);
	}
	rc = table_print(&t, &c->out, e);
	table_done(&t);
	return rc;
}
