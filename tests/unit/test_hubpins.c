/*
 * What a hub says of its TLS keys: the form, what a device takes of it at a
 * sync, and what it does not: another's signature, an older word, other keys.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "client/core/local/hubpins.h"
#include "common/wire/pins.h"
#include "tests/support/vector.h"
#include "tests/support/world.h"

static struct world w;
static struct err e;

static struct hash
pin(int c)
{
	struct hash h;

	memset(h.b, c, sizeof(h.b));
	return h;
}

static struct pins
word(uint64_t number, int now, int next, const struct sign_key *key)
{
	struct pins p = { .number = number, .now = pin(now),
		.next = pin(next) };

	pins_sign(&p, key);
	return p;
}

/* ---- the form ---- */

static int
again(struct view in, struct buf *out, struct err *why)
{
	struct pins p;

	if (pins_decode(in, &p, why) != 0)
		return -1;
	pins_encode(&p, out);
	return 0;
}

static void
test_form(void **state)
{
	char text[PINS_TEXT_BYTES];
	struct sign_pub pub, other;
	struct sign_key key;
	struct hash h = pin(0xab), back;
	struct pins p;
	struct buf b;

	(void)state;
	vector_seed(77);
	keys_sign_make(&pub, &key);
	keys_sign_make(&other, &(struct sign_key){ { 0 } });
	p = word(1790000000000, 'a', 'b', &key);
	buf_init(&b, PINS_BYTES_MAX);
	pins_encode(&p, &b);
	vector_check("proto-pins", buf_view(&b));
	vector_abuse("proto-pins", again);
	assert_true(pins_signed(&p, &pub));
	assert_false(pins_signed(&p, &other));
	p.next.b[31] ^= 1;
	assert_false(pins_signed(&p, &pub));
	p.next.b[31] ^= 1;
	p.number++;
	assert_false(pins_signed(&p, &pub));
	/* A change to the same key, and a number that says "none". */
	buf_reset(&b);
	p = word(5, 'a', 'a', &key);
	pins_encode(&p, &b);
	assert_int_equal(pins_decode(buf_view(&b), &p, &e), -1);
	buf_reset(&b);
	p = word(0, 'a', 'b', &key);
	pins_encode(&p, &b);
	assert_int_equal(pins_decode(buf_view(&b), &p, &e), -1);
	buf_done(&b);

	pins_text(&h, text);
	assert_string_equal(text,
	    "sha256//q6urq6urq6urq6urq6urq6urq6urq6urq6urq6urq6s=");
	assert_true(pins_parse(text, &back) && hash_eq(&back, &h));
	assert_true(pins_parse("abababababababababababababababab"
	    "abababababababababababababababab", &back) && hash_eq(&back, &h));
	text[20] = '*';
	assert_false(pins_parse(text, &back));
	assert_false(pins_parse("sha256//q6urq6s=", &back));
	assert_false(pins_parse("", &back));
}

/* ---- what a device takes ---- */

static int (*real_call)(void *, const struct remote_call *, int *,
    struct buf *, struct err *);
static struct pins said;
static uint64_t told;
static int asked;

static int
say(void *ctx, const struct remote_call *c, int *status, struct buf *answer,
    struct err *why)
{
	if (strcmp(c->path, "/v1/pins") != 0)
		return real_call(ctx, c, status, answer, why);
	asked++;
	*status = 200;
	pins_encode(&said, answer);
	return 0;
}

static uint64_t
tell(void *ctx)
{
	(void)ctx;
	return told;
}

/* Person 1's hub answers with key A, which its card names. */
static int
setup(void **state)
{
	(void)state;
	world_begin(&w, 2);
	real_call = w.c[1].remote.call;
	w.c[1].remote.call = say;
	w.c[1].remote.pins = tell;
	world_store(&w, 1)->hub.pin = pin('A');
	assert_int_equal(store_save_hub(world_store(&w, 1), &e), 0);
	told = 0;
	asked = 0;
	return 0;
}

static int
teardown(void **state)
{
	(void)state;
	world_end(&w);
	return 0;
}

/* The next sync hears ${p}; 0, or -1 with a sentence. */
static int
hear(const struct pins *p)
{
	said = *p;
	told = p->number;
	return world_sync(&w, 1, NULL, &e);
}

static void
knows(int now, int next)
{
	struct hash n, want = pin(next);
	uint64_t number;

	assert_int_equal(hubpins_next(world_store(&w, 1), &n, &number, &e), 0);
	assert_true(hash_eq(&n, &want));
	want = pin(now);
	assert_true(hash_eq(&world_store(&w, 1)->hub.pin, &want));
}

static void
hear_well(uint64_t number, int now, int next)
{
	struct pins p = word(number, now, next, &w.hub_key);

	if (hear(&p) != 0)
		fail_msg("%s", e.text);
}

static void
test_change(void **state)
{
	(void)state;
	world_must_sync(&w, 1);
	assert_int_equal(asked, 0); /* nothing was told */
	knows('A', 0);
	hear_well(5, 'A', 'B');
	knows('A', 'B');
	world_must_sync(&w, 1);
	assert_int_equal(asked, 1); /* and not again */
	hear_well(6, 'B', 'C');
	knows('B', 'C');
	hear_well(7, 'C', 'D');
	world_close(&w, 1);
	assert_int_equal(world_open(&w, 1, &e), 0);
	knows('C', 'D');
	/* Another next key for the same one. */
	hear_well(8, 'C', 'E');
	knows('C', 'E');
}

