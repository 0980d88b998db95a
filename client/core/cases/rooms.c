/*
 * Rooms as a person sees them, beginning one, and letting people in and out.
 * What follows for keys is the accord's: accord/rooms.h.
 */
#include "client/core/cases/rooms.h"

#include <stdio.h>
#include <string.h>

#include "client/core/accord/rooms.h"
#include "client/core/cases/entries.h"
#include "client/core/local/utf8.h"
#include "client/core/profile/people.h"
#include "client/core/records/value.h"
#include "common/base/mem.h"

#define ROOMS_MAX 512 /* on one device */

void
room_item_done(struct room_item *r)
{
	mem_free(r->name);
	mem_free(r->school);
	mem_free(r->closed);
	memset(r, 0, sizeof(*r));
}

void
room_list_done(struct room_list *l)
{
	size_t i;

	for (i = 0; i < l->count; i++)
		room_item_done(&l->items[i]);
	mem_free(l->items);
	memset(l, 0, sizeof(*l));
}

/* ---- reading ---- */

static int
take_first(void *ctx, const struct record_row *row, struct err *e)
{
	(void)e;
	*(struct record_row *)ctx = *row;
	return 1;
}

/* What a room says of itself; a second record of that kind is nothing. */
static int
describe(struct store *s, struct room_item *r, struct err *e)
{
	struct version_query q = { .type = TYPE_ROOM, .space = &r->space,
		.oldest_first = true };
	struct record_row row = { .rid = 0 };
	struct room_words words;
	struct loaded *l;

	if (rooms_words(s, &r->space, &words, e) < 0 ||
	    versions_each(s, &q, take_first, &row, e) != 0)
		return -1;
	l = loaded_new();
	if (row.rid != 0 && versions_load_row(s, &row, l, e) != 1) {
		mem_free(l);
		return -1;
	}
	r->record = row.id;
	r->welfare = words.welfare;
	r->name = loaded_dup(l, ROOM_NAME);
	r->school = loaded_dup(l, ROOM_SCHOOL);
	r->closed = loaded_dup(l, ROOM_CLOSED);
	versions_done(l);
	mem_free(l);
	return 0;
}

static int
count_members(struct store *s, struct room_item *r, struct err *e)
{
	struct access_answer answer;
	struct access_book book;
	size_t i, k;
	int rc;

	access_book_init(&book);
	rc = spaces_access_load(s, &r->space, &book, e);
	for (i = 0; rc == 0 && i < book.count; i++) {
		for (k = 0; k < i; k++)
			if (id_eq(&book.list[k].person, &book.list[i].person))
				break;
		if (k < i)
			continue;
		access_judge(&book, &book.list[i].person, store_now_ms(s),
		    &answer);
		r->members += answer.right != RIGHT_NONE;
	}
	access_book_done(&book);
	return rc;
}

static int
fill(struct store *s, const struct space *sp, struct room_item *r,
    struct err *e)
{
	memset(r, 0, sizeof(*r));
	r->space = sp->id;
	memcpy(r->kind, sp->section, sizeof(r->kind));
	if (spaces_right(s, &sp->id, &r->right, e) != 0 ||
	    describe(s, r, e) != 0)
		return -1;
	return count_members(s, r, e);
}

int
rooms_list(struct session *session, const char *kind, struct room_list *out,
    struct err *e)
{
	struct store *s = session_store(session);
	struct space *list = mem_new(ROOMS_MAX * sizeof(*list));
	size_t i, n;
	int rc = spaces_rooms(s, kind, list, ROOMS_MAX, &n, e);

	memset(out, 0, sizeof(*out));
	out->items = mem_new((n > 0 ? n : 1) * sizeof(*out->items));
	for (i = 0; rc == 0 && i < n; i++) {
		if (list[i].state != SPACE_OPEN || list[i].hidden ||
		    (kind == NULL && strcmp(list[i].section, ROOMS_OWN) == 0))
			continue;
		rc = fill(s, &list[i], &out->items[out->count], e);
		out->count += rc == 0;
	}
	mem_free(list);
	if (rc != 0)
		room_list_done(out);
	return rc;
}

