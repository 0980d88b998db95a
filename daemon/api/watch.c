/*
 * One thread that looks at all connections twice a second, and sleeps while
 * there is none. It only shuts sockets down; closing stays the library's, so
 * a descriptor cannot be reused under its feet.
 */
#include "daemon/api/watch.h"

#include <pthread.h>
#include <stdbool.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>

#include "common/base/mem.h"
#include "common/base/tick.h"
#include "daemon/api/count.h"

#define STEP_NS 500000000L

struct watch_line {
	struct watch_line *next, **at;
	int fd;
	uint64_t key;
	enum watch_phase phase;
	int64_t since_ms, end_ms; /* monotonic; end 0: no deadline */
	int burden;               /* its address's, when it was last weighed */
	bool leaving;             /* shut down */
};

struct watch {
	struct watch_limits limits;
	struct peers *peers;
	struct tick tick;
	pthread_t thread;
	pthread_mutex_t lock;
	pthread_cond_t wake;
	struct watch_line *lines;
	bool ending;
};

static const enum count_why late[WATCH_PHASES] = {
	[WATCH_HEAD] = COUNT_HEAD_TIME, [WATCH_BODY] = COUNT_BODY_TIME,
	[WATCH_SWALLOW] = COUNT_BODY_TIME,
	[WATCH_ANSWER] = COUNT_ANSWER_TIME, [WATCH_IDLE] = COUNT_IDLE_TIME,
};

static void
end(struct watch *w, struct watch_line *l, enum count_why why)
{
	shutdown(l->fd, SHUT_RDWR);
	l->leaving = true;
	count_refused(why);
	if (l->phase == WATCH_HEAD || l->phase == WATCH_SWALLOW)
		peers_strike(w->peers, l->key);
}

static void
look(struct watch *w)
{
	int64_t now_ms = tick_mono_ms(&w->tick);
	struct watch_line *l;

	for (l = w->lines; l != NULL; l = l->next)
		if (!l->leaving && l->end_ms != 0 && now_ms >= l->end_ms)
			end(w, l, late[l->phase]);
}

static bool
may_make_way(const struct watch_line *l, int64_t now_ms)
{
	return !l->leaving && (l->phase == WATCH_HEAD ||
	    l->phase == WATCH_SWALLOW || l->phase == WATCH_IDLE) &&
	    now_ms - l->since_ms >= WATCH_GRACE_MS;
}

/* Of the address that weighs most who has used its place least; NULL: all are
 * at work. */
static struct watch_line *
least(struct watch *w, int64_t now_ms)
{
	struct watch_line *l, *out = NULL;

	for (l = w->lines; l != NULL; l = l->next)
		if (may_make_way(l, now_ms) && (out == NULL ||
		    l->burden > out->burden || (l->burden == out->burden &&
		    l->since_ms < out->since_ms)))
			out = l;
	return out;
}

void
watch_evict(struct watch *w, int n)
{
	int64_t now_ms = tick_mono_ms(&w->tick);
	struct watch_line *l;

	pthread_mutex_lock(&w->lock);
	for (l = w->lines; l != NULL; l = l->next) {
		n -= l->leaving;
		if (may_make_way(l, now_ms))
			l->burden = peers_burden(w->peers, l->key);
	}
	while (n-- > 0 && (l = least(w, now_ms)) != NULL)
		end(w, l, COUNT_MADE_WAY);
	pthread_mutex_unlock(&w->lock);
}

static void
nap(struct watch *w)
{
	struct timespec until;

	if (w->lines == NULL) {
		pthread_cond_wait(&w->wake, &w->lock);
		return;
	}
	clock_gettime(CLOCK_MONOTONIC, &until);
	until.tv_nsec += STEP_NS;
	if (until.tv_nsec >= 1000000000L) {
		until.tv_nsec -= 1000000000L;
		until.tv_sec++;
	}
	pthread_cond_timedwait(&w->wake, &w->lock, &until);
}

static void *
serve(void *arg)
{
	struct watch *w = arg;

	pthread_mutex_lock(&w->lock);
	while (!w->ending) {
		nap(w);
		look(w);
	}
	pthread_mutex_unlock(&w->lock);
	return NULL;
}

int
watch_open(const struct watch_limits *limits, struct peers *peers,
    struct watch **out, struct err *e)
{
	struct watch *w = mem_new(sizeof(*w));
	pthread_condattr_t attr;
	int rc;

	*out = NULL;
	w->limits = *limits;
	w->peers = peers;
	w->tick = tick_system();
	pthread_mutex_init(&w->lock, NULL);
	pthread_condattr_init(&attr);
	pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
	pthread_cond_init(&w->wake, &attr);
	pthread_condattr_destroy(&attr);
	rc = pthread_create(&w->thread, NULL, serve, w);
	if (rc != 0) {
		mem_free(w);
		return err_set(e, ERR_LOCAL,
		    "cannot start the watching thread: %s", strerror(rc));
	}
	*out = w;
	return 0;
}

void
watch_close(struct watch *w)
{
	if (w == NULL)
		return;
	pthread_mutex_lock(&w->lock);
	w->ending = true;
	pthread_cond_signal(&w->wake);
	pthread_mutex_unlock(&w->lock);
	pthread_join(w->thread, NULL);
	pthread_cond_destroy(&w->wake);
	pthread_mutex_destroy(&w->lock);
	mem_free(w);
}

static void
set_phase(struct watch *w, struct watch_line *line, enum watch_phase phase,
    size_t bytes)
{
	int64_t now_ms = tick_mono_ms(&w->tick);
	int64_t s = w->limits.seconds[phase];

	line->phase = phase;
	line->since_ms = now_ms;
	line->end_ms = s == 0 ? 0 : now_ms + s * 1000 +
	    (int64_t)bytes * 1000 / w->limits.bytes_per_s;
}

struct watch_line *
watch_add(struct watch *w, int fd, uint64_t key)
{
	struct watch_line *line = mem_new(sizeof(*line));

	line->fd = fd;
	line->key = key;
	pthread_mutex_lock(&w->lock);
	set_phase(w, line, WATCH_HEAD, 0);
	line->next = w->lines;
	line->at = &w->lines;
	if (w->lines != NULL)
		w->lines->at = &line->next;
	w->lines = line;
	pthread_cond_signal(&w->wake);
	pthread_mutex_unlock(&w->lock);
	return line;
}

uint64_t
watch_key(const struct watch_line *line)
{
	return line->key;
}

void
watch_phase(struct watch *w, struct watch_line *line, enum watch_phase phase,
    size_t bytes)
{
	if (line == NULL)
		return;
	pthread_mutex_lock(&w->lock);
	set_phase(w, line, phase, bytes);
	pthread_mutex_unlock(&w->lock);
}

void
watch_drop(struct watch *w, struct watch_line *line)
{
	if (line == NULL)
		return;
	pthread_mutex_lock(&w->lock);
	*line->at = line->next;
	if (line->next != NULL)
		line->next->at = line->at;
	pthread_mutex_unlock(&w->lock);
	mem_free(line);
}
