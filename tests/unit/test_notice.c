/* Memos about overrides: each body there and back, and what none may say. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "common/wire/notice.h"
#include "tests/support/vector.h"

static struct err e;

static int
notice_again(struct view in, struct buf *out, struct err *err)
{
	struct notice n;

	if (notice_decode(in, &n, err) != 0)
		return -1;
	notice_encode(&n, out);
	return 0;
}

static void
test_notice(void **state)
{
	struct notice n = { .what = NOTICE_ENDED, .case_id = { { 1 } },
	    .record = { { 2 } }, .body = view_str("record") }, back;
	struct buf b;

	(void)state;
	buf_init(&b, 1000);
	notice_encode(&n, &b);
	vector_check("notice", buf_view(&b));
	vector_abuse("notice", notice_again);
	assert_int_equal(notice_decode(buf_view(&b), &back, &e), 0);
	assert_int_equal(back.what, NOTICE_ENDED);
	assert_true(id_eq(&back.case_id, &n.case_id));
	assert_true(id_eq(&back.record, &n.record));
	assert_true(view_eq(back.body, n.body));
	buf_reset(&b);
	n.what = (enum notice_what)5;
	notice_encode(&n, &b);
	assert_int_equal(notice_decode(buf_view(&b), &back, &e), -1);
	assert_int_equal(e.kind, ERR_PEER);
	buf_done(&b);
}

static int
ask_again(struct view in, struct buf *out, struct err *err)
{
	struct notice_ask a;

	if (notice_ask_decode(in, &a, err) != 0)
		return -1;
	notice_ask_encode(&a, out);
	return 0;
}

static void
test_ask(void **state)
{
	struct notice_ask a = { { { 1 } }, { { 2 } }, { { 3 } },
	    1700000000000, 1700600000000, view_str("danger") }, back;
	struct buf b;

	(void)state;
	buf_init(&b, 1000);
	notice_ask_encode(&a, &b);
	vector_check("notice-ask", buf_view(&b));
	vector_abuse("notice-ask", ask_again);
	assert_int_equal(notice_ask_decode(buf_view(&b), &back, &e), 0);
	assert_true(id_eq(&back.person, &a.person));
	assert_true(back.until_ms == a.until_ms && back.from_ms == a.from_ms);
	assert_true(view_eq(back.basis, a.basis));
	buf_reset(&b);
	a.basis = view_str("a basis is a code of at most forty letters");
	notice_ask_encode(&a, &b);
	assert_int_equal(notice_ask_decode(buf_view(&b), &back, &e), -1);
	assert_int_equal(e.kind, ERR_PEER);
	buf_done(&b);
}

static int
answer_again(struct view in, struct buf *out, struct err *err)
{
	struct notice_answer a;

	if (notice_answer_decode(in, &a, err) != 0)
		return -1;
	notice_answer_encode(&a, out);
	return 0;
}

static void
test_answer(void **state)
{
	struct notice_answer a = { { { 1 } }, { { 2 } }, { { 3 } } }, back;
	struct buf b;

	(void)state;
	buf_init(&b, 1000);
	notice_answer_encode(&a, &b);
	vector_check("notice-answer", buf_view(&b));
	vector_abuse("notice-answer", answer_again);
	assert_int_equal(notice_answer_decode(buf_view(&b), &back, &e), 0);
	assert_true(id_eq(&back.officer, &a.officer));
	assert_memory_equal(&back.sig, &a.sig, sizeof(a.sig));
	buf_done(&b);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_notice),
		cmocka_unit_test(test_ask),
		cmocka_unit_test(test_answer),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
