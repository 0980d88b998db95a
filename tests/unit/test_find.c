/*
 * Search finds what a person means, in five languages: stems, needles, days,
 * and whole searches over invented sentences; and does not find what is not
 * meant.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

#include "client/core/local/asked.h"
#include "client/core/local/day.h"
#include "client/core/records/search.h"
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

/* ---- one word against another ---- */

static enum needle_fit
fit(const char *typed, const char *word)
{
	struct asked *a = mem_new(sizeof(*a));
	struct folded w;
	enum needle_fit f;
	size_t at = 0;

	assert_true(asked_read(typed, a));
	assert_true(needle_next(view_str(word), &at, &w));
	f = needle_fits(&a->word[0].needle, w.word, w.len, NULL, NULL);
	mem_free(a);
	return f;
}

struct pair {
	const char *typed, *word;
};

static void
test_other_forms(void **state)
{
	static const struct pair same[] = {
		/* et */
		{ "koolis", "koolist" }, { "koolile", "kool" },
		{ "lapsele", "laps" }, { "lapsed", "lapsega" },
		{ "õpetajale", "õpetaja" }, { "õpetajatega", "õpetajad" },
		{ "kiusamine", "kiusamist" }, { "kiusamisest", "kiusati" },
		{ "poisile", "poiss" }, { "vanematega", "vanemale" },
		{ "Annale", "Anna" }, { "nõusolekut", "nõusolekuta" },
		/* fi */
		{ "koulussa", "kouluun" }, { "koulusta", "koulun" },
		{ "lapsille", "lapsen" }, { "opettajalle", "opettajan" },
		{ "kiusaaminen", "kiusaamista" }, { "suostumuksen", "suostumus" },
		{ "perheeseen", "perheelle" }, { "kouluissaan", "koulujen" },
		/* hu */
		{ "iskolában", "iskolából" }, { "iskolákat", "iskolai" },
		{ "gyerekekkel", "gyereket" }, { "gyerekek", "gyerek" },
		{ "beszélgetésen", "beszélgetések" },
		{ "tanárnak", "tanárral" }, { "anyjával", "anyja" },
		{ "hozzájárulást", "hozzájárulásával" },
		/* lv */
		{ "skolā", "skolas" }, { "skolām", "skolu" },
		{ "bērniem", "bērna" }, { "vecākiem", "vecāku" },
		{ "māte", "mātes" }, { "piekrišanu", "piekrišanas" },
		{ "skolotājai", "skolotāja" }, { "tēvam", "tēva" },
		/* en */
		{ "teachers", "teacher" }, { "talked", "talking" },
		{ "worries", "worried" }, { "parents", "parent" }
	};
	static const struct pair other[] = {
		{ "laps", "lamp" }, { "kool", "koor" }, { "kass", "kasu" },
		{ "ema", "teema" }, { "isa", "visa" }, { "poiss", "poolt" },
		{ "koulu", "kuoro" }, { "iskola", "iskra" },
		{ "skola", "skala" }, { "teacher", "teapot" },
		{ "2026", "2025" }, { "12345", "12349" },
		{ "school", "scholar" }, { "Mari", "Mart" },
		{ "õpetaja", "õpilane" }, { "tanár", "tanya" },
		{ "vecāki", "vecums" }, { "koulussa", "koura" }
	};
	size_t i;
	int bad = 0;

	(void)state;
	for (i = 0; i < sizeof(same) / sizeof(same[0]); i++)
		if (fit(same[i].typed, same[i].word) == NEEDLE_NOT)
			bad += printf("%s does not find %s\n",
			    same[i].typed, same[i].word);
	for (i = 0; i < sizeof(other) / sizeof(other[0]); i++)
		if (fit(other[i].typed, other[i].word) != NEEDLE_NOT)
			bad += printf("%s finds %s\n", other[i].typed,
			    other[i].word);
	assert_int_equal(bad, 0);
}

static void
test_how_well(void **state)
{
	(void)state;
	assert_int_equal(fit("kool", "KOOL"), NEEDLE_WHOLE);
	assert_int_equal(fit("kool", "koolitus"), NEEDLE_BEGINS);
	assert_int_equal(fit("koolis", "koolist"), NEEDLE_BEGINS);
	assert_int_equal(fit("koolile", "koolist"), NEEDLE_INFLECTED);
	assert_int_equal(fit("kool", "vanakool"), NEEDLE_INSIDE);
	assert_int_equal(fit("isa", "vanaisa"), NEEDLE_NOT);
	assert_int_equal(fit("gyűlés", "tanárgyűlésen"), NEEDLE_INSIDE);
	assert_int_equal(fit("šķērs", "SKERSIELA"), NEEDLE_BEGINS);
}

