/*
 * Controlled rounding: additive, adjacent, deterministic, unbiased; and an
 * attacker who knows the program and all that is published, but not the key,
 * learns no small count.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <string.h>

#include "client/core/report/rounding.h"

#define ROWS 8
#define COLS 7
#define ARCS (ROWS * COLS * 2 + ROWS + 2 * COLS + 16)

static struct err e;
static uint64_t state_ = 88172645463325252u;

static uint32_t
chance(uint32_t sides)
{
	state_ ^= state_ << 13;
	state_ ^= state_ >> 7;
	state_ ^= state_ << 17;
	return (uint32_t)(state_ >> 32) % sides;
}

static struct sym_key
key_of(uint32_t n)
{
	struct sym_key k = { { 0 } };

	memcpy(k.b, &n, sizeof(n));
	return k;
}

/*
 * A table of schools by words, divided two ways, and a third way for all
 * schools together. Nodes: 0 source, then words of side A, schools in, schools
 * out, words of side B, and two for the third side.
 */
struct table {
	size_t rows, a, b, c;
	struct rounding_arc arcs[ARCS];
	size_t count, nodes;
	size_t row0, a0, b0, ca0, cb0, c0, total; /* first arc of each sort */
};

static void
arc(struct table *t, size_t from, size_t to, int64_t value)
{
	t->arcs[t->count++] = (struct rounding_arc){ from, to, value };
}

/* ${n} things of each school, spread over the words of a side. */
static void
spread(int64_t n, int64_t *cells, size_t words)
{
	memset(cells, 0, words * sizeof(*cells));
	while (n-- > 0)
		cells[chance((uint32_t)words)]++;
}

static void
layout(struct table *t, int64_t a[ROWS][COLS], int64_t b[ROWS][COLS],
    const int64_t *c)
{
	size_t i, j, in = 1 + t->a, out = in + t->rows, bw = out + t->rows,
	    sink = bw + t->b, last = sink + 1;
	int64_t sum, all = 0;

	t->count = 0;
	t->nodes = last + 1;
	t->a0 = t->count;
	for (j = 0; j < t->a; j++) {
		for (i = 0, sum = 0; i < t->rows; i++)
			sum += a[i][j];
		arc(t, 0, 1 + j, sum);
		all += sum;
	}
	t->ca0 = t->count;
	for (i = 0; i < t->rows; i++)
		for (j = 0; j < t->a; j++)
			arc(t, 1 + j, in + i, a[i][j]);
	t->row0 = t->count;
	for (i = 0; i < t->rows; i++) {
		for (j = 0, sum = 0; j < t->a; j++)
			sum += a[i][j];
		arc(t, in + i, out + i, sum);
	}
	t->cb0 = t->count;
	for (i = 0; i < t->rows; i++)
		for (j = 0; j < t->b; j++)
			arc(t, out + i, bw + j, b[i][j]);
	t->b0 = t->count;
	for (j = 0; j < t->b; j++) {
		for (i = 0, sum = 0; i < t->rows; i++)
			sum += b[i][j];
		arc(t, bw + j, sink, sum);
	}
	t->c0 = t->count;
	for (j = 0; j < t->c; j++)
		arc(t, sink, last, c[j]);
	t->total = t->count;
	arc(t, last, 0, all);
}

static void
make(struct table *t, uint32_t most)
{
	int64_t a[ROWS][COLS], b[ROWS][COLS], c[COLS], n, all = 0;
	size_t i;

	t->rows = 1 + chance(ROWS);
	t->a = 1 + chance(COLS);
	t->b = 1 + chance(COLS);
	t->c = 1 + chance(COLS);
	for (i = 0; i < t->rows; i++) {
		n = chance(4) == 0 ? 0 : (int64_t)chance(most);
		spread(n, a[i], t->a);
		spread(n, b[i], t->b);
		all += n;
	}
	spread(all, c, t->c);
	layout(t, a, b, c);
}

static void
round_it(struct table *t, uint32_t key, const char *label)
{
	struct sym_key k = key_of(key);
	struct rounding r = { t->arcs, t->count, t->nodes, 5, &k, label };

	assert_int_equal(rounding_flow(&r, &e), 0);
}

static void
assert_adjacent(const struct table *raw, const struct table *out)
{
	int64_t sums[4 * ROWS + 4 * COLS + 8] = { 0 };
	size_t i;

	for (i = 0; i < raw->count; i++) {
		int64_t v = raw->arcs[i].value, r = out->arcs[i].value;

		assert_int_equal(r % 5, 0);
		assert_true(r > v - 5 && r < v + 5 && r >= 0);
		if (v % 5 == 0)
			assert_int_equal(r, v);
		sums[out->arcs[i].from] -= r;
		sums[out->arcs[i].to] += r;
	}
	for (i = 0; i < out->nodes; i++)
		assert_int_equal(sums[i], 0);
}

