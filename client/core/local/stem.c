/*
 * Endings by language, folded, each table with the longest first. Two passes:
 * what stands at the very end, then what stood before it.
 */
#include "client/core/local/stem.h"

#include <stdbool.h>
#include <string.h>

#define LEAST 3       /* bytes of a stem */
#define LEAST_LONG 4  /* when the ending could be the word's own */

struct rules {
	const char *const *outer, *const *inner;
};

static const char *const et_outer[] = {
	"mistele", "mistega", "mistest", "misele", "misega", "misest",
	"miseks", "misel", "mised", "miste", "desse", "tesse", "mine", "mise",
	"mist", "misi", "dele", "tele", "dega", "tega", "dest", "test",
	"delt", "telt", "deks", "teks", "deta", "teta", "sse", "sid", "nud",
	"tud", "dud", "vad", "des", "del", "tel", "st", "le", "lt", "ks",
	"ni", "na", "ta", "ti", "da", "ga", "id", "de", "te", "me", "s", "l", "t",
	"d", "b", "n", NULL };
static const char *const fi_outer[] = { "kaan", "kin", "nsa", "mme", "nne",
	NULL };
static const char *const fi_inner[] = {
	"misesta", "misessa", "misella", "miselle", "miseen", "misten",
	"misen", "minen", "mista", "uksesta", "uksessa", "uksella", "ukselle",
	"ukseen", "uksien", "uksen", "ukset", "uksia", "uksi", "yksesta",
	"ykseen", "yksen", "ykset", "yksia", "ssaan", "staan", "llaan",
	"ltaan", "lleen", "kseen", "usta", "ysta", "nnut", "nyt", "issa",
	"ista", "illa", "ilta", "ille", "iksi", "itta", "iden", "ien", "jen",
	"seen", "siin", "ssa", "sta", "lla", "lta", "lle", "ksi", "tta",
	"ttu", "tty", "ina", "hin", "hun", "han", "us", "ys", "ja", "ta",
	"na", "en", "in", "un", "an", "on", "yn", "n", "t", NULL };
static const char *const hu_outer[] = {
	"kent", "ban", "ben", "bol", "rol", "tol", "hoz", "hez", "nal", "nel",
	"nak", "nek", "val", "vel", "ert", "kor", "ba", "be", "ra", "re",
	"ig", "on", "en", "at", "et", "ot", "t", "n", NULL };
static const char *const hu_inner[] = {
	"jaink", "jeink", "jaik", "jeik", "aink", "eink", "junk", "unk",
	"juk", "jai", "jei", "aik", "eik", "ja", "je", "ok", "ek", "ak", "om",
	"em", "am", "od", "ed", "ad", "k", NULL };
static const char *const lv_outer[] = {
	"ajiem", "ajam", "ajai", "ajas", "ajos", "iem", "jam", "ais", "am",
	"as", "ai", "os", "us", "is", "im", "em", "es", "ei", "um", "s",
	NULL };
static const char *const en_outer[] = { "ings", "ing", "ied", "ies", "ed",
	"es", "ly", "s", NULL };
static const char *const none[] = { NULL };

static const struct rules rules[STEM_LANGUAGES] = {
	{ et_outer, none }, { fi_outer, fi_inner }, { hu_outer, hu_inner },
	{ lv_outer, none }, { en_outer, none }
};

static bool
vowel(char c)
{
	return c != '\0' && strchr("aeiouy", c) != NULL;
}

/* An ending of one consonant is one after a vowel only: koolis, not laps. In
 * Latvian and English -s stands after consonants. */
static bool
may_go(const char *word, size_t left, size_t ending, size_t lang)
{
	if (left < LEAST)
		return false;
	if (ending > 1)
		return left >= LEAST_LONG || vowel(word[left - 1]) ||
		    lang == 3;
	if (word[left] == 's' && word[left - 1] == 's')
		return false;
	return lang == 3 || (left >= LEAST_LONG &&
	    (lang >= 2 || vowel(word[left - 1])));
}

static size_t
without(const char *const *endings, size_t lang, const char *word, size_t len)
{
	size_t i, n;

	for (i = 0; endings[i] != NULL; i++) {
		n = strlen(endings[i]);
		if (n < len && memcmp(word + len - n, endings[i], n) == 0 &&
		    may_go(word, len - n, n, lang))
			return len - n;
	}
	return len;
}

/* Hungarian "with": the consonant doubled and -al, -el. */
static size_t
without_with(const char *word, size_t len)
{
	if (len >= LEAST + 3 && word[len - 1] == 'l' &&
	    (word[len - 2] == 'a' || word[len - 2] == 'e') &&
	    word[len - 3] == word[len - 4] && !vowel(word[len - 3]))
		return len - 3;
	return len;
}

size_t
stem_len(size_t lang, const char *word, size_t len)
{
	size_t before = len;

	if (lang == 2)
		len = without_with(word, len);
	if (len == before)
		len = without(rules[lang].outer, lang, word, len);
	do {
		before = len;
		len = without(rules[lang].inner, lang, word, len);
	} while (lang == 2 && len < before); /* children's: two of them */
	while (len > LEAST && vowel(word[len - 1]))
		len--;
	/* poiss, poisi */
	if (len > LEAST_LONG && word[len - 1] == word[len - 2])
		len--;
	return len;
}
