/*
 * A signal is begun with its facts and a deadline, and sent once. What it says
 * has a hash, printed on it and kept with it, so that a paper can be told from
 * another.
 */
#include "client/core/support/signal.h"

#include <stdio.h>
#include <string.h>

#include "client/core/cases/entries.h"
#include "client/core/local/day.h"
#include "client/core/records/moves.h"
#include "client/core/profile/policies.h"
#include "client/core/support/signal_parts.h"
#include "common/base/mem.h"
#include "common/base/text.h"
#include "common/wire/keys.h"

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))
#define HOUR_MS ((int64_t)3600 * 1000)
#define TAG_SIGNAL "tugi signal 1"
#define STATE_BYTES 41

static const struct move moves[] = {
	{ "draft", "sent dropped" },
	{ "sent", "delivered answered closed" },
	{ "delivered", "answered closed" },
	{ "answered", "closed" },
	{ "closed", "" }, { "dropped", "" },
};

/* ---- checks ---- */

static bool
writes(const struct entry *x, uint16_t field)
{
	size_t i;

	for (i = 0; i < x->op_count; i++)
		if (x->ops[i].field == field)
			return true;
	return false;
}

static bool
writes_content(const struct entry *x)
{
	return writes(x, SIGNAL_TO) || writes(x, SIGNAL_FACTS) ||
	    writes(x, SIGNAL_URGENCY) || writes(x, SIGNAL_PROVISION);
}

int
signal_check(const struct entry *x, struct err *e)
{
	char was[STATE_BYTES], is[STATE_BYTES];
	struct entry before = *x;

	if (!entry_has(x, SIGNAL_FACTS))
		return err_set(e, ERR_INPUT, "a notification says what was "
		    "seen or heard: facts=TEXT");
	moves_copy(entry_text(x, SIGNAL_STATE), is, sizeof(is));
	if (x->now == NULL)
		return strcmp(is, "draft") == 0 ? 0 : err_set(e, ERR_INPUT,
		    "a notification begins as a draft: tugi signal add");
	before.op_count = 0;
	moves_copy(entry_text(&before, SIGNAL_STATE), was, sizeof(was));
	if (strcmp(was, "draft") != 0 && writes_content(x))
		return err_set(e, ERR_CLASH, "this notification was sent as "
		    "it stands; write a new one");
	if (strcmp(is, "draft") != 0 && strcmp(is, "dropped") != 0 &&
	    !entry_has(x, SIGNAL_TO))
		return err_set(e, ERR_INPUT, "a notification names who it "
		    "goes to: tugi signal set SIGNAL to=TEXT");
	return !writes(x, SIGNAL_STATE) ? 0 :
	    moves_check(moves, COUNT(moves), was, is, e);
}

/* ---- a draft ---- */

/* The policy says how soon; where it says nothing, nothing is invented. */
static int
deadline(struct session *s, const struct signal_draft *d,
    const char *urgency, int64_t *out, struct err *e)
{
	const struct policy *p;
	int64_t now = store_now_ms(session_store(s)), hours;

	*out = d->deadline_ms;
	if (d->deadline_ms != 0)
		return d->deadline_ms > now ? 0 : err_set(e, ERR_INPUT,
		    "deadline: this day is over already");
	p = policies_now(s, e);
	if (p == NULL)
		return -1;
	hours = policy_number(p, "signal.urgency", urgency, "hours", -1);
	*out = hours < 0 ? 0 : now + hours * HOUR_MS;
	return 0;
}

static int
add_tx(struct session *session, const struct signal_draft *d, struct id *id,
    struct err *e)
{
	const char *urgency = d->urgency != NULL ? d->urgency : "immediate";
	struct entry_draft x = { .type = TYPE_SIGNAL,
	    .case_id = d->case_id };
	struct assignment set[5] = { { "urgency", urgency } };
	struct moves_ops more = { .n = 0 };
	int64_t until;

