/*
 * One pass over the entries, one over the commits.
 *
 * The branch is read before the database: a hub that serves meanwhile writes
 * the other way round, so what the ledger holds the database must have.
 */
#include "daemon/ledger/verify.h"

#include <string.h>

#include "common/base/mem.h"
#include "common/rules/roster.h"
#include "common/wire/merkle.h"
#include "daemon/hub/entry.h"
#include "daemon/hub/hubdb_log.h"
#include "daemon/ledger/shape.h"

#define STEP_LEAVES 1024
#define TELL_EVERY 2000
#define CODE 0x7700 /* err.code: this and an enum verify_code */
#define OBJECT_MAX (4 * 1024 * 1024)

struct verify {
	const struct verify_options *o;
	struct verify_found *found;
	struct hubdb *db;
	struct hubdb_log log;
	/* entries */
	struct roster roster;
	struct merkle_edge edge;
	struct merkle_store nodes;  /* the database's */
	struct hubdb_head head;     /* the next signed one to come */
	bool has_head;
	struct entry *entry;
	int64_t accept_ms;
	struct buf note, bytes, object;
	/* commits */
	struct repo *repo;
	bool has_tip;
	struct oid tip;
	struct oid *chain;          /* newest first */
	size_t chain_count;
	struct shape shape;
	struct hash *leaves;
};

static void
tell(const struct verify *v, enum verify_step step, uint64_t done,
    uint64_t of)
{
	if (v->o->progress != NULL && (done % TELL_EVERY == 0 || done == of))
		v->o->progress(step, done, of);
}

static int
wrong(struct err *e, enum verify_code code)
{
	e->code = CODE | (int)code;
	return -1;
}

enum verify_code
verify_code(const struct err *e)
{
	return (e->code & ~0xff) == CODE ?
	    (enum verify_code)(e->code & 0xff) : 0;
}

/* ---- entries ---- */

static int
bad_entry(struct err *e, uint64_t seq, const char *words)
{
	entry_bad(seq, words, e);
	return wrong(e, VERIFY_DATABASE);
}

/* The directory is clear, and says whose keys count from there on. */
static int
read_directory(struct verify *v, uint64_t seq, struct directory_entry *d,
    struct err *e)
{
	const struct changeset *cs = &v->entry->cs;
	struct err why;

	if (!cs->has_bodies || directory_decode(cs->bodies[0], d, &why) != 0)
		return bad_entry(e, seq, "is not readable as an entry of the "
		    "directory");
	if (roster_judge(&v->roster, cs, d) != VERDICT_ACCEPTED)
		return bad_entry(e, seq, "is in the directory and nobody "
		    "entitled has signed it");
	return roster_apply(&v->roster, d, seq, e);
}

static int
check_author(struct verify *v, uint64_t seq, struct err *e)
{
	const struct changeset *cs = &v->entry->cs;
	const struct roster_device *d;
	struct directory_entry *entry;
	int rc;

	if (cs->h.kind == CHANGESET_DIRECTORY) {
		entry = mem_new(sizeof(*entry));
		rc = read_directory(v, seq, entry, e);
		mem_free(entry);
		return rc;
	}
	d = roster_device(&v->roster, &cs->h.author);
	if (d == NULL)
		return bad_entry(e, seq, "is of a device that was not in the "
		    "directory");
	return changeset_verify(cs, &d->sign) ? 0 :
	    bad_entry(e, seq, "is not signed by its author");
}

/* What the tree keeps against what it should; proofs are made from it. */
static int
put_node(void *ctx, unsigned level, uint64_t index, const struct hash *h,
    struct err *e)
{
	struct verify *v = ctx;
	struct merkle_store edge = merkle_edge_store(&v->edge);
	struct hash kept;

