/* Who may hold a space, schema/rules.md 5: order of arrival does not matter. */
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
	struct access *bigger;

	if (b->count >= STATEMENTS_MAX)
		return err_set(e, ERR_TOOBIG,
		    "this space has more than %d access statements",
		    STATEMENTS_MAX);
	/* Powers of two: a book is read again and again, grown rarely. */
	if ((b->count & (b->count - 1)) == 0) {
		bigger = mem_new((b->count ? 2 * b->count : 1) *
		    sizeof(*b->list));
		if (b->count > 0)
			memcpy(bigger, b->list, b->count * sizeof(*b->list));
		mem_free(b->list);
		b->list = bigger;
	}
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

static bool
is_ended(const struct access_book *b, const struct access *grant)
{
	size_t i;

	if (grant->kind == ACCESS_OWNER)
		return false;
	for (i = 0; i < b->count; i++) {
		const struct access *w = &b->list[i];

		if (w->kind == ACCESS_WITHDRAW &&
		    id_eq(&w->person, &grant->person) &&
		    !names(grant, &w->id))
			return true;
	}
	return false;
}

bool
access_is_live(const struct access_book *b, const struct access *grant,
    int64_t now_ms)
{
	if (grant->kind != ACCESS_GRANT && grant->kind != ACCESS_OWNER)
		return false;
	return now_ms < grant->until_ms && !is_ended(b, grant);
}

void
access_judge(const struct access_book *b, const struct id *person,
    int64_t now_ms, struct access_answer *out)
{
	size_t i;

	memset(out, 0, sizeof(*out));
	for (i = 0; i < b->count; i++) {
		const struct access *a = &b->list[i];

		if (!id_eq(&a->person, person) ||
		    !access_is_live(b, a, now_ms))
			continue;
		if (a->right > out->right)
			out->right = a->right;
		if (a->until_ms > out->until_ms)
			out->until_ms = a->until_ms;
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

		if (id_eq(&a->person, &r->person) && a->right >= r->right &&
		    a->until_ms >= r->until_ms &&
		    access_is_live(b, a, now_ms))
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
