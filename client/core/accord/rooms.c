/*
 * Member records of a room as sources of its statements. One that lets in
 * names those it overrules, as a consent does, so a person who was put out
 * comes in again only by somebody who knew of that.
 */
#include "client/core/accord/rooms.h"

#include <string.h>

#include "common/base/mem.h"

#define ROOM_BIT 1u /* a room is its own only section */

static void
take(const struct version *v, struct statement_source *out)
{
	const struct record *rec = &v->rec;
	size_t i, k;

	out->opens = true;
	out->right = RIGHT_READ;
	out->from_ms = hlc_ms(rec->hlc);
	out->until_ms = INT64_MAX;
	for (i = 0; i < rec->op_count; i++) {
		const struct value *x = &rec->ops[i].value;

		switch (rec->ops[i].field) {
		case MEMBER_PERSON:
			if (x->type == VALUE_BYTES &&
			    x->data.len == sizeof(out->audience.b))
				memcpy(out->audience.b, x->data.data,
				    sizeof(out->audience.b));
			break;
		case MEMBER_RIGHT:
			if (x->type == VALUE_INT && x->num >= RIGHT_READ &&
			    x->num <= RIGHT_KEEP)
				out->right = (enum right)x->num;
			break;
		case MEMBER_UNTIL:
			if (x->type == VALUE_INT)
				out->until_ms = x->num;
			break;
		case MEMBER_ENDS:
			if (x->type == VALUE_BOOL && x->num != 0)
				out->opens = false;
			break;
		case MEMBER_SUPERSEDES:
			for (k = 0; x->type == VALUE_BYTES &&
			    k < ACCESS_SUPERSEDES_MAX &&
			    x->data.len >= 16 * (k + 1); k++)
				memcpy(out->supersedes[k].b,
				    x->data.data + 16 * k, 16);
			out->supersedes_count = k;
			break;
		default:
			break;
		}
	}
}

struct reading {
	struct store *s;
	struct statement_sources *out;
};

static bool
counts(const struct version *v)
{
	return v->state == VERSION_LOCAL || v->state == VERSION_OUTGOING ||
	    v->state == VERSION_ACCEPTED;
}

/* Written once, like a consent: of several versions none opens. */
static int
take_record(struct reading *r, const struct loaded *l, struct err *e)
{
	struct statement_source src;
	size_t i;

	for (i = 0; i < l->count; i++) {
		if (!counts(&l->versions[i]))
			continue;
		memset(&src, 0, sizeof(src));
		src.record = l->row.id;
		src.sections = ROOM_BIT;
		src.hlc = l->versions[i].rec.hlc;
		src.origin = l->versions[i].rec.origin;
		src.waits = l->versions[i].state != VERSION_ACCEPTED;
		take(&l->versions[i], &src);
		if (id_is_zero(&src.audience))
			continue;
		statements_hash(&l->versions[i].rec, &src.hash);
		if (src.opens && l->count == 1 && statements_keeper(r->s,
		    &l->row.space, &src.origin, &src.sound, e) != 0)
			return -1;
		statements_add(r->out, &src);
	}
	return 0;
}

static int
take_row(void *ctx, const struct record_row *row, struct err *e)
{
	struct reading *r = ctx;
	struct loaded *l = loaded_new();
	int rc = versions_load_row(r->s, row, l, e);

	if (rc == 1) {
		rc = take_record(r, l, e);
		versions_done(l);
	}
	mem_free(l);
	return rc;
}

int
rooms_load(struct store *s, const struct id *space,
    struct statement_sources *out, struct err *e)
{
	struct version_query q = { .type = TYPE_MEMBER, .space = space,
		.with_hidden = true, .oldest_first = true };
	struct reading r = { s, out };
	int rc;

	memset(out, 0, sizeof(*out));
	rc = versions_each(s, &q, take_row, &r, e);
	if (rc != 0)
		statements_done(out);
	return rc;
}

int
rooms_apply_tx(struct store *s, const struct id *space, size_t *added,
    struct err *e)
{
	struct statement_sources all;
	struct space sp;
	int rc = spaces_find(s, space, &sp, e);

	if (rc != 1 || sp.kind != SPACE_ROOM || sp.state != SPACE_OPEN)
		return rc < 0 ? -1 : 0;
	if (rooms_load(s, space, &all, e) != 0)
		return -1;
	rc = statements_say_tx(s, &sp, &all, ROOM_BIT, added, e);
	statements_done(&all);
	return rc;
}
