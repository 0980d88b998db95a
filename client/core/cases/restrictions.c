/*
 * Whoever writes in the section may restrict: to use less needs no power. To
 * use again does, so only a keeper lifts, and says why.
 */
#include "client/core/cases/restrictions.h"

#include <stdio.h>

#include "client/core/local/day.h"
#include "common/base/mem.h"
#include "common/base/text.h"

int
restrictions_check(const struct entry *x, struct err *e)
{
	int64_t day, now = store_now_ms(session_store(x->session));
	enum right right;

	if (id_is_zero(&x->id) && entry_day(x, RESTRICTION_UNTIL, &day) == 1 &&
	    day < now - DAY_MS / 2)
		return err_set(e, ERR_INPUT, "until is a day that has passed: "
		    "the restriction would end before it begins");
	if (entry_past(x, RESTRICTION_ON, e) != 0)
		return -1;
	if (id_is_zero(&x->id))
		return 0;
	if (spaces_right(session_store(x->session), &x->space, &right, e) != 0)
		return -1;
	if (right != RIGHT_KEEP)
		return err_set(e, ERR_DENIED, "only who keeps the section may "
		    "end a restriction or change its end");
	return !entry_has(x, RESTRICTION_LIFTED) ||
	    entry_has(x, RESTRICTION_LIFTED_WHY) ? 0 : err_set(e, ERR_INPUT,
	    "say why the restriction is lifted");
}

int
restrictions_add(struct session *session, const struct id *record,
    const struct assignment *set, size_t n, struct id *id, struct err *e)
{
	struct store *s = session_store(session);
	struct entry_draft d = { .type = TYPE_RESTRICTION, .set = set,
		.n = n };
	struct record_row row;
	int rc = versions_row(s, record, &row, e);

	if (rc < 0)
		return -1;
	if (rc == 0 || (row.flags & RECORD_HIDDEN) != 0)
		return err_set(e, ERR_ABSENT, "there is no such record here");
	if (row.type == TYPE_CASE || id_is_zero(&row.case_id) ||
	    fields_number(row.type, FIELD_DELETED) == NULL)
		return err_set(e, ERR_INPUT, "the use of a note, a goal or "
		    "another text of a case is restricted, not of this");
	if ((row.flags & (RECORD_DELETED | RECORD_ERASED)) != 0)
		return err_set(e, ERR_INPUT, "this is deleted or erased "
		    "already");
	d.space = row.space;
	return entries_add_to(session, &d, RESTRICTION_OF, record, id, e);
}

/* On which day it was lifted; empty: it holds. */
static int
lifted_on(struct store *s, const struct id *id, char day[DAY_TEXT_BYTES],
    struct id *of, struct err *e)
{
	struct loaded *l = loaded_new();
	int rc = versions_load(s, id, l, e);
	struct view v;

	if (rc == 1) {
		v = loaded_text(l, RESTRICTION_LIFTED);
		snprintf(day, DAY_TEXT_BYTES, "%.*s", (int)v.len,
		    v.len > 0 ? (const char *)v.data : "");
		*of = l->row.parent;
		rc = l->row.type == TYPE_RESTRICTION;
		versions_done(l);
	}
	mem_free(l);
	return rc;
}

int
restrictions_lift(struct session *session, const struct id *id,
    const char *why, bool *still, struct err *e)
{
	struct store *s = session_store(session);
	char day[DAY_TEXT_BYTES] = "";
	struct assignment set[] = { { "lifted", day },
		{ "lifted-why", why } };
	struct record_row row;
	struct id of;
	int rc = lifted_on(s, id, day, &of, e);

	if (rc < 0)
		return -1;
	if (rc == 0)
		return err_set(e, ERR_ABSENT, "there is no such restriction "
		    "here; tugi restrict list shows them");
	if (day[0] != '\0')
		return err_set(e, ERR_CLASH, "this restriction was lifted on "
		    "%s already", day);
	day_text(store_now_ms(s), day);
	if (records_set(session, id, set, 2, e) != 0)
		return -1;
	rc = versions_row(s, &of, &row, e);
	*still = rc == 1 && (row.flags & RECORD_RESTRICTED) != 0;
	return rc < 0 ? -1 : 0;
}
