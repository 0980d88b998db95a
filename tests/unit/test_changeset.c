/* Changesets: sealed and opened, carried in part, held when unknown. */
#include <setjmp.h>
#include <sodium.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "common/wire/changeset.h"
#include "common/wire/pack.h"
#include "tests/support/vector.h"

#define NOTE "Visited the family at home. The boy sleeps badly since the " \
	"autumn; the teacher says the same, the mother will call the teacher."

static struct device_keys me;
static struct sym_key key;
static struct err e;

static int
setup(void **state)
{
	(void)state;
	vector_seed(2);
	keys_device_make(&me);
	keys_sym_make(&key);
	return 0;
}

static void
header(enum changeset_kind kind, struct changeset_header *h)
{
	memset(h, 0, sizeof(*h));
	h->kind = kind;
	if (kind != CHANGESET_DIRECTORY) {
		memset(h->space.b, 0x5a, sizeof(h->space.b));
		h->epoch = 3;
	}
	h->author = me.device;
	h->counter = 7;
	memset(h->prev_own.b, 0x11, sizeof(h->prev_own.b));
	h->seen.log_id = 0x0102030405060708;
	h->seen.size = 4711;
}

/* ${n} bodies, body i is text ${plain} with its number in front. */
static void
seal(enum changeset_kind kind, size_t n, const char *plain, struct buf *out)
{
	char text[CHANGESET_BODIES_MAX][400];
	struct view views[CHANGESET_BODIES_MAX];
	struct changeset_seal_in in = { &key, views, n, &me.sign };
	struct changeset_header h;
	struct hash id;
	size_t i, len = strlen(plain) + 1;

	header(kind, &h);
	for (i = 0; i < n; i++) {
		text[i][0] = (char)('0' + i);
		memcpy(text[i] + 1, plain, len);
		views[i] = view_str(text[i]);
	}
	if (changeset_seal(&h, &in, out, &id, &e) != 0)
		fail_msg("%s", e.text);
}

static void
clear(enum changeset_kind kind, struct view body, struct buf *out)
{
	struct changeset_header h;
	struct hash id;

	header(kind, &h);
	if (changeset_clear(&h, body, &me.sign, out, &id, &e) != 0)
		fail_msg("%s", e.text);
}

static void
test_round_trip(void **state)
{
	struct changeset cs;
	struct changeset_header h;
	struct buf out, plain;
	size_t i;

	(void)state;
	buf_init(&out, CHANGESET_BYTES_MAX);
	buf_init(&plain, CHANGESET_BODY_MAX);
	seal(CHANGESET_CONTENT, 3, NOTE, &out);
	assert_int_equal(changeset_decode(buf_view(&out), &cs, &e), 0);
	header(CHANGESET_CONTENT, &h);
	assert_int_equal(cs.h.version, CHANGESET_VERSION);
	assert_int_equal(cs.h.suite, CHANGESET_SUITE);
	assert_int_equal(cs.h.kind, h.kind);
	assert_true(id_eq(&cs.h.space, &h.space));
	assert_int_equal(cs.h.epoch, 3);
	assert_true(id_eq(&cs.h.author, &me.device));
	assert_int_equal(cs.h.counter, 7);
	assert_true(hash_eq(&cs.h.prev_own, &h.prev_own));
	assert_true(cs.h.seen.log_id == h.seen.log_id);
	assert_true(cs.h.seen.size == h.seen.size);
	assert_int_equal(cs.h.count, 3);
	assert_int_equal(cs.header_bytes, CHANGESET_FIXED_BYTES +
	    3 * CHANGESET_ENTRY_BYTES + CHANGESET_SIG_BYTES);
	assert_true(cs.has_bodies && cs.whole);
	assert_true(changeset_known(&cs.h));
	assert_true(changeset_verify(&cs, &me.sign_pub));
	for (i = 0; i < 3; i++) {
		buf_reset(&plain);
		assert_int_equal(changeset_open(&cs, i, &key, &plain, &e), 0);
		assert_int_equal(plain.data[0], '0' + i);
		assert_string_equal(buf_str(&plain) + 1, NOTE);
	}
	assert_int_equal(changeset_open(&cs, 3, &key, &plain, &e), -1);
	assert_int_equal(e.kind, ERR_ABSENT);
	buf_done(&out);
	buf_done(&plain);
}

