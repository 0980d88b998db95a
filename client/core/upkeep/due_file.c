/*
 * What is due of a file: consents to look at again, because a day was agreed,
 * the child has come of age or decides for themself now; terms that are over.
 *
 * Source: schema/rules.md 20.12.
 */
#include "client/core/cases/due.h"

#include <stdio.h>
#include <string.h>

#include "client/core/consent/consent.h"
#include "client/core/local/aliases.h"
#include "client/core/local/day.h"
#include "client/core/local/versions.h"
#include "client/core/profile/match.h"
#include "client/core/profile/policies.h"
#include "client/core/upkeep/retention.h"
#include "common/base/mem.h"
#include "common/base/text.h"

#define WORDS_BYTES 512
#define COMMAND_BYTES 160
#define CASES_BYTES ((size_t)1 << 24)

struct reviewing {
	struct due *d;
	int of_age;               /* years; 0: the policy does not say */
	struct buf agreed;        /* cases with a consent whose day has come */
	struct id case_id;
	int64_t born, capable;    /* of the child of the case; 0: not known */
	struct id consent;        /* asked of checked() */
	int64_t checked;          /* when it was looked at last; 0: never */
};

/* ---- the child ---- */

static int
look_at_person(void *ctx, const struct record_row *row, struct err *e)
{
	struct reviewing *r = ctx;
	struct loaded *l = loaded_new();
	int rc = versions_load_row(r->d->store, row, l, e);

	if (rc == 1) {
		if (view_eq(loaded_text(l, PERSON_KIND), view_str("child"))) {
			if (r->born == 0)
				(void)retention_years(loaded_text(l,
				    PERSON_BORN), r->of_age, &r->born);
			if (view_eq(loaded_text(l, PERSON_CAPACITY),
			    view_str("capable")))
				(void)day_parse(loaded_text(l,
				    PERSON_CAPACITY_ON), &r->capable);
		}
		versions_done(l);
	}
	mem_free(l);
	return rc < 0 ? -1 : 0;
}

/* When guardians' consents are to be looked at again: the earlier that came. */
static int
find_days(struct reviewing *r, const struct record_row *row, struct err *e)
{
	struct version_query q = { .type = TYPE_PERSON, .case_id = &row->id };
	struct loaded *l = loaded_new();
	int rc = versions_load_row(r->d->store, row, l, e);

	r->born = r->capable = 0;
	r->case_id = row->id;
	if (rc == 1) {
		(void)retention_years(loaded_text(l, CASE_BORN), r->of_age,
		    &r->born);
		versions_done(l);
	}
	mem_free(l);
	if (rc < 0 || versions_each(r->d->store, &q, look_at_person, r, e) !=
	    0)
		return -1;
	if (r->of_age == 0)
		r->born = 0;
	return 0;
}

/* ---- one consent ---- */

static int
look_at_check(void *ctx, const struct record_row *row, struct err *e)
{
	struct reviewing *r = ctx;
	struct loaded *l = loaded_new();
	int rc = versions_load_row(r->d->store, row, l, e);
	struct id of;

	if (rc == 1) {
		of = loaded_id(l, CHECK_CONSENT);
		if (id_eq(&of, &r->consent) && row->at_ms > r->checked)
			r->checked = row->at_ms;
		versions_done(l);
	}
	mem_free(l);
	return rc < 0 ? -1 : 0;
}

static int
add(struct reviewing *r, const struct consent_item *c, int64_t at_ms,
    const char *what, struct err *e)
{
	char words[WORDS_BYTES], command[COMMAND_BYTES];
	char digits[MATCH_SHORT_BYTES], names[WORDS_BYTES / 2];
	struct due_item item = { .kind = "consent-review", .at_ms = at_ms,
		.case_id = r->case_id, .record = c->id, .words = words,
		.command = command };

	if (r->checked + DAY_MS / 2 >= at_ms && r->checked != 0)
		return 0;
	snprintf(words, sizeof(words), "%s: %s, %s", what,
	    policies_names(r->d->session, "sections", c->sections, names,
	    sizeof(names)), c->audience);
	snprintf(command, sizeof(command),
	    "tugi consent check %s outcome=confirmed",
	    match_short(&c->id, digits));
	return due_add(r->d, &item, e);
}

static bool
by_guardian(const struct loaded *l)
{
	struct view role = loaded_text(l, CONSENT_GIVER_ROLE);

	return view_eq(role, view_str("guardian")) ||
	    view_eq(role, view_str("both_guardians")) ||
	    view_eq(role, view_str("legal_representative"));
}

static int
look_at_consent(struct reviewing *r, const struct consent_item *c,
    struct err *e)
{
	struct version_query q = { .type = TYPE_CHECK,
		.case_id = &r->case_id };
	struct loaded *l = loaded_new();
	int64_t review = 0;
	int rc = versions_load(r->d->store, &c->id, l, e);
	bool guardian = rc == 1 && by_guardian(l);

