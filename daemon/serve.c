/*
 * Opens everything in order, waits for a signal, closes in reverse: first no
 * new connections, then requests under way, then the writer's queue, then the
 * database. SIGHUP reads the settings anew; bad ones change nothing.
 *
 * The process keeps what it holds to itself: no core dumps, no tracing, files
 * for its own user only.
 */
#include "daemon/serve.h"

#include <errno.h>
#include <fcntl.h>
#include <malloc.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/base/file.h"
#include "common/base/mem.h"
#include "daemon/api/http.h"
#include "daemon/api/log.h"
#include "daemon/datadir.h"
#include "daemon/keep.h"
#include "daemon/listen.h"
#include "daemon/metrics.h"
#include "daemon/notify.h"
#include "daemon/sandbox.h"
#include "daemon/tlskeys.h"

#define ARENAS 2 /* of the allocator; a thread a connection needs no more */
/* Larger blocks come from the kernel and go back to it: answers have room for
 * more items than they mostly hold, and pages never written cost nothing. Set,
 * or the allocator raises it by itself. */
#define APART_BYTES (64 * 1024)
#define PEM_MAX 65536
#define FILES_OWN 128 /* descriptors for all but connections */

static void
confine(void)
{
	struct rlimit none = { 0, 0 };

	umask(077);
	setrlimit(RLIMIT_CORE, &none);
	prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
	mallopt(M_ARENA_MAX, ARENAS);
	mallopt(M_MMAP_THRESHOLD, APART_BYTES);
	signal(SIGPIPE, SIG_IGN);
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
int
serve_lock(const char *data, struct err *e)
{
	char *path = file_join(data, "lock");
	int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);

	if (fd < 0) {
		err_set(e, ERR_LOCAL, "cannot open %s: %s", path,
		    strerror(errno));
	} else if (flock(fd, LOCK_EX | LOCK_NB) != 0) {
		err_set(e, ERR_CLASH, "another tugid serves %s; stop that "
		    "one first", data);
		close(fd);
		fd = -1;
	}
	mem_free(path);
	return fd;
}

/* ---- the port file ---- */

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

struct serving {
	struct settings *s;
	const struct serve_in *in;
	struct hub *hub;
	struct ledger_run *ledger;
	struct http *http;
	struct metrics *metrics;
	int fd;               /* listening */
};

/* Who waits needs a descriptor; where the system gives fewer than the settings
 * ask for, fewer wait. */
static int
room_for(const struct settings *s)
{
	int other = s->max_connections + FILES_OWN;
	rlim_t want = (rlim_t)(s->max_waiting + other);
	struct rlimit lim;

	if (getrlimit(RLIMIT_NOFILE, &lim) != 0)
		return s->max_waiting;
	if (lim.rlim_cur < want) {
		lim.rlim_cur = lim.rlim_max < want ? lim.rlim_max : want;
		(void)setrlimit(RLIMIT_NOFILE, &lim); /* asked again below */
		if (getrlimit(RLIMIT_NOFILE, &lim) != 0)
			return s->max_waiting;
	}
	if (lim.rlim_cur >= want)
		return s->max_waiting;
	log_line(LOG_LEVEL_WARN, "event=limits words=\"%llu open files are too "
	    "few for max_waiting; raise LimitNOFILE\"",
	    (unsigned long long)lim.rlim_cur);
	return lim.rlim_cur > (rlim_t)other + FILES_OWN ?
	    (int)lim.rlim_cur - other : FILES_OWN;
}

/* What clients are told of the keys, or NULL. A hub without it serves. */
static const struct pins *
read_pins(const struct settings *s, struct pins *out)
{
	struct err e;

	if (tlskeys_ready(s, &e) == 0 && tlskeys_read(s, out, &e) == 1)
		return out;
	log_words(LOG_LEVEL_WARN, "next-key", e.text);
	return NULL;
}

