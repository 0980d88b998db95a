/*
 * Reading tugid.conf with libconfuse, whose messages carry the line.
 *
 * libconfuse reports through a callback without a context, so the error being
 * filled is held in a static pointer for the time of one call; settings are
 * read before any thread starts. libconfuse 3.3 counts two lines too many for
 * each comment, so comments are blanked before it sees the text.
 */
#include "daemon/settings.h"

#include <confuse.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/base/file.h"
#include "common/base/mem.h"
#include "common/wire/proto.h"

#define KIB 1024
#define MIB (1024 * 1024)
#define TEXT_BYTES 256

#define FILE_BYTES (64 * 1024)
#define PORT_MAX 65535

static struct err *reporting;
static const char *reporting_path;

__attribute__((format(printf, 2, 0)))
static void
report(cfg_t *cfg, const char *fmt, va_list ap)
{
	char text[TEXT_BYTES];

	if (reporting == NULL || reporting->kind != ERR_NONE)
		return; /* the first one stands */
	vsnprintf(text, sizeof(text), fmt, ap);
	err_set(reporting, ERR_INPUT, "%s, line %d: %s", reporting_path,
	    cfg != NULL ? cfg->line : 0, text);
}

/* ---- values ---- */

struct range {
	const char *name;
	long min, max;
};

static const struct range ranges[] = {
	{ "max_connections", 1, 4096 },
	{ "max_connections_per_address", 1, 4096 },
	{ "max_waiting", 16, 16384 },
	{ "address_burst", 1, 1000000 },
	{ "address_per_second", 1, 100000 },
	{ "slowest_kib", 1, 1024 },
	{ "head_seconds", 1, 600 },
	{ "body_seconds", 1, 3600 },
	{ "answer_seconds", 1, 3600 },
	{ "idle_seconds", 1, 3600 },
	{ "rate_burst", 1, 1000000 },
	{ "rate_per_second", 1, 100000 },
	{ "push_kib", 256, PROTO_REQUEST_BYTES_MAX / KIB },
	{ "day_mib", 0, 1048576 },
	{ "keep_free_mib", 0, 1048576 },
	{ "readers", 1, 15 },
	{ "protocol", PROTO_VERSION - 1, PROTO_VERSION },
};

static int
check_range(cfg_t *cfg, cfg_opt_t *opt)
{
	size_t i;

	for (i = 0; i < sizeof(ranges) / sizeof(ranges[0]); i++) {
		const struct range *r = &ranges[i];
		long v;

		if (strcmp(r->name, cfg_opt_name(opt)) != 0)
			continue;
		v = cfg_opt_getnint(opt, cfg_opt_size(opt) - 1);
		if (v >= r->min && v <= r->max)
			return 0;
		cfg_error(cfg, "%s must be from %ld to %ld", r->name,
		    r->min, r->max);
		return -1;
	}
	return 0;
}

int
settings_name_ok(const char *name)
{
	size_t n = strlen(name);

	return n > 0 && n < sizeof(((struct proto_info *)0)->hub_name) &&
	    strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789.-/") == n;
}

static int
check_name(cfg_t *cfg, cfg_opt_t *opt)
{
	if (settings_name_ok(cfg_opt_getnstr(opt, 0)))
		return 0;
	cfg_error(cfg, "name has 1 to 63 characters of a-z 0-9 . - /");
	return -1;
}

int
settings_split(const char *text, char **host, char **port, struct err *e)
{
	const char *colon = strrchr(text, ':');
	size_t n = colon != NULL ? (size_t)(colon - text) : 0;
	char *end;

	if (n > 2 && text[0] == '[' && text[n - 1] == ']') {
		text++;
		n -= 2;
	} else if (n == 0 || memchr(text, ':', n) != NULL) {
		return err_set(e, ERR_INPUT, "an address is host:port, such "
		    "as 127.0.0.1:8443 or [::1]:8443");
	}
	if (colon[1] == '\0' || strlen(colon + 1) > 5 ||
	    strspn(colon + 1, "0123456789") != strlen(colon + 1) ||
	    strtol(colon + 1, NULL, 10) > PORT_MAX)
		return err_set(e, ERR_INPUT,
		    "a port is a number from 0 to 65535");
	end = mem_new(n + 1);
	memcpy(end, text, n);
	*host = end;
	*port = mem_dup(colon + 1);
	return 0;
}

