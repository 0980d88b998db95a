/*
 * A referral's state is written step by step; whether its basis still holds is
 * asked each time it is looked at.
 */
#include "client/core/support/referral.h"

#include <stdio.h>
#include <string.h>

#include "client/core/accord/statements.h"
#include "client/core/giving/basis.h"
#include "client/core/cases/entries.h"
#include "client/core/local/day.h"
#include "client/core/profile/policies.h"
#include "client/core/records/moves.h"
#include "common/base/mem.h"

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))
#define LINE 401
#define SECTIONS 81

static const struct move moves[] = {
	{ "draft", "consent_ok legal_ok revoked closed" },
	{ "consent_ok", "consent_ok legal_ok sent revoked closed" },
	{ "legal_ok", "consent_ok legal_ok sent revoked closed" },
	{ "sent", "delivered seen accepted declined undeliverable revoked "
	    "closed" },
	{ "delivered", "seen accepted declined revoked closed" },
	{ "seen", "accepted declined revoked closed" },
	{ "accepted", "working outcome_reported closed revoked" },
	{ "working", "outcome_reported closed revoked" },
	{ "outcome_reported", "closed" },
	{ "consent_lost", "revoked closed" },
	{ "expired", "revoked closed" },
	{ "declined", "" }, { "closed", "" }, { "revoked", "" },
	{ "undeliverable", "closed" },
};

/* In these it still asks something of the consent. */
#define OPEN "consent_ok sent delivered seen accepted working"
/* In these somebody is still to answer it. */
#define UNANSWERED "draft consent_ok legal_ok sent delivered seen"
/* In these nothing of it has left yet. */
#define UNSENT "draft consent_ok legal_ok"

/* ---- checks ---- */

static int
check_new(const struct entry *x, struct err *e)
{
	int64_t until, now = store_now_ms(session_store(x->session));
	char sections[SECTIONS];
	unsigned mask;

	if (!entry_is(x, REFERRAL_STATE, "draft"))
		return err_set(e, ERR_INPUT, "a referral begins as a draft: "
		    "tugi referral add");
	moves_copy(entry_text(x, REFERRAL_SECTIONS), sections, SECTIONS);
	if (statements_sections(sections, &mask, e) != 0)
		return -1;
	if (entry_day(x, REFERRAL_UNTIL, &until) == 1 &&
	    until + DAY_MS / 2 < now)
		return err_set(e, ERR_INPUT, "until: this day is over "
		    "already");
	return 0;
}

int
referral_check(const struct entry *x, struct err *e)
{
	char was[REFERRAL_STATE_BYTES], is[REFERRAL_STATE_BYTES];
	struct entry before = *x;
	size_t i;

	if (x->now == NULL)
		return check_new(x, e);
	before.op_count = 0;
	moves_copy(entry_text(&before, REFERRAL_STATE), was, sizeof(was));
	moves_copy(entry_text(x, REFERRAL_STATE), is, sizeof(is));
	for (i = 0; i < x->op_count; i++)
		if (x->ops[i].field == REFERRAL_TEXT &&
		    !fields_listed(UNSENT, was))
			return err_set(e, ERR_CLASH, "this referral was sent "
			    "as it stands; write a new one");
	return strcmp(was, is) == 0 ? 0 :
	    moves_check(moves, COUNT(moves), was, is, e);
}

/* ---- draft ---- */

static int
check_records(struct store *s, const struct referral_draft *d,
    const char *sections, struct err *e)
{
	struct record_row row;
	unsigned mask, one;
	struct space sp;
	size_t i;

	if (statements_sections(sections, &mask, e) != 0)
		return -1;
	for (i = 0; i < d->record_count; i++) {
		if (versions_row(s, &d->records[i], &row, e) != 1 ||
		    (row.flags & RECORD_OUT) != 0 ||
		    spaces_find(s, &row.space, &sp, e) != 1)
			return err_set(e, ERR_ABSENT, "one of these records "
			    "is not here");
		if (!id_eq(&sp.case_id, &d->case_id))
			return err_set(e, ERR_INPUT, "one of these records is "
			    "of another case");
		if (statements_sections(sp.section, &one, e) != 0)
			return -1;
		if ((mask & one) == 0)
			return err_set(e, ERR_INPUT, "one of these records is "
			    "of the section %s; name it in sections=, or "
			    "leave it out", sp.section);
	}
	return 0;
}

int
referral_add(struct session *session, const struct referral_draft *d,
    struct id *id, struct err *e)
{
	struct entry_draft x = { .type = TYPE_REFERRAL, .case_id = d->case_id,
	    .set = d->set, .n = d->n };
	const char *sections = NULL;
	struct moves_ops more = { .n = 0 };
	size_t i;

