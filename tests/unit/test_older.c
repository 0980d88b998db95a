/*
 * A client of the version before: what one sent to a hub of its time, byte for
 * byte over TLS, is sent to today's hub, which answers with the same bytes, or
 * refuses with the same verdict. schema/vectors/v1-NN-*.hex were recorded when
 * version 1 was the only one and are never written again; the fixed hub makes
 * keys, clock and log id the same each time. Then who is refused, and the
 * client against hubs of other versions.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <arpa/inet.h>
#include <cmocka.h>
#include <gnutls/gnutls.h>
#include <signal.h>
#include <sys/socket.h>
#include <unistd.h>

#include "client/core/sync/remote.h"
#include "common/base/file.h"
#include "common/base/mem.h"
#include "common/db/db.h"
#include "common/wire/httpsig.h"
#include "daemon/api/http.h"
#include "daemon/api/log.h"
#include "daemon/tls.h"
#include "tests/support/hubworld.h"
#include "tests/support/vector.h"

#define HOST "hub.test:8443"
#define NOBODY (-1)
#define ROOM (4 << 20)

static struct hubworld w;
static struct http *server;
static struct remote_pins pins;
static int port;
static const struct id space = { { 0x11 } };
static struct err e;

/* ---- a hub that is the same each time ---- */

static void
serve(uint64_t version)
{
	struct sockaddr_in a = { .sin_family = AF_INET };
	socklen_t len = sizeof(a);
	struct http_options o = { .hub = w.hub, .version = version,
		.max_connections = 20, .max_waiting = 20, .wait_ms = 20000,
		.peers = { .live = 20, .burst = 10000, .per_s = 1000 },
		.push_bytes = 1 << 20,
		.watch = { { 20, 20, 20, 0, 20, 20 }, 10000 },
		.auth = { .burst = 10000, .per_s = 1000 } };
	struct buf key, cert;

	buf_init(&key, 65536);
	buf_init(&cert, 65536);
	assert_int_equal(tls_make("127.0.0.1", "hub.test", &key, &cert, &e),
	    0);
	assert_int_equal(tls_pin(buf_view(&cert), &pins.now, &e), 0);
	o.tls_cert = buf_str(&cert);
	o.tls_key = buf_str(&key);
	a.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	o.socket = socket(AF_INET, SOCK_STREAM, 0);
	assert_int_equal(bind(o.socket, (struct sockaddr *)&a, sizeof(a)), 0);
	assert_int_equal(listen(o.socket, 8), 0);
	assert_int_equal(getsockname(o.socket, (struct sockaddr *)&a, &len),
	    0);
	port = ntohs(a.sin_port);
	if (http_start(&o, &server, &e) != 0)
		fail_msg("%s", e.text);
	buf_done(&key);
	buf_done(&cert);
}

/* The log id is drawn; what was recorded names this one. */
static void
fix_log_id(void)
{
	struct db *db;

	hw_close(&w);
	assert_int_equal(db_open(w.path, &(struct db_options){ .busy_ms = 100 },
	    &db, &e), 0);
	assert_int_equal(db_exec(db, "UPDATE log SET log_id = "
	    "x'1122334455667788'", &e), 0);
	db_close(db);
	assert_int_equal(hw_open(&w, false, &e), 0);
}

static int
setup(void **state)
{
	(void)state;
	signal(SIGPIPE, SIG_IGN);
	log_quiet(1);
	vector_seed(1);
	hw_begin(&w);
	fix_log_id();
	return 0;
}

static int
teardown(void **state)
{
	(void)state;
	http_stop(server, 1000);
	server = NULL;
	hw_end(&w);
	return 0;
}

/* ---- bytes there and back ---- */

static void
send_all(gnutls_session_t tls, struct view in)
{
	ssize_t n;

	while (in.len > 0) {
		n = gnutls_record_send(tls, in.data, in.len);
		assert_true(n > 0);
		in = view_of(in.data + n, in.len - (size_t)n);
	}
}

static void
read_all(gnutls_session_t tls, struct buf *out)
{
	uint8_t piece[4096];
	ssize_t n;

	while ((n = gnutls_record_recv(tls, piece, sizeof(piece))) > 0)
		buf_add(out, piece, (size_t)n);
}

