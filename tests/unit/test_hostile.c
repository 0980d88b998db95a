/*
 * Members and hubs that lie, together or alone: what a rule refused once stays
 * refused, nobody but the keeper of a case opens its sections, and nobody
 * stands in the way of a withdrawal.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <string.h>

#include "client/core/accord/statements.h"
#include "client/core/consent/consent.h"
#include "client/core/local/versions.h"
#include "client/core/office/office.h"
#include "client/core/outbox/outbox.h"
#include "client/core/profile/people.h"
#include "tests/support/trust.h"
#include "tests/support/world.h"

static struct world w;
static struct id the_case;

/* Person 0 keeps a case; person 1 writes in its notes, 2 has no part. */
static int
setup(void **state)
{
	(void)state;
	world_begin(&w, 3);
	world_case(&w, 0, "Anna Tamm", &the_case);
	assert_int_equal(world_note(&w, 0, &the_case, "the first", NULL), 0);
	world_grant(&w, 0, &the_case, 1, "notes", true);
	world_must_sync(&w, 0);
	world_must_sync(&w, 1);
	assert_int_equal(world_notes(&w, 1, &the_case), 1);
	return 0;
}

static int
teardown(void **state)
{
	(void)state;
	world_end(&w);
	return 0;
}

static void
must_exec(int i, const char *sql)
{
	struct err e;

	assert_int_equal(db_exec(world_store(&w, i)->db, sql, &e), 0);
}

/* ---- refused once ---- */

/* The hub sends what this client has refused by the rules a second time. */
static void
test_refused_stays_refused(void **state)
{
	(void)state;
	must_exec(1, "UPDATE author SET counter = counter + 1000");
	assert_int_equal(world_note(&w, 0, &the_case, "refused here", NULL),
	    0);
	world_must_sync(&w, 0);
	assert_int_equal(world_must_sync(&w, 1).quarantined_new, 1);
	assert_int_equal(world_notes(&w, 1, &the_case), 1);
	must_exec(1, "INSERT INTO want (space, after_sseq, upto) "
	    "SELECT space, sseq - 1, sseq FROM item ORDER BY seq DESC LIMIT 1");
	world_must_sync(&w, 1);
	assert_false(world_has(&w, 1, "refused here"));
	assert_int_equal(world_notes(&w, 1, &the_case), 1);
	store_check(world_store(&w, 1));
}

/* ---- a second card ---- */

static void
id_op(struct op *op, uint16_t field, const struct id *id)
{
	memset(op, 0, sizeof(*op));
	op->field = field;
	op->value.type = VALUE_BYTES;
	op->value.data = view_of(id->b, sizeof(id->b));
}

static void
text_op(struct op *op, uint16_t field, const char *text)
{
	memset(op, 0, sizeof(*op));
	op->field = field;
	op->value.type = VALUE_TEXT;
	op->value.data = view_str(text);
}

static void
int_op(struct op *op, uint16_t field, int64_t num)
{
	memset(op, 0, sizeof(*op));
	op->field = field;
	op->value.type = VALUE_INT;
	op->value.num = num;
}

/* Person 1 begins a card of its own for a case it knows by id alone; or says
 * it is a part of the card. */
static bool as_part;

static void
false_card(const char *opens, int audience)
{
	struct store *s = world_store(&w, 1);
	struct access a = { .kind = ACCESS_GRANT, .person = w.c[0].person,
		.right = RIGHT_READ, .until_ms = INT64_MAX,
		.origin = s->me->device };
	struct write wr = { .type = TYPE_CONSENT, .case_id = the_case };
	struct op ops[6];
	struct space sp = { .kind = SPACE_CASE_SECTION, .section = "card" };
	struct err e;

	sp.case_id = the_case;
	if (as_part)
		id_random(&sp.part);
	assert_int_equal(db_begin(s->db, &e), 0);
	assert_int_equal(spaces_begin_tx(s, &sp, NULL, &sp, &e),
	    0);
	id_random(&a.id);
	a.hlc = store_stamp(s);
	assert_int_equal(spaces_access_save_tx(s, &sp.id, &a, NULL, -1, &e),
	    0);
	text_op(&ops[0], CONSENT_STATUS, "given");
	id_op(&ops[1], CONSENT_AUDIENCE, &w.c[audience].person);
	text_op(&ops[2], CONSENT_SECTIONS, opens);
	int_op(&ops[3], CONSENT_RIGHT, RIGHT_WRITE);
	int_op(&ops[4], CONSENT_FROM, atomic_load(&w.wall_ms));
	int_op(&ops[5], CONSENT_UNTIL, atomic_load(&w.wall_ms) +
	    INT64_C(86400000) * 90);
	wr.space = sp.id;
	wr.ops = ops;
	wr.op_count = 6;
	assert_int_equal(versions_write_tx(s, &wr, NULL, &e), 0);
	assert_int_equal(db_commit(s->db, &e), 0);
}

