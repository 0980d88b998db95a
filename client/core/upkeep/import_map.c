/* The mapping file, line by line, and what it does to a cell. */
#include "client/core/upkeep/import_map.h"

#include <stdio.h>
#include <string.h>

#include "client/core/words/charset.h"
#include "client/core/local/utf8.h"
#include "common/base/mem.h"
#include "common/base/text.h"

struct reading {
	struct import_map *m;
	size_t line;
};

/* What people decide is taken from them, with all that follows from it; a
 * table of it opens and closes nothing. */
static const enum record_type taken[] = { TYPE_SPACE, TYPE_MEMBER,
	TYPE_CONSENT, TYPE_WITHDRAWAL, TYPE_OVERRIDE, TYPE_HANDOVER, TYPE_ALIAS,
	TYPE_REVIEW };

bool
import_map_takes(const struct record_kind *kind)
{
	size_t i;

	if (kind->type == TYPE_NOTE || kind->type == TYPE_CASE)
		return true;
	for (i = 0; i < sizeof(taken) / sizeof(taken[0]); i++)
		if (kind->type == taken[i])
			return false;
	if (kind->keepers || kind->homes == HOME_COMMONS)
		return false;
	for (i = 0; i < kind->count; i++)
		if ((kind->fields[i].flags & (FIELD_SETTABLE | FIELD_GIVEN)) != 0)
			return true;
	return false;
}

void
import_map_done(struct import_map *m)
{
	size_t i;

	for (i = 0; i < m->field_count; i++) {
		mem_free(m->fields[i].column);
		mem_free(m->fields[i].fixed);
	}
	for (i = 0; i < m->word_count; i++) {
		mem_free(m->words[i].word);
		mem_free(m->words[i].code);
	}
	mem_free(m->words);
	mem_free(m->encoding);
	mem_free(m->date);
	mem_free(m->place);
	memset(m, 0, sizeof(*m));
}

/* ---- lines ---- */

static int
bad(const struct reading *r, struct err *e, const char *what)
{
	return err_set(e, ERR_INPUT, "mapping, line %zu: %s", r->line, _(what));
}

static bool
is_note_field(uint16_t number)
{
	return number == NOTE_TEXT || number == NOTE_CATEGORY ||
	    number == NOTE_HAPPENED || number == NOTE_MINUTES ||
	    number == NOTE_LANGUAGE || number == NOTE_SCHOOL;
}

static bool
is_typed(const struct record_kind *kind, const struct field *f)
{
	return kind->type == TYPE_NOTE ? is_note_field(f->number) :
	    (f->flags & (FIELD_SETTABLE | FIELD_GIVEN)) != 0;
}

static const struct field *
typed_field(const struct reading *r, const char *name, struct err *e)
{
	const struct field *f;

	if (r->m->kind == NULL) {
		bad(r, e, N_("the line kind = KIND comes first"));
		return NULL;
	}
	f = fields_find(r->m->kind->type, name);
	if (f != NULL && is_typed(r->m->kind, f))
		return f;
	err_set(e, ERR_INPUT, "mapping, line %zu: a %s has no field %.40s that "
	    "can be imported; tugi import map %s lists them", r->line,
	    r->m->kind->name, name, r->m->kind->name);
	return NULL;
}

static int
take_kind(struct reading *r, const char *text, struct err *e)
{
	const struct record_kind *k;
	size_t i;

	for (i = 0; (k = fields_each(i)) != NULL; i++)
		if (strcmp(k->name, text) == 0 && import_map_takes(k)) {
			r->m->kind = k;
			return 0;
		}
	return err_set(e, ERR_INPUT, "mapping, line %zu: records of the kind "
	    "%.40s cannot be imported; tugi import map without a word lists "
	    "those that can", r->line, text);
}

static int
take_separator(struct reading *r, const char *text, struct err *e)
{
	if (strcmp(text, "tab") == 0)
		r->m->separator = '\t';
	else if (strlen(text) == 1 && strchr(",;|\t", text[0]) != NULL)
		r->m->separator = text[0];
	else
		return bad(r, e, N_("separator is , or ; or | or tab"));
	return 0;
}

static int
take_field(struct reading *r, const char *name, const char *column,
    const char *fixed, struct err *e)
{
	const struct field *f = NULL;
	size_t i;

	if (name != NULL && (f = typed_field(r, name, e)) == NULL)
		return -1;
	for (i = 0; i < r->m->field_count; i++)
		if (f != NULL && r->m->fields[i].field == f)
			return bad(r, e, N_("this field is there twice"));
	if (r->m->field_count == IMPORT_COLUMNS)
		return bad(r, e, N_("these are too many columns"));
	r->m->fields[i].field = f;
	r->m->fields[i].column = column != NULL ? mem_dup(column) : NULL;
	r->m->fields[i].fixed = fixed != NULL ? mem_dup(fixed) : NULL;
	r->m->field_count++;
	return 0;
}

