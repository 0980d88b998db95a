/* Who may hold a space, schema/rules.md 5, 8 and 9: order of arrival does not
 * matter. */
#include "common/rules/access.h"

#include <string.h>

#include "common/base/mem.h"

#define STATEMENTS_MAX 65536
#define BASES_MAX (sizeof(((struct access_answer *)0)->basis) / \
	sizeof(((struct access_answer *)0)->basis[0]))

void
access_book_init(struct access_book *b)
{
	b->list = NULL;
	b->count = 0;
}

void
access_book_done(struct access_book *b)
{
	mem_free(b->list);
	access_book_init(b);
}

int
access_book_add(struct access_book *b, const struct access *a, struct err *e)
{
	if (b->count >= STATEMENTS_MAX)
		return err_set(e, ERR_TOOBIG,
		    "this space has more than %d access statements",
		    STATEMENTS_MAX);
	b->list = mem_more(b->list, b->count, sizeof(*b->list));
	b->list[b->count++] = *a;
	return 0;
}

static bool
names(const struct access *a, const struct id *id)
{
	size_t i;

	for (i = 0; i < a->supersedes_count; i++)
		if (id_eq(&a->supersedes[i], id))
			return true;
	return false;
}

/* Withdrawal ${w} ends statement ${a}: one that names statements those alone,
 * any other every grant that does not name it. */
static bool
ends(const struct access *w, const struct access *a)
{
	if (w->kind != ACCESS_WITHDRAW || !id_eq(&w->person, &a->person))
		return false;
	if (w->supersedes_count > 0)
		return names(w, &a->id);
	return a->kind == ACCESS_GRANT && !names(a, &w->id);
}

static bool
is_ended(const struct access_book *b, const struct access *a)
{
	size_t i;

	if (a->kind == ACCESS_OWNER)
		return false;
	for (i = 0; i < b->count; i++)
		if (ends(&b->list[i], a))
			return true;
	return false;
}

/* ---- overrides (rules.md 8) ---- */

int64_t
access_end(const struct access *a)
{
	int64_t last = a->until_ms;

	if (a->kind == ACCESS_OVERRIDE &&
	    last - ACCESS_OVERRIDE_MS > a->from_ms)
		last = a->from_ms + ACCESS_OVERRIDE_MS;
	return last;
}

static bool
is_earlier(const struct access *a, const struct access *b)
{
	return a->from_ms != b->from_ms ? a->from_ms < b->from_ms :
	    id_cmp(&a->id, &b->id) < 0;
}

/* When it was over: by itself, or by who ended it. */
static int64_t
real_end(const struct access_book *b, const struct access *o)
{
	int64_t last = access_end(o);
	size_t i;

	for (i = 0; i < b->count; i++)
		if (ends(&b->list[i], o) && b->list[i].from_ms < last)
			last = b->list[i].from_ms;
	return last;
}

/* A second one that begins while one runs, or soon after, needs an officer's
 * signature (8.4), which who took it in has verified. Which is the second is
 * told by their stamps, not by which came first. */
static bool
lacks_second(const struct access_book *b, const struct access *a)
{
	size_t i;

	if (a->has_second)
		return false;
	for (i = 0; i < b->count; i++) {
		const struct access *o = &b->list[i];

		if (o->kind == ACCESS_OVERRIDE &&
		    id_eq(&o->person, &a->person) && is_earlier(o, a) &&
		    !id_eq(&o->consent, &a->consent) &&
		    a->from_ms - ACCESS_RENEWAL_MS < real_end(b, o))
			return true;
	}
	return false;
}

bool
access_lawful(const struct access_book *b, const struct id *person,
    int64_t at_ms)
{
	size_t i;

	for (i = 0; i < b->count; i++) {
		const struct access *o = &b->list[i];

		if (o->kind == ACCESS_OVERRIDE && o->right >= RIGHT_WRITE &&
		    id_eq(&o->person, person) && at_ms >= o->from_ms &&
		    at_ms < real_end(b, o) && !lacks_second(b, o))
			return true;
	}
	return false;
}

/* ---- sides (rules.md 9) ---- */

bool
access_is_side(enum access_kind kind)
{
	return kind == ACCESS_OWNER || kind == ACCESS_HANDOVER ||
	    kind == ACCESS_TAKEOVER;
}

bool
access_closes(enum access_kind kind)
{
	return kind == ACCESS_WITHDRAW || kind == ACCESS_REDUCE;
}

/* A REDUCE that names statements ends those and no others; one that names
 * none holds for each of the person's that does not name it, but not for a
 * takeover stamped after it: officers who order one cannot know its name. */
static bool
reduces(const struct access *r, const struct access *side)
{
	if (r->kind != ACCESS_REDUCE || !id_eq(&r->person, &side->person))
		return false;
	if (r->supersedes_count > 0)
		return names(r, &side->id);
	return !names(side, &r->id) &&
	    (side->kind != ACCESS_TAKEOVER || side->hlc <= r->hlc);
}