static void
test_false_card_opens_nothing(void **state)
{
	(void)state;
	false_card("notes", 2);
	world_must_sync(&w, 1);
	world_must_sync(&w, 0);
	world_must_sync(&w, 0);
	world_must_sync(&w, 2);
	assert_int_equal(world_notes(&w, 2, &the_case), 0);
	assert_false(world_has(&w, 2, "the first"));
}

/* The same where it says it is a part of the card, of which no other is known
 * (rules.md 5.11). */
static void
test_card_has_no_parts(void **state)
{
	as_part = true;
	test_false_card_opens_nothing(state);
	as_part = false;
}

/* ---- what stands where ---- */

static void
notes_of(int i, struct space *out)
{
	struct err e;

	assert_int_equal(spaces_find_section(world_store(&w, i), &the_case,
	    "notes", NULL, out, &e), 1);
}

/* Person 1 writes what its own program never would. */
static void
write_there(const struct id *space, enum record_type type, struct op *ops,
    size_t n)
{
	struct store *s = world_store(&w, 1);
	struct write wr = { .type = type, .space = *space, .ops = ops,
		.op_count = n };
	struct err e;

	assert_int_equal(db_begin(s->db, &e), 0);
	assert_int_equal(versions_write_tx(s, &wr, NULL, &e), 0);
	assert_int_equal(db_commit(s->db, &e), 0);
}

static void
test_names_stand_in_commons(void **state)
{
	struct store *s = world_store(&w, 1);
	struct person_item who;
	struct space sp;
	struct op ops[2];
	struct err e;

	(void)state;
	false_card("notes", 2);
	assert_int_equal(db_exec(s->db, "DELETE FROM version WHERE rid IN "
	    "(SELECT rid FROM record WHERE space = (SELECT id FROM space "
	    "WHERE section = 'card')); DELETE FROM record WHERE space = "
	    "(SELECT id FROM space WHERE section = 'card')", &e), 0);
	assert_int_equal(spaces_find_section(s, &the_case, "card", NULL, &sp,
	    &e), 1);
	id_op(&ops[0], STAFF_PERSON, &w.c[2].person);
	text_op(&ops[1], STAFF_NAME, "Somebody Else");
	write_there(&sp.id, TYPE_STAFF, ops, 2);
	world_must_sync(&w, 1);
	assert_true(world_must_sync(&w, 0).quarantined_new > 0);
	assert_int_equal(people_find(w.c[0].session, "Somebody Else", &who,
	    &e), -1);
	assert_int_equal(people_find(w.c[0].session, "Person 2", &who, &e),
	    0);
}

static void
test_writer_names_no_section(void **state)
{
	struct space sp;
	struct op op;

	(void)state;
	notes_of(1, &sp);
	text_op(&op, SPACE_SECTION, "plan");
	write_there(&sp.id, TYPE_SPACE, &op, 1);
	trust_seal(&w, 1);
	world_must_sync(&w, 1);
	assert_int_equal(world_must_sync(&w, 0).quarantined_new, 1);
}

/* ---- a statement in the way ---- */

static void
test_made_up_statement(void **state)
{
	struct store *s = world_store(&w, 1);
	struct access a = { .kind = ACCESS_WITHDRAW, .until_ms = INT64_MAX,
		.origin = s->me->device };
	struct space sp;
	struct err e;

	(void)state;
	notes_of(1, &sp);
	id_random(&a.id);
	id_random(&a.consent);
	id_random(&a.person);
	a.hlc = store_stamp(s);
	assert_int_equal(db_begin(s->db, &e), 0);
	assert_int_equal(spaces_access_save_tx(s, &sp.id, &a, NULL, -1, &e),
	    0);
	assert_int_equal(db_commit(s->db, &e), 0);
	world_must_sync(&w, 1);
	assert_int_equal(world_must_sync(&w, 0).quarantined_new, 1);
	assert_int_equal(world_notes(&w, 1, &the_case), 1);
}

/* Person 1 withdraws the person whose section it is, from the beginning of
 * time on: nothing of theirs goes away for that. */