static void
test_same_id(void **state)
{
	struct changeset_header h;
	struct changeset cs;
	struct hash id;
	struct buf out;

	(void)state;
	buf_init(&out, CHANGESET_BYTES_MAX);
	header(CHANGESET_EPOCH, &h);
	assert_int_equal(changeset_clear(&h, view_str("x"), &me.sign, &out,
	    &id, &e), 0);
	assert_int_equal(changeset_decode(buf_view(&out), &cs, &e), 0);
	assert_true(hash_eq(&id, &cs.id));
	assert_true(view_eq(cs.bodies[0], view_str("x")));
	assert_int_equal(changeset_open(&cs, 0, &key, &out, &e), -1);
	assert_int_equal(e.kind, ERR_PEER);
	buf_done(&out);
}

static void
test_wrong_keys(void **state)
{
	struct device_keys other;
	struct sym_key wrong;
	struct changeset cs;
	struct buf out, plain;

	(void)state;
	keys_device_make(&other);
	keys_sym_make(&wrong);
	buf_init(&out, CHANGESET_BYTES_MAX);
	buf_init(&plain, CHANGESET_BODY_MAX);
	seal(CHANGESET_ACCESS, 2, NOTE, &out);
	assert_int_equal(changeset_decode(buf_view(&out), &cs, &e), 0);
	assert_false(changeset_verify(&cs, &other.sign_pub));
	assert_int_equal(changeset_open(&cs, 0, &wrong, &plain, &e), -1);
	assert_int_equal(e.kind, ERR_PEER);
	assert_int_equal(plain.len, 0);
	buf_done(&out);
	buf_done(&plain);
}

/* Bodies are bound to their header and to their place in it. */
static void
test_bound(void **state)
{
	struct changeset cs, moved;
	struct buf out, plain;

	(void)state;
	buf_init(&out, CHANGESET_BYTES_MAX);
	buf_init(&plain, CHANGESET_BODY_MAX);
	seal(CHANGESET_CONTENT, 2, NOTE, &out);
	assert_int_equal(changeset_decode(buf_view(&out), &cs, &e), 0);
	moved = cs;
	moved.bodies[0] = cs.bodies[1];
	assert_int_equal(changeset_open(&moved, 0, &key, &plain, &e), -1);
	moved = cs;
	moved.h.author.b[0] ^= 1;
	assert_int_equal(changeset_open(&moved, 0, &key, &plain, &e), -1);
	moved = cs;
	moved.h.seen.size++;
	assert_int_equal(changeset_open(&moved, 0, &key, &plain, &e), -1);
	/* but not to the hashes, which follow it */
	moved = cs;
	moved.h.body_hash[0].b[0] ^= 1;
	assert_int_equal(changeset_open(&moved, 0, &key, &plain, &e), 0);
	buf_done(&out);
	buf_done(&plain);
}

static void
test_fresh_nonces(void **state)
{
	struct buf a, b;
	struct changeset ca, cb;

	(void)state;
	buf_init(&a, CHANGESET_BYTES_MAX);
	buf_init(&b, CHANGESET_BYTES_MAX);
	seal(CHANGESET_CONTENT, 2, NOTE, &a);
	seal(CHANGESET_CONTENT, 2, NOTE, &b);
	changeset_decode(buf_view(&a), &ca, &e);
	changeset_decode(buf_view(&b), &cb, &e);
	assert_memory_not_equal(ca.h.nonce, cb.h.nonce, 24);
	assert_false(view_eq(ca.bodies[0], cb.bodies[0]));
	/* the note is nowhere to be seen */
	assert_null(memmem(a.data, a.len, "sleeps badly", 12));
	buf_done(&a);
	buf_done(&b);
}

static void
test_limits(void **state)
{
	static uint8_t noise[CHANGESET_BYTES_MAX];
	struct view views[CHANGESET_BODIES_MAX + 1];
	struct changeset_seal_in in = { &key, views, 0, &me.sign };
	struct changeset_header h;
	struct changeset cs;
	struct hash id;
	struct buf out;
	size_t i;

	(void)state;
	randombytes_buf(noise, sizeof(noise));
	buf_init(&out, CHANGESET_BYTES_MAX);
	header(CHANGESET_CONTENT, &h);
	assert_int_equal(changeset_seal(&h, &in, &out, &id, &e), -1);
	assert_int_equal(e.kind, ERR_TOOBIG);
	for (i = 0; i <= CHANGESET_BODIES_MAX; i++)
		views[i] = view_str(NOTE);
	in.count = CHANGESET_BODIES_MAX + 1;
	assert_int_equal(changeset_seal(&h, &in, &out, &id, &e), -1);
	assert_int_equal(e.kind, ERR_TOOBIG);
	in.count = 1;
	views[0] = view_of(noise, CHANGESET_BODY_MAX + 1);
	assert_int_equal(changeset_seal(&h, &in, &out, &id, &e), -1);
	assert_int_equal(e.kind, ERR_TOOBIG);
	for (i = 0; i < 4; i++)
		views[i] = view_of(noise, CHANGESET_BODY_MAX);
	in.count = 4; /* each fits, together they do not */
	assert_int_equal(changeset_seal(&h, &in, &out, &id, &e), -1);
	assert_int_equal(e.kind, ERR_TOOBIG);
	assert_int_equal(out.len, 0);
	in.count = 3;
	assert_int_equal(changeset_seal(&h, &in, &out, &id, &e), 0);
	assert_int_equal(changeset_decode(buf_view(&out), &cs, &e), 0);
	buf_reset(&out);
	assert_int_equal(changeset_clear(&h, view_of(NULL, 0), &me.sign, &out,
	    &id, &e), -1);
	assert_int_equal(e.kind, ERR_TOOBIG);
	assert_int_equal(changeset_clear(&h, view_of(noise,
	    CHANGESET_BYTES_MAX), &me.sign, &out, &id, &e), -1);
	assert_int_equal(e.kind, ERR_TOOBIG);
	buf_done(&out);
}