static void
refused(const struct pins *p, const char *words)
{
	struct id the_case;

	/* What people wrote goes out before that. */
	world_case(&w, 1, "Anna Tamm", &the_case);
	assert_int_equal(hear(p), -1);
	assert_int_equal(e.kind, ERR_PEER);
	assert_non_null(strstr(e.text, words));
	assert_int_equal(world_count(&w, 1, "SELECT count(*) FROM version "
	    "WHERE state = 0"), 0);
}

static void
test_forged(void **state)
{
	struct sign_pub pub;
	struct sign_key key;
	struct pins p;

	(void)state;
	hear_well(5, 'A', 'B');
	keys_sign_make(&pub, &key);
	p = word(6, 'A', 'X', &key);
	refused(&p, "not signed by it");
	p = word(6, 'A', 'C', &w.hub_key);
	p.next = pin('X');
	refused(&p, "not signed by it");
	knows('A', 'B');
}

static void
test_other_keys(void **state)
{
	struct pins p;

	(void)state;
	p = word(5, 'X', 'B', &w.hub_key);
	refused(&p, "says that it uses another");
	knows('A', 0);
	hear_well(6, 'A', 'B');
	hear_well(7, 'B', 'C');
	/* The key from before is none of the two any more. */
	p = word(8, 'A', 'B', &w.hub_key);
	refused(&p, "says that it uses another");
	knows('B', 'C');
}

static void
test_replayed(void **state)
{
	struct pins old = word(5, 'A', 'B', &w.hub_key);

	(void)state;
	assert_int_equal(hear(&old), 0);
	hear_well(6, 'B', 'C');
	/* It tells of a new word and brings an old one. */
	said = old;
	told = 9;
	world_must_sync(&w, 1);
	assert_int_equal(asked, 3);
	knows('B', 'C');
	said = word(6, 'B', 'Z', &w.hub_key);
	world_must_sync(&w, 1);
	knows('B', 'C');
}

static void
test_vouched(void **state)
{
	struct pins p = word(9, 'D', 'E', &w.hub_key);
	struct hash d = pin('D'), x = pin('X');
	struct sign_pub pub;
	struct sign_key key;
	struct buf b;

	(void)state;
	hear_well(10, 'A', 'B');
	buf_init(&b, PINS_BYTES_MAX);
	pins_encode(&p, &b);
	assert_int_equal(hubpins_vouched(world_store(&w, 1), buf_view(&b), &x,
	    &e), -1);
	assert_non_null(strstr(e.text, "nothing was changed"));
	knows('A', 'B');
	/* Older than what was known: of a hub from a backup. */
	assert_int_equal(hubpins_vouched(world_store(&w, 1), buf_view(&b), &d,
	    &e), 0);
	knows('D', 'E');
	buf_reset(&b);
	keys_sign_make(&pub, &key);
	p = word(11, 'X', 'Y', &key);
	pins_encode(&p, &b);
	assert_int_equal(hubpins_vouched(world_store(&w, 1), buf_view(&b), &x,
	    &e), -1);
	knows('D', 'E');
	buf_done(&b);
}

static int
carry(const struct pins *p)
{
	struct buf b;
	int rc;

	buf_init(&b, PINS_BYTES_MAX);
	pins_encode(p, &b);
	rc = hubpins_carried(world_store(&w, 1), buf_view(&b), &e);
	buf_done(&b);
	return rc;
}

/* Both keys are lost: a file says which ones there are, about which nobody had
 * heard. Only the hub can have written it, and only once. */
static void
test_carried(void **state)
{
	struct pins old = word(5, 'A', 'B', &w.hub_key), p;
	struct sign_pub pub;
	struct sign_key key;

	(void)state;
	hear_well(6, 'A', 'B');
	p = word(9, 'X', 'Y', &w.hub_key);
	assert_int_equal(carry(&p), 0);
	knows('X', 'Y');
	assert_int_equal(carry(&p), -1);
	assert_int_equal(e.kind, ERR_CLASH);
	assert_int_equal(carry(&old), -1);
	assert_int_equal(e.kind, ERR_CLASH);
	keys_sign_make(&pub, &key);
	p = word(10, 'M', 'N', &key);
	assert_int_equal(carry(&p), -1);
	assert_non_null(strstr(e.text, "not signed by it"));
	assert_int_equal(hubpins_carried(world_store(&w, 1), view_str("no"),
	    &e), -1);
	world_store(&w, 1)->stopped = true;
	p = word(11, 'M', 'N', &w.hub_key);
	assert_int_equal(carry(&p), -1);
	assert_int_equal(e.kind, ERR_DENIED);
	knows('X', 'Y');
}

/* A hub that has contradicted itself is believed nothing more. */
static void
test_stopped(void **state)
{
	struct pins p = word(5, 'A', 'B', &w.hub_key);

	(void)state;
	world_store(&w, 1)->stopped = true;
	assert_int_equal(hear(&p), -1);
	assert_int_equal(asked, 0);
	knows('A', 0);
}

#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_form), T(test_change), T(test_forged),
		T(test_other_keys), T(test_replayed), T(test_vouched),
		T(test_carried), T(test_stopped),
	};

	if (keys_init() != 0)
		return 1;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
