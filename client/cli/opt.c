/*
 * Options by getopt_long, fed from the table. getopt would take a unique
 * beginning of a name too; that is refused, because a script that relies on
 * it breaks when an option is added.
 */
#include "client/cli/opt.h"

#include <assert.h>
#include <errno.h>
#include <getopt.h>
#include <stdlib.h>
#include <string.h>

#include "client/core/words/near.h"
#include "client/cli/text.h"
#include "client/cli/when.h"

#define LONG_FIRST 256 /* above every character */

static const struct opt globals[] = {
	{ "profile", N_("DIR"), N_("folder of the profile (also TUGI_PROFILE)"),
	    false },
	{ "passphrase-fd", N_("N"),
	    N_("read the passphrase from file descriptor N, one line"),
	    false },
	{ "lang", N_("CODE"), N_("language: et, lv, fi, hu, en (default: as "
	    "LANGUAGE, LC_ALL, LC_MESSAGES or LANG says)"),
	    false },
	{ "json", NULL, N_("print data as JSON"), false },
	{ "quiet", NULL, N_("no messages but warnings and errors"), false },
	{ "no-input", NULL, N_("never ask anything"), false },
	{ "yes", NULL, N_("answer yes where a sure is asked for"), false },
	{ "help", NULL, N_("show the help of a command"), false },
	{ "version", NULL, N_("show the version"), false }
};
#define GLOBAL_COUNT (sizeof(globals) / sizeof(globals[0]))

const struct opt *
opt_globals(size_t *count)
{
	*count = GLOBAL_COUNT;
	return globals;
}

size_t
opt_count(const struct cmd *cmd)
{
	size_t n = 0;

	while (n < CMD_OPTS_MAX && cmd->opts[n].name != NULL)
		n++;
	return n;
}

static void
set_global(struct globals *g, size_t i, const char *value)
{
	const char **text[GLOBAL_COUNT] = { &g->profile, &g->passphrase_fd,
		&g->lang };
	bool *flag[GLOBAL_COUNT] = { NULL, NULL, NULL, &g->json, &g->quiet,
		&g->no_input, &g->yes, &g->help, &g->version };

	if (text[i] != NULL)
		*text[i] = value;
	else
		*flag[i] = true;
}

/* The option that ${val} of getopt stands for. */
static const struct opt *
by_value(const struct cmd *cmd, int val, size_t *i, bool *global)
{
	*i = (size_t)(val - LONG_FIRST);
	*global = *i < GLOBAL_COUNT;
	if (*global)
		return &globals[*i];
	*i -= GLOBAL_COUNT;
	return &cmd->opts[*i];
}

static void
fill(const struct cmd *cmd, struct option *lo)
{
	size_t i, own = cmd != NULL ? opt_count(cmd) : 0;
	const struct opt *o;

	for (i = 0; i < GLOBAL_COUNT + own; i++) {
		o = i < GLOBAL_COUNT ? &globals[i] :
		    &cmd->opts[i - GLOBAL_COUNT];
		lo[i].name = o->name;
		lo[i].has_arg = o->arg != NULL ? required_argument :
		    no_argument;
		lo[i].flag = NULL;
		lo[i].val = LONG_FIRST + (int)i;
	}
	memset(&lo[i], 0, sizeof(lo[i]));
}

static int
unknown(const struct cmd *cmd, const char *token, struct err *e)
{
	struct near near;
	size_t i, own = cmd != NULL ? opt_count(cmd) : 0;
	char name[64];

	snprintf(name, sizeof(name), "%s", token);
	name[strcspn(name, "=")] = '\0';
	near_begin(&near, name + strspn(name, "-"));
	for (i = 0; i < GLOBAL_COUNT; i++)
		near_offer(&near, globals[i].name);
	for (i = 0; i < own; i++)
		near_offer(&near, cmd->opts[i].name);
	if (near.best != NULL)
		return err_set(e, ERR_INPUT,
		    _("there is no option %s; did you mean --%s?"), name,
		    near.best);
	return err_set(e, ERR_INPUT, _("there is no option %s"), name);
}

/* What getopt did not take: an unknown name, a missing or a surplus value. */
static int
refuse(const struct cmd *cmd, int c, char *token, struct err *e)
{
	size_t i;
	bool global;

	if (optopt >= LONG_FIRST)
		return err_set(e, ERR_INPUT, c == ':' ?
		    _("the option --%s needs a value") :
		    _("the option --%s takes no value"),
		    by_value(cmd, optopt, &i, &global)->name);
	if (optopt > 0)
		return err_set(e, ERR_INPUT, _("there is no option -%c; put "
		    "-- before a text that begins with -"), optopt);
	return unknown(cmd, token, e);
}

/* The text in which the option stood, as typed. */
static bool
shortened(const struct opt *o, char *const *argv)
{
	const char *token = argv[optind - 1];
	size_t n = strlen(o->name);

	if (optarg == token)
		token = argv[optind - 2];
	return strncmp(token, "--", 2) == 0 &&
	    (strncmp(token + 2, o->name, n) != 0 ||
	    (token[2 + n] != '\0' && token[2 + n] != '='));
}

