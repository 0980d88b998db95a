/*
 * Accepting: gather what the rules ask for, ask them, and write the item with
 * all that follows from it in one transaction: its leaf in the log's tree, the
 * author's chain, members of an epoch, the roster, addressees of a letter.
 *
 * A group of one is judged before anything is written. A longer one is
 * written item by item, because each must see those before it, and undone as
 * a part when one is refused.
 */
#include "daemon/hub/accept.h"

#include <string.h>

#include "common/base/mem.h"
#include "daemon/hub/hubdb_erase.h"
#include "daemon/hub/hubdb_log.h"

#define DAY_MS (24 * 3600 * 1000LL)
#define ROOM_LAST_PART 4 /* control items may use all but 1/4 of the reserve */

/* ---- reading, outside the transaction ---- */

static int
read_body(struct accept *a, struct err *e)
{
	switch (a->cs.h.kind) {
	case CHANGESET_EPOCH:
		a->epoch = mem_new(sizeof(*a->epoch));
		return epoch_decode(a->cs.bodies[0], a->epoch, e);
	case CHANGESET_LETTER:
		a->letter = mem_new(sizeof(*a->letter));
		return letter_decode(a->cs.bodies[0], a->letter, e);
	case CHANGESET_DIRECTORY:
		a->entry = mem_new(sizeof(*a->entry));
		return directory_decode(a->cs.bodies[0], a->entry, e);
	case CHANGESET_ERASE:
		a->erase = mem_new(sizeof(*a->erase));
		return erase_decode(a->cs.bodies[0], a->erase, e);
	default:
		return 0;
	}
}

/* Root-signed entries may come from any device, and after a restore all of the
 * directory from whoever has it, as it was signed; else authors send their own
 * items, so that nobody spends another's counters. */
static bool
may_send(struct hub *hub, const struct accept *a, const struct id *device)
{
	bool ok;

	if (device == NULL || id_eq(&a->cs.h.author, device))
		return true;
	pthread_rwlock_rdlock(&hub->live_lock);
	ok = a->cs.h.kind == CHANGESET_DIRECTORY &&
	    (id_eq(&a->cs.h.author, &hub->live.root_id) ||
	    a->cs.h.seen.log_id != roster_log_id(&hub->live));
	pthread_rwlock_unlock(&hub->live_lock);
	return ok;
}

/* The costly check is made here, where many threads can do it at once. */
static void
check_signature(struct hub *hub, struct accept *a)
{
	struct sign_pub pub;

	if (a->cs.h.kind == CHANGESET_DIRECTORY ||
	    hub_device(hub, &a->cs.h.author, &pub) == VERDICT_UNKNOWN_DEVICE)
		return;
	a->signature_known = changeset_verify(&a->cs, &pub);
	if (!a->signature_known)
		a->early = VERDICT_BAD_SIGNATURE;
}

void
accept_read(struct hub *hub, struct view bytes, const struct id *device,
    struct accept *a)
{
	struct err e;

	a->bytes = bytes;
	if (bytes.len > CHANGESET_BYTES_MAX)
		a->early = VERDICT_TOO_LARGE;
	else if (changeset_decode(bytes, &a->cs, &e) != 0 ||
	    !a->cs.has_bodies || !a->cs.whole || read_body(a, &e) != 0)
		a->early = VERDICT_BAD_FORM;
	else if (!may_send(hub, a, device))
		a->early = VERDICT_BAD_SIGNATURE;
	else
		check_signature(hub, a);
}

void
accept_done(struct accept *a)
{
	if (a->epoch != NULL)
		epoch_done(a->epoch);
	mem_free(a->epoch);
	mem_free(a->letter);
	mem_free(a->entry);
	mem_free(a->erase);
}

/* ---- what the rules ask for ---- */

struct situation {
	struct hubdb_space space;
	struct hubdb_author author;
	struct hubdb_member member;
	bool has_member;
	struct admit_space as;
	struct admit_author aa;
	struct admit_order order; /* that an erase order takes back */
	bool has_order, erase_used;
};

