/* local/spaces: rows, epochs, statements, rights, learning and wiping. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "client/core/records/records.h"
#include "client/core/local/index.h"
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
space_of(const struct id *record)
{
	struct record_row row;
	struct err e = { 0 };

	assert_int_equal(versions_row(fx.st, record, &row, &e), 1);
	return row.space;
}

static enum right
right_in(const struct id *space)
{
	enum right r;
	struct err e = { 0 };

	assert_int_equal(spaces_right(fx.st, space, &r, &e), 0);
	return r;
}

static void
test_begin(void **state)
{
	struct id c = fixture_case(&fx, "Kask", "K1"), other;
	struct access_book book;
	struct space sp;
	struct err e = { 0 };

	(void)state;
	assert_int_equal(spaces_find_section(fx.st, &c, "card", NULL, &sp,
	    &e), 1);
	assert_int_equal(sp.epoch, 0);
	assert_int_equal(sp.state, SPACE_OPEN);
	assert_true(id_eq(&sp.side, &fx.st->person));
	assert_int_equal(right_in(&sp.id), RIGHT_KEEP);
	assert_int_equal(spaces_access_load(fx.st, &sp.id, &book, &e), 0);
	assert_int_equal(book.count, 1);
	assert_int_equal(book.list[0].kind, ACCESS_OWNER);
	access_book_done(&book);
	id_random(&other);
	assert_int_equal(spaces_find_section(fx.st, &c, "card", &other, &sp,
	    &e), 0);
	assert_int_equal(right_in(&other), RIGHT_NONE);
}

static void
save_epoch(struct space *sp, uint32_t number, enum right right,
    int64_t until_ms)
{
	struct space_epoch se;
	struct epoch_recipient me;
	struct err e = { 0 };

	memset(&se, 0, sizeof(se));
	memset(&me, 0, sizeof(me));
	me.person = fx.st->person;
	me.device = fx.st->me->device;
	me.right = right;
	me.until_ms = until_ms;
	se.ep.space = sp->id;
	se.ep.number = number;
	se.ep.has_wrap = number > 1;
	se.ep.recipients = &me;
	se.ep.recipient_count = 1;
	se.id.b[0] = (uint8_t)number;
	if (number > 1)
		se.ep.prev.b[0] = (uint8_t)(number - 1);
	se.author = fx.st->me->device;
	se.has_key = true;
	keys_sym_make(&se.key);
	assert_int_equal(spaces_epoch_save_tx(fx.st, &se, &e), 0);
	sp->epoch = number;
	assert_int_equal(spaces_save_tx(fx.st, sp, &e), 0);
}

static void
test_rights_by_epoch(void **state)
{
	struct id c = fixture_case(&fx, "Kask", "K1");
	struct id card = space_of(&c);
	struct space_epoch se;
	struct space sp;
	struct err e = { 0 };

	(void)state;
	assert_int_equal(spaces_find(fx.st, &card, &sp, &e), 1);
	save_epoch(&sp, 1, RIGHT_WRITE, FIXTURE_NOW + 1000);
	assert_int_equal(right_in(&card), RIGHT_WRITE);
	fx.now_ms += 1000;
	assert_int_equal(right_in(&card), RIGHT_WRITE);
	fx.now_ms += 1;
	assert_int_equal(right_in(&card), RIGHT_NONE);
	save_epoch(&sp, 2, RIGHT_READ, INT64_MAX);
	assert_int_equal(right_in(&card), RIGHT_READ);
	/* Remembered answers belong to one epoch, not to a space. */
	save_epoch(&sp, 1, RIGHT_WRITE, INT64_MAX);
	assert_int_equal(right_in(&card), RIGHT_WRITE);
	sp.state = SPACE_FROZEN;
	assert_int_equal(spaces_save_tx(fx.st, &sp, &e), 0);
	assert_int_equal(right_in(&card), RIGHT_READ);
	sp.state = SPACE_LOST;
	assert_int_equal(spaces_save_tx(fx.st, &sp, &e), 0);
	assert_int_equal(right_in(&card), RIGHT_NONE);
	assert_int_equal(spaces_epoch_find(fx.st, &card, 2, &se, &e), 1);
	assert_true(se.has_key);
	assert_false(se.accepted);
	space_epoch_done(&se);
	assert_int_equal(spaces_epoch_find(fx.st, &card, 3, &se, &e), 0);
	assert_int_equal(db_exec(fx.st->db, "UPDATE epoch SET key = NULL", &e),
	    0);
}

