/*
 * Days and times as people type and read them.
 *
 * A day alone stands for noon UTC: the same calendar day everywhere between
 * UTC-11 and UTC+11, and the same number on every machine.
 */
#ifndef LOCAL_DAY_H
#define LOCAL_DAY_H

#include <stdbool.h>
#include <stdint.h>

#include "common/base/buf.h"

#define DAY_TEXT_BYTES 11 /* YYYY-MM-DD and the end mark */
#define DAY_MS (24 * 60 * 60 * INT64_C(1000))

/** day_parse(v, ms): a real day YYYY-MM-DD of the years 1900 to 2199;
 * ${ms}: noon UTC. */
bool day_parse(struct view v, int64_t *ms);

/** day_find(v, at, ms): bytes of the day that begins at ${at}, written in a way
 * of one of the five languages, 0 when none does; ${ms}: noon UTC.
 *
 *     2026-11-22   22.11.2026   22/11/2026 (the day first)   2026. 11. 22.
 *     22. november 2026   22 November 2026   22. marraskuuta 2026
 *     2026. gada 22. novembris   2026. november 22.                      */
size_t day_find(struct view v, size_t at, int64_t *ms);

/** day_typed(v, out): the whole of ${v} is one day, blanks around it aside;
 * ${out}: YYYY-MM-DD. */
bool day_typed(struct view v, char out[static DAY_TEXT_BYTES]);

/** day_typed_time(v, out): a day as day_typed takes it, or one with the hour
 * after it; ${out}: "YYYY-MM-DD" or "YYYY-MM-DD HH:MM". */
#define DAY_TIME_BYTES 17
bool day_typed_time(struct view v, char out[static DAY_TIME_BYTES]);

/** day_bounds(ms, from_ms, to_ms): first and last ms of the local day that has
 * the date which noon UTC ${ms} has. */
void day_bounds(int64_t ms, int64_t *from_ms, int64_t *to_ms);

/** day_iso(ms, out): YYYY-MM-DD of noon UTC ${ms}, as day_parse gives it. */
void day_iso(int64_t ms, char out[static DAY_TEXT_BYTES]);

/** day_parse_time(v, ms): a day, or "YYYY-MM-DD HH:MM" local time. */
bool day_parse_time(struct view v, int64_t *ms);

/** day_ahead(day_ms, now_ms): the day is after the local day of ${now_ms}; soon
 * after midnight too, when UTC has the day before. */
bool day_ahead(int64_t day_ms, int64_t now_ms);

/** day_clock(v, minutes): "08:30", up to 24:00, as minutes of the day. */
bool day_clock(struct view v, int *minutes);

/** day_weekday(ms): of noon UTC of a day; 0 is Monday. */
int day_weekday(int64_t ms);

/** day_text(ms, out): the local day of ${ms}, zeros outside the years 1000 to
 * 9999; returns ${out}. */
const char *day_text(int64_t ms, char out[static DAY_TEXT_BYTES]);

#endif
