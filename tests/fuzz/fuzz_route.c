/*
 * The hub's requests without socket, TLS and signature: a body goes through
 * the handler of a route into a hub that is in the same state each time.
 *
 * byte 0: low four bits: a route of the table; above it: a push that is built
 * here from the rest, signed and in its author's chain, so that the hub's
 * rules see what is inside. Bit 7: a hub that nobody has claimed yet.
 * byte 1: who asks. A built push: items of kind u8, author u8, space u8,
 * epoch u8, group u8, length u16, body.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/base/file.h"
#include "common/base/mem.h"
#include "daemon/api/route.h"
#include "tests/fuzz/fuzz.h"
#include "tests/support/hubworld.h"

#define PEOPLE 4
#define ROUTES 8
#define ITEMS_MAX 6
#define BODY_MAX (8 * 1024)

static const struct {
	const char *method, *path;
} routes[ROUTES] = {
	{ "GET", "/v1/info" }, { "GET", "/v1/health" },
	{ "POST", "/v1/claim" }, { "POST", "/v1/enrol" },
	{ "POST", "/v1/requests" }, { "POST", "/v1/push" },
	{ "POST", "/v1/pull" }, { "POST", "/v1/recover" },
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

/* ---- one request ---- */

static void
handle(const char *method, const char *path, const struct id *device,
    struct view body)
{
	struct request in = { .hub = now.hub, .device = *device,
		.body = body };
	struct reply out = { .type = "application/cbor" };
	const struct route *route;
	struct err e;
	bool known;

	route = route_find(method, path, &known);
	FUZZ_SURE(route != NULL && known);
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

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct fuzz_in in = { data, size };
	uint64_t first = fuzz_take(&in, 1), who = fuzz_take(&in, 1);
	struct hub_status before, after;
	struct buf body;
	struct err e;
	int route = (int)(first & 15), state = (first & 0x80) != 0;

	fuzz_begin();
	if (states[0].file.len == 0)
		make_states();
	if (open_state != state)
		reset(state);
	must(hub_status(now.hub, &before, &e), &e);
	buf_init(&body, PROTO_REQUEST_BYTES_MAX);
	if (route >= ROUTES) {
		build_push(&in, &body);
		route = 5;
	} else {
		buf_add(&body, in.data, in.left);
	}
	handle(routes[route].method, routes[route].path,
	    &now.dev[who % (PEOPLE + 1)].keys.device, buf_view(&body));
	buf_done(&body);
	must(hub_status(now.hub, &after, &e), &e);
	if (changed(&before, &after))
		reset(state);
	memcpy(now.dev, states[state].world.dev, sizeof(now.dev));
	now.root_line = states[state].world.root_line;
	return 0;
}
