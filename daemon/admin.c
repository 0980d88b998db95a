/*
 * Options in, one call, words out. Output for people on standard output,
 * errors as one sentence on standard error, --json for scripts.
 */
#include "daemon/admin.h"

#include <getopt.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "common/base/file.h"
#include "common/base/mem.h"
#include "daemon/datadir.h"
#include "daemon/hub/hub.h"
#include "daemon/serve.h"
#include "daemon/tls.h"

#define USAGE_EXIT 64

struct options {
	const char *listen, *name, *file, *data;
	int json, confirm_clock;
};

struct command {
	const char *name, *usage, *what;
	int (*run)(const struct options *o, struct err *e);
};

static const char usage_head[] =
	"tugid: the hub that carries sealed case notes between devices.\n\n";

/* ---- init ---- */

static void
print_made(const char *folder, const struct datadir_made *m)
{
	char pin[TLS_PIN_TEXT_BYTES], hex[HASH_TEXT_BYTES];

	tls_pin_text(&m->pin, pin);
	hash_text(&m->pin, hex);
	printf("The hub is made in %s.\n\n"
	    "  address     %s\n"
	    "  TLS pin     %s\n"
	    "  in hex      %s\n"
	    "  claim code  %s\n\n"
	    "The code works once and is not kept here. Give address, pin and "
	    "code to the\n"
	    "office's first officer, who takes the hub over with:  tugi "
	    "office init\n"
	    "Nobody is enrolled on the hub itself.\n\n"
	    "Next:  tugid serve %s\n",
	    folder, m->url, pin, hex, m->code, folder);
}

static int
run_init(const struct options *o, struct err *e)
{
	struct datadir_made m;
	char pin[TLS_PIN_TEXT_BYTES], hex[HASH_TEXT_BYTES];

	if (o->data == NULL)
		return err_set(e, ERR_INPUT, "tugid init needs the folder to "
		    "make the hub in");
	if (datadir_make(o->data, o->listen != NULL ? o->listen :
	    "127.0.0.1:8443", o->name != NULL ? o->name : "hub", &m, e) != 0)
		return -1;
	if (o->json) {
		tls_pin_text(&m.pin, pin);
		printf("{\"url\":\"%s\",\"pin\":\"%s\",\"pin_hex\":\"%s\","
		    "\"claim_code\":\"%s\"}\n", m.url, pin,
		    hash_text(&m.pin, hex), m.code);
	} else {
		print_made(o->data, &m);
	}
	mem_wipe(&m, sizeof(m));
	return 0;
}

/* ---- the others ---- */

static int
read_settings(const struct options *o, struct settings *s, struct err *e)
{
	char *path;
	int rc;

	if (o->file == NULL && o->data == NULL)
		return err_set(e, ERR_INPUT,
		    "name the hub's folder, or its settings with -c FILE");
	path = o->file != NULL ? mem_dup(o->file) :
	    file_join(o->data, SETTINGS_FILE);
	rc = settings_read(path, o->data, s, e);
	mem_free(path);
	if (rc != 0 && e->kind == ERR_INPUT)
		e->code = SETTINGS_EXIT;
	return rc;
}

static int
run_serve(const struct options *o, struct err *e)
{
	struct settings s;
	int rc;

	if (read_settings(o, &s, e) != 0)
		return -1;
	rc = serve_run(&s, o->confirm_clock, e);
	settings_done(&s);
	return rc;
}

static int
run_check(const struct options *o, struct err *e)
{
	struct settings s;
	struct hash pin;
	int rc;

	if (read_settings(o, &s, e) != 0)
		return -1;
	rc = datadir_pin(&s, &pin, e);
	if (rc == 0 && o->json)
		printf("{\"ok\":true}\n");
	else if (rc == 0)
		printf("The settings are good.\n");
	settings_done(&s);
	return rc;
}

static void
print_status(const struct hub_status *st, const char *pin)
{
	printf("hub       %s%s\n"
	    "log       %016llx, %llu items\n"
	    "spaces    %llu\n"
	    "devices   %llu, of them revoked %llu\n"
	    "waiting   %llu wish to join\n"
	    "stored    %llu KiB\n"
	    "TLS pin   %s\n"
	    "clock     %s\n",
	    st->name, st->claimed ? "" : " (not claimed by an office yet)",
	    (unsigned long long)st->log.log_id,
	    (unsigned long long)st->log.size,
	    (unsigned long long)st->spaces,
	    (unsigned long long)st->devices,
	    (unsigned long long)st->revoked,
	    (unsigned long long)st->requests,
	    (unsigned long long)(st->bytes / 1024), pin,
	    st->clock_stopped ? "differs by days from the last run; check "
	    "it, then start with --confirm-clock" : "good");
}

static void
print_status_json(const struct hub_status *st, const char *pin)
{
	printf("{\"name\":\"%s\",\"claimed\":%s,\"log_id\":\"%016llx\","
	    "\"items\":%llu,\"spaces\":%llu,\"devices\":%llu,"
	    "\"revoked\":%llu,\"requests\":%llu,\"bytes\":%llu,"
	    "\"pin\":\"%s\",\"clock_stopped\":%s,"
	    "\"last_accept_ms\":%lld}\n",
	    st->name, st->claimed ? "true" : "false",
	    (unsigned long long)st->log.log_id,
	    (unsigned long long)st->log.size,
	    (unsigned long long)st->spaces,
	    (unsigned long long)st->devices,
	    (unsigned long long)st->revoked,
	    (unsigned long long)st->requests,
	    (unsigned long long)st->bytes, pin,
	    st->clock_stopped ? "true" : "false",
	    (long long)st->accept_ms);
}

static int
run_status(const struct options *o, struct err *e)
{
	struct settings s;
	struct serve_hub h;
	struct hub_status st;
	struct hash pin;
	char text[TLS_PIN_TEXT_BYTES];
	int rc = -1;

	if (read_settings(o, &s, e) != 0)
		return -1;
	if (datadir_pin(&s, &pin, e) == 0 &&
	    serve_open(&s, 0, &h, e) == 0) {
		rc = hub_status(h.hub, &st, e);
		serve_close(&h);
	}
	settings_done(&s);
	if (rc != 0)
		return -1;
	tls_pin_text(&pin, text);
	if (o->json)
		print_status_json(&st, text);
	else
		print_status(&st, text);
	return 0;
}

/* ---- the table ---- */

static const struct command commands[] = {
	{ "init", "DATADIR [--listen HOST:PORT] [--name NAME] [--json]",
	    "make a new hub and print its claim code", run_init },
	{ "serve", "DATADIR | -c FILE [--confirm-clock]",
	    "run it until SIGTERM", run_serve },
	{ "status", "DATADIR | -c FILE [--json]",
	    "what it holds, running or not", run_status },
	{ "check-config", "DATADIR | -c FILE [--json]",
	    "tell whether tugid.conf is good", run_check },
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
