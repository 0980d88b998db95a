/*
 * One run is one process, so an assertion ends one run and none sees what
 * another did. It is forked from a nursery: a process for each kind of office,
 * which has made that office once and nothing else. What a run changes is
 * copied page by page; as a fault for each page would be a third of its time,
 * all of the nursery's heap is copied in one call.
 */
#include <signal.h>
#include <sqlite3.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "common/base/mem.h"
#include "tests/sim/sim.h"

#define RUN_S 240 /* none takes that long */
#define MORE ((size_t)8 << 20) /* bytes of heap that most runs need */

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

/* ---- a nursery ---- */

struct order { /* what a nursery is asked for; the pipe's end comes with it */
	bool trace;
	struct plan plan;
};
struct nursery {
	pid_t pid; /* 0: none yet */
	int ask;
};
static struct nursery nurseries[SIM_ACTORS + 1][CREWS];

/* From where the heap ended at the start, and some more. */
static void
copy_heap(void)
{
#ifdef MADV_POPULATE_WRITE
	static char *from;
	uintptr_t page = (uintptr_t)sysconf(_SC_PAGESIZE) - 1;

	if (from == NULL) {
		from = (char *)(((uintptr_t)sbrk(0) + page) & ~page);
		return;
	}
	mem_free(mem_room(MORE));
	(void)madvise(from, (size_t)((char *)sbrk(0) - from),
	    MADV_POPULATE_WRITE);
#endif
}

static void
child(struct sim *s, const struct order *o)
{
	copy_heap();
	the_sim = s;
	signal(SIGABRT, on_abort);
	signal(SIGSEGV, on_abort);
	alarm(RUN_S);
	cast_begin(s, &o->plan, o->trace ? stdout : NULL);
	heal_run(s);
	report(s, false, "");
	fflush(NULL);
	leave(0);
}

/* 1, or 0 when nobody asks any more. */
static int
next_order(int from, struct order *o, int *pipe_end)
{
	union {
		struct cmsghdr head;
		char room[CMSG_SPACE(sizeof(int))];
	} more = { .room = "" };
	char first;
	struct iovec part = { &first, 1 };
	struct msghdr m = { .msg_iov = &part, .msg_iovlen = 1,
		.msg_control = &more, .msg_controllen = sizeof(more) };
	ssize_t n = recvmsg(from, &m, 0);

	if (n == 0)
		return 0;
	if (n != 1 || CMSG_FIRSTHDR(&m) == NULL ||
	    recv(from, o, sizeof(*o), MSG_WAITALL) != (ssize_t)sizeof(*o))
		abort();
	memcpy(pipe_end, CMSG_DATA(CMSG_FIRSTHDR(&m)), sizeof(*pipe_end));
	return 1;
}

static void serve(int from, const struct plan *like) __attribute__((noreturn));
static void
serve(int from, const struct plan *like)
{
	struct order *o = mem_new(sizeof(*o));
	struct sim *office;
	int end = -1;
	pid_t pid;

	copy_heap();
	/* SQLite's own figures take a lock for each piece of memory. */
	(void)sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0);
	if (keys_init() != 0)
		abort();
	setenv("TZ", "UTC", 1);
	office = cast_office(like);
	fflush(NULL);
	while (next_order(from, o, &end) == 1) {
		pid = fork();
		if (pid == 0) {
			tell = end;
			close(from);
			child(office, o);
		}
		close(end);
		if (pid < 0)
			abort();
		while (waitpid(-1, NULL, WNOHANG) > 0)
			;
	}
	while (wait(NULL) > 0)
		;
	leave(0);
}

static struct nursery *
nursery_of(const struct plan *p)
{
	struct nursery *n = &nurseries[p->people][p->crew];
	int pair[2], i, j;

	if (n->pid != 0)
		return n;
	fflush(NULL);
	if (socketpair(AF_UNIX, SOCK_STREAM, 0, pair) != 0 ||
	    (n->pid = fork()) < 0)
		abort();
	if (n->pid == 0) {
		close(pair[0]);
		/* Else a nursery would keep the others waiting for orders. */
		for (i = 0; i <= SIM_ACTORS; i++)
			for (j = 0; j < CREWS; j++)
				if (nurseries[i][j].pid > 0)
					close(nurseries[i][j].ask);
		serve(pair[1], p);
	}
	close(pair[1]);
	n->ask = pair[0];
	return n;
}

static void
ask(const struct nursery *n, const struct order *o, int pipe_end)
{
	union {
		struct cmsghdr head;
		char room[CMSG_SPACE(sizeof(int))];
	} more = { .room = "" };
	struct iovec part = { (char[]){ 0 }, 1 };
	struct msghdr m = { .msg_iov = &part, .msg_iovlen = 1,
		.msg_control = &more, .msg_controllen = sizeof(more) };
	struct cmsghdr *c = CMSG_FIRSTHDR(&m);

	c->cmsg_level = SOL_SOCKET;
	c->cmsg_type = SCM_RIGHTS;
	c->cmsg_len = CMSG_LEN(sizeof(pipe_end));
	memcpy(CMSG_DATA(c), &pipe_end, sizeof(pipe_end));
	/* A nursery that is gone says nothing, which run_take tells. */
	if (sendmsg(n->ask, &m, MSG_NOSIGNAL) == 1)
		(void)send(n->ask, o, sizeof(*o), MSG_NOSIGNAL);
}

/* ---- a run ---- */

void
run_start(const struct plan *p, FILE *trace, struct running *out)
{
	struct order *o = mem_new(sizeof(*o));
	/* Before the pipe: it would keep that open, and nobody hear of an end. */
	const struct nursery *n = nursery_of(p);
	int fd[2];

	o->trace = trace != NULL;
	o->plan = *p;
	fflush(NULL);
	if (pipe(fd) != 0)
		abort();
	ask(n, o, fd[1]);
	close(fd[1]);
	out->fd = fd[0];
	mem_free(o);
}

struct result
run_take(struct running *r)
{
	struct result res = { .failed = true };

	if (read(r->fd, &res, sizeof(res)) != sizeof(res)) {
		res.failed = true;
		snprintf(res.words, sizeof(res.words), "the run said nothing");
	}
	close(r->fd);
	return res;
}

struct result
run_whole(const struct plan *p, FILE *trace)
{
	struct running r;

	run_start(p, trace, &r);
	return run_take(&r);
}

void
run_end(void)
{
	int i, j;

	for (i = 0; i <= SIM_ACTORS; i++)
		for (j = 0; j < CREWS; j++)
			if (nurseries[i][j].pid > 0)
				close(nurseries[i][j].ask);
	while (wait(NULL) > 0)
		;
}
