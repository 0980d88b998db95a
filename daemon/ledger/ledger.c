/*
 * Following, checking, mending.
 *
 * Every state is found anew from the two things that last, the database and
 * the branch: a failure anywhere drops what is in memory and the next call
 * begins with the check again.
 */
#include "daemon/ledger/ledger.h"

#include <errno.h>
#include <malloc.h>
#include <stdio.h>
#include <string.h>

#include "common/base/file.h"
#include "common/base/mem.h"
#include "common/wire/merkle.h"
#include "daemon/hub/hubdb_log.h"
#include "daemon/ledger/shape.h"

#define BATCH_HEADS 256     /* a pack; memory while it is made */
#define BATCH_LEAVES 65536
#define STEP_LEAVES 1024    /* read at once */
#define ASIDE_MAX 1000

struct ledger {
	char *path, *branch;
	struct hubdb *db;
	struct hubdb_log log;
	struct sign_pub pub;
	struct sign_key *key;      /* in guarded memory */
	void (*tell)(enum ledger_tell what, const char *words);
	struct repo *repo;
	bool ready;                /* the four below are the branch's */
	struct shape shape;        /* size and tip are the newest commit's */
	struct merkle_edge edge;
	struct hash *leaves;       /* STEP_LEAVES */
};

uint64_t
ledger_size(const struct ledger *l)
{
	return l->ready ? l->shape.size : 0;
}

/* ---- where objects go ---- */

static int
write_object(void *ctx, enum oid_kind kind, struct view data,
    struct oid *out, struct err *e)
{
	struct ledger *l = ctx;

	(void)e;
	repo_put(l->repo, kind, data, out);
	return 0;
}

/* Is what it would write there, and whole? */
static int
find_object(void *ctx, enum oid_kind kind, struct view data,
    struct oid *out, struct err *e)
{
	struct ledger *l = ctx;
	struct buf there;
	int rc;

	buf_init(&there, data.len + 1);
	oid_of(kind, data, out);
	rc = repo_read(l->repo, out, kind, &there, e);
	buf_done(&there);
	return rc;
}

static void
begin_shape(struct ledger *l, struct shape_sink sink)
{
	shape_done(&l->shape);
	shape_init(&l->shape, l->log.name, &l->pub, sink);
	memset(&l->edge, 0, sizeof(l->edge));
}

/* The leaves up to ${size}, into the tree that git keeps and into the log's. */
static int
take_leaves(struct ledger *l, uint64_t size, struct err *e)
{
	struct merkle_store edge = merkle_edge_store(&l->edge);
	size_t i, n;

	while (l->shape.size < size) {
		n = size - l->shape.size < STEP_LEAVES ?
		    (size_t)(size - l->shape.size) : STEP_LEAVES;
		if (hubdb_leaves(l->db, l->shape.size, l->leaves, n, e) != 0)
			return -1;
		for (i = 0; i < n; i++)
			if (merkle_append(&edge, l->shape.size,
			    &l->leaves[i], e) != 0 ||
			    shape_leaf(&l->shape, &l->leaves[i], e) != 0)
				return -1;
	}
	return 0;
}

/* Whose word heads and commits of that size are. */
static int
key_for(struct ledger *l, uint64_t size, struct sign_pub *key,
    struct err *e)
{
	*key = l->pub;
	return hubdb_key_for(l->db, size, key, e);
}

/* A database whose own parts disagree is not copied. */
static int
check_root(struct ledger *l, struct view note, struct err *e)
{
	struct merkle_store edge = merkle_edge_store(&l->edge);
	struct sign_pub key;
	struct checkpoint cp;
	struct hash have;

	if (merkle_root(&edge, l->shape.size, &have, e) != 0 ||
	    key_for(l, l->shape.size, &key, e) != 0)
		return -1;
	if (checkpoint_read(note, l->log.name, &key, &cp, e) == 0 &&
	    cp.at.size == l->shape.size && hash_eq(&have, &cp.root))
		return 0;
	return err_set(e, ERR_CLASH, "the database's signed head of %llu "
	    "entries is not that of the entries themselves: the database was "
	    "altered; restore a backup", (unsigned long long)l->shape.size);
}