static void
test_owner_is_not_withdrawn(void **state)
{
	struct store *s = world_store(&w, 1);
	struct access a = { .kind = ACCESS_WITHDRAW, .until_ms = INT64_MAX,
		.origin = s->me->device, .person = w.c[0].person, .hlc = 1 };
	struct space sp;
	struct hash h;
	struct buf b;
	struct err e;

	(void)state;
	notes_of(1, &sp);
	id_random(&a.consent);
	buf_init(&b, 64);
	buf_add(&b, a.consent.b, 16);
	buf_add(&b, sp.id.b, 16);
	buf_add(&b, a.person.b, 16);
	keys_hash("tugi statement 1", buf_view(&b), &h);
	buf_done(&b);
	memcpy(a.id.b, h.b, 16);
	assert_int_equal(db_begin(s->db, &e), 0);
	assert_int_equal(spaces_access_save_tx(s, &sp.id, &a, NULL, -1, &e),
	    0);
	assert_int_equal(db_commit(s->db, &e), 0);
	world_must_sync(&w, 1);
	assert_int_equal(world_must_sync(&w, 0).quarantined_new, 0);
	assert_int_equal(world_notes(&w, 0, &the_case), 1);
	assert_int_equal(world_notes(&w, 1, &the_case), 1);
	assert_int_equal(world_note(&w, 0, &the_case, "goes on", NULL), 0);
	world_must_sync(&w, 0);
	world_must_sync(&w, 1);
	assert_int_equal(world_notes(&w, 1, &the_case), 2);
}

/* ---- more than was given ---- */

static void
give(enum right right, int64_t days)
{
	struct consent_draft d = { .case_id = the_case,
		.audience = w.c[2].person, .sections = "notes",
		.right = right, .giver = "Mari", .giver_role = "guardian",
		.until_ms = atomic_load(&w.wall_ms) + days * 86400000 };
	struct id id;
	struct err e;

	assert_int_equal(consent_grant(w.c[0].session, &d, &id, &e), 0);
	world_must_sync(&w, 0);
}

static int64_t
end_of(int whom)
{
	struct id space = trust_space(&w, 0, &the_case, "notes");
	struct space_epoch se;
	int64_t until = 0;
	size_t i;

	trust_epoch(&w, 0, &space, &se);
	for (i = 0; i < se.ep.recipient_count; i++)
		if (id_eq(&se.ep.recipients[i].person, &w.c[whom].person))
			until = se.ep.recipients[i].until_ms;
	space_epoch_done(&se);
	return until;
}

/* To write for a week and to read for a month is not to write for a month,
 * in whichever order they were given (rules.md 5.4). */
static void
two_grants(enum right first, int64_t days, enum right second, int64_t more)
{
	struct id space = trust_space(&w, 0, &the_case, "notes");

	give(first, days);
	give(second, more);
	assert_int_equal(trust_right(&w, 0, &space, 2), RIGHT_WRITE);
	assert_int_equal(end_of(2), atomic_load(&w.wall_ms) +
	    7 * INT64_C(86400000));
	world_pass(&w, 8 * INT64_C(86400000));
	world_must_sync(&w, 0);
	assert_int_equal(trust_right(&w, 0, &space, 2), RIGHT_READ);
}

static void
test_two_grants(void **state)
{
	(void)state;
	two_grants(RIGHT_WRITE, 7, RIGHT_READ, 30);
}

static void
test_two_grants_other_order(void **state)
{
	(void)state;
	two_grants(RIGHT_READ, 30, RIGHT_WRITE, 7);
}

/* Nothing of a closed section is left, its words in the search neither. */
static void
test_no_word_is_left(void **state)
{
	static const char find[] = "SELECT count(*) FROM words_terms "
	    "WHERE term LIKE 'otorhino%'";

	(void)state;
	assert_int_equal(world_note(&w, 0, &the_case, "otorhinolaryngology",
	    NULL), 0);
	world_must_sync(&w, 0);
	world_must_sync(&w, 1);
	assert_int_equal(world_count(&w, 1, find), 1);
	world_withdraw(&w, 0, &the_case, 1, "notes");
	world_must_sync(&w, 0);
	assert_int_equal(world_must_sync(&w, 1).lost_spaces, 1);
	assert_int_equal(world_count(&w, 1, find), 0);
	assert_int_equal(world_count(&w, 0, find), 1);
}

/* ---- ids that are another's ---- */

