/*
 * Runs and answers as they are written. What an instrument asks is looked up
 * in the policy each time; a run keeps its code and version.
 */
#include "client/core/support/assess.h"

#include <stdio.h>
#include <string.h>

#include "client/core/support/assess_parts.h"
#include "client/core/cases/entries.h"
#include "client/core/local/day.h"
#include "client/core/records/moves.h"
#include "client/core/words/near.h"
#include "client/core/profile/policies.h"
#include "client/core/support/signal.h"
#include "common/base/mem.h"
#include "common/base/text.h"

#define VALUES "0 1 2 3 unknown"

/* ---- the instrument ---- */

int
assess_instrument(struct session *session, const struct loaded *run,
    struct instrument *out, struct err *e)
{
	struct policies_wanted want = { .list = "instruments",
	    .code = out->code };

	moves_copy(loaded_text(run, ASSESSMENT_INSTRUMENT), out->code,
	    sizeof(out->code));
	out->version = want.version = loaded_int(run, ASSESSMENT_VERSION);
	want.ref = run->count > 0 ? &run->versions[0].rec.policy : NULL;
	out->p = policies_version(session, &want);
	return out->p != NULL ? 0 : err_set(e, ERR_ABSENT, "no policy here "
	    "has version %lld of the instrument %s; sync first",
	    (long long)out->version, out->code);
}

static int
fail_instrument(const struct policy *p, const char *text, struct err *e)
{
	char all[160] = "";
	size_t i, at = 0;

	for (i = 0; i < policy_count(p, "instruments"); i++) {
		const char *code = policy_code(p, "instruments", i);

		if (policy_takes(p, "instruments", code) &&
		    at < sizeof(all))
			at += (size_t)snprintf(all + at, sizeof(all) - at,
			    "%s%s", at > 0 ? ", " : "", code);
	}
	return err_set(e, ERR_INPUT, "there is no instrument \"%.40s\" in the "
	    "policy; there are %s", text, all);
}

static const struct policy *
in_force(struct session *session, const char *code, struct err *e)
{
	const struct policy *p = policies_now(session, e);

	if (p == NULL || policy_takes(p, "instruments", code))
		return p;
	(void)fail_instrument(p, code, e);
	return NULL;
}

/* ---- runs ---- */

int
assess_start(struct session *session, const struct assess_draft *d,
    struct id *id, struct err *e)
{
	const struct policy *p = in_force(session, d->instrument, e);
	struct entry_draft x = { .type = TYPE_ASSESSMENT,
	    .case_id = d->case_id };
	struct assignment set[3] = { { "instrument", d->instrument } };
	struct moves_ops more = { .n = 0 };

	if (p == NULL)
		return -1;
	x.set = set;
	x.n = 1;
	if (d->on != NULL)
		set[x.n++] = (struct assignment){ "on", d->on };
	if (d->review != NULL)
		set[x.n++] = (struct assignment){ "review", d->review };
	moves_int(&more, ASSESSMENT_VERSION, policy_number(p, "instruments",
	    d->instrument, "version", 1));
	moves_text(&more, ASSESSMENT_SETTING, policy_value(p, "instruments",
	    d->instrument, "setting"));
	x.more = more.list;
	x.more_count = more.n;
	return entries_add(session, &x, id, e);
}

static bool
writes(const struct entry *x, uint16_t field)
{
	size_t i;

	for (i = 0; i < x->op_count; i++)
		if (x->ops[i].field == field)
			return true;
	return false;
}

int
assess_check(const struct entry *x, struct err *e)
{
	int64_t ms, now = store_now_ms(session_store(x->session));

	if (writes(x, ASSESSMENT_REVIEW) &&
	    entry_day(x, ASSESSMENT_REVIEW, &ms) == 1 &&
	    ms + DAY_MS / 2 < now)
		return err_set(e, ERR_INPUT, "review: this day is over "
		    "already");
	if (x->now == NULL && entry_day(x, ASSESSMENT_ON, &ms) == 1 &&
	    ms > now + DAY_MS)
		return err_set(e, ERR_INPUT, "on: an assessment is dated when "
		    "it is made");
	if (entry_has(x, ASSESSMENT_LEVEL) &&
	    !entry_has(x, ASSESSMENT_REASON))
		return err_set(e, ERR_INPUT, "a judgement has its reason; the "
		    "answers alone decide nothing");
	return 0;
}

