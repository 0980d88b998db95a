/*
 * The steps of a handover as people take them. What follows from each for the
 * sections of the case is accord/sides.c's; who leads is a field of the case,
 * written in the same transaction as the step.
 */
#include "client/core/consent/handover.h"

#include <string.h>

#include "client/core/accord/statements.h"
#include "client/core/consent/consent.h"
#include "client/core/consent/steps.h"
#include "common/base/mem.h"
#include "common/base/text.h"

#define OPS_MAX 12
#define LINE_MAX_BYTES 400
#define REASON_MAX 4000

/* ---- writing a step ---- */

struct step {
	enum side_step step;
	struct id record;        /* zero: a new id */
	const struct id *person, *of;
	int64_t until_ms;
	enum right right;
	const char *provision, *reason;
	uint8_t supersedes[16 * ACCESS_SUPERSEDES_MAX];
	size_t supersedes_len;
};

struct ops {
	struct op list[OPS_MAX];
	size_t count;
};

static void
put(struct ops *o, uint16_t field, struct value v)
{
	o->list[o->count].field = field;
	o->list[o->count++].value = v;
}

static struct value
value_text(const char *text)
{
	struct value v = { VALUE_TEXT, 0, view_str(text) };

	return v;
}

static struct value
value_int(int64_t num)
{
	struct value v = { VALUE_INT, num, { NULL, 0 } };

	return v;
}

static struct value
value_bytes(const void *data, size_t len)
{
	struct value v = { VALUE_BYTES, 0, view_of(data, len) };

	return v;
}

static int
write_step_tx(struct steps *st, const struct step *in, struct id *id,
    struct err *e)
{
	struct ops *o = mem_new(sizeof(*o));
	struct write w = { .id = in->record, .type = TYPE_HANDOVER,
	    .space = st->card.id, .case_id = st->card.case_id };
	int rc;

	put(o, HANDOVER_STEP, value_text(sides_word(in->step)));
	put(o, HANDOVER_PERSON, value_bytes(in->person->b, 16));
	if (in->of != NULL)
		put(o, HANDOVER_OF, value_bytes(in->of->b, 16));
	if (in->until_ms != 0 && in->until_ms != INT64_MAX)
		put(o, HANDOVER_UNTIL, value_int(in->until_ms));
	if (in->step == SIDE_REDUCE)
		put(o, HANDOVER_RIGHT, value_int(in->right));
	if (in->provision != NULL && in->provision[0] != '\0')
		put(o, HANDOVER_PROVISION, value_text(in->provision));
	if (in->reason != NULL && in->reason[0] != '\0')
		put(o, HANDOVER_REASON, value_text(in->reason));
	put(o, HANDOVER_BY, value_bytes(st->s->person.b, 16));
	if (in->supersedes_len > 0)
		put(o, HANDOVER_SUPERSEDES, value_bytes(in->supersedes,
		    in->supersedes_len));
	w.ops = o->list;
	w.op_count = o->count;
	rc = versions_write_tx(st->s, &w, id, e);
	mem_free(o);
	return rc;
}

static int
write_case_tx(struct steps *st, const struct ops *o, struct err *e)
{
	struct write w = { .id = st->card.case_id, .type = TYPE_CASE,
	    .space = st->card.id, .case_id = st->card.case_id,
	    .ops = o->list, .op_count = o->count };

	return versions_write_tx(st->s, &w, NULL, e);
}

/* The step, who leads by it, and what follows for the sections. */
static int
take(struct steps *st, const struct step *in, const struct ops *lead,
    struct id *id, struct err *e)
{
	size_t added = 0;

	if (db_begin(st->s->db, e) != 0)
		return -1;
	if (write_step_tx(st, in, id, e) == 0 &&
	    (lead == NULL || lead->count == 0 ||
	    write_case_tx(st, lead, e) == 0) &&
	    statements_apply_tx(st->s, &st->card.case_id, &added, e) == 0 &&
	    (in->step != SIDE_PROPOSE ||
	    consent_room(st->session, &st->card.case_id, e) == 0) &&
	    db_commit(st->s->db, e) == 0)
		return 0;
	db_rollback(st->s->db);
	return -1;
}