	if (!d->unaddressed && (d->to == NULL ||
	    d->to[strspn(d->to, " \t")] == '\0'))
		return err_set(e, ERR_INPUT, "a notification names who it "
		    "goes to");
	x.set = set;
	x.n = 1;
	if (d->to != NULL)
		set[x.n++] = (struct assignment){ "to", d->to };
	if (d->to_kind != NULL)
		set[x.n++] = (struct assignment){ "to-kind", d->to_kind };
	if (d->facts != NULL)
		set[x.n++] = (struct assignment){ "facts", d->facts };
	if (d->provision != NULL)
		set[x.n++] = (struct assignment){ "provision", d->provision };
	if (deadline(session, d, urgency, &until, e) != 0)
		return -1;
	moves_text(&more, SIGNAL_STATE, "draft");
	if (until != 0)
		moves_int(&more, SIGNAL_DEADLINE, until);
	if (!id_is_zero(&d->run))
		moves_bytes(&more, SIGNAL_RUN, d->run.b, sizeof(d->run.b));
	x.more = more.list;
	x.more_count = more.n;
	return entries_add_tx(session, &x, id, e);
}

int
signal_add(struct session *session, const struct signal_draft *d,
    struct id *id, struct err *e)
{
	struct store *s = session_store(session);

	if (db_begin(s->db, e) != 0)
		return -1;
	if (add_tx(session, d, id, e) != 0 || db_commit(s->db, e) != 0) {
		db_rollback(s->db);
		return -1;
	}
	return 0;
}

struct finding {
	struct store *s;
	const struct id *run;
	struct id *found;
};

static int
of_run(void *ctx, const struct record_row *row, struct err *e)
{
	struct finding *f = ctx;
	struct loaded l;
	struct id run;
	int rc = versions_load_row(f->s, row, &l, e);

	if (rc != 1)
		return rc;
	run = loaded_id(&l, SIGNAL_RUN);
	versions_done(&l);
	if (!id_eq(&run, f->run))
		return 0;
	*f->found = row->id;
	return 1;
}

int
signal_of_run_tx(struct session *session, const struct signal_draft *d,
    struct id *id, struct err *e)
{
	struct store *s = session_store(session);
	struct finding f = { s, &d->run, id };
	struct version_query q = { .type = TYPE_SIGNAL,
	    .case_id = &d->case_id };
	memset(id, 0, sizeof(*id));
	if (versions_each(s, &q, of_run, &f, e) < 0)
		return -1;
	return id_is_zero(id) ? add_tx(session, d, id, e) : 0;
}

/* ---- what it says ---- */

static void
add_part(struct buf *b, struct view v)
{
	uint8_t len[4] = { (uint8_t)(v.len >> 24), (uint8_t)(v.len >> 16),
		(uint8_t)(v.len >> 8), (uint8_t)v.len };

	buf_add(b, len, sizeof(len));
	if (v.len > 0)
		buf_add(b, v.data, v.len);
}

void
signal_hash(const struct loaded *l, struct hash *out)
{
	struct buf b;

	buf_init(&b, (size_t)RECORD_TEXT_MAX * 2);
	add_part(&b, view_of(l->row.id.b, sizeof(l->row.id.b)));
	add_part(&b, loaded_text(l, SIGNAL_TO));
	add_part(&b, loaded_text(l, SIGNAL_FACTS));
	add_part(&b, loaded_text(l, SIGNAL_URGENCY));
	add_part(&b, loaded_text(l, SIGNAL_PROVISION));
	keys_hash(TAG_SIGNAL, buf_view(&b), out);
	mem_wipe(b.data, b.len);
	buf_done(&b);
}

/* ---- sending ---- */

struct sending {
	struct id case_id;
	char to[401], provision[401];
	struct hash hash;
};

static int
load(struct store *s, const struct id *id, struct sending *out,
    struct err *e)
{
	struct loaded l;
	int rc = versions_load(s, id, &l, e);

	if (rc < 0)
		return -1;
	if (rc == 0 || l.row.type != TYPE_SIGNAL ||
	    (l.row.flags & RECORD_OUT) != 0) {
		if (rc == 1)
			versions_done(&l);
		return err_set(e, ERR_ABSENT, "there is no such notification "
		    "here");
	}
	out->case_id = l.row.case_id;
	moves_copy(loaded_text(&l, SIGNAL_TO), out->to, sizeof(out->to));
	moves_copy(loaded_text(&l, SIGNAL_PROVISION), out->provision,
	    sizeof(out->provision));
	signal_hash(&l, &out->hash);
	versions_done(&l);
	return 0;
}

