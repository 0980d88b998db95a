/*
 * daemon/api/gate and peers: who waits costs no place, who is served next, who
 * makes way; sockets are real ones on the loopback, from several of its
 * addresses.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "common/base/err.h"
#include "common/base/mem.h"
#include "daemon/api/count.h"
#include "daemon/api/gate.h"

#define LONG_MS 20000 /* longer than any machine is slow */
#define SERVED_MAX 64

/* ---- addresses, with a clock of the test's ---- */

static int64_t now_ms;

static int64_t
fake_ms(void *ctx)
{
	(void)ctx;
	return now_ms;
}

static const struct tick fake = { fake_ms, fake_ms, NULL };

static uint64_t
key4(const char *text)
{
	struct sockaddr_in a = { .sin_family = AF_INET };

	assert_int_equal(inet_pton(AF_INET, text, &a.sin_addr), 1);
	return peers_key((struct sockaddr *)&a);
}

static uint64_t
key6(const char *text)
{
	struct sockaddr_in6 a = { .sin6_family = AF_INET6 };

	assert_int_equal(inet_pton(AF_INET6, text, &a.sin6_addr), 1);
	return peers_key((struct sockaddr *)&a);
}

static void
test_keys(void **state)
{
	struct sockaddr_in a = { .sin_family = AF_INET };
	uint64_t net;

	(void)state;
	assert_true(key4("10.0.0.1") != key4("10.0.0.2"));
	assert_true(key6("::ffff:10.0.0.1") == key4("10.0.0.1"));
	assert_true(key6("2001:db8::1") == key6("2001:db8::ffff:2"));
	assert_true(key6("2001:db8::1") != key6("2001:db8:0:1::1"));
	assert_true(peers_key(NULL) != key4("0.0.0.1"));
	inet_pton(AF_INET, "10.0.0.1", &a.sin_addr);
	net = peers_net((struct sockaddr *)&a);
	inet_pton(AF_INET, "10.0.0.250", &a.sin_addr);
	assert_true(peers_net((struct sockaddr *)&a) == net);
	inet_pton(AF_INET, "10.0.1.1", &a.sin_addr);
	assert_true(peers_net((struct sockaddr *)&a) != net);
}

static void
test_rank(void **state)
{
	struct peer_limits l = { .live = 2, .burst = 5, .per_s = 1 };
	struct peers *p = peers_new(&l, fake);
	int i, plain;

	(void)state;
	peers_trust(p, 1);
	for (i = 0; i < 6; i++)
		assert_true(peers_come(p, 1));
	assert_int_equal(peers_waiting(p, 1), 6);
	assert_int_equal(peers_rank(p, 1), 0);
	peers_serve(p, 1);
	assert_int_equal(peers_rank(p, 1), 1);
	peers_serve(p, 1);
	assert_int_equal(peers_rank(p, 1), -1); /* two are served */
	assert_int_equal(peers_live(p), 2);
	peers_leave(p, 1);
	peers_leave(p, 1);
	for (i = 0; i < 3; i++) {
		assert_int_equal(peers_rank(p, 1), 0);
		peers_serve(p, 1);
		peers_leave(p, 1);
	}
	assert_int_equal(peers_rank(p, 1), -1); /* five at once */
	assert_false(peers_ask(p, 1));
	now_ms += 1000;
	assert_int_equal(peers_rank(p, 1), 0);
	assert_true(peers_ask(p, 1));
	assert_false(peers_ask(p, 1));
	peers_trust(p, 1); /* what is signed costs nothing */
	assert_true(peers_ask(p, 1));
	assert_true(peers_come(p, 2));
	plain = peers_rank(p, 2);
	peers_strike(p, 2);
	peers_strike(p, 2);
	assert_true(peers_rank(p, 2) > plain + 2 * l.live);
	now_ms += PEERS_FORGIVE_MS;
	assert_true(peers_rank(p, 2) > plain);
	now_ms += PEERS_FORGIVE_MS;
	assert_int_equal(peers_rank(p, 2), plain);
	assert_true(peers_burden(p, 2) > peers_burden(p, 1));
	assert_true(peers_come(p, 3));
	assert_int_equal(peers_burden(p, 2), peers_burden(p, 3));
	peers_serve(p, 2); /* one that has a place, and one that had two */
	assert_true(peers_come(p, 2));
	assert_true(peers_burden(p, 2) > peers_burden(p, 3));
	peers_leave(p, 2);
	assert_true(peers_burden(p, 2) > peers_burden(p, 3));
	now_ms += PEERS_FORGIVE_MS;
	assert_int_equal(peers_burden(p, 2), peers_burden(p, 3));
	peers_strike(p, 2);
	peers_trust(p, 2); /* a device was there: it goes first, for a day */
	assert_int_equal(peers_rank(p, 2), 0);
	now_ms += PEERS_KNOWN_MS;
	assert_int_equal(peers_rank(p, 2), plain);
	peers_go(p, 2);
	assert_int_equal(peers_waiting(p, 2), 0);
	peers_free(p);
}