	for (i = 0; i < d->n; i++)
		if (strcmp(d->set[i].name, "sections") == 0)
			sections = d->set[i].text;
	if (d->record_count > DISCLOSURE_RECORDS_MAX)
		return err_set(e, ERR_TOOBIG, "at most %d records go along",
		    DISCLOSURE_RECORDS_MAX);
	if (d->record_count > 0 && (sections == NULL ||
	    check_records(session_store(session), d, sections, e) != 0))
		return sections != NULL ? -1 : err_set(e, ERR_INPUT,
		    "a new referral needs the field sections: "
		    "sections=TEXT");
	moves_text(&more, REFERRAL_STATE, "draft");
	moves_bytes(&more, REFERRAL_RECORDS, d->records,
	    d->record_count * sizeof(struct id));
	x.more = more.list;
	x.more_count = more.n;
	return entries_add(session, &x, id, e);
}

/* ---- as it is ---- */

struct known { /* of a record that is there */
	struct id id, case_id, consent;
	char body[LINE], sections[SECTIONS], service[LINE];
	char state[REFERRAL_STATE_BYTES], basis[41], provision[LINE];
	char *reason;
	int64_t until_ms; /* 0: no end */
	struct id *records;
	size_t record_count;
};

static void
known_done(struct known *k)
{
	mem_free(k->reason);
	mem_free(k->records);
}

static void
fill(struct known *k, const struct loaded *l)
{
	struct view reason = loaded_text(l, REFERRAL_REASON);
	const struct heads_field *h = heads_find(&l->heads, REFERRAL_RECORDS);
	struct view ids = h != NULL &&
	    h->heads[0].op->value.type == VALUE_BYTES ?
	    h->heads[0].op->value.data : view_of(NULL, 0);

	k->id = l->row.id;
	k->case_id = l->row.case_id;
	k->consent = loaded_id(l, REFERRAL_CONSENT);
	moves_copy(loaded_text(l, REFERRAL_BODY), k->body, LINE);
	moves_copy(loaded_text(l, REFERRAL_SERVICE), k->service, LINE);
	moves_copy(loaded_text(l, REFERRAL_SECTIONS), k->sections, SECTIONS);
	moves_copy(loaded_text(l, REFERRAL_STATE), k->state,
	    sizeof(k->state));
	moves_copy(loaded_text(l, REFERRAL_BASIS), k->basis,
	    sizeof(k->basis));
	moves_copy(loaded_text(l, REFERRAL_PROVISION), k->provision, LINE);
	k->reason = mem_new(reason.len + 1);
	moves_copy(reason, k->reason, reason.len + 1);
	k->until_ms = basis_day_end(loaded_text(l, REFERRAL_UNTIL));
	k->record_count = ids.len / sizeof(struct id);
	k->records = mem_new((k->record_count + 1) * sizeof(struct id));
	if (k->record_count > 0)
		memcpy(k->records, ids.data,
		    k->record_count * sizeof(struct id));
}

static int
know(struct store *s, const struct id *id, struct known *out, struct err *e)
{
	struct loaded l;
	int rc = versions_load(s, id, &l, e);

	memset(out, 0, sizeof(*out));
	if (rc < 0)
		return -1;
	if (rc == 0 || l.row.type != TYPE_REFERRAL ||
	    (l.row.flags & RECORD_OUT) != 0)
		rc = err_set(e, ERR_ABSENT, "there is no such referral here");
	else
		fill(out, &l);
	versions_done(&l);
	return rc == 1 ? 0 : -1;
}

static int
covers(struct session *session, const struct known *k,
    const struct id *consent, struct err *e)
{
	struct basis_want want = { .case_id = k->case_id,
	    .consent = *consent, .sections = k->sections, .to = k->body,
	    .until_ms = k->until_ms };

	return basis_covers(session, &want, e);
}

/* What is shown: the state written, or what has become of it since. Where the
 * card is not open nobody can say, and the written state stands. */
static int
state_now(struct session *session, const struct known *k,
    char out[static REFERRAL_STATE_BYTES], struct err *e)
{
	struct err why;

	memcpy(out, k->state, REFERRAL_STATE_BYTES);
	if (fields_listed(OPEN, k->state) && !id_is_zero(&k->consent) &&
	    covers(session, k, &k->consent, &why) != 0) {
		if (why.kind != ERR_DENIED && why.kind != ERR_ABSENT) {
			*e = why;
			return -1;
		}
		snprintf(out, REFERRAL_STATE_BYTES, "consent_lost");
	} else if (fields_listed(UNANSWERED, k->state) && k->until_ms != 0 &&
	    store_now_ms(session_store(session)) > k->until_ms) {
		snprintf(out, REFERRAL_STATE_BYTES, "expired");
	}
	return 0;
}

