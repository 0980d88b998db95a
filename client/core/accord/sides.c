/*
 * From the steps in a case's card to the statements about its side.
 *
 * Handing over is a keeper's word that any keeper's client passes on to the
 * spaces it keeps. Leaving, taking over and taking back are said by the
 * person's own devices alone, of what they themselves may say.
 */
#include "client/core/accord/sides.h"

#include <stdlib.h>
#include <string.h>

#include "client/core/accord/portion.h"
#include "client/core/accord/statements.h"
#include "common/base/mem.h"

#define CASE_SPACES_MAX 64 /* spaces of one case */
#define TAG_ID "tugi statement 3"

static const char *const words[] = { "", "propose", "accept", "reduce",
	"takeover", "back" };

#define WORDS (sizeof(words) / sizeof(words[0]))

const char *
sides_word(enum side_step step)
{
	return (size_t)step < WORDS ? words[step] : "";
}

void
sides_done(struct side_sources *l)
{
	mem_free(l->list);
	memset(l, 0, sizeof(*l));
}

const struct side_source *
sides_answer(const struct side_sources *all, const struct side_source *src,
    enum side_step step)
{
	size_t i;

	for (i = 0; i < all->count; i++)
		if (all->list[i].step == step &&
		    id_eq(&all->list[i].of, &src->record))
			return &all->list[i];
	return NULL;
}

/* ---- reading the card ---- */

static enum side_step
step_of(const struct record *rec)
{
	const struct value *v = record_value(rec, HANDOVER_STEP, VALUE_TEXT);
	size_t i;

	for (i = 1; v != NULL && i < WORDS; i++)
		if (view_eq(v->data, view_str(words[i])))
			return (enum side_step)i;
	return 0;
}

static void
read_step(const struct record *rec, struct side_source *out)
{
	const struct value *v = record_value(rec, HANDOVER_SUPERSEDES,
	    VALUE_BYTES);
	int64_t right = record_int(rec, HANDOVER_RIGHT, RIGHT_NONE);

	out->step = step_of(rec);
	record_bytes(rec, HANDOVER_PERSON, &out->person, sizeof(out->person));
	record_bytes(rec, HANDOVER_OF, &out->of, sizeof(out->of));
	out->right = right == RIGHT_READ || right == RIGHT_WRITE ?
	    (enum right)right : RIGHT_NONE;
	out->hlc = rec->hlc;
	out->origin = rec->origin;
	out->from_ms = hlc_ms(rec->hlc);
	out->until_ms = record_int(rec, HANDOVER_UNTIL, INT64_MAX);
	statements_hash(rec, &out->hash);
	while (v != NULL && out->supersedes_count < ACCESS_SUPERSEDES_MAX &&
	    v->data.len >= 16 * (out->supersedes_count + 1)) {
		memcpy(out->supersedes[out->supersedes_count].b,
		    v->data.data + 16 * out->supersedes_count, 16);
		out->supersedes_count++;
	}
}

static bool
person_of(const struct store *s, const struct id *device, struct id *out)
{
	const struct roster_device *d = roster_device(&s->roster, device);

	if (d == NULL && !id_eq(device, &s->me->device))
		return false;
	*out = d != NULL ? d->person : s->person;
	return true;
}

/* A step is written once: a second version is somebody's try to change what
 * was said, and then nothing follows from it. */
static bool
add_step(struct store *s, const struct loaded *l, struct side_source *src)
{
	const struct version *only = NULL;
	size_t i, n = 0;

	for (i = 0; i < l->count; i++) {
		const struct version *v = &l->versions[i];

		if (v->state != VERSION_LOCAL &&
		    v->state != VERSION_OUTGOING &&
		    v->state != VERSION_ACCEPTED)
			continue;
		only = v;
		n++;
	}
	if (n != 1)
		return false;
	memset(src, 0, sizeof(*src));
	src->record = l->row.id;
	src->waits = only->state != VERSION_ACCEPTED;
	read_step(&only->rec, src);
	return src->step != 0 && !id_is_zero(&src->person) &&
	    person_of(s, &only->rec.origin, &src->by);
}

struct loading {
	struct store *s;
	struct side_sources *out;
	struct portion portion;
};

/* Room for one more, not yet counted. */
static struct side_source *
grow(struct side_sources *l)
{
	l->list = mem_more(l->list, l->count, sizeof(*l->list));
	return &l->list[l->count];
}

static int
take_step(void *ctx, const struct record_row *row, struct err *e)
{
	struct loading *ld = ctx;
	struct loaded l;
	int rc = versions_load_row(ld->s, row, &l, e);

	if (rc != 1)
		return rc;
	if (add_step(ld->s, &l, grow(ld->out)) && portion_takes(&ld->portion,
	    ld->s, &ld->out->list[ld->out->count].origin, PORTION_STEPS))
		ld->out->count++;
	versions_done(&l);
	return 0;
}

