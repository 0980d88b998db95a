/*
 * What the subcommands of tugid share. Each is a function cmd_<name> that
 * prints what it did or found, or fails with one sentence.
 */
#ifndef DAEMON_CMD_H
#define DAEMON_CMD_H

#include <stdbool.h>
#include <stddef.h>

#include "daemon/settings.h"

#define CMD_WORDS_MAX 2

struct options { /* as on the command line; NULL: not given */
	const char *listen, *name, *file, *code_file, *keys;
	const char *data;      /* the folder: the word before the last, or it */
	const char *word;      /* a further word, where the command has one */
	int json, confirm_clock, verify_only, nothing_since, full, keep_days;
	int signers, now, lost;
	const char *signed_file;
	int status;            /* exit status of a command that succeeded */
};

/** cmd_owner(data, e): where root runs it and ${data} is another user's, go on
 * as that user. */
int cmd_owner(const char *data, struct err *e);

/** cmd_settings(o, s, e): of the hub that the command line names, as its owner
 * from then on; cmd_conf(o): the path of its settings, freed by mem_free. */
int cmd_settings(const struct options *o, struct settings *s, struct err *e);
char *cmd_conf(const struct options *o);

/** cmd_json(text): printed as a JSON string. */
void cmd_json(const char *text);

/** cmd_day(ms, out): as 2026-11-30 21:05 UTC. */
#define CMD_DAY_BYTES 32
void cmd_day(int64_t ms, char out[static CMD_DAY_BYTES]);

/** cmd_ask(question, usual, out, n): on a terminal; an empty answer is
 * ${usual}. False at the end of the input. */
bool cmd_ask(const char *question, const char *usual, char *out, size_t n);

int cmd_init(struct options *o, struct err *e);
int cmd_sheet(struct options *o, struct err *e);
int cmd_serve(struct options *o, struct err *e);
int cmd_status(struct options *o, struct err *e);
int cmd_check(struct options *o, struct err *e);
int cmd_backup(struct options *o, struct err *e);
int cmd_restore(struct options *o, struct err *e);
int cmd_renew(struct options *o, struct err *e);
int cmd_key(struct options *o, struct err *e);
int cmd_doctor(struct options *o, struct err *e);
int cmd_verify(struct options *o, struct err *e);

#endif
