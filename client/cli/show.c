/* Records in words, tables and JSON. */
#include "client/cli/show.h"

#include <string.h>

#include "client/core/words/near.h"
#include "client/cli/text.h"
#include "client/core/cases/alias.h"
#include "client/core/cases/viewed.h"
#include "common/base/mem.h"

#define EXCERPT_BYTES 200
#define SHORT_BYTES 600 /* of a note among others */

static bool
is_long(const struct record_item *r, const struct field_text *f)
{
	const struct field *def = fields_find(r->type, f->name);

	return (def != NULL && def->kind == FIELD_LONG) ||
	    strchr(f->text, '\n') != NULL;
}

static bool
is_day(const struct record_item *r, const struct field_text *f)
{
	const struct field *def = fields_find(r->type, f->name);

	return def != NULL && (def->kind == FIELD_DATE ||
	    def->kind == FIELD_TIME);
}

/* Said already by the line above the fields. */
static bool
is_said(const struct record_item *r, const struct field_text *f)
{
	return r->type == TYPE_NOTE && (strcmp(f->name, "happened") == 0 ||
	    (strcmp(f->name, "author") == 0 && r->author != NULL &&
	    strcmp(f->text, r->author) == 0));
}

static void
mark(char out[static SHOW_MARKS_BYTES], bool on, const char *words)
{
	size_t at = strlen(out);

	if (on)
		snprintf(out + at, SHOW_MARKS_BYTES - at, "%s%s",
		    at > 0 ? ", " : "", words);
}

void
show_marks(const struct record_item *r, char out[static SHOW_MARKS_BYTES])
{
	if (r->erased) {
		snprintf(out, SHOW_MARKS_BYTES, "%s", _("erased"));
		return;
	}
	if (r->restricted) {
		snprintf(out, SHOW_MARKS_BYTES, "%s", _("not used"));
		return;
	}
	if (r->deleted) {
		snprintf(out, SHOW_MARKS_BYTES, "%s", r->changed_by != NULL ?
		    _("deleted, changed after") : _("deleted"));
		return;
	}
	out[0] = '\0';
	mark(out, r->held, _("held"));
	mark(out, r->waits, _("not sent"));
	mark(out, r->conflict, _("two texts"));
	mark(out, r->amended, _("amended"));
	mark(out, r->during, _("during handover"));
	mark(out, r->after_closing, _("after closing"));
}

/* A long text, or its beginning of at most ${most} bytes. */
static void
say_long(struct ctx *c, const struct record_item *r,
    const struct field_text *f, size_t most)
{
	char id[MATCH_SHORT_BYTES];
	size_t n = strlen(f->text);

	out_line(&c->out, "%s%s%s:", _(f->label), f->conflict ?
	    _(" (another text waits: tugi conflicts)") : "",
	    f->during && !r->during ? _(" (during handover)") : "");
	if (n <= most) {
		out_line(&c->out, "%s", f->text);
		return;
	}
	for (n = most; n > 0 && ((unsigned char)f->text[n] & 0xc0) == 0x80;)
		n--;
	out_line(&c->out, _("%.*s ...\n(all of it: tugi note show %s)"),
	    (int)n, f->text, match_short(&r->id, id));
}

/* Another record by the digits that lists show. */
static const char *
one_line(const struct record_item *r, const struct field_text *f)
{
	const struct field *def = fields_find(r->type, f->name);
	size_t n = strlen(f->text);

	if (f->word != NULL)
		return f->word;
	return def != NULL && def->kind == FIELD_RECORD &&
	    n == ID_TEXT_BYTES - 1 ? f->text + n + 1 - MATCH_SHORT_BYTES :
	    f->text;
}

static void
say_deleted(struct ctx *c, const struct record_item *r)
{
	char when[WHEN_BYTES], id[MATCH_SHORT_BYTES];

	if (!r->deleted)
		return;
	when_words(r->deleted_ms, tick_wall_ms(&c->tick), when);
	out_line(&c->out, _("Deleted by %s, %s. To undo: tugi restore %s"),
	    r->deleted_by, when, match_short(&r->id, id));
	if (r->changed_by != NULL)
		out_line(&c->out, _("%s changed it without knowing that."),
		    r->changed_by);
	if (r->restored_by != NULL)
		out_line(&c->out, _("%s restored it without knowing of this "
		    "deletion."), r->restored_by);
}