/* ${out}: the answer's status as three digits, then its body. */
static void
ask(struct view request, struct buf *out)
{
	struct sockaddr_in a = { .sin_family = AF_INET };
	gnutls_certificate_credentials_t cred;
	gnutls_session_t tls;
	struct buf raw;
	const char *body;
	int fd = socket(AF_INET, SOCK_STREAM, 0);

	a.sin_port = htons((uint16_t)port);
	a.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	assert_int_equal(connect(fd, (struct sockaddr *)&a, sizeof(a)), 0);
	gnutls_certificate_allocate_credentials(&cred);
	gnutls_init(&tls, GNUTLS_CLIENT);
	gnutls_set_default_priority(tls);
	gnutls_credentials_set(tls, GNUTLS_CRD_CERTIFICATE, cred);
	gnutls_transport_set_int(tls, fd);
	assert_int_equal(gnutls_handshake(tls), 0);
	buf_init(&raw, ROOM);
	send_all(tls, request);
	read_all(tls, &raw);
	body = memmem(raw.data, raw.len, "\r\n\r\n", 4);
	assert_non_null(body);
	buf_reset(out);
	buf_add(out, raw.data + strlen("HTTP/1.1 "), 3);
	buf_add(out, body + 4, raw.len - (size_t)((const uint8_t *)body + 4 -
	    raw.data));
	buf_done(&raw);
	gnutls_deinit(tls);
	gnutls_certificate_free_credentials(cred);
	close(fd);
}

/* ---- how the conversation was made ---- */

struct step {
	const char *name, *method, *path;
	int by; /* device that signs, or NOBODY */
	void (*make)(struct buf *out);
};

static void
make_claim(struct buf *out)
{
	hw_claim_body(&w, HW_CODE, out);
}

static void
make_enrol(struct buf *out)
{
	struct proto_enrol m = { .sign = w.dev[2].keys.sign_pub,
		.box = w.dev[2].keys.box_pub, .card = { { 7 } },
		.at_ms = HW_NOW };
	struct sym_key card = { { 9 } };

	proto_enrol_mac(&m, &card, &m.mac);
	proto_enrol_encode(&m, out);
}

/* One item; its author's line goes on as if it were taken. */
static void
push_of(struct hw_item *it, struct buf *out)
{
	struct proto_push *push = mem_new(sizeof(*push));

	push->known = w.info.log;
	push->count = 1;
	push->items[0].bytes = view_of(it->bytes, it->len);
	proto_push_encode(push, out);
	it->line->counter = it->counter;
	it->line->last = it->id;
	hw_free(it);
	mem_free(push);
}

static struct hash first_epoch;

static void
make_device(struct buf *out)
{
	struct hw_item it;

	hw_enrol(&w, 0, 2, ROLE_WORKER, &it);
	push_of(&it, out);
}

static void
make_epoch(struct buf *out)
{
	struct hw_epoch one = { .number = 1, .count = 1, .devs = { 0 },
		.rights = { RIGHT_KEEP } };
	struct hw_item it;

	hw_epoch(&w, 0, &space, &one, &it);
	first_epoch = it.id;
	push_of(&it, out);
}

static void
make_door(struct buf *out)
{
	struct hw_epoch two = { .number = 2, .count = 2, .devs = { 0, 2 },
		.rights = { RIGHT_KEEP, RIGHT_WRITE }, .cites = true,
		.prev = first_epoch };
	struct hw_item it;

	hw_epoch(&w, 0, &space, &two, &it);
	push_of(&it, out);
}

static void
make_statement(struct buf *out)
{
	struct hw_item it;

	hw_statement(&w, 0, &space, 2, &it);
	push_of(&it, out);
}

static void
make_note(struct buf *out)
{
	struct hw_item it;

	hw_note(&w, 2, &space, 2, &it);
	push_of(&it, out);
}

static void
make_pull(struct buf *out)
{
	struct proto_pull *in = mem_new(sizeof(*in));

	in->max_bytes = 1 << 20;
	proto_pull_encode(in, out);
	mem_free(in);
}

static void
make_nothing_new(struct buf *out)
{
	struct proto_pull *in = mem_new(sizeof(*in));

	in->known = w.info.log;
	in->at.cursor = w.info.log.size;
	in->max_bytes = 1 << 20;
	proto_pull_encode(in, out);
	mem_free(in);
}

static void
make_recover(struct buf *out)
{
	struct proto_recover m = { .space = space };

	proto_recover_encode(&m, out);
}

static void
make_blob(struct buf *out)
{
	struct proto_blob_put m = { .space = space, .name = { { 5 } },
		.bytes = 5000, .item = { { 6 } } };

	proto_blob_put_encode(&m, out);
}

