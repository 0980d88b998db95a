/*
 * The profile's file as a whole. What is secret is typed by the person and
 * goes down to the vault as it is; nothing of it is kept here.
 */
#include "client/core/profile/keep.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "client/core/local/blobs.h"
#include "client/core/local/restored.h"
#include "client/core/local/store.h"
#include "client/core/vault/arena.h"
#include "client/core/vault/vault.h"
#include "common/base/file.h"
#include "common/base/mem.h"

#define PASSPHRASE_MIN 8
#define BACK_FILE "store.back" /* one that is being brought back */
#define CODE_LETTERS 30
#define CODE_GROUP 6

static struct vault_options
options_of(const struct session_options *o)
{
	struct vault_options v = { .vfs = o->vfs, .move = o->move,
		.no_floor = o->cost_test };

	return v;
}

int
keep_state(struct session *session, struct keep_state *out, struct err *e)
{
	struct store *s = session_store(session);

	memset(out, 0, sizeof(*out));
	out->locked = arena_state().locked;
	out->older = vault_older(s->vault);
	out->code = vault_slot_count(s->vault, VAULT_RECOVERY) > 0;
	out->office = vault_slot_count(s->vault, VAULT_ESCROW) > 0;
	return db_one_int(s->db, "SELECT page_count * page_size FROM "
	    "pragma_page_count, pragma_page_size", &out->bytes, e) < 0 ?
	    -1 : 0;
}

/* ---- ways of opening ---- */

size_t
keep_plain_code(const char *text, char out[static KEEP_CODE_BYTES])
{
	size_t n = 0;

	for (; *text != '\0' && n + 1 < KEEP_CODE_BYTES; text++) {
		char c = *text;

		if (c == '-' || c == ' ' || c == '\t')
			continue;
		out[n++] = c >= 'a' && c <= 'z' ? (char)(c - 'a' + 'A') : c;
	}
	out[n] = '\0';
	return n;
}

int
keep_renew(struct session *session, const struct session_options *o,
    const struct keep_ways *w, struct err *e)
{
	struct store *s = session_store(session);
	struct vault_ways ways = { .passphrase = w->passphrase,
		.cost = { o->cost_passes, o->cost_bytes } };
	struct err why;
	uint8_t office[32];
	char *plain;
	int rc;

	if (w->passphrase.len < PASSPHRASE_MIN) {
		session_close(session);
		return err_set(e, ERR_INPUT, "a passphrase has at least %d "
		    "characters; several words are best", PASSPHRASE_MIN);
	}
	plain = mem_secret_new(KEEP_CODE_BYTES);
	if (w->code != NULL)
		ways.recovery = view_of(plain, keep_plain_code(w->code, plain));
	memcpy(office, s->roster.genesis.recovery.b, sizeof(office));
	if (s->stage == STORE_MEMBER || s->stage == STORE_REVOKED)
		ways.escrow = office;
	rc = vault_renew(session_leave(session), &ways, e);
	mem_secret_free(plain);
	if (rc != 0 && e->code == VAULT_UNSURE) /* what is held opens nothing */
		(void)session_forget(o, &why);
	return rc == 0 ? session_forget(o, e) : -1;
}

void
keep_code(char out[static KEEP_CODE_BYTES])
{
	static const char letters[] = "23456789ABCDEFGHJKMNPQRSTUVWXYZ";
	size_t i, at = 0, have = 0;
	struct id r;

	for (i = 0; i < CODE_LETTERS;) {
		if (have == 0) {
			id_random(&r);
			have = sizeof(r.b);
		}
		/* 31 letters: what does not divide evenly is drawn again. */
		if (r.b[--have] >= 8 * (sizeof(letters) - 1))
			continue;
		if (i > 0 && i % CODE_GROUP == 0)
			out[at++] = '-';
		out[at++] = letters[r.b[have] % (sizeof(letters) - 1)];
		i++;
	}
	out[at] = '\0';
	mem_wipe(&r, sizeof(r));
}

int
keep_code_add(struct session *session, const struct session_options *o,
    const char *code, struct err *e)
{
	struct store *s = session_store(session);
	struct vault_cost cost = { o->cost_passes, o->cost_bytes };
	char *plain;
	struct view w;
	int rc;

	if (vault_slot_count(s->vault, VAULT_RECOVERY) > 0)
		return err_set(e, ERR_CLASH, "there is a recovery code; a new "
		    "one ends it, and that needs your passphrase");
	plain = mem_secret_new(KEEP_CODE_BYTES);
	w = view_of(plain, keep_plain_code(code, plain));
	rc = vault_slot_add_recovery(s->vault, w, &cost, e);
	mem_secret_free(plain);
	return rc;
}

