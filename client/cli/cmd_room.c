/* Rooms of a kind (cmd->room): new, list, set, members, admit, dismiss. */
#include "client/core/cases/rooms.h"

#include <stdlib.h>
#include <string.h>

#include "client/cli/show.h"
#include "client/cli/text.h"
#include "client/core/words/collate.h"

int
cmd_room_new(struct ctx *c, struct err *e)
{
	struct assignment set[SHOW_SET_MAX] = { { "name", cmd_word(c, 0) } };
	struct id id;
	size_t n = 1;
	int rc = show_assignments(c, 1, set, &n, e);

	if (rc == 0)
		rc = rooms_begin(c->s, c->cmd->room, set, n, &id, e);
	if (rc == 0)
		rc = show_made(c, &id, _("Saved on this device; you keep it. "
		    "After the next tugi sync whom you admit can see it."), e);
	show_assignments_done(set + 1, n - 1);
	return rc;
}

static json_t *
room_json(const struct room_item *r)
{
	json_t *j = json_object();

	json_object_set_new(j, "room", show_id_json(&r->space));
	json_object_set_new(j, "kind", out_json_text(r->kind));
	json_object_set_new(j, "name", out_json_text(r->name));
	json_object_set_new(j, "school", out_json_text(r->school));
	json_object_set_new(j, "closed", out_json_text(r->closed));
	json_object_set_new(j, "no_children", json_boolean(r->welfare));
	json_object_set_new(j, "right", json_string(show_right(r->right)));
	json_object_set_new(j, "members",
	    json_integer((json_int_t)r->members));
	return j;
}

static int
print_rooms(struct ctx *c, const struct room_list *l, struct err *e)
{
	static const char *const heads[] = { N_("ID"), N_("NAME"),
		N_("SCHOOL"), N_("MEMBERS"), N_("YOU MAY"), N_("CLOSED") };
	char text[MATCH_SHORT_BYTES], count[24];
	struct table t;
	size_t i;
	int rc;

	table_init(&t, heads, 6, 1);
	for (i = 0; i < l->count; i++) {
		const struct room_item *r = &l->items[i];

		table_cell(&t, match_short(&r->space, text));
		table_cell(&t, r->name);
		table_cell(&t, r->school);
		snprintf(count, sizeof(count), "%zu", r->members);
		table_cell(&t, count);
		table_cell(&t, _(show_right(r->right)));
		table_cell(&t, r->closed);
	}
	rc = table_print(&t, &c->out, e);
	table_done(&t);
	return rc;
}

static int
by_name(const void *a, const void *b, void *order)
{
	return collate_cmp(order, ((const struct room_item *)a)->name,
	    ((const struct room_item *)b)->name);
}

int
cmd_room_list(struct ctx *c, struct err *e)
{
	struct collate *order;
	struct room_list l;
	json_t *j;
	size_t i;
	int rc = 0;

	if (rooms_list(c->s, c->cmd->room, &l, e) != 0)
		return -1;
	if (l.count > 1) {
		order = collate_new(session_language(c->s));
		qsort_r(l.items, l.count, sizeof(l.items[0]), by_name, order);
		collate_free(order);
	}
	if (c->g.json) {
		j = json_array();
		for (i = 0; i < l.count; i++)
			json_array_append_new(j, room_json(&l.items[i]));
		rc = out_json(j, e);
	} else if (l.count == 0) {
		out_say(&c->out, "%s", _("There are none yet."));
	} else {
		rc = print_rooms(c, &l, e);
	}
	room_list_done(&l);
	return rc;
}

int
cmd_room_set(struct ctx *c, struct err *e)
{
	struct record_item r = { 0 };
	struct room_item room;
	int rc;

	if (rooms_find(c->s, c->cmd->room, cmd_word(c, 0), &room, e) != 0)
		return -1;
	rc = records_find(c->s, &room.record, &r, e);
	if (rc == 0)
		rc = err_set(e, ERR_ABSENT, "%s", _("what this room is has "
		    "not come yet; sync first"));
	else if (rc == 1)
		rc = show_set(c, &r, c->cmd->name, 1, e);
	record_item_done(&r);
	room_item_done(&room);
	return rc;
}

/* ---- members ---- */

