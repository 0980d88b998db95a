/*
 * Options in, one call, words out. Output for people on standard output,
 * errors as one sentence on standard error, --json for scripts.
 */
#include "daemon/admin.h"

#include <getopt.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "common/base/mem.h"
#include "common/wire/keys.h"
#include "daemon/cmd.h"

#define USAGE_EXIT 64

struct command {
	const char *name, *usage, *what;
	int (*run)(const struct options *o, struct err *e);
};

static const char usage_head[] =
	"tugid: the hub that carries sealed case notes between devices.\n\n";

/* ---- the table ---- */

static const struct command commands[] = {
	{ "init", "DATADIR [--listen HOST:PORT] [--name NAME] [--json]",
	    "make a new hub and print its claim code", cmd_init },
	{ "serve", "DATADIR | -c FILE [--confirm-clock]",
	    "run it until SIGTERM", cmd_serve },
	{ "status", "DATADIR | -c FILE [--json]",
	    "what it holds, running or not", cmd_status },
	{ "check-config", "DATADIR | -c FILE [--json]",
	    "tell whether tugid.conf is good", cmd_check },
};

#define COMMANDS (sizeof(commands) / sizeof(commands[0]))

static int
print_usage(FILE *to, int status)
{
	size_t i;

	fputs(usage_head, to);
	for (i = 0; i < COMMANDS; i++)
		fprintf(to, "  tugid %s %s\n      %s\n", commands[i].name,
		    commands[i].usage, commands[i].what);
	fputs("  tugid --version | --help\n\nSee tugid(8), tugid.conf(5).\n",
	    to);
	return status;
}

static int
read_options(int argc, char **argv, struct options *o, struct err *e)
{
	static const struct option longs[] = {
		{ "listen", required_argument, NULL, 'l' },
		{ "name", required_argument, NULL, 'n' },
		{ "config", required_argument, NULL, 'c' },
		{ "json", no_argument, NULL, 'j' },
		{ "confirm-clock", no_argument, NULL, 'C' },
		{ NULL, 0, NULL, 0 }
	};
	int c;

	opterr = 0; /* told by the caller, in this program's words */
	while ((c = getopt_long(argc, argv, ":c:", longs, NULL)) != -1)
		switch (c) {
		case 'l':
			o->listen = optarg;
			break;
		case 'n':
			o->name = optarg;
			break;
		case 'c':
			o->file = optarg;
			break;
		case 'j':
			o->json = 1;
			break;
		case 'C':
			o->confirm_clock = 1;
			break;
		default:
			return err_set(e, ERR_INPUT, c == ':' ?
			    "the option %s needs a value" :
			    "there is no option %s", argv[optind - 1]);
		}
	if (optind < argc)
		o->data = argv[optind++];
	if (optind < argc)
		return err_set(e, ERR_INPUT, "\"%s\" is one word too many",
		    argv[optind]);
	return 0;
}

/* What was wrong, and the usage of what was meant: one command, or all. */
static int
refuse(const struct command *cmd, const char *why)
{
	fprintf(stderr, "tugid: %s\n", why);
	if (cmd == NULL)
		return print_usage(stderr, USAGE_EXIT);
	fprintf(stderr, "usage: tugid %s %s\n", cmd->name, cmd->usage);
	return USAGE_EXIT;
}

static int
run(const struct command *cmd, const struct options *o)
{
	struct err e;

	err_clear(&e);
	umask(077);
	if (keys_init() != 0) {
		fputs("tugid: the cryptographic library failed its self "
		    "test\n", stderr);
		return err_exit_code(ERR_LOCAL);
	}
	if (cmd->run(o, &e) == 0)
		return fflush(stdout) == 0 ? 0 : err_exit_code(ERR_LOCAL);
	fprintf(stderr, "tugid: %s\n", e.text);
	return e.kind == ERR_INPUT && e.code == SETTINGS_EXIT ?
	    SETTINGS_EXIT : err_exit_code(e.kind);
}

int
admin_run(int argc, char **argv)
{
	struct options o;
	struct err e;
	size_t i;

	err_clear(&e);
	memset(&o, 0, sizeof(o));
	if (argc < 2)
		return print_usage(stderr, USAGE_EXIT);
	if (strcmp(argv[1], "--version") == 0) {
		printf("tugid %s\n", TUGI_VERSION);
		return 0;
	}
	if (strcmp(argv[1], "--help") == 0)
		return print_usage(stdout, 0);
	for (i = 0; i < COMMANDS; i++)
		if (strcmp(argv[1], commands[i].name) == 0)
			break;
	if (i == COMMANDS) {
		err_set(&e, ERR_INPUT, "there is no command \"%s\"", argv[1]);
		return refuse(NULL, e.text);
	}
	if (read_options(argc - 1, argv + 1, &o, &e) != 0)
		return refuse(&commands[i], e.text);
	return run(&commands[i], &o);
}