/* Ever new addresses never displace one that has a connection. */
static void
test_bounded(void **state)
{
	struct peer_limits l = { .live = 2, .burst = 5, .per_s = 1 };
	struct peers *p = peers_new(&l, fake);
	uint64_t i, full = 0;

	(void)state;
	assert_true(peers_come(p, 7));
	peers_serve(p, 7);
	for (i = 100; i < 100 + 20 * PEERS_ROOM; i++)
		assert_true(peers_ask(p, i));
	for (i = 100; i < 100 + 2 * PEERS_ROOM; i++)
		full += !peers_come(p, i);
	assert_true(full >= PEERS_ROOM);
	peers_leave(p, 7);
	assert_int_equal(peers_live(p), 0);
	peers_free(p);
}

/* ---- a gate ---- */

static const uint8_t hello[] = { 22, 3, 1, 0, 4, 1, 2, 3, 4 };

static struct {
	pthread_mutex_t lock;
	int fd[SERVED_MAX];
	uint64_t key[SERVED_MAX];
	struct watch_line *line[SERVED_MAX];
	int n;
} served = { .lock = PTHREAD_MUTEX_INITIALIZER };

static struct peers *peers;
static struct watch *watch;
static struct gate *gate;
static uint16_t port;
static int listening;

static int
serve(void *ctx, int fd, const struct sockaddr *from, socklen_t len)
{
	(void)ctx;
	(void)len;
	pthread_mutex_lock(&served.lock);
	served.key[served.n] = peers_key(from);
	served.line[served.n] = watch_add(watch, fd, peers_key(from));
	served.fd[served.n++] = fd;
	pthread_mutex_unlock(&served.lock);
	return 0;
}

static int
served_now(void)
{
	int n;

	pthread_mutex_lock(&served.lock);
	n = served.n;
	pthread_mutex_unlock(&served.lock);
	return n;
}

static void
nap(void)
{
	struct timespec ms = { 0, 5000000 };

	nanosleep(&ms, NULL);
}

static void
wait_served(int n)
{
	int i;

	for (i = 0; i < LONG_MS / 5 && served_now() < n; i++)
		nap();
	assert_int_equal(served_now(), n);
}

/* The ${i}th that was served ends. */
static void
leave(int i)
{
	watch_drop(watch, served.line[i]);
	close(served.fd[i]);
	peers_leave(peers, served.key[i]);
	gate_wake(gate);
}

static void
open_gate(int live, int waiting, int wait_ms, struct gate **out)
{
	struct gate_options o = { .max_live = live, .max_waiting = waiting,
		.wait_ms = wait_ms, .peers = peers, .watch = watch,
		.serve = serve };
	struct err e;

	o.socket = dup(listening);
	assert_true(o.socket >= 0);
	assert_int_equal(gate_open(&o, out, &e), 0);
}

static void
begin(int live, int waiting, int wait_ms)
{
	struct peer_limits l = { .live = 10, .burst = 1000, .per_s = 1000 };
	struct watch_limits w = { .bytes_per_s = 1000 };
	struct sockaddr_in a = { .sin_family = AF_INET };
	socklen_t len = sizeof(a);
	struct err e;

	served.n = 0;
	a.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	listening = socket(AF_INET, SOCK_STREAM, 0);
	assert_int_equal(bind(listening, (struct sockaddr *)&a, len), 0);
	assert_int_equal(listen(listening, 128), 0);
	assert_int_equal(getsockname(listening, (struct sockaddr *)&a, &len),
	    0);
	port = ntohs(a.sin_port);
	peers = peers_new(&l, tick_system());
	assert_int_equal(watch_open(&w, peers, &watch, &e), 0);
	open_gate(live, waiting, wait_ms, &gate);
}

