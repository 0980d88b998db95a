/* client/core/policies: two workers, an officer and a hub: publishing, taking
 * in, records under an older policy, and what is not believed. Client 0 is the
 * officer. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <string.h>

#include "client/core/cases/cases.h"
#include "client/core/cases/notes.h"
#include "client/core/cases/uptake.h"
#include "client/core/consent/consent.h"
#include "client/core/profile/policies.h"
#include "client/core/records/records.h"
#include "common/base/mem.h"
#include "tests/support/fixture.h"
#include "tests/support/world.h"

#define FIRST "1111111111111111111111111111111111111111"
#define SECOND "2222222222222222222222222222222222222222"
#define THIRD "3333333333333333333333333333333333333333"
#define FOURTH "4444444444444444444444444444444444444444"

static struct world w;
static struct id kid;
static struct err e;

static int
setup(void **state)
{
	(void)state;
	world_begin(&w, 3);
	world_case(&w, 1, "Juku Juurikas", &kid);
	return 0;
}

static int
teardown(void **state)
{
	(void)state;
	world_end(&w);
	return 0;
}

/* The program's own policy with each first ${from} exchanged by ${to}. */
static struct policy *
changed(const char *from, const char *to)
{
	struct policy *p = policy_default(&e), *out = NULL;
	struct buf one, two;
	const char *at;

	buf_init(&one, POLICY_MAX);
	buf_init(&two, POLICY_MAX);
	assert_int_equal(policy_encode(p, &one, &e), 0);
	at = strstr(buf_str(&one), from);
	assert_non_null(at);
	buf_add(&two, one.data, (size_t)(at - buf_str(&one)));
	buf_add_str(&two, to);
	buf_add_str(&two, at + strlen(from));
	if (policy_decode(buf_view(&two), &out, &e) != 0)
		fail_msg("%s", e.text);
	buf_done(&one);
	buf_done(&two);
	policy_free(p);
	return out;
}

static void
publish(int i, const char *from, const char *to, const char *commit)
{
	struct policy *p = changed(from, to);

	world_pass(&w, 1000);
	if (policies_publish(w.c[i].session, p, commit, &e) != 0)
		fail_msg("%s", e.text);
	policy_free(p);
}

static int
note(int i, const char *category, struct id *id)
{
	struct note_draft d = { .case_id = kid, .category = category,
		.text = view_str("talked") };

	world_pass(&w, 1000);
	return notes_add(w.c[i].session, &d, id, &e);
}

static void
expect_word(int i, const struct id *id, const char *field, const char *word)
{
	struct record_item r;
	size_t k;

	assert_int_equal(records_find(w.c[i].session, id, &r, &e), 1);
	for (k = 0; k < r.field_count; k++)
		if (strcmp(r.fields[k].name, field) == 0)
			break;
	assert_true(k < r.field_count);
	if (word == NULL)
		assert_null(r.fields[k].word);
	else
		assert_string_equal(r.fields[k].word, word);
	record_item_done(&r);
}

static bool
in_force(int i, const char *commit)
{
	struct policies_list l;
	bool yes = false;
	size_t k;

	assert_int_equal(policies_list(w.c[i].session, &l, &e), 0);
	for (k = 0; k < l.count; k++)
		if (l.items[k].in_force)
			yes = strcmp(l.items[k].commit, commit) == 0;
	policies_list_done(&l);
	return yes;
}

static const struct policy_ref *
ref_of(int i, const struct id *id)
{
	static struct policy_ref out;
	struct loaded *l = mem_new(sizeof(*l));

	assert_int_equal(versions_load(world_store(&w, i), id, l, &e), 1);
	out = l->versions[0].rec.policy;
	versions_done(l);
	mem_free(l);
	return &out;
}

static void
test_before_any(void **state)
{
	struct assignment none = { "stage", "" };
	struct id id;

	(void)state;
	assert_true(in_force(1, ""));
	assert_int_equal(note(1, "observation", &id), 0);
	assert_true(policy_ref_none(ref_of(1, &id)));
	expect_word(1, &id, "category", "Observation");
	session_speak(w.c[1].session, "et");
	expect_word(1, &id, "category", "Vaatlus");
	assert_int_equal(note(1, "obsrvation", &id), -1);
	assert_int_equal(e.kind, ERR_INPUT);
	assert_non_null(strstr(e.text, "did you mean observation?"));
	/* By its name in one's own language. */
	assert_int_equal(note(1, "Vaatlus", &id), -1);
	assert_non_null(strstr(e.text, "did you mean observation?"));
	assert_int_equal(note(1, "zebra", &id), -1);
	assert_null(strstr(e.text, "did you mean"));
	assert_non_null(strstr(e.text, "there are contact"));
	assert_int_equal(world_set(&w, 1, &kid, "stage", "9"), -1);
	/* None is none: that may be said, and says nothing new. */
	assert_int_equal(records_set(w.c[1].session, &kid, &none, 1, &e), -1);
	assert_int_equal(e.kind, ERR_CLASH);
}

