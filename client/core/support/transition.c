/*
 * The record of a transition stands in the part that goes along, so sender and
 * receiver see the same.
 */
#include "client/core/support/transition.h"

#include <stdio.h>
#include <string.h>

#include "client/core/giving/basis.h"
#include "client/core/cases/cases.h"
#include "client/core/consent/consent.h"
#include "client/core/giving/copies.h"
#include "client/core/giving/disclosure.h"
#include "client/core/cases/entries.h"
#include "client/core/local/day.h"
#include "client/core/records/moves.h"
#include "client/core/profile/people.h"
#include "common/base/text.h"

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))
#define LINE 401

static const struct move moves[] = {
	{ "proposed", "chosen revoked" },
	{ "chosen", "accepted declined revoked" },
	{ "accepted", "reduced" },
	{ "consent_lost", "revoked" },
	{ "expired", "revoked" },
	{ "declined", "" }, { "revoked", "" }, { "reduced", "" },
};

/* ---- checks ---- */

static int
check_new(const struct entry *x, struct err *e)
{
	struct store *s = session_store(x->session);
	struct id receiver = entry_id(x, TRANSITION_RECEIVER);
	int64_t until;

	if (!entry_is(x, TRANSITION_STATE, "proposed"))
		return err_set(e, ERR_INPUT, "a transition begins as a "
		    "proposal: tugi transition propose");
	if (id_eq(&receiver, &s->person))
		return err_set(e, ERR_INPUT, "a transition goes to somebody "
		    "else, not to oneself");
	if (entry_day(x, TRANSITION_UNTIL, &until) == 1 &&
	    until + DAY_MS / 2 < store_now_ms(s))
		return err_set(e, ERR_INPUT, "until: this day is over "
		    "already");
	return 0;
}

int
transition_check(const struct entry *x, struct err *e)
{
	char was[TRANSITION_STATE_BYTES], is[TRANSITION_STATE_BYTES];
	struct id receiver = entry_id(x, TRANSITION_RECEIVER);
	bool mine = id_eq(&receiver, &session_store(x->session)->person);
	struct entry before = *x;
	size_t i;

	if (x->now == NULL)
		return check_new(x, e);
	before.op_count = 0;
	for (i = 0; i < x->op_count; i++)
		if (x->ops[i].field == TRANSITION_STATE)
			break;
	if (i == x->op_count)
		return 0;
	moves_copy(entry_text(&before, TRANSITION_STATE), was, sizeof(was));
	moves_copy(entry_text(x, TRANSITION_STATE), is, sizeof(is));
	if (fields_listed("accepted declined", is) != mine)
		return err_set(e, ERR_DENIED, mine ?
		    N_("that is for who sends it; you may accept or decline") :
		    N_("only who receives it accepts or declines"));
	return moves_check(moves, COUNT(moves), was, is, e);
}

/* ---- as it is ---- */

struct known {
	struct id id, case_id, part, receiver, consent;
	char state[TRANSITION_STATE_BYTES], to[LINE], from[LINE];
	char child[LINE], born[DAY_TEXT_BYTES];
	int64_t until_ms;
};

static void
fill(struct known *k, const struct loaded *l, const struct space *sp)
{
	k->id = l->row.id;
	k->case_id = l->row.case_id;
	k->part = sp->part;
	k->receiver = loaded_id(l, TRANSITION_RECEIVER);
	k->consent = loaded_id(l, TRANSITION_CONSENT);
	moves_copy(loaded_text(l, TRANSITION_STATE), k->state,
	    sizeof(k->state));
	moves_copy(loaded_text(l, TRANSITION_TO), k->to, LINE);
	moves_copy(loaded_text(l, TRANSITION_FROM), k->from, LINE);
	moves_copy(loaded_text(l, TRANSITION_CHILD), k->child, LINE);
	moves_copy(loaded_text(l, TRANSITION_BORN), k->born,
	    sizeof(k->born));
	k->until_ms = basis_day_end(loaded_text(l, TRANSITION_UNTIL));
}

static int
know(struct session *session, const struct id *id, struct known *out,
    struct err *e)
{
	struct store *s = session_store(session);
	struct loaded l;
	struct space sp;
	int rc = versions_load(s, id, &l, e);

