/* Times in words and from words; the core speaks ms only. */
#include "client/cli/when.h"

#include <ctype.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "client/cli/text.h"
#include "client/core/words/said.h"
#include "client/core/words/typed.h"

#define DAY_MS ((int64_t)86400 * 1000)

static int64_t
unit_seconds(char c)
{
	return c == 's' ? 1 : c == 'm' ? 60 : c == 'h' ? 3600 :
	    c == 'd' ? 86400 : 0;
}

int
when_duration(const char *text, int64_t *seconds, struct err *e)
{
	const char *p = text;
	int64_t sum = 0, n, unit;

	while (isdigit((unsigned char)*p)) {
		for (n = 0; isdigit((unsigned char)*p) && n < 1000000; p++)
			n = n * 10 + (*p - '0');
		unit = unit_seconds(*p);
		if (unit == 0)
			break;
		sum += n * unit;
		p++;
		if (*p == '\0' && sum > 0) {
			*seconds = sum;
			return 0;
		}
	}
	return err_set(e, ERR_INPUT, "%s",
	    _("a length of time is a number with its unit: 90s, 15m, 2h, 1d"));
}

static bool
fields_fit(const struct tm *a, const struct tm *b)
{
	return a->tm_year == b->tm_year && a->tm_mon == b->tm_mon &&
	    a->tm_mday == b->tm_mday;
}

static int
digits(const char *p, int n)
{
	int v = 0;

	while (n-- > 0)
		v = v * 10 + (*p++ - '0');
	return v;
}

int
when_parse(const char *typed, int end, int64_t *ms, struct err *e)
{
	char text[TYPED_TIME_BYTES];
	struct tm tm = { .tm_isdst = -1 }, asked;
	time_t t;
	bool hour;

	if (!typed_time(typed, text))
		goto bad;
	hour = text[10] != '\0';
	tm.tm_year = digits(text, 4) - 1900;
	tm.tm_mon = digits(text + 5, 2) - 1;
	tm.tm_mday = digits(text + 8, 2);
	if (hour) {
		tm.tm_hour = digits(text + 11, 2);
		tm.tm_min = digits(text + 14, 2);
	}
	if (tm.tm_hour > 23 || tm.tm_min > 59)
		goto bad;
	asked = tm;
	t = mktime(&tm);
	if (t == (time_t)-1 || !fields_fit(&tm, &asked))
		goto bad;
	if (!hour && end) {
		asked.tm_mday++;
		t = mktime(&asked);
		*ms = (int64_t)t * 1000 - 1;
		return 0;
	}
	*ms = (int64_t)t * 1000;
	return 0;
bad:
	return err_set(e, ERR_INPUT, _("\"%.30s\" is no day of the calendar; "
	    "a day is written 2026-11-22, a time 2026-11-22T09:12"), typed);
}

/* The second that ${ms} is in, also before 1970, where / rounds up. */
static time_t
second_of(int64_t ms)
{
	return (time_t)(ms / 1000 - (ms % 1000 < 0));
}

static bool
local(int64_t ms, struct tm *tm)
{
	time_t t = second_of(ms);

	return localtime_r(&t, tm) != NULL;
}

void
when_words(int64_t ms, int64_t now_ms, char out[static WHEN_BYTES])
{
	static const char *const day[] = { N_("Sunday"), N_("Monday"),
		N_("Tuesday"), N_("Wednesday"), N_("Thursday"), N_("Friday"),
		N_("Saturday") };
	static const char *const month[] = { N_("January"), N_("February"),
		N_("March"), N_("April"), N_("May"), N_("June"), N_("July"),
		N_("August"), N_("September"), N_("October"), N_("November"),
		N_("December") };
	struct tm at, now, before;

	if (!local(ms, &at) || !local(now_ms, &now) ||
	    !local(now_ms - DAY_MS, &before)) {
		snprintf(out, WHEN_BYTES, "%s", _("at an unknown time"));
		return;
	}
	if (fields_fit(&at, &now))
		snprintf(out, WHEN_BYTES, _("today %02d:%02d"), at.tm_hour,
		    at.tm_min);
	else if (fields_fit(&at, &before))
		snprintf(out, WHEN_BYTES, _("yesterday %02d:%02d"),
		    at.tm_hour, at.tm_min);
	else if (ms < now_ms && ms > now_ms - 6 * DAY_MS)
		snprintf(out, WHEN_BYTES, _("%s %02d:%02d"),
		    _(day[at.tm_wday]), at.tm_hour, at.tm_min);
	else if (at.tm_year == now.tm_year)
		snprintf(out, WHEN_BYTES, _("%d %s %02d:%02d"), at.tm_mday,
		    _(month[at.tm_mon]), at.tm_hour, at.tm_min);
	else
		snprintf(out, WHEN_BYTES, _("%d %s %d"), at.tm_mday,
		    _(month[at.tm_mon]), at.tm_year + 1900);
}

void
when_short(int64_t ms, char out[static WHEN_BYTES])
{
	struct tm at;

	out[0] = '\0';
	if (ms != 0 && local(ms, &at))
		/* year, month, day, hour, minute */
		snprintf(out, WHEN_BYTES, _("%04d-%02d-%02d %02d:%02d"),
		    at.tm_year + 1900, at.tm_mon + 1, at.tm_mday, at.tm_hour,
		    at.tm_min);
}

void
when_day(int64_t ms, char out[static WHEN_BYTES])
{
	said_day(ms, out);
}

int
when_year(int64_t ms)
{
	struct tm at;

	return local(ms, &at) ? at.tm_year + 1900 : 0;
}

void
when_text(const char *iso, char out[static WHEN_BYTES])
{
	int64_t ms;
	struct err none;

	if (strlen(iso) != 10 || when_parse(iso, 0, &ms, &none) != 0 ||
	    ms == 0)
		snprintf(out, WHEN_BYTES, "%s", iso);
	else
		when_day(ms, out);
}

void
when_iso(int64_t ms, char out[static WHEN_BYTES])
{
	time_t t = second_of(ms);
	struct tm tm;

	out[0] = '\0';
	if (gmtime_r(&t, &tm) != NULL)
		snprintf(out, WHEN_BYTES,
		    "%04d-%02d-%02dT%02d:%02d:%02d.%03dZ", tm.tm_year + 1900,
		    tm.tm_mon + 1, tm.tm_mday, tm.tm_hour, tm.tm_min,
		    tm.tm_sec, (int)((ms % 1000 + 1000) % 1000));
}

void
when_span(int64_t ms, char out[static WHEN_BYTES])
{
	unsigned long minutes = (unsigned long)((ms < 0 ? -ms : ms) / 60000);
	unsigned long hours = (minutes + 30) / 60;

	if (minutes < 120)
		snprintf(out, WHEN_BYTES, plural(minutes, "%lu minute",
		    "%lu minutes"), minutes);
	else if (hours < 48)
		snprintf(out, WHEN_BYTES, plural(hours, "%lu hour",
		    "%lu hours"), hours);
	else
		snprintf(out, WHEN_BYTES, plural((hours + 12) / 24, "%lu day",
		    "%lu days"), (hours + 12) / 24);
}
