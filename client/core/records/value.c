/*
 * Between what is stored and what is read and typed. A listing remembers the
 * few names and sections it has looked up, so that fifty thousand notes do
 * not ask for the same author fifty thousand times.
 */
#include "client/core/records/value.h"

#include <stdio.h>
#include <string.h>

#include "common/base/mem.h"
#include "client/core/records/closed.h"
#include "client/core/local/day.h"
#include "client/core/profile/people.h"
#include "client/core/profile/forms.h"
#include "client/core/profile/policies.h"

#define TEXT_MAX (2 * RECORD_TEXT_MAX + 1024)

void
values_init(struct values *v, struct session *s)
{
	v->session = s;
	v->s = session_store(s);
	v->name_count = 0;
	memset(&v->space, 0, sizeof(v->space));
	v->section[0] = '\0';
	v->during.known = false;
	memset(v->closed, 0, sizeof(v->closed));
}

void
values_done(struct values *v)
{
	mem_wipe(v->names, sizeof(v->names));
}

const char *
value_name(struct values *v, const struct id *person)
{
	struct err e;
	size_t i;

	for (i = 0; i < v->name_count; i++)
		if (id_eq(&v->names[i].person, person))
			return v->names[i].name;
	/* Full: forget them all; an office has fewer in one list. */
	if (v->name_count == VALUE_NAMES)
		v->name_count = 0;
	i = v->name_count;
	v->names[i].person = *person;
	if (people_name(v->session, person, v->names[i].name, &e) != 0)
		snprintf(v->names[i].name, sizeof(v->names[i].name),
		    "a person");
	else
		v->name_count++;
	return v->names[i].name;
}

const char *
value_author(struct values *v, const struct id *device)
{
	const struct roster_device *d = roster_device(&v->s->roster, device);

	if (d != NULL)
		return value_name(v, &d->person);
	return value_name(v, id_eq(device, &v->s->me->device) ?
	    &v->s->person : device);
}

int
value_section(struct values *v, const struct id *space, char out[32],
    struct err *e)
{
	struct space sp;
	int rc;

	if (!id_eq(&v->space, space)) {
		rc = spaces_find(v->s, space, &sp, e);
		if (rc < 0)
			return -1;
		v->space = *space;
		memcpy(v->section, rc == 1 ? sp.section : "",
		    rc == 1 ? sizeof(v->section) : 1);
	}
	memcpy(out, v->section, sizeof(v->section));
	return 0;
}

int
value_closed(struct values *v, const struct id *case_id, int64_t *out,
    struct err *e)
{
	size_t at = case_id->b[sizeof(case_id->b) - 1] % VALUE_CASES;

	if (!id_eq(&v->closed[at].case_id, case_id)) {
		if (case_closed(v->s, case_id, out, e) != 0)
			return -1;
		v->closed[at].case_id = *case_id;
		v->closed[at].ms = *out;
	}
	*out = v->closed[at].ms;
	return 0;
}

static void
add_bytes(struct values *v, const struct field *f, struct view data,
    struct buf *out)
{
	struct id id;
	size_t i;

	for (i = 0; f->kind == FIELD_PERSON && data.len % sizeof(id.b) == 0 &&
	    i < data.len; i += sizeof(id.b)) {
		memcpy(id.b, data.data + i, sizeof(id.b));
		buf_add_str(out, i > 0 ? ", " : "");
		buf_add_str(out, value_name(v, &id));
	}
	if (i > 0)
		return;
	for (i = 0; i < data.len; i++)
		buf_add_fmt(out, "%02x", data.data[i]);
}

/* A text may hold a zero byte, a string may not. */
static void
add_text(struct view data, struct buf *out)
{
	size_t i;

	for (i = 0; i < data.len; i++)
		buf_add(out, data.data[i] != 0 ?
		    (const void *)&data.data[i] : " ", 1);
}

