/*
 * The hub's accept time: never runs back, and stops when the clock jumped.
 *
 * Wall and monotonic clock are compared with where they stood at the start.
 * When they have parted by more than STAMP_JUMP_MS, or the wall clock by more
 * than STAMP_ABSENCE_MS from what was written before a restart, nothing is
 * stamped any more until the operator has confirmed the clock: a wrong accept
 * time would end rights early or keep them open. Pulls go on.
 * One thread uses it; stamp_stopped may be asked by any.
 */
#ifndef HUB_STAMP_H
#define HUB_STAMP_H

#include <stdatomic.h>
#include <stdbool.h>

#include "common/base/err.h"
#include "common/base/tick.h"

#define STAMP_JUMP_MS (10 * 60 * 1000LL)
#define STAMP_ABSENCE_MS (7 * 24 * 3600 * 1000LL)

struct stamp {
	struct tick tick;
	int64_t lead_ms;     /* wall - monotonic at the start */
	atomic_bool stopped;
};

/** stamp_init(s, tick, alive_ms, confirmed): ${alive_ms} is the wall clock
 * at the last write, 0 if there was none; ${confirmed} by the operator. */
void stamp_init(struct stamp *s, struct tick tick, int64_t alive_ms,
    bool confirmed);

/** stamp_take(s, last_ms, out, e): now, at least ${last_ms}; ERR_AWAY while
 * stopped. */
int stamp_take(struct stamp *s, int64_t last_ms, int64_t *out,
    struct err *e);

bool stamp_stopped(const struct stamp *s);

/** stamp_now(s): the time to judge by: the wall clock, and after a jump of it
 * what has gone by since the start. Any thread. */
int64_t stamp_now(const struct stamp *s);

/** stamp_told(s): the time to tell clients, who put their stamps right by it;
 * 0 when the clock is in doubt: they then go by nothing. Any thread. */
int64_t stamp_told(const struct stamp *s);

#endif
