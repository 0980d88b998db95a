/* Who has looked at a case's file. */
#include "client/cli/show.h"
#include "client/cli/text.h"
#include "client/core/cases/viewed.h"

static json_t *
viewed_json(const struct viewed_list *l)
{
	json_t *j = json_object(), *list = json_array(), *one;
	size_t i;

	for (i = 0; i < l->count; i++) {
		one = json_object();
		json_object_set_new(one, "name",
		    out_json_text(l->items[i].name));
		json_object_set_new(one, "day", json_string(l->items[i].day));
		json_object_set_new(one, "told",
		    json_boolean(l->items[i].told));
		json_array_append_new(list, one);
	}
	json_object_set_new(j, "viewed", list);
	json_object_set_new(j, "cannot_tell", out_json_text(l->silent));
	return j;
}

static int
print(struct ctx *c, const struct viewed_list *l, struct err *e)
{
	static const char *const heads[] = { N_("DAY"), N_("WHO"),
		N_("TOLD") };
	char day[WHEN_BYTES];
	struct table t;
	size_t i;
	int rc = 0;

	table_init(&t, heads, 3, 2);
	for (i = 0; i < l->count; i++) {
		when_text(l->items[i].day, day);
		table_cell(&t, day);
		table_cell(&t, l->items[i].name);
		table_cell(&t, l->items[i].told ? "" :
		    _("by a sync of the next days"));
	}
	if (l->count == 0)
		out_say(&c->out, "%s", _("Nobody has said so yet."));
	else
		rc = table_print(&t, &c->out, e);
	table_done(&t);
	if (l->silent[0] != '\0')
		out_warn(&c->out, _("Let in to read alone, and so without a way "
		    "to tell when they did: %s"), l->silent);
	return rc;
}

int
cmd_viewed(struct ctx *c, struct err *e)
{
	struct viewed_list l;
	struct id case_id;
	int rc;

	if (show_case_find_one(c, cmd_word(c, 0), &case_id, e) != 0 ||
	    viewed_list(c->s, &case_id, &l, e) != 0)
		return -1;
	rc = c->g.json ? out_json(viewed_json(&l), e) : print(c, &l, e);
	viewed_list_done(&l);
	return rc;
}
