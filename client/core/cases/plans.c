/* Plans: goals as records in the plan section, changed with records_set. */
#include "client/core/cases/plans.h"

#include <string.h>

#include "common/base/mem.h"
#include "client/core/cases/alias.h"
#include "client/core/records/value.h"

static bool
has_goal(const struct parsed *p)
{
	size_t i;

	for (i = 0; i < p->count; i++)
		if (p->ops[i].field == PLAN_GOAL &&
		    p->ops[i].value.type == VALUE_TEXT)
			return true;
	return false;
}

int
plans_add(struct session *session, const struct id *case_id,
    const struct assignment *set, size_t n, struct id *id, struct err *e)
{
	struct store *s = session_store(session);
	struct parsed *p = mem_new(sizeof(*p));
	struct write w;
	int rc = -1;

	memset(&w, 0, sizeof(w));
	if (value_parse(session, TYPE_PLAN, set, n, p, e) != 0)
		goto out;
	if (!has_goal(p)) {
		err_set(e, ERR_INPUT, "a plan needs its goal");
		goto out;
	}
	if (db_begin(s->db, e) != 0)
		goto out;
	w.type = TYPE_PLAN;
	w.ops = p->ops;
	w.op_count = p->count;
	if (alias_front(session, case_id, &w.case_id, e) == 0 &&
	    cases_section_tx(session, &w.case_id, "plan", &w.space, e) == 0 &&
	    versions_write_tx(s, &w, id, e) == 0)
		rc = db_commit(s->db, e);
	if (rc != 0)
		db_rollback(s->db);
out:
	mem_free(p);
	return rc;
}