	if (v->nodes.get(v->nodes.ctx, level, index, &kept, e) != 0)
		return wrong(e, VERIFY_DATABASE);
	if (!hash_eq(&kept, h)) {
		err_set(e, ERR_LOCAL, "the database's tree of the log does "
		    "not fit its entries, at node %llu of level %u",
		    (unsigned long long)index, level);
		return wrong(e, VERIFY_DATABASE);
	}
	return edge.put(edge.ctx, level, index, h, e);
}

static int
get_node(void *ctx, unsigned level, uint64_t index, struct hash *out,
    struct err *e)
{
	struct verify *v = ctx;
	struct merkle_store edge = merkle_edge_store(&v->edge);

	return edge.get(edge.ctx, level, index, out, e);
}

static int
next_head(struct verify *v, struct err *e)
{
	int rc;

	buf_reset(&v->note);
	rc = hubdb_checkpoint_next(v->db, v->head.size, &v->head, &v->note,
	    e);
	v->has_head = rc == 1;
	return rc < 0 ? wrong(e, VERIFY_DATABASE) : 0;
}

/* A log that was restored has had other ids before. */
static bool
own_log(struct verify *v, uint64_t log_id)
{
	struct hubdb_succession s;
	struct err why;
	size_t i;

	if (log_id == v->log.at.log_id)
		return true;
	for (i = 0; hubdb_succession_at(v->db, i, &s, NULL, &why) == 1; i++)
		if (s.before == log_id)
			return true;
	return false;
}

/* The entries so far against the head signed over them, if there is one. */
static int
check_head(struct verify *v, uint64_t size, struct err *e)
{
	struct merkle_store tree = { get_node, put_node, v };
	struct sign_pub key = v->o->pub;
	struct checkpoint cp;
	struct err why;

	if (!v->has_head || v->head.size != size)
		return 0;
	if (merkle_root(&tree, size, &v->found->root, e) != 0 ||
	    hubdb_key_for(v->db, size, &key, e) != 0)
		return -1;
	if (checkpoint_read(buf_view(&v->note), v->log.name, &key, &cp,
	    &why) != 0 || !own_log(v, cp.at.log_id) ||
	    cp.at.size != size || !hash_eq(&cp.root, &v->found->root) ||
	    !hash_eq(&v->head.root, &v->found->root)) {
		err_set(e, ERR_LOCAL, "the database's signed head of %llu "
		    "entries is not over these entries, or not signed with "
		    "the hub's key", (unsigned long long)size);
		return wrong(e, VERIFY_DATABASE);
	}
	v->found->heads++;
	return next_head(v, e);
}

static int
check_entry(struct verify *v, uint64_t seq, struct err *e)
{
	struct merkle_store tree = { get_node, put_node, v };
	const struct hubdb_item *item = &v->entry->item;
	struct hash leaf;

	if (entry_read(v->db, seq, v->entry, e) != 0)
		return wrong(e, VERIFY_DATABASE);
	if (item->accept_ms < v->accept_ms)
		return bad_entry(e, seq, "has a time before that of an older "
		    "one");
	v->accept_ms = item->accept_ms;
	if (check_author(v, seq, e) != 0)
		return -1;
	merkle_entry(v->log.leaf_id, seq, item->accept_ms, &item->id, &leaf);
	if (merkle_append(&tree, seq, &leaf, e) != 0)
		return -1;
	v->found->erased += item->gone != 0;
	v->found->entries = seq + 1;
	return check_head(v, seq + 1, e);
}

static int
check_database(struct verify *v, struct err *e)
{
	uint64_t seq, size = v->log.at.size;
	int rc;

	if (next_head(v, e) != 0)
		return -1;
	for (seq = 0; seq < size; seq++) {
		if (check_entry(v, seq, e) != 0)
			return -1;
		tell(v, VERIFY_ENTRIES, seq + 1, size);
	}
	if (v->has_head || v->head.size != size) {
		err_set(e, ERR_LOCAL, "the database's newest signed head is "
		    "of %llu entries, and it has %llu",
		    (unsigned long long)v->head.size,
		    (unsigned long long)size);
		return wrong(e, VERIFY_DATABASE);
	}
	rc = hubdb_item_order(v->db, e);
	if (rc == 0)
		err_set(e, ERR_LOCAL, "the database's entries of a space are "
		    "not numbered without gaps, in the order they came");
	return rc == 1 ? 0 : wrong(e, VERIFY_DATABASE);
}

