/*
 * Time: a replaceable source, and the hybrid logical clock.
 *
 * Wall time is int64_t ms since 1970 UTC, monotonic time int64_t ms from any
 * start; the names say which. The simulator passes its own struct tick.
 *
 * Hybrid logical clock after Kulkarni et al., "Logical Physical Clocks"
 * (2014): 48 bits of ms, 16 bits of counter; a counter overflow carries into
 * the ms. It never refuses to go on, whatever the wall clock says.
 */
#ifndef BASE_TICK_H
#define BASE_TICK_H

#include <stdint.h>

struct tick {
	int64_t (*wall_ms)(void *ctx);
	int64_t (*mono_ms)(void *ctx);
	void *ctx;
};

/** tick_system(): the machine's own clocks. */
struct tick tick_system(void);

int64_t tick_wall_ms(const struct tick *t);
int64_t tick_mono_ms(const struct tick *t);

/** hlc_next(last, wall_ms): the stamp after ${last} at ${wall_ms}. */
uint64_t hlc_next(uint64_t last, int64_t wall_ms);

/** hlc_ms(hlc): its wall part. */
int64_t hlc_ms(uint64_t hlc);

/** hlc_from_ms(wall_ms): the first stamp of that ms. */
uint64_t hlc_from_ms(int64_t wall_ms);

#endif
