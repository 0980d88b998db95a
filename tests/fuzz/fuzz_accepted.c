/*
 * Records as a colleague's changed program could write them: rightly formed,
 * any kind in any space, any value in any field. They are taken in or refused,
 * and every list that is made of records can still be made: nothing in it
 * relies on what only our own commands keep to.
 *
 * The input: records, each of kind u8, id u8, space u8, number of fields u8,
 * then the fields: which u8, kind of value u8, and the value (len u8, bytes).
 */
#include <stdlib.h>
#include <string.h>

#include "client/core/cases/cases.h"
#include "client/core/cases/conflicts.h"
#include "client/core/cases/rooms.h"
#include "client/core/cases/timeline.h"
#include "client/core/consent/consent.h"
#include "client/core/due_list.h"
#include "client/core/records/history.h"
#include "client/core/report/copies.h"
#include "client/core/report/tally.h"
#include "client/core/schools/matters.h"
#include "client/core/schools/meetings.h"
#include "client/core/support/assess.h"
#include "client/core/support/signal.h"
#include "client/core/upkeep/retention.h"
#include "client/core/upkeep/status.h"
#include "common/base/mem.h"
#include "tests/fuzz/fuzz.h"
#include "tests/support/fixture.h"

#define IDS 3     /* records that are there: case, note, room */
#define NEW_IDS 3 /* of each kind */
#define SPACES_MAX 16
#define RECORDS_MAX 6
#define YEAR 2026

static struct fixture fx;
static struct colleague *other;
static struct id anna, ids[IDS];
static struct space spaces[SPACES_MAX];
static size_t space_count;

static void
end(void)
{
	fixture_close(&fx);
}

static void
list_spaces(void)
{
	struct stmt *q = db_prepare(fx.st->db,
	    "SELECT id FROM space ORDER BY kind, section, id");
	struct err e = { 0 };
	struct id id;

	while (db_step(q, &e) == 1 && space_count < SPACES_MAX) {
		FUZZ_SURE(db_id(q, 0, &id) == 0);
		FUZZ_SURE(spaces_find(fx.st, &id, &spaces[space_count++],
		    &e) == 1);
	}
	db_reset(q);
	FUZZ_SURE(space_count >= 8);
}

static void
begin(void)
{
	static bool ready;
	static const char *const sections[] = { "plan", "assessment",
		"meeting", "protection" };
	struct assignment name = { "name", "Lasila" };
	struct id space;
	struct err e = { 0 };
	size_t i;

	fuzz_begin();
	if (ready)
		return;
	ready = true;
	fixture_open(&fx, true);
	other = fixture_colleague(&fx, "Jaan Mets");
	anna = ids[0] = fixture_case(&fx, "Anna Tamm", "A-1");
	ids[1] = fixture_note(&fx, &anna, "Talked with the teacher.");
	for (i = 0; i < sizeof(sections) / sizeof(sections[0]); i++)
		FUZZ_SURE(cases_section(fx.s, &anna, sections[i], &space,
		    &e) == 0);
	FUZZ_SURE(rooms_begin(fx.s, "school", &name, 1, &ids[2], &e) == 0);
	FUZZ_SURE(rooms_begin(fx.s, "group", &name, 1, &space, &e) == 0);
	fixture_ack(&fx);
	list_spaces();
	atexit(end);
}

/* ---- what comes in ---- */

static void
take_value(struct fuzz_in *in, struct value *v)
{
	struct view data;

	v->type = (enum value_type)(fuzz_take(in, 1) % 6);
	data = fuzz_take_view(in, fuzz_take(in, 1) % 64);
	v->data = data;
	if (v->type == 5) { /* an id that means something here */
		v->type = VALUE_BYTES;
		v->data = view_of(data.len == 0 ? fx.st->person.b :
		    ids[data.data[0] % IDS].b, sizeof(anna.b));
	} else if (v->type == VALUE_INT || v->type == VALUE_BOOL) {
		struct fuzz_in num = { data.data, data.len };

		v->num = (int64_t)fuzz_take(&num, data.len < 8 ? data.len : 8);
		v->num = v->type == VALUE_BOOL ? v->num & 1 : v->num;
		v->data = view_of(NULL, 0);
	}
}

