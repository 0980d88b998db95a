/*
 * Looking up record types and fields, which the types_ files declare, and how
 * typed text becomes a value.
 */
#include "client/core/local/fields.h"

#include <string.h>

#include "client/core/local/day.h"
#include "client/core/local/utf8.h"

#define CODE_MAX 40           /* bytes of a vocabulary word */
#define LINE_MAX_BYTES 400    /* bytes of a one-line text */
#define NUMBER_DIGITS 12

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

static const struct record_kinds *const all[] = {
	&types_office,
	&types_base, &types_site, &types_group, &types_report, &types_file,
	&types_aid
};

const struct record_kind *
fields_each(size_t i)
{
	size_t k;

	for (k = 0; k < COUNT(all); k++) {
		if (i < all[k]->count)
			return &all[k]->list[i];
		i -= all[k]->count;
	}
	return NULL;
}

const struct record_kind *
fields_kind(enum record_type type)
{
	size_t k, i;

	for (k = 0; k < COUNT(all); k++)
		for (i = 0; i < all[k]->count; i++)
			if (all[k]->list[i].type == type)
				return &all[k]->list[i];
	return NULL;
}

const struct field *
fields_of(enum record_type type, size_t *count)
{
	const struct record_kind *kind = fields_kind(type);

	*count = kind != NULL ? kind->count : 0;
	return kind != NULL ? kind->fields : NULL;
}

bool
fields_listed(const char *list, const char *word)
{
	size_t len = strlen(word), n;

	for (; *list != '\0'; list += n) {
		list += strspn(list, " ");
		n = strcspn(list, " ");
		if (n == len && n > 0 && memcmp(list, word, len) == 0)
			return true;
	}
	return false;
}

bool
fields_fits(const struct record_kind *kind, unsigned home,
    const char *section)
{
	if ((kind->homes & home) == 0)
		return false;
	if (home == HOME_CASE)
		return kind->section == NULL ||
		    strcmp(kind->section, section) == 0;
	return home != HOME_ROOM || kind->rooms == NULL ||
	    fields_listed(kind->rooms, section);
}

/* Names from before, which forms of published policies still have. */
static const char *
name_now(enum record_type type, const char *name)
{
	static const struct {
		enum record_type type;
		const char *was, *is;
	} renamed[] = {
		{ TYPE_CONSENT, "giver", "by" },
		{ TYPE_CONSENT, "giver-role", "role" },
	};
	size_t i;

	for (i = 0; i < sizeof(renamed) / sizeof(renamed[0]); i++)
		if (renamed[i].type == type &&
		    strcmp(renamed[i].was, name) == 0)
			return renamed[i].is;
	return name;
}

const struct field *
fields_find(enum record_type type, const char *name)
{
	size_t n, i;
	const struct field *f = fields_of(type, &n);

	name = name_now(type, name);
	for (i = 0; i < n; i++)
		if (strcmp(f[i].name, name) == 0)
			return &f[i];
	return NULL;
}

const struct field *
fields_number(enum record_type type, uint16_t number)
{
	size_t n, i;
	const struct field *f = fields_of(type, &n);

	for (i = 0; i < n; i++)
		if (f[i].number == number)
			return &f[i];
	return NULL;
}

static int
parse_text(const struct field *f, struct view v, struct err *e)
{
	bool lines = f->kind == FIELD_LONG;

	if (v.len > (lines ? (size_t)RECORD_TEXT_MAX : LINE_MAX_BYTES))
		return err_set(e, ERR_INPUT, "%s is longer than %d bytes",
		    f->name, lines ? RECORD_TEXT_MAX : LINE_MAX_BYTES);
	if (utf8_bad(v) != v.len)
		return err_set(e, ERR_INPUT, "%s is not UTF-8 text", f->name);
	if (utf8_controls(v, lines) != v.len)
		return err_set(e, ERR_INPUT, lines ?
		    N_("%s has a control character in it") :
		    N_("%s has a control character in it; it is one line of "
		    "text"), f->name);
	return 0;
}

