/*
 * The hub's requests without socket and TLS: headers are judged as daemon/api
 * judges them, then the body goes through the handler of its route into a hub
 * that is in the same state each time.
 *
 * byte 0: low four bits: a route of the table; above it: a push that is built
 * here from the rest, signed and in its author's chain, so that the hub's
 * rules see what is inside. Bit 6: the rest is a whole request as text. Bit 7:
 * a hub that nobody has claimed yet.
 * byte 1: who asks. A built push: items of kind u8, author u8, space u8,
 * epoch u8, group u8, length u16, body.
 * A request as text: "METHOD TARGET", lines "Name: value", an empty line, the
 * body. Some lines are instructions: "@length" the right length, "@sign S"
 * the headers of a signature by who asks, made S seconds from now (what stands
 * in the lines before is signed; lines behind it change what was signed),
 * "@flip N" one bit of the headers so far.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/base/file.h"
#include "common/base/mem.h"
#include "daemon/api/head.h"
#include "tests/fuzz/fuzz.h"
#include "tests/support/hubworld.h"

#define PEOPLE 4
#define ITEMS_MAX 6
#define BODY_MAX (8 * 1024)

static const struct {
	const char *method, *path;
} routes[ROUTES] = {
	{ "GET", "/v1/info" }, { "GET", "/v1/health" },
	{ "POST", "/v1/claim" }, { "POST", "/v1/enrol" },
	{ "POST", "/v1/requests" }, { "POST", "/v1/push" },
	{ "POST", "/v1/pull" }, { "POST", "/v1/recover" },
	{ "GET", "/v1/succession" }, { "POST", "/v1/blob/put" },
	{ "POST", "/v1/blob/get" }, { "POST", "/v1/bundle" },
	{ "GET", "/v1/pins" }, { "GET", "/v1/keys" },
	{ "POST", "/v1/anchor" },
};

struct state { /* a hub's database and what its world knows of it */
	struct hubworld world;
	struct buf file;
};
static struct state states[2]; /* claimed, unclaimed */
static struct hubworld now;
static int open_state = -1;

/* ---- the same hub each time ---- */

static void
must(int rc, const struct err *e)
{
	if (rc != 0)
		fprintf(stderr, "%s\n", e->text);
	FUZZ_SURE(rc == 0);
}

static void
keep(struct state *s)
{
	struct err e;

	hw_close(&now);
	buf_init(&s->file, 1 << 24);
	must(file_read(now.path, &s->file, &e), &e);
	s->world = now;
}

static void
end(void)
{
	if (open_state >= 0)
		hw_end(&now);
}

/* A case's space: device 0 keeps it, 2 writes, 3 reads. */
static void
make_space(void)
{
	struct hw_epoch one = { .number = 1, .count = 1, .devs = { 0 },
		.rights = { RIGHT_KEEP } };
	struct hw_epoch two = { .number = 2, .count = 3, .devs = { 0, 2, 3 },
		.rights = { RIGHT_KEEP, RIGHT_WRITE, RIGHT_READ },
		.cites = true };
	struct id space = { { 0x11 } };
	struct hw_item it;

	hw_epoch(&now, 0, &space, &one, &it);
	two.prev = it.id;
	FUZZ_SURE(hw_push1(&now, 0, &it) == VERDICT_ACCEPTED);
	hw_epoch(&now, 0, &space, &two, &it);
	FUZZ_SURE(hw_push1(&now, 0, &it) == VERDICT_ACCEPTED);
}

static void
make_states(void)
{
	struct err e;

	hw_begin(&now);
	keep(&states[1]);
	must(hw_open(&now, false, &e), &e);
	hw_claim(&now, PEOPLE);
	make_space();
	keep(&states[0]);
	atexit(end);
}

/* The hub of state ${n}, as it was made; left open for the next input. */
static void
reset(int n)
{
	char path[120];
	struct err e;

	if (open_state >= 0)
		hw_close(&now);
	now = states[n].world;
	snprintf(path, sizeof(path), "%s-wal", now.path);
	unlink(path);
	snprintf(path, sizeof(path), "%s-shm", now.path);
	unlink(path);
	must(file_replace(now.path, buf_view(&states[n].file), 0600, &e), &e);
	must(hw_open(&now, false, &e), &e);
	open_state = n;
}

static bool
changed(const struct hub_status *a, const struct hub_status *b)
{
	return a->log.size != b->log.size || a->requests != b->requests ||
	    a->claimed != b->claimed || a->bytes != b->bytes ||
	    a->members != b->members || a->spaces != b->spaces;
}

/* ---- a push in good form ---- */

static struct id
space_of(uint64_t n)
{
	struct id id = { { 0 } };

	if (n % 4 == 1)
		return now.commons;
	id.b[0] = n % 4 == 0 ? 0 : n % 4 == 2 ? 0x11 : (uint8_t)n;
	return id;
}

