/*
 * From the orders in the directory to what a person is told of them. The
 * directory names devices and spaces; names and labels are this device's own.
 */
#include "client/core/consent/orders.h"

#include <string.h>

#include "client/core/accord/sides.h"
#include "client/core/cases/cases.h"
#include "client/core/profile/people.h"
#include "common/base/mem.h"

void
order_list_done(struct order_list *l)
{
	size_t i;

	for (i = 0; i < l->count; i++) {
		mem_free(l->items[i].officer);
		mem_free(l->items[i].second);
		mem_free(l->items[i].whom);
		mem_free(l->items[i].section);
		mem_free(l->items[i].case_label);
		mem_free(l->items[i].reason);
	}
	mem_free(l->items);
	memset(l, 0, sizeof(*l));
}

/* 1, 0, -1; ${sp} is filled when the space is known here. */
static int
concerns(struct store *s, const struct roster_order *o, struct space *sp,
    bool *known, struct err *e)
{
	int rc = 0;

	*known = false;
	if (o->scope != ORDER_LABELS)
		rc = spaces_find(s, &o->space, sp, e);
	if (rc < 0)
		return -1;
	*known = rc == 1;
	return rc == 1 || (o->scope != ORDER_SPACE &&
	    id_eq(&o->whom, &s->person));
}

static int
name_of(struct session *session, const struct id *device, char **out,
    struct err *e)
{
	const struct roster_device *d = roster_device(
	    &session_store(session)->roster, device);
	char name[160];

	if (d == NULL)
		return err_set(e, ERR_BUG, "an order names no device");
	if (people_name(session, &d->person, name, e) != 0)
		return -1;
	*out = mem_dup(name);
	return 0;
}

/* What who took over has written about it, if the card can be read. */
static int
reason_of(struct store *s, const struct roster_order *o,
    const struct id *case_id, char **out, struct err *e)
{
	struct side_sources all;
	struct loaded *l;
	struct view v;
	size_t i;
	int rc = sides_load(s, case_id, &all, e);

	if (rc != 0)
		return -1;
	l = loaded_new();
	for (i = all.count; rc >= 0 && *out == NULL && i-- > 0;) {
		const struct side_source *src = &all.list[i];

		if (src->step != SIDE_TAKEOVER || !id_eq(&src->by, &o->whom))
			continue;
		rc = versions_load(s, &src->record, l, e);
		if (rc != 1)
			continue;
		v = loaded_text(l, HANDOVER_REASON);
		if (v.len > 0) {
			*out = mem_new(v.len + 1);
			memcpy(*out, v.data, v.len);
		}
		versions_done(l);
	}
	mem_free(l);
	sides_done(&all);
	return rc < 0 ? -1 : 0;
}

static int
fill(struct session *session, const struct roster_order *o,
    const struct space *sp, struct order_item *item, struct err *e)
{
	struct store *s = session_store(session);
	char name[160];

	item->id = o->id;
	item->scope = o->scope;
	item->at_ms = o->at_ms;
	item->mine = o->scope != ORDER_SPACE && id_eq(&o->whom, &s->person);
	if (name_of(session, &o->officer, &item->officer, e) != 0 ||
	    name_of(session, &o->second, &item->second, e) != 0)
		return -1;
	if (o->scope != ORDER_SPACE) {
		if (people_name(session, &o->whom, name, e) != 0)
			return -1;
		item->whom = mem_dup(name);
	}
	if (sp == NULL || sp->section[0] == '\0')
		return 0;
	item->section = mem_dup(sp->section);
	if (id_is_zero(&sp->case_id))
		return 0;
	if (cases_label(session, &sp->case_id, &item->case_label, e) != 0)
		return -1;
	return o->scope != ORDER_TAKEOVER ? 0 :
	    reason_of(s, o, &sp->case_id, &item->reason, e);
}

int
orders_list(struct session *session, struct order_list *out, struct err *e)
{
	struct store *s = session_store(session);
	struct space sp;
	bool known;
	size_t i;
	int rc = 0;

	memset(out, 0, sizeof(*out));
	out->items = mem_new((s->roster.order_count + 1) *
	    sizeof(*out->items));
	for (i = 0; rc >= 0 && i < s->roster.order_count; i++) {
		const struct roster_order *o = &s->roster.orders[i];

		rc = concerns(s, o, &sp, &known, e);
		if (rc == 1)
			rc = fill(session, o, known ? &sp : NULL,
			    &out->items[out->count++], e);
	}
	if (rc >= 0)
		return 0;
	order_list_done(out);
	return -1;
}

int
orders_count(struct session *session, size_t *n, struct err *e)
{
	struct store *s = session_store(session);
	struct space sp;
	bool known;
	size_t i;
	int rc = 0;

	*n = 0;
	for (i = 0; rc >= 0 && i < s->roster.order_count; i++) {
		rc = concerns(s, &s->roster.orders[i], &sp, &known, e);
		*n += rc == 1 ? 1 : 0;
	}
	return rc < 0 ? -1 : 0;
}