static void
test_carried_in_part(void **state)
{
	struct changeset cs, part;
	struct buf out, some, plain;

	(void)state;
	buf_init(&out, CHANGESET_BYTES_MAX);
	buf_init(&some, CHANGESET_BYTES_MAX);
	buf_init(&plain, CHANGESET_BODY_MAX);
	seal(CHANGESET_CONTENT, 3, NOTE, &out);
	changeset_decode(buf_view(&out), &cs, &e);
	changeset_without(buf_view(&out), &cs, UINT64_MAX, &some);
	assert_true(view_eq(buf_view(&some), buf_view(&out)));
	buf_reset(&some);
	changeset_without(buf_view(&out), &cs, 0, &some);
	assert_int_equal(some.len, cs.header_bytes);
	assert_int_equal(changeset_decode(buf_view(&some), &part, &e), 0);
	assert_false(part.has_bodies || part.whole);
	assert_true(changeset_verify(&part, &me.sign_pub));
	buf_reset(&some);
	changeset_without(buf_view(&out), &cs, 5, &some);
	assert_int_equal(changeset_decode(buf_view(&some), &part, &e), 0);
	assert_true(part.has_bodies && !part.whole);
	assert_true(changeset_verify(&part, &me.sign_pub));
	assert_true(hash_eq(&part.id, &cs.id));
	assert_int_equal(changeset_open(&part, 0, &key, &plain, &e), 0);
	assert_int_equal(changeset_open(&part, 1, &key, &plain, &e), -1);
	assert_int_equal(e.kind, ERR_ABSENT);
	assert_int_equal(changeset_open(&part, 2, &key, &plain, &e), 0);
	/* a map that names a body beyond the last */
	some.data[part.header_bytes + 6] |= 1;
	assert_int_equal(changeset_decode(buf_view(&some), &part, &e), -1);
	assert_int_equal(e.kind, ERR_PEER);
	buf_done(&out);
	buf_done(&some);
	buf_done(&plain);
}

/* Byte ${at} of a good changeset set to ${v}: taken or refused? */
static int
patched(enum changeset_kind kind, size_t at, uint8_t v, struct changeset *cs)
{
	static struct buf out;
	int rc;

	buf_done(&out);
	buf_init(&out, CHANGESET_BYTES_MAX);
	if (kind == CHANGESET_CONTENT)
		seal(kind, 2, NOTE, &out);
	else
		clear(kind, view_str("body"), &out);
	out.data[at] = v;
	rc = changeset_decode(buf_view(&out), cs, &e);
	if (rc != 0)
		assert_int_equal(e.kind, ERR_PEER);
	return rc;
}

static void
test_unknown_are_held(void **state)
{
	struct changeset cs;
	struct buf plain;

	(void)state;
	buf_init(&plain, CHANGESET_BODY_MAX);
	assert_int_equal(patched(CHANGESET_CONTENT, 0, 2, &cs), 0);
	assert_int_equal(cs.h.version, 2);
	assert_false(changeset_known(&cs.h));
	assert_int_equal(changeset_open(&cs, 0, &key, &plain, &e), -1);
	assert_int_equal(e.kind, ERR_PEER);
	assert_int_equal(patched(CHANGESET_CONTENT, 1, 0, &cs), 0);
	assert_false(changeset_known(&cs.h));
	assert_int_equal(patched(CHANGESET_CONTENT, 1, 200, &cs), 0);
	assert_int_equal((int)cs.h.kind, 200);
	assert_false(changeset_known(&cs.h));
	assert_int_equal(patched(CHANGESET_CONTENT, 2, 9, &cs), 0);
	assert_int_equal(cs.h.suite, 9);
	assert_false(changeset_known(&cs.h));
	assert_true(cs.has_bodies);
	buf_done(&plain);
}

