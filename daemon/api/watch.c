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

#define STEP_NS 500000000L

struct watch_line {
	struct watch_line *next, **at;
	int fd;
	int64_t end_ms; /* monotonic; 0: no deadline */
};

struct watch {
	struct watch_limits limits;
	struct tick tick;
	pthread_t thread;
	pthread_mutex_t lock;
	pthread_cond_t wake;
	struct watch_line *lines;
	bool ending;
};

static void
look(struct watch *w)
{
	int64_t now_ms = tick_mono_ms(&w->tick);
	struct watch_line *l;

	for (l = w->lines; l != NULL; l = l->next)
		if (l->end_ms != 0 && now_ms >= l->end_ms) {
			shutdown(l->fd, SHUT_RDWR);
			l->end_ms = 0;
		}
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
watch_open(const struct watch_limits *limits, struct watch **out,
    struct err *e)
{
	struct watch *w = mem_new(sizeof(*w));
	pthread_condattr_t attr;
	int rc;

	*out = NULL;
	w->limits = *limits;
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
set_end(struct watch *w, struct watch_line *line, enum watch_phase phase)
{
	int s = w->limits.seconds[phase];

	line->end_ms = s == 0 ? 0 : tick_mono_ms(&w->tick) + s * 1000LL;
}

struct watch_line *
watch_add(struct watch *w, int fd)
{
	struct watch_line *line = mem_new(sizeof(*line));

	line->fd = fd;
	pthread_mutex_lock(&w->lock);
	set_end(w, line, WATCH_HEAD);
	line->next = w->lines;
	line->at = &w->lines;
	if (w->lines != NULL)
		w->lines->at = &line->next;
	w->lines = line;
	pthread_cond_signal(&w->wake);
	pthread_mutex_unlock(&w->lock);
	return line;
}

void
watch_phase(struct watch *w, struct watch_line *line, enum watch_phase phase)
{
	if (line == NULL)
		return;
	pthread_mutex_lock(&w->lock);
	set_end(w, line, phase);
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
