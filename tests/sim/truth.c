/*
 * The true history: what each person wrote, gave and took back, and what lay
 * on their device at that moment. From it follows who may ever read a text:
 *
 * - whose section it is, and who wrote it (each with all their devices);
 * - who holds a consent for the section that no withdrawal or refusal ends
 *   which the author's device knew when the text was written (one that was
 *   itself held, because who took it had lost the card, closes nothing). A consent
 *   overrules what was known to who took it; it may come later than the text.
 * - nobody whose consents were all over, or whose device was revoked, as far
 *   as the author's device knew.
 */
#include <stdlib.h>
#include <string.h>

#include "common/base/mem.h"
#include "common/db/db.h"
#include "common/wire/access.h"
#include "common/wire/directory.h"
#include "common/wire/record.h"
#include "client/core/local/types.h"
#include "tests/sim/sim.h"

void
truth_needle(int no, char out[static SIM_NEEDLE_BYTES + 1])
{
	snprintf(out, SIM_NEEDLE_BYTES + 1, SIM_MAGIC "%05uq",
	    (unsigned)no % 100000);
}

int
truth_number(const uint8_t *at, size_t len)
{
	int i, no = 0;

	if (len < SIM_NEEDLE_BYTES || memcmp(at, SIM_MAGIC, 4) != 0)
		return -1;
	for (i = 4; i < 9; i++) {
		if (at[i] < '0' || at[i] > '9')
			return -1;
		no = no * 10 + at[i] - '0';
	}
	return at[9] == 'q' ? no : -1;
}

bool
truth_shows(struct view in)
{
	const uint8_t *at = in.data, *end = in.data + in.len;

	while (at < end && (at = memmem(at, (size_t)(end - at), SIM_MAGIC,
	    strlen(SIM_MAGIC))) != NULL) {
		if (truth_number(at, (size_t)(end - at)) >= 0)
			return true;
		at++;
	}
	return false;
}

/* ---- what lay on the device ---- */

static bool
knows(struct actor *a, const struct id *record)
{
	struct stmt *q = db_prepare(cast_db(a), "SELECT 1 FROM record r JOIN "
	    "version v ON v.rid = r.rid WHERE r.id = ? AND r.flags & 12 = 0 "
	    "AND v.state IN (1, 2, 3)");
	struct err e;
	int rc;

	db_bind_id(q, 1, record);
	rc = db_step(q, &e);
	db_reset(q);
	return rc == 1;
}

static bool
closes(enum event_kind kind)
{
	return kind == EVENT_REFUSE || kind == EVENT_WITHDRAW ||
	    kind == EVENT_END;
}

static void
known(struct actor *a, int case_no, bool all, struct bits *out)
{
	struct sim *s = a->sim;
	int i;

	memset(out, 0, sizeof(*out));
	for (i = 0; i < s->event_count; i++)
		if (s->event[i].case_no == case_no && s->event[i].sure &&
		    (all || closes(s->event[i].kind)) &&
		    knows(a, &s->event[i].id))
			out->w[i / 64] |= UINT64_C(1) << (i % 64);
}

static bool
has_bit(const struct bits *b, int i)
{
	return b->w[i / 64] >> (i % 64) & 1;
}

/* A clock that runs ahead ends nothing: what is over is over for all. */
static int64_t
known_time(struct actor *a)
{
	int64_t heard = 0, own = cast_clock(a), now = a->sim->now_ms;
	struct err e;

	db_one_int(cast_db(a), "SELECT max(accept_ms) FROM item", &heard, &e);
	own = heard > own ? heard : own;
	return own > now ? now : own;
}

static uint64_t
known_revoked(struct sim *s, struct actor *a)
{
	struct stmt *q = db_prepare(cast_db(a), "SELECT body FROM item WHERE "
	    "kind = 4");
	struct directory_entry *d = mem_new(sizeof(*d));
	uint64_t out = 0;
	struct err e;
	int i;

	while (db_step(q, &e) == 1) {
		if (directory_decode(db_blob(q, 0), d, &e) != 0)
			sim_fail(s, "an entry of the directory cannot be "
			    "read: %s", e.text);
		for (i = 0; i < s->actors && d->kind == DIRECTORY_REVOKE; i++)
			if (id_eq(&s->actor[i].keys.device, &d->device))
				out |= UINT64_C(1) << i;
	}
	db_reset(q);
	mem_free(d);
	return out;
}