static void
build_item(struct fuzz_in *in, struct proto_push_item *out,
    struct hw_item *item)
{
	struct changeset_header h = { .kind = (enum changeset_kind)
		(1 + fuzz_take(in, 1) % 6) };
	int author = (int)(fuzz_take(in, 1) % (PEOPLE + 1)) - 1;
	struct view body;

	h.space = space_of(fuzz_take(in, 1));
	h.epoch = (uint32_t)fuzz_take(in, 1) % 4;
	h.seen = now.info.log;
	out->group = (uint32_t)fuzz_take(in, 1) % 3;
	body = fuzz_take_view(in, fuzz_take(in, 2) % BODY_MAX);
	if (body.len == 0)
		body = view_str("x");
	hw_make(&now, author, &h, body, item);
	item->line->counter = item->counter; /* the next item follows it */
	item->line->last = item->id;
	out->bytes = view_of(item->bytes, item->len);
}

static void
build_push(struct fuzz_in *in, struct buf *out)
{
	struct proto_push *push = mem_new(sizeof(*push));
	struct hw_item items[ITEMS_MAX];
	size_t i;

	push->known = now.info.log;
	while (in->left > 0 && push->count < ITEMS_MAX) {
		build_item(in, &push->items[push->count],
		    &items[push->count]);
		push->count++;
	}
	proto_push_encode(push, out);
	for (i = 0; i < push->count; i++)
		hw_free(&items[i]);
	mem_free(push);
}

/* ---- a request as text ---- */

#define PUSH_BYTES 100000
#define HEADERS 6

struct text { /* taken apart; all of it on the heap */
	char *method, *path;
	bool query;
	char *value[HEADERS];
	struct view body;
};
static const char *const names[HEADERS] = { "Host", "Content-Length",
	"Transfer-Encoding", "Content-Digest", "Signature-Input",
	"Signature" };

static void
set_value(struct text *t, size_t i, const char *from)
{
	mem_free(t->value[i]);
	t->value[i] = mem_dup(from);
}

static void
header_line(struct text *t, const char *line)
{
	size_t i, n;

	for (i = 0; i < HEADERS; i++) {
		n = strlen(names[i]);
		if (strncmp(line, names[i], n) == 0 && line[n] == ':')
			set_value(t, i, line + n + 1 +
			    strspn(line + n + 1, " "));
	}
}

static void
sign_text(struct text *t, const struct device_keys *me, int64_t off_s)
{
	struct httpsig_request req = { t->method, t->value[0] != NULL ?
		t->value[0] : "", t->path, "?" };
	int64_t at = hub_now_ms(now.hub) / 1000 + off_s % 1000000;
	struct buf b;
	char *line, *end;

	buf_init(&b, 1 << 20);
	httpsig_sign(&req, t->body, me, at, &b);
	buf_add_be(&b, 0, 1);
	for (line = (char *)b.data; (end = strstr(line, "\r\n")) != NULL;
	    line = end + 2) {
		*end = '\0';
		header_line(t, line);
	}
	buf_done(&b);
}

static void
flip(struct text *t, unsigned long at)
{
	size_t i, n;

	for (i = 0; i < HEADERS; i++) {
		n = t->value[i] != NULL ? strlen(t->value[i]) : 0;
		if (at < 8 * n) {
			t->value[i][at / 8] ^= (char)(1 << at % 8);
			return;
		}
		at -= 8 * n;
	}
}

static void
take_line(struct text *t, const char *line, const struct device_keys *me)
{
	char number[24];

	if (strcmp(line, "@length") == 0) {
		snprintf(number, sizeof(number), "%zu", t->body.len);
		set_value(t, 1, number);
	} else if (strncmp(line, "@sign", 5) == 0) {
		sign_text(t, me, strtoll(line + 5, NULL, 10));
	} else if (strncmp(line, "@flip", 5) == 0) {
		flip(t, strtoul(line + 5, NULL, 10));
	} else {
		header_line(t, line);
	}
}

static void
first_line(struct text *t, char *line)
{
	char *space = strchr(line, ' '), *query;

	if (space != NULL)
		*space = '\0';
	query = space != NULL ? strchr(space + 1, '?') : NULL;
	if (query != NULL)
		*query = '\0';
	t->query = query != NULL && query[1] != '\0';
	t->method = mem_dup(line);
	t->path = mem_dup(space != NULL ? space + 1 : "/");
}

static void
take_apart(struct view in, struct text *t, const struct device_keys *me)
{
	const uint8_t *gap = in.len > 0 ? memmem(in.data, in.len, "\n\n", 2) :
	    NULL;
	size_t n = gap != NULL ? (size_t)(gap - in.data) : in.len;
	char *lines = fuzz_text(in.data, n), *line = lines, *end;

	memset(t, 0, sizeof(*t));
	if (gap != NULL)
		t->body = view_of(gap + 2, in.len - n - 2);
	end = strchrnul(line, '\n');
	for (n = 0;; n++) {
		bool last = *end == '\0';

		*end = '\0';
		if (n == 0)
			first_line(t, line);
		else
			take_line(t, line, me);
		if (last)
			break;
		line = end + 1;
		end = strchrnul(line, '\n');
	}
	mem_free(lines);
}

