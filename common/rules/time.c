/* Effective time, schema/rules.md 2: one clamp, the same everywhere. */
#include "common/rules/time.h"

#include "common/base/tick.h"

uint64_t
time_effective(uint64_t hlc, int64_t seen_accept_ms, int64_t accept_ms)
{
	uint64_t low = hlc_from_ms(seen_accept_ms - TIME_SLACK_MS);
	uint64_t high = hlc_from_ms(accept_ms + TIME_SLACK_MS);

	if (hlc > high)
		return high;
	return hlc < low ? low : hlc;
}
