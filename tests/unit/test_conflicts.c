/* core/conflicts: shown with their base, ended by taking one. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "client/core/cases/conflicts.h"
#include "client/core/records/history.h"
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
	/* A step that only this side comes from is not the base. */
	a.text = "Between";
	assert_int_equal(records_set(fx.s, &id, &a, 1, &e), 0);
	a.text = "Mine";
	assert_int_equal(records_set(fx.s, &id, &a, 1, &e), 0);
	assert_int_equal(versions_row(fx.st, &id, &row, &e), 1);
	fx.now_ms += 1000;
	assert_int_equal(fixture_accept(&fx, c, &row.space, &rec, &e), 0);
	return id;
}

static int
take(const struct id *id, const char *field, enum conflict_how how,
    size_t side, const char *text, struct err *e)
{
	struct conflict_choice x = { *id, field, how, side, text };
	struct conflict_taken t;
	int rc = conflicts_take(fx.s, &x, &t, e);

	if (rc == 0)
		conflict_taken_done(&t);
	return rc;
}

#define take_side(id, field, side, e) \
	take(id, field, CONFLICT_SIDE, side, NULL, e)

static void
test_list_and_take(void **state)
{
	struct colleague *mart = fixture_colleague(&fx, "Mart");
	struct id id = make_conflict(mart);
	struct conflict_list l;
	struct record_item r;
	struct err e = { 0 };

	(void)state;
	assert_int_equal(conflicts_list(fx.s, &l, &e), 0);
	assert_int_equal(l.count, 1);
	assert_true(id_eq(&l.items[0].record, &id));
	assert_string_equal(l.items[0].field, "school");
	assert_string_equal(l.items[0].case_label, "Kask");
	assert_string_equal(l.items[0].base, "Before");
	assert_int_equal(l.items[0].side_count, 2);
	/* Not yet sent, so on top although it is the older one. */
	assert_string_equal(l.items[0].sides[0].text, "Mine");
	assert_string_equal(l.items[0].sides[0].author, "Anna Arumets");
	assert_true(l.items[0].sides[0].shown);
	assert_true(l.items[0].sides[0].mine);
	assert_false(l.items[0].sides[1].mine);
	assert_string_equal(l.items[0].base_author, "Anna Arumets");
	assert_string_equal(l.items[0].sides[1].text, "Theirs");
	assert_string_equal(l.items[0].sides[1].author, "Mart");
	conflict_list_done(&l);
	assert_int_equal(take_side(&id, "school", 3, &e), -1);
	assert_int_equal(e.kind, ERR_INPUT);
	assert_int_equal(take_side(&id, "school", 0, &e), -1);
	assert_int_equal(take_side(&id, "name", 1, &e), -1);
	assert_int_equal(e.kind, ERR_ABSENT);
	assert_int_equal(take_side(&id, "school", 2, &e), 0);
	assert_int_equal(conflicts_list(fx.s, &l, &e), 0);
	assert_int_equal(l.count, 0);
	conflict_list_done(&l);
	assert_int_equal(records_find(fx.s, &id, &r, &e), 1);
	assert_string_equal(record_field(&r, "school"), "Theirs");
	assert_false(r.conflict);
	record_item_done(&r);
	assert_int_equal(take_side(&id, "school", 1, &e), -1);
}

static void
test_no_base(void **state)
{
	struct colleague *mart = fixture_colleague(&fx, "Mart");
	struct id id = fixture_case(&fx, "Kask", "K1");
	struct assignment a = { "theme", "mine" };
	struct record_row row;
	struct record rec;
	struct conflict_list l;
	struct err e = { 0 };

	(void)state;
	assert_int_equal(records_set(fx.s, &id, &a, 1, &e), 0);
	assert_int_equal(versions_row(fx.st, &id, &row, &e), 1);
	memset(&rec, 0, sizeof(rec));
	rec.id = id;
	rec.type = TYPE_CASE;
	rec.op_count = 1;
	fixture_text_op(&rec.ops[0], CASE_THEME, "theirs");
	assert_int_equal(fixture_accept(&fx, mart, &row.space, &rec, &e), 0);
	assert_int_equal(conflicts_list(fx.s, &l, &e), 0);
	assert_int_equal(l.count, 1);
	assert_null(l.items[0].base);
	conflict_list_done(&l);
}

