/*
 * From sockets to handlers: the only file that includes microhttpd.h.
 *
 * A request is judged when its headers are complete, before any of its body
 * is taken: route, length, signature, device. The body of a refused one is read
 * to its end all the same and dropped, because closing on unread bytes resets
 * the connection and the client never sees the answer; beyond SWALLOW_BYTES it
 * is answered at once and closed.
 * The digest is compared before any parser sees the body.
 */
#include "daemon/api/http.h"

#include <microhttpd.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <time.h>
#include <unistd.h>

#include "common/base/mem.h"
#include "daemon/api/count.h"
#include "daemon/api/head.h"
#include "daemon/api/log.h"

#define SWALLOW_BYTES (4 * 1024 * 1024) /* read, never kept */
#define STRANGE_BYTES (8 * 1024 * 1024) /* of unsigned requests, together */
#define STACK_BYTES (512 * 1024)
#define HEADER_POOL_BYTES (16 * 1024)
#define PRIORITIES "NORMAL:-VERS-ALL:+VERS-TLS1.3"
#define TWICE 0x8000u
#define CBOR_TYPE "application/cbor"

struct http {
	struct MHD_Daemon *daemon;
	struct hub *hub;
	struct auth *auth;
	struct peers *peers;
	bool left; /* another server goes on with both */
	struct watch *watch;
	struct gate *gate;
	size_t push_bytes;
	uint64_t version;       /* of the protocol */
	char version_text[24];
	struct buf pins;        /* as clients get it; empty: none */
	char pins_number[24];
	atomic_int busy; /* requests under way */
	atomic_size_t strange_bytes; /* of requests that nobody signed */
};

struct exchange { /* one request */
	struct http *http;
	struct head_found found;
	int64_t start_ms;
	int status;           /* of an early refusal; 0 none */
	size_t strange_bytes; /* its part of http's */
	bool last;            /* the connection ends with it */
	struct err e;
	struct buf body;
	struct reply reply;
};

/* ---- answers ---- */

static int
status_of(const struct err *e)
{
	switch (e->kind) {
	case ERR_INPUT:
	case ERR_PEER:
		return 400;
	case ERR_ABSENT:
		return 404;
	case ERR_DENIED:
		return 403;
	case ERR_CLASH:
		return 409;
	case ERR_TOOBIG:
		return 413;
	case ERR_AWAY:
		return 503;
	default:
		return 500;
	}
}

static void
write_refusal(struct exchange *x, int status)
{
	struct proto_refusal r = { .verdict = hub_verdict(&x->e),
		.now_ms = hub_told_ms(x->http->hub) };
	const char *words = x->e.text;

	if (status == 500) /* paths and disks are the operator's matter */
		words = "the hub has trouble of its own; its operator sees "
		    "more in its log";
	memcpy(r.words, words, strnlen(words, sizeof(r.words) - 1));
	buf_reset(&x->reply.body);
	x->reply.type = CBOR_TYPE;
	proto_refusal_encode(&r, &x->reply.body);
}

static void
log_request(const struct exchange *x, int status)
{
	const struct route *route = x->found.route;
	struct tick tick = tick_system();
	char device[ID_TEXT_BYTES] = "-";

	if (x->found.is_signed && status != 400 && status != 401) {
		id_text(&x->found.sig.device, device);
		device[8] = '\0';
	}
	count_request(route_index(route), status,
	    tick_mono_ms(&tick) - x->start_ms);
	log_line(LOG_LEVEL_INFO, "event=request path=%s status=%d device=%s "
	    "ms=%lld", route != NULL ? route->path : "other", status, device,
	    (long long)(tick_mono_ms(&tick) - x->start_ms));
	if (status == 500)
		log_words(LOG_LEVEL_ERROR, "trouble", x->e.text);
}

static enum MHD_Result
send_reply(struct exchange *x, struct MHD_Connection *c, int status)
{
	struct MHD_Response *r = MHD_create_response_from_buffer(
	    x->reply.body.len, x->reply.body.data, MHD_RESPMEM_PERSISTENT);
	enum MHD_Result ok;

	if (r == NULL)
		return MHD_NO;
	MHD_add_response_header(r, "Content-Type", x->reply.type);
	MHD_add_response_header(r, "Cache-Control", "no-store");
	MHD_add_response_header(r, PROTO_VERSION_HEADER,
	    x->http->version_text);
	if (x->http->pins.len > 0)
		MHD_add_response_header(r, PROTO_PINS_HEADER,
		    x->http->pins_number);
	if (status == 405)
		MHD_add_response_header(r, "Allow", "GET, POST");
	if (x->last)
		MHD_add_response_header(r, "Connection", "close");
	ok = MHD_queue_response(c, (unsigned)status, r);
	MHD_destroy_response(r);
	log_request(x, status);
	return ok;
}