	memset(out, 0, sizeof(*out));
	if (rc < 0)
		return -1;
	if (rc == 0 || l.row.type != TYPE_TRANSITION ||
	    (l.row.flags & RECORD_OUT) != 0)
		rc = err_set(e, ERR_ABSENT, "there is no such transition "
		    "here");
	else if (spaces_find(s, &l.row.space, &sp, e) == 1)
		fill(out, &l, &sp);
	else
		rc = -1;
	versions_done(&l);
	return rc == 1 ? 0 : -1;
}

/* Who receives it does not read the card; to them it is closed with its
 * consent, and the written state stands. */
static int
state_now(struct session *session, const struct known *k,
    char out[static TRANSITION_STATE_BYTES], struct err *e)
{
	struct basis b;
	struct err why;

	memcpy(out, k->state, TRANSITION_STATE_BYTES);
	if (!fields_listed("proposed chosen", k->state))
		return 0;
	if (k->until_ms != 0 &&
	    store_now_ms(session_store(session)) > k->until_ms) {
		snprintf(out, TRANSITION_STATE_BYTES, "expired");
		return 0;
	}
	if (id_is_zero(&k->consent))
		return 0;
	if (basis_find(session, &k->consent, &b, &why) == 0) {
		if (b.state != BASIS_HOLDS)
			snprintf(out, TRANSITION_STATE_BYTES, "consent_lost");
		return 0;
	}
	if (why.kind == ERR_DENIED || why.kind == ERR_ABSENT)
		return 0;
	*e = why;
	return -1;
}

int
transition_state(struct session *s, const struct record_item *r,
    char out[static TRANSITION_STATE_BYTES], struct err *e)
{
	struct known k;

	return know(s, &r->id, &k, e) != 0 ? -1 : state_now(s, &k, out, e);
}

static int
may_follow(struct session *s, const struct known *k, const char *state,
    struct err *e)
{
	char now[TRANSITION_STATE_BYTES];

	return state_now(s, k, now, e) != 0 ? -1 :
	    moves_check(moves, COUNT(moves), now, state, e);
}

static int
change_tx(struct session *s, const struct known *k,
    const struct moves_ops *o, struct err *e)
{
	struct entry_change ch = { .id = k->id, .type = TYPE_TRANSITION,
	    .ops = o->list, .op_count = o->n };

	return entries_change_tx(s, &ch, e);
}

/* ---- proposing ---- */

static int
propose_tx(struct session *session, const struct transition_draft *d,
    struct id *id, struct err *e)
{
	struct entry_draft x = { .type = TYPE_TRANSITION,
	    .case_id = d->case_id };
	char person[ID_TEXT_BYTES];
	struct assignment set[5] = { { "kind", d->kind },
		{ "to", d->to }, { "until", d->until },
		{ "receiver", id_text(&d->receiver, person) } };
	struct moves_ops more = { .n = 0 };
	char from[LINE] = "";
	struct loaded l;
	int rc = versions_load(session_store(session), &d->case_id, &l, e);

	if (rc < 0)
		return -1;
	if (rc == 1) {
		moves_copy(loaded_text(&l, CASE_SCHOOL), from, LINE);
		versions_done(&l);
	}
	id_random(&x.part);
	x.set = set;
	x.n = 4;
	if (from[0] != '\0')
		set[x.n++] = (struct assignment){ "from", from };
	moves_text(&more, TRANSITION_STATE, "proposed");
	x.more = more.list;
	x.more_count = more.n;
	return entries_add_tx(session, &x, id, e);
}

int
transition_propose(struct session *session, const struct transition_draft *d,
    struct id *id, struct err *e)
{
	struct store *s = session_store(session);

	if (d->kind == NULL || d->to == NULL || d->until == NULL)
		return err_set(e, ERR_INPUT, "a transition names its kind, the "
		    "receiving school and a day until which it is claimed");
	if (db_begin(s->db, e) != 0)
		return -1;
	if (propose_tx(session, d, id, e) != 0 ||
	    db_commit(s->db, e) != 0) {
		db_rollback(s->db);
		return -1;
	}
	return 0;
}

/* ---- choosing ---- */

