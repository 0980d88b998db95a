/* The thread that follows; its only door to others is one small state. */
#include <errno.h>
#include <pthread.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

#include "common/base/mem.h"
#include "common/base/tick.h"
#include "daemon/ledger/ledger.h"

#define NICE 5 /* behind those who answer requests */

struct ledger_run {
	struct ledger *ledger;     /* these two are the thread's own */
	bool busy;                 /* it had something to do */
	void (*tell)(enum ledger_tell what, const char *words);
	pthread_t thread;
	pthread_mutex_t lock;      /* guards all below */
	pthread_cond_t wake;
	bool ending;
	int64_t end_ms;            /* monotonic: by then it ends */
	struct ledger_state state;
};

static int64_t
mono_ms(void)
{
	struct tick t = tick_system();

	return tick_mono_ms(&t);
}

/* False: the end has come. */
static bool
rest(struct ledger_run *r, int ms)
{
	struct timespec until;
	bool go;

	clock_gettime(CLOCK_MONOTONIC, &until);
	until.tv_sec += ms / 1000;
	until.tv_nsec += (ms % 1000) * 1000000L;
	if (until.tv_nsec >= 1000000000L) {
		until.tv_sec++;
		until.tv_nsec -= 1000000000L;
	}
	pthread_mutex_lock(&r->lock);
	while (ms > 0 && !r->ending)
		if (pthread_cond_timedwait(&r->wake, &r->lock, &until) ==
		    ETIMEDOUT)
			break;
	go = !r->ending;
	pthread_mutex_unlock(&r->lock);
	return go;
}

static bool
out_of_time(struct ledger_run *r)
{
	bool out;

	pthread_mutex_lock(&r->lock);
	out = r->ending && mono_ms() >= r->end_ms;
	pthread_mutex_unlock(&r->lock);
	return out;
}

/* What happened, for whoever asks; told when it is news. */
static void
note(struct ledger_run *r, int rc, const struct err *e)
{
	bool news = false;

	pthread_mutex_lock(&r->lock);
	r->state.size = ledger_size(r->ledger);
	if (rc >= 0) {
		r->state.words[0] = '\0';
	} else {
		news = strcmp(r->state.words, e->text) != 0;
		memcpy(r->state.words, e->text, sizeof(e->text));
		r->state.stopped = e->kind == ERR_CLASH;
	}
	pthread_mutex_unlock(&r->lock);
	if (news)
		r->tell(LEDGER_GRAVE, e->text);
}

/* As far as it comes; false: there is no going on. */
static bool
follow(struct ledger_run *r, int *rest_ms)
{
	uint64_t size = ledger_size(r->ledger);
	struct err e;
	int rc;

	err_clear(&e);
	do {
		rc = ledger_follow(r->ledger, &e);
		note(r, rc, &e);
	} while (rc == 1 && !out_of_time(r));
	if (ledger_size(r->ledger) != size)
		r->busy = true;
	else if (r->busy) {
		ledger_rest(r->ledger);
		r->busy = false;
	}
	/* What somebody else did to it is looked at again at once. */
	*rest_ms = rc < 0 && e.kind != ERR_PEER ? LEDGER_RETRY_MS :
	    LEDGER_FOLLOW_MS;
	return rc >= 0 || e.kind != ERR_CLASH;
}

static void *
serve(void *arg)
{
	struct ledger_run *r = arg;
	int ms = 0;

	(void)setpriority(PRIO_PROCESS, (id_t)gettid(), NICE);
	while (rest(r, ms))
		if (!follow(r, &ms))
			return NULL;
	(void)follow(r, &ms);
	return NULL;
}

static void
free_run(struct ledger_run *r)
{
	ledger_close(r->ledger);
	pthread_cond_destroy(&r->wake);
	pthread_mutex_destroy(&r->lock);
	mem_free(r);
}

int
ledger_start(const struct ledger_options *o, struct ledger_run **out,
    struct err *e)
{
	struct ledger_run *r = mem_new(sizeof(*r));
	pthread_condattr_t attr;
	int rc;

	*out = NULL;
	r->tell = o->tell;
	pthread_condattr_init(&attr);
	pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
	pthread_cond_init(&r->wake, &attr);
	pthread_condattr_destroy(&attr);
	pthread_mutex_init(&r->lock, NULL);
	if (ledger_open(o, &r->ledger, e) != 0) {
		free_run(r);
		return -1;
	}
	rc = pthread_create(&r->thread, NULL, serve, r);
	if (rc != 0) {
		free_run(r);
		return err_set(e, ERR_LOCAL, "cannot start the ledger's "
		    "thread: %s", strerror(rc));
	}
	*out = r;
	return 0;
}

void
ledger_stop(struct ledger_run *r, int most_ms)
{
	if (r == NULL)
		return;
	pthread_mutex_lock(&r->lock);
	r->ending = true;
	r->end_ms = mono_ms() + most_ms;
	pthread_cond_signal(&r->wake);
	pthread_mutex_unlock(&r->lock);
	pthread_join(r->thread, NULL);
	free_run(r);
}

void
ledger_state(struct ledger_run *r, struct ledger_state *out)
{
	pthread_mutex_lock(&r->lock);
	*out = r->state;
	pthread_mutex_unlock(&r->lock);
}
