/*
 * The manual in scdoc's language: what does not change with the table is
 * written here, the commands come from it.
 */
#include "client/cli/man.h"

#include <string.h>

#include "client/cli/help.h"
#include "client/cli/opt.h"
#include "client/cli/text.h"

/* Text that must not act as markup. */
static void
plain(struct buf *b, const char *text)
{
	for (; *text != '\0'; text++) {
		if (strchr("\\_*`", *text) != NULL)
			buf_add_str(b, "\\");
		buf_add(b, text, 1);
	}
}

static void
options(struct buf *b, const struct opt *o, size_t n)
{
	size_t i;

	for (i = 0; i < n; i++) {
		buf_add_fmt(b, "*--%s*", o[i].name);
		if (o[i].arg != NULL) {
			buf_add_str(b, " _");
			plain(b, _(o[i].arg));
			buf_add_str(b, "_");
		}
		buf_add_str(b, "\n\t");
		plain(b, _(o[i].help));
		buf_add_str(b, o[i].required ? _(" (needed)") : "");
		buf_add_str(b, "\n\n");
	}
}

static void
command(struct buf *b, const struct cmd *cmd)
{
	size_t i, n = opt_count(cmd);
	struct buf fields;

	buf_add_fmt(b, "## tugi %s", cmd->name);
	if (cmd->words[0] != '\0') {
		buf_add_str(b, " ");
		plain(b, _(cmd->words));
	}
	if (n > 0)
		buf_add_str(b, _(" [OPTION...]"));
	buf_add_str(b, "\n\n");
	plain(b, _(cmd->summary));
	buf_add_str(b, ".\n\n");
	if (cmd->more != NULL) {
		plain(b, _(cmd->more));
		buf_add_str(b, "\n\n");
	}
	options(b, cmd->opts, n);
	buf_init(&fields, HELP_MAX_BYTES);
	help_fields(&fields, cmd);
	if (fields.len > 0)
		buf_add_fmt(b, "```%s```\n\n", buf_str(&fields));
	buf_done(&fields);
	buf_add_str(b, "```\n");
	for (i = 0; i < CMD_EXAMPLES_MAX && cmd->examples[i] != NULL; i++)
		buf_add_fmt(b, "%s\n", cmd->examples[i]);
	buf_add_str(b, "```\n\n");
}

static const char head[] =
    "tugi(1)\n\n"
    "# NAME\n\n"
    "tugi - case notes of school social work, encrypted and in sync\n\n"
    "# SYNOPSIS\n\n"
    "*tugi* [_OPTION_...] _COMMAND_ [_WORD_...]\n\n"
    "# DESCRIPTION\n\n"
    "*tugi* keeps the case notes of people who do social work in schools.\n"
    "Everything a worker may see is in one encrypted profile and can be\n"
    "read and written without a network; *tugi sync* exchanges sealed\n"
    "changes with the office's hub, which cannot read them.\n\n"
    "Data goes to the standard output, messages to the standard error.\n"
    "A passphrase is asked for on the terminal or read from a file\n"
    "descriptor; it is never taken from an option or the environment.\n\n"
    "Records are named by the eight characters that lists show, by a longer\n"
    "piece of the beginning or end of their id, or by all of it.\n\n"
    "# OPTIONS\n\n"
    "These go with every command.\n\n";

static const char tail[] =
    "# ENVIRONMENT\n\n"
    "*TUGI_PROFILE*\n"
    "\tFolder of the profile, if no *--profile* is given.\n\n"
    "*XDG_DATA_HOME*\n"
    "\tWhere the folder _tugi_ is, if neither names one; otherwise\n"
    "\t_~/.local/share_.\n\n"
    "*NO_COLOR*\n"
    "\tNo colour, if set to anything.\n\n"
    "*COLUMNS*\n"
    "\tWidth of the terminal.\n\n"
    "# EXIT STATUS\n\n"
    "*0*\n\tDone.\n\n"
    "*3*\n\tNo such record, case, person or profile.\n\n"
    "*4*\n\tChanged underneath, or held by another program.\n\n"
    "*64*\n\tUnusable option, word or text.\n\n"
    "*65*\n\tToo large.\n\n"
    "*70*\n\tA fault of the program.\n\n"
    "*74*\n\tDisk, memory or output of this machine.\n\n"
    "*75*\n\tThe hub cannot be reached; what is saved stays and goes out "
    "later.\n\n"
    "*76*\n\tThe hub is not the one expected, or contradicts itself.\n\n"
    "*77*\n\tLocked, wrong passphrase, no consent, or revoked.\n\n"
    "An interrupted command leaves everything it had saved.\n\n"
    "# SEE ALSO\n\n"
    "*tugid*(8)\n";

void
man_write(struct buf *b)
{
	size_t i, n;
	const struct opt *g = opt_globals(&n);

	buf_add_str(b, head);
	options(b, g, n);
	buf_add_str(b, "# COMMANDS\n\n");
	for (i = 0; i < table_count(); i++)
		command(b, table_at(i));
	buf_add_str(b, tail);
}
