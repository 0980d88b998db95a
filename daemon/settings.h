/*
 * tugid.conf, read at the start and again at a reload.
 *
 * Every option has a default but name; an unknown option, a value out of
 * range or a syntax error is ERR_INPUT with file and line, and the program
 * ends with SETTINGS_EXIT. Options are described in tugid.conf(5).
 */
#ifndef DAEMON_SETTINGS_H
#define DAEMON_SETTINGS_H

#include <stdint.h>

#include "common/base/err.h"

#define SETTINGS_EXIT 78 /* EX_CONFIG of sysexits.h */
#define SETTINGS_FILE "tugid.conf"

struct settings {
	char *data;              /* folder of database, keys and port file */
	char *listen_host, *listen_port;
	char *name;
	char *tls_cert, *tls_key; /* paths */
	char *metrics;           /* host:port or a path; NULL: none */
	int max_connections, max_per_address, max_waiting;
	int address_burst, address_per_s; /* what no device signed */
	int head_s, body_s, answer_s, idle_s;
	uint64_t slowest_bytes;  /* a second, of bodies and answers */
	int rate_burst, rate_per_s;
	uint64_t push_bytes, day_bytes, free_bytes;
	int readers;
	int protocol; /* version that it speaks, and the one before */
	int quiet;
};

/** settings_read(path, data, s, e): ${data} is the data folder if the command
 * line named it, else NULL: the file's own option, or its folder. */
int settings_read(const char *path, const char *data, struct settings *s,
    struct err *e);
void settings_done(struct settings *s);

/** settings_split(text, host, port, e): "host:port", "[::1]:8443". */
int settings_split(const char *text, char **host, char **port,
    struct err *e);

/** settings_name_ok(name): may stand in checkpoints and genesis. */
int settings_name_ok(const char *name);

#endif
