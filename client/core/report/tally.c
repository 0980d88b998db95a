/*
 * A worker's own year: first the schools of cases and rooms, then all records
 * that the rules name (tally_records.c), then the cases (tally_cases.c), which
 * need to know their contacts.
 */
#include "client/core/report/tally_parts.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "client/core/schools/meetings.h"
#include "common/base/mem.h"

/* ---- the year ---- */

void
tally_spell(int year, int64_t *from_ms, int64_t *until_ms)
{
	struct tm tm = { .tm_year = year - 1900, .tm_mday = 1,
		.tm_isdst = -1 };

	*from_ms = (int64_t)mktime(&tm) * 1000;
	tm = (struct tm){ .tm_year = year - 1899, .tm_mday = 1,
		.tm_isdst = -1 };
	*until_ms = (int64_t)mktime(&tm) * 1000;
}

/* K_year: from the first key of the commons, which every member has. */
static int
year_key(struct tally *t, int year, struct err *e)
{
	struct space_epoch ep;
	struct hash h;
	struct buf b;
	int rc;

	rc = spaces_epoch_find(t->s, &t->s->roster.genesis.commons, 1, &ep,
	    e);
	if (rc < 0)
		return -1;
	if (rc == 0 || !ep.has_key) {
		if (rc == 1)
			space_epoch_done(&ep);
		return err_set(e, ERR_ABSENT, "the office's common space is "
		    "not on this device yet; sync, then count again");
	}
	buf_init(&b, 4096);
	buf_add_be(&b, (uint64_t)year, 4);
	keys_mac(&ep.key, "tugi year 1", buf_view(&b), &h);
	memcpy(t->key.b, h.b, sizeof(t->key.b));
	mem_wipe(&h, sizeof(h));
	buf_done(&b);
	space_epoch_done(&ep);
	return 0;
}

/* ---- one record ---- */

bool
tally_in_year(const struct tally *t, int64_t ms)
{
	return ms >= t->from_ms && ms < t->until_ms;
}

const struct field *
tally_field(const struct tally *t, const char *name)
{
	return fields_find(t->l->row.type, name);
}

const char *
tally_code(const struct tally *t, const char *name,
    char out[static TALLY_CODE_BYTES])
{
	const struct field *f = tally_field(t, name);
	struct view v = f != NULL ? loaded_text(t->l, f->number) :
	    view_of(NULL, 0);

	/* Only codes: what somebody typed freely is nobody's statistics. */
	if (f == NULL || f->kind != FIELD_CODE || v.len >= TALLY_CODE_BYTES)
		v.len = 0;
	if (v.len > 0)
		memcpy(out, v.data, v.len);
	out[v.len] = '\0';
	return out;
}

const char *
tally_band(int64_t days)
{
	return days <= 7 ? "0-7" : days <= 14 ? "8-14" : days <= 30 ?
	    "15-30" : "31";
}

bool
tally_wrote(const struct tally *t)
{
	const struct version *first = versions_first(t->l);
	const struct roster_device *d;

	if (first == NULL)
		return false;
	if (id_eq(&first->rec.origin, &t->s->me->device))
		return true;
	d = roster_device(&t->s->roster, &first->rec.origin);
	return d != NULL && id_eq(&d->person, &t->s->person);
}

struct known *
tally_find(struct known *list, size_t count, const struct id *id)
{
	size_t low = 0, high = count, mid;
	int c;

	while (low < high) {
		mid = (low + high) / 2;
		c = id_cmp(&list[mid].id, id);
		if (c == 0)
			return &list[mid];
		if (c < 0)
			low = mid + 1;
		else
			high = mid;
	}
	return NULL;
}

struct known *
tally_case_of(struct tally *t, const struct id *id)
{
	return tally_find(t->cases, t->case_count, id);
}

/* ---- all of it ---- */

static int
by_id(const void *a, const void *b)
{
	return id_cmp(&((const struct known *)a)->id,
	    &((const struct known *)b)->id);
}