/* ---- keys ---- */

/* Without the key before, two officers: the root alone is no second hand. */
static bool
ordered_by_two(const struct verify *v, uint64_t log_id)
{
	const struct roster *r = &v->roster;
	size_t i;

	for (i = 0; i < r->order_count; i++)
		if (r->orders[i].scope == ORDER_SUCCESSION &&
		    r->orders[i].head.at.log_id == log_id)
			return !id_eq(&r->orders[i].second, &r->root_id);
	return v->log.pending;
}

static bool
key_holds(const struct verify *v, const struct hubdb_key *k,
    const struct sign_pub *before)
{
	if (!k->has_root)
		return k->start == 0 && memcmp(&k->paper.key, before,
		    sizeof(*before)) == 0;
	return hubkey_holds(&k->paper, &v->roster.genesis.root, before) &&
	    (k->paper.has_before || ordered_by_two(v, k->paper.log_id));
}

/* Each key of the log is the office's word, and mostly the one before's. */
static int
check_keys(struct verify *v, struct err *e)
{
	struct sign_pub before = v->roster.genesis.hub;
	struct hubdb_key k;
	size_t i;
	int rc;

	for (i = 0; (rc = hubdb_key_at(v->db, i, &k, e)) == 1; i++) {
		if (!key_holds(v, &k, &before)) {
			err_set(e, ERR_LOCAL, "a key of the hub's log, from "
			    "%llu entries on, is not signed by the office's "
			    "root and the key before or two officers",
			    (unsigned long long)k.start);
			return wrong(e, VERIFY_DATABASE);
		}
		before = k.paper.key;
	}
	return rc < 0 ? -1 : 0;
}

/* ---- commits ---- */

static int
damaged(struct err *e)
{
	return wrong(e, VERIFY_LEDGER);
}

static void
add_commit(struct verify *v, const struct oid *at)
{
	v->chain = mem_more(v->chain, v->chain_count, sizeof(*v->chain));
	v->chain[v->chain_count++] = *at;
}

static int
list_chain(struct verify *v, struct err *e)
{
	struct shape_read p = { .has_parent = true, .parent = v->tip };

	while (p.has_parent) {
		add_commit(v, &p.parent);
		buf_reset(&v->bytes);
		if (repo_read(v->repo, &v->chain[v->chain_count - 1],
		    OID_COMMIT, &v->bytes, e) != 0)
			return damaged(e);
		if (!shape_split(buf_view(&v->bytes), &p)) {
			err_set(e, ERR_PEER, "a commit of the ledger is none "
			    "of a hub's");
			return damaged(e);
		}
	}
	return 0;
}

static int
find_object(void *ctx, enum oid_kind kind, struct view data,
    struct oid *out, struct err *e)
{
	struct verify *v = ctx;

	oid_of(kind, data, out);
	buf_reset(&v->object);
	return repo_read(v->repo, out, kind, &v->object, e) == 0 ? 0 :
	    damaged(e);
}

static int
take_leaves(struct verify *v, uint64_t size, struct err *e)
{
	size_t i, n;

	while (v->shape.size < size) {
		n = size - v->shape.size < STEP_LEAVES ?
		    (size_t)(size - v->shape.size) : STEP_LEAVES;
		if (hubdb_leaves(v->db, v->shape.size, v->leaves, n, e) != 0)
			return -1;
		for (i = 0; i < n; i++)
			if (shape_leaf(&v->shape, &v->leaves[i], e) != 0)
				return -1;
	}
	return 0;
}