static int
check_words(const char *provision, const char *reason, struct err *e)
{
	if (provision != NULL && strlen(provision) > LINE_MAX_BYTES)
		return err_set(e, ERR_INPUT, "the provision is longer than %d "
		    "bytes", LINE_MAX_BYTES);
	if (reason != NULL && strlen(reason) > REASON_MAX)
		return err_set(e, ERR_INPUT, "the reason is longer than %d "
		    "bytes", REASON_MAX);
	return 0;
}

/* ---- proposing ---- */

static int
check_person(const struct steps *st, const struct handover_draft *d,
    struct err *e)
{
	const struct roster_device *dev;

	if (id_eq(&d->person, &st->s->person))
		return err_set(e, ERR_INPUT,
		    "this is you; a case is handed over to somebody else");
	if (roster_devices_of(&st->s->roster, &d->person, &dev, 1) == 0)
		return err_set(e, ERR_ABSENT, "this person has no device that "
		    "the office has let in, and could not open the case");
	if (steps_keeps_for_good(st, &d->person))
		return err_set(e, ERR_CLASH,
		    "this person keeps the case already");
	if (d->until_ms != 0 && d->until_ms <= st->now_ms)
		return err_set(e, ERR_INPUT, "until: this day is over "
		    "already");
	if ((d->until_ms != 0 ? d->until_ms : INT64_MAX) > steps_own_end(st))
		return err_set(e, ERR_DENIED, "you stand in for somebody "
		    "here; nobody hands on for longer than they keep the "
		    "case themselves");
	return 0;
}

/* What was reduced before and is undone by taking the person in again. */
static int
name_reductions(const struct steps *st, struct step *in, struct err *e)
{
	size_t i;

	for (i = 0; i < st->all.count; i++) {
		if (st->all.list[i].step != SIDE_REDUCE ||
		    !id_eq(&st->all.list[i].person, in->person))
			continue;
		if (in->supersedes_len == sizeof(in->supersedes))
			return err_set(e, ERR_TOOBIG, "this person has left "
			    "the case %d times; no more can be undone",
			    ACCESS_SUPERSEDES_MAX);
		memcpy(in->supersedes + in->supersedes_len,
		    st->all.list[i].record.b, 16);
		in->supersedes_len += 16;
	}
	return 0;
}

int
handover_propose(struct session *session, const struct handover_draft *d,
    struct id *id, struct err *e)
{
	struct step in = { .step = SIDE_PROPOSE, .person = &d->person,
	    .until_ms = d->until_ms, .reason = d->reason };
	struct steps st;
	size_t i;
	int rc = steps_load(&st, session, &d->case_id, e);

	if (rc == 0)
		rc = steps_need_keeper(&st, e);
	if (rc == 0)
		rc = check_person(&st, d, e);
	for (i = 0; rc == 0 && i < st.all.count; i++)
		if (steps_is_open(&st, &st.all.list[i]) &&
		    steps_accepted(&st, &st.all.list[i]) == NULL &&
		    id_eq(&st.all.list[i].by, &st.s->person) &&
		    id_eq(&st.all.list[i].person, &d->person))
			rc = err_set(e, ERR_CLASH, "it is proposed to this "
			    "person already; tugi handover undo takes that "
			    "back");
	if (rc == 0)
		rc = check_words(NULL, d->reason, e);
	if (rc == 0)
		rc = name_reductions(&st, &in, e);
	if (rc == 0)
		rc = take(&st, &in, NULL, id, e);
	steps_done(&st);
	return rc;
}

/* ---- accepting ---- */

int
handover_accept(struct session *session, const struct id *case_id,
    struct id *id, struct err *e)
{
	const struct side_source *open = NULL;
	struct step in = { .step = SIDE_ACCEPT };
	struct ops *lead = mem_new(sizeof(*lead));
	struct steps st;
	size_t i;
	int rc = steps_load(&st, session, case_id, e);

