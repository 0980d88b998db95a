/* Words in, and words that fit out. */
#include "client/core/local/terms.h"

#include <string.h>

#include "common/base/mem.h"

#define SLOTS_LEAST 256
#define SLOTS_MOST 65536
#define SLOTS_A_TEXT 64
#define SLOT_BYTES 24

struct terms_seen {
	uint32_t slots; /* a power of two */
	char word[][SLOT_BYTES];
};

struct terms_seen *
terms_seen_new(size_t texts)
{
	uint32_t slots = SLOTS_LEAST;
	struct terms_seen *seen;

	while (slots < SLOTS_MOST && slots / SLOTS_A_TEXT < texts)
		slots *= 2;
	seen = mem_new(sizeof(*seen) + (size_t)slots * SLOT_BYTES);
	seen->slots = slots;
	return seen;
}

static bool
seen_before(struct terms_seen *seen, const struct folded *w)
{
	uint32_t h = 2166136261u;
	char *slot;
	size_t i;

	if (w->len >= SLOT_BYTES)
		return false;
	for (i = 0; i < w->len; i++)
		h = (h ^ (uint8_t)w->word[i]) * 16777619u;
	slot = seen->word[h & (seen->slots - 1)];
	if (strcmp(slot, w->word) == 0)
		return true;
	memcpy(slot, w->word, w->len + 1);
	return false;
}

int
terms_add_tx(struct db *db, struct view text, struct terms_seen *seen,
    struct err *e)
{
	struct folded w;
	size_t at = 0;

	while (needle_next(text, &at, &w)) {
		struct stmt *q;

		if (!w.certain || w.letters < TERMS_LEAST ||
		    seen_before(seen, &w))
			continue;
		q = db_prepare(db, "INSERT OR IGNORE INTO term VALUES (?)");
		db_bind_text(q, 1, w.word);
		if (db_run(q, e) != 0)
			return -1;
	}
	return 0;
}

int
terms_renew_tx(struct db *db, struct err *e)
{
	if (db_run(db_prepare(db, "DELETE FROM term"), e) != 0)
		return -1;
	return db_run(db_prepare(db, "INSERT INTO term SELECT term FROM "
	    "words_terms WHERE length(term) >= 3"), e);
}

/* ---- looking ---- */

struct catch {
	const struct needle *n;
	enum needle_fit fit; /* what is wanted now */
	size_t left;
	struct buf *out;
};

static int
take(struct stmt *q, struct catch *c, struct err *e)
{
	int rc;

	while ((rc = db_step(q, e)) == 1) {
		const char *word = db_text(q, 0);
		size_t len = strlen(word);

		if (needle_fits(c->n, word, len, NULL, NULL) != c->fit)
			continue;
		if (c->left == 0)
			break;
		c->left--;
		buf_add(c->out, word, len + 1);
	}
	if (rc == 1)
		db_reset(q);
	return rc < 0 ? -1 : 0;
}

/* The other forms all begin with the shortest of the stems. */
static int
forms(struct db *db, struct catch *c, struct err *e)
{
	char from[NEEDLE_BYTES];
	size_t i, len = c->n->len;
	struct stmt *q;

	for (i = 0; i < STEM_LANGUAGES; i++)
		if (c->n->stem[i] < len)
			len = c->n->stem[i];
	memcpy(from, c->n->word, len);
	from[len] = '\0';
	q = db_prepare(db, "SELECT word FROM term WHERE word >= ?1 AND "
	    "word < ?1 || char(0x10ffff)");
	db_bind_text(q, 1, from);
	return take(q, c, e);
}

int
terms_meant(struct db *db, const struct needle *n, size_t max,
    struct buf *out, struct err *e)
{
	struct catch c = { n, NEEDLE_INFLECTED, max, out };
	struct stmt *q;

	if (n->letters > NEEDLE_STEM && forms(db, &c, e) != 0)
		return -1;
	if (n->letters < NEEDLE_PART)
		return 0;
	c.fit = NEEDLE_INSIDE;
	c.left = max;
	q = db_prepare(db, "SELECT word FROM term WHERE instr(word, ?) > 1");
	db_bind_text(q, 1, n->word);
	return take(q, &c, e);
}
