/*
 * client/core/sync/remote_http against the real server of daemon/api over
 * real TLS on the loopback, and against what may stand in its place: nobody,
 * somebody who speaks something else, a line that breaks after each byte.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <arpa/inet.h>
#include <cmocka.h>
#include <gnutls/gnutls.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <sys/socket.h>
#include <unistd.h>

#include "client/core/sync/remote.h"
#include "common/base/mem.h"
#include "daemon/api/http.h"
#include "daemon/api/log.h"
#include "daemon/tls.h"
#include "tests/support/hubworld.h"

#define WORKER 2
#define HOUR_MS (3600 * 1000LL)

static struct hubworld w;
static struct http *server;
static struct buf key_pem, cert_pem;
static struct remote_pins pins;
static int hub_port;
static int64_t ahead_ms; /* the client's clock before the hub's */

/* ---- the hub ---- */

static int
listen_on(int *port)
{
	struct sockaddr_in a = { .sin_family = AF_INET };
	socklen_t len = sizeof(a);
	int one = 1, fd = socket(AF_INET, SOCK_STREAM, 0);

	a.sin_port = htons((uint16_t)*port);
	a.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	assert_true(fd >= 0);
	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one));
	assert_int_equal(bind(fd, (struct sockaddr *)&a, sizeof(a)), 0);
	assert_int_equal(listen(fd, 8), 0);
	assert_int_equal(getsockname(fd, (struct sockaddr *)&a, &len), 0);
	*port = ntohs(a.sin_port);
	return fd;
}

static void
serve(void)
{
	struct http_options o = { .hub = w.hub,
		.tls_cert = buf_str(&cert_pem), .tls_key = buf_str(&key_pem),
		.max_connections = 20, .max_waiting = 20, .wait_ms = 20000,
		.peers = { .live = 20, .burst = 10000, .per_s = 1000 },
		.push_bytes = 1 << 20,
		.watch = { { 20, 20, 20, 0, 20, 20 }, 10000 },
		.auth = { .burst = 10000, .per_s = 1000 } };
	struct err e;

	o.socket = listen_on(&hub_port);
	if (http_start(&o, &server, &e) != 0)
		fail_msg("%s", e.text);
}

static int
setup(void **state)
{
	struct err e;

	(void)state;
	signal(SIGPIPE, SIG_IGN);
	log_quiet(1);
	hw_begin(&w);
	hw_claim(&w, 4);
	buf_init(&key_pem, 65536);
	buf_init(&cert_pem, 65536);
	assert_int_equal(tls_make("127.0.0.1", "hub.test", &key_pem,
	    &cert_pem, &e), 0);
	assert_int_equal(tls_pin(buf_view(&cert_pem), &pins.now, &e), 0);
	hub_port = 0;
	serve();
	ahead_ms = 0;
	return 0;
}

static int
teardown(void **state)
{
	(void)state;
	http_stop(server, 1000);
	hw_end(&w);
	buf_done(&key_pem);
	buf_done(&cert_pem);
	return 0;
}

/* ---- the client ---- */

static int64_t
own_wall(void *ctx)
{
	(void)ctx;
	return atomic_load(&w.wall_ms) + ahead_ms;
}

static int64_t
own_mono(void *ctx)
{
	(void)ctx;
	return atomic_load(&w.mono_ms);
}

static void
connect_to(int port, struct remote *out)
{
	struct tick tick = { own_wall, own_mono, NULL };
	char url[64];
	struct err e;

	snprintf(url, sizeof(url), "https://127.0.0.1:%d", port);
	assert_int_equal(remote_http(url, &pins, tick, out, &e), 0);
}

/* 0 with a page taken apart, a status other than 200, or -1. */
static int
pull(struct remote *r, int dev, struct err *e)
{
	struct proto_pull *in = mem_new(sizeof(*in));
	struct remote_call c = { .method = "POST", .path = "/v1/pull",
		.me = &w.dev[dev].keys };
	struct proto_page page;
	struct buf body, answer;
	struct err why;
	int status = 0, rc;

	buf_init(&body, PROTO_REQUEST_BYTES_MAX);
	buf_init(&answer, PROTO_ANSWER_BYTES_MAX);
	proto_pull_encode(in, &body);
	c.body = buf_view(&body);
	rc = r->call(r->ctx, &c, &status, &answer, e);
	if (rc == 0 && status == 200) {
		assert_int_equal(proto_page_decode(buf_view(&answer), &page,
		    &why), 0);
		assert_true(page.count > 3);
		proto_page_done(&page);
	} else if (rc == 0) {
		rc = status;
	}
	buf_done(&body);
	buf_done(&answer);
	mem_free(in);
	return rc;
}

