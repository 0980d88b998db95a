/* held export, import, take, drop: text on its way from a revoked device. */
#include "client/core/consent/moved.h"

#include <string.h>

#include "client/cli/ask.h"
#include "client/cli/show.h"
#include "client/cli/text.h"

int
cmd_held_export(struct ctx *c, struct err *e)
{
	struct moved_exported out;
	char id[MATCH_SHORT_BYTES];
	json_t *j;

	if (moved_export(c->s, cmd_value(c, "to"), cmd_word(c, 0), &out,
	    e) != 0)
		return -1;
	if (c->g.json) {
		j = json_object();
		json_object_set_new(j, "texts",
		    json_integer((json_int_t)out.texts));
		json_object_set_new(j, "device", show_id_json(&out.device));
		return out_json(j, e);
	}
	out_line(&c->out, plural(out.texts,
	    "%zu held text is in the file; only your device %s can open "
	    "it.",
	    "%zu held texts are in the file; only your device %s can open "
	    "it."), out.texts, match_short(&out.device, id));
	out_say(&c->out, "%s", _("Bring it there and run tugi held import. "
	    "The texts stay here too; remove this profile when you have seen "
	    "them there."));
	return 0;
}

int
cmd_held_import(struct ctx *c, struct err *e)
{
	struct moved_imported out;
	json_t *j;

	if (moved_import(c->s, cmd_word(c, 0), &out, e) != 0)
		return -1;
	if (c->g.json) {
		j = json_object();
		json_object_set_new(j, "texts",
		    json_integer((json_int_t)out.added));
		json_object_set_new(j, "known",
		    json_integer((json_int_t)out.known));
		return out_json(j, e);
	}
	out_line(&c->out, plural(out.added,
	    "%zu text waits for you; none is in a case yet: tugi held, then "
	    "take or drop each.",
	    "%zu texts wait for you; none is in a case yet: tugi held, then "
	    "take or drop each."), out.added);
	if (out.known > 0)
		out_line(&c->out, plural(out.known,
		    "%zu is here already.", "%zu are here already."),
		    out.known);
	return 0;
}

/* One imported text by a piece of its record's id. */
static int
find(struct ctx *c, struct id *out, struct err *e)
{
	struct held_list l = { 0 };
	size_t i, n = 0;

	if (held_list(c->s, &l, e) != 0)
		return -1;
	for (i = 0; i < l.count; i++)
		if (l.items[i].moved && match_id(cmd_word(c, 0),
		    &l.items[i].record.id)) {
			*out = l.items[i].record.id;
			n++;
		}
	held_list_done(&l);
	if (n == 1)
		return 0;
	return err_set(e, n == 0 ? ERR_ABSENT : ERR_INPUT, n == 0 ?
	    _("no imported text has the id you gave") :
	    _("%zu imported texts fit the piece of an id you gave"), n);
}

static int
say_id(struct ctx *c, const struct id *id, bool held, struct err *e)
{
	json_t *j = json_object();

	(void)c;
	json_object_set_new(j, "id", show_id_json(id));
	json_object_set_new(j, "held", json_boolean(held));
	return out_json(j, e);
}

int
cmd_held_take(struct ctx *c, struct err *e)
{
	struct id id;
	bool held;

	if (find(c, &id, e) != 0 || moved_take(c->s, &id, &held, e) != 0)
		return -1;
	if (c->g.json)
		return say_id(c, &id, held, e);
	out_say(&c->out, "%s", held ?
	    _("You may no longer write in its section: it is held, and goes "
	    "to the keeper with the next tugi sync.") :
	    _("Taken into the case as you wrote it; it is sent with the next "
	    "tugi sync."));
	return 0;
}

int
cmd_held_drop(struct ctx *c, struct err *e)
{
	struct id id;

	if (find(c, &id, e) != 0 || ask_sure(c, _("The text is removed from "
	    "this device; the file it came in still has it."), e) != 0 ||
	    moved_drop(c->s, &id, e) != 0)
		return -1;
	if (c->g.json)
		return say_id(c, &id, false, e);
	out_say(&c->out, "%s", _("Removed."));
	return 0;
}
