/* Uptake of the service, objections beside a text. */
#include <string.h>

#include "client/cli/show.h"
#include "client/cli/text.h"
#include "client/core/cases/objections.h"
#include "client/core/cases/uptake.h"

/* ---- uptake ---- */

static const char *
outcome_of(const struct cmd *cmd)
{
	static const struct {
		const char *name, *outcome;
	} all[] = {
		{ "uptake offer", "offered" }, { "uptake accept", "accepted" },
		{ "uptake decline", "declined" }, { "uptake end", "ended" },
	};
	size_t i;

	for (i = 0; i < sizeof(all) / sizeof(all[0]); i++)
		if (strcmp(cmd->name, all[i].name) == 0)
			return all[i].outcome;
	return "";
}

static void
say_declined(struct ctx *c, const struct uptake_effect *effect)
{
	if (effect->wiped > 0)
		out_say(&c->out, plural(effect->wiped,
		    "%zu text that had not been sent is gone.",
		    "%zu texts that had not been sent are gone."),
		    effect->wiped);
	if (effect->deleted > 0)
		out_warn(&c->out, plural(effect->deleted,
		    "%zu text is hidden now; after the next tugi sync its "
		    "erasure is asked for, which a data-protection officer "
		    "signs: tugi erase list",
		    "%zu texts are hidden now; after the next tugi sync their "
		    "erasure is asked for, which a data-protection officer "
		    "signs: tugi erase list"), effect->deleted);
	if (effect->left > 0)
		out_warn(&c->out, plural(effect->left,
		    "%zu text of another person stays: they, or who keeps it, "
		    "can delete it.",
		    "%zu texts of other persons stay: they, or who keeps them, "
		    "can delete them."), effect->left);
}

int
cmd_uptake(struct ctx *c, struct err *e)
{
	struct assignment set[SHOW_SET_MAX];
	struct entry_draft d = { .set = set };
	struct uptake_effect effect = { 0 };
	const char *outcome = outcome_of(c->cmd);
	struct id id;
	json_t *j;
	int rc;

	if (show_case_find_one(c, cmd_word(c, 0), &d.case_id, e) != 0)
		return -1;
	rc = show_assignments(c, 1, set, &d.n, e);
	if (rc == 0)
		rc = uptake_record(c->s, &d, outcome, &id, &effect, e);
	show_assignments_done(set, d.n);
	if (rc != 0)
		return -1;
	if (strcmp(outcome, "declined") == 0)
		say_declined(c, &effect);
	if (!c->g.json)
		return show_made(c, &id, _("Saved on this device; the next "
		    "tugi sync sends it."), e);
	j = json_object();
	json_object_set_new(j, "id", show_id_json(&id));
	json_object_set_new(j, "wiped", json_integer((json_int_t)effect.wiped));
	json_object_set_new(j, "deleted",
	    json_integer((json_int_t)effect.deleted));
	json_object_set_new(j, "left", json_integer((json_int_t)effect.left));
	return out_json(j, e);
}

/* ---- objections ---- */

int
cmd_objection_add(struct ctx *c, struct err *e)
{
	return show_add_to(c, objections_add, _("Saved on this device; the "
	    "next tugi sync sends it."), e);
}
