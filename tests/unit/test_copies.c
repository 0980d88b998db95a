/*
 * The copy of a file: nothing goes before every line is decided, what is
 * blacked out or left out is in nothing that comes out, and it is logged.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "client/core/cases/attachments.h"
#include "client/core/cases/cases.h"
#include "client/core/cases/entries.h"
#include "client/core/cases/objections.h"
#include "client/core/cases/timeline.h"
#include "client/core/giving/disclosure.h"
#include "client/core/local/blobs.h"
#include "client/core/local/versions.h"
#include "client/core/report/copies.h"
#include "common/base/file.h"
#include "common/base/mem.h"
#include "tests/support/world.h"

static struct world *w;
static struct err e;
static struct id anna;
static bool safe; /* what the card says of safety was read */
static const char *file; /* the decision on each attached file */

static int
begin(void **state)
{
	struct id other;

	(void)state;
	file = NULL;
	w = mem_new(sizeof(*w));
	world_begin(w, 3);
	world_case(w, 1, "Anna Tamm", &anna);
	world_case(w, 1, "Kristjan Saar", &other);
	world_must_sync(w, 1);
	return 0;
}

static int
end(void **state)
{
	(void)state;
	world_end(w);
	mem_free(w);
	return 0;
}

static struct copy_ask
ask(void)
{
	struct copy_ask q = { anna, "Mari Tamm", "guardian", "sole", safe };

	return q;
}

/* The list, with every question mark of a record and of a word replaced. */
static void
decided(int i, const char *record, const char *word, struct buf *out)
{
	struct copy_ask q = ask();
	struct buf list;
	const char *p, *end;

	buf_init(&list, COPIES_MAX_BYTES);
	assert_int_equal(copies_review(w->c[i].session, &q, &list, &e), 0);
	for (p = buf_str(&list); *p != '\0'; p = end + 1) {
		end = strchr(p, '\n');
		assert_non_null(end);
		if (strncmp(p, "? record", 8) == 0 && record != NULL) {
			buf_add_str(out, record);
			p++;
		} else if (strncmp(p, "? file", 6) == 0 && file != NULL) {
			buf_add_str(out, file);
			p++;
		} else if (strncmp(p, "? word", 6) == 0 && word != NULL) {
			buf_add_str(out, word);
			p++;
		}
		buf_add(out, p, (size_t)(end + 1 - p));
	}
	buf_done(&list);
}

/* Everything a copy says, in both printings. */
static void
all_of(const struct copy *c, struct buf *out)
{
	struct paper_about about = { .title = "Copy", .source = "", .date = "" };
	struct paper *p = paper_new(&about);

	copies_paper(c, p);
	assert_int_equal(paper_html(p, out, &e), 0);
	paper_free(p);
}

static size_t
times(const char *hay, const char *needle)
{
	size_t n = 0;

	while ((hay = strstr(hay, needle)) != NULL) {
		hay += strlen(needle);
		n++;
	}
	return n;
}

static void
nothing_before_all_is_decided(void **state)
{
	struct copy c;
	struct buf list;

	(void)state;
	assert_int_equal(world_note(w, 1, &anna, "She met Rein Kuusk.", NULL),
	    0);
	buf_init(&list, COPIES_MAX_BYTES);
	decided(1, "give", NULL, &list);
	assert_int_equal(copies_make(w->c[1].session, buf_view(&list), &c,
	    &e), -1);
	assert_int_equal(e.kind, ERR_INPUT);
	assert_non_null(strstr(e.text, "line "));
	copy_done(&c);
	buf_reset(&list);
	decided(1, NULL, "black", &list);
	assert_int_equal(copies_make(w->c[1].session, buf_view(&list), &c,
	    &e), -1);
	copy_done(&c);
	buf_done(&list);
}

static void
names_are_asked_for(void **state)
{
	static const char *const asked[] = { "Kuusk", "Rein", "kristjani",
		"Õnne", "Žanna", "Jaan" };
	struct copy_ask q = ask();
	struct buf list;
	char line[64];
	size_t i;

	(void)state;
	assert_int_equal(world_note(w, 1, &anna, "Sees Rein Kuusk. Today "
	    "Annale ja kristjani ema, Õnne ning Žanna. Mari and Jaan came.",
	    NULL), 0);
	buf_init(&list, COPIES_MAX_BYTES);
	assert_int_equal(copies_review(w->c[1].session, &q, &list, &e), 0);
	for (i = 0; i < sizeof(asked) / sizeof(asked[0]); i++) {
		snprintf(line, sizeof(line), "? word %s\n", asked[i]);
		assert_non_null(strstr(buf_str(&list), line));
	}
	assert_null(strstr(buf_str(&list), "word Anna"));
	assert_null(strstr(buf_str(&list), "word Mari"));
	assert_null(strstr(buf_str(&list), "word Today"));
	buf_done(&list);
}