static void
test_authors_and_statements(void **state)
{
	struct id c = fixture_case(&fx, "Kask", "K1");
	struct id card = space_of(&c);
	struct admit_author a = { 5, { { 1 } }, 9, 3, true, 77, 2 }, b;
	struct access_book book;
	struct access st;
	struct hash item = { { 4 } };
	struct err e = { 0 };

	(void)state;
	assert_int_equal(spaces_author_find(fx.st, &card, &c, &b, &e), 0);
	assert_int_equal(spaces_author_save_tx(fx.st, &card, &c, &a, &e), 0);
	assert_int_equal(spaces_author_find(fx.st, &card, &c, &b, &e), 1);
	assert_int_equal(b.counter, 5);
	assert_int_equal(b.seen_size, 9);
	assert_true(b.was_member);
	assert_int_equal(b.removed_ms, 77);
	assert_int_equal(b.deposits, 2);
	/* A statement gets its place when it comes back, once. */
	assert_int_equal(spaces_access_load(fx.st, &card, &book, &e), 0);
	st = book.list[0];
	access_book_done(&book);
	assert_int_equal(spaces_access_save_tx(fx.st, &card, &st, &item, 12,
	    &e), 0);
	assert_int_equal(spaces_access_load(fx.st, &card, &book, &e), 0);
	assert_int_equal(book.count, 1);
	access_book_done(&book);
}

static void
test_learn(void **state)
{
	struct colleague *mart = fixture_colleague(&fx, "Mart");
	struct space sp;
	struct record rec;
	struct id case_id;
	struct err e = { 0 };

	(void)state;
	memset(&sp, 0, sizeof(sp));
	id_random(&sp.id);
	id_random(&case_id);
	sp.kind = SPACE_CASE_SECTION;
	sp.state = SPACE_UNKNOWN;
	assert_int_equal(spaces_save_tx(fx.st, &sp, &e), 0);
	memset(&rec, 0, sizeof(rec));
	rec.type = TYPE_SPACE;
	rec.op_count = 3;
	fixture_text_op(&rec.ops[0], SPACE_SECTION, "plan");
	fixture_text_op(&rec.ops[1], SPACE_LABEL, "Kask");
	rec.ops[2].field = SPACE_CASE;
	rec.ops[2].value.type = VALUE_BYTES;
	rec.ops[2].value.data = view_of(case_id.b, 16);
	assert_int_equal(fixture_accept(&fx, mart, &sp.id, &rec, &e), 0);
	assert_int_equal(spaces_find(fx.st, &sp.id, &sp, &e), 1);
	assert_int_equal(sp.state, SPACE_OPEN);
	assert_string_equal(sp.section, "plan");
	assert_true(id_eq(&sp.case_id, &case_id));
	/* What a space is, is said once. */
	memset(&rec.id, 0, sizeof(rec.id));
	rec.ops[0].value.data = view_str("notes");
	assert_int_equal(fixture_accept(&fx, mart, &sp.id, &rec, &e), 0);
	assert_int_equal(spaces_find(fx.st, &sp.id, &sp, &e), 1);
	assert_string_equal(sp.section, "plan");
}

static int
count_texts(const char *needle)
{
	struct stmt *q = db_prepare(fx.st->db,
	    "SELECT count(*) FROM version WHERE instr(body, ?) > 0");
	struct err e = { 0 };
	int n;

	db_bind_view(q, 1, view_str(needle));
	assert_int_equal(db_step(q, &e), 1);
	n = (int)db_int(q, 0);
	db_reset(q);
	return n;
}