/* ---- days ---- */

static void
day(const char *text, const char *iso)
{
	char out[DAY_TEXT_BYTES] = "";

	if (!day_typed(view_str(text), out))
		snprintf(out, sizeof(out), "none");
	if (strcmp(out, iso) != 0)
		fail_msg("\"%s\" is %s, not %s", text, out, iso);
}

static void
test_days(void **state)
{
	static const char *const ways[] = { "2026-03-05", "5.3.2026",
		"05.03.2026", "5. 3. 2026", "5/3/2026", "2026. 3. 5.",
		"2026.03.05.", "5. märts 2026", "5. märtsil 2026",
		"5 March 2026", "5. maaliskuuta 2026", "2026. március 5.",
		"2026. gada 5. marts", "2026. gada 5. martā", "  5.3.2026 " };
	static const char *const odd[] = { "", "5", "5.3", "5.3.26",
		"2026", "2026-3-5-1", "32.1.2026", "29.2.2026", "0.1.2026",
		"5.13.2026", "5.3/2026", "5 3 2026", "5.3.2026x", "5.3.20261",
		"2026. gada", "5 Mars 2026x", "5. foo 2026", "1899-01-01",
		"2026-99-99", "99999.1.2026", "5.3.2026 ja", "-5.3.2026",
		"marts 5 2026", "2026/3/5", "5-3-2026", "\xff.1.2026" };
	static const char *const month[12][4] = {
		{ "jaanuar", "janvāris", "tammikuuta", "január" },
		{ "veebruar", "februāris", "helmikuuta", "február" },
		{ "märts", "marts", "maaliskuuta", "március" },
		{ "aprill", "aprīlis", "huhtikuuta", "április" },
		{ "mai", "maijs", "toukokuuta", "május" },
		{ "juuni", "jūnijs", "kesäkuuta", "június" },
		{ "juuli", "jūlijs", "heinäkuuta", "július" },
		{ "august", "augusts", "elokuuta", "augusztus" },
		{ "september", "septembris", "syyskuuta", "szeptember" },
		{ "oktoober", "oktobris", "lokakuuta", "október" },
		{ "november", "novembris", "marraskuuta", "november" },
		{ "detsember", "decembris", "joulukuuta", "december" } };
	char text[64], iso[64];
	size_t i, k;

	(void)state;
	for (i = 0; i < sizeof(ways) / sizeof(ways[0]); i++)
		day(ways[i], "2026-03-05");
	for (i = 0; i < sizeof(odd) / sizeof(odd[0]); i++)
		day(odd[i], "none");
	for (i = 0; i < 12; i++)
		for (k = 0; k < 4; k++) {
			snprintf(text, sizeof(text), k == 3 ?
			    "2026. %s 9." : "9. %s 2026", month[i][k]);
			snprintf(iso, sizeof(iso), "2026-%02zu-09", i + 1);
			day(text, iso);
		}
}

/* ---- whole searches ---- */

struct sentence {
	const char *text, *finds[6], *not[4];
};

static const struct sentence sentences[] = {
	{ "Rääkisin õpetajatega koolikiusamisest, poiss on ärevil.",
	    { "õpetajale", "POISI", "arev", "kiusam", "õpetaja poisile", NULL },
	    { "kuusamine", "teema", "koor", NULL } },
	{ "Kuraattori tapasi vanhemmat koulussa ja sopi jatkosta.",
	    { "koulun", "vanhemmat", "kuraattorin", "tapas", NULL },
	    { "koura", "vanha talo", NULL } },
	{ "Az iskolában beszélgettem a gyerekekkel és az édesanyjával.",
	    { "iskola", "gyereket", "edesanya", "beszélget", "anyjával", NULL },
	    { "iskra", "gyar", NULL } },
	{ "Pārrunāju ar skolotāju bērna kavējumus, mātei piezvanīšu rīt.",
	    { "skolotāja", "bērniem", "KAVEJUMU", "mate", "zvani", NULL },
	    { "skala", "berzs", NULL } },
	{ "Called the guardian about the bullied girl's attendance.",
	    { "calling", "guardians", "attend", "bullying", NULL },
	    { "guitar", "attic", NULL } },
};
#define SENTENCES (sizeof(sentences) / sizeof(sentences[0]))