int
accept_epoch(struct hub *hub, const struct hubdb_space *sp,
    const struct epoch **out, struct err *e)
{
	struct hub_epoch *slot =
	    &hub->epochs[sp->epoch_id.b[0] & (HUB_EPOCHS - 1)];
	struct changeset *cs;
	struct buf bytes;
	int rc = -1;

	*out = &slot->ep;
	if (slot->used && hash_eq(&slot->id, &sp->epoch_id))
		return 0;
	if (slot->used)
		epoch_done(&slot->ep);
	memset(slot, 0, sizeof(*slot));
	cs = mem_new(sizeof(*cs));
	buf_init(&bytes, 2 * CHANGESET_BYTES_MAX);
	if (hubdb_item_bytes(hub->db, sp->epoch_seq, true, &bytes, e) == 0 &&
	    changeset_decode(buf_view(&bytes), cs, e) == 0)
		rc = epoch_decode(cs->bodies[0], &slot->ep, e);
	slot->used = rc == 0;
	slot->id = sp->epoch_id;
	buf_done(&bytes);
	mem_free(cs);
	return rc;
}

static int
gather_space(struct hub *hub, struct situation *s, struct err *e)
{
	int rc = 0;

	s->as.exists = s->space.last_sseq > 0;
	if (s->space.epoch == 0)
		return 0;
	s->as.epoch_id = s->space.epoch_id;
	rc = hubdb_epoch_count(hub->db, &s->space.space,
	    hub->now_ms, &s->as.writer_epochs_today, e);
	return rc == 0 ? accept_epoch(hub, &s->space, &s->as.epoch, e) : -1;
}

/* What the log knows of orders here; rules.md 10. */
static int
gather_erase(struct hub *hub, const struct accept *a, struct situation *s,
    struct err *e)
{
	struct hubdb_order o;
	int rc = hubdb_erase_whole(hub->db, &a->cs.h.space, e);

	s->as.erased = rc == 1;
	if (rc < 0 || a->erase == NULL)
		return rc < 0 ? -1 : 0;
	rc = hubdb_erase_used(hub->db, &a->erase->sig, e);
	s->erase_used = rc == 1;
	if (rc < 0 || a->erase->what.kind != ERASE_BACK)
		return rc < 0 ? -1 : 0;
	rc = hubdb_erase_find(hub->db, &a->erase->what.back, &o, e);
	if (rc < 0)
		return -1;
	s->has_order = rc == 1 && id_eq(&o.space, &a->cs.h.space);
	s->order.author = o.author;
	s->order.dpo = o.dpo;
	s->order.accept_ms = o.accept_ms;
	s->order.back = o.back || o.kind == ERASE_BACK;
	return 0;
}

static int
gather(struct hub *hub, const struct accept *a, struct situation *s,
    struct err *e)
{
	const struct changeset_header *h = &a->cs.h;
	int rc;

	memset(s, 0, sizeof(*s));
	if (hubdb_space_find(hub->db, &h->space, &s->space, e) < 0 ||
	    hubdb_author_find(hub->db, &h->author, &h->space, &s->author,
	    e) < 0 || gather_space(hub, s, e) != 0 ||
	    gather_erase(hub, a, s, e) != 0)
		return -1;
	rc = hubdb_member_find(hub->db, &h->author, &h->space, &s->member, e);
	if (rc < 0)
		return -1;
	s->has_member = rc == 1;
	s->aa.counter = s->author.counter;
	s->aa.last_id = s->author.last_id;
	s->aa.seen_size = s->author.seen_size;
	s->aa.listed_size = s->member.listed_size;
	s->aa.was_member = s->has_member && !s->member.listed;
	s->aa.removed_ms = s->member.removed_ms;
	s->aa.deposits = s->author.deposits;
	return 0;
}