/* Whoever was first: a withdrawal is not kept out by what took its id. */
static void
test_withdrawal_keeps_its_id(void **state)
{
	struct id c = fixture_case(&fx, "Kask", "K1");
	struct id card = space_of(&c);
	struct access_book book;
	struct access a;
	struct err e = { 0 };
	size_t i, found = 0;
	int order;

	(void)state;
	for (order = 0; order < 2; order++) {
		memset(&a, 0, sizeof(a));
		id_random(&a.id);
		a.person = fx.st->person;
		a.until_ms = INT64_MAX;
		for (i = 0; i < 2; i++) {
			a.kind = (i == 0) == (order == 0) ? ACCESS_GRANT :
			    ACCESS_WITHDRAW;
			a.right = a.kind == ACCESS_GRANT ? RIGHT_READ :
			    RIGHT_NONE;
			assert_int_equal(spaces_access_save_tx(fx.st, &card,
			    &a, NULL, (int64_t)i + 7, &e), 0);
		}
	}
	assert_int_equal(spaces_access_load(fx.st, &card, &book, &e), 0);
	assert_int_equal(book.count, 3);
	for (i = 0; i < book.count; i++)
		found += book.list[i].kind == ACCESS_WITHDRAW;
	assert_int_equal(found, 2);
	access_book_done(&book);
}

static void
test_wipe_and_fill_again(void **state)
{
	struct colleague *mart = fixture_colleague(&fx, "Mart");
	struct id c = fixture_case(&fx, "Kask", "K1"), mine, space;
	struct record rec;
	struct record_row row;
	struct version_at at = { 1, 0, 0, VERSION_ACCEPTED };
	struct buf body;
	struct hit hit[4];
	struct err e = { 0 };
	size_t n;

	(void)state;
	mine = fixture_note(&fx, &c, "zebra mine unsent");
	space = space_of(&mine);
	memset(&rec, 0, sizeof(rec));
	rec.type = TYPE_NOTE;
	rec.op_count = 1;
	fixture_text_op(&rec.ops[0], NOTE_TEXT, "zebra theirs");
	assert_int_equal(fixture_accept(&fx, mart, &space, &rec, &e), 0);
	do {
		assert_int_equal(index_step(fx.st, 10, &n, &e), 0);
	} while (n > 0);
	assert_int_equal(index_search(fx.st, "zebra", 4, hit, &n, &e), 0);
	assert_int_equal(n, 2);
	assert_int_equal(db_begin(fx.st->db, &e), 0);
	assert_int_equal(spaces_wipe_tx(fx.st, &space, &e), 0);
	assert_int_equal(db_commit(fx.st->db, &e), 0);
	assert_int_equal(count_texts("theirs"), 0);
	assert_int_equal(count_texts("mine unsent"), 1);
	assert_int_equal(versions_row(fx.st, &mine, &row, &e), 1);
	assert_int_equal(row.flags, RECORD_HELD | RECORD_HIDDEN);
	assert_int_equal(versions_row(fx.st, &rec.id, &row, &e), 1);
	assert_int_equal(row.flags, RECORD_WIPED | RECORD_HIDDEN);
	/* What is kept is indexed again, but not found while it is hidden. */
	do {
		assert_int_equal(index_step(fx.st, 10, &n, &e), 0);
	} while (n > 0);
	assert_int_equal(index_search(fx.st, "zebra", 4, hit, &n, &e), 0);
	assert_int_equal(n, 0);
	assert_int_equal(right_in(&space), RIGHT_NONE);
	/* Opened again: the same version comes and is filled in. */
	assert_int_equal(db_exec(fx.st->db, "UPDATE space SET state = 1", &e),
	    0);
	buf_init(&body, CHANGESET_BODY_MAX);
	record_encode(&rec, &body);
	at.seq = fx.seq;
	at.eff = rec.hlc;
	assert_int_equal(versions_accept_tx(fx.st, &space, &rec,
	    buf_view(&body), &at, &e), 0);
	buf_done(&body);
	assert_int_equal(versions_row(fx.st, &rec.id, &row, &e), 1);
	assert_int_equal(row.flags, 0);
	do {
		assert_int_equal(index_step(fx.st, 10, &n, &e), 0);
	} while (n > 0);
	assert_int_equal(index_search(fx.st, "theirs", 4, hit, &n, &e), 0);
	assert_int_equal(n, 1);
}

int
main(void)
{
#define T(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
	const struct CMUnitTest tests[] = {
		T(test_begin), T(test_rights_by_epoch),
		T(test_authors_and_statements), T(test_learn),
		T(test_withdrawal_keeps_its_id),
		T(test_wipe_and_fill_again),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
