/*
 * tugi: from the command line to one handler and back to an exit code.
 */
#include <locale.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "client/cli/ask.h"
#include "client/cli/find.h"
#include "client/cli/help.h"
#include "client/cli/lang.h"
#include "client/cli/opt.h"
#include "client/cli/place.h"
#include "client/cli/text.h"
#include "common/base/mem.h"

/* Nothing of this process on the disk: no core, no file for others. */
static void
harden(void)
{
	static const struct rlimit none = { 0, 0 };

	umask(077);
	setrlimit(RLIMIT_CORE, &none);
	prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
	signal(SIGPIPE, SIG_IGN);
	signal(SIGXFSZ, SIG_IGN); /* a write that fails can be told */
	session_memory();
	/* Widths of characters; the texts themselves are always UTF-8. */
	setlocale(LC_CTYPE, "C.UTF-8");
}

/* Ctrl-C: every write is a transaction, so stopping anywhere is safe. */
static void
stopped(int sig)
{
	static const char words[] = "\ntugi: stopped; what was saved stays.\n";
	ssize_t n = write(STDERR_FILENO, words, sizeof(words) - 1);

	(void)n;
	signal(sig, SIG_DFL);
	raise(sig);
}

/* Names in a file that others can read are a leak the worker should see. */
static void
warn_open_file(struct ctx *c)
{
	struct stat st;

	if (!c->cmd->opens || fstat(STDOUT_FILENO, &st) != 0 ||
	    !S_ISREG(st.st_mode) || st.st_size == 0 ||
	    (st.st_mode & (S_IRGRP | S_IROTH)) == 0)
		return;
	out_say(&c->out, "%s", _("Others on this machine can read the file "
	    "this was written to; chmod 600 closes it."));
}

static int
show_group(struct ctx *c, const char *group, struct err *e)
{
	struct buf b;

	buf_init(&b, HELP_MAX_BYTES);
	help_group(&b, group);
	return help_print(&c->out, &b, e);
}

static int
show_help(struct ctx *c, const struct cmd *cmd, struct err *e)
{
	struct buf b;

	buf_init(&b, HELP_MAX_BYTES);
	if (cmd != NULL)
		help_cmd(&b, cmd);
	else
		help_all(&b);
	return help_print(&c->out, &b, e);
}

static int
run(struct ctx *c, struct err *e)
{
	if (c->g.passphrase_fd != NULL &&
	    ask_fd(c->g.passphrase_fd, &c->passphrase_fd, e) != 0)
		return -1;
	if (c->cmd->opens && place_open(c, e) != 0)
		return -1;
	if (c->s != NULL)
		session_speak(c->s, lang_spoken());
	return c->cmd->run(c, e);
}

/* From the words after the leading options. */
static int
dispatch(struct ctx *c, int argc, char **argv, struct err *e)
{
	struct opt_line line;
	size_t used = 0;

	c->cmd = find_cmd(argv, (size_t)argc, &used);
	if (c->cmd == NULL && find_is_group(argv[0]) && argc > 1 &&
	    (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0))
		return show_group(c, argv[0], e);
	if (c->cmd == NULL)
		return find_fail(argv, (size_t)argc, e);
	line.argc = argc - (int)used + 1;
	line.argv = argv + used - 1;
	if (opt_command(c->cmd, line, &c->g, &c->args, e) != 0 ||
	    (c->g.lang != NULL && lang_choose(c->g.lang, e) != 0))
		return -1;
	c->out.quiet = c->g.quiet;
	if (c->g.help)
		return show_help(c, c->cmd, e);
	if (c->g.version)
		return cmd_version(c, e);
	return run(c, e);
}

/* The language that the line asks for, before anything can be wrong with it;
 * what is wrong with the language itself is said when its turn comes. */
static void
listen(int argc, char **argv)
{
	struct err none;
	int i;

	lang_choose(NULL, &none);
	for (i = 1; i < argc && strcmp(argv[i], "--") != 0; i++)
		if (strncmp(argv[i], "--lang=", 7) == 0)
			lang_choose(argv[i] + 7, &none);
		else if (strcmp(argv[i], "--lang") == 0 && i + 1 < argc)
			lang_choose(argv[i + 1], &none);
}

static int
start(struct ctx *c, int argc, char **argv, struct err *e)
{
	int next;

	listen(argc, argv);
	if (opt_lead(argc, argv, &c->g, &next, e) != 0 ||
	    (c->g.lang != NULL && lang_choose(c->g.lang, e) != 0))
		return -1;
	c->out.quiet = c->g.quiet;
	if (c->g.version)
		return cmd_version(c, e);
	if (next == argc || (c->g.help && next == argc))
		return show_help(c, NULL, e);
	return dispatch(c, argc - next, argv + next, e);
}

int
main(int argc, char **argv)
{
	struct ctx c = { .passphrase_fd = -1, .tick = tick_system() };
	struct err e = { 0 };
	int rc;

	harden();
	signal(SIGINT, stopped);
	out_init(&c.out);
	if (keys_init() != 0) {
		out_warn(&c.out, "%s",
		    _("tugi: the cryptographic library fails its own test"));
		return err_exit_code(ERR_BUG);
	}
	rc = start(&c, argc, argv, &e);
	session_close(c.s);
	mem_free(c.profile);
	if (rc == 0)
		rc = out_end(&e);
	if (rc == 0 && c.cmd != NULL)
		warn_open_file(&c);
	if (rc != 0 && e.text[0] != '\0') /* a reader that left needs none */
		out_warn(&c.out, "tugi: %s", e.text);
	return rc == 0 ? 0 : err_exit_code(e.kind);
}