/* Who has, as far as this device knows, left the side that a space belongs
 * to: by what is in the log, and nothing took them in again. */
static uint64_t
known_reduced(struct sim *s, struct actor *a, const struct id *space)
{
	struct stmt *q = db_prepare(cast_db(a), "SELECT body FROM access "
	    "WHERE space = ? AND seq IS NOT NULL");
	struct access *list = mem_new(SIM_ACTORS * 8 * sizeof(*list));
	uint64_t out = 0;
	struct err e;
	size_t n = 0, i, j, k;
	int x;

	db_bind_id(q, 1, space);
	while (n < SIM_ACTORS * 8 && db_step(q, &e) == 1)
		n += access_decode(db_blob(q, 0), &list[n], &e) == 0;
	db_reset(q);
	for (i = 0; i < n; i++) {
		bool undone = list[i].kind != ACCESS_REDUCE ||
		    list[i].right != RIGHT_NONE ||
		    list[i].supersedes_count > 0;

		for (j = 0; j < n; j++)
			for (k = 0; k < list[j].supersedes_count; k++)
				undone |= id_eq(&list[j].supersedes[k],
				    &list[i].id);
		for (x = 0; x < s->actors && !undone; x++)
			if (id_eq(&s->actor[x].person, &list[i].person))
				out |= UINT64_C(1) << x;
	}
	mem_free(list);
	return out;
}

/* The case that a record came to lie in: of two that are one child's, not
 * always the one that was named. */
static int
case_of(struct actor *a, const struct id *record, int otherwise)
{
	struct stmt *q = db_prepare(cast_db(a), "SELECT s.case_id FROM record "
	    "r JOIN space s ON s.id = r.space WHERE r.id = ?");
	struct sim *s = a->sim;
	struct id id;
	struct err e;
	int i, out = otherwise;

	db_bind_id(q, 1, record);
	if (db_step(q, &e) == 1 && db_id(q, 0, &id) == 0)
		for (i = 0; i < s->case_count; i++)
			if (id_eq(&s->cases[i].id, &id))
				out = i;
	db_reset(q);
	return out;
}

/* ---- texts ---- */

struct text *
truth_text(struct sim *s, struct actor *a, int case_no,
    enum sim_section section)
{
	struct text *t = &s->text[s->text_count];

	if (s->text_count == SIM_TEXTS)
		return NULL;
	s->text_count++;
	memset(t, 0, sizeof(*t));
	t->of = -1;
	t->by = t->first = a->no;
	t->case_no = case_no;
	t->section = section;
	t->owner = -1;
	t->at_ms = s->now_ms;
	known(a, case_no, false, &t->knew);
	known(a, case_no, true, &t->heard);
	t->knew_ms = known_time(a);
	t->knew_revoked = known_revoked(s, a);
	sim_note(s, "   text %d", (int)(t - s->text));
	return t;
}

static int
section_of(struct sim *s, const char *name)
{
	char word[80];
	int i;

	for (i = 0; i < SECTIONS; i++) {
		people_sections(1u << i, word);
		if (strcmp(word, name) == 0)
			return i;
	}
	sim_fail(s, "a section of a case is called %s", name);
}

/* Which case or room, and which section of it, a space is; of one that a power
 * cut swallowed nobody knows. */
static void
place_text(struct sim *s, struct text *t, struct stmt *q)
{
	struct id of;
	int i;

	if (db_id(q, 2, &of) == 0 && !id_is_zero(&of)) {
		t->section = section_of(s, db_text(q, 3));
		for (i = 0; i < s->case_count; i++)
			if (id_eq(&s->cases[i].id, &of))
				t->case_no = i;
		return;
	}
	t->section = SECTION_CARD;
	t->case_no = strcmp(db_text(q, 3), "own") == 0 ? SIM_OWN :
	    SIM_COMMONS;
	for (i = SIM_CASES; i < SIM_CASES + s->room_count; i++)
		if (id_eq(&s->cases[i].id, &t->space))
			t->case_no = i;
}