static enum verdict
ask_rules(struct hub *hub, const struct accept *a, const struct situation *s)
{
	struct admit_in in = {
		.cs = &a->cs, .space = &s->as, .author = &s->aa,
		.roster = &hub->roster, .epoch = a->epoch,
		.letter = a->letter, .entry = a->entry, .log = hub->work.at,
		.now_ms = hub->now_ms, .signature_known = a->signature_known,
		.erase = a->erase, .order = s->has_order ? &s->order : NULL,
		.erase_used = s->erase_used,
	};

	return admit(&in);
}

/* Disk and quota. A door must close even on a nearly full disk, so control
 * items may still go into the greater part of the reserve; and after a day's
 * worth of text, so as much again is left for them. Without an end to that one
 * member could fill the reserve with statements, and no door closed any more. */
static int
ask_room(struct hub *hub, const struct accept *a, enum verdict *out,
    struct err *e)
{
	const struct changeset_header *h = &a->cs.h;
	bool bulk = h->kind == CHANGESET_CONTENT ||
	    h->kind == CHANGESET_LETTER;
	uint64_t keep = atomic_load(&hub->free_bytes) / (bulk ? 1 : ROOM_LAST_PART);
	uint64_t most = atomic_load(&hub->day_bytes), used;

	*out = VERDICT_ACCEPTED;
	if (!bulk)
		most = most > UINT64_MAX / 2 ? UINT64_MAX : 2 * most;
	if (hub->disk_free < keep)
		*out = VERDICT_HUB_FULL;
	else if (h->kind != CHANGESET_DIRECTORY && most != 0) {
		if (hubdb_usage_find(hub->db, &h->author,
		    hub->now_ms / DAY_MS, &used, e) < 0)
			return -1;
		if (used + a->bytes.len > most)
			*out = VERDICT_QUOTA;
	}
	return 0;
}

/* ---- storing ---- */

static int
store_item(struct hub *hub, const struct accept *a,
    const struct proto_receipt *at, struct err *e)
{
	const struct changeset *cs = &a->cs;
	struct hubdb_item item = {
		.seq = at->seq, .sseq = at->sseq, .accept_ms = at->accept_ms,
		.id = cs->id, .space = cs->h.space, .author = cs->h.author,
		.kind = (int)cs->h.kind,
	};
	struct merkle_store nodes = hubdb_merkle(hub->db);
	struct hash leaf;

	if (hubdb_item_add_tx(hub->db, &item,
	    view_of(a->bytes.data, cs->header_bytes),
	    view_of(a->bytes.data + cs->header_bytes,
	    a->bytes.len - cs->header_bytes), e) != 0)
		return -1;
	merkle_entry(hub->work.leaf_id, at->seq, at->accept_ms, &cs->id,
	    &leaf);
	return merkle_append(&nodes, at->seq, &leaf, e);
}

static int
store_author(struct hub *hub, const struct accept *a, struct situation *s,
    struct err *e)
{
	const struct changeset_header *h = &a->cs.h;

	/* An entry of the directory that comes back may be an older one. */
	if (h->counter > s->author.counter) {
		s->author.counter = h->counter;
		s->author.last_id = a->cs.id;
	}
	if (h->kind == CHANGESET_CONTENT)
		s->author.seen_size = admit_seen(&hub->roster, &h->seen);
	if (h->kind == CHANGESET_LETTER && s->aa.was_member)
		s->author.deposits++;
	return hubdb_author_put_tx(hub->db, &s->author, e);
}

static int
store_usage(struct hub *hub, const struct accept *a, struct err *e)
{
	if (a->cs.h.kind == CHANGESET_DIRECTORY)
		return 0;
	return hubdb_usage_add_tx(hub->db, &a->cs.h.author,
	    hub->now_ms / DAY_MS, a->bytes.len, e);
}

/* The device comes in, for the first time or again: it gets the stream from
 * its start, and its deposits are counted from zero if it leaves once more. */