static bool
fits(const struct room_item *r, const char *text, bool whole)
{
	char hex[ID_TEXT_BYTES];

	if (whole)
		return utf8_same(view_str(r->name), view_str(text)) ||
		    strcmp(id_text(&r->space, hex), text) == 0;
	return utf8_has(view_str(r->name), view_str(text));
}

int
rooms_find(struct session *session, const char *kind, const char *text,
    struct room_item *out, struct err *e)
{
	struct room_list l;
	size_t i, hits = 0, at = 0;
	bool whole = true;

	if (rooms_list(session, kind, &l, e) != 0)
		return -1;
	for (;;) {
		for (i = 0; i < l.count; i++)
			if (fits(&l.items[i], text, whole)) {
				at = i;
				hits++;
			}
		if (hits > 0 || !whole)
			break;
		whole = false;
	}
	if (hits == 1) {
		*out = l.items[at];
		memset(&l.items[at], 0, sizeof(l.items[at]));
	}
	room_list_done(&l);
	if (hits == 0)
		return err_set(e, ERR_ABSENT, "no %s open to you is called "
		    "\"%.40s\"; tugi %s list shows them",
		    kind != NULL ? kind : "room", text,
		    kind != NULL ? kind : "group");
	return hits == 1 ? 0 : err_set(e, ERR_INPUT, "several fit "
	    "\"%.40s\"; give the whole name or the id", text);
}

/* ---- beginning ---- */

static int
begin_tx(struct session *session, const char *kind, const struct parsed *p,
    struct id *space, struct err *e)
{
	struct store *s = session_store(session);
	struct space sp = { .kind = SPACE_ROOM };
	struct write w = { .type = TYPE_ROOM, .ops = p->ops,
		.op_count = p->count };
	struct entry x = { .session = session, .type = TYPE_ROOM,
		.ops = p->ops, .op_count = p->count };

	snprintf(sp.section, sizeof(sp.section), "%s", kind);
	if (spaces_begin_tx(s, &sp, NULL, &sp, e) != 0)
		return -1;
	*space = w.space = x.space = sp.id;
	if (p->count == 0) /* the own room has no name */
		return 0;
	return entry_check(&x, e) != 0 ? -1 :
	    versions_write_tx(s, &w, NULL, e);
}

static int
check_name(struct session *session, const char *kind,
    const struct assignment *set, size_t n, struct err *e)
{
	const char *name = "";
	struct room_list l;
	size_t i;
	int rc = 0;

	for (i = 0; i < n; i++)
		if (strcmp(set[i].name, "name") == 0)
			name = set[i].text;
	if (name[strspn(name, " \t")] == '\0')
		return err_set(e, ERR_INPUT, "a %s needs a name", kind);
	if (rooms_list(session, kind, &l, e) != 0)
		return -1;
	for (i = 0; rc == 0 && i < l.count; i++)
		if (utf8_same(view_str(l.items[i].name), view_str(name)))
			rc = err_set(e, ERR_CLASH, "there is a %s of that "
			    "name already", kind);
	room_list_done(&l);
	return rc;
}

int
rooms_begin(struct session *session, const char *kind,
    const struct assignment *set, size_t n, struct id *space, struct err *e)
{
	struct store *s = session_store(session);
	struct parsed *p = mem_new(sizeof(*p));
	int rc = -1;

	if (value_parse_new(session, TYPE_ROOM, set, n, p, e) != 0 ||
	    check_name(session, kind, set, n, e) != 0 ||
	    db_begin(s->db, e) != 0)
		goto out;
	rc = begin_tx(session, kind, p, space, e);
	rc = db_end(s->db, rc, e);
out:
	mem_free(p);
	return rc;
}

int
rooms_own_tx(struct session *session, struct id *space, struct err *e)
{
	struct store *s = session_store(session);
	struct parsed none = { .count = 0 };
	struct space *list = mem_new(ROOMS_MAX * sizeof(*list));
	size_t i, n;
	int rc = spaces_rooms(s, ROOMS_OWN, list, ROOMS_MAX, &n, e);

	for (i = 0; rc == 0 && i < n; i++)
		if (id_eq(&list[i].side, &s->person) &&
		    list[i].state == SPACE_OPEN)
			break;
	if (rc == 0 && i < n)
		*space = list[i].id;
	else if (rc == 0)
		rc = begin_tx(session, ROOMS_OWN, &none, space, e);
	mem_free(list);
	return rc;
}

