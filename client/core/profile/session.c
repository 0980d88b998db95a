/*
 * A profile is a private folder with one file in it, store.tugi. Opening it
 * brings the schema up to date and reads what local/store holds; everything
 * else of the core takes the handle from here.
 */
#include "client/core/profile/session.h"

#include <stdlib.h>
#include <string.h>

#include "common/base/file.h"
#include "common/base/mem.h"
#include "common/db/migrate.h"
#include "common/wire/keys.h"
#include "client/core/local/blobs.h"
#include "client/core/local/ends.h"
#include "client/core/local/keyring.h"
#include "client/core/local/store.h"
#include "client/core/profile/policies.h"
#include "client/core/vault/arena.h"
#include "client/core/vault/vault.h"

#define STORE_FILE "store.tugi"
#define PASSPHRASE_MIN 8
#define KEY_NAME_BYTES (5 + 2 * 16 + 1) /* "tugi:", 32 digits, end mark */

struct session {
	struct store *store;
	char *profile;
	struct policies *policies;
	char language[4];
};

void
session_memory(void)
{
	arena_start();
}

void
session_options_default(const char *profile, struct session_options *o)
{
	memset(o, 0, sizeof(*o));
	o->profile = profile;
	o->tick = tick_system();
}

static struct vault_options
vault_options_of(const struct session_options *o)
{
	struct vault_options v = { .vfs = o->vfs, .move = o->move,
		.no_floor = o->cost_test, .anchored = true };

	return v;
}

/* The kernel knows the key of a profile by its place, not by its content. */
static void
key_name(const char *profile, char out[static KEY_NAME_BYTES])
{
	char *real = realpath(profile, NULL);
	struct hash h;
	char text[HASH_TEXT_BYTES];
	struct buf b;

	buf_init(&b, 1 << 16);
	buf_add_str(&b, real != NULL ? real : profile);
	keys_hash("tugi profile", buf_view(&b), &h);
	buf_done(&b);
	mem_free(real);
	hash_text(&h, text);
	memcpy(out, "tugi:", 5);
	memcpy(out + 5, text, KEY_NAME_BYTES - 6);
	out[KEY_NAME_BYTES - 1] = '\0';
}

int
session_start(const struct session_options *o, struct vault *v, struct session **out,
    struct err *e)
{
	struct session *s;
	struct store *store;

	if (migrate(vault_db(v), schema_client, e) != 0) {
		vault_close(v);
		return -1;
	}
	if (store_load(v, o->tick, &store, e) != 0)
		return -1;
	store->folder = o->profile != NULL ? mem_dup(o->profile) : NULL;
	s = mem_new(sizeof(*s));
	s->store = store;
	s->profile = mem_dup(o->profile);
	session_speak(s, "en");
	*out = s;
	return 0;
}

int
session_create(const struct session_options *o, struct view passphrase,
    struct session **out, struct err *e)
{
	struct vault_options vo = vault_options_of(o);
	struct vault_cost cost = { o->cost_passes, o->cost_bytes };
	struct vault *v;
	char *path;
	int rc = -1;

	if (keys_init() != 0)
		return err_set(e, ERR_LOCAL, "the cryptography library fails "
		    "its own test on this machine");
	if (passphrase.len < PASSPHRASE_MIN)
		return err_set(e, ERR_INPUT, "a passphrase has at least %d "
		    "characters; several words are best", PASSPHRASE_MIN);
	if (file_folder(o->profile, e) != 0)
		return -1;
	path = file_join(o->profile, STORE_FILE);
	if (vault_create(path, passphrase, &cost, &vo, &v, e) == 0)
		rc = session_start(o, v, out, e);
	mem_free(path);
	return rc;
}

static int
open_held(const struct session_options *o, const char *path,
    struct vault **v, struct err *e)
{
	struct vault_options vo = vault_options_of(o);
	struct vault_key *key = mem_secret_new(sizeof(*key));
	char name[KEY_NAME_BYTES];
	int rc;

	key_name(o->profile, name);
	rc = keyring_find(name, key->b, e);
	if (rc == 1)
		rc = vault_open_key(path, key, &vo, v, e);
	else if (rc == 0)
		rc = err_set(e, ERR_DENIED, "the profile is locked");
	mem_secret_free(key);
	return rc;
}

static int
check_there(const struct session_options *o, const char *path, struct err *e)
{
	if (keys_init() != 0)
		return err_set(e, ERR_LOCAL, "the cryptography library fails "
		    "its own test on this machine");
	return o->vfs != NULL || file_exists(path) ? 0 : err_set(e,
	    ERR_ABSENT, "there is no profile in %s yet", o->profile);
}

/* What no record names is bytes without a key: a failure may wait. */
static int
start_swept(const struct session_options *o, struct vault *v,
    struct session **out, struct err *e)
{
	struct err why;

	if (session_start(o, v, out, e) != 0)
		return -1;
	if (store_held((*out)->store, e) != 0) {
		session_close(*out);
		return -1;
	}
	(void)blobs_sweep((*out)->store, &why);
	return 0;
}

int
session_open(const struct session_options *o, struct view passphrase,
    struct session **out, struct err *e)
{
	struct vault_options vo = vault_options_of(o);
	char *path = file_join(o->profile, STORE_FILE);
	struct vault *v;
	int rc = check_there(o, path, e);

	if (rc == 0)
		rc = passphrase.data == NULL ? open_held(o, path, &v, e) :
		    vault_open_passphrase(path, passphrase, &vo, &v, e);
	mem_free(path);
	return rc == 0 ? start_swept(o, v, out, e) : -1;
}

int
session_open_otherwise(const struct session_options *o,
    const struct session_way *w, struct session **out, struct err *e)
{
	struct vault_options vo = vault_options_of(o);
	char *path = file_join(o->profile, STORE_FILE);
	struct vault *v;
	int rc = check_there(o, path, e);

	if (rc == 0)
		rc = w->escrow != NULL ?
		    vault_open_escrow(path, w->escrow, &vo, &v, e) :
		    vault_open_recovery(path, w->code, &vo, &v, e);
	mem_free(path);
	return rc == 0 ? start_swept(o, v, out, e) : -1;
}

bool
session_older(const struct session *s)
{
	return vault_older(s->store->vault);
}

char *
session_path(const struct session_options *o)
{
	return file_join(o->profile, STORE_FILE);
}

struct vault *
session_leave(struct session *s)
{
	struct vault *v = store_leave(s->store);

	policies_free(s->policies);
	mem_free(s->profile);
	mem_free(s);
	return v;
}

void
session_close(struct session *s)
{
	if (s == NULL)
		return;
	policies_free(s->policies);
	store_close(s->store);
	mem_free(s->profile);
	mem_free(s);
}

int
session_hold(struct session *s, int64_t seconds, struct err *e)
{
	char name[KEY_NAME_BYTES];

	key_name(s->profile, name);
	return keyring_put(name, vault_key(s->store->vault)->b, seconds, e);
}

int
session_forget(const struct session_options *o, struct err *e)
{
	char name[KEY_NAME_BYTES];

	key_name(o->profile, name);
	return keyring_forget(name, e);
}

struct store *
session_store(struct session *s)
{
	struct err e;

	/* Every call comes by here. If it fails, the loading of text says. */
	(void)ends_keep(s->store, &e);
	return s->store;
}

void
session_speak(struct session *s, const char *lang)
{
	if (strlen(lang) < sizeof(s->language))
		memcpy(s->language, lang, strlen(lang) + 1);
}

const char *
session_language(const struct session *s)
{
	return s->language;
}

struct policies **
session_policies(struct session *s)
{
	return &s->policies;
}