static int
by_stamp(const void *va, const void *vb)
{
	const struct side_source *a = va, *b = vb;

	if (a->hlc != b->hlc)
		return a->hlc < b->hlc ? -1 : 1;
	return id_cmp(&a->record, &b->record);
}

static int
list_spaces(struct store *s, const struct id *case_id, struct space **out,
    size_t *n, struct err *e)
{
	*out = mem_new(CASE_SPACES_MAX * sizeof(**out));
	*n = 0;
	return spaces_list(s, case_id, *out, CASE_SPACES_MAX, n, e);
}

int
sides_load(struct store *s, const struct id *case_id,
    struct side_sources *out, struct err *e)
{
	struct version_query q = { .type = TYPE_HANDOVER };
	struct loading ld = { .s = s, .out = out };
	struct space *list;
	size_t i, n;
	int rc = list_spaces(s, case_id, &list, &n, e);

	memset(out, 0, sizeof(*out));
	for (i = 0; rc == 0 && i < n; i++) {
		/* It counts in a card alone, as a consent does. */
		if (list[i].state != SPACE_OPEN ||
		    strcmp(list[i].section, "card") != 0)
			continue;
		q.space = &list[i].id;
		q.with_hidden = list[i].hidden;
		rc = versions_each(s, &q, take_step, &ld, e);
	}
	mem_free(list);
	portion_done(&ld.portion);
	if (rc != 0)
		sides_done(out);
	else if (out->count > 0)
		qsort(out->list, out->count, sizeof(*out->list), by_stamp);
	return rc;
}

/* ---- making statements ---- */

void
sides_id(const struct id *record, const struct id *space,
    const struct id *person, struct id *out)
{
	struct hash h;
	struct buf b;

	buf_init(&b, 64);
	buf_add(&b, record->b, sizeof(record->b));
	buf_add(&b, space->b, sizeof(space->b));
	buf_add(&b, person->b, sizeof(person->b));
	keys_hash(TAG_ID, buf_view(&b), &h);
	buf_done(&b);
	memcpy(out->b, h.b, sizeof(out->b));
}

struct applying { /* one space */
	struct store *s;
	const struct space *sp;
	const struct side_sources *all;
	struct access_book book;
	enum right mine;
	int64_t now_ms;
	size_t *added;
};

static const struct access *
find_statement(const struct access_book *b, const struct id *id)
{
	size_t i;

	for (i = 0; i < b->count; i++)
		if (id_eq(&b->list[i].id, id))
			return &b->list[i];
	return NULL;
}

static void
make(const struct applying *ap, const struct side_source *src,
    enum access_kind kind, struct access *a)
{
	size_t i;

	memset(a, 0, sizeof(*a));
	a->kind = kind;
	a->person = src->person;
	a->right = kind == ACCESS_REDUCE ? src->right : RIGHT_KEEP;
	a->from_ms = src->from_ms;
	a->until_ms = kind == ACCESS_REDUCE ? INT64_MAX : src->until_ms;
	a->hlc = src->hlc;
	a->origin = src->origin;
	a->consent = src->record;
	a->consent_hash = src->hash;
	sides_id(&src->record, &ap->sp->id, &src->person, &a->id);
	a->supersedes_count = src->supersedes_count;
	for (i = 0; i < src->supersedes_count; i++)
		sides_id(&src->supersedes[i], &ap->sp->id, &src->person,
		    &a->supersedes[i]);
}

/* Said if the members will believe it, by the newest that is known here. */
static int
say(struct applying *ap, const struct access *a, struct err *e)
{
	struct access_by me = { &ap->s->person, &ap->s->roster, ap->now_ms };

	if (find_statement(&ap->book, &a->id) != NULL ||
	    !access_may_say(&ap->book, a, &me))
		return 0;
	if (spaces_access_save_tx(ap->s, &ap->sp->id, a, NULL, -1, e) != 0 ||
	    access_book_add(&ap->book, a, e) != 0)
		return -1;
	++*ap->added;
	return 0;
}

/* How long this person keeps the space: nobody gives on more than that. */
static int64_t
own_end(const struct applying *ap)
{
	int64_t end = INT64_MIN;
	size_t i;

	for (i = 0; i < ap->book.count; i++) {
		const struct access *a = &ap->book.list[i];

		if (access_is_side(a->kind) && a->until_ms > end &&
		    id_eq(&a->person, &ap->s->person) &&
		    access_right(&ap->book, a, ap->now_ms) == RIGHT_KEEP)
			end = a->until_ms;
	}
	return end;
}

