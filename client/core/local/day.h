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

/** day_parse_time(v, ms): a day, or "YYYY-MM-DD HH:MM" local time. */
bool day_parse_time(struct view v, int64_t *ms);

/** day_text(ms, out): the local day of ${ms}, zeros outside the years 1000 to
 * 9999; returns ${out}. */
const char *day_text(int64_t ms, char out[static DAY_TEXT_BYTES]);

#endif
