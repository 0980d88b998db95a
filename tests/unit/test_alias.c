/* core/alias: two cases shown as one; what closes in one closes in both. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "client/core/cases/alias.h"
#include "client/core/consent/consent.h"
#include "client/core/records/deletion.h"
#include "client/core/local/aliases.h"
#include "client/core/cases/notes.h"
#include "client/core/records/search.h"
#include "client/core/upkeep/status.h"
#include "common/base/mem.h"
#include "tests/support/world.h"

static struct world w;
static struct id k1, k2;

/* Mari (1) has two cases of one child; the office is 0, Jaan 2, Liis 3. */
static int
setup(void **state)
{
	struct assignment set[] = { { "name", "Anna Kask" },
		{ "code", "K1" } };
	struct err e = { 0 };

	(void)state;
	world_begin(&w, 4);
	assert_int_equal(cases_open(w.c[1].session, set, 2, &k1, &e), 0);
	set[0].text = "Anna Maria Kask";
	set[1].text = "K2";
	assert_int_equal(cases_open(w.c[1].session, set, 2, &k2, &e), 0);
	return 0;
}

static int
teardown(void **state)
{
	(void)state;
	world_end(&w);
	return 0;
}

static void
same(int i, const struct id *front, const struct id *behind)
{
	struct err e = { 0 };

	if (alias_same(w.c[i].session, front, behind, &e) != 0)
		fail_msg("%s", e.text);
}

static size_t
cases_of(int i, struct case_list *out)
{
	struct err e = { 0 };

	assert_int_equal(cases_list(w.c[i].session, out, &e), 0);
	return out->count;
}

static void
note_of(int i, const struct id *case_id, const char *text)
{
	assert_int_equal(world_note(&w, i, case_id, text, NULL), 0);
}

static void
test_shown_as_one(void **state)
{
	struct session *s = w.c[1].session;
	struct records_query q = { .type = TYPE_NOTE, .case_id = &k1 };
	struct record_list notes;
	struct case_list l;
	struct status st;
	struct id id;
	struct err e = { 0 };

	(void)state;
	note_of(1, &k1, "first in front");
	world_pass(&w, 1000);
	note_of(1, &k2, "second behind");
	same(1, &k1, &k2);
	assert_int_equal(cases_of(1, &l), 1);
	assert_true(id_eq(&l.items[0].id, &k1));
	assert_int_equal(l.items[0].notes, 2);
	assert_int_equal(l.items[0].behind_count, 1);
	assert_string_equal(l.items[0].behind[0].title,
	    "Anna Maria Kask (K2)");
	assert_string_equal(l.items[0].sections, "card, notes");
	case_list_done(&l);
	assert_int_equal(status_read(s, &st, &e), 0);
	assert_int_equal(st.cases, 1);
	/* Found by the names of either; by a name both have; itself. */
	assert_int_equal(cases_find(s, "K2", &id, &e), 0);
	assert_true(id_eq(&id, &k1));
	assert_int_equal(cases_find(s, "anna", &id, &e), 0);
	assert_true(id_eq(&id, &k1));
	assert_int_equal(cases_find_one(s, "anna", &id, &e), 0);
	assert_true(id_eq(&id, &k1));
	assert_int_equal(cases_find_one(s, "K2", &id, &e), 0);
	assert_true(id_eq(&id, &k2));
	/* A new text goes to the front, one timeline shows all. */
	world_pass(&w, 1000);
	note_of(1, &k2, "third");
	assert_int_equal(records_list(s, &q, &notes, &e), 0);
	assert_int_equal(notes.count, 3);
	assert_string_equal(record_field(&notes.items[0], "text"), "third");
	assert_true(id_eq(&notes.items[0].case_id, &k1));
	assert_string_equal(record_field(&notes.items[1], "text"),
	    "second behind");
	assert_true(id_eq(&notes.items[1].case_id, &k2));
	record_list_done(&notes);
	q.limit = 2;
	assert_int_equal(records_list(s, &q, &notes, &e), 0);
	assert_int_equal(notes.count, 2);
	assert_int_equal(notes.total, 3);
	record_list_done(&notes);
	assert_int_equal(search_run(s, "second", 10, &notes, &e), 0);
	assert_int_equal(notes.count, 1);
	assert_true(id_eq(&notes.items[0].case_id, &k2));
	record_list_done(&notes);
}

