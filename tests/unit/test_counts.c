/* Counts: added up, merged, each child once, there and back, rounded. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <string.h>

#include "client/core/report/figures.h"
#include "common/wire/keys.h"

static struct err e;

static int64_t
get(struct counts *c, enum counts_group_number g, unsigned side,
    const char *school, const char *word)
{
	struct counts_where w = { school, word };

	return counts_get(c, g, side, &w);
}

static void
contact(struct counts *c, const char *school, const char *kind,
    const char *target, int64_t n)
{
	struct counts_event ev = { COUNTS_CONTACTS, school,
		{ kind, target }, n };

	counts_add(c, &ev);
}

static void
child(struct counts *c, uint8_t who, const char *school, const char *age,
    int64_t day)
{
	struct counts_event ev = { COUNTS_CHILDREN, school, { age, "new" }, 1 };
	struct id mark = { { who } };

	counts_mark(c, &ev, &mark, day);
}

static void
sums_hold_on_every_side(void **state)
{
	struct counts c;

	(void)state;
	counts_init(&c);
	contact(&c, "Lasila", "ind_child", "child", 3);
	contact(&c, "Lasila", "ind_home", NULL, 2);
	contact(&c, "LASILA", "ind_child", "child", 1);
	contact(&c, NULL, "ind_child", "child", 1);
	assert_int_equal(get(&c, COUNTS_CONTACTS, 0, NULL, NULL), 7);
	assert_int_equal(get(&c, COUNTS_CONTACTS, 1, NULL, NULL), 7);
	assert_int_equal(get(&c, COUNTS_CONTACTS, 0, "Lasila", NULL), 6);
	assert_int_equal(get(&c, COUNTS_CONTACTS, 0, "Lasila", "ind_child"),
	    4);
	assert_int_equal(get(&c, COUNTS_CONTACTS, 1, "Lasila", ""), 2);
	assert_int_equal(get(&c, COUNTS_CASES, 0, NULL, NULL), 0);
	counts_done(&c);
}

/* Two workers with one child, in whichever order: once, as was last seen. */
static void
a_child_counts_once(void **state)
{
	struct counts a, b, ab, ba;
	struct buf x, y;

	(void)state;
	counts_init(&a);
	counts_init(&b);
	counts_init(&ab);
	counts_init(&ba);
	child(&a, 1, "Lasila", "7-9", 100);
	child(&a, 2, "Lasila", "7-9", 100);
	child(&b, 2, "Haljala", "10-12", 200);
	child(&b, 3, "Haljala", "10-12", 50);
	counts_merge(&ab, &a);
	counts_merge(&ab, &b);
	counts_merge(&ba, &b);
	counts_merge(&ba, &a);
	counts_fold(&ab);
	counts_fold(&ba);
	assert_int_equal(get(&ab, COUNTS_CHILDREN, 0, NULL, NULL), 3);
	assert_int_equal(get(&ab, COUNTS_CHILDREN, 0, "Lasila", NULL), 1);
	assert_int_equal(get(&ab, COUNTS_CHILDREN, 0, NULL, "10-12"), 2);
	buf_init(&x, COUNTS_MAX_BYTES);
	buf_init(&y, COUNTS_MAX_BYTES);
	counts_csv(&ab, &x);
	counts_csv(&ba, &y);
	assert_string_equal(buf_str(&x), buf_str(&y));
	buf_done(&x);
	buf_done(&y);
	counts_done(&a);
	counts_done(&b);
	counts_done(&ab);
	counts_done(&ba);
}

static void
there_and_back(void **state)
{
	struct counts c, d;
	struct buf wire, again, csv, csv2;
	size_t i;

	(void)state;
	counts_init(&c);
	contact(&c, "Lasila, \"vana\" maja", "ind_child", "child", 3);
	contact(&c, "=HYPERLINK(1)", "ind_home", "other", 2);
	contact(&c, "'s-Gravenhage", "'=1", "''+1", 2);
	child(&c, 7, "Lasila", "7-9", 20000);
	buf_init(&wire, COUNTS_MAX_BYTES);
	buf_init(&again, COUNTS_MAX_BYTES);
	buf_init(&csv, COUNTS_MAX_BYTES);
	buf_init(&csv2, COUNTS_MAX_BYTES);
	counts_encode(&c, &wire);
	assert_int_equal(counts_decode(buf_view(&wire), &d, &e), 0);
	counts_encode(&d, &again);
	assert_true(view_eq(buf_view(&wire), buf_view(&again)));
	counts_done(&d);
	counts_csv(&c, &csv);
	assert_non_null(strstr(buf_str(&csv), "\"'=HYPERLINK(1)\""));
	assert_int_equal(counts_read_csv(buf_view(&csv), &d, &e), 0);
	counts_csv(&d, &csv2);
	assert_string_equal(buf_str(&csv), buf_str(&csv2));
	assert_int_equal(get(&d, COUNTS_CONTACTS, 0, "'s-Gravenhage", "'=1"),
	    2);
	assert_int_equal(get(&d, COUNTS_CONTACTS, 1, "'s-Gravenhage",
	    "''+1"), 2);
	counts_done(&d);
	/* No piece of it is taken for the whole, no byte for another. */
	for (i = 0; i < wire.len; i++)
		assert_int_equal(counts_decode(view_of(wire.data, i), &d, &e),
		    -1);
	for (i = 0; i < wire.len; i++) {
		wire.data[i] ^= 0x55;
		if (counts_decode(buf_view(&wire), &d, &e) == 0)
			counts_done(&d);
		wire.data[i] ^= 0x55;
	}
	buf_done(&wire);
	buf_done(&again);
	buf_done(&csv);
	buf_done(&csv2);
	counts_done(&c);
}