static void
black_is_gone(void **state)
{
	struct buf list, out;
	struct copy c;

	(void)state;
	assert_int_equal(world_note(w, 1, &anna, "Rein Kuusk came. REINU "
	    "isa; kuuskede ja Kusk. Kept: stays.", NULL), 0);
	buf_init(&list, COPIES_MAX_BYTES);
	buf_init(&out, PAPER_MAX_BYTES);
	decided(1, "give", "show", &list);
	buf_add_str(&list, "black word rein\nblack word Kuusk\n");
	assert_int_equal(copies_make(w->c[1].session, buf_view(&list), &c,
	    &e), 0);
	assert_int_equal(c.given, 2); /* the card and the note */
	assert_int_equal(c.blacked, 4);
	all_of(&c, &out);
	assert_null(strcasestr(buf_str(&out), "rein"));
	assert_null(strcasestr(buf_str(&out), "kuusk"));
	assert_non_null(strstr(buf_str(&out), "Kusk"));
	assert_non_null(strstr(buf_str(&out), "Kept: stays."));
	assert_int_equal(times(buf_str(&out), COPIES_BLACK), 4);
	copy_done(&c);
	buf_done(&list);
	buf_done(&out);
}

/* What was objected to a text follows it, if it was not left out itself. */
static void
an_objection_stands_beside(void **state)
{
	const struct assignment set[] = { { "kind", "objection" },
		{ "by", "Mari Tamm" }, { "role", "guardian" },
		{ "text", "It was not so." } };
	struct buf list;
	struct copy c;
	struct id note, id;
	char line[64], hex[ID_TEXT_BYTES], *at;

	(void)state;
	assert_int_equal(world_note(w, 1, &anna, "He hit her.", &note), 0);
	world_pass(w, 1000);
	assert_int_equal(world_note(w, 1, &anna, "Something else.", NULL), 0);
	world_pass(w, 1000);
	assert_int_equal(objections_add(w->c[1].session, &note, set, 4, &id,
	    &e), 0);
	buf_init(&list, COPIES_MAX_BYTES);
	decided(1, "give", "show", &list);
	assert_int_equal(copies_make(w->c[1].session, buf_view(&list), &c,
	    &e), 0);
	assert_int_equal(c.given, 4); /* the card, two notes, the objection */
	assert_int_equal(c.registers[1].count, 3);
	assert_string_equal(c.registers[1].records[0].kind, "note");
	assert_string_equal(c.registers[1].records[1].kind, "objection");
	assert_string_equal(c.registers[1].records[2].kind, "note");
	copy_done(&c);
	buf_add(&list, "", 1);
	snprintf(line, sizeof(line), "give record %s", id_text(&id, hex));
	at = strstr((char *)list.data, line);
	assert_non_null(at);
	memmove(at + 1, at, strlen(at) + 1); /* room for one letter more */
	memcpy(at, "leave record", 12);
	assert_int_equal(copies_make(w->c[1].session,
	    view_str((char *)list.data), &c, &e), 0);
	assert_int_equal(c.given, 3);
	assert_int_equal(c.left, 1);
	copy_done(&c);
	buf_done(&list);
}

static void
left_out_is_gone(void **state)
{
	struct buf list, out;
	struct copy c;

	(void)state;
	assert_int_equal(world_note(w, 1, &anna, "needle of a note", NULL), 0);
	buf_init(&list, COPIES_MAX_BYTES);
	buf_init(&out, PAPER_MAX_BYTES);
	decided(1, "leave", "show", &list);
	assert_int_equal(copies_make(w->c[1].session, buf_view(&list), &c,
	    &e), 0);
	assert_int_equal(c.given, 0);
	assert_int_equal(c.left, 2);
	all_of(&c, &out);
	assert_null(strstr(buf_str(&out), "needle"));
	copy_done(&c);
	buf_done(&list);
	buf_done(&out);
}

