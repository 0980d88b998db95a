/*
 * The tree is built once more from the items, through the same code that built
 * it: each node that would be stored is compared with the one that is.
 */
#include "daemon/hub/check.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/base/mem.h"
#include "common/wire/checkpoint.h"
#include "common/wire/directory.h"
#include "daemon/hub/entry.h"
#include "daemon/hub/hubdb_blob.h"
#include "daemon/hub/hubdb_log.h"

struct checking {
	struct hubdb *db;
	struct hub_checked *out;
	uint64_t leaf_id;
	struct merkle_store stored; /* what the database has */
	struct entry *entry;
};

/* ---- the tree ---- */

static int
get_node(void *ctx, unsigned level, uint64_t at, struct hash *out,
    struct err *e)
{
	struct checking *c = ctx;

	return c->stored.get(c->stored.ctx, level, at, out, e);
}

static int
compare_node(void *ctx, unsigned level, uint64_t at, const struct hash *h,
    struct err *e)
{
	struct checking *c = ctx;
	struct hash there;

	if (c->stored.get(c->stored.ctx, level, at, &there, e) != 0)
		return -1;
	return hash_eq(&there, h) ? 0 : err_set(e, ERR_LOCAL, "the tree over "
	    "the log does not fit its items (level %u, place %llu)", level,
	    (unsigned long long)at);
}

/* ---- one item ---- */

static int
find_hub_key(struct checking *c, struct err *e)
{
	struct directory_entry *d = mem_new(sizeof(*d));
	const struct changeset *cs = &c->entry->cs;
	int rc = cs->h.kind == CHANGESET_DIRECTORY && cs->has_bodies ?
	    directory_decode(cs->bodies[0], d, e) : -1;

	if (rc != 0 || d->kind != DIRECTORY_GENESIS)
		rc = err_set(e, ERR_LOCAL,
		    "the log does not begin with an office");
	else
		c->out->hub = d->hub;
	mem_free(d);
	return rc;
}

static int
check_item(struct checking *c, uint64_t seq, struct err *e)
{
	struct merkle_store tree = { get_node, compare_node, c };
	const struct hubdb_item *item = &c->entry->item;
	struct hash leaf;

	if (entry_read(c->db, seq, c->entry, e) != 0)
		return -1;
	if (item->accept_ms < c->out->accept_ms)
		return entry_bad(seq, "has a time before that of an older "
		    "one", e);
	if (seq == 0 && find_hub_key(c, e) != 0)
		return -1;
	c->out->erased += item->gone != 0;
	c->out->accept_ms = item->accept_ms;
	c->out->bytes += c->entry->bytes.len;
	merkle_entry(c->leaf_id, seq, item->accept_ms, &item->id, &leaf);
	return merkle_append(&tree, seq, &leaf, e);
}

/* ---- the whole ---- */

static int
check_items(struct checking *c, const struct hubdb_log *log, struct err *e)
{
	struct hubdb_item item;
	uint64_t seq;
	int rc;

	for (seq = 0; seq < log->at.size; seq++)
		if (check_item(c, seq, e) != 0)
			return -1;
	rc = hubdb_item_at(c->db, log->at.size, &item, e);
	return rc == 1 ? entry_bad(item.seq, "lies past the log's end", e) :
	    rc;
}

static int
check_head(struct checking *c, const struct hubdb_log *log, struct err *e)
{
	struct merkle_store tree = { get_node, compare_node, c };
	struct checkpoint cp;
	struct buf note;
	uint64_t size = 0;
	int rc;

	if (log->at.size == 0)
		return 0;
	buf_init(&note, CHECKPOINT_TEXT_MAX);
	rc = hubdb_key_for(c->db, UINT64_MAX, &c->out->hub, e) != 0 ? -1 :
	    hubdb_checkpoint_last(c->db, &size, &note, e);
	if (rc == 1)
		rc = checkpoint_read(buf_view(&note), log->name, &c->out->hub,
		    &cp, e) == 0 ? 1 : -1;
	if (rc == 1)
		rc = merkle_root(&tree, log->at.size, &c->out->root, e) == 0 ?
		    1 : -1;
	buf_done(&note);
	if (rc == 1 && (size != log->at.size || cp.at.size != size ||
	    cp.at.log_id != log->at.log_id ||
	    !hash_eq(&cp.root, &c->out->root)))
		rc = 0;
	if (rc < 0)
		e->kind = ERR_LOCAL;
	return rc == 1 ? 0 : rc < 0 ? -1 : err_set(e, ERR_LOCAL, "the newest "
	    "signed head is not that of the items that are here");
}

static int
check_blobs(struct checking *c, struct err *e)
{
	struct hubdb_blob b = { .bid = 0 };
	int rc;

	while ((rc = hubdb_blob_next(c->db, b.bid, &b, e)) == 1) {
		rc = hubdb_blob_right(c->db, &b, e);
		if (rc == 0)
			rc = err_set(e, ERR_LOCAL, "a sealed file of an "
			    "attachment is damaged (row %lld)",
			    (long long)b.bid);
		if (rc < 0)
			break;
		c->out->files++;
	}
	return rc < 0 ? -1 : 0;
}

static int
check_all(struct checking *c, struct err *e)
{
	struct hubdb_log log;
	int rc = hubdb_sound(c->db, true, e);

	if (rc == 0)
		rc = hubdb_log_find(c->db, &log, e);
	if (rc != 1)
		return rc < 0 ? -1 : err_set(e, ERR_ABSENT,
		    "there is no hub's log in it");
	memcpy(c->out->name, log.name, sizeof(c->out->name));
	c->out->log = log.at;
	c->out->claimed = !log.claim_open;
	c->out->pending = log.pending;
	c->leaf_id = log.leaf_id;
	return check_items(c, &log, e) != 0 || check_blobs(c, e) != 0 ? -1 :
	    check_head(c, &log, e);
}

