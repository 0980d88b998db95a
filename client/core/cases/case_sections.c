/*
 * Where something about a case is written: the section that is open for it,
 * or one begun on the own side, with everybody whom a living consent names.
 */
#include "client/core/cases/cases.h"

#include <stdio.h>
#include <string.h>

#include "client/core/accord/statements.h"
#include "client/core/profile/policies.h"
#include "client/core/cases/uptake.h"
#include "common/base/mem.h"

#define SPACES_MAX 128 /* of one case: 64 by rule, and lost ones */

static bool
is_shut(const struct space *sp)
{
	return sp->state == SPACE_LOST || sp->hidden;
}

/* What the list of a case's spaces says: one to write in, whether the card
 * can be read, whether the own side has this section but may not write. */
struct place {
	bool found, card, closed;
	struct space sp;
	enum right right;
};

/* Of several, what is written next goes into the one behind the most bounds:
 * whoever was let in from a later one on reads it. */
static bool
is_better(const struct place *p, const struct space *sp)
{
	return !p->found || sp->since_count > p->sp.since_count;
}

static int
look_for_place(struct store *s, const struct id *case_id,
    const char *section, struct place *out, struct err *e)
{
	struct space *sp = mem_new(SPACES_MAX * sizeof(*sp));
	enum right right;
	size_t n, i;
	int rc = spaces_list(s, case_id, sp, SPACES_MAX, &n, e);

	memset(out, 0, sizeof(*out));
	for (i = 0; rc == 0 && i < n; i++) {
		bool this = strcmp(sp[i].section, section) == 0 &&
		    id_is_zero(&sp[i].part);

		if (is_shut(&sp[i]))
			continue;
		rc = spaces_right(s, &sp[i].id, &right, e);
		if (strcmp(sp[i].section, "card") == 0 && right >= RIGHT_READ)
			out->card = true;
		if (this && right >= RIGHT_WRITE && is_better(out, &sp[i])) {
			out->found = true;
			out->sp = sp[i];
			out->right = right;
		} else if (this && right < RIGHT_WRITE &&
		    id_eq(&sp[i].side, &s->person)) {
			out->closed = true;
		}
	}
	mem_free(sp);
	return rc;
}

/*
 * Who keeps a section begins it anew when somebody was let in from now on:
 * what is written next stands behind that bound. Whoever only writes goes on
 * where it was, and that opens less. ${next}: bounds of the new one.
 */
static int
is_behind(struct store *s, const struct place *p, struct space *next,
    bool *out, struct err *e)
{
	*out = false;
	*next = p->sp;
	if (!p->card || p->right < RIGHT_KEEP ||
	    strcmp(p->sp.section, "card") == 0)
		return 0;
	if (statements_bounds(s, next, e) != 0)
		return -1;
	*out = next->since_count > p->sp.since_count;
	return 0;
}

/* Whoever can read the card knows who the case is about and what was agreed,
 * and may begin a section of the own side; its doors follow the consents. */
static int
begin_section(struct session *session, const struct id *case_id,
    const char *section, const struct id *part, const struct space *behind,
    struct id *space, struct err *e)
{
	struct store *s = session_store(session);
	struct space sp = { .kind = SPACE_CASE_SECTION };
	size_t added;
	char *label;
	int rc;

	if (policies_section(session, section, e) != 0 ||
	    cases_label(session, case_id, &label, e) != 0)
		return -1;
	sp.case_id = *case_id;
	if (part != NULL)
		sp.part = *part;
	snprintf(sp.section, sizeof(sp.section), "%s", section);
	if (behind != NULL) {
		sp.since_count = behind->since_count;
		memcpy(sp.since, behind->since, sizeof(sp.since));
	}
	rc = part == NULL && strcmp(section, "card") != 0 ?
	    statements_bounds(s, &sp, e) : 0;
	if (rc == 0)
		rc = spaces_begin_tx(s, &sp, label, &sp, e);
	mem_free(label);
	if (rc != 0 || statements_apply_tx(s, case_id, &added, e) != 0)
		return -1;
	*space = sp.id;
	return 0;
}