static int
open_tx(struct session *session, const struct known *k,
    const struct transition_choice *d, const char *sections,
    struct id *consent, struct err *e)
{
	struct consent_draft c = { .case_id = k->case_id,
	    .audience = k->receiver, .part = k->part, .sections = sections,
	    .right = RIGHT_WRITE, .giver = d->giver,
	    .giver_role = d->giver_role, .purpose = "transition",
	    .evidence = d->evidence, .language = d->language,
	    .until_ms = k->until_ms };
	struct disclosure_draft out = { .case_id = k->case_id,
	    .person = k->receiver, .sections = sections,
	    .records = d->records, .record_count = d->count,
	    .channel = "program", .family = DISCLOSURE_TOLD,
	    .part = k->part, .of = k->id, .safety_seen = d->safety_seen };
	struct id id;

	if (consent_grant_tx(session, &c, consent, e) != 0)
		return -1;
	out.consent = *consent;
	return disclosure_record_tx(session, &out, &id, e);
}

static int
choose_tx(struct session *session, const struct known *k,
    const struct transition_choice *d, struct err *e)
{
	struct copies_draft copies = { .case_id = k->case_id,
	    .part = k->part, .records = d->records, .count = d->count,
	    .for_id = k->id };
	char sections[80], all[88], today[DAY_TEXT_BYTES];
	struct store *s = session_store(session);
	char child[LINE], born[DAY_TEXT_BYTES];
	struct moves_ops o = { .n = 0 };
	char name[160];
	struct loaded l;
	struct id consent;

	if (people_name(session, &k->receiver, name, e) != 0)
		return -1;
	copies.to = name;
	if (copies_make_tx(session, &copies, sections, e) != 0)
		return -1;
	/* The record of it stands in the plan's part. */
	snprintf(all, sizeof(all), "%s%s", sections,
	    strstr(sections, "plan") != NULL ? "" : ", plan");
	if (open_tx(session, k, d, all, &consent, e) != 0)
		return -1;
	if (versions_load(s, &k->case_id, &l, e) != 1)
		return -1;
	moves_copy(loaded_text(&l, CASE_NAME), child, LINE);
	moves_copy(loaded_text(&l, CASE_BORN), born, sizeof(born));
	versions_done(&l);
	moves_text(&o, TRANSITION_STATE, "chosen");
	moves_text(&o, TRANSITION_CHILD, child);
	moves_text(&o, TRANSITION_BORN, born);
	moves_text(&o, TRANSITION_CHOSEN_BY, d->giver);
	moves_text(&o, TRANSITION_CHOSEN_ROLE, d->giver_role);
	moves_text(&o, TRANSITION_CHOSEN_ON, day_text(store_now_ms(s),
	    today));
	moves_bytes(&o, TRANSITION_RECORDS, d->records,
	    d->count * sizeof(struct id));
	moves_bytes(&o, TRANSITION_CONSENT, consent.b, sizeof(consent.b));
	return change_tx(session, k, &o, e);
}

int
transition_choose(struct session *session, const struct transition_choice *d,
    struct err *e)
{
	struct store *s = session_store(session);
	struct known k;

	if (d->count > DISCLOSURE_RECORDS_MAX)
		return err_set(e, ERR_TOOBIG, "at most %d records go along",
		    DISCLOSURE_RECORDS_MAX);
	if (know(session, &d->transition, &k, e) != 0 ||
	    may_follow(session, &k, "chosen", e) != 0 ||
	    db_begin(s->db, e) != 0)
		return -1;
	if (choose_tx(session, &k, d, e) != 0 || db_commit(s->db, e) != 0) {
		db_rollback(s->db);
		return -1;
	}
	return 0;
}

/* ---- answers ---- */

static int
accept_tx(struct session *session, const struct known *k,
    struct id *case_id, struct err *e)
{
	struct copies_taken taken = { .from_case = k->case_id,
	    .for_id = k->id };
	struct assignment set[3] = { { "name", k->child } };
	struct moves_ops o = { .n = 0 };
	char today[DAY_TEXT_BYTES];
	size_t n = 1;