	for (i = 0; rc == 0 && i < st.all.count; i++)
		if (steps_is_open(&st, &st.all.list[i]) &&
		    id_eq(&st.all.list[i].person, &st.s->person) &&
		    steps_accepted(&st, &st.all.list[i]) == NULL)
			open = &st.all.list[i];
	if (rc == 0 && open == NULL)
		rc = err_set(e, ERR_ABSENT, "nobody has proposed to hand this "
		    "case over to you, or you have accepted already");
	if (rc == 0)
		rc = steps_need_keeper(&st, e);
	if (rc == 0) {
		in.person = &st.s->person;
		in.of = &open->record;
		/* A substitute works; who leads stays the same. */
		if (open->until_ms == INT64_MAX)
			put(lead, CASE_LEAD, value_bytes(st.s->person.b, 16));
		rc = take(&st, &in, lead, id, e);
	}
	steps_done(&st);
	mem_free(lead);
	return rc;
}

/* ---- leaving, narrowing ---- */

static bool
others_keep(const struct steps *st, const struct id *person)
{
	size_t i;

	for (i = 0; i < st->book.count; i++)
		if (!id_eq(&st->book.list[i].person, person) &&
		    steps_keeps_for_good(st, &st->book.list[i].person))
			return true;
	return false;
}

static enum right
part_of(const struct steps *st, const struct id *person)
{
	enum right right, most = RIGHT_NONE;
	size_t i;

	for (i = 0; i < st->book.count; i++) {
		const struct access *a = &st->book.list[i];

		if (!access_is_side(a->kind) || !id_eq(&a->person, person))
			continue;
		right = access_right(&st->book, a, st->now_ms);
		most = right > most ? right : most;
	}
	return most;
}

static bool
has_say(const struct steps *st)
{
	size_t i;

	for (i = 0; i < st->book.count; i++)
		if (st->book.list[i].kind == ACCESS_TAKEOVER &&
		    id_eq(&st->book.list[i].person, &st->s->person) &&
		    access_is_live(&st->book, &st->book.list[i], st->now_ms))
			return true;
	return false;
}

static int
check_part(const struct steps *st, const struct id *person, enum right right,
    struct err *e)
{
	bool self = id_eq(person, &st->s->person);
	enum right part = part_of(st, person);
	size_t i;

	if (!self && (st->right < RIGHT_KEEP || !has_say(st)))
		return err_set(e, ERR_DENIED, "only who took the case over "
		    "(tugi takeover) may take another person's part in it; "
		    "each may leave by themself");
	if (self && st->right < RIGHT_WRITE)
		return err_set(e, ERR_DENIED, "you only read this case; who "
		    "keeps it can close it to you");
	if (part <= right)
		return err_set(e, ERR_CLASH, self ?
		    N_("your part in this case is no more than that already") :
		    N_("this person's part in the case is no more than that "
		    "already"));
	if (!others_keep(st, person))
		return err_set(e, ERR_DENIED, "nobody else keeps this case for "
		    "good: hand it over first (tugi handover propose)");
	for (i = 0; self && i < st->all.count; i++)
		if (steps_is_open(st, &st->all.list[i]) &&
		    id_eq(&st->all.list[i].by, person) &&
		    st->all.list[i].until_ms == INT64_MAX &&
		    steps_accepted(st, &st->all.list[i]) == NULL)
			return err_set(e, ERR_CLASH, "the handover you have "
			    "proposed is not accepted yet; wait for that, or "
			    "take it back (tugi handover undo)");
	return 0;
}

int
handover_reduce(struct session *session, const struct handover_part *p,
    struct id *id, struct err *e)
{
	struct step in = { .step = SIDE_REDUCE, .right = p->right,
	    .reason = p->reason };
	struct steps st;
	int rc = steps_load(&st, session, &p->case_id, e);