#define OBSERVATION "{\"code\":\"observation\",\"name\":{\"et\":\"Vaatlus\"," \
	"\"lv\":\"Novērojums\",\"fi\":\"Havainto\",\"hu\":\"Megfigyelés\"," \
	"\"en\":\"Observation\"}},"
#define WATCHED "{\"code\":\"observation\",\"name\":{\"et\":\"Vaatlus\"," \
	"\"lv\":\"Novērojums\",\"fi\":\"Havainto\",\"hu\":\"Megfigyelés\"," \
	"\"en\":\"Watched\"}},"

static void
test_old_under_new(void **state)
{
	struct id before, under, after;
	uint8_t one[POLICY_REF_BYTES];

	(void)state;
	memset(one, 0x11, sizeof(one));
	assert_int_equal(note(1, "observation", &before), 0);
	publish(0, OBSERVATION, WATCHED, FIRST);
	assert_true(in_force(0, FIRST));
	world_must_sync(&w, 0);
	assert_true(in_force(1, ""));
	assert_true(world_must_sync(&w, 1).policy_new);
	assert_true(in_force(1, FIRST));
	assert_false(world_must_sync(&w, 1).policy_new);
	assert_int_equal(note(1, "observation", &under), 0);
	assert_memory_equal(ref_of(1, &under)->b, one, sizeof(one));
	world_grant(&w, 1, &kid, 2, "card,notes", false);
	world_must_sync(&w, 1);
	world_must_sync(&w, 2);
	/* What colleagues get names it too. */
	assert_memory_equal(ref_of(2, &under)->b, one, sizeof(one));

	publish(0, OBSERVATION, "", SECOND);
	world_must_sync(&w, 0);
	world_must_sync(&w, 1);
	world_must_sync(&w, 2);
	assert_true(in_force(1, SECOND));
	assert_int_equal(note(1, "observation", &after), -1);
	assert_int_equal(note(1, "contact", &after), 0);
	/* By its own, which nobody forgets; before any, by the program's. */
	expect_word(1, &under, "category", "Watched");
	expect_word(2, &under, "category", "Watched");
	expect_word(1, &before, "category", "Observation");
	world_close(&w, 1);
	assert_int_equal(world_open(&w, 1, &e), 0);
	assert_true(in_force(1, SECOND));
	expect_word(1, &under, "category", "Watched");
	assert_int_equal(note(1, "observation", &after), -1);
	/* Opened anew, before the policy is asked for: named all the same. */
	world_close(&w, 1);
	assert_int_equal(world_open(&w, 1, &e), 0);
	assert_int_equal(world_store(&w, 1)->policy.b[0], 0x22);
}

static void
test_who_publishes(void **state)
{
	struct policy *p = policy_default(&e);

	(void)state;
	assert_int_equal(policies_publish(w.c[1].session, p, FIRST, &e), -1);
	assert_int_equal(e.kind, ERR_DENIED);
	assert_non_null(strstr(e.text, "only an officer"));
	assert_int_equal(policies_publish(w.c[0].session, p, "v1", &e), -1);
	assert_int_equal(e.kind, ERR_INPUT);
	assert_int_equal(policies_publish(w.c[0].session, p, FIRST, &e), 0);
	assert_int_equal(policies_publish(w.c[0].session, p, FIRST, &e), -1);
	assert_int_equal(e.kind, ERR_CLASH);
	/* An earlier one is put in force again by publishing it again. */
	assert_int_equal(policies_publish(w.c[0].session, p, SECOND, &e), 0);
	assert_true(in_force(0, SECOND));
	world_pass(&w, 1000);
	assert_int_equal(policies_publish(w.c[0].session, p, FIRST, &e), 0);
	assert_true(in_force(0, FIRST));
	world_must_sync(&w, 0);
	world_must_sync(&w, 2);
	assert_true(in_force(2, FIRST));
	policy_free(p);
}

/* ---- forms ---- */