static void
test_undone(void **state)
{
	struct session *s = w.c[1].session;
	struct case_list l;
	struct id id;
	struct err e = { 0 };

	(void)state;
	assert_int_equal(alias_apart(s, &k1, &k2, &id, &e), -1);
	assert_int_equal(e.kind, ERR_ABSENT);
	same(1, &k1, &k2);
	assert_int_equal(alias_same(s, &k1, &k2, &e), -1);
	assert_int_equal(e.kind, ERR_CLASH);
	assert_int_equal(alias_same(s, &k1, &k1, &e), -1);
	/* Turned round: no circle is left. */
	same(1, &k2, &k1);
	assert_int_equal(alias_front(s, &k1, &id, &e), 0);
	assert_true(id_eq(&id, &k2));
	assert_int_equal(alias_apart(s, &k1, &k2, &id, &e), 0);
	assert_true(id_eq(&id, &k2));
	assert_int_equal(cases_of(1, &l), 2);
	case_list_done(&l);
	same(1, &k1, &k2);
	assert_int_equal(cases_of(1, &l), 1);
	case_list_done(&l);
}

/* A deleted case is in front of nothing. */
static void
test_deleted(void **state)
{
	struct session *s = w.c[1].session;
	struct case_list l;
	struct err e = { 0 };

	(void)state;
	same(1, &k1, &k2);
	assert_int_equal(deletion_set(s, &k1, true, &e), 0);
	assert_int_equal(cases_of(1, &l), 1);
	assert_true(id_eq(&l.items[0].id, &k2));
	case_list_done(&l);
	note_of(1, &k2, "goes on here");
	assert_int_equal(world_notes(&w, 1, &k2), 1);
	assert_int_equal(deletion_set(s, &k1, false, &e), 0);
	assert_int_equal(cases_of(1, &l), 1);
	assert_true(id_eq(&l.items[0].id, &k1));
	case_list_done(&l);
}

/* Who sees one of the two sees it as it is; who may not write in both cards
 * makes nothing one. */
static void
test_one_card(void **state)
{
	struct case_list l;
	struct err e = { 0 };

	(void)state;
	world_grant(&w, 1, &k2, 2, "card,notes", true);
	note_of(1, &k2, "for Jaan");
	world_must_sync(&w, 1);
	world_must_sync(&w, 2);
	assert_int_equal(alias_same(w.c[2].session, &k1, &k2, &e), -1);
	assert_int_equal(e.kind, ERR_DENIED);
	same(1, &k1, &k2);
	world_must_sync(&w, 1);
	world_must_sync(&w, 2);
	assert_int_equal(cases_of(2, &l), 1);
	assert_true(id_eq(&l.items[0].id, &k2));
	assert_int_equal(l.items[0].behind_count, 0);
	case_list_done(&l);
	assert_int_equal(world_notes(&w, 2, &k2), 1);
}

static const char *
state_of(const struct id *case_id)
{
	struct consent_list l;
	const char *out = "none";
	struct err e = { 0 };
	size_t i;

	assert_int_equal(consent_list(w.c[1].session, case_id, &l, &e), 0);
	for (i = 0; i < l.count; i++)
		if (id_eq(&l.items[i].case_id, case_id))
			out = strcmp(l.items[i].status, "given") == 0 ?
			    "given" : "withdrawn";
	consent_list_done(&l);
	return out;
}

static void
test_withdrawal_closes_both(void **state)
{
	struct withdrawal_effect effect;
	struct withdrawal_draft d = { .giver = "Ema" };
	struct consent_list l;
	struct id id, front;
	struct err e = { 0 };

	(void)state;
	note_of(1, &k1, "in front");
	note_of(1, &k2, "behind");
	world_grant(&w, 1, &k1, 2, "notes", false);
	world_grant(&w, 1, &k2, 2, "notes", false);
	world_must_sync(&w, 1);
	world_must_sync(&w, 2);
	assert_int_equal(world_notes(&w, 2, &k1), 1);
	assert_int_equal(world_notes(&w, 2, &k2), 1);
	same(1, &k1, &k2);
	d.case_id = k2;
	d.audience = w.c[2].person;
	assert_int_equal(consent_withdraw(w.c[1].session, &d, &id, &effect,
	    &e), 0);
	assert_int_equal(effect.spaces, 2);
	world_must_sync(&w, 1);
	world_must_sync(&w, 2);
	assert_int_equal(world_notes(&w, 2, &k1), 0);
	assert_int_equal(world_notes(&w, 2, &k2), 0);
	assert_int_equal(consent_list(w.c[1].session, &k1, &l, &e), 0);
	assert_int_equal(l.count, 2);
	assert_string_equal(l.items[0].status, "withdrawn");
	assert_string_equal(l.items[1].status, "withdrawn");
	consent_list_done(&l);
	/* Given again in one: that one alone, also after they are two. */
	assert_int_equal(alias_apart(w.c[1].session, &k1, &k2, &front, &e),
	    0);
	world_grant(&w, 1, &k1, 2, "notes", false);
	world_must_sync(&w, 1);
	world_must_sync(&w, 2);
	assert_int_equal(world_notes(&w, 2, &k1), 1);
	assert_int_equal(world_notes(&w, 2, &k2), 0);
	assert_string_equal(state_of(&k2), "withdrawn");
}

