/*
 * Names of third persons: proposing, and blacking out.
 *
 * Proposed is each word written with a capital inside a sentence, and each one
 * that begins like a name this device knows: children of other cases, persons of
 * this one, who gave consents. In all five languages names change their endings (Jaan, Jaani,
 * Jaanile) and only names have capitals, so this asks rather too often than
 * too seldom. Not asked for are only the child and who asks.
 */
#include "client/core/report/copies_parts.h"

#include <stdlib.h>
#include <string.h>

#include "client/core/local/utf8.h"
#include "common/base/mem.h"

#define NAMES_MAX 8192
#define STEM_MIN 3    /* letters; shorter names are found by their capital */
#define ENDING_MAX 3  /* letters that may follow an own name */

struct names { /* folded, a word each */
	char **list;
	size_t count;
};

struct found {
	char **list; /* as written */
	size_t count;
};

static struct view
word_at(struct view v, size_t *at)
{
	size_t from, next;

	for (;;) { /* to the first letter */
		from = *at;
		if (from >= v.len)
			return view_of(NULL, 0);
		next = from;
		if (utf8_is_word(utf8_next(v, &next)))
			break;
		*at = next;
	}
	while (*at < v.len) {
		next = *at;
		if (!utf8_is_word(utf8_next(v, &next)))
			break;
		*at = next;
	}
	return view_of(v.data + from, *at - from);
}

/* Folded, for comparing; the caller frees. */
static char *
folded(struct view v)
{
	char *out = mem_new(4 * v.len + 1);
	size_t at = 0, n = 0;
	uint32_t cp;

	while (at < v.len) {
		cp = utf8_fold(utf8_next(v, &at));
		/* Any one-to-one spelling will do: it is only compared. */
		for (; cp >= 0x80; cp >>= 7)
			out[n++] = (char)(0x80 | (cp & 0x7f));
		out[n++] = (char)(cp != 0 ? cp : 1);
	}
	return out;
}

static void
add_names(struct names *n, const char *text)
{
	struct view v = view_str(text), word;
	size_t at = 0;

	while ((word = word_at(v, &at)).len > 0 && n->count < NAMES_MAX)
		n->list[n->count++] = folded(word);
}

static void
names_done(struct names *n)
{
	size_t i;

	for (i = 0; i < n->count; i++)
		mem_forget(n->list[i]);
	mem_free(n->list);
}

/* The word is a name of the list, or begins like one: without the last letter,
 * which endings change. */
static bool
is_like(const struct names *n, const char *word)
{
	size_t i, len;

	for (i = 0; i < n->count; i++) {
		if (strcmp(n->list[i], word) == 0)
			return true;
		len = strlen(n->list[i]);
		if (len > STEM_MIN)
			len--;
		if (len >= STEM_MIN && strncmp(n->list[i], word, len) == 0)
			return true;
	}
	return false;
}

/* One of the names itself, perhaps with a short ending; not one that only
 * begins alike: Mari is not Marianne. */
static bool
is_one_of(const struct names *n, const char *word)
{
	size_t i, len;

	for (i = 0; i < n->count; i++) {
		len = strlen(n->list[i]);
		if (strncmp(n->list[i], word, len) == 0 &&
		    strlen(word) - len <= (len > STEM_MIN ? ENDING_MAX : 0))
			return true;
	}
	return false;
}

static bool
is_capital(struct view word)
{
	size_t at = 0;
	uint32_t cp = utf8_next(word, &at), fold = utf8_fold(cp);
	/* A lower letter folds to itself or loses its accent; a capital of
	 * the Latin letters lies below its lower one. */
	if (cp < 0x80)
		return cp >= 'A' && cp <= 'Z';
	if (cp >= 0xc0 && cp <= 0xde)
		return true;
	if (cp >= 0x100 && cp <= 0x17f)
		return (cp >= 0x139 && cp <= 0x148) ||
		    (cp >= 0x179 && cp <= 0x17e) ? (cp & 1) != 0 :
		    (cp & 1) == 0;
	return cp >= 0x400 && cp <= 0x42f && fold != cp;
}

/* After a full stop, or at the beginning of a line: a capital says nothing. */
static bool
begins_sentence(struct view text, const uint8_t *word)
{
	const uint8_t *p = word;

	while (p > text.data && (p[-1] == ' ' || p[-1] == '"' ||
	    p[-1] == '(' || p[-1] == '-'))
		p--;
	return p == text.data || strchr(".!?\n:", p[-1]) != NULL;
}

static void
add_found(struct found *f, struct view word)
{
	char *text;
	size_t i;

	for (i = 0; i < f->count; i++)
		if (utf8_same(view_str(f->list[i]), word))
			return;
	f->list = mem_more(f->list, f->count, sizeof(*f->list));
	text = mem_new(word.len + 1);
	memcpy(text, word.data, word.len);
	f->list[f->count++] = text;
}

