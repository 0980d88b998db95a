/*
 * Names of people. The directory knows persons by number only; what they are
 * called stands in STAFF records of the commons, the newest one a person
 * counts. Everything shown to a worker gets its names here.
 */
#include "client/core/profile/people.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/base/mem.h"
#include "common/base/text.h"
#include "client/core/words/collate.h"
#include "client/core/local/utf8.h"
#include "client/core/local/versions.h"

static void
copy_text(char *out, size_t size, struct view v)
{
	snprintf(out, size, "%.*s", (int)v.len,
	    v.len > 0 ? (const char *)v.data : "");
}

static int
take_name(void *ctx, const struct record_row *row, struct err *e)
{
	(void)e;
	*(struct record_row *)ctx = *row;
	return 1;
}

/* 1 found, 0 the commons has no name for this person yet, -1. */
static int
find_name(struct store *s, const struct id *person, char name[static 160],
    char title[static 160], struct err *e)
{
	struct version_query q = { .type = TYPE_STAFF, .parent = person,
		.limit = 1 };
	struct record_row row;
	struct loaded *l;

	name[0] = title[0] = '\0';
	row.rid = 0;
	if (versions_each(s, &q, take_name, &row, e) != 0)
		return -1;
	if (row.rid == 0)
		return 0;
	l = loaded_new();
	if (versions_load_row(s, &row, l, e) != 1) {
		mem_free(l);
		return -1;
	}
	copy_text(name, 160, loaded_text(l, STAFF_NAME));
	copy_text(title, 160, loaded_text(l, STAFF_TITLE));
	versions_done(l);
	mem_free(l);
	return name[0] != '\0';
}

int
people_name(struct session *session, const struct id *person, char out[160],
    struct err *e)
{
	char title[160], text[ID_TEXT_BYTES];
	int rc = find_name(session_store(session), person, out, title, e);

	if (rc == 0)
		snprintf(out, 160, _("person %.8s"), id_text(person, text));
	return rc < 0 ? -1 : 0;
}

static int
fill(struct store *s, const struct roster_person *p, struct person_item *out,
    struct err *e)
{
	size_t i;

	out->person = p->person;
	out->roles = p->roles;
	out->me = id_eq(&p->person, &s->person);
	for (i = 0; i < s->roster.device_count; i++)
		if (id_eq(&s->roster.devices[i].person, &p->person) &&
		    !s->roster.devices[i].revoked)
			out->devices++;
	return find_name(s, &p->person, out->name, out->title, e) < 0 ? -1 : 0;
}

static int
cmp_name(const void *va, const void *vb, void *order)
{
	const struct person_item *a = va, *b = vb;
	int by_name = collate_cmp(order, a->name, b->name);

	return by_name != 0 ? by_name : id_cmp(&a->person, &b->person);
}

int
people_list(struct session *session, struct person_list *out, struct err *e)
{
	struct store *s = session_store(session);
	struct collate *order;
	size_t i;

	out->count = 0;
	out->items = mem_new(s->roster.person_count * sizeof(*out->items));
	for (i = 0; i < s->roster.person_count; i++) {
		if (fill(s, &s->roster.persons[i], &out->items[i], e) != 0) {
			person_list_done(out);
			return -1;
		}
		out->count++;
	}
	order = collate_new(session_language(session));
	qsort_r(out->items, out->count, sizeof(*out->items), cmp_name, order);
	collate_free(order);
	return 0;
}

void
person_list_done(struct person_list *l)
{
	mem_free(l->items);
	l->items = NULL;
	l->count = 0;
}

/* How well: 3 the id, 2 the whole name, 1 a part of it, 0 not. */
static int
fits(const struct person_item *p, const char *text)
{
	char hex[ID_TEXT_BYTES];

	if (strcmp(id_text(&p->person, hex), text) == 0)
		return 3;
	if (p->name[0] == '\0')
		return 0;
	if (utf8_same(view_str(p->name), view_str(text)))
		return 2;
	return utf8_has(view_str(p->name), view_str(text)) ? 1 : 0;
}

int
people_find(struct session *s, const char *text, struct person_item *out,
    struct err *e)
{
	struct person_list l;
	size_t i, hits = 0;
	int best = 1, fit;

	if (text[0] == '\0')
		return err_set(e, ERR_INPUT, "a person is named by name or id");
	if (people_list(s, &l, e) != 0)
		return -1;
	for (i = 0; i < l.count; i++) {
		fit = fits(&l.items[i], text);
		if (fit < best)
			continue;
		hits = fit > best ? 1 : hits + 1;
		best = fit;
		*out = l.items[i];
	}
	person_list_done(&l);
	if (hits == 0)
		return err_set(e, ERR_ABSENT,
		    "nobody of that name is known here");
	if (hits > 1)
		return err_set(e, ERR_INPUT,
		    "%zu people fit that name; give more of it, or the id",
		    hits);
	return 0;
}