static struct known *
add_known(struct known **list, size_t *count)
{
	*list = mem_more(*list, *count, sizeof(**list));
	memset(&(*list)[*count], 0, sizeof(**list));
	return &(*list)[(*count)++];
}

static void
set_school(struct known *k, struct view school)
{
	if (school.len > 0 && school.len <= COUNTS_WORD_BYTES)
		memcpy(k->school, school.data, school.len);
}

static int
know_case(void *ctx, const struct record_row *row, struct err *e)
{
	struct tally *t = ctx;
	struct known *k;
	int rc = versions_load_row(t->s, row, t->l, e);

	if (rc != 1)
		return rc;
	k = add_known(&t->cases, &t->case_count);
	k->id = row->case_id;
	set_school(k, loaded_text(t->l, CASE_SCHOOL));
	versions_done(t->l);
	return 0;
}

static int
know_room(void *ctx, const struct record_row *row, struct err *e)
{
	struct tally *t = ctx;
	struct space sp;
	struct known *k;
	struct view v;
	int rc = versions_load_row(t->s, row, t->l, e);

	if (rc != 1)
		return rc;
	v = loaded_text(t->l, ROOM_SCHOOL);
	/* A school's own room is mostly called like the school. */
	if (v.len == 0 && spaces_find(t->s, &row->space, &sp, e) == 1 &&
	    strcmp(sp.section, "site") == 0)
		v = loaded_text(t->l, ROOM_NAME);
	k = add_known(&t->rooms, &t->room_count);
	k->id = row->space;
	set_school(k, v);
	versions_done(t->l);
	return 0;
}

/* Regular meetings are counted by who opened the room. */
static int
count_due(void *ctx, const struct meeting_year *y, struct err *e)
{
	struct tally *t = ctx;
	struct known *room = tally_find(t->rooms, t->room_count, &y->space);
	struct counts_event ev = { .group = COUNTS_MEETINGS_DUE,
		.school = room != NULL ? room->school : "",
		.words = { y->kind, "held" }, .n = y->held };
	int rc = versions_load(t->s, &y->room, t->l, e);

	if (rc != 1)
		return rc;
	if (tally_wrote(t)) {
		counts_add(t->out, &ev);
		ev.words[1] = "missed";
		ev.n = y->due - y->held;
		counts_add(t->out, &ev);
	}
	versions_done(t->l);
	return 0;
}

int
tally_year(struct session *session, int year, struct counts *out,
    struct err *e)
{
	struct version_query cards = { .type = TYPE_CASE };
	struct version_query rooms = { .type = TYPE_ROOM };
	struct tally t = { .out = out };
	int rc;

	if (year < TALLY_YEAR_MIN || year > TALLY_YEAR_MAX)
		return err_set(e, ERR_INPUT, "a year is written like 2026");
	t.s = session_store(session);
	tally_spell(year, &t.from_ms, &t.until_ms);
	if (t.from_ms > store_now_ms(t.s))
		return err_set(e, ERR_INPUT, "%d has not begun, so nothing of "
		    "it can be counted", year);
	counts_init(out);
	t.l = mem_new(sizeof(*t.l));
	rc = year_key(&t, year, e);
	if (rc == 0)
		rc = versions_each(t.s, &cards, know_case, &t, e);
	if (rc == 0)
		rc = versions_each(t.s, &rooms, know_room, &t, e);
	if (rc == 0 && t.room_count > 0)
		qsort(t.rooms, t.room_count, sizeof(*t.rooms), by_id);
	if (rc == 0 && t.case_count > 0)
		qsort(t.cases, t.case_count, sizeof(*t.cases), by_id);
	if (rc == 0)
		rc = tally_kinds(&t, e);
	if (rc == 0)
		rc = versions_each(t.s, &cards, tally_case, &t, e);
	if (rc == 0)
		rc = meetings_year(session, year, count_due, &t, e);
	mem_free(t.cases);
	mem_free(t.rooms);
	mem_free(t.l);
	mem_wipe(&t.key, sizeof(t.key));
	if (rc != 0)
		counts_done(out);
	return rc;
}
