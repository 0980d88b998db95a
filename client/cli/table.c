/*
 * The commands, in the order of the manual, from the table_ files. Help,
 * completion and manual are made from their lines; to add a command, add its
 * entry there, its handler in a cmd_ file and its keys in JSON.md.
 */
#include "client/cli/cmd.h"

static const struct cmd_list *const lists[] = {
	&table_work, &table_aid, &table_site, &table_file,
	&table_attachment, &table_group, &table_data, &table_office, &table_report, &table_meet, &table_store,
	&table_proof, &table_program
};
#define LISTS (sizeof(lists) / sizeof(lists[0]))

const struct cmd *
table_at(size_t i)
{
	size_t k;

	for (k = 0; k < LISTS; k++) {
		if (i < lists[k]->count)
			return &lists[k]->cmds[i];
		i -= lists[k]->count;
	}
	return NULL;
}

size_t
table_count(void)
{
	size_t k, n = 0;

	for (k = 0; k < LISTS; k++)
		n += lists[k]->count;
	return n;
}