static int
hand_over(struct applying *ap, const struct side_source *src, struct err *e)
{
	struct access a;

	if (ap->mine < RIGHT_KEEP || src->until_ms <= ap->now_ms ||
	    src->until_ms > own_end(ap) ||
	    sides_answer(ap->all, src, SIDE_BACK) != NULL ||
	    !access_on_side(&ap->book, &src->by, ap->now_ms))
		return 0;
	make(ap, src, ACCESS_HANDOVER, &a);
	return say(ap, &a, e);
}

static int
take_over(struct applying *ap, const struct side_source *src, struct err *e)
{
	struct access a;

	if (ap->mine < RIGHT_KEEP || src->until_ms <= ap->now_ms ||
	    src->until_ms > own_end(ap) ||
	    !id_eq(&src->by, &ap->s->person) ||
	    sides_answer(ap->all, src, SIDE_BACK) != NULL)
		return 0;
	make(ap, src, ACCESS_TAKEOVER, &a);
	return say(ap, &a, e);
}

/* Somebody came into the side before that and is in it still. */
static bool
was_on_side(const struct applying *ap, const struct side_source *src)
{
	size_t i;

	for (i = 0; i < ap->book.count; i++) {
		const struct access *a = &ap->book.list[i];

		if (access_is_side(a->kind) && a->hlc < src->hlc &&
		    id_eq(&a->person, &src->person) &&
		    access_right(&ap->book, a, ap->now_ms) > src->right)
			return true;
	}
	return false;
}

/* Who was only asked may still say no. */
static bool
is_taken(const struct applying *ap, const struct access *a)
{
	const struct side_source *s;
	size_t i;

	for (i = 0; i < ap->all->count; i++) {
		s = &ap->all->list[i];
		if (s->step == SIDE_ACCEPT && id_eq(&s->of, &a->consent) &&
		    sides_answer(ap->all, s, SIDE_BACK) == NULL)
			return true;
	}
	return a->kind != ACCESS_HANDOVER;
}

/* Somebody else keeps the space for good, with a device that works. */
static bool
others_keep(const struct applying *ap)
{
	const struct roster_device *d;
	size_t i;

	for (i = 0; i < ap->book.count; i++) {
		const struct access *a = &ap->book.list[i];

		if (access_is_side(a->kind) && a->until_ms == INT64_MAX &&
		    !id_eq(&a->person, &ap->s->person) &&
		    access_right(&ap->book, a, ap->now_ms) == RIGHT_KEEP &&
		    is_taken(ap, a) && roster_devices_of(&ap->s->roster, &a->person, &d, 1) > 0)
			return true;
	}
	return false;
}

/* Leaving would leave nobody, by what is known now: it is not said until
 * somebody keeps again, also when it was about to be. */
static int
stay(struct applying *ap, const struct access *a, struct err *e)
{
	if (spaces_access_unsay_tx(ap->s, &ap->sp->id, &a->id, e) != 0)
		return -1;
	access_book_done(&ap->book);
	access_book_init(&ap->book);
	return spaces_access_said(ap->s, &ap->sp->id, &ap->book, e);
}

/* What this device wrote there and nobody has: it goes before the door shuts.
 * 1, 0, -1. */
static int
has_unsent(const struct applying *ap, struct err *e)
{
	struct stmt *q = db_prepare(ap->s->db, "SELECT 1 FROM version v JOIN "
	    "record r ON r.rid = v.rid WHERE v.state IN (1, 2, 4) AND "
	    "v.state <> 4 AND r.space = ? LIMIT 1");
	int rc;

	db_bind_id(q, 1, &ap->sp->id);
	rc = db_step(q, e);
	db_reset(q);
	return rc;
}

static int
reduce(struct applying *ap, const struct side_source *src, struct err *e)
{
	bool self = id_eq(&src->person, &ap->s->person);
	struct access a;
	int rc;

	/* Who leaves has said so in the card first: afterwards it is shut. */
	if (!id_eq(&src->by, &ap->s->person) || (self && src->waits) ||
	    (!self && ap->mine < RIGHT_KEEP))
		return 0;
	make(ap, src, ACCESS_REDUCE, &a);
	if (self && ap->mine == RIGHT_KEEP && !others_keep(ap))
		return find_statement(&ap->book, &a.id) == NULL ? 0 :
		    stay(ap, &a, e);
	if (!was_on_side(ap, src))
		return 0;
	rc = self ? has_unsent(ap, e) : 0;
	return rc != 0 ? rc < 0 ? -1 : 0 : say(ap, &a, e);
}

