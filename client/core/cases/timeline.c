/*
 * One list of all kinds of records of a case. Rows are chosen before records
 * are read, so the cost follows what is shown.
 */
#include "client/core/cases/timeline.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "client/core/cases/course.h"
#include "client/core/local/aliases.h"
#include "common/base/mem.h"
#include "common/base/text.h"

/* Nothing a person would look for in the path of a child. */
static bool
tells(enum record_type type)
{
	return type != TYPE_SPACE && type != TYPE_REVIEW &&
	    type != TYPE_ALIAS && type != TYPE_VIEW;
}

static bool
wanted(const void *ctx, enum record_type type, int64_t at_ms)
{
	const struct timeline_query *q = ctx;
	const struct record_kind *kind = fields_kind(type);

	if (kind == NULL || (q->from_ms != 0 && at_ms < q->from_ms) ||
	    (q->until_ms != 0 && at_ms > q->until_ms))
		return false;
	return q->types != NULL ? fields_listed(q->types, kind->name) :
	    tells(type);
}

static int
cmp_newest(const void *a, const void *b)
{
	const struct record_item *x = a, *y = b;

	return (x->at_ms < y->at_ms) - (x->at_ms > y->at_ms);
}

/* Takes what ${from} has, as far as it was asked for. */
static void
put_in(struct record_list *to, struct record_list *from,
    const struct timeline_query *q)
{
	struct record_item *all = mem_new((to->count + from->count + 1) *
	    sizeof(*all));
	size_t i, n = to->count;

	if (n > 0)
		memcpy(all, to->items, n * sizeof(*all));
	for (i = 0; i < from->count; i++)
		if (wanted(q, TYPE_CASE, from->items[i].at_ms)) {
			all[n++] = from->items[i];
			memset(&from->items[i], 0, sizeof(from->items[i]));
		}
	record_list_done(from);
	mem_free(to->items);
	to->items = all;
	to->count = n;
	qsort(all, n, sizeof(*all), cmp_newest);
	while (q->limit > 0 && to->count > q->limit)
		record_item_done(&all[--to->count]);
}

/* Stages, states, coordinators: changes of the case's own record. */
static int
add_course(struct session *s, const struct timeline_query *q,
    struct record_list *out, struct err *e)
{
	struct alias_group group;
	struct record_list steps;
	size_t i;

	if (q->types != NULL && !fields_listed(q->types, "case"))
		return 0;
	if (aliases_of(session_store(s), &q->case_id, false, &group, e) != 0)
		return -1;
	for (i = 0; i < group.count; i++) {
		if (course_list(s, &group.ids[i], &steps, e) != 0)
			return -1;
		if (steps.count > 0)
			put_in(out, &steps, q);
		else
			record_list_done(&steps);
	}
	return 0;
}

int
timeline_list(struct session *s, const struct timeline_query *q,
    struct record_list *out, struct err *e)
{
	struct records_query rq = { .case_id = &q->case_id,
		.limit = q->limit, .wanted = wanted, .wanted_ctx = q };

	if (records_list(s, &rq, out, e) != 0)
		return -1;
	if (add_course(s, q, out, e) == 0)
		return 0;
	record_list_done(out);
	return -1;
}

/* The end of an override is a record of its own, with its reason. */
static bool
ends_override(const struct record_item *r)
{
	return r->type == TYPE_OVERRIDE && record_field(r, "ends")[0] != '\0';
}

/* A change in the course of a case has no name in it. */
static const char *
list_of(const struct record_item *r)
{
	const struct record_kind *kind = fields_kind(r->type);

	if (r->type == TYPE_CASE && record_field(r, "name")[0] == '\0')
		return "status closing stage outside coordinator "
		    "coordinator-why lead";
	if (ends_override(r))
		return "reason";
	return kind != NULL ? kind->list : "";
}

void
timeline_words(const struct record_item *r, char *out, size_t size)
{
	const char *at = list_of(r), *text;
	size_t n, used = 0;
	char name[64];

	out[0] = '\0';
	if (ends_override(r))
		used = (size_t)snprintf(out, size, "%s", _("ended"));
	for (; *at != '\0'; at += n) {
		at += strspn(at, " ");
		n = strcspn(at, " ");
		if (n == 0 || n >= sizeof(name))
			continue;
		memcpy(name, at, n);
		name[n] = '\0';
		text = record_word(r, name);
		if (text[0] == '\0' || used >= size)
			continue;
		used += (size_t)snprintf(out + used, size - used, "%s%s",
		    used > 0 ? " · " : "", text);
	}
}