static const struct step steps[] = {
	{ "v1-01-info", "GET", "/v1/info", NOBODY, NULL },
	{ "v1-02-claim", "POST", "/v1/claim", NOBODY, make_claim },
	{ "v1-03-enrol", "POST", "/v1/enrol", NOBODY, make_enrol },
	{ "v1-04-requests", "POST", "/v1/requests", 0, NULL },
	{ "v1-05-device", "POST", "/v1/push", 0, make_device },
	{ "v1-06-epoch", "POST", "/v1/push", 0, make_epoch },
	{ "v1-07-door", "POST", "/v1/push", 0, make_door },
	{ "v1-08-statement", "POST", "/v1/push", 0, make_statement },
	{ "v1-09-note", "POST", "/v1/push", 2, make_note },
	{ "v1-10-pull", "POST", "/v1/pull", 2, make_pull },
	{ "v1-11-nothing-new", "POST", "/v1/pull", 2, make_nothing_new },
	{ "v1-12-not-ordered", "POST", "/v1/recover", 0, make_recover },
	{ "v1-13-blob", "POST", "/v1/blob/put", 2, make_blob },
	{ "v1-14-stranger", "POST", "/v1/pull", 5, make_pull },
	{ "v1-15-succession", "GET", "/v1/succession", NOBODY, NULL },
	{ "v1-16-health", "GET", "/v1/health", NOBODY, NULL },
};

#define STEPS (sizeof(steps) / sizeof(steps[0]))

static void
make_request(const struct step *s, struct buf *out)
{
	struct httpsig_request req = { s->method, HOST, s->path, "?" };
	struct buf body;

	assert_int_equal(hub_info(w.hub, &w.info, &e), 0);
	buf_init(&body, ROOM);
	if (s->make != NULL)
		s->make(&body);
	buf_add_fmt(out, "%s %s HTTP/1.1\r\nHost: " HOST "\r\n"
	    "Connection: close\r\n", s->method, s->path);
	if (strcmp(s->method, "GET") != 0)
		buf_add_fmt(out, "Content-Type: application/cbor\r\n"
		    "Content-Length: %zu\r\n", body.len);
	if (s->by != NOBODY)
		httpsig_sign(&req, buf_view(&body), &w.dev[s->by].keys,
		    HW_NOW / 1000, out);
	buf_add_str(out, "\r\n");
	buf_add(out, body.data, body.len);
	buf_done(&body);
}

static bool
is_recorded(const struct step *s)
{
	char path[120];

	snprintf(path, sizeof(path), "schema/vectors/%s.hex", s->name);
	return file_exists(path);
}

/* Once, by a program of version 1. */
static void
record(const struct step *s)
{
	struct buf request, answer;
	char name[64];

	buf_init(&request, ROOM);
	buf_init(&answer, ROOM);
	make_request(s, &request);
	ask(buf_view(&request), &answer);
	snprintf(name, sizeof(name), "%s-answer", s->name);
	vector_check(s->name, buf_view(&request));
	vector_check(name, buf_view(&answer));
	buf_done(&request);
	buf_done(&answer);
}

/* ---- playing it ---- */

/* The version is a hub's own to say; the rest of info is as it was. */
static bool
same_info(struct view a, struct view b)
{
	struct proto_info x, y;

	if (proto_info_decode(a, &x, &e) != 0 ||
	    proto_info_decode(b, &y, &e) != 0)
		return false;
	assert_int_equal(x.version, PROTO_VERSION);
	assert_int_equal(y.version, 1);
	return strcmp(x.hub_name, y.hub_name) == 0 && x.log.log_id ==
	    y.log.log_id && x.log.size == y.log.size && memcmp(&x.hub, &y.hub,
	    sizeof(x.hub)) == 0 && x.now_ms == y.now_ms &&
	    x.claimed == y.claimed;
}

/* The words of a refusal are for people and may be put better. */
static bool
same_refusal(struct view a, struct view b)
{
	struct proto_refusal x, y;

	return proto_refusal_decode(a, &x, &e) == 0 &&
	    proto_refusal_decode(b, &y, &e) == 0 && x.verdict == y.verdict &&
	    x.now_ms == y.now_ms;
}

static void
all_taken(struct view in)
{
	struct proto_pushed *p = mem_new(sizeof(*p));
	size_t i;

	assert_int_equal(proto_pushed_decode(in, p, &e), 0);
	for (i = 0; i < p->count; i++)
		assert_int_equal(p->items[i].verdict, VERDICT_ACCEPTED);
	mem_free(p);
}

static bool
same_answer(const struct step *s, struct view got, struct view want)
{
	struct view a = view_of(got.data + 3, got.len - 3);
	struct view b = view_of(want.data + 3, want.len - 3);

	if (memcmp(got.data, want.data, 3) != 0)
		return false;
	if (memcmp(got.data, "200", 3) != 0)
		return same_refusal(a, b);
	if (strcmp(s->path, "/v1/push") == 0)
		all_taken(a);
	return strcmp(s->path, "/v1/info") == 0 ? same_info(a, b) :
	    view_eq(a, b);
}