/* The withdrawal is older than the alias, and came to one keeper alone. */
static void
test_older_withdrawal(void **state)
{
	(void)state;
	note_of(1, &k1, "in front");
	world_grant(&w, 1, &k1, 2, "notes", false);
	world_withdraw(&w, 1, &k2, 2, "notes");
	world_must_sync(&w, 1);
	world_must_sync(&w, 2);
	assert_int_equal(world_notes(&w, 2, &k1), 1);
	same(1, &k1, &k2);
	world_must_sync(&w, 1);
	world_must_sync(&w, 2);
	assert_int_equal(world_notes(&w, 2, &k1), 0);
}

/* Who writes in one card alone ties it to nothing, whatever is put there. */
static void
test_half_is_nothing(void **state)
{
	struct store *s = world_store(&w, 1);
	struct alias_set set;
	struct space card;
	struct op ops[3];
	struct write wr = { .type = TYPE_ALIAS, .case_id = k2, .ops = ops,
		.op_count = 3 };
	struct err e = { 0 };

	(void)state;
	memset(ops, 0, sizeof(ops));
	ops[0].field = ALIAS_FRONT;
	ops[0].value = (struct value){ VALUE_BYTES, 0, { k1.b, 16 } };
	ops[1].field = ALIAS_BEHIND;
	ops[1].value = (struct value){ VALUE_BYTES, 0, { k2.b, 16 } };
	ops[2].field = ALIAS_STATUS;
	ops[2].value = (struct value){ VALUE_TEXT, 0, view_str(ALIAS_SAME) };
	assert_int_equal(spaces_find_section(s, &k2, "card", NULL, &card, &e),
	    1);
	wr.space = card.id;
	aliases_record(&k2, &k1, &k2, &wr.id);
	assert_int_equal(db_begin(s->db, &e), 0);
	assert_int_equal(versions_write_tx(s, &wr, NULL, &e), 0);
	assert_int_equal(db_commit(s->db, &e), 0);
	assert_int_equal(aliases_load(s, &set, &e), 0);
	assert_int_equal(set.count, 0);
	aliases_done(&set);
	/* Both halves, and they are one. */
	same(1, &k1, &k2);
	assert_int_equal(aliases_load(s, &set, &e), 0);
	assert_int_equal(set.count, 1);
	aliases_done(&set);
	/* A version that names another case makes it nothing, not another. */
	ops[0].value.data = view_of(w.c[2].person.b, 16);
	wr.op_count = 1;
	assert_int_equal(db_begin(s->db, &e), 0);
	assert_int_equal(versions_write_tx(s, &wr, NULL, &e), 0);
	assert_int_equal(db_commit(s->db, &e), 0);
	assert_int_equal(aliases_load(s, &set, &e), 0);
	assert_int_equal(set.count, 0);
	aliases_done(&set);
}

static void
test_left_out(void **state)
{
	char *names;
	struct err e = { 0 };

	(void)state;
	note_of(1, &k1, "in front");
	note_of(1, &k2, "behind");
	world_grant(&w, 1, &k2, 2, "notes", false);
	assert_int_equal(alias_left_out(w.c[1].session, &k1, "notes", &names,
	    &e), 0);
	assert_string_equal(names, "");
	mem_free(names);
	same(1, &k1, &k2);
	assert_int_equal(alias_left_out(w.c[1].session, &k1, "notes", &names,
	    &e), 0);
	assert_true(names[0] != '\0' && strchr(names, ',') == NULL);
	mem_free(names);
	world_grant(&w, 1, &k1, 2, "notes", false);
	assert_int_equal(alias_left_out(w.c[1].session, &k1, "notes", &names,
	    &e), 0);
	assert_string_equal(names, "");
	mem_free(names);
}

int
main(void)
{
#define T(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
	const struct CMUnitTest tests[] = {
		T(test_shown_as_one), T(test_undone), T(test_deleted),
		T(test_one_card), T(test_withdrawal_closes_both),
		T(test_older_withdrawal), T(test_half_is_nothing),
		T(test_left_out),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
