/* matter open, list, show, set, members, admit, dismiss, close. */
#include "client/core/schools/matters.h"

#include <string.h>

#include "client/cli/text.h"
#include "client/cli/where.h"

#define MEMBERS_MAX 64

/* CASE/MATTER, or a matter alone. */
static int
find(struct ctx *c, struct matter *m, struct err *e)
{
	const struct record_kind *kind = fields_kind(TYPE_MATTER);
	const char *word = cmd_word(c, 0);
	char hex[ID_TEXT_BYTES];
	struct where w;

	if (strrchr(word, '/') == NULL)
		return matters_find(c->s, NULL, word, m, e);
	if (where_find(c, kind, word, &w, e) != 0)
		return -1;
	return matters_find(c->s, &w.case_id, id_text(&w.part, hex), m, e);
}

int
cmd_matter_open(struct ctx *c, struct err *e)
{
	struct assignment set[SHOW_SET_MAX] = { { "topic", cmd_word(c, 1) },
		{ "by", cmd_value(c, "by") },
		{ "role", cmd_value(c, "role") } };
	struct id case_id, id;
	size_t n = 3;
	int rc;

	if (cmd_value(c, "by") == NULL || cmd_value(c, "role") == NULL)
		return err_set(e, ERR_INPUT, "%s", _("by: a group works "
		    "on a child's matter only with the guardian's or the "
		    "child's consent; say whose: --by NAME --role guardian"));
	rc = show_case_find(c, cmd_word(c, 0), &case_id, e);
	if (rc == 0)
		rc = show_assignments(c, 2, set, &n, e);
	if (rc == 0)
		rc = matters_open(c->s, &case_id, set, n, &id, e);
	if (rc == 0)
		rc = show_made(c, &id, _("The matter is open, to nobody but "
		    "you yet: tugi matter admit lets people in, each with a "
		    "consent."), e);
	show_assignments_done(set + 3, n - 3);
	return rc;
}

static json_t *
matter_json(const struct matter *m)
{
	json_t *j = json_object();

	json_object_set_new(j, "id", show_id_json(&m->id));
	json_object_set_new(j, "case", show_id_json(&m->case_id));
	json_object_set_new(j, "space", show_id_json(&m->space));
	json_object_set_new(j, "topic", out_json_text(m->topic));
	json_object_set_new(j, "opened", out_json_text(m->opened));
	json_object_set_new(j, "closed", out_json_text(m->closed));
	json_object_set_new(j, "agreed_by", out_json_text(m->agreed_by));
	return j;
}

static int
print_matters(struct ctx *c, const struct matter_list *l, struct err *e)
{
	static const char *const heads[] = { N_("ID"), N_("CASE"),
		N_("TOPIC"), N_("OPENED"), N_("CLOSED"), N_("AGREED BY") };
	struct case_list cases = { 0 };
	char text[MATCH_SHORT_BYTES], day[WHEN_BYTES];
	struct table t;
	size_t i;
	int rc;

	if (cases_names(c->s, &cases, e) != 0)
		return -1;
	table_init(&t, heads, 6, 2);
	for (i = 0; i < l->count; i++) {
		const struct matter *m = &l->items[i];

		table_cell(&t, match_short(&m->id, text));
		table_cell(&t, show_case_name(&cases, &m->case_id));
		table_cell(&t, m->topic);
		when_text(m->opened, day);
		table_cell(&t, day);
		when_text(m->closed, day);
		table_cell(&t, day);
		table_cell(&t, m->agreed_by);
	}
	rc = table_print(&t, &c->out, e);
	table_done(&t);
	case_list_done(&cases);
	return rc;
}

int
cmd_matter_list(struct ctx *c, struct err *e)
{
	struct matter_list l;
	struct id case_id;
	json_t *j;
	size_t i;
	int rc = 0;

	if (cmd_word(c, 0) != NULL &&
	    show_case_find(c, cmd_word(c, 0), &case_id, e) != 0)
		return -1;
	if (matters_list(c->s, cmd_word(c, 0) != NULL ? &case_id : NULL, &l,
	    e) != 0)
		return -1;
	if (c->g.json) {
		j = json_array();
		for (i = 0; i < l.count; i++)
			json_array_append_new(j, matter_json(&l.items[i]));
		rc = out_json(j, e);
	} else if (l.count == 0) {
		out_say(&c->out, "%s", _("There are none yet."));
	} else {
		rc = print_matters(c, &l, e);
	}
	matter_list_done(&l);
	return rc;
}

int
cmd_matter_show(struct ctx *c, struct err *e)
{
	struct record_item r = { 0 };
	struct matter m;
	int rc;

	if (find(c, &m, e) != 0)
		return -1;
	rc = records_find(c->s, &m.id, &r, e);
	matter_done(&m);
	if (rc == 1 && c->g.json)
		rc = out_json(show_record_json(&r), e);
	else if (rc == 1)
		show_record(c, &r);
	record_item_done(&r);
	return rc < 0 ? -1 : 0;
}

