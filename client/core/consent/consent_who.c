/*
 * Who can see a record, and why: read from the newest epoch the log holds
 * (who has the key) and from the statements (who should), so that a difference
 * between the two is said and not smoothed over.
 *
 * Source: schema/rules.md 5.10, 8.6.
 */
#include <stdio.h>
#include <string.h>

#include "client/core/consent/consent.h"

#include "client/core/accord/overrides.h"
#include "client/core/accord/statements.h"
#include "client/core/local/versions.h"
#include "client/core/profile/people.h"
#include "client/core/profile/policies.h"
#include "client/core/words/said.h"
#include "common/base/mem.h"
#include "common/base/text.h"

#define WHY_MAX 2000
#define CODE_BYTES 41

void
viewer_list_done(struct viewer_list *l)
{
	size_t i;

	for (i = 0; i < l->count; i++) {
		mem_free(l->items[i].name);
		mem_free(l->items[i].why);
	}
	mem_free(l->items);
	mem_free(l->what);
	memset(l, 0, sizeof(*l));
}

struct asking {
	struct session *session;
	struct store *s;
	struct space sp;
	struct access_book book;
	struct space_epoch se; /* newest accepted */
	bool has_epoch;
	bool epoch_waits;      /* a newer one is made and not yet accepted */
	int64_t now_ms;
	struct id *persons;
	size_t person_count;
};

static const char *
right_words(enum right right)
{
	switch (right) {
	case RIGHT_READ:
		return N_("read");
	case RIGHT_WRITE:
		return N_("write");
	case RIGHT_KEEP:
		return N_("keep");
	case RIGHT_NONE:
		break;
	}
	return "nothing";
}

static void
until_words(int64_t until_ms, struct buf *out)
{
	char day[SAID_DAY_BYTES];

	if (until_ms != INT64_MAX)
		buf_add_fmt(out, _(", until %s"), said_day(until_ms, day));
}

static void
sep(struct buf *out)
{
	if (out->len > 0)
		buf_add_str(out, "; ");
}

/* How a code of the policy reads; ${code}: room for it. */
static const char *
code_words(struct asking *q, const char *list, struct view v,
    char code[static CODE_BYTES])
{
	snprintf(code, CODE_BYTES, "%.*s", (int)v.len, (const char *)v.data);
	return policies_name(q->session, list, code);
}

static int
consent_words(struct asking *q, const struct access *a, struct buf *out,
    struct err *e)
{
	struct view giver, role;
	char code[CODE_BYTES];
	struct loaded l;
	int rc = versions_load(q->s, &a->consent, &l, e);

	if (rc < 0)
		return -1;
	if (rc == 1 && (l.row.flags & RECORD_HIDDEN) != 0) {
		versions_done(&l);
		rc = 0;
	}
	if (rc == 0) {
		/* The card is closed to this person, the statement is not. */
		buf_add_str(out, _("consent kept in the card"));
		return 0;
	}
	giver = loaded_text(&l, CONSENT_GIVER);
	role = loaded_text(&l, CONSENT_GIVER_ROLE);
	buf_add_str(out, _("consent of "));
	buf_add(out, giver.data, giver.len);
	if (role.len > 0)
		buf_add_fmt(out, " (%s)", code_words(q, "consent.giver", role,
		    code));
	versions_done(&l);
	return 0;
}

/* Who is not in the card sees that it is by law, and until when. */
static int
law_words(struct asking *q, const struct access *a, struct buf *out,
    struct err *e)
{
	struct view basis, provision;
	char code[CODE_BYTES];
	struct loaded l;
	int rc = versions_load(q->s, &a->consent, &l, e);

	if (rc < 0)
		return -1;
	buf_add_str(out, _("by law"));
	if (rc == 0)
		return 0;
	basis = loaded_text(&l, OVERRIDE_BASIS);
	provision = loaded_text(&l, OVERRIDE_PROVISION);
	if ((l.row.flags & RECORD_HIDDEN) == 0 && basis.len > 0) {
		buf_add_fmt(out, " (%s: ", code_words(q, "override.basis",
		    basis, code));
		buf_add(out, provision.data, provision.len);
		buf_add_str(out, ")");
	}
	versions_done(&l);
	return 0;
}