static int
member_enters(struct hub *hub, struct hubdb_member *m, uint64_t seq,
    struct err *e)
{
	struct hubdb_author author;
	int rc;

	m->listed = true;
	m->since_seq = seq;
	rc = hubdb_author_find(hub->db, &m->device, &m->space, &author, e);
	if (rc == 1 && author.deposits > 0) {
		author.deposits = 0;
		rc = hubdb_author_put_tx(hub->db, &author, e);
	}
	return rc < 0 ? -1 : 0;
}

static int
store_recipient(struct hub *hub, const struct accept *a,
    const struct epoch_recipient *r, uint64_t seq, struct err *e)
{
	struct hubdb_member m;
	int rc = hubdb_member_find(hub->db, &r->device, &a->cs.h.space, &m, e);
	bool over;

	if (rc < 0)
		return -1;
	if (rc == 0) {
		memset(&m, 0, sizeof(m));
		m.device = r->device;
		m.space = a->cs.h.space;
		/* Who began the space need not have seen its beginning. */
		m.listed_size = id_eq(&r->device, &a->cs.h.author) ? 0 :
		    seq + 1;
	}
	over = rc == 0 || !m.listed || m.until_ms <= hub->now_ms;
	if (!over && m.until_ms == r->until_ms)
		return 0;
	m.until_ms = r->until_ms;
	if (over && member_enters(hub, &m, seq, e) != 0)
		return -1;
	return hubdb_member_put_tx(hub->db, &m, e);
}

static int
drop_members(struct hub *hub, const struct accept *a, const struct id *old,
    size_t n, uint64_t seq, struct err *e)
{
	struct hubdb_member m;
	size_t i;

	for (i = 0; i < n; i++) {
		if (epoch_find(a->epoch, &old[i]) != NULL)
			continue;
		if (hubdb_member_find(hub->db, &old[i], &a->cs.h.space, &m,
		    e) != 1)
			return -1;
		m.listed = false;
		m.removed_seq = seq;
		m.removed_ms = hub->now_ms;
		if (hubdb_member_put_tx(hub->db, &m, e) != 0)
			return -1;
	}
	return 0;
}

static int
store_members(struct hub *hub, const struct accept *a, uint64_t seq,
    struct err *e)
{
	struct id *old = mem_new(EPOCH_RECIPIENTS_MAX * sizeof(*old));
	size_t i, n;
	int rc = hubdb_member_listed(hub->db, &a->cs.h.space, old,
	    EPOCH_RECIPIENTS_MAX, &n, e);

	if (rc == 0)
		rc = drop_members(hub, a, old, n, seq, e);
	for (i = 0; rc == 0 && i < a->epoch->recipient_count; i++)
		rc = store_recipient(hub, a, &a->epoch->recipients[i], seq, e);
	mem_free(old);
	return rc;
}

static int
store_epoch(struct hub *hub, const struct accept *a, struct situation *s,
    uint64_t seq, struct err *e)
{
	struct hubdb_epoch ep = {
		.space = a->cs.h.space, .number = a->epoch->number,
		.seq = seq, .accept_ms = hub->now_ms,
		.by_keeper = admit_by_keeper(s->as.epoch, &a->cs.h.author),
	};

	s->space.epoch = a->epoch->number;
	s->space.epoch_seq = seq;
	s->space.epoch_id = a->cs.id;
	if (hubdb_epoch_add_tx(hub->db, &ep, e) != 0)
		return -1;
	return store_members(hub, a, seq, e);
}

static int
store_entry(struct hub *hub, const struct accept *a, uint64_t seq,
    struct err *e)
{
	struct hub_fresh *f = mem_new(sizeof(*f));