static int
change_tx(struct session *session, const struct disclosure_draft *d,
    const struct sending *x, struct err *e)
{
	struct entry_change ch = { .id = d->of, .type = TYPE_SIGNAL };
	struct moves_ops o = { .n = 0 };

	moves_text(&o, SIGNAL_STATE, "sent");
	moves_int(&o, SIGNAL_SENT, store_now_ms(session_store(session)));
	moves_text(&o, SIGNAL_CHANNEL, d->channel);
	moves_text(&o, SIGNAL_PROOF, d->receipt);
	moves_flag(&o, SIGNAL_INFORMED, d->family == DISCLOSURE_TOLD);
	moves_text(&o, SIGNAL_NOT_INFORMED, d->why_not_told);
	moves_bytes(&o, SIGNAL_HASH, x->hash.b, sizeof(x->hash.b));
	ch.ops = o.list;
	ch.op_count = o.n;
	return entries_change_tx(session, &ch, e);
}

int
signal_send(struct session *session, const struct disclosure_draft *d,
    struct err *e)
{
	struct store *s = session_store(session);
	struct disclosure_draft out = *d;
	struct sending x;
	struct id id;

	if (load(s, &d->of, &x, e) != 0)
		return -1;
	if (x.to[0] == '\0')
		return err_set(e, ERR_INPUT, "a notification names who it "
		    "goes to: tugi signal set SIGNAL to=TEXT");
	out.case_id = x.case_id;
	out.to = x.to;
	out.what = _("Notification");
	out.sections = out.section = "protection";
	out.records = &d->of;
	out.record_count = 1;
	out.hash = &x.hash;
	if (out.basis == NULL)
		out.basis = "cp_duty";
	if (out.provision == NULL)
		out.provision = x.provision;
	if (out.reason == NULL)
		out.reason = _("Notification of a child who may need help");
	if (db_begin(s->db, e) != 0)
		return -1;
	if (change_tx(session, d, &x, e) != 0 ||
	    disclosure_record_tx(session, &out, &id, e) != 0 ||
	    db_commit(s->db, e) != 0) {
		db_rollback(s->db);
		return -1;
	}
	return 0;
}

int
signal_step(struct session *session, const struct signal_step *st,
    struct err *e)
{
	struct entry_change ch = { .id = st->signal, .type = TYPE_SIGNAL };
	struct moves_ops o = { .n = 0 };
	bool proof = strcmp(st->state, "delivered") == 0;

	if (strcmp(st->state, "sent") == 0)
		return err_set(e, ERR_INPUT, "sending is a step of its own: "
		    "tugi signal send");
	if (fields_listed("delivered answered dropped", st->state) &&
	    (st->words == NULL || *st->words == '\0'))
		return err_set(e, ERR_INPUT, "say it in words: the proof of "
		    "delivery, the feedback, or why it was not sent "
		    "(--words)");
	moves_text(&o, SIGNAL_STATE, st->state);
	moves_text(&o, proof ? SIGNAL_PROOF : SIGNAL_FEEDBACK, st->words);
	ch.ops = o.list;
	ch.op_count = o.n;
	return entries_change(session, &ch, e);
}

/* ---- what waits ---- */

int
signal_open(struct session *session,
    int (*fn)(void *ctx, const struct record_item *r, int64_t deadline_ms,
        struct err *e), void *ctx, struct err *e)
{
	struct records_query q = { .type = TYPE_SIGNAL };
	struct store *s = session_store(session);
	struct record_list l;
	struct loaded one;
	int64_t until;
	size_t i;
	int rc = 0;

	if (records_list(session, &q, &l, e) != 0)
		return -1;
	for (i = 0; rc == 0 && i < l.count; i++) {
		if (strcmp(record_field(&l.items[i], "state"), "draft") != 0)
			continue;
		rc = versions_load(s, &l.items[i].id, &one, e);
		if (rc != 1)
			continue;
		until = loaded_int(&one, SIGNAL_DEADLINE);
		versions_done(&one);
		rc = fn(ctx, &l.items[i], until, e);
	}
	record_list_done(&l);
	return rc < 0 ? -1 : 0;
}
