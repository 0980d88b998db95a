/*
 * What is due of work at schools: goals of the service plan, plans to be
 * evaluated, notes that wait for a case.
 */
#include "client/core/cases/due.h"

#include <stdio.h>
#include <string.h>

#include "client/core/local/day.h"
#include "client/core/local/versions.h"
#include "client/core/profile/match.h"
#include "client/core/schools/inbox.h"
#include "common/base/mem.h"
#include "common/base/text.h"

#define WORDS_BYTES 512
#define COMMAND_BYTES 160
#define INBOX_DAYS 7 /* a note may wait so long for its case */

static int
add_service_goal(void *ctx, const struct record_row *row, struct err *e)
{
	struct due *d = ctx;
	char words[WORDS_BYTES], command[COMMAND_BYTES];
	char digits[MATCH_SHORT_BYTES];
	struct due_item item = { .kind = "service-goal", .record = row->id,
		.space = row->space, .words = words, .command = command };
	struct loaded *l = loaded_new();
	struct view goal;
	struct id who;
	int rc = versions_load_row(d->store, row, l, e) < 0 ? -1 : 0;

	who = loaded_id(l, SERVICE_GOAL_RESPONSIBLE);
	goal = loaded_text(l, SERVICE_GOAL_GOAL);
	if (rc == 0 && loaded_text(l, SERVICE_GOAL_OUTCOME).len == 0 &&
	    (id_is_zero(&who) || id_eq(&who, &d->store->person)) &&
	    day_parse(loaded_text(l, SERVICE_GOAL_DUE), &item.at_ms)) {
		snprintf(words, sizeof(words), "%s: %.*s",
		    _("goal of the service plan is due"), (int)goal.len,
		    (const char *)goal.data);
		snprintf(command, sizeof(command), "tugi service show %s",
		    match_short(&row->parent, digits));
		rc = due_add(d, &item, e);
	}
	versions_done(l);
	mem_free(l);
	return rc;
}

int
due_service(struct due *d, struct err *e)
{
	struct version_query q = { .type = TYPE_SERVICE_GOAL };

	return versions_each(d->store, &q, add_service_goal, d, e);
}

/* ---- the inbox ---- */

static bool
is_set(const struct loaded *l, uint16_t field)
{
	const struct heads_field *h = heads_find(&l->heads, field);

	return h != NULL && h->heads[0].op->value.type == VALUE_BOOL &&
	    h->heads[0].op->value.num != 0;
}

/* A draft that goes in a week. */
static int
add_draft(struct due *d, const struct loaded *l, struct err *e)
{
	char command[COMMAND_BYTES], digits[MATCH_SHORT_BYTES];
	struct due_item item = { .kind = "draft", .record = l->row.id,
		.at_ms = inbox_draft_end(l), .command = command,
		.words = _("a private draft goes by itself on this day; file "
		    "it (tugi note file) or change it (tugi quick set) to keep "
		    "it") };

	if (item.at_ms - INBOX_TOLD_DAYS * DAY_MS > d->now_ms)
		return 0;
	snprintf(command, sizeof(command), "tugi note file %s CASE",
	    match_short(&l->row.id, digits));
	return due_add(d, &item, e);
}

/* Not what it says: the screen may be seen by a child's teacher. */
static int
add_quick(void *ctx, const struct record_row *row, struct err *e)
{
	struct due *d = ctx;
	char command[COMMAND_BYTES], digits[MATCH_SHORT_BYTES];
	struct due_item item = { .kind = "inbox", .record = row->id,
		.at_ms = row->at_ms + INBOX_DAYS * DAY_MS, .command = command,
		.words = _("a quick note waits for its case") };
	struct loaded *l = loaded_new();
	struct view school;
	char *place = NULL;
	int rc = versions_load_row(d->store, row, l, e) < 0 ? -1 : 0;

	school = loaded_text(l, QUICK_SCHOOL);
	if (rc == 0 && !is_set(l, QUICK_PRIVATE)) {
		place = mem_new(school.len + 1);
		if (school.len > 0)
			memcpy(place, school.data, school.len);
		item.school = place;
		snprintf(command, sizeof(command), "tugi note file %s CASE",
		    match_short(&row->id, digits));
		rc = due_add(d, &item, e);
	} else if (rc == 0 && inbox_draft_end(l) > 0) {
		rc = add_draft(d, l, e);
	}
	mem_free(place);
	versions_done(l);
	mem_free(l);
	return rc;
}

int
due_inbox(struct due *d, struct err *e)
{
	struct version_query q = { .type = TYPE_QUICK };

	return versions_each(d->store, &q, add_quick, d, e);
}
