/*
 * daemon/api/auth: what a listed device signed and how often; clocks, repeats,
 * strangers, a revoked one; so many of a device's requests at a time.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "daemon/api/auth.h"
#include "tests/support/hubworld.h"

#define WORKER 2
#define OTHER 3
#define STRANGER 9 /* in no directory */

struct lines {
	char digest[HTTPSIG_HEADER_MAX], input[HTTPSIG_HEADER_MAX];
	char signature[HTTPSIG_HEADER_MAX];
};

static const struct httpsig_request pull = { "POST", "hub.test", "/v1/pull",
	"?" };
static struct hubworld w;
static struct auth *auth;
static struct httpsig found;
static struct err e;

static int
setup(void **state)
{
	struct auth_limits limits = { 100, 1 };

	(void)state;
	hw_begin(&w);
	hw_claim(&w, 4);
	auth = auth_new(w.hub, &limits);
	return 0;
}

static int
teardown(void **state)
{
	(void)state;
	auth_free(auth);
	hw_end(&w);
	return 0;
}

static void
value_of(const char *text, const char *name, char out[HTTPSIG_HEADER_MAX])
{
	const char *at = strstr(text, name);
	size_t n;

	assert_non_null(at);
	at += strlen(name);
	n = strcspn(at, "\r");
	assert_true(n < HTTPSIG_HEADER_MAX);
	memcpy(out, at, n);
	out[n] = '\0';
}

static void
sign(int dev, int64_t ahead_s, struct lines *out)
{
	struct buf b;

	buf_init(&b, 3 * HTTPSIG_HEADER_MAX);
	httpsig_sign(&pull, view_str("body"), &w.dev[dev].keys,
	    HW_NOW / 1000 + ahead_s, &b);
	value_of(buf_str(&b), "Content-Digest: ", out->digest);
	value_of(buf_str(&b), "Signature-Input: ", out->input);
	value_of(buf_str(&b), "\nSignature: ", out->signature);
	buf_done(&b);
}

static int
check(const struct lines *l)
{
	struct auth_head head = { pull, l->digest, l->input, l->signature,
		false };

	err_clear(&e);
	return auth_check(auth, &head, &found, &e);
}

static int
ask(int dev, int64_t ahead_s)
{
	struct lines l;

	sign(dev, ahead_s, &l);
	return check(&l);
}

static void
test_let_in(void **state)
{
	struct lines l, other;

	(void)state;
	sign(WORKER, 0, &l);
	assert_int_equal(check(&l), 0);
	assert_true(id_eq(&found.device, &w.dev[WORKER].keys.device));
	assert_int_equal(check(&l), 401); /* the same again */
	assert_non_null(strstr(e.text, "sent before"));
	assert_int_equal(ask(STRANGER, 0), 401);
	sign(WORKER, 0, &l);
	sign(WORKER, 0, &other);
	memcpy(l.signature, other.signature, sizeof(l.signature));
	assert_int_equal(check(&l), 401); /* of another request */
	auth_done(auth, &w.dev[WORKER].keys.device);
}

static void
test_clocks(void **state)
{
	(void)state;
	assert_int_equal(ask(WORKER, HTTPSIG_SKEW_S), 0);
	assert_int_equal(ask(WORKER, -HTTPSIG_SKEW_S), 0);
	assert_int_equal(ask(WORKER, HTTPSIG_SKEW_S + 1), 401);
	assert_int_equal(ask(WORKER, -HTTPSIG_SKEW_S - 1), 401);
	assert_int_equal(ask(WORKER, INT32_MAX), 401);
	assert_int_equal(ask(WORKER, -HW_NOW / 1000), 401); /* 1970 */
}

/* One that begins and does not end keeps few places, and nobody else's. */
static void
test_at_once(void **state)
{
	struct lines held;
	int i;

	(void)state;
	for (i = 0; i < AUTH_BUSY_MAX; i++)
		assert_int_equal(ask(WORKER, 0), 0);
	sign(WORKER, 0, &held);
	assert_int_equal(check(&held), 429);
	assert_int_equal(ask(OTHER, 0), 0);
	auth_done(auth, &w.dev[WORKER].keys.device);
	assert_int_equal(check(&held), 0); /* its nonce was not used up */
	assert_int_equal(ask(WORKER, 0), 429);
}

/* A bucket is used up by its own device alone. */
static void
test_rate(void **state)
{
	struct auth_limits few = { 3, 1 };
	struct lines wrong;
	int i;

	(void)state;
	auth_free(auth);
	auth = auth_new(w.hub, &few);
	sign(OTHER, 0, &wrong);
	wrong.signature[10] ^= 1;
	for (i = 0; i < 20; i++)
		assert_int_not_equal(check(&wrong), 0);
	/* One a second comes back, however slow the machine is. */
	for (i = 0; i < 200 && ask(WORKER, 0) == 0; i++)
		auth_done(auth, &w.dev[WORKER].keys.device);
	assert_in_range(i, 3, 199);
	assert_int_equal(ask(OTHER, 0), 0);
}

int
main(void)
{
#define T(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
	const struct CMUnitTest tests[] = {
		T(test_let_in), T(test_clocks), T(test_at_once), T(test_rate),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
