/*
 * The list of a copy of a file, after somebody went through it. In the input
 * "@c" stands for the case, "@s" for its state, "@0" to "@9" for its records.
 * A list is refused with a sentence, or the copy keeps to it: as many records
 * are given or left as there are, and a word that is blacked is in none.
 */
#include <stdlib.h>
#include <string.h>

#include "client/core/report/copies.h"
#include "tests/fuzz/fuzz.h"
#include "tests/support/fixture.h"

#define RECORDS 10
#define NAME "Kadri" /* stands in two notes */

static struct fixture fx;
static struct id anna;
static char state[HASH_TEXT_BYTES], records[RECORDS][ID_TEXT_BYTES];
static size_t record_count;

static void
end(void)
{
	fixture_close(&fx);
}

static void
take_line(const char *line)
{
	if (strncmp(line, "state ", 6) == 0)
		strncpy(state, line + 6, sizeof(state) - 1);
	if (strncmp(line, "? record ", 9) == 0 && record_count < RECORDS)
		strncpy(records[record_count++], line + 9, ID_TEXT_BYTES - 1);
}

static void
begin(void)
{
	static bool ready;
	struct copy_ask q = { .whom = "Mari Tamm", .role = "guardian",
		.authority = "sole" };
	struct buf list;
	struct err e = { 0 };
	char *at;

	fuzz_begin();
	if (ready)
		return;
	ready = true;
	fixture_open(&fx, true);
	anna = q.case_id = fixture_case(&fx, "Anna Tamm", "A-1");
	fixture_note(&fx, &anna, "Talked with " NAME " and Jaan.");
	fixture_note(&fx, &anna, "KADRIGA: " NAME ", again. \xc3\x95nne called.");
	atexit(end);
	buf_init(&list, COPIES_MAX_BYTES);
	FUZZ_SURE(copies_review(fx.s, &q, &list, &e) == 0);
	buf_str(&list);
	for (at = strtok((char *)list.data, "\n"); at != NULL;
	    at = strtok(NULL, "\n"))
		take_line(at);
	buf_done(&list);
	FUZZ_SURE(state[0] != '\0' && record_count == 3);
}

static void
fill_in(struct view in, struct buf *out)
{
	char id[ID_TEXT_BYTES], c;
	size_t i;

	for (i = 0; i < in.len; i++) {
		c = in.data[i] == '@' && i + 1 < in.len ?
		    (char)in.data[i + 1] : '\0';
		if (c == 'c')
			buf_add_str(out, id_text(&anna, id));
		else if (c == 's')
			buf_add_str(out, state);
		else if (c >= '0' && (size_t)(c - '0') < record_count)
			buf_add_str(out, records[c - '0']);
		else
			c = '\0';
		if (c == '\0')
			buf_add(out, &in.data[i], 1);
		else
			i++;
	}
}

static void
check(const struct copy *c, bool black)
{
	const struct copy_record *r;
	size_t i, k, m, given = 0;

	for (i = 0; i < c->count; i++) {
		given += c->registers[i].count;
		for (k = 0; k < c->registers[i].count; k++) {
			r = &c->registers[i].records[k];
			for (m = 0; m < r->field_count; m++)
				FUZZ_SURE(!black || strcasestr(
				    r->fields[m].text, NAME) == NULL);
		}
	}
	FUZZ_SURE(given == c->given && given + c->left == record_count);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct copy c;
	struct buf list;
	struct err e = { 0 };

	begin();
	buf_init(&list, COPIES_MAX_BYTES);
	fill_in(view_of(data, size), &list);
	if (copies_make(fx.s, buf_view(&list), &c, &e) == 0)
		check(&c, list.len > 0 && strstr(buf_str(&list),
		    "\nblack word " NAME "\n") != NULL);
	else
		fuzz_refused(&e);
	copy_done(&c);
	buf_done(&list);
	return 0;
}
