/*
 * Meetings, agendas, tasks, what is due of them (core/meetings.h), and
 * supervision by made-up names (core/supervision.h).
 *
 * Client 1 keeps group and case, 2 is in the group, 3 is not.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "client/core/due_list.h"
#include "client/core/schools/meetings.h"
#include "client/core/cases/rooms.h"
#include "client/core/schools/supervision.h"
#include "tests/support/trust.h"

#define DAY INT64_C(86400000)

static struct world w;
static struct id group, kid;
static struct err e;

static void
settle(void)
{
	int round, i;

	for (round = 0; round < 3; round++)
		for (i = 1; i < 4; i++)
			world_must_sync(&w, i);
}

/* The world begins on 2026-09-21. */
static int
setup(void **state)
{
	static const struct assignment name[2] = { { "name", "Network" },
		{ "meets", "network-quarterly" } };
	struct room_admission d = { .right = RIGHT_WRITE };
	struct id id;

	(void)state;
	world_begin(&w, 4);
	world_case(&w, 1, "Anna Tamm", &kid);
	assert_int_equal(rooms_begin(w.c[1].session, ROOMS_GROUP, name, 2,
	    &group, &e), 0);
	d.space = group;
	d.person = w.c[2].person;
	assert_int_equal(rooms_admit(w.c[1].session, &d, &id, &e), 0);
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

static int
put(int i, enum record_type type, const struct id *space,
    const struct assignment *set, struct id *id)
{
	struct entry_draft d = { .type = type, .set = set };

	world_pass(&w, 1000);
	if (space == &kid)
		d.case_id = kid;
	else
		d.space = *space;
	while (set[d.n].name != NULL)
		d.n++;
	return type == TYPE_MEETING ?
	    meetings_add(w.c[i].session, &d, id, &e) :
	    entries_add(w.c[i].session, &d, id, &e);
}
#define PUT(i, type, space, id, ...) put(i, type, space, \
    (const struct assignment[]){ __VA_ARGS__, { NULL, NULL } }, id)

static void
refused(int rc, const char *word)
{
	assert_int_equal(rc, -1);
	if (strstr(e.text, word) == NULL)
		fail_msg("\"%s\" does not say %s", e.text, word);
}

static void
test_input(void **state)
{
	int64_t before = world_count(&w, 1, "SELECT count(*) FROM record");
	struct id id;

	(void)state;
	refused(PUT(1, TYPE_MEETING, &group, &id, { "kind", "party" }),
	    "kind");
	refused(PUT(1, TYPE_MEETING, &group, &id, { "kind", "committee" },
	    { "begins", "14:00" }, { "ends", "13:00" }), "ends:");
	refused(PUT(1, TYPE_MEETING, &group, &id, { "kind", "committee" },
	    { "begins", "25:00" }), "begins:");
	refused(PUT(1, TYPE_MEETING, &group, &id, { "kind", "committee" },
	    { "date", "2026-09-20" }, { "next", "2026-09-20" }), "next:");
	refused(PUT(1, TYPE_MEETING, &group, &id, { "kind", "committee" },
	    { "date", "2027-01-20" }, { "state", "held" }), "state:");
	refused(PUT(1, TYPE_MEETING, &group, &id, { "kind", "committee" },
	    { "attendees", "Person 2, Person 3" }), "Person 3");
	refused(PUT(1, TYPE_MEETING, &group, &id, { "kind", "expert-group" }),
	    "case or a matter");
	refused(PUT(1, TYPE_MEETING, &kid, &id, { "kind", "committee" }),
	    "single children");
	refused(PUT(1, TYPE_MEETING, &group, &id, { "kind",
	    "school-monthly" }, { "guests", "the mayor" }), "guests:");
	assert_int_equal(world_count(&w, 1, "SELECT count(*) FROM record"),
	    before);
	assert_int_equal(PUT(1, TYPE_MEETING, &group, &id, { "kind",
	    "committee" }, { "attendees", "Person 2,Person 1, Person 2" }), 0);
	{
		char text[160];

		world_field(&w, 1, &id, "attendees", text);
		assert_string_equal(text, "Person 2, Person 1");
	}
	refused(PUT(1, TYPE_TASK, &group, &id, { "what", "call" },
	    { "who", "Person 3" }), "Person 3");
}

