/* supervision name, who, add, export, share. */
#include "client/core/schools/supervision.h"

#include <string.h>

#include "client/cli/text.h"
#include "client/cli/where.h"
#include "client/core/cases/rooms.h"

int
cmd_supervision_name(struct ctx *c, struct err *e)
{
	char word[SUPERVISION_WORD_BYTES];
	struct id case_id;
	json_t *j;

	if (show_case_find(c, cmd_word(c, 0), &case_id, e) != 0 ||
	    supervision_name(c->s, &case_id, cmd_word(c, 1), word, e) != 0)
		return -1;
	out_say(&c->out, "%s", _("Nobody but you can tell whose name this "
	    "is."));
	if (!c->g.json) {
		out_line(&c->out, "%s", word);
		return 0;
	}
	j = json_object();
	json_object_set_new(j, "word", out_json_text(word));
	return out_json(j, e);
}

int
cmd_supervision_who(struct ctx *c, struct err *e)
{
	struct case_list cases = { 0 };
	struct id case_id;
	json_t *j;

	if (supervision_case(c->s, cmd_word(c, 0), &case_id, e) != 0)
		return -1;
	if (c->g.json) {
		j = json_object();
		json_object_set_new(j, "case", show_id_json(&case_id));
		return out_json(j, e);
	}
	if (cases_names(c->s, &cases, e) != 0)
		return -1;
	out_line(&c->out, "%s", show_case_name(&cases, &case_id));
	case_list_done(&cases);
	return 0;
}

int
cmd_supervision_add(struct ctx *c, struct err *e)
{
	struct assignment set[SHOW_SET_MAX] = { { "question",
		cmd_word(c, 0) } };
	struct entry_draft d = { .type = TYPE_SUPERVISION, .set = set,
		.n = 1 };
	struct id id;
	int rc = show_assignments(c, 1, set, &d.n, e);

	if (rc == 0)
		rc = entries_add(c->s, &d, &id, e);
	if (rc == 0)
		rc = show_made(c, &id, _("Saved among your own. To show it: "
		    "tugi supervision export, or tugi supervision share"), e);
	show_assignments_done(set + 1, d.n - 1);
	return rc;
}

/* What may be shown, as text: no ids, no author, no marks. */
int
cmd_supervision_export(struct ctx *c, struct err *e)
{
	struct record_item r = { 0 };
	size_t i;

	if (show_record_find(c, cmd_word(c, 0), TYPE_SUPERVISION, &r, e) != 0)
		return -1;
	for (i = 0; i < r.field_count; i++)
		if (r.fields[i].text[0] != '\0')
			out_line(&c->out, "%s: %s", _(r.fields[i].label),
			    r.fields[i].word != NULL ? r.fields[i].word :
			    r.fields[i].text);
	record_item_done(&r);
	return 0;
}

int
cmd_supervision_share(struct ctx *c, struct err *e)
{
	struct record_item r = { 0 };
	struct room_item room;
	struct id copy;
	int rc;

	if (show_record_find(c, cmd_word(c, 0), TYPE_SUPERVISION, &r, e) != 0)
		return -1;
	rc = rooms_find(c->s, ROOMS_GROUP, cmd_word(c, 1), &room, e);
	if (rc == 0) {
		rc = supervision_share(c->s, &r.id, &room.space, &copy, e);
		room_item_done(&room);
	}
	if (rc == 0)
		rc = show_made(c, &copy, _("Everybody in that group reads it "
		    "after the next tugi sync, by the made-up names alone."),
		    e);
	record_item_done(&r);
	return rc;
}