/* ---- the newest commit against the database ---- */

static int
contradicts(const struct ledger *l, uint64_t size, struct err *e)
{
	struct hubdb_log log;

	if (hubdb_log_find(l->db, &log, e) != 1)
		return -1;
	if (size > log.at.size)
		return err_set(e, ERR_CLASH, "the ledger holds %llu entries "
		    "signed by this hub and the database only %llu: the "
		    "database is older. Put the newer one back. If it is "
		    "lost, move %s away, keep it as evidence and start again",
		    (unsigned long long)size,
		    (unsigned long long)log.at.size, l->path);
	return err_set(e, ERR_CLASH, "ledger and database differ in what this "
	    "hub signed for its first %llu entries: one of them was altered. "
	    "Keep both as evidence and restore a backup",
	    (unsigned long long)size);
}

static int
same_head(struct ledger *l, uint64_t size, struct view note, struct err *e)
{
	struct hubdb_head head;
	struct buf mine;
	int rc;

	buf_init(&mine, CHECKPOINT_TEXT_MAX);
	rc = hubdb_checkpoint_prev(l->db, size + 1, &head, &mine, e);
	if (rc >= 0)
		rc = rc == 1 && head.size == size &&
		    view_eq(buf_view(&mine), note) ? 0 :
		    contradicts(l, size, e);
	buf_done(&mine);
	return rc;
}

/* 1: ${cp} is of the newest commit ${tip}; 0: there is none yet. */
static int
check_tip(struct ledger *l, struct oid *tip, struct checkpoint *cp,
    struct err *e)
{
	struct log_point named;
	struct sign_pub key;
	struct shape_read p;
	struct buf commit;
	int rc = repo_tip(l->repo, tip, e);

	if (rc != 1)
		return rc;
	buf_init(&commit, SHAPE_COMMIT_MAX);
	rc = repo_read(l->repo, tip, OID_COMMIT, &commit, e);
	if (rc == 0 && (!shape_split(buf_view(&commit), &p) ||
	    !checkpoint_named(p.note, &named) ||
	    key_for(l, named.size, &key, e) != 0 ||
	    !shape_signed(buf_view(&commit), &key) ||
	    checkpoint_read(p.note, l->log.name, &key, cp, e) != 0))
		rc = err_set(e, ERR_PEER, "the ledger's newest commit is not "
		    "this hub's");
	if (rc == 0)
		rc = same_head(l, cp->at.size, p.note, e);
	buf_done(&commit);
	return rc == 0 ? 1 : -1;
}

/* ---- the rest ---- */

/* One commit for each signed head, from the newest back to the first. */
static int
check_chain(struct ledger *l, struct oid at, uint64_t size, struct err *e)
{
	struct shape_read p = { .has_parent = true };
	struct hubdb_head head = { .size = size + 1 };
	struct buf commit, note;
	int rc = 0, found;

	buf_init(&commit, SHAPE_COMMIT_MAX);
	buf_init(&note, CHECKPOINT_TEXT_MAX);
	while (rc == 0 && p.has_parent) {
		buf_reset(&commit);
		buf_reset(&note);
		if (repo_read(l->repo, &at, OID_COMMIT, &commit, e) != 0)
			rc = -1;
		else if (!shape_split(buf_view(&commit), &p))
			rc = err_set(e, ERR_PEER,
			    "a commit of the ledger is damaged");
		if (rc != 0)
			break;
		found = hubdb_checkpoint_prev(l->db, head.size, &head, &note,
		    e);
		if (found < 0)
			rc = -1;
		else if (found == 0 || !view_eq(buf_view(&note), p.note))
			rc = contradicts(l, found == 0 ? size : head.size, e);
		at = p.parent;
	}
	buf_reset(&note);
	if (rc == 0 && hubdb_checkpoint_prev(l->db, head.size, &head, &note,
	    e) != 0)
		rc = contradicts(l, head.size, e);
	buf_done(&note);
	buf_done(&commit);
	return rc;
}

