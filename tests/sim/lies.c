/*
 * A hub that lies: it gives an old answer, another device's, a page with items
 * missing, out of order or twice, with other times, or with a bit changed.
 * What it signed stays as it is: it has no other key.
 */
#include <string.h>

#include "common/base/mem.h"
#include "common/wire/proto.h"
#include "tests/sim/sim.h"

static void
swap(struct proto_item *a, struct proto_item *b)
{
	struct proto_item t = *a;

	*a = *b;
	*b = t;
}

/* Whether the page was changed. */
static bool
change_page(struct sim *s, enum fault f, struct proto_page *page,
    unsigned param)
{
	size_t n = page->count, i = n > 0 ? param % n : 0;
	static const int64_t by[] = { -DAY_MS, DAY_MS, 1, -1, 400 * DAY_MS };

	if (f == FAULT_TIME && param % 3 == 0) {
		page->now_ms += by[param / 3 % 5];
		return true;
	}
	if (n == 0 || (f == FAULT_REORDER && n < 2))
		return false;
	switch (f) {
	case FAULT_WITHHOLD:
		/* The newest of a space can be kept back unseen. */
		page->count = i;
		s->lied = true;
		break;
	case FAULT_REORDER:
		swap(&page->items[i], &page->items[(i + 1) % n]);
		break;
	case FAULT_REPEAT:
		s->lied |= i != n - 1; /* the last one is kept back */
		page->items[n - 1] = page->items[i];
		break;
	default:
		/* What cannot be proven is as good as kept back. */
		s->lied = true;
		page->items[i].accept_ms += by[param / 3 % 5];
	}
	return true;
}

static bool
lie_page(struct sim *s, enum fault f, struct buf *answer, unsigned param)
{
	struct proto_page *page = mem_new(sizeof(*page));
	struct buf out;
	struct err e;
	bool changed;

	buf_init(&out, PROTO_ANSWER_BYTES_MAX);
	changed = proto_page_decode(buf_view(answer), page, &e) == 0 &&
	    change_page(s, f, page, param);
	if (changed) {
		proto_page_encode(page, &out);
		buf_reset(answer);
		buf_add(answer, out.data, out.len);
	}
	proto_page_done(page);
	mem_free(page);
	buf_done(&out);
	return changed;
}

static bool
instead(struct buf *answer, const struct buf *other)
{
	if (other->len == 0)
		return false;
	buf_reset(answer);
	buf_add(answer, other->data, other->len);
	return true;
}

static bool
can_be_read(const struct buf *answer)
{
	struct proto_page *page = mem_new(sizeof(*page));
	struct err e;
	bool out = proto_page_decode(buf_view(answer), page, &e) == 0;

	proto_page_done(page);
	mem_free(page);
	return out;
}

void
lie(struct actor *a, enum fault f, const char *path, struct buf *answer,
    unsigned param)
{
	struct sim *s = a->sim;
	bool pull = strcmp(path, "/v1/pull") == 0, lied = false;
	struct buf honest;

	buf_init(&honest, SIZE_MAX);
	buf_add(&honest, answer->data, answer->len);
	if (f == FAULT_OLD_ANSWER && pull)
		lied = instead(answer, &a->pulled);
	else if (f == FAULT_OTHERS_ANSWER && pull)
		lied = instead(answer,
		    &s->actor[param % (unsigned)s->actors].pulled);
	else if (f == FAULT_FLIP && answer->len > 0) {
		answer->data[param * 7919 % answer->len] ^=
		    (uint8_t)(1u << param % 8);
		s->lied |= pull && can_be_read(answer);
		lied = true;
	} else if (f >= FAULT_HONEST && f < FAULTS && pull)
		lied = lie_page(s, f, answer, param);
	if (lied) {
		s->lies++;
		s->odd = s->clocks = true; /* times too */
		sim_note(s, "   a lie");
	}
	if (pull) {
		buf_reset(&a->pulled);
		buf_add(&a->pulled, honest.data, honest.len);
	}
	buf_done(&honest);
}
