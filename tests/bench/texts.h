/*
 * Note texts of 1 KB, recombined from the invented year in tests/data.
 *
 * Text ${i} is always the same text. Each is of one language, as the notes
 * are, and none shares its order of sentences with another; a record is
 * compressed alone, so that shared sentences make none of them smaller.
 */
#ifndef BENCH_TEXTS_H
#define BENCH_TEXTS_H

#include "common/base/buf.h"

#define TEXTS_BYTES 1024

/* The two commonest words of the data, and one in 1 of 5,000 texts. */
#define TEXTS_COMMON "on"
#define TEXTS_TWO "on ja"
#define TEXTS_RARE "heliotroop"
#define TEXTS_RARE_EVERY 5000

/** texts_load(csv): read the sentences; ends the program on failure. */
void texts_load(const char *csv);

/** texts_note(i, out): text ${i}; returns its view in ${out}. */
struct view texts_note(size_t i, char out[static TEXTS_BYTES]);

#endif
