/*
 * A running tugid over TLS on loopback: pushes of one note each by one and by
 * eight clients with kept connections, how many of them shared a commit,
 * pulls with nothing new, memory when idle.
 * usage: bench_hub build/dev [pushes of each client]
 */
#include <curl/curl.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "common/base/file.h"
#include "common/base/mem.h"
#include "common/db/db.h"
#include "common/wire/httpsig.h"
#include "daemon/datadir.h"
#include "daemon/ledger/ledger.h"
#include "tests/support/hubworld.h"

#define CLIENTS 8
#define FIRST 2 /* device of the first client */
#define IDLE_S 2
#define STEP_S 60 /* most that the ledger may take to catch up */

static struct hubworld w;
static char folder[64], host[64];
static int pushes = 400;

static void
die(const char *words)
{
	fprintf(stderr, "bench_hub: %s\n", words);
	exit(1);
}

static double
now_s(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static size_t
collect(char *data, size_t size, size_t n, void *ctx)
{
	buf_add(ctx, data, size * n);
	return size * n;
}

/* One request; the answer replaces ${out}. ${dev} -1: unsigned. */
static void
call(CURL *c, int dev, const char *path, struct view body, struct buf *out)
{
	struct httpsig_request req = { "POST", host, path, "?" };
	struct curl_slist *list = NULL;
	struct tick tick = tick_system();
	struct buf head;
	char url[160], *line, *save = NULL;
	long status = 0;

	snprintf(url, sizeof(url), "https://%s%s", host, path);
	buf_init(&head, 4096);
	if (dev >= 0)
		httpsig_sign(&req, body, &w.dev[dev].keys,
		    tick_wall_ms(&tick) / 1000, &head);
	buf_add(&head, "", 1);
	for (line = strtok_r((char *)head.data, "\r\n", &save); line != NULL;
	    line = strtok_r(NULL, "\r\n", &save))
		list = curl_slist_append(list, line);
	list = curl_slist_append(list, "Expect:");
	buf_reset(out);
	curl_easy_setopt(c, CURLOPT_URL, url);
	curl_easy_setopt(c, CURLOPT_SSL_VERIFYPEER, 0L);
	curl_easy_setopt(c, CURLOPT_SSL_VERIFYHOST, 0L);
	curl_easy_setopt(c, CURLOPT_NOSIGNAL, 1L);
	curl_easy_setopt(c, CURLOPT_HTTPHEADER, list);
	curl_easy_setopt(c, CURLOPT_WRITEFUNCTION, collect);
	curl_easy_setopt(c, CURLOPT_WRITEDATA, out);
	if (body.data != NULL) {
		curl_easy_setopt(c, CURLOPT_POSTFIELDS, body.data);
		curl_easy_setopt(c, CURLOPT_POSTFIELDSIZE, (long)body.len);
	} else {
		curl_easy_setopt(c, CURLOPT_HTTPGET, 1L);
	}
	if (curl_easy_perform(c) != CURLE_OK ||
	    curl_easy_getinfo(c, CURLINFO_RESPONSE_CODE, &status) !=
	    CURLE_OK || status != 200)
		die(path);
	curl_slist_free_all(list);
	buf_done(&head);
}

static void
push(CURL *c, int by, struct hw_item *it, struct buf *out)
{
	struct proto_push *p = mem_new(sizeof(*p));
	struct proto_pushed *m = mem_new(sizeof(*m));
	struct buf body;
	struct err e;

	p->count = 1;
	p->items[0].bytes = view_of(it->bytes, it->len);
	buf_init(&body, PROTO_REQUEST_BYTES_MAX);
	proto_push_encode(p, &body);
	call(c, by, "/v1/push", buf_view(&body), out);
	if (proto_pushed_decode(buf_view(out), m, &e) != 0 ||
	    m->items[0].verdict != VERDICT_ACCEPTED)
		die("a push was refused");
	it->line->counter = it->counter;
	it->line->last = it->id;
	hw_free(it);
	buf_done(&body);
	mem_free(p);
	mem_free(m);
}

static struct id
space_of(int dev)
{
	struct id s;

	memset(s.b, 0x10 + dev, sizeof(s.b));
	return s;
}

static void
set_up(CURL *c, const char *code, struct buf *out)
{
	struct buf body;
	struct hw_item it;
	struct err e;
	int i;

	call(c, -1, "/v1/info", view_of(NULL, 0), out);
	if (proto_info_decode(buf_view(out), &w.info, &e) != 0)
		die(e.text);
	buf_init(&body, PROTO_REQUEST_BYTES_MAX);
	hw_claim_body(&w, code, &body);
	call(c, -1, "/v1/claim", buf_view(&body), out);
	buf_done(&body);
	for (i = 0; i < CLIENTS; i++) {
		struct hw_epoch ep = { .number = 1, .count = 1,
			.devs = { FIRST + i }, .rights = { RIGHT_KEEP } };
		struct id s = space_of(FIRST + i);

		hw_enrol(&w, 0, FIRST + i, ROLE_WORKER, &it);
		push(c, 0, &it, out);
		hw_epoch(&w, FIRST + i, &s, &ep, &it);
		push(c, FIRST + i, &it, out);
	}
	call(c, -1, "/v1/info", view_of(NULL, 0), out);
	if (proto_info_decode(buf_view(out), &w.info, &e) != 0)
		die(e.text);
}

static void *
client(void *arg)
{
	int dev = (int)(intptr_t)arg, i;
	struct id s = space_of(dev);
	CURL *c = curl_easy_init();
	struct hw_item it;
	struct buf out;

	buf_init(&out, PROTO_ANSWER_BYTES_MAX);
	for (i = 0; i < pushes; i++) {
		hw_note_seen(&w, dev, &s, 1, w.info.log, &it);
		push(c, dev, &it, &out);
	}
	buf_done(&out);
	curl_easy_cleanup(c);
	return NULL;
}

static int64_t
commits(void)
{
	struct db_options o = { .busy_ms = 1000 };
	char path[100];
	struct db *db;
	struct err e;
	int64_t n = 0;

	snprintf(path, sizeof(path), "%s/hub/hub.db", folder);
	if (db_open(path, &o, &db, &e) != 0 ||
	    db_one_int(db, "SELECT count(*) FROM checkpoint", &n, &e) < 0)
		die(e.text);
	db_close(db);
	return n;
}

static void
run_clients(int n)
{
	pthread_t t[CLIENTS];
	int64_t before = commits();
	double begin = now_s(), took;
	int i;

	for (i = 0; i < n; i++)
		pthread_create(&t[i], NULL, client,
		    (void *)(intptr_t)(FIRST + i));
	for (i = 0; i < n; i++)
		pthread_join(t[i], NULL);
	took = now_s() - begin;
	printf("%d client%s: %.0f pushes/s, %.2f pushes a commit\n", n,
	    n > 1 ? "s" : "", n * pushes / took,
	    n * pushes / (double)(commits() - before));
}

static int
by_value(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return x < y ? -1 : x > y;
}

static void
run_pulls(CURL *c, struct buf *out)
{
	struct proto_pull *pull = mem_new(sizeof(*pull));
	struct proto_page page;
	struct buf body;
	struct err e;
	double took[200];
	int i;

	buf_init(&body, PROTO_REQUEST_BYTES_MAX);
	do {
		buf_reset(&body);
		proto_pull_encode(pull, &body);
		call(c, FIRST, "/v1/pull", buf_view(&body), out);
		if (proto_page_decode(buf_view(out), &page, &e) != 0)
			die(e.text);
		pull->at = page.next;
		i = page.more;
		proto_page_done(&page);
	} while (i);
	buf_reset(&body);
	proto_pull_encode(pull, &body);
	for (i = 0; i < 200; i++) {
		double begin = now_s();

		call(c, FIRST, "/v1/pull", buf_view(&body), out);
		took[i] = now_s() - begin;
	}
	qsort(took, 200, sizeof(took[0]), by_value);
	printf("empty pull: median %.2f ms, answer %zu bytes\n",
	    took[100] * 1e3, out->len);
	mem_free(pull);
	buf_done(&body);
}

static long
rss_kib(pid_t pid)
{
	char path[64], line[256];
	long kib = 0;
	FILE *f;

	snprintf(path, sizeof(path), "/proc/%d/status", (int)pid);
	f = fopen(path, "r");
	while (f != NULL && fgets(line, sizeof(line), f) != NULL)
		if (strncmp(line, "VmRSS:", 6) == 0)
			kib = strtol(line + 6, NULL, 10);
	if (f != NULL)
		fclose(f);
	return kib;
}

/* A busy machine is not idle yet when the last push is answered. */
static void
wait_in_step(void)
{
	struct ledger_options o = { 0 };
	struct ledger_seen seen;
	char hub[80], db[100], repo[100];
	struct err e;
	int i;

	snprintf(hub, sizeof(hub), "%s/hub", folder);
	snprintf(db, sizeof(db), "%s/hub.db", hub);
	snprintf(repo, sizeof(repo), "%s/ledger.git", hub);
	o.db = db;
	o.repo = repo;
	if (datadir_key(hub, &o.pub, &o.key, &e) != 0)
		die(e.text);
	for (i = 0; i < STEP_S * 10; i++) {
		if (ledger_look(&o, &seen, &e) == 0 && seen.there &&
		    seen.behind == 0)
			return;
		usleep(100000);
	}
	die("the ledger does not catch up");
}

static pid_t
start(const char *build, char code[40])
{
	char cmd[400], path[100], *at = NULL;
	struct buf b;
	struct err e;
	pid_t pid;
	int i;

	snprintf(cmd, sizeof(cmd), "cd %s && \"$OLDPWD/%s/tugid\" init hub "
	    "--listen 127.0.0.1:0 --name hub.test --json >made && "
	    "echo 'rate_burst = 1000000\nquiet = yes' >>hub/tugid.conf",
	    folder, build);
	if (system(cmd) != 0)
		die("tugid init");
	snprintf(path, sizeof(path), "%s/made", folder);
	buf_init(&b, 4096);
	if (file_read(path, &b, &e) != 0 ||
	    (at = strstr((char *)(uintptr_t)buf_str(&b), "claim_code\":\"")) == NULL)
		die("no claim code");
	memcpy(code, at + 13, 29);
	code[29] = '\0';
	snprintf(cmd, sizeof(cmd), "%s/tugid", build);
	snprintf(path, sizeof(path), "%s/hub", folder);
	pid = fork();
	if (pid == 0) {
		execl(cmd, "tugid", "serve", path, (char *)NULL);
		_exit(127);
	}
	snprintf(path, sizeof(path), "%s/hub/port", folder);
	for (i = 0; i < 200 && !file_exists(path); i++)
		usleep(20000);
	buf_reset(&b);
	if (file_read(path, &b, &e) != 0)
		die(e.text);
	snprintf(host, sizeof(host), "127.0.0.1:%ld",
	    strtol(buf_str(&b), NULL, 10));
	buf_done(&b);
	return pid;
}

int
main(int argc, char **argv)
{
	char code[40], cmd[100];
	struct buf out;
	CURL *c;
	pid_t pid;
	int status;

	if (argc < 2)
		die("usage: bench_hub build/dev [pushes]");
	if (argc > 2)
		pushes = (int)strtol(argv[2], NULL, 10);
	curl_global_init(CURL_GLOBAL_DEFAULT);
	snprintf(folder, sizeof(folder), "/tmp/bench-hub-XXXXXX");
	if (mkdtemp(folder) == NULL)
		die("mkdtemp");
	hw_keys(&w);
	pid = start(argv[1], code);
	buf_init(&out, PROTO_ANSWER_BYTES_MAX);
	c = curl_easy_init();
	printf("memory at the start: %ld KiB\n", rss_kib(pid));
	set_up(c, code, &out);
	run_clients(1);
	run_clients(CLIENTS);
	run_pulls(c, &out);
	wait_in_step();
	sleep(IDLE_S);
	printf("memory when idle again: %ld KiB\n", rss_kib(pid));
	curl_easy_cleanup(c);
	kill(pid, SIGTERM);
	waitpid(pid, &status, 0);
	snprintf(cmd, sizeof(cmd), "rm -rf %s", folder);
	return system(cmd) == 0 && WIFEXITED(status) ?
	    WEXITSTATUS(status) : 1;
}
