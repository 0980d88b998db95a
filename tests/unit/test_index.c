/* local/index: newest first, prefixes, folding, no syntax, nothing left. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include <stdio.h>

#include "client/core/records/records.h"
#include "client/core/local/index.h"
#include "client/core/local/asked.h"
#include "client/core/local/recent.h"
#include "client/core/local/utf8.h"
#include "client/core/local/words.h"
#include "common/base/mem.h"
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

static void
update(void)
{
	struct err e = { 0 };
	size_t n;

	do {
		if (index_step(fx.st, 100, &n, &e) != 0)
			fail_msg("%s", e.text);
	} while (n > 0);
}

static size_t
search(const char *text, struct hit *hits, size_t limit)
{
	struct err e = { 0 };
	size_t n = 99;

	update();
	if (index_search(fx.st, text, limit, hits, &n, &e) != 0)
		fail_msg("%s: %s", text, e.text);
	return n;
}

static void
test_words(void **state)
{
	struct id c = fixture_case(&fx, "Kask", "LAS-014"), n;
	struct hit h[4];

	(void)state;
	n = fixture_note(&fx, &c, "Õpetaja ütles: Šķērsielā, ÄREV laps.");
	fixture_note(&fx, &c, "Muu jutt.");
	assert_int_equal(search("opetaja", h, 4), 1);
	assert_true(id_eq(&h[0].id, &n));
	assert_int_equal(search("ŠĶĒRS", h, 4), 1);
	assert_int_equal(search("arev op", h, 4), 1);
	assert_int_equal(search("arev jutt", h, 4), 0);
	assert_int_equal(search("las-014", h, 4), 1);
	assert_true(id_eq(&h[0].id, &c));
}

static void
test_no_syntax(void **state)
{
	static const char *const odd[] = { "\"", "a\"b", "NEAR(a b)", "a*",
		"-a", "text:a", "(a", "a OR", "AND", "NOT a", "^a", "{a}",
		"a' OR 1", "+a", "a\"\"b\"", "😀 a", "a — b", "\xcc\x81 a",
		"a\xcc\x81" };
	struct id c = fixture_case(&fx, "Kask", "K1");
	struct hit h[4];
	struct err e = { 0 };
	size_t i, n;

	(void)state;
	fixture_note(&fx, &c, "a b or and not near text 1");
	update();
	for (i = 0; i < sizeof(odd) / sizeof(odd[0]); i++)
		if (index_search(fx.st, odd[i], 4, h, &n, &e) != 0 &&
		    e.kind != ERR_INPUT)
			fail_msg("%s: %s", odd[i], e.text);
	assert_int_equal(search("a — b", h, 4), 1);
	assert_int_equal(search("NEAR (a b)", h, 4), 1);
	assert_int_equal(index_search(fx.st, "  ", 4, h, &n, &e), -1);
	assert_int_equal(e.kind, ERR_INPUT);
	assert_int_equal(index_search(fx.st, "\xff", 4, h, &n, &e), -1);
}

static void
test_newest_first_few_and_many(void **state)
{
	struct id c = fixture_case(&fx, "Kask", "K1");
	struct record_row a, b;
	struct hit h[10];
	struct err e = { 0 };
	char text[64];
	int i, j;

	(void)state;
	/* Past the limit between the two ways of answering. */
	for (i = 0; i < 1200; i++) {
		snprintf(text, sizeof(text), "common %s",
		    i % 300 == 0 ? "rare" : "x");
		fx.now_ms = FIXTURE_NOW + (i * 7919 % 1201) * 1000;
		fixture_note(&fx, &c, text);
	}
	for (j = 0; j < 2; j++) {
		size_t n = search(j == 0 ? "rare" : "common", h, 10), k;

		assert_int_equal(n, j == 0 ? 4 : 10);
		for (k = 1; k < n; k++) {
			assert_int_equal(versions_row(fx.st, &h[k - 1].id, &a,
			    &e), 1);
			assert_int_equal(versions_row(fx.st, &h[k].id, &b,
			    &e), 1);
			assert_true(a.at_ms >= b.at_ms);
		}
		assert_int_equal(versions_row(fx.st, &h[0].id, &a, &e), 1);
		if (j == 1)
			assert_int_equal(a.at_ms, FIXTURE_NOW + 1200000);
	}
}

static void
test_changed_words(void **state)
{
	struct id c = fixture_case(&fx, "Kask", "K1");
	struct assignment a = { "school", "Lasila" };
	struct hit h[4];
	struct err e = { 0 };

	(void)state;
	assert_int_equal(records_set(fx.s, &c, &a, 1, &e), 0);
	assert_int_equal(search("lasila", h, 4), 1);
	a.text = "Haljala";
	assert_int_equal(records_set(fx.s, &c, &a, 1, &e), 0);
	assert_int_equal(search("lasila", h, 4), 0);
	assert_int_equal(search("haljala", h, 4), 1);
	assert_int_equal(search("kask", h, 4), 1);
	/* Sending and accepting change nothing about the words. */
	fixture_ack(&fx);
	a.text = "Rakvere";
	assert_int_equal(records_set(fx.s, &c, &a, 1, &e), 0);
	assert_int_equal(search("haljala", h, 4), 0);
	assert_int_equal(search("rakvere", h, 4), 1);
}

