/* A lost device, a person who leaves, recovery shares. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include <string.h>

#include "client/core/profile/exposure.h"
#include "client/core/local/store.h"
#include "client/core/office/office.h"
#include "client/core/cases/rooms.h"
#include "tests/support/world.h"

static struct world w;
static struct err e;
static struct id kid;

static void
settle(void)
{
	int i, k;

	for (k = 0; k < 3; k++)
		for (i = 0; i < 3; i++)
			world_must_sync(&w, i);
}

static int
setup(void **state)
{
	struct assignment set = { "name", "Lasila" };
	struct id room;

	(void)state;
	world_begin(&w, 3);
	world_case(&w, 1, "Anna Tamm", &kid);
	world_note(&w, 1, &kid, "Rääkisime koduteest.", NULL);
	world_grant(&w, 1, &kid, 2, "card,plan", false);
	assert_int_equal(rooms_begin(w.c[1].session, "site", &set, 1, &room,
	    &e), 0);
	settle();
	return 0;
}

static int
teardown(void **state)
{
	(void)state;
	world_end(&w);
	return 0;
}

static const struct exposed *
item(const struct exposure *x, const char *section)
{
	size_t i;

	for (i = 0; i < x->count; i++)
		if (strcmp(x->items[i].section, section) == 0)
			return &x->items[i];
	return NULL;
}

static void
test_exposure(void **state)
{
	struct id lost = world_store(&w, 1)->me->device, none;
	struct exposure x;

	(void)state;
	assert_int_equal(exposure_of(w.c[1].session, &lost, &x, &e), 0);
	assert_int_equal(x.cases, 1);
	assert_true(x.heard_ms > 0);
	assert_non_null(item(&x, "notes"));
	assert_int_equal(item(&x, "notes")->alone, 1);
	assert_non_null(item(&x, "site"));
	exposure_done(&x);
	/* Who is in the card alone counts the card alone. */
	assert_int_equal(exposure_of(w.c[2].session, &lost, &x, &e), 0);
	assert_int_equal(x.cases, 1);
	assert_null(item(&x, "notes"));
	exposure_done(&x);
	/* The officer is in no case. */
	assert_int_equal(exposure_of(w.c[0].session, &lost, &x, &e), 0);
	assert_int_equal(x.cases, 0);
	assert_false(x.revoked);
	exposure_done(&x);
	assert_int_equal(office_revoke(w.c[0].session, &lost, &e), 0);
	world_must_sync(&w, 0);
	assert_int_equal(exposure_of(w.c[0].session, &lost, &x, &e), 0);
	assert_true(x.revoked);
	exposure_done(&x);
	id_random(&none);
	assert_int_equal(exposure_of(w.c[0].session, &none, &x, &e), -1);
	assert_int_equal(e.kind, ERR_ABSENT);
}

static size_t
of(const struct leaving *l, enum leaving_what what)
{
	size_t i, n = 0;

	for (i = 0; i < l->count; i++)
		n += l->items[i].what == what;
	return n;
}

static void
test_leaving(void **state)
{
	struct leaving l;

	(void)state;
	world_note(&w, 1, &kid, "Veel saatmata.", NULL);
	assert_int_equal(leaving_of(w.c[1].session, &w.c[1].person, &l, &e), 0);
	assert_int_equal(of(&l, LEAVING_CASE), 1);
	assert_int_equal(of(&l, LEAVING_ROOM), 1);
	assert_int_equal(of(&l, LEAVING_DEVICE), 1);
	assert_int_equal(of(&l, LEAVING_UNSENT), 1);
	assert_int_equal(of(&l, LEAVING_ROLE), 0);
	assert_int_equal(l.items[l.count - 1].what, LEAVING_DEVICE); /* last */
	leaving_done(&l);
	assert_int_equal(leaving_of(w.c[1].session, &w.c[2].person, &l, &e), 0);
	assert_int_equal(of(&l, LEAVING_CASE), 0);
	assert_int_equal(of(&l, LEAVING_CONSENT), 1);
	assert_int_equal(of(&l, LEAVING_UNSENT), 0);
	leaving_done(&l);
	assert_int_equal(leaving_of(w.c[0].session, &w.c[0].person, &l, &e), 0);
	assert_int_equal(of(&l, LEAVING_ROLE), 1);
	leaving_done(&l);
}

static void
test_shares(void **state)
{
	struct session *o = w.c[0].session;
	struct office_sheet made;
	int i, k;

	(void)state;
	assert_int_equal(office_shares_check(o, w.shares[0], w.shares[2], &e),
	    0);
	assert_int_equal(office_shares_check(o, w.shares[0], w.shares[0], &e),
	    -1);
	assert_int_equal(office_shares_renew(w.c[1].session, w.shares[0],
	    w.shares[1], &made, &e), -1); /* no officer */
	assert_int_equal(e.kind, ERR_DENIED);
	assert_int_equal(office_shares_renew(o, w.shares[0], w.shares[1],
	    &made, &e), 0);
	for (i = 0; i < 3; i++)
		for (k = 0; k < 3; k++) {
			if (i != k)
				assert_int_equal(office_shares_check(o,
				    made.share[i], made.share[k], &e), 0);
			assert_int_equal(office_shares_check(o, made.share[i],
			    w.shares[k], &e), -1);
		}
	office_sheet_done(&made);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_exposure, setup, teardown),
		cmocka_unit_test_setup_teardown(test_leaving, setup, teardown),
		cmocka_unit_test_setup_teardown(test_shares, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
