/* client/core/enrol: joining with a card, and everything wrong with one. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <string.h>

#include "client/core/profile/enrol.h"
#include "client/core/local/store.h"
#include "client/core/office/office.h"
#include "tests/support/world.h"

static struct world w;
static struct err e;
static struct buf text;

static int
setup(void **state)
{
	(void)state;
	world_begin(&w, 2);
	world_profile(&w, 2);
	buf_init(&text, 4096);
	assert_int_equal(office_card(w.c[0].session, &text, &e), 0);
	return 0;
}

static int
teardown(void **state)
{
	(void)state;
	buf_done(&text);
	world_end(&w);
	return 0;
}

static int
join(const char *card, struct enrol_result *out)
{
	return enrol_join(w.c[2].session, &w.c[2].remote, card, out, &e);
}

static int
approve(const char *code)
{
	struct office_approval a = { .code = code, .name = "Piret" };

	return office_approve(w.c[0].session, &w.c[0].remote, &a, &e);
}

static void
test_join(void **state)
{
	struct enrol_result r, again;

	(void)state;
	assert_int_equal(enrol_code(w.c[2].session, &again, &e), -1);
	assert_int_equal(e.kind, ERR_ABSENT);
	assert_int_equal(join(buf_str(&text), &r), 0);
	assert_int_equal(strlen(r.code), 9);
	assert_non_null(strstr(r.hub, "https://"));
	assert_int_equal(world_store(&w, 2)->stage, STORE_WAITING);
	/* Waiting is no failure, and the code stays the same. */
	world_must_sync(&w, 2);
	assert_int_equal(world_store(&w, 2)->stage, STORE_WAITING);
	assert_int_equal(enrol_code(w.c[2].session, &again, &e), 0);
	assert_string_equal(again.code, r.code);
	world_close(&w, 2);
	assert_int_equal(world_open(&w, 2, &e), 0);
	assert_int_equal(enrol_code(w.c[2].session, &again, &e), 0);
	assert_string_equal(again.code, r.code);
	assert_int_equal(approve(r.code), 0);
	assert_true(world_must_sync(&w, 2).approved);
	assert_int_equal(world_store(&w, 2)->stage, STORE_MEMBER);
	assert_int_equal(enrol_code(w.c[2].session, &again, &e), -1);
	assert_int_equal(join(buf_str(&text), &r), -1);
	assert_int_equal(e.kind, ERR_CLASH);
}

static void
test_mistyped(void **state)
{
	struct enrol_result r;
	char bad[4096];
	size_t at;

	(void)state;
	assert_int_equal(join("hello", &r), -1);
	assert_int_equal(e.kind, ERR_INPUT);
	snprintf(bad, sizeof(bad), "%s", buf_str(&text));
	at = strlen(bad) - 3;
	bad[at] = bad[at] == '2' ? '3' : '2';
	assert_int_equal(join(bad, &r), -1);
	assert_int_equal(e.kind, ERR_INPUT);
	assert_int_equal(world_store(&w, 2)->stage, STORE_NEW);
}

/* A card that names another office: refused when its directory shows. */
static void
test_other_root(void **state)
{
	struct enrol_result r;
	struct card c;
	struct buf other;

	(void)state;
	assert_int_equal(card_decode(buf_str(&text), &c, &e), 0);
	c.root.b[0] ^= 1;
	buf_init(&other, 4096);
	card_encode(&c, &other);
	assert_int_equal(join(buf_str(&other), &r), 0);
	/* The codes differ: each side reads out another one ... */
	assert_int_equal(approve(r.code), -1);
	assert_int_equal(e.kind, ERR_ABSENT);
	/* ... a second card of the right office is not taken meanwhile ... */
	assert_int_equal(join(buf_str(&text), &r), -1);
	assert_int_equal(e.kind, ERR_PEER);
	buf_done(&other);
	/* ... and were it approved, the first sync would see another root. */
	{
		struct office_request_list l;
		char code[16];

		assert_int_equal(office_requests(w.c[0].session,
		    &w.c[0].remote, &l, &e), 0);
		assert_int_equal(l.count, 1);
		assert_true(l.items[0].known_card);
		snprintf(code, sizeof(code), "%s", l.items[0].code);
		office_request_list_done(&l);
		assert_int_equal(approve(code), 0);
	}
	assert_int_equal(world_sync(&w, 2, NULL, &e), -1);
	assert_int_equal(e.kind, ERR_PEER);
	assert_int_equal(world_store(&w, 2)->stage, STORE_WAITING);
}