/* Do the database's entries make the signed head? Before anything is looked
 * for in the ledger, which would seem damaged if they do not. */
static int
check_leaves(struct ledger *l, const struct checkpoint *cp, struct view note,
    struct err *e)
{
	begin_shape(l, shape_sink_oid());
	return take_leaves(l, cp->at.size, e) != 0 ? -1 :
	    check_root(l, note, e);
}

static int
check_tree(struct ledger *l, const struct oid *tip,
    const struct checkpoint *cp, struct err *e)
{
	struct shape_sink sink = { find_object, l };
	struct shape_read p;
	struct buf commit;
	struct oid tree;
	int rc;

	buf_init(&commit, SHAPE_COMMIT_MAX);
	rc = repo_read(l->repo, tip, OID_COMMIT, &commit, e);
	if (rc == 0 && !shape_split(buf_view(&commit), &p))
		rc = err_set(e, ERR_PEER, "a commit of the ledger is damaged");
	if (rc == 0)
		rc = check_leaves(l, cp, p.note, e);
	if (rc == 0) {
		begin_shape(l, sink);
		rc = take_leaves(l, cp->at.size, e);
	}
	if (rc == 0)
		rc = shape_tree(&l->shape, p.note, &tree, e);
	if (rc == 0 && !oid_eq(&tree, &p.tree))
		rc = err_set(e, ERR_PEER, "the ledger's newest commit does "
		    "not hold the log's entries");
	buf_done(&commit);
	return rc;
}

static int
check_all(struct ledger *l, struct err *e)
{
	struct shape_sink sink = { write_object, l };
	struct checkpoint cp = { .at = { 0 } };
	struct oid tip;
	int rc = check_tip(l, &tip, &cp, e);

	if (rc < 0)
		return -1;
	if (rc == 0)
		begin_shape(l, sink);
	else if (check_tree(l, &tip, &cp, e) != 0 ||
	    check_chain(l, tip, cp.at.size, e) != 0)
		return -1;
	l->shape.begun = rc == 1;
	if (rc == 1)
		l->shape.tip = tip;
	l->shape.sink = sink;
	return 0;
}

/* ---- mending ---- */

/* Nothing is deleted: who altered it, and what, may matter later. */
static int
set_aside(struct ledger *l, const struct err *why, struct err *e)
{
	struct buf to, words;
	int n, rc = -1;

	repo_close(l->repo);
	l->repo = NULL;
	buf_init(&to, 4096);
	buf_init(&words, 8192);
	for (n = 1; n < ASIDE_MAX; n++) {
		buf_reset(&to);
		buf_add_fmt(&to, "%s.damaged-%d", l->path, n);
		if (!file_exists(buf_str(&to)))
			break;
	}
	if (rename(l->path, buf_str(&to)) != 0) {
		err_set(e, ERR_LOCAL, "the damaged ledger %s cannot be set "
		    "aside: %s", l->path, strerror(errno));
	} else {
		buf_add_fmt(&words, "%s; it is kept as %s and made again "
		    "from the database", why->text, buf_str(&to));
		l->tell(LEDGER_WARNING, buf_str(&words));
		rc = 0;
	}
	buf_done(&words);
	buf_done(&to);
	return rc;
}

static int
open_repo(struct ledger *l, struct err *e)
{
	repo_close(l->repo);
	l->repo = NULL;
	if (repo_open(l->path, l->branch, true, &l->repo, e) == 0)
		return 0;
	if (e->kind != ERR_ABSENT ||
	    repo_make(l->path, l->branch, e) != 0)
		return -1;
	return repo_open(l->path, l->branch, true, &l->repo, e);
}

/* ${check} on an open repository; a damaged one is made anew once. */
static int
with_mending(struct ledger *l, int (*check)(struct ledger *l, struct err *e),
    struct err *e)
{
	struct err why;