static int
check_open(struct hubdb *db, struct hub_checked *out, struct err *e)
{
	struct checking c = { .out = out, .db = db };
	int rc;

	memset(out, 0, sizeof(*out));
	c.stored = hubdb_merkle(db);
	c.entry = entry_new();
	rc = check_all(&c, e);
	entry_free(c.entry);
	return rc;
}

/* What an older program wrote lacks tables: looked at in a copy, which is
 * brought up to date as the hub itself would be. */
static int
check_older(const char *path, struct hub_checked *out, struct err *e)
{
	static const char *const tails[] = { "", "-wal", "-shm" };
	char folder[32] = "/var/tmp/tugid-", name[64], file[80];
	struct hubdb *db;
	size_t i;
	int rc;

	memset(folder + strlen(folder), 'X', 6); /* mkdtemp's places */
	if (mkdtemp(folder) == NULL)
		return err_set(e, ERR_LOCAL, "no temporary folder can be made "
		    "in /var/tmp: %s", strerror(errno));
	snprintf(name, sizeof(name), "%s/hub.db", folder);
	rc = copy_bytes(path, name, e);
	if (rc == 0)
		rc = hubdb_open(name, false, &db, e);
	if (rc == 0) {
		rc = check_open(db, out, e);
		hubdb_close(db);
	}
	for (i = 0; i < sizeof(tails) / sizeof(tails[0]); i++) {
		snprintf(file, sizeof(file), "%s%s", name, tails[i]);
		unlink(file);
	}
	rmdir(folder);
	return rc;
}

int
hub_check(const char *path, struct hub_checked *out, struct err *e)
{
	struct hubdb *db;
	bool older;
	int rc = 0;

	if (hubdb_open_frozen(path, &db, e) != 0)
		return -1;
	older = hubdb_older(db);
	if (!older)
		rc = check_open(db, out, e);
	hubdb_close(db);
	return older ? check_older(path, out, e) : rc;
}

int
hub_quick_check(const char *path, struct err *e)
{
	struct hubdb *db;
	int rc;

	if (hubdb_open(path, false, &db, e) != 0)
		return -1;
	rc = hubdb_sound(db, false, e);
	hubdb_close(db);
	return rc;
}

/* ---- copies ---- */

int
hub_copy(const char *path, const char *to, const struct copy_value *list,
    size_t n, struct err *e)
{
	struct hubdb *db;
	int rc;

	if (hubdb_open(path, false, &db, e) != 0)
		return -1;
	rc = hubdb_copy(db, to, list, n, e);
	hubdb_close(db);
	return rc;
}

int
hub_copy_value(const char *path, const char *name, struct buf *out,
    struct err *e)
{
	struct hubdb *db;
	int rc;

	if (hubdb_open_frozen(path, &db, e) != 0)
		return -1;
	rc = hubdb_value(db, name, out, e);
	hubdb_close(db);
	return rc;
}

static uint64_t
new_log_id(void)
{
	struct id random;
	uint64_t out;

	id_random(&random);
	memcpy(&out, random.b, sizeof(out));
	return out;
}

/* The log that went before: one that was never ordered did not. */
static int
log_before(struct hubdb *db, const struct hubdb_log *log, uint64_t *out,
    struct err *e)
{
	struct hubdb_succession s;
	size_t i;
	int rc;

	*out = log->at.log_id;
	for (i = 0; (rc = hubdb_succession_at(db, i, &s, NULL, e)) == 1; i++)
		if (!s.ordered)
			*out = s.before;
	return rc;
}

static int
succeed_tx(struct hubdb *db, const struct sign_pub *pub,
    const struct sign_key *key, int64_t at_ms, struct err *e)
{
	struct hubdb_succession s = { .log_id = new_log_id(), .at_ms = at_ms };
	struct merkle_store tree = hubdb_merkle(db);
	struct checkpoint cp;
	struct hubdb_log log;
	struct view both[2];
	struct buf notes[2];
	int rc = -1;

	if (hubdb_log_find(db, &log, e) != 1)
		return -1;
	if (log.at.size == 0)
		return 0;
	buf_init(&notes[0], CHECKPOINT_TEXT_MAX);
	buf_init(&notes[1], CHECKPOINT_TEXT_MAX);
	s.size = log.at.size;
	if (log_before(db, &log, &s.before, e) != 0 ||
	    merkle_root(&tree, s.size, &s.root, e) != 0)
		goto out;
	cp.root = s.root;
	cp.at.size = s.size;
	cp.at.log_id = s.before;
	checkpoint_sign(&cp, log.name, pub, key, &notes[0]);
	cp.at.log_id = s.log_id;
	checkpoint_sign(&cp, log.name, pub, key, &notes[1]);
	both[0] = buf_view(&notes[0]);
	both[1] = buf_view(&notes[1]);
	rc = hubdb_succession_add_tx(db, &s, both, e);
out:
	buf_done(&notes[0]);
	buf_done(&notes[1]);
	return rc;
}

int
hub_copy_begin(const char *path, const struct sign_pub *pub,
    const struct sign_key *key, int64_t at_ms, struct err *e)
{
	struct hubdb *db;
	int rc = -1;

	if (hubdb_open(path, false, &db, e) != 0)
		return -1;
	if (hubdb_begin(db, e) == 0) {
		if (hubdb_drop_values_tx(db, e) == 0 && (key == NULL ||
		    succeed_tx(db, pub, key, at_ms, e) == 0) &&
		    hubdb_commit(db, e) == 0)
			rc = 0;
		else
			hubdb_rollback(db);
	}
	hubdb_close(db);
	return rc;
}