	if (k->born[0] != '\0')
		set[n++] = (struct assignment){ "born", k->born };
	if (k->to[0] != '\0')
		set[n++] = (struct assignment){ "school", k->to };
	moves_text(&o, TRANSITION_STATE, "accepted");
	moves_text(&o, TRANSITION_ANSWERED, day_text(store_now_ms(
	    session_store(session)), today));
	if (change_tx(session, k, &o, e) != 0 ||
	    cases_open_tx(session, set, n, case_id, e) != 0)
		return -1;
	taken.into = *case_id;
	return copies_take_tx(session, &taken, e);
}

int
transition_accept(struct session *session, const struct id *id,
    struct id *case_id, struct err *e)
{
	struct store *s = session_store(session);
	struct known k;

	if (know(session, id, &k, e) != 0 ||
	    may_follow(session, &k, "accepted", e) != 0 ||
	    db_begin(s->db, e) != 0)
		return -1;
	if (accept_tx(session, &k, case_id, e) != 0 ||
	    db_commit(s->db, e) != 0) {
		db_rollback(s->db);
		return -1;
	}
	return 0;
}

static int
say(struct session *session, const struct known *k,
    const struct moves_ops *o, struct err *e)
{
	struct store *s = session_store(session);

	if (db_begin(s->db, e) != 0)
		return -1;
	if (change_tx(session, k, o, e) != 0 || db_commit(s->db, e) != 0) {
		db_rollback(s->db);
		return -1;
	}
	return 0;
}

int
transition_decline(struct session *session, const struct id *id,
    const char *why, struct err *e)
{
	struct moves_ops o = { .n = 0 };
	char today[DAY_TEXT_BYTES];
	struct known k;

	if (why == NULL || *why == '\0')
		return err_set(e, ERR_INPUT, "say why it is declined");
	if (know(session, id, &k, e) != 0 ||
	    may_follow(session, &k, "declined", e) != 0)
		return -1;
	moves_text(&o, TRANSITION_STATE, "declined");
	moves_text(&o, TRANSITION_DECLINED, why);
	moves_text(&o, TRANSITION_ANSWERED, day_text(store_now_ms(
	    session_store(session)), today));
	return say(session, &k, &o, e);
}

/* What was opened is closed first: a cut between the two leaves a transition
 * without its consent, which can be revoked again. */
int
transition_revoke(struct session *session, const struct id *id,
    const char *giver, struct err *e)
{
	struct withdrawal_effect effect;
	struct withdrawal_draft d = { .giver = giver };
	struct moves_ops o = { .n = 0 };
	struct id record;
	struct known k;

	if (know(session, id, &k, e) != 0 ||
	    may_follow(session, &k, "revoked", e) != 0)
		return -1;
	d.case_id = k.case_id;
	d.audience = k.receiver;
	d.part = k.part;
	if (!id_is_zero(&k.consent) &&
	    consent_withdraw(session, &d, &record, &effect, e) != 0)
		return -1;
	moves_text(&o, TRANSITION_STATE, "revoked");
	return say(session, &k, &o, e);
}

static int
reduce_tx(struct session *session, const struct known *k, struct err *e)
{
	struct entry_change ch = { .id = k->case_id, .type = TYPE_CASE };
	struct moves_ops o = { .n = 0 }, moved = { .n = 0 };
	char today[DAY_TEXT_BYTES];

	moves_text(&o, TRANSITION_STATE, "reduced");
	moves_text(&o, TRANSITION_REDUCED, day_text(store_now_ms(
	    session_store(session)), today));
	moves_text(&moved, CASE_STATUS, "moved");
	moves_text(&moved, CASE_CLOSING, "moved_school");
	ch.ops = moved.list;
	ch.op_count = moved.n;
	if (change_tx(session, k, &o, e) != 0 ||
	    copies_delete_tx(session, &k->case_id, &k->id, e) != 0)
		return -1;
	return entries_change_tx(session, &ch, e);
}

int
transition_reduce(struct session *session, const struct id *id,
    struct err *e)
{
	struct store *s = session_store(session);
	struct known k;

	if (know(session, id, &k, e) != 0 ||
	    may_follow(session, &k, "reduced", e) != 0 ||
	    db_begin(s->db, e) != 0)
		return -1;
	if (reduce_tx(session, &k, e) != 0 || db_commit(s->db, e) != 0) {
		db_rollback(s->db);
		return -1;
	}
	return 0;
}