static int
begin_behind(struct session *session, const struct place *p,
    struct id *space, struct err *e)
{
	struct space next;
	bool behind;

	if (is_behind(session_store(session), p, &next, &behind, e) != 0)
		return -1;
	return behind ? begin_section(session, &p->sp.case_id, p->sp.section,
	    NULL, &next, space, e) : 0;
}

/* Its card takes what is said about consent all the same. */
static int
check_deleted(struct store *s, const struct id *case_id, const char *section,
    struct err *e)
{
	struct record_row row;
	int rc = versions_row(s, case_id, &row, e);

	if (rc < 0)
		return -1;
	return rc == 1 && (row.flags & RECORD_OUT) == RECORD_DELETED &&
	    strcmp(section, "card") != 0 ? err_set(e, ERR_DENIED,
	    "this case is deleted; restore it first") : 0;
}

int
cases_section_tx(struct session *session, const struct id *case_id,
    const char *section, struct id *space, struct err *e)
{
	struct place p;

	if (session_store(session)->stage == STORE_REVOKED)
		return err_set(e, ERR_DENIED, STORE_REVOKED_WORDS);
	if (check_deleted(session_store(session), case_id, section, e) != 0 ||
	    uptake_open(session, case_id, section, e) != 0)
		return -1;
	if (look_for_place(session_store(session), case_id, section, &p,
	    e) != 0)
		return -1;
	if (p.found) {
		*space = p.sp.id;
		return begin_behind(session, &p, space, e);
	}
	if (!p.card || p.closed || strcmp(section, "card") == 0)
		return err_set(e, ERR_DENIED, "you may not write in the %s of "
		    "this case; a keeper of the case can open it to you",
		    section);
	return begin_section(session, case_id, section, NULL, NULL, space, e);
}

int
cases_bound_tx(struct session *session, const struct id *case_id,
    const char *section, struct err *e)
{
	struct place p;
	struct id space;

	if (look_for_place(session_store(session), case_id, section, &p,
	    e) != 0)
		return -1;
	return p.found ? begin_behind(session, &p, &space, e) : 0;
}

int
cases_part_tx(struct session *session, const struct id *case_id,
    const char *section, const struct id *part, struct id *space,
    struct err *e)
{
	struct store *s = session_store(session);
	enum right right;
	struct place p;
	struct space sp;
	int rc;

	if (s->stage == STORE_REVOKED)
		return err_set(e, ERR_DENIED, STORE_REVOKED_WORDS);
	if (strcmp(section, "card") == 0)
		return err_set(e, ERR_BUG, "a card has no parts");
	if (check_deleted(s, case_id, section, e) != 0 ||
	    uptake_open(session, case_id, section, e) != 0)
		return -1;
	rc = spaces_find_part(s, case_id, section, part, &sp, e);
	if (rc < 0)
		return -1;
	if (rc == 1) {
		*space = sp.id;
		return spaces_right(s, &sp.id, &right, e) != 0 ? -1 :
		    right >= RIGHT_WRITE ? 0 : err_set(e, ERR_DENIED,
		    "you may not write there; who keeps it can open it to "
		    "you");
	}
	if (look_for_place(s, case_id, section, &p, e) != 0)
		return -1;
	if (!p.card)
		return err_set(e, ERR_DENIED, "only who can read the card of "
		    "this case may begin that");
	return begin_section(session, case_id, section, part, NULL, space, e);
}

int
cases_section(struct session *session, const struct id *case_id,
    const char *section, struct id *space, struct err *e)
{
	struct store *s = session_store(session);
	int rc;

	if (db_begin(s->db, e) != 0)
		return -1;
	rc = cases_section_tx(session, case_id, section, space, e);
	return db_end(s->db, rc, e);
}