static int
info(struct remote *r, size_t room, struct err *e)
{
	struct remote_call c = { .method = "GET", .path = "/v1/info" };
	struct proto_info got;
	struct buf answer;
	struct err why;
	int status = 0, rc;

	buf_init(&answer, room);
	rc = r->call(r->ctx, &c, &status, &answer, e);
	if (rc == 0 && status == 200) {
		assert_int_equal(proto_info_decode(buf_view(&answer), &got,
		    &why), 0);
		assert_string_equal(got.hub_name, "hub.test");
	} else if (rc == 0) {
		rc = status;
	}
	buf_done(&answer);
	return rc;
}

/* ---- what stands between or in place of it ---- */

enum front_kind {
	FRONT_RELAY,   /* passes on, and cuts */
	FRONT_PLAIN,   /* says ${words} without TLS */
	FRONT_SILENT,  /* hangs up */
	FRONT_TLS,     /* the hub's key, and says ${words} */
	FRONT_OLD_TLS  /* TLS 1.2 alone */
};

struct front {
	enum front_kind kind;
	const char *words;
	atomic_long left;      /* relay: bytes from the hub until the cut */
	atomic_bool lose_next; /* relay: the next answer, and hang up */
	atomic_uint connections;
	int fd, port;
	pthread_t thread;
};

static int
to_hub(void)
{
	struct sockaddr_in a = { .sin_family = AF_INET };
	int fd = socket(AF_INET, SOCK_STREAM, 0);

	a.sin_port = htons((uint16_t)hub_port);
	a.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	if (connect(fd, (struct sockaddr *)&a, sizeof(a)) != 0) {
		close(fd);
		return -1;
	}
	return fd;
}

static bool
pass(int from, int to, long *n)
{
	char piece[4096];
	ssize_t got = recv(from, piece, sizeof(piece), 0), out;

	if (got <= 0)
		return false;
	*n = got;
	out = to < 0 ? got : send(to, piece, (size_t)got, MSG_NOSIGNAL);
	return out == got;
}

/* Cuts inside a piece count as before it: the client sees less either way. */
static void
relay(struct front *f, int client)
{
	int hub = to_hub();
	struct pollfd p[2] = { { .fd = client, .events = POLLIN },
		{ .fd = hub, .events = POLLIN } };
	bool losing = false;
	long n;

	while (hub >= 0 && poll(p, 2, 5000) > 0) {
		if (p[0].revents != 0) {
			losing = losing || atomic_exchange(&f->lose_next,
			    false);
			if (!pass(client, hub, &n))
				break;
		}
		if (p[1].revents != 0) {
			if (losing) {
				(void)pass(hub, -1, &n);
				break;
			}
			if (atomic_load(&f->left) <= 0 ||
			    !pass(hub, client, &n))
				break;
			atomic_fetch_sub(&f->left, n);
		}
	}
	if (hub >= 0)
		close(hub);
}

static void
speak_tls(const struct front *f, int fd)
{
	gnutls_certificate_credentials_t cred;
	gnutls_session_t s;
	gnutls_datum_t cert = { (void *)cert_pem.data,
		(unsigned)cert_pem.len };
	gnutls_datum_t key = { (void *)key_pem.data, (unsigned)key_pem.len };
	char in[4096];
	int rc;

	gnutls_certificate_allocate_credentials(&cred);
	gnutls_certificate_set_x509_key_mem(cred, &cert, &key,
	    GNUTLS_X509_FMT_PEM);
	gnutls_init(&s, GNUTLS_SERVER);
	gnutls_priority_set_direct(s, f->kind == FRONT_OLD_TLS ?
	    "NORMAL:-VERS-ALL:+VERS-TLS1.2" : "NORMAL", NULL);
	gnutls_credentials_set(s, GNUTLS_CRD_CERTIFICATE, cred);
	gnutls_transport_set_int(s, fd);
	do
		rc = gnutls_handshake(s);
	while (rc < 0 && gnutls_error_is_fatal(rc) == 0);
	if (rc >= 0 && gnutls_record_recv(s, in, sizeof(in)) > 0) {
		(void)gnutls_record_send(s, f->words, strlen(f->words));
		(void)gnutls_bye(s, GNUTLS_SHUT_WR);
	}
	gnutls_deinit(s);
	gnutls_certificate_free_credentials(cred);
}