	f->entry = *a->entry;
	f->seq = seq;
	*hub->fresh_tail = f;
	hub->fresh_tail = &f->next;
	hub->ahead = true;
	if (roster_apply(&hub->roster, a->entry, seq, e) != 0)
		return -1;
	if (hub_is_succession(a->entry)) {
		hub->work.pending = false;
		if (hubdb_succession_order_tx(hub->db, seq, e) != 0)
			return -1;
	}
	if (a->entry->kind == DIRECTORY_REVOKE)
		return hubdb_anchor_drop_tx(hub->db, &a->entry->device, e);
	return a->entry->kind == DIRECTORY_DEVICE ?
	    hubdb_enrol_drop_tx(hub->db, &a->entry->sign, e) : 0;
}

static int
store_letter(struct hub *hub, const struct accept *a, uint64_t seq,
    struct err *e)
{
	size_t i;

	for (i = 0; i < a->letter->to_count; i++)
		if (hubdb_letter_add_tx(hub->db, &a->letter->to[i],
		    &a->cs.h.space, seq, e) != 0)
			return -1;
	return 0;
}

/* The devices of the person that wrote with ${author}; of an order that takes
 * ${undone} back, those that were sent that. */
static int
address_order(struct hub *hub, const struct hubdb_order *o,
    const struct hubdb_order *undone, const struct id *author, struct err *e)
{
	const struct roster_device *d = hub->roster.devices;
	uint64_t span[2] = { 0, 0 };
	struct hubdb_item item;
	size_t i;
	int rc = 1;

	if (undone != NULL) {
		span[0] = undone->seq;
		span[1] = undone->seq + 1;
	}
	for (i = 0; rc >= 0 && i < hub->roster.device_count; i++) {
		if (d[i].revoked ||
		    !roster_same(&hub->roster, &d[i].device, author))
			continue;
		rc = undone == NULL ? 1 : hubdb_letter_next(hub->db,
		    &d[i].device, &o->space, span, &item, e);
		if (rc == 1)
			rc = hubdb_letter_add_tx(hub->db, &d[i].device,
			    &o->space, o->seq, e);
	}
	return rc < 0 ? -1 : 0;
}

/* Who wrote what is to be erased has it still when their right is over, also on
 * a device that was brought back from a backup and never was a member: the
 * order goes to all of theirs as a letter does (rules.md 10.3). */
static int
tell_authors(struct hub *hub, const struct hubdb_order *o, struct err *e)
{
	struct hubdb_order undone;
	struct buf list;
	struct id author;
	size_t at;
	int rc = 1;

	if (o->kind == ERASE_BACK)
		rc = hubdb_erase_undone(hub->db, o, &undone, e);
	if (rc != 1)
		return rc;
	buf_init(&list, SIZE_MAX);
	rc = hubdb_erase_authors(hub->db, o->kind == ERASE_BACK ? &undone : o,
	    &list, e);
	for (at = 0; rc == 0 && at < list.len; at += sizeof(author.b)) {
		memcpy(author.b, list.data + at, sizeof(author.b));
		rc = address_order(hub, o, o->kind == ERASE_BACK ? &undone :
		    NULL, &author, e);
	}
	buf_done(&list);
	return rc;
}

static int
store_erase(struct hub *hub, const struct accept *a, uint64_t seq,
    struct err *e)
{
	struct hubdb_order o = { .seq = seq, .id = a->cs.id,
		.space = a->cs.h.space, .kind = (int)a->erase->what.kind,
		.author = a->cs.h.author, .dpo = a->erase->dpo,
		.accept_ms = hub->now_ms };

	return hubdb_erase_add_tx(hub->db, &o, a->erase, e) != 0 ? -1 :
	    tell_authors(hub, &o, e);
}

static int
store_kind(struct hub *hub, const struct accept *a, struct situation *s,
    uint64_t seq, struct err *e)
{
	switch (a->cs.h.kind) {
	case CHANGESET_EPOCH:
		return store_epoch(hub, a, s, seq, e);
	case CHANGESET_DIRECTORY:
		return store_entry(hub, a, seq, e);
	case CHANGESET_LETTER:
		return store_letter(hub, a, seq, e);
	case CHANGESET_ERASE:
		return store_erase(hub, a, seq, e);
	default:
		return hubdb_erase_late_tx(hub->db, &a->cs.id, seq, e);
	}
}