static int
check_listen(cfg_t *cfg, cfg_opt_t *opt)
{
	char *host, *port;
	struct err e;

	if (settings_split(cfg_opt_getnstr(opt, 0), &host, &port, &e) != 0) {
		cfg_error(cfg, "listen: %s", e.text);
		return -1;
	}
	mem_free(host);
	mem_free(port);
	return 0;
}

/* Figures are for this machine: whoever may read them elsewhere goes through
 * something that asks who they are. */
static int
check_metrics(cfg_t *cfg, cfg_opt_t *opt)
{
	const char *text = cfg_opt_getnstr(opt, 0);
	char *host, *port;
	struct err e;
	int local;

	if (text[0] == '/')
		return 0;
	if (settings_split(text, &host, &port, &e) != 0) {
		cfg_error(cfg, "metrics: %s, or the path of a socket",
		    e.text);
		return -1;
	}
	local = strncmp(host, "127.", 4) == 0 || strcmp(host, "::1") == 0;
	mem_free(host);
	mem_free(port);
	if (local)
		return 0;
	cfg_error(cfg, "metrics: only an address of this machine (127.0.0.1, "
	    "::1) or the path of a socket");
	return -1;
}

/* ---- the file ---- */

static char *
path_in(const char *folder, const char *path)
{
	return path[0] == '/' ? mem_dup(path) : file_join(folder, path);
}

static char *
folder_of(const char *path)
{
	const char *slash = strrchr(path, '/');
	char *out;

	if (slash == NULL)
		return mem_dup(".");
	if (slash == path)
		return mem_dup("/");
	out = mem_dup(path);
	out[slash - path] = '\0';
	return out;
}

static int
num(cfg_t *cfg, const char *name)
{
	return (int)cfg_getint(cfg, name);
}

static int
copy_values(cfg_t *cfg, const char *path, const char *data,
    struct settings *s, struct err *e)
{
	const char *own = cfg_getstr(cfg, "data");

	if (data != NULL)
		s->data = mem_dup(data);
	else
		s->data = own != NULL ? mem_dup(own) : folder_of(path);
	if (cfg_getstr(cfg, "name") == NULL)
		return err_set(e, ERR_INPUT,
		    "%s: the option name is missing", path);
	s->name = mem_dup(cfg_getstr(cfg, "name"));
	s->tls_cert = path_in(s->data, cfg_getstr(cfg, "tls_cert"));
	s->tls_key = path_in(s->data, cfg_getstr(cfg, "tls_key"));
	if (cfg_getstr(cfg, "metrics") != NULL)
		s->metrics = mem_dup(cfg_getstr(cfg, "metrics"));
	s->max_connections = num(cfg, "max_connections");
	s->max_per_address = num(cfg, "max_connections_per_address");
	s->max_waiting = num(cfg, "max_waiting");
	s->address_burst = num(cfg, "address_burst");
	s->address_per_s = num(cfg, "address_per_second");
	s->slowest_bytes = (uint64_t)num(cfg, "slowest_kib") * KIB;
	s->head_s = num(cfg, "head_seconds");
	s->body_s = num(cfg, "body_seconds");
	s->answer_s = num(cfg, "answer_seconds");
	s->idle_s = num(cfg, "idle_seconds");
	s->rate_burst = num(cfg, "rate_burst");
	s->rate_per_s = num(cfg, "rate_per_second");
	s->push_bytes = (uint64_t)num(cfg, "push_kib") * KIB;
	s->day_bytes = (uint64_t)num(cfg, "day_mib") * MIB;
	s->free_bytes = (uint64_t)num(cfg, "keep_free_mib") * MIB;
	s->readers = num(cfg, "readers");
	s->protocol = num(cfg, "protocol");
	s->quiet = cfg_getbool(cfg, "quiet") != cfg_false;
	return settings_split(cfg_getstr(cfg, "listen"), &s->listen_host,
	    &s->listen_port, e);
}

static cfg_t *
make_parser(cfg_opt_t *opts)
{
	cfg_t *cfg = cfg_init(opts, CFGF_NONE);
	size_t i;

	cfg_set_error_function(cfg, report);
	for (i = 0; i < sizeof(ranges) / sizeof(ranges[0]); i++)
		cfg_set_validate_func(cfg, ranges[i].name, check_range);
	cfg_set_validate_func(cfg, "name", check_name);
	cfg_set_validate_func(cfg, "listen", check_listen);
	cfg_set_validate_func(cfg, "metrics", check_metrics);
	return cfg;
}

