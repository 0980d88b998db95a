/* conflicts list, show, take. */
#include "client/core/cases/conflicts.h"

#include <stdlib.h>
#include <string.h>

#include "client/cli/ask.h"
#include "client/cli/show.h"
#include "client/cli/text.h"
#include "common/base/mem.h"

static json_t *
change_json(const struct merge_diff *d)
{
	json_t *list = json_array(), *j;
	char *text;
	size_t i;

	for (i = 0; i < d->count; i++) {
		const struct merge_piece *p = &d->pieces[i];

		text = mem_new(p->text.len + 1);
		memcpy(text, p->text.data, p->text.len);
		j = json_object();
		json_object_set_new(j, "mark", json_string(p->mark == ' ' ?
		    "same" : p->mark == '-' ? "gone" : "new"));
		json_object_set_new(j, "text", out_json_text(text));
		json_array_append_new(list, j);
		mem_wipe(text, p->text.len);
		mem_free(text);
	}
	return list;
}

static json_t *
side_json(const struct conflict_side *s, size_t number)
{
	json_t *j = json_object();

	json_object_set_new(j, "number", json_integer((json_int_t)number));
	json_object_set_new(j, "text", out_json_text(s->text));
	json_object_set_new(j, "author", out_json_text(s->author));
	json_object_set_new(j, "written", show_time_json(s->written_ms));
	json_object_set_new(j, "shown", json_boolean(s->shown));
	json_object_set_new(j, "mine", json_boolean(s->mine));
	if (s->change.pieces != NULL)
		json_object_set_new(j, "change", change_json(&s->change));
	return j;
}

static const char *
merge_code(enum conflict_merge m)
{
	static const char *const code[] = { NULL, "sentences", "words",
		"overlaps", "no_base", "no_text", "too_long" };

	return code[m];
}

static json_t *
conflict_json(const struct conflict *x, size_t row)
{
	json_t *j = json_object(), *sides = json_array();
	const struct record_kind *kind = fields_kind(x->type);
	size_t i;

	for (i = 0; i < x->side_count; i++)
		json_array_append_new(sides, side_json(&x->sides[i], i + 1));
	json_object_set_new(j, "number", json_integer((json_int_t)row));
	json_object_set_new(j, "record", show_id_json(&x->record));
	json_object_set_new(j, "case", show_id_json(&x->case_id));
	json_object_set_new(j, "case_name", out_json_text(x->case_label));
	json_object_set_new(j, "type",
	    out_json_text(kind != NULL ? kind->name : NULL));
	json_object_set_new(j, "field", out_json_text(x->field));
	json_object_set_new(j, "before", out_json_text(x->base));
	json_object_set_new(j, "before_author", out_json_text(x->base_author));
	json_object_set_new(j, "before_written", show_time_json(x->base_ms));
	json_object_set_new(j, "texts", sides);
	if (x->merge != 0) {
		json_object_set_new(j, "merged", out_json_text(x->merged));
		json_object_set_new(j, "merge",
		    json_string(merge_code(x->merge)));
	}
	return j;
}

/* The texts of one conflict that ${record}, ${field} or ${row} ask for. */
struct wanted {
	struct id record;
	const char *field; /* NULL: any */
	size_t row;        /* 0: by record */
};

static bool
is_wanted(const struct wanted *w, const struct conflict *x, size_t row)
{
	if (w == NULL)
		return true;
	if (w->row != 0)
		return w->row == row;
	return id_eq(&w->record, &x->record) &&
	    (w->field == NULL || strcmp(w->field, x->field) == 0);
}

static int
print_json(const struct conflict_list *l, const struct wanted *w,
    struct err *e)
{
	json_t *j = json_array();
	size_t i;

	for (i = 0; i < l->count; i++)
		if (is_wanted(w, &l->items[i], i + 1))
			json_array_append_new(j, conflict_json(&l->items[i],
			    i + 1));
	return out_json(j, e);
}

static int
print_table(struct ctx *c, const struct conflict_list *l, struct err *e)
{
	static const char *const heads[] = { "#", N_("RECORD"), N_("FIELD"),
		N_("TEXTS"), N_("CASE"), N_("SHOWN NOW") };
	char id[MATCH_SHORT_BYTES], count[24];
	const struct conflict *x;
	struct table t;
	size_t i, k;
	int rc;

	table_init(&t, heads, 6, 5);
	for (i = 0; i < l->count; i++) {
		x = &l->items[i];
		snprintf(count, sizeof(count), "%zu", i + 1);
		table_cell(&t, count);
		table_cell(&t, match_short(&x->record, id));
		table_cell(&t, x->field);
		snprintf(count, sizeof(count), "%zu", x->side_count);
		table_cell(&t, count);
		table_cell(&t, x->case_label);
		for (k = 0; k < x->side_count && !x->sides[k].shown; k++)
			;
		table_cell(&t, k < x->side_count ? x->sides[k].text : "");
	}
	rc = table_print(&t, &c->out, e);
	table_done(&t);
	return rc;
}

