/*
 * The hub's private keys at rest in a backup, and the recovery code that
 * opens them.
 */
#ifndef DAEMON_BACKUP_KEYS_H
#define DAEMON_BACKUP_KEYS_H

#include "common/base/buf.h"
#include "daemon/settings.h"

#define BACKUP_CODE_BYTES 40 /* 25 characters in groups, and the end mark */

/** backup_code_make(data, code, e): a new code; the folder keeps the half
 * that seals and not the code. Older backups open with the older code. */
int backup_code_make(const char *data, char code[static BACKUP_CODE_BYTES],
    struct err *e);

/** backup_seal_keys(s, out, e): log.key and the TLS keys, sealed. ERR_ABSENT
 * when the hub has no recovery code yet. */
int backup_seal_keys(const struct settings *s, struct buf *out,
    struct err *e);

/** backup_open_keys(sealed, code, s, e): write them where ${s} names them.
 * ERR_DENIED: another code. */
int backup_open_keys(struct view sealed, const char *code,
    const struct settings *s, struct err *e);

/** backup_take_keys(folder, s, e): the same from a folder of an old hub. */
int backup_take_keys(const char *folder, const struct settings *s,
    struct err *e);

#endif
