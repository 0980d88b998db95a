/*
 * How many durable pushes a second a hub takes over TLS, from one client and
 * from eight at once. Each push is one sealed changeset with one note, sealed
 * beforehand, so that only sending is measured; each is answered after it is
 * on the hub's disk. Eight waiting clients share the hub's commits.
 */
#include <pthread.h>
#include <stdio.h>
#include <string.h>

#include "client/core/outbox/outbox.h"
#include "client/core/sync/outbox_cut.h"
#include "common/base/mem.h"
#include "common/wire/keys.h"
#include "common/wire/proto.h"
#include "tests/bench/measure.h"
#include "tests/bench/plain.h"
#include "tests/bench/stage.h"
#include "tests/bench/texts.h"

#define CLIENTS 8
#define TIMES 3

struct client {
	struct device *d;
	struct store *store;
	struct id case_id;
	struct buf bytes;  /* sealed changesets, one after the other */
	struct view *item; /* in ${bytes} */
	size_t count, next, batch;
};

static struct client clients[CLIENTS];
static struct series one, many, plain, one_hub, many_hub;

/* Each note in a changeset of its own, as if saved minutes apart. */
static void
seal_notes(struct client *c, size_t from, size_t n)
{
	struct err e;
	size_t i, changed;

	for (i = 0; i < n; i++) {
		device_notes(c->d, &c->case_id, 1, from + i, 1);
		must(outbox_cut(c->store, &changed, &e), &e);
	}
}

static void
read_outbox(struct client *c, size_t n)
{
	struct stmt *q = db_prepare(c->store->db,
	    "SELECT bytes FROM outgoing WHERE state = 1 ORDER BY oid");
	struct err e;
	size_t at = 0, *len = mem_new(n * sizeof(*len)), i;

	buf_init(&c->bytes, n * 4096);
	while (must(db_step(q, &e), &e) == 1 && c->count < n) {
		struct view v = db_blob(q, 0);

		buf_add(&c->bytes, v.data, v.len);
		len[c->count++] = v.len;
	}
	db_reset(q);
	must(buf_check(&c->bytes, "the sealed notes", &e), &e);
	if (c->count != n)
		die("%zu changesets sealed of %zu", c->count, n);
	c->item = mem_new(n * sizeof(*c->item));
	for (i = 0; i < n; i++, at += len[i - 1])
		c->item[i] = view_of(c->bytes.data + at, len[i]);
	mem_free(len);
}

/* One push of one item, as the client core sends it. */
static void
push_one(struct client *c, struct proto_push *push, struct proto_pushed *got)
{
	struct remote_call call = { .method = "POST", .path = "/v1/push",
		.me = c->store->me };
	struct buf body, answer;
	struct err e;
	int status;

	buf_init(&body, PROTO_REQUEST_BYTES_MAX);
	buf_init(&answer, PROTO_ANSWER_BYTES_MAX);
	push->known = c->store->head.at;
	push->count = 1;
	push->items[0].bytes = c->item[c->next++];
	push->items[0].group = 0;
	proto_push_encode(push, &body);
	call.body = buf_view(&body);
	must(c->d->remote.call(c->d->remote.ctx, &call, &status, &answer,
	    &e), &e);
	if (status != 200)
		die("the hub answered %d", status);
	must(proto_pushed_decode(buf_view(&answer), got, &e), &e);
	if (got->count != 1 || got->items[0].verdict != VERDICT_ACCEPTED)
		die("a push was not accepted: verdict %d",
		    got->count == 1 ? (int)got->items[0].verdict : 0);
	buf_done(&body);
	buf_done(&answer);
}

static void *
push_batch(void *arg)
{
	struct client *c = arg;
	struct proto_push *push = mem_new(sizeof(*push));
	struct proto_pushed *got = mem_new(sizeof(*got));
	size_t i;

	for (i = 0; i < c->batch; i++)
		push_one(c, push, got);
	mem_free(push);
	mem_free(got);
	return NULL;
}