int
referral_state(struct session *session, const struct record_item *r,
    char out[static REFERRAL_STATE_BYTES], struct err *e)
{
	struct known k;
	int rc = know(session_store(session), &r->id, &k, e);

	if (rc == 0)
		rc = state_now(session, &k, out, e);
	known_done(&k);
	return rc;
}

/* ---- basis ---- */

static int
check_law(struct session *s, const struct referral_basis *b, struct err *e)
{
	if (b->basis == NULL || strcmp(b->basis, "consent") == 0 ||
	    strcmp(b->basis, "own_file") == 0)
		return err_set(e, ERR_DENIED, "a referral rests on a consent "
		    "or release, or on a legal basis: cp_duty, "
		    "vital_interest, statutory_exchange, authority_request, "
		    "court");
	if (b->provision == NULL || *b->provision == '\0' ||
	    b->reason == NULL || *b->reason == '\0')
		return err_set(e, ERR_INPUT, "without a consent the provision "
		    "of law and the reason are named");
	return policies_check(s, fields_number(TYPE_REFERRAL, REFERRAL_BASIS),
	    b->basis, e);
}

static void
put_basis(const struct known *k, const struct referral_basis *b,
    struct moves_ops *o)
{
	bool law = id_is_zero(&b->consent);

	if (fields_listed(UNSENT, k->state))
		moves_text(o, REFERRAL_STATE, law ? "legal_ok" :
		    "consent_ok");
	moves_text(o, REFERRAL_BASIS, law ? b->basis : "consent");
	if (law) {
		moves_clear(o, REFERRAL_CONSENT);
		moves_text(o, REFERRAL_PROVISION, b->provision);
		moves_text(o, REFERRAL_REASON, b->reason);
	} else {
		moves_bytes(o, REFERRAL_CONSENT, b->consent.b,
		    sizeof(b->consent.b));
		moves_clear(o, REFERRAL_PROVISION);
		moves_clear(o, REFERRAL_REASON);
	}
}

int
referral_basis(struct session *session, const struct referral_basis *b,
    struct err *e)
{
	struct entry_change ch = { .id = b->referral, .type = TYPE_REFERRAL };
	struct moves_ops o = { .n = 0 };
	struct known k;
	int rc = know(session_store(session), &b->referral, &k, e);

	if (rc == 0 && !fields_listed(OPEN, k.state) &&
	    !fields_listed(UNANSWERED, k.state))
		rc = err_set(e, ERR_CLASH, "this referral is over (%s)",
		    k.state);
	if (rc == 0)
		rc = id_is_zero(&b->consent) ? check_law(session, b, e) :
		    covers(session, &k, &b->consent, e);
	if (rc == 0) {
		put_basis(&k, b, &o);
		ch.ops = o.list;
		ch.op_count = o.n;
		rc = entries_change(session, &ch, e);
	}
	known_done(&k);
	return rc;
}

/* ---- steps ---- */

static int
send_tx(struct session *session, const struct known *k,
    const struct disclosure_draft *d, struct err *e)
{
	struct entry_change ch = { .id = k->id, .type = TYPE_REFERRAL };
	struct disclosure_draft out = *d;
	struct moves_ops o = { .n = 0 };
	char today[DAY_TEXT_BYTES];
	struct id id;

	out.case_id = k->case_id;
	out.what = k->service;
	out.sections = k->sections;
	out.records = k->records;
	out.record_count = k->record_count;
	out.to = k->body;
	out.consent = k->consent;
	out.basis = k->basis;
	out.provision = k->provision;
	out.reason = k->reason;
	out.of = k->id;
	day_text(store_now_ms(session_store(session)), today);
	moves_text(&o, REFERRAL_STATE, "sent");
	moves_text(&o, REFERRAL_SENT, d->on != NULL ? d->on : today);
	moves_text(&o, REFERRAL_CHANNEL, d->channel);
	ch.ops = o.list;
	ch.op_count = o.n;
	return disclosure_record_tx(session, &out, &id, e) != 0 ? -1 :
	    entries_change_tx(session, &ch, e);
}

int
referral_send(struct session *session, const struct disclosure_draft *d,
    struct err *e)
{
	struct store *s = session_store(session);
	char now[REFERRAL_STATE_BYTES];
	struct known k;
	int rc = know(s, &d->of, &k, e);

	if (rc == 0 && id_is_zero(&k.consent) == false)
		rc = covers(session, &k, &k.consent, e);
	if (rc == 0)
		rc = state_now(session, &k, now, e);
	if (rc == 0)
		rc = strcmp(now, "draft") == 0 ? err_set(e, ERR_DENIED,
		    "nothing covers this referral yet; name its basis first: "
		    "tugi referral basis") :
		    moves_check(moves, COUNT(moves), now, "sent", e);
	if (rc == 0)
		rc = db_begin(s->db, e);
	if (rc == 0 && (send_tx(session, &k, d, e) != 0 ||
	    db_commit(s->db, e) != 0)) {
		db_rollback(s->db);
		rc = -1;
	}
	known_done(&k);
	return rc;
}