static int
by_field(const void *a, const void *b)
{
	return (int)((const struct op *)a)->field -
	    (int)((const struct op *)b)->field;
}

/* One of those where the kind belongs. */
static const struct space *
space_for(const struct record_kind *kind, uint64_t wish)
{
	const struct space *fit[SPACES_MAX];
	size_t i, n = 0;

	for (i = 0; i < space_count; i++)
		if (fields_fits(kind, spaces[i].kind == SPACE_COMMONS ?
		    HOME_COMMONS : spaces[i].kind == SPACE_CASE_SECTION ? HOME_CASE :
		    HOME_ROOM, spaces[i].section))
			fit[n++] = &spaces[i];
	return n > 0 ? fit[wish % n] : &spaces[0];
}

static struct id
id_for(const struct record_kind *kind, uint64_t wish)
{
	struct id id = ids[0];

	if (wish < IDS)
		return ids[wish];
	id.b[14] = (uint8_t)kind->type;
	id.b[15] ^= (uint8_t)wish;
	return id;
}

/* A record of that form; false: two ops of one field, which no record has. */
static bool
take_record(struct fuzz_in *in, struct record *rec, struct id *space)
{
	const struct record_kind *kind;
	size_t kinds = 0, i;
	uint64_t n;

	while (fields_each(kinds) != NULL)
		kinds++;
	memset(rec, 0, sizeof(*rec));
	kind = fields_each(fuzz_take(in, 1) % kinds);
	rec->type = (uint16_t)kind->type;
	rec->id = id_for(kind, fuzz_take(in, 1) % (IDS + NEW_IDS));
	*space = space_for(kind, fuzz_take(in, 1))->id;
	n = fuzz_take(in, 1) % 16;
	for (i = 0; i < n; i++) {
		rec->ops[i].field =
		    kind->fields[fuzz_take(in, 1) % kind->count].number;
		take_value(in, &rec->ops[i].value);
	}
	rec->op_count = (size_t)n;
	qsort(rec->ops, rec->op_count, sizeof(rec->ops[0]), by_field);
	for (i = 1; i < rec->op_count; i++)
		if (rec->ops[i].field == rec->ops[i - 1].field)
			return false;
	return true;
}

static void
accept(struct fuzz_in *in, size_t seq)
{
	static struct record rec, read;
	struct version_at at = { .seq = 1000 + seq,
		.state = VERSION_ACCEPTED };
	struct id space;
	struct buf body;
	struct err e = { 0 };

	if (!take_record(in, &rec, &space))
		return;
	rec.origin = other->keys.device;
	rec.hlc = at.eff = hlc_next(0, fx.now_ms) + seq;
	rec.wall_ms = fx.now_ms;
	buf_init(&body, CHANGESET_BODY_MAX);
	record_encode(&rec, &body);
	if (record_decode(buf_view(&body), &read, &e) != 0 ||
	    versions_accept_tx(fx.st, &space, &read, buf_view(&body), &at,
	    &e) != 0)
		fuzz_refused(&e);
	buf_done(&body);
}

/* ---- what is made of it ---- */

static void
sure(int rc, const struct err *e)
{
	if (rc < 0)
		fuzz_refused(e);
}

static int
pass_on(void *ctx, const struct record_item *r, int64_t deadline_ms,
    struct err *e)
{
	(void)ctx;
	(void)r;
	(void)deadline_ms;
	(void)e;
	return 0;
}