static json_t *
member_json(const struct room_member *m)
{
	json_t *j = json_object();

	json_object_set_new(j, "person", show_id_json(&m->person));
	json_object_set_new(j, "name", out_json_text(m->name));
	json_object_set_new(j, "role", out_json_text(m->role));
	json_object_set_new(j, "right", json_string(show_right(m->right)));
	json_object_set_new(j, "until", show_time_json(m->until_ms));
	return j;
}

static int
print_members(struct ctx *c, const struct room_members *l, struct err *e)
{
	static const char *const heads[] = { N_("NAME"), N_("ROLE"),
		N_("MAY"), N_("UNTIL") };
	char until[WHEN_BYTES];
	struct table t;
	size_t i;
	int rc;

	table_init(&t, heads, 4, 0);
	for (i = 0; i < l->count; i++) {
		const struct room_member *m = &l->items[i];

		table_cell(&t, m->name);
		table_cell(&t, m->role);
		table_cell(&t, _(show_right(m->right)));
		until[0] = '\0';
		if (m->until_ms != INT64_MAX)
			when_day(m->until_ms, until);
		table_cell(&t, until);
	}
	rc = table_print(&t, &c->out, e);
	table_done(&t);
	return rc;
}

int
cmd_room_members(struct ctx *c, struct err *e)
{
	struct room_members l;
	struct room_item room;
	json_t *j;
	size_t i, keepers = 0;
	int rc;

	if (rooms_find(c->s, c->cmd->room, cmd_word(c, 0), &room, e) != 0)
		return -1;
	rc = rooms_members(c->s, &room.space, &l, e);
	room_item_done(&room);
	if (rc != 0)
		return -1;
	if (c->g.json) {
		j = json_array();
		for (i = 0; i < l.count; i++)
			json_array_append_new(j, member_json(&l.items[i]));
		rc = out_json(j, e);
	} else {
		rc = print_members(c, &l, e);
	}
	for (i = 0; i < l.count; i++)
		keepers += l.items[i].right == RIGHT_KEEP;
	if (rc == 0 && keepers == 1)
		out_say(&c->out, _("One person alone keeps this. When they "
		    "leave nobody can let in or put out: let a second keep "
		    "it, tugi %s admit ... --right keep"), c->cmd->room);
	room_members_done(&l);
	return rc;
}

static int
find_both(struct ctx *c, struct room_item *room, struct person_item *person,
    struct err *e)
{
	if (rooms_find(c->s, c->cmd->room, cmd_word(c, 0), room, e) != 0)
		return -1;
	if (show_person_find(c, cmd_word(c, 1), person, e) == 0)
		return 0;
	room_item_done(room);
	return -1;
}

int
cmd_room_admit(struct ctx *c, struct err *e)
{
	struct room_admission d = { .right = RIGHT_WRITE,
		.role = cmd_value(c, "role") };
	const char *right = cmd_value(c, "right");
	struct person_item person;
	struct room_item room;
	struct id id;
	int rc;

	if (right != NULL && strcmp(right, "read") == 0)
		d.right = RIGHT_READ;
	else if (right != NULL && strcmp(right, "keep") == 0)
		d.right = RIGHT_KEEP;
	else if (right != NULL && strcmp(right, "write") != 0)
		return err_set(e, ERR_INPUT, "%s",
		    _("--right is read, write or keep"));
	if (cmd_time(c, "until", 1, &d.until_ms, e) != 0)
		return -1;
	if (find_both(c, &room, &person, e) != 0)
		return -1;
	d.space = room.space;
	d.person = person.person;
	rc = rooms_admit(c->s, &d, &id, e);
	room_item_done(&room);
	return rc != 0 ? -1 : show_made(c, &id, _("Recorded; the next tugi "
	    "sync opens it to them, with what was written before."), e);
}

int
cmd_room_dismiss(struct ctx *c, struct err *e)
{
	struct person_item person;
	struct room_item room;
	struct id id;
	int rc;

	if (find_both(c, &room, &person, e) != 0)
		return -1;
	rc = rooms_dismiss(c->s, &room.space, &person.person, &id, e);
	room_item_done(&room);
	return rc != 0 ? -1 : show_made(c, &id, _("Recorded; the next tugi "
	    "sync closes it to them. What they wrote stays."), e);
}