static void
play(const struct step *s)
{
	struct buf request, want, got;
	char name[64];

	buf_init(&request, ROOM);
	buf_init(&want, ROOM);
	buf_init(&got, ROOM);
	vector_load(s->name, &request);
	snprintf(name, sizeof(name), "%s-answer", s->name);
	vector_load(name, &want);
	ask(buf_view(&request), &got);
	if (!same_answer(s, buf_view(&got), buf_view(&want)))
		fail_msg("%s: status %.3s with %zu bytes instead of %.3s with "
		    "%zu", s->name, (char *)got.data, got.len,
		    (char *)want.data, want.len);
	buf_done(&request);
	buf_done(&want);
	buf_done(&got);
}

static void
test_client_of_before(void **state)
{
	bool recorded = is_recorded(&steps[0]);
	size_t i;

	(void)state;
	serve(recorded ? 0 : 1);
	for (i = 0; i < STEPS; i++) {
		if (!recorded)
			record(&steps[i]);
		else
			play(&steps[i]);
	}
}

/* ---- who is refused ---- */

static void
test_meet(void **state)
{
	(void)state;
	assert_int_equal(proto_meet(2, 1), 0);
	assert_int_equal(proto_meet(2, 2), 0);
	assert_int_equal(proto_meet(2, 3), 0);
	assert_int_equal(proto_meet(2, 0), -1);
	assert_int_equal(proto_meet(2, 4), 1);
	assert_int_equal(proto_meet(5, 3), -1);
	assert_int_equal(proto_meet(1, UINT64_MAX), 1);
	assert_int_equal(proto_meet(5, UINT64_MAX), 1);
}

static void
say_version(const char *line, const char *status, const char *words)
{
	struct proto_refusal r;
	struct buf request, got;

	buf_init(&request, ROOM);
	buf_init(&got, ROOM);
	buf_add_fmt(&request, "GET /v1/info HTTP/1.1\r\nHost: " HOST "\r\n"
	    "Connection: close\r\n%s\r\n", line);
	ask(buf_view(&request), &got);
	assert_memory_equal(got.data, status, 3);
	if (words != NULL) {
		assert_int_equal(proto_refusal_decode(view_of(got.data + 3,
		    got.len - 3), &r, &e), 0);
		if (strstr(r.words, words) == NULL)
			fail_msg("%s: %s", line, r.words);
	}
	buf_done(&request);
	buf_done(&got);
}

static void
test_hub_refuses(void **state)
{
	(void)state;
	serve(4);
	say_version("Tugi-Version: 3\r\n", "200", NULL);
	say_version("Tugi-Version: 4\r\n", "200", NULL);
	say_version("Tugi-Version: 5\r\n", "200", NULL);
	say_version("Tugi-Version: 2\r\n", "400", "(tugi) on this device has "
	    "to be updated");
	say_version("", "400", "(tugi) on this device has to be updated");
	say_version("Tugi-Version: 6\r\n", "400", "(tugid) has to be updated");
	say_version("Tugi-Version: x\r\n", "400", "not a number");
	say_version("Tugi-Version: -1\r\n", "400", "not a number");
	say_version("Tugi-Version: 99999999999999999999\r\n", "400",
	    "not a number");
}

/* ---- today's client ---- */

static int64_t
wall(void *ctx)
{
	(void)ctx;
	return HW_NOW;
}

static int
info_of(uint64_t version, const char *path, struct proto_info *out,
    int *status)
{
	struct remote_call c = { .method = "GET", .path = path };
	struct tick tick = { wall, wall, NULL };
	struct remote r;
	struct buf answer;
	char url[64];
	int rc;

	if (server != NULL)
		http_stop(server, 1000);
	serve(version);
	snprintf(url, sizeof(url), "https://127.0.0.1:%d", port);
	assert_int_equal(remote_http(url, &pins, tick, &r, &e), 0);
	buf_init(&answer, ROOM);
	rc = r.call(r.ctx, &c, status, &answer, &e);
	if (rc == 0 && *status == 200)
		rc = proto_info_decode(buf_view(&answer), out, &e);
	buf_done(&answer);
	remote_done(&r);
	return rc;
}

static void
test_client_meets(void **state)
{
	struct proto_info info;
	int status = 0;
	uint64_t v;

	(void)state;
	for (v = 1; v <= 3; v++) {
		assert_int_equal(info_of(v, "/v1/info", &info, &status), 0);
		assert_int_equal(status, 200);
		assert_int_equal(info.version, v);
	}
	/* What version 2 brought is not there in a hub limited to 1. */
	assert_int_equal(info_of(1, "/v1/pins", &info, &status), 0);
	assert_int_equal(status, 404);
	assert_int_equal(info_of(4, "/v1/info", &info, &status), -1);
	assert_int_equal(e.kind, ERR_PEER);
	assert_non_null(strstr(e.text, "this program (tugi) has to be"));
}

#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		T(test_client_of_before), cmocka_unit_test(test_meet),
		T(test_hub_refuses), T(test_client_meets),
	};

	if (keys_init() != 0)
		return 1;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