static void
test_both_sides_of_a_conflict(void **state)
{
	struct colleague *mart = fixture_colleague(&fx, "Mart");
	struct id c = fixture_case(&fx, "Kask", "K1");
	struct assignment a = { "school", "Lasila" };
	struct record_row row;
	struct record rec;
	struct hit h[4];
	struct err e = { 0 };

	(void)state;
	assert_int_equal(records_set(fx.s, &c, &a, 1, &e), 0);
	assert_int_equal(versions_row(fx.st, &c, &row, &e), 1);
	memset(&rec, 0, sizeof(rec));
	rec.id = c;
	rec.type = TYPE_CASE;
	rec.op_count = 1;
	fixture_text_op(&rec.ops[0], CASE_SCHOOL, "Haljala");
	assert_int_equal(fixture_accept(&fx, mart, &row.space, &rec, &e), 0);
	assert_int_equal(search("lasila", h, 4), 1);
	assert_int_equal(search("haljala", h, 4), 1);
	fixture_ack(&fx);
	a.text = "Rakvere";
	assert_int_equal(records_set(fx.s, &c, &a, 1, &e), 0);
	assert_int_equal(search("haljala", h, 4), 0);
	assert_int_equal(search("lasila", h, 4), 0);
}

/* A change that becomes held by a plain update, as when a section is lost:
 * its words still go when the record is forgotten. */
static void
test_held_words_can_be_taken_out(void **state)
{
	struct id c = fixture_case(&fx, "Kask", "K1");
	struct assignment a = { "school", "Lasila" };
	struct record_row row;
	struct err e = { 0 };
	struct hit h[4];
	struct stmt *q;

	(void)state;
	fixture_ack(&fx);
	assert_int_equal(records_set(fx.s, &c, &a, 1, &e), 0);
	assert_int_equal(search("lasila", h, 4), 1);
	assert_int_equal(db_exec(fx.st->db, "UPDATE version SET state = 4 "
	    "WHERE state = 1", &e), 0);
	assert_int_equal(versions_row(fx.st, &c, &row, &e), 1);
	assert_int_equal(index_forget_tx(fx.st, row.rid, &e), 0);
	q = db_prepare(fx.st->db,
	    "SELECT count(*) FROM words WHERE words MATCH 'lasila'");
	assert_int_equal(db_step(q, &e), 1);
	assert_int_equal(db_int(q, 0), 0);
	db_reset(q);
}

/* A word that was wiped is in no row of the index's own tables. */
static int64_t
pieces_with(const char *needle)
{
	struct stmt *q = db_prepare(fx.st->db,
	    "SELECT count(*) FROM words_data WHERE instr(block, ?) > 0");
	struct err e = { 0 };
	int64_t n;

	db_bind_view(q, 1, view_str(needle));
	assert_int_equal(db_step(q, &e), 1);
	n = db_int(q, 0);
	db_reset(q);
	return n;
}

static int64_t
listed(const char *word)
{
	struct stmt *q = db_prepare(fx.st->db,
	    "SELECT count(*) FROM term WHERE word = ?");
	struct err e = { 0 };
	int64_t n;

	db_bind_text(q, 1, word);
	assert_int_equal(db_step(q, &e), 1);
	n = db_int(q, 0);
	db_reset(q);
	return n;
}

static void
test_nothing_left_after_forgetting(void **state)
{
	struct id c = fixture_case(&fx, "Kask", "K1"), n;
	struct record_row row;
	struct err e = { 0 };
	int i;

	(void)state;
	for (i = 0; i < 50; i++)
		fixture_note(&fx, &c, "quite ordinary words");
	n = fixture_note(&fx, &c, "qzxneedle");
	update();
	assert_true(pieces_with("zxneedle") > 0);
	assert_int_equal(listed("qzxneedle"), 1);
	assert_int_equal(versions_row(fx.st, &n, &row, &e), 1);
	assert_int_equal(db_begin(fx.st->db, &e), 0);
	assert_int_equal(index_forget_tx(fx.st, row.rid, &e), 0);
	assert_int_equal(db_exec(fx.st->db, "UPDATE record SET indexed = 1",
	    &e), 0);
	assert_int_equal(db_commit(fx.st->db, &e), 0);
	update();
	assert_int_equal(pieces_with("zxneedle"), 0);
	assert_int_equal(listed("qzxneedle"), 0);
	assert_int_equal(listed("ordinary"), 1);
}

