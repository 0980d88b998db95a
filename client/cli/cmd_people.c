/* people, import notes. */
#include "client/core/profile/people.h"

#include "client/cli/ask.h"
#include "client/cli/show.h"
#include "client/cli/text.h"

static void
role_words(unsigned roles, char out[static 80])
{
	snprintf(out, 80, "%s%s%s",
	    (roles & ROLE_OFFICER) != 0 ? _("officer") : "",
	    (roles & ROLE_OFFICER) != 0 && (roles & ROLE_DPO) != 0 ? ", " : "",
	    (roles & ROLE_DPO) != 0 ? _("data protection") : "");
}

static json_t *
person_json(const struct person_item *p)
{
	json_t *j = json_object();

	json_object_set_new(j, "person", show_id_json(&p->person));
	json_object_set_new(j, "name", out_json_text(p->name));
	json_object_set_new(j, "title", out_json_text(p->title));
	json_object_set_new(j, "officer",
	    json_boolean((p->roles & ROLE_OFFICER) != 0));
	json_object_set_new(j, "dpo",
	    json_boolean((p->roles & ROLE_DPO) != 0));
	json_object_set_new(j, "devices",
	    json_integer((json_int_t)p->devices));
	json_object_set_new(j, "me", json_boolean(p->me));
	return j;
}

static int
print_people(struct ctx *c, const struct person_list *l, struct err *e)
{
	static const char *const heads[] = { N_("NAME"), N_("TITLE"),
		N_("ROLES"), N_("DEVICES"), N_("PERSON"), N_("YOU") };
	char id[ID_TEXT_BYTES], roles[80], devices[24];
	struct table t;
	size_t i;
	int rc;

	table_init(&t, heads, 6, 0);
	for (i = 0; i < l->count; i++) {
		table_cell(&t, l->items[i].name);
		table_cell(&t, l->items[i].title);
		role_words(l->items[i].roles, roles);
		table_cell(&t, roles);
		snprintf(devices, sizeof(devices), "%zu", l->items[i].devices);
		table_cell(&t, devices);
		id_text(&l->items[i].person, id);
		id[8] = '\0';
		table_cell(&t, id);
		table_cell(&t, l->items[i].me ? _("you") : "");
	}
	rc = table_print(&t, &c->out, e);
	table_done(&t);
	return rc;
}

int
cmd_people(struct ctx *c, struct err *e)
{
	struct person_list l = { 0 };
	json_t *j;
	size_t i;
	int rc = 0;

	if (people_list(c->s, &l, e) != 0)
		return -1;
	if (c->g.json) {
		j = json_array();
		for (i = 0; i < l.count; i++)
			json_array_append_new(j, person_json(&l.items[i]));
		rc = out_json(j, e);
	} else if (l.count == 0) {
		out_say(&c->out, "%s", _("Nobody is known yet: tugi sync."));
	} else {
		rc = print_people(c, &l, e);
	}
	person_list_done(&l);
	return rc;
}