static enum right
side_right(const struct access_book *b, const struct access *side)
{
	enum right right = side->right;
	size_t i;

	for (i = 0; i < b->count; i++) {
		const struct access *r = &b->list[i];

		if (!reduces(r, side))
			continue;
		if (r->supersedes_count > 0)
			return RIGHT_NONE;
		if (r->right < right)
			right = r->right;
	}
	return right;
}

/* ---- what is live ---- */

enum right
access_right(const struct access_book *b, const struct access *a,
    int64_t now_ms)
{
	if (now_ms >= access_end(a))
		return RIGHT_NONE;
	if (access_is_side(a->kind))
		return side_right(b, a);
	if (a->kind == ACCESS_OVERRIDE ? lacks_second(b, a) :
	    a->kind != ACCESS_GRANT)
		return RIGHT_NONE;
	return is_ended(b, a) ? RIGHT_NONE : a->right;
}

bool
access_is_live(const struct access_book *b, const struct access *grant,
    int64_t now_ms)
{
	return access_right(b, grant, now_ms) != RIGHT_NONE;
}

bool
access_on_side(const struct access_book *b, const struct id *person,
    int64_t now_ms)
{
	size_t i;

	for (i = 0; i < b->count; i++)
		if (access_is_side(b->list[i].kind) &&
		    id_eq(&b->list[i].person, person) &&
		    access_right(b, &b->list[i], now_ms) == RIGHT_KEEP)
			return true;
	return false;
}

static bool
has_say(const struct access_book *b, const struct id *person, int64_t now_ms)
{
	size_t i;

	for (i = 0; i < b->count; i++)
		if (b->list[i].kind == ACCESS_TAKEOVER &&
		    id_eq(&b->list[i].person, person) &&
		    access_right(b, &b->list[i], now_ms) == RIGHT_KEEP)
			return true;
	return false;
}

/* Somebody else keeps the space when ${a} has been said. */
static bool
leaves_keeper(const struct access_book *b, const struct access *a,
    int64_t now_ms)
{
	size_t i;

	for (i = 0; i < b->count; i++) {
		const struct access *k = &b->list[i];

		/* A substitute's end would leave nobody. */
		if (!access_is_side(k->kind) || reduces(a, k) ||
		    k->until_ms != INT64_MAX)
			continue;
		if (access_right(b, k, now_ms) == RIGHT_KEEP)
			return true;
	}
	return false;
}

/* Taking back what one has said oneself, and nothing more. */
static bool
takes_back(const struct access_book *b, const struct access *a,
    const struct roster *r, const struct id *author)
{
	const struct roster_device *d;
	size_t i, n = 0;

	if (a->supersedes_count == 0)
		return false;
	for (i = 0; i < b->count; i++) {
		if (!reduces(a, &b->list[i]))
			continue;
		d = roster_device(r, &b->list[i].origin);
		if (b->list[i].kind != ACCESS_HANDOVER || d == NULL ||
		    !id_eq(&d->person, author))
			return false;
		n++;
	}
	return n == a->supersedes_count;
}

bool
access_may_say(const struct access_book *b, const struct access *a,
    const struct access_by *by)
{
	const struct id *author = by->person;
	int64_t now_ms = by->now_ms;
	bool self = id_eq(&a->person, author);

	switch (a->kind) {
	case ACCESS_HANDOVER:
		return a->right == RIGHT_KEEP && !self;
	case ACCESS_TAKEOVER:
		return a->right == RIGHT_KEEP && self;
	case ACCESS_REDUCE:
		return (self || has_say(b, author, now_ms) ||
		    takes_back(b, a, by->roster, author)) && leaves_keeper(b, a, now_ms);
	default:
		return false;
	}
}

void
access_judge(const struct access_book *b, const struct id *person,
    int64_t now_ms, struct access_answer *out)
{
	size_t i;

	memset(out, 0, sizeof(*out));
	for (i = 0; i < b->count; i++) {
		const struct access *a = &b->list[i];

		enum right right = id_eq(&a->person, person) ?
		    access_right(b, a, now_ms) : RIGHT_NONE;

		if (right == RIGHT_NONE)
			continue;
		if (right > out->right || (right == out->right &&
		    access_end(a) > out->until_ms)) {
			out->right = right;
			out->until_ms = access_end(a);
		}
		if (out->basis_count < BASES_MAX)
			out->basis[out->basis_count++] = a;
	}
}

/* One grant must carry right and end together: two grants do not add up to a
 * longer write. */
static bool
is_covered(const struct access_book *b, const struct epoch_recipient *r,
    int64_t now_ms)
{
	size_t i;

	for (i = 0; i < b->count; i++) {
		const struct access *a = &b->list[i];

		if (id_eq(&a->person, &r->person) &&
		    access_end(a) >= r->until_ms &&
		    access_right(b, a, now_ms) >= r->right)
			return true;
	}
	return false;
}

const struct epoch_recipient *
access_surplus(const struct access_book *b, const struct epoch *ep,
    int64_t now_ms)
{
	size_t i;

	for (i = 0; i < ep->recipient_count; i++)
		if (!is_covered(b, &ep->recipients[i], now_ms))
			return &ep->recipients[i];
	return NULL;
}
