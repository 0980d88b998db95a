/*
 * Counters of the process, added to without a lock. Buckets of time are kept
 * apart and summed when they are read, as the text form wants them.
 */
#include "daemon/api/count.h"

#include <stdatomic.h>

#include "daemon/api/route.h"

#define CLASSES 6 /* of status: 1xx to 5xx by their first digit */

static const int64_t bounds_ms[] = { 5, 25, 100, 500, 2000, 10000 };

#define BOUNDS (sizeof(bounds_ms) / sizeof(bounds_ms[0]))

static struct {
	_Atomic uint64_t answers[ROUTES + 1][CLASSES];
	_Atomic uint64_t times[BOUNDS + 1]; /* the last: longer than all */
	_Atomic uint64_t time_ms;
	_Atomic uint64_t opened, closed;
	_Atomic uint64_t refused[COUNT_WHYS];
} counts;

static const char *const whys[COUNT_WHYS] = {
	[COUNT_NO_ROOM] = "no_room", [COUNT_SILENT] = "silent",
	[COUNT_UNSERVED] = "unserved", [COUNT_NOT_TLS] = "not_tls",
	[COUNT_MADE_WAY] = "made_way", [COUNT_HEAD_TIME] = "head_time",
	[COUNT_BODY_TIME] = "body_time", [COUNT_ANSWER_TIME] = "answer_time",
	[COUNT_IDLE_TIME] = "idle_time",
	[COUNT_ADDRESS_RATE] = "address_rate",
	[COUNT_DEVICE_RATE] = "device_rate", [COUNT_JOIN_RATE] = "join_rate",
	[COUNT_JOIN_FULL] = "join_full", [COUNT_FORM] = "form",
	[COUNT_TOO_LONG] = "too_long",
	[COUNT_UNKNOWN_DEVICE] = "unknown_device",
	[COUNT_SIGNATURE] = "signature", [COUNT_REVOKED] = "revoked",
	[COUNT_CLOCK] = "clock", [COUNT_REPEATED] = "repeated",
	[COUNT_DISK] = "disk", [COUNT_QUOTA] = "quota",
};

void
count_request(size_t route, int status, int64_t ms)
{
	size_t at = 0, class = (size_t)status / 100;

	if (route > ROUTES)
		route = ROUTES;
	while (at < BOUNDS && ms > bounds_ms[at])
		at++;
	atomic_fetch_add(&counts.answers[route][class < CLASSES ? class : 5],
	    1);
	atomic_fetch_add(&counts.times[at], 1);
	atomic_fetch_add(&counts.time_ms, (uint64_t)(ms > 0 ? ms : 0));
}

void
count_connection(bool opened)
{
	atomic_fetch_add(opened ? &counts.opened : &counts.closed, 1);
}

void
count_refused(enum count_why why)
{
	atomic_fetch_add(&counts.refused[why], 1);
}

uint64_t
count_of(enum count_why why)
{
	return atomic_load(&counts.refused[why]);
}

static void
write_refused(struct buf *out)
{
	size_t i;

	buf_add_str(out, "# HELP tugid_refused_total What was refused or ended "
	    "before its end, by reason.\n# TYPE tugid_refused_total "
	    "counter\n");
	for (i = 0; i < COUNT_WHYS; i++)
		buf_add_fmt(out, "tugid_refused_total{reason=\"%s\"} %llu\n",
		    whys[i], (unsigned long long)count_of((enum count_why)i));
}

static void
write_answers(struct buf *out)
{
	uint64_t n;
	size_t i, c;

	buf_add_str(out, "# HELP tugid_requests_total Requests answered, by "
	    "path and class of status.\n# TYPE tugid_requests_total "
	    "counter\n");
	for (i = 0; i <= ROUTES; i++)
		for (c = 1; c < CLASSES; c++) {
			n = atomic_load(&counts.answers[i][c]);
			if (n > 0)
				buf_add_fmt(out, "tugid_requests_total{path="
				    "\"%s\",status=\"%zuxx\"} %llu\n",
				    route_path(i), c, (unsigned long long)n);
		}
}

static void
write_times(struct buf *out)
{
	uint64_t sum = 0;
	size_t i;

	buf_add_str(out, "# HELP tugid_request_duration_seconds From the "
	    "headers to the answer.\n# TYPE tugid_request_duration_seconds "
	    "histogram\n");
	for (i = 0; i < BOUNDS; i++) {
		sum += atomic_load(&counts.times[i]);
		buf_add_fmt(out, "tugid_request_duration_seconds_bucket{le="
		    "\"%g\"} %llu\n", (double)bounds_ms[i] / 1000,
		    (unsigned long long)sum);
	}
	sum += atomic_load(&counts.times[BOUNDS]);
	buf_add_fmt(out, "tugid_request_duration_seconds_bucket{le=\"+Inf\"} "
	    "%llu\ntugid_request_duration_seconds_sum %g\n"
	    "tugid_request_duration_seconds_count %llu\n",
	    (unsigned long long)sum,
	    (double)atomic_load(&counts.time_ms) / 1000,
	    (unsigned long long)sum);
}

void
count_write(struct buf *out)
{
	uint64_t closed = atomic_load(&counts.closed);
	uint64_t opened = atomic_load(&counts.opened);

	write_answers(out);
	write_refused(out);
	write_times(out);
	buf_add_fmt(out, "# HELP tugid_connections_total Connections taken.\n"
	    "# TYPE tugid_connections_total counter\n"
	    "tugid_connections_total %llu\n"
	    "# HELP tugid_connections Connections open now.\n"
	    "# TYPE tugid_connections gauge\ntugid_connections %llu\n",
	    (unsigned long long)opened,
	    (unsigned long long)(opened > closed ? opened - closed : 0));
}