/* From # to the end of the line, outside quotes, becomes spaces. */
static void
blank_comments(struct buf *text)
{
	uint8_t quote = 0, c;
	bool comment = false;
	size_t i;

	for (i = 0; i < text->len; i++) {
		c = text->data[i];
		if (c == '\n')
			comment = false;
		else if (comment)
			text->data[i] = ' ';
		else if (quote != 0 && c == '\\')
			i++;
		else if (quote != 0)
			quote = c == quote ? 0 : quote;
		else if (c == '"' || c == '\'')
			quote = c;
		else if (c == '#') {
			comment = true;
			text->data[i] = ' ';
		}
	}
}

static int
parse(cfg_t *cfg, const char *path, struct err *e)
{
	struct buf text;
	int rc;

	buf_init(&text, FILE_BYTES);
	err_clear(e);
	if (file_read(path, &text, e) != 0) {
		buf_done(&text);
		return e->kind == ERR_ABSENT ? err_set(e, ERR_ABSENT,
		    "there is no %s; a hub is made with tugid init", path) :
		    -1;
	}
	blank_comments(&text);
	reporting = e;
	reporting_path = path;
	rc = cfg_parse_buf(cfg, buf_str(&text));
	reporting = NULL;
	buf_done(&text);
	if (rc == CFG_SUCCESS)
		return 0;
	return e->kind != ERR_NONE ? -1 :
	    err_set(e, ERR_INPUT, "%s cannot be understood", path);
}

int
settings_read(const char *path, const char *data, struct settings *s,
    struct err *e)
{
	cfg_opt_t opts[] = {
		CFG_STR("data", NULL, CFGF_NODEFAULT),
		CFG_STR("listen", "127.0.0.1:8443", CFGF_NONE),
		CFG_STR("name", NULL, CFGF_NODEFAULT),
		CFG_STR("tls_cert", "tls.crt", CFGF_NONE),
		CFG_STR("tls_key", "tls.key", CFGF_NONE),
		CFG_STR("metrics", NULL, CFGF_NODEFAULT),
		CFG_INT("max_connections", 128, CFGF_NONE),
		CFG_INT("max_connections_per_address", 64, CFGF_NONE),
		CFG_INT("max_waiting", 1024, CFGF_NONE),
		CFG_INT("address_burst", 400, CFGF_NONE),
		CFG_INT("address_per_second", 8, CFGF_NONE),
		CFG_INT("slowest_kib", 8, CFGF_NONE),
		CFG_INT("head_seconds", 10, CFGF_NONE),
		CFG_INT("body_seconds", 15, CFGF_NONE),
		CFG_INT("answer_seconds", 15, CFGF_NONE),
		CFG_INT("idle_seconds", 30, CFGF_NONE),
		CFG_INT("rate_burst", 600, CFGF_NONE),
		CFG_INT("rate_per_second", 2, CFGF_NONE),
		CFG_INT("push_kib", PROTO_REQUEST_BYTES_MAX / KIB, CFGF_NONE),
		CFG_INT("day_mib", 256, CFGF_NONE),
		CFG_INT("keep_free_mib", 512, CFGF_NONE),
		CFG_INT("readers", 4, CFGF_NONE),
		CFG_INT("protocol", PROTO_VERSION, CFGF_NONE),
		CFG_BOOL("quiet", cfg_false, CFGF_NONE),
		CFG_END()
	};
	cfg_t *cfg = make_parser(opts);
	int rc;

	memset(s, 0, sizeof(*s));
	rc = parse(cfg, path, e);
	if (rc == 0)
		rc = copy_values(cfg, path, data, s, e);
	cfg_free(cfg);
	if (rc != 0)
		settings_done(s);
	return rc;
}

void
settings_done(struct settings *s)
{
	mem_free(s->data);
	mem_free(s->listen_host);
	mem_free(s->listen_port);
	mem_free(s->name);
	mem_free(s->tls_cert);
	mem_free(s->tls_key);
	mem_free(s->metrics);
	memset(s, 0, sizeof(*s));
}