static void
test_wrong_secret(void **state)
{
	struct office_request_list l;
	struct enrol_result r;
	struct card c, fresh;
	struct buf forged;

	(void)state;
	assert_int_equal(card_decode(buf_str(&text), &c, &e), 0);
	/* The number of our card, a secret somebody made up. */
	card_make(c.url, &c.pin, &c.root, &fresh);
	fresh.id = c.id;
	buf_init(&forged, 4096);
	card_encode(&fresh, &forged);
	assert_int_equal(join(buf_str(&forged), &r), 0);
	buf_done(&forged);
	assert_int_equal(office_requests(w.c[0].session, &w.c[0].remote, &l,
	    &e), 0);
	assert_int_equal(l.count, 1);
	assert_false(l.items[0].known_card);
	assert_string_equal(l.items[0].code, r.code);
	office_request_list_done(&l);
	assert_int_equal(approve(r.code), -1);
	assert_int_equal(e.kind, ERR_DENIED);
	assert_non_null(strstr(e.text, "secret"));
}

static void
test_unknown_card(void **state)
{
	struct enrol_result r;
	struct card c, fresh;
	struct buf made;

	(void)state;
	assert_int_equal(card_decode(buf_str(&text), &c, &e), 0);
	card_make(c.url, &c.pin, &c.root, &fresh);
	buf_init(&made, 4096);
	card_encode(&fresh, &made);
	assert_int_equal(join(buf_str(&made), &r), 0);
	buf_done(&made);
	assert_int_equal(approve(r.code), -1);
	assert_int_equal(e.kind, ERR_DENIED);
}

static void
test_used_card(void **state)
{
	struct enrol_result r;

	(void)state;
	assert_int_equal(join(buf_str(&text), &r), 0);
	assert_int_equal(approve("0000-0001"), -1);
	assert_int_equal(e.kind, ERR_ABSENT);
	assert_int_equal(approve(r.code), 0);
	world_profile(&w, 3);
	assert_int_equal(enrol_join(w.c[3].session, &w.c[3].remote,
	    buf_str(&text), &r, &e), 0);
	assert_int_equal(approve(r.code), -1);
	assert_int_equal(e.kind, ERR_DENIED);
	assert_non_null(strstr(e.text, "already"));
}

static void
test_expired(void **state)
{
	struct enrol_result r;

	(void)state;
	assert_int_equal(join(buf_str(&text), &r), 0);
	world_pass(&w, 25 * 3600 * INT64_C(1000));
	assert_int_equal(approve(r.code), -1);
	assert_int_equal(e.kind, ERR_ABSENT);
	/* Asked again with the same card, which was not used. */
	assert_int_equal(join(buf_str(&text), &r), 0);
	assert_int_equal(approve(r.code), 0);
}

static int
change_keys(struct world *world, const char *path, struct view request,
    int *status, struct buf *answer, struct err *err)
{
	struct proto_requests *m;

	(void)request;
	(void)status;
	if (strcmp(path, "/v1/requests") != 0)
		return 0;
	m = world->tamper_ctx;
	assert_int_equal(proto_requests_decode(buf_view(answer), m, err), 0);
	/* A hub that puts its own box key into the request. */
	m->items[0].box.b[5] ^= 1;
	buf_reset(answer);
	proto_requests_encode(m, answer);
	return 0;
}

/* The hub exchanges the keys: the code is another one, and the MAC fails. */
static void
test_hub_in_between(void **state)
{
	static struct proto_requests m;
	struct office_request_list l;
	struct enrol_result r;
	char code[16];

	(void)state;
	assert_int_equal(join(buf_str(&text), &r), 0);
	w.tamper = change_keys;
	w.tamper_ctx = &m;
	assert_int_equal(approve(r.code), -1);
	assert_int_equal(e.kind, ERR_ABSENT);
	assert_int_equal(office_requests(w.c[0].session, &w.c[0].remote, &l,
	    &e), 0);
	assert_false(l.items[0].known_card);
	snprintf(code, sizeof(code), "%s", l.items[0].code);
	office_request_list_done(&l);
	/* Even if the code were ground to fit. */
	assert_int_equal(approve(code), -1);
	assert_int_equal(e.kind, ERR_DENIED);
	w.tamper = NULL;
	assert_int_equal(approve(r.code), 0);
}

static void
test_unclaimed(void **state)
{
	struct world bare;
	struct enrol_result r;

	(void)state;
	world_begin_bare(&bare);
	world_profile(&bare, 0);
	assert_int_equal(enrol_join(bare.c[0].session, &bare.c[0].remote,
	    buf_str(&text), &r, &e), -1);
	assert_int_equal(e.kind, ERR_PEER);
	world_hub_close(&bare);
	assert_int_equal(enrol_join(bare.c[0].session, &bare.c[0].remote,
	    buf_str(&text), &r, &e), -1);
	assert_int_equal(e.kind, ERR_AWAY);
	world_end(&bare);
}

#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		T(test_join), T(test_mistyped), T(test_other_root),
		T(test_wrong_secret), T(test_unknown_card),
		T(test_used_card), T(test_expired), T(test_hub_in_between),
		T(test_unclaimed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
