/*
 * RFC 6962 section 2.1 over a store of nodes of complete subtrees: the hub
 * appends and proves, clients check. Sizes are numbers of leaves; the largest
 * power of two below a size is the split of the RFC's definitions.
 *
 * The checks follow RFC 9162, 2.1.3.2 and 2.1.4.2, the same tree's later text.
 */
#include "common/wire/merkle.h"

#include <assert.h>
#include <sodium.h>
#include <string.h>

#define ENTRY_TAG "tugi log 1"

void
merkle_leaf(struct view data, struct hash *out)
{
	static const uint8_t prefix = 0;
	crypto_hash_sha256_state st;

	crypto_hash_sha256_init(&st);
	crypto_hash_sha256_update(&st, &prefix, 1);
	crypto_hash_sha256_update(&st, data.data, data.len);
	crypto_hash_sha256_final(&st, out->b);
}

static void
node(const struct hash *left, const struct hash *right, struct hash *out)
{
	uint8_t in[1 + 2 * sizeof(left->b)];

	in[0] = 1;
	memcpy(in + 1, left->b, sizeof(left->b));
	memcpy(in + 1 + sizeof(left->b), right->b, sizeof(right->b));
	crypto_hash_sha256(out->b, in, sizeof(in));
}

void
merkle_entry(uint64_t log_id, uint64_t seq, int64_t accept_ms,
    const struct hash *id, struct hash *out)
{
	struct buf b;

	buf_init(&b, 128);
	buf_add(&b, ENTRY_TAG, sizeof(ENTRY_TAG));
	buf_add_be(&b, log_id, 8);
	buf_add_be(&b, seq, 8);
	buf_add_be(&b, (uint64_t)accept_ms, 8);
	buf_add(&b, id->b, sizeof(id->b));
	merkle_leaf(buf_view(&b), out);
	buf_done(&b);
}

int
merkle_append(const struct merkle_store *s, uint64_t size,
    const struct hash *leaf, struct err *e)
{
	struct hash h = *leaf, left;
	unsigned level;

	for (level = 0;; level++) {
		if (s->put(s->ctx, level, size >> level, &h, e) != 0)
			return -1;
		/* A left child waits for its right one. */
		if ((size >> level & 1) == 0)
			return 0;
		if (s->get(s->ctx, level, (size >> level) - 1, &left, e) != 0)
			return -1;
		node(&left, &h, &h);
	}
}

static int
edge_get(void *ctx, unsigned level, uint64_t index, struct hash *out,
    struct err *e)
{
	const struct merkle_edge *edge = ctx;

	(void)e;
	assert(level < 64 && edge->at[level][index & 1] == index);
	*out = edge->nodes[level][index & 1];
	return 0;
}

static int
edge_put(void *ctx, unsigned level, uint64_t index, const struct hash *h,
    struct err *e)
{
	struct merkle_edge *edge = ctx;

	(void)e;
	edge->nodes[level][index & 1] = *h;
	edge->at[level][index & 1] = index;
	return 0;
}

struct merkle_store
merkle_edge_store(struct merkle_edge *edge)
{
	struct merkle_store s = { edge_get, edge_put, edge };

	return s;
}

/* Largest power of two below n, n > 1. */
static uint64_t
split(uint64_t n)
{
	uint64_t k = 1;

	while (k < n - k)
		k *= 2;
	return k;
}

static unsigned
log2_of(uint64_t power)
{
	unsigned l = 0;

	while (power >> (l + 1) != 0)
		l++;
	return l;
}

/*
 * Hash of the ${n} leaves from ${at} on, n > 0 and at a multiple of the
 * complete subtrees it is made of: from the smallest at the right end to the
 * left, as RFC 6962's recursion unrolls.
 */
static int
range(const struct merkle_store *s, uint64_t at, uint64_t n,
    struct hash *out, struct err *e)
{
	struct hash left;
	bool any = false;
	uint64_t low;
	unsigned level;

	while (n > 0) {
		low = n & (~n + 1);
		n -= low;
		level = log2_of(low);
		if (s->get(s->ctx, level, (at + n) >> level, &left, e) != 0)
			return -1;
		if (any)
			node(&left, out, out);
		else
			*out = left;
		any = true;
	}
	return 0;
}

int
merkle_root(const struct merkle_store *s, uint64_t size, struct hash *out,
    struct err *e)
{
	if (size == 0) {
		crypto_hash_sha256(out->b, NULL, 0);
		return 0;
	}
	return range(s, 0, size, out, e);
}

/* The RFC's lists run from the leaf up; here they are found from the root
 * down and turned round at the end. */
