/*
 * One thread with epoll. A waiting connection is looked at when bytes arrive,
 * without taking them: the length in the first TLS record says when it is
 * whole. Edge-triggered, so that a byte now and then costs one look each.
 */
#include "daemon/api/gate.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdatomic.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/ioctl.h>
#include <time.h>
#include <unistd.h>

#include "common/base/mem.h"
#include "daemon/api/count.h"

#define EVENTS 64
#define ACCEPTS 64     /* in one go, before others are looked at */
#define STEP_MS 100    /* between looks while somebody waits */
#define TLS_HEAD 5     /* bytes of a record's head */
#define TLS_HANDSHAKE 22
#define TLS_RECORD_MAX 16384

struct guest { /* a connection that waits */
	struct guest *next, **at;
	int fd;
	uint64_t key;
	struct sockaddr_storage from;
	socklen_t len;
	int64_t since_ms; /* monotonic */
	bool whole;       /* its first message is here */
};

struct gate {
	struct gate_options o;
	struct tick tick;
	int epoll, wake;
	pthread_t thread;
	bool running;
	atomic_bool ending;
	pthread_mutex_t lock;   /* guards brought */
	struct guest *brought;  /* from another gate, not yet taken in */
	/* The thread's own: */
	struct guest *first;
	int waiting, whole;
};

/* ---- the list of who waits ---- */

static void
put(struct gate *g, struct guest *x)
{
	x->next = g->first;
	x->at = &g->first;
	if (g->first != NULL)
		g->first->at = &x->next;
	g->first = x;
	g->waiting++;
	g->whole += x->whole;
}

static void
take(struct gate *g, struct guest *x)
{
	*x->at = x->next;
	if (x->next != NULL)
		x->next->at = x->at;
	g->waiting--;
	g->whole -= x->whole;
}

static void
let_go(struct gate *g, struct guest *x, enum count_why why)
{
	count_refused(why);
	peers_go(g->o.peers, x->key);
	take(g, x);
	close(x->fd);
	mem_free(x);
}

/* Who has shown a whole message is not to blame for what the hub lacks. */
static void
drop(struct gate *g, struct guest *x, enum count_why why)
{
	if (!x->whole && why != COUNT_NO_ROOM)
		peers_strike(g->o.peers, x->key);
	let_go(g, x, why);
}

/* ---- coming in ---- */

static int
attend(struct gate *g, struct guest *x)
{
	struct epoll_event ev = { .events = EPOLLIN | EPOLLRDHUP | EPOLLET,
		.data.ptr = x };

	return epoll_ctl(g->epoll, EPOLL_CTL_ADD, x->fd, &ev);
}

/* What the address weighs, and what this one has shown: a first message, or
 * that it is new. */
static int64_t
burden(struct gate *g, const struct guest *x, int64_t now_ms)
{
	return 2 * (int64_t)peers_burden(g->o.peers, x->key) +
	    (!x->whole && now_ms - x->since_ms >= WATCH_GRACE_MS);
}

/* Too many wait: of the address that weighs most the silent one that waited
 * longest, or the newest, so that the others keep their turn. */
static void
make_room(struct gate *g)
{
	int64_t now_ms = tick_mono_ms(&g->tick);
	struct guest *x, *worst = NULL;
	int64_t n, most = 0;

	for (x = g->first; x != NULL; x = x->next) {
		n = burden(g, x, now_ms);
		if (worst == NULL || n > most || (n == most && n % 2 == 1)) {
			worst = x;
			most = n;
		}
	}
	if (worst != NULL)
		drop(g, worst, COUNT_NO_ROOM);
}

/* Who looked whether somebody is here, and went again at once, has kept nobody
 * waiting; it counts as having been served. */
static void
gone(struct gate *g, struct guest *x)
{
	enum count_why why = x->whole ? COUNT_UNSERVED : COUNT_SILENT;

	if (tick_mono_ms(&g->tick) - x->since_ms < WATCH_GRACE_MS) {
		(void)peers_ask(g->o.peers, x->key);
		let_go(g, x, why);
	} else {
		drop(g, x, why);
	}
}

