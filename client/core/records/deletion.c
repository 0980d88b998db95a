/* Deleting and restoring as one new version of one field. */
#include "client/core/records/deletion.h"

#include <string.h>

#include "client/core/local/deleted.h"
#include "common/base/text.h"

static int
check(const struct record_row *row, bool on, struct err *e)
{
	const struct record_kind *kind = fields_kind(row->type);

	if (fields_number(row->type, FIELD_DELETED) == NULL)
		return err_set(e, ERR_INPUT, "a %s is not deleted; cases, "
		    "notes and goals are", kind != NULL ? kind->name :
		    _("record of this kind"));
	if (((row->flags & RECORD_DELETED) != 0) == on)
		return err_set(e, ERR_CLASH, on ? N_("it is deleted already") :
		    N_("it is not deleted"));
	return 0;
}

int
deletion_set(struct session *session, const struct id *id, bool on,
    struct err *e)
{
	struct store *s = session_store(session);
	struct record_row row;
	struct op op;
	struct write w;
	int rc = versions_row(s, id, &row, e);

	if (rc < 0)
		return -1;
	if (rc == 0 || (row.flags & (RECORD_HIDDEN | RECORD_ERASED)) != 0)
		return err_set(e, ERR_ABSENT, "there is no such record here");
	if (check(&row, on, e) != 0)
		return -1;
	memset(&op, 0, sizeof(op));
	memset(&w, 0, sizeof(w));
	op.field = FIELD_DELETED;
	op.value.type = VALUE_BOOL;
	op.value.num = on;
	w.id = *id;
	w.type = row.type;
	w.ops = &op;
	w.op_count = 1;
	if (db_begin(s->db, e) != 0)
		return -1;
	rc = versions_write_tx(s, &w, NULL, e);
	return db_end(s->db, rc, e);
}

int
deletion_list(struct session *s, const struct id *case_id,
    struct record_list *out, struct err *e)
{
	struct records_query q = { .case_id = case_id, .deleted = true };

	return records_list(s, &q, out, e);
}