static void
turn(struct merkle_proof *p)
{
	struct hash h;
	size_t i;

	for (i = 0; i < p->count / 2; i++) {
		h = p->nodes[i];
		p->nodes[i] = p->nodes[p->count - 1 - i];
		p->nodes[p->count - 1 - i] = h;
	}
}

int
merkle_prove_inclusion(const struct merkle_store *s, uint64_t index,
    uint64_t size, struct merkle_proof *p, struct err *e)
{
	uint64_t at = 0, n = size, k;

	p->count = 0;
	if (index >= size)
		return err_set(e, ERR_BUG, "item %llu is not in a log of %llu",
		    (unsigned long long)index, (unsigned long long)size);
	while (n > 1) {
		bool right;

		k = split(n);
		right = index - at >= k;
		if (range(s, right ? at : at + k, right ? k : n - k,
		    &p->nodes[p->count], e) != 0)
			return -1;
		p->count++;
		at += right ? k : 0;
		n = right ? n - k : k;
	}
	turn(p);
	return 0;
}

int
merkle_prove_consistency(const struct merkle_store *s, uint64_t old_size,
    uint64_t size, struct merkle_proof *p, struct err *e)
{
	uint64_t at = 0, n = size, m = old_size, k;
	bool known = true; /* the old tree's own root: the reader has it */

	p->count = 0;
	if (old_size > size)
		return err_set(e, ERR_BUG, "a log of %llu was never one of "
		    "%llu", (unsigned long long)size,
		    (unsigned long long)old_size);
	if (old_size == 0)
		return 0;
	while (m != n) {
		bool right;

		k = split(n);
		right = m > k;
		if (range(s, right ? at : at + k, right ? k : n - k,
		    &p->nodes[p->count], e) != 0)
			return -1;
		p->count++;
		at += right ? k : 0;
		m -= right ? k : 0;
		n = right ? n - k : k;
		known = known && !right;
	}
	if (!known) {
		if (range(s, at, n, &p->nodes[p->count], e) != 0)
			return -1;
		p->count++;
	}
	turn(p);
	return 0;
}

bool
merkle_check_inclusion(const struct hash *leaf, uint64_t index,
    uint64_t size, const struct hash *root, const struct merkle_proof *p)
{
	struct hash h = *leaf;
	uint64_t fn = index, sn = size - 1;
	size_t i;

	if (index >= size || p->count > MERKLE_PROOF_MAX)
		return false;
	for (i = 0; i < p->count; i++) {
		if (sn == 0)
			return false;
		if ((fn & 1) != 0 || fn == sn) {
			node(&p->nodes[i], &h, &h);
			while ((fn & 1) == 0 && fn != 0) {
				fn >>= 1;
				sn >>= 1;
			}
		} else {
			node(&h, &p->nodes[i], &h);
		}
		fn >>= 1;
		sn >>= 1;
	}
	return sn == 0 && hash_eq(&h, root);
}

/* RFC 9162, 2.1.4.2, from step 2 on: 0 < old_size < size. */
static bool
check_growth(uint64_t old_size, const struct hash *old_root, uint64_t size,
    const struct hash *root, const struct merkle_proof *p)
{
	struct hash fr, sr;
	uint64_t fn = old_size - 1, sn = size - 1;
	size_t i = 0;
	bool power = (old_size & (old_size - 1)) == 0;

	if (!power && p->count == 0)
		return false;
	fr = sr = power ? *old_root : p->nodes[i++];
	while ((fn & 1) != 0) {
		fn >>= 1;
		sn >>= 1;
	}
	for (; i < p->count; i++) {
		if (sn == 0)
			return false;
		if ((fn & 1) != 0 || fn == sn) {
			node(&p->nodes[i], &fr, &fr);
			node(&p->nodes[i], &sr, &sr);
			while ((fn & 1) == 0 && fn != 0) {
				fn >>= 1;
				sn >>= 1;
			}
		} else {
			node(&sr, &p->nodes[i], &sr);
		}
		fn >>= 1;
		sn >>= 1;
	}
	return sn == 0 && hash_eq(&fr, old_root) && hash_eq(&sr, root);
}

bool
merkle_check_consistency(uint64_t old_size, const struct hash *old_root,
    uint64_t size, const struct hash *root, const struct merkle_proof *p)
{
	if (old_size > size || p->count > MERKLE_PROOF_MAX)
		return false;
	/* Anything grows out of nothing; the RFC gives this no proof. */
	if (old_size == 0)
		return p->count == 0;
	if (old_size == size)
		return p->count == 0 && hash_eq(old_root, root);
	return check_growth(old_size, old_root, size, root, p);
}
