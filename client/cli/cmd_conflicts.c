/* conflicts list, show, take. */
#include "client/core/conflicts.h"

#include <stdlib.h>
#include <string.h>

#include "client/cli/show.h"
#include "client/cli/text.h"

static json_t *
conflict_json(const struct conflict *x)
{
	json_t *j = json_object(), *sides = json_array(), *side;
	const struct record_kind *kind = fields_kind(x->type);
	size_t i;

	for (i = 0; i < x->side_count; i++) {
		side = json_object();
		json_object_set_new(side, "number",
		    json_integer((json_int_t)i + 1));
		json_object_set_new(side, "text",
		    out_json_text(x->sides[i].text));
		json_object_set_new(side, "author",
		    out_json_text(x->sides[i].author));
		json_object_set_new(side, "written",
		    show_time_json(x->sides[i].written_ms));
		json_object_set_new(side, "shown",
		    json_boolean(x->sides[i].shown));
		json_array_append_new(sides, side);
	}
	json_object_set_new(j, "record", show_id_json(&x->record));
	json_object_set_new(j, "case", show_id_json(&x->case_id));
	json_object_set_new(j, "case_name", out_json_text(x->case_label));
	json_object_set_new(j, "type",
	    out_json_text(kind != NULL ? kind->name : NULL));
	json_object_set_new(j, "field", out_json_text(x->field));
	json_object_set_new(j, "before", out_json_text(x->base));
	json_object_set_new(j, "texts", sides);
	return j;
}

static int
print_json(const struct conflict_list *l, const struct id *record,
    const char *field, struct err *e)
{
	json_t *j = json_array();
	size_t i;

	for (i = 0; i < l->count; i++)
		if ((record == NULL || id_eq(record, &l->items[i].record)) &&
		    (field == NULL ||
		    strcmp(field, l->items[i].field) == 0))
			json_array_append_new(j, conflict_json(&l->items[i]));
	return out_json(j, e);
}

static int
print_table(struct ctx *c, const struct conflict_list *l, struct err *e)
{
	static const char *const heads[] = { N_("RECORD"), N_("FIELD"),
		N_("TEXTS"), N_("CASE"), N_("SHOWN NOW") };
	char id[MATCH_SHORT_BYTES], count[24];
	const struct conflict *x;
	struct table t;
	size_t i, k;
	int rc;

	table_init(&t, heads, 5, 4);
	for (i = 0; i < l->count; i++) {
		x = &l->items[i];
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
		rc = print_json(&l, NULL, NULL, e);
	else if (l.count == 0)
		out_say(&c->out, "%s", _("No field has two texts."));
	else
		rc = print_table(c, &l, e);
	if (rc == 0 && l.count > 0 && !c->g.json)
		out_say(&c->out, "%s",
		    _("tugi conflicts show RECORD FIELD shows all texts."));
	conflict_list_done(&l);
	return rc;
}

static void
say_conflict(struct ctx *c, const struct conflict *x)
{
	char id[MATCH_SHORT_BYTES], when[WHEN_BYTES];
	int64_t now = tick_wall_ms(&c->tick);
	size_t i;

	match_short(&x->record, id);
	out_line(&c->out, "%s  %s, %s", id,
	    x->case_label != NULL ? x->case_label : "", _(x->label));
	if (x->base != NULL)
		out_line(&c->out, _("Before: %s"), x->base);
	for (i = 0; i < x->side_count; i++) {
		when_words(x->sides[i].written_ms, now, when);
		out_line(&c->out, "%zu. %s, %s%s: %s", i + 1,
		    x->sides[i].author, when,
		    x->sides[i].shown ? _(" (shown)") : "",
		    x->sides[i].text);
	}
	out_say(&c->out, _("Choose: tugi conflicts take %s %s NUMBER"), id,
	    x->field);
}

static int
find_record(struct ctx *c, struct id *id, struct err *e)
{
	const char *text = cmd_word(c, 0);

	if (match_digits(text)) {
		if (match_record(c->s, text, 0, id, e) == 0)
			return 0;
		if (e->kind != ERR_ABSENT)
			return -1;
		err_clear(e);
	}
	if (cases_find(c->s, text, id, e) == 0)
		return 0;
	return e->kind != ERR_ABSENT ? -1 : err_set(e, ERR_ABSENT, "%s",
	    _("no record or case here has this id, code or name"));
}

int
cmd_conflicts_show(struct ctx *c, struct err *e)
{
	const char *field = cmd_word(c, 1);
	struct conflict_list l = { 0 };
	struct id id;
	size_t i, shown = 0;
	int rc = 0;

	if (find_record(c, &id, e) != 0 || conflicts_list(c->s, &l, e) != 0)
		return -1;
	for (i = 0; i < l.count; i++) {
		if (!id_eq(&id, &l.items[i].record) || (field != NULL &&
		    strcmp(field, l.items[i].field) != 0))
			continue;
		if (!c->g.json)
			say_conflict(c, &l.items[i]);
		shown++;
	}
	if (shown == 0)
		rc = err_set(e, ERR_ABSENT, "%s",
		    _("there is no conflict there, or no longer"));
	else if (c->g.json)
		rc = print_json(&l, &id, field, e);
	conflict_list_done(&l);
	return rc;
}

int
cmd_conflicts_take(struct ctx *c, struct err *e)
{
	const char *text = cmd_word(c, 2);
	struct id id;
	char *end;
	unsigned long side = strtoul(text, &end, 10);
	json_t *j;

	if (end == text || *end != '\0' || side == 0 || text[0] == '-')
		return err_set(e, ERR_INPUT, "%s", _("NUMBER is the number of "
		    "a text, as tugi conflicts show lists them"));
	if (find_record(c, &id, e) != 0 ||
	    conflicts_take(c->s, &id, cmd_word(c, 1), side, e) != 0)
		return -1;
	out_say(&c->out, "%s", _("Taken; the next tugi sync tells the "
	    "others. The other text stays in the record's past."));
	if (!c->g.json)
		return 0;
	j = json_object();
	json_object_set_new(j, "id", show_id_json(&id));
	return out_json(j, e);
}
