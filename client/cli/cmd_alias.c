/* case same, case apart: two cases for one child. */
#include "client/core/cases/alias.h"

#include "client/cli/show.h"
#include "client/cli/text.h"
#include "common/base/mem.h"

static int
both(struct ctx *c, struct id *a, struct id *b, struct err *e)
{
	if (show_case_find_one(c, cmd_word(c, 0), a, e) != 0)
		return -1;
	return show_case_find_one(c, cmd_word(c, 1), b, e);
}

static int
ids_json(const struct id *front, const struct id *behind, struct err *e)
{
	json_t *j = json_object();

	json_object_set_new(j, "front", show_id_json(front));
	json_object_set_new(j, "behind", show_id_json(behind));
	return out_json(j, e);
}

int
cmd_case_same(struct ctx *c, struct err *e)
{
	static const char *const sections[] = { "notes", "plan" };
	char a[MATCH_SHORT_BYTES], b[MATCH_SHORT_BYTES], *names;
	struct id front, behind;
	size_t i;

	if (both(c, &front, &behind, e) != 0 ||
	    alias_same(c->s, &front, &behind, e) != 0)
		return -1;
	out_say(&c->out, _("They are one from now on; a withdrawal in either "
	    "closes both. To undo: tugi case apart %s %s"),
	    match_short(&front, a), match_short(&behind, b));
	for (i = 0; i < 2; i++) {
		if (alias_left_out(c->s, &front, sections[i], &names, e) != 0)
			return -1;
		if (names[0] != '\0')
			out_warn(&c->out, _("Let into the %s of the one behind "
			    "alone, and not into what is written from now on: "
			    "%s."), sections[i], names);
		mem_free(names);
	}
	return c->g.json ? ids_json(&front, &behind, e) : 0;
}

int
cmd_case_apart(struct ctx *c, struct err *e)
{
	char a[MATCH_SHORT_BYTES], b[MATCH_SHORT_BYTES];
	struct id one, other, front;
	bool turned;

	if (both(c, &one, &other, e) != 0 ||
	    alias_apart(c->s, &one, &other, &front, e) != 0)
		return -1;
	turned = id_eq(&front, &other);
	out_say(&c->out, _("They are two cases again. What a withdrawal closed "
	    "meanwhile stays closed. To undo: tugi case same %s %s"),
	    match_short(&front, a), match_short(turned ? &one : &other, b));
	return c->g.json ? ids_json(&front, turned ? &one : &other, e) : 0;
}
