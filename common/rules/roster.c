/*
 * The roster, schema/rules.md 3: sorted lists grown entry by entry. Judging
 * is apart from applying, so that hub and client ask the same question before
 * either changes anything.
 */
#include "common/rules/roster.h"

#include <stdlib.h>
#include <string.h>

#include "common/base/mem.h"

void
roster_init(struct roster *r)
{
	memset(r, 0, sizeof(*r));
}

void
roster_done(struct roster *r)
{
	mem_free(r->devices);
	mem_free(r->persons);
	mem_free(r->orders);
	roster_init(r);
}

uint64_t
roster_log_id(const struct roster *r)
{
	return r->log_count > 0 ? r->logs[r->log_count - 1].log_id : 0;
}

/* Where that log was gone on from; UINT64_MAX: it goes on. */
static bool
log_end(const struct roster *r, uint64_t log_id, uint64_t *end)
{
	size_t i;

	for (i = 0; i < r->log_count; i++)
		if (r->logs[i].log_id == log_id)
			break;
	if (i == r->log_count)
		return false;
	*end = UINT64_MAX;
	/* A later one may have begun before an earlier one did. */
	for (i++; i < r->log_count; i++)
		if (r->logs[i].start < *end)
			*end = r->logs[i].start;
	return true;
}

bool
roster_seen(const struct roster *r, const struct log_point *seen,
    uint64_t *size)
{
	uint64_t end;

	if (!log_end(r, seen->log_id, &end))
		return false;
	*size = seen->size < end ? seen->size : end;
	return true;
}

bool
roster_past(const struct roster *r, const struct log_point *seen)
{
	uint64_t end;

	return log_end(r, seen->log_id, &end) && seen->size > end;
}

/* Every list element starts with the id it is sorted by. */
static size_t
place(const void *list, size_t count, size_t size, const struct id *id)
{
	const uint8_t *base = list;
	size_t low = 0, high = count;

	while (low < high) {
		size_t mid = low + (high - low) / 2;

		if (memcmp(base + mid * size, id->b, sizeof(id->b)) < 0)
			low = mid + 1;
		else
			high = mid;
	}
	return low;
}

static void *
insert(void **list, size_t *count, size_t size, size_t at)
{
	uint8_t *bigger = mem_new((*count + 1) * size);

	if (*count > 0) {
		memcpy(bigger, *list, at * size);
		memcpy(bigger + (at + 1) * size,
		    (uint8_t *)*list + at * size, (*count - at) * size);
	}
	mem_free(*list);
	*list = bigger;
	(*count)++;
	return bigger + at * size;
}

const struct roster_device *
roster_device(const struct roster *r, const struct id *device)
{
	size_t at = place(r->devices, r->device_count, sizeof(*r->devices),
	    device);

	if (at < r->device_count &&
	    id_eq(&r->devices[at].device, device))
		return &r->devices[at];
	return NULL;
}

const struct roster_device *
roster_live(const struct roster *r, const struct id *device, uint64_t seq)
{
	const struct roster_device *d = roster_device(r, device);

	if (d == NULL || d->since_seq >= seq)
		return NULL;
	return d->revoked && d->revoked_seq < seq ? NULL : d;
}

unsigned
roster_roles(const struct roster *r, const struct id *person)
{
	size_t at = place(r->persons, r->person_count, sizeof(*r->persons),
	    person);

	if (at < r->person_count && id_eq(&r->persons[at].person, person))
		return r->persons[at].roles;
	return 0;
}

bool
roster_same(const struct roster *r, const struct id *a, const struct id *b)
{
	const struct roster_device *x = roster_device(r, a);
	const struct roster_device *y = roster_device(r, b);

	return id_eq(a, b) ||
	    (x != NULL && y != NULL && id_eq(&x->person, &y->person));
}

bool
roster_is_officer(const struct roster *r, const struct id *device)
{
	const struct roster_device *d = roster_live(r, device, ROSTER_NOW);

	return d != NULL &&
	    (roster_roles(r, &d->person) & ROLE_OFFICER) != 0;
}

size_t
roster_devices_of(const struct roster *r, const struct id *person,
    const struct roster_device **out, size_t max)
{
	size_t i, n = 0;

	for (i = 0; i < r->device_count && n < max; i++)
		if (!r->devices[i].revoked &&
		    id_eq(&r->devices[i].person, person))
			out[n++] = &r->devices[i];
	return n;
}

const struct roster_order *
roster_takeover(const struct roster *r, const struct id *space,
    const struct id *device, uint64_t seq, int64_t now_ms)
{
	size_t i;

	for (i = r->order_count; i-- > 0;) {
		const struct roster_order *o = &r->orders[i];

		if (o->scope == ORDER_TAKEOVER && o->seq < seq &&
		    id_eq(&o->space, space) && id_eq(&o->officer, device) &&
		    now_ms <= o->at_ms + ROSTER_ORDER_MS)
			return o;
	}
	return NULL;
}

