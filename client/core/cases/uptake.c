/*
 * What a no takes away is what the offer had brought into the
 * case: notes, goals, persons, whatever can be taken out by itself. Consents,
 * withdrawals and the answers themselves stay, which say what was decided and
 * nothing of a talk; and what protects a child is not the offer's.
 */
#include "client/core/cases/uptake.h"

#include <stdio.h>
#include <string.h>

#include "client/core/accord/answers.h"
#include "client/core/local/day.h"
#include "client/core/local/versions.h"
#include "client/core/profile/policies.h"
#include "client/core/cases/removal.h"
#include "common/base/mem.h"

#define OUTCOME_MAX 40
#define SET_MAX 32
#define BLANKS " ,;\t\n"

int
uptake_declined(struct session *session, const struct id *case_id, bool *out,
    struct err *e)
{
	char outcome[ANSWER_BYTES];

	*out = false;
	if (answers_last(session_store(session), case_id, UINT64_MAX, outcome,
	    e) != 0)
		return -1;
	*out = strcmp(outcome, "declined") == 0;
	return 0;
}

int
uptake_open(struct session *session, const struct id *case_id,
    const char *section, struct err *e)
{
	bool declined;

	if (strcmp(section, "card") == 0 || strcmp(section, "protection") == 0)
		return 0;
	if (uptake_declined(session, case_id, &declined, e) != 0)
		return -1;
	return declined ? err_set(e, ERR_DENIED, "the service was declined in "
	    "this case, so nothing is written in it; when it is taken up after "
	    "all: tugi uptake accept CASE") : 0;
}

/* ---- checks ---- */

/* The texts of the policy that were read out or given. */
static int
check_informed(const struct entry *x, struct err *e)
{
	const struct policy *p = policies_now(x->session, e);
	struct view list = entry_text(x, UPTAKE_INFORMED);
	char code[OUTCOME_MAX + 1];
	size_t at = 0, n;

	if (p == NULL)
		return -1;
	while (at < list.len) {
		for (n = 0; at + n < list.len &&
		    strchr(BLANKS, list.data[at + n]) == NULL; n++)
			;
		snprintf(code, sizeof(code), "%.*s",
		    (int)(n < OUTCOME_MAX ? n : OUTCOME_MAX),
		    (const char *)list.data + at);
		if (n > 0 && (n > OUTCOME_MAX || !policy_takes(p, "texts",
		    code)))
			return err_set(e, ERR_INPUT, "informed names texts of "
			    "the policy, and \"%s\" is none; tugi policy show "
			    "texts lists them", code);
		at += n + 1;
	}
	return 0;
}

/* The same answer of the same person stands, or on one day the same offer. */
struct again {
	const struct entry *x;
	bool found;
};

static int
look_same(void *ctx, const struct record_row *row, struct err *e)
{
	static const uint16_t same[] = { UPTAKE_OUTCOME, UPTAKE_PERSON,
		UPTAKE_BY, UPTAKE_ON };
	struct again *a = ctx;
	struct loaded *l = loaded_new();
	int rc = versions_load_row(session_store(a->x->session), row, l, e);
	size_t i, n = entry_is(a->x, UPTAKE_OUTCOME, "offered") ? 4 : 3;

	if (rc == 1) {
		for (i = 0; i < n && view_eq(loaded_text(l, same[i]),
		    entry_text(a->x, same[i])); i++)
			continue;
		a->found = a->found || i == n;
		versions_done(l);
	}
	mem_free(l);
	return rc < 0 ? -1 : a->found;
}

static int
check_again(const struct entry *x, const char *last, struct err *e)
{
	struct version_query q = { .type = TYPE_UPTAKE,
		.case_id = &x->case_id };
	struct again a = { x, false };

	/* A second no is taken: it takes out what came in since. */
	if (!entry_is(x, UPTAKE_OUTCOME, last) ||
	    strcmp(last, "declined") == 0)
		return 0;
	if (versions_each(session_store(x->session), &q, look_same, &a, e) !=
	    0)
		return -1;
	return !a.found ? 0 : err_set(e, ERR_CLASH, "this is recorded "
	    "already; nothing was written: tugi uptake list");
}

static int
check_order(const struct entry *x, struct err *e)
{
	char last[ANSWER_BYTES];

	if (answers_last(session_store(x->session), &x->case_id, UINT64_MAX,
	    last, e) != 0)
		return -1;
	if (entry_is(x, UPTAKE_OUTCOME, "ended") &&
	    strcmp(last, "accepted") != 0)
		return err_set(e, ERR_INPUT, "the service is not taken up in "
		    "this case, so it cannot be ended");
	if (entry_is(x, UPTAKE_OUTCOME, "declined") &&
	    strcmp(last, "accepted") == 0)
		return err_set(e, ERR_INPUT, "the service was taken up in this "
		    "case: it can be ended, and what was written stays as long "
		    "as the policy says: tugi uptake end CASE");
	return check_again(x, last, e);
}