/* Person 1 writes a note of its own in its own case under the id of one that
 * person 2, who reads that case, has not seen yet. */
static void
squat(const struct id *id, struct id *own_case)
{
	struct store *s = world_store(&w, 1);
	struct write wr = { .type = TYPE_NOTE, .id = *id };
	struct space sp;
	struct op op;
	struct err e;

	world_case(&w, 1, "Berta Kask", own_case);
	assert_int_equal(world_note(&w, 1, own_case, "own", NULL), 0);
	world_grant(&w, 1, own_case, 2, "notes", false);
	world_must_sync(&w, 1);
	assert_int_equal(spaces_find_section(s, own_case, "notes", NULL, &sp,
	    &e), 1);
	text_op(&op, NOTE_TEXT, "in its place");
	wr.space = sp.id;
	wr.case_id = *own_case;
	wr.ops = &op;
	wr.op_count = 1;
	/* Its own store knows the id; the hub and others do not mind. */
	assert_int_equal(db_exec(s->db, "PRAGMA defer_foreign_keys = 1", &e),
	    0);
	assert_int_equal(db_begin(s->db, &e), 0);
	must_exec(1, "DELETE FROM version WHERE rid IN (SELECT rid FROM "
	    "record WHERE type = 4 AND at_ms = (SELECT max(at_ms) FROM record "
	    "WHERE type = 4 AND case_id <> (SELECT case_id FROM record "
	    "ORDER BY rid DESC LIMIT 1)))");
	must_exec(1, "DELETE FROM record WHERE rid NOT IN "
	    "(SELECT rid FROM version)");
	assert_int_equal(versions_write_tx(s, &wr, NULL, &e), 0);
	assert_int_equal(db_commit(s->db, &e), 0);
	assert_int_equal(world_must_sync(&w, 1).sent_notes, 1);
}

static void
test_squatted_id(void **state)
{
	struct id note, own_case;

	(void)state;
	world_pass(&w, 60000);
	assert_int_equal(world_note(&w, 0, &the_case, "the true one", &note),
	    0);
	world_must_sync(&w, 0);
	world_must_sync(&w, 1);
	squat(&note, &own_case);
	world_must_sync(&w, 2);
	assert_true(world_has(&w, 2, "in its place"));
	/* Let into the case, person 2 gets the record that was there first. */
	world_grant(&w, 0, &the_case, 2, "notes", false);
	world_must_sync(&w, 0);
	world_must_sync(&w, 2);
	assert_int_equal(world_notes(&w, 2, &the_case), 2);
	assert_true(trust_reads(&w, 2, &note));
	assert_true(world_has(&w, 2, "the true one"));
	assert_false(world_has(&w, 2, "in its place"));
	assert_int_equal(world_notes(&w, 2, &own_case), 1);
	assert_int_equal(world_count(&w, 2, "SELECT count(*) FROM quarantine "
	    "WHERE instr(words, 'took the place')"), 1);
	store_check(world_store(&w, 2));
	world_must_sync(&w, 2);
	assert_int_equal(world_notes(&w, 2, &the_case), 2);
}

/* Person 1 begins a card for a case it knows by id, and 2 is sent that one
 * before it is let into the true one. */
static void
test_squatted_case(void **state)
{
	struct space sp;
	struct err e;

	(void)state;
	false_card("card", 2);
	world_must_sync(&w, 1);
	world_must_sync(&w, 1);
	world_must_sync(&w, 2);
	assert_int_equal(spaces_find_section(world_store(&w, 2), &the_case,
	    "card", NULL, &sp, &e), 1);
	world_grant(&w, 0, &the_case, 2, "card,notes", true);
	world_must_sync(&w, 0);
	world_must_sync(&w, 2);
	assert_int_equal(spaces_find_section(world_store(&w, 2), &the_case,
	    "card", NULL, &sp, &e), 1);
	assert_true(id_eq(&sp.side, &w.c[0].person));
	assert_int_equal(sp.state, SPACE_OPEN);
	assert_true(trust_reads(&w, 2, &the_case));
	assert_int_equal(world_set(&w, 2, &the_case, "stage", "2"), 0);
	world_must_sync(&w, 2);
	world_must_sync(&w, 0);
	store_check(world_store(&w, 2));
}

/* ---- a right that was put off ---- */

/* Its own clock stood still: it wrote before it heard that its right had
 * ended and was given anew. The hub takes the text, and so do colleagues. */