/* ${before}: the server that this one takes over from, or NULL. */
static int
start_http(const struct serving *v, const struct settings *s,
    struct http *before, struct http **out, struct err *e)
{
	struct http_options o = { .hub = v->hub, .before = before,
		.socket = fcntl(v->fd, F_DUPFD_CLOEXEC, 0),
		.max_connections = s->max_connections,
		.max_waiting = room_for(s),
		.wait_ms = s->head_s * 1000,
		.peers = { s->max_per_address, s->address_burst,
		    s->address_per_s },
		.push_bytes = s->push_bytes,
		.version = (uint64_t)s->protocol,
		.watch = { .seconds = { [WATCH_HEAD] = s->head_s,
		    [WATCH_BODY] = s->body_s, [WATCH_SWALLOW] = s->head_s,
		    [WATCH_ANSWER] = s->answer_s,
		    [WATCH_IDLE] = s->idle_s },
		    .bytes_per_s = (int64_t)s->slowest_bytes },
		.auth = { s->rate_burst, s->rate_per_s } };
	struct pins pins;
	struct buf cert, key;
	int rc = -1;

	o.pins = read_pins(s, &pins);
	buf_init(&cert, PEM_MAX);
	buf_init(&key, PEM_MAX);
	if (file_read(s->tls_cert, &cert, e) != 0 ||
	    file_read(s->tls_key, &key, e) != 0) {
		close(o.socket);
	} else {
		o.tls_cert = buf_str(&cert);
		o.tls_key = buf_str(&key);
		rc = http_start(&o, out, e);
	}
	buf_done(&cert);
	buf_done(&key);
	return rc;
}

static int
start_metrics(struct serving *v, struct err *e)
{
	struct metrics_of of = { v->s, v->hub, v->ledger };

	return metrics_start(&of, &v->metrics, e);
}

/* ---- reloading ---- */

static bool
same(const char *a, const char *b)
{
	return a == b || (a != NULL && b != NULL && strcmp(a, b) == 0);
}

/* What a running hub cannot change: said, and kept for the next start. */
static void
tell_later(const struct settings *old, const struct settings *new)
{
	if (!same(old->listen_host, new->listen_host) ||
	    !same(old->listen_port, new->listen_port) ||
	    !same(old->metrics, new->metrics) || old->readers != new->readers)
		log_words(LOG_LEVEL_WARN, "reload", "listen, metrics and "
		    "readers change at the next start");
}

static int
take_settings(struct serving *v, const struct settings *new, struct err *e)
{
	struct hub_limits limits = { new->day_bytes, new->free_bytes };
	struct http *next;

	if (!same(v->s->name, new->name) || !same(v->s->data, new->data))
		return err_set(e, ERR_INPUT, "name and data cannot change "
		    "while the hub runs");
	if (start_http(v, new, v->http, &next, e) != 0)
		return -1;
	http_stop(v->http, SERVE_STOP_MS);
	v->http = next;
	hub_limit(v->hub, &limits);
	log_quiet(new->quiet);
	tell_later(v->s, new);
	return 0;
}

/* A hub that serves reads in the folders that it was started with. */
static void
refuse(const struct err *e)
{
	log_words(LOG_LEVEL_ERROR, "reload-refused", e->text);
	if (e->code == EACCES)
		log_words(LOG_LEVEL_ERROR, "reload-refused", "files in a "
		    "folder that was not in use before are read only after a "
		    "restart");
}

/* Until the new settings are known to work the old ones serve. */
static void
reload(struct serving *v)
{
	struct settings new;
	struct err e;

	notify_reloading();
	if (v->in->again(v->in->ctx, &new, &e) != 0) {
		refuse(&e);
	} else if (take_settings(v, &new, &e) != 0) {
		refuse(&e);
		settings_done(&new);
	} else {
		/* Figures are read from these: the thread stops first. */
		metrics_stop(v->metrics);
		settings_done(v->s);
		*v->s = new;
		if (start_metrics(v, &e) != 0)
			log_words(LOG_LEVEL_ERROR, "metrics", e.text);
		log_line(LOG_LEVEL_INFO, "event=reload");
	}
	notify("READY=1");
}