static int
put_step(const struct referral_step *st, const char *day, struct moves_ops *o,
    struct err *e)
{
	bool declined = strcmp(st->state, "declined") == 0;

	if (declined && (st->words == NULL || *st->words == '\0'))
		return err_set(e, ERR_INPUT, "say why it was declined: "
		    "--words");
	moves_text(o, REFERRAL_STATE, st->state);
	if (declined || strcmp(st->state, "accepted") == 0)
		moves_text(o, REFERRAL_ANSWERED, day);
	if (fields_listed("declined closed revoked undeliverable", st->state))
		moves_text(o, REFERRAL_ENDED, day);
	moves_text(o, declined ? REFERRAL_DECLINED : REFERRAL_OUTCOME,
	    st->words);
	return 0;
}

static int
check_step_day(struct store *s, const struct referral_step *st,
    char day[static DAY_TEXT_BYTES], struct err *e)
{
	int64_t ms, now = store_now_ms(s);

	day_text(now, day);
	if (st->on == NULL)
		return 0;
	if (!day_parse(view_str(st->on), &ms) || ms > now + DAY_MS)
		return err_set(e, ERR_INPUT, "the day is one that has been, "
		    "written like 2026-11-30");
	memcpy(day, st->on, DAY_TEXT_BYTES);
	return 0;
}

int
referral_step(struct session *session, const struct referral_step *st,
    struct err *e)
{
	struct entry_change ch = { .id = st->referral,
	    .type = TYPE_REFERRAL };
	char now[REFERRAL_STATE_BYTES], day[DAY_TEXT_BYTES];
	struct moves_ops o = { .n = 0 };
	struct known k;
	int rc = know(session_store(session), &st->referral, &k, e);

	if (rc == 0)
		rc = state_now(session, &k, now, e);
	if (rc == 0 && fields_listed("sent consent_ok legal_ok", st->state))
		rc = err_set(e, ERR_INPUT, "%s is a step of its own: tugi "
		    "referral basis, tugi referral send", st->state);
	if (rc == 0)
		rc = moves_check(moves, COUNT(moves), now, st->state, e);
	if (rc == 0)
		rc = check_step_day(session_store(session), st, day, e);
	if (rc == 0)
		rc = put_step(st, day, &o, e);
	if (rc == 0) {
		ch.ops = o.list;
		ch.op_count = o.n;
		rc = entries_change(session, &ch, e);
	}
	known_done(&k);
	return rc;
}

/* ---- counts ---- */

int
referral_days(const struct record_item *r)
{
	int64_t from, until;

	if (!fields_listed("accepted working outcome_reported closed",
	    record_field(r, "state")) ||
	    record_field(r, "declined")[0] != '\0' ||
	    !day_parse(view_str(record_field(r, "sent")), &from) ||
	    !day_parse(view_str(record_field(r, "answered")), &until))
		return -1;
	return until < from ? 0 : (int)((until - from) / DAY_MS);
}

static void
count_one(struct referral_counts *out, const char *state, int days)
{
	size_t i;

	for (i = 0; i < out->state_count; i++)
		if (strcmp(out->states[i].state, state) == 0)
			break;
	if (i == COUNT(out->states))
		return;
	if (i == out->state_count) {
		snprintf(out->states[i].state, REFERRAL_STATE_BYTES, "%s",
		    state);
		out->state_count++;
	}
	out->states[i].count++;
	out->total++;
	if (days >= 0) {
		out->accepted++;
		out->days += (size_t)days;
	}
}

int
referral_count(struct session *session, const struct id *case_id,
    struct referral_counts *out, struct err *e)
{
	struct records_query q = { .type = TYPE_REFERRAL,
	    .case_id = case_id };
	char state[REFERRAL_STATE_BYTES];
	struct record_list l;
	size_t i;
	int rc = 0;

	memset(out, 0, sizeof(*out));
	if (records_list(session, &q, &l, e) != 0)
		return -1;
	for (i = 0; rc == 0 && i < l.count; i++) {
		rc = referral_state(session, &l.items[i], state, e);
		if (rc == 0)
			count_one(out, state, referral_days(&l.items[i]));
	}
	record_list_done(&l);
	return rc;
}

int
referral_lost(struct session *session, const struct id *case_id, size_t *n,
    struct err *e)
{
	struct referral_counts c;
	size_t i;

	*n = 0;
	if (referral_count(session, case_id, &c, e) != 0)
		return -1;
	for (i = 0; i < c.state_count; i++)
		if (strcmp(c.states[i].state, "consent_lost") == 0)
			*n = c.states[i].count;
	return 0;
}