static void
a_list_of_yesterday_is_refused(void **state)
{
	struct buf list;
	struct copy c;

	(void)state;
	buf_init(&list, COPIES_MAX_BYTES);
	decided(1, "give", "show", &list);
	assert_int_equal(world_note(w, 1, &anna, "new", NULL), 0);
	assert_int_equal(copies_make(w->c[1].session, buf_view(&list), &c,
	    &e), -1);
	assert_int_equal(e.kind, ERR_CLASH);
	copy_done(&c);
	/* Nor is one made before a record said something else. */
	buf_reset(&list);
	decided(1, "give", "show", &list);
	assert_int_equal(world_set(w, 1, &anna, "school", "Haljala"), 0);
	assert_int_equal(copies_make(w->c[1].session, buf_view(&list), &c,
	    &e), -1);
	assert_int_equal(e.kind, ERR_CLASH);
	copy_done(&c);
	/* A missing line is no decision either. */
	buf_reset(&list);
	decided(1, "give", "show", &list);
	*strstr((char *)list.data, "give record") = '#';
	assert_int_equal(copies_make(w->c[1].session, buf_view(&list), &c,
	    &e), -1);
	assert_int_equal(e.kind, ERR_CLASH);
	copy_done(&c);
	assert_int_equal(copies_make(w->c[1].session, view_str("nothing\n"),
	    &c, &e), -1);
	assert_int_equal(e.kind, ERR_INPUT);
	copy_done(&c);
	buf_done(&list);
}

static void
the_law_stops_it(void **state)
{
	struct copy_ask q = ask();
	struct buf list, out;
	struct copy c;

	(void)state;
	buf_init(&list, COPIES_MAX_BYTES);
	q.authority = "limited";
	assert_int_equal(copies_review(w->c[1].session, &q, &list, &e), -1);
	assert_int_equal(e.kind, ERR_DENIED);
	q.authority = NULL;
	assert_int_equal(copies_review(w->c[1].session, &q, &list, &e), -1);
	assert_int_equal(e.kind, ERR_INPUT);
	q = ask();
	q.role = "neighbour";
	assert_int_equal(copies_review(w->c[1].session, &q, &list, &e), -1);
	assert_int_equal(world_set(w, 1, &anna, "safety", "Secret address."),
	    0);
	q = ask();
	assert_int_equal(copies_review(w->c[1].session, &q, &list, &e), -1);
	assert_int_equal(e.kind, ERR_DENIED);
	assert_int_equal(list.len, 0);
	/* Read and decided: a copy, in which that word is not. */
	q.safety_seen = true;
	assert_int_equal(copies_review(w->c[1].session, &q, &list, &e), 0);
	assert_non_null(strstr(buf_str(&list), "safety seen\n"));
	buf_done(&list);
	buf_init(&list, COPIES_MAX_BYTES);
	buf_init(&out, PAPER_MAX_BYTES);
	safe = true;
	decided(1, "give", "show", &list);
	safe = false;
	assert_int_equal(copies_make(w->c[1].session, buf_view(&list), &c,
	    &e), 0);
	all_of(&c, &out);
	assert_non_null(strstr(buf_str(&out), "Anna Tamm"));
	assert_null(strstr(buf_str(&out), "Secret address"));
	copy_done(&c);
	buf_done(&out);
	buf_done(&list);
}

static void
person(const char *name, const char *authority, const char *address)
{
	const struct assignment set[] = { { "name", name },
		{ "kind", "guardian" }, { "authority", authority },
		{ "ground", "ruling" }, { "address", address },
		{ "secret-address", "yes" } };
	struct entry_draft d = { .type = TYPE_PERSON, .case_id = anna,
		.set = set, .n = 6 };
	struct id id;

	if (entries_add(w->c[1].session, &d, &id, &e) != 0)
		fail_msg("%s", e.text);
}

/* Whom the card names is what the card says; where somebody is hidden stays
 * hidden, also in a text. */
