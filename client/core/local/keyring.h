/*
 * The store's key, left for a while with the kernel (libkeyutils), so that a
 * command need not ask for the passphrase each time. It sits in the user
 * keyring of this account, unreadable by others, and is gone when the time is
 * up, when it is forgotten, or at a restart.
 */
#ifndef LOCAL_KEYRING_H
#define LOCAL_KEYRING_H

#include <stddef.h>
#include <stdint.h>

#include "common/base/err.h"

#define KEYRING_KEY_BYTES 32
#define KEYRING_SECONDS_MAX (24 * 60 * 60)

/** keyring_put(name, key, seconds, e): keep or renew. ERR_LOCAL when the
 * kernel refuses: the passphrase is then asked for each time. */
int keyring_put(const char *name, const uint8_t key[static KEYRING_KEY_BYTES],
    int64_t seconds, struct err *e);

/** keyring_find(name, key, e): 1 found, 0 none or run out, -1. */
int keyring_find(const char *name, uint8_t key[static KEYRING_KEY_BYTES],
    struct err *e);

/** keyring_forget(name, e): at once; none there is fine. */
int keyring_forget(const char *name, struct err *e);

#endif