static size_t
found(const struct search_wish *w, const char *text)
{
	struct record_list l;
	struct err e = { 0 };
	size_t i, at = 0;

	if (search_ask(fx.s, w, &l, &e) != 0)
		fail_msg("%s: %s", w->words, e.text);
	for (i = 0; i < l.count; i++)
		if (strcmp(record_field(&l.items[i], "text"), text) == 0)
			at = i + 1;
	record_list_done(&l);
	return at;
}

static void
test_sentences(void **state)
{
	struct id c = fixture_case(&fx, "Kask", "K1");
	size_t i, k, way;

	(void)state;
	for (i = 0; i < SENTENCES; i++)
		fixture_note(&fx, &c, sentences[i].text);
	for (i = 0; i < SENTENCES; i++)
		for (way = 0; way < 3; way++) {
			/* By the newest, by the sets, by rank. */
			struct search_wish w = { .limit = way == 1 ? 500 : 5,
				.ranked = way == 2 };

			for (k = 0; (w.words = sentences[i].finds[k]) != NULL;
			    k++)
				if (found(&w, sentences[i].text) == 0)
					fail_msg("\"%s\" misses: %s", w.words,
					    sentences[i].text);
			for (k = 0; (w.words = sentences[i].not[k]) != NULL;
			    k++)
				if (found(&w, sentences[i].text) != 0)
					fail_msg("\"%s\" finds: %s", w.words,
					    sentences[i].text);
		}
}

static void
test_a_day_and_words(void **state)
{
	struct id c = fixture_case(&fx, "Kask", "K1");
	char text[5][64];
	struct tm tm;
	int y, m, d;
	time_t t;
	size_t i;

	(void)state;
	fx.now_ms = FIXTURE_NOW - DAY_MS;
	fixture_note(&fx, &c, "ema helistas eile");
	fx.now_ms = FIXTURE_NOW;
	fixture_note(&fx, &c, "ema helistas");
	fixture_note(&fx, &c, "isa helistas");
	t = FIXTURE_NOW / 1000;
	localtime_r(&t, &tm);
	y = tm.tm_year + 1900;
	m = tm.tm_mon + 1;
	d = tm.tm_mday;
	snprintf(text[0], sizeof(text[0]), "%04d-%02d-%02d", y, m, d);
	snprintf(text[1], sizeof(text[1]), "%d.%d.%d", d, m, y);
	snprintf(text[2], sizeof(text[2]), "%02d/%02d/%d", d, m, y);
	snprintf(text[3], sizeof(text[3]), "%d. %02d. %02d.", y, m, d);
	snprintf(text[4], sizeof(text[4]), "%d.%02d.%d.", d, m, y);
	for (i = 0; i < 5; i++) {
		struct search_wish w = { .words = text[i], .limit = 10 };

		assert_int_not_equal(found(&w, "ema helistas"), 0);
		assert_int_not_equal(found(&w, "isa helistas"), 0);
		assert_int_equal(found(&w, "ema helistas eile"), 0);
		strcat(text[i], " emale");
		assert_int_not_equal(found(&w, "ema helistas"), 0);
		assert_int_equal(found(&w, "isa helistas"), 0);
		w.ranked = true;
		assert_int_not_equal(found(&w, "ema helistas"), 0);
	}
}

static void
test_rank(void **state)
{
	struct id c = fixture_case(&fx, "Kask", "K1");
	static const char *const texts[] = { "kool", "koolitus", "koolile ja "
		"koolist", "vanakool" };
	struct search_wish w = { .words = "kool", .limit = 10 };
	size_t i;

	(void)state;
	for (i = 0; i < 4; i++) {
		fx.now_ms += 1000;
		fixture_note(&fx, &c, texts[i]);
	}
	assert_int_equal(found(&w, "vanakool"), 1);
	assert_int_equal(found(&w, "kool"), 4);
	w.ranked = true;
	assert_int_equal(found(&w, "kool"), 1);
	assert_int_equal(found(&w, "vanakool"), 4);
	w.limit = 1;
	assert_int_equal(found(&w, "kool"), 1);
}

/* A correction's words count as soon as they are saved, in every way. */
static void
test_new_words_at_once(void **state)
{
	struct id c = fixture_case(&fx, "Kask", "K1");
	struct search_wish w = { .words = "elefan", .limit = 500 };

	(void)state;
	assert_int_equal(found(&w, "suurelefandid"), 0);
	fixture_note(&fx, &c, "suurelefandid");
	assert_int_equal(found(&w, "suurelefandid"), 1);
}

int
main(void)
{
#define T(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_other_forms),
		cmocka_unit_test(test_how_well), cmocka_unit_test(test_days),
		T(test_sentences), T(test_a_day_and_words), T(test_rank),
		T(test_new_words_at_once)
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
