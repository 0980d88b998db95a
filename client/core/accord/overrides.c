/*
 * From the overrides in a case's card to the access statements of its spaces.
 *
 * Called beside statements.c, when a record is written here and at each sync.
 * A statement is a pure function of record, space and person, its id too; one
 * that an officer signed has an id of its own, so that it comes beside the
 * unsigned one that a colleague may have said before.
 */
#include "client/core/accord/overrides.h"

#include <string.h>

#include "client/core/accord/memos.h"
#include "client/core/accord/portion.h"
#include "client/core/accord/statements.h"
#include "common/base/mem.h"
#include "common/rules/time.h"
#include "common/wire/notice.h"

#define TAG_ID "tugi statement 2"
#define CASE_SPACES_MAX 64

/* ---- reading the card ---- */

struct piece { /* one version of one record */
	struct override_source o;
	struct id ends, signs; /* zero: it opens */
	bool alone;            /* the record's only version */
};

struct pieces {
	struct piece *list;
	size_t count;
};

/* A list that cannot be read opens nothing, and neither does an empty one. */
static unsigned
sections_of(const struct record *rec)
{
	const struct value *v = record_value(rec, OVERRIDE_SECTIONS, VALUE_TEXT);
	unsigned mask = 0;
	char text[120];
	struct err e;

	if (v == NULL || v->data.len == 0 || v->data.len >= sizeof(text))
		return 0;
	memcpy(text, v->data.data, v->data.len);
	text[v->data.len] = '\0';
	return statements_sections(text, &mask, &e) == 0 ? mask : 0;
}

int64_t
override_length(const struct record *rec)
{
	int64_t from = record_int(rec, OVERRIDE_FROM, 0);
	int64_t until = record_int(rec, OVERRIDE_UNTIL, 0);

	if (from < 0 || until <= from)
		return 0;
	return until - from < ACCESS_OVERRIDE_MS ? until - from :
	    ACCESS_OVERRIDE_MS;
}

static void
read_piece(const struct version *v, const struct record_row *row,
    struct piece *p)
{
	const struct record *rec = &v->rec;

	memset(p, 0, sizeof(*p));
	p->o.record = row->id;
	p->o.card = row->space;
	p->o.origin = rec->origin;
	p->o.hlc = rec->hlc;
	statements_hash(rec, &p->o.hash);
	record_bytes(rec, OVERRIDE_PERSON, p->o.person.b, 16);
	p->o.sections = sections_of(rec);
	p->o.right = record_int(rec, OVERRIDE_RIGHT, 0) == RIGHT_WRITE ?
	    RIGHT_WRITE : RIGHT_READ;
	/* It runs from its stamp: a clock put right moves both ends. */
	p->o.from_ms = hlc_ms(rec->hlc);
	p->o.until_ms = p->o.from_ms + override_length(rec);
	record_bytes(rec, OVERRIDE_ENDS, p->ends.b, 16);
	record_bytes(rec, OVERRIDE_SIGNS, p->signs.b, 16);
	record_bytes(rec, OVERRIDE_OFFICER, p->o.second.b, 16);
	record_bytes(rec, OVERRIDE_SIGNATURE, p->o.second_sig.b, 64);
}

/* 8.2: nobody believes a statement whose stamp ran so far ahead when the
 * record came into the log. */
static bool
is_timely(const struct piece *p, const struct version *v)
{
	return p->o.until_ms - ACCESS_OVERRIDE_MS <= hlc_ms(v->eff);
}

static bool
counts(const struct version *v)
{
	return v->state == VERSION_LOCAL || v->state == VERSION_OUTGOING ||
	    v->state == VERSION_ACCEPTED;
}

/* Room for one more, not yet counted. */
static struct piece *
grow(struct pieces *l)
{
	l->list = mem_more(l->list, l->count, sizeof(*l->list));
	return &l->list[l->count];
}

struct reading {
	struct store *s;
	struct portion portion;
	struct pieces pieces;
};

/* Of what has no place yet it is this device. */
static int
find_sealer(struct store *s, const struct version *v, struct id *out,
    struct err *e)
{
	struct stmt *q;
	int rc;

