/*
 * What a record would say after a write: fields as they are and as they come.
 */
#include "client/core/records/entry.h"

#include <string.h>

#include "client/core/local/day.h"

static const struct value *
value_of(const struct entry *x, uint16_t field)
{
	const struct heads_field *h;
	size_t i;

	for (i = 0; i < x->op_count; i++)
		if (x->ops[i].field == field)
			return &x->ops[i].value;
	h = x->now != NULL ? heads_find(&x->now->heads, field) : NULL;
	return h != NULL ? &h->heads[0].op->value : NULL;
}

struct view
entry_text(const struct entry *x, uint16_t field)
{
	const struct value *v = value_of(x, field);

	return v != NULL && v->type == VALUE_TEXT ? v->data : view_of(NULL, 0);
}

int64_t
entry_int(const struct entry *x, uint16_t field)
{
	const struct value *v = value_of(x, field);

	return v != NULL && (v->type == VALUE_INT || v->type == VALUE_BOOL) ?
	    v->num : 0;
}

struct id
entry_id(const struct entry *x, uint16_t field)
{
	const struct value *v = value_of(x, field);
	struct id id;

	memset(&id, 0, sizeof(id));
	if (v != NULL && v->type == VALUE_BYTES &&
	    v->data.len == sizeof(id.b))
		memcpy(id.b, v->data.data, sizeof(id.b));
	return id;
}

bool
entry_persons(const struct entry *x, uint16_t field, size_t at,
    struct id *out)
{
	const struct value *v = value_of(x, field);

	if (v == NULL || v->type != VALUE_BYTES ||
	    v->data.len < (at + 1) * sizeof(out->b))
		return false;
	memcpy(out->b, v->data.data + at * sizeof(out->b), sizeof(out->b));
	return true;
}

static bool
same_value(const struct value *a, const struct value *b)
{
	bool none = a == NULL || a->type == VALUE_NULL;

	if (none || b->type == VALUE_NULL)
		return none && b->type == VALUE_NULL;
	return a->type == b->type && a->num == b->num &&
	    view_eq(a->data, b->data);
}

bool
entry_changes(const struct entry *x, uint16_t field)
{
	const struct heads_field *h;
	size_t i;

	for (i = 0; i < x->op_count; i++) {
		if (x->ops[i].field != field)
			continue;
		h = x->now != NULL ? heads_find(&x->now->heads, field) : NULL;
		return !same_value(h != NULL ? &h->heads[0].op->value : NULL,
		    &x->ops[i].value);
	}
	return false;
}

bool
entry_has(const struct entry *x, uint16_t field)
{
	const struct value *v = value_of(x, field);

	return v != NULL && v->type != VALUE_NULL &&
	    (v->type != VALUE_TEXT || v->data.len > 0);
}

bool
entry_is(const struct entry *x, uint16_t field, const char *code)
{
	return view_eq(entry_text(x, field), view_str(code));
}

int
entry_day(const struct entry *x, uint16_t field, int64_t *ms)
{
	return day_parse(entry_text(x, field), ms) ? 1 : 0;
}

int
entry_past(const struct entry *x, uint16_t field, struct err *e)
{
	int64_t day;

	return entry_day(x, field, &day) == 0 ||
	    !day_ahead(day, store_now_ms(session_store(x->session))) ? 0 :
	    err_set(e, ERR_INPUT, "%s: this day is still to come",
	    fields_number(x->type, field)->name);
}