/* "word FIELD CODE = TEXT": the key without its first word. */
static int
take_word(struct reading *r, char *key, const char *text, struct err *e)
{
	char *code = strchr(key, ' ');
	const struct field *f;
	struct map_word *w;

	if (code == NULL)
		return bad(r, e, N_("word FIELD CODE = the file's word"));
	*code++ = '\0';
	code += strspn(code, " \t");
	f = typed_field(r, key, e);
	if (f == NULL)
		return -1;
	if (r->m->word_count == IMPORT_WORDS)
		return bad(r, e, N_("these are too many words"));
	if (r->m->words == NULL)
		r->m->words = mem_new(IMPORT_WORDS * sizeof(*r->m->words));
	w = &r->m->words[r->m->word_count++];
	w->field = f;
	w->code = mem_dup(code);
	w->word = mem_dup(text);
	return 0;
}

static int
take_date(struct reading *r, const char *text, struct err *e)
{
	if (strchr(text, 'D') == NULL || strchr(text, 'M') == NULL ||
	    strchr(text, 'Y') == NULL || strlen(text) >= IMPORT_VALUE_MAX)
		return bad(r, e, N_("date is a pattern like DD.MM.YYYY or "
		    "M/D/YYYY, with hh:mm if there is a time"));
	mem_free(r->m->date);
	r->m->date = mem_dup(text);
	return 0;
}

static int
take_encoding(struct reading *r, const char *text, struct err *e)
{
	if (!charset_known(text))
		return bad(r, e, N_("encoding is utf-8, utf-16, latin-1, "
		    "windows-1252 or windows-1257"));
	mem_free(r->m->encoding);
	r->m->encoding = mem_dup(text);
	return 0;
}

static int
take_line(struct reading *r, char *key, const char *text, struct err *e)
{
	if (text[0] == '\0')
		return bad(r, e, N_("nothing stands after the ="));
	if (strcmp(key, "kind") == 0)
		return take_kind(r, text, e);
	if (strcmp(key, "encoding") == 0)
		return take_encoding(r, text, e);
	if (strcmp(key, "separator") == 0)
		return take_separator(r, text, e);
	if (strcmp(key, "date") == 0)
		return take_date(r, text, e);
	if (strcmp(key, "ignore") == 0)
		return take_field(r, NULL, text, NULL, e);
	if (strncmp(key, "field ", 6) == 0)
		return take_field(r, key + 6, text, NULL, e);
	if (strncmp(key, "fixed ", 6) == 0)
		return take_field(r, key + 6, NULL, text, e);
	if (strncmp(key, "word ", 5) == 0)
		return take_word(r, key + 5, text, e);
	if (strcmp(key, "place") == 0) {
		mem_free(r->m->place);
		r->m->place = mem_dup(text);
		return 0;
	}
	return bad(r, e, N_("kind, encoding, separator, date, place, ignore, "
	    "field NAME, fixed NAME or word NAME CODE is expected before "
	    "the ="));
}

static void
trim(char *text)
{
	size_t n = strlen(text), skip = strspn(text, " \t");

	while (n > skip && strchr(" \t\r", text[n - 1]) != NULL)
		n--;
	memmove(text, text + skip, n - skip);
	text[n - skip] = '\0';
}

static int
read_line(struct reading *r, char *line, struct err *e)
{
	char *text;

	trim(line);
	if (line[0] == '\0' || line[0] == '#')
		return 0;
	text = strchr(line, '=');
	if (text == NULL)
		return bad(r, e, N_("a line is NAME = TEXT"));
	*text++ = '\0';
	trim(line);
	trim(text);
	return take_line(r, line, text, e);
}

static bool
needs_place(const struct record_kind *kind)
{
	return kind->type != TYPE_CASE && (kind->rooms == NULL ||
	    !fields_listed(kind->rooms, "own") ||
	    (kind->homes & HOME_CASE) != 0);
}