/* General items in the room, a child's item in the case. */
static void
test_agenda(void **state)
{
	char hex[ID_TEXT_BYTES];
	struct id monthly, open, general, child, id;

	(void)state;
	assert_int_equal(PUT(1, TYPE_MEETING, &group, &open, { "kind",
	    "network-quarterly" }), 0);
	assert_int_equal(PUT(1, TYPE_MEETING, &group, &monthly, { "kind",
	    "school-monthly" }, { "attendees", "Person 1, Person 2" }), 0);
	id_text(&open, hex);
	refused(PUT(1, TYPE_AGENDA, &kid, &id, { "topic", "Anna" },
	    { "meeting", hex }), "do not speak of single children");
	id_text(&monthly, hex);
	assert_int_equal(PUT(1, TYPE_AGENDA, &group, &general, { "topic",
	    "the yard" }, { "meeting", hex }), 0);
	refused(PUT(1, TYPE_AGENDA, &kid, &id, { "topic", "homework" },
	    { "meeting", hex }), "Person 2");
	world_grant(&w, 1, &kid, 2, "meeting", false);
	assert_int_equal(PUT(1, TYPE_AGENDA, &kid, &child, { "topic",
	    "homework" }, { "meeting", hex }, { "decision", "a tutor" }), 0);
	settle();
	assert_true(trust_reads(&w, 2, &general));
	assert_true(trust_reads(&w, 2, &child));
	assert_false(trust_reads(&w, 3, &general));
	assert_false(trust_reads(&w, 3, &child));

	/* Who joins later has to be covered as well. */
	{
		struct room_admission d = { .space = group,
			.person = w.c[3].person, .right = RIGHT_READ };

		assert_int_equal(rooms_admit(w.c[1].session, &d, &id, &e), 0);
	}
	settle();
	refused(world_set(&w, 1, &monthly, "attendees",
	    "Person 1, Person 2, Person 3"), "");
	assert_true(trust_reads(&w, 3, &general));
	assert_false(trust_reads(&w, 3, &child));
}

static size_t
due(int i, const char *kind, struct meeting_due *first)
{
	struct meeting_due_list l;
	size_t k, n = 0;

	assert_int_equal(meetings_due(w.c[i].session, &l, &e), 0);
	for (k = 0; k < l.count; k++)
		if (strcmp(l.items[k].kind, kind) == 0 && n++ == 0) {
			*first = l.items[k];
			first->kind = first->words = first->where = NULL;
		}
	meeting_due_list_done(&l);
	return n;
}

static void
test_due(void **state)
{
	struct due_query q = { .days = 30 };
	struct meeting_due m;
	struct due_list l;
	struct id id, task;
	char hex[ID_TEXT_BYTES];

	(void)state;
	assert_int_equal(due(1, "network-quarterly", &m), 1);
	assert_string_equal(m.day, "2026-12-21"); /* a quarter from its start */
	assert_false(m.overdue);
	assert_int_equal(PUT(1, TYPE_MEETING, &group, &id, { "kind",
	    "network-quarterly" }, { "date", "2026-05-31" }), 0);
	settle();
	assert_int_equal(due(2, "network-quarterly", &m), 1);
	assert_string_equal(m.day, "2026-08-31");
	assert_string_equal(m.last, "2026-05-31");
	assert_true(m.overdue);
	assert_int_equal(due(3, "network-quarterly", &m), 0);
	assert_int_equal(PUT(2, TYPE_MEETING, &group, &id, { "kind",
	    "network-quarterly" }, { "date", "2026-10-01" }), 0);
	assert_int_equal(due(2, "network-quarterly", &m), 1);
	assert_true(id_eq(&m.meeting, &id)); /* planned: not due besides */
	id_text(&id, hex);
	assert_int_equal(PUT(2, TYPE_TASK, &group, &task, { "what",
	    "invite the doctor" }, { "due", "2026-09-28" },
	    { "meeting", hex }), 0);
	assert_int_equal(due_list(w.c[2].session, &q, &l, &e), 0);
	assert_int_equal(l.count, 2);
	assert_string_equal(l.lines[0].item.kind, "task");
	assert_string_equal(l.lines[1].item.kind, "meeting");
	due_list_done(&l);
	assert_int_equal(world_set(&w, 2, &task, "done", "2026-09-22"), 0);
	assert_int_equal(due_list(w.c[2].session, &q, &l, &e), 0);
	assert_int_equal(l.count, 1);
	due_list_done(&l);

	world_pass(&w, 20 * DAY);
	{
		struct assignment set[2] = { { "state", "held" },
			{ "next", "2026-11-15" } };

		assert_int_equal(records_set(w.c[2].session, &id, set, 2, &e),
		    0);
	}
	assert_int_equal(due(2, "network-quarterly", &m), 1);
	assert_string_equal(m.day, "2026-11-15");
	assert_true(id_is_zero(&m.meeting));
}