static void
the_card_knows_better(void **state)
{
	struct copy_ask q = ask();
	struct buf list, out;
	struct copy c;

	(void)state;
	person("Rein Tamm", "limited", "Pikk tee 11, Rakvere");
	assert_int_equal(world_note(w, 1, &anna, "They live at Pikk tee 11, "
	    "Rakvere now.", NULL), 0);
	buf_init(&list, COPIES_MAX_BYTES);
	buf_init(&out, PAPER_MAX_BYTES);
	q.whom = "Rein Tamm";
	assert_int_equal(copies_review(w->c[1].session, &q, &list, &e), -1);
	assert_int_equal(e.kind, ERR_DENIED);
	decided(1, "give", "show", &list);
	assert_non_null(strstr(buf_str(&list), "word Rein"));
	assert_int_equal(copies_make(w->c[1].session, buf_view(&list), &c,
	    &e), 0);
	all_of(&c, &out);
	assert_non_null(strstr(buf_str(&out), "They live at"));
	assert_null(strstr(buf_str(&out), "Pikk tee"));
	copy_done(&c);
	buf_done(&out);
	buf_done(&list);
}

/* Whoever may read, or even write, gives no copy of what others keep. */
static void
only_who_keeps_gives(void **state)
{
	struct copy_ask q = ask();
	struct buf list;

	(void)state;
	assert_int_equal(world_note(w, 1, &anna, "needle", NULL), 0);
	world_grant(w, 1, &anna, 2, "card,notes", true);
	world_must_sync(w, 1);
	world_must_sync(w, 2);
	assert_int_equal(world_notes(w, 2, &anna), 1);
	buf_init(&list, COPIES_MAX_BYTES);
	assert_int_equal(copies_review(w->c[2].session, &q, &list, &e), -1);
	assert_int_equal(e.kind, ERR_DENIED);
	assert_int_equal(list.len, 0);
	buf_done(&list);
}

static void
a_colleague_reads_that_it_was_given(void **state)
{
	struct timeline_query tq = { .case_id = anna, .types = "disclosure" };
	struct disclosure_query dq = { .case_id = &anna };
	struct disclosure_counts n;
	struct record_list l;
	struct buf list;
	struct copy c;
	struct id id;

	(void)state;
	tq.case_id = anna;
	world_grant(w, 1, &anna, 2, "card", false);
	buf_init(&list, COPIES_MAX_BYTES);
	decided(1, "give", "show", &list);
	assert_int_equal(copies_make(w->c[1].session, buf_view(&list), &c,
	    &e), 0);
	assert_int_equal(copies_log(w->c[1].session, &c, view_str("bytes"),
	    &id, &e), 0);
	copy_done(&c);
	world_must_sync(w, 1);
	world_must_sync(w, 2);
	assert_int_equal(timeline_list(w->c[2].session, &tq, &l, &e), 0);
	assert_int_equal(l.count, 1);
	assert_string_equal(record_field(&l.items[0], "to"), "Mari Tamm");
	assert_string_equal(record_field(&l.items[0], "basis"), "own_file");
	assert_string_equal(record_field(&l.items[0], "sections"), "card");
	assert_non_null(strstr(record_field(&l.items[0], "what"), "guardian"));
	record_list_done(&l);
	assert_int_equal(disclosure_count(w->c[1].session, &dq, &n, &e), 0);
	assert_int_equal(n.count, 1);
	assert_string_equal(n.items[0].basis, "own_file");
	buf_done(&list);
}

/* What an older program wrote is read on. */
static void
an_old_record_is_read(void **state)
{
	struct timeline_query tq = { .case_id = anna, .types = "file-copy" };
	struct op ops[2] = { { .field = FILE_COPY_WHAT },
		{ .field = FILE_COPY_WHOM } };
	struct write x = { .type = TYPE_FILE_COPY, .ops = ops, .op_count = 2,
		.case_id = anna };
	struct store *s = world_store(w, 1);
	struct record_list l;
	struct id id;

	(void)state;
	ops[0].value = (struct value){ VALUE_TEXT, 0, view_str("copy") };
	ops[1].value = (struct value){ VALUE_TEXT, 0, view_str("Mari Tamm") };
	assert_int_equal(db_begin(s->db, &e), 0);
	assert_int_equal(cases_section_tx(w->c[1].session, &anna, "card",
	    &x.space, &e), 0);
	assert_int_equal(versions_write_tx(s, &x, &id, &e), 0);
	assert_int_equal(db_commit(s->db, &e), 0);
	assert_int_equal(timeline_list(w->c[1].session, &tq, &l, &e), 0);
	assert_int_equal(l.count, 1);
	assert_string_equal(record_field(&l.items[0], "whom"), "Mari Tamm");
	record_list_done(&l);
}