static bool
person_known(const struct roster *r, const struct id *person)
{
	size_t i;

	for (i = 0; i < r->device_count; i++)
		if (id_eq(&r->devices[i].person, person))
			return true;
	return false;
}

/*
 * Where one officer's hand is not enough (rules.md 3.4): a further device of a
 * person, or one officer could read along as anybody; and a new officer, or
 * one officer could make the second hand that recovery asks for.
 */
static bool
needs_voucher(const struct roster *r, const struct directory_entry *d)
{
	return person_known(r, &d->person) ||
	    (d->roles & (ROLE_OFFICER | ROLE_DPO)) != 0;
}

static bool
may_vouch(const struct roster *r, const struct changeset *cs,
    const struct directory_entry *d, const struct roster_device *v)
{
	const struct roster_device *author;

	if (id_eq(&v->person, &d->person))
		return true;
	author = roster_live(r, &cs->h.author, ROSTER_NOW);
	/* Another officer: another person, not another laptop. */
	return roster_is_officer(r, &v->device) && author != NULL &&
	    !id_eq(&author->person, &v->person);
}

static bool
voucher_holds(const struct roster *r, const struct changeset *cs,
    const struct directory_entry *d)
{
	const struct roster_device *v;
	struct buf text;
	bool ok;

	if (!d->has_voucher || id_eq(&d->voucher, &cs->h.author))
		return false;
	v = roster_live(r, &d->voucher, ROSTER_NOW);
	if (v == NULL || !may_vouch(r, cs, d, v))
		return false;
	buf_init(&text, 1024);
	directory_voucher_text(d, &text);
	ok = keys_verify(&v->sign, "tugi voucher 1", buf_view(&text),
	    &d->voucher_sig);
	buf_done(&text);
	return ok;
}

static enum verdict
judge_genesis(const struct roster *r, const struct changeset *cs,
    const struct directory_entry *d)
{
	struct id root;

	directory_root_id(&d->root, &root);
	if (r->begun || !id_eq(&root, &cs->h.author) ||
	    id_is_zero(&d->commons) || d->hub_name[0] == '\0')
		return VERDICT_BAD_DIRECTORY;
	return changeset_verify(cs, &d->root) ? VERDICT_ACCEPTED :
	    VERDICT_BAD_SIGNATURE;
}

static enum verdict
judge_device(const struct roster *r, const struct changeset *cs,
    const struct directory_entry *d, bool by_root)
{
	struct id device;

	keys_device_id(&d->sign, &d->box, &device);
	if (!id_eq(&device, &d->device) || id_is_zero(&d->person) ||
	    d->roles == 0 || roster_device(r, &d->device) != NULL ||
	    r->device_count >= ROSTER_DEVICES_MAX)
		return VERDICT_BAD_DIRECTORY;
	if (!by_root && needs_voucher(r, d) && !voucher_holds(r, cs, d))
		return VERDICT_BAD_DIRECTORY;
	/* Roles belong to the person: a further device cannot raise them. */
	if (person_known(r, &d->person) &&
	    roster_roles(r, &d->person) != d->roles)
		return VERDICT_BAD_DIRECTORY;
	return VERDICT_ACCEPTED;
}

/* Who is let in has a device that works and no part in the order. */
static bool
scope_holds(const struct roster *r, const struct directory_entry *d,
    const struct id *first, const struct id *second)
{
	const struct roster_device *dev;
	uint64_t size;

	switch (d->scope) {
	case ORDER_SPACE:
		return !id_is_zero(&d->space);
	case ORDER_LABELS:
		return person_known(r, &d->whom);
	case ORDER_TAKEOVER:
		return !id_is_zero(&d->space) &&
		    !id_eq(&d->space, &r->genesis.commons) &&
		    !id_eq(&d->whom, first) && !id_eq(&d->whom, second) &&
		    roster_devices_of(r, &d->whom, &dev, 1) > 0;
	case ORDER_ALARM:
		return d->head.log_id == roster_log_id(r);
	case ORDER_SUCCESSION:
		return !roster_seen(r, &d->head, &size) &&
		    r->log_count < ROSTER_LOGS_MAX;
	}
	return false;
}

bool
roster_order_holds(const struct roster *r, const struct directory_entry *d)
{
	const struct roster_device *first, *second;
	struct buf text;
	bool ok, by_root;

	/* What a hub lost may be the second officer's enrolment: there the
	 * office root is a second hand as well (12.8). */
	by_root = d->scope == ORDER_SUCCESSION && id_eq(&d->second,
	    &r->root_id);
	first = roster_live(r, &d->device, ROSTER_NOW);
	second = by_root ? first : roster_live(r, &d->second, ROSTER_NOW);
	if (first == NULL || second == NULL ||
	    (!by_root && id_eq(&first->person, &second->person)) ||
	    !roster_is_officer(r, &d->device) ||
	    (!by_root && !roster_is_officer(r, &d->second)) ||
	    !scope_holds(r, d, &first->person, &second->person))
		return false;
	buf_init(&text, 1024);
	directory_recover_text(d, &text);
	ok = keys_verify(by_root ? &r->genesis.root : &second->sign,
	    DIRECTORY_RECOVER_TAG, buf_view(&text), &d->second_sig);
	buf_done(&text);
	return ok;
}

