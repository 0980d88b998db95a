/* local/heads: which value is shown, what is a conflict, in any order. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include <sodium.h>

#include "client/core/local/fields.h"
#include "client/core/local/heads.h"
#include "common/base/mem.h"

#define FIELD 2

static struct id
device(uint8_t n)
{
	struct id id = { { 0 } };

	id.b[0] = n;
	return id;
}

/* A version by device ${n} at stamp ${hlc}, accepted at place ${seq}. */
static struct version
make(uint8_t n, uint64_t hlc, uint64_t seq, const char *text)
{
	struct version v;

	memset(&v, 0, sizeof(v));
	v.rec.origin = device(n);
	v.rec.hlc = hlc;
	v.rec.op_count = 1;
	v.rec.ops[0].field = FIELD;
	v.rec.ops[0].value.type = VALUE_TEXT;
	v.rec.ops[0].value.data = view_str(text);
	v.eff = hlc;
	v.seq = seq;
	v.state = seq == UINT64_MAX ? VERSION_LOCAL : VERSION_ACCEPTED;
	return v;
}

static void
saw(struct version *v, const struct version *base)
{
	struct op *op = &v->rec.ops[0];

	op->bases[op->base_count].origin = base->rec.origin;
	op->bases[op->base_count++].hlc = base->rec.hlc;
}

static const char *
shown(const struct version *v, size_t n, bool *conflict, size_t *count)
{
	static struct heads h;
	static char text[64];
	const struct heads_field *f;

	heads_compute(v, n, &h);
	f = heads_find(&h, FIELD);
	if (conflict != NULL)
		*conflict = f != NULL && f->conflict;
	if (count != NULL)
		*count = f != NULL ? f->count : 0;
	if (f == NULL)
		return "";
	memcpy(text, f->heads[0].op->value.data.data,
	    f->heads[0].op->value.data.len);
	text[f->heads[0].op->value.data.len] = '\0';
	return text;
}

static void
test_none_and_one(void **state)
{
	static struct version v;
	bool conflict;
	size_t n;

	(void)state;
	assert_string_equal(shown(NULL, 0, &conflict, &n), "");
	v = make(1, 10, 1, "one");
	assert_string_equal(shown(&v, 1, &conflict, &n), "one");
	assert_false(conflict);
	assert_int_equal(n, 1);
}

static void
test_overwrite_whatever_the_clock(void **state)
{
	static struct version v[2];
	bool conflict;

	(void)state;
	v[0] = make(1, 1000, 1, "first, by a clock that runs ahead");
	v[1] = make(2, 10, 2, "second");
	saw(&v[1], &v[0]);
	assert_string_equal(shown(v, 2, &conflict, NULL), "second");
	assert_false(conflict);
}

static void
test_concurrent(void **state)
{
	static struct version v[2];
	bool conflict;
	size_t n;

	(void)state;
	v[0] = make(1, 20, 2, "later");
	v[1] = make(2, 10, 3, "earlier");
	assert_string_equal(shown(v, 2, &conflict, &n), "later");
	assert_true(conflict);
	assert_int_equal(n, 2);
	/* The same value twice is no conflict. */
	v[1] = make(2, 10, 3, "later");
	assert_string_equal(shown(v, 2, &conflict, &n), "later");
	assert_false(conflict);
	assert_int_equal(n, 2);
}

static void
test_ties(void **state)
{
	static struct version v[2];

	(void)state;
	v[0] = make(1, 10, 5, "a");
	v[1] = make(2, 10, 6, "b");
	assert_string_equal(shown(v, 2, NULL, NULL), "b");
	v[1].seq = 5;
	v[1].idx = 1;
	assert_string_equal(shown(v, 2, NULL, NULL), "b");
	v[0].idx = 2;
	assert_string_equal(shown(v, 2, NULL, NULL), "a");
	/* A faulty log gives one place twice: still one answer. */
	v[0].idx = v[1].idx = 0;
	assert_string_equal(shown(v, 2, NULL, NULL), "b");
}

static void
test_own_unsent_on_top(void **state)
{
	static struct version v[2];

	(void)state;
	v[0] = make(1, 5, UINT64_MAX, "mine");
	v[1] = make(2, 100, 9, "theirs");
	assert_string_equal(shown(v, 2, NULL, NULL), "mine");
	v[0].seq = 10;
	v[0].state = VERSION_ACCEPTED;
	assert_string_equal(shown(v, 2, NULL, NULL), "theirs");
}