static void
each_table_is_additive_and_adjacent(void **state)
{
	static const uint32_t sizes[] = { 6, 20, 200, 5000 };
	struct table raw, out, again;
	uint32_t i;

	(void)state;
	for (i = 0; i < 20000; i++) {
		make(&raw, sizes[i % 4]);
		out = again = raw;
		round_it(&out, i, "2026/contacts");
		assert_adjacent(&raw, &out);
		round_it(&again, i, "2026/contacts");
		assert_memory_equal(&again, &out, sizeof(out));
	}
}

static void
key_and_label_decide(void **state)
{
	struct table raw, a, b;
	size_t other = 0;
	uint32_t i;

	(void)state;
	for (i = 0; i < 200; i++) {
		make(&raw, 60);
		a = b = raw;
		round_it(&a, i, "2026/contacts");
		round_it(&b, i, i % 2 == 0 ? "2027/contacts" : "2026/cases");
		other += memcmp(&a, &b, sizeof(a)) != 0;
	}
	assert_true(other > 150);
}

/* Over the keys, each cell is on average what it is. */
static void
rounding_favours_nothing(void **state)
{
	struct table raw, out;
	double sum[ARCS] = { 0 }, mean;
	uint32_t k;
	size_t i;

	(void)state;
	make(&raw, 40);
	for (k = 0; k < 20000; k++) {
		out = raw;
		round_it(&out, k, "bias");
		for (i = 0; i < raw.count; i++)
			sum[i] += (double)out.arcs[i].value;
	}
	for (i = 0; i < raw.count; i++) {
		mean = sum[i] / 20000;
		assert_true(mean > (double)raw.arcs[i].value - 0.12 &&
		    mean < (double)raw.arcs[i].value + 0.12);
	}
}

static void
what_is_no_table_is_refused(void **state)
{
	struct sym_key k = key_of(1);
	struct rounding_arc arcs[2] = { { 0, 1, 3 }, { 1, 0, 4 } };
	struct rounding r = { arcs, 2, 2, 5, &k, "x" };

	(void)state;
	assert_int_equal(rounding_flow(&r, &e), -1);
	assert_int_equal(e.kind, ERR_BUG);
	assert_int_equal(arcs[0].value, 3);
	arcs[0].value = arcs[1].value = -5;
	assert_int_equal(rounding_flow(&r, &e), -1);
	arcs[0] = (struct rounding_arc){ 0, 9, 0 };
	assert_int_equal(rounding_flow(&r, &e), -1);
	r.arc_count = 0;
	assert_int_equal(rounding_flow(&r, &e), 0);
}

/* ---- the attacker ---- */

/* The same table with ${d} more things of one sort at one school, so in one
 * cell of each side. Zero when that would be fewer than none. */
static int
moved(const struct table *t, size_t row, size_t a, size_t b, size_t c,
    int64_t d, struct table *out)
{
	size_t at[7] = { t->ca0 + row * t->a + a, t->a0 + a, t->row0 + row,
		t->cb0 + row * t->b + b, t->b0 + b, t->c0 + c, t->total };
	size_t i;

	*out = *t;
	for (i = 0; i < 7; i++) {
		out->arcs[at[i]].value += d;
		if (out->arcs[at[i]].value < 0)
			return 0;
	}
	return 1;
}

/*
 * Whoever sees a published table, with all its totals, knows the program and
 * tries every table that it may have been made of. Told of a cell only what
 * its own figure says, five or more counts must be left: each of 0 to 4 for a
 * published 0, each of 1 to 9 for a 5. For each of them a table is shown
 * (other cells as published) that the program, under some key, turns into
 * exactly what was published. So totals give nothing away.
 */
static void
totals_give_nothing_away(void **state)
{
	struct table raw, seen, guess;
	size_t tried = 0;
	uint32_t i, key;
	int64_t d;

	(void)state;
	for (i = 0; i < 300; i++) {
		size_t row, a, b, c;

		make(&raw, 30);
		seen = raw;
		round_it(&seen, i, "attack");
		row = chance((uint32_t)raw.rows);
		a = chance((uint32_t)raw.a);
		b = chance((uint32_t)raw.b);
		c = chance((uint32_t)raw.c);
		for (d = -4; d <= 4; d++) {
			bool found = false;
			struct table made;

			if (!moved(&seen, row, a, b, c, d, &made))
				continue;
			for (key = 0; key < 400 && !found; key++) {
				guess = made;
				round_it(&guess, 7919 * key + i, "attack");
				found = memcmp(guess.arcs, seen.arcs,
				    seen.count * sizeof(*seen.arcs)) == 0;
			}
			assert_true(found);
			tried++;
		}
	}
	assert_true(tried > 1000);
}

