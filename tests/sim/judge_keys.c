/*
 * Who could read what, if they kept every key that ever was on their device
 * and the hub gave them every byte it ever got, refused ones too.
 */
#include <string.h>

#include "common/base/mem.h"
#include "common/db/db.h"
#include "common/wire/letter.h"
#include "common/wire/record.h"
#include "tests/sim/sim.h"

#define LETTER "in a letter"

struct known_key { /* of one epoch, and who holds it */
	struct known_key *next;
	struct id space;
	uint32_t number;
	struct sym_key key;
	uint64_t who; /* actors, by bit */
	int out_by;   /* only by an epoch of this actor's that the hub never
		       * took; or -1 */
};

struct looking {
	struct sim *s;
	struct judge *j;
	struct known_key *keys;
	int out_by;   /* of the key that is tried */
	struct changeset cs;
	size_t idx; /* of the body at hand */
	struct record rec;
};

static void
add_key(struct looking *l, const struct id *space, uint32_t number,
    const struct sym_key *key, uint64_t who, int out_by)
{
	struct known_key *k;

	for (k = l->keys; k != NULL; k = k->next)
		if (k->number == number && k->out_by == out_by &&
		    id_eq(&k->space, space) &&
		    memcmp(k->key.b, key->b, sizeof(key->b)) == 0)
			break;
	if (k == NULL) {
		k = mem_new(sizeof(*k));
		k->space = *space;
		k->number = number;
		k->key = *key;
		k->out_by = out_by;
		k->next = l->keys;
		l->keys = k;
	}
	k->who |= who;
}

/* ---- epochs ---- */

static void
find_place(struct judge *j, struct epoch_seen *ep)
{
	struct stmt *q = db_prepare(j->hub,
	    "SELECT seq, accept_ms FROM item WHERE id = ?");
	struct err e;

	db_bind_hash(q, 1, &ep->id);
	if (db_step(q, &e) == 1) {
		ep->accepted = true;
		ep->seq = (uint64_t)db_int(q, 0);
		ep->accept_ms = db_int(q, 1);
		db_reset(q);
	}
}

static int
author(const struct looking *l)
{
	int i;

	for (i = 0; i < l->s->actors; i++)
		if (id_eq(&l->s->actor[i].keys.device, &l->cs.h.author))
			return i;
	return -1;
}

static void
load_epochs(struct looking *l)
{
	struct received *r;
	struct epoch_seen *ep;
	struct err e;

	for (r = l->s->received; r != NULL; r = r->next) {
		if (changeset_decode(buf_view(&r->bytes), &l->cs, &e) != 0 ||
		    l->cs.h.kind != CHANGESET_EPOCH)
			continue;
		ep = mem_new(sizeof(*ep));
		if (epoch_decode(l->cs.bodies[0], &ep->ep, &e) != 0)
			continue;
		ep->id = r->id;
		ep->at_ms = r->at_ms;
		ep->by = author(l);
		ep->was_ms = r->was_ms;
		ep->lost_ms = r->lost_ms;
		find_place(l->j, ep);
		ep->next = l->j->epochs;
		l->j->epochs = ep;
	}
}

/* Boxes that were sealed to a device. */
static void
open_boxes(struct looking *l)
{
	const struct epoch_recipient *r;
	const struct epoch_seen *ep;
	struct sym_key key;
	struct err e;
	int i;

	for (ep = l->j->epochs; ep != NULL; ep = ep->next)
		for (i = 0; i < l->s->actors; i++) {
			const struct device_keys *k = &l->s->actor[i].keys;

			r = epoch_find(&ep->ep, &k->device);
			if (r != NULL && epoch_open(&ep->ep, r->keybox,
			    &k->box_pub, &k->box, &key, &e) == 0)
				add_key(l, &ep->ep.space, ep->ep.number, &key,
				    UINT64_C(1) << i, ep->accepted ||
				    ep->lost_ms > 0 ? -1 : ep->by);
		}
}

/* Each key unwraps the one before. */
static void
unwrap(struct looking *l)
{
	const struct epoch_seen *ep;
	const struct known_key *k;
	struct sym_key before;
	struct err e;
	uint32_t n = 0;

	for (ep = l->j->epochs; ep != NULL; ep = ep->next)
		n = ep->ep.number > n ? ep->ep.number : n;
	for (; n > 1; n--)
		for (ep = l->j->epochs; ep != NULL; ep = ep->next)
			for (k = l->keys; k != NULL && ep->ep.number == n;
			    k = k->next)
				if (id_eq(&k->space, &ep->ep.space) &&
				    epoch_is_key(&ep->ep, &k->key) &&
				    epoch_unwrap(&ep->ep, &k->key, &before,
				    &e) == 0)
					add_key(l, &k->space, n - 1, &before,
					    k->who, k->out_by);
}

static void
load_keys(struct looking *l)
{
	const struct held_key *h;
	int i;

	for (i = 0; i < l->s->actors; i++)
		for (h = l->s->actor[i].held; h != NULL; h = h->next)
			add_key(l, &h->space, h->number, &h->key,
			    UINT64_C(1) << i, -1);
	open_boxes(l);
	unwrap(l);
}

