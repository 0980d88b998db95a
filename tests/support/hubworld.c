/* An office in a test: see the header. Failures here end the test program. */
#include "tests/support/hubworld.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/base/mem.h"

static void
must(int rc, const struct err *e)
{
	if (rc == 0)
		return;
	fprintf(stderr, "hubworld: %s\n", e->text);
	abort();
}

static void
sure(bool ok, const char *what)
{
	if (ok)
		return;
	fprintf(stderr, "hubworld: %s failed\n", what);
	abort();
}

/* ---- clock ---- */

static int64_t
wall(void *ctx)
{
	struct hubworld *w = ctx;

	if (w->on_clock != NULL)
		w->on_clock(w);
	return atomic_load(&w->wall_ms);
}

static int64_t
mono(void *ctx)
{
	return atomic_load(&((struct hubworld *)ctx)->mono_ms);
}

void
hw_pass(struct hubworld *w, int64_t ms)
{
	atomic_fetch_add(&w->wall_ms, ms);
	atomic_fetch_add(&w->mono_ms, ms);
}

/* ---- the hub ---- */

static void
seed(uint8_t out[32], int kind, int number)
{
	memset(out, 0, 32);
	out[0] = (uint8_t)kind;
	out[1] = (uint8_t)number;
	out[31] = 0x5a;
}

void
hw_keys(struct hubworld *w)
{
	struct box_key secret;
	uint8_t s[32];
	int i;

	sure(keys_init() == 0, "keys_init");
	seed(s, 1, 0);
	keys_sign_from_seed(s, &w->root, &w->root_key);
	seed(s, 2, 0);
	keys_box_from_seed(s, &w->recovery, &secret);
	seed(s, 3, 0);
	keys_sign_from_seed(s, &w->hub_pub, &w->hub_key);
	memcpy(w->key.b, s, sizeof(w->key.b));
	memset(w->commons.b, 0xc0, sizeof(w->commons.b));
	for (i = 0; i < HW_DEVICES; i++) {
		struct device_keys *k = &w->dev[i].keys;

		seed(s, 4, i);
		keys_sign_from_seed(s, &k->sign_pub, &k->sign);
		seed(s, 5, i);
		keys_box_from_seed(s, &k->box_pub, &k->box);
		keys_device_id(&k->sign_pub, &k->box_pub, &k->device);
		memset(w->dev[i].person.b, 0x40 + i,
		    sizeof(w->dev[i].person.b));
	}
}

int
hw_open(struct hubworld *w, bool confirmed, struct err *e)
{
	struct hub_options o = { .path = w->path, .name = "hub.test",
		.pub = w->hub_pub, .key = w->hub_key,
		.tick = { wall, mono, w }, .limits = w->limits,
		.clock_confirmed = confirmed };

	if (hub_open(&o, &w->hub, e) != 0)
		return -1;
	return hub_info(w->hub, &w->info, e);
}

void
hw_close(struct hubworld *w)
{
	hub_close(w->hub);
	w->hub = NULL;
}

void
hw_begin(struct hubworld *w)
{
	struct tick tick = { wall, mono, w };
	char path[80];
	struct err e;

	memset(w, 0, sizeof(*w));
	atomic_store(&w->wall_ms, HW_NOW);
	atomic_store(&w->mono_ms, 1000);
	hw_keys(w);
	folder_make(w->folder, "tugi-hub");
	snprintf(path, sizeof(path), "%s/hub.db", w->folder);
	w->path = mem_dup(path);
	must(hub_make(w->path, "hub.test", HW_CODE, tick, &e), &e);
	must(hw_open(w, false, &e), &e);
}

void
hw_end(struct hubworld *w)
{
	static const char *const tails[] = { "", "-wal", "-shm" };
	char path[100];
	size_t i;

	hw_close(w);
	for (i = 0; i < 3; i++) {
		snprintf(path, sizeof(path), "%s%s", w->path, tails[i]);
		unlink(path);
	}
	rmdir(w->folder);
	mem_free(w->path);
}

/* ---- makers ---- */

void
hw_free(struct hw_item *it)
{
	mem_free(it->bytes);
	it->bytes = NULL;
}

struct hw_line *
hw_line(struct hubworld *w, int dev, const struct id *space)
{
	struct hw_line *l;
	int i;

	if (dev < 0)
		return &w->root_line;
	for (i = 0; i < HW_LINES; i++) {
		l = &w->dev[dev].lines[i];
		if (l->used && id_eq(&l->space, space))
			return l;
	}
	for (i = 0; i < HW_LINES; i++) {
		l = &w->dev[dev].lines[i];
		if (!l->used) {
			l->used = true;
			l->space = *space;
			return l;
		}
	}
	abort();
}

/* Fill what the chain decides; counter and prev_own 0 mean "the next". */
static void
fill(struct hubworld *w, int dev, struct changeset_header *h,
    struct hw_item *out)
{
	memset(out, 0, sizeof(*out));
	out->line = hw_line(w, dev, &h->space);
	if (dev < 0)
		directory_root_id(&w->root, &h->author);
	else
		h->author = w->dev[dev].keys.device;
	if (h->counter == 0) {
		h->counter = out->line->counter + 1;
		h->prev_own = out->line->last;
	}
	out->counter = h->counter;
}