	if (p->right >= RIGHT_KEEP && rc == 0)
		rc = err_set(e, ERR_BUG, "keeping is no smaller part");
	in.person = id_is_zero(&p->person) && rc == 0 ? &st.s->person :
	    &p->person;
	if (rc == 0)
		rc = check_part(&st, in.person, p->right, e);
	if (rc == 0)
		rc = check_words(NULL, p->reason, e);
	if (rc == 0)
		rc = take(&st, &in, NULL, id, e);
	steps_done(&st);
	return rc;
}

/* ---- taking over ---- */

/* Who takes over leads, coordinates, and the stage says so (6.9). */
static int
take_lead(struct steps *st, struct step *in, struct id *id, struct err *e)
{
	struct ops *lead = mem_new(sizeof(*lead));
	int rc;

	in->step = SIDE_TAKEOVER;
	in->person = &st->s->person;
	in->until_ms = steps_own_end(st);
	put(lead, CASE_LEAD, value_bytes(st->s->person.b, 16));
	put(lead, CASE_COORDINATOR, value_bytes(st->s->person.b, 16));
	put(lead, CASE_COORDINATOR_WHY, in->provision != NULL ?
	    value_text(in->provision) : (struct value){ .type = VALUE_NULL });
	put(lead, CASE_STAGE, value_text("cp"));
	rc = take(st, in, lead, id, e);
	mem_free(lead);
	return rc;
}

/* By a step of their own: an order alone does not say why. */
static bool
has_taken_over(const struct steps *st)
{
	size_t i;

	for (i = 0; i < st->all.count; i++) {
		const struct side_source *src = &st->all.list[i];

		if (src->step == SIDE_TAKEOVER && id_is_zero(&src->of) &&
		    id_eq(&src->by, &st->s->person) &&
		    sides_answer(&st->all, src, SIDE_BACK) == NULL)
			return true;
	}
	return false;
}

int
handover_takeover(struct session *session, const struct takeover_draft *d,
    struct id *id, struct err *e)
{
	struct step in = { .provision = d->provision, .reason = d->reason };
	struct steps st;
	int rc = steps_load(&st, session, &d->case_id, e);

	if (rc == 0)
		rc = steps_need_keeper(&st, e);
	if (rc == 0 && (d->provision == NULL || d->provision[0] == '\0' ||
	    d->reason == NULL || d->reason[0] == '\0'))
		rc = err_set(e, ERR_INPUT, "a takeover names the provision of "
		    "the law it rests on, and the reason in words");
	if (rc == 0)
		rc = check_words(d->provision, d->reason, e);
	if (rc == 0 && has_taken_over(&st))
		rc = err_set(e, ERR_CLASH,
		    "you have taken this case over already");
	if (rc == 0)
		rc = take_lead(&st, &in, id, e);
	steps_done(&st);
	return rc;
}

/* The card that an order opened, once: the step's record has the order's id. */
static int
settle_order(struct session *session, const struct roster_order *o,
    bool *done, struct err *e)
{
	struct step in = { .record = o->id, .of = &o->id,
	    .provision = "takeover order of two officers" };
	struct store *s = session_store(session);
	struct record_row row;
	struct steps st;
	struct space sp;
	struct id id;
	int rc = spaces_find(s, &o->space, &sp, e);

	if (rc != 1 || sp.state != SPACE_OPEN || sp.hidden ||
	    strcmp(sp.section, "card") != 0)
		return rc < 0 ? -1 : 0;
	rc = versions_row(s, &o->id, &row, e);
	if (rc != 0) /* done before */
		return rc < 0 ? -1 : 0;
	rc = versions_row(s, &sp.case_id, &row, e);
	if (rc != 1) /* the case is not there yet */
		return rc;
	rc = steps_load(&st, session, &sp.case_id, e);
	if (rc == 0 && st.right == RIGHT_KEEP &&
	    id_eq(&st.card.id, &o->space)) {
		rc = take_lead(&st, &in, &id, e);
		*done = rc == 0;
	}
	steps_done(&st);
	return rc;
}

