/*
 * tugid init. The database comes last: when it is there, all else is, and a
 * folder left half made is completed or cleared by hand, never overwritten.
 */
#include "daemon/datadir.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/base/file.h"
#include "common/base/mem.h"
#include "daemon/backup_keys.h"
#include "daemon/hub/hub.h"
#include "daemon/tls.h"

#define LOG_KEY "log.key"
#define KEY_HEAD "tugid-log-key-1 "
#define PEM_MAX 16384
#define CODE_GROUPS 5
#define CODE_GROUP 5
#define HOST_BYTES 256

char *
datadir_db(const char *folder)
{
	return file_join(folder, "hub.db");
}

char *
datadir_ledger(const char *folder)
{
	return file_join(folder, "ledger.git");
}

static int
write_in(const char *folder, const char *name, struct view data,
    struct err *e)
{
	char *path = file_join(folder, name);
	int rc = file_replace(path, data, 0600, e);

	mem_free(path);
	return rc;
}

/* ---- the log's key ---- */

int
datadir_key_make(const char *folder, const char *name, uint64_t log_id,
    struct err *e)
{
	struct sign_pub pub;
	struct sign_key *key = mem_secret_new(sizeof(*key));
	struct hash seed;
	struct buf text;
	char hex[HASH_TEXT_BYTES];
	int rc;

	keys_sign_make(&pub, key);
	memcpy(seed.b, key->b, sizeof(seed.b)); /* its first half */
	buf_init(&text, 256);
	buf_add_str(&text, KEY_HEAD);
	buf_add_str(&text, hash_text(&seed, hex));
	if (log_id != 0)
		buf_add_fmt(&text, " %016llx", (unsigned long long)log_id);
	buf_add_str(&text, "\n");
	rc = write_in(folder, name, buf_view(&text), e);
	buf_done(&text);
	mem_wipe(hex, sizeof(hex));
	mem_wipe(&seed, sizeof(seed));
	mem_secret_free(key);
	return rc;
}

/* "HEAD seed", and the id of its log after a space if it has one. */
static bool
parse_key(char *line, struct hash *seed, uint64_t *log_id)
{
	size_t head = strlen(KEY_HEAD);
	struct err e;
	char *more;

	line[strcspn(line, "\n")] = '\0';
	if (strncmp(line, KEY_HEAD, head) != 0)
		return false;
	more = strchr(line + head, ' ');
	if (more != NULL) {
		*more = '\0';
		*log_id = strtoull(more + 1, NULL, 16);
	}
	return hash_parse(line + head, seed, &e) == 0;
}

int
datadir_key_read(const char *folder, const char *name, struct sign_pub *pub,
    struct sign_key *key, uint64_t *log_id, struct err *e)
{
	char *path = file_join(folder, name);
	struct hash seed;
	struct buf text;
	int rc;

	*log_id = 0;
	buf_init(&text, 256);
	rc = file_read(path, &text, e);
	if (rc == 0) {
		buf_add(&text, "", 1);
		if (!parse_key((char *)text.data, &seed, log_id))
			rc = err_set(e, ERR_LOCAL,
			    "%s does not hold a log key", path);
		else
			keys_sign_from_seed(seed.b, pub, key);
	}
	mem_wipe(&seed, sizeof(seed));
	buf_done(&text);
	mem_free(path);
	return rc;
}

int
datadir_key(const char *folder, struct sign_pub *pub, struct sign_key *key,
    struct err *e)
{
	uint64_t log_id;

	return datadir_key_read(folder, LOG_KEY, pub, key, &log_id, e);
}

int
datadir_key_put(const char *folder, const char *name, struct err *e)
{
	char *from = file_join(folder, name), *to = file_join(folder, LOG_KEY);
	int rc = 0;

	if (rename(from, to) != 0)
		rc = err_set(e, ERR_LOCAL, "%s cannot be put in the place of "
		    "%s: %s", from, to, strerror(errno));
	mem_free(from);
	mem_free(to);
	return rc == 0 ? file_sync_folder(folder, e) : -1;
}

/* ---- TLS, settings, code ---- */

static int
make_tls(const char *folder, const char *host, const char *name,
    struct hash *pin, struct err *e)
{
	struct buf key, cert;
	int rc = -1;

	buf_init(&key, PEM_MAX);
	buf_init(&cert, PEM_MAX);
	if (tls_make(host, name, &key, &cert, e) == 0 &&
	    tls_pin(buf_view(&cert), pin, e) == 0 &&
	    write_in(folder, "tls.key", buf_view(&key), e) == 0 &&
	    write_in(folder, "tls.crt", buf_view(&cert), e) == 0)
		rc = 0;
	buf_done(&key);
	buf_done(&cert);
	return rc;
}

int
datadir_renew(const struct settings *s, struct err *e)
{
	struct buf key, cert;
	int rc;

	buf_init(&key, PEM_MAX);
	buf_init(&cert, PEM_MAX);
	rc = file_read(s->tls_key, &key, e);
	if (rc == 0)
		rc = tls_renew(s->listen_host, s->name, buf_view(&key), &cert,
		    e);
	if (rc == 0)
		rc = file_replace(s->tls_cert, buf_view(&cert), 0600, e);
	buf_done(&key);
	buf_done(&cert);
	return rc;
}