static void
say_erased(struct ctx *c, const struct record_item *r)
{
	char when[WHEN_BYTES], due[WHEN_BYTES];
	int64_t now = tick_wall_ms(&c->tick);

	if (!r->erased)
		return;
	when_words(r->erased_ms, now, when);
	when_words(r->erased_due_ms, now, due);
	out_line(&c->out, _("Erased by %s with %s, %s."), r->erased_by,
	    r->erased_with, when);
	out_line(&c->out, now < r->erased_due_ms ?
	    _("Gone for good: %s. Until then: tugi erase take-back") :
	    _("Gone for good since %s; see tugi erase list."), due);
}

static void
say_record(struct ctx *c, const struct record_item *r, size_t most)
{
	char when[WHEN_BYTES], id[MATCH_SHORT_BYTES];
	char marks[SHOW_MARKS_BYTES];
	const struct field_text *f;
	size_t i;

	when_words(r->at_ms, tick_wall_ms(&c->tick), when);
	show_marks(r, marks);
	out_line(&c->out, "%s  %s, %s%s%s%s", match_short(&r->id, id), when,
	    r->author != NULL && r->author[0] != '\0' ? r->author :
	    _("unknown"), marks[0] != '\0' ? " (" : "", marks, marks[0] != '\0' ? ")" : "");
	say_erased(c, r);
	if (r->restricted)
		out_line(&c->out, "%s", _("Kept, and not used: see tugi "
		    "restrict list."));
	say_deleted(c, r);
	for (i = 0; i < r->field_count; i++) {
		f = &r->fields[i];
		if (f->text[0] == '\0' || is_long(r, f) || is_said(r, f))
			continue;
		out_line(&c->out, "%s: %s%s%s", _(f->label), one_line(r, f),
		    f->conflict ? _("  (another text waits: tugi conflicts)")
		    : "", f->during && !r->during ?
		    _("  (during handover)") : "");
	}
	for (i = 0; i < r->field_count; i++) {
		f = &r->fields[i];
		if (f->text[0] != '\0' && is_long(r, f))
			say_long(c, r, f, most);
	}
}

void
show_record(struct ctx *c, const struct record_item *r)
{
	say_record(c, r, SIZE_MAX);
}

void
show_record_short(struct ctx *c, const struct record_item *r)
{
	say_record(c, r, SHORT_BYTES);
}

void
show_excerpt(struct table *t, const char *text)
{
	char cut[EXCERPT_BYTES];
	size_t n = strlen(text);

	if (n >= sizeof(cut))
		n = sizeof(cut) - 1;
	while (n > 0 && ((unsigned char)text[n] & 0xc0) == 0x80)
		n--;
	memcpy(cut, text, n);
	cut[n] = '\0';
	table_cell(t, cut);
}

const char *
show_said(const struct field_text *f)
{
	return f->word != NULL ? f->word : f->text;
}

const char *
show_longest(const struct record_item *r)
{
	const char *best = "";
	const struct field *def;
	size_t i;

	for (i = 0; i < r->field_count; i++) {
		def = fields_find(r->type, r->fields[i].name);
		if (def != NULL && (def->kind == FIELD_TEXT ||
		    def->kind == FIELD_LONG) &&
		    strlen(show_said(&r->fields[i])) > strlen(best))
			best = show_said(&r->fields[i]);
	}
	return best;
}

const char *
show_label(const struct record_item *r)
{
	const char *text = record_field(r, r->type == TYPE_CASE ? "name" :
	    r->type == TYPE_PLAN ? "goal" : "text");

	return text[0] != '\0' ? text : show_longest(r);
}

void
show_codes(struct ctx *c, struct table *t, const char *list,
    const char *codes)
{
	char names[EXCERPT_BYTES];

	table_cell(t, policies_names(c->s, list, codes, names,
	    sizeof(names)));
}

json_t *
show_id_json(const struct id *id)
{
	char text[ID_TEXT_BYTES];

	return id_is_zero(id) ? json_null() : json_string(id_text(id, text));
}

