/*
 * Three calls to the kernel's keyring; the only includer of keyutils.h.
 *
 * The user keyring is shared by all sessions of the account. A key in it is
 * not possessed by a session that does not link it, so the key itself says
 * that its owner may read, find and remove it.
 */
#include "client/core/local/keyring.h"

#include <errno.h>
#include <keyutils.h>
#include <stdbool.h>
#include <string.h>

#include "common/base/mem.h"
#include "common/base/text.h"

#define KEY_TYPE "user"
#define KEY_RIGHTS (KEY_POS_ALL | KEY_USR_VIEW | KEY_USR_READ | \
	KEY_USR_WRITE | KEY_USR_SEARCH | KEY_USR_SETATTR)

static int
refused(const char *what, struct err *e)
{
	int code = errno;

	err_set(e, ERR_LOCAL, "the kernel does not %s the key for later "
	    "commands (%s); the passphrase is asked for each time", _(what),
	    err_system(code));
	e->code = code;
	return -1;
}

static bool
is_gone(int code)
{
	return code == ENOKEY || code == EKEYEXPIRED || code == EKEYREVOKED;
}

int
keyring_put(const char *name, const uint8_t key[static KEYRING_KEY_BYTES],
    int64_t seconds, struct err *e)
{
	key_serial_t id;

	if (seconds < 1 || seconds > KEYRING_SECONDS_MAX)
		return err_set(e, ERR_INPUT,
		    "the key can be kept for 1 to %d seconds",
		    KEYRING_SECONDS_MAX);
	/* In the own process's keyring first: rights and time are set before
	 * anything else can see it. */
	id = add_key(KEY_TYPE, name, key, KEYRING_KEY_BYTES,
	    KEY_SPEC_PROCESS_KEYRING);
	if (id < 0)
		return refused("keep", e);
	if (keyctl_setperm(id, KEY_RIGHTS) != 0 ||
	    keyctl_set_timeout(id, (unsigned)seconds) != 0 ||
	    keyctl_link(id, KEY_SPEC_USER_KEYRING) != 0) {
		refused("keep", e);
		keyctl_revoke(id);
		return -1;
	}
	keyctl_unlink(id, KEY_SPEC_PROCESS_KEYRING);
	return 0;
}

int
keyring_find(const char *name, uint8_t key[static KEYRING_KEY_BYTES],
    struct err *e)
{
	uint8_t *got;
	long id, n;
	int rc = 0;

	id = keyctl_search(KEY_SPEC_USER_KEYRING, KEY_TYPE, name, 0);
	if (id < 0)
		return is_gone(errno) ? 0 : refused(N_("give back"), e);
	got = mem_secret_new(KEYRING_KEY_BYTES);
	n = keyctl_read((key_serial_t)id, (char *)got, KEYRING_KEY_BYTES);
	if (n == KEYRING_KEY_BYTES) {
		memcpy(key, got, KEYRING_KEY_BYTES);
		rc = 1;
	} else if (n < 0 && !is_gone(errno)) {
		rc = refused(N_("give back"), e);
	}
	mem_secret_free(got);
	return rc;
}

int
keyring_forget(const char *name, struct err *e)
{
	long id = keyctl_search(KEY_SPEC_USER_KEYRING, KEY_TYPE, name, 0);

	if (id < 0)
		return is_gone(errno) ? 0 : refused("forget", e);
	/* Revoked at once also for whoever has it linked elsewhere. */
	if (keyctl_revoke((key_serial_t)id) != 0 && !is_gone(errno))
		return refused("forget", e);
	keyctl_unlink((key_serial_t)id, KEY_SPEC_USER_KEYRING);
	return 0;
}