#define T(f) cmocka_unit_test_setup_teardown(f, begin, end)

/* ---- attached files ---- */

static char folder[160];

static void
attach(const char *name, const char *text, struct id *id)
{
	struct attachments_wish wish = { .case_id = anna };
	char path[160];

	snprintf(path, sizeof(path), "%s/%s", w->folder, name);
	wish.path = path;
	assert_int_equal(file_replace(path, view_str(text), 0600, &e), 0);
	if (attachments_add(w->c[1].session, &wish, id, &e) != 0)
		fail_msg("%s", e.text);
	unlink(path);
}

/* "record" to "file": the decisions; 0 or -1. */
static int
make(const char *record, const char *on_file, struct copy *c)
{
	struct buf list;
	int rc;

	buf_init(&list, COPIES_MAX_BYTES);
	file = on_file;
	decided(1, record, "show", &list);
	rc = copies_make(w->c[1].session, buf_view(&list), c, &e);
	buf_done(&list);
	return rc;
}

static void
check_given(const char *name, const char *text)
{
	char *path = file_join(folder, name);
	struct buf b;

	buf_init(&b, SIZE_MAX);
	assert_int_equal(file_read(path, &b, &e), 0);
	assert_true(view_eq(buf_view(&b), view_str(text)));
	unlink(path);
	mem_free(path);
	buf_done(&b);
}

static int
drop_one(void *ctx, const struct blobs_item *b, struct err *x)
{
	return blobs_drop(ctx, &b->id, x);
}

static void
drop_all(void)
{
	struct store *s = world_store(w, 1);

	assert_int_equal(blobs_each(s, drop_one, s, &e), 0);
}

/* A file is a decision of its own, and is given as it is or not at all. */
static void
files_are_decided(void **state)
{
	struct id one, two;
	struct buf out;
	struct copy c;

	(void)state;
	attach("Rein Kuusk.pdf", "a scan", &one);
	world_pass(w, 1000);
	attach("drawing.png", "a drawing", &two);
	assert_int_equal(make("give", NULL, &c), -1); /* not decided */
	assert_non_null(strstr(e.text, "not decided"));
	copy_done(&c);
	assert_int_equal(make("leave", "give", &c), -1);
	assert_non_null(strstr(e.text, "together with its record"));
	copy_done(&c);
	assert_int_equal(make("give", "", &c), -1); /* the line is missing */
	copy_done(&c);

	assert_int_equal(make("give", "leave", &c), 0);
	assert_int_equal(c.file_count, 0);
	assert_int_equal(c.files_left, 2);
	copy_done(&c);

	assert_int_equal(make("give", "give", &c), 0);
	assert_int_equal(c.file_count, 2);
	assert_int_equal(c.files_left, 0);
	assert_string_equal(c.files[0].name, "1.pdf");
	assert_string_equal(c.files[1].name, "2.png");
	assert_true(id_eq(&c.files[0].record, &one));
	assert_int_equal(strlen(c.files[0].sealed), HASH_TEXT_BYTES - 1);
	buf_init(&out, PAPER_MAX_BYTES);
	all_of(&c, &out);
	assert_non_null(strstr(buf_str(&out), "2.png"));
	buf_done(&out);
	snprintf(folder, sizeof(folder), "%s/given", w->folder);
	assert_int_equal(mkdir(folder, 0700), 0);
	if (copies_files(w->c[1].session, &c, folder, &e) != 0)
		fail_msg("%s", e.text);
	check_given("1.pdf", "a scan");
	check_given("2.png", "a drawing");

	/* One that is not on this device stops it. */
	drop_all();
	assert_int_equal(copies_files(w->c[1].session, &c, folder, &e), -1);
	assert_int_equal(e.kind, ERR_ABSENT);
	rmdir(folder);
	copy_done(&c);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		T(nothing_before_all_is_decided), T(names_are_asked_for),
		T(black_is_gone), T(an_objection_stands_beside),
		T(files_are_decided),
		T(left_out_is_gone),
		T(a_list_of_yesterday_is_refused), T(the_law_stops_it),
		T(the_card_knows_better),
		T(only_who_keeps_gives),
		T(a_colleague_reads_that_it_was_given),
		T(an_old_record_is_read),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