static void
test_prolonged(void **state)
{
	const int64_t year = INT64_C(366) * 86400000;

	(void)state;
	assert_int_equal(world_note(&w, 1, &the_case, "before", NULL), 0);
	world_must_sync(&w, 1);
	world_must_sync(&w, 0);
	world_pass(&w, year);
	w.c[1].skew_ms = -year;
	assert_int_equal(world_note(&w, 1, &the_case, "in between", NULL), 0);
	world_grant(&w, 0, &the_case, 1, "notes", true);
	world_must_sync(&w, 0);
	w.c[1].skew_ms = 0 - year + 1000;
	assert_int_equal(world_must_sync(&w, 1).sent_notes, 1);
	assert_int_equal(world_must_sync(&w, 0).quarantined_new, 0);
	assert_int_equal(world_notes(&w, 0, &the_case), 3);
	assert_int_equal(world_note(&w, 1, &the_case, "after", NULL), 0);
	assert_int_equal(world_must_sync(&w, 1).sent_notes, 1);
	world_must_sync(&w, 0);
	assert_int_equal(world_notes(&w, 0, &the_case), 4);
}

/* ---- keys that open for nobody ---- */

/* Person 1 changes the key and seals it to nobody but itself. */
static void
take_over(void)
{
	struct store *s = world_store(&w, 1);
	struct outbox_item out = { .kind = CHANGESET_EPOCH,
		.seen = s->head.at };
	struct box_pub boxes[8];
	struct space_epoch old, se;
	struct space sp;
	struct buf body;
	struct err e;
	int64_t oid;
	size_t i;

	notes_of(1, &sp);
	assert_int_equal(spaces_epoch_find(s, &sp.id, sp.epoch, &old, &e), 1);
	memset(&se, 0, sizeof(se));
	se.has_key = true;
	se.author = s->me->device;
	se.ep.space = sp.id;
	se.ep.number = sp.epoch + 1;
	se.ep.prev = old.id;
	se.ep.recipients = old.ep.recipients;
	se.ep.recipient_count = old.ep.recipient_count;
	assert_true(old.ep.recipient_count <= 8);
	for (i = 0; i < old.ep.recipient_count; i++)
		boxes[i] = s->me->box_pub;
	keys_sym_make(&se.key);
	epoch_make_keys(&se.ep, &se.key, &old.key, boxes, &s->me->box_pub);
	buf_init(&body, 65536);
	epoch_encode(&se.ep, &body);
	out.space = sp.id;
	out.epoch = se.ep.number;
	out.group = outbox_group(s);
	out.clear = buf_view(&body);
	assert_int_equal(db_begin(s->db, &e), 0);
	assert_int_equal(outbox_add_tx(s, &out, &se.id, &oid, &e), 0);
	assert_int_equal(spaces_epoch_save_tx(s, &se, &e), 0);
	sp.epoch = se.ep.number;
	assert_int_equal(spaces_save_tx(s, &sp, &e), 0);
	assert_int_equal(db_commit(s->db, &e), 0);
	buf_done(&body);
	space_epoch_done(&old);
}

static void
test_keeper_is_not_locked_out(void **state)
{
	struct space sp;

	(void)state;
	take_over();
	assert_int_equal(world_note(&w, 1, &the_case, "for me alone", NULL),
	    0);
	world_must_sync(&w, 1);
	assert_int_equal(world_note(&w, 0, &the_case, "goes on", NULL), 0);
	world_withdraw(&w, 0, &the_case, 1, "notes");
	assert_int_equal(world_must_sync(&w, 0).sent_notes, 1);
	assert_int_equal(world_notes(&w, 0, &the_case), 2);
	world_must_sync(&w, 1);
	notes_of(1, &sp);
	assert_int_equal(sp.state, SPACE_LOST);
	/* Whoever comes later reads what there was before. */
	world_grant(&w, 0, &the_case, 2, "notes", true);
	world_must_sync(&w, 0);
	world_must_sync(&w, 2);
	assert_int_equal(world_notes(&w, 2, &the_case), 2);
	assert_int_equal(world_note(&w, 2, &the_case, "and on", NULL), 0);
	assert_int_equal(world_must_sync(&w, 2).sent_notes, 1);
	world_must_sync(&w, 0);
	assert_int_equal(world_notes(&w, 0, &the_case), 3);
	store_check(world_store(&w, 0));
	store_check(world_store(&w, 2));
}

static char found[4000];

static int
collect(void *ctx, const char *type, const char *field, const char *text,
    struct err *e)
{
	size_t at = strlen(found);