int
handover_settle(struct session *session, size_t *count, struct err *e)
{
	struct store *s = session_store(session);
	size_t i;

	*count = 0;
	for (i = 0; i < s->roster.order_count; i++) {
		const struct roster_order *o = &s->roster.orders[i];
		bool done = false;

		if (o->scope != ORDER_TAKEOVER || s->stopped ||
		    !id_eq(&o->whom, &s->person))
			continue;
		if (settle_order(session, o, &done, e) != 0)
			return -1;
		*count += done ? 1 : 0;
	}
	return 0;
}

/* ---- undoing ---- */

/* What this person may still undo, the newest first. */
static const struct side_source *
find_undoable(const struct steps *st)
{
	const struct side_source *src;
	size_t i, j;
	bool followed;

	for (i = st->all.count; i-- > 0;) {
		src = &st->all.list[i];
		if (!id_eq(&src->by, &st->s->person) ||
		    sides_answer(&st->all, src, SIDE_BACK) != NULL)
			continue;
		if (src->step == SIDE_PROPOSE && steps_is_open(st, src) &&
		    steps_accepted(st, src) == NULL)
			return src;
		if (src->step != SIDE_ACCEPT && src->step != SIDE_TAKEOVER)
			continue;
		for (followed = false, j = i + 1; j < st->all.count; j++)
			followed |= st->all.list[j].step == SIDE_REDUCE;
		if (!followed)
			return src;
	}
	return NULL;
}

/* What a field of the case said before its shown value was written. */
static struct value
value_before(const struct loaded *l, uint16_t field)
{
	const struct heads_field *h = heads_find(&l->heads, field);
	struct value none = { VALUE_NULL, 0, { NULL, 0 } };
	const struct op *op;
	size_t i, j;

	if (h == NULL || h->heads[0].op->base_count == 0)
		return none;
	op = h->heads[0].op;
	for (i = 0; i < l->count; i++) {
		const struct record *rec = &l->versions[i].rec;

		if (rec->hlc != op->bases[0].hlc ||
		    !id_eq(&rec->origin, &op->bases[0].origin))
			continue;
		for (j = 0; j < rec->op_count; j++)
			if (rec->ops[j].field == field)
				return rec->ops[j].value;
	}
	return none;
}

/* The lead as it was, if it is still this person's. */
static void
lead_before(const struct steps *st, const struct loaded *l,
    enum side_step step, struct ops *out)
{
	struct id lead = loaded_id(l, CASE_LEAD);

	if (step == SIDE_PROPOSE || !id_eq(&lead, &st->s->person))
		return;
	put(out, CASE_LEAD, value_before(l, CASE_LEAD));
	if (step != SIDE_TAKEOVER)
		return;
	put(out, CASE_COORDINATOR, value_before(l, CASE_COORDINATOR));
	put(out, CASE_COORDINATOR_WHY, value_before(l, CASE_COORDINATOR_WHY));
	put(out, CASE_STAGE, value_before(l, CASE_STAGE));
}

int
handover_undo(struct session *session, const struct id *case_id,
    struct id *id, struct err *e)
{
	struct step in = { .step = SIDE_BACK };
	const struct side_source *src = NULL;
	struct ops *lead = mem_new(sizeof(*lead));
	struct loaded *l = loaded_new();
	struct steps st;
	int rc = steps_load(&st, session, case_id, e);

	if (rc == 0 && (src = find_undoable(&st)) == NULL)
		rc = err_set(e, ERR_ABSENT, "there is no step of yours in this "
		    "case that can be undone; who has left is taken in again "
		    "with tugi handover propose");
	if (rc == 0)
		rc = steps_need_keeper(&st, e);
	if (rc == 0)
		rc = versions_load(st.s, case_id, l, e) == 1 ? 0 :
		    err_set(e, ERR_ABSENT, "the case cannot be read");
	if (rc == 0) {
		in.person = &src->person;
		in.of = &src->record;
		lead_before(&st, l, src->step, lead);
		rc = take(&st, &in, lead, id, e);
		versions_done(l);
	}
	steps_done(&st);
	mem_free(lead);
	mem_free(l);
	return rc;
}