static int
take(const struct cmd *cmd, int c, char **argv, struct globals *g,
    struct args *a, struct err *e)
{
	const struct opt *o;
	size_t i;
	bool global;

	if (c == 'h')
		g->help = true;
	else if (c == 'q')
		g->quiet = true;
	else if (c == 'V')
		g->version = true;
	if (c < LONG_FIRST)
		return 0;
	o = by_value(cmd, c, &i, &global);
	if (shortened(o, argv))
		return err_set(e, ERR_INPUT,
		    _("options are written in full: --%s"), o->name);
	if (global) {
		set_global(g, i, optarg);
		return 0;
	}
	if (a->values[i] != NULL && o->arg != NULL)
		return err_set(e, ERR_INPUT,
		    _("the option --%s was given twice"), o->name);
	a->values[i] = o->arg != NULL ? optarg : "";
	return 0;
}

static int
walk(const struct cmd *cmd, struct opt_line line, struct globals *g,
    struct args *a, struct err *e)
{
	struct option lo[GLOBAL_COUNT + CMD_OPTS_MAX + 1];
	const char *shorts = cmd == NULL ? "+:hqV" : ":hqV";
	int c, before;

	fill(cmd, lo);
	optind = 0; /* glibc: begin anew */
	opterr = 0;
	for (;;) {
		before = optind > 0 ? optind : 1;
		optopt = 0;
		c = getopt_long(line.argc, line.argv, shorts, lo, NULL);
		if (c == -1)
			return 0;
		if (c == '?' || c == ':')
			return refuse(cmd, c, line.argv[optind > before ?
			    optind - 1 : before], e);
		if (take(cmd, c, line.argv, g, a, e) != 0)
			return -1;
	}
}

int
opt_lead(int argc, char **argv, struct globals *g, int *next, struct err *e)
{
	struct opt_line line = { argc, argv };

	if (walk(NULL, line, g, NULL, e) != 0)
		return -1;
	*next = optind;
	return 0;
}

static int
check(const struct cmd *cmd, const struct args *a, struct err *e)
{
	size_t i;

	if (a->count < cmd->min)
		return err_set(e, ERR_INPUT,
		    _("usage: tugi %s %s (tugi help %s tells more)"),
		    cmd->name, _(cmd->words), cmd->name);
	if (a->count > cmd->max)
		return err_set(e, ERR_INPUT,
		    _("\"%s\" is one word too many; usage: tugi %s%s%s"),
		    a->words[cmd->max], cmd->name,
		    cmd->words[0] != '\0' ? " " : "", _(cmd->words));
	for (i = 0; i < opt_count(cmd); i++)
		if (cmd->opts[i].required && a->values[i] == NULL)
			return err_set(e, ERR_INPUT,
			    _("tugi %s needs the option --%s %s"), cmd->name,
			    cmd->opts[i].name, _(cmd->opts[i].arg));
	return 0;
}

int
opt_command(const struct cmd *cmd, struct opt_line line, struct globals *g,
    struct args *a, struct err *e)
{
	memset(a, 0, sizeof(*a));
	if (walk(cmd, line, g, a, e) != 0)
		return -1;
	a->words = line.argv + optind;
	a->count = (size_t)(line.argc - optind);
	return g->help || g->version ? 0 : check(cmd, a, e);
}

const char *
cmd_word(const struct ctx *c, size_t i)
{
	return i < c->args.count ? c->args.words[i] : NULL;
}

const char *
cmd_value(const struct ctx *c, const char *name)
{
	size_t i = 0, n = opt_count(c->cmd);

	while (i < n && strcmp(c->cmd->opts[i].name, name) != 0)
		i++;
	assert(i < n); /* the table has it */
	return c->args.values[i];
}

bool
cmd_flag(const struct ctx *c, const char *name)
{
	return cmd_value(c, name) != NULL;
}

int
cmd_number(const struct ctx *c, const char *name, struct range r, int64_t *out,
    struct err *e)
{
	const char *text = cmd_value(c, name);
	char *end;
	long long v;

	if (text == NULL)
		return 0;
	errno = 0;
	v = strtoll(text, &end, 10);
	if (errno != 0 || end == text || *end != '\0' || v < r.least ||
	    v > r.most)
		return err_set(e, ERR_INPUT,
		    _("--%s takes a whole number from %lld to %lld"), name,
		    (long long)r.least, (long long)r.most);
	*out = v;
	return 0;
}

int
cmd_time(const struct ctx *c, const char *name, int end, int64_t *out,
    struct err *e)
{
	const char *text = cmd_value(c, name);

	if (text == NULL || when_parse(text, end, out, e) == 0)
		return 0;
	return err_add(e, "--%s", name);
}

int
cmd_spell(const struct ctx *c, int64_t *from_ms, int64_t *until_ms,
    struct err *e)
{
	*from_ms = *until_ms = 0;
	if (cmd_time(c, "from", 0, from_ms, e) != 0 ||
	    cmd_time(c, "until", 1, until_ms, e) != 0)
		return -1;
	return cmd_value(c, "from") == NULL ||
	    cmd_value(c, "until") == NULL || *from_ms <= *until_ms ? 0 :
	    err_set(e, ERR_INPUT, "%s", _("--until is before --from, so "
	    "nothing lies between"));
}
