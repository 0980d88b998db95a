/* A case's file as a whole: restriction, moved notes, terms of keeping. */
#include <stdio.h>
#include <string.h>

#include "client/cli/show.h"
#include "client/cli/text.h"
#include "client/core/cases/entries.h"
#include "client/core/records/erase.h"
#include "client/core/cases/moving.h"
#include "client/core/cases/restrictions.h"
#include "client/core/upkeep/retention.h"

/* ---- restriction ---- */

int
cmd_restrict_add(struct ctx *c, struct err *e)
{
	return show_add_to(c, restrictions_add, _("It is kept and not used: in "
	    "no list, no search, nothing that is given out. To use it again: "
	    "tugi restrict lift"), e);
}

int
cmd_restrict_lift(struct ctx *c, struct err *e)
{
	struct record_item r = { 0 };
	bool still = false;
	int rc;

	if (show_record_find(c, cmd_word(c, 0), TYPE_RESTRICTION, &r, e) != 0)
		return -1;
	rc = restrictions_lift(c->s, &r.id, cmd_value(c, "reason"), &still, e);
	if (rc == 0)
		rc = show_made(c, &r.id, still ?
		    _("Lifted. Another restriction of the same text holds: "
		    "tugi restrict list") : _("It is used again."), e);
	record_item_done(&r);
	return rc;
}

/* ---- a note in the wrong case ---- */

static json_t *
reach_json(const struct reach *r)
{
	json_t *list = json_array(), *one;
	size_t i;

	for (i = 0; i < r->count; i++) {
		one = json_object();
		json_object_set_new(one, "name",
		    out_json_text(r->items[i].name));
		json_object_set_new(one, "certain",
		    json_boolean(r->items[i].certain));
		json_array_append_new(list, one);
	}
	return list;
}

static int
say_moved(struct ctx *c, const struct moving *m, struct err *e)
{
	size_t i;

	if (!m->sent)
		out_say(&c->out, "%s", _("It had not left this device: nobody "
		    "else has it."));
	else if (m->reach.count == 0)
		out_say(&c->out, "%s", _("Nobody else could have it."));
	for (i = 0; i < m->reach.count; i++)
		out_warn(&c->out, m->reach.items[i].certain ?
		    N_("%s has had it.") : N_("%s could have it."),
		    m->reach.items[i].name);
	return show_made(c, &m->note, m->sent ?
	    _("Written in the right case. In the other it is hidden from all "
	    "at the next tugi sync, and its erasure is asked for after it: "
	    "tugi erase list") : _("Written in the right case, and gone from "
	    "the other."), e);
}

int
cmd_note_move(struct ctx *c, struct err *e)
{
	struct moving_wish wish = { .reason = cmd_value(c, "reason") };
	struct record_item r = { 0 };
	struct moving m;
	json_t *j;
	int rc;

	if (show_record_find(c, cmd_word(c, 0), TYPE_NOTE, &r, e) != 0)
		return -1;
	wish.note = r.id;
	record_item_done(&r);
	if (show_case_find(c, cmd_word(c, 1), &wish.to, e) != 0 ||
	    moving_note(c->s, &wish, &m, e) != 0)
		return -1;
	if (c->g.json) {
		j = json_object();
		json_object_set_new(j, "id", show_id_json(&m.note));
		json_object_set_new(j, "texts",
		    json_integer((json_int_t)m.texts));
		json_object_set_new(j, "sent", json_boolean(m.sent));
		json_object_set_new(j, "who_had_it", reach_json(&m.reach));
		rc = out_json(j, e);
	} else {
		rc = say_moved(c, &m, e);
	}
	moving_done(&m);
	return rc;
}

/* ---- looked at again ---- */

int
cmd_consent_check(struct ctx *c, struct err *e)
{
	struct assignment set[SHOW_SET_MAX];
	struct entry_draft d = { .type = TYPE_CHECK, .set = set };
	struct record_item r = { 0 };
	struct id id;
	int rc;

	if (show_record_find(c, cmd_word(c, 0), TYPE_CONSENT, &r, e) != 0)
		return -1;
	d.case_id = r.case_id;
	rc = show_assignments(c, 1, set, &d.n, e);
	if (rc == 0)
		rc = entries_add_to(c->s, &d, CHECK_CONSENT, &r.id, &id, e);
	show_assignments_done(set, d.n);
	record_item_done(&r);
	return rc != 0 ? -1 : show_made(c, &id, _("Recorded. It changes no "
	    "access: that is tugi consent withdraw or grant."), e);
}

/* ---- terms of keeping ---- */

static json_t *
term_json(const struct retention_item *i)
{
	json_t *j = json_object();

	json_object_set_new(j, "case", show_id_json(&i->case_id));
	json_object_set_new(j, "label", out_json_text(i->label));
	json_object_set_new(j, "class", out_json_text(i->code));
	json_object_set_new(j, "name", out_json_text(i->name));
	json_object_set_new(j, "section", out_json_text(i->section));
	json_object_set_new(j, "trigger", out_json_text(i->trigger));
	json_object_set_new(j, "since", show_time_json(i->since_ms));
	json_object_set_new(j, "years", json_integer(i->years));
	json_object_set_new(j, "ground", out_json_text(i->ground));
	json_object_set_new(j, "over", show_time_json(i->over_ms));
	json_object_set_new(j, "kept_until", show_time_json(i->kept_ms));
	return j;
}