static void
end(void)
{
	gate_close(gate);
	watch_close(watch);
	peers_free(peers);
	close(listening);
}

static int
come_from(const char *from, const void *bytes, size_t n)
{
	struct sockaddr_in a = { .sin_family = AF_INET };
	int fd = socket(AF_INET, SOCK_STREAM, 0);

	assert_int_equal(inet_pton(AF_INET, from, &a.sin_addr), 1);
	assert_int_equal(bind(fd, (struct sockaddr *)&a, sizeof(a)), 0);
	a.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	a.sin_port = htons(port);
	assert_int_equal(connect(fd, (struct sockaddr *)&a, sizeof(a)), 0);
	assert_int_equal(write(fd, bytes, n), n);
	return fd;
}

static int
come(const void *bytes, size_t n)
{
	return come_from("127.0.0.1", bytes, n);
}

/* The hub's side closes it, sooner or later. */
static void
must_close(int fd)
{
	struct pollfd p = { .fd = fd, .events = POLLIN };
	char c;

	assert_int_equal(poll(&p, 1, LONG_MS), 1);
	assert_true(read(fd, &c, 1) <= 0);
	close(fd);
}

static void
test_whole(void **state)
{
	int silent, half, fd;

	(void)state;
	begin(10, 20, LONG_MS);
	silent = come("", 0);
	half = come(hello, sizeof(hello) - 1);
	fd = come(hello, sizeof(hello));
	wait_served(1); /* the third: those before it stay outside */
	assert_int_equal(write(half, hello + sizeof(hello) - 1, 1), 1);
	wait_served(2);
	assert_int_equal(peers_waiting(peers, key4("127.0.0.1")), 1);
	must_close(come("GET / HTTP/1.1\r\n\r\n", 18));
	must_close(come("\x16\x03\x01\xff\xff", 5));
	leave(0);
	leave(1);
	close(silent);
	close(half);
	close(fd);
	end();
}

static void
test_patience(void **state)
{
	uint64_t before = count_of(COUNT_SILENT);

	(void)state;
	begin(10, 20, 100);
	must_close(come("", 0));
	must_close(come(hello, 3));
	assert_true(count_of(COUNT_SILENT) >= before + 2);
	end();
}

/* Who looks whether a hub is there is no worse off for it. */
static void
test_looked(void **state)
{
	uint64_t before = count_of(COUNT_SILENT);
	int plain, fd, i;

	(void)state;
	begin(10, 20, LONG_MS);
	fd = come("", 0);
	for (i = 0; i < LONG_MS / 5 &&
	    peers_waiting(peers, key4("127.0.0.1")) == 0; i++)
		nap();
	plain = peers_rank(peers, key4("127.0.0.1"));
	close(fd);
	for (i = 0; i < LONG_MS / 5 && count_of(COUNT_SILENT) == before; i++)
		nap();
	assert_int_equal(count_of(COUNT_SILENT), before + 1);
	fd = come("", 0);
	for (i = 0; i < LONG_MS / 5 &&
	    peers_waiting(peers, key4("127.0.0.1")) == 0; i++)
		nap();
	assert_int_equal(peers_rank(peers, key4("127.0.0.1")), plain);
	close(fd);
	end();
}

/* One place: strikes go last, then who came first. */
static void
test_order(void **state)
{
	int fd[4], i;

	(void)state;
	begin(1, 20, LONG_MS);
	fd[0] = come(hello, sizeof(hello));
	wait_served(1);
	watch_phase(watch, served.line[0], WATCH_WORK, 0);
	peers_strike(peers, key4("127.0.0.2"));
	fd[1] = come_from("127.0.0.2", hello, sizeof(hello));
	fd[2] = come_from("127.0.0.3", hello, sizeof(hello));
	for (i = 0; i < LONG_MS / 5 && (peers_waiting(peers,
	    key4("127.0.0.2")) == 0 || peers_waiting(peers,
	    key4("127.0.0.3")) == 0); i++)
		nap();
	must_close(come("GET /", 5)); /* so those before it were looked at */
	assert_int_equal(served_now(), 1);
	leave(0);
	wait_served(2);
	assert_true(served.key[1] == key4("127.0.0.3"));
	leave(1);
	wait_served(3);
	assert_true(served.key[2] == key4("127.0.0.2"));
	leave(2);
	for (i = 0; i < 3; i++)
		close(fd[i]);
	end();
}

