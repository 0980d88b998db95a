/* Cases, matters and rooms by what a person types. */
#include "client/cli/where.h"

#include <string.h>

#include "client/cli/text.h"
#include "client/core/schools/matters.h"
#include "client/core/cases/names.h"
#include "client/core/cases/rooms.h"
#include "common/base/mem.h"

static bool
is_placed(const struct record_kind *kind)
{
	if (kind->homes == HOME_COMMONS)
		return false;
	return (kind->homes & HOME_CASE) != 0 || kind->rooms == NULL ||
	    strcmp(kind->rooms, ROOMS_OWN) != 0;
}

/* CASE/MATTER, where what stands before the stroke is a case. */
static int
find_matter(struct ctx *c, const char *word, const char *stroke,
    struct where *out, struct err *e)
{
	char *name = mem_dup(word);
	struct matter m;
	int rc;

	name[stroke - word] = '\0';
	rc = show_case_find(c, name, &out->case_id, e);
	mem_free(name);
	if (rc != 0 || matters_find(c->s, &out->case_id, stroke + 1, &m, e) !=
	    0)
		return -1;
	out->case_id = m.case_id;
	out->part = m.id;
	out->space = m.space;
	matter_done(&m);
	return 0;
}

static int
find_in_case(struct ctx *c, const struct record_kind *kind, const char *word,
    struct where *out, struct err *e)
{
	const char *stroke = strrchr(word, '/');

	if (stroke != NULL && kind->section != NULL &&
	    strcmp(kind->section, "meeting") == 0)
		return find_matter(c, word, stroke, out, e);
	return show_case_find(c, word, &out->case_id, e);
}

int
where_find(struct ctx *c, const struct record_kind *kind, const char *word,
    struct where *out, struct err *e)
{
	struct room_item room;

	memset(out, 0, sizeof(*out));
	if (!is_placed(kind) || word == NULL)
		return 0;
	out->words = 1;
	if ((kind->homes & HOME_ROOM) != 0) {
		if (rooms_find(c->s, NULL, word, &room, e) == 0) {
			out->space = room.space;
			out->room = true;
			room_item_done(&room);
			return 0;
		}
		if ((kind->homes & HOME_CASE) == 0 || e->kind != ERR_ABSENT)
			return -1;
		err_clear(e);
	}
	return find_in_case(c, kind, word, out, e);
}

static bool
is_welfare(struct ctx *c, const struct id *space)
{
	struct room_list l;
	struct err why;
	bool yes = false;
	size_t i;

	if (id_is_zero(space) || rooms_list(c->s, NULL, &l, &why) != 0)
		return false;
	for (i = 0; i < l.count; i++)
		if (id_eq(&l.items[i].space, space))
			yes = l.items[i].welfare;
	room_list_done(&l);
	return yes;
}

void
where_warn_names(struct ctx *c, const struct id *space,
    const struct assignment *set, size_t n)
{
	char found[NAMES_FOUND_BYTES];
	struct err why;
	size_t i;

	if (!is_welfare(c, space))
		return;
	for (i = 0; i < n; i++)
		if (strcmp(set[i].name, "attendees") != 0 &&
		    set[i].text != NULL && names_find(c->s,
		    view_str(set[i].text), found, &why) == 1)
			out_warn(&c->out, _("%s: \"%s\" is the name of a child "
			    "you work with. Single children have no place in "
			    "this group; if it is the child, take it out."),
			    set[i].name, found);
}