const struct epoch_seen *
judge_newest(const struct judge *j, const struct id *space, int64_t at_ms)
{
	const struct epoch_seen *ep, *best = NULL;

	for (ep = j->epochs; ep != NULL; ep = ep->next)
		if (ep->accepted && id_eq(&ep->ep.space, space) &&
		    ep->at_ms <= at_ms && (best == NULL ||
		    ep->ep.number > best->ep.number))
			best = ep;
	return best;
}

/* ---- what the keys open ---- */

static void
read_text(struct looking *l, int no, uint64_t who, const char *where,
    bool in_log)
{
	struct sim *s = l->s;
	const struct text *t = &s->text[no];
	int i;

	l->j->lettered[no] |= strcmp(where, LETTER) == 0;
	/* What was refused is as the device that wrote it had sent it. */
	if (!in_log)
		who &= ~(UINT64_C(1) << t->first);
	/* Nobody else can know that a refused epoch made a key known; who made
	 * it writes under that key no more (README). */
	if (l->out_by >= 0 && l->out_by != t->by)
		return;
	for (i = 0; i < s->actors; i++)
		if ((who >> i & 1) != 0 && (t->sure || t->owner >= 0) &&
		    !truth_may(s, i, t))
			sim_fail(s, "DISCLOSURE: person %d can open text %d of "
			    "person %d, %s", i, no, t->by, where);
}

static void
read_plain(struct looking *l, struct view plain, uint64_t who,
    const char *where, bool count)
{
	struct standing *st;
	const uint8_t *at = plain.data, *end = plain.data + plain.len;
	struct err e;
	int no;

	while ((at = memmem(at, (size_t)(end - at), SIM_MAGIC, 4)) != NULL) {
		no = truth_number(at, (size_t)(end - at));
		at += 4;
		if (no < 0 || no >= l->s->text_count)
			continue;
		if (l->s->text[no].copies)
			no = truth_at(l->s, no, record_decode(plain, &l->rec,
			    &e) == 0 ? &l->rec.id : NULL, &l->cs.h.space);
		read_text(l, no, who, where, count);
		if (count)
			l->j->accepted[no]++;
		if (!count)
			continue;
		st = mem_new(sizeof(*st));
		st->id = l->cs.id;
		st->idx = l->idx;
		st->no = no;
		st->next = l->j->standing;
		l->j->standing = st;
	}
}

static bool
is_accepted(struct looking *l, const struct hash *id)
{
	struct stmt *q = db_prepare(l->j->hub,
	    "SELECT 1 FROM item WHERE id = ?");
	struct err e;
	int rc;

	db_bind_hash(q, 1, id);
	rc = db_step(q, &e);
	db_reset(q);
	return rc == 1;
}

static void
open_sealed(struct looking *l, const struct received *r)
{
	bool accepted = is_accepted(l, &r->id), counted;
	const struct known_key *k;
	struct buf plain;
	struct err e;
	size_t i;

	buf_init(&plain, SIZE_MAX);
	for (i = 0; i < l->cs.h.count; i++) {
		counted = false;
		l->idx = i;
		for (k = l->keys; k != NULL; k = k->next) {
			if (k->number != l->cs.h.epoch ||
			    !id_eq(&k->space, &l->cs.h.space))
				continue;
			l->out_by = k->out_by;
			buf_reset(&plain);
			if (changeset_open(&l->cs, i, &k->key, &plain, &e) !=
			    0)
				continue;
			read_plain(l, buf_view(&plain), k->who,
			    accepted ? "as the log has it" : "as it was "
			    "refused", accepted && !counted);
			counted = true;
		}
	}
	buf_done(&plain);
}

static void
open_letter(struct looking *l)
{
	struct letter *letter = mem_new(sizeof(*letter));
	struct buf plain;
	struct err e;
	int i;

	buf_init(&plain, SIZE_MAX);
	if (letter_decode(l->cs.bodies[0], letter, &e) == 0)
		for (i = 0; i < l->s->actors; i++) {
			l->out_by = -1;
			buf_reset(&plain);
			if (letter_open(letter, &l->s->actor[i].keys,
			    &l->cs.h.space, &plain, &e) == 0)
				read_plain(l, buf_view(&plain),
				    UINT64_C(1) << i, LETTER, false);
		}
	buf_done(&plain);
	mem_free(letter);
}

void
judge_keys(struct sim *s, struct judge *j)
{
	struct looking *l = mem_new(sizeof(*l));
	const struct received *r;
	struct err e;

	l->s = s;
	l->j = j;
	load_epochs(l);
	load_keys(l);
	for (r = s->received; r != NULL; r = r->next) {
		if (changeset_decode(buf_view(&r->bytes), &l->cs, &e) != 0)
			continue;
		if (l->cs.h.kind == CHANGESET_CONTENT ||
		    l->cs.h.kind == CHANGESET_ACCESS)
			open_sealed(l, r);
		else if (l->cs.h.kind == CHANGESET_LETTER)
			open_letter(l);
	}
	mem_free(l);
}