struct search {
	struct names known, own; /* third persons; those not asked for */
	struct found found;
};

static void
search_text(struct search *s, const char *text)
{
	struct view v = view_str(text), word;
	size_t at = 0;
	char *key;

	while ((word = word_at(v, &at)).len > 0) {
		key = folded(word);
		if (!is_one_of(&s->own, key) && (is_like(&s->known, key) ||
		    (is_capital(word) && !begins_sentence(v, word.data))))
			add_found(&s->found, word);
		mem_free(key);
	}
}

/* ---- who is known ---- */

static int
know_people(struct session *s, const struct copy_ask *q, struct search *x,
    struct err *e)
{
	struct records_query rq = { .type = TYPE_CASE };
	struct record_list l;
	size_t i;

	add_names(&x->own, q->whom);
	if (records_list(s, &rq, &l, e) != 0)
		return -1;
	for (i = 0; i < l.count; i++) {
		bool own = id_eq(&l.items[i].case_id, &q->case_id);

		add_names(own ? &x->own : &x->known,
		    record_field(&l.items[i], "name"));
		if (own)
			add_names(&x->own, record_field(&l.items[i],
			    "school"));
	}
	record_list_done(&l);
	rq.type = TYPE_PERSON;
	if (records_list(s, &rq, &l, e) != 0)
		return -1;
	for (i = 0; i < l.count; i++)
		add_names(&x->known, record_field(&l.items[i], "name"));
	record_list_done(&l);
	rq.type = TYPE_CONSENT;
	if (records_list(s, &rq, &l, e) != 0)
		return -1;
	for (i = 0; i < l.count; i++)
		add_names(&x->known, record_field(&l.items[i], "by"));
	record_list_done(&l);
	return 0;
}

static int
by_word(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

int
copies_names(struct session *s, const struct copy_ask *q,
    const struct record_list *l, struct buf *out, struct err *e)
{
	struct search x = { { NULL, 0 }, { NULL, 0 }, { NULL, 0 } };
	const struct field *f;
	size_t i, k;
	int rc;

	x.known.list = mem_new(NAMES_MAX * sizeof(char *));
	x.own.list = mem_new(NAMES_MAX * sizeof(char *));
	rc = know_people(s, q, &x, e);
	for (i = 0; rc == 0 && i < l->count; i++)
		for (k = 0; k < l->items[i].field_count; k++) {
			f = fields_find(l->items[i].type,
			    l->items[i].fields[k].name);
			if (f != NULL && (f->kind == FIELD_TEXT ||
			    f->kind == FIELD_LONG))
				search_text(&x, l->items[i].fields[k].text);
		}
	if (x.found.count > 0)
		qsort(x.found.list, x.found.count, sizeof(char *), by_word);
	for (i = 0; i < x.found.count; i++) {
		if (rc == 0)
			buf_add_fmt(out, "? word %s\n", x.found.list[i]);
		mem_forget(x.found.list[i]);
	}
	mem_free(x.found.list);
	names_done(&x.known);
	names_done(&x.own);
	return rc;
}

/* ---- blacking out ---- */

/* Does ${black} (of one or more words) stand here, at the beginning of a word?
 * How many bytes to take: to the end of its last word. */
static size_t
match_here(struct view v, size_t from, const char *black)
{
	struct view b = view_str(black);
	size_t at = from, k = 0, next;

	while (k < b.len) {
		uint32_t want = utf8_fold(utf8_next(b, &k));

		if (at >= v.len || utf8_fold(utf8_next(v, &at)) != want)
			return 0;
	}
	while (at < v.len) {
		next = at;
		if (!utf8_is_word(utf8_next(v, &next)))
			break;
		at = next;
	}
	return at - from;
}

char *
copies_blacked(const struct copies_list *l, const char *text, size_t *n)
{
	struct view v = view_str(text);
	size_t at = 0, next, len, out = 0, i;
	bool inside = false; /* a word */
	char *copy = mem_new(v.len * sizeof(COPIES_BLACK) + 1);

	while (at < v.len) {
		len = 0;
		for (i = 0; !inside && len == 0 && i < l->black_count; i++)
			len = match_here(v, at, l->black[i]);
		if (len > 0) {
			memcpy(copy + out, COPIES_BLACK,
			    sizeof(COPIES_BLACK) - 1);
			out += sizeof(COPIES_BLACK) - 1;
			at += len;
			++*n;
			continue;
		}
		next = at;
		inside = utf8_is_word(utf8_next(v, &next));
		memcpy(copy + out, v.data + at, next - at);
		out += next - at;
		at = next;
	}
	copy[out] = '\0';
	return copy;
}