/* A header alone may not promise more than a changeset can hold, whatever
 * its kind: 64 KiB and 192 KiB, byte 122 of the lengths being the second. */
static void
test_promised_size(void **state)
{
	struct changeset cs;
	struct buf out;

	(void)state;
	buf_init(&out, CHANGESET_BYTES_MAX);
	seal(CHANGESET_CONTENT, 2, NOTE, &out);
	assert_int_equal(changeset_decode(buf_view(&out), &cs, &e), 0);
	out.len = cs.header_bytes;
	out.data[1] = 200;
	out.data[122] = 1;
	assert_int_equal(changeset_decode(buf_view(&out), &cs, &e), 0);
	assert_false(cs.has_bodies);
	out.data[122] = 3;
	assert_int_equal(changeset_decode(buf_view(&out), &cs, &e), -1);
	assert_int_equal(e.kind, ERR_PEER);
	buf_done(&out);
}

static void
test_misfits(void **state)
{
	struct changeset cs;

	(void)state;
	/* content as clear kinds: two bodies; clear as content: no class */
	assert_int_equal(patched(CHANGESET_CONTENT, 1, CHANGESET_EPOCH, &cs),
	    -1);
	assert_int_equal(patched(CHANGESET_EPOCH, 1, CHANGESET_CONTENT, &cs),
	    -1);
	/* a space where none belongs, an epoch where none belongs */
	assert_int_equal(patched(CHANGESET_DIRECTORY, 3, 1, &cs), -1);
	assert_int_equal(patched(CHANGESET_DIRECTORY, 22, 1, &cs), -1);
	assert_int_equal(patched(CHANGESET_EPOCH, 1, CHANGESET_DIRECTORY,
	    &cs), -1);
	assert_int_equal(patched(CHANGESET_DIRECTORY, 1, CHANGESET_EPOCH,
	    &cs), -1);
	/* sealed under no epoch */
	assert_int_equal(patched(CHANGESET_CONTENT, 22, 0, &cs), -1);
	/* counts and lengths */
	assert_int_equal(patched(CHANGESET_CONTENT, 120, 0, &cs), -1);
	assert_int_equal(patched(CHANGESET_CONTENT, 120, 65, &cs), -1);
	assert_int_equal(patched(CHANGESET_CONTENT, 119, 1, &cs), -1);
	assert_int_equal(patched(CHANGESET_CONTENT, 121, 1, &cs), -1);
	assert_int_equal(patched(CHANGESET_CONTENT, 124, 1, &cs), -1);
	/* a body that is not the one signed */
	assert_int_equal(patched(CHANGESET_CONTENT, CHANGESET_FIXED_BYTES +
	    2 * CHANGESET_ENTRY_BYTES + CHANGESET_SIG_BYTES + 5, 0, &cs), -1);
	/* and all is well without a patch */
	assert_int_equal(patched(CHANGESET_CONTENT, 0, 1, &cs), 0);
	assert_int_equal(patched(CHANGESET_DIRECTORY, 0, 1, &cs), 0);
}

static int
again(struct view in, struct buf *out, struct err *err)
{
	struct changeset cs;

	if (changeset_decode(in, &cs, err) != 0)
		return -1;
	changeset_without(in, &cs, UINT64_MAX, out);
	return 0;
}

static void
test_vectors(void **state)
{
	static const struct {
		const char *name;
		enum changeset_kind kind;
	} clears[] = {
		{ "changeset-epoch", CHANGESET_EPOCH },
		{ "changeset-directory", CHANGESET_DIRECTORY },
		{ "changeset-letter", CHANGESET_LETTER },
		{ "changeset-erase", CHANGESET_ERASE }
	};
	struct buf out;
	size_t i;

	(void)state;
	setup(NULL);
	buf_init(&out, CHANGESET_BYTES_MAX);
	/* Too short to be compressed: the same with every zstd. */
	seal(CHANGESET_CONTENT, 2, "7&", &out);
	vector_check("changeset-content", buf_view(&out));
	vector_abuse("changeset-content", again);
	buf_reset(&out);
	seal(CHANGESET_ACCESS, 1, "9!", &out);
	vector_check("changeset-access", buf_view(&out));
	vector_abuse("changeset-access", again);
	for (i = 0; i < sizeof(clears) / sizeof(clears[0]); i++) {
		buf_reset(&out);
		clear(clears[i].kind, view_of("\xa0", 1), &out);
		vector_check(clears[i].name, buf_view(&out));
		vector_abuse(clears[i].name, again);
	}
	buf_done(&out);
}