static void
add_letter(struct buf *b, uint32_t cp)
{
	char c[3] = { (char)(0xe0 | cp >> 12), (char)(0x80 | (cp >> 6 & 63)),
		(char)(0x80 | (cp & 63)) };

	if (cp < 0x80)
		c[2] = (char)cp;
	else if (cp < 0x800)
		c[1] = (char)(0xc0 | cp >> 6);
	buf_add(b, cp < 0x80 ? c + 2 : cp < 0x800 ? c + 1 : c,
	    cp < 0x80 ? 1 : cp < 0x800 ? 2 : 3);
}

static bool
has_term(const struct buf *b)
{
	struct stmt *q = db_prepare(fx.st->db,
	    "SELECT 1 FROM words_terms WHERE term = CAST(? AS TEXT)");
	struct err e = { 0 };
	int rc;

	db_bind_view(q, 1, buf_view(b));
	rc = db_step(q, &e);
	db_reset(q);
	return rc == 1;
}

/* Letters of which it is said to be certain are divided and folded here as
 * they are in the index. */
static void
test_letters_as_in_the_index(void **state)
{
	struct err e = { 0 };
	struct buf text, term;
	uint32_t cp;
	int checked = 0;

	(void)state;
	buf_init(&text, 64);
	buf_init(&term, 64);
	assert_int_equal(db_begin(fx.st->db, &e), 0);
	for (cp = 1; cp < 0x10000; cp++) {
		if (!needle_certain(cp))
			continue;
		buf_reset(&text);
		buf_add_fmt(&text, "x%u", (unsigned)cp);
		buf_reset(&term);
		buf_add(&term, text.data, text.len);
		add_letter(&text, cp);
		buf_add_str(&text, "y");
		if (utf8_is_word(cp)) {
			add_letter(&term, utf8_fold(cp));
			buf_add_str(&term, "y");
		}
		assert_int_equal(words_add_tx(fx.st->db, 100000 + cp,
		    buf_view(&text), &e), 0);
		if (!has_term(&term))
			fail_msg("U+%04X", (unsigned)cp);
		checked++;
	}
	db_rollback(fx.st->db);
	assert_true(checked > 300);
	buf_done(&text);
	buf_done(&term);
}

static int
recent(const char *text, struct hit *hits, size_t *n)
{
	struct asked *asked = mem_new(sizeof(*asked));
	struct err e = { 0 };
	int rc;

	assert_true(asked_read(text, asked));
	rc = recent_search(fx.st, asked, 10, hits, n, &e);
	mem_free(asked);
	return rc;
}

/* Looking at the newest gives what the index gives. */
static void
test_recent_is_the_same(void **state)
{
	static const char *const asked[] = { "common", "comm", "common yes",
		"c y", "other", "COMMON, Ärev", "nowhere" };
	static const int looked[] = { 1, 0, 1, 1, 1, 1, 0 };
	struct id c = fixture_case(&fx, "Kask", "K1"), n;
	struct hit few[10], many[300];
	struct err e = { 0 };
	struct record_row row;
	size_t i, k, got;
	char text[80];

	(void)state;
	for (i = 0; i < 700; i++) {
		snprintf(text, sizeof(text), "%s %s %s", i % 3 == 1 ?
		    "commonly" : "common", i % 2 == 1 ? "yes" : "yesterday",
		    i % 5 == 0 ? "other" : "ärev");
		fx.now_ms = FIXTURE_NOW + (int64_t)(i * 7919 % 701) * 1000;
		n = fixture_note(&fx, &c, text);
		if (i % 90 != 0)
			continue;
		assert_int_equal(versions_row(fx.st, &n, &row, &e), 1);
		snprintf(text, sizeof(text), "UPDATE record SET flags = 4 "
		    "WHERE rid = %lld", (long long)row.rid);
		assert_int_equal(db_exec(fx.st->db, text, &e), 0);
	}
	for (i = 0; i < sizeof(asked) / sizeof(asked[0]); i++) {
		k = search(asked[i], many, 300);
		assert_int_equal(recent(asked[i], few, &got), looked[i]);
		got = search(asked[i], few, 10);
		assert_int_equal(got, k < 10 ? k : 10);
		while (got-- > 0)
			assert_int_equal(few[got].rid, many[got].rid);
	}
	/* A letter that may be folded otherwise: the index is asked. */
	fx.now_ms = FIXTURE_NOW + 701000;
	for (i = 0; i < 30; i++)
		n = fixture_note(&fx, &c, "smørbrød common");
	assert_int_equal(recent("common", few, &got), 0);
	assert_int_equal(search("common", few, 10), 10);
	assert_int_equal(search("smorbrod", few, 10), 0);
}

int
main(void)
{
#define T(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
	const struct CMUnitTest tests[] = {
		T(test_words), T(test_no_syntax),
		T(test_newest_first_few_and_many), T(test_changed_words),
		T(test_both_sides_of_a_conflict),
		T(test_held_words_can_be_taken_out),
		T(test_nothing_left_after_forgetting),
		T(test_letters_as_in_the_index), T(test_recent_is_the_same),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
