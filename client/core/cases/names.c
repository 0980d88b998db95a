/*
 * Each word of the text beside each word of each child's name. A worker has
 * some hundred cases and such a text a few hundred words.
 */
#include "client/core/cases/names.h"

#include <string.h>

#include "client/core/local/utf8.h"
#include "client/core/local/versions.h"

#define LETTERS 32     /* of a name or word that are looked at */
#define NAME_LEAST 3   /* letters; initials are no names */
#define NAME_LONG 5    /* from here on the last letter may change: Janis, Jana */
#define ENDING_MOST 5  /* letters of an ending */
#define NAME_WORDS 8

struct word {
	uint32_t folded[LETTERS];
	size_t count;
	size_t start, end;   /* bytes in the text */
	bool capital;
};

struct looking {
	struct session *session;
	struct view text;
	char *found;
	struct word name[NAME_WORDS];
	size_t names;
};

/* The next word from ${at} on; false at the end. */
static bool
next_word(struct view v, size_t *at, struct word *w)
{
	uint32_t cp;
	size_t from;

	memset(w, 0, sizeof(*w));
	while (*at < v.len) {
		from = *at;
		cp = utf8_next(v, at);
		if (!utf8_is_word(cp)) {
			if (w->count > 0)
				return true;
			continue;
		}
		if (w->count == 0) {
			w->start = from;
			w->capital = utf8_is_capital(cp);
		}
		w->end = *at;
		if (w->count < LETTERS)
			w->folded[w->count++] = utf8_fold(cp);
	}
	return w->count > 0;
}

static bool
begins(const struct word *w, const struct word *name, size_t n)
{
	size_t i;

	if (n < NAME_LEAST || w->count < n)
		return false;
	for (i = 0; i < n; i++)
		if (w->folded[i] != name->folded[i])
			return false;
	return w->count - n <= ENDING_MOST;
}

static bool
is_form_of(const struct word *w, const struct word *name)
{
	return begins(w, name, name->count) || (name->count >= NAME_LONG &&
	    begins(w, name, name->count - 1));
}

static bool
is_equal(const struct word *w, const struct word *name)
{
	return w->count == name->count && begins(w, name, name->count);
}

/* Small letters: the one name right after the other. */
static bool
side_by_side(const struct looking *k, const struct word *before,
    const struct word *w)
{
	size_t i;

	for (i = 0; i + 1 < k->names; i++)
		if ((is_equal(before, &k->name[i]) &&
		    is_form_of(w, &k->name[i + 1])) ||
		    (is_form_of(w, &k->name[i]) &&
		    is_equal(before, &k->name[i + 1])))
			return true;
	return false;
}

static bool
is_named(const struct looking *k, const struct word *before,
    const struct word *w)
{
	size_t i;

	for (i = 0; w->capital && i < k->names; i++)
		if (is_form_of(w, &k->name[i]))
			return true;
	return before->count > 0 && side_by_side(k, before, w);
}

static void
take_name(struct looking *k, struct view name)
{
	size_t at = 0;

	for (k->names = 0; k->names < NAME_WORDS &&
	    next_word(name, &at, &k->name[k->names]);)
		k->names += k->name[k->names].count >= NAME_LEAST;
}

static bool
look_in_text(struct looking *k)
{
	struct word w, before = { .count = 0 };
	size_t at = 0, n;

	while (next_word(k->text, &at, &w)) {
		if (is_named(k, &before, &w)) {
			n = w.end - w.start;
			if (n >= NAMES_FOUND_BYTES)
				n = NAMES_FOUND_BYTES - 1;
			memcpy(k->found, k->text.data + w.start, n);
			k->found[n] = '\0';
			return true;
		}
		before = w;
	}
	return false;
}

static int
look_for(struct looking *k, const struct record_row *row, uint16_t field,
    struct err *e)
{
	struct loaded l;

	if (versions_load_row(session_store(k->session), row, &l, e) != 1)
		return -1;
	take_name(k, loaded_text(&l, field));
	versions_done(&l);
	return look_in_text(k) ? 1 : 0;
}

static int
look_for_case(void *ctx, const struct record_row *row, struct err *e)
{
	return look_for(ctx, row, CASE_NAME, e);
}

/* A case without its card is called by what its section says. */
static int
look_for_label(void *ctx, const struct record_row *row, struct err *e)
{
	struct looking *k = ctx;
	struct record_row card;
	int rc = id_is_zero(&row->case_id) ? 1 :
	    versions_row(session_store(k->session), &row->case_id, &card, e);

	return rc != 0 ? (rc < 0 ? -1 : 0) :
	    look_for(k, row, SPACE_LABEL, e);
}

int
names_find(struct session *session, struct view text,
    char found[static NAMES_FOUND_BYTES], struct err *e)
{
	struct version_query cases = { .type = TYPE_CASE };
	struct version_query labels = { .type = TYPE_SPACE };
	struct looking k = { .session = session, .text = text,
		.found = found };
	struct store *s = session_store(session);

	found[0] = '\0';
	if (text.len == 0)
		return 0;
	if (versions_each(s, &cases, look_for_case, &k, e) != 0)
		return -1;
	if (found[0] == '\0' &&
	    versions_each(s, &labels, look_for_label, &k, e) != 0)
		return -1;
	return found[0] != '\0';
}