void
truth_saved(struct sim *s, struct text *t, const struct id *record)
{
	struct actor *a = &s->actor[t->by];
	struct stmt *q = db_prepare(cast_db(a), "SELECT r.space, s.side, "
	    "s.case_id, coalesce(s.section, ''), s.part FROM record r JOIN "
	    "space s ON s.id = r.space WHERE r.id = ?");
	struct id side;
	struct err e;
	int i;

	t->sure = true;
	t->record = *record;
	db_bind_id(q, 1, record);
	if (db_step(q, &e) != 1)
		sim_fail(s, "text %d is not there after saving",
		    (int)(t - s->text));
	db_id(q, 0, &t->space);
	if (db_id(q, 1, &side) != 0)
		memset(&side, 0, sizeof(side));
	if (db_id(q, 4, &t->part) != 0)
		memset(&t->part, 0, sizeof(t->part));
	place_text(s, t, q);
	db_reset(q);
	for (i = 0; i < s->actors; i++)
		if (t->case_no != SIM_COMMONS &&
		    id_eq(&s->actor[i].person, &side))
			t->owner = s->actor[i].who;
	known(a, t->case_no, false, &t->knew);
	known(a, t->case_no, true, &t->heard);
	t->knew_reduced = known_reduced(s, a, &t->space);
}

/* ---- what the program copies ---- */

int
truth_at(const struct sim *s, int no, const struct id *record,
    const struct id *space)
{
	int i;

	if (!s->text[no].copies)
		return no;
	for (i = no; i < s->text_count; i++)
		if ((i == no || s->text[i].of == no) &&
		    (record == NULL || id_eq(&s->text[i].record, record)) &&
		    (space == NULL || id_eq(&s->text[i].space, space)))
			return i;
	return no;
}

/* Text ${no} stands in ${record}: is that known? */
static bool
is_there(const struct sim *s, int no, const struct id *record)
{
	int at = truth_at(s, no, record, NULL);

	return id_eq(&s->text[at].record, record);
}

static void
copied(struct actor *a, int no, const struct id *record)
{
	struct sim *s = a->sim;
	struct text *t = truth_text(s, a, s->text[no].case_no, SECTION_CARD);

	if (t == NULL)
		sim_fail(s, "more texts than the simulator can note");
	sim_note(s, "   is a copy of %d", no);
	t->of = no;
	t->copy = t->note = true;
	s->text[no].copies = true;
	snprintf(t->field, sizeof(t->field), "%s", s->text[no].field);
	truth_saved(s, t, record);
}

struct row {
	struct id record;
	int no;
};

/* The needles in what waits to be sealed. */
static int
unsent(struct actor *a, struct row *out, int max)
{
	struct stmt *q = db_prepare(cast_db(a), "SELECT r.id, v.body FROM "
	    "version v JOIN record r USING (rid) WHERE v.state = 1 ORDER BY "
	    "v.rowid");
	const uint8_t *at, *end;
	struct view body;
	struct err e;
	int n = 0, no;

	while (n < max && db_step(q, &e) == 1) {
		body = db_blob(q, 1);
		at = body.data;
		end = at + body.len;
		while (n < max && (at = memmem(at, (size_t)(end - at),
		    SIM_MAGIC, 4)) != NULL) {
			no = truth_number(at, (size_t)(end - at));
			at += 4;
			if (no < 0 || no >= a->sim->text_count)
				continue;
			db_id(q, 0, &out[n].record);
			out[n++].no = no;
		}
	}
	db_reset(q);
	return n;
}

void
truth_find(struct actor *a, int from, bool sure)
{
	struct row *list = mem_new(SIM_TEXTS * sizeof(*list));
	struct sim *s = a->sim;
	int n = unsent(a, list, SIM_TEXTS), i;

	for (i = 0; i < n; i++) {
		struct text *t = &s->text[list[i].no];

		if (t->sure && !is_there(s, list[i].no, &list[i].record))
			copied(a, list[i].no, &list[i].record);
		else if (!t->sure && sure && list[i].no >= from)
			truth_saved(s, t, &list[i].record);
	}
	mem_free(list);
}

void
truth_knows(struct sim *s, struct text *t, struct actor *a)
{
	known(a, t->case_no, false, &t->knew);
	known(a, t->case_no, true, &t->heard);
	t->knew_ms = known_time(a);
	t->knew_revoked = known_revoked(s, a);
	t->knew_reduced = known_reduced(s, a, &t->space);
}

void
truth_filed(struct sim *s, struct text *t, struct actor *keeper)
{
	t->decided = true;
	truth_knows(s, t, keeper);
}

