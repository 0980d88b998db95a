/* local/versions: what is written once stays, duplicates collapse, flags. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "client/core/records/records.h"
#include "client/core/local/index.h"
#include "tests/support/fixture.h"

static struct fixture fx;

static int
setup(void **state)
{
	(void)state;
	fixture_open(&fx, true);
	return 0;
}

static int
teardown(void **state)
{
	(void)state;
	fixture_close(&fx);
	return 0;
}

static struct record_row
row_of(const struct id *id)
{
	struct record_row row;
	struct err e = { 0 };

	assert_int_equal(versions_row(fx.st, id, &row, &e), 1);
	return row;
}

static void
set(const struct id *id, const char *name, const char *text)
{
	struct assignment a = { name, text };
	struct err e = { 0 };

	if (records_set(fx.s, id, &a, 1, &e) != 0)
		fail_msg("%s", e.text);
}

static int64_t
one(const char *sql)
{
	struct err e = { 0 };
	int64_t n = -1;

	assert_int_equal(db_one_int(fx.st->db, sql, &n, &e), 1);
	return n;
}

/* A colleague's version of the case's school. */
static struct record
school(const struct id *case_id, const char *text)
{
	struct record rec;

	memset(&rec, 0, sizeof(rec));
	rec.id = *case_id;
	rec.type = TYPE_CASE;
	rec.op_count = 1;
	fixture_text_op(&rec.ops[0], CASE_SCHOOL, text);
	return rec;
}

static void
test_survives_reopening(void **state)
{
	struct id c = fixture_case(&fx, "Kask", "K1"), n;
	static struct loaded l;
	struct err e = { 0 };
	uint64_t hlc;

	(void)state;
	n = fixture_note(&fx, &c, "Saved.");
	hlc = fx.st->hlc;
	fx.now_ms -= 3600000; /* the clock is set back */
	fixture_reopen(&fx);
	assert_true(fx.st->hlc >= hlc);
	assert_true(store_stamp(fx.st) > hlc);
	assert_int_equal(versions_load(fx.st, &n, &l, &e), 1);
	assert_true(view_eq(loaded_text(&l, NOTE_TEXT), view_str("Saved.")));
	assert_int_equal(l.versions[0].state, VERSION_LOCAL);
	versions_done(&l);
}

static void
test_bases_are_the_heads(void **state)
{
	struct id c = fixture_case(&fx, "Kask", "K1");
	static struct loaded l;
	struct err e = { 0 };

	(void)state;
	set(&c, "school", "A");
	set(&c, "school", "B");
	assert_int_equal(versions_load(fx.st, &c, &l, &e), 1);
	assert_int_equal(l.count, 3);
	assert_int_equal(l.versions[1].rec.ops[0].base_count, 0);
	assert_int_equal(l.versions[2].rec.ops[0].base_count, 1);
	assert_true(l.versions[2].rec.ops[0].bases[0].hlc ==
	    l.versions[1].rec.hlc);
	assert_true(view_eq(loaded_text(&l, CASE_SCHOOL), view_str("B")));
	versions_done(&l);
	assert_int_equal(row_of(&c).flags, 0);
}

static void
test_conflict_flag_on_and_off(void **state)
{
	struct colleague *mart = fixture_colleague(&fx, "Mart");
	struct id c = fixture_case(&fx, "Kask", "K1");
	struct record rec = school(&c, "theirs");
	struct record_row row = row_of(&c);
	struct err e = { 0 };

	(void)state;
	set(&c, "school", "mine");
	assert_int_equal(fixture_accept(&fx, mart, &row.space, &rec, &e), 0);
	assert_int_equal(row_of(&c).flags, RECORD_CONFLICT);
	set(&c, "school", "agreed");
	assert_int_equal(row_of(&c).flags, 0);
}

static void
test_duplicates_collapse(void **state)
{
	struct colleague *mart = fixture_colleague(&fx, "Mart");
	struct id c = fixture_case(&fx, "Kask", "K1");
	struct record rec = school(&c, "one");
	struct record_row row = row_of(&c);
	struct version_at at = { 900, 3, 0, VERSION_ACCEPTED };
	struct buf body;
	struct err e = { 0 };
	int64_t n;

	(void)state;
	assert_int_equal(fixture_accept(&fx, mart, &row.space, &rec, &e), 0);
	n = one("SELECT count(*) FROM version");
	buf_init(&body, CHANGESET_BODY_MAX);
	record_encode(&rec, &body);
	at.eff = rec.hlc;
	assert_int_equal(versions_accept_tx(fx.st, &row.space, &rec,
	    buf_view(&body), &at, &e), 0);
	assert_int_equal(one("SELECT count(*) FROM version"), n);
	/* The first place in the log stays its place. */
	assert_int_equal(one("SELECT count(*) FROM version WHERE seq = 900"),
	    0);
	at.seq = 1;
	assert_int_equal(versions_accept_tx(fx.st, &row.space, &rec,
	    buf_view(&body), &at, &e), 0);
	assert_int_equal(one("SELECT count(*) FROM version WHERE seq = 1"), 1);
	/* Another text under the same stamp is refused. */
	buf_reset(&body);
	rec.ops[0].value.data = view_str("two");
	record_encode(&rec, &body);
	assert_int_equal(versions_accept_tx(fx.st, &row.space, &rec,
	    buf_view(&body), &at, &e), -1);
	assert_int_equal(e.kind, ERR_PEER);
	buf_done(&body);
}

