/* core/merge: three texts into one, two compared; nothing lost or invented. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>
#include <git2.h>

#include "client/core/words/merge.h"

#define RUNS 4000
#define LONG_BYTES (40 * 1024)

static uint64_t dice = 20261122;

static size_t
chance(size_t n)
{
	dice ^= dice << 13;
	dice ^= dice >> 7;
	dice ^= dice << 17;
	return (size_t)(dice % n);
}

static int
merge(const char *base, const char *a, const char *b, struct buf *out,
    enum merge_step *step)
{
	struct err e = { 0 };

	buf_init(out, 4 * MERGE_TEXT_MAX);
	return merge_three(view_str(base), view_str(a), view_str(b), out,
	    step, &e);
}

static void
merges(const char *base, const char *a, const char *b, const char *wanted,
    enum merge_step by)
{
	enum merge_step step = 0;
	struct buf out;

	assert_int_equal(merge(base, a, b, &out, &step), 1);
	assert_string_equal(buf_str(&out), wanted);
	assert_int_equal(step, by);
	buf_done(&out);
	assert_int_equal(merge(base, b, a, &out, &step), 1);
	assert_string_equal(buf_str(&out), wanted);
	buf_done(&out);
}

static void
overlaps(const char *base, const char *a, const char *b)
{
	enum merge_step step;
	struct buf out;

	assert_int_equal(merge(base, a, b, &out, &step), 0);
	assert_int_equal(out.len, 0);
	buf_done(&out);
	assert_int_equal(merge(base, b, a, &out, &step), 0);
	buf_done(&out);
}

static void
test_steps(void **state)
{
	(void)state;
	merges("a\nb\nc\n", "A\nb\nc\n", "a\nb\nC\n", "A\nb\nC\n",
	    MERGE_LINES);
	/* Two sentences of one line, blanks and accents as they were. */
	merges("Käib koolis.  Sööb hästi. Magab vähe.",
	    "Käib harva koolis.  Sööb hästi. Magab vähe.",
	    "Käib koolis.  Sööb hästi. Magab küllalt.",
	    "Käib harva koolis.  Sööb hästi. Magab küllalt.",
	    MERGE_SENTENCES);
	/* Within one sentence, not side by side. */
	merges("The teacher calls home on Monday",
	    "The mentor calls home on Monday",
	    "The teacher calls home on Friday",
	    "The mentor calls home on Friday", MERGE_WORDS);
	/* Both changed the same in the same way. */
	merges("one two three", "one 2 three", "one 2 three", "one 2 three",
	    MERGE_LINES);
	/* No line end at the end, on either side. */
	merges("a\nb", "a\nb\n", "a\nb", "a\nb\n", MERGE_LINES);
	merges("", "", "new", "new", MERGE_LINES);
	merges("old", "old", "", "", MERGE_LINES);
}

static void
test_overlaps(void **state)
{
	(void)state;
	overlaps("Meets on Monday", "Meets on Tuesday", "Meets on Friday");
	overlaps("", "mine", "theirs");
	overlaps("all of it", "", "all of this");
	overlaps("one two three", "un deux trois", "yks kaks kolm");
	/* Side by side: who wrote "not" did not see the new verb. */
	overlaps("She may leave today", "She may not leave today",
	    "She may stay today");
	/* What looks like a marker of git is text like any other. */
	merges("<<<<<<< a\n=======\nx\ny\nz\n",
	    "<<<<<<< b\n=======\nx\ny\nz\n",
	    "<<<<<<< a\n=======\nx\ny\n>>>>>>>\n",
	    "<<<<<<< b\n=======\nx\ny\n>>>>>>>\n", MERGE_LINES);
}

/* Words of few kinds, so that much of it is alike. */
static void
random_text(char *out, size_t max)
{
	static const char *const words[] = { "jah", "ei ", "õues", ".", "\n",
		"  ", "\t", "школа", "a", "\r\n", "kool. ", "1", "\"on!\" ",
		"mis? " };
	size_t n = chance(12), used = 0;
	const char *w;

	out[0] = '\0';
	while (n-- > 0) {
		w = words[chance(sizeof(words) / sizeof(words[0]))];
		if (used + strlen(w) + 2 >= max)
			break;
		used += (size_t)snprintf(out + used, max - used, "%s%s", w,
		    chance(3) > 0 ? " " : "");
	}
}

/* ${from} with a few words gone, come or changed. */
static void
change_text(const char *from, char *out, size_t max)
{
	char word[80];
	size_t i, used = 0;

	for (i = 0; from[i] != '\0' && used + sizeof(word) + 2 < max; i++) {
		if (from[i] == ' ' && chance(6) == 0) {
			random_text(word, sizeof(word));
			used += (size_t)snprintf(out + used, max - used,
			    " %s", word);
		} else if (from[i] != ' ' || chance(8) > 0) {
			out[used++] = from[i];
		}
	}
	out[used] = '\0';
}

