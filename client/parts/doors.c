/*
 * The functions of the parts, as the rest of the program calls them. Each
 * loads its part and passes the call on; one whose part is not there fails
 * with a sentence, as its contract says of any failure.
 */
#include <string.h>

#include "client/core/profile/repository.h"
#include "client/core/sync/remote.h"
#include "client/core/words/alphabet.h"
#include "client/core/words/merge.h"
#include "client/parts/parts.h"
#include "client/paper/paper.h"

/* ---- https ---- */

int
remote_http(const char *url, const struct remote_pins *pins,
    struct tick tick, struct remote *out, struct err *e)
{
	static int (*real)(const char *, const struct remote_pins *,
	    struct tick, struct remote *, struct err *);

	memset(out, 0, sizeof(*out));
	if (real == NULL && parts_find(PARTS_HTTPS, "remote_http", &real, e) != 0)
		return -1;
	return real(url, pins, tick, out, e);
}

/* ---- git ---- */

int
repository_read(const struct repository_ask *ask,
    struct repository_files *out, struct err *e)
{
	static int (*real)(const struct repository_ask *,
	    struct repository_files *, struct err *);

	if (real == NULL && parts_find(PARTS_GIT, "repository_read", &real, e) !=
	    0)
		return -1;
	return real(ask, out, e);
}

int
merge_three(struct view base, struct view a, struct view b,
    struct buf *out, enum merge_step *step, struct err *e)
{
	static int (*real)(struct view, struct view, struct view,
	    struct buf *, enum merge_step *, struct err *);

	if (real == NULL && parts_find(PARTS_GIT, "merge_three", &real, e) != 0)
		return -1;
	return real(base, a, b, out, step, e);
}

int
merge_diff(struct view from, struct view to, struct merge_diff *out,
    struct err *e)
{
	static int (*real)(struct view, struct view, struct merge_diff *,
	    struct err *);

	memset(out, 0, sizeof(*out));
	if (real == NULL && parts_find(PARTS_GIT, "merge_diff", &real, e) != 0)
		return -1;
	return real(from, to, out, e);
}

void
merge_diff_done(struct merge_diff *d)
{
	static void (*real)(struct merge_diff *);
	struct err why;

	/* Without pieces there is nothing that the part has made. */
	if (d->pieces == NULL || (real == NULL &&
	    parts_find(PARTS_GIT, "merge_diff_done", &real, &why) != 0))
		return;
	real(d);
}

/* ---- pdf ---- */

int
paper_pdf(const struct paper *p, struct buf *out, struct err *e)
{
	static int (*real)(const struct paper *, struct buf *, struct err *);

	if (real == NULL && parts_find(PARTS_PDF, "paper_pdf", &real, e) != 0)
		return -1;
	return real(p, out, e);
}

/* ---- alphabet ---- */

struct alphabet *
alphabet_new(const char *lang)
{
	static struct alphabet *(*real)(const char *);
	struct err why;

	if (real == NULL &&
	    parts_find(PARTS_ALPHABET, "alphabet_new", &real, &why) != 0)
		return NULL;
	return real(lang);
}

void
alphabet_free(struct alphabet *a)
{
	static void (*real)(struct alphabet *);
	struct err why;

	if (a == NULL || (real == NULL &&
	    parts_find(PARTS_ALPHABET, "alphabet_free", &real, &why) != 0))
		return;
	real(a);
}

bool
alphabet_cmp(const struct alphabet *a, const char *x, const char *y,
    int *order)
{
	static bool (*real)(const struct alphabet *, const char *,
	    const char *, int *);
	struct err why;

	if (a == NULL || (real == NULL &&
	    parts_find(PARTS_ALPHABET, "alphabet_cmp", &real, &why) != 0))
		return false;
	return real(a, x, y, order);
}