int
cmd_conflicts_list(struct ctx *c, struct err *e)
{
	struct conflict_list l = { 0 };
	int rc = 0;

	if (conflicts_list(c->s, &l, e) != 0)
		return -1;
	if (c->g.json)
		rc = print_json(&l, NULL, e);
	else if (l.count == 0)
		out_say(&c->out, "%s", _("No field has two texts."));
	else
		rc = print_table(c, &l, e);
	if (rc == 0 && l.count > 0 && !c->g.json)
		out_say(&c->out, "%s",
		    _("tugi conflicts show NUMBER shows all texts and what "
		    "each changed."));
	conflict_list_done(&l);
	return rc;
}

static void
say_sides(struct ctx *c, const struct conflict *x)
{
	char when[WHEN_BYTES];
	int64_t now = tick_wall_ms(&c->tick);
	const struct conflict_side *s;
	size_t i;

	if (x->base != NULL) {
		when_words(x->base_ms, now, when);
		out_line(&c->out, _("Before (%s, %s):"), x->base_author, when);
		out_line(&c->out, "%s", x->base);
	}
	for (i = 0; i < x->side_count; i++) {
		s = &x->sides[i];
		when_words(s->written_ms, now, when);
		out_line(&c->out, "%zu. %s%s, %s%s:", i + 1, s->author,
		    s->mine ? _(" (mine)") : "", when,
		    s->shown ? _(", shown now") : "");
		out_line(&c->out, "%s", s->text);
		if (x->base == NULL && i == 0)
			continue;
		out_line(&c->out, x->base != NULL ? _("   Changed:") :
		    _("   Against text 1:"));
		out_change(&c->out, &s->change);
	}
}

static void
say_merge(struct ctx *c, const struct conflict *x)
{
	switch (x->merge) {
	case CONFLICT_MERGED:
		out_line(&c->out, "%s", _("Merged, nothing overlaps:"));
		break;
	case CONFLICT_MERGED_WORDS:
		out_line(&c->out, "%s", _("Merged by words; both changed the "
		    "same or neighbouring sentences, so read it:"));
		break;
	case CONFLICT_OVERLAPS:
		out_line(&c->out, "%s", _("No merge: the changes overlap."));
		break;
	case CONFLICT_NO_BASE:
		out_line(&c->out, "%s", _("No merge: the texts have no common "
		    "beginning."));
		break;
	case CONFLICT_TOO_LONG:
		out_line(&c->out, "%s", _("No merge: it would be longer than "
		    "the field may be."));
		break;
	case CONFLICT_NO_TEXT:
		break;
	}
	if (x->merged != NULL)
		out_line(&c->out, "%s", x->merged);
}

static void
say_conflict(struct ctx *c, const struct conflict *x)
{
	char id[MATCH_SHORT_BYTES], title[400];
	size_t i, mine = 0;

	match_short(&x->record, id);
	snprintf(title, sizeof(title), "%s  %s, %s", id,
	    x->case_label != NULL ? x->case_label : "", _(x->label));
	out_head(&c->out, title);
	say_sides(c, x);
	say_merge(c, x);
	for (i = 0; i < x->side_count; i++)
		mine += x->sides[i].mine ? 1 : 0;
	out_say(&c->out, _("Choose: tugi conflicts take %s %s %s%sNUMBER, or "
	    "write another text with --text"), id, x->field,
	    mine == 1 && x->side_count == 2 ? "mine|theirs|" : "",
	    x->merged != NULL ? "merge|" : "");
}

/* "2" is a row of the list; a piece of an id has four digits or more. */
static int
find_wanted(struct ctx *c, struct wanted *w, struct err *e)
{
	const char *word = cmd_word(c, 0);
	size_t n = strlen(word);

	w->field = cmd_word(c, 1);
	w->row = 0;
	if (n < MATCH_DIGITS_MIN && strspn(word, "0123456789") == n &&
	    w->field == NULL)
		w->row = strtoul(word, NULL, 10);
	return w->row > 0 ? 0 : show_any_find(c, word, &w->record, e);
}