	if (open_repo(l, e) == 0 && check(l, e) == 0)
		return 0;
	if (e->kind != ERR_PEER)
		return -1;
	why = *e;
	if (set_aside(l, &why, e) != 0 || open_repo(l, e) != 0)
		return -1;
	return check(l, e);
}

/* ---- following ---- */

/* By a key that is gone: as it was signed then. */
static int
again(struct ledger *l, const struct shape_commit *c,
    const struct hubdb_head *head, struct err *e)
{
	struct sig sig;
	int rc = hubdb_ledger_sig(l->db, head->size, &sig, e);

	if (rc == 0)
		rc = err_set(e, ERR_LOCAL, "the database lacks the signature "
		    "of a former key for the commit of %llu entries; restore "
		    "a backup", (unsigned long long)head->size);
	return rc < 0 ? -1 : shape_again(&l->shape, c, &sig, e);
}

static int
add_head(struct ledger *l, const struct hubdb_head *head, struct view note,
    struct err *e)
{
	struct shape_commit c = { .note = note, .at_ms = head->at_ms };

	if (take_leaves(l, head->size, e) != 0 ||
	    check_root(l, note, e) != 0 ||
	    shape_tree(&l->shape, note, &c.tree, e) != 0 ||
	    key_for(l, head->size, &l->shape.pub, e) != 0)
		return -1;
	return memcmp(&l->shape.pub, &l->pub, sizeof(l->pub)) == 0 ?
	    shape_sign(&l->shape, &c, l->key, e) : again(l, &c, head, e);
}

/* Up to a batch; 1 when there may be more. */
static int
add_heads(struct ledger *l, struct err *e)
{
	uint64_t from = l->shape.size;
	struct hubdb_head head;
	struct buf note;
	int n, rc = 1;

	buf_init(&note, CHECKPOINT_TEXT_MAX);
	for (n = 0; rc == 1 && n < BATCH_HEADS &&
	    l->shape.size - from < BATCH_LEAVES; n++) {
		buf_reset(&note);
		rc = hubdb_checkpoint_next(l->db, l->shape.size, &head,
		    &note, e);
		if (rc == 1 && add_head(l, &head, buf_view(&note), e) != 0)
			rc = -1;
	}
	buf_done(&note);
	return rc;
}

static int
write_batch(struct ledger *l, struct err *e)
{
	struct oid old = l->shape.tip;
	bool had = l->shape.begun;
	uint64_t from = l->shape.size;
	int rc;

	if (hubdb_look(l->db, e) != 0)
		return -1;
	rc = add_heads(l, e);
	hubdb_unlook(l->db);
	if (rc >= 0 && l->shape.size > from && repo_flush(l->repo,
	    had ? &old : NULL, &l->shape.tip, e) != 0)
		rc = -1;
	return rc;
}

static int
check_ready(struct ledger *l, struct err *e)
{
	int rc;

	if (hubdb_look(l->db, e) != 0)
		return -1;
	rc = check_all(l, e);
	hubdb_unlook(l->db);
	return rc;
}

int
ledger_follow(struct ledger *l, struct err *e)
{
	int rc;

	if (!l->ready && with_mending(l, check_ready, e) != 0)
		return -1;
	l->ready = true;
	rc = write_batch(l, e);
	if (rc < 0)
		l->ready = false;
	return rc;
}

void
ledger_rest(struct ledger *l)
{
	hubdb_shrink(l->db);
	(void)malloc_trim(0);
}

/* ---- opening ---- */

static int
check_newest(struct ledger *l, struct err *e)
{
	struct checkpoint cp;
	struct oid tip;

	return check_tip(l, &tip, &cp, e) < 0 ? -1 : 0;
}

static int
load_log(struct ledger *l, const struct ledger_options *o, struct err *e)
{
	char branch[SHAPE_BRANCH_MAX];
	int rc;

	if (hubdb_open(o->db, false, &l->db, e) != 0)
		return -1;
	rc = hubdb_log_find(l->db, &l->log, e);
	if (rc != 1)
		return rc == 0 ? err_set(e, ERR_ABSENT, "there is no hub here; "
		    "make one with tugid init") : -1;
	l->branch = mem_dup(shape_branch(l->log.at.log_id, branch));
	return 0;
}

