/*
 * Meetings and tasks that are due. All meetings are looked at once: a worker's
 * store has some hundred of them in a year at most.
 */
#include "client/core/schools/meetings_parts.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "client/core/cases/due.h"
#include "client/core/local/day.h"
#include "client/core/profile/match.h"
#include "client/core/profile/policies.h"
#include "client/core/cases/rooms.h"
#include "common/base/mem.h"
#include "common/base/text.h"

#define WORDS_BYTES 512
#define COMMAND_BYTES 160
#define ALL_BYTES MEETINGS_ALL_BYTES

struct asking {
	struct session *session;
	struct store *s;
	const struct policy *policy;
	struct buf all;          /* struct meeting_seen */
	struct buf out;          /* struct meeting_due */
	char today[DAY_TEXT_BYTES];
};

static const struct meeting_seen *
seen_at(const struct asking *q, size_t i)
{
	return i < q->all.len / sizeof(struct meeting_seen) ?
	    &((const struct meeting_seen *)(const void *)q->all.data)[i] : NULL;
}

/* The newest held one; NULL too when another is planned there already. */
static const struct meeting_seen *
last_held(const struct asking *q, const struct id *space, const char *kind,
    bool *planned)
{
	const struct meeting_seen *m, *best = NULL;
	size_t i;

	*planned = false;
	for (i = 0; (m = seen_at(q, i)) != NULL; i++) {
		if (!id_eq(&m->space, space) || strcmp(m->kind, kind) != 0)
			continue;
		*planned = *planned || m->planned;
		if (m->held && (best == NULL ||
		    strcmp(m->date, best->date) > 0))
			best = m;
	}
	return best;
}

static int
digits(const char *at, size_t n)
{
	int v = 0;

	while (n-- > 0 && *at >= '0' && *at <= '9')
		v = 10 * v + *at++ - '0';
	return v;
}

/* The same day so many months later; the last of a month that is shorter. */
static void
add_months(const char *from, int months, char out[static 11])
{
	int year = digits(from, 4), month = digits(from + 5, 2);
	int day = digits(from + 8, 2);
	int64_t ms;

	month += months - 1;
	year += month / 12;
	month = month % 12 + 1;
	for (;; day--) {
		char text[40];

		snprintf(text, sizeof(text), "%04d-%02d-%02d", year, month,
		    day);
		if (day <= 1 || day_parse(view_str(text), &ms)) {
			memcpy(out, text, 10);
			out[10] = '\0';
			return;
		}
	}
}

static int
add(struct asking *q, const struct meeting_due *like, const char *kind,
    struct err *e)
{
	struct meeting_due d = *like;
	const char *words = policy_name(q->policy, "meetings", kind,
	    session_language(q->session));

	d.kind = mem_dup(kind);
	d.words = mem_dup(words != NULL ? words : kind);
	d.where = mem_dup(like->where != NULL ? like->where : "");
	d.overdue = strcmp(d.day, q->today) < 0;
	buf_add(&q->out, &d, sizeof(d));
	return buf_check(&q->out, "the list of meetings", e);
}

/* ---- of rooms, by frequency ---- */

static int
ask_kind(struct asking *q, const struct room_item *r, const char *begun,
    const char *kind, struct err *e)
{
	struct meeting_due d = { .space = r->space, .where = r->name };
	struct policy_meeting k;
	const struct meeting_seen *last;
	bool planned;
	int months;

	if (!policy_meeting(q->policy, kind, &k))
		return 0; /* of an older policy */
	months = meetings_months(k.every);
	last = last_held(q, &r->space, kind, &planned);
	if (planned || months == 0 || (last != NULL && last->next[0] != '\0'))
		return 0;
	add_months(last != NULL ? last->date : begun, months, d.day);
	if (last != NULL)
		memcpy(d.last, last->date, sizeof(d.last));
	return add(q, &d, kind, e);
}

struct asking_room {
	struct asking *q;
	const struct room_item *room;
	char begun[DAY_TEXT_BYTES];
};

static int
ask_one(void *ctx, const char *kind, struct err *e)
{
	struct asking_room *a = ctx;

	return ask_kind(a->q, a->room, a->begun, kind, e);
}

static int
ask_room(struct asking *q, const struct room_item *r, struct err *e)
{
	struct asking_room a = { .q = q, .room = r };
	struct loaded l;
	int rc = versions_load(q->s, &r->record, &l, e);

	if (rc != 1)
		return rc;
	day_text(l.row.at_ms, a.begun);
	rc = meetings_each_kind(q->policy, r, &l, ask_one, &a, e);
	versions_done(&l);
	return rc;
}

static int
ask_rooms(struct asking *q, const struct room_list *rooms, struct err *e)
{
	size_t i;
	int rc = 0;

	for (i = 0; rc == 0 && i < rooms->count; i++)
		if (rooms->items[i].closed[0] == '\0')
			rc = ask_room(q, &rooms->items[i], e);
	return rc;
}

/* ---- by what was said ---- */

static const char *
name_of(const struct room_list *rooms, const struct id *space)
{
	size_t i;

	for (i = 0; i < rooms->count; i++)
		if (id_eq(&rooms->items[i].space, space))
			return rooms->items[i].name;
	return "";
}