static int
consent(int i, const char *evidence, const struct assignment *set, size_t n,
    struct id *id)
{
	struct consent_draft d = { .case_id = kid, .sections = "notes",
		.audience = w.c[2].person, .right = RIGHT_READ,
		.giver = "Mari Tamm", .giver_role = "guardian",
		.evidence = evidence, .set = set, .n = n };

	world_pass(&w, 1000);
	return consent_grant(w.c[i].session, &d, id, &e);
}

static int
offer(const char *by, struct id *id)
{
	struct assignment set[] = { { "person", "Anna Tamm" }, { "by", by } };
	struct entry_draft d = { .case_id = kid, .set = set,
		.n = by != NULL ? 2 : 1 };
	struct uptake_effect effect;

	world_pass(&w, 1000);
	return uptake_record(w.c[1].session, &d, "offered", id, &effect, &e);
}

/* What is usual and what has to be said is the office's form's. */
static void
test_forms(void **state)
{
	const struct assignment review = { "review", "2027-03-01" };
	char text[160];
	struct id id;

	(void)state;
	assert_int_equal(consent(1, NULL, NULL, 0, &id), 0);
	world_field(&w, 1, &id, "evidence", text);
	assert_string_equal(text, "spoken");
	publish(0, "\"default\":\"spoken\"", "\"default\":\"letter\"", FIRST);
	world_must_sync(&w, 0);
	world_must_sync(&w, 1);
	assert_int_equal(consent(1, NULL, NULL, 0, &id), 0);
	world_field(&w, 1, &id, "evidence", text);
	assert_string_equal(text, "letter");
	assert_int_equal(consent(1, "email", NULL, 0, &id), 0);
	world_field(&w, 1, &id, "evidence", text);
	assert_string_equal(text, "email"); /* what is typed counts */
	publish(0, "\"field\":\"review\"",
	    "\"required\":true,\"field\":\"review\"", SECOND);
	world_must_sync(&w, 0);
	world_must_sync(&w, 1);
	assert_int_equal(consent(1, NULL, NULL, 0, &id), -1);
	assert_int_equal(e.kind, ERR_INPUT);
	assert_non_null(strstr(e.text, "say review"));
	assert_int_equal(consent(1, NULL, &review, 1, &id), 0);
	/* The same for a record that is written field by field. */
	assert_int_equal(offer(NULL, &id), 0);
	publish(0, "\"kind\":\"line\",\"required\":true}",
	    "\"kind\":\"line\",\"required\":true,\"field\":\"by\"}", THIRD);
	world_must_sync(&w, 0);
	world_must_sync(&w, 1);
	assert_int_equal(offer(NULL, &id), -1);
	assert_non_null(strstr(e.text, "say by"));
	assert_int_equal(offer("Mari Tamm", &id), 0);
	publish(0, "\"kind\":\"line\",\"required\":true}",
	    "\"kind\":\"line\",\"field\":\"by\",\"default\":\"the school\"}",
	    FOURTH);
	world_must_sync(&w, 0);
	world_must_sync(&w, 1);
	assert_int_equal(offer(NULL, &id), 0);
	world_field(&w, 1, &id, "by", text);
	assert_string_equal(text, "the school");
}

/* Records of the commons, as they might come: each a piece of nothing. */
struct piece {
	const char *commit;
	int64_t part, parts;
	uint8_t hash;
	const char *data;
	int author; /* whose device */
};

static void
plant(int at, const struct piece *p, uint64_t seq)
{
	struct store *s = world_store(&w, at);
	struct record *rec = mem_new(sizeof(*rec));
	struct version_at place = { .seq = seq, .state = VERSION_ACCEPTED };
	struct hash hash;
	struct buf body;

	memset(hash.b, p->hash, sizeof(hash.b));
	id_random(&rec->id);
	rec->type = TYPE_POLICY;
	rec->origin = world_store(&w, p->author)->me->device;
	rec->hlc = place.eff = store_stamp(s);
	rec->op_count = 5;
	fixture_text_op(&rec->ops[0], POLICY_COMMIT, p->commit);
	rec->ops[1].field = POLICY_PART;
	rec->ops[1].value = (struct value){ VALUE_INT, p->part,
		{ NULL, 0 } };
	rec->ops[2].field = POLICY_PARTS;
	rec->ops[2].value = (struct value){ VALUE_INT, p->parts,
		{ NULL, 0 } };
	rec->ops[3].field = POLICY_HASH;
	rec->ops[3].value = (struct value){ VALUE_BYTES, 0, view_of(hash.b,
	    sizeof(hash.b)) };
	fixture_text_op(&rec->ops[4], POLICY_DATA, p->data);
	buf_init(&body, 1 << 20);
	record_encode(rec, &body);
	assert_int_equal(db_begin(s->db, &e), 0);
	assert_int_equal(versions_accept_tx(s, &s->roster.genesis.commons,
	    rec, buf_view(&body), &place, &e), 0);
	assert_int_equal(db_commit(s->db, &e), 0);
	buf_done(&body);
	mem_free(rec);
	assert_int_equal(policies_settle(w.c[at].session, &e), 0);
}

