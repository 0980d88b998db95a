/*
 * What holds of the persons of a case. A day that is still to come, or an
 * authority of somebody who is no guardian, is a slip of the pen with
 * consequences: it is refused where it is typed.
 */
#include "client/core/cases/persons.h"

#include <string.h>

#include "client/core/cases/guard.h"
#include "client/core/local/day.h"
#include "client/core/local/store.h"
#include "client/core/cases/uptake.h"

#define BLANKS " ,;\t\n"

bool
persons_uses(struct view text, unsigned *out)
{
	size_t at = 0, len;
	const char *name;
	unsigned use;

	*out = 0;
	while (at < text.len) {
		if (strchr(BLANKS, text.data[at]) != NULL) {
			at++;
			continue;
		}
		for (len = 0; at + len < text.len &&
		    strchr(BLANKS, text.data[at + len]) == NULL; len++)
			;
		for (use = 0; (name = guard_use_name(use)) != NULL; use++)
			if (strlen(name) == len &&
			    memcmp(name, text.data + at, len) == 0)
				break;
		if (name == NULL)
			return false;
		*out |= 1u << use;
		at += len;
	}
	return true;
}

static int
check_authority(const struct entry *x, struct err *e)
{
	unsigned uses;

	if (entry_has(x, PERSON_AUTHORITY) &&
	    !entry_is(x, PERSON_KIND, "guardian"))
		return err_set(e, ERR_INPUT, "authority is said of a guardian; "
		    "set kind=guardian as well, or leave it out");
	if (!persons_uses(entry_text(x, PERSON_MAY), &uses))
		return err_set(e, ERR_INPUT, "may names what a guardian with "
		    "limited authority may all the same: consent, copy, "
		    "disclosure, paper");
	if (entry_has(x, PERSON_MAY) &&
	    !entry_is(x, PERSON_AUTHORITY, "limited"))
		return err_set(e, ERR_INPUT, "may goes with "
		    "authority=limited; others need no such list");
	if (entry_is(x, PERSON_AUTHORITY, "limited") &&
	    !entry_has(x, PERSON_GROUND))
		return err_set(e, ERR_INPUT, "limited authority needs its "
		    "ground, a decision or an agreement: ground=TEXT");
	return 0;
}

static int
check_capacity(const struct entry *x, struct err *e)
{
	bool said = entry_has(x, PERSON_CAPACITY);

	if (said && !entry_is(x, PERSON_KIND, "child"))
		return err_set(e, ERR_INPUT, "capacity is judged of the child "
		    "of the case");
	if (said && !(entry_has(x, PERSON_CAPACITY_BY) &&
	    entry_has(x, PERSON_CAPACITY_ON) &&
	    entry_has(x, PERSON_CAPACITY_GROUND)))
		return err_set(e, ERR_INPUT, "a judgement of capacity says by "
		    "whom, when and on what ground: capacity-by=TEXT "
		    "capacity-on=DAY capacity-ground=TEXT");
	return 0;
}

int
persons_check(const struct entry *x, struct err *e)
{
	int64_t born, died;

	if (id_is_zero(&x->id) &&
	    uptake_open(x->session, &x->case_id, "person", e) != 0)
		return -1;
	if (entry_past(x, PERSON_BORN, e) != 0 ||
	    entry_past(x, PERSON_DIED, e) != 0 ||
	    entry_past(x, PERSON_CAPACITY_ON, e) != 0)
		return -1;
	if (entry_day(x, PERSON_BORN, &born) == 1 &&
	    entry_day(x, PERSON_DIED, &died) == 1 && died < born)
		return err_set(e, ERR_INPUT, "died is before born");
	if (check_authority(x, e) != 0)
		return -1;
	return check_capacity(x, e);
}

int
persons_check_case(const struct entry *x, struct err *e)
{
	return entry_past(x, CASE_BORN, e) != 0 ? -1 :
	    entry_past(x, CASE_ASKED_ON, e);
}