int
cmd_conflicts_show(struct ctx *c, struct err *e)
{
	struct conflict_list l = { 0 };
	struct wanted w = { 0 };
	size_t i, shown = 0;
	int rc = 0;

	if (find_wanted(c, &w, e) != 0 || conflicts_list(c->s, &l, e) != 0)
		return -1;
	for (i = 0; rc == 0 && i < l.count; i++) {
		if (!is_wanted(&w, &l.items[i], i + 1))
			continue;
		rc = conflict_explain(&l.items[i], e);
		if (rc == 0 && !c->g.json)
			say_conflict(c, &l.items[i]);
		shown++;
	}
	if (rc == 0 && shown == 0)
		rc = err_set(e, ERR_ABSENT, "%s",
		    _("there is no conflict there, or no longer"));
	else if (rc == 0 && c->g.json)
		rc = print_json(&l, &w, e);
	conflict_list_done(&l);
	return rc;
}

static int
choice_word(const char *word, struct conflict_choice *x, struct err *e)
{
	char *end;

	if (strcmp(word, "mine") == 0)
		x->how = CONFLICT_MINE;
	else if (strcmp(word, "theirs") == 0)
		x->how = CONFLICT_THEIRS;
	else if (strcmp(word, "merge") == 0)
		x->how = CONFLICT_MERGE;
	else if (word[0] >= '1' && word[0] <= '9')
		x->how = CONFLICT_SIDE;
	if (x->how == CONFLICT_SIDE) {
		x->side = strtoul(word, &end, 10);
		if (*end == '\0')
			return 0;
		x->how = 0;
	}
	if (x->how != 0)
		return 0;
	return err_set(e, ERR_INPUT, "%s", _("choose mine, theirs, merge or "
	    "the number of a text, as tugi conflicts show lists them; a new "
	    "text is written with --text"));
}

static int
read_choice(struct ctx *c, struct conflict_choice *x, struct buf *text,
    struct err *e)
{
	const char *word = cmd_word(c, 2), *typed = cmd_value(c, "text");
	const char *file = cmd_value(c, "file");

	if ((word != NULL) + (typed != NULL) + (file != NULL) != 1)
		return err_set(e, ERR_INPUT, "%s", _("choose one: mine, "
		    "theirs, merge, a NUMBER, --text or --file"));
	x->field = cmd_word(c, 1);
	if (word != NULL)
		return choice_word(word, x, e);
	if (ask_text(c, typed, file, text, e) != 0)
		return -1;
	x->how = CONFLICT_TEXT;
	x->text = buf_str(text);
	return 0;
}

static void
say_taken(struct ctx *c, const struct conflict_choice *x,
    const struct conflict_taken *t)
{
	const char *command = t->type == TYPE_CASE ? "case set" :
	    t->type == TYPE_PLAN ? "plan set" : NULL;
	char id[MATCH_SHORT_BYTES];
	struct buf line, word;

	match_short(&x->record, id);
	out_say(&c->out, _("Taken: %s\nThe next tugi sync tells the others. "
	    "The other texts stay in the past: tugi history %s"), t->now, id);
	if (command == NULL || strcmp(t->before, t->now) == 0)
		return;
	buf_init(&line, SHOW_MAX_BYTES);
	buf_init(&word, SHOW_MAX_BYTES);
	buf_add_fmt(&line, "tugi %s %s ", command, id);
	buf_add_fmt(&word, "%s=%s", x->field, t->before);
	out_quote(&line, buf_str(&word));
	out_say(&c->out, _("What was shown before comes back with: %s"),
	    buf_str(&line));
	buf_done(&line);
	buf_done(&word);
}

int
cmd_conflicts_take(struct ctx *c, struct err *e)
{
	struct conflict_choice x = { 0 };
	struct conflict_taken t = { 0 };
	struct buf text;
	json_t *j;
	int rc = -1;

	buf_init(&text, ASK_TEXT_MAX);
	if (read_choice(c, &x, &text, e) != 0 ||
	    show_any_find(c, cmd_word(c, 0), &x.record, e) != 0 ||
	    conflicts_take(c->s, &x, &t, e) != 0)
		goto out;
	rc = 0;
	say_taken(c, &x, &t);
	if (c->g.json) {
		j = json_object();
		json_object_set_new(j, "id", show_id_json(&x.record));
		json_object_set_new(j, "text", out_json_text(t.now));
		json_object_set_new(j, "before", out_json_text(t.before));
		rc = out_json(j, e);
	}
out:
	conflict_taken_done(&t);
	buf_done(&text);
	return rc;
}