json_t *
show_time_json(int64_t ms)
{
	char text[WHEN_BYTES];

	if (ms == 0 || ms == INT64_MAX)
		return json_null();
	when_iso(ms, text);
	return json_string(text);
}

json_t *
show_record_json(const struct record_item *r)
{
	const struct record_kind *kind = fields_kind(r->type);
	json_t *fields = json_object(), *doubled = json_array(), *j;
	json_t *during = json_array(), *words = json_object();
	size_t i;

	for (i = 0; i < r->field_count; i++) {
		json_object_set_new(fields, r->fields[i].name,
		    out_json_text(r->fields[i].text));
		if (r->fields[i].word != NULL && !is_day(r, &r->fields[i]))
			json_object_set_new(words, r->fields[i].name,
			    out_json_text(r->fields[i].word));
		if (r->fields[i].conflict)
			json_array_append_new(doubled,
			    json_string(r->fields[i].name));
		if (r->fields[i].during)
			json_array_append_new(during,
			    json_string(r->fields[i].name));
	}
	j = json_object();
	json_object_set_new(j, "id", show_id_json(&r->id));
	json_object_set_new(j, "words", words);
	json_object_set_new(j, "case", show_id_json(&r->case_id));
	json_object_set_new(j, "space", show_id_json(&r->space));
	json_object_set_new(j, "type",
	    out_json_text(kind != NULL ? kind->name : NULL));
	json_object_set_new(j, "section", out_json_text(r->section));
	json_object_set_new(j, "at", show_time_json(r->at_ms));
	json_object_set_new(j, "author", out_json_text(r->author));
	json_object_set_new(j, "waits", json_boolean(r->waits));
	json_object_set_new(j, "held", json_boolean(r->held));
	json_object_set_new(j, "amended", json_boolean(r->amended));
	json_object_set_new(j, "during_handover", json_boolean(r->during));
	json_object_set_new(j, "during_handover_fields", during);
	json_object_set_new(j, "after_closing",
	    json_boolean(r->after_closing));
	json_object_set_new(j, "deleted", json_boolean(r->deleted));
	json_object_set_new(j, "restricted", json_boolean(r->restricted));
	json_object_set_new(j, "erased", json_boolean(r->erased));
	json_object_set_new(j, "erased_by", out_json_text(r->erased_by));
	json_object_set_new(j, "erased_with", out_json_text(r->erased_with));
	json_object_set_new(j, "erased_at", show_time_json(r->erased_ms));
	json_object_set_new(j, "erased_due",
	    show_time_json(r->erased_due_ms));
	json_object_set_new(j, "deleted_by", out_json_text(r->deleted_by));
	json_object_set_new(j, "deleted_at", show_time_json(r->deleted_ms));
	json_object_set_new(j, "changed_after_by",
	    out_json_text(r->changed_by));
	json_object_set_new(j, "restored_by", out_json_text(r->restored_by));
	json_object_set_new(j, "conflicts", doubled);
	json_object_set_new(j, "fields", fields);
	return j;
}

json_t *
show_records_json(const struct record_item *items, size_t count)
{
	json_t *list = json_array();
	size_t i;

	for (i = 0; i < count; i++)
		json_array_append_new(list, show_record_json(&items[i]));
	return list;
}

void
show_left_out(struct ctx *c, const struct id *case_id, const char *section)
{
	struct err why;
	char *names;

	if (alias_left_out(c->s, case_id, section, &names, &why) != 0)
		return; /* what was written is saved all the same */
	if (names[0] != '\0')
		out_warn(&c->out, _("Not let into this, but into the %s of the "
		    "case behind it: %s."), section, names);
	mem_free(names);
}

int
show_made(struct ctx *c, const struct id *id, const char *what, struct err *e)
{
	char text[MATCH_SHORT_BYTES];
	json_t *j;

	out_say(&c->out, "%s", what);
	if (!c->g.json) {
		out_line(&c->out, "%s", match_short(id, text));
		return 0;
	}
	j = json_object();
	json_object_set_new(j, "id", show_id_json(id));
	return out_json(j, e);
}

static int
find_case(struct ctx *c, const char *text, struct id *id,
    int (*find)(struct session *, const char *, struct id *, struct err *),
    struct err *e)
{
	if (match_digits(text)) {
		if (match_record(c->s, text, TYPE_CASE, id, e) == 0)
			return 0;
		if (e->kind != ERR_ABSENT)
			return -1;
		err_clear(e);
	}
	return find(c->s, text, id, e);
}

