/*
 * kill -9 of a real tugid at random moments while eight workers push over TLS,
 * and while it starts. After each kill it starts again on what is there: every
 * changeset that was acknowledged has to be known with the number it had, and
 * what was not acknowledged has to go in. Now and then, and at the end, the
 * hub's own check holds database, log, signatures and ledger against each other
 * (tugid verify). tests/hubkills.sh counts.
 * usage: hubkills TUGID FOLDER SEED RUNS
 * It prints: kills, kills while starting, changesets acknowledged.
 */
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "common/base/file.h"
#include "common/base/mem.h"
#include "tests/support/crowd.h"

#define WORKERS 8
#define PUSHES 12       /* of a worker in a run; more than it gets to send */
#define FRESH 60        /* runs until a new hub is made */
#define VERIFY 10       /* runs between two of the hub's own checks */
#define LONGEST_MS 250  /* until the kill */
#define START_KILLS 5   /* one in so many runs kills while it starts */

static const char *tugid, *folder;
static char data[300], conf[320], port_file[320];
static struct crowd crowd;
static pid_t hub;
static unsigned long seed, starting, acknowledged;

static void
fail(const char *what)
{
	fprintf(stderr, "hubkills: seed %lu: %s\n", seed, what);
	exit(1);
}

static void
nap_ms(long ms)
{
	struct timespec t = { ms / 1000, ms % 1000 * 1000000 };

	nanosleep(&t, NULL);
}

/* ---- the program ---- */

static pid_t
run(const char *const *argv, const char *out)
{
	pid_t pid = fork();
	int fd;

	if (pid < 0)
		fail("no process");
	if (pid != 0)
		return pid;
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	fd = open(out, O_WRONLY | O_CREAT | O_TRUNC, 0600);
	dup2(fd, STDOUT_FILENO);
	dup2(fd, STDERR_FILENO);
	execv(argv[0], (char *const *)(uintptr_t)argv);
	_exit(127);
}

static void
run_whole(const char *const *argv, const char *out, const char *what)
{
	int status;

	if (waitpid(run(argv, out), &status, 0) < 0 || status != 0)
		fail(what);
}

static void
start(void)
{
	const char *argv[] = { tugid, "serve", data, NULL };
	char log[320];

	unlink(port_file);
	snprintf(log, sizeof(log), "%s/log", folder);
	hub = run(argv, log);
}

static void
wait_port(void)
{
	int i, port = 0, status;
	FILE *f;

	for (i = 0; i < 6000 && port == 0; i++) {
		f = fopen(port_file, "r");
		if (f != NULL && fscanf(f, "%d", &port) != 1)
			port = 0;
		if (f != NULL)
			fclose(f);
		if (waitpid(hub, &status, WNOHANG) == hub)
			fail("the hub does not start");
		nap_ms(10);
	}
	if (port == 0)
		fail("the hub does not listen");
	crowd_port(&crowd, port);
}

static void
end_hub(int sig)
{
	int status;

	kill(hub, sig);
	if (waitpid(hub, &status, 0) != hub || (sig == SIGTERM && status != 0))
		fail("the hub does not end in order");
}

static void
verify(void)
{
	const char *argv[] = { tugid, "verify", data, NULL };
	char out[320];

	snprintf(out, sizeof(out), "%s/verify", folder);
	run_whole(argv, out, "database, log and ledger do not agree");
}

/* ---- a new hub ---- */