/* ---- members ---- */

void
room_members_done(struct room_members *l)
{
	size_t i;

	for (i = 0; i < l->count; i++)
		mem_free(l->items[i].role);
	mem_free(l->items);
	memset(l, 0, sizeof(*l));
}

static int
fill_member(struct session *session, const struct access *a,
    const struct access_answer *answer, struct room_member *out,
    struct err *e)
{
	struct loaded *l;
	int rc = 0;

	memset(out, 0, sizeof(*out));
	out->person = a->person;
	out->right = answer->right;
	out->until_ms = answer->until_ms;
	out->own = answer->basis_count > 0 &&
	    answer->basis[0]->kind == ACCESS_OWNER;
	if (answer->basis_count > 0)
		out->record = answer->basis[0]->consent;
	if (people_name(session, &a->person, out->name, e) != 0)
		return -1;
	l = loaded_new();
	if (!id_is_zero(&out->record))
		rc = versions_load(session_store(session), &out->record, l, e);
	out->role = rc == 1 ? loaded_dup(l, MEMBER_ROLE) : mem_dup("");
	versions_done(l);
	mem_free(l);
	return rc < 0 ? -1 : 0;
}

int
rooms_members(struct session *session, const struct id *space,
    struct room_members *out, struct err *e)
{
	struct store *s = session_store(session);
	struct access_answer answer;
	struct access_book book;
	size_t i, k;
	int rc;

	memset(out, 0, sizeof(*out));
	access_book_init(&book);
	rc = spaces_access_load(s, space, &book, e);
	out->items = mem_new((book.count + 1) * sizeof(*out->items));
	for (i = 0; rc == 0 && i < book.count; i++) {
		for (k = 0; k < i; k++)
			if (id_eq(&book.list[k].person, &book.list[i].person))
				break;
		access_judge(&book, &book.list[i].person, store_now_ms(s),
		    &answer);
		if (k < i || answer.right == RIGHT_NONE)
			continue;
		rc = fill_member(session, &book.list[i], &answer,
		    &out->items[out->count], e);
		out->count += rc == 0;
	}
	access_book_done(&book);
	if (rc != 0)
		room_members_done(out);
	return rc;
}

struct saying { /* one member record */
	struct op ops[6];
	size_t n;
	uint8_t supersedes[16 * ACCESS_SUPERSEDES_MAX];
};

static void
put(struct saying *m, uint16_t field, struct value v)
{
	m->ops[m->n].field = field;
	m->ops[m->n].value = v;
	m->n++;
}

/* Every ending of this person's that is known here is overruled. */
static int
put_superseded(struct store *s, const struct room_admission *d,
    struct saying *m, struct err *e)
{
	struct statement_sources all;
	struct value v = { VALUE_BYTES, 0, { m->supersedes, 0 } };
	size_t i, skip = 0, ends = 0;

	if (rooms_load(s, &d->space, &all, e) != 0)
		return -1;
	for (i = 0; i < all.count; i++)
		ends += !all.list[i].opens &&
		    id_eq(&all.list[i].audience, &d->person);
	if (ends > ACCESS_SUPERSEDES_MAX) {
		statements_done(&all);
		return err_set(e, ERR_TOOBIG, "this person was put out %d "
		    "times here; begin a new room", ACCESS_SUPERSEDES_MAX);
	}
	for (i = 0; i < all.count; i++)
		if (!all.list[i].opens &&
		    id_eq(&all.list[i].audience, &d->person)) {
			memcpy(m->supersedes + 16 * skip,
			    all.list[i].record.b, 16);
			skip++;
		}
	v.data.len = 16 * skip;
	if (skip > 0)
		put(m, MEMBER_SUPERSEDES, v);
	statements_done(&all);
	return 0;
}