static void *
run_front(void *arg)
{
	struct front *f = arg;
	char in[512];
	int fd;

	while ((fd = accept(f->fd, NULL, NULL)) >= 0) {
		atomic_fetch_add(&f->connections, 1);
		if (f->kind == FRONT_RELAY)
			relay(f, fd);
		else if (f->kind == FRONT_TLS || f->kind == FRONT_OLD_TLS)
			speak_tls(f, fd);
		else if (f->kind == FRONT_PLAIN &&
		    recv(fd, in, sizeof(in), 0) > 0)
			(void)send(fd, f->words, strlen(f->words),
			    MSG_NOSIGNAL);
		shutdown(fd, SHUT_RDWR);
		close(fd);
	}
	return NULL;
}

static void
front_begin(struct front *f, enum front_kind kind, const char *words)
{
	memset(f, 0, sizeof(*f));
	f->kind = kind;
	f->words = words;
	atomic_store(&f->left, 1L << 30);
	f->fd = listen_on(&f->port);
	assert_int_equal(pthread_create(&f->thread, NULL, run_front, f), 0);
}

static void
front_end(struct front *f)
{
	shutdown(f->fd, SHUT_RDWR);
	pthread_join(f->thread, NULL);
	close(f->fd);
}

/* ---- tests ---- */

static void
test_one_connection(void **state)
{
	struct remote r;
	struct front f;
	struct err e;
	int i;

	(void)state;
	front_begin(&f, FRONT_RELAY, NULL);
	connect_to(f.port, &r);
	for (i = 0; i < 5; i++) {
		assert_int_equal(info(&r, 1 << 16, &e), 0);
		assert_int_equal(pull(&r, WORKER, &e), 0);
	}
	assert_int_equal(pull(&r, 9, &e), 401); /* nobody's device */
	assert_int_equal(atomic_load(&f.connections), 1);
	remote_done(&r);
	remote_done(&r); /* done is done */
	front_end(&f);
}

/* Far off, and before 1970: the hub's own time is learned from its refusal,
 * once, and later calls are right at first. */
static void
test_clock(void **state)
{
	static const int64_t off[] = { 2 * HOUR_MS, -9 * HOUR_MS,
		-HW_NOW - 5 * HOUR_MS };
	struct remote r;
	struct front f;
	struct err e;
	size_t i;

	(void)state;
	for (i = 0; i < 3; i++) {
		front_begin(&f, FRONT_RELAY, NULL);
		ahead_ms = off[i];
		connect_to(f.port, &r);
		assert_int_equal(pull(&r, WORKER, &e), 0);
		assert_int_equal(pull(&r, WORKER, &e), 0);
		ahead_ms += 30 * 60 * 1000; /* it moves on */
		assert_int_equal(pull(&r, WORKER, &e), 0);
		remote_done(&r);
		front_end(&f);
	}
	ahead_ms = 0;
}

/* The kept connection dies with the answer: the hub has seen the request, so
 * the same bytes again are a repetition, and it is signed anew. */
static void
test_lost_on_a_kept_connection(void **state)
{
	struct remote r;
	struct front f;
	struct err e;

	(void)state;
	front_begin(&f, FRONT_RELAY, NULL);
	connect_to(f.port, &r);
	assert_int_equal(pull(&r, WORKER, &e), 0);
	atomic_store(&f.lose_next, true);
	assert_int_equal(pull(&r, WORKER, &e), 0);
	assert_int_equal(atomic_load(&f.connections), 2);
	remote_done(&r);
	front_end(&f);
}

/* Wherever the hub's bytes end: later, or done; and the next one goes on. */
static void
test_cut_anywhere(void **state)
{
	struct remote r;
	struct front f;
	struct err e;
	unsigned away = 0, done = 0;
	long at;
	int rc;

	(void)state;
	for (at = 0; at < 6000; at += at < 2500 ? 191 : 701) {
		front_begin(&f, FRONT_RELAY, NULL);
		atomic_store(&f.left, at);
		connect_to(f.port, &r);
		rc = pull(&r, WORKER, &e);
		if (rc != 0) {
			if (e.kind != ERR_AWAY)
				fail_msg("cut after %ld: %s", at, e.text);
			away++;
		}
		done += rc == 0;
		atomic_store(&f.left, 1L << 30);
		assert_int_equal(pull(&r, WORKER, &e), 0);
		remote_done(&r);
		front_end(&f);
	}
	assert_true(away > 2 && done > 0);
}

static void
expect(enum front_kind kind, const char *words, enum err_kind want,
    const char *part)
{
	struct remote r;
	struct front f;
	struct err e;

	err_clear(&e);
	front_begin(&f, kind, words);
	connect_to(f.port, &r);
	assert_int_equal(info(&r, 1 << 16, &e), -1);
	if (e.kind != want || strstr(e.text, part) == NULL)
		fail_msg("\"%s\": %d %s", words, e.kind, e.text);
	remote_done(&r);
	front_end(&f);
}

