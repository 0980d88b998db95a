/*
 * What holds between the fields of a record, and between a record and others:
 * one function for each kind that has such rules, asked before every write.
 * To add one, write it in the file of the feature and name it here.
 */
#include "client/core/entries.h"

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
};

int
entry_check(const struct entry *x, struct err *e)
{
	size_t i;

	for (i = 0; i < COUNT(checks); i++)
		if (checks[i].type == x->type && checks[i].check(x, e) != 0)
			return -1;
	return 0;
}