static void
test_vector_part(void **state)
{
	struct changeset cs;
	struct buf out, part;

	(void)state;
	buf_init(&out, CHANGESET_BYTES_MAX);
	buf_init(&part, CHANGESET_BYTES_MAX);
	vector_load("changeset-content", &out);
	assert_int_equal(changeset_decode(buf_view(&out), &cs, &e), 0);
	changeset_without(buf_view(&out), &cs, 2, &part);
	vector_check("changeset-erased-body", buf_view(&part));
	vector_abuse("changeset-erased-body", again);
	buf_done(&out);
	buf_done(&part);
}

/* No bit of a header can be turned without the signature showing it. */
static void
test_signed_bits(void **state)
{
	struct changeset cs;
	struct buf out;
	size_t i;

	(void)state;
	setup(NULL);
	buf_init(&out, CHANGESET_BYTES_MAX);
	vector_load("changeset-content", &out);
	for (i = 0; i < CHANGESET_FIXED_BYTES + 2 * CHANGESET_ENTRY_BYTES +
	    CHANGESET_SIG_BYTES; i++) {
		out.data[i] ^= 0x20;
		if (changeset_decode(buf_view(&out), &cs, &e) == 0)
			assert_false(changeset_verify(&cs, &me.sign_pub));
		out.data[i] ^= 0x20;
	}
	assert_int_equal(changeset_decode(buf_view(&out), &cs, &e), 0);
	assert_true(changeset_verify(&cs, &me.sign_pub));
	buf_done(&out);
}

/* Compressed text: whatever zstd made it, this dictionary opens it. */
static void
test_vector_packed(void **state)
{
	struct changeset cs;
	struct buf out, plain;

	(void)state;
	setup(NULL);
	buf_init(&out, CHANGESET_BYTES_MAX);
	buf_init(&plain, CHANGESET_BODY_MAX);
	if (getenv("TUGI_WRITE_VECTORS") != NULL) {
		seal(CHANGESET_CONTENT, 1, NOTE, &out);
		vector_check("changeset-packed", buf_view(&out));
		setup(NULL);
	}
	buf_reset(&out);
	vector_load("changeset-packed", &out);
	assert_int_equal(changeset_decode(buf_view(&out), &cs, &e), 0);
	assert_true(changeset_verify(&cs, &me.sign_pub));
	if (changeset_open(&cs, 0, &key, &plain, &e) != 0)
		fail_msg("%s", e.text);
	assert_string_equal(buf_str(&plain) + 1, NOTE);
	buf_done(&out);
	buf_done(&plain);
}

/* In the build that leaks on purpose the note is there to be found, opening
 * still works, and nobody can take such a changeset for a sealed one. */
static void
test_leak(void **state)
{
	struct changeset cs;
	struct buf out;

	(void)state;
	buf_init(&out, CHANGESET_BYTES_MAX);
	seal(CHANGESET_CONTENT, 2, NOTE, &out);
	assert_non_null(memmem(out.data, out.len, "sleeps badly", 12));
	assert_int_equal(changeset_decode(buf_view(&out), &cs, &e), 0);
	assert_int_equal(cs.h.suite, CHANGESET_SUITE_LEAK);
	buf_done(&out);
}

int
main(void)
{
	const struct CMUnitTest leaky[] = {
		cmocka_unit_test(test_round_trip),
		cmocka_unit_test(test_leak)
	};
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_round_trip),
		cmocka_unit_test(test_same_id),
		cmocka_unit_test(test_wrong_keys),
		cmocka_unit_test(test_bound),
		cmocka_unit_test(test_fresh_nonces),
		cmocka_unit_test(test_limits),
		cmocka_unit_test(test_carried_in_part),
		cmocka_unit_test(test_unknown_are_held),
		cmocka_unit_test(test_promised_size),
		cmocka_unit_test(test_misfits),
		cmocka_unit_test(test_vectors),
		cmocka_unit_test(test_vector_part),
		cmocka_unit_test(test_signed_bits),
		cmocka_unit_test(test_vector_packed)
	};

	if (keys_init() != 0)
		return 1;
	if (CHANGESET_SUITE == CHANGESET_SUITE_LEAK)
		return cmocka_run_group_tests(leaky, setup, NULL);
	return cmocka_run_group_tests(tests, setup, NULL);
}
