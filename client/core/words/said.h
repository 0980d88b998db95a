/*
 * Days as the language spoken writes them, for sentences and lists.
 */
#ifndef CORE_SAID_H
#define CORE_SAID_H

#include <stdint.h>

#define SAID_DAY_BYTES 32

/** said_day(ms, out): the local day of ${ms}: 2026-11-22, 22.11.2026; "" for
 * 0. Returns ${out}. */
const char *said_day(int64_t ms, char out[static SAID_DAY_BYTES]);

#endif
