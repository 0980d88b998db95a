/*
 * Backups of a hub, made while it runs, verified at once, and restored.
 *
 * One file: a copy of the database, and beside its tables the settings, the
 * certificate, and the private keys sealed to the recovery code that is on
 * the hub's recovery sheet. So who finds a backup can read what the hub could
 * (which devices share a space, how much, when; never a text), and cannot
 * pretend to be it. Beside it, FILE.sha256 for sha256sum -c.
 */
#ifndef DAEMON_BACKUP_H
#define DAEMON_BACKUP_H

#include "daemon/hub/check.h"
#include "daemon/settings.h"

#define BACKUP_PATH_BYTES 1024

struct backup_last { /* as noted in the data folder */
	int64_t at_ms;
	uint64_t bytes, items;
	char path[BACKUP_PATH_BYTES];
};

/** backup_last(data, out, e): 1, 0 none yet, -1. */
int backup_last(const char *data, struct backup_last *out, struct err *e);

/** backup_make(s, conf, to, out, checked, e): ${to} is a folder or a new
 * file, ${conf} the settings' path. Verified when it returns, and noted. */
int backup_make(const struct settings *s, const char *conf, const char *to,
    struct backup_last *out, struct hub_checked *checked, struct err *e);

/** backup_prune(s, folder, days, n, e): remove this hub's backups in
 * ${folder} that are older; ${n}: how many. The newest stays. */
int backup_prune(const struct settings *s, const char *folder, int days,
    size_t *n, struct err *e);

struct backup_info {
	struct hub_checked hub;
	int64_t made_ms;
	bool digest; /* FILE.sha256 is there, and right */
};

/** backup_verify(path, out, e): all that can be known without the code. */
int backup_verify(const char *path, struct backup_info *out, struct err *e);

struct backup_restore {
	const char *from, *data;   /* the file; the folder, new or empty */
	const char *code;          /* of the recovery sheet; or NULL and */
	const char *keys;          /* a folder with the hub's keys */
	bool same_log;             /* nothing was accepted since */
};

/** backup_restore(in, out, e): a hub in a new folder. Nothing is there under
 * the database's name until all of it is. */
int backup_restore(const struct backup_restore *in, struct backup_info *out,
    struct err *e);

#endif