/* ---- answers ---- */

/* Items are codes of the instrument; what is near is offered. */
static int
check_item(const struct instrument *in, const char *item, struct err *e)
{
	struct near near;
	size_t i;

	if (policy_value(in->p, in->code, item, "kind") != NULL)
		return 0;
	near_begin(&near, item);
	for (i = 0; i < policy_count(in->p, in->code); i++)
		near_offer(&near, policy_code(in->p, in->code, i));
	if (near.best != NULL)
		return err_set(e, ERR_INPUT, "the instrument %s has no item "
		    "\"%.40s\"; did you mean %s? All of them: tugi assess "
		    "items", in->code, item, near.best);
	return err_set(e, ERR_INPUT, "the instrument %s has no item "
	    "\"%.40s\"; all of them: tugi assess items", in->code, item);
}

static int
check_value(const char *item, const char *value, struct err *e)
{
	return fields_listed(VALUES, value) ? 0 : err_set(e, ERR_INPUT,
	    "%s: \"%.40s\" is no answer; it takes 0 (none), 1, 2, 3 (severe, "
	    "or of a protective item: strong) or unknown", item, value);
}

int
assess_check_answer(const struct entry *x, struct err *e)
{
	struct id run = entry_id(x, ANSWER_RUN);
	char item[401], value[401];
	struct instrument in;
	struct loaded l;
	int rc = versions_load(session_store(x->session), &run, &l, e);
	bool found = rc == 1;

	if (rc < 0)
		return -1;
	if (!found || l.row.type != TYPE_ASSESSMENT)
		rc = err_set(e, ERR_INPUT, "an answer belongs to an "
		    "assessment: tugi assess answer");
	else
		rc = assess_instrument(x->session, &l, &in, e);
	moves_copy(entry_text(x, ANSWER_ITEM), item, sizeof(item));
	moves_copy(entry_text(x, ANSWER_VALUE), value, sizeof(value));
	if (rc == 0)
		rc = check_item(&in, item, e);
	if (rc == 0)
		rc = check_value(item, value, e);
	if (found)
		versions_done(&l);
	return rc;
}

struct finding {
	struct session *session;
	struct store *s;
	const struct assess_answer *a;
	struct id found; /* zero: none */
};

/* This person's answer to the item, whichever of their devices wrote it. */
static int
is_mine(void *ctx, const struct record_row *row, struct err *e)
{
	struct finding *f = ctx;
	struct loaded l;
	struct id run;
	bool mine = false;
	int rc = deleted_may(f->s, row, &f->s->person, &mine, e);

	if (rc != 0 || !mine)
		return rc;
	rc = versions_load_row(f->s, row, &l, e);
	if (rc != 1)
		return rc;
	run = loaded_id(&l, ANSWER_RUN);
	if (id_eq(&run, &f->a->run) && view_eq(loaded_text(&l, ANSWER_ITEM),
	    view_str(f->a->item)))
		f->found = row->id;
	versions_done(&l);
	return id_is_zero(&f->found) ? 0 : 1;
}

static int
change_tx(struct session *session, const struct id *id,
    const struct assess_answer *a, struct err *e)
{
	struct entry_change ch = { .id = *id, .type = TYPE_ANSWER };
	struct moves_ops o = { .n = 0 };

	if (policies_check(session, fields_number(TYPE_ANSWER, ANSWER_SOURCE),
	    a->source != NULL ? a->source : "", e) != 0)
		return -1;
	moves_text(&o, ANSWER_VALUE, a->value);
	moves_text(&o, ANSWER_SOURCE, a->source);
	moves_text(&o, ANSWER_SINCE, a->since);
	moves_text(&o, ANSWER_NOTE, a->note);
	ch.ops = o.list;
	ch.op_count = o.n;
	return entries_change_tx(session, &ch, e);
}

