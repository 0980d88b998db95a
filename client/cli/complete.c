/*
 * One script a shell, without calls back into the program: completion must
 * neither ask for a passphrase nor show names.
 */
#include "client/cli/complete.h"

#include <string.h>

#include "client/cli/find.h"
#include "client/cli/opt.h"
#include "client/cli/text.h"

/* The first word of command ${i}, when it is the first to begin with it. */
static bool
new_head(size_t i, char head[static 40])
{
	size_t k, n = strcspn(table_at(i)->name, " ");

	snprintf(head, 40, "%.*s", (int)n, table_at(i)->name);
	for (k = 0; k < i; k++)
		if (strncmp(table_at(k)->name, head, n) == 0 &&
		    (table_at(k)->name[n] == ' ' ||
		    table_at(k)->name[n] == '\0'))
			return false;
	return true;
}

static void
heads(struct buf *b)
{
	char head[40];
	size_t i;

	for (i = 0; i < table_count(); i++)
		if (new_head(i, head))
			buf_add_fmt(b, " %s", head);
}

static void
members(struct buf *b, const char *group)
{
	size_t i;

	for (i = 0; i < table_count(); i++)
		if (find_in_group(table_at(i), group))
			buf_add_fmt(b, " %s",
			    table_at(i)->name + strlen(group) + 1);
}

static void
options(struct buf *b, const struct opt *o, size_t n)
{
	size_t i;

	for (i = 0; i < n; i++)
		buf_add_fmt(b, " --%s", o[i].name);
}

static void
bash(struct buf *b)
{
	char head[40];
	size_t i, n;
	const struct opt *g = opt_globals(&n);

	buf_add_str(b, "# tugi completion for bash; made by: tugi completion "
	    "bash\n_tugi()\n{\n\tlocal cur=${COMP_WORDS[COMP_CWORD]} words=\n"
	    "\tlocal first=${COMP_WORDS[1]} second=${COMP_WORDS[2]}\n"
	    "\tif [[ $COMP_CWORD -eq 1 ]]; then\n\t\twords=\"");
	heads(b);
	buf_add_str(b, "\"\n\telif [[ $COMP_CWORD -eq 2 && $cur != -* ]]; "
	    "then\n\t\tcase $first in\n");
	for (i = 0; i < table_count(); i++)
		if (new_head(i, head) && find_is_group(head)) {
			buf_add_fmt(b, "\t\t%s) words=\"", head);
			members(b, head);
			buf_add_str(b, "\" ;;\n");
		}
	buf_add_fmt(b, "\t\tcompletion) words=\"bash zsh fish\" ;;\n"
	    "\t\thelp) words=\"");
	heads(b);
	buf_add_str(b, "\" ;;\n\t\tesac\n\tfi\n\tif [[ $cur == -* ]]; then\n"
	    "\t\twords=\"");
	options(b, g, n);
	buf_add_str(b, "\"\n\t\tcase \"$first $second\" in\n");
	for (i = 0; i < table_count(); i++)
		if (opt_count(table_at(i)) > 0) {
			buf_add_fmt(b, "\t\t\"%s\"%s) words+=\"",
			    table_at(i)->name,
			    strchr(table_at(i)->name, ' ') == NULL ?
			    "\\ *" : "");
			options(b, table_at(i)->opts,
			    opt_count(table_at(i)));
			buf_add_str(b, "\" ;;\n");
		}
	buf_add_str(b, "\t\tesac\n\tfi\n"
	    "\tCOMPREPLY=($(compgen -W \"$words\" -- \"$cur\"))\n}\n"
	    "complete -o default -F _tugi tugi\n");
}

/* A text inside '...' of a shell. */
static void
quoted(struct buf *b, const char *text, const char *more)
{
	buf_add_str(b, "'");
	for (; *text != '\0'; text++)
		if (*text == '\'')
			buf_add_str(b, "'\\''");
		else if (strchr(more, *text) != NULL)
			buf_add_fmt(b, "\\%c", *text);
		else
			buf_add(b, text, 1);
	buf_add_str(b, "'");
}

static void
fish_options(struct buf *b, const char *when, const struct opt *o, size_t n)
{
	size_t i;

	for (i = 0; i < n; i++) {
		buf_add_fmt(b, "complete -c tugi%s -l %s%s -d ", when,
		    o[i].name, o[i].arg != NULL ? " -r" : "");
		quoted(b, _(o[i].help), "\\");
		buf_add_str(b, "\n");
	}
}

