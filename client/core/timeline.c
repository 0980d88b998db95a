/*
 * One list of all kinds of records of a case. Rows are chosen before records
 * are read, so the cost follows what is shown.
 */
#include "client/core/timeline.h"

#include <stdio.h>
#include <string.h>

/* Nothing a person would look for in the path of a child. */
static bool
tells(enum record_type type)
{
	return type != TYPE_SPACE && type != TYPE_REVIEW && type != TYPE_ALIAS;
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

int
timeline_list(struct session *s, const struct timeline_query *q,
    struct record_list *out, struct err *e)
{
	struct records_query rq = { .case_id = &q->case_id,
		.limit = q->limit, .wanted = wanted, .wanted_ctx = q };

	return records_list(s, &rq, out, e);
}

void
timeline_words(const struct record_item *r, char *out, size_t size)
{
	const struct record_kind *kind = fields_kind(r->type);
	const char *at = kind != NULL ? kind->list : "", *text;
	size_t n, used = 0;
	char name[64];

	out[0] = '\0';
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
