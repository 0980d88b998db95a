/*
 * Times as people type and read them. All are wall ms since 1970 UTC; days
 * and hours are those of this machine's time zone.
 */
#ifndef CLI_WHEN_H
#define CLI_WHEN_H

#include <stdint.h>

#include "common/base/err.h"

#define WHEN_BYTES 64
#define WHEN_HOLD_MAX_S (24 * 3600) /* a day: longer is not "for a while" */

/** when_duration(text, seconds, e): 90s, 15m, 2h, 1d, 1h30m; ERR_INPUT. */
int when_duration(const char *text, int64_t *seconds, struct err *e);

/** when_parse(typed, end, ms, e): 2026-11-22 or 2026-11-22T09:12, or as one of
 * the five languages writes it (client/core/words/typed.h). A day alone is its first
 * or, with ${end}, its last ms. ERR_INPUT. */
int when_parse(const char *typed, int end, int64_t *ms, struct err *e);

/** when_words(ms, now_ms, out): "today 10:42", "Monday 09:12",
 * "3 March 09:12", "3 March 2025". */
void when_words(int64_t ms, int64_t now_ms, char out[static WHEN_BYTES]);

/** when_short(ms, out): "2026-11-22 09:12", "22.11.2026 09:12": for tables, as
 * the language writes it; when_day: without the hour. */
void when_short(int64_t ms, char out[static WHEN_BYTES]);

void when_day(int64_t ms, char out[static WHEN_BYTES]);

/** when_year(ms): of this machine's calendar. */
int when_year(int64_t ms);

/** when_text(iso, out): YYYY-MM-DD as when_day has it; else as it is. */
void when_text(const char *iso, char out[static WHEN_BYTES]);

/** when_iso(ms, out): "2026-11-22T09:12:00.000Z", for programs. */
void when_iso(int64_t ms, char out[static WHEN_BYTES]);

/** when_span(ms, out): the length of a time, never negative: "25 minutes",
 * "3 hours", "4 days". */
void when_span(int64_t ms, char out[static WHEN_BYTES]);

#endif