int
show_case_find(struct ctx *c, const char *text, struct id *id, struct err *e)
{
	if (find_case(c, text, id, cases_find, e) != 0)
		return -1;
	viewed_note(c->s, id);
	return 0;
}

int
show_case_find_one(struct ctx *c, const char *text, struct id *id,
    struct err *e)
{
	if (find_case(c, text, id, cases_find_one, e) != 0)
		return -1;
	viewed_note(c->s, id);
	return 0;
}

int
show_person_find(struct ctx *c, const char *text, struct person_item *out,
    struct err *e)
{
	struct person_list l;
	struct err why;
	struct near near;
	size_t i;

	if (people_find(c->s, text, out, e) == 0)
		return 0;
	if (e->kind != ERR_ABSENT || people_list(c->s, &l, &why) != 0)
		return -1;
	near_begin(&near, text);
	for (i = 0; i < l.count; i++)
		near_offer(&near, l.items[i].name);
	if (near.best != NULL)
		err_set(e, ERR_ABSENT, _("nobody is called \"%s\" here; did "
		    "you mean %s?"), text, near.best);
	else
		err_set(e, ERR_ABSENT, _("nobody is called \"%s\" here; tugi "
		    "people lists everybody"), text);
	person_list_done(&l);
	return -1;
}

int
show_record_find(struct ctx *c, const char *text, int type,
    struct record_item *out, struct err *e)
{
	struct id id;
	int rc;

	if (match_record(c->s, text, type, &id, e) != 0)
		return -1;
	rc = records_find(c->s, &id, out, e);
	if (rc == 0)
		return err_set(e, ERR_ABSENT, "%s",
		    _("this record can no longer be read here"));
	if (rc == 1)
		viewed_note(c->s, &out->case_id);
	return rc < 0 ? -1 : 0;
}

int
show_any_find(struct ctx *c, const char *text, struct id *id, struct err *e)
{
	if (match_digits(text)) {
		if (match_record(c->s, text, 0, id, e) == 0)
			return 0;
		if (e->kind != ERR_ABSENT)
			return -1;
		err_clear(e);
	}
	if (cases_find_one(c->s, text, id, e) == 0)
		return 0;
	return e->kind != ERR_ABSENT ? -1 : err_set(e, ERR_ABSENT, "%s",
	    _("no record or case here has this id, code or name"));
}

const char *
show_case_name(const struct case_list *cases, const struct id *id)
{
	const struct case_item *item;
	size_t i, k;

	for (i = 0; i < cases->count; i++) {
		item = &cases->items[i];
		for (k = 0; k < item->behind_count; k++)
			if (id_eq(&item->behind[k].id, id))
				return item->behind[k].title;
		if (!id_eq(&item->id, id))
			continue;
		if (item->name != NULL && item->name[0] != '\0')
			return item->name;
		return item->code != NULL ? item->code : "";
	}
	return "";
}

int
show_assignments(struct ctx *c, size_t from, struct assignment *out,
    size_t *n, struct err *e)
{
	const char *word, *eq;
	char *name;
	size_t i;

	for (i = from; (word = cmd_word(c, i)) != NULL; i++) {
		eq = strchr(word, '=');
		if (eq == NULL || eq == word)
			return err_set(e, ERR_INPUT, _("\"%s\" is not of the "
			    "form FIELD=TEXT (quote a text with blanks)"),
			    word);
		if (*n == SHOW_SET_MAX)
			return err_set(e, ERR_INPUT,
			    _("more than %d fields at once"), SHOW_SET_MAX);
		name = mem_dup(word);
		name[eq - word] = '\0';
		out[*n].name = name;
		out[*n].text = eq + 1;
		(*n)++;
	}
	return 0;
}

void
show_assignments_done(struct assignment *set, size_t n)
{
	size_t i;

	for (i = 0; i < n; i++)
		mem_free((char *)(uintptr_t)set[i].name);
}

