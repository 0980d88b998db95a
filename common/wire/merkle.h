/*
 * The hub's log as a Merkle tree: RFC 6962 section 2.1 (SHA-256), with its
 * inclusion and consistency proofs. Nodes of complete subtrees are kept by the
 * caller through struct merkle_store, so that appending and proving cost
 * O(log n). Checked against the RFC's test vectors.
 */
#ifndef WIRE_MERKLE_H
#define WIRE_MERKLE_H

#include "common/wire/changeset.h"

#define MERKLE_PROOF_MAX 64

struct merkle_proof {
	size_t count;
	struct hash nodes[MERKLE_PROOF_MAX];
};

/* Nodes of complete subtrees: level 0 are leaf hashes, node (l, i) covers
 * leaves i << l up to (i + 1) << l. put is called once for each; get must find
 * any that was put. Both 0 or -1 with ${e}. */
struct merkle_store {
	int (*get)(void *ctx, unsigned level, uint64_t index, struct hash *out,
	    struct err *e);
	int (*put)(void *ctx, unsigned level, uint64_t index,
	    const struct hash *h, struct err *e);
	void *ctx;
};

/* The right edge alone: enough to append to a tree from its first leaf on and
 * to know its root, and no more. Zeroed it is the edge of an empty tree. */
struct merkle_edge {
	struct hash nodes[64][2]; /* left and right child */
	uint64_t at[64][2];
};

/** merkle_edge_store(edge): as a store; get finds the newest of each level. */
struct merkle_store merkle_edge_store(struct merkle_edge *edge);

/** merkle_leaf(data, out): SHA-256(0x00 || data). */
void merkle_leaf(struct view data, struct hash *out);

/** merkle_entry(log_id, seq, accept_ms, id, out): the leaf hash of item
 * ${seq} (from 0): over "tugi log 1", log_id, seq, accept_ms, changeset id. */
void merkle_entry(uint64_t log_id, uint64_t seq, int64_t accept_ms,
    const struct hash *id, struct hash *out);

int merkle_append(const struct merkle_store *s, uint64_t size,
    const struct hash *leaf, struct err *e);
int merkle_root(const struct merkle_store *s, uint64_t size,
    struct hash *out, struct err *e);
int merkle_prove_inclusion(const struct merkle_store *s, uint64_t index,
    uint64_t size, struct merkle_proof *p, struct err *e);
int merkle_prove_consistency(const struct merkle_store *s, uint64_t old_size,
    uint64_t size, struct merkle_proof *p, struct err *e);

bool merkle_check_inclusion(const struct hash *leaf, uint64_t index,
    uint64_t size, const struct hash *root, const struct merkle_proof *p);
bool merkle_check_consistency(uint64_t old_size, const struct hash *old_root,
    uint64_t size, const struct hash *root, const struct merkle_proof *p);

#endif