int
datadir_pin(const struct settings *s, struct hash *pin, struct err *e)
{
	struct buf cert;
	int rc;

	buf_init(&cert, PEM_MAX);
	rc = file_read(s->tls_cert, &cert, e);
	if (rc == 0)
		rc = tls_pin(buf_view(&cert), pin, e);
	buf_done(&cert);
	return rc;
}

static int
make_settings(const char *folder, const char *listen, const char *name,
    struct err *e)
{
	struct buf text;
	int rc;

	buf_init(&text, 4096);
	buf_add_fmt(&text, "# The hub's settings; see tugid.conf(5).\n"
	    "# tugid check-config tells whether it is good.\n\n"
	    "# The name stands in the signed log and cannot change.\n"
	    "name = \"%s\"\n"
	    "listen = \"%s\"\n"
	    "tls_cert = \"tls.crt\"\n"
	    "tls_key = \"tls.key\"\n", name, listen);
	rc = buf_check(&text, "the settings", e);
	if (rc == 0)
		rc = write_in(folder, SETTINGS_FILE, buf_view(&text), e);
	buf_done(&text);
	return rc;
}

/* 125 random bits in Crockford's base 32, which has no I, L, O, U. */
void
datadir_code(char out[static 40])
{
	static const char digits[] = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
	struct id r[2];
	const uint8_t *p = r[0].b;
	size_t i, n = 0;

	id_random(&r[0]);
	id_random(&r[1]);
	for (i = 0; i < CODE_GROUPS * CODE_GROUP; i++) {
		if (i > 0 && i % CODE_GROUP == 0)
			out[n++] = '-';
		out[n++] = digits[p[i] & 31];
	}
	out[n] = '\0';
	mem_wipe(r, sizeof(r));
}

/* A name that other machines can look up, not a mere label. */
static int
is_host(const char *name)
{
	return strchr(name, '.') != NULL && strchr(name, '/') == NULL;
}

/* Where clients reach it: the name, unless it listens on this machine only or
 * the name is none of a machine; then the address, or what this machine is
 * called if it listens on all of them. */
static void
make_url(const char *host, const char *port, const char *name,
    char out[static 300])
{
	int local = strcmp(host, "localhost") == 0 ||
	    strncmp(host, "127.", 4) == 0 || strcmp(host, "::1") == 0;
	int every = strcmp(host, "0.0.0.0") == 0 || strcmp(host, "::") == 0 ||
	    strcmp(host, "*") == 0;
	char machine[HOST_BYTES] = "";
	int v6;

	if (!local && is_host(name))
		host = name;
	else if (every && gethostname(machine, sizeof(machine) - 1) == 0)
		host = machine;
	v6 = strchr(host, ':') != NULL;
	snprintf(out, 300, "https://%s%s%s:%s", v6 ? "[" : "", host,
	    v6 ? "]" : "", port);
}

void
datadir_url(const struct settings *s, char out[static 300])
{
	make_url(s->listen_host, s->listen_port, s->name, out);
}

/* ---- all together ---- */

int
datadir_refuse_second(const char *folder, struct err *e)
{
	static const char *const files[] = { "hub.db", "log.key", "tls.key",
		SETTINGS_FILE };
	size_t i;

	for (i = 0; i < sizeof(files) / sizeof(files[0]); i++) {
		char *path = file_join(folder, files[i]);
		int there = file_exists(path);

		mem_free(path);
		if (there)
			return err_set(e, ERR_CLASH, "%s holds a hub, or a "
			    "part of one, already (%s); nothing was changed",
			    folder, files[i]);
	}
	return 0;
}

static int
make_parts(const char *folder, const char *listen, const char *host,
    const char *name, struct datadir_made *out, struct err *e)
{
	char *db = datadir_db(folder);
	int rc = -1;

	datadir_code(out->code);
	if (file_folder(folder, e) == 0 && datadir_refuse_second(folder, e) == 0 &&
	    datadir_key_make(folder, LOG_KEY, 0, e) == 0 &&
	    make_tls(folder, host, name, &out->pin, e) == 0 &&
	    make_settings(folder, listen, name, e) == 0 &&
	    backup_code_make(folder, out->recovery, e) == 0 &&
	    hub_make(db, name, out->code, tick_system(), e) == 0)
		rc = file_sync_folder(folder, e);
	mem_free(db);
	return rc;
}

int
datadir_make(const char *folder, const char *listen, const char *name,
    struct datadir_made *out, struct err *e)
{
	char *host = NULL, *port = NULL;
	int rc;

	memset(out, 0, sizeof(*out));
	if (!settings_name_ok(name))
		return err_set(e, ERR_INPUT, "a hub's name has 1 to 63 "
		    "characters of a-z 0-9 . - /, such as hub.example");
	if (settings_split(listen, &host, &port, e) != 0)
		return -1;
	make_url(host, port, name, out->url);
	rc = make_parts(folder, listen, host, name, out, e);
	mem_free(host);
	mem_free(port);
	return rc;
}