int
uptake_check(const struct entry *x, struct err *e)
{
	if (!id_is_zero(&x->id))
		return 0;
	if (entry_past(x, UPTAKE_ON, e) != 0)
		return -1;
	if (entry_is(x, UPTAKE_OUTCOME, "declined") &&
	    entry_has(x, UPTAKE_WORDS))
		return err_set(e, ERR_INPUT, "a declined offer keeps no "
		    "content: leave words out");
	if (check_informed(x, e) != 0 || check_order(x, e) != 0)
		return -1;
	return entry_has(x, UPTAKE_PERSON) || entry_has(x, UPTAKE_BY) ? 0 :
	    err_set(e, ERR_INPUT, "by: an offer and its answer name somebody: "
	    "person=NAME, whom it is about, or by=NAME, who gave it");
}

/* ---- recording ---- */

struct sweep {
	struct session *session;
	struct store *s;
	struct uptake_effect *effect;
};

static int
sweep_one(void *ctx, const struct record_row *row, struct err *e)
{
	struct sweep *x = ctx;
	struct space sp;
	enum removal how;
	int rc;

	if (row->type == TYPE_UPTAKE || row->type == TYPE_CASE ||
	    fields_number(row->type, FIELD_DELETED) == NULL)
		return 0;
	rc = spaces_find(x->s, &row->space, &sp, e);
	if (rc != 1 || strcmp(sp.section, "protection") == 0)
		return rc < 0 ? -1 : 0;
	if (removal_tx(x->session, row, &how, e) != 0)
		return -1;
	x->effect->wiped += how == REMOVAL_WIPED;
	x->effect->deleted += how == REMOVAL_DELETED;
	x->effect->left += how == REMOVAL_NOT_MINE;
	return 0;
}

/* The card says that it was declined, and nothing of what it was about. */
static int
settle_card_tx(struct store *s, const struct id *case_id, const char *status,
    bool bare, struct err *e)
{
	static const uint16_t about[] = { CASE_THEME, CASE_CONTACT,
		CASE_SAFETY };
	struct op *ops = mem_new(4 * sizeof(*ops));
	struct write w = { .id = *case_id, .type = TYPE_CASE, .ops = ops };
	size_t i;
	int rc;

	ops[0].field = CASE_STATUS;
	ops[0].value.type = VALUE_TEXT;
	ops[0].value.data = view_str(status);
	for (w.op_count = 1, i = 0; bare && i < 3; i++) {
		ops[w.op_count].field = about[i];
		ops[w.op_count++].value.type = VALUE_NULL;
	}
	rc = versions_write_tx(s, &w, NULL, e);
	mem_free(ops);
	return rc;
}

static int
sweep_tx(struct session *session, const struct id *case_id,
    struct uptake_effect *effect, struct err *e)
{
	struct sweep x = { session, session_store(session), effect };
	struct version_query q = { .case_id = case_id };

	return versions_each(x.s, &q, sweep_one, &x, e);
}

/* What follows for the case: its status, if this policy has such a word. */
static int
follow_tx(struct session *session, const struct id *case_id,
    const char *outcome, struct uptake_effect *effect, struct err *e)
{
	const struct field *f = fields_number(TYPE_CASE, CASE_STATUS);
	bool declined = strcmp(outcome, "declined") == 0;
	const char *status = strcmp(outcome, "offered") == 0 ? "offered" :
	    declined ? "declined" : strcmp(outcome, "ended") == 0 ? "closing" :
	    "open";
	struct err why;

	if (declined && sweep_tx(session, case_id, effect, e) != 0)
		return -1;
	if (policies_check(session, f, status, &why) != 0)
		status = "open";
	return settle_card_tx(session_store(session), case_id, status,
	    declined, e);
}

int
uptake_record(struct session *session, const struct entry_draft *d,
    const char *outcome, struct id *id, struct uptake_effect *effect,
    struct err *e)
{
	struct store *s = session_store(session);
	struct assignment set[SET_MAX];
	struct entry_draft draft = *d;
	int rc;

	memset(effect, 0, sizeof(*effect));
	if (d->n >= SET_MAX)
		return err_set(e, ERR_INPUT, "at most %d fields at once",
		    SET_MAX - 1);
	if (d->n > 0)
		memcpy(set, d->set, d->n * sizeof(*set));
	set[d->n] = (struct assignment){ "outcome", outcome };
	draft.type = TYPE_UPTAKE;
	draft.set = set;
	draft.n = d->n + 1;
	if (db_begin(s->db, e) != 0)
		return -1;
	rc = entries_add_tx(session, &draft, id, e);
	if (rc == 0)
		rc = follow_tx(session, &d->case_id, outcome, effect, e);
	return db_end(s->db, rc, e);
}
