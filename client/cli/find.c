/* Looking up commands; a name is one word or a group and a word. */
#include "client/cli/find.h"

#include <string.h>

#include "client/core/words/near.h"
#include "client/cli/text.h"

bool
find_in_group(const struct cmd *cmd, const char *group)
{
	size_t n = strlen(group);

	return strncmp(cmd->name, group, n) == 0 && cmd->name[n] == ' ';
}

bool
find_is_group(const char *name)
{
	size_t i;

	for (i = 0; i < table_count(); i++)
		if (find_in_group(table_at(i), name))
			return true;
	return false;
}

static const struct cmd *
exact(const char *first, const char *second)
{
	size_t i, n = strlen(first);
	const char *name;

	for (i = 0; i < table_count(); i++) {
		name = table_at(i)->name;
		if (second == NULL ? strcmp(name, first) == 0 :
		    strncmp(name, first, n) == 0 && name[n] == ' ' &&
		    strcmp(name + n + 1, second) == 0)
			return table_at(i);
	}
	return NULL;
}

const struct cmd *
find_cmd(char *const *words, size_t n, size_t *used)
{
	const struct cmd *cmd = NULL;

	if (n > 1)
		cmd = exact(words[0], words[1]);
	*used = 2;
	if (cmd != NULL || n == 0)
		return cmd;
	*used = 1;
	cmd = exact(words[0], NULL);
	if (cmd == NULL && (n == 1 || words[1][0] == '-')) {
		cmd = exact(words[0], "list");
		if (cmd != NULL && cmd->min > 0)
			cmd = NULL;
	}
	return cmd;
}

/* The members of a group in one line: "add, list, show". */
static int
fail_group(const char *group, const char *typed, struct err *e)
{
	struct near near;
	char list[160] = "";
	size_t i, n = strlen(group), at = 0;

	near_begin(&near, typed);
	for (i = 0; i < table_count(); i++) {
		if (!find_in_group(table_at(i), group))
			continue;
		near_offer(&near, table_at(i)->name + n + 1);
		snprintf(list + at, sizeof(list) - at, "%s%s",
		    at > 0 ? ", " : "", table_at(i)->name + n + 1);
		at += strlen(list + at);
	}
	if (near.best != NULL)
		return err_set(e, ERR_INPUT,
		    _("tugi %s has no \"%s\"; did you mean tugi %s %s?"),
		    group, typed, group, near.best);
	return err_set(e, ERR_INPUT, _("tugi %s goes with one of: %s"), group,
	    list);
}

int
find_fail(char *const *words, size_t n, struct err *e)
{
	struct near near;
	char joined[80];
	size_t i;

	if (find_is_group(words[0]))
		return fail_group(words[0], n > 1 ? words[1] : "", e);
	near_begin(&near, words[0]);
	for (i = 0; i < table_count(); i++)
		near_offer(&near, table_at(i)->name);
	near_offer(&near, "note");
	near_offer(&near, "case");
	near_offer(&near, "plan");
	near_offer(&near, "consent");
	near_offer(&near, "conflicts");
	near_offer(&near, "held");
	near_offer(&near, "review");
	near_offer(&near, "office");
	near_offer(&near, "import");
	if (near.best == NULL && n > 1) {
		snprintf(joined, sizeof(joined), "%s %s", words[0], words[1]);
		near_begin(&near, joined);
		for (i = 0; i < table_count(); i++)
			near_offer(&near, table_at(i)->name);
	}
	if (near.best != NULL)
		return err_set(e, ERR_INPUT,
		    _("there is no command \"%s\"; did you mean tugi %s?"),
		    words[0], near.best);
	return err_set(e, ERR_INPUT,
	    _("there is no command \"%s\"; tugi --help lists them"),
	    words[0]);
}