static void
test_meets(void **state)
{
	struct room_item r;

	(void)state;
	assert_int_equal(rooms_find(w.c[1].session, ROOMS_GROUP, "network",
	    &r, &e), 0);
	refused(world_set(&w, 1, &r.record, "meets", "party"), "");
	refused(world_set(&w, 1, &r.record, "meets", "roundtable"), "");
	assert_int_equal(world_set(&w, 1, &r.record, "meets",
	    "network-quarterly steering-all"), 0);
	room_item_done(&r);
}

/* ---- supervision ---- */

static void
test_pseudonyms(void **state)
{
	char word[SUPERVISION_WORD_BYTES], again[SUPERVISION_WORD_BYTES];
	struct id other, of;

	(void)state;
	assert_int_equal(supervision_name(w.c[1].session, &kid, NULL, word,
	    &e), 0);
	assert_int_equal(supervision_name(w.c[1].session, &kid, NULL, again,
	    &e), 0);
	assert_string_equal(word, again);
	assert_int_equal(supervision_case(w.c[1].session, word, &of, &e), 0);
	assert_true(id_eq(&of, &kid));
	world_case(&w, 1, "Jaan Mets", &other);
	refused(supervision_name(w.c[1].session, &other, "Annake", again, &e),
	    "name of a child");
	refused(supervision_name(w.c[1].session, &other, word, again, &e),
	    "another case");
	refused(supervision_name(w.c[1].session, &other, "two words", again,
	    &e), "one word");
	assert_int_equal(supervision_name(w.c[1].session, &other, "Pihlakas",
	    again, &e), 0);
	settle();
	assert_int_equal(supervision_case(w.c[2].session, word, &of, &e), -1);
}

static void
test_supervision(void **state)
{
	char word[SUPERVISION_WORD_BYTES];
	struct entry_draft d = { .type = TYPE_SUPERVISION, .n = 2 };
	struct assignment set[2] = { { "question", "How do I reach Anna?" },
		{ "cases", "Nobody" } };
	struct id mine, copy, of;

	(void)state;
	d.set = set;
	refused(entries_add(w.c[1].session, &d, &mine, &e), "\"Anna\"");
	set[0].text = "How do I reach a child who is silent?";
	refused(entries_add(w.c[1].session, &d, &mine, &e), "cases");
	assert_int_equal(supervision_name(w.c[1].session, &kid, NULL, word,
	    &e), 0);
	set[1].text = word;
	assert_int_equal(entries_add(w.c[1].session, &d, &mine, &e), 0);
	settle();
	assert_false(world_has(&w, 2, "who is silent"));
	assert_int_equal(supervision_share(w.c[1].session, &mine, &group,
	    &copy, &e), 0);
	settle();
	assert_true(trust_reads(&w, 2, &copy));
	assert_true(world_has(&w, 2, word));
	assert_false(world_has(&w, 2, "Anna"));
	assert_false(trust_reads(&w, 3, &copy));
	assert_int_equal(supervision_case(w.c[2].session, word, &of, &e), -1);
	assert_int_equal(world_set(&w, 1, &copy, "notes", "Ask TAMM"), -1);
	assert_int_equal(world_set(&w, 2, &copy, "notes", "Wait."), 0);
	refused(supervision_share(w.c[1].session, &kid, &group, &copy, &e),
	    "no such record");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_input, setup, teardown),
		cmocka_unit_test_setup_teardown(test_agenda, setup, teardown),
		cmocka_unit_test_setup_teardown(test_due, setup, teardown),
		cmocka_unit_test_setup_teardown(test_meets, setup, teardown),
		cmocka_unit_test_setup_teardown(test_pseudonyms, setup,
		    teardown),
		cmocka_unit_test_setup_teardown(test_supervision, setup,
		    teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