int
keep_open_code(const struct session_options *o, const char *text,
    struct session **out, struct err *e)
{
	char *plain = mem_secret_new(KEEP_CODE_BYTES);
	struct session_way w = { .escrow = NULL };
	int rc;

	w.code = view_of(plain, keep_plain_code(text, plain));
	rc = w.code.len == CODE_LETTERS ?
	    session_open_otherwise(o, &w, out, e) : err_set(e, ERR_INPUT,
	    "a recovery code has %d letters and digits in groups of %d",
	    CODE_LETTERS, CODE_GROUP);
	mem_secret_free(plain);
	return rc;
}

int
keep_office(struct session *session, bool *done, struct err *e)
{
	struct store *s = session_store(session);

	*done = false;
	if (s->stage != STORE_MEMBER ||
	    vault_slot_count(s->vault, VAULT_ESCROW) > 0)
		return 0;
	if (vault_slot_add_escrow(s->vault, s->roster.genesis.recovery.b, e) !=
	    0)
		return -1;
	*done = true;
	return 0;
}

/* ---- copies ---- */

static char *
files_of(const char *path)
{
	size_t n = strlen(path) + sizeof(KEEP_FILES);
	char *files = mem_new(n);

	snprintf(files, n, "%s" KEEP_FILES, path);
	return files;
}

/* The files first: a copy of the store never names what is not there yet. What
 * an earlier copy of this name had and records no longer name goes last. */
int
keep_backup(struct session *session, const char *path, size_t *n,
    struct err *e)
{
	struct store *s = session_store(session);
	char *files = files_of(path);
	int rc = 0;

	*n = 0;
	if (!file_exists(path)) { /* else the vault refuses it */
		rc = blobs_copy(s, files, n, e);
		if (rc != 0)
			err_add(e, "no backup was made");
	}
	if (rc == 0)
		rc = vault_backup(s->vault, path, e);
	if (rc == 0)
		rc = blobs_sweep_copy(s, files, e);
	else if (!file_exists(path)) /* the room they take is needed */
		blobs_drop_copy(files);
	mem_free(files);
	return rc;
}

/* Altered from outside is another thing than a disk that gave up. */
static int
verdict(struct err *e)
{
	if (e->code == VAULT_ALTERED || e->code == VAULT_OLDER)
		e->kind = ERR_PEER;
	return -1;
}

static int
verify_files(const struct session_options *o, const char *path, struct err *e)
{
	char *files = path != NULL ? files_of(path) :
	    file_join(o->profile, BLOBS_FOLDER);
	int rc = blobs_check_all(files, e);

	mem_free(files);
	return rc;
}

/* As the hub has told at a sync; of the profile alone, a copy is a copy. */
static int
check_known(struct vault *v, bool *older, struct err *e)
{
	int64_t n = 0;

	if (db_one_int(vault_db(v), "SELECT EXISTS (SELECT 1 FROM meta WHERE "
	    "key = '" STORE_OLDER "')", &n, e) < 0)
		return -1;
	*older = n != 0;
	return 0;
}

static int
say_older(const char *path, struct err *e)
{
	err_set(e, ERR_LOCAL, "the store %s is sound, but older than what the "
	    "hub has been told of it", path);
	e->code = VAULT_OLDER;
	return -1;
}

int
keep_verify(const struct session_options *o, const char *path,
    struct view passphrase, bool full, struct err *e)
{
	struct vault_options vo = options_of(o);
	char *own = session_path(o);
	struct vault_key *key = mem_secret_new(sizeof(*key));
	const char *at = path != NULL ? path : own;
	struct vault *v;
	bool older = false;
	int rc = o->vfs != NULL || file_exists(at) ? 0 :
	    err_set(e, ERR_ABSENT, "there is no file %s", at);

	if (rc == 0)
		rc = vault_open_passphrase(at, passphrase, &vo, &v, e);
	if (rc == 0) {
		*key = *vault_key(v);
		if (path == NULL)
			rc = check_known(v, &older, e);
		vault_close(v);
		vo.anchored = path == NULL; /* a copy has none */
	}
	if (rc == 0)
		rc = vault_verify(at, key, &vo, full, e);
	if (rc == 0 && older)
		rc = say_older(at, e);
	if (rc == 0 && full)
		rc = verify_files(o, path, e);
	mem_secret_free(key);
	mem_free(own);
	return rc == 0 ? 0 : verdict(e);
}

/* What was brought back is a copy, and says so from its first moment. Its
 * attachments come with it. */