/* What a changed program hands in would leave the office without figures. */
static void
sides_apart_are_refused(void **state)
{
	struct counts_cell more = { COUNTS_CONTACTS, 1, 0, 0, 1 };
	struct counts c, d;
	struct buf wire;
	size_t i;

	(void)state;
	buf_init(&wire, COUNTS_MAX_BYTES);
	for (i = 0; i < 2; i++) {
		counts_init(&c);
		contact(&c, "Lasila", "ind_child", "child", 3);
		contact(&c, "Haljala", "ind_child", "child", 1);
		more.school = counts_text(&c, "Lasila");
		more.word = counts_text(&c, "child");
		counts_put(&c, &more);
		if (i == 1) { /* as many in all, at other schools */
			more.school = counts_text(&c, "Haljala");
			more.n = -1;
			counts_put(&c, &more);
		}
		buf_reset(&wire);
		counts_encode(&c, &wire);
		assert_int_equal(counts_decode(buf_view(&wire), &d, &e), -1);
		assert_int_equal(e.kind, ERR_PEER);
		counts_done(&c);
	}
	buf_done(&wire);
}

/* More schools than a table has room for are not put under another's name. */
static void
too_many_schools_are_told(void **state)
{
	static const struct sym_key key = { { 1 } };
	struct counts c, out;
	struct figures_from from = { &c, &key, 2026 };
	char school[32];
	int i;

	(void)state;
	counts_init(&c);
	for (i = 0; i < COUNTS_LIST_MAX; i++) {
		snprintf(school, sizeof(school), "school %d", i);
		contact(&c, school, "ind_child", "child", 1);
	}
	assert_int_equal(figures_round(&from, &out, &e), -1);
	assert_int_equal(e.kind, ERR_TOOBIG);
	counts_done(&c);
}

static void
a_bad_line_is_named(void **state)
{
	static const struct {
		const char *text, *says;
	} bad[] = {
		{ "group,side,school,word,count\r\nx,kind,L,a,5\r\n",
		    "line 2 (row 1), column group" },
		{ "group,side,school,word,count\r\ncontacts,x,L,a,5\r\n",
		    "column side" },
		{ "group,side,school,word,count\r\ncontacts,kind,L,a,-5\r\n",
		    "column count" },
		{ "group,side,school,word,count\r\ncontacts,kind,L\r\n",
		    "five columns" },
	};
	struct counts c;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		assert_int_equal(counts_read_csv(view_str(bad[i].text), &c,
		    &e), -1);
		assert_int_equal(e.kind, ERR_INPUT);
		assert_non_null(strstr(e.text, bad[i].says));
	}
}

static uint32_t seed_ = 1;

static uint32_t
chance(uint32_t n)
{
	seed_ = seed_ * 1664525u + 1013904223u;
	return (seed_ >> 8) % n;
}

/* A municipality with small schools: each group of each kind. */
static void
fill(struct counts *c, size_t things)
{
	char school[32], words[COUNTS_SIDES_MAX][16];
	struct counts_event ev = { 0 };
	struct id mark = { { 0 } };
	size_t i, k;

	for (i = 0; i < things; i++) {
		ev.group = chance(COUNTS_GROUP_COUNT);
		snprintf(school, sizeof(school), "School %u", chance(12));
		ev.school = chance(20) == 0 ? NULL : school;
		for (k = 0; k < COUNTS_SIDES_MAX; k++) {
			snprintf(words[k], sizeof(words[k]), "w%u", chance(6));
			ev.words[k] = chance(20) == 0 ? "" : words[k];
		}
		ev.n = counts_groups[ev.group].unit == COUNTS_MINUTES ?
		    chance(90) : 1;
		memcpy(mark.b, &i, sizeof(i));
		if (counts_groups[ev.group].once)
			counts_mark(c, &ev, &mark, 1);
		else
			counts_add(c, &ev);
	}
	counts_fold(c);
}