static void
test_not_believed(void **state)
{
	static const struct piece pieces[] = {
		{ SECOND, 0, 1, 7, "{}", 0 },     /* other than its hash */
		{ SECOND, 0, 0, 7, "{}", 0 },     /* of no pieces */
		{ SECOND, 5, 2, 7, "{}", 0 },     /* past the last */
		{ SECOND, 0, 99, 7, "{}", 0 },    /* of too many */
		{ SECOND, -1, 2, 7, "{}", 0 },
		{ SECOND, 0, 2, 7, "{}", 0 },     /* the other is missing */
		{ "2222", 0, 1, 7, "{}", 0 },     /* no commit */
		{ "0000000000000000000000000000000000000000", 0, 1, 7, "{}",
		    0 },
	};
	size_t i;

	(void)state;
	publish(0, OBSERVATION, WATCHED, FIRST);
	world_must_sync(&w, 0);
	world_must_sync(&w, 2);
	for (i = 0; i < sizeof(pieces) / sizeof(pieces[0]); i++) {
		plant(2, &pieces[i], 900000 + i);
		assert_true(in_force(2, FIRST));
	}
}

/* The real pieces again, under another commit, by another author, written
 * long ago, or with a hash that is not theirs. */
struct forgery {
	int author;
	const char *commit;
	uint64_t seq;
	bool old, spoilt;
};

static void
forge(const struct forgery *f)
{
	static const uint8_t wrong[32] = { 1 };
	static int64_t pieces; /* of the policy that was really published */
	struct store *s = world_store(&w, 2);
	struct stmt *st;
	struct buf ids;
	size_t i;
	struct id id;

	buf_init(&ids, 4096);
	if (pieces == 0)
		pieces = world_count(&w, 2, "SELECT count(*) FROM record "
		    "WHERE type = 14");
	st = db_prepare(s->db, "SELECT id FROM record WHERE type = 14 "
	    "ORDER BY rid LIMIT ?");
	db_bind_int(st, 1, pieces);
	while (db_step(st, &e) == 1) {
		assert_int_equal(db_id(st, 0, &id), 0);
		buf_add(&ids, &id, sizeof(id));
	}
	assert_true(ids.len > 0);
	for (i = 0; i < ids.len; i += sizeof(id)) {
		struct loaded *l = mem_new(sizeof(*l));
		struct record *rec = mem_new(sizeof(*rec));
		struct version_at place = { .seq = f->seq,
			.state = VERSION_ACCEPTED };
		struct buf body;

		memcpy(&id, ids.data + i, sizeof(id));
		assert_int_equal(versions_load(s, &id, l, &e), 1);
		*rec = l->versions[0].rec;
		id_random(&rec->id);
		rec->origin = world_store(&w, f->author)->me->device;
		rec->hlc = place.eff = store_stamp(s);
		if (f->old)
			place.eff = hlc_from_ms(1000);
		fixture_text_op(&rec->ops[0], POLICY_COMMIT, f->commit);
		if (f->spoilt)
			rec->ops[3].value.data = view_of(wrong,
			    sizeof(wrong));
		buf_init(&body, 1 << 20);
		record_encode(rec, &body);
		assert_int_equal(db_begin(s->db, &e), 0);
		assert_int_equal(versions_accept_tx(s,
		    &s->roster.genesis.commons, rec, buf_view(&body), &place,
		    &e), 0);
		assert_int_equal(db_commit(s->db, &e), 0);
		buf_done(&body);
		versions_done(l);
		mem_free(l);
		mem_free(rec);
	}
	buf_done(&ids);
	assert_int_equal(policies_settle(w.c[2].session, &e), 0);
}

static void
test_only_officers(void **state)
{
	static const struct forgery by_worker = { 1, SECOND, 900000, false,
		false };
	static const struct forgery spoilt = { 0, SECOND, 900001, false,
		true };
	static const struct forgery good = { 0, THIRD, 900002, false, false };
	static const struct forgery again = { 0, FIRST, 900003, true, false };

	(void)state;
	publish(0, OBSERVATION, WATCHED, FIRST);
	world_must_sync(&w, 0);
	world_must_sync(&w, 2);
	forge(&by_worker);
	assert_true(in_force(2, FIRST));
	forge(&spoilt);
	assert_true(in_force(2, FIRST));
	/* The same pieces by an officer, as they are, hold. */
	forge(&good);
	assert_true(in_force(2, THIRD));
	/* The place in the log counts, not the clock of who published. */
	forge(&again);
	assert_true(in_force(2, FIRST));
}

