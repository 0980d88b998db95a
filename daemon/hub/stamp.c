/*
 * Accept times. The writer asks once for each transaction, so that all items
 * of one commit carry one time.
 */
#include "daemon/hub/stamp.h"

static bool
apart(int64_t a, int64_t b, int64_t limit)
{
	return a > b ? a - b > limit : b - a > limit;
}

void
stamp_init(struct stamp *s, struct tick tick, int64_t alive_ms,
    bool confirmed)
{
	int64_t wall = tick_wall_ms(&tick);

	s->tick = tick;
	s->lead_ms = wall - tick_mono_ms(&tick);
	atomic_init(&s->stopped, !confirmed && alive_ms != 0 &&
	    apart(wall, alive_ms, STAMP_ABSENCE_MS));
}

int
stamp_take(struct stamp *s, int64_t last_ms, int64_t *out, struct err *e)
{
	int64_t wall = tick_wall_ms(&s->tick);
	int64_t lead = wall - tick_mono_ms(&s->tick);

	if (apart(lead, s->lead_ms, STAMP_JUMP_MS))
		atomic_store(&s->stopped, true);
	if (atomic_load(&s->stopped))
		return err_set(e, ERR_AWAY, "the hub's clock has jumped; its "
		    "operator must check it and start tugid with "
		    "--confirm-clock");
	*out = wall > last_ms ? wall : last_ms;
	return 0;
}

bool
stamp_stopped(const struct stamp *s)
{
	return atomic_load(&s->stopped);
}

int64_t
stamp_now(const struct stamp *s)
{
	int64_t wall = tick_wall_ms(&s->tick);
	int64_t since = tick_mono_ms(&s->tick) + s->lead_ms;

	return apart(wall, since, STAMP_JUMP_MS) ? since : wall;
}

int64_t
stamp_told(const struct stamp *s)
{
	int64_t wall = tick_wall_ms(&s->tick);

	return stamp_stopped(s) || apart(wall - tick_mono_ms(&s->tick),
	    s->lead_ms, STAMP_JUMP_MS) ? 0 : wall;
}