static void
look_at_case(void)
{
	struct timeline_query tq = { .case_id = anna };
	struct copy_ask ask = { anna, "Mari Tamm", "guardian", "sole", true };
	struct record_list l;
	struct consent_list consents;
	struct matter_list matters;
	struct assess_trend trend;
	struct case_place place;
	struct buf list;
	struct err e = { 0 };
	char words[400];
	size_t i;

	if (timeline_list(fx.s, &tq, &l, &e) == 0) {
		for (i = 0; i < l.count; i++)
			timeline_words(&l.items[i], words, sizeof(words));
		record_list_done(&l);
	}
	if (consent_list(fx.s, &anna, &consents, &e) == 0)
		consent_list_done(&consents);
	if (matters_list(fx.s, &anna, &matters, &e) == 0)
		matter_list_done(&matters);
	if (assess_trend(fx.s, &anna, &trend, &e) == 0)
		assess_trend_done(&trend);
	if (cases_place(fx.s, &anna, &place, &e) == 0)
		case_place_done(&place);
	buf_init(&list, COPIES_MAX_BYTES);
	sure(copies_review(fx.s, &ask, &list, &e), &e);
	buf_done(&list);
}

static void
look_at_records(void)
{
	struct record_item r;
	struct viewer_list viewers;
	struct history h;
	struct err e = { 0 };
	size_t i;

	for (i = 0; i < IDS; i++) {
		if (records_find(fx.s, &ids[i], &r, &e) == 1)
			record_item_done(&r);
		if (history_read(fx.s, &ids[i], &h, &e) == 1)
			history_done(&h);
		if (consent_who(fx.s, &ids[i], &viewers, &e) == 0)
			viewer_list_done(&viewers);
	}
}

/* What a worker hands in is always what the office takes. */
static void
look_at_year(void)
{
	struct counts c, again;
	struct buf out;
	struct err e = { 0 };

	if (tally_year(fx.s, YEAR, &c, &e) != 0) {
		fuzz_refused(&e);
		return;
	}
	buf_init(&out, COUNTS_MAX_BYTES);
	counts_encode(&c, &out);
	FUZZ_SURE(counts_decode(buf_view(&out), &again, &e) == 0);
	counts_done(&again);
	counts_done(&c);
	buf_done(&out);
}

static void
look_at_all(void)
{
	struct due_query q = { .days = 400 };
	struct due_list due;
	struct case_list cases;
	struct room_list rooms;
	struct conflict_list conflicts;
	struct retention_list kept;
	struct meeting_due_list meetings;
	struct status status;
	struct err e = { 0 };
	size_t i;
	int rc;

	rc = due_list(fx.s, &q, &due, &e);
	FUZZ_SURE(rc == 0);
	due_list_done(&due);
	rc = cases_list(fx.s, &cases, &e);
	FUZZ_SURE(rc == 0);
	case_list_done(&cases);
	rc = rooms_list(fx.s, NULL, &rooms, &e);
	FUZZ_SURE(rc == 0);
	room_list_done(&rooms);
	rc = conflicts_list(fx.s, &conflicts, &e);
	FUZZ_SURE(rc == 0);
	for (i = 0; i < conflicts.count; i++)
		sure(conflict_explain(&conflicts.items[i], &e), &e);
	conflict_list_done(&conflicts);
	rc = retention_due(fx.s, fx.now_ms, &kept, &e);
	FUZZ_SURE(rc == 0);
	retention_list_done(&kept);
	rc = meetings_due(fx.s, &meetings, &e);
	FUZZ_SURE(rc == 0);
	meeting_due_list_done(&meetings);
	FUZZ_SURE(signal_open(fx.s, pass_on, NULL, &e) == 0);
	FUZZ_SURE(status_read(fx.s, &status, &e) == 0);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct fuzz_in in = { data, size };
	struct err e = { 0 };
	size_t i;

	begin();
	FUZZ_SURE(db_begin(fx.st->db, &e) == 0);
	for (i = 0; i < RECORDS_MAX && in.left > 0; i++)
		accept(&in, i + 1);
	look_at_case();
	look_at_records();
	look_at_year();
	look_at_all();
	db_rollback(fx.st->db);
	return 0;
}