static int
write_member(struct session *session, const struct id *space,
    const struct saying *m, struct id *id, struct err *e)
{
	struct store *s = session_store(session);
	struct write w = { .type = TYPE_MEMBER, .space = *space,
		.ops = m->ops, .op_count = m->n };
	struct entry x = { .session = session, .type = TYPE_MEMBER,
		.space = *space, .ops = m->ops, .op_count = m->n };
	size_t added = 0;
	int rc;

	if (entry_check(&x, e) != 0 || db_begin(s->db, e) != 0)
		return -1;
	rc = versions_write_tx(s, &w, id, e);
	if (rc == 0)
		rc = rooms_apply_tx(s, space, &added, e);
	return db_end(s->db, rc, e);
}

static int
check_room(struct store *s, const struct id *space, struct err *e)
{
	struct space sp;
	int rc = spaces_find(s, space, &sp, e);

	if (rc < 0)
		return -1;
	if (rc == 0 || sp.kind != SPACE_ROOM)
		return err_set(e, ERR_ABSENT, "there is no such room here");
	return strcmp(sp.section, ROOMS_OWN) != 0 ? 0 : err_set(e, ERR_DENIED,
	    "what is your own is on your devices alone; nobody else comes in");
}

/* What was given adds up to the most of it: less is given by putting out. */
static int
check_more(struct store *s, const struct room_admission *d, struct err *e)
{
	struct access_answer answer = { .right = RIGHT_NONE };
	struct access_book book;
	int rc;

	access_book_init(&book);
	rc = spaces_access_load(s, &d->space, &book, e);
	if (rc == 0)
		access_judge(&book, &d->person, store_now_ms(s), &answer);
	access_book_done(&book);
	if (rc == 0 && answer.right > d->right)
		rc = err_set(e, ERR_INPUT, "this person may do more there "
		    "already; to leave them less, dismiss them and admit them "
		    "again");
	return rc;
}

int
rooms_admit(struct session *session, const struct room_admission *d,
    struct id *id, struct err *e)
{
	struct store *s = session_store(session);
	struct value person = { VALUE_BYTES, 0,
		{ d->person.b, sizeof(d->person.b) } };
	struct value right = { VALUE_INT, d->right, { NULL, 0 } };
	struct value until = { VALUE_INT, d->until_ms, { NULL, 0 } };
	struct value role = { VALUE_TEXT, 0, { NULL, 0 } };
	struct saying m = { .n = 0 };

	if (check_room(s, &d->space, e) != 0)
		return -1;
	if (id_eq(&d->person, &s->person))
		return err_set(e, ERR_INPUT, "you are in it already");
	if (check_more(s, d, e) != 0)
		return -1;
	if (d->until_ms != 0 && d->until_ms <= store_now_ms(s))
		return err_set(e, ERR_INPUT, "until: this day is over already");
	put(&m, MEMBER_PERSON, person);
	put(&m, MEMBER_RIGHT, right);
	if (d->role != NULL && d->role[0] != '\0') {
		role.data = view_str(d->role);
		put(&m, MEMBER_ROLE, role);
	}
	if (d->until_ms != 0)
		put(&m, MEMBER_UNTIL, until);
	if (put_superseded(s, d, &m, e) != 0)
		return -1;
	return write_member(session, &d->space, &m, id, e);
}

int
rooms_dismiss(struct session *session, const struct id *space,
    const struct id *person, struct id *id, struct err *e)
{
	struct store *s = session_store(session);
	struct value who = { VALUE_BYTES, 0, { person->b, sizeof(person->b) } };
	struct value ends = { VALUE_BOOL, 1, { NULL, 0 } };
	struct access_answer answer;
	struct access_book book;
	struct saying m = { .n = 0 };
	int rc;

	if (check_room(s, space, e) != 0)
		return -1;
	access_book_init(&book);
	rc = spaces_access_load(s, space, &book, e);
	if (rc == 0)
		access_judge(&book, person, store_now_ms(s), &answer);
	if (rc == 0 && answer.right == RIGHT_NONE)
		rc = err_set(e, ERR_ABSENT, "this person is not in it");
	else if (rc == 0 && answer.basis[0]->kind == ACCESS_OWNER)
		rc = err_set(e, ERR_DENIED, "who began it stays in it");
	access_book_done(&book);
	if (rc != 0)
		return -1;
	put(&m, MEMBER_PERSON, who);
	put(&m, MEMBER_ENDS, ends);
	return write_member(session, space, &m, id, e);
}