void
truth_seen(struct sim *s, struct text *t, const struct id *record)
{
	struct stmt *q = db_prepare(cast_db(&s->actor[t->by]), "SELECT v.body "
	    "FROM record r JOIN version v ON v.rid = r.rid WHERE r.id = ? "
	    "AND v.state IN (1, 2, 3)");
	const uint8_t *at;
	struct view body;
	struct err e;
	int no;

	db_bind_id(q, 1, record);
	while (db_step(q, &e) == 1) {
		body = db_blob(q, 0);
		at = memmem(body.data, body.len, SIM_MAGIC, 4);
		for (; at != NULL; at = memmem(at + 1, body.len -
		    (size_t)(at + 1 - body.data), SIM_MAGIC, 4)) {
			no = truth_number(at, body.len -
			    (size_t)(at - body.data));
			if (no >= 0 && t->seen_count < SIM_SEEN &&
			    strcmp(s->text[no].field, t->field) == 0)
				t->seen[t->seen_count++] = truth_at(s, no,
				    record, NULL);
		}
	}
}

/* ---- consents ---- */

struct event *
truth_event(struct sim *s, struct actor *a, int case_no)
{
	struct event *ev = &s->event[s->event_count];

	if (s->event_count == SIM_EVENTS)
		return NULL;
	memset(ev, 0, sizeof(*ev));
	ev->by = a->no;
	ev->case_no = case_no;
	ev->at_ms = s->now_ms;
	known(a, case_no, false, &ev->overruled);
	s->event_count++;
	return ev;
}

bool
truth_bytes(struct view body, uint16_t field, void *out, size_t len)
{
	struct record *rec = mem_new(sizeof(*rec));
	struct err e;
	bool found = record_decode(body, rec, &e) == 0 &&
	    record_bytes(rec, field, out, len);

	mem_free(rec);
	return found;
}

/* The sections that a record names; none are all. */
static unsigned
named(struct view words)
{
	unsigned mask = 0;
	char word[80];
	int i;

	for (i = 0; i < SECTIONS; i++) {
		people_sections(1u << i, word);
		if (words.len > 0 && memmem(words.data, words.len, word,
		    strlen(word)) != NULL)
			mask |= 1u << i;
	}
	return mask == 0 ? SECTIONS_ALL : mask;
}

/* The part that a consent or a withdrawal names, of which sections, until
 * when. */
static bool
part_of(struct actor *a, struct event *ev)
{
	struct stmt *q = db_prepare(cast_db(a), "SELECT v.body FROM version v "
	    "JOIN record r USING (rid) WHERE r.id = ?");
	struct record *rec = mem_new(sizeof(*rec));
	bool found = false, given = ev->kind == EVENT_GRANT;
	struct err e;

	db_bind_id(q, 1, &ev->id);
	if (db_step(q, &e) == 1 && record_decode(db_blob(q, 0), rec, &e) == 0)
		found = record_bytes(rec, given ? CONSENT_PART :
		    WITHDRAWAL_PART, &ev->part, sizeof(ev->part));
	if (found)
		ev->sections = named(record_text(rec, given ?
		    CONSENT_SECTIONS : WITHDRAWAL_SECTIONS));
	if (found && given)
		ev->until_ms = record_int(rec, CONSENT_UNTIL, INT64_MAX);
	db_reset(q);
	mem_free(rec);
	return found;
}

bool
truth_covers(const struct event *ev, const struct text *t, int x)
{
	/* A consent is about the part that it names, or about what has none; what
	 * closes and names none closes all parts (rule 5.11); the law and the
	 * side are about all of a section. */
	bool parts = ev->some_part || id_eq(&ev->part, &t->part) ||
	    ev->kind == EVENT_OVERRIDE || ev->kind == EVENT_SIDE ||
	    (closes(ev->kind) && id_is_zero(&ev->part));

	return ev->case_no == t->case_no && parts &&
	    (ev->sections >> t->section & 1) != 0 &&
	    (ev->whom == x || ev->whom == -1);
}

void
truth_placed(struct actor *a, struct event *ev)
{
	ev->case_no = case_of(a, &ev->id, ev->case_no);
	if (ev->some_part)
		ev->some_part = !part_of(a, ev);
}

bool
truth_closes(const struct sim *s, const struct event *c,
    const struct event *basis, const struct text *t, int x)
{
	int at = (int)(basis - s->event);

	if (c->kind == EVENT_END)
		return c->names == at;
	/* A hub that runs twice keeps it from who consents on the other side:
	 * what was written under the key from before opens there as well. */
	if (s->fork_size > 0 && c->at_ms <= basis->at_ms)
		return false;
	return closes(c->kind) && basis->kind == EVENT_GRANT &&
	    !has_bit(&basis->overruled, (int)(c - s->event)) &&
	    truth_covers(c, t, x);
}

