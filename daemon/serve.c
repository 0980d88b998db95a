/*
 * Opens everything in order, waits for a signal, closes in reverse: first no
 * new connections, then requests under way, then the writer's queue, then the
 * database.
 *
 * The process keeps what it holds to itself: no core dumps, no tracing, files
 * for its own user only.
 */
#include "daemon/serve.h"

#include <errno.h>
#include <fcntl.h>
#include <malloc.h>
#include <netdb.h>
#include <netinet/in.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/base/file.h"
#include "common/base/mem.h"
#include "daemon/api/http.h"
#include "daemon/api/log.h"
#include "daemon/datadir.h"
#include "daemon/notify.h"

#define BACKLOG 128
#define ARENAS 2 /* of the allocator; a thread a connection needs no more */
#define PEM_MAX 65536

static void
confine(void)
{
	struct rlimit none = { 0, 0 };

	umask(077);
	setrlimit(RLIMIT_CORE, &none);
	prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
	mallopt(M_ARENA_MAX, ARENAS);
	signal(SIGPIPE, SIG_IGN);
	signal(SIGXFSZ, SIG_IGN); /* a write that fails can be told */
}

/* ---- the hub ---- */

int
serve_open(const struct settings *s, int clock_confirmed,
    struct serve_hub *out, struct err *e)
{
	struct hub_options o = { .name = s->name, .tick = tick_system(),
		.limits = { s->day_bytes, s->free_bytes },
		.readers = s->readers, .clock_confirmed = clock_confirmed };
	int rc;

	out->hub = NULL;
	out->path = datadir_db(s->data);
	o.path = out->path;
	rc = datadir_key(s->data, &o.pub, &o.key, e);
	if (rc == 0)
		rc = hub_open(&o, &out->hub, e);
	mem_wipe(&o.key, sizeof(o.key));
	if (rc != 0)
		serve_close(out);
	return rc;
}

void
serve_close(struct serve_hub *h)
{
	hub_close(h->hub);
	mem_free(h->path);
	h->hub = NULL;
	h->path = NULL;
}

/* Two servers on one database would each number the log for themselves. The
 * lock ends with the process, however it ends. */
static int
lock_folder(const struct settings *s, struct err *e)
{
	char *path = file_join(s->data, "lock");
	int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);

	if (fd < 0) {
		err_set(e, ERR_LOCAL, "cannot open %s: %s", path,
		    strerror(errno));
	} else if (flock(fd, LOCK_EX | LOCK_NB) != 0) {
		err_set(e, ERR_CLASH, "another tugid serves %s; stop that "
		    "one first", s->data);
		close(fd);
		fd = -1;
	}
	mem_free(path);
	return fd;
}

/* ---- the socket ---- */

static int
bind_one(const struct addrinfo *a)
{
	int fd = socket(a->ai_family, a->ai_socktype | SOCK_CLOEXEC,
	    a->ai_protocol);
	int on = 1, code;

	if (fd < 0)
		return -1;
	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
	if (bind(fd, a->ai_addr, a->ai_addrlen) == 0 &&
	    listen(fd, BACKLOG) == 0)
		return fd;
	code = errno;
	close(fd);
	errno = code;
	return -1;
}

static int
listen_on(const struct settings *s, struct err *e)
{
	struct addrinfo want = { .ai_flags = AI_PASSIVE | AI_NUMERICSERV,
		.ai_socktype = SOCK_STREAM };
	struct addrinfo *list, *a;
	int rc = getaddrinfo(s->listen_host, s->listen_port, &want, &list);
	int fd = -1;

	if (rc != 0)
		return err_set(e, ERR_INPUT, "cannot listen on %s: %s",
		    s->listen_host, gai_strerror(rc));
	for (a = list; a != NULL && fd < 0; a = a->ai_next)
		fd = bind_one(a);
	freeaddrinfo(list);
	if (fd < 0)
		err_set(e, ERR_LOCAL, "cannot listen on %s port %s: %s",
		    s->listen_host, s->listen_port, strerror(errno));
	return fd;
}

