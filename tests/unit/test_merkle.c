/*
 * The Merkle log against Certificate Transparency's reference tree of eight
 * leaves, and against RFC 6962's recursive definitions for every size to 130.
 */
#include <setjmp.h>
#include <sodium.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "common/wire/keys.h"
#include "common/wire/merkle.h"
#include "tests/support/vector.h"

#define LEVELS 10
#define LEAVES 256

static struct hash nodes[LEVELS][LEAVES];
static bool there[LEVELS][LEAVES], broken;
static struct err e;

static int
get(void *ctx, unsigned level, uint64_t index, struct hash *out,
    struct err *err)
{
	(void)ctx;
	if (broken)
		return err_set(err, ERR_LOCAL, "the disk is gone");
	assert_true(level < LEVELS && index < LEAVES);
	assert_true(there[level][index]);
	*out = nodes[level][index];
	return 0;
}

static int
put(void *ctx, unsigned level, uint64_t index, const struct hash *h,
    struct err *err)
{
	(void)ctx;
	if (broken)
		return err_set(err, ERR_LOCAL, "the disk is gone");
	assert_true(level < LEVELS && index < LEAVES);
	assert_false(there[level][index]); /* once for each */
	there[level][index] = true;
	nodes[level][index] = *h;
	return 0;
}

static const struct merkle_store store = { get, put, NULL };

static void
fresh(void)
{
	memset(there, 0, sizeof(there));
	broken = false;
}

static void
hex_hash(const char *hex, struct hash *out)
{
	assert_int_equal(hash_parse(hex, out, &e), 0);
}

/* The CT reference inputs: certificate-transparency, merkle_tree_test. */
static const char *const inputs[8] = { "", "00", "10", "2021", "3031",
    "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f" };
static const char *const roots[8] = {
	"6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
	"fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
	"aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
	"d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
	"4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
	"76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
	"ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
	"5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328"
};

static void
reference_leaf(size_t i, struct hash *out)
{
	struct buf b;

	buf_init(&b, 100);
	vector_hex(inputs[i], &b);
	merkle_leaf(buf_view(&b), out);
	buf_done(&b);
}

static void
grow_reference(void)
{
	struct hash leaf;
	size_t i;

	fresh();
	for (i = 0; i < 8; i++) {
		reference_leaf(i, &leaf);
		assert_int_equal(merkle_append(&store, i, &leaf, &e), 0);
	}
}

static void
test_reference_roots(void **state)
{
	struct hash root, want, leaf;
	size_t i;

	(void)state;
	fresh();
	assert_int_equal(merkle_root(&store, 0, &root, &e), 0);
	hex_hash("e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b"
	    "7852b855", &want);
	assert_true(hash_eq(&root, &want));
	for (i = 0; i < 8; i++) {
		reference_leaf(i, &leaf);
		assert_int_equal(merkle_append(&store, i, &leaf, &e), 0);
		assert_int_equal(merkle_root(&store, i + 1, &root, &e), 0);
		hex_hash(roots[i], &want);
		assert_true(hash_eq(&root, &want));
	}
}

static void
proof_is(const struct merkle_proof *p, const char *const *want, size_t n)
{
	struct hash h;
	size_t i;

	assert_int_equal(p->count, n);
	for (i = 0; i < n; i++) {
		hex_hash(want[i], &h);
		assert_true(hash_eq(&p->nodes[i], &h));
	}
}