/* ${field} of a new case: ${base} seen by both, then each their own. */
static struct id
make_sides(struct colleague *c, const char *field, uint16_t number,
    const char *base, const char *mine, const char *theirs)
{
	static unsigned cases;
	char code[24];
	struct id id;
	struct assignment a = { field, base };
	struct record_row row;
	struct record rec;
	struct err e = { 0 };

	snprintf(code, sizeof(code), "C%u", ++cases);
	id = fixture_case(&fx, "Kask", code);
	if (base[0] != '\0')
		assert_int_equal(records_set(fx.s, &id, &a, 1, &e), 0);
	memset(&rec, 0, sizeof(rec));
	rec.id = id;
	rec.type = TYPE_CASE;
	rec.op_count = 1;
	fixture_text_op(&rec.ops[0], number, theirs);
	fixture_bases(&fx, &id, &rec.ops[0]);
	fixture_ack(&fx);
	a.text = mine;
	assert_int_equal(records_set(fx.s, &id, &a, 1, &e), 0);
	assert_int_equal(versions_row(fx.st, &id, &row, &e), 1);
	fx.now_ms += 1000;
	assert_int_equal(fixture_accept(&fx, c, &row.space, &rec, &e), 0);
	return id;
}

static void
explained(const struct id *id, enum conflict_merge merge, const char *merged)
{
	struct conflict_list l;
	struct err e = { 0 };
	size_t i;

	assert_int_equal(conflicts_list(fx.s, &l, &e), 0);
	for (i = 0; i < l.count && !id_eq(&l.items[i].record, id); i++)
		;
	assert_true(i < l.count);
	assert_int_equal(conflict_explain(&l.items[i], &e), 0);
	assert_int_equal(l.items[i].merge, merge);
	if (merged == NULL)
		assert_null(l.items[i].merged);
	else
		assert_string_equal(l.items[i].merged, merged);
	conflict_list_done(&l);
}

static void
shown_is(const struct id *id, const char *field, const char *text)
{
	struct record_item r;
	struct err e = { 0 };

	assert_int_equal(records_find(fx.s, id, &r, &e), 1);
	assert_string_equal(record_field(&r, field), text);
	assert_false(r.conflict);
	record_item_done(&r);
}

static void
test_merge(void **state)
{
	struct colleague *mart = fixture_colleague(&fx, "Mart");
	struct id id = make_sides(mart, "contact", CASE_CONTACT,
	    "Isa: 555 1. Ema: 555 2.", "Isa: 555 7. Ema: 555 2.",
	    "Isa: 555 1. Ema: 555 2 õhtul.");
	struct err e = { 0 };

	(void)state;
	explained(&id, CONFLICT_MERGED, "Isa: 555 7. Ema: 555 2 õhtul.");
	assert_int_equal(take(&id, "contact", CONFLICT_MERGE, 0, NULL, &e),
	    0);
	shown_is(&id, "contact", "Isa: 555 7. Ema: 555 2 õhtul.");

	id = make_sides(mart, "theme", CASE_THEME, "late each day in May",
	    "absent each day in May", "late each day in June");
	explained(&id, CONFLICT_MERGED_WORDS, "absent each day in June");
	assert_int_equal(take(&id, "theme", CONFLICT_MINE, 0, NULL, &e), 0);
	shown_is(&id, "theme", "absent each day in May");
}

static void
test_no_merge(void **state)
{
	struct colleague *mart = fixture_colleague(&fx, "Mart");
	struct id id = make_sides(mart, "theme", CASE_THEME, "bullying",
	    "absence", "moods");
	struct err e = { 0 };

	(void)state;
	explained(&id, CONFLICT_OVERLAPS, NULL);
	assert_int_equal(take(&id, "theme", CONFLICT_MERGE, 0, NULL, &e), -1);
	assert_int_equal(e.kind, ERR_INPUT);
	assert_int_equal(take(&id, "theme", CONFLICT_THEIRS, 0, NULL, &e), 0);
	shown_is(&id, "theme", "moods");
	/* Two days are no text, however alike they look. */
	id = make_sides(mart, "born", CASE_BORN, "2015-04-02", "2015-04-03",
	    "2016-04-02");
	explained(&id, CONFLICT_NO_TEXT, NULL);
	assert_int_equal(take(&id, "born", CONFLICT_TEXT, 0, "April", &e),
	    -1);
	assert_int_equal(take(&id, "born", CONFLICT_TEXT, 0, "2016-04-03",
	    &e), 0);
	shown_is(&id, "born", "2016-04-03");
	id = make_sides(mart, "contact", CASE_CONTACT, "", "mine", "theirs");
	explained(&id, CONFLICT_NO_BASE, NULL);
}