static enum MHD_Result
refuse(struct exchange *x, struct MHD_Connection *c, int status)
{
	write_refusal(x, status);
	return send_reply(x, c, status);
}

/* ---- judging by headers ---- */

static const char *
header(struct MHD_Connection *c, const char *name)
{
	return MHD_lookup_connection_value(c, MHD_HEADER_KIND, name);
}

/* A header that counts here and stands there twice means one thing to one
 * program and another to the next. */
static enum MHD_Result
find_twice(void *cls, enum MHD_ValueKind kind, const char *name,
    const char *value)
{
	static const char *const once[] = { "Host", "Content-Length",
		"Transfer-Encoding", "Content-Digest", "Signature-Input",
		"Signature" };
	unsigned *seen = cls;
	size_t i;

	(void)kind;
	(void)value;
	for (i = 0; i < sizeof(once) / sizeof(once[0]); i++) {
		if (strcasecmp(name, once[i]) != 0)
			continue;
		*seen |= *seen & 1u << i ? TWICE : 1u << i;
	}
	return MHD_YES;
}

/* 0, or the status to refuse with. */
static int
check_head(struct exchange *x, struct MHD_Connection *c, const char *method,
    const char *path)
{
	const union MHD_ConnectionInfo *info = MHD_get_connection_info(c,
	    MHD_CONNECTION_INFO_CLIENT_ADDRESS);
	struct head h = {
		.method = method, .path = path,
		.query = MHD_get_connection_values(c, MHD_GET_ARGUMENT_KIND,
		    NULL, NULL) != 0,
		.host = header(c, "Host"),
		.length = header(c, "Content-Length"),
		.encoding = header(c, "Transfer-Encoding"),
		.digest = header(c, "Content-Digest"),
		.input = header(c, "Signature-Input"),
		.signature = header(c, "Signature"),
		.version = header(c, PROTO_VERSION_HEADER),
		.speaks = x->http->version,
		.net = peers_net(info != NULL ? info->client_addr : NULL),
	};
	unsigned seen = 0;

	MHD_get_connection_values(c, MHD_HEADER_KIND, find_twice, &seen);
	h.twice = (seen & TWICE) != 0;

	return head_judge(x->http->auth, x->http->push_bytes, &h, &x->found,
	    &x->e);
}

/* ---- one request, as the library calls ---- */

static struct watch_line *
line_of(struct MHD_Connection *c)
{
	const union MHD_ConnectionInfo *info = MHD_get_connection_info(c,
	    MHD_CONNECTION_INFO_SOCKET_CONTEXT);

	return info != NULL ? info->socket_context : NULL;
}

static struct exchange *
exchange_new(struct http *h)
{
	struct exchange *x = mem_new(sizeof(*x));
	struct tick tick = tick_system();

	x->http = h;
	x->start_ms = tick_mono_ms(&tick);
	x->reply.type = CBOR_TYPE;
	buf_init(&x->body, PROTO_REQUEST_BYTES_MAX);
	buf_init(&x->reply.body, PROTO_ANSWER_BYTES_MAX);
	atomic_fetch_add(&h->busy, 1);
	return x;
}

/* What a listed device signed costs its address nothing, all else does. */
static void
count_against(struct exchange *x, struct watch_line *line)
{
	struct http *h = x->http;
	bool is_signed = x->status == 0 && x->found.is_signed;

	if (is_signed)
		watch_phase(h->watch, line, WATCH_BODY, x->found.length);
	else
		watch_phase(h->watch, line, WATCH_SWALLOW, 0);
	if (line == NULL)
		return;
	if (is_signed) {
		peers_trust(h->peers, watch_key(line));
	} else if (!peers_ask(h->peers, watch_key(line))) {
		count_refused(COUNT_ADDRESS_RATE);
		err_set(&x->e, ERR_AWAY, "too many requests from this "
		    "address; try again in a minute");
		x->status = 429;
		x->last = true;
	}
}

/* What nobody signed, and the large answer that a copied bundle gets again and
 * again, share so much memory; who signed needs none of it. */
static void
make_room(struct exchange *x)
{
	struct http *h = x->http;

	if (x->status != 0 || x->found.is_signed)
		return;
	x->strange_bytes = x->found.length +
	    (x->found.route->access == ROUTE_EITHER ? PROTO_ANSWER_BYTES_MAX :
	    0);
	if (atomic_fetch_add(&h->strange_bytes, x->strange_bytes) +
	    x->strange_bytes <= STRANGE_BYTES)
		return;
	count_refused(COUNT_NO_ROOM);
	err_set(&x->e, ERR_AWAY, "too many strangers send at once; try again "
	    "in a minute");
	x->status = 503;
	x->last = true;
}