static void
test_three_and_resolving(void **state)
{
	static struct version v[4];
	bool conflict;
	size_t n, i;

	(void)state;
	for (i = 0; i < 3; i++)
		v[i] = make((uint8_t)(i + 1), 10 + i, i + 1,
		    i == 0 ? "a" : i == 1 ? "b" : "c");
	assert_string_equal(shown(v, 3, &conflict, &n), "c");
	assert_true(conflict);
	assert_int_equal(n, 3);
	v[3] = make(1, 20, 4, "end");
	saw(&v[3], &v[0]);
	saw(&v[3], &v[1]);
	assert_string_equal(shown(v, 4, &conflict, &n), "end");
	assert_true(conflict); /* c was not named */
	assert_int_equal(n, 2);
	saw(&v[3], &v[2]);
	assert_string_equal(shown(v, 4, &conflict, &n), "end");
	assert_false(conflict);
	assert_int_equal(n, 1);
}

static void
test_states_that_take_no_part(void **state)
{
	static const enum version_state out[] = { VERSION_HELD,
		VERSION_REVIEW, VERSION_GONE };
	static struct version v[2];
	bool conflict;
	size_t i, n;

	(void)state;
	v[0] = make(1, 10, 1, "stays");
	for (i = 0; i < 3; i++) {
		v[1] = make(2, 20, 2, "out");
		saw(&v[1], &v[0]);
		v[1].state = out[i];
		/* It neither shows nor hides what it names. */
		assert_string_equal(shown(v, 2, &conflict, &n), "stays");
		assert_int_equal(n, 1);
	}
	v[1].state = VERSION_OUTGOING;
	v[1].seq = UINT64_MAX;
	assert_string_equal(shown(v, 2, NULL, NULL), "out");
}

static void
test_a_ring_hides_nothing(void **state)
{
	static struct version v[2];
	bool conflict;
	size_t n;

	(void)state;
	v[0] = make(1, 10, 1, "a");
	v[1] = make(2, 20, 2, "b");
	saw(&v[0], &v[1]);
	saw(&v[1], &v[0]);
	assert_string_equal(shown(v, 2, &conflict, &n), "b");
	assert_true(conflict);
	assert_int_equal(n, 2);
	/* Nor does naming oneself. */
	v[0] = make(1, 10, 1, "a");
	saw(&v[0], &v[0]);
	assert_string_equal(shown(v, 1, &conflict, &n), "a");
}

static void
test_more_heads_than_can_be_named(void **state)
{
	static struct version v[RECORD_BASES_MAX + 4];
	bool conflict;
	size_t n, i;

	(void)state;
	for (i = 0; i < RECORD_BASES_MAX + 4; i++)
		v[i] = make((uint8_t)(i + 1), 10 + i, i + 1, i % 2 ? "x" : "y");
	assert_string_equal(shown(v, i, &conflict, &n), "x");
	assert_true(conflict);
	assert_int_equal(n, RECORD_BASES_MAX);
}

static void
test_fields_apart(void **state)
{
	static struct version v[2];
	static struct heads h;

	(void)state;
	v[0] = make(1, 10, 1, "a");
	v[1] = make(2, 20, 2, "b");
	v[1].rec.ops[0].field = FIELD + 1;
	heads_compute(v, 2, &h);
	assert_int_equal(h.count, 2);
	assert_false(h.fields[0].conflict);
	assert_false(h.fields[1].conflict);
	/* Naming a version as base of another field means nothing here. */
	saw(&v[1], &v[0]);
	heads_compute(v, 2, &h);
	assert_int_equal(heads_find(&h, FIELD)->count, 1);
	/* A second op on the same field is not looked at. */
	v[0].rec.op_count = 2;
	v[0].rec.ops[1] = v[0].rec.ops[0];
	v[0].rec.ops[1].value.data = view_str("again");
	assert_string_equal(shown(v, 2, NULL, NULL), "a");
	assert_null(heads_find(&h, 99));
}

