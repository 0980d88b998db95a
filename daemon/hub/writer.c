/*
 * The queue and the thread of group commit; knows nothing of hubs.
 *
 * A batch whose commit fails is undone and its jobs run again one by one, so
 * that a job that cannot be written does not take its neighbours with it.
 */
#include "daemon/hub/writer.h"

#include <errno.h>
#include <pthread.h>
#include <stdbool.h>
#include <string.h>
#include <time.h>

#include "common/base/mem.h"

struct ticket { /* on the stack of the thread that waits */
	struct ticket *next;
	const struct writer_job *job;
	pthread_cond_t served;
	bool done;
	int rc;
	struct err *e;
};

struct writer {
	struct writer_ops ops;
	pthread_t thread;
	pthread_mutex_t lock; /* guards all below */
	pthread_cond_t work;
	struct ticket *head, **tail;
	struct writer_counts counts;
	bool ending;
};

/* ---- the thread ---- */

static void
wait_for_work(struct writer *w, int64_t most_ms)
{
	struct timespec until;

	clock_gettime(CLOCK_MONOTONIC, &until);
	most_ms += until.tv_nsec / 1000000;
	until.tv_sec += most_ms / 1000;
	until.tv_nsec = most_ms % 1000 * 1000000;
	while (w->head == NULL && !w->ending)
		if (pthread_cond_timedwait(&w->work, &w->lock, &until) ==
		    ETIMEDOUT)
			break;
}

/* Cut off the front of the queue, as much as one transaction takes. */
static struct ticket *
take_batch(struct writer *w, size_t *jobs)
{
	struct ticket *first = w->head, *last = NULL, *t;
	size_t bytes = 0;

	*jobs = 0;
	for (t = first; t != NULL; t = t->next) {
		if (*jobs == WRITER_BATCH_JOBS || (*jobs > 0 &&
		    bytes + t->job->bytes > WRITER_BATCH_BYTES))
			break;
		bytes += t->job->bytes;
		(*jobs)++;
		last = t;
	}
	if (last != NULL) {
		last->next = NULL;
		w->head = t;
		if (t == NULL)
			w->tail = &w->head;
		w->counts.waiting -= *jobs;
	}
	return first;
}

/* One transaction over a list of tickets. */
static int
transact(struct writer *w, const struct ticket *list, struct err *e)
{
	const struct ticket *t;

	if (w->ops.begin(w->ops.ctx, e) != 0)
		return -1;
	for (t = list; t != NULL; t = t->next)
		if (t->job->run(w->ops.ctx, t->job->arg, e) != 0)
			goto undo;
	if (w->ops.commit(w->ops.ctx, e) == 0)
		return 0;
undo:
	w->ops.undo(w->ops.ctx);
	return -1;
}

static void
count(struct writer *w, size_t jobs)
{
	pthread_mutex_lock(&w->lock);
	w->counts.jobs += jobs;
	w->counts.commits++;
	pthread_mutex_unlock(&w->lock);
}

static void
run_alone(struct writer *w, struct ticket *t)
{
	struct ticket *next = t->next;

	t->next = NULL;
	err_clear(t->e);
	t->rc = transact(w, t, t->e);
	if (t->rc == 0)
		count(w, 1);
	t->next = next;
}

static void
run_batch(struct writer *w, struct ticket *list, size_t jobs)
{
	struct ticket *t, *next;
	struct err e;

	err_clear(&e);
	if (jobs == 1) {
		run_alone(w, list);
	} else if (transact(w, list, &e) == 0) {
		for (t = list; t != NULL; t = t->next)
			t->rc = 0;
		count(w, jobs);
	} else {
		for (t = list; t != NULL; t = t->next)
			run_alone(w, t);
	}
	pthread_mutex_lock(&w->lock);
	for (t = list; t != NULL; t = next) {
		next = t->next; /* the ticket is gone once it is served */
		t->done = true;
		pthread_cond_signal(&t->served);
	}
	pthread_mutex_unlock(&w->lock);
}

static void *
serve(void *arg)
{
	struct writer *w = arg;
	struct ticket *list;
	size_t jobs;
	bool ending, rested = false;

	for (;;) {
		pthread_mutex_lock(&w->lock);
		wait_for_work(w, rested ? WRITER_IDLE_S * INT64_C(1000) :
		    WRITER_REST_MS);
		list = take_batch(w, &jobs);
		ending = w->ending;
		pthread_mutex_unlock(&w->lock);
		if (list != NULL)
			run_batch(w, list, jobs);
		else if (ending)
			return NULL;
		else if (rested)
			w->ops.idle(w->ops.ctx);
		else
			w->ops.rest(w->ops.ctx);
		rested = list == NULL;
	}
}

/* ---- the callers ---- */

static void
init_sync(struct writer *w)
{
	pthread_condattr_t attr;

	pthread_condattr_init(&attr);
	pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
	pthread_mutex_init(&w->lock, NULL);
	pthread_cond_init(&w->work, &attr);
	pthread_condattr_destroy(&attr);
}

int
writer_open(const struct writer_ops *ops, struct writer **out, struct err *e)
{
	struct writer *w = mem_new(sizeof(*w));
	int rc;

	*out = NULL;
	w->ops = *ops;
	w->tail = &w->head;
	init_sync(w);
	rc = pthread_create(&w->thread, NULL, serve, w);
	if (rc != 0) {
		err_set(e, ERR_LOCAL, "cannot start the writing thread: %s",
		    strerror(rc));
		pthread_cond_destroy(&w->work);
		pthread_mutex_destroy(&w->lock);
		mem_free(w);
		return -1;
	}
	*out = w;
	return 0;
}

void
writer_close(struct writer *w)
{
	if (w == NULL)
		return;
	pthread_mutex_lock(&w->lock);
	w->ending = true;
	pthread_cond_signal(&w->work);
	pthread_mutex_unlock(&w->lock);
	pthread_join(w->thread, NULL);
	pthread_cond_destroy(&w->work);
	pthread_mutex_destroy(&w->lock);
	mem_free(w);
}

int
writer_do(struct writer *w, const struct writer_job *job, struct err *e)
{
	struct ticket t = { .job = job, .e = e };

	pthread_cond_init(&t.served, NULL);
	pthread_mutex_lock(&w->lock);
	*w->tail = &t;
	w->tail = &t.next;
	w->counts.waiting++;
	pthread_cond_signal(&w->work);
	while (!t.done)
		pthread_cond_wait(&t.served, &w->lock);
	pthread_mutex_unlock(&w->lock);
	pthread_cond_destroy(&t.served);
	return t.rc;
}

void
writer_counts(struct writer *w, struct writer_counts *out)
{
	pthread_mutex_lock(&w->lock);
	*out = w->counts;
	pthread_mutex_unlock(&w->lock);
}
