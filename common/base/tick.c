/* The machine's clocks behind a replaceable pair of functions; the HLC. */
#include "common/base/tick.h"

#include <stddef.h>
#include <time.h>

#define HLC_COUNTER_BITS 16
#define HLC_MS_MAX ((INT64_C(1) << 47) - 1)

static int64_t
read_clock(clockid_t which)
{
	struct timespec ts;

	clock_gettime(which, &ts);
	return (int64_t)ts.tv_sec * 1000 + ts.tv_nsec / 1000000;
}

static int64_t
system_wall_ms(void *ctx)
{
	(void)ctx;
	return read_clock(CLOCK_REALTIME);
}

static int64_t
system_mono_ms(void *ctx)
{
	(void)ctx;
	return read_clock(CLOCK_BOOTTIME);
}

struct tick
tick_system(void)
{
	struct tick t = { system_wall_ms, system_mono_ms, NULL };

	return t;
}

int64_t
tick_wall_ms(const struct tick *t)
{
	return t->wall_ms(t->ctx);
}

int64_t
tick_mono_ms(const struct tick *t)
{
	return t->mono_ms(t->ctx);
}

uint64_t
hlc_from_ms(int64_t wall_ms)
{
	if (wall_ms < 0)
		wall_ms = 0;
	if (wall_ms > HLC_MS_MAX)
		wall_ms = HLC_MS_MAX;
	return (uint64_t)wall_ms << HLC_COUNTER_BITS;
}

uint64_t
hlc_next(uint64_t last, int64_t wall_ms)
{
	uint64_t now = hlc_from_ms(wall_ms);

	return now > last ? now : last + 1;
}

int64_t
hlc_ms(uint64_t hlc)
{
	return (int64_t)(hlc >> HLC_COUNTER_BITS);
}
