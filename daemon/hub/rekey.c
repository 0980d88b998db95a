/*
 * The head that both logs have in common: as the key before signed it, under
 * the old id, and signed by the new key, under the new one. The former is there
 * since it was made, so a lost key is not needed for it.
 */
#include "daemon/hub/rekey.h"

#include <string.h>

#include "common/base/mem.h"
#include "common/wire/checkpoint.h"
#include "common/wire/directory.h"
#include "daemon/hub/entry.h"

int
rekey_root(struct hubdb *db, struct sign_pub *root, struct sign_pub *hub,
    struct err *e)
{
	struct directory_entry *d = mem_new(sizeof(*d));
	struct entry *first = entry_new();
	struct hubdb_log log;
	int rc = hubdb_log_find(db, &log, e) == 1 ? 0 : -1;

	if (rc == 0 && log.at.size == 0)
		rc = err_set(e, ERR_ABSENT, "no office has taken this hub "
		    "yet; make a new one instead");
	if (rc == 0)
		rc = entry_read(db, 0, first, e);
	if (rc == 0 && (!first->cs.has_bodies ||
	    directory_decode(first->cs.bodies[0], d, e) != 0 ||
	    d->kind != DIRECTORY_GENESIS))
		rc = err_set(e, ERR_LOCAL, "the log does not begin with an "
		    "office");
	if (rc == 0) {
		*root = d->root;
		*hub = d->hub;
	}
	entry_free(first);
	mem_free(d);
	return rc;
}

/* The first row names the key that was there without one. */
static int
keep_first(struct hubdb *db, const struct sign_pub *hub,
    const struct hubdb_log *log, struct err *e)
{
	struct hubdb_key k;
	int rc = hubdb_key_at(db, 0, &k, e);

	if (rc != 0)
		return rc < 0 ? -1 : 0;
	k.start = 0;
	k.paper.log_id = log->leaf_id;
	k.paper.key = *hub;
	return hubdb_key_add_tx(db, &k, e);
}

static int
add_key(struct hubdb *db, const struct rekey *in, uint64_t size,
    struct err *e)
{
	struct hubdb_key k = { .start = size, .paper = in->paper,
		.has_root = true };

	k.paper.has_before = in->before != NULL;
	if (in->before != NULL)
		hubkey_sign(&in->paper, in->before, &k.paper.before);
	return hubdb_key_add_tx(db, &k, e);
}

static int
add_heads(struct hubdb *db, const struct rekey *in,
    const struct hubdb_log *log, struct err *e)
{
	struct hubdb_succession s = { .before = log->at.log_id,
		.log_id = in->paper.log_id, .size = log->at.size,
		.at_ms = in->at_ms };
	struct checkpoint cp = { .at = { s.log_id, s.size } };
	struct view both[2];
	struct buf notes[2];
	uint64_t size = 0;
	int rc;

	buf_init(&notes[0], CHECKPOINT_TEXT_MAX);
	buf_init(&notes[1], CHECKPOINT_TEXT_MAX);
	struct merkle_store tree = hubdb_merkle(db);

	rc = hubdb_checkpoint_last(db, &size, &notes[0], e) == 1 &&
	    size == s.size ? merkle_root(&tree, s.size, &s.root, e) :
	    err_set(e, ERR_LOCAL, "the log has no signed head of its size");
	if (rc == 0) {
		cp.root = s.root;
		checkpoint_sign(&cp, log->name, &in->paper.key, in->key,
		    &notes[1]);
		both[0] = buf_view(&notes[0]);
		both[1] = buf_view(&notes[1]);
		rc = hubdb_succession_add_tx(db, &s, both, e);
	}
	buf_done(&notes[0]);
	buf_done(&notes[1]);
	return rc == 0 ? hubdb_head_time_tx(db, s.size, in->at_ms, e) : -1;
}

int
rekey_tx(struct hubdb *db, const struct rekey *in, struct err *e)
{
	struct sign_pub root, hub;
	struct hubdb_log log;

	if (rekey_root(db, &root, &hub, e) != 0 ||
	    hubdb_log_find(db, &log, e) != 1)
		return -1;
	if (log.pending)
		return err_set(e, ERR_CLASH, "this hub waits already for the "
		    "order of two officers: tugi office succession");
	if (!hubkey_holds(&in->paper, &root, NULL))
		return err_set(e, ERR_DENIED, "this line is not signed by the "
		    "root of the office that has this hub; nothing was "
		    "changed");
	return keep_first(db, &hub, &log, e) != 0 ||
	    add_key(db, in, log.at.size, e) != 0 ? -1 :
	    add_heads(db, in, &log, e);
}