static enum MHD_Result
begin(struct http *h, struct MHD_Connection *c, const char *method,
    const char *path, void **ctx)
{
	struct exchange *x = exchange_new(h);

	*ctx = x;
	x->status = check_head(x, c, method, path);
	if (x->status == 413)
		count_refused(COUNT_TOO_LONG);
	else if (x->status == 400 || (x->status >= 404 && x->status < 413))
		count_refused(COUNT_FORM);
	/* Where the next request would begin, nobody can say then. */
	x->last = x->status == 400 || x->status == 411;
	count_against(x, line_of(c));
	make_room(x);
	if (x->status == 0)
		return MHD_YES;
	if (x->status != 411 && x->found.route != NULL &&
	    x->found.length <= SWALLOW_BYTES)
		return MHD_YES; /* answered once the body is read */
	return refuse(x, c, x->status);
}

static enum MHD_Result
finish(struct exchange *x, struct MHD_Connection *c)
{
	struct request in = { .hub = x->http->hub,
		.device = x->found.sig.device, .body = buf_view(&x->body),
		.net = x->found.net, .version = x->http->version,
		.pins = buf_view(&x->http->pins) };
	int status = x->status;

	watch_phase(x->http->watch, line_of(c), WATCH_WORK, 0);
	if (status == 0 && buf_check(&x->body, "a request", &x->e) != 0)
		status = status_of(&x->e);
	if (status == 0)
		status = head_digest(&x->found, in.body, &x->e);
	if (status == 0 &&
	    (x->found.route->handle(&in, &x->reply, &x->e) != 0 ||
	    buf_check(&x->reply.body, "an answer", &x->e) != 0))
		status = status_of(&x->e);
	watch_phase(x->http->watch, line_of(c), WATCH_ANSWER,
	    x->reply.body.len);
	return status == 0 ? send_reply(x, c, 200) : refuse(x, c, status);
}

static enum MHD_Result
on_request(void *cls, struct MHD_Connection *c, const char *path,
    const char *method, const char *version, const char *data, size_t *len,
    void **ctx)
{
	struct exchange *x = *ctx;

	(void)version;
	if (x == NULL)
		return begin(cls, c, method, path, ctx);
	if (*len == 0)
		return finish(x, c);
	if (x->status == 0)
		buf_add(&x->body, data, *len);
	*len = 0;
	return MHD_YES;
}

static void
on_completed(void *cls, struct MHD_Connection *c, void **ctx,
    enum MHD_RequestTerminationCode how)
{
	struct exchange *x = *ctx;
	struct http *h = cls;

	(void)how;
	watch_phase(h->watch, line_of(c), WATCH_IDLE, 0);
	if (x == NULL)
		return;
	atomic_fetch_sub(&h->strange_bytes, x->strange_bytes);
	if (x->found.is_signed)
		auth_done(h->auth, &x->found.sig.device);
	buf_done(&x->body);
	buf_done(&x->reply.body);
	mem_free(x);
	*ctx = NULL;
	atomic_fetch_sub(&h->busy, 1);
}

static void
left(struct http *h, struct watch_line *line)
{
	uint64_t key;

	if (line == NULL)
		return;
	key = watch_key(line);
	watch_drop(h->watch, line); /* first: watch asks for its address */
	peers_leave(h->peers, key);
	gate_wake(h->gate);
}

static void
on_connection(void *cls, struct MHD_Connection *c, void **socket_ctx,
    enum MHD_ConnectionNotificationCode how)
{
	struct http *h = cls;
	const union MHD_ConnectionInfo *info, *from;

	count_connection(how != MHD_CONNECTION_NOTIFY_CLOSED);
	if (how == MHD_CONNECTION_NOTIFY_CLOSED) {
		left(h, *socket_ctx);
		*socket_ctx = NULL;
		return;
	}
	info = MHD_get_connection_info(c, MHD_CONNECTION_INFO_CONNECTION_FD);
	from = MHD_get_connection_info(c, MHD_CONNECTION_INFO_CLIENT_ADDRESS);
	if (info != NULL)
		*socket_ctx = watch_add(h->watch, info->connect_fd, peers_key(
		    from != NULL ? from->client_addr : NULL));
}

/* Failed handshakes and torn connections are everyday; no line for them. */
static void
on_library_words(void *cls, const char *fmt, va_list ap)
{
	(void)cls;
	(void)fmt;
	(void)ap;
}

/* ---- starting and stopping ---- */

