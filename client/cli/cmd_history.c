/* history: what was written in one record, by whom, and what became of it. */
#include "client/core/records/history.h"

#include <stdlib.h>
#include <string.h>

#include "client/cli/show.h"
#include "client/cli/text.h"
#include "client/core/profile/policies.h"

#define SAID_BYTES 600

static const char *
standing_code(enum history_standing s)
{
	static const char *const code[] = { "taken", "shown", "kept",
		"replaced", "held", "review", "gone" };

	return code[s];
}

static const char *
standing_words(enum history_standing s)
{
	static const char *const words[] = { "", N_("shown now"),
		N_("kept beside it: tugi conflicts"), N_("written over"),
		N_("held"), N_("under review"), N_("gone by a decision") };

	return s == 0 ? "" : _(words[s]);
}

static json_t *
item_json(const struct history_item *item)
{
	json_t *j = json_object(), *list = json_array(), *f;
	size_t i;

	for (i = 0; i < item->field_count; i++) {
		f = json_object();
		json_object_set_new(f, "field",
		    out_json_text(item->fields[i].name));
		json_object_set_new(f, "text",
		    out_json_text(item->fields[i].text));
		json_object_set_new(f, "standing",
		    json_string(standing_code(item->fields[i].standing)));
		json_array_append_new(list, f);
	}
	json_object_set_new(j, "author", out_json_text(item->author));
	json_object_set_new(j, "mine", json_boolean(item->mine));
	json_object_set_new(j, "written", show_time_json(item->written_ms));
	json_object_set_new(j, "waits", json_boolean(item->waits));
	json_object_set_new(j, "state",
	    json_string(standing_code(item->standing)));
	json_object_set_new(j, "fields", list);
	return j;
}

static int
print_json(const struct history *h, struct err *e)
{
	const struct record_kind *kind = fields_kind(h->type);
	json_t *j = json_object(), *list = json_array();
	size_t i;

	for (i = 0; i < h->count; i++)
		json_array_append_new(list, item_json(&h->items[i]));
	json_object_set_new(j, "record", show_id_json(&h->record));
	json_object_set_new(j, "type",
	    out_json_text(kind != NULL ? kind->name : NULL));
	json_object_set_new(j, "versions", list);
	return out_json(j, e);
}

/* As a list shows it: days and the policy's words in the language spoken. */
static const char *
said(struct ctx *c, enum record_type type, const struct history_field *f,
    char room[static SAID_BYTES])
{
	const struct field *def = fields_find(type, f->name);

	if (f->text == NULL)
		return _("(not for you to read)");
	if (def != NULL && def->kind == FIELD_CODE && def->vocabulary != NULL)
		return policies_name(c->s, def->vocabulary, f->text);
	if (def != NULL && def->kind == FIELD_TEXT && def->vocabulary != NULL)
		return policies_names(c->s, def->vocabulary, f->text, room,
		    SAID_BYTES);
	if (def != NULL && def->kind == FIELD_FLAG)
		return strcmp(f->text, "yes") == 0 ? _("yes") : _("no");
	if (def != NULL && strcmp(def->name, "right") == 0)
		return _(show_right((enum right)strtol(f->text, NULL, 10)));
	if (def == NULL || def->kind != FIELD_DATE)
		return f->text;
	when_text(f->text, room);
	return room;
}

static void
say_item(struct ctx *c, enum record_type type,
    const struct history_item *item)
{
	char when[WHEN_BYTES], room[SAID_BYTES], title[400];
	size_t i;

	when_words(item->written_ms, tick_wall_ms(&c->tick), when);
	snprintf(title, sizeof(title), "%s, %s%s%s%s", when, item->author,
	    item->waits ? _(", not sent") : "",
	    item->standing != 0 ? ", " : "", standing_words(item->standing));
	out_head(&c->out, title);
	for (i = 0; i < item->field_count; i++) {
		const struct history_field *f = &item->fields[i];

		out_line(&c->out, "  %s%s%s%s: %s", _(f->label),
		    item->standing == 0 ? " (" : "",
		    item->standing == 0 ? standing_words(f->standing) : "",
		    item->standing == 0 ? ")" : "",
		    said(c, type, f, room));
	}
}

int
cmd_history(struct ctx *c, struct err *e)
{
	struct history h;
	struct id id;
	size_t i;
	int rc;

	if (show_any_find(c, cmd_word(c, 0), &id, e) != 0)
		return -1;
	rc = history_read(c->s, &id, &h, e);
	if (rc == 0)
		return err_set(e, ERR_ABSENT, "%s",
		    _("this record can no longer be read here"));
	if (rc < 0)
		return -1;
	rc = 0;
	for (i = 0; i < h.count && !c->g.json; i++)
		say_item(c, h.type, &h.items[i]);
	if (c->g.json)
		rc = print_json(&h, e);
	history_done(&h);
	return rc;
}