char *
value_text(struct values *v, const struct field *f,
    const struct value *value, struct err *e)
{
	char day[DAY_TEXT_BYTES];
	struct buf b;
	char *out = NULL;

	if (f->kind == FIELD_SECRET)
		return mem_dup("");
	buf_init(&b, TEXT_MAX);
	switch (value->type) {
	case VALUE_TEXT:
		add_text(value->data, &b);
		break;
	case VALUE_BYTES:
		add_bytes(v, f, value->data, &b);
		break;
	case VALUE_INT:
		if (f->kind == FIELD_TIME)
			buf_add_str(&b, value->num == INT64_MAX ? "" :
			    day_text(value->num, day));
		else
			buf_add_fmt(&b, "%lld", (long long)value->num);
		break;
	case VALUE_BOOL:
		buf_add_str(&b, value->num ? "yes" : "no");
		break;
	case VALUE_NULL:
		break;
	}
	if (buf_check(&b, "a field", e) == 0)
		out = mem_dup(buf_str(&b));
	buf_done(&b);
	return out;
}

const char *
value_right(const struct field *f, int64_t number)
{
	if (f->kind != FIELD_NUMBER || strcmp(f->name, "right") != 0)
		return NULL;
	return number == RIGHT_KEEP ? _("keeps it") : number == RIGHT_WRITE ?
	    _("reads and writes") : number == RIGHT_READ ? _("reads") :
	    _("nothing");
}

/* One name among others, without the blanks around it; ${text} is moved on. */
static int
next_person(struct session *s, const char **text, struct person_item *out,
    struct err *e)
{
	char name[sizeof(out->name)];
	const char *at = *text + strspn(*text, " \t,");
	size_t n = strcspn(at, ",");

	*text = at + n;
	while (n > 0 && (at[n - 1] == ' ' || at[n - 1] == '\t'))
		n--;
	if (n == 0)
		return 0;
	if (n >= sizeof(name))
		return err_set(e, ERR_INPUT, "a name is longer than %zu bytes",
		    sizeof(name) - 1);
	memcpy(name, at, n);
	name[n] = '\0';
	return people_find(s, name, out, e) == 0 ? 1 : -1;
}

static int
parse_many(struct session *s, const struct field *f, const char *text,
    struct parsed *p, struct value *out, struct err *e)
{
	struct person_item person;
	size_t n = 0, i;
	int rc;

	memset(out, 0, sizeof(*out));
	while ((rc = next_person(s, &text, &person, e)) == 1) {
		for (i = 0; i < n; i++)
			if (memcmp(p->many + 16 * i, person.person.b, 16) == 0)
				break;
		if (i < n)
			continue;
		if (n == FIELD_MANY_MAX)
			return err_set(e, ERR_INPUT, "%s has more than %d "
			    "persons", f->name, FIELD_MANY_MAX);
		memcpy(p->many + 16 * n++, person.person.b, 16);
	}
	if (rc < 0)
		return err_add(e, "%s", f->name);
	if (n > 0) {
		out->type = VALUE_BYTES;
		out->data = view_of(p->many, 16 * n);
	}
	return 0;
}

static int
parse_one(struct session *s, const struct field *f, const char *text,
    uint8_t scratch[32], struct value *out, struct err *e)
{
	struct person_item p;

	if (f->kind == FIELD_CODE && policies_check(s, f, text, e) != 0)
		return -1;
	if (f->kind != FIELD_PERSON || text[0] == '\0')
		return fields_parse(f, text, scratch, out, e);
	if (people_find(s, text, &p, e) != 0)
		return err_add(e, "%s", f->name);
	memset(out, 0, sizeof(*out));
	memcpy(scratch, p.person.b, sizeof(p.person.b));
	out->type = VALUE_BYTES;
	out->data = view_of(scratch, sizeof(p.person.b));
	return 0;
}

static int
no_field(enum record_type type, const char *what, const char *name,
    struct err *e)
{
	const struct field *f;
	struct buf list;
	uint16_t i;

