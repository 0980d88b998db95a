/*
 * What holds for a meeting, its agenda and its tasks.
 */
#include "client/core/schools/meetings.h"

#include <stdio.h>
#include <string.h>

#include "client/core/accord/rooms.h"
#include "client/core/local/day.h"
#include "client/core/profile/people.h"
#include "client/core/profile/policies.h"
#include "client/core/cases/rooms.h"
#include "common/base/mem.h"

#define NAMES_BYTES 400
#define CODE_BYTES 41

int
meetings_add(struct session *s, const struct entry_draft *d, struct id *id,
    struct err *e)
{
	struct assignment set[32];
	struct entry_draft with = *d;
	const char *date = NULL;
	char today[DAY_TEXT_BYTES];
	size_t i;

	for (i = 0; i < d->n && i < 31; i++) {
		set[i] = d->set[i];
		if (strcmp(set[i].name, "state") == 0)
			return entries_add(s, d, id, e);
		if (strcmp(set[i].name, "date") == 0)
			date = set[i].text;
	}
	day_text(store_now_ms(session_store(s)), today);
	set[i].name = "state";
	set[i].text = date != NULL && strcmp(date, today) > 0 ? "planned" :
	    "held";
	with.set = set;
	with.n = i + 1;
	return entries_add(s, &with, id, e);
}

/* ---- small pieces ---- */

static const char *
code_of(const struct entry *x, uint16_t field, char out[static CODE_BYTES])
{
	struct view v = entry_text(x, field);
	size_t n = v.len < CODE_BYTES ? v.len : CODE_BYTES - 1;

	if (n > 0)
		memcpy(out, v.data, n);
	out[n] = '\0';
	return out;
}

static int
kind_of(struct session *s, const char *code, struct policy_meeting *out,
    struct err *e)
{
	const struct policy *p = policies_now(s, e);

	if (p == NULL)
		return -1;
	return policy_meeting(p, code, out) ? 0 : err_set(e, ERR_INPUT,
	    "kind: the policy has no meeting \"%.40s\"; there are: tugi "
	    "policy show meetings", code);
}

/* Minutes of the day of "14:30"; -1: it is none. */
static int
clock_of(struct view v)
{
	const uint8_t *d = v.data;
	int h, m;

	if (v.len != 5 || d[2] != ':' || d[0] < '0' || d[0] > '2' ||
	    d[1] < '0' || d[1] > '9' || d[3] < '0' || d[3] > '5' ||
	    d[4] < '0' || d[4] > '9')
		return -1;
	h = 10 * (d[0] - '0') + d[1] - '0';
	m = 10 * (d[3] - '0') + d[4] - '0';
	return h < 24 ? 60 * h + m : -1;
}

static int
check_times(const struct entry *x, struct err *e)
{
	int begins = clock_of(entry_text(x, MEETING_BEGINS));
	int ends = clock_of(entry_text(x, MEETING_ENDS));
	struct view date = entry_text(x, MEETING_DATE);
	struct view next = entry_text(x, MEETING_NEXT);
	char today[DAY_TEXT_BYTES];

	if (entry_has(x, MEETING_BEGINS) && begins < 0)
		return err_set(e, ERR_INPUT, "begins: a time of day, written "
		    "like 14:30");
	if (entry_has(x, MEETING_ENDS) && ends < 0)
		return err_set(e, ERR_INPUT, "ends: a time of day, written "
		    "like 15:45");
	if (begins >= 0 && ends >= 0 && ends <= begins)
		return err_set(e, ERR_INPUT, "ends: a meeting ends after it "
		    "begins");
	if (next.len > 0 && next.len == date.len &&
	    memcmp(next.data, date.data, date.len) <= 0)
		return err_set(e, ERR_INPUT, "next: the next meeting is later "
		    "than this one");
	day_text(store_now_ms(session_store(x->session)), today);
	if (entry_is(x, MEETING_STATE, "held") && date.len == 10 &&
	    memcmp(date.data, today, 10) > 0)
		return err_set(e, ERR_INPUT, "state: this day is still to "
		    "come; until then the meeting is planned");
	return 0;
}

/* ---- people ---- */

struct names { /* of those who lack something */
	char text[NAMES_BYTES];
	size_t used;
};

static int
add_name(struct session *s, const struct id *person, struct names *n,
    struct err *e)
{
	char name[160];
	size_t room = sizeof(n->text) - n->used;
	int wrote;

	if (people_name(s, person, name, e) != 0)
		return -1;
	wrote = snprintf(n->text + n->used, room, "%s%s",
	    n->used > 0 ? ", " : "", name);
	n->used += wrote > 0 && (size_t)wrote < room ? (size_t)wrote : 0;
	return 0;
}

/* Those of a field who may not read the space. */
static int
left_out(const struct entry *x, uint16_t field, const struct id *space,
    struct names *out, struct err *e)
{
	struct store *s = session_store(x->session);
	struct access_answer answer;
	struct access_book book;
	struct id person;
	size_t i;
	int rc;