static int
load(struct ledger *l, const struct ledger_options *o, struct err *e)
{
	return load_log(l, o, e) != 0 ? -1 : with_mending(l, check_newest, e);
}

int
ledger_open(const struct ledger_options *o, struct ledger **out,
    struct err *e)
{
	struct ledger *l = mem_new(sizeof(*l));

	*out = NULL;
	l->path = mem_dup(o->repo);
	l->pub = o->pub;
	l->key = mem_secret_new(sizeof(*l->key));
	*l->key = o->key;
	l->tell = o->tell;
	l->leaves = mem_new(STEP_LEAVES * sizeof(*l->leaves));
	if (load(l, o, e) != 0) {
		ledger_close(l);
		return -1;
	}
	*out = l;
	return 0;
}

void
ledger_close(struct ledger *l)
{
	if (l == NULL)
		return;
	repo_close(l->repo);
	hubdb_close(l->db);
	shape_done(&l->shape);
	mem_secret_free(l->key);
	mem_free(l->leaves);
	mem_free(l->branch);
	mem_free(l->path);
	mem_free(l);
}

/* ---- looking ---- */

static int
look(struct ledger *l, struct ledger_seen *out, struct err *e)
{
	struct checkpoint cp;
	struct oid tip;
	int rc = repo_open(l->path, l->branch, false, &l->repo, e);

	out->behind = l->log.at.size;
	if (rc != 0)
		return e->kind == ERR_ABSENT ? 0 : -1;
	rc = check_tip(l, &tip, &cp, e);
	if (rc < 0)
		return -1;
	out->there = true;
	out->size = rc == 1 ? cp.at.size : 0;
	/* It may have gone on since the database was read. */
	out->behind = l->log.at.size > out->size ?
	    l->log.at.size - out->size : 0;
	return 0;
}

int
ledger_look(const struct ledger_options *o, struct ledger_seen *out,
    struct err *e)
{
	struct ledger *l = mem_new(sizeof(*l));
	int rc;

	memset(out, 0, sizeof(*out));
	l->path = mem_dup(o->repo);
	l->pub = o->pub;
	l->leaves = mem_new(STEP_LEAVES * sizeof(*l->leaves));
	rc = load_log(l, o, e);
	if (rc == 0)
		rc = look(l, out, e);
	ledger_close(l);
	return rc;
}

/* ---- for a key that goes ---- */

int
ledger_keep_tx(const struct ledger_options *o, struct hubdb *db, uint64_t log,
    struct err *e)
{
	struct shape_read p = { .has_parent = true };
	char branch[SHAPE_BRANCH_MAX];
	struct repo *repo = NULL;
	struct log_point named;
	struct buf commit;
	struct sig sig;
	struct oid at;
	int rc = repo_open(o->repo, shape_branch(log, branch), false, &repo, e);

	if (rc == 0 && repo_tip(repo, &at, e) != 1)
		rc = err_set(e, ERR_LOCAL, "the ledger has no commit yet");
	buf_init(&commit, SHAPE_COMMIT_MAX);
	while (rc == 0 && p.has_parent) {
		buf_reset(&commit);
		rc = repo_read(repo, &at, OID_COMMIT, &commit, e);
		if (rc == 0 && (!shape_split(buf_view(&commit), &p) ||
		    !checkpoint_named(p.note, &named) ||
		    !shape_sig(buf_view(&commit), &sig)))
			rc = err_set(e, ERR_LOCAL, "a commit of the ledger is "
			    "damaged; start the hub, which mends it");
		if (rc == 0)
			rc = hubdb_ledger_sig_add_tx(db, named.size, &sig, e);
		at = p.parent;
	}
	buf_done(&commit);
	repo_close(repo);
	return rc;
}