static int
parse_code(const struct field *f, struct view v, struct err *e)
{
	size_t i;

	for (i = 0; i < v.len; i++) {
		uint8_t c = v.data[i];
		bool inner = c == '-' || c == '_';

		if (!((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') ||
		    (inner && i > 0)))
			break;
	}
	if (i == v.len && v.len <= CODE_MAX)
		return 0;
	return err_set(e, ERR_INPUT, "%s is one word of a-z, 0-9, - and _, at "
	    "most %d long", f->name, CODE_MAX);
}

static int
parse_number(const struct field *f, struct view v, struct value *out,
    struct err *e)
{
	size_t i;

	out->type = VALUE_INT;
	out->num = 0;
	for (i = 0; i < v.len && v.data[i] >= '0' && v.data[i] <= '9'; i++)
		if (i < NUMBER_DIGITS)
			out->num = out->num * 10 + (v.data[i] - '0');
	if (i == 0 || i != v.len || i > NUMBER_DIGITS)
		return err_set(e, ERR_INPUT, "%s is a whole number, 0 or more",
		    f->name);
	return 0;
}

static int
parse_bytes(const struct field *f, const char *text, uint8_t scratch[32],
    struct value *out, struct err *e)
{
	struct hash h;
	struct id id;
	size_t len = f->kind == FIELD_HASH ? sizeof(h.b) : sizeof(id.b);

	if (f->kind == FIELD_HASH ? hash_parse(text, &h, e) != 0 :
	    id_parse(text, &id, e) != 0)
		return err_add(e, "%s", f->name);
	if (f->kind == FIELD_HASH)
		memcpy(scratch, h.b, len);
	else
		memcpy(scratch, id.b, len);
	out->type = VALUE_BYTES;
	out->data = view_of(scratch, len);
	return 0;
}

static int
parse_flag(const struct field *f, const char *text, struct value *out,
    struct err *e)
{
	memset(out, 0, sizeof(*out));
	out->type = VALUE_BOOL;
	out->num = strcmp(text, "yes") == 0;
	return out->num || strcmp(text, "no") == 0 ? 0 : err_set(e, ERR_INPUT,
	    "%s is yes or no", f->name);
}

int
fields_parse(const struct field *f, const char *text, uint8_t scratch[32],
    struct value *out, struct err *e)
{
	struct view v = view_str(text);

	memset(out, 0, sizeof(*out));
	if (text[strspn(text, " \t")] == '\0')
		return 0; /* nothing typed: the field is emptied */
	out->type = VALUE_TEXT;
	out->data = v;
	switch (f->kind) {
	case FIELD_TEXT:
	case FIELD_LONG:
		return parse_text(f, v, e);
	case FIELD_CODE:
		return parse_code(f, v, e);
	case FIELD_DATE:
		if (!day_typed(v, (char *)scratch))
			return err_set(e, ERR_INPUT, "%s: \"%.30s\" is no "
			    "day of the calendar from 1900 to 2199, written "
			    "like 2015-04-02", f->name, text);
		out->data = view_str((const char *)scratch);
		return 0;
	case FIELD_TIME:
		out->type = VALUE_INT;
		if (!day_typed_time(v, (char *)scratch) ||
		    !day_parse_time(view_str((const char *)scratch),
		    &out->num))
			return err_set(e, ERR_INPUT, "%s: \"%.30s\" is no "
			    "day of the calendar, as YYYY-MM-DD or "
			    "YYYY-MM-DD HH:MM", f->name, text);
		return 0;
	case FIELD_NUMBER:
		return parse_number(f, v, out, e);
	case FIELD_PERSON:
	case FIELD_RECORD:
	case FIELD_HASH:
		return parse_bytes(f, text, scratch, out, e);
	case FIELD_FLAG:
		return parse_flag(f, text, out, e);
	case FIELD_SECRET:
		break;
	}
	return err_set(e, ERR_BUG, "%s has no kind", f->name);
}