/* Any history, in any order, gives the same heads. */
static void
test_order_does_not_matter(void **state)
{
	static const unsigned char seed[randombytes_SEEDBYTES] = { 7 };
	static struct version v[8], w[8], swap;
	static struct heads a, b;
	unsigned char r[8 * 64];
	size_t round, i, j, k;

	(void)state;
	for (round = 0; round < 500; round++) {
		unsigned char s[randombytes_SEEDBYTES];

		memcpy(s, seed, sizeof(s));
		s[1] = (unsigned char)round;
		s[2] = (unsigned char)(round >> 8);
		randombytes_buf_deterministic(r, sizeof(r), s);
		for (i = 0; i < 8; i++) {
			v[i] = make((uint8_t)(r[i] % 3), 10 + i,
			    r[8 + i] % 4 == 0 ? UINT64_MAX : i + 1,
			    r[16 + i] % 2 ? "x" : "y");
			v[i].eff = 10 + r[24 + i] % 4;
			for (j = 0; j < i; j++)
				if (r[32 + 8 * i + j] % 3 == 0)
					saw(&v[i], &v[j]);
		}
		memcpy(w, v, sizeof(w));
		for (i = 7; i > 0; i--) {
			k = r[200 + i] % (i + 1);
			swap = w[i];
			w[i] = w[k];
			w[k] = swap;
		}
		heads_compute(v, 8, &a);
		heads_compute(w, 8, &b);
		assert_int_equal(a.fields[0].count, b.fields[0].count);
		assert_int_equal(a.fields[0].conflict, b.fields[0].conflict);
		for (i = 0; i < a.fields[0].count; i++)
			assert_int_equal(
			    a.fields[0].heads[i].version->rec.hlc,
			    b.fields[0].heads[i].version->rec.hlc);
	}
}

/* A version of a case that sets lead and, with ${cp}, the stage to cp. */
static struct version
leads(uint8_t n, uint64_t hlc, uint64_t seq, const char *who, bool cp)
{
	struct version v = make(n, hlc, seq, who);

	v.rec.type = TYPE_CASE;
	v.rec.ops[0].field = CASE_LEAD;
	v.rec.ops[1].field = CASE_STAGE;
	v.rec.ops[1].value.type = VALUE_TEXT;
	v.rec.ops[1].value.data = view_str(cp ? "cp" : "2");
	v.rec.op_count = 2;
	return v;
}

static const char *
lead_of(const struct version *a, const struct version *b)
{
	static struct version v[2];
	static struct heads h;
	static char text[64];
	const struct heads_field *f;

	v[0] = *a;
	v[1] = *b;
	heads_compute(v, 2, &h);
	f = heads_find(&h, CASE_LEAD);
	assert_non_null(f);
	snprintf(text, sizeof(text), "%.*s",
	    (int)f->heads[0].op->value.data.len,
	    (const char *)f->heads[0].op->value.data.data);
	return text;
}

/* rules.md 6.9: above what did not see it, whatever the times. */
static void
test_takeover(void **state)
{
	static struct version cp, school, own, late;

	(void)state;
	cp = leads(1, 10, 1, "kadri", true);
	school = leads(2, 1000, 2, "mari", false);
	own = leads(3, 2000, UINT64_MAX, "mine", false);
	assert_string_equal(lead_of(&cp, &school), "kadri");
	assert_string_equal(lead_of(&school, &cp), "kadri");
	assert_string_equal(lead_of(&own, &cp), "kadri");
	/* Among equals the later; and who saw it writes over it as ever. */
	late = leads(4, 1000, 3, "reet", true);
	assert_string_equal(lead_of(&late, &cp), "reet");
	saw(&school, &cp);
	assert_string_equal(lead_of(&school, &cp), "mari");
	/* Only the three fields, and only of a case. */
	cp.rec.type = school.rec.type = TYPE_PLAN;
	school.rec.ops[0].base_count = 0;
	assert_string_equal(lead_of(&cp, &school), "mari");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_takeover),
		cmocka_unit_test(test_none_and_one),
		cmocka_unit_test(test_overwrite_whatever_the_clock),
		cmocka_unit_test(test_concurrent),
		cmocka_unit_test(test_ties),
		cmocka_unit_test(test_own_unsent_on_top),
		cmocka_unit_test(test_three_and_resolving),
		cmocka_unit_test(test_states_that_take_no_part),
		cmocka_unit_test(test_a_ring_hides_nothing),
		cmocka_unit_test(test_more_heads_than_can_be_named),
		cmocka_unit_test(test_fields_apart),
		cmocka_unit_test(test_order_does_not_matter),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