	*out = s->me->device;
	if (v->state != VERSION_ACCEPTED)
		return 0;
	q = db_prepare(s->db, "SELECT author FROM item WHERE seq = ?");
	db_bind_int(q, 1, (int64_t)v->seq);
	rc = db_step(q, e);
	if (rc == 1)
		(void)db_id(q, 0, out);
	db_reset(q);
	return rc < 0 ? -1 : 0;
}

static int
add_record(struct reading *r, const struct loaded *l, struct err *e)
{
	size_t i, versions = 0;
	struct piece *p;

	for (i = 0; i < l->count; i++)
		versions += counts(&l->versions[i]) ? 1 : 0;
	for (i = l->count; i-- > 0;) {
		if (!counts(&l->versions[i]) || !portion_takes(&r->portion, r->s,
		    &l->versions[i].rec.origin, PORTION_LAW))
			continue;
		p = grow(&r->pieces);
		read_piece(&l->versions[i], &l->row, p);
		p->alone = versions == 1;
		if (find_sealer(r->s, &l->versions[i], &p->o.sealer, e) != 0)
			return -1;
		if (p->alone && statements_keeper(r->s, &l->row.space,
		    &p->o.origin, &p->o.sound, e) != 0)
			return -1;
		p->o.sound = p->o.sound && is_timely(p, &l->versions[i]);
		r->pieces.count++;
	}
	return 0;
}

static int
read_row(void *ctx, const struct record_row *row, struct err *e)
{
	struct reading *r = ctx;
	struct loaded l;
	int rc = versions_load_row(r->s, row, &l, e);

	if (rc <= 0)
		return rc;
	rc = add_record(r, &l, e);
	versions_done(&l);
	return rc;
}

static int
read_card(struct reading *r, const struct space *card, struct err *e)
{
	struct version_query q = { .type = TYPE_OVERRIDE,
	    .space = &card->id };

	/* What a clock hides for a while holds all the same. */
	q.with_hidden = card->hidden && card->state != SPACE_LOST;
	return versions_each(r->s, &q, read_row, r, e);
}

/* ---- what belongs together ---- */

static const struct roster_device *
officer_of(const struct store *s, const struct id *device, uint64_t seq)
{
	const struct roster_device *d = roster_live(&s->roster, device, seq);

	return d != NULL && (roster_roles(&s->roster, &d->person) &
	    ROLE_OFFICER) != 0 ? d : NULL;
}

struct second_by {
	const struct id *origin; /* who recorded it, in the sealer's words */
	const struct id *sealer; /* who has signed that */
	uint64_t seq;
};

static bool
is_another(const struct store *s, const struct roster_device *officer,
    const struct id *device)
{
	const struct roster_device *d = roster_device(&s->roster, device);

	/* This device may not be in its own roster yet. */
	return d != NULL && !id_eq(&d->person, &officer->person);
}

/* Another officer than who recorded it, and than who says so. */
static bool
second_holds(const struct store *s, const struct access_second *what,
    const struct second_by *by, const struct id *officer,
    const struct sig *sig)
{
	const struct roster_device *d = officer_of(s, officer, by->seq);

	return d != NULL && is_another(s, d, by->origin) &&
	    is_another(s, d, by->sealer) &&
	    access_second_verify(what, &d->sign, sig);
}

bool
override_signed(const struct store *s, const struct override_source *o,
    const struct override_second *second)
{
	struct access_second what = { second->case_id, &o->person,
		&o->record, o->until_ms };
	struct second_by by = { &o->origin, &o->sealer, ROSTER_NOW };

	return second_holds(s, &what, &by, second->officer, second->sig);
}

static void
take_second(const struct store *s, const struct id *case_id,
    struct override_source *o, const struct pieces *all)
{
	size_t i;

	for (i = all->count; i-- > 0 && !o->has_second;) {
		const struct piece *p = &all->list[i];
		struct override_second second = { case_id, &p->o.second,
			&p->o.second_sig };

		if (!id_eq(&p->signs, &o->record) ||
		    !override_signed(s, o, &second))
			continue;
		o->has_second = true;
		o->second = p->o.second;
		o->second_sig = p->o.second_sig;
	}
}

