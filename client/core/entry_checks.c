/*
 * What holds between the fields of a record, and between a record and others:
 * one function for each kind that has such rules, asked before every write.
 * To add one, write it in the file of the feature and name it here.
 */
#include "client/core/entries.h"
#include "client/core/persons.h"

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

static int
check_room(const struct entry *x, struct err *e)
{
	if (!entry_has(x, ROOM_NAME))
		return err_set(e, ERR_INPUT, "a room needs a name");
	return 0;
}

static const struct {
	enum record_type type;
	int (*check)(const struct entry *x, struct err *e);
} checks[] = {
	{ TYPE_ROOM, check_room },
	{ TYPE_CASE, persons_check_case },
	{ TYPE_PERSON, persons_check },
};

static int
check_keeper(const struct entry *x, struct err *e)
{
	const struct record_kind *kind = fields_kind(x->type);
	enum right right;

	if (kind == NULL || !kind->keepers)
		return 0;
	if (spaces_right(session_store(x->session), &x->space, &right, e) != 0)
		return -1;
	return right == RIGHT_KEEP ? 0 : err_set(e, ERR_DENIED, "only who "
	    "keeps this may write a %s in it", kind->name);
}

int
entry_check(const struct entry *x, struct err *e)
{
	size_t i;

	if (check_keeper(x, e) != 0)
		return -1;
	for (i = 0; i < COUNT(checks); i++)
		if (checks[i].type == x->type && checks[i].check(x, e) != 0)
			return -1;
	return 0;
}