	if (rc == 1) {
		(void)day_parse(loaded_text(l, CONSENT_REVIEW), &review);
		versions_done(l);
	}
	mem_free(l);
	r->consent = c->id;
	r->checked = 0;
	if (rc != 1 || versions_each(r->d->store, &q, look_at_check, r, e) !=
	    0)
		return rc < 0 || rc == 1 ? -1 : 0;
	if (review != 0 && add(r, c, review, _("look at the consent again"),
	    e) != 0)
		return -1;
	if (guardian && r->born != 0 && c->from_ms < r->born && add(r, c,
	    r->born, _("of age: ask them about the guardian's consent"), e) !=
	    0)
		return -1;
	return guardian && r->capable != 0 && c->from_ms < r->capable ?
	    add(r, c, r->capable, _("decides for themself now: ask them about "
	    "the guardian's consent"), e) : 0;
}

/* ---- which cases ---- */

static bool
has_come(const struct due *d, int64_t day)
{
	return day != 0 && day < d->until_ms + DAY_MS / 2;
}

static bool
is_agreed(const struct reviewing *r, const struct id *case_id)
{
	const struct id *ids = (const void *)r->agreed.data;
	size_t i;

	for (i = 0; i < r->agreed.len / sizeof(*ids); i++)
		if (id_eq(&ids[i], case_id))
			return true;
	return false;
}

static int
take_agreed(void *ctx, const struct record_row *row, struct err *e)
{
	struct reviewing *r = ctx;
	struct loaded *l = loaded_new();
	int rc = versions_load_row(r->d->store, row, l, e);
	int64_t review = 0;

	if (rc == 1 && day_parse(loaded_text(l, CONSENT_REVIEW), &review) &&
	    has_come(r->d, review) && !is_agreed(r, &row->case_id))
		buf_add(&r->agreed, &row->case_id, sizeof(row->case_id));
	versions_done(l);
	mem_free(l);
	return rc < 0 ? -1 : 0;
}

/* May anything be due here? What became of the consents is worked out for few
 * cases: it takes longer than all the rest of the list. */
static int
may_be_due(struct reviewing *r, const struct id *case_id, bool *out,
    struct err *e)
{
	struct alias_group group;
	size_t i;

	*out = has_come(r->d, r->born) || has_come(r->d, r->capable);
	if (*out || r->agreed.len == 0)
		return 0;
	if (aliases_of(r->d->store, case_id, false, &group, e) != 0)
		return -1;
	for (i = 0; i < group.count; i++)
		*out = *out || is_agreed(r, &group.ids[i]);
	return 0;
}

static int
look_at_case(void *ctx, const struct record_row *row, struct err *e)
{
	struct reviewing *r = ctx;
	struct consent_list l;
	bool may_be;
	size_t i;
	int rc;

	if (find_days(r, row, e) != 0 ||
	    may_be_due(r, &row->id, &may_be, e) != 0)
		return -1;
	if (!may_be)
		return 0;
	if (consent_list(r->d->session, &row->id, &l, e) != 0)
		return -1;
	for (rc = 0, i = 0; rc == 0 && i < l.count; i++)
		if (strcmp(l.items[i].status, "given") == 0 ||
		    strcmp(l.items[i].status, "limited") == 0)
			rc = look_at_consent(r, &l.items[i], e);
	consent_list_done(&l);
	return rc;
}

int
due_reviews(struct due *d, struct err *e)
{
	struct version_query consents = { .type = TYPE_CONSENT };
	struct version_query cases = { .type = TYPE_CASE };
	const struct policy *p = policies_now(d->session, e);
	struct reviewing r = { .d = d };
	int rc;

	if (p == NULL)
		return -1;
	r.of_age = policy_of_age(p);
	buf_init(&r.agreed, CASES_BYTES);
	rc = versions_each(d->store, &consents, take_agreed, &r, e);
	if (rc == 0)
		rc = buf_check(&r.agreed, "the list of what is due", e);
	if (rc == 0)
		rc = versions_each(d->store, &cases, look_at_case, &r, e);
	buf_done(&r.agreed);
	return rc;
}

int
due_retention(struct due *d, struct err *e)
{
	char words[WORDS_BYTES];
	struct due_item item = { .kind = "retention", .words = words,
		.command = "tugi retention due" };
	struct retention_list l;
	size_t i;
	int rc = retention_due(d->session, d->until_ms, &l, e);

	for (i = 0; rc == 0 && i < l.count; i++) {
		snprintf(words, sizeof(words), _("its term is over: %s"),
		    l.items[i].name);
		item.at_ms = l.items[i].over_ms;
		item.case_id = l.items[i].case_id;
		rc = due_add(d, &item, e);
	}
	retention_list_done(&l);
	return rc;
}