static int
drops(int i, const char *from, const char *to, struct buf *warn)
{
	struct policy *p = changed(from, to);
	int rc;

	buf_reset(warn);
	rc = policies_drops(w.c[i].session, p, warn, &e);
	policy_free(p);
	return rc;
}

static void
test_dropping(void **state)
{
	struct policy *p = policy_default(&e), *without;
	struct buf all, less, warn;
	const char *at, *end;
	struct id space;

	(void)state;
	buf_init(&all, POLICY_MAX);
	buf_init(&less, POLICY_MAX);
	buf_init(&warn, POLICY_MAX);
	/* Without the section "meeting", and what names it. */
	assert_int_equal(policy_encode(p, &all, &e), 0);
	at = strstr(buf_str(&all), ",{\"code\":\"meeting\",\"name\"");
	assert_non_null(at);
	end = strstr(at + 1, ",{\"code\":\"protection\"");
	assert_non_null(end);
	buf_add(&less, all.data, (size_t)(at - buf_str(&all)));
	for (at = end; (end = strstr(at, "\"section\":\"meeting\",")) != NULL;
	    at = end + strlen("\"section\":\"meeting\","))
		buf_add(&less, at, (size_t)(end - at));
	buf_add_str(&less, at);
	if (policy_decode(buf_view(&less), &without, &e) != 0)
		fail_msg("%s", e.text);

	assert_int_equal(policies_drops(w.c[1].session, without, &warn, &e),
	    0);
	assert_non_null(strstr(buf_str(&warn), "\"meeting\" is dropped"));
	/* A section that holds no record yet is not in use. */
	assert_int_equal(cases_section(w.c[1].session, &kid, "meeting",
	    &space, &e), 0);
	assert_int_equal(policies_drops(w.c[1].session, without, &warn, &e),
	    0);
	{
		struct op op;
		struct write wr = { .type = TYPE_AGENDA, .space = space,
			.case_id = kid, .ops = &op, .op_count = 1 };
		struct store *s = world_store(&w, 1);

		fixture_text_op(&op, AGENDA_TOPIC, "timetable");
		assert_int_equal(db_begin(s->db, &e), 0);
		assert_int_equal(versions_write_tx(s, &wr, NULL, &e), 0);
		assert_int_equal(db_commit(s->db, &e), 0);
	}
	assert_int_equal(policies_drops(w.c[1].session, without, &warn, &e),
	    -1);
	assert_int_equal(e.kind, ERR_DENIED);
	assert_non_null(strstr(e.text, "\"meeting\", which has 1 record "));
	/* Who sees none of them is warned and not stopped. */
	assert_int_equal(policies_drops(w.c[0].session, without, &warn, &e),
	    0);
	/* Words that go are named. */
	assert_int_equal(drops(1, OBSERVATION, "", &warn), 0);
	assert_string_equal(buf_str(&warn), "note.category: \"observation\" "
	    "is not written any more; records that have it stay readable.\n");
	buf_done(&all);
	buf_done(&less);
	buf_done(&warn);
	policy_free(p);
	policy_free(without);
}

/* A word may also be retired: it stays in the policy and is not chosen. */
static void
test_retired(void **state)
{
	struct id before, id;

	(void)state;
	assert_int_equal(note(0, "observation", &id), -1); /* not his case */
	assert_int_equal(note(1, "observation", &before), 0);
	publish(0, "{\"code\":\"observation\",",
	    "{\"code\":\"observation\",\"retired\":true,", FIRST);
	world_must_sync(&w, 0);
	world_must_sync(&w, 1);
	assert_int_equal(note(1, "observation", &id), -1);
	assert_null(strstr(e.text, "observation,"));
	expect_word(1, &before, "category", "Observation");
}

int
main(void)
{
#define EACH(t) cmocka_unit_test_setup_teardown(t, setup, teardown)
	const struct CMUnitTest tests[] = {
		EACH(test_before_any),
		EACH(test_old_under_new),
		EACH(test_who_publishes),
		EACH(test_not_believed),
		EACH(test_only_officers),
		EACH(test_dropping),
		EACH(test_retired),
		EACH(test_forms),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
