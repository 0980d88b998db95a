/*
 * An objection stands in the space of what it objects to, so that it goes
 * wherever that goes, and nowhere else.
 */
#include "client/core/cases/objections.h"

int
objections_check(const struct entry *x, struct err *e)
{
	return entry_past(x, OBJECTION_ON, e);
}

static bool
takes_objections(const struct record_row *row)
{
	return row->type != TYPE_CASE && row->type != TYPE_OBJECTION &&
	    !id_is_zero(&row->case_id) &&
	    fields_number(row->type, FIELD_DELETED) != NULL;
}

int
objections_add(struct session *session, const struct id *record,
    const struct assignment *set, size_t n, struct id *id, struct err *e)
{
	struct store *s = session_store(session);
	struct entry_draft d = { .type = TYPE_OBJECTION, .set = set, .n = n };
	struct record_row row;
	int rc = versions_row(s, record, &row, e);

	if (rc < 0)
		return -1;
	if (rc == 0 || (row.flags & RECORD_OUT) != 0)
		return err_set(e, ERR_ABSENT, "there is no such record here");
	if (!takes_objections(&row))
		return err_set(e, ERR_INPUT, "an objection stands beside a "
		    "note, a goal or another text of a case; to a consent "
		    "there is the withdrawal");
	d.space = row.space;
	return entries_add_to(session, &d, OBJECTION_TO, record, id, e);
}

int
objections_to(struct session *s, const struct id *record,
    struct record_list *out, struct err *e)
{
	struct records_query q = { .type = TYPE_OBJECTION, .parent = record };

	return records_list(s, &q, out, e);
}