static void
copy_note(struct view note, char out[static CHECKPOINT_TEXT_MAX])
{
	size_t n = note.len < CHECKPOINT_TEXT_MAX ? note.len :
	    CHECKPOINT_TEXT_MAX - 1;

	if (n > 0)
		memcpy(out, note.data, n);
	out[n] = '\0';
}

/* What the hub signed in the ledger is not in the database: both are kept for
 * whoever has to show it. */
static int
clash(struct verify *v, struct view theirs, struct view ours, struct err *e)
{
	copy_note(theirs, v->found->in_ledger);
	copy_note(ours, v->found->in_database);
	err_set(e, ERR_CLASH, "the ledger holds a head signed by this hub "
	    "that its database does not have: it signed two stories, or its "
	    "database was put back or altered");
	return wrong(e, VERIFY_CLASH);
}

static int
check_commit(struct verify *v, const struct oid *at, struct err *e)
{
	struct shape_commit c = { .note = buf_view(&v->note),
		.at_ms = v->head.at_ms };
	struct shape_read p;
	struct view commit;

	buf_reset(&v->bytes);
	if (repo_read(v->repo, at, OID_COMMIT, &v->bytes, e) != 0)
		return damaged(e);
	commit = buf_view(&v->bytes);
	v->shape.pub = v->o->pub;
	if (hubdb_key_for(v->db, v->head.size, &v->shape.pub, e) != 0)
		return -1;
	if (shape_signed(commit, &v->shape.pub) && shape_split(commit, &p) &&
	    !view_eq(p.note, c.note))
		return clash(v, p.note, c.note, e);
	if (take_leaves(v, v->head.size, e) != 0 ||
	    shape_tree(&v->shape, c.note, &c.tree, e) != 0)
		return -1;
	if (shape_take(&v->shape, &c, commit, e) != 0)
		return damaged(e);
	v->found->commits++;
	return 0;
}

/* A branch that is longer than the database: its newest commit. */
static int
check_surplus(struct verify *v, struct err *e)
{
	struct shape_read p;

	buf_reset(&v->bytes);
	buf_reset(&v->note);
	if (hubdb_checkpoint_prev(v->db, v->head.size + 1, &v->head, &v->note,
	    e) < 0)
		return -1;
	if (repo_read(v->repo, &v->chain[0], OID_COMMIT, &v->bytes, e) != 0)
		return damaged(e);
	if (shape_signed(buf_view(&v->bytes), &v->o->pub) &&
	    shape_split(buf_view(&v->bytes), &p))
		return clash(v, p.note, buf_view(&v->note), e);
	err_set(e, ERR_PEER, "the ledger has a commit that is not signed "
	    "with the hub's key");
	return damaged(e);
}

static int
check_commits(struct verify *v, struct err *e)
{
	struct shape_sink sink = { find_object, v };
	size_t left = v->chain_count;
	int rc;

	shape_init(&v->shape, v->log.name, &v->o->pub, sink);
	v->head.size = 0;
	for (; left > 0; left--) {
		if (next_head(v, e) != 0)
			return -1;
		if (!v->has_head)
			return check_surplus(v, e);
		if (check_commit(v, &v->chain[left - 1], e) != 0)
			return -1;
		tell(v, VERIFY_COMMITS, v->found->commits, v->chain_count);
	}
	while ((rc = next_head(v, e)) == 0 && v->has_head)
		v->found->behind++;
	return rc;
}

/* ---- all together ---- */

static int
open_ledger(struct verify *v, struct err *e)
{
	char branch[SHAPE_BRANCH_MAX];
	int rc;

	if (repo_open(v->o->repo, shape_branch(v->log.at.log_id, branch),
	    false, &v->repo, e) != 0)
		return damaged(e);
	rc = repo_tip(v->repo, &v->tip, e);
	if (rc < 0)
		return damaged(e);
	v->has_tip = rc == 1;
	return v->has_tip ? list_chain(v, e) : 0;
}