static int
store(struct hub *hub, struct accept *a, struct situation *s, struct err *e)
{
	struct proto_receipt *at = &a->receipt;

	at->seq = hub->work.at.size;
	at->sseq = s->space.last_sseq + 1;
	at->accept_ms = hub->now_ms;
	s->space.last_seq = at->seq;
	s->space.last_sseq = at->sseq;
	if (store_item(hub, a, at, e) != 0 ||
	    store_author(hub, a, s, e) != 0 ||
	    store_usage(hub, a, e) != 0 ||
	    store_kind(hub, a, s, at->seq, e) != 0 ||
	    hubdb_space_put_tx(hub->db, &s->space, e) != 0)
		return -1;
	hub->work.at.size++;
	hub->work.accept_ms = hub->now_ms;
	hub->dirty = true;
	return 0;
}

/* ---- one item, one group ---- */

/* 1 and its receipt when the hub has it already. */
static int
find_duplicate(struct hub *hub, struct accept *a, struct err *e)
{
	struct hubdb_item item;
	int rc = hubdb_item_find(hub->db, &a->cs.id, &item, e);

	if (rc == 1) {
		a->verdict = VERDICT_DUPLICATE;
		a->receipt.seq = item.seq;
		a->receipt.sseq = item.sseq;
		a->receipt.accept_ms = item.accept_ms;
	}
	return rc;
}

static int
accept_tx(struct hub *hub, struct accept *a, struct err *e)
{
	struct situation s;
	int rc;

	a->verdict = a->early;
	if (a->early != 0)
		return 0;
	rc = find_duplicate(hub, a, e);
	if (rc != 0)
		return rc < 0 ? -1 : 0;
	if (gather(hub, a, &s, e) != 0)
		return -1;
	a->verdict = hub_awaits(hub, a->entry) ? ask_rules(hub, a, &s) :
	    VERDICT_BAD_DIRECTORY;
	if (a->verdict == VERDICT_ACCEPTED &&
	    ask_room(hub, a, &a->verdict, e) != 0)
		return -1;
	return a->verdict == VERDICT_ACCEPTED ? store(hub, a, &s, e) : 0;
}

static bool
taken(const struct accept *a)
{
	return a->verdict == VERDICT_ACCEPTED ||
	    a->verdict == VERDICT_DUPLICATE;
}

struct before { /* what an undone group puts back */
	struct hubdb_log work;
	bool dirty;
	struct hub_fresh **fresh_tail;
};

static int
undo_group(struct hub *hub, const struct before *b, struct err *e)
{
	bool entries = *b->fresh_tail != NULL;

	hub->work = b->work;
	hub->dirty = b->dirty;
	hub_fresh_cut(hub, b->fresh_tail);
	if (hubdb_undo_tx(hub->db, e) != 0)
		return -1;
	return entries ? hub_roster_load(hub->db, &hub->roster, e) : 0;
}

int
accept_group_tx(struct hub *hub, struct accept *list, size_t n,
    struct err *e)
{
	struct before b = { hub->work, hub->dirty, hub->fresh_tail };
	size_t i, bad;

	if (n > 1 && hubdb_mark_tx(hub->db, e) != 0)
		return -1;
	for (i = 0; i < n; i++) {
		if (accept_tx(hub, &list[i], e) != 0)
			return -1; /* all of the transaction is undone */
		if (!taken(&list[i]))
			break;
	}
	if (n == 1)
		return 0;
	if (i == n)
		return hubdb_keep_tx(hub->db, e);
	bad = i;
	for (i = 0; i < n; i++)
		/* A repeat inside the group is undone with its first. */
		if (i != bad && (list[i].verdict != VERDICT_DUPLICATE ||
		    list[i].receipt.seq >= b.work.at.size))
			list[i].verdict = VERDICT_WITH_GROUP;
	return undo_group(hub, &b, e);
}