static struct MHD_Daemon *
start_daemon(struct http *h, const struct http_options *o)
{
	return MHD_start_daemon(MHD_USE_THREAD_PER_CONNECTION |
	    MHD_USE_INTERNAL_POLLING_THREAD | MHD_USE_POLL | MHD_USE_TLS |
	    MHD_USE_ITC | MHD_USE_NO_LISTEN_SOCKET | MHD_USE_ERROR_LOG, 0,
	    NULL, NULL, on_request, h,
	    MHD_OPTION_EXTERNAL_LOGGER, on_library_words, NULL,
	    MHD_OPTION_HTTPS_MEM_CERT, o->tls_cert,
	    MHD_OPTION_HTTPS_MEM_KEY, o->tls_key,
	    MHD_OPTION_HTTPS_PRIORITIES, PRIORITIES,
	    /* The gate counts; some may still be closing. */
	    MHD_OPTION_CONNECTION_LIMIT, 2U * (unsigned)o->max_connections,
	    MHD_OPTION_CONNECTION_MEMORY_LIMIT, (size_t)HEADER_POOL_BYTES,
	    MHD_OPTION_THREAD_STACK_SIZE, (size_t)STACK_BYTES,
	    MHD_OPTION_STRICT_FOR_CLIENT, 1,
	    MHD_OPTION_NOTIFY_COMPLETED, on_completed, h,
	    MHD_OPTION_NOTIFY_CONNECTION, on_connection, h,
	    MHD_OPTION_END);
}

/* The library closes what it does not take. */
static int
take_connection(void *ctx, int fd, const struct sockaddr *from, socklen_t len)
{
	struct http *h = ctx;

	return MHD_add_connection(h->daemon, fd, from, len) == MHD_YES ? 0 : -1;
}

static int
open_gate(struct http *h, const struct http_options *o, struct err *e)
{
	struct gate_options g = { .socket = o->socket,
		.max_live = o->max_connections, .max_waiting = o->max_waiting,
		.wait_ms = o->wait_ms, .peers = h->peers, .watch = h->watch,
		.serve = take_connection, .ctx = h };

	return gate_open(&g, &h->gate, e);
}

/* What is remembered goes over, and who waits. */
static void
take_over(struct http *h, const struct http_options *o)
{
	auth_limit(h->auth, &o->auth);
	peers_limit(h->peers, &o->peers);
	o->before->left = true;
	gate_stop(o->before->gate, h->gate);
}

static void
let_go(struct http *h)
{
	gate_close(h->gate);
	watch_close(h->watch);
	if (!h->left) {
		auth_free(h->auth);
		peers_free(h->peers);
	}
	buf_done(&h->pins);
	mem_free(h);
}

static void
keep_version(struct http *h, uint64_t version)
{
	h->version = version != 0 ? version : PROTO_VERSION;
	snprintf(h->version_text, sizeof(h->version_text), "%llu",
	    (unsigned long long)h->version);
}

static void
keep_pins(struct http *h, const struct pins *p)
{
	buf_init(&h->pins, PINS_BYTES_MAX);
	if (p == NULL || h->version < PROTO_VERSION_PINS)
		return;
	pins_encode(p, &h->pins);
	snprintf(h->pins_number, sizeof(h->pins_number), "%llu",
	    (unsigned long long)p->number);
}

int
http_start(const struct http_options *o, struct http **out, struct err *e)
{
	struct http *h = mem_new(sizeof(*h));

	*out = NULL;
	h->hub = o->hub;
	h->push_bytes = o->push_bytes;
	keep_version(h, o->version);
	keep_pins(h, o->pins);
	h->left = o->before != NULL; /* until this one has started */
	h->auth = h->left ? o->before->auth : auth_new(o->hub, &o->auth);
	h->peers = h->left ? o->before->peers :
	    peers_new(&o->peers, tick_system());
	if (watch_open(&o->watch, h->peers, &h->watch, e) == 0) {
		h->daemon = start_daemon(h, o);
		if (h->daemon == NULL)
			err_set(e, ERR_LOCAL, "cannot start the HTTPS server: "
			    "check that tls_cert and tls_key are a pair of PEM "
			    "files");
	}
	if (h->daemon == NULL) {
		close(o->socket);
		let_go(h);
		return -1;
	}
	if (open_gate(h, o, e) != 0) {
		MHD_stop_daemon(h->daemon);
		let_go(h);
		return -1;
	}
	h->left = false;
	if (o->before != NULL)
		take_over(h, o);
	*out = h;
	return 0;
}

void
http_stop(struct http *h, int wait_ms)
{
	struct timespec step = { 0, 10 * 1000000L };

	if (h == NULL)
		return;
	gate_stop(h->gate, NULL);
	for (; wait_ms > 0 && atomic_load(&h->busy) > 0; wait_ms -= 10)
		nanosleep(&step, NULL);
	MHD_stop_daemon(h->daemon);
	let_go(h);
}
