/* delete, restore, deleted. */
#include <string.h>

#include "client/cli/show.h"
#include "client/cli/text.h"
#include "client/core/records/deletion.h"

/* A record by a piece of its id, or a case as one names a case. */
static int
find(struct ctx *c, const char *text, struct record_item *out, struct err *e)
{
	struct id id;
	int rc;

	if (match_digits(text)) {
		if (show_record_find(c, text, 0, out, e) == 0)
			return 0;
		if (e->kind != ERR_ABSENT)
			return -1;
		err_clear(e);
	}
	if (show_case_find_one(c, text, &id, e) != 0)
		return -1;
	rc = records_find(c->s, &id, out, e);
	if (rc == 0)
		return err_set(e, ERR_DENIED, "%s",
		    _("the card of this case is not open to you"));
	return rc < 0 ? -1 : 0;
}

/* What stays in the lists although its case does not. */
static void
say_rest(struct ctx *c, const struct record_item *r)
{
	struct records_query q = { .type = TYPE_NOTE,
		.case_id = &r->id, .limit = 1 };
	struct record_list l = { 0 };
	struct err why;

	if (r->type != TYPE_CASE || records_list(c->s, &q, &l, &why) != 0)
		return;
	if (l.total > 0)
		out_say(&c->out, plural(l.total,
		    "Its %zu note stays in the lists of notes.",
		    "Its %zu notes stay in the lists of notes."), l.total);
	record_list_done(&l);
}

static int
set(struct ctx *c, bool on, struct err *e)
{
	struct record_item r = { 0 };
	char id[MATCH_SHORT_BYTES];
	json_t *j;
	int rc;

	if (find(c, cmd_word(c, 0), &r, e) != 0)
		return -1;
	rc = deletion_set(c->s, &r.id, on, e);
	if (rc == 0 && c->g.json) {
		j = json_object();
		json_object_set_new(j, "id", show_id_json(&r.id));
		json_object_set_new(j, "deleted", json_boolean(on));
		rc = out_json(j, e);
	}
	if (rc == 0)
		out_say(&c->out, on ? _("Deleted. To undo: tugi restore %s") :
		    _("Restored. To undo: tugi delete %s"),
		    match_short(&r.id, id));
	if (rc == 0 && on)
		say_rest(c, &r);
	record_item_done(&r);
	return rc;
}

int
cmd_delete(struct ctx *c, struct err *e)
{
	return set(c, true, e);
}

int
cmd_restore(struct ctx *c, struct err *e)
{
	return set(c, false, e);
}

static int
print(struct ctx *c, const struct record_list *l, struct err *e)
{
	static const char *const heads[] = { N_("ID"), N_("WHAT"),
		N_("DELETED"), N_("BY"), N_("LOOK"), N_("TEXT") };
	char id[MATCH_SHORT_BYTES], when[WHEN_BYTES];
	const struct record_item *r;
	struct table t;
	size_t i;
	int rc;

	table_init(&t, heads, 6, 5);
	for (i = 0; i < l->count; i++) {
		r = &l->items[i];
		table_cell(&t, match_short(&r->id, id));
		table_cell(&t, _(fields_kind(r->type)->label));
		when_short(r->deleted_ms, when);
		table_cell(&t, when);
		table_cell(&t, r->deleted_by);
		table_cell(&t, r->changed_by != NULL ? _("changed after") :
		    r->restored_by != NULL ? _("restored too") : "");
		show_excerpt(&t, show_label(r));
	}
	rc = table_print(&t, &c->out, e);
	table_done(&t);
	return rc;
}

int
cmd_deleted(struct ctx *c, struct err *e)
{
	struct record_list l = { 0 };
	struct id id;
	int rc = 0;

	if (cmd_word(c, 0) != NULL &&
	    show_case_find(c, cmd_word(c, 0), &id, e) != 0)
		return -1;
	if (deletion_list(c->s, cmd_word(c, 0) != NULL ? &id : NULL, &l,
	    e) != 0)
		return -1;
	if (c->g.json)
		rc = out_json(show_records_json(l.items, l.count), e);
	else if (l.count == 0)
		out_say(&c->out, "%s", _("Nothing is deleted."));
	else
		rc = print(c, &l, e);
	record_list_done(&l);
	return rc;
}
