/*
 * The labels of one person's sections, on the order of two officers: each says
 * which child and which section, and no more. Judged by what came back and by
 * the bytes the hub gave for it, which two officers could open.
 */
#include <string.h>

#include "client/core/office/office.h"
#include "common/base/mem.h"
#include "common/wire/proto.h"
#include "tests/sim/sim.h"

static const struct actor *asking; /* who recovers labels now */
static struct id served; /* of which section a text was */

/* Epochs, and of the first text the first body. */
static void
look_at(struct sim *s, const struct proto_item *it)
{
	struct changeset *cs = mem_new(sizeof(*cs));
	struct err e;
	size_t i;
	bool more = changeset_decode(it->bytes, cs, &e) != 0 ||
	    (cs->h.kind != CHANGESET_EPOCH && cs->h.kind != CHANGESET_CONTENT);

	if (!more && cs->h.kind == CHANGESET_CONTENT) {
		more = id_eq(&cs->h.space, &served);
		served = cs->h.space;
		for (i = 1; i < cs->h.count && cs->has_bodies; i++)
			more |= cs->bodies[i].len > 0;
	}
	if (more)
		sim_fail(s, "DISCLOSURE: for labels the hub gave more than the "
		    "first body of a section");
	mem_free(cs);
}

void
labels_served(struct actor *a, const struct buf *answer)
{
	struct proto_page *page = mem_new(sizeof(*page));
	struct err e;
	size_t i;

	if (asking == a && proto_page_decode(buf_view(answer), page, &e) == 0)
		for (i = 0; i < page->count; i++)
			look_at(a->sim, &page->items[i]);
	proto_page_done(page);
	mem_free(page);
}

/* ---- what came back ---- */

/* Ever a keeper there, or who began it, by the epochs that the hub got. */
static bool
keeps(struct sim *s, int who, const struct id *space)
{
	struct changeset *cs = mem_new(sizeof(*cs));
	const struct received *r;
	bool found = false;
	struct epoch ep;
	struct err e;
	size_t i;

	for (r = s->received; r != NULL && !found; r = r->next) {
		if (changeset_decode(buf_view(&r->bytes), cs, &e) != 0 ||
		    cs->h.kind != CHANGESET_EPOCH ||
		    !id_eq(&cs->h.space, space) ||
		    epoch_decode(cs->bodies[0], &ep, &e) != 0)
			continue;
		for (i = 0; i < ep.recipient_count; i++)
			found |= ep.recipients[i].right == RIGHT_KEEP &&
			    id_eq(&ep.recipients[i].person,
			    &s->actor[who].person);
		epoch_done(&ep);
	}
	mem_free(cs);
	return found;
}

static bool
is_named(const struct sim *s, const struct office_label *l)
{
	int i;

	for (i = 0; i < s->case_count; i++)
		if (id_eq(&l->case_id, &s->cases[i].id))
			return strcmp(l->label, s->cases[i].name) == 0;
	return true; /* a room, or one that a power cut swallowed */
}

static void
judge(struct sim *s, int who, const struct office_labels *l)
{
	const struct text *t;
	size_t i;
	int no;

	for (i = 0; i < l->count; i++) {
		const struct office_label *at = &l->items[i];

		if (!keeps(s, who, &at->space))
			sim_fail(s, "DISCLOSURE: the labels of person %d tell "
			    "of a section they never kept", who);
		if (truth_shows(view_str(at->label)) ||
		    truth_shows(view_str(at->section)) ||
		    (at->label[0] != '\0' && !is_named(s, at)))
			sim_fail(s, "DISCLOSURE: a label says %.40s", at->label);
	}
	for (no = 0; no < s->text_count && l->closed == 0; no++) {
		t = &s->text[no];
		if (!t->sure || t->owner != who || t->case_no >= SIM_CASES ||
		    !office_sent(s, no))
			continue;
		for (i = 0; i < l->count; i++)
			if (id_eq(&l->items[i].space, &t->space))
				break;
		if (i == l->count)
			sim_fail(s, "LOST: the labels of person %d lack the "
			    "section of text %d", who, no);
	}
}

void
labels_order(struct actor *a, int who)
{
	struct sim *s = a->sim;
	char word[SIM_WORD_BYTES];
	struct office_labels labels = { .count = 0 };
	struct office_order o;
	struct err e;
	int rc;

	if (!act_done(a, office_order_labels(a->session,
	    &s->actor[who].person, &o, &e), &e))
		return;
	if (office_countersign(a, &o, word)) {
		sim_note(s, "   labels of %d by order", who);
		memset(&served, 0, sizeof(served));
		asking = a;
		rc = office_labels(a->session, &a->remote, word, s->share[0],
		    s->share[1], &labels, &e);
		asking = NULL;
		if (office_carried_out(a, rc, &e) && !s->odd && s->lies == 0)
			judge(s, who, &labels);
		office_labels_done(&labels);
	}
	office_order_done(&o);
}
