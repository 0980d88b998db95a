/* The calendar: days to ms and back, Gregorian, without leap seconds. */
#include "client/core/local/day.h"

#include <stdio.h>
#include <time.h>

#define YEAR_MIN 1900
#define YEAR_MAX 2199

/* Days since 1970-01-01; years counted from March so that a leap day ends
 * one. */
static int64_t
days_of(int year, int month, int day)
{
	int64_t y = month <= 2 ? year - 1 : year;
	int64_t m = (month + 9) % 12;

	return 365 * y + y / 4 - y / 100 + y / 400 + (m * 306 + 5) / 10 +
	    day - 1 - 719468;
}

static int
month_days(int year, int month)
{
	static const int days[] = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31,
		30, 31 };
	bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;

	return month == 2 && leap ? 29 : days[month - 1];
}

static bool
digits(const uint8_t *p, size_t n, int *out)
{
	size_t i;

	*out = 0;
	for (i = 0; i < n; i++) {
		if (p[i] < '0' || p[i] > '9')
			return false;
		*out = *out * 10 + (p[i] - '0');
	}
	return true;
}

static bool
read_day(const uint8_t *p, int *year, int *month, int *day)
{
	return digits(p, 4, year) && p[4] == '-' && digits(p + 5, 2, month) &&
	    p[7] == '-' && digits(p + 8, 2, day) && *year >= YEAR_MIN &&
	    *year <= YEAR_MAX && *month >= 1 && *month <= 12 && *day >= 1 &&
	    *day <= month_days(*year, *month);
}

bool
day_parse(struct view v, int64_t *ms)
{
	int year, month, day;

	if (v.len != DAY_TEXT_BYTES - 1 ||
	    !read_day(v.data, &year, &month, &day))
		return false;
	*ms = days_of(year, month, day) * DAY_MS + DAY_MS / 2;
	return true;
}

bool
day_parse_time(struct view v, int64_t *ms)
{
	struct tm tm = { 0 };
	int year, month, day, hour, minute;
	time_t t;

	if (v.len == DAY_TEXT_BYTES - 1)
		return day_parse(v, ms);
	if (v.len != 16 || !read_day(v.data, &year, &month, &day) ||
	    (v.data[10] != ' ' && v.data[10] != 'T') ||
	    !digits(v.data + 11, 2, &hour) || v.data[13] != ':' ||
	    !digits(v.data + 14, 2, &minute) || hour > 23 || minute > 59)
		return false;
	tm.tm_year = year - 1900;
	tm.tm_mon = month - 1;
	tm.tm_mday = day;
	tm.tm_hour = hour;
	tm.tm_min = minute;
	tm.tm_isdst = -1;
	t = mktime(&tm);
	if (t == (time_t)-1)
		return false;
	*ms = (int64_t)t * 1000;
	return true;
}

const char *
day_text(int64_t ms, char out[static DAY_TEXT_BYTES])
{
	time_t t = (time_t)(ms / 1000 - (ms % 1000 < 0)); /* rounds down */
	struct tm tm;

	if (localtime_r(&t, &tm) == NULL || tm.tm_year < -900 ||
	    tm.tm_year > 8099 ||
	    strftime(out, DAY_TEXT_BYTES, "%Y-%m-%d", &tm) == 0)
		snprintf(out, DAY_TEXT_BYTES, "0000-00-00");
	return out;
}

void
day_iso(int64_t ms, char out[static DAY_TEXT_BYTES])
{
	time_t t = (time_t)(ms / 1000);
	struct tm tm;

	if (gmtime_r(&t, &tm) == NULL ||
	    strftime(out, DAY_TEXT_BYTES, "%Y-%m-%d", &tm) == 0)
		snprintf(out, DAY_TEXT_BYTES, "0000-00-00");
}

void
day_bounds(int64_t ms, int64_t *from_ms, int64_t *to_ms)
{
	time_t t = (time_t)(ms / 1000);
	struct tm tm, next;

	if (gmtime_r(&t, &tm) == NULL) {
		*from_ms = *to_ms = ms;
		return;
	}
	tm.tm_hour = tm.tm_min = tm.tm_sec = 0;
	tm.tm_isdst = -1;
	next = tm;
	next.tm_mday++;
	*from_ms = (int64_t)mktime(&tm) * 1000;
	*to_ms = (int64_t)mktime(&next) * 1000 - 1;
}

bool
day_ahead(int64_t day_ms, int64_t now_ms)
{
	char text[DAY_TEXT_BYTES];
	int64_t today;

	return day_parse(view_str(day_text(now_ms, text)), &today) &&
	    day_ms > today;
}

bool
day_clock(struct view v, int *minutes)
{
	const uint8_t *c = v.data;
	size_t i;

	if (v.len != 5 || c[2] != ':')
		return false;
	for (i = 0; i < v.len; i++)
		if (i != 2 && (c[i] < '0' || c[i] > '9'))
			return false;
	*minutes = ((c[0] - '0') * 10 + c[1] - '0') * 60 +
	    (c[3] - '0') * 10 + c[4] - '0';
	return c[3] < '6' && *minutes <= 24 * 60;
}

/* 1970 began on a Thursday. */
int
day_weekday(int64_t ms)
{
	int64_t day = ms >= 0 ? ms / DAY_MS : -((-ms + DAY_MS - 1) / DAY_MS);

	return (int)(((day + 3) % 7 + 7) % 7);
}