/* Which order of two officers a statement rests on, or NULL. */
static const struct roster_order *
order_of(const struct asking *q, const struct access *a)
{
	const struct roster *r = &q->s->roster;
	size_t i;

	for (i = 0; i < r->order_count; i++)
		if (id_eq(&r->orders[i].id, &a->consent) &&
		    id_eq(&r->orders[i].officer, &a->origin))
			return &r->orders[i];
	return NULL;
}

static int
by_words(struct asking *q, const struct id *device, const char *before,
    struct buf *out, struct err *e)
{
	const struct roster_device *d = roster_device(&q->s->roster, device);
	char name[160];

	if (d == NULL)
		return 0;
	if (people_name(q->session, &d->person, name, e) != 0)
		return -1;
	buf_add_fmt(out, "%s%s", before, name);
	return 0;
}

/* By a handover or takeover, and who said so. */
static int
side_words(struct asking *q, const struct access *a, struct buf *out,
    struct err *e)
{
	const struct roster_order *o = order_of(q, a);
	struct loaded l;
	struct view law;
	int rc;

	if (o != NULL)
		return by_words(q, &o->officer, _("taken over by order of "),
		    out, e) != 0 ? -1 : by_words(q, &o->second, _(" and "), out,
		    e);
	if (a->kind == ACCESS_HANDOVER)
		return by_words(q, &a->origin, _("handed over by "), out, e);
	buf_add_str(out, _("takeover by law"));
	rc = versions_load(q->s, &a->consent, &l, e);
	if (rc != 1)
		return rc;
	law = loaded_text(&l, HANDOVER_PROVISION);
	if (law.len > 0 && (l.row.flags & RECORD_HIDDEN) == 0) {
		buf_add_str(out, ": ");
		buf_add(out, law.data, law.len);
	}
	versions_done(&l);
	return 0;
}

static int
basis_words(struct asking *q, const struct access *a, struct buf *out,
    struct err *e)
{
	int rc = 0;

	sep(out);
	if (a->kind == ACCESS_OWNER)
		buf_add_str(out, _("own side"));
	else if (a->kind == ACCESS_OVERRIDE)
		rc = law_words(q, a, out, e);
	else if (access_is_side(a->kind))
		rc = side_words(q, a, out, e);
	else if (id_is_zero(&a->consent))
		buf_add_str(out, _("approved by the office"));
	else
		rc = consent_words(q, a, out, e);
	if (rc != 0)
		return -1;
	until_words(a->until_ms, out);
	return 0;
}

/* Why somebody who holds the key should not. */
static void
surplus_words(struct asking *q, const struct id *person, struct buf *out)
{
	const char *why = N_("no statement allows it");
	int64_t last = INT64_MIN, at;
	char day[SAID_DAY_BYTES];
	bool taken;
	size_t i;

	sep(out);
	buf_add_str(out, _("can read it until the next sync: "));
	for (i = 0; i < q->book.count; i++) {
		const struct access *a = &q->book.list[i];

		taken = access_closes(a->kind);
		at = taken ? a->from_ms : a->until_ms;
		if (!id_eq(&a->person, person) || at > q->now_ms || at < last)
			continue;
		last = at;
		if (overrides_is(a))
			why = N_("the override ended on ");
		else
			why = a->kind == ACCESS_REDUCE ? N_("left on ") :
			    taken ? N_("withdrawn on ") :
			    access_is_side(a->kind) ? N_("that ended on ") :
			    N_("the consent ended on ");
	}
	buf_add_str(out, _(why));
	if (last != INT64_MIN)
		buf_add_str(out, said_day(last, day));
}