/* The command that writes the old values again. */
static void
say_undo(struct ctx *c, const struct record_item *r, const char *command,
    const struct assignment *set, size_t n)
{
	char id[MATCH_SHORT_BYTES];
	struct buf line, word;
	size_t i;

	buf_init(&line, SHOW_MAX_BYTES);
	buf_init(&word, SHOW_MAX_BYTES);
	buf_add_fmt(&line, "tugi %s %s", command, match_short(&r->id, id));
	for (i = 0; i < n; i++) {
		buf_reset(&word);
		buf_add_fmt(&word, "%s=%s", set[i].name,
		    record_field(r, set[i].name));
		buf_add_str(&line, " ");
		out_quote(&line, buf_str(&word));
	}
	out_say(&c->out, _("Saved. To undo: %s"), buf_str(&line));
	buf_done(&line);
	buf_done(&word);
}

int
show_set(struct ctx *c, const struct record_item *r, const char *command,
    size_t from, struct err *e)
{
	struct assignment set[SHOW_SET_MAX];
	size_t n = 0;
	json_t *j;
	int rc;

	rc = show_assignments(c, from, set, &n, e);
	if (rc == 0)
		rc = records_set(c->s, &r->id, set, n, e);
	if (rc == 0 && c->g.json) {
		j = json_object();
		json_object_set_new(j, "id", show_id_json(&r->id));
		rc = out_json(j, e);
	}
	if (rc == 0)
		say_undo(c, r, command, set, n);
	show_assignments_done(set, n);
	return rc;
}

int
show_order(struct ctx *c, const char *text, struct err *e)
{
	json_t *j;

	if (!c->g.json) {
		out_line(&c->out, "%s", text);
		return 0;
	}
	j = json_object();
	json_object_set_new(j, "order", out_json_text(text));
	return out_json(j, e);
}

int
show_records_of(struct ctx *c, struct records_query *q,
    struct record_list *out, struct err *e)
{
	struct id case_id;

	if (cmd_word(c, 0) != NULL &&
	    show_case_find(c, cmd_word(c, 0), &case_id, e) != 0)
		return -1;
	q->case_id = cmd_word(c, 0) != NULL ? &case_id : NULL;
	return records_list(c->s, q, out, e);
}

int
show_newest(struct ctx *c, enum record_type type, const char *none,
    int (*print)(struct ctx *c, const struct record_list *l, struct err *e),
    struct err *e)
{
	struct records_query q = { .type = type };
	struct record_list l;
	int64_t limit = 0;
	int rc = 0;

	if (cmd_number(c, "limit", (struct range){ 1, 1000000 }, &limit, e) !=
	    0)
		return -1;
	q.limit = (size_t)limit;
	if (show_records_of(c, &q, &l, e) != 0)
		return -1;
	if (c->g.json)
		rc = out_json(show_records_json(l.items, l.count), e);
	else if (l.count == 0)
		out_say(&c->out, "%s", none);
	else
		rc = print(c, &l, e);
	record_list_done(&l);
	return rc;
}

int
show_add_to(struct ctx *c, int (*add)(struct session *s,
    const struct id *record, const struct assignment *set, size_t n,
    struct id *id, struct err *e), const char *what, struct err *e)
{
	struct assignment set[SHOW_SET_MAX];
	struct record_item r = { 0 };
	struct id id;
	size_t n = 0;
	int rc;

	if (show_record_find(c, cmd_word(c, 0), 0, &r, e) != 0)
		return -1;
	rc = show_assignments(c, 1, set, &n, e);
	if (rc == 0)
		rc = add(c->s, &r.id, set, n, &id, e);
	show_assignments_done(set, n);
	record_item_done(&r);
	return rc != 0 ? -1 : show_made(c, &id, what, e);
}

const char *
show_right(enum right right)
{
	return right == RIGHT_KEEP ? N_("keep") : right == RIGHT_WRITE ?
	    N_("write") : right == RIGHT_READ ? N_("read") : "none";
}

int
show_right_asked(struct ctx *c, enum right *out, struct err *e)
{
	const char *right = cmd_value(c, "right");

	*out = right != NULL && strcmp(right, "write") == 0 ? RIGHT_WRITE :
	    RIGHT_READ;
	return right == NULL || strcmp(right, show_right(*out)) == 0 ? 0 :
	    err_set(e, ERR_INPUT, "%s", _("--right is read or write"));
}
