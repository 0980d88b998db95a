/* Helpers around a world; see the header. */
#include "tests/support/trust.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "client/core/profile/enrol.h"
#include "client/core/office/office.h"
#include "client/core/outbox/outbox.h"
#include "client/core/cases/plans.h"
#include "client/core/sync/outbox_cut.h"
#include "client/core/sync/push.h"
#include "common/base/mem.h"

static void
must(int rc, const struct err *e, const char *what)
{
	if (rc == 0)
		return;
	fprintf(stderr, "trust: %s: %s\n", what, e->text);
	abort();
}

static void
sure(bool ok, const char *what)
{
	if (ok)
		return;
	fprintf(stderr, "trust: %s\n", what);
	abort();
}

void
trust_officer(struct world *w, int i)
{
	trust_join_as(w, i, ROLE_WORKER | ROLE_OFFICER);
}

static void
join(struct world *w, int i, unsigned roles, const struct id *person)
{
	struct office_approval a = { .title = "officer", .roles = roles,
	    .share_a = w->shares[0], .share_b = w->shares[2],
	    .person = person };
	struct enrol_result asked;
	char name[32];
	struct buf card;
	struct err e;

	world_profile(w, i);
	buf_init(&card, 4096);
	must(office_card(w->c[0].session, &card, &e), &e, "card");
	must(enrol_join(w->c[i].session, &w->c[i].remote, buf_str(&card),
	    &asked, &e), &e, "join");
	buf_done(&card);
	snprintf(name, sizeof(name), "Person %d", i);
	a.name = name;
	a.code = asked.code;
	must(office_approve(w->c[0].session, &w->c[0].remote, &a, &e), &e,
	    "approve");
	world_must_sync(w, i);
	w->c[i].person = world_store(w, i)->person;
	sure(!id_is_zero(&w->c[i].person), "a device did not join");
}

void
trust_join_as(struct world *w, int i, unsigned roles)
{
	join(w, i, roles, NULL);
}

void
trust_device(struct world *w, int i, int whom)
{
	join(w, i, ROLE_WORKER, &w->c[whom].person);
	world_must_sync(w, 0);
	world_must_sync(w, whom); /* opens what the person has */
	world_must_sync(w, i);
}

int
trust_plan(struct world *w, int i, const struct id *case_id,
    const char *goal, struct id *id)
{
	struct assignment set = { "goal", goal };
	struct id made;
	struct err e;
	int rc;

	world_pass(w, 1000);
	rc = plans_add(w->c[i].session, case_id, &set, 1, &made, &e);
	if (rc == 0 && id != NULL)
		*id = made;
	return rc;
}

bool
trust_reads(struct world *w, int i, const struct id *record)
{
	struct record_item item;
	struct err e;
	int rc = records_find(w->c[i].session, record, &item, &e);

	sure(rc >= 0, "a record cannot be read");
	if (rc == 1)
		record_item_done(&item);
	return rc == 1;
}

bool
trust_knows(struct world *w, int i, const struct id *case_id,
    const char *section)
{
	struct space sp;
	struct err e;
	int rc = spaces_find_section(world_store(w, i), case_id, section,
	    NULL, &sp, &e);

	sure(rc >= 0, "spaces cannot be read");
	return rc == 1;
}

struct id
trust_space(struct world *w, int i, const struct id *case_id,
    const char *section)
{
	struct space sp;
	struct err e;

	sure(spaces_find_section(world_store(w, i), case_id, section, NULL,
	    &sp, &e) == 1, "a section is not known");
	return sp.id;
}

void
trust_epoch(struct world *w, int i, const struct id *space,
    struct space_epoch *out)
{
	struct store *s = world_store(w, i);
	struct space sp;
	struct err e;
	uint32_t n;

	sure(spaces_find(s, space, &sp, &e) == 1, "a space is not known");
	for (n = sp.epoch; n > 0; n--) {
		sure(spaces_epoch_find(s, space, n, out, &e) == 1,
		    "an epoch is not known");
		if (out->accepted)
			return;
		space_epoch_done(out);
	}
	sure(false, "a space has no accepted epoch");
}

size_t
trust_listed(struct world *w, int i, const struct id *space, int whom)
{
	struct space_epoch se;
	size_t j, n = 0;

	trust_epoch(w, i, space, &se);
	for (j = 0; j < se.ep.recipient_count; j++)
		n += id_eq(&se.ep.recipients[j].person, &w->c[whom].person);
	space_epoch_done(&se);
	return n;
}

enum right
trust_right(struct world *w, int i, const struct id *space, int whom)
{
	enum right right = RIGHT_NONE;
	struct space_epoch se;
	size_t j;

	trust_epoch(w, i, space, &se);
	for (j = 0; j < se.ep.recipient_count; j++)
		if (id_eq(&se.ep.recipients[j].person, &w->c[whom].person))
			right = se.ep.recipients[j].right;
	space_epoch_done(&se);
	return right;
}

