/*
 * What is asked of what comes looks at the record's own space alone, and at
 * what the log had there before: so each member finds the same, whatever came
 * since.
 */
#include "client/core/sync/doubt_case.h"

#include <string.h>

#include "client/core/accord/answers.h"

/* 1: the log had another version of this record before; 0, -1. */
static int
was_before(const struct doubt_of *d, const struct record *rec, struct err *e)
{
	struct stmt *q = db_prepare(d->s->db, "SELECT 1 FROM version v "
	    "JOIN record r ON r.rid = v.rid WHERE r.id = ?1 "
	    "AND v.seq IS NOT NULL AND v.seq < ?2 "
	    "AND NOT (v.origin = ?3 AND v.hlc = ?4) LIMIT 1");
	int rc;

	db_bind_id(q, 1, &rec->id);
	db_bind_int(q, 2, d->seq > INT64_MAX ? INT64_MAX : (int64_t)d->seq);
	db_bind_id(q, 3, &rec->origin);
	db_bind_int(q, 4, (int64_t)rec->hlc);
	rc = db_step(q, e);
	if (rc == 1)
		db_reset(q);
	return rc;
}

int
doubt_restriction(const struct doubt_of *d, const struct record *rec,
    bool keeps, const char **words, struct err *e)
{
	int rc;

	if (rec->type != TYPE_RESTRICTION || keeps)
		return 0;
	rc = was_before(d, rec, e);
	if (rc == 1)
		*words = "it changes or lifts a restriction of use, which "
		    "only a keeper may";
	return rc < 0 ? -1 : 0;
}

int
doubt_declined(const struct doubt_of *d, const struct record *rec,
    const char **words, struct err *e)
{
	char outcome[ANSWER_BYTES];
	struct space sp;
	int rc;

	/* What cannot be taken out by itself says nothing of a talk. */
	if (fields_number((enum record_type)rec->type, FIELD_DELETED) == NULL ||
	    !roster_same(&d->s->roster, &rec->origin, d->author))
		return 0;
	rc = spaces_find(d->s, d->space, &sp, e);
	if (rc != 1 || sp.kind != SPACE_CASE_SECTION ||
	    strcmp(sp.section, "card") == 0 ||
	    strcmp(sp.section, "protection") == 0)
		return rc < 0 ? -1 : 0;
	if (answers_last(d->s, &sp.case_id, d->seq, outcome, e) != 0)
		return -1;
	if (strcmp(outcome, "declined") != 0)
		return 0;
	rc = was_before(d, rec, e);
	if (rc == 0)
		*words = "it was written after the service was declined, "
		    "when nothing is written any more";
	return rc < 0 ? -1 : 0;
}