static void
run(const struct stage *st, size_t n, size_t batch, struct series *wall,
    struct series *hub)
{
	int64_t before = stage_hub_ns(st);
	struct mark m = measure_begin();
	pthread_t thread[CLIENTS];
	size_t i;

	for (i = 0; i < n; i++) {
		clients[i].batch = batch;
		if (pthread_create(&thread[i], NULL, push_batch,
		    &clients[i]) != 0)
			die("no thread");
	}
	for (i = 0; i < n; i++)
		pthread_join(thread[i], NULL);
	measure_add(wall, &m);
	hub->at[hub->n].wall_ms = hub->at[hub->n].cpu_ms =
	    (double)(stage_hub_ns(st) - before) / 1e6;
	hub->n++;
}

static void
run_plain(struct plain *p, size_t n)
{
	char text[TEXTS_BYTES];
	struct mark m = measure_begin();
	size_t i;

	for (i = 0; i < n; i++)
		plain_insert(p, texts_note(i, text), false);
	measure_add(&plain, &m);
}

static double
rate(const struct series *s, size_t pushes)
{
	return (double)pushes * 1000 / measure_median(s).wall_ms;
}

static void
report(size_t batch)
{
	double alone = rate(&plain, batch);

	measure_title("Pushes a hub takes over TLS, one note each");
	measure_value("plain SQLite, commits of a row", alone, "/s");
	measure_value_beside("1 client", rate(&one, batch), "pushes/s",
	    alone, "plain commits");
	measure_value_beside("8 clients at once", rate(&many, batch *
	    CLIENTS), "pushes/s", rate(&one, batch), "1 client");
	measure_value("hub's processor time, 1 client", measure_median(
	    &one_hub).cpu_ms * 1000 / (double)batch, "us a push");
	measure_value("hub's processor time, 8 clients", measure_median(
	    &many_hub).cpu_ms * 1000 / (double)(batch * CLIENTS),
	    "us a push");
}

int
main(int argc, char **argv)
{
	size_t batch = measure_size("BENCH_PUSHES", 200), i;
	char dir[STAGE_PATH], path[STAGE_PATH + 16];
	struct stage st;
	struct plain *p;

	if (argc != 3 || keys_init() != 0)
		die("usage: %s TUGID FOLDER", argv[0]);
	texts_load("tests/data/notes-year.csv");
	snprintf(dir, sizeof(dir), "%s/hub", argv[2]);
	stage_open(&st, dir, argv[1]);
	for (i = 0; i < CLIENTS; i++) {
		struct client *c = &clients[i];

		c->d = i == 0 ? st.officer : stage_device(&st);
		c->store = session_store(c->d->s);
		device_case(c->d, i, &c->case_id);
		/* The section for notes begins with the first of them. */
		device_notes(c->d, &c->case_id, 1, i, 1);
		device_sync(c->d, NULL);
	}
	/* Each device that came later opened the others' sections to itself:
	 * the second round knows all the new keys. */
	for (i = 0; i < (size_t)2 * CLIENTS; i++)
		device_sync(clients[i % CLIENTS].d, NULL);
	for (i = 0; i < CLIENTS; i++) {
		size_t n = batch * TIMES * (i == 0 ? 2 : 1);

		/* From here on nobody syncs: that would send them. */
		seal_notes(&clients[i], i * 100000 + 10, n);
		read_outbox(&clients[i], n);
	}
	snprintf(path, sizeof(path), "%s/plain.db", dir);
	p = plain_open(path);
	for (i = 0; i < TIMES; i++) {
		run_plain(p, batch);
		run(&st, 1, batch, &one, &one_hub);
		run(&st, CLIENTS, batch, &many, &many_hub);
	}
	report(batch);
	plain_close(p);
	for (i = CLIENTS; i-- > 1;)
		device_close(clients[i].d);
	for (i = 0; i < CLIENTS; i++) {
		buf_done(&clients[i].bytes);
		mem_free(clients[i].item);
	}
	stage_close(&st);
	return 0;
}