/* A right that a restored hub lost, or the other side of one that runs twice
 * has, and that ended by itself: who never heard of it goes on under the key
 * from before (README). */
static bool
lost_unheard(const struct sim *s, const struct event *basis,
    const struct text *t)
{
	return (basis->at_ms < s->anew_ms || s->fork_size > 0) &&
	    !has_bit(&t->heard, (int)(basis - s->event));
}

static bool
ended(struct sim *s, const struct event *basis, const struct text *t, int x)
{
	int i;

	if ((basis->until_ms <= t->knew_ms && !lost_unheard(s, basis, t)) ||
	    basis->waits)
		return true;
	for (i = 0; i < s->event_count; i++)
		if (has_bit(&t->knew, i) &&
		    truth_closes(s, &s->event[i], basis, t, x))
			return true;
	return false;
}

bool
truth_opens(const struct event *ev, const struct text *t, int x)
{
	if (ev->kind == EVENT_SIDE && (t->owner < 0 ||
	    (ev->sides >> t->owner & 1) == 0))
		return false;
	return (ev->kind == EVENT_GRANT || ev->kind == EVENT_OVERRIDE ||
	    ev->kind == EVENT_SIDE) && truth_covers(ev, t, x);
}

bool
truth_gone(const struct sim *s, int who)
{
	int i;

	for (i = 0; i < s->actors; i++)
		if (s->actor[i].who == who && !s->actor[i].revoked)
			return false;
	return true;
}

bool
truth_may(struct sim *s, int device, const struct text *t)
{
	int i, x = s->actor[device].who;

	if (device == t->by)
		return true;
	if (t->knew_revoked >> device & 1)
		return false;
	if (t->case_no == SIM_COMMONS)
		return true;
	if (x == s->actor[t->by].who)
		return true;
	if (x == t->owner && (t->knew_reduced >> x & 1) == 0)
		return true;
	for (i = 0; i < s->event_count; i++)
		if (truth_opens(&s->event[i], t, x) &&
		    !ended(s, &s->event[i], t, x))
			return true;
	return false;
}

/* ---- deleting ---- */

static bool
has_version(struct actor *a, const struct deleting *d)
{
	struct stmt *q = db_prepare(cast_db(a), "SELECT 1 FROM record JOIN "
	    "version USING (rid) WHERE id = ? AND origin = ? AND hlc = ? AND "
	    "state IN (1, 2, 3)");
	struct err e;
	int rc;

	db_bind_id(q, 1, &d->record);
	db_bind_id(q, 2, &d->origin);
	db_bind_int(q, 3, d->hlc);
	rc = db_step(q, &e);
	db_reset(q);
	return rc == 1;
}

void
truth_deleting(struct actor *a, const struct id *record, bool on)
{
	struct sim *s = a->sim;
	struct deleting *d = &s->deleting[s->deleting_count];
	int i;

	if (s->deleting_count == SIM_DELETIONS)
		sim_fail(s, "more deletions than the simulator can note");
	memset(d, 0, sizeof(*d));
	d->record = *record;
	d->on = on;
	for (i = 0; i < s->deleting_count; i++)
		if (id_eq(&s->deleting[i].record, record) &&
		    has_version(a, &s->deleting[i]))
			d->knew |= UINT64_C(1) << i;
	s->deleting_count++;
}

void
truth_deleted(struct actor *a)
{
	struct sim *s = a->sim;
	struct deleting *d = &s->deleting[s->deleting_count - 1];
	struct stmt *q = db_prepare(cast_db(a), "SELECT hlc FROM record JOIN "
	    "version USING (rid) WHERE id = ? AND origin = ? ORDER BY hlc "
	    "DESC LIMIT 1");
	struct err e;

	db_bind_id(q, 1, &d->record);
	db_bind_id(q, 2, &a->keys.device);
	d->sure = db_step(q, &e) == 1;
	d->hlc = d->sure ? db_int(q, 0) : 0;
	d->origin = a->keys.device;
	db_reset(q);
}

bool
truth_fades(const struct sim *s, const struct id *record)
{
	int i;

	for (i = 0; i < s->text_count; i++)
		if (s->text[i].fades && id_eq(&s->text[i].record, record))
			return true;
	return false;
}

bool
truth_erasing(const struct sim *s, const struct id *record)
{
	int i;

	for (i = 0; i < s->erasing_count; i++)
		if (id_eq(&s->erasing[i], record))
			return true;
	return false;
}