static unsigned
port_of(int fd)
{
	struct sockaddr_storage a;
	socklen_t len = sizeof(a);

	if (getsockname(fd, (struct sockaddr *)&a, &len) != 0)
		return 0;
	return ntohs(a.ss_family == AF_INET6 ?
	    ((struct sockaddr_in6 *)(void *)&a)->sin6_port :
	    ((struct sockaddr_in *)(void *)&a)->sin_port);
}

/* For scripts that start a hub on port 0. */
static int
write_port(const struct settings *s, unsigned port, struct err *e)
{
	char *path = file_join(s->data, "port");
	char text[16];
	int rc;

	snprintf(text, sizeof(text), "%u\n", port);
	rc = file_replace(path, view_str(text), 0600, e);
	mem_free(path);
	return rc;
}

static void
remove_port(const struct settings *s)
{
	char *path = file_join(s->data, "port");

	unlink(path);
	mem_free(path);
}

/* ---- the server ---- */

static int
start_http(const struct settings *s, struct hub *hub, int fd,
    struct http **out, struct err *e)
{
	struct http_options o = { .hub = hub, .socket = fd,
		.max_connections = s->max_connections,
		.max_per_address = s->max_per_address,
		.push_bytes = s->push_bytes,
		.watch = { { s->head_s, s->body_s, 0, s->answer_s,
		    s->idle_s } },
		.auth = { s->rate_burst, s->rate_per_s } };
	struct buf cert, key;
	int rc = -1;

	buf_init(&cert, PEM_MAX);
	buf_init(&key, PEM_MAX);
	if (file_read(s->tls_cert, &cert, e) != 0 ||
	    file_read(s->tls_key, &key, e) != 0) {
		close(fd);
	} else {
		o.tls_cert = buf_str(&cert);
		o.tls_key = buf_str(&key);
		rc = http_start(&o, out, e);
	}
	buf_done(&cert);
	buf_done(&key);
	return rc;
}

/* Signals are blocked in all threads and waited for in this one. */
static void
block_signals(sigset_t *set)
{
	sigemptyset(set);
	sigaddset(set, SIGTERM);
	sigaddset(set, SIGINT);
	pthread_sigmask(SIG_BLOCK, set, NULL);
}

static int
serve_hub(const struct settings *s, struct hub *hub, const sigset_t *set,
    struct err *e)
{
	struct http *http;
	int fd = listen_on(s, e), got;
	unsigned port;

	if (fd < 0)
		return -1;
	port = port_of(fd);
	if (start_http(s, hub, fd, &http, e) != 0)
		return -1;
	if (write_port(s, port, e) != 0) {
		http_stop(http, 0);
		return -1;
	}
	if (hub_clock_stopped(hub))
		log_line(LOG_LEVEL_WARN, "the clock differs by more than 7 "
		    "days from when this hub last ran; nothing is accepted "
		    "until it is started with --confirm-clock");
	log_line(LOG_LEVEL_INFO, "serving on %s port %u", s->listen_host,
	    port);
	notify("READY=1");
	sigwait(set, &got);
	notify("STOPPING=1");
	log_line(LOG_LEVEL_INFO, "stopping");
	http_stop(http, SERVE_STOP_MS);
	remove_port(s);
	return 0;
}

int
serve_run(const struct settings *s, int clock_confirmed, struct err *e)
{
	struct serve_hub h;
	sigset_t set;
	int rc, lock;

	confine();
	log_quiet(s->quiet);
	block_signals(&set);
	lock = lock_folder(s, e);
	if (lock < 0)
		return -1;
	rc = serve_open(s, clock_confirmed, &h, e);
	if (rc == 0) {
		rc = serve_hub(s, h.hub, &set, e);
		serve_close(&h);
	}
	close(lock);
	return rc;
}