/* Bytes have come, or the end: is the first TLS record whole? */
static void
look(struct gate *g, struct guest *x, uint32_t events)
{
	uint8_t head[TLS_HEAD];
	ssize_t n = recv(x->fd, head, sizeof(head), MSG_PEEK | MSG_DONTWAIT);
	int there = 0, len;

	if (n < 0 && (errno == EAGAIN || errno == EINTR))
		return;
	if (n <= 0 || (events & (EPOLLRDHUP | EPOLLHUP | EPOLLERR)) != 0) {
		gone(g, x);
		return;
	}
	if (head[0] != TLS_HANDSHAKE) {
		drop(g, x, COUNT_NOT_TLS);
		return;
	}
	if (n < TLS_HEAD)
		return;
	len = head[3] << 8 | head[4];
	if (len > TLS_RECORD_MAX)
		drop(g, x, COUNT_NOT_TLS);
	else if (!x->whole && ioctl(x->fd, FIONREAD, &there) == 0 &&
	    there >= TLS_HEAD + len) {
		x->whole = true;
		g->whole++;
	}
}

static void
come(struct gate *g, int fd, const struct sockaddr_storage *from,
    socklen_t len)
{
	struct guest *x = mem_new(sizeof(*x));

	x->fd = fd;
	x->from = *from;
	x->len = len;
	x->key = peers_key((const struct sockaddr *)from);
	x->since_ms = tick_mono_ms(&g->tick);
	if (!peers_come(g->o.peers, x->key)) {
		count_refused(COUNT_NO_ROOM);
		close(fd);
		mem_free(x);
		return;
	}
	put(g, x);
	if (attend(g, x) != 0)
		drop(g, x, COUNT_NO_ROOM);
	else
		look(g, x, 0);
	if (g->waiting > g->o.max_waiting)
		make_room(g);
}

static void
accept_some(struct gate *g)
{
	static const struct timespec pause = { 0, STEP_MS * 1000000L };
	struct sockaddr_storage from;
	socklen_t len;
	int fd, i;

	for (i = 0; i < ACCEPTS; i++) {
		len = sizeof(from);
		memset(&from, 0, sizeof(from));
		fd = accept4(g->o.socket, (struct sockaddr *)&from, &len,
		    SOCK_CLOEXEC | SOCK_NONBLOCK);
		if (fd >= 0)
			come(g, fd, &from, len);
		else if ((errno == EMFILE || errno == ENFILE) &&
		    g->waiting > 0)
			make_room(g);
		else if (errno == EMFILE || errno == ENFILE ||
		    errno == ENOBUFS || errno == ENOMEM)
			nanosleep(&pause, NULL);
		else if (errno != ECONNABORTED && errno != EINTR)
			return;
	}
}

/* ---- going in ---- */

static struct guest *
choose(struct gate *g)
{
	struct guest *x, *best = NULL;
	int rank, lowest = 0;

	for (x = g->first; x != NULL; x = x->next) {
		if (!x->whole)
			continue;
		rank = peers_rank(g->o.peers, x->key);
		if (rank >= 0 && (best == NULL || rank < lowest ||
		    (rank == lowest && x->since_ms <= best->since_ms))) {
			best = x;
			lowest = rank;
		}
	}
	return best;
}

static void
let_in(struct gate *g, struct guest *x)
{
	take(g, x);
	epoll_ctl(g->epoll, EPOLL_CTL_DEL, x->fd, NULL);
	peers_serve(g->o.peers, x->key);
	if (g->o.serve(g->o.ctx, x->fd, (const struct sockaddr *)&x->from,
	    x->len) != 0)
		peers_leave(g->o.peers, x->key);
	mem_free(x);
}

static void
serve_waiting(struct gate *g)
{
	struct guest *x;

	while (g->whole > 0 && (x = choose(g)) != NULL) {
		if (peers_live(g->o.peers) >= g->o.max_live) {
			watch_evict(g->o.watch, g->whole < g->o.max_live / 8 ?
			    g->whole : g->o.max_live / 8 + 1);
			return;
		}
		let_in(g, x);
	}
}

static void
end_late(struct gate *g)
{
	int64_t now_ms = tick_mono_ms(&g->tick);
	struct guest *x, *next;

	for (x = g->first; x != NULL; x = next) {
		next = x->next;
		if (now_ms - x->since_ms >= g->o.wait_ms)
			drop(g, x, x->whole ? COUNT_UNSERVED : COUNT_SILENT);
	}
}

/* ---- the thread ---- */