/* The reference's paths and proofs, numbered there from 1. */
static void
test_reference_proofs(void **state)
{
	static const char *const path_1_8[] = {
	"96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7",
	"5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
	"6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4" };
	static const char *const path_6_8[] = {
	"bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
	"ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
	"d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7" };
	static const char *const path_3_3[] = {
	"fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125" };
	static const char *const grow_6_8[] = {
	"0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a",
	"ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
	"d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7" };
	static const char *const grow_2_5[] = {
	"5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
	"bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b" };
	struct merkle_proof p;

	(void)state;
	grow_reference();
	assert_int_equal(merkle_prove_inclusion(&store, 0, 8, &p, &e), 0);
	proof_is(&p, path_1_8, 3);
	assert_int_equal(merkle_prove_inclusion(&store, 5, 8, &p, &e), 0);
	proof_is(&p, path_6_8, 3);
	assert_int_equal(merkle_prove_inclusion(&store, 2, 3, &p, &e), 0);
	proof_is(&p, path_3_3, 1);
	assert_int_equal(merkle_prove_inclusion(&store, 0, 1, &p, &e), 0);
	assert_int_equal(p.count, 0);
	assert_int_equal(merkle_prove_consistency(&store, 1, 8, &p, &e), 0);
	proof_is(&p, path_1_8, 3);
	assert_int_equal(merkle_prove_consistency(&store, 6, 8, &p, &e), 0);
	proof_is(&p, grow_6_8, 3);
	assert_int_equal(merkle_prove_consistency(&store, 2, 5, &p, &e), 0);
	proof_is(&p, grow_2_5, 2);
	assert_int_equal(merkle_prove_consistency(&store, 8, 8, &p, &e), 0);
	assert_int_equal(p.count, 0);
}

/* MTH of RFC 6962, 2.1, word by word. */
static void
definition(const struct hash *leaves, uint64_t n, struct hash *out)
{
	uint8_t in[65];
	struct hash half;
	uint64_t k = 1;

	if (n == 1) {
		*out = leaves[0];
		return;
	}
	while (k * 2 < n)
		k *= 2;
	in[0] = 1;
	definition(leaves, k, &half);
	memcpy(in + 1, half.b, 32);
	definition(leaves + k, n - k, &half);
	memcpy(in + 33, half.b, 32);
	crypto_hash_sha256(out->b, in, sizeof(in));
}

#define MANY 130

static struct hash leaves[MANY], all_roots[MANY + 1];

static void
grow_many(void)
{
	uint64_t i;

	fresh();
	for (i = 0; i < MANY; i++) {
		merkle_leaf(view_of(&i, sizeof(i)), &leaves[i]);
		assert_int_equal(merkle_append(&store, i, &leaves[i], &e), 0);
		definition(leaves, i + 1, &all_roots[i + 1]);
	}
	merkle_root(&store, 0, &all_roots[0], &e);
}

static void
test_all_roots(void **state)
{
	struct hash root;
	uint64_t n;

	(void)state;
	grow_many();
	for (n = 1; n <= MANY; n++) {
		assert_int_equal(merkle_root(&store, n, &root, &e), 0);
		assert_true(hash_eq(&root, &all_roots[n]));
	}
}

static void
test_all_inclusion(void **state)
{
	struct merkle_proof p;
	uint64_t n, i;

	(void)state;
	grow_many();
	for (n = 1; n <= MANY; n++)
		for (i = 0; i < n; i++) {
			assert_int_equal(merkle_prove_inclusion(&store, i, n,
			    &p, &e), 0);
			assert_true(merkle_check_inclusion(&leaves[i], i, n,
			    &all_roots[n], &p));
			assert_false(merkle_check_inclusion(&leaves[i],
			    (i + 1) % n + (n == 1), n, &all_roots[n], &p));
			assert_false(merkle_check_inclusion(
			    &leaves[(i + 1) % MANY], i, n, &all_roots[n],
			    &p));
			assert_false(merkle_check_inclusion(&leaves[i], i, n,
			    &all_roots[n - 1], &p));
			if (p.count == 0)
				continue;
			p.nodes[p.count / 2].b[7] ^= 1;
			assert_false(merkle_check_inclusion(&leaves[i], i, n,
			    &all_roots[n], &p));
			p.nodes[p.count / 2].b[7] ^= 1;
			p.count--;
			assert_false(merkle_check_inclusion(&leaves[i], i, n,
			    &all_roots[n], &p));
			p.count += 2;
			assert_false(merkle_check_inclusion(&leaves[i], i, n,
			    &all_roots[n], &p));
		}
}

