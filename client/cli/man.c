/*
 * The manual in mdoc: what does not change with the table is written here,
 * the commands come from it.
 */
#include "client/cli/man.h"

#include <string.h>

#include "client/cli/opt.h"
#include "client/cli/text.h"

/* Text that must not act as roff: a leading dot, backslashes, dashes. */
static void
roff(struct buf *b, const char *text)
{
	if (*text == '.' || *text == '\'')
		buf_add_str(b, "\\&");
	for (; *text != '\0'; text++)
		if (*text == '\\')
			buf_add_str(b, "\\e");
		else if (*text == '-')
			buf_add_str(b, "\\-");
		else if (*text == '\'')
			buf_add_str(b, "\\(aq");
		else
			buf_add(b, text, 1);
}

/* Running text: a new line after each sentence, as mdoc wants it. */
static void
prose(struct buf *b, const char *text)
{
	char piece[2] = "";

	for (; *text != '\0'; text++) {
		if (*text == ' ' && text[-1] == '.') {
			buf_add_str(b, "\n");
			continue;
		}
		piece[0] = *text;
		roff(b, piece);
	}
	buf_add_str(b, "\n");
}

static void
options(struct buf *b, const struct opt *o, size_t n)
{
	size_t i;

	buf_add_str(b, ".Bl -tag -width Ds\n");
	for (i = 0; i < n; i++) {
		buf_add_str(b, ".It Fl Fl ");
		roff(b, o[i].name);
		if (o[i].arg != NULL) {
			buf_add_str(b, " Ar ");
			roff(b, _(o[i].arg));
		}
		buf_add_str(b, "\n");
		prose(b, _(o[i].help));
	}
	buf_add_str(b, ".El\n");
}

static void
command(struct buf *b, const struct cmd *cmd)
{
	size_t i, n = opt_count(cmd);

	buf_add_str(b, ".It Nm Cm ");
	roff(b, cmd->name);
	if (cmd->words[0] != '\0') {
		buf_add_str(b, " Ar ");
		roff(b, _(cmd->words));
	}
	buf_add_str(b, n > 0 ? " Op Ar OPTION...\n" : "\n");
	prose(b, _(cmd->summary));
	if (cmd->more != NULL) {
		buf_add_str(b, ".Pp\n");
		prose(b, _(cmd->more));
	}
	if (n > 0)
		options(b, cmd->opts, n);
	buf_add_str(b, ".Bd -literal -offset indent\n");
	for (i = 0; i < CMD_EXAMPLES_MAX && cmd->examples[i] != NULL; i++) {
		roff(b, cmd->examples[i]);
		buf_add_str(b, "\n");
	}
	buf_add_str(b, ".Ed\n");
}

static const char head[] =
    ".\\\" Made by: tugi man\n"
    ".Dd November 22, 2026\n"
    ".Dt TUGI 1\n"
    ".Os\n"
    ".Sh NAME\n"
    ".Nm tugi\n"
    ".Nd case notes of school social work, encrypted and in sync\n"
    ".Sh SYNOPSIS\n"
    ".Nm\n"
    ".Op Ar OPTION...\n"
    ".Ar COMMAND\n"
    ".Op Ar WORD...\n"
    ".Sh DESCRIPTION\n"
    ".Nm\n"
    "keeps the case notes of people who do social work in schools.\n"
    "Everything a worker may see is in one encrypted profile and can be\n"
    "read and written without a network; sync exchanges sealed changes with\n"
    "the office\\(aqs hub, which cannot read them.\n"
    ".Pp\n"
    "Data goes to the standard output, messages to the standard error.\n"
    "A passphrase is asked for on the terminal or read from a file\n"
    "descriptor; it is never taken from an option or the environment.\n"
    "Records are named by the eight characters that lists show, by a longer\n"
    "piece of the beginning or end of their id, or by all of it.\n"
    ".Pp\n"
    "Options of every command:\n";

static const char tail[] =
    ".Sh ENVIRONMENT\n"
    ".Bl -tag -width Ds\n"
    ".It Ev TUGI_PROFILE\n"
    "Folder of the profile, if no\n"
    ".Fl Fl profile\n"
    "is given.\n"
    ".It Ev XDG_DATA_HOME\n"
    "Where the folder\n"
    ".Pa tugi\n"
    "is, if neither names one; otherwise\n"
    ".Pa ~/.local/share .\n"
    ".It Ev NO_COLOR\n"
    "No colour, if set to anything.\n"
    ".It Ev COLUMNS\n"
    "Width of the terminal.\n"
    ".El\n"
    ".Sh EXIT STATUS\n"
    ".Bl -tag -width Ds -compact\n"
    ".It 0\n"
    "done\n"
    ".It 3\n"
    "no such record, case, person or profile\n"
    ".It 4\n"
    "changed underneath, or held by another program\n"
    ".It 64\n"
    "unusable option, word or text\n"
    ".It 65\n"
    "too large\n"
    ".It 70\n"
    "a fault of the program\n"
    ".It 74\n"
    "disk, memory or output of this machine\n"
    ".It 75\n"
    "the hub cannot be reached; what is saved stays and goes out later\n"
    ".It 76\n"
    "the hub is not the one expected, or contradicts itself\n"
    ".It 77\n"
    "locked, wrong passphrase, no consent, or revoked\n"
    ".El\n"
    ".Pp\n"
    "An interrupted command leaves everything it had saved.\n"
    ".Sh SEE ALSO\n"
    ".Xr tugid 8\n";

void
man_write(struct buf *b)
{
	size_t i, n;
	const struct opt *g = opt_globals(&n);

	buf_add_str(b, head);
	options(b, g, n);
	buf_add_str(b, ".Sh COMMANDS\n.Bl -tag -width Ds\n");
	for (i = 0; i < table_count; i++)
		command(b, &table_cmds[i]);
	buf_add_str(b, ".El\n");
	buf_add_str(b, tail);
}