	(void)ctx;
	(void)e;
	snprintf(found + at, sizeof(found) - at, "%s.%s=%s\n", type, field,
	    text);
	return 0;
}

/* One key that two officers cannot open keeps closed what stands under it and
 * nothing else. */
static void
test_recovery_goes_on(void **state)
{
	struct office_order order;
	struct space sp;
	struct buf both;
	struct err e;

	(void)state;
	trust_officer(&w, 3);
	take_over();
	assert_int_equal(world_note(&w, 1, &the_case, "for me alone", NULL),
	    0);
	world_must_sync(&w, 1);
	assert_int_equal(world_note(&w, 0, &the_case, "the last", NULL), 0);
	world_must_sync(&w, 0);
	world_must_sync(&w, 3);
	notes_of(0, &sp);
	buf_init(&both, 4096);
	assert_int_equal(office_order_begin(w.c[0].session, &sp.id, &order,
	    &e), 0);
	assert_int_equal(office_order_sign(w.c[3].session, order.text, &both,
	    &e), 0);
	found[0] = '\0';
	assert_int_equal(office_recover(w.c[0].session, &w.c[0].remote,
	    buf_str(&both), w.shares[0], w.shares[2], collect, NULL, &e), -1);
	assert_int_equal(e.kind, ERR_PEER);
	assert_non_null(strstr(found, "the first"));
	assert_null(strstr(found, "for me alone"));
	assert_non_null(strstr(found, "the last"));
	buf_done(&both);
	office_order_done(&order);
}

/* ---- the hub's word ---- */

/* It says that the directory does not want a revocation; it does. */
static void
test_revocation_is_not_talked_away(void **state)
{
	struct store *s = world_store(&w, 0);
	struct id device = world_store(&w, 2)->me->device;
	struct id directory = { { 0 } };
	struct err e;

	(void)state;
	assert_int_equal(office_revoke(w.c[0].session, &device, &e), 0);
	must_exec(0, "UPDATE outgoing SET verdict = 14 WHERE state = 1");
	assert_int_equal(db_begin(s->db, &e), 0);
	assert_int_equal(outbox_unseal_tx(s, &directory, &e), 0);
	assert_int_equal(db_commit(s->db, &e), 0);
	world_must_sync(&w, 0);
	world_must_sync(&w, 1);
	assert_null(roster_live(&world_store(&w, 1)->roster, &device,
	    ROSTER_NOW));
	/* What is done already is not wanted a second time. */
	must_exec(0, "UPDATE outgoing SET state = 1 WHERE kind = 4");
	assert_int_equal(db_begin(s->db, &e), 0);
	assert_int_equal(outbox_unseal_tx(s, &directory, &e), 0);
	assert_int_equal(db_commit(s->db, &e), 0);
	assert_int_equal(world_count(&w, 0, "SELECT count(*) FROM outgoing "
	    "WHERE state = 1"), 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_refused_stays_refused,
		    setup, teardown),
		cmocka_unit_test_setup_teardown(test_card_has_no_parts,
		    setup, teardown),
		cmocka_unit_test_setup_teardown(test_false_card_opens_nothing,
		    setup, teardown),
		cmocka_unit_test_setup_teardown(test_names_stand_in_commons,
		    setup, teardown),
		cmocka_unit_test_setup_teardown(test_writer_names_no_section,
		    setup, teardown),
		cmocka_unit_test_setup_teardown(test_made_up_statement, setup,
		    teardown),
		cmocka_unit_test_setup_teardown(test_owner_is_not_withdrawn,
		    setup, teardown),
		cmocka_unit_test_setup_teardown(test_prolonged, setup,
		    teardown),
		cmocka_unit_test_setup_teardown(test_keeper_is_not_locked_out,
		    setup, teardown),
		cmocka_unit_test_setup_teardown(
		    test_revocation_is_not_talked_away, setup, teardown),
		cmocka_unit_test_setup_teardown(test_recovery_goes_on, setup,
		    teardown),
		cmocka_unit_test_setup_teardown(test_two_grants, setup,
		    teardown),
		cmocka_unit_test_setup_teardown(test_squatted_id, setup,
		    teardown),
		cmocka_unit_test_setup_teardown(test_squatted_case, setup,
		    teardown),
		cmocka_unit_test_setup_teardown(test_two_grants_other_order,
		    setup, teardown),
		cmocka_unit_test_setup_teardown(test_no_word_is_left, setup,
		    teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