/* What the epoch gives this person: the most, and on how many devices. */
static void
in_epoch(const struct asking *q, const struct id *person,
    struct viewer *v)
{
	size_t i;

	v->right = RIGHT_NONE;
	v->until_ms = 0;
	for (i = 0; q->has_epoch && i < q->se.ep.recipient_count; i++) {
		const struct epoch_recipient *r = &q->se.ep.recipients[i];

		if (!id_eq(&r->person, person))
			continue;
		v->devices++;
		if (r->right > v->right || (r->right == v->right &&
		    r->until_ms > v->until_ms)) {
			v->right = r->right;
			v->until_ms = r->until_ms;
		}
	}
}

static bool
is_revoked(const struct asking *q, const struct id *person)
{
	const struct roster_device *d;

	return roster_devices_of(&q->s->roster, person, &d, 1) == 0;
}

static int
why_of(struct asking *q, const struct id *person, struct viewer *v,
    struct err *e)
{
	struct access_answer answer;
	struct buf why;
	size_t i;
	int rc = 0;

	buf_init(&why, WHY_MAX);
	access_judge(&q->book, person, q->now_ms, &answer);
	for (i = 0; rc == 0 && i < answer.basis_count; i++)
		rc = basis_words(q, answer.basis[i], &why, e);
	if (v->devices > 0 && is_revoked(q, person)) {
		sep(&why);
		buf_add_str(&why, _("can read it until the next sync: the "
		    "device is revoked"));
	} else if (v->devices > 0 && answer.right == RIGHT_NONE) {
		surplus_words(q, person, &why);
	} else if (v->devices > 0 && v->right > answer.right) {
		sep(&why);
		buf_add_fmt(&why, _("the right to %s is still held until the "
		    "next sync"), _(right_words(v->right)));
	}
	if (v->devices == 0 && answer.right != RIGHT_NONE) {
		sep(&why);
		buf_add_str(&why, q->sp.epoch == 0 ? _("on this device alone "
		    "until the next sync") : _("from the next sync on"));
		v->right = answer.right;
		v->until_ms = answer.until_ms;
	}
	if (rc == 0)
		rc = buf_check(&why, "the reasons for an access", e);
	if (rc == 0)
		v->why = mem_dup(buf_str(&why));
	buf_done(&why);
	return rc;
}

static void
add_person(struct asking *q, const struct id *person)
{
	size_t i;

	for (i = 0; i < q->person_count; i++)
		if (id_eq(&q->persons[i], person))
			return;
	q->persons[q->person_count++] = *person;
}

static int
load_epoch(struct asking *q, struct err *e)
{
	uint32_t number;
	int rc;

	for (number = q->sp.epoch; number > 0; number--) {
		rc = spaces_epoch_find(q->s, &q->sp.id, number, &q->se, e);
		if (rc < 0)
			return -1;
		if (rc == 1 && q->se.accepted) {
			q->has_epoch = true;
			return 0;
		}
		if (rc == 1)
			space_epoch_done(&q->se);
		q->epoch_waits = true;
	}
	return 0;
}

static void
list_persons(struct asking *q)
{
	struct access_answer answer;
	size_t i, n = q->book.count;

	if (q->has_epoch)
		n += q->se.ep.recipient_count;
	q->persons = mem_new((n + 1) * sizeof(*q->persons));
	for (i = 0; q->has_epoch && i < q->se.ep.recipient_count; i++)
		add_person(q, &q->se.ep.recipients[i].person);
	for (i = 0; i < q->book.count; i++) {
		access_judge(&q->book, &q->book.list[i].person, q->now_ms,
		    &answer);
		if (answer.right != RIGHT_NONE)
			add_person(q, &q->book.list[i].person);
	}
}