/* Bounds that follow from figures known to lie less than 5 from the truth and
 * from sums that hold: tightened until nothing changes. */
struct bounds {
	int64_t low[2 * ARCS], high[2 * ARCS];
};

static void
bound(struct bounds *b, const struct table *seen, size_t at)
{
	size_t i;

	for (i = 0; i < seen->count; i++) {
		int64_t v = seen->arcs[i].value;

		b->low[at + i] = v > 4 ? v - 4 : 0;
		b->high[at + i] = v + 4;
	}
}

static bool
tighten(struct bounds *b, const struct table *t, size_t at)
{
	bool changed = false;
	size_t node, i, k;

	for (node = 0; node < t->nodes; node++)
		for (i = 0; i < t->count; i++) {
			int64_t low = 0, high = 0, sign;

			if (t->arcs[i].from != node && t->arcs[i].to != node)
				continue;
			sign = t->arcs[i].to == node ? 1 : -1;
			for (k = 0; k < t->count; k++) {
				int64_t s = t->arcs[k].to == node ? 1 :
				    t->arcs[k].from == node ? -1 : 0;

				if (k == i || s == 0)
					continue;
				low += s == sign ? -b->high[at + k] :
				    b->low[at + k];
				high += s == sign ? -b->low[at + k] :
				    b->high[at + k];
			}
			if (low > b->low[at + i]) {
				b->low[at + i] = low;
				changed = true;
			}
			if (high < b->high[at + i]) {
				b->high[at + i] = high;
				changed = true;
			}
		}
	return changed;
}

/* One table is as open as its own figures say. */
static void
sums_narrow_nothing(void **state)
{
	static struct bounds b, own;
	struct table t;
	uint32_t i;

	(void)state;
	for (i = 0; i < 300; i++) {
		make(&t, 25);
		round_it(&t, i, "sums");
		bound(&b, &t, 0);
		own = b;
		assert_false(tighten(&b, &t, 0));
		assert_memory_equal(&b, &own, sizeof(b));
	}
}

/*
 * Two reports of one number: what is open at the end of a year is what the
 * next one begins with, once for all schools. Rounded apart, the two may fall
 * on both sides; then it is known to lie between them, and no closer.
 */
static void
two_years_do_not_meet_in_one_count(void **state)
{
	static struct bounds b;
	struct table one, two, raw1, raw2;
	size_t both = 0, x, y;
	uint32_t i;

	(void)state;
	for (i = 0; i < 4000; i++) {
		bool more = true;
		int64_t v;

		make(&one, 12);
		make(&two, 12);
		x = one.b0;              /* open at the end, all schools */
		y = two.c0;              /* carried over, all schools */
		v = two.arcs[y].value;
		if (one.arcs[x].value != v || v == 0 || v > 4)
			continue;
		raw1 = one;
		raw2 = two;
		round_it(&one, i, "2026/cases");
		round_it(&two, i, "2027/cases");
		both += one.arcs[x].value != two.arcs[y].value;
		bound(&b, &one, 0);
		bound(&b, &two, ARCS);
		while (more) {
			int64_t low = b.low[x] > b.low[ARCS + y] ? b.low[x] :
			    b.low[ARCS + y];
			int64_t high = b.high[x] < b.high[ARCS + y] ?
			    b.high[x] : b.high[ARCS + y];

			b.low[x] = b.low[ARCS + y] = low;
			b.high[x] = b.high[ARCS + y] = high;
			more = tighten(&b, &one, 0);
			more |= tighten(&b, &two, ARCS);
		}
		assert_true(b.low[x] <= 1 && b.high[x] >= 4);
		assert_true(raw1.arcs[x].value == raw2.arcs[y].value);
	}
	assert_true(both > 5);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_table_is_additive_and_adjacent),
		cmocka_unit_test(key_and_label_decide),
		cmocka_unit_test(rounding_favours_nothing),
		cmocka_unit_test(what_is_no_table_is_refused),
		cmocka_unit_test(totals_give_nothing_away),
		cmocka_unit_test(sums_narrow_nothing),
		cmocka_unit_test(two_years_do_not_meet_in_one_count),
	};

	if (keys_init() != 0)
		return 1;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