/* Planned ones, and the next one that the last one agreed on. */
static int
ask_said(struct asking *q, const struct room_list *rooms, struct err *e)
{
	const struct meeting_seen *m;
	bool planned;
	size_t i;
	int rc = 0;

	for (i = 0; rc == 0 && (m = seen_at(q, i)) != NULL; i++) {
		struct meeting_due d = { .space = m->space,
			.case_id = m->case_id,
			.where = (char *)(uintptr_t)name_of(rooms, &m->space) };

		if (m->planned) {
			d.meeting = m->id;
			memcpy(d.day, m->date, sizeof(d.day));
			rc = add(q, &d, m->kind, e);
		} else if (m->next[0] != '\0' && last_held(q, &m->space,
		    m->kind, &planned) == m && !planned) {
			memcpy(d.day, m->next, sizeof(d.day));
			memcpy(d.last, m->date, sizeof(d.last));
			rc = add(q, &d, m->kind, e);
		}
	}
	return rc;
}

static int
cmp_day(const void *va, const void *vb)
{
	const struct meeting_due *a = va, *b = vb;
	int c = strcmp(a->day, b->day);

	return c != 0 ? c : strcmp(a->kind, b->kind);
}

void
meeting_due_list_done(struct meeting_due_list *l)
{
	size_t i;

	for (i = 0; i < l->count; i++) {
		mem_free(l->items[i].kind);
		mem_free(l->items[i].words);
		mem_free(l->items[i].where);
	}
	mem_free(l->items);
	memset(l, 0, sizeof(*l));
}

int
meetings_due(struct session *session, struct meeting_due_list *out,
    struct err *e)
{
	struct asking q = { .session = session,
		.s = session_store(session) };
	struct room_list rooms = { 0 };
	int rc;

	memset(out, 0, sizeof(*out));
	q.policy = policies_now(session, e);
	if (q.policy == NULL || rooms_list(session, NULL, &rooms, e) != 0)
		return -1;
	buf_init(&q.all, ALL_BYTES);
	buf_init(&q.out, ALL_BYTES);
	day_text(store_now_ms(q.s), q.today);
	rc = meetings_all(q.s, &q.all, e);
	if (rc == 0)
		rc = ask_rooms(&q, &rooms, e);
	if (rc == 0)
		rc = ask_said(&q, &rooms, e);
	out->count = q.out.len / sizeof(*out->items);
	out->items = mem_new((out->count + 1) * sizeof(*out->items));
	if (out->count > 0) {
		memcpy(out->items, q.out.data, q.out.len);
		qsort(out->items, out->count, sizeof(*out->items), cmp_day);
	}
	room_list_done(&rooms);
	buf_done(&q.all);
	buf_done(&q.out);
	if (rc != 0)
		meeting_due_list_done(out);
	return rc;
}

/* ---- for the list of what is due ---- */

int
due_meetings(struct due *d, struct err *e)
{
	char words[WORDS_BYTES], command[COMMAND_BYTES];
	char digits[MATCH_SHORT_BYTES];
	struct meeting_due_list l;
	size_t i;
	int rc = meetings_due(d->session, &l, e);

	for (i = 0; rc == 0 && i < l.count; i++) {
		struct meeting_due *m = &l.items[i];
		struct due_item item = { .kind = "meeting",
			.space = m->space, .case_id = m->case_id,
			.record = m->meeting, .words = words,
			.command = command, .while_open = true };
		bool planned = !id_is_zero(&m->meeting);

		snprintf(words, sizeof(words), planned ? m->overdue ?
		    _("meeting was planned: %s") : _("meeting: %s") :
		    _("meeting is due: %s"), m->words);
		if (planned)
			snprintf(command, sizeof(command), "tugi meeting show "
			    "%s", match_short(&m->meeting, digits));
		else
			snprintf(command, sizeof(command), "tugi meeting due");
		if (day_parse(view_str(m->day), &item.at_ms))
			rc = due_add(d, &item, e);
	}
	meeting_due_list_done(&l);
	return rc;
}

/* An open task of this person that has a day. */
static int
add_task(void *ctx, const struct record_row *row, struct err *e)
{
	struct due *d = ctx;
	char words[WORDS_BYTES], command[COMMAND_BYTES];
	char digits[MATCH_SHORT_BYTES];
	struct due_item item = { .kind = "task", .space = row->space,
		.case_id = row->case_id, .record = row->id, .words = words,
		.command = command };
	struct loaded *l = loaded_new();
	struct view what;
	struct id who;
	int rc = versions_load_row(d->store, row, l, e) == 1 ? 0 : -1;

	if (rc == 0) {
		who = loaded_id(l, TASK_WHO);
		what = loaded_text(l, TASK_WHAT);
		snprintf(words, sizeof(words), _("task: %.*s"), (int)what.len,
		    what.len > 0 ? (const char *)what.data : "");
		snprintf(command, sizeof(command), "tugi task done %s",
		    match_short(&row->id, digits));
		if ((id_is_zero(&who) || id_eq(&who, &d->store->person)) &&
		    loaded_text(l, TASK_DONE).len == 0 &&
		    day_parse(loaded_text(l, TASK_DUE), &item.at_ms))
			rc = due_add(d, &item, e);
		versions_done(l);
	}
	mem_free(l);
	return rc;
}

int
due_tasks(struct due *d, struct err *e)
{
	struct version_query q = { .type = TYPE_TASK };

	return versions_each(d->store, &q, add_task, d, e);
}