static void
test_laws(void **state)
{
	char base[4096], a[8192], b[8192], joined[512];
	enum merge_step step[2];
	struct buf out[2];
	size_t i, k, clean = 0;
	int rc;

	(void)state;
	for (i = 0; i < RUNS; i++) {
		base[0] = '\0';
		for (k = chance(6); k > 0; k--) {
			random_text(joined, sizeof(joined));
			snprintf(base + strlen(base), sizeof(base) -
			    strlen(base), "%s", joined);
		}
		change_text(base, a, sizeof(a));
		change_text(base, b, sizeof(b));
		/* Identical, one-sided. */
		merges(base, a, a, a, MERGE_LINES);
		merges(base, a, base, a, MERGE_LINES);
		merges(base, base, base, base, MERGE_LINES);
		/* The order of the sides does not matter. */
		rc = merge(base, a, b, &out[0], &step[0]);
		assert_true(rc >= 0);
		assert_int_equal(merge(base, b, a, &out[1], &step[1]), rc);
		if (rc == 1) {
			assert_int_equal(step[0], step[1]);
			assert_true(view_eq(buf_view(&out[0]),
			    buf_view(&out[1])));
			clean += strcmp(a, b) != 0 && strcmp(a, base) != 0 &&
			    strcmp(b, base) != 0;
		}
		buf_done(&out[0]);
		buf_done(&out[1]);
	}
	assert_true(clean > RUNS / 50);
}

static void
joined_is(const struct merge_diff *d, char mark, const char *text)
{
	struct buf all;
	size_t i;

	buf_init(&all, 4 * MERGE_TEXT_MAX);
	for (i = 0; i < d->count; i++)
		if (d->pieces[i].mark == ' ' || d->pieces[i].mark == mark)
			buf_add(&all, d->pieces[i].text.data,
			    d->pieces[i].text.len);
	assert_string_equal(buf_str(&all), text);
	buf_done(&all);
}

static void
diff_is(const char *from, const char *to, const char *wanted)
{
	struct merge_diff d;
	struct err e = { 0 };
	struct buf all;
	size_t i;

	assert_int_equal(merge_diff(view_str(from), view_str(to), &d, &e), 0);
	buf_init(&all, 4 * MERGE_TEXT_MAX);
	for (i = 0; i < d.count; i++)
		buf_add_fmt(&all, "%c(%.*s)", d.pieces[i].mark,
		    (int)d.pieces[i].text.len, d.pieces[i].text.data);
	assert_string_equal(buf_str(&all), wanted);
	joined_is(&d, '-', from);
	joined_is(&d, '+', to);
	buf_done(&all);
	merge_diff_done(&d);
}

static void
test_diff(void **state)
{
	(void)state;
	diff_is("", "", "");
	diff_is("same words", "same words", " (same words)");
	diff_is("", "new", "+(new)");
	diff_is("old", "", "-(old)");
	diff_is("one two three", "one 2 three", " (one )-(two)+(2) ( three)");
	diff_is("she sat", "she sat down", " (she sat)+( down)");
	diff_is("kell üks", "kell kaks", " (kell )-(üks)+(kaks)");
}

static void
test_diff_laws(void **state)
{
	char a[1024], b[2048];
	struct merge_diff d;
	struct err e = { 0 };
	size_t i, k;

	(void)state;
	for (i = 0; i < RUNS; i++) {
		random_text(a, sizeof(a));
		if (chance(2) > 0)
			change_text(a, b, sizeof(b));
		else
			random_text(b, sizeof(b));
		assert_int_equal(merge_diff(view_str(a), view_str(b), &d,
		    &e), 0);
		joined_is(&d, '-', a);
		joined_is(&d, '+', b);
		for (k = 1; k < d.count; k++)
			assert_true(d.pieces[k].mark !=
			    d.pieces[k - 1].mark);
		merge_diff_done(&d);
	}
}

static double
now_s(void)
{
	struct timespec t;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static void
fill_words(char *out, size_t len, size_t kinds)
{
	size_t i;

	for (i = 0; i < len; i++)
		out[i] = i % 3 == 2 ? ' ' : (char)('a' + chance(kinds));
	out[len] = '\0';
}

/* The longest texts, of words chosen to be hard: bounded all the same. */
static void
test_limits(void **state)
{
	static char t[3][2 * MERGE_TEXT_MAX];
	static const size_t kinds[] = { 1, 2, 26 };
	struct merge_diff d;
	enum merge_step step;
	struct err e = { 0 };
	struct buf out;
	double from;
	size_t i, k;

	(void)state;
	for (i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		for (k = 0; k < 3; k++)
			fill_words(t[k], LONG_BYTES, kinds[i]);
		from = now_s();
		assert_true(merge(t[0], t[1], t[2], &out, &step) >= 0);
		buf_done(&out);
		assert_int_equal(merge_diff(view_str(t[0]), view_str(t[1]),
		    &d, &e), 0);
		joined_is(&d, '-', t[0]);
		joined_is(&d, '+', t[1]);
		merge_diff_done(&d);
		printf("%zu kinds of letters: %.3f s\n", kinds[i],
		    now_s() - from);
		assert_true(now_s() - from < 5);
	}
	fill_words(t[1], MERGE_TEXT_MAX + 1, 26);
	overlaps(t[0], t[0], t[1]);
	assert_int_equal(merge_diff(view_str(t[0]), view_str(t[1]), &d, &e),
	    0);
	assert_int_equal(d.count, 2);
	joined_is(&d, '-', t[0]);
	joined_is(&d, '+', t[1]);
	merge_diff_done(&d);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_steps),
		cmocka_unit_test(test_overlaps),
		cmocka_unit_test(test_laws),
		cmocka_unit_test(test_diff),
		cmocka_unit_test(test_diff_laws),
		cmocka_unit_test(test_limits),
	};

	/* Held for all tests: beginning takes milliseconds each time. */
	git_libgit2_init();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
