/*
 * The database changes in one transaction; then log-next.key becomes log.key
 * and the word on the TLS keys is signed anew. Cut short between, the hub does
 * not start, and the command finds by the database that the files are what is
 * left to do.
 */
#include "daemon/logkey.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "common/base/file.h"
#include "common/base/mem.h"
#include "common/base/tick.h"
#include "daemon/datadir.h"
#include "daemon/hub/rekey.h"
#include "daemon/ledger/ledger.h"
#include "daemon/serve.h"
#include "daemon/tlskeys.h"

#define NEXT "log-next.key"

/* ---- the wish ---- */

static int
make_next(const struct settings *s, struct err *e)
{
	struct id random;
	uint64_t log_id;

	id_random(&random);
	memcpy(&log_id, random.b, sizeof(log_id));
	return datadir_key_make(s->data, NEXT, log_id, e);
}

static int
read_next(const struct settings *s, struct hubkey *out, struct sign_key *key,
    struct err *e)
{
	memset(out, 0, sizeof(*out));
	return datadir_key_read(s->data, NEXT, &out->key, key, &out->log_id,
	    e);
}

int
logkey_wish(const struct settings *s, struct hubkey *out, struct err *e)
{
	struct sign_key *key = mem_secret_new(sizeof(*key));
	int rc = read_next(s, out, key, e);

	if (rc != 0 && e->kind == ERR_ABSENT)
		rc = make_next(s, e) == 0 ? read_next(s, out, key, e) : -1;
	mem_secret_free(key);
	return rc;
}

/* ---- the change ---- */

/* The former key's commits cannot be made again: all of them first. */
static int
finish_ledger(const struct ledger_options *o, struct err *e)
{
	struct ledger *l;
	int rc = ledger_open(o, &l, e);

	if (rc != 0)
		return -1;
	while ((rc = ledger_follow(l, e)) == 1)
		;
	ledger_close(l);
	return rc;
}

static void
tell(enum ledger_tell what, const char *words)
{
	(void)what;
	fprintf(stderr, "tugid: %s\n", words);
}

static int
change_tx(struct hubdb *db, const struct ledger_options *o,
    const struct rekey *in, struct err *e)
{
	struct hubdb_log log;
	int rc = hubdb_begin(db, e);

	if (rc != 0)
		return -1;
	rc = hubdb_log_find(db, &log, e) == 1 ? rekey_tx(db, in, e) : -1;
	if (rc == 0)
		rc = ledger_keep_tx(o, db, log.at.log_id, e);
	if (rc == 0)
		rc = hubdb_commit(db, e);
	if (rc != 0)
		hubdb_rollback(db);
	return rc;
}

/* 1: the database goes on with that key already. */
static int
is_changed(struct hubdb *db, const struct sign_pub *key, struct err *e)
{
	struct sign_pub now;

	memset(&now, 0, sizeof(now));
	if (hubdb_key_for(db, UINT64_MAX, &now, e) != 0)
		return -1;
	return memcmp(&now, key, sizeof(now)) == 0;
}

static int
change(const struct settings *s, const struct rekey *in,
    struct ledger_options *o, struct err *e)
{
	struct hubdb *db;
	int rc;

	if (hubdb_open(o->db, false, &db, e) != 0)
		return -1;
	rc = is_changed(db, &in->paper.key, e);
	if (rc == 0 && in->before != NULL && finish_ledger(o, e) != 0)
		rc = -1;
	if (rc == 0)
		rc = change_tx(db, o, in, e) == 0 ? 1 : -1;
	hubdb_close(db);
	if (rc == 1)
		rc = datadir_key_put(s->data, NEXT, e) == 0 ? 1 : -1;
	return rc == 1 ? tlskeys_sign(s, e) : -1;
}

/* 1, or 0 when it is lost. */
static int
read_before(const struct settings *s, int lost, struct sign_pub *pub,
    struct sign_key *key, struct err *e)
{
	int rc = datadir_key(s->data, pub, key, e);

	if (rc == 0)
		return 1;
	if (e->kind != ERR_ABSENT)
		return -1;
	return lost ? 0 : err_set(e, ERR_ABSENT, "log.key is not in %s; if "
	    "it is gone for good, say --lost: two officers then have to order "
	    "it, the root alone will not do", s->data);
}

int
logkey_change(const struct settings *s, const char *line, int lost,
    struct err *e)
{
	struct tick tick = tick_system();
	struct sign_key *key = mem_secret_new(sizeof(*key));
	struct ledger_options o = { .tell = tell };
	char *repo = datadir_ledger(s->data), *db = datadir_db(s->data);
	struct rekey in = { .key = key, .at_ms = tick_wall_ms(&tick) };
	struct hubkey next;
	int lock = serve_lock(s->data, e), rc = -1;

	o.repo = repo;
	o.db = db;
	if (lock < 0 || read_next(s, &next, key, e) != 0 ||
	    hubkey_read(line, true, &in.paper, e) != 0)
		goto out;
	if (next.log_id != in.paper.log_id || memcmp(&next.key,
	    &in.paper.key, sizeof(next.key)) != 0) {
		err_set(e, ERR_INPUT, "this line is for another key than the "
		    "one in %s", NEXT);
		goto out;
	}
	rc = read_before(s, lost, &o.pub, &o.key, e);
	in.before = rc == 1 ? &o.key : NULL;
	if (rc >= 0)
		rc = change(s, &in, &o, e);
out:
	if (lock >= 0)
		close(lock);
	mem_wipe(&o.key, sizeof(o.key));
	mem_secret_free(key);
	mem_free(repo);
	mem_free(db);
	return rc;
}
