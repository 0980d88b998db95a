/*
 * The steps of handovers and takeovers, listed with what has become of each.
 */
#include <string.h>

#include "client/core/consent/handover.h"

#include "client/core/cases/cases.h"
#include "client/core/profile/people.h"
#include "client/core/consent/steps.h"
#include "common/base/mem.h"

void
handover_list_done(struct handover_list *l)
{
	size_t i;

	for (i = 0; i < l->count; i++) {
		mem_free(l->items[i].case_label);
		mem_free(l->items[i].person);
		mem_free(l->items[i].by);
		mem_free(l->items[i].provision);
		mem_free(l->items[i].reason);
	}
	mem_free(l->items);
	memset(l, 0, sizeof(*l));
}

static const char *
state_of(const struct steps *st, const struct side_source *src)
{
	if (sides_answer(&st->all, src, SIDE_BACK) != NULL)
		return "taken back";
	if (src->step == SIDE_REDUCE)
		return src->right == RIGHT_NONE ? "left" :
		    src->right == RIGHT_READ ? "reads" : "writes";
	if (src->until_ms <= st->now_ms)
		return "over";
	if (src->step == SIDE_TAKEOVER)
		return "takeover";
	return steps_accepted(st, src) != NULL ? "accepted" : "proposed";
}

static char *
text_of(const struct loaded *l, uint16_t field)
{
	struct view v = loaded_text(l, field);
	char *out;

	if (v.len == 0)
		return NULL;
	out = mem_new(v.len + 1);
	memcpy(out, v.data, v.len);
	return out;
}

static int
fill_item(struct steps *st, const struct side_source *src,
    struct handover_item *item, struct err *e)
{
	const struct side_source *yes = steps_accepted(st, src);
	struct loaded *l = loaded_new();
	char name[160];
	int rc = versions_load(st->s, &src->record, l, e);

	item->id = src->record;
	item->case_id = st->card.case_id;
	item->state = state_of(st, src);
	item->at_ms = src->from_ms;
	item->until_ms = src->until_ms;
	item->accepted_ms = yes != NULL ? yes->from_ms : 0;
	item->for_me = id_eq(&src->person, &st->s->person) &&
	    strcmp(item->state, "proposed") == 0;
	if (rc == 1) {
		item->provision = text_of(l, HANDOVER_PROVISION);
		item->reason = text_of(l, HANDOVER_REASON);
		versions_done(l);
	}
	mem_free(l);
	if (rc < 0 || people_name(st->session, &src->person, name, e) != 0)
		return -1;
	item->person = mem_dup(name);
	if (people_name(st->session, &src->by, name, e) != 0)
		return -1;
	item->by = mem_dup(name);
	return cases_label(st->session, &st->card.case_id, &item->case_label,
	    e);
}

static int
list_case(struct session *session, const struct id *case_id,
    struct handover_list *out, struct err *e)
{
	struct handover_item *bigger;
	struct steps st;
	size_t i;
	int rc = steps_load(&st, session, case_id, e);

	if (rc == 0 && st.all.count > 0) {
		bigger = mem_new((out->count + st.all.count) *
		    sizeof(*bigger));
		if (out->count > 0)
			memcpy(bigger, out->items,
			    out->count * sizeof(*bigger));
		mem_free(out->items);
		out->items = bigger;
	}
	for (i = 0; rc == 0 && i < st.all.count; i++)
		if (st.all.list[i].step != SIDE_ACCEPT &&
		    st.all.list[i].step != SIDE_BACK)
			rc = fill_item(&st, &st.all.list[i],
			    &out->items[out->count++], e);
	steps_done(&st);
	return rc;
}

/* The cases that have such a step, and whose card is open. */
static int
cases_with_steps(struct store *s, struct buf *ids, struct err *e)
{
	struct stmt *q = db_prepare(s->db, "SELECT DISTINCT r.case_id "
	    "FROM record r JOIN space s ON s.id = r.space "
	    "WHERE r.type = 11 AND s.state = 1 AND s.hidden = 0 "
	    "AND r.case_id IS NOT NULL ORDER BY r.case_id");
	struct id id;
	int rc;

	while ((rc = db_step(q, e)) == 1)
		if (db_id(q, 0, &id) == 0)
			buf_add(ids, id.b, sizeof(id.b));
	return rc == 0 ? buf_check(ids, "the list of cases", e) : -1;
}

int
handover_list(struct session *session, const struct id *case_id,
    struct handover_list *out, struct err *e)
{
	struct store *s = session_store(session);
	struct buf ids;
	struct id id;
	size_t at;
	int rc = 0;

	memset(out, 0, sizeof(*out));
	buf_init(&ids, 1u << 24);
	if (case_id != NULL)
		buf_add(&ids, case_id->b, sizeof(case_id->b));
	else
		rc = cases_with_steps(s, &ids, e);
	for (at = 0; rc == 0 && at < ids.len; at += sizeof(id.b)) {
		memcpy(id.b, ids.data + at, sizeof(id.b));
		rc = list_case(session, &id, out, e);
	}
	buf_done(&ids);
	if (rc != 0)
		handover_list_done(out);
	return rc;
}
