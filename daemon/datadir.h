/*
 * The hub's data folder: what lies in it, and making it.
 *
 *   tugid.conf  settings           log.key  seed of the log's signing key
 *   hub.db      the database       tls.key, tls.crt; tls-next.key, tls.pins
 *   ledger.git  the signed log as a git repository
 *   backup.pub  seals the keys in backups; backup.last, the last one
 *   port        the port in use, while the hub runs
 *   lock        held by the one that serves
 */
#ifndef DAEMON_DATADIR_H
#define DAEMON_DATADIR_H

#include "common/wire/keys.h"
#include "daemon/settings.h"

struct datadir_made { /* what the operator is told */
	char url[300];
	struct hash pin;
	char code[40];
	char recovery[40]; /* opens the keys in a backup */
};

/** datadir_code(out): 125 random bits, in five groups of five characters. */
void datadir_code(char out[static 40]);

/** datadir_refuse_second(folder, e): ERR_CLASH when a hub, or a part of one,
 * is there. */
int datadir_refuse_second(const char *folder, struct err *e);

/** datadir_url(s, out): where clients reach it. */
void datadir_url(const struct settings *s, char out[static 300]);

/** datadir_make(folder, listen, name, out, e): everything a hub needs.
 * ERR_CLASH when there is one already. */
int datadir_make(const char *folder, const char *listen, const char *name,
    struct datadir_made *out, struct err *e);

/** datadir_key(folder, pub, key, e): the log's signing key. */
int datadir_key(const char *folder, struct sign_pub *pub,
    struct sign_key *key, struct err *e);

/** datadir_key_make(folder, name, log_id, e): a key in a file of its own, for
 * a log of that id if it is not 0. datadir_key_read: it again. datadir_key_put:
 * the file becomes the log's key, and the one before is gone. */
int datadir_key_make(const char *folder, const char *name, uint64_t log_id,
    struct err *e);
int datadir_key_read(const char *folder, const char *name,
    struct sign_pub *pub, struct sign_key *key, uint64_t *log_id,
    struct err *e);
int datadir_key_put(const char *folder, const char *name, struct err *e);

/** datadir_db(folder): path of the database, freed by mem_free. */
char *datadir_db(const char *folder);

/** datadir_ledger(folder): path of the ledger, freed by mem_free. */
char *datadir_ledger(const char *folder);

/** datadir_renew(s, e): a new certificate for the key that is there. */
int datadir_renew(const struct settings *s, struct err *e);

/** datadir_pin(s, pin, e): of the certificate that ${s} names. */
int datadir_pin(const struct settings *s, struct hash *pin, struct err *e);

#endif