int
cmd_matter_set(struct ctx *c, struct err *e)
{
	struct record_item r = { 0 };
	struct matter m;
	int rc;

	if (find(c, &m, e) != 0)
		return -1;
	rc = records_find(c->s, &m.id, &r, e);
	if (rc == 1)
		rc = show_set(c, &r, "matter set", 1, e);
	matter_done(&m);
	record_item_done(&r);
	return rc;
}

/* ---- who is in ---- */

static int
print_members(struct ctx *c, const struct space_person *p, size_t n,
    struct err *e)
{
	static const char *const heads[] = { N_("NAME"), N_("MAY"), N_("BY"),
		N_("UNTIL") };
	char until[WHEN_BYTES];
	struct table t;
	size_t i;
	int rc;

	table_init(&t, heads, 4, 0);
	for (i = 0; i < n; i++) {
		table_cell(&t, p[i].name);
		table_cell(&t, _(show_right(p[i].right)));
		table_cell(&t, p[i].side ? _("own side") : _("consent"));
		until[0] = '\0';
		if (p[i].until_ms != INT64_MAX)
			when_day(p[i].until_ms, until);
		table_cell(&t, until);
	}
	rc = table_print(&t, &c->out, e);
	table_done(&t);
	return rc;
}

int
cmd_matter_members(struct ctx *c, struct err *e)
{
	struct space_person people[MEMBERS_MAX];
	struct matter m;
	json_t *j, *one;
	size_t i, n;
	int rc;

	if (find(c, &m, e) != 0)
		return -1;
	rc = matters_members(c->s, &m.space, people, MEMBERS_MAX, &n, e);
	matter_done(&m);
	if (rc != 0)
		return -1;
	if (!c->g.json)
		return print_members(c, people, n, e);
	j = json_array();
	for (i = 0; i < n; i++) {
		one = json_object();
		json_object_set_new(one, "person",
		    show_id_json(&people[i].person));
		json_object_set_new(one, "name",
		    out_json_text(people[i].name));
		json_object_set_new(one, "right",
		    json_string(show_right(people[i].right)));
		json_object_set_new(one, "side",
		    json_boolean(people[i].side));
		json_object_set_new(one, "until",
		    show_time_json(people[i].until_ms));
		json_array_append_new(j, one);
	}
	return out_json(j, e);
}

int
cmd_matter_admit(struct ctx *c, struct err *e)
{
	struct consent_draft d = { .giver = cmd_value(c, "by"), .giver_role = cmd_value(c, "role"),
		.purpose = "group_handling",
		.evidence = cmd_value(c, "evidence"),
		.language = cmd_value(c, "language") };
	struct person_item person;
	struct matter m;
	struct id id;
	int rc;

	if (show_right_asked(c, &d.right, e) != 0)
		return -1;
	if (cmd_time(c, "until", 1, &d.until_ms, e) != 0)
		return -1;
	if (find(c, &m, e) != 0)
		return -1;
	rc = show_person_find(c, cmd_word(c, 1), &person, e);
	d.audience = person.person;
	if (rc == 0)
		rc = matters_admit(c->s, &m, &d, &id, e);
	matter_done(&m);
	return rc != 0 ? -1 : show_made(c, &id, _("The consent is recorded; "
	    "the next tugi sync opens this matter to them, and nothing else. "
	    "To take it back: tugi matter dismiss"), e);
}

static int
say_closed(struct ctx *c, const struct withdrawal_effect *effect,
    const char *what, struct err *e)
{
	json_t *j;

	out_say(&c->out, "%s", what);
	out_say(&c->out, "%s", _("What was fetched before can have been "
	    "copied; copies cannot be recalled."));
	if (effect->still_open > 0)
		out_warn(&c->out, "%s", _("It stays open on another basis: see "
		    "tugi matter members"));
	if (!c->g.json)
		return 0;
	j = json_object();
	json_object_set_new(j, "closed",
	    json_integer((json_int_t)effect->spaces));
	json_object_set_new(j, "still_open",
	    json_integer((json_int_t)effect->still_open));
	return out_json(j, e);
}

int
cmd_matter_dismiss(struct ctx *c, struct err *e)
{
	struct withdrawal_effect effect = { 0 };
	struct person_item person;
	struct matter m;
	int rc;

	if (find(c, &m, e) != 0)
		return -1;
	rc = show_person_find(c, cmd_word(c, 1), &person, e);
	if (rc == 0)
		rc = matters_dismiss(c->s, &m, &person.person,
		    cmd_value(c, "by"), &effect, e);
	matter_done(&m);
	return rc != 0 ? -1 : say_closed(c, &effect, _("The consent is taken "
	    "back: the matter closes to them with a new key at the next tugi "
	    "sync; what they wrote stays."), e);
}

int
cmd_matter_close(struct ctx *c, struct err *e)
{
	struct withdrawal_effect effect = { 0 };
	struct matter m;
	int rc;

	if (find(c, &m, e) != 0)
		return -1;
	rc = matters_close(c->s, &m, cmd_value(c, "outcome"), &effect, e);
	matter_done(&m);
	return rc != 0 ? -1 : say_closed(c, &effect, _("The matter is closed. "
	    "At the next tugi sync it closes with a new key for everybody but "
	    "your side, and what they had of it goes from their devices."), e);
}