static void
test_own_comes_back(void **state)
{
	struct id c = fixture_case(&fx, "Kask", "K1");
	static struct loaded l;
	struct version_at at = { 77, 2, 0, VERSION_ACCEPTED };
	struct buf body;
	struct err e = { 0 };

	(void)state;
	assert_int_equal(versions_load(fx.st, &c, &l, &e), 1);
	buf_init(&body, CHANGESET_BODY_MAX);
	record_encode(&l.versions[0].rec, &body);
	at.eff = l.versions[0].rec.hlc + 5;
	assert_int_equal(versions_accept_tx(fx.st, &l.row.space,
	    &l.versions[0].rec, buf_view(&body), &at, &e), 0);
	versions_done(&l);
	buf_done(&body);
	assert_int_equal(versions_load(fx.st, &c, &l, &e), 1);
	assert_int_equal(l.count, 1);
	assert_int_equal(l.versions[0].state, VERSION_ACCEPTED);
	assert_int_equal(l.versions[0].seq, 77);
	assert_int_equal(l.versions[0].idx, 2);
	assert_int_equal(l.versions[0].eff, at.eff);
	assert_true(fx.st->hlc >= at.eff);
	versions_done(&l);
}

static void
test_what_does_not_belong(void **state)
{
	struct colleague *mart = fixture_colleague(&fx, "Mart");
	struct id a = fixture_case(&fx, "Kask", "K1");
	struct id b = fixture_case(&fx, "Tamm", "T1"), n;
	struct record_row row = row_of(&a), other = row_of(&b);
	struct record rec = school(&a, "x");
	struct err e = { 0 };

	(void)state;
	/* Of one case, in the section of another. */
	assert_int_equal(fixture_accept(&fx, mart, &other.space, &rec, &e),
	    -1);
	assert_int_equal(e.kind, ERR_PEER);
	/* A second card in a case's section. */
	memset(&rec.id, 0, sizeof(rec.id));
	assert_int_equal(fixture_accept(&fx, mart, &row.space, &rec, &e), -1);
	assert_int_equal(e.kind, ERR_PEER);
	/* A note among the cards. */
	rec.type = TYPE_NOTE;
	assert_int_equal(fixture_accept(&fx, mart, &row.space, &rec, &e), -1);
	/* Another kind under the same id. */
	rec.id = a;
	rec.type = TYPE_CONSENT;
	assert_int_equal(fixture_accept(&fx, mart, &row.space, &rec, &e), -1);
	/* A note changed by somebody else. */
	n = fixture_note(&fx, &a, "mine");
	row = row_of(&n);
	memset(&rec, 0, sizeof(rec));
	rec.id = n;
	rec.type = TYPE_NOTE;
	rec.op_count = 1;
	fixture_text_op(&rec.ops[0], NOTE_TEXT, "changed");
	fixture_bases(&fx, &n, &rec.ops[0]);
	assert_int_equal(fixture_accept(&fx, mart, &row.space, &rec, &e), -1);
	assert_int_equal(e.kind, ERR_PEER);
	/* What a newer program writes is kept. */
	memset(&rec.id, 0, sizeof(rec.id));
	rec.type = 77;
	assert_int_equal(fixture_accept(&fx, mart, &row.space, &rec, &e), 0);
}

static int
try_write(const struct id *space, const struct id *id, enum record_type type,
    const char *text, struct err *e)
{
	struct op op;
	struct write w;
	int rc;

	memset(&w, 0, sizeof(w));
	fixture_text_op(&op, 1, text);
	w.type = type;
	w.space = *space;
	if (id != NULL)
		w.id = *id;
	w.ops = &op;
	w.op_count = 1;
	assert_int_equal(db_begin(fx.st->db, e), 0);
	rc = versions_write_tx(fx.st, &w, NULL, e);
	db_rollback(fx.st->db);
	return rc;
}

