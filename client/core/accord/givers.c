/*
 * Judged at the place of the consent, so that all who hold the card find the
 * same; whoever wrote it could have read that much. Of two values that did not
 * know of each other the more careful one counts, as in cases/guard.c, which
 * asks a person's own client first.
 */
#include "client/core/accord/givers.h"

#include <string.h>

#include "client/core/local/utf8.h"
#include "common/base/mem.h"

#define BLANKS " ,;\t\n"

struct asking {
	struct store *s;
	struct view name;
	uint64_t seq;
	bool may;
};

static bool
text_is(const struct value *v, const char *text)
{
	return v->type == VALUE_TEXT && view_eq(v->data, view_str(text));
}

static bool
any_says(const struct heads *h, uint16_t field, const char *text)
{
	const struct heads_field *f = heads_find(h, field);
	size_t i;

	for (i = 0; f != NULL && i < f->count; i++)
		if (text_is(&f->heads[i].op->value, text))
			return true;
	return false;
}

static bool
is_named(const struct heads *h, struct view name)
{
	const struct heads_field *f = heads_find(h, PERSON_NAME);
	size_t i;

	for (i = 0; f != NULL && i < f->count; i++)
		if (f->heads[i].op->value.type == VALUE_TEXT &&
		    utf8_same(f->heads[i].op->value.data, name))
			return true;
	return false;
}

/* The word stands in the list. */
static bool
has_word(struct view list, const char *word)
{
	size_t at = 0, n;

	for (; at < list.len; at += n + 1) {
		for (n = 0; at + n < list.len &&
		    strchr(BLANKS, list.data[at + n]) == NULL; n++)
			;
		if (n == strlen(word) && memcmp(list.data + at, word, n) == 0)
			return true;
	}
	return false;
}

/* Every head allows it. */
static bool
may_consent(const struct heads *h)
{
	const struct heads_field *f = heads_find(h, PERSON_MAY);
	size_t i;

	for (i = 0; f != NULL && i < f->count; i++)
		if (f->heads[i].op->value.type != VALUE_TEXT ||
		    !has_word(f->heads[i].op->value.data, "consent"))
			return false;
	return f != NULL && f->count > 0;
}

static void
judge(struct asking *a, const struct heads *h)
{
	if (!is_named(h, a->name) || !any_says(h, PERSON_KIND, "guardian"))
		return;
	if (any_says(h, PERSON_AUTHORITY, "none") ||
	    (any_says(h, PERSON_AUTHORITY, "limited") && !may_consent(h)))
		a->may = false;
}

static int
look(void *ctx, const struct record_row *row, struct err *e)
{
	struct asking *a = ctx;
	struct loaded *l = loaded_new();
	struct heads *h = mem_new(sizeof(*h));
	size_t i, kept = 0;
	int rc = versions_load_row(a->s, row, l, e);

	if (rc == 1) {
		for (i = 0; i < l->count; i++)
			if (a->seq == UINT64_MAX ||
			    l->versions[i].seq < a->seq)
				l->versions[kept++] = l->versions[i];
		heads_compute(l->versions, kept, h);
		judge(a, h);
		versions_done(l);
	}
	mem_free(h);
	mem_free(l);
	return rc < 0 ? -1 : 0;
}

int
givers_may(struct store *s, const struct id *card, struct view name,
    uint64_t seq, bool *out, struct err *e)
{
	struct version_query q = { .type = TYPE_PERSON, .space = card,
		.with_hidden = true };
	struct asking a = { s, name, seq, true };
	int rc = versions_each(s, &q, look, &a, e);

	*out = a.may;
	return rc;
}

/* ---- is there anything to ask? ---- */

static bool
says_less(const struct op *op)
{
	return op->field == PERSON_AUTHORITY && (text_is(&op->value, "none") ||
	    text_is(&op->value, "limited"));
}

static int
look_for_limits(void *ctx, const struct record_row *row, struct err *e)
{
	struct asking *a = ctx;
	struct loaded *l = loaded_new();
	int rc = versions_load_row(a->s, row, l, e);
	size_t i, k;

	if (rc == 1) {
		for (i = 0; i < l->count; i++)
			for (k = 0; k < l->versions[i].rec.op_count; k++)
				if (says_less(&l->versions[i].rec.ops[k]))
					a->may = false;
		versions_done(l);
	}
	mem_free(l);
	return rc < 0 ? -1 : !a->may;
}

int
givers_limited(struct store *s, const struct id *card, bool *out,
    struct err *e)
{
	struct version_query q = { .type = TYPE_PERSON, .space = card,
		.with_hidden = true };
	struct asking a = { .s = s, .may = true };
	int rc = versions_each(s, &q, look_for_limits, &a, e);

	*out = !a.may;
	return rc < 0 ? -1 : 0;
}