static void
text_done(struct text *t)
{
	size_t i;

	mem_free(t->method);
	mem_free(t->path);
	for (i = 0; i < HEADERS; i++)
		mem_free(t->value[i]);
}

/* What was let in by a signature: a listed device's, over just this. */
static void
check_let_in(struct auth *auth, const struct head *h,
    const struct head_found *f)
{
	struct httpsig_request req = { h->method, h->host, h->path, "?" };
	struct head_found again;
	struct sign_pub pub;
	struct err e;

	FUZZ_SURE(hub_device(now.hub, &f->sig.device, &pub) ==
	    VERDICT_ACCEPTED);
	FUZZ_SURE(httpsig_check(&f->sig, &req, &pub));
	FUZZ_SURE(llabs(hub_now_ms(now.hub) / 1000 - f->sig.created_s) <=
	    HTTPSIG_SKEW_S);
	err_clear(&e);
	FUZZ_SURE(head_judge(auth, PUSH_BYTES, h, &again, &e) == 401);
}

static bool
is_status(int status)
{
	return status == 400 || status == 401 || status == 403 ||
	    status == 404 || status == 405 || status == 411 ||
	    status == 413 || status == 429;
}

/* true: ${body} is to be handled, as if from ${device}. */
static bool
judge_text(const struct text *t, const struct route **route,
    struct id *device, struct view *body)
{
	struct auth_limits limits = { 10, 1 };
	struct auth *auth = auth_new(now.hub, &limits);
	struct head h = { .method = t->method, .path = t->path,
		.query = t->query, .host = t->value[0],
		.length = t->value[1], .encoding = t->value[2],
		.digest = t->value[3], .input = t->value[4],
		.signature = t->value[5] };
	struct head_found f;
	struct err e;
	int status;

	err_clear(&e);
	status = head_judge(auth, PUSH_BYTES, &h, &f, &e);
	if (status == 0 && f.is_signed)
		check_let_in(auth, &h, &f);
	auth_free(auth);
	if (status == 0 && f.length <= t->body.len) {
		*body = view_of(t->body.data, f.length);
		status = head_digest(&f, *body, &e);
		*route = f.route;
		*device = f.sig.device;
		if (status == 0)
			return true;
	}
	if (status != 0) {
		FUZZ_SURE(is_status(status));
		fuzz_refused(&e);
	}
	return false;
}

/* ---- one request ---- */

static void
handle(const struct route *route, const struct id *device, struct view body)
{
	struct request in = { .hub = now.hub, .device = *device,
		.body = body, .version = PROTO_VERSION };
	struct reply out = { .type = "application/cbor" };
	struct err e;

	if (body.len > route->ceiling)
		return;
	if (route->access != ROUTE_SIGNED)
		memset(&in.device, 0, sizeof(in.device));
	err_clear(&e);
	buf_init(&out.body, PROTO_ANSWER_BYTES_MAX);
	if (route->handle(&in, &out, &e) != 0) {
		fuzz_refused(&e);
		FUZZ_SURE(e.kind != ERR_LOCAL);
	}
	FUZZ_SURE(!out.body.toobig);
	buf_done(&out.body);
}

static void
handle_text(struct view in, const struct device_keys *me)
{
	const struct route *route;
	struct text t;
	struct id device;
	struct view body;

	take_apart(in, &t, me);
	if (judge_text(&t, &route, &device, &body))
		handle(route, &device, body);
	text_done(&t);
}

static void
handle_body(struct fuzz_in *in, size_t number, const struct id *device)
{
	const struct route *route;
	struct buf body;
	bool known;

	buf_init(&body, PROTO_REQUEST_BYTES_MAX);
	if (number >= ROUTES) {
		build_push(in, &body);
		number = 5;
	} else {
		buf_add(&body, in->data, in->left);
	}
	route = route_find(routes[number].method, routes[number].path, &known);
	FUZZ_SURE(route != NULL && known);
	handle(route, device, buf_view(&body));
	buf_done(&body);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct fuzz_in in = { data, size };
	uint64_t first = fuzz_take(&in, 1), who = fuzz_take(&in, 1);
	struct hub_status before, after;
	const struct device_keys *me;
	struct err e;
	int state = (first & 0x80) != 0;

	fuzz_begin();
	if (states[0].file.len == 0)
		make_states();
	if (open_state != state)
		reset(state);
	must(hub_status(now.hub, &before, &e), &e);
	me = &now.dev[who % (PEOPLE + 1)].keys;
	if ((first & 0x40) != 0)
		handle_text(view_of(in.data, in.left), me);
	else
		handle_body(&in, first & 15, &me->device);
	must(hub_status(now.hub, &after, &e), &e);
	if (changed(&before, &after))
		reset(state);
	memcpy(now.dev, states[state].world.dev, sizeof(now.dev));
	now.root_line = states[state].world.root_line;
	return 0;
}
