/*
 * What is due of the first things a worker writes: consents that end, goals
 * to be reached or looked at again.
 */
#include "client/core/cases/due.h"

#include <stdio.h>
#include <string.h>

#include "client/core/consent/consent.h"
#include "client/core/local/day.h"
#include "client/core/local/versions.h"
#include "client/core/profile/match.h"
#include "client/core/profile/policies.h"
#include "common/base/mem.h"
#include "common/base/text.h"

#define WORDS_BYTES 512
#define COMMAND_BYTES 160

int
due_consents(struct due *d, struct err *e)
{
	char words[WORDS_BYTES], command[COMMAND_BYTES], hex[ID_TEXT_BYTES];
	char names[WORDS_BYTES / 2];
	struct due_item item = { .kind = "consent", .moment = true,
		.while_open = true, .words = words, .command = command };
	struct consent_list l;
	size_t i;
	int rc = consent_ending(d->session, d->now_ms,
	    d->until_ms + DAY_MS / 2, &l, e);

	for (i = 0; rc == 0 && i < l.count; i++) {
		struct consent_item *c = &l.items[i];

		snprintf(words, sizeof(words), _("consent ends: %s for %s"),
		    policies_names(d->session, "sections", c->sections, names,
		    sizeof(names)), c->audience);
		snprintf(command, sizeof(command), "tugi consent list %s",
		    id_text(&c->case_id, hex));
		item.at_ms = c->until_ms;
		item.case_id = c->case_id;
		item.record = c->id;
		rc = due_add(d, &item, e);
	}
	consent_list_done(&l);
	return rc;
}

/* ---- goals ---- */

static int
add_goal_day(struct due *d, const struct loaded *l, uint16_t field,
    struct due_item *item, const char *what, struct err *e)
{
	char words[WORDS_BYTES], command[COMMAND_BYTES];
	char digits[MATCH_SHORT_BYTES];
	struct view goal = loaded_text(l, PLAN_GOAL);

	if (!day_parse(loaded_text(l, field), &item->at_ms))
		return 0;
	snprintf(words, sizeof(words), "%s: %.*s", what, (int)goal.len,
	    goal.len > 0 ? (const char *)goal.data : "");
	snprintf(command, sizeof(command), "tugi plan show %s",
	    match_short(&item->record, digits));
	item->words = words;
	item->command = command;
	return due_add(d, item, e);
}

/* A goal with an outcome is over; one that another person answers for is
 * theirs to reach, and still looked at together. */
static int
add_goal(void *ctx, const struct record_row *row, struct err *e)
{
	struct due *d = ctx;
	struct due_item item = { .record = row->id, .case_id = row->case_id,
		.while_open = true };
	struct loaded *l = loaded_new();
	struct id who;
	int rc = versions_load_row(d->store, row, l, e);

	rc = rc < 0 ? -1 : 0;
	who = loaded_id(l, PLAN_RESPONSIBLE);
	if (rc == 0 && loaded_text(l, PLAN_OUTCOME).len == 0) {
		item.kind = "goal";
		if (id_is_zero(&who) || id_eq(&who, &d->store->person))
			rc = add_goal_day(d, l, PLAN_DUE, &item,
			    _("goal is due"), e);
		item.kind = "goal-review";
		if (rc == 0)
			rc = add_goal_day(d, l, PLAN_REVIEW, &item,
			    _("look at the goal again"), e);
	}
	versions_done(l);
	mem_free(l);
	return rc;
}

int
due_goals(struct due *d, struct err *e)
{
	struct version_query q = { .type = TYPE_PLAN };

	return versions_each(d->store, &q, add_goal, d, e);
}