static void
near(int64_t raw, int64_t out, int64_t base)
{
	assert_int_equal(out % base, 0);
	assert_true(out > raw - base && out < raw + base);
	if (raw % base == 0)
		assert_int_equal(out, raw);
}

static void
check_group(struct counts *raw, struct counts *out, unsigned g)
{
	int64_t base = counts_groups[g].unit == COUNTS_MINUTES ? 300 : 5;
	unsigned side, n, k, schools[64], words[64], sn, i;
	const char *s, *w;

	sn = (unsigned)counts_schools(raw, schools, 64);
	for (side = 0; side < counts_groups[g].side_count; side++) {
		n = (unsigned)counts_words(raw, g, side, words, 64);
		near(get(raw, g, side, NULL, NULL),
		    get(out, g, side, NULL, NULL), base);
		assert_int_equal(get(out, g, side, NULL, NULL),
		    get(out, g, 0, NULL, NULL));
		for (k = 0; k < n; k++) {
			w = raw->texts[words[k]];
			near(get(raw, g, side, NULL, w),
			    get(out, g, side, NULL, w), base);
		}
		if (side >= COUNTS_BY_SCHOOL)
			continue;
		for (i = 0; i < sn; i++) {
			s = raw->texts[schools[i]];
			near(get(raw, g, side, s, NULL),
			    get(out, g, side, s, NULL), base);
			assert_int_equal(get(out, g, side, s, NULL),
			    get(out, g, 0, s, NULL));
			for (k = 0; k < n; k++) {
				w = raw->texts[words[k]];
				near(get(raw, g, side, s, w),
				    get(out, g, side, s, w), base);
			}
		}
	}
}

/* Cell by cell, with every margin of every table; and what a side without
 * schools tells of a school is nothing. */
static void
figures_are_near_and_add_up(void **state)
{
	struct sym_key key = { { 42 } };
	struct counts raw, out, again;
	struct buf x, y;
	unsigned g, i;

	(void)state;
	for (i = 0; i < 30; i++) {
		struct figures_from from = { &raw, &key, 2026 };

		counts_init(&raw);
		fill(&raw, i == 0 ? 0 : i * 200);
		assert_int_equal(figures_round(&from, &out, &e), 0);
		for (g = 0; g < COUNTS_GROUP_COUNT; g++)
			check_group(&raw, &out, g);
		for (g = 0; g < out.cell_count; g++)
			if (out.cells[g].side >= COUNTS_BY_SCHOOL)
				assert_int_equal(out.cells[g].school, 0);
		assert_int_equal(figures_round(&from, &again, &e), 0);
		buf_init(&x, COUNTS_MAX_BYTES);
		buf_init(&y, COUNTS_MAX_BYTES);
		counts_csv(&out, &x);
		counts_csv(&again, &y);
		assert_string_equal(buf_str(&x), buf_str(&y));
		buf_done(&x);
		buf_done(&y);
		counts_done(&raw);
		counts_done(&out);
		counts_done(&again);
	}
}

static void
the_table_is_well_formed(void **state)
{
	unsigned g, k, s;

	(void)state;
	for (g = 0; g < COUNTS_GROUP_COUNT; g++) {
		const struct counts_group *x = &counts_groups[g];

		assert_non_null(x->code);
		assert_non_null(x->label);
		assert_int_equal(counts_group_find(x->code), g);
		assert_in_range(x->side_count, 1, COUNTS_SIDES_MAX);
		for (s = 0; s < x->side_count; s++) {
			assert_non_null(x->sides[s].code);
			assert_true((x->sides[s].list == NULL) !=
			    (x->sides[s].words == NULL));
			for (k = 0; k < s; k++)
				assert_string_not_equal(x->sides[k].code,
				    x->sides[s].code);
		}
	}
	assert_int_equal(counts_group_find("nothing"), -1);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(sums_hold_on_every_side),
		cmocka_unit_test(a_child_counts_once),
		cmocka_unit_test(there_and_back),
		cmocka_unit_test(sides_apart_are_refused),
		cmocka_unit_test(too_many_schools_are_told),
		cmocka_unit_test(a_bad_line_is_named),
		cmocka_unit_test(figures_are_near_and_add_up),
		cmocka_unit_test(the_table_is_well_formed),
	};

	if (keys_init() != 0)
		return 1;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
