/*
 * Days as they are typed, for the programs in front.
 */
#ifndef CORE_TYPED_H
#define CORE_TYPED_H

#include <stdbool.h>

#define TYPED_TIME_BYTES 17

/** typed_time(text, out): a day in one of the ways of the five languages
 * (local/day.h), perhaps with an hour; ${out}: "YYYY-MM-DD" or
 * "YYYY-MM-DD HH:MM". */
bool typed_time(const char *text, char out[static TYPED_TIME_BYTES]);

#endif