uint32_t
trust_number(struct world *w, int i, const struct id *space)
{
	struct space_epoch se;
	uint32_t n;

	trust_epoch(w, i, space, &se);
	n = se.ep.number;
	space_epoch_done(&se);
	return n;
}

static int
by_device(const void *a, const void *b)
{
	return id_cmp(&((const struct epoch_recipient *)a)->device,
	    &((const struct epoch_recipient *)b)->device);
}

void
trust_ghost(struct world *w, int i, const struct id *space, int ghost)
{
	struct store *s = world_store(w, i);
	struct outbox_item in = { .kind = CHANGESET_EPOCH, .space = *space,
	    .seen = s->head.at };
	struct device_keys *gk = world_store(w, ghost)->me;
	struct box_pub boxes[EPOCH_RECIPIENTS_CASE_MAX];
	struct space_epoch se, next;
	struct epoch_recipient *r;
	struct space sp;
	struct buf body;
	struct err e;
	int64_t oid;
	size_t j, n;

	trust_epoch(w, i, space, &se);
	memset(&next, 0, sizeof(next));
	next.ep.space = *space;
	next.ep.number = se.ep.number + 1;
	next.ep.prev = se.id;
	n = se.ep.recipient_count;
	next.ep.recipients = mem_new((n + 1) * sizeof(*r));
	memcpy(next.ep.recipients, se.ep.recipients, n * sizeof(*r));
	r = &next.ep.recipients[n];
	r->person = w->c[ghost].person;
	r->device = gk->device;
	r->right = RIGHT_READ;
	r->until_ms = INT64_MAX;
	next.ep.recipient_count = n + 1;
	qsort(next.ep.recipients, n + 1, sizeof(*r), by_device);
	for (j = 0; j <= n; j++)
		boxes[j] = roster_device(&s->roster,
		    &next.ep.recipients[j].device)->box;
	keys_sym_make(&next.key);
	epoch_make_keys(&next.ep, &next.key, &se.key, boxes,
	    &s->roster.genesis.recovery);
	buf_init(&body, 65536);
	epoch_encode(&next.ep, &body);
	in.clear = buf_view(&body);
	in.epoch = next.ep.number;
	must(db_begin(s->db, &e), &e, "begin");
	in.group = outbox_group(s);
	must(outbox_add_tx(s, &in, &next.id, &oid, &e), &e, "ghost epoch");
	next.has_key = true;
	next.author = s->me->device;
	must(spaces_epoch_save_tx(s, &next, &e), &e, "ghost epoch");
	sure(spaces_find(s, space, &sp, &e) == 1, "no space");
	sp.epoch = next.ep.number;
	must(spaces_save_tx(s, &sp, &e), &e, "ghost epoch");
	must(db_commit(s->db, &e), &e, "commit");
	buf_done(&body);
	space_epoch_done(&next);
	space_epoch_done(&se);
}

void
trust_seal(struct world *w, int i)
{
	size_t n = 0;
	struct err e;

	if (outbox_cut(world_store(w, i), &n, &e) != 0 || n == 0) {
		fprintf(stderr, "nothing was sealed for %d\n", i);
		exit(1);
	}
}

void
trust_twice(struct world *w, int a, int b)
{
	int i;

	for (i = 0; i < 2; i++) {
		world_must_sync(w, a);
		world_must_sync(w, b);
	}
}

void
trust_keeper(struct world *w, int i, const struct id *space, int whom)
{
	struct store *s = world_store(w, i);
	struct access a;
	struct err e;

	memset(&a, 0, sizeof(a));
	a.kind = ACCESS_GRANT;
	id_random(&a.id);
	a.person = w->c[whom].person;
	a.right = RIGHT_KEEP;
	a.until_ms = INT64_MAX;
	a.hlc = store_stamp(s);
	a.origin = s->me->device;
	must(db_begin(s->db, &e), &e, "begin");
	must(spaces_access_save_tx(s, space, &a, NULL, -1, &e), &e,
	    "a keeper's statement");
	must(db_commit(s->db, &e), &e, "commit");
}

void
trust_push(struct world *w, int i)
{
	struct talk_figures figures = { .sent_notes = 0 };
	struct push_result r;
	struct talk t;
	struct err e;

	memset(&r, 0, sizeof(r));
	must(talk_init(&t, world_store(w, i), &w->c[i].remote, &e), &e,
	    "talk_init");
	t.figures = &figures;
	must(push_all(&t, &r, &e), &e, "push");
	push_result_done(&r);
	talk_done(&t);
}