/* The earliest end counts. */
static void
take_end(struct override_source *o, const struct pieces *all)
{
	size_t i;

	for (i = 0; i < all->count; i++) {
		const struct piece *p = &all->list[i];

		if (!id_eq(&p->ends, &o->record) ||
		    (!id_is_zero(&o->end) && p->o.hlc >= o->end_hlc))
			continue;
		o->end = p->o.record;
		o->end_origin = p->o.origin;
		o->end_hlc = p->o.hlc;
		o->end_hash = p->o.hash;
	}
}

static int64_t
real_end(const struct override_source *o)
{
	int64_t end = o->until_ms;

	if (!id_is_zero(&o->end) && hlc_ms(o->end_hlc) < end)
		end = hlc_ms(o->end_hlc);
	return end;
}

/* 8.4: for the same person and case, while one runs or soon after its end. */
static bool
is_second(const struct override_sources *l,
    const struct override_source *o)
{
	size_t i;

	for (i = 0; i < l->count; i++) {
		const struct override_source *p = &l->list[i];

		if (p == o || !p->sound || !id_eq(&p->person, &o->person))
			continue;
		if (p->from_ms > o->from_ms || (p->from_ms == o->from_ms &&
		    id_cmp(&p->record, &o->record) > 0))
			continue;
		if (o->from_ms - ACCESS_RENEWAL_MS < real_end(p))
			return true;
	}
	return false;
}

static void
combine(const struct store *s, const struct id *case_id,
    const struct pieces *all, struct override_sources *out)
{
	size_t i;

	out->list = mem_new((all->count + 1) * sizeof(*out->list));
	/* Pieces were read from the newest on. */
	for (i = all->count; i-- > 0;) {
		const struct piece *p = &all->list[i];
		struct override_source *o = &out->list[out->count];

		if (!id_is_zero(&p->ends) || !id_is_zero(&p->signs))
			continue;
		*o = p->o;
		memset(&o->second, 0, sizeof(o->second));
		take_second(s, case_id, o, all);
		take_end(o, all);
		out->count++;
	}
	for (i = 0; i < out->count; i++)
		out->list[i].needs_second = is_second(out, &out->list[i]);
}

void
overrides_done(struct override_sources *l)
{
	mem_free(l->list);
	memset(l, 0, sizeof(*l));
}

/* Most cases have none, and are asked at each sync that touches them. */
static int
has_any(struct store *s, const struct id *case_id, struct err *e)
{
	struct stmt *q = db_prepare(s->db, "SELECT 1 FROM record"
	    " WHERE case_id = ? AND type = 10 LIMIT 1");
	int rc;

	db_bind_id(q, 1, case_id);
	rc = db_step(q, e);
	db_reset(q);
	return rc;
}

int
overrides_load(struct store *s, const struct id *case_id,
    struct override_sources *out, struct err *e)
{
	struct space *spaces;
	struct reading r = { .s = s };
	size_t i, n = 0;
	int rc = has_any(s, case_id, e);

	memset(out, 0, sizeof(*out));
	if (rc != 1)
		return rc;
	spaces = mem_new(CASE_SPACES_MAX * sizeof(*spaces));
	rc = spaces_list(s, case_id, spaces, CASE_SPACES_MAX, &n, e);
	for (i = 0; rc == 0 && i < n; i++)
		if (spaces[i].state == SPACE_OPEN &&
		    strcmp(spaces[i].section, "card") == 0)
			rc = read_card(&r, &spaces[i], e);
	if (rc == 0)
		combine(s, case_id, &r.pieces, out);
	mem_free(r.pieces.list);
	portion_done(&r.portion);
	mem_free(spaces);
	return rc;
}

bool
override_runs(const struct override_source *o, int64_t now_ms)
{
	return o->sound && id_is_zero(&o->end) && o->sections != 0 &&
	    !id_is_zero(&o->person) && now_ms < o->until_ms &&
	    (!o->needs_second || o->has_second);
}

int
overrides_find(struct store *s, const struct id *record, struct id *case_id,
    struct override_source *out, struct err *e)
{
	struct override_sources all;
	struct record_row row;
	size_t i;
	int rc = versions_row(s, record, &row, e);

