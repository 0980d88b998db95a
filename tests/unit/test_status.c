/* core/status: figures follow what is stored. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "client/core/records/records.h"
#include "client/core/upkeep/status.h"
#include "tests/support/fixture.h"

static struct fixture fx;

static int
setup(void **state)
{
	(void)state;
	fixture_open(&fx, true);
	return 0;
}

static int
teardown(void **state)
{
	(void)state;
	fixture_close(&fx);
	return 0;
}

static struct id
make_conflict(struct colleague *c)
{
	struct id id = fixture_case(&fx, "Kask", "K1");
	struct assignment a = { "school", "Before" };
	struct record_row row;
	struct record rec;
	struct err e = { 0 };

	assert_int_equal(records_set(fx.s, &id, &a, 1, &e), 0);
	memset(&rec, 0, sizeof(rec));
	rec.id = id;
	rec.type = TYPE_CASE;
	rec.op_count = 1;
	fixture_text_op(&rec.ops[0], CASE_SCHOOL, "Theirs");
	fixture_bases(&fx, &id, &rec.ops[0]);
	fixture_ack(&fx);
	a.text = "Mine";
	assert_int_equal(records_set(fx.s, &id, &a, 1, &e), 0);
	assert_int_equal(versions_row(fx.st, &id, &row, &e), 1);
	fx.now_ms += 1000;
	assert_int_equal(fixture_accept(&fx, c, &row.space, &rec, &e), 0);
	return id;
}

static void
test_status(void **state)
{
	struct colleague *mart = fixture_colleague(&fx, "Mart");
	struct status st;
	struct id id;
	struct err e = { 0 };

	(void)state;
	id = make_conflict(mart);
	fixture_note(&fx, &id, "waits");
	assert_int_equal(status_read(fx.s, &st, &e), 0);
	assert_true(st.joined);
	assert_false(st.waiting || st.stopped);
	assert_string_equal(st.name, "Anna Arumets");
	assert_string_equal(st.hub, "https://hub.example:8443");
	assert_int_equal(st.cases, 1);
	assert_int_equal(st.notes, 1);
	assert_int_equal(st.conflicts, 1);
	assert_int_equal(st.unsent, 3); /* field, section, note */
	assert_int_equal(st.unsent_since_ms, FIXTURE_NOW);
	assert_int_equal(st.last_sync_ms, 0);
	fixture_ack(&fx);
	assert_int_equal(store_put_int(fx.st, STORE_LAST_SYNC, 123, &e), 0);
	assert_int_equal(store_stop(fx.st, "The hub contradicts itself.", &e),
	    0);
	assert_int_equal(status_read(fx.s, &st, &e), 0);
	assert_int_equal(st.unsent, 0);
	assert_int_equal(st.last_sync_ms, 123);
	assert_true(st.stopped);
	assert_string_equal(st.stopped_words, "The hub contradicts itself.");
}

int
main(void)
{
#define T(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
	const struct CMUnitTest tests[] = {
		T(test_status),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
