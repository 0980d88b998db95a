/*
 * Days as people write them in Estonian, Latvian, Finnish, Hungarian and
 * English. A year has four digits, so the order shows itself: no language has
 * to be known. Of 3/4/2026 the day is first, as in all five countries.
 */
#include "client/core/local/day.h"

#include <stdio.h>
#include <string.h>

#include "client/core/local/utf8.h"

#define PARTS_MAX 3
#define MONTH_LETTERS 16

/* How the name of a month begins, folded; forms and endings follow. */
static const char *const months[12] = {
	"jaanuar januar janvar tammiku",
	"veebruar februar helmiku",
	"mart maalisku marcius march",
	"april huhtiku",
	"mai may toukoku majus",
	"juuni june juni kesaku",
	"juuli july juli heinaku",
	"august elokuu auguszt",
	"septem syysku szeptem",
	"oktoob oktob lokaku octob",
	"novem marrasku",
	"detsem decem jouluku"
};

struct part {
	int number; /* a month's number when it was a word */
	size_t digits; /* 0: a word */
};

static bool
is_digit(struct view v, size_t at)
{
	return at < v.len && v.data[at] >= '0' && v.data[at] <= '9';
}

static size_t
read_number(struct view v, size_t at, struct part *p)
{
	size_t from = at;

	p->number = 0;
	for (; is_digit(v, at) && at - from < 5; at++)
		p->number = p->number * 10 + (v.data[at] - '0');
	p->digits = at - from;
	return at;
}

/* The number of the month that the folded word begins with, 0 none. */
static int
month_of(const char *word)
{
	const char *p;
	size_t n;
	int m;

	for (m = 0; m < 12; m++)
		for (p = months[m]; *p != '\0'; p += n + (p[n] == ' ')) {
			n = strcspn(p, " ");
			if (strncmp(word, p, n) == 0)
				return m + 1;
		}
	return 0;
}

/* A word, folded; the end of it, ${at} when it is none of ASCII letters. */
static size_t
read_word(struct view v, size_t at, char word[static MONTH_LETTERS + 1])
{
	size_t from = at, next = at, n = 0;
	uint32_t cp;

	for (; at < v.len; at = next) {
		cp = utf8_fold(utf8_next(v, &next));
		if (!utf8_is_word(cp))
			break;
		if (cp > 'z' || n == MONTH_LETTERS)
			return from;
		word[n++] = (char)cp;
	}
	word[n] = '\0';
	return n > 0 ? at : from;
}

/* Between two parts: a dot with or without blanks, blanks before a word, or
 * one - or / between numbers. */
static size_t
skip_between(struct view v, size_t at, char *mark)
{
	size_t from = at;

	if (at < v.len && (v.data[at] == '-' || v.data[at] == '/')) {
		*mark = (char)v.data[at];
		return at + 1;
	}
	*mark = ' ';
	if (at < v.len && v.data[at] == '.') {
		*mark = '.';
		at++;
	}
	while (at < v.len && v.data[at] == ' ' && at - from < 3)
		at++;
	return at;
}

/* The parts that stand at ${at}: how many; ${end} after the last one. */
static size_t
read_parts(struct view v, size_t at, struct part p[static PARTS_MAX],
    char mark[static PARTS_MAX], size_t *end)
{
	char word[MONTH_LETTERS + 1];
	size_t n = 0, next;

	while (n < PARTS_MAX && at < v.len) {
		next = is_digit(v, at) ? read_number(v, at, &p[n]) :
		    read_word(v, at, word);
		if (next == at)
			break;
		if (!is_digit(v, at)) {
			p[n].digits = 0;
			p[n].number = month_of(word);
			if (n == 1 && strcmp(word, "gada") == 0) {
				at = skip_between(v, next, &mark[0]);
				continue; /* Latvian: of the year */
			}
			if (p[n].number == 0)
				break;
		}
		n++;
		*end = next;
		at = skip_between(v, next, &mark[n - 1]);
		if (at == next)
			break;
	}
	return n;
}

static bool
numbers_fit(const struct part *p, const char *mark)
{
	if (mark[0] != mark[1] || mark[0] == ' ')
		return false;
	if (p[0].digits == 4)
		return mark[0] == '-' ? p[1].digits == 2 && p[2].digits == 2 :
		    mark[0] == '.' && p[1].digits <= 2 && p[2].digits <= 2;
	return mark[0] != '-' && p[0].digits <= 2 && p[1].digits <= 2 &&
	    p[2].digits == 4;
}

/* Day, month and year from three parts in one of the orders. */
static bool
sort_out(const struct part *p, const char *mark, int *day, int *month,
    int *year)
{
	bool year_first = p[0].digits == 4;
	const struct part *d = year_first ? &p[2] : &p[0], *m = &p[1],
	    *y = year_first ? &p[0] : &p[2];

	if (m->digits > 0) {
		if (year_first && p[2].digits == 0) {
			d = &p[1]; /* 2026. gada 22. novembris */
			m = &p[2];
		} else if (!numbers_fit(p, mark)) {
			return false;
		}
	}
	*day = d->number;
	*month = m->number;
	*year = y->number;
	return d->digits >= 1 && d->digits <= 2 && y->digits == 4 &&
	    m->digits <= 2;
}

/* 2026.11.22 of Hungarian ends in a dot, which belongs to it. */
size_t
day_find(struct view v, size_t at, int64_t *ms)
{
	struct part p[PARTS_MAX];
	char mark[PARTS_MAX] = { 0 }, iso[DAY_TEXT_BYTES];
	size_t end = at, next;
	int day, month, year;

	if (!is_digit(v, at) ||
	    read_parts(v, at, p, mark, &end) != PARTS_MAX ||
	    !sort_out(p, mark, &day, &month, &year))
		return 0;
	next = end;
	if (end < v.len && utf8_is_word(utf8_next(v, &next)))
		return 0;
	if (year < 1000 || day > 99 || month > 12 ||
	    snprintf(iso, sizeof(iso), "%04d-%02d-%02d", year % 10000,
	    month % 100, day % 100) != DAY_TEXT_BYTES - 1 ||
	    !day_parse(view_str(iso), ms))
		return 0;
	if (end < v.len && v.data[end] == '.')
		end++;
	return end - at;
}

bool
day_typed(struct view v, char out[static DAY_TEXT_BYTES])
{
	int64_t ms;
	size_t n;

	while (v.len > 0 && v.data[0] == ' ')
		v = view_of(v.data + 1, v.len - 1);
	while (v.len > 0 && v.data[v.len - 1] == ' ')
		v.len--;
	n = day_find(v, 0, &ms);
	if (n == 0 || n != v.len)
		return false;
	day_iso(ms, out);
	return true;
}

bool
day_typed_time(struct view v, char out[static DAY_TIME_BYTES])
{
	size_t at;

	while (v.len > 0 && v.data[v.len - 1] == ' ')
		v.len--;
	if (day_typed(v, out))
		return true;
	at = v.len >= 6 ? v.len - 6 : 0; /* a blank or T, and HH:MM */
	if (at == 0 || (v.data[at] != ' ' && v.data[at] != 'T') ||
	    v.data[at + 3] != ':' || !is_digit(v, at + 1) ||
	    !is_digit(v, at + 2) || !is_digit(v, at + 4) ||
	    !is_digit(v, at + 5) || !day_typed(view_of(v.data, at), out))
		return false;
	snprintf(out + DAY_TEXT_BYTES - 1, DAY_TIME_BYTES - DAY_TEXT_BYTES + 1,
	    " %.5s", (const char *)v.data + at + 1);
	return true;
}