static void
test_not_a_hub(void **state)
{
	(void)state;
	expect(FRONT_PLAIN, "HTTP/1.1 200 OK\r\n\r\n", ERR_PEER,
	    "does not speak TLS 1.3");
	expect(FRONT_OLD_TLS, "HTTP/1.1 200 OK\r\n\r\n", ERR_PEER,
	    "does not speak TLS 1.3");
	expect(FRONT_SILENT, NULL, ERR_AWAY, "broke before it was safe");
	expect(FRONT_TLS, "220 mail.example ESMTP\r\n", ERR_PEER,
	    "is not a hub");
	expect(FRONT_TLS, "HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\nabc",
	    ERR_AWAY, "broke");
	expect(FRONT_TLS, "HTTP/1.1 200 OK\r\nContent-Length: 999999999\r\n"
	    "\r\nabc", ERR_PEER, "larger than any");
	expect(FRONT_TLS, "", ERR_AWAY, "broke");
}

/* Where an answer points is not followed: that is no hub's answer. */
static void
test_no_redirection(void **state)
{
	struct remote r;
	struct front f;
	struct err e;

	(void)state;
	front_begin(&f, FRONT_TLS, "HTTP/1.1 302 Found\r\nLocation: "
	    "https://127.0.0.1:1/\r\nContent-Length: 0\r\n\r\n");
	connect_to(f.port, &r);
	assert_int_equal(info(&r, 1 << 16, &e), 302);
	remote_done(&r);
	front_end(&f);
}

static void
test_another_key(void **state)
{
	struct remote r;
	struct err e;

	(void)state;
	pins.now.b[5] ^= 1;
	connect_to(hub_port, &r);
	pins.now.b[5] ^= 1;
	assert_int_equal(info(&r, 1 << 16, &e), -1);
	assert_int_equal(e.kind, ERR_PEER);
	assert_non_null(strstr(e.text, "not the hub whose pin"));
	remote_done(&r);
}

static void
test_nobody_there_and_back(void **state)
{
	struct remote r;
	struct err e;

	(void)state;
	connect_to(hub_port, &r);
	assert_int_equal(pull(&r, WORKER, &e), 0);
	http_stop(server, 1000);
	server = NULL;
	assert_int_equal(pull(&r, WORKER, &e), -1);
	assert_int_equal(e.kind, ERR_AWAY);
	assert_non_null(strstr(e.text, "cannot be reached"));
	serve();
	assert_int_equal(pull(&r, WORKER, &e), 0);
	remote_done(&r);
}

static void
test_room(void **state)
{
	struct remote r;
	struct err e;

	(void)state;
	connect_to(hub_port, &r);
	assert_int_equal(info(&r, 20, &e), -1); /* the caller's own ceiling */
	assert_int_equal(e.kind, ERR_PEER);
	assert_int_equal(info(&r, 1 << 16, &e), 0);
	remote_done(&r);
}

static void
test_addresses(void **state)
{
	static const char *const bad[] = { "", "hub.test", "http://hub.test",
		"https://", "https://hub.test/", "https://hub.test?x",
		"https://a@hub.test", "https://hub test", "https://hub#x",
		"https://hub\r\nX: y" };
	struct tick tick = tick_system();
	char url[CARD_URL_MAX + 20];
	struct remote r;
	struct err e;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		assert_int_equal(remote_http(bad[i], &pins, tick, &r, &e), -1);
		assert_int_equal(e.kind, ERR_INPUT);
		assert_null(r.call);
		remote_done(&r);
	}
	memset(url, 'a', sizeof(url));
	memcpy(url, "https://", 8);
	url[CARD_URL_MAX] = '\0';
	assert_int_equal(remote_http(url, &pins, tick, &r, &e), -1);
	/* A name that nobody has. */
	assert_int_equal(remote_http("https://hub.invalid:1", &pins, tick, &r,
	    &e), 0);
	assert_int_equal(info(&r, 1 << 16, &e), -1);
	assert_int_equal(e.kind, ERR_AWAY);
	remote_done(&r);
}

#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		T(test_one_connection), T(test_clock),
		T(test_lost_on_a_kept_connection), T(test_cut_anywhere),
		T(test_not_a_hub), T(test_no_redirection),
		T(test_another_key), T(test_nobody_there_and_back),
		T(test_room), T(test_addresses),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
