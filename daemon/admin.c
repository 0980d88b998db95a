/*
 * Options in, one call, words out. Output for people on standard output,
 * errors as one sentence on standard error, --json for scripts.
 */
#include "daemon/admin.h"

#include <getopt.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "common/base/mem.h"
#include "common/wire/keys.h"
#include "daemon/cmd.h"

#define USAGE_EXIT 64

struct command {
	const char *name, *usage, *what;
	int words; /* how many it takes beside its name */
	int (*run)(struct options *o, struct err *e);
};

static const char usage_head[] =
	"tugid: the hub that carries sealed case notes between devices.\n\n";

/* ---- the table ---- */

static const struct command commands[] = {
	{ "init", "DATADIR [--listen HOST:PORT] [--name NAME] [--json]",
	    "make a new hub; print its claim code and its recovery sheet", 1,
	    cmd_init },
	{ "serve", "DATADIR | -c FILE [--confirm-clock]",
	    "run it until SIGTERM; SIGHUP reads the settings anew", 1,
	    cmd_serve },
	{ "status", "DATADIR | -c FILE [--json]",
	    "what it holds, running or not", 1, cmd_status },
	{ "doctor", "DATADIR | -c FILE [--full] [--json]",
	    "what is not in order, and how to mend it", 1, cmd_doctor },
	{ "verify", "DATADIR | -c FILE [--json | --signers]",
	    "its entries, signatures, log and ledger against each other", 1,
	    cmd_verify },
	{ "backup", "DATADIR FOLDER|FILE [--keep DAYS] [--json]",
	    "copy it while it runs, and read the copy back", 2, cmd_backup },
	{ "restore", "BACKUP DATADIR [--code-file FILE | --keys FOLDER] "
	    "[--nothing-since] [--json]\n"
	    "  tugid restore --verify-only BACKUP [--json]",
	    "a hub from a backup; or tell whether the backup is whole", 2,
	    cmd_restore },
	{ "sheet", "DATADIR | -c FILE [--json]",
	    "print a recovery sheet with a new code for backups from now on",
	    1, cmd_sheet },
	{ "renew-cert", "DATADIR | -c FILE [--json]",
	    "a new certificate for the same key, which clients go by", 1,
	    cmd_renew },
	{ "key", "[next | change [--now]] DATADIR | -c FILE [--json]\n"
	    "  tugid key log DATADIR | -c FILE [--signed FILE [--lost]] "
	    "[--json]",
	    "the TLS pins; tell devices of another next key; change to it; "
	    "another key for the log", 2, cmd_key },
	{ "check-config", "DATADIR | -c FILE [--json]",
	    "tell whether tugid.conf is good", 1, cmd_check },
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
read_days(const char *text, int *out, struct err *e)
{
	char *end;
	long n = strtol(text, &end, 10);

	if (n < 1 || n > 36500 || *end != '\0')
		return err_set(e, ERR_INPUT, "--keep is a number of days");
	*out = (int)n;
	return 0;
}

/* With -c the folder need not be named. */
static int
read_words(int argc, char **argv, int most, struct options *o,
    struct err *e)
{
	const char *words[CMD_WORDS_MAX] = { NULL };
	int n = 0;

	for (; optind < argc; optind++) {
		if (n == most)
			return err_set(e, ERR_INPUT,
			    "\"%s\" is one word too many", argv[optind]);
		words[n++] = argv[optind];
	}
	if (most == CMD_WORDS_MAX && n == 1 && o->file != NULL)
		o->word = words[0];
	else {
		o->data = words[0];
		o->word = words[1];
	}
	return 0;
}

static int
read_options(int argc, char **argv, int words, struct options *o,
    struct err *e)
{
	static const struct option longs[] = {
		{ "listen", required_argument, NULL, 'l' },
		{ "name", required_argument, NULL, 'n' },
		{ "config", required_argument, NULL, 'c' },
		{ "json", no_argument, NULL, 'j' },
		{ "confirm-clock", no_argument, NULL, 'C' },
		{ "verify-only", no_argument, NULL, 'V' },
		{ "nothing-since", no_argument, NULL, 'N' },
		{ "full", no_argument, NULL, 'F' },
		{ "signers", no_argument, NULL, 'S' },
		{ "now", no_argument, NULL, 'O' },
		{ "lost", no_argument, NULL, 'L' },
		{ "signed", required_argument, NULL, 's' },
		{ "keep", required_argument, NULL, 'K' },
		{ "code-file", required_argument, NULL, 'f' },
		{ "keys", required_argument, NULL, 'k' },
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
		case 'V':
			o->verify_only = 1;
			break;
		case 'N':
			o->nothing_since = 1;
			break;
		case 'F':
			o->full = 1;
			break;
		case 'S':
			o->signers = 1;
			break;
		case 'L':
			o->lost = 1;
			break;
		case 's':
			o->signed_file = optarg;
			break;
		case 'O':
			o->now = 1;
			break;
		case 'f':
			o->code_file = optarg;
			break;
		case 'k':
			o->keys = optarg;
			break;
		case 'K':
			if (read_days(optarg, &o->keep_days, e) != 0)
				return -1;
			break;
		default:
			return err_set(e, ERR_INPUT, c == ':' ?
			    "the option %s needs a value" :
			    "there is no option %s", argv[optind - 1]);
		}
	return read_words(argc, argv, words, o, e);
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
run(const struct command *cmd, struct options *o)
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
		return fflush(stdout) == 0 ? o->status :
		    err_exit_code(ERR_LOCAL);
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

	signal(SIGXFSZ, SIG_IGN); /* a write that fails can be told */
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
	if (read_options(argc - 1, argv + 1, commands[i].words, &o, &e) != 0)
		return refuse(&commands[i], e.text);
	return run(&commands[i], &o);
}