static void
test_refused_writes(void **state)
{
	static char big[CHANGESET_BODY_MAX + 1];
	struct id c = fixture_case(&fx, "Kask", "K1"), n, nowhere;
	struct record_row row = row_of(&c);
	struct space sp;
	struct err e = { 0 };

	(void)state;
	n = fixture_note(&fx, &c, "once");
	id_random(&nowhere);
	assert_int_equal(try_write(&nowhere, NULL, TYPE_NOTE, "x", &e), -1);
	assert_int_equal(e.kind, ERR_DENIED);
	assert_int_equal(try_write(&row.space, &n, TYPE_NOTE, "x", &e), -1);
	assert_int_equal(e.kind, ERR_DENIED);
	assert_int_equal(try_write(&row.space, &c, TYPE_PLAN, "x", &e), -1);
	assert_int_equal(e.kind, ERR_INPUT);
	memset(big, 'a', sizeof(big) - 1);
	assert_int_equal(try_write(&row.space, NULL, TYPE_CASE, big, &e), -1);
	assert_int_equal(e.kind, ERR_TOOBIG);
	/* A frozen or lost section. */
	assert_int_equal(spaces_find(fx.st, &row.space, &sp, &e), 1);
	sp.state = SPACE_FROZEN;
	assert_int_equal(spaces_save_tx(fx.st, &sp, &e), 0);
	assert_int_equal(try_write(&row.space, &c, TYPE_CASE, "x", &e), -1);
	assert_int_equal(e.kind, ERR_DENIED);
	assert_non_null(strstr(e.text, "read"));
	sp.state = SPACE_OPEN;
	assert_int_equal(spaces_save_tx(fx.st, &sp, &e), 0);
	assert_int_equal(try_write(&row.space, &c, TYPE_CASE, "x", &e), 0);
	/* A stopped store sends nothing; people go on writing. */
	assert_int_equal(store_stop(fx.st, "The hub contradicts itself.", &e),
	    0);
	assert_int_equal(try_write(&row.space, &c, TYPE_CASE, "y", &e), 0);
	fixture_reopen(&fx);
	assert_true(fx.st->stopped);
}

static void
test_held_and_gone(void **state)
{
	struct id c = fixture_case(&fx, "Kask", "K1"), n;
	struct record_row row;
	static struct loaded l;
	struct version_ref ref;
	struct err e = { 0 };

	(void)state;
	n = fixture_note(&fx, &c, "held text");
	assert_int_equal(versions_load(fx.st, &n, &l, &e), 1);
	ref.origin = l.versions[0].rec.origin;
	ref.hlc = l.versions[0].rec.hlc;
	row = l.row;
	versions_done(&l);
	assert_int_equal(versions_mark_tx(fx.st, row.rid, &ref, VERSION_HELD,
	    &e), 0);
	assert_int_equal(row_of(&n).flags, RECORD_HELD | RECORD_HIDDEN);
	assert_int_equal(versions_mark_tx(fx.st, row.rid, &ref, VERSION_GONE,
	    &e), 0);
	assert_int_equal(row_of(&n).flags & RECORD_HELD, 0);
	assert_int_equal(versions_load(fx.st, &n, &l, &e), 1);
	assert_int_equal(l.count, 0);
	assert_int_equal(l.wiped, 1);
	versions_done(&l);
}

struct seen {
	size_t n;
	int64_t at[8];
};

static int
note_seen(void *ctx, const struct record_row *row, struct err *e)
{
	struct seen *s = ctx;

	(void)e;
	s->at[s->n++] = row->at_ms;
	return s->n == 8;
}

static void
test_lists(void **state)
{
	struct id c = fixture_case(&fx, "Kask", "K1"), first;
	struct version_query q = { .type = TYPE_NOTE, .case_id = &c };
	struct seen s = { 0 };
	struct err e = { 0 };
	int i;

	(void)state;
	first = fixture_note(&fx, &c, "0");
	for (i = 1; i < 5; i++) {
		fx.now_ms += 1000;
		fixture_note(&fx, &c, "more");
	}
	assert_int_equal(versions_each(fx.st, &q, note_seen, &s, &e), 0);
	assert_int_equal(s.n, 5);
	assert_true(s.at[0] > s.at[4]);
	memset(&s, 0, sizeof(s));
	q.oldest_first = true;
	q.limit = 2;
	assert_int_equal(versions_each(fx.st, &q, note_seen, &s, &e), 0);
	assert_int_equal(s.n, 2);
	assert_true(s.at[0] < s.at[1]);
	memset(&s, 0, sizeof(s));
	q.parent = &first;
	assert_int_equal(versions_each(fx.st, &q, note_seen, &s, &e), 0);
	assert_int_equal(s.n, 0);
}

int
main(void)
{
#define T(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
	const struct CMUnitTest tests[] = {
		T(test_survives_reopening), T(test_bases_are_the_heads),
		T(test_conflict_flag_on_and_off), T(test_duplicates_collapse),
		T(test_own_comes_back), T(test_what_does_not_belong),
		T(test_refused_writes), T(test_held_and_gone), T(test_lists),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