/* Who signed the newest order for this section, and when. */
static int
order_words(struct asking *q, struct buf *out, struct err *e)
{
	const struct roster *r = &q->s->roster;
	const struct roster_order *o = NULL;
	const struct roster_device *d;
	char name[160], day[SAID_DAY_BYTES];
	size_t i;

	for (i = 0; i < r->order_count; i++)
		if (id_eq(&r->orders[i].space, &q->sp.id))
			o = &r->orders[i];
	d = o != NULL ? roster_device(r, &o->officer) : NULL;
	if (d == NULL)
		return 0;
	if (people_name(q->session, &d->person, name, e) != 0)
		return -1;
	buf_add_fmt(out, _("; ORDERED by %s"), name);
	d = roster_device(r, &o->second);
	if (d != NULL && people_name(q->session, &d->person, name, e) != 0)
		return -1;
	if (d != NULL)
		buf_add_fmt(out, _(" and %s"), name);
	buf_add_fmt(out, _(" on %s"), said_day(o->at_ms, day));
	return 0;
}

/* The door that is always there, and said each time. */
static int
recovery_line(struct asking *q, struct viewer *v, struct err *e)
{
	struct buf why;
	int rc;

	buf_init(&why, WHY_MAX);
	buf_add_str(&why, _("office recovery: two officers together, by a "
	    "logged order, with two of the three paper shares"));
	rc = order_words(q, &why, e);
	v->name = mem_dup(_("office recovery key"));
	v->right = RIGHT_READ;
	v->why = mem_dup(buf_str(&why));
	v->until_ms = INT64_MAX;
	buf_done(&why);
	return rc;
}

static int
fill(struct asking *q, struct viewer_list *out, struct err *e)
{
	char name[160];
	size_t i;

	list_persons(q);
	out->items = mem_new((q->person_count + 1) * sizeof(*out->items));
	for (i = 0; i < q->person_count; i++) {
		struct viewer *v = &out->items[out->count++];

		if (people_name(q->session, &q->persons[i], name, e) != 0)
			return -1;
		v->name = mem_dup(name);
		in_epoch(q, &q->persons[i], v);
		if (why_of(q, &q->persons[i], v, e) != 0)
			return -1;
	}
	return recovery_line(q, &out->items[out->count++], e);
}

static int
what_of(struct asking *q, enum record_type type, char **out, struct err *e)
{
	const struct record_kind *kind = fields_kind(type);
	struct buf b;
	int rc;

	buf_init(&b, 400);
	buf_add_fmt(&b, _("%s in section \"%s\""),
	    kind != NULL ? _(kind->label) : "", policies_name(q->session,
	    "sections", q->sp.section));
	if (q->epoch_waits)
		buf_add_str(&b, _(" (a change of who may see it waits for "
		    "the next sync)"));
	rc = buf_check(&b, "a description", e);
	if (rc == 0)
		*out = mem_dup(buf_str(&b));
	buf_done(&b);
	return rc;
}

int
consent_who(struct session *session, const struct id *record,
    struct viewer_list *out, struct err *e)
{
	struct asking q = { .session = session,
	    .s = session_store(session) };
	struct record_row row;
	int rc = versions_row(q.s, record, &row, e);

	memset(out, 0, sizeof(*out));
	if (rc == 0 || (rc == 1 && (row.flags & RECORD_HIDDEN) != 0))
		return err_set(e, ERR_ABSENT, "there is no such record here");
	if (rc < 0)
		return -1;
	rc = spaces_find(q.s, &row.space, &q.sp, e);
	if (rc == 0)
		return err_set(e, ERR_ABSENT, "the section of this record is "
		    "not open to you any more");
	if (rc < 0)
		return -1;
	q.now_ms = store_now_ms(q.s);
	access_book_init(&q.book);
	rc = spaces_access_load(q.s, &q.sp.id, &q.book, e);
	if (rc == 0)
		rc = load_epoch(&q, e);
	if (rc == 0)
		rc = what_of(&q, row.type, &out->what, e);
	if (rc == 0)
		rc = fill(&q, out, e);
	if (q.has_epoch)
		space_epoch_done(&q.se);
	access_book_done(&q.book);
	mem_free(q.persons);
	if (rc != 0)
		viewer_list_done(out);
	return rc;
}