static void
take_brought(struct gate *g)
{
	struct guest *list, *x;

	pthread_mutex_lock(&g->lock);
	list = g->brought;
	g->brought = NULL;
	pthread_mutex_unlock(&g->lock);
	while ((x = list) != NULL) {
		list = x->next;
		put(g, x);
		if (attend(g, x) != 0)
			drop(g, x, COUNT_NO_ROOM);
	}
}

static void
handle(struct gate *g, const struct epoll_event *ev)
{
	uint64_t n;

	if (ev->data.ptr == &g->wake) {
		if (read(g->wake, &n, sizeof(n)) > 0)
			take_brought(g);
	} else if (ev->data.ptr == &g->o.socket) {
		accept_some(g);
	} else {
		look(g, ev->data.ptr, ev->events);
	}
}

static void *
serve(void *arg)
{
	struct gate *g = arg;
	struct epoll_event ev[EVENTS];
	int i, n;

	while (!atomic_load(&g->ending)) {
		n = epoll_wait(g->epoll, ev, EVENTS,
		    g->waiting > 0 ? STEP_MS : -1);
		/* Who waits first: accepting may drop one of them. */
		for (i = 0; i < n; i++)
			if (ev[i].data.ptr != &g->o.socket)
				handle(g, &ev[i]);
		for (i = 0; i < n; i++)
			if (ev[i].data.ptr == &g->o.socket)
				handle(g, &ev[i]);
		end_late(g);
		serve_waiting(g);
	}
	return NULL;
}

/* ---- opening and closing ---- */

static int
add(struct gate *g, int *fd)
{
	struct epoll_event ev = { .events = EPOLLIN, .data.ptr = fd };

	return epoll_ctl(g->epoll, EPOLL_CTL_ADD, *fd, &ev);
}

int
gate_open(const struct gate_options *o, struct gate **out, struct err *e)
{
	struct gate *g = mem_new(sizeof(*g));

	*out = NULL;
	g->o = *o;
	g->tick = tick_system();
	pthread_mutex_init(&g->lock, NULL);
	g->epoll = epoll_create1(EPOLL_CLOEXEC);
	g->wake = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	*out = g; /* known before the first connection is given on */
	if (g->epoll < 0 || g->wake < 0 || add(g, &g->wake) != 0 ||
	    add(g, &g->o.socket) != 0 ||
	    fcntl(g->o.socket, F_SETFL, O_NONBLOCK) != 0 ||
	    pthread_create(&g->thread, NULL, serve, g) != 0) {
		err_set(e, ERR_LOCAL, "cannot take connections: %s",
		    strerror(errno));
		gate_close(g);
		*out = NULL;
		return -1;
	}
	g->running = true;
	return 0;
}

void
gate_wake(struct gate *g)
{
	uint64_t one = 1;

	/* It fails only when a wake is already waiting. */
	if (write(g->wake, &one, sizeof(one)) < 0)
		return;
}

static void
bring(struct gate *next, struct gate *g, struct guest *x)
{
	take(g, x);
	epoll_ctl(g->epoll, EPOLL_CTL_DEL, x->fd, NULL);
	pthread_mutex_lock(&next->lock);
	x->next = next->brought;
	next->brought = x;
	pthread_mutex_unlock(&next->lock);
}

void
gate_stop(struct gate *g, struct gate *next)
{
	if (!g->running)
		return;
	atomic_store(&g->ending, true);
	gate_wake(g);
	pthread_join(g->thread, NULL);
	g->running = false;
	close(g->o.socket);
	g->o.socket = -1;
	while (next != NULL && g->first != NULL)
		bring(next, g, g->first);
	if (next != NULL)
		gate_wake(next);
	while (g->first != NULL)
		drop(g, g->first, COUNT_UNSERVED);
}

void
gate_close(struct gate *g)
{
	if (g == NULL)
		return;
	gate_stop(g, NULL);
	while (g->brought != NULL) { /* never taken in */
		struct guest *x = g->brought;

		g->brought = x->next;
		peers_go(g->o.peers, x->key);
		close(x->fd);
		mem_free(x);
	}
	if (g->o.socket >= 0)
		close(g->o.socket);
	if (g->wake >= 0)
		close(g->wake);
	if (g->epoll >= 0)
		close(g->epoll);
	pthread_mutex_destroy(&g->lock);
	mem_free(g);
}