	buf_init(&list, 400);
	for (i = 0; i < RECORD_OPS_MAX; i++) {
		f = fields_number(type, i);
		if (f != NULL && (f->flags & (FIELD_SETTABLE | FIELD_GIVEN)) != 0)
			buf_add_fmt(&list, "%s%s", list.len > 0 ? ", " : "",
			    f->name);
	}
	err_set(e, ERR_INPUT, "a record of the kind %s has no field \"%.40s\"; "
	    "there are %s",
	    what, name, buf_str(&list));
	buf_done(&list);
	return -1;
}

static int
find_typed(enum record_type type, unsigned flags, const char *name,
    const struct field **out, struct err *e)
{
	const struct record_kind *kind = fields_kind(type);
	const char *what = kind != NULL ? kind->name : "record";

	*out = fields_find(type, name);
	if (*out == NULL)
		return no_field(type, what, name, e);
	if (((*out)->flags & flags) == 0)
		return err_set(e, ERR_INPUT,
		    "the field %s of a %s is not changed by hand",
		    (*out)->name, what);
	return 0;
}

struct field_set { /* fields of a type that may be typed now */
	enum record_type type;
	unsigned flags;
};

static int
parse_all(struct session *s, const struct field_set *of,
    const struct assignment *set, size_t n, struct parsed *out,
    struct err *e)
{
	const struct field *f;
	size_t i, j;

	out->count = 0;
	if (n > RECORD_OPS_MAX)
		return err_set(e, ERR_INPUT, "at most %d fields at once",
		    RECORD_OPS_MAX);
	for (i = 0; i < n; i++) {
		if (find_typed(of->type, of->flags, set[i].name, &f, e) != 0)
			return -1;
		for (j = 0; j < i; j++)
			if (out->ops[j].field == f->number)
				return err_set(e, ERR_INPUT,
				    "the field %s is given twice", f->name);
		out->ops[i].field = f->number;
		if ((f->flags & FIELD_MANY) != 0 ?
		    parse_many(s, f, set[i].text, out, &out->ops[i].value,
		    e) != 0 :
		    parse_one(s, f, set[i].text, out->scratch[i],
		    &out->ops[i].value, e) != 0)
			return -1;
		out->count++;
	}
	return 0;
}

int
value_parse(struct session *s, enum record_type type,
    const struct assignment *set, size_t n, struct parsed *out,
    struct err *e)
{
	struct field_set of = { type, FIELD_SETTABLE };

	return parse_all(s, &of, set, n, out, e);
}

int
value_parse_new(struct session *s, enum record_type type,
    const struct assignment *set, size_t n, struct parsed *out,
    struct err *e)
{
	struct field_set of = { type, FIELD_SETTABLE | FIELD_GIVEN };

	return parse_all(s, &of, set, n, out, e);
}

static bool
is_there(const struct parsed *p, uint16_t field)
{
	size_t i;

	for (i = 0; i < p->count; i++)
		if (p->ops[i].field == field &&
		    p->ops[i].value.type != VALUE_NULL)
			return true;
	return false;
}

int
value_standard(struct session *s, enum record_type type, struct parsed *out,
    struct err *e)
{
	const struct policy *p = policies_now(s, e);
	struct forms_item item;
	struct op *op;
	size_t i;

	if (p == NULL)
		return -1;
	for (i = 0; forms_item(p, type, i, session_language(s), &item); i++) {
		if (item.standard == NULL || (item.field->flags &
		    (FIELD_SETTABLE | FIELD_GIVEN)) == 0 ||
		    is_there(out, item.field->number) ||
		    out->count == RECORD_OPS_MAX)
			continue;
		op = &out->ops[out->count];
		memset(op, 0, sizeof(*op));
		op->field = item.field->number;
		if (fields_parse(item.field, item.standard,
		    out->scratch[out->count], &op->value, e) != 0)
			return -1;
		out->count++;
	}
	return 0;
}