static void
keep(struct hw_item *out, struct buf *b)
{
	out->len = b->len;
	out->bytes = mem_new(b->len);
	memcpy(out->bytes, b->data, b->len);
	buf_done(b);
}

void
hw_make(struct hubworld *w, int dev, struct changeset_header *h,
    struct view body, struct hw_item *out)
{
	const struct sign_key *key = dev < 0 ? &w->root_key :
	    &w->dev[dev].keys.sign;
	struct buf b;
	struct err e;

	fill(w, dev, h, out);
	buf_init(&b, CHANGESET_BYTES_MAX + 4096);
	if (h->kind == CHANGESET_CONTENT || h->kind == CHANGESET_ACCESS) {
		struct changeset_seal_in in = { &w->key, &body, 1, key };

		must(changeset_seal(h, &in, &b, &out->id, &e), &e);
	} else {
		must(changeset_clear(h, body, key, &b, &out->id, &e), &e);
	}
	keep(out, &b);
}

void
hw_entry(struct hubworld *w, int by, struct directory_entry *d,
    struct hw_item *out)
{
	struct changeset_header h = { .kind = CHANGESET_DIRECTORY };
	struct buf b;

	buf_init(&b, 65536);
	directory_encode(d, &b);
	hw_make(w, by, &h, buf_view(&b), out);
	buf_done(&b);
}

void
hw_genesis(struct hubworld *w, struct hw_item *out)
{
	struct directory_entry d = { .kind = DIRECTORY_GENESIS,
		.root = w->root, .hub = w->info.hub,
		.recovery = w->recovery, .commons = w->commons,
		.log_id = w->info.log.log_id };

	memcpy(d.hub_name, w->info.hub_name, sizeof(d.hub_name));
	hw_entry(w, -1, &d, out);
}

void
hw_device_entry(struct hubworld *w, int dev, unsigned roles,
    struct directory_entry *d)
{
	memset(d, 0, sizeof(*d));
	d->kind = DIRECTORY_DEVICE;
	d->person = w->dev[dev].person;
	d->device = w->dev[dev].keys.device;
	d->sign = w->dev[dev].keys.sign_pub;
	d->box = w->dev[dev].keys.box_pub;
	d->roles = roles;
}

void
hw_enrol(struct hubworld *w, int by, int dev, unsigned roles,
    struct hw_item *out)
{
	struct directory_entry d;

	hw_device_entry(w, dev, roles, &d);
	hw_entry(w, by, &d, out);
}

static struct log_point
seen_all(struct hubworld *w)
{
	struct log_point at = w->info.log;
	struct proto_info info;
	struct err e;

	if (w->hub != NULL) {
		must(hub_info(w->hub, &info, &e), &e);
		at = info.log;
	}
	return at;
}

void
hw_note_seen(struct hubworld *w, int dev, const struct id *space,
    uint32_t epoch, struct log_point seen, struct hw_item *out)
{
	struct changeset_header h = { .kind = CHANGESET_CONTENT,
		.space = *space, .epoch = epoch, .seen = seen };

	hw_make(w, dev, &h, view_str("Elternabend, Absprache mit Frau K."),
	    out);
}

void
hw_note(struct hubworld *w, int dev, const struct id *space, uint32_t epoch,
    struct hw_item *out)
{
	hw_note_seen(w, dev, space, epoch, seen_all(w), out);
}

void
hw_statement(struct hubworld *w, int dev, const struct id *space,
    uint32_t epoch, struct hw_item *out)
{
	struct changeset_header h = { .kind = CHANGESET_ACCESS,
		.space = *space, .epoch = epoch, .seen = seen_all(w) };

	hw_make(w, dev, &h, view_str("statement"), out);
}

static int
by_device(const void *a, const void *b)
{
	return id_cmp(&((const struct epoch_recipient *)a)->device,
	    &((const struct epoch_recipient *)b)->device);
}

void
hw_epoch(struct hubworld *w, int by, const struct id *space,
    const struct hw_epoch *in, struct hw_item *out)
{
	struct changeset_header h = { .kind = CHANGESET_EPOCH,
		.space = *space, .epoch = in->number, .seen = seen_all(w) };
	struct epoch ep = { .space = *space, .number = in->number,
		.prev = in->prev, .has_wrap = in->number > 1,
		.recipient_count = in->count };
	struct box_pub boxes[HW_DEVICES];
	struct buf b;
	size_t i;
	int j;

	ep.recipients = mem_new(in->count * sizeof(*ep.recipients));
	for (i = 0; i < in->count; i++) {
		struct epoch_recipient *r = &ep.recipients[i];

		r->person = w->dev[in->devs[i]].person;
		r->device = w->dev[in->devs[i]].keys.device;
		r->right = in->rights[i];
		r->until_ms = in->until_ms[i] != 0 ? in->until_ms[i] :
		    INT64_MAX;
	}
	qsort(ep.recipients, in->count, sizeof(*ep.recipients), by_device);
	for (i = 0; i < in->count; i++)
		for (j = 0; j < HW_DEVICES; j++)
			if (id_eq(&w->dev[j].keys.device,
			    &ep.recipients[i].device))
				boxes[i] = w->dev[j].keys.box_pub;
	if (in->cites) {
		ep.cite_count = 1;
		ep.cites[0].b[0] = 1;
	}
	epoch_make_keys(&ep, &w->key, in->number > 1 ? &w->key : NULL, boxes,
	    &w->recovery);
	buf_init(&b, CHANGESET_BYTES_MAX);
	epoch_encode(&ep, &b);
	hw_make(w, by, &h, buf_view(&b), out);
	buf_done(&b);
	epoch_done(&ep);
}

