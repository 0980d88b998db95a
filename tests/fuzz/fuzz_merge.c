/* What three people wrote, parted by zero bytes: compared and merged. */
#include <git2.h>
#include <string.h>

#include "client/core/words/merge.h"
#include "tests/fuzz/fuzz.h"

static struct view
next_text(struct view *left)
{
	const uint8_t *end = left->len > 0 ?
	    memchr(left->data, 0, left->len) : NULL;
	struct view out = { left->data, end != NULL ?
	    (size_t)(end - left->data) : left->len };

	left->data += end != NULL ? out.len + 1 : out.len;
	left->len -= end != NULL ? out.len + 1 : out.len;
	return out;
}

/* Both texts come back from the pieces. */
static void
compare(struct view from, struct view to)
{
	struct merge_diff d;
	struct buf a, b;
	struct err e;
	size_t i;

	FUZZ_SURE(merge_diff(from, to, &d, &e) == 0);
	buf_init(&a, from.len + 1);
	buf_init(&b, to.len + 1);
	for (i = 0; i < d.count; i++) {
		FUZZ_SURE(d.pieces[i].text.len > 0);
		if (d.pieces[i].mark != '+')
			buf_add(&a, d.pieces[i].text.data,
			    d.pieces[i].text.len);
		if (d.pieces[i].mark != '-')
			buf_add(&b, d.pieces[i].text.data,
			    d.pieces[i].text.len);
	}
	FUZZ_SURE(view_eq(buf_view(&a), from) && view_eq(buf_view(&b), to));
	buf_done(&a);
	buf_done(&b);
	merge_diff_done(&d);
}

static int
merge(struct view base, struct view a, struct view b, struct buf *out)
{
	enum merge_step step;
	struct err e;
	int rc;

	buf_init(out, 4 * MERGE_TEXT_MAX);
	rc = merge_three(base, a, b, out, &step, &e);
	FUZZ_SURE(rc == 0 || rc == 1);
	FUZZ_SURE(rc == 1 || out->len == 0);
	return rc;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static bool begun; /* takes milliseconds; changes nothing */
	struct view left = view_of(data, size), base, a, b;
	struct buf one, two;
	int rc;

	if (!begun)
		begun = git_libgit2_init() > 0;
	if (size > 3 * MERGE_TEXT_MAX)
		return 0;
	base = next_text(&left);
	a = next_text(&left);
	b = next_text(&left);
	compare(base, a);
	compare(a, b);
	/* The order of the two does not matter. */
	rc = merge(base, a, b, &one);
	FUZZ_SURE(merge(base, b, a, &two) == rc);
	FUZZ_SURE(view_eq(buf_view(&one), buf_view(&two)));
	buf_done(&one);
	buf_done(&two);
	/* What one left alone is the other's. */
	if (base.len <= MERGE_TEXT_MAX && a.len <= MERGE_TEXT_MAX) {
		FUZZ_SURE(merge(base, a, base, &one) == 1);
		FUZZ_SURE(view_eq(buf_view(&one), a));
		buf_done(&one);
	}
	return 0;
}