/* Who has a place and does nothing with it makes way; who works does not. */
static void
test_makes_way(void **state)
{
	int worker, idle, fd;
	struct pollfd p;

	(void)state;
	begin(2, 20, LONG_MS);
	worker = come(hello, sizeof(hello));
	wait_served(1);
	watch_phase(watch, served.line[0], WATCH_WORK, 0);
	idle = come_from("127.0.0.2", hello, sizeof(hello));
	wait_served(2);
	fd = come_from("127.0.0.3", hello, sizeof(hello));
	must_close(idle); /* shut down: its thread would end now */
	leave(1);
	wait_served(3);
	p = (struct pollfd){ .fd = worker, .events = POLLIN };
	assert_int_equal(poll(&p, 1, 0), 0);
	leave(0);
	leave(2);
	close(worker);
	close(fd);
	end();
}

/* Of those who do nothing with it, one of the address that has most of them:
 * not who was there first. */
static void
test_most_make_way(void **state)
{
	int fd[4], i;
	struct pollfd p;

	(void)state;
	begin(3, 20, LONG_MS);
	for (i = 0; i < 3; i++) {
		fd[i] = come_from(i == 0 ? "127.0.0.2" : "127.0.0.3", hello,
		    sizeof(hello));
		wait_served(i + 1);
	}
	fd[3] = come_from("127.0.0.4", hello, sizeof(hello));
	must_close(fd[1]);
	p = (struct pollfd){ .fd = fd[0], .events = POLLIN };
	assert_int_equal(poll(&p, 1, 0), 0);
	leave(1);
	wait_served(4);
	leave(0);
	leave(2);
	leave(3);
	close(fd[0]);
	close(fd[2]);
	close(fd[3]);
	end();
}

/* A crowd from one address does not push out another's. */
static void
test_crowd(void **state)
{
	int fd[24], other, i, closed = 0;
	struct pollfd p;

	(void)state;
	begin(4, 16, LONG_MS);
	other = come_from("127.0.0.9", "", 0);
	for (i = 0; i < LONG_MS / 5 &&
	    peers_waiting(peers, key4("127.0.0.9")) == 0; i++)
		nap();
	for (i = 0; i < 24; i++)
		fd[i] = come("", 0);
	for (i = 0; i < LONG_MS / 5 && closed < 9; i++) {
		int j;

		nap();
		for (j = closed = 0; j < 24; j++) {
			p = (struct pollfd){ .fd = fd[j], .events = POLLIN };
			closed += poll(&p, 1, 0) == 1;
		}
	}
	assert_int_equal(closed, 9);
	assert_int_equal(write(other, hello, sizeof(hello)), sizeof(hello));
	wait_served(1);
	assert_true(served.key[0] == key4("127.0.0.9"));
	leave(0);
	for (i = 0; i < 24; i++)
		close(fd[i]);
	close(other);
	end();
}

/* A reload: who waits at the old gate is served through the new one. */
static void
test_taken_over(void **state)
{
	struct gate *old;
	int fd, i;

	(void)state;
	begin(10, 20, LONG_MS);
	fd = come(hello, sizeof(hello) - 1);
	for (i = 0; i < LONG_MS / 5 &&
	    peers_waiting(peers, key4("127.0.0.1")) == 0; i++)
		nap();
	old = gate;
	open_gate(10, 20, LONG_MS, &gate);
	gate_stop(old, gate);
	assert_int_equal(write(fd, hello + sizeof(hello) - 1, 1), 1);
	wait_served(1);
	gate_close(old);
	leave(0);
	close(fd);
	fd = come(hello, sizeof(hello));
	wait_served(2);
	leave(1);
	close(fd);
	end();
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_keys),
		cmocka_unit_test(test_rank),
		cmocka_unit_test(test_bounded),
		cmocka_unit_test(test_whole),
		cmocka_unit_test(test_patience),
		cmocka_unit_test(test_looked),
		cmocka_unit_test(test_order),
		cmocka_unit_test(test_makes_way),
		cmocka_unit_test(test_most_make_way),
		cmocka_unit_test(test_crowd),
		cmocka_unit_test(test_taken_over),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