/* Three heads: folded over what all started from; mine, but not "theirs". */
static void
test_three(void **state)
{
	struct colleague *mart = fixture_colleague(&fx, "Mart");
	struct colleague *liis = fixture_colleague(&fx, "Liis");
	struct id id = fixture_case(&fx, "Kask", "K1");
	struct assignment a = { "contact", "A one. And. B two. And. C three." };
	struct record_row row;
	struct record rec[2];
	struct err e = { 0 };

	(void)state;
	assert_int_equal(records_set(fx.s, &id, &a, 1, &e), 0);
	memset(rec, 0, sizeof(rec));
	rec[0].id = id;
	rec[0].type = TYPE_CASE;
	rec[0].op_count = 1;
	fixture_text_op(&rec[0].ops[0], CASE_CONTACT,
	    "A one. And. B zwei. And. C three.");
	fixture_bases(&fx, &id, &rec[0].ops[0]);
	rec[1] = rec[0];
	fixture_text_op(&rec[1].ops[0], CASE_CONTACT,
	    "A one. And. B two. And. C drei.");
	fixture_bases(&fx, &id, &rec[1].ops[0]);
	fixture_ack(&fx);
	a.text = "A eins. And. B two. And. C three.";
	assert_int_equal(records_set(fx.s, &id, &a, 1, &e), 0);
	assert_int_equal(versions_row(fx.st, &id, &row, &e), 1);
	assert_int_equal(fixture_accept(&fx, mart, &row.space, &rec[0], &e),
	    0);
	assert_int_equal(fixture_accept(&fx, liis, &row.space, &rec[1], &e),
	    0);
	explained(&id, CONFLICT_MERGED, "A eins. And. B zwei. And. C drei.");
	assert_int_equal(take(&id, "contact", CONFLICT_THEIRS, 0, NULL, &e),
	    -1);
	assert_int_equal(e.kind, ERR_INPUT);
	assert_int_equal(take(&id, "contact", CONFLICT_MERGE, 0, NULL, &e),
	    0);
	shown_is(&id, "contact", "A eins. And. B zwei. And. C drei.");
}

static void
past_is(const struct history *h, size_t item, const char *author,
    const char *text, enum history_standing standing)
{
	const struct history_item *x = &h->items[item];
	size_t i;

	assert_true(item < h->count);
	assert_string_equal(x->author, author);
	for (i = 0; i < x->field_count; i++)
		if (strcmp(x->fields[i].name, "theme") == 0)
			break;
	assert_true(i < x->field_count);
	assert_string_equal(x->fields[i].text, text);
	assert_int_equal(x->fields[i].standing, standing);
}

static void
test_history(void **state)
{
	struct colleague *mart = fixture_colleague(&fx, "Mart");
	struct id id = make_sides(mart, "theme", CASE_THEME, "bullying",
	    "absence", "moods"), none = { { 9 } };
	struct history h;
	struct err e = { 0 };

	(void)state;
	assert_int_equal(history_read(fx.s, &none, &h, &e), 0);
	assert_int_equal(history_read(fx.s, &id, &h, &e), 1);
	assert_int_equal(h.count, 4); /* the case itself is the first */
	past_is(&h, 1, "Anna Arumets", "bullying", HISTORY_REPLACED);
	past_is(&h, 2, "Mart", "moods", HISTORY_KEPT);
	past_is(&h, 3, "Anna Arumets", "absence", HISTORY_SHOWN);
	assert_true(h.items[3].waits);
	history_done(&h);
	fixture_ack(&fx);
	assert_int_equal(take(&id, "theme", CONFLICT_TEXT, 0, "both", &e), 0);
	assert_int_equal(history_read(fx.s, &id, &h, &e), 1);
	assert_int_equal(h.count, 5);
	past_is(&h, 4, "Anna Arumets", "both", HISTORY_SHOWN);
	past_is(&h, 3, "Mart", "moods", HISTORY_REPLACED);
	history_done(&h);
}

/* What a decision waits for is there for all, its text for few. */
static void
test_history_review(void **state)
{
	struct colleague *mart = fixture_colleague(&fx, "Mart");
	struct id id = make_sides(mart, "theme", CASE_THEME, "bullying",
	    "absence", "moods");
	struct record_row row;
	struct version_ref ref = { mart->keys.device, mart->hlc };
	struct history h;
	struct err e = { 0 };

	(void)state;
	assert_int_equal(versions_row(fx.st, &id, &row, &e), 1);
	assert_int_equal(versions_mark_tx(fx.st, row.rid, &ref,
	    VERSION_REVIEW, &e), 0);
	assert_int_equal(history_read(fx.s, &id, &h, &e), 1);
	past_is(&h, 2, "Mart", "moods", HISTORY_REVIEW);
	assert_int_equal(h.items[2].standing, HISTORY_REVIEW);
	history_done(&h);
	assert_int_equal(versions_mark_tx(fx.st, row.rid, &ref, VERSION_GONE,
	    &e), 0);
	assert_int_equal(history_read(fx.s, &id, &h, &e), 1);
	assert_int_equal(h.count, 4);
	assert_string_equal(h.items[2].author, "Mart");
	assert_int_equal(h.items[2].standing, HISTORY_GONE);
	assert_int_equal(h.items[2].field_count, 0);
	history_done(&h);
}

int
main(void)
{
#define T(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
	const struct CMUnitTest tests[] = {
		T(test_list_and_take), T(test_no_base), T(test_merge),
		T(test_no_merge), T(test_three), T(test_history),
		T(test_history_review),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