static void
fish(struct buf *b)
{
	char head[40], when[160];
	size_t i, n;
	const struct opt *g = opt_globals(&n);
	const char *rest;

	buf_add_str(b, "# tugi completion for fish; made by: tugi completion "
	    "fish\n");
	fish_options(b, "", g, n);
	for (i = 0; i < table_count(); i++) {
		if (new_head(i, head))
			buf_add_fmt(b, "complete -c tugi -f -n "
			    "__fish_use_subcommand -a %s\n", head);
		rest = strchr(table_at(i)->name, ' ');
		n = strcspn(table_at(i)->name, " ");
		snprintf(head, sizeof(head), "%.*s", (int)n,
		    table_at(i)->name);
		snprintf(when, sizeof(when),
		    " -n '__fish_seen_subcommand_from %s%s%s'", head,
		    rest != NULL ? "; and __fish_seen_subcommand_from" : "",
		    rest != NULL ? rest : "");
		if (rest != NULL) {
			buf_add_fmt(b, "complete -c tugi -f -n "
			    "'__fish_seen_subcommand_from %s' -a%s -d ", head,
			    rest);
			quoted(b, _(table_at(i)->summary), "\\");
			buf_add_str(b, "\n");
		}
		fish_options(b, when, table_at(i)->opts,
		    opt_count(table_at(i)));
	}
	buf_add_str(b, "complete -c tugi -f -n '__fish_seen_subcommand_from "
	    "completion' -a 'bash zsh fish'\n");
}

static void
zsh_options(struct buf *b, const struct opt *o, size_t n)
{
	char spec[240];
	size_t i;

	for (i = 0; i < n; i++) {
		snprintf(spec, sizeof(spec), "--%s[%s]%s%s%s", o[i].name,
		    _(o[i].help), o[i].arg != NULL ? ":" : "",
		    o[i].arg != NULL ? _(o[i].arg) : "",
		    o[i].arg == NULL ? "" :
		    strcmp(o[i].arg, "FILE") == 0 ? ":_files" : ": ");
		buf_add_str(b, " ");
		quoted(b, spec, "");
	}
}

static void
zsh(struct buf *b)
{
	char head[40];
	size_t i, n;
	const struct opt *g = opt_globals(&n);

	buf_add_str(b, "#compdef tugi\n# tugi completion for zsh; made by: "
	    "tugi completion zsh\n_tugi()\n{\n\tlocal -a every\n\tevery=(");
	zsh_options(b, g, n);
	buf_add_str(b, ")\n\tif (( CURRENT == 2 )); then\n\t\tcompadd --");
	heads(b);
	buf_add_str(b, "\n\t\treturn\n\tfi\n"
	    "\tif (( CURRENT == 3 )) && [[ $words[3] != -* ]]; then\n"
	    "\t\tcase $words[2] in\n");
	for (i = 0; i < table_count(); i++)
		if (new_head(i, head) && find_is_group(head)) {
			buf_add_fmt(b, "\t\t%s) compadd --", head);
			members(b, head);
			buf_add_str(b, "; return ;;\n");
		}
	buf_add_str(b, "\t\tcompletion) compadd -- bash zsh fish; return ;;\n"
	    "\t\tesac\n\tfi\n\tcase \"$words[2] $words[3]\" in\n");
	for (i = 0; i < table_count(); i++) {
		if (opt_count(table_at(i)) == 0)
			continue;
		buf_add_fmt(b, "\t\"%s\"%s) _arguments $every",
		    table_at(i)->name,
		    strchr(table_at(i)->name, ' ') == NULL ? "\\ *" : "");
		zsh_options(b, table_at(i)->opts, opt_count(table_at(i)));
		buf_add_str(b, " '*: :_files' ;;\n");
	}
	buf_add_str(b, "\t*) _arguments $every '*: :_files' ;;\n\tesac\n}\n"
	    "_tugi \"$@\"\n");
}

int
complete_write(struct buf *b, const char *shell, struct err *e)
{
	if (strcmp(shell, "bash") == 0)
		bash(b);
	else if (strcmp(shell, "zsh") == 0)
		zsh(b);
	else if (strcmp(shell, "fish") == 0)
		fish(b);
	else
		return err_set(e, ERR_INPUT, "%s",
		    _("completion is for bash, zsh or fish"));
	return buf_check(b, _("the script"), e);
}