static int
mark(const struct session_options *o, const char *path,
    const struct vault_key *key, const char *files, struct err *e)
{
	struct vault_options vo = options_of(o);
	struct session *session;
	struct store *s;
	struct vault *v;
	int rc;

	if (vault_open_key(path, key, &vo, &v, e) != 0 ||
	    session_start(o, v, &session, e) != 0)
		return -1;
	s = session_store(session);
	rc = db_begin(s->db, e);
	if (rc == 0 && (restored_mark_tx(s, e) != 0 ||
	    db_commit(s->db, e) != 0)) {
		db_rollback(s->db);
		rc = -1;
	}
	if (rc == 0)
		rc = blobs_copy_back(s, files, e);
	session_close(session);
	return rc;
}

struct back { /* where from, and where to */
	const char *path, *own;
};

/* Under another name until it is whole and marked. */
static int
bring_back(const struct session_options *o, struct vault *v,
    const struct back *b, struct err *e)
{
	struct vault_options vo = options_of(o);
	char *tmp = file_join(o->profile, BACK_FILE);
	char *files = files_of(b->path);
	int rc;

	vault_sweep(&vo, tmp);
	rc = vault_backup(v, tmp, e);
	if (rc == 0)
		rc = mark(o, tmp, vault_key(v), files, e);
	if (rc == 0)
		rc = vault_rename(&vo, tmp, b->own, e);
	mem_free(files);
	mem_free(tmp);
	return rc;
}

/* The files of a profile are that one's: some may never have been sent. */
static bool
is_taken(const struct session_options *o, const char *own)
{
	char *files = file_join(o->profile, BLOBS_FOLDER);
	bool taken = o->vfs == NULL && file_exists(own);

	taken = taken || blobs_any(files);
	mem_free(files);
	return taken;
}

int
keep_restore(const struct session_options *o, const char *path,
    struct view passphrase, struct err *e)
{
	struct vault_options vo = options_of(o);
	struct back b = { path, NULL };
	struct vault *v;
	char *own;
	int rc;

	if (keep_verify(o, path, passphrase, true, e) != 0 ||
	    file_folder(o->profile, e) != 0)
		return -1;
	own = session_path(o);
	b.own = own;
	if (is_taken(o, own))
		rc = err_set(e, ERR_CLASH, "there is a profile in %s; move it "
		    "away first, nothing of it is overwritten", o->profile);
	else
		rc = vault_open_passphrase(path, passphrase, &vo, &v, e);
	if (rc == 0) {
		rc = bring_back(o, v, &b, e);
		vault_close(v);
	}
	mem_free(own);
	return rc;
}

/* ---- the drill ---- */

#define DRILL_FOLDER "drill"

struct drill_files {
	const char *folder;
	size_t n;
};

static int
drill_take_away(void *ctx, const char *name, struct err *e)
{
	struct drill_files *d = ctx;
	char *path = file_join(d->folder, name);
	int rc = unlink(path) == 0 ? 0 : err_set(e, ERR_LOCAL, "%s: %s", path,
	    err_system(errno));

	mem_free(path);
	d->n++;
	return rc;
}

/* Sealed like a backup: what a cut leaves here tells nothing, and goes with
 * the next drill. ${files}: how many attachments there were. */
static int
drill_clear(const struct session_options *o, size_t *files, struct err *e)
{
	struct vault_options vo = options_of(o);
	char *own = session_path(o);
	char *folder = file_join(o->profile, BLOBS_FOLDER);
	struct drill_files d = { folder, 0 };
	int rc = file_each(folder, drill_take_away, &d, e);

	vault_sweep(&vo, own);
	rmdir(folder);
	rmdir(o->profile);
	*files = d.n;
	mem_free(folder);
	mem_free(own);
	return rc;
}

/* Opened by the passphrase, from nothing, as on the day it is needed. */
static int
drill_look(const struct session_options *o, struct view passphrase,
    struct keep_drill *out, struct err *e)
{
	struct session *session;
	int rc = session_open(o, passphrase, &session, e);

	if (rc != 0)
		return -1;
	rc = db_one_int(session_store(session)->db,
	    "SELECT count(*) FROM record", &out->records, e);
	session_close(session);
	return rc < 0 ? -1 : 0;
}

int
keep_drill(const struct session_options *o, const char *path,
    struct view passphrase, struct keep_drill *out, struct err *e)
{
	struct session_options there = *o;
	char *folder = file_join(o->profile, DRILL_FOLDER);
	struct err why;
	size_t before;
	int rc = file_folder(o->profile, e);

	memset(out, 0, sizeof(*out));
	there.profile = folder;
	if (rc == 0)
		rc = drill_clear(&there, &before, e);
	if (rc == 0)
		rc = keep_restore(&there, path, passphrase, e);
	if (rc == 0)
		rc = drill_look(&there, passphrase, out, e);
	if (drill_clear(&there, &out->files, rc == 0 ? e : &why) != 0)
		rc = -1;
	mem_free(folder);
	return rc;
}