bool
roster_order_timely(const struct directory_entry *d, int64_t now_ms)
{
	return d->kind != DIRECTORY_RECOVER || d->scope == ORDER_SPACE ||
	    (d->at_ms <= now_ms + ROSTER_AHEAD_MS &&
	    d->at_ms >= now_ms - ROSTER_ORDER_MS);
}

/* Nobody vouches for a head that its officer had not seen. */
static enum verdict
judge_recover(const struct roster *r, const struct changeset *cs,
    const struct directory_entry *d)
{
	if (!id_eq(&d->device, &cs->h.author) ||
	    (d->scope == ORDER_ALARM && d->head.size > cs->h.seen.size))
		return VERDICT_BAD_DIRECTORY;
	return roster_order_holds(r, d) ? VERDICT_ACCEPTED :
	    VERDICT_BAD_DIRECTORY;
}

enum verdict
roster_judge(const struct roster *r, const struct changeset *cs,
    const struct directory_entry *d)
{
	const struct roster_device *author;
	bool by_root;

	if (d->kind == DIRECTORY_GENESIS)
		return judge_genesis(r, cs, d);
	if (!r->begun)
		return VERDICT_BAD_DIRECTORY;
	by_root = id_eq(&cs->h.author, &r->root_id);
	author = roster_live(r, &cs->h.author, ROSTER_NOW);
	if (!by_root && author == NULL)
		return VERDICT_UNKNOWN_DEVICE;
	if (!changeset_verify(cs, by_root ? &r->genesis.root : &author->sign))
		return VERDICT_BAD_SIGNATURE;
	if (!by_root && !roster_is_officer(r, &cs->h.author))
		return VERDICT_BAD_DIRECTORY;
	switch (d->kind) {
	case DIRECTORY_DEVICE:
		return judge_device(r, cs, d, by_root);
	case DIRECTORY_REVOKE: /* 3.5: none revokes itself */
		return roster_live(r, &d->device, ROSTER_NOW) != NULL &&
		    !id_eq(&d->device, &cs->h.author) ?
		    VERDICT_ACCEPTED : VERDICT_BAD_DIRECTORY;
	case DIRECTORY_RECOVER:
		return judge_recover(r, cs, d);
	default:
		return VERDICT_BAD_DIRECTORY;
	}
}

static void
apply_device(struct roster *r, const struct directory_entry *d, uint64_t seq)
{
	struct roster_device *dev;
	size_t at = place(r->devices, r->device_count, sizeof(*r->devices),
	    &d->device);
	size_t who = place(r->persons, r->person_count, sizeof(*r->persons),
	    &d->person);

	dev = insert((void **)&r->devices, &r->device_count,
	    sizeof(*r->devices), at);
	dev->person = d->person;
	dev->device = d->device;
	dev->sign = d->sign;
	dev->box = d->box;
	dev->since_seq = seq;
	if (who == r->person_count ||
	    !id_eq(&r->persons[who].person, &d->person)) {
		struct roster_person *p = insert((void **)&r->persons,
		    &r->person_count, sizeof(*r->persons), who);

		p->person = d->person;
		p->roles = d->roles;
	}
}

int
roster_apply(struct roster *r, const struct directory_entry *d, uint64_t seq,
    struct err *e)
{
	struct roster_order *o;
	size_t at;

	switch (d->kind) {
	case DIRECTORY_GENESIS:
		r->begun = true;
		r->genesis = *d;
		r->logs[0].log_id = d->log_id;
		r->logs[0].start = 0;
		r->log_count = 1;
		directory_root_id(&d->root, &r->root_id);
		return 0;
	case DIRECTORY_DEVICE:
		apply_device(r, d, seq);
		return 0;
	case DIRECTORY_REVOKE:
		at = place(r->devices, r->device_count, sizeof(*r->devices),
		    &d->device);
		if (at == r->device_count ||
		    !id_eq(&r->devices[at].device, &d->device))
			break;
		r->devices[at].revoked = true;
		r->devices[at].revoked_seq = seq;
		return 0;
	case DIRECTORY_RECOVER:
		o = insert((void **)&r->orders, &r->order_count,
		    sizeof(*r->orders), r->order_count);
		directory_order_id(d, &o->id);
		o->scope = d->scope;
		o->space = d->space;
		o->whom = d->whom;
		o->head.at = d->head;
		o->head.root = d->head_root;
		o->officer = d->device;
		o->second = d->second;
		o->seq = seq;
		o->at_ms = d->at_ms;
		if (d->scope == ORDER_SUCCESSION &&
		    r->log_count < ROSTER_LOGS_MAX) {
			r->logs[r->log_count].log_id = d->head.log_id;
			r->logs[r->log_count++].start = d->head.size;
		}
		return 0;
	}
	return err_set(e, ERR_BUG,
	    "a directory entry was applied that had not been judged");
}