static const char *
trigger_words(const char *trigger)
{
	static const struct {
		const char *code, *words;
	} all[] = {
		{ "closed", N_("closed") }, { "of-age", N_("of age") },
		{ "client-died", N_("died") }, { "ended", N_("ended") },
		{ "written", N_("written") },
		{ "superseded", N_("replaced") },
	};
	size_t i;

	for (i = 0; i < sizeof(all) / sizeof(all[0]); i++)
		if (strcmp(all[i].code, trigger) == 0)
			return _(all[i].words);
	return trigger;
}

static int
print_terms(struct ctx *c, const struct retention_list *l, struct err *e)
{
	static const char *const heads[] = { N_("CASE"), N_("CLASS"),
		N_("OVER SINCE"), N_("WHY"), N_("GROUND") };
	char day[WHEN_BYTES], since[WHEN_BYTES], why[200];
	struct table t;
	size_t i;
	int rc;

	table_init(&t, heads, 5, 4);
	for (i = 0; i < l->count; i++) {
		const struct retention_item *r = &l->items[i];

		table_cell(&t, r->label);
		table_cell(&t, r->name);
		when_day(r->over_ms, day);
		table_cell(&t, day);
		when_day(r->since_ms, since);
		snprintf(why, sizeof(why), plural((size_t)r->years,
		    "%s %s, %d year", "%s %s, %d years"),
		    trigger_words(r->trigger), since, r->years);
		table_cell(&t, why);
		table_cell(&t, r->ground);
	}
	rc = table_print(&t, &c->out, e);
	table_done(&t);
	out_say(&c->out, "%s", _("To erase a case: tugi erase CASE --reason "
	    "over, which a data-protection officer signs. To keep it longer: "
	    "tugi retention keep."));
	return rc;
}

int
cmd_retention_due(struct ctx *c, struct err *e)
{
	int64_t until = tick_wall_ms(&c->tick);
	struct retention_list l;
	json_t *j;
	size_t i;
	int rc = 0;

	if (cmd_time(c, "until", 1, &until, e) != 0)
		return -1;
	if (retention_due(c->s, until, &l, e) != 0)
		return -1;
	if (c->g.json) {
		j = json_array();
		for (i = 0; i < l.count; i++)
			json_array_append_new(j, term_json(&l.items[i]));
		rc = out_json(j, e);
	} else if (l.count == 0) {
		out_say(&c->out, "%s", _("No term is over. Years come from the "
		    "office's policy alone: tugi policy show retention"));
	} else {
		rc = print_terms(c, &l, e);
	}
	retention_list_done(&l);
	return rc;
}

int
cmd_retention_keep(struct ctx *c, struct err *e)
{
	struct assignment set[SHOW_SET_MAX + 1];
	struct entry_draft d = { .type = TYPE_CHECK, .set = set };
	size_t n = 0;
	struct id id;
	int rc;

	if (show_case_find_one(c, cmd_word(c, 0), &d.case_id, e) != 0)
		return -1;
	rc = show_assignments(c, 1, set, &n, e);
	d.n = n;
	set[d.n++] = (struct assignment){ "outcome", "kept" };
	if (rc == 0)
		rc = entries_add(c->s, &d, &id, e);
	show_assignments_done(set, n);
	return rc != 0 ? -1 : show_made(c, &id, _("Saved on this device; the "
	    "next tugi sync sends it."), e);
}

/* What is gone: what, when, by whose hands, and when the last backup ends. */
static void
proof_row(struct table *t, const struct erase_item_shown *i)
{
	char text[WHEN_BYTES], id[MATCH_SHORT_BYTES];

	table_cell(t, match_short(&i->case_id, id));
	table_cell(t, i->what != NULL ? i->what : "");
	when_day(i->ordered_ms, text);
	table_cell(t, text);
	table_cell(t, i->keeper != NULL ? i->keeper : "");
	table_cell(t, i->dpo != NULL ? i->dpo : "");
	when_day(i->due_ms, text);
	table_cell(t, text);
	when_day(i->backups_ms, text);
	table_cell(t, text);
}

static json_t *
proof_json(const struct erase_item_shown *i)
{
	json_t *j = json_object();

	json_object_set_new(j, "case", show_id_json(&i->case_id));
	json_object_set_new(j, "what", out_json_text(i->what));
	json_object_set_new(j, "reason",
	    json_string(erase_reason_name(i->reason)));
	json_object_set_new(j, "ordered", show_time_json(i->ordered_ms));
	json_object_set_new(j, "keeper", out_json_text(i->keeper));
	json_object_set_new(j, "officer", out_json_text(i->dpo));
	json_object_set_new(j, "gone", show_time_json(i->due_ms));
	json_object_set_new(j, "backups_end", show_time_json(i->backups_ms));
	return j;
}

int
cmd_retention_proof(struct ctx *c, struct err *e)
{
	static const char *const heads[] = { N_("CASE"), N_("WHAT"),
		N_("ORDERED"), N_("KEEPER"), N_("OFFICER"), N_("GONE"),
		N_("LAST BACKUP ENDS") };
	struct erase_list l;
	struct table t;
	json_t *j = json_array();
	size_t i, n = 0;
	int rc = 0;

	if (erase_list(c->s, &l, e) != 0) {
		json_decref(j);
		return -1;
	}
	table_init(&t, heads, 7, 1);
	for (i = 0; i < l.count; i++) {
		if (l.items[i].stage != ERASE_STAGE_ERASED)
			continue;
		n++;
		proof_row(&t, &l.items[i]);
		json_array_append_new(j, proof_json(&l.items[i]));
	}
	if (c->g.json)
		rc = out_json(json_incref(j), e);
	else if (n == 0)
		out_say(&c->out, "%s", _("Nothing was erased yet."));
	else
		rc = table_print(&t, &c->out, e);
	table_done(&t);
	json_decref(j);
	erase_list_done(&l);
	return rc;
}
