/*
 * What the ledger's git objects look like: a pure function of the log's leaf
 * hashes and signed heads (schema/ledger.md 2 to 4). The same code makes them
 * to be written and to be compared with what was written, so a ledger is
 * rebuilt with the same bytes and the same commit ids.
 */
#ifndef LEDGER_SHAPE_H
#define LEDGER_SHAPE_H

#include "common/wire/keys.h"
#include "daemon/ledger/repo.h"

#define SHAPE_SEGMENT 256  /* leaves of a segment, segments of a folder */
#define SHAPE_COMMIT_MAX 8192
#define SHAPE_BRANCH_MAX 32

/* Where objects go, in the order in which each names only earlier ones. It
 * must set the object's name. 0 or -1 with ${e}. */
struct shape_sink {
	int (*put)(void *ctx, enum oid_kind kind, struct view data,
	    struct oid *out, struct err *e);
	void *ctx;
};

struct shape {
	const char *name;         /* of the hub, borrowed */
	struct sign_pub pub;
	struct shape_sink sink;
	uint64_t size;            /* leaves taken */
	struct buf segment;       /* lines of the last one, not full */
	struct buf folder;        /* entries of its folder, full ones only */
	struct buf folders;       /* entries of the folders before it */
	bool begun;               /* there is a commit: the next one's parent */
	struct oid tip;
};

void shape_init(struct shape *s, const char *name,
    const struct sign_pub *pub, struct shape_sink sink);
void shape_done(struct shape *s);

/** shape_sink_oid(): a sink that only finds the names. */
struct shape_sink shape_sink_oid(void);

/** shape_branch(log_id, out): the name of a log's branch. */
const char *shape_branch(uint64_t log_id, char out[static SHAPE_BRANCH_MAX]);

int shape_leaf(struct shape *s, const struct hash *leaf, struct err *e);

/** shape_tree(s, note, out, e): the tree with all leaves so far and the
 * checkpoint ${note}. */
int shape_tree(struct shape *s, struct view note, struct oid *out,
    struct err *e);

/* One commit, before and after it is signed. */
struct shape_commit {
	struct oid tree;
	struct view note; /* the message */
	int64_t at_ms;
};

/** shape_text(s, c, out): what is signed: a commit after ${s}->tip. */
void shape_text(const struct shape *s, const struct shape_commit *c,
    struct buf *out);

/** shape_sign(s, c, key, e): make the commit; it is the new tip. */
int shape_sign(struct shape *s, const struct shape_commit *c,
    const struct sign_key *key, struct err *e);

/** shape_again(s, c, sig, e): the same with a signature by s->pub that was
 * made before. ERR_CLASH: it is not over that commit. */
int shape_again(struct shape *s, const struct shape_commit *c,
    const struct sig *sig, struct err *e);

/** shape_sig(commit, sig): the signature of a commit; false: none. */
bool shape_sig(struct view commit, struct sig *sig);

/** shape_take(s, c, commit, e): the same with a commit made before: checks
 * every byte and the signature. ERR_PEER; the tip stays then. */
int shape_take(struct shape *s, const struct shape_commit *c,
    struct view commit, struct err *e);

/* The parts of a commit that has the one form allowed. */
struct shape_read {
	struct oid tree, parent;
	bool has_parent;
	struct view signature, note; /* the former with git's indenting */
};

/** shape_split(commit, out): false when it has not that form. The numbers and
 * the author are not looked at. */
bool shape_split(struct view commit, struct shape_read *out);

/** shape_signed(commit, pub): it is signed with the key of ${pub}. */
bool shape_signed(struct view commit, const struct sign_pub *pub);

#endif
