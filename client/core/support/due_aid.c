/*
 * What is due of what goes out and what is noticed: notifications to send,
 * assessments to look at again, referrals that have lost their consent.
 */
#include "client/core/cases/due.h"

#include <stdio.h>
#include <string.h>

#include "client/core/local/day.h"
#include "client/core/profile/match.h"
#include "client/core/support/referral.h"
#include "client/core/support/signal.h"
#include "common/base/text.h"

#define WORDS_BYTES 512
#define COMMAND_BYTES 80

static int
add(struct due *d, struct due_item *item, const char *what, const char *of,
    struct err *e)
{
	char words[WORDS_BYTES], command[COMMAND_BYTES];
	char digits[MATCH_SHORT_BYTES];

	snprintf(words, sizeof(words), "%s%s%s", what,
	    of[0] != '\0' ? ": " : "", of);
	snprintf(command, sizeof(command), "tugi %s %s", item->command,
	    match_short(&item->record, digits));
	item->words = words;
	item->command = command;
	return due_add(d, item, e);
}

static int
one_signal(void *ctx, const struct record_item *r, int64_t deadline_ms,
    struct err *e)
{
	struct due_item item = { .kind = "signal", .at_ms = deadline_ms,
	    .moment = true, .urgent = true, .case_id = r->case_id,
	    .space = r->space, .record = r->id, .command = "signal show" };

	return add(ctx, &item, _("notification to send"),
	    record_field(r, "to"), e);
}

int
due_signals(struct due *d, struct err *e)
{
	return signal_open(d->session, one_signal, d, e);
}

/* A later assessment with the same instrument has looked at it again. */
static bool
is_newest(const struct record_list *l, size_t at)
{
	const struct record_item *r = &l->items[at];
	size_t i;

	for (i = 0; i < at; i++)
		if (id_eq(&l->items[i].case_id, &r->case_id) &&
		    strcmp(record_field(&l->items[i], "instrument"),
		    record_field(r, "instrument")) == 0)
			return false;
	return true;
}

int
due_assessments(struct due *d, struct err *e)
{
	struct records_query q = { .type = TYPE_ASSESSMENT };
	struct record_list l;
	size_t i;
	int rc = 0;

	if (records_list(d->session, &q, &l, e) != 0)
		return -1;
	for (i = 0; rc == 0 && i < l.count; i++) {
		const struct record_item *r = &l.items[i];
		struct due_item item = { .kind = "assessment",
		    .while_open = true, .case_id = r->case_id,
		    .space = r->space, .record = r->id,
		    .command = "assess show" };

		if (is_newest(&l, i) && day_parse(view_str(record_field(r,
		    "review")), &item.at_ms))
			rc = add(d, &item, _("assess again"),
			    record_field(r, "instrument"), e);
	}
	record_list_done(&l);
	return rc;
}

int
due_referrals(struct due *d, struct err *e)
{
	struct records_query q = { .type = TYPE_REFERRAL };
	char state[REFERRAL_STATE_BYTES];
	struct record_list l;
	size_t i;
	int rc = 0;

	if (records_list(d->session, &q, &l, e) != 0)
		return -1;
	for (i = 0; rc == 0 && i < l.count; i++) {
		const struct record_item *r = &l.items[i];
		struct due_item item = { .kind = "referral",
		    .case_id = r->case_id, .space = r->space,
		    .record = r->id, .command = "referral show" };

		rc = referral_state(d->session, r, state, e);
		if (rc == 0 && strcmp(state, "consent_lost") == 0)
			rc = add(d, &item, _("referral without its consent"),
			    record_field(r, "body"), e);
	}
	record_list_done(&l);
	return rc;
}