	if (rc <= 0 || row.type != TYPE_OVERRIDE)
		return rc < 0 ? -1 : 0;
	*case_id = row.case_id;
	if (overrides_load(s, &row.case_id, &all, e) != 0)
		return -1;
	for (i = 0, rc = 0; i < all.count && rc == 0; i++)
		if (id_eq(&all.list[i].record, record)) {
			*out = all.list[i];
			rc = 1;
		}
	overrides_done(&all);
	return rc;
}

/* ---- making statements ---- */

struct naming { /* what an id follows from */
	const struct id *record, *space, *person;
	const struct id *second; /* NULL: not signed by an officer */
};

static void
make_id(const struct naming *n, struct id *out)
{
	struct hash h;
	struct buf b;

	buf_init(&b, 80);
	buf_add(&b, n->record->b, sizeof(n->record->b));
	buf_add(&b, n->space->b, sizeof(n->space->b));
	buf_add(&b, n->person->b, sizeof(n->person->b));
	if (n->second != NULL)
		buf_add(&b, n->second->b, sizeof(n->second->b));
	keys_hash(TAG_ID, buf_view(&b), &h);
	buf_done(&b);
	memcpy(out->b, h.b, sizeof(out->b));
}

static void
make_opening(const struct override_source *o, const struct id *space,
    struct access *a)
{
	struct naming n = { &o->record, space, &o->person,
		o->has_second ? &o->second : NULL };

	memset(a, 0, sizeof(*a));
	a->kind = ACCESS_OVERRIDE;
	a->person = o->person;
	a->right = o->right;
	a->from_ms = o->from_ms;
	a->until_ms = o->until_ms;
	a->hlc = o->hlc;
	a->origin = o->origin;
	a->consent = o->record;
	a->consent_hash = o->hash;
	a->has_second = o->has_second;
	a->second = o->second;
	a->second_sig = o->second_sig;
	make_id(&n, &a->id);
}

/* Names the override's statements, signed or not, and nothing else. */
static void
make_end(const struct override_source *o, const struct id *space,
    struct access *a)
{
	struct naming n = { &o->end, space, &o->person, NULL };

	memset(a, 0, sizeof(*a));
	a->kind = ACCESS_WITHDRAW;
	a->person = o->person;
	a->from_ms = hlc_ms(o->end_hlc);
	a->until_ms = INT64_MAX;
	a->hlc = o->end_hlc;
	a->origin = o->end_origin;
	a->consent = o->end;
	a->consent_hash = o->end_hash;
	make_id(&n, &a->id);
	n.record = &o->record;
	make_id(&n, &a->supersedes[a->supersedes_count++]);
	n.second = &o->second;
	if (o->has_second)
		make_id(&n, &a->supersedes[a->supersedes_count++]);
}

struct applying { /* one space */
	struct store *s;
	const struct space *sp;
	struct access_book book;
	enum right mine;
	size_t added;
};

static int
add_statement(struct applying *ap, const struct access *a, struct err *e)
{
	size_t i;

	for (i = 0; i < ap->book.count; i++)
		if (id_eq(&ap->book.list[i].id, &a->id))
			return 0;
	if (spaces_access_save_tx(ap->s, &ap->sp->id, a, NULL, -1, e) != 0 ||
	    access_book_add(&ap->book, a, e) != 0)
		return -1;
	ap->added++;
	return 0;
}

/* It was said here, and is open: who ends it says so in this space. */
static bool
stands_here(const struct applying *ap, const struct override_source *o)
{
	size_t i;

	for (i = 0; i < ap->book.count; i++) {
		const struct access *a = &ap->book.list[i];

		if (a->kind == ACCESS_OVERRIDE && id_eq(&a->consent,
		    &o->record) && access_is_live(&ap->book, a,
		    store_now_ms(ap->s)))
			return true;
	}
	return false;
}

static int
apply_one(struct applying *ap, const struct override_source *o,
    struct err *e)
{
	int64_t now = store_now_ms(ap->s);
	struct access a;

