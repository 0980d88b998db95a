/*
 * One run is one process, forked from a parent that has made the office it
 * begins in. So an assertion ends one run, and none sees what another did.
 */
#include <signal.h>
#include <sqlite3.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "common/base/mem.h"
#include "tests/sim/sim.h"

#define RUN_S 240 /* none takes that long */

static int tell = -1; /* pipe to the parent; -1: in the parent */
static struct sim *the_sim;

/* A run ends without atexit; what "make cover" counted is written first. */
#ifdef TUGI_COVER
void __gcov_dump(void);
#endif

static void leave(int status) __attribute__((noreturn));
static void
leave(int status)
{
	files_end();
#ifdef TUGI_COVER
	__gcov_dump();
#endif
	_exit(status);
}

static void
report(const struct sim *s, bool failed, const char *words)
{
	struct result r = { .failed = failed };

	r.step = s->cursor;
	r.digest = s->digest;
	r.done = s->done;
	r.refused = s->refused;
	r.crashed = s->crashed;
	r.requests = s->requests;
	r.texts = s->text_count;
	r.events = s->event_count;
	r.kinds = s->kinds;
	r.erased = s->erased;
	snprintf(r.words, sizeof(r.words), "%s", words);
	if (write(tell, &r, sizeof(r)) != sizeof(r))
		leave(3);
}

void
sim_fail(struct sim *s, const char *fmt, ...)
{
	char words[SIM_WORDS];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(words, sizeof(words), fmt, ap);
	va_end(ap);
	if (tell < 0) {
		fprintf(stderr, "sim: the office cannot be made: %s\n", words);
		leave(3);
	}
	if (s->trace != NULL)
		fprintf(s->trace, "FAILED: %s\n", words);
	report(s, true, words);
	fflush(NULL);
	leave(1);
}

static void
on_abort(int sig)
{
	(void)sig;
	report(the_sim, true, "an assertion or a signal ended the process");
	leave(1);
}

static void
child(struct sim *s, const struct plan *p, FILE *trace)
{
	the_sim = s;
	signal(SIGABRT, on_abort);
	signal(SIGSEGV, on_abort);
	alarm(RUN_S);
	cast_begin(s, p, trace);
	heal_run(s);
	report(s, false, "");
	fflush(NULL);
	leave(0);
}

void
run_start(const struct plan *p, FILE *trace, struct running *out)
{
	struct sim *office;
	int fd[2];

	/* SQLite's own figures take a lock for each piece of memory. */
	(void)sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0);
	if (keys_init() != 0)
		abort();
	setenv("TZ", "UTC", 1);
	office = cast_office(p);
	fflush(NULL);
	if (pipe(fd) != 0 || (out->pid = fork()) < 0)
		abort();
	if (out->pid == 0) {
		tell = fd[1];
		close(fd[0]);
		child(office, p, trace);
	}
	close(fd[1]);
	out->fd = fd[0];
}

struct result
run_take(struct running *r)
{
	struct result res = { .failed = true };
	int status;

	if (read(r->fd, &res, sizeof(res)) != sizeof(res)) {
		res.failed = true;
		snprintf(res.words, sizeof(res.words), "the run said nothing");
	}
	close(r->fd);
	waitpid(r->pid, &status, 0);
	return res;
}

struct result
run_whole(const struct plan *p, FILE *trace)
{
	struct running r;

	run_start(p, trace, &r);
	return run_take(&r);
}
