/* Help: examples first, because they are what most readers look for. */
#include "client/cli/help.h"

#include <string.h>

#include "client/cli/find.h"
#include "client/cli/opt.h"
#include "client/cli/text.h"
#include "client/core/records/records.h"

#define WRAP 78

static void
column(struct buf *b, const char *left, const char *right, size_t width)
{
	size_t w = out_width(left);

	buf_add_fmt(b, "  %s", left);
	for (; w < width + 2; w++)
		buf_add(b, " ", 1);
	buf_add_fmt(b, "%s\n", right);
}

static void
wrap(struct buf *b, const char *text)
{
	size_t at = 0, n;

	for (; *text != '\0'; text += n + strspn(text + n, " ")) {
		n = strcspn(text, " ");
		if (at > 0 && at + 1 + n > WRAP) {
			buf_add_str(b, "\n");
			at = 0;
		}
		if (at > 0) {
			buf_add_str(b, " ");
			at++;
		}
		buf_add(b, text, n);
		at += n;
	}
	buf_add_str(b, "\n");
}

static size_t
options_width(const struct opt *o, size_t n, size_t least)
{
	size_t i, w;

	for (i = 0; i < n; i++) {
		w = 2 + strlen(o[i].name) +
		    (o[i].arg != NULL ? 1 + out_width(_(o[i].arg)) : 0);
		if (w > least)
			least = w;
	}
	return least;
}

static void
options(struct buf *b, const struct opt *o, size_t n, size_t width)
{
	char left[160], right[400];
	size_t i;

	for (i = 0; i < n; i++) {
		snprintf(left, sizeof(left), "--%s%s%s", o[i].name,
		    o[i].arg != NULL ? " " : "",
		    o[i].arg != NULL ? _(o[i].arg) : "");
		snprintf(right, sizeof(right), "%s%s", _(o[i].help),
		    o[i].required ? _(" (needed)") : "");
		column(b, left, right, width);
	}
}

static const char *
kind_words(const struct field *f)
{
	switch (f->kind) {
	case FIELD_LONG:
		return _("text");
	case FIELD_CODE:
		return _("a word of");
	case FIELD_DATE:
		return _("day");
	case FIELD_TIME:
		return _("day, or day and time");
	case FIELD_NUMBER:
		return _("number");
	case FIELD_PERSON:
		return _("a colleague's name");
	case FIELD_RECORD:
		return _("id of a record");
	case FIELD_FLAG:
		return _("yes or no");
	case FIELD_TEXT:
	case FIELD_HASH:
	case FIELD_SECRET:
		break;
	}
	return _("one line");
}

static bool
is_typed(const struct cmd *cmd, const struct field *f)
{
	unsigned flags = FIELD_SETTABLE;

	if (cmd->sets != NULL && fields_listed(cmd->sets, f->name))
		return false;
	if (cmd->run != cmd_entry_set)
		flags |= FIELD_GIVEN;
	return (f->flags & flags) != 0;
}

void
help_fields(struct buf *b, const struct cmd *cmd)
{
	const struct record_kind *kind =
	    fields_kind((enum record_type)cmd->type);
	char right[200];
	size_t i, width = 0;

	if (cmd->type == 0 || kind == NULL ||
	    strstr(cmd->words, "FIELD=TEXT") == NULL)
		return;
	buf_add_str(b, _("\nFields, as FIELD=TEXT:\n"));
	for (i = 0; i < kind->count; i++)
		if (strlen(kind->fields[i].name) > width)
			width = strlen(kind->fields[i].name);
	for (i = 0; i < kind->count; i++) {
		const struct field *f = &kind->fields[i];

		if (!is_typed(cmd, f))
			continue;
		snprintf(right, sizeof(right), "%s (%s%s%s%s)", _(f->label),
		    kind_words(f), f->vocabulary != NULL ?
		    " tugi policy show " : "", f->vocabulary != NULL ?
		    f->vocabulary : "", (f->flags & FIELD_NEEDED) != 0 ?
		    _("; needed") : "");
		column(b, f->name, right, width);
	}
}

/* Every command of a group, or all when it is NULL. */
static void
commands(struct buf *b, const char *group)
{
	size_t i, w, width = 0;

	for (i = 0; i < table_count(); i++) {
		w = strlen(table_at(i)->name);
		if (w > width)
			width = w;
	}
	for (i = 0; i < table_count(); i++)
		if (group == NULL || find_in_group(table_at(i), group))
			column(b, table_at(i)->name,
			    _(table_at(i)->summary), width);
}

void
help_all(struct buf *b)
{
	size_t n;
	const struct opt *g = opt_globals(&n);

	buf_add_str(b, _("usage: tugi [OPTION...] COMMAND [WORD...]\n\n"));
	commands(b, NULL);
	buf_add_str(b, _("\nOptions of every command:\n"));
	options(b, g, n, options_width(g, n, 0));
	buf_add_str(b, _("\ntugi help COMMAND shows examples and options of "
	    "one.\n"));
}

void
help_group(struct buf *b, const char *group)
{
	buf_add_fmt(b, _("usage: tugi %s COMMAND [WORD...]\n\n"), group);
	commands(b, group);
}

void
help_cmd(struct buf *b, const struct cmd *cmd)
{
	size_t i, globals, own = opt_count(cmd), width;
	const struct opt *g = opt_globals(&globals);

	width = options_width(g, globals, options_width(cmd->opts, own, 0));
	buf_add_fmt(b, _("tugi %s: %s\n\nExamples:\n"), cmd->name,
	    _(cmd->summary));
	for (i = 0; i < CMD_EXAMPLES_MAX && cmd->examples[i] != NULL; i++)
		buf_add_fmt(b, "  %s\n", cmd->examples[i]);
	buf_add_fmt(b, _("\nUsage: tugi %s%s%s%s\n"), cmd->name,
	    cmd->words[0] != '\0' ? " " : "", _(cmd->words),
	    own > 0 ? _(" [OPTION...]") : "");
	if (cmd->more != NULL) {
		buf_add_str(b, "\n");
		wrap(b, _(cmd->more));
	}
	help_fields(b, cmd);
	if (own > 0) {
		buf_add_str(b, _("\nOptions:\n"));
		options(b, cmd->opts, own, width);
	}
	buf_add_str(b, _("\nOptions of every command:\n"));
	options(b, g, globals, width);
}

int
help_print(struct out *o, struct buf *b, struct err *e)
{
	int rc = buf_check(b, _("the help"), e);

	(void)o;
	if (rc == 0)
		fwrite(b->data, 1, b->len, stdout);
	buf_done(b);
	return rc;
}