	if (!id_is_zero(&o->end)) {
		if (!stands_here(ap, o))
			return 0;
		make_end(o, &ap->sp->id, &a);
		return add_statement(ap, &a, e);
	}
	/* The own side is open already, and says nothing of itself. */
	if (ap->mine < RIGHT_KEEP || !override_runs(o, now) ||
	    id_eq(&o->person, &ap->sp->side) ||
	    access_on_side(&ap->book, &o->person, now) ||
	    /* Who signed it as an officer does not say it: another keeper. */
	    (o->has_second && roster_same(&ap->s->roster, &o->second,
	    &ap->s->me->device)))
		return 0;
	make_opening(o, &ap->sp->id, &a);
	return add_statement(ap, &a, e);
}

static unsigned
bit_of(const char *section)
{
	unsigned i;

	for (i = 0; i < STATEMENTS_SECTIONS; i++)
		if (strcmp(section, statements_section(i)) == 0)
			return 1u << i;
	return 0;
}

static int
apply_space(struct applying *ap, const struct override_sources *all,
    struct err *e)
{
	unsigned bit = bit_of(ap->sp->section);
	size_t i;
	int rc;

	if (bit == 0)
		return 0;
	if (spaces_right(ap->s, &ap->sp->id, &ap->mine, e) != 0)
		return -1;
	if (ap->mine < RIGHT_WRITE)
		return 0;
	access_book_init(&ap->book);
	rc = spaces_access_said(ap->s, &ap->sp->id, &ap->book, e);
	for (i = 0; rc == 0 && i < all->count; i++)
		if ((all->list[i].sections & bit) != 0)
			rc = apply_one(ap, &all->list[i], e);
	access_book_done(&ap->book);
	return rc;
}

int
overrides_apply_tx(struct store *s, const struct id *case_id, size_t *added,
    struct err *e)
{
	struct override_sources all;
	struct applying ap = { .s = s };
	struct space *list;
	size_t i, n = 0;
	int rc;

	if (overrides_load(s, case_id, &all, e) != 0)
		return -1;
	list = mem_new(CASE_SPACES_MAX * sizeof(*list));
	rc = all.count == 0 ? 0 :
	    spaces_list(s, case_id, list, CASE_SPACES_MAX, &n, e);
	for (i = 0; rc == 0 && i < n; i++) {
		ap.sp = &list[i];
		if (list[i].state == SPACE_OPEN)
			rc = apply_space(&ap, &all, e);
	}
	*added += ap.added;
	mem_free(list);
	overrides_done(&all);
	return rc;
}

/* ---- believing ---- */

bool
overrides_is(const struct access *a)
{
	return a->kind == ACCESS_OVERRIDE ||
	    (a->kind == ACCESS_WITHDRAW && a->supersedes_count > 0);
}

bool
overrides_timely(const struct access *a, int64_t accept_ms)
{
	return a->kind != ACCESS_OVERRIDE || a->until_ms -
	    ACCESS_OVERRIDE_MS <= accept_ms + TIME_SLACK_MS;
}

/* 8.2: from its stamp, at most seven days; and a stamp that runs ahead of the
 * hub's clock does not carry it on. */
static bool
times_hold(const struct override_word *w, const struct access *a)
{
	return a->from_ms == hlc_ms(a->hlc) && a->until_ms > a->from_ms &&
	    a->until_ms - ACCESS_OVERRIDE_MS <= a->from_ms &&
	    overrides_timely(a, w->accept_ms);
}

bool
overrides_believe(const struct override_word *w, const struct access *a)
{
	const struct epoch_recipient *r = epoch_find(w->ep, w->author);
	struct naming n = { &a->consent, &w->ep->space, &a->person,
		a->has_second ? &a->second : NULL };
	struct access_second what = { w->case_id, &a->person, &a->consent,
		a->until_ms };
	struct second_by by = { &a->origin, w->author, w->seq };
	struct id id;

	if (r == NULL || id_is_zero(&a->consent))
		return false;
	make_id(&n, &id);
	if (!id_eq(&id, &a->id))
		return false;
	if (a->kind == ACCESS_WITHDRAW)
		return r->right >= RIGHT_WRITE;
	return r->right == RIGHT_KEEP && times_hold(w, a) &&
	    (!a->has_second || second_holds(w->s, &what, &by, &a->second,
	    &a->second_sig));
}