int
import_map_read(struct view in, struct import_map *m, struct err *e)
{
	struct reading r = { m, 0 };
	struct buf text;
	char *at, *end;
	int rc = 0;

	memset(m, 0, sizeof(*m));
	m->separator = ',';
	buf_init(&text, IMPORT_MAP_MAX);
	rc = charset_read(NULL, in, &text, e);
	if (rc != 0)
		err_add(e, "mapping");
	at = (char *)(uintptr_t)buf_str(&text);
	if (rc == 0 && strncmp(at, "\xef\xbb\xbf", 3) == 0)
		at += 3;
	for (; rc == 0 && *at != '\0'; at = end) {
		end = strchrnul(at, '\n');
		if (*end != '\0')
			*end++ = '\0';
		r.line++;
		rc = read_line(&r, at, e);
	}
	buf_done(&text);
	if (rc == 0 && m->kind == NULL)
		rc = err_set(e, ERR_INPUT, "the mapping has no line kind = "
		    "KIND");
	if (rc == 0 && m->place == NULL && needs_place(m->kind))
		rc = err_set(e, ERR_INPUT, "the mapping has no line place = "
		    "COLUMN: the column with the code of the case, or the "
		    "name of the school or group, that a %s belongs to",
		    m->kind->name);
	if (rc != 0)
		import_map_done(m);
	return rc;
}

/* ---- cells ---- */

struct when {
	unsigned year, month, day, hour, minute, digits;
	bool time;
};

/* A run of one letter of the pattern takes the digits that are there. */
static bool
take_digits(const char **pattern, const char **text, struct when *w)
{
	char letter = **pattern;
	unsigned n = 0, digits = 0;

	while (**pattern == letter)
		++*pattern;
	for (; **text >= '0' && **text <= '9' && digits < 4; ++*text) {
		n = n * 10 + (unsigned)(**text - '0');
		digits++;
	}
	if (digits == 0 || (letter != 'Y' && digits > 2))
		return false;
	switch (letter) {
	case 'Y':
		w->year = digits <= 2 ? 2000 + n : n;
		break;
	case 'M':
		w->month = n;
		break;
	case 'D':
		w->day = n;
		break;
	case 'h':
		w->hour = n;
		w->time = true;
		break;
	default:
		w->minute = n;
		break;
	}
	return true;
}

static bool
read_when(const char *pattern, const char *text, struct when *w)
{
	memset(w, 0, sizeof(*w));
	while (*pattern != '\0') {
		if (strchr("YMDhm", *pattern) != NULL) {
			if (!take_digits(&pattern, &text, w))
				return false;
		} else if (*pattern == ' ') {
			pattern++;
			text += strspn(text, " ");
			if (*text == '\0') /* a day without its time */
				break;
		} else if (*pattern++ != *text++) {
			return false;
		}
	}
	return *text == '\0' && w->day > 0;
}

static const char *
day_value(const struct import_map *m, const struct field *f,
    const char *text, char out[IMPORT_VALUE_MAX], struct err *e)
{
	struct when w;

	if (m->date == NULL)
		return text;
	if (!read_when(m->date, text, &w)) {
		err_set(e, ERR_INPUT, "no day written as %s", m->date);
		return NULL;
	}
	if (w.time && f->kind == FIELD_TIME)
		snprintf(out, IMPORT_VALUE_MAX, "%04u-%02u-%02u %02u:%02u",
		    w.year, w.month, w.day, w.hour, w.minute);
	else
		snprintf(out, IMPORT_VALUE_MAX, "%04u-%02u-%02u", w.year,
		    w.month, w.day);
	return out;
}

const char *
import_map_value(const struct import_map *m, const struct field *f,
    const char *text, char out[IMPORT_VALUE_MAX], struct err *e)
{
	size_t i;

	if (text[strspn(text, " \t")] == '\0')
		return "";
	for (i = 0; i < m->word_count; i++)
		if (m->words[i].field == f &&
		    utf8_same(view_str(m->words[i].word), view_str(text)))
			return m->words[i].code;
	if (f->kind == FIELD_DATE || f->kind == FIELD_TIME)
		return day_value(m, f, text, out, e);
	return text;
}

/* ---- a beginning ---- */

void
import_map_begin(const struct record_kind *kind, struct buf *out)
{
	char line[400];
	const struct field *f;
	size_t i;

	snprintf(line, sizeof(line), "kind = %s\nencoding = utf-8\n"
	    "separator = ,\ndate = YYYY-MM-DD\n", kind->name);
	buf_add_str(out, line);
	if (needs_place(kind))
		buf_add_str(out, "place = case\n");
	for (i = 0; i < kind->count; i++) {
		f = &kind->fields[i];
		if (!is_typed(kind, f) || f->number == FIELD_DELETED)
			continue;
		snprintf(line, sizeof(line), "%sfield %s = %s\n",
		    (f->flags & FIELD_NEEDED) != 0 ? "" : "# ", f->name,
		    f->name);
		buf_add_str(out, line);
		if (f->kind == FIELD_CODE && f->vocabulary != NULL) {
			snprintf(line, sizeof(line), "# word %s CODE = the word "
			    "in the file (codes: tugi policy show %s)\n",
			    f->name, f->vocabulary);
			buf_add_str(out, line);
		}
	}
}