static void
test_all_consistency(void **state)
{
	struct merkle_proof p;
	uint64_t m, n;

	(void)state;
	grow_many();
	for (n = 1; n <= MANY; n++)
		for (m = 0; m <= n; m++) {
			memset(&p, 0, sizeof(p));
			assert_int_equal(merkle_prove_consistency(&store, m,
			    n, &p, &e), 0);
			assert_true(merkle_check_consistency(m, &all_roots[m],
			    n, &all_roots[n], &p));
			if (m == 0)
				continue;
			assert_false(merkle_check_consistency(m,
			    &all_roots[m - 1], n, &all_roots[n], &p));
			assert_false(merkle_check_consistency(m,
			    &all_roots[m], n, &all_roots[n - 1], &p));
			p.count++;
			assert_false(merkle_check_consistency(m,
			    &all_roots[m], n, &all_roots[n], &p));
			p.count--;
			if (p.count == 0)
				continue;
			p.nodes[0].b[0] ^= 1;
			assert_false(merkle_check_consistency(m,
			    &all_roots[m], n, &all_roots[n], &p));
			p.nodes[0].b[0] ^= 1;
			p.count--;
			assert_false(merkle_check_consistency(m,
			    &all_roots[m], n, &all_roots[n], &p));
		}
}

static void
test_refusals(void **state)
{
	struct merkle_proof p;
	struct hash h;

	(void)state;
	grow_reference();
	memset(&p, 0, sizeof(p));
	assert_int_equal(merkle_prove_inclusion(&store, 8, 8, &p, &e), -1);
	assert_int_equal(e.kind, ERR_BUG);
	assert_int_equal(merkle_prove_consistency(&store, 9, 8, &p, &e), -1);
	assert_int_equal(e.kind, ERR_BUG);
	reference_leaf(0, &h);
	assert_false(merkle_check_inclusion(&h, 0, 0, &h, &p));
	assert_false(merkle_check_consistency(2, &h, 1, &h, &p));
	p.count = MERKLE_PROOF_MAX + 1;
	assert_false(merkle_check_inclusion(&h, 0, 8, &h, &p));
	assert_false(merkle_check_consistency(1, &h, 8, &h, &p));
	broken = true;
	assert_int_equal(merkle_append(&store, 8, &h, &e), -1);
	assert_int_equal(merkle_root(&store, 8, &h, &e), -1);
	assert_int_equal(merkle_prove_inclusion(&store, 1, 8, &p, &e), -1);
	assert_int_equal(merkle_prove_consistency(&store, 3, 8, &p, &e), -1);
	assert_int_equal(e.kind, ERR_LOCAL);
}

static void
test_entry(void **state)
{
	struct hash id, a, b;
	struct buf all;

	(void)state;
	memset(id.b, 7, sizeof(id.b));
	merkle_entry(1, 2, 3, &id, &a);
	buf_init(&all, 100);
	buf_add(&all, a.b, sizeof(a.b));
	vector_check("log-entry", buf_view(&all));
	buf_done(&all);
	merkle_entry(2, 2, 3, &id, &b);
	assert_false(hash_eq(&a, &b));
	merkle_entry(1, 3, 3, &id, &b);
	assert_false(hash_eq(&a, &b));
	merkle_entry(1, 2, 4, &id, &b);
	assert_false(hash_eq(&a, &b));
	id.b[0] ^= 1;
	merkle_entry(1, 2, 3, &id, &b);
	assert_false(hash_eq(&a, &b));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_reference_roots),
		cmocka_unit_test(test_reference_proofs),
		cmocka_unit_test(test_all_roots),
		cmocka_unit_test(test_all_inclusion),
		cmocka_unit_test(test_all_consistency),
		cmocka_unit_test(test_refusals),
		cmocka_unit_test(test_entry)
	};

	if (keys_init() != 0)
		return 1;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
