/*
 * Proofs of the log. A small tree is made; its own proofs hold, and with what
 * the input changes in them they hold only if nothing was changed. A proof of
 * sizes and nodes from outside is refused without reading too far.
 */
#include <string.h>

#include "common/base/mem.h"
#include "common/wire/merkle.h"
#include "tests/fuzz/fuzz.h"

#define LEAVES 40

struct tree {
	struct hash node[7][64];
	struct hash leaf[LEAVES], root[LEAVES + 1];
};

static int
get(void *ctx, unsigned level, uint64_t index, struct hash *out,
    struct err *e)
{
	struct tree *t = ctx;

	FUZZ_SURE(level < 7 && index < 64);
	(void)e;
	*out = t->node[level][index];
	return 0;
}

static int
put(void *ctx, unsigned level, uint64_t index, const struct hash *h,
    struct err *e)
{
	struct tree *t = ctx;

	FUZZ_SURE(level < 7 && index < 64);
	(void)e;
	t->node[level][index] = *h;
	return 0;
}

static void
grow(const struct merkle_store *s, struct tree *t)
{
	struct err e;
	uint64_t i;

	for (i = 0; i < LEAVES; i++) {
		merkle_leaf(view_of(&i, sizeof(i)), &t->leaf[i]);
		FUZZ_SURE(merkle_append(s, i, &t->leaf[i], &e) == 0);
		FUZZ_SURE(merkle_root(s, i + 1, &t->root[i + 1], &e) == 0);
	}
}

/* What is left of the input is laid over the proof; true: it was changed. */
static bool
spoil(struct fuzz_in *in, struct merkle_proof *p)
{
	struct merkle_proof was = *p;
	struct view v;
	size_t at;

	p->count = (p->count + fuzz_take(in, 1)) % (MERKLE_PROOF_MAX + 1);
	at = fuzz_take(in, 1) % sizeof(p->nodes);
	v = fuzz_take_view(in, sizeof(p->nodes) - at);
	if (v.len > 0)
		memcpy((uint8_t *)p->nodes + at, v.data, v.len);
	return p->count != was.count || memcmp(p->nodes, was.nodes,
	    p->count * sizeof(p->nodes[0])) != 0;
}

static void
wild(struct fuzz_in in, const struct tree *t)
{
	struct merkle_proof p;
	uint64_t a = fuzz_take(&in, 8), b = fuzz_take(&in, 8);

	memset(&p, 0, sizeof(p));
	spoil(&in, &p);
	FUZZ_SURE(!merkle_check_inclusion(&t->leaf[1], a, b, &t->root[LEAVES],
	    &p));
	(void)merkle_check_consistency(a, &t->root[1], b, &t->root[LEAVES],
	    &p);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct tree *t = mem_new(sizeof(*t));
	struct merkle_store s = { get, put, t };
	struct fuzz_in in = { data, size };
	struct merkle_proof p;
	uint64_t n, i;
	struct err e;

	fuzz_begin();
	grow(&s, t);
	wild(in, t);
	n = 1 + fuzz_take(&in, 1) % LEAVES;
	i = fuzz_take(&in, 1) % n;
	memset(&p, 0, sizeof(p));
	FUZZ_SURE(merkle_prove_inclusion(&s, i, n, &p, &e) == 0);
	FUZZ_SURE(merkle_check_inclusion(&t->leaf[i], i, n, &t->root[n], &p));
	if (spoil(&in, &p))
		FUZZ_SURE(!merkle_check_inclusion(&t->leaf[i], i, n,
		    &t->root[n], &p));
	memset(&p, 0, sizeof(p));
	FUZZ_SURE(merkle_prove_consistency(&s, i + 1, n, &p, &e) == 0);
	FUZZ_SURE(merkle_check_consistency(i + 1, &t->root[i + 1], n,
	    &t->root[n], &p));
	if (spoil(&in, &p))
		FUZZ_SURE(!merkle_check_consistency(i + 1, &t->root[i + 1], n,
		    &t->root[n], &p));
	mem_free(t);
	return 0;
}