void
hw_letter(struct hubworld *w, int by, int to, const struct id *space,
    enum letter_kind kind, struct hw_item *out)
{
	struct changeset_header h = { .kind = CHANGESET_LETTER,
		.space = *space, .epoch = 1, .seen = seen_all(w) };
	struct letter *l = mem_new(sizeof(*l));
	struct letter_seal_in in = { &w->dev[to].keys.box_pub, &w->recovery,
		space, view_str("zurückgehalten") };
	struct buf b;
	struct err e;

	l->kind = kind;
	l->about.b[0] = kind == LETTER_OUTCOME;
	l->to_count = 1;
	l->to[0] = w->dev[to].keys.device;
	buf_init(&b, CHANGESET_BYTES_MAX);
	must(letter_seal(l, &in, &b, &e), &e);
	hw_make(w, by, &h, buf_view(&b), out);
	buf_done(&b);
	mem_free(l);
}

/* ---- pushing ---- */

static void
move_on(struct hw_item *it)
{
	it->line->counter = it->counter;
	it->line->last = it->id;
}

int
hw_push(struct hubworld *w, int by, struct hw_item *items, size_t n,
    struct hub_pushed **answer, struct err *e)
{
	struct proto_push *push = mem_new(sizeof(*push));
	struct hub_pushed *out = mem_new(sizeof(*out));
	size_t i;
	int rc;

	push->count = n;
	for (i = 0; i < n; i++) {
		push->items[i].bytes = view_of(items[i].bytes, items[i].len);
		push->items[i].group = items[i].group;
	}
	rc = hub_push(w->hub, &w->dev[by].keys.device, push, out, e);
	for (i = 0; rc == 0 && i < n; i++)
		if (out->answer.items[i].verdict == VERDICT_ACCEPTED)
			move_on(&items[i]);
	mem_free(push);
	*answer = out;
	return rc;
}

void
hw_pushed_free(struct hub_pushed *p)
{
	hub_pushed_done(p);
	mem_free(p);
}

enum verdict
hw_push1(struct hubworld *w, int by, struct hw_item *item)
{
	struct hub_pushed *p;
	enum verdict v;
	struct err e;
	int rc = hw_push(w, by, item, 1, &p, &e);

	v = rc == 0 ? p->answer.items[0].verdict : hub_verdict(&e);
	hw_pushed_free(p);
	hw_free(item);
	return v;
}

/* ---- the claim ---- */

static void
make_claim(struct hubworld *w, struct hw_item it[3])
{
	struct hw_epoch ep = { .number = 1, .count = 1, .devs = { 0 },
		.rights = { RIGHT_KEEP } };

	hw_genesis(w, &it[0]);
	move_on(&it[0]);
	hw_enrol(w, -1, 0, ROLE_WORKER | ROLE_OFFICER, &it[1]);
	move_on(&it[1]);
	hw_epoch(w, 0, &w->commons, &ep, &it[2]);
	move_on(&it[2]);
}

void
hw_claim(struct hubworld *w, int devices)
{
	struct proto_claim claim = { .code = HW_CODE, .count = 3 };
	struct hw_item it[3];
	struct err e;
	int i;

	make_claim(w, it);
	for (i = 0; i < 3; i++)
		claim.items[i] = view_of(it[i].bytes, it[i].len);
	must(hub_claim(w->hub, &claim, &e), &e);
	for (i = 0; i < 3; i++)
		hw_free(&it[i]);
	for (i = 1; i < devices; i++) {
		hw_enrol(w, i == 1 ? -1 : 0, i, ROLE_WORKER |
		    (i == 1 ? ROLE_OFFICER : 0), &it[0]);
		sure(hw_push1(w, 0, &it[0]) == VERDICT_ACCEPTED, "enrolling");
	}
}

void
hw_claim_body(struct hubworld *w, const char *code, struct buf *out)
{
	struct proto_claim *claim = mem_new(sizeof(*claim));
	struct hw_item it[3];
	int i;

	make_claim(w, it);
	memcpy(claim->code, code, strnlen(code, sizeof(claim->code) - 1));
	claim->count = 3;
	for (i = 0; i < 3; i++)
		claim->items[i] = view_of(it[i].bytes, it[i].len);
	proto_claim_encode(claim, out);
	for (i = 0; i < 3; i++)
		hw_free(&it[i]);
	mem_free(claim);
}