static int
add_tx(struct session *session, const struct record_row *run,
    const struct assess_answer *a, struct err *e)
{
	struct entry_draft x = { .type = TYPE_ANSWER, .space = run->space };
	struct assignment set[3];
	struct moves_ops more = { .n = 0 };
	struct id id;

	x.set = set;
	if (a->source != NULL)
		set[x.n++] = (struct assignment){ "source", a->source };
	if (a->since != NULL)
		set[x.n++] = (struct assignment){ "since", a->since };
	if (a->note != NULL)
		set[x.n++] = (struct assignment){ "note", a->note };
	moves_bytes(&more, ANSWER_RUN, a->run.b, sizeof(a->run.b));
	moves_text(&more, ANSWER_ITEM, a->item);
	moves_text(&more, ANSWER_VALUE, a->value);
	x.more = more.list;
	x.more_count = more.n;
	return entries_add_tx(session, &x, &id, e);
}

static int
answer_tx(struct session *session, const struct assess_answer *a,
    struct err *e)
{
	struct store *s = session_store(session);
	struct finding f = { .session = session, .s = s, .a = a };
	struct version_query q = { .type = TYPE_ANSWER };
	struct record_row run;
	int rc = versions_row(s, &a->run, &run, e);

	if (rc < 0)
		return -1;
	if (rc == 0 || run.type != TYPE_ASSESSMENT ||
	    (run.flags & RECORD_OUT) != 0)
		return err_set(e, ERR_ABSENT, "there is no such assessment "
		    "here");
	q.space = &run.space;
	if (versions_each(s, &q, is_mine, &f, e) < 0)
		return -1;
	return id_is_zero(&f.found) ? add_tx(session, &run, a, e) :
	    change_tx(session, &f.found, a, e);
}

int
assess_answers(struct session *session, const struct assess_answer *a,
    size_t n, struct err *e)
{
	struct store *s = session_store(session);
	size_t i;
	int rc = 0;

	if (db_begin(s->db, e) != 0)
		return -1;
	for (i = 0; rc == 0 && i < n; i++)
		rc = answer_tx(session, &a[i], e);
	return db_end(s->db, rc, e);
}

int
assess_answer(struct session *session, const struct assess_answer *a,
    struct err *e)
{
	return assess_answers(session, a, 1, e);
}

/* ---- judgement ---- */

static int
check_judgement(struct session *session, const struct assess_judgement *j,
    struct err *e)
{
	int64_t ms;

	if (j->level == NULL || *j->level == '\0')
		return err_set(e, ERR_INPUT, "say the level: low, raised, "
		    "high or immediate");
	if (j->reason == NULL || *j->reason == '\0')
		return err_set(e, ERR_INPUT, "a judgement has its reason; the "
		    "answers alone decide nothing");
	if (j->review != NULL && !day_parse(view_str(j->review), &ms))
		return err_set(e, ERR_INPUT, "review is a day, written like "
		    "2027-01-31");
	return policies_check(session, fields_number(TYPE_ASSESSMENT,
	    ASSESSMENT_LEVEL), j->level, e);
}

static int
judge_tx(struct session *session, const struct assess_judgement *j,
    struct id *signal, struct err *e)
{
	struct entry_change ch = { .id = j->run, .type = TYPE_ASSESSMENT };
	struct store *s = session_store(session);
	struct signal_draft d = { .facts = j->reason,
	    .urgency = "immediate", .run = j->run, .unaddressed = true };
	struct moves_ops o = { .n = 0 };
	struct record_row row;

	moves_text(&o, ASSESSMENT_LEVEL, j->level);
	moves_text(&o, ASSESSMENT_REASON, j->reason);
	moves_text(&o, ASSESSMENT_REVIEW, j->review);
	moves_bytes(&o, ASSESSMENT_JUDGED_BY, s->person.b,
	    sizeof(s->person.b));
	ch.ops = o.list;
	ch.op_count = o.n;
	if (entries_change_tx(session, &ch, e) != 0)
		return -1;
	if (strcmp(j->level, "immediate") != 0)
		return 0;
	if (versions_row(s, &j->run, &row, e) != 1)
		return -1;
	d.case_id = row.case_id;
	return signal_of_run_tx(session, &d, signal, e);
}

int
assess_judge(struct session *session, const struct assess_judgement *j,
    struct id *signal, struct err *e)
{
	struct store *s = session_store(session);

	memset(signal, 0, sizeof(*signal));
	if (check_judgement(session, j, e) != 0 || db_begin(s->db, e) != 0)
		return -1;
	if (judge_tx(session, j, signal, e) != 0 ||
	    db_commit(s->db, e) != 0) {
		db_rollback(s->db);
		memset(signal, 0, sizeof(*signal));
		return -1;
	}
	return 0;
}