/* Ends the one statement that the undone step made here. */
static int
take_back(struct applying *ap, const struct side_source *src, struct err *e)
{
	const struct access *was;
	struct access a;
	struct id id;

	if (!id_eq(&src->by, &ap->s->person) ||
	    (src->waits && id_eq(&src->by, &src->person)))
		return 0;
	sides_id(&src->of, &ap->sp->id, &src->person, &id);
	was = find_statement(&ap->book, &id);
	if (was == NULL || (was->kind != ACCESS_HANDOVER &&
	    was->kind != ACCESS_TAKEOVER))
		return 0;
	make(ap, src, ACCESS_REDUCE, &a);
	a.right = RIGHT_NONE;
	a.supersedes_count = 1;
	a.supersedes[0] = id;
	return say(ap, &a, e);
}

static int
apply_step(struct applying *ap, const struct side_source *src, struct err *e)
{
	switch (src->step) {
	case SIDE_PROPOSE:
		return hand_over(ap, src, e);
	case SIDE_TAKEOVER:
		return take_over(ap, src, e);
	case SIDE_REDUCE:
		return reduce(ap, src, e);
	case SIDE_BACK:
		return take_back(ap, src, e);
	case SIDE_ACCEPT:
		break;
	}
	return 0;
}

static int
apply_space(struct applying *ap, struct err *e)
{
	size_t i;
	int rc;

	if (spaces_right(ap->s, &ap->sp->id, &ap->mine, e) != 0)
		return -1;
	if (ap->mine < RIGHT_WRITE)
		return 0;
	access_book_init(&ap->book);
	rc = spaces_access_said(ap->s, &ap->sp->id, &ap->book, e);
	for (i = 0; rc == 0 && i < ap->all->count; i++)
		rc = apply_step(ap, &ap->all->list[i], e);
	access_book_done(&ap->book);
	return rc;
}

int
sides_apply_tx(struct store *s, const struct id *case_id, size_t *added,
    struct err *e)
{
	struct side_sources all;
	struct applying ap = { .s = s, .all = &all, .added = added };
	struct space *list = NULL;
	size_t i, n = 0;
	int rc;

	if (sides_load(s, case_id, &all, e) != 0)
		return -1;
	ap.now_ms = store_now_ms(s);
	rc = all.count == 0 ? 0 : list_spaces(s, case_id, &list, &n, e);
	for (i = 0; rc == 0 && i < n; i++) {
		ap.sp = &list[i];
		if (list[i].state == SPACE_OPEN)
			rc = apply_space(&ap, e);
	}
	mem_free(list);
	sides_done(&all);
	return rc;
}

/* ---- believing them ---- */

void
side_word_done(struct side_word *w)
{
	if (w->has_book)
		access_book_done(&w->book);
	w->has_book = false;
}

/* By the order of two officers (9.5): for the person it names, that and no
 * other statement. */
static bool
is_ordered(const struct side_word *w, const struct access *a)
{
	const struct roster_order *o = roster_takeover(&w->s->roster,
	    &w->ep->space, w->author, w->seq, w->accept_ms);
	struct id id;

	if (o == NULL || a->kind != ACCESS_TAKEOVER)
		return false;
	sides_id(&o->id, &o->space, &o->whom, &id);
	return id_eq(&a->id, &id) && id_eq(&a->person, &o->whom) &&
	    id_eq(&a->consent, &o->id) && a->until_ms == INT64_MAX &&
	    a->right == RIGHT_KEEP && a->supersedes_count == 0;
}

static bool
may_say(const struct side_word *w, const struct access *a)
{
	const struct epoch_recipient *r = epoch_find(w->ep, w->author);
	struct access_by by = { NULL, &w->s->roster, w->accept_ms };
	enum right need = RIGHT_KEEP;
	struct id id;

	sides_id(&a->consent, &w->ep->space, &a->person, &id);
	if (r == NULL || id_is_zero(&a->consent) || !id_eq(&id, &a->id) ||
	    id_eq(&w->ep->space, &w->s->roster.genesis.commons))
		return false;
	/* Nobody gives on more, or for longer, than they have. */
	if (a->kind != ACCESS_REDUCE && a->until_ms > r->until_ms)
		return false;
	if (a->kind == ACCESS_REDUCE && id_eq(&r->person, &a->person))
		need = RIGHT_WRITE;
	by.person = &r->person;
	return r->right >= need && access_may_say(&w->book, a, &by);
}

int
sides_believe(struct side_word *w, const struct access *a, bool *out,
    struct err *e)
{
	bool side = access_is_side(a->kind) || a->kind == ACCESS_REDUCE;

	if (side && !w->has_book) {
		if (spaces_access_before(w->s, &w->ep->space,
		    (int64_t)w->seq, &w->book, e) != 0)
			return -1;
		w->has_book = true;
	}
	if (side && a->kind != ACCESS_OWNER)
		*out = may_say(w, a) || is_ordered(w, a);
	else
		*out = statements_believe(a, w->ep, w->author);
	/* What follows in the same changeset may rest on it, also on who
	 * began the space. */
	return *out && w->has_book ? access_book_add(&w->book, a, e) : 0;
}