	memset(out, 0, sizeof(*out));
	access_book_init(&book);
	rc = spaces_access_load(s, space, &book, e);
	for (i = 0; rc == 0 && entry_persons(x, field, i, &person); i++) {
		access_judge(&book, &person, store_now_ms(s), &answer);
		if (answer.right == RIGHT_NONE)
			rc = add_name(x->session, &person, out, e);
	}
	access_book_done(&book);
	return rc;
}

static int
check_members(const struct entry *x, uint16_t field, const char *name,
    struct err *e)
{
	struct names out;

	if (!entry_changes(x, field))
		return 0;
	if (left_out(x, field, &x->space, &out, e) != 0)
		return -1;
	if (out.used == 0)
		return 0;
	return id_is_zero(&x->case_id) ?
	    err_set(e, ERR_INPUT, "%s: not in this group: %s; let them in "
	    "first (tugi group admit), or name them as guests", name,
	    out.text) :
	    err_set(e, ERR_INPUT, "%s: no consent opens this to %s; take it "
	    "first: tugi matter admit, or tugi consent grant with the section "
	    "meeting", name, out.text);
}

/* ---- meetings ---- */

static int
check_kind(const struct entry *x, const struct policy_meeting *k,
    struct err *e)
{
	bool in_case = !id_is_zero(&x->case_id);
	bool of_case = strcmp(k->scope, "case") == 0 ||
	    strcmp(k->scope, "matter") == 0;
	struct room_words room;
	int rc;

	if (in_case && !k->persons)
		return err_set(e, ERR_INPUT, "kind: meetings of this kind do "
		    "not speak of single children; it belongs in a group or "
		    "school");
	if (in_case)
		return 0;
	if (of_case)
		return err_set(e, ERR_INPUT, "kind: meetings of this kind are "
		    "of one child; it belongs in a case or a matter");
	rc = rooms_words(session_store(x->session), &x->space, &room, e);
	if (rc == 1 && room.welfare && k->persons)
		return err_set(e, ERR_DENIED, "kind: meetings of this kind "
		    "speak of single children, who have no place in this "
		    "group");
	return rc < 0 ? -1 : 0;
}

static int check_items(const struct entry *x, const struct policy_meeting *k,
    struct err *e);

int
meetings_check(const struct entry *x, struct err *e)
{
	char code[CODE_BYTES];
	struct policy_meeting k;

	if (check_times(x, e) != 0)
		return -1;
	if (x->now != NULL && !entry_changes(x, MEETING_ATTENDEES) &&
	    !entry_changes(x, MEETING_GUESTS))
		return 0; /* of a kind that a later policy may not have */
	if (kind_of(x->session, code_of(x, MEETING_KIND, code), &k, e) != 0)
		return -1;
	if (x->now == NULL && check_kind(x, &k, e) != 0)
		return -1;
	if (entry_changes(x, MEETING_GUESTS) &&
	    entry_has(x, MEETING_GUESTS) && !k.outside)
		return err_set(e, ERR_INPUT, "guests: meetings of this kind "
		    "have none from outside");
	if (check_members(x, MEETING_ATTENDEES, "attendees", e) != 0)
		return -1;
	return x->now != NULL ? check_items(x, &k, e) : 0;
}

int
meetings_few(struct session *s, const struct id *id, long *out,
    struct err *e)
{
	struct entry x = { .session = s };
	struct policy_meeting k;
	char code[CODE_BYTES];
	struct id person;
	struct loaded l;
	long n = 0;
	int rc = versions_load(session_store(s), id, &l, e);

	*out = 0;
	if (rc != 1)
		return rc;
	x.now = &l;
	if (entry_is(&x, MEETING_STATE, "held") && kind_of(s,
	    code_of(&x, MEETING_KIND, code), &k, e) == 0) {
		while (entry_persons(&x, MEETING_ATTENDEES, (size_t)n,
		    &person))
			n++;
		n += entry_has(&x, MEETING_GUESTS) ? 1 : 0;
		*out = n < k.quorum ? k.quorum : 0;
	}
	versions_done(&l);
	return 0;
}

/* ---- agenda ---- */

struct item_look {
	const struct entry *x;
	int refused;
};

/* Whoever comes to the meeting hears what is said of this child. */
static int
covers_item(const struct entry *x, const struct id *space, struct err *e)
{
	struct names out;

	if (left_out(x, MEETING_ATTENDEES, space, &out, e) != 0)
		return -1;
	return out.used == 0 ? 0 : err_set(e, ERR_DENIED, "attendees: no "
	    "consent covers %s for a child on the agenda; take it first "
	    "(tugi consent grant with the section meeting), or speak of the "
	    "child in a matter of their own: tugi matter open", out.text);
}

