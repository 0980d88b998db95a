/*
 * What two hands have ordered to be erased, a week later: no page of a store
 * has a word of it, free pages and gaps included, and the hub's database no
 * byte of a body that carried it. Asked of texts of which the order names every
 * body that the log has.
 */
#include <sqlite3.h>
#include <string.h>

#include "common/base/mem.h"
#include "common/db/db.h"
#include "common/wire/erase.h"
#include "tests/sim/sim.h"

#define MARK 32 /* bytes of a body that no other has */

struct order {
	struct order *next;
	struct erase e;
};
struct looking {
	struct sim *s;
	const struct judge *j;
	struct order *orders;
	const struct buf *hub; /* its database as it lies there */
};

/* Those that are carried out by now. */
static void
load_orders(struct looking *l)
{
	struct stmt *q = db_prepare(l->j->hub, "SELECT body FROM item WHERE "
	    "kind = ? AND accept_ms < ?");
	struct order *o;
	struct err e;

	db_bind_int(q, 1, CHANGESET_ERASE);
	db_bind_int(q, 2, l->s->now_ms - 7 * DAY_MS);
	while (db_step(q, &e) == 1) {
		o = mem_new(sizeof(*o));
		if (erase_decode(db_blob(q, 0), &o->e, &e) != 0)
			sim_fail(l->s, "an erase order of the log cannot be "
			    "read: %s", e.text);
		o->next = l->orders;
		l->orders = o;
	}
}

static bool
is_ordered(const struct looking *l, const struct standing *at)
{
	const struct order *o;
	size_t i;

	for (o = l->orders; o != NULL; o = o->next)
		for (i = 0; i < o->e.what.count; i++)
			if (hash_eq(&o->e.what.items[i].id, &at->id) &&
			    (o->e.what.items[i].map >> at->idx & 1) != 0)
				return true;
	return false;
}

/* ---- at the hub ---- */

static void
judge_body(struct looking *l, const struct standing *at)
{
	struct changeset *cs = mem_new(sizeof(*cs));
	const struct received *r;
	struct view body;
	struct err e;

	for (r = l->s->received; r != NULL; r = r->next)
		if (hash_eq(&r->id, &at->id))
			break;
	if (r != NULL && changeset_decode(buf_view(&r->bytes), cs, &e) == 0) {
		body = cs->bodies[at->idx];
		if (body.len > 2 * MARK && memmem(l->hub->data, l->hub->len,
		    body.data + body.len / 2, MARK) != NULL)
			sim_fail(l->s, "the hub keeps the body of text %d, "
			    "which is erased", at->no);
	}
	mem_free(cs);
}

/* ---- on the devices ---- */

static bool
store_has(struct actor *a, const char *needle)
{
	sqlite3_int64 size = 0;
	unsigned char *all = sqlite3_serialize(db_handle(cast_db(a)), "main",
	    &size, 0);
	bool found;

	if (all == NULL)
		sim_fail(a->sim, "the store of device %d cannot be read",
		    a->no);
	found = memmem(all, (size_t)size, needle, strlen(needle)) != NULL;
	sqlite3_free(all);
	return found;
}

static void
judge_words(struct looking *l, int no)
{
	char needle[SIM_NEEDLE_BYTES + 1], what[160];
	struct sim *s = l->s;
	int i;

	truth_needle(no, needle);
	for (i = 0; i < s->actors; i++)
		if (!s->actor[i].revoked && !s->actor[i].dead &&
		    store_has(&s->actor[i], needle))
			sim_fail(s, "%s is erased, and device %d still has "
			    "its words", judge_describe(s, no, what), i);
}

/* Its sealed file goes with the record. */
static void
judge_file(struct looking *l, int no)
{
	const struct sim *s = l->s;
	int i;

	for (i = 0; i < s->file_count; i++)
		if (s->file[i].text == no && memmem(l->hub->data, l->hub->len,
		    s->file[i].mark, sizeof(s->file[i].mark)) != NULL)
			sim_fail(l->s, "the hub keeps the file of text %d, "
			    "which is erased", no);
}

/* All of it that the log has is named, and it is nowhere else: in no letter,
 * copy or decision. */
static bool
is_gone(const struct looking *l, int no)
{
	const struct text *t = &l->s->text[no];
	const struct standing *at;
	bool all = false;

	if (!t->sure || t->copy || t->copies || t->decided || t->undone ||
	    t->copied || l->j->lettered[no])
		return false;
	for (at = l->j->standing; at != NULL; at = at->next) {
		if (at->no != no)
			continue;
		if (!is_ordered(l, at))
			return false;
		all = true;
	}
	return all;
}

void
judge_erased(struct sim *s, struct judge *j)
{
	struct looking l = { .s = s, .j = j };
	const struct standing *at;
	int no;

	if (s->erasing_count == 0 || s->odd || s->anew > 0)
		return;
	load_orders(&l);
	sim_note(s, "   %s", l.orders == NULL ? "nothing was ordered to be "
	    "erased" : "erased by order");
	if (l.orders == NULL)
		return;
	cast_hub_restart(s); /* nothing of its log is left beside it */
	l.hub = simdisk_file(s->hub_disk, cast_hub_path(0));
	for (at = j->standing; at != NULL; at = at->next)
		if (is_ordered(&l, at))
			judge_body(&l, at);
	for (no = 0; no < s->text_count; no++)
		if (is_gone(&l, no)) {
			s->erased++;
			judge_words(&l, no);
			judge_file(&l, no);
		}
}