static int
open_database(struct verify *v, struct err *e)
{
	int rc;

	if (hubdb_open(v->o->db, false, &v->db, e) != 0)
		return -1;
	rc = hubdb_log_find(v->db, &v->log, e);
	return rc == 1 ? 0 : rc < 0 ? -1 : err_set(e, ERR_ABSENT,
	    "there is no hub here; make one with tugid init");
}

static int
run(struct verify *v, struct err *e)
{
	struct err ledger;
	int rc, opened;

	if (open_database(v, e) != 0)
		return -1;
	err_clear(&ledger);
	opened = open_ledger(v, &ledger);
	if (hubdb_look(v->db, e) != 0)
		return -1;
	rc = hubdb_log_find(v->db, &v->log, e) == 1 ? 0 : -1;
	v->found->log = v->log.at;
	v->nodes = hubdb_merkle(v->db);
	if (rc == 0)
		rc = check_database(v, e);
	if (rc == 0 && v->roster.begun)
		rc = check_keys(v, e);
	if (rc == 0 && opened != 0) {
		*e = ledger;
		rc = -1;
	} else if (rc == 0) {
		rc = check_commits(v, e);
	}
	hubdb_unlook(v->db);
	return rc;
}

int
verify_all(const struct verify_options *o, struct verify_found *out,
    struct err *e)
{
	struct verify *v = mem_new(sizeof(*v));
	int rc;

	memset(out, 0, sizeof(*out));
	v->o = o;
	v->found = out;
	roster_init(&v->roster);
	v->entry = entry_new();
	v->leaves = mem_new(STEP_LEAVES * sizeof(*v->leaves));
	buf_init(&v->note, CHECKPOINT_TEXT_MAX);
	buf_init(&v->bytes, SHAPE_COMMIT_MAX);
	buf_init(&v->object, OBJECT_MAX);
	rc = run(v, e);
	shape_done(&v->shape);
	repo_close(v->repo);
	hubdb_close(v->db);
	roster_done(&v->roster);
	buf_done(&v->note);
	buf_done(&v->bytes);
	buf_done(&v->object);
	entry_free(v->entry);
	mem_free(v->leaves);
	mem_free(v->chain);
	mem_free(v);
	return rc;
}

/* ---- the keys, for others ---- */

/* When the log went on under that id. */
static int
changed_ms(struct hubdb *db, uint64_t log_id, int64_t *out, struct err *e)
{
	struct hubdb_succession s;
	size_t i;
	int rc;

	for (i = 0; (rc = hubdb_succession_at(db, i, &s, NULL, e)) == 1; i++)
		if (s.log_id == log_id)
			*out = s.at_ms;
	return rc;
}

int
verify_keys(const char *path, const struct sign_pub *pub,
    struct verify_key list[static VERIFY_KEYS_MAX], size_t *n,
    struct err *e)
{
	struct hubdb *db;
	struct hubdb_key k;
	int rc = 0;

	*n = 0;
	if (hubdb_open(path, false, &db, e) != 0)
		return -1;
	memset(list, 0, VERIFY_KEYS_MAX * sizeof(*list));
	while (*n < VERIFY_KEYS_MAX && (rc = hubdb_key_at(db, *n, &k, e)) ==
	    1) {
		list[*n].pub = k.paper.key;
		if (*n > 0 && changed_ms(db, k.paper.log_id,
		    &list[*n].from_ms, e) != 0) {
			rc = -1;
			break;
		}
		if (*n > 0)
			list[*n - 1].until_ms = list[*n].from_ms;
		(*n)++;
	}
	hubdb_close(db);
	if (rc >= 0 && *n == 0)
		list[(*n)++].pub = *pub;
	return rc < 0 ? -1 : 0;
}