static int
check_item(void *ctx, const struct record_row *row, struct err *e)
{
	const struct item_look *look = ctx;

	if (id_is_zero(&row->case_id) || id_eq(&row->space, &look->x->space))
		return 0;
	return covers_item(look->x, &row->space, e);
}

/* Somebody joins a meeting whose agenda has children on it. */
static int
check_items(const struct entry *x, const struct policy_meeting *k,
    struct err *e)
{
	struct version_query q = { .type = TYPE_AGENDA, .parent = &x->id };
	struct item_look look = { x, 0 };

	if (!k->consent || !entry_changes(x, MEETING_ATTENDEES))
		return 0;
	return versions_each(session_store(x->session), &q, check_item, &look,
	    e);
}

/* An item or a decision about a child, of a meeting in a room. */
static int
check_child(const struct entry *x, const struct loaded *meeting,
    struct err *e)
{
	struct entry m = { .session = x->session, .now = meeting,
		.case_id = meeting->row.case_id, .space = meeting->row.space };
	struct policy_meeting k;
	struct room_words room;
	char code[CODE_BYTES];
	int rc = rooms_words(session_store(x->session), &m.space, &room, e);

	if (rc < 0 ||
	    kind_of(x->session, code_of(&m, MEETING_KIND, code), &k, e) != 0)
		return -1;
	if (rc == 1 && room.welfare)
		return err_set(e, ERR_DENIED, "meeting: single children have "
		    "no place in this group, so none can be on its agenda or "
		    "in its decisions; for one child there are matters: tugi "
		    "matter open");
	if (!k.persons)
		return err_set(e, ERR_DENIED, "meeting: meetings of this kind "
		    "do not speak of single children; for one child there are "
		    "matters: tugi matter open");
	return k.consent ? covers_item(&m, &x->space, e) : 0;
}

static int
load_meeting(const struct entry *x, uint16_t field, struct loaded *l,
    struct err *e)
{
	struct id id = entry_id(x, field);
	int rc = versions_load(session_store(x->session), &id, l, e);

	if (rc < 0)
		return -1;
	if (rc == 1 && l->row.type == TYPE_MEETING &&
	    (l->row.flags & RECORD_OUT) == 0)
		return 0;
	if (rc == 1)
		versions_done(l);
	return err_set(e, ERR_ABSENT, "meeting: there is no such meeting "
	    "here; tugi meeting list shows them");
}

int
meetings_check_agenda(const struct entry *x, struct err *e)
{
	struct loaded *l;
	int rc;

	if (x->now != NULL)
		return 0;
	l = loaded_new();
	rc = load_meeting(x, AGENDA_MEETING, l, e);
	if (rc == 0) {
		if (!id_eq(&l->row.space, &x->space))
			rc = !id_is_zero(&x->case_id) &&
			    id_is_zero(&l->row.case_id) ?
			    check_child(x, l, e) : err_set(e, ERR_INPUT,
			    "meeting: this one is held elsewhere; an item "
			    "stands where its meeting does, or in the case of "
			    "the child it is about");
		versions_done(l);
	}
	mem_free(l);
	return rc;
}

/* ---- tasks ---- */

int
meetings_check_task(const struct entry *x, struct err *e)
{
	struct loaded *l;
	int rc = 0;

	if (x->now == NULL && entry_has(x, TASK_MEETING)) {
		l = loaded_new();
		rc = load_meeting(x, TASK_MEETING, l, e);
		if (rc == 0) {
			if (!id_is_zero(&x->case_id) &&
			    id_is_zero(&l->row.case_id))
				rc = check_child(x, l, e);
			versions_done(l);
		}
		mem_free(l);
	}
	return rc != 0 ? -1 : check_members(x, TASK_WHO, "who", e);
}

/* ---- rooms ---- */

/* The kinds of meeting that a room holds by itself, blanks between. */
int
meetings_check_room(const struct entry *x, struct err *e)
{
	struct view v = entry_text(x, ROOM_MEETS);
	struct policy_meeting k;
	char code[CODE_BYTES];
	size_t at = 0, n;
	bool welfare = entry_int(x, ROOM_WELFARE) != 0;

	while (entry_changes(x, ROOM_MEETS) && at < v.len) {
		for (n = 0; at + n < v.len && v.data[at + n] != ' '; n++)
			if (n < CODE_BYTES - 1)
				code[n] = (char)v.data[at + n];
		code[n < CODE_BYTES - 1 ? n : CODE_BYTES - 1] = '\0';
		at += n + 1;
		if (n == 0)
			continue;
		if (kind_of(x->session, code, &k, e) != 0)
			return err_add(e, "meets");
		if (welfare && k.persons)
			return err_set(e, ERR_DENIED, "meets: meetings of the "
			    "kind %s speak of single children, who have no "
			    "place in this group", code);
		if (strcmp(k.every, "as-needed") == 0)
			return err_set(e, ERR_INPUT, "meets: meetings of the "
			    "kind %s are held as needed, not regularly", code);
	}
	return 0;
}