/* ---- waiting ---- */

/* Signals are blocked in all threads and waited for in this one. */
static void
block_signals(sigset_t *set)
{
	sigemptyset(set);
	sigaddset(set, SIGTERM);
	sigaddset(set, SIGINT);
	sigaddset(set, SIGHUP);
	pthread_sigmask(SIG_BLOCK, set, NULL);
}

/* Until it is to stop. The service manager's watchdog is fed only while the
 * database answers. */
static void
wait_for_end(struct serving *v, const sigset_t *set)
{
	long ms = notify_watchdog_ms();
	struct timespec step = { ms / 1000, ms % 1000 * 1000000 };
	struct proto_info info;
	struct err e;
	int got;

	for (;;) {
		got = ms > 0 ? sigtimedwait(set, NULL, &step) :
		    sigwaitinfo(set, NULL);
		if (got == SIGHUP)
			reload(v);
		else if (got == SIGTERM || got == SIGINT)
			return;
		if (ms > 0 && hub_info(v->hub, &info, &e) == 0)
			notify("WATCHDOG=1");
	}
}

static void
tell_state(const struct serving *v)
{
	struct hub_status st;
	struct err e;

	if (hub_clock_stopped(v->hub))
		log_words(LOG_LEVEL_WARN, "clock", "the clock differs by more "
		    "than 7 days from when this hub last ran; nothing is "
		    "accepted until it is started with --confirm-clock");
	if (hub_status(v->hub, &st, &e) == 0 && st.pending)
		log_words(LOG_LEVEL_WARN, "succession", "this hub was "
		    "restored from a backup, or its log has another key, and "
		    "waits for the order of two officers (tugi office "
		    "succession)");
}

static int
serve_hub(struct serving *v, const sigset_t *set, struct err *e)
{
	unsigned port = listen_port(v->fd);

	if (start_http(v, v->s, NULL, &v->http, e) != 0)
		return -1;
	if (start_metrics(v, e) != 0 ||
	    write_port(v->s, port, e) != 0) {
		metrics_stop(v->metrics);
		http_stop(v->http, 0);
		return -1;
	}
	tell_state(v);
	log_line(LOG_LEVEL_INFO, "event=start host=%s port=%u",
	    v->s->listen_host, port);
	notify("READY=1");
	wait_for_end(v, set);
	notify("STOPPING=1");
	log_line(LOG_LEVEL_INFO, "event=stop");
	metrics_stop(v->metrics);
	http_stop(v->http, SERVE_STOP_MS);
	remove_port(v->s);
	return 0;
}

/* Before the first thread: what starts later is confined as well. */
static int
go_in(const struct serve_in *in, struct err *e)
{
	int rc = sandbox_enter(in->s, in->file, e);

	if (rc == 0)
		log_words(LOG_LEVEL_INFO, "sandbox", "this kernel has no "
		    "Landlock that could keep the hub to its folder; the "
		    "service's unit does that alone");
	return rc < 0 ? -1 : 0;
}

int
serve_run(const struct serve_in *in, struct err *e)
{
	struct serving v = { .s = in->s, .in = in };
	struct serve_hub h;
	sigset_t set;
	int rc, lock;

	confine();
	log_quiet(in->s->quiet);
	block_signals(&set);
	lock = serve_lock(in->s->data, e);
	if (lock < 0)
		return -1;
	rc = go_in(in, e);
	if (rc == 0)
		rc = serve_open(in->s, in->clock_confirmed, &h, e);
	if (rc == 0) {
		v.hub = h.hub;
		rc = keep_start(in->s, &v.ledger, e);
		v.fd = rc == 0 ? listen_open(in->s, e) : -1;
		rc = v.fd >= 0 ? serve_hub(&v, &set, e) : -1;
		if (v.fd >= 0)
			close(v.fd);
		ledger_stop(v.ledger, KEEP_STOP_MS);
		serve_close(&h);
	}
	close(lock);
	return rc;
}