static void
make_hub(void)
{
	const char *argv[] = { tugid, "init", data, "--listen",
		"127.0.0.1:0", "--name", "hub.test", "--json", NULL };
	const char *clear[] = { "/bin/rm", "-rf", data, NULL };
	char out[320], code[40] = "", *at;
	struct buf made;
	struct err e;
	FILE *f;
	size_t i;

	snprintf(out, sizeof(out), "%s/made", folder);
	run_whole(clear, out, "an old hub stays");
	run_whole(argv, out, "tugid init");
	buf_init(&made, 4096);
	if (file_read(out, &made, &e) != 0 || (at = strstr((char *)(uintptr_t)
	    buf_str(&made), "claim_code\":\"")) == NULL)
		fail("tugid init says no code");
	memcpy(code, at + 13, 29);
	buf_done(&made);
	f = fopen(conf, "a");
	if (f == NULL || fputs("quiet = yes\nkeep_free_mib = 0\nday_mib = 0\n"
	    "rate_burst = 1000000\naddress_burst = 1000000\n", f) < 0 ||
	    fclose(f) != 0)
		fail("no settings");
	start();
	wait_port();
	crowd_begin(&crowd, (int)strtol(strchr(crowd.host, ':') + 1, NULL, 10),
	    code, WORKERS, true);
	for (i = 0; i < WORKERS; i++)
		crowd_seal(&crowd.worker[i], FRESH * PUSHES, 1);
	end_hub(SIGTERM);
}

static void
end_crowd(void)
{
	start();
	wait_port();
	end_hub(SIGTERM);
	verify();
	crowd_end(&crowd);
}

/* ---- one run ---- */

static void *
work(void *arg)
{
	struct crowd_worker *w = arg;
	int i;

	for (i = 0; i < PUSHES; i++)
		if (crowd_push(w) != 0)
			break;
	crowd_hang_up(w);
	return NULL;
}

static void
kill_under_load(long ms)
{
	pthread_t t[WORKERS];
	size_t i;

	start();
	wait_port();
	for (i = 0; i < WORKERS; i++)
		if (pthread_create(&t[i], NULL, work, &crowd.worker[i]) != 0)
			fail("no thread");
	nap_ms(ms);
	end_hub(SIGKILL);
	for (i = 0; i < WORKERS; i++)
		pthread_join(t[i], NULL);
}

/* What was acknowledged since ${from}, and something older. */
static void
check_kept(const size_t from[WORKERS])
{
	size_t i, k;

	start();
	wait_port();
	for (i = 0; i < WORKERS; i++) {
		struct crowd_worker *w = &crowd.worker[i];

		for (k = from[i]; k < w->next; k++)
			if (!crowd_again(w, &w->pushes[k]))
				fail("what was acknowledged is not there");
		acknowledged += (w->next - from[i]) * CROWD_PUSH;
		if (from[i] > 0 && !crowd_again(w,
		    &w->pushes[(size_t)random() % from[i]]))
			fail("what was there before is gone");
		crowd_hang_up(w);
	}
	end_hub(random() % 2 == 0 ? SIGTERM : SIGKILL);
}

static void
run_one(unsigned long n)
{
	size_t from[WORKERS], i;
	bool early;

	srandom((unsigned)seed);
	early = random() % START_KILLS == 0;
	for (i = 0; i < WORKERS; i++)
		from[i] = crowd.worker[i].next;
	if (early) {
		start();
		nap_ms(random() % LONGEST_MS);
		end_hub(SIGKILL);
		starting++;
	}
	kill_under_load(random() % LONGEST_MS);
	check_kept(from);
	if (n % VERIFY == VERIFY - 1)
		verify();
}

int
main(int argc, char **argv)
{
	unsigned long runs, i;

	if (argc != 5 || keys_init() != 0)
		fail("usage: hubkills TUGID FOLDER SEED RUNS");
	tugid = argv[1];
	folder = argv[2];
	seed = strtoul(argv[3], NULL, 10);
	runs = strtoul(argv[4], NULL, 10);
	snprintf(data, sizeof(data), "%s/hub", folder);
	snprintf(conf, sizeof(conf), "%s/tugid.conf", data);
	snprintf(port_file, sizeof(port_file), "%s/port", data);
	curl_global_init(CURL_GLOBAL_DEFAULT);
	signal(SIGPIPE, SIG_IGN);
	for (i = 0; i < runs; i++, seed++) {
		if (i % FRESH == 0) {
			if (i > 0)
				end_crowd();
			make_hub();
		}
		run_one(i);
	}
	end_crowd();
	printf("%lu %lu %lu\n", runs, starting, acknowledged);
	return 0;
}
