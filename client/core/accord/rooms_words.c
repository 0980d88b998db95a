/*
 * What a room says of itself, and what follows for what stands in it: in a
 * standing welfare group nothing points to a single child. Whether an id is a
 * child's nobody can tell who does not hold the case, so the rule is that
 * nothing there names anything but what stands in the same room: each member
 * finds the same.
 *
 * Source: schema/rules.md 14.1, 15.1, 15.2.
 */
#include "client/core/accord/rooms.h"

#include <string.h>

#include "common/base/mem.h"

static int
take_first(void *ctx, const struct record_row *row, struct err *e)
{
	(void)e;
	*(struct record_row *)ctx = *row;
	return 1;
}

/* By what it was begun with, not by what somebody wrote since: not even on
 * the device of who did. */
static bool
was_begun_so(const struct loaded *l)
{
	const struct version *first = NULL;
	size_t i;

	for (i = 0; i < l->count; i++) {
		const struct version *v = &l->versions[i];

		if (first == NULL || v->seq < first->seq ||
		    (v->seq == first->seq && v->rec.hlc < first->rec.hlc))
			first = v;
	}
	for (i = 0; first != NULL && i < first->rec.op_count; i++)
		if (first->rec.ops[i].field == ROOM_WELFARE)
			return first->rec.ops[i].value.type == VALUE_BOOL &&
			    first->rec.ops[i].value.num != 0;
	return false;
}

/* A second record of that kind was never taken in (rooms_doubt). */
int
rooms_words(struct store *s, const struct id *space, struct room_words *out,
    struct err *e)
{
	struct version_query q = { .type = TYPE_ROOM, .space = space,
		.oldest_first = true };
	struct record_row row = { .rid = 0 };
	struct loaded *l;
	struct view day;

	memset(out, 0, sizeof(*out));
	if (versions_each(s, &q, take_first, &row, e) != 0)
		return -1;
	if (row.rid == 0)
		return 0;
	l = loaded_new();
	if (versions_load_row(s, &row, l, e) != 1) {
		mem_free(l);
		return -1;
	}
	out->welfare = was_begun_so(l);
	day = loaded_text(l, ROOM_CLOSED);
	if (day.len < sizeof(out->closed))
		memcpy(out->closed, day.data != NULL ? day.data :
		    (const uint8_t *)"", day.len);
	versions_done(l);
	mem_free(l);
	return 1;
}

/* What the sync itself writes names devices and persons of its own. */
static bool
is_peoples(const struct record_kind *kind)
{
	return kind != NULL && kind->homes != HOME_ANY &&
	    kind->type != TYPE_MEMBER;
}

int
rooms_points_out(struct store *s, const struct room_ops *of,
    const struct field **field, struct err *e)
{
	struct record_row row;
	struct id id;
	size_t i, at;
	int rc;

	for (i = 0; is_peoples(of->kind) && i < of->count; i++) {
		const struct value *v = &of->ops[i].value;

		*field = fields_number(of->kind->type, of->ops[i].field);
		if (*field == NULL || (*field)->kind != FIELD_RECORD ||
		    v->type != VALUE_BYTES)
			continue;
		for (at = 0; at < v->data.len; at += sizeof(id.b)) {
			if (v->data.len - at < sizeof(id.b))
				return 1; /* no id of anything */
			memcpy(id.b, v->data.data + at, sizeof(id.b));
			rc = versions_row(s, &id, &row, e);
			if (rc < 0)
				return -1;
			if (rc == 0 || !id_eq(&row.space, of->space))
				return 1;
		}
	}
	return 0;
}

/* 1: in the log before ${seq} there is a record of this kind in the room that
 * is another (${same}: this one); 0; -1. */
static int
was_said(struct store *s, const struct id *space, const struct id *record,
    bool same, uint64_t seq, struct err *e)
{
	struct stmt *q = db_prepare(s->db, "SELECT 1 FROM record r "
	    "JOIN version v ON v.rid = r.rid WHERE r.space = ?1 "
	    "AND r.type = ?2 AND (r.id = ?3) = ?4 AND v.seq IS NOT NULL "
	    "AND v.seq < ?5 LIMIT 1");
	int rc;

	db_bind_id(q, 1, space);
	db_bind_int(q, 2, TYPE_ROOM);
	db_bind_id(q, 3, record);
	db_bind_int(q, 4, same);
	db_bind_int(q, 5, seq > INT64_MAX ? INT64_MAX : (int64_t)seq);
	rc = db_step(q, e);
	if (rc == 1)
		db_reset(q);
	return rc;
}

static bool
says(const struct room_ops *of, uint16_t field)
{
	size_t i;

	for (i = 0; i < of->count; i++)
		if (of->ops[i].field == field)
			return true;
	return false;
}

static int
doubt_room(struct store *s, const struct room_ops *of,
    const struct id *record, uint64_t seq, const char **words, struct err *e)
{
	int rc = was_said(s, of->space, record, false, seq, e);

	if (rc == 1)
		*words = "a room says only once what it is";
	else if (rc == 0 && says(of, ROOM_WELFARE))
		rc = was_said(s, of->space, record, true, seq, e);
	if (rc == 1 && *words == NULL)
		*words = "whether single children have a place in a room is "
		    "said when it is begun, and not changed";
	return rc < 0 ? -1 : 0;
}

int
rooms_doubt(struct store *s, const struct room_ops *of,
    const struct id *record, uint64_t seq, const char **words, struct err *e)
{
	const struct field *field;
	struct room_words room;
	int rc;

	if (of->kind != NULL && of->kind->type == TYPE_ROOM)
		return doubt_room(s, of, record, seq, words, e);
	rc = rooms_points_out(s, of, &field, e);
	if (rc == 1)
		rc = rooms_words(s, of->space, &room, e);
	if (rc == 1 && room.welfare)
		*words = "it points to something outside a group in which "
		    "single children have no place";
	return rc < 0 ? -1 : 0;
}
