/* consent grant, withdraw, list; who can see a record. */
#include <string.h>

#include "client/cli/show.h"
#include "client/cli/text.h"
#include "client/core/consent/consent.h"
#include "client/core/consent/override.h"
#include "client/core/profile/people.h"
#include "client/core/profile/policies.h"
#include "common/base/mem.h"
#include "client/core/support/referral.h"
#include "client/core/schools/matters.h"

static const char *
right_words(enum right right)
{
	return right == RIGHT_WRITE ? _("reads and writes") :
	    right == RIGHT_KEEP ? _("keeps it") :
	    right == RIGHT_READ ? _("reads") : _("nothing");
}

/* The matter that --matter names, of this case. */
static int
find_matter(struct ctx *c, const struct id *case_id, struct matter *out,
    struct err *e)
{
	if (cmd_value(c, "sections") != NULL)
		return err_set(e, ERR_INPUT, "%s", _("give one of --sections "
		    "and --matter: a matter is all that such a consent "
		    "opens"));
	return matters_find(c->s, case_id, cmd_value(c, "matter"), out, e);
}

static int
draft_until(struct ctx *c, struct consent_draft *d, struct err *e)
{
	const char *until = cmd_value(c, "until");

	if (until == NULL || strcmp(until, "matter") != 0)
		return cmd_time(c, "until", 1, &d->until_ms, e);
	if (cmd_value(c, "matter") == NULL)
		return err_set(e, ERR_INPUT, "%s", _("--until matter goes with "
		    "--matter: the consent ends when the matter is closed"));
	d->until_ms = INT64_MAX;
	return 0;
}

static int
draft_matter(struct ctx *c, struct consent_draft *d, struct err *e)
{
	struct matter m;
	int rc;

	if (cmd_value(c, "matter") == NULL)
		return 0;
	if (find_matter(c, &d->case_id, &m, e) != 0)
		return -1;
	rc = matters_consent(&m, d, e);
	matter_done(&m);
	return rc;
}

static int
draft(struct ctx *c, struct consent_draft *d, struct err *e)
{
	struct person_item person;
	struct record_item earlier;

	if ((cmd_value(c, "to") != NULL) == (cmd_value(c, "to-role") != NULL))
		return err_set(e, ERR_INPUT, "%s",
		    _("give one of --to PERSON and --to-role ROLE"));
	if (cmd_value(c, "to") != NULL) {
		if (show_person_find(c, cmd_value(c, "to"), &person, e) != 0)
			return -1;
		d->audience = person.person;
	}
	if (show_right_asked(c, &d->right, e) != 0)
		return -1;
	if (draft_until(c, d, e) != 0)
		return -1;
	d->sections = cmd_value(c, "sections");
	d->giver = cmd_value(c, "by");
	d->giver_role = cmd_value(c, "role");
	d->purpose = cmd_value(c, "purpose");
	d->evidence = cmd_value(c, "evidence");
	d->language = cmd_value(c, "language");
	d->refused = cmd_flag(c, "refused");
	d->from_now = cmd_flag(c, "from-now");
	if (draft_matter(c, d, e) != 0)
		return -1;
	if (cmd_value(c, "since") == NULL)
		return 0;
	if (show_record_find(c, cmd_value(c, "since"), TYPE_CONSENT, &earlier,
	    e) != 0)
		return -1;
	d->since = earlier.id;
	record_item_done(&earlier);
	return 0;
}

/* A refusal closes as a withdrawal does, and no override either. */
static int
say_law(struct ctx *c, const struct consent_draft *d, struct err *e)
{
	struct override_asked q = { .case_id = d->case_id,
	    .person = id_is_zero(&d->audience) ? NULL : &d->audience,
	    .sections = ~0u };
	char until[WHEN_BYTES];
	int64_t until_ms;
	size_t n;

	if (override_running(c->s, &q, &n, &until_ms, e) != 0)
		return -1;
	when_short(until_ms, until);
	if (n > 0)
		out_warn(&c->out, _("Still open by law until %s: see tugi "
		    "override list"), until);
	return 0;
}

/* One for the person named, or one for each who has the role. */
static int
grant(struct ctx *c, struct consent_draft *d, struct id *first, size_t *n,
    struct err *e)
{
	const char *role = cmd_value(c, "to-role");
	struct assignment set[SHOW_SET_MAX + 1];
	struct person_list people = { 0 };
	struct consent_draft *all;
	struct id *ids;
	size_t given = 0, i;
	int rc = show_assignments(c, 1, set, &given, e);

	if (rc == 0 && role != NULL)
		rc = consent_role(c->s, role, &people, e);
	d->set = set;
	d->n = given;
	if (role != NULL)
		set[d->n++] = (struct assignment){ "audience-role", role };
	*n = role != NULL ? people.count : 1;
	all = mem_new((*n + 1) * sizeof(*all));
	ids = mem_new((*n + 1) * sizeof(*ids));
	for (i = 0; i < *n; i++) {
		all[i] = *d;
		if (role != NULL)
			all[i].audience = people.items[i].person;
	}
	if (rc == 0)
		rc = consent_grant_all(c->s, all, *n, ids, e);
	*first = ids[0];
	mem_free(all);
	mem_free(ids);
	person_list_done(&people);
	show_assignments_done(set, given);
	return rc;
}

/* A child gives a consent that somebody judged them able to give. */
static void
warn_capacity(struct ctx *c)
{
	static const char judged[] = "capacity-by=";
	const char *word;
	size_t i;

	if (strcmp(cmd_value(c, "role"), "child_capable") != 0)
		return;
	for (i = 1; (word = cmd_word(c, i)) != NULL; i++)
		if (strncmp(word, judged, sizeof(judged) - 1) == 0)
			return;
	out_warn(&c->out, "%s", _("It does not say who judged that the child "
	    "can decide this, when and on what ground: capacity-by=, "
	    "capacity-on= and capacity-ground= go with a consent."));
}

int
cmd_consent_grant(struct ctx *c, struct err *e)
{
	const char *path = cmd_value(c, "file");
	struct consent_draft d = { 0 };
	struct hash paper;
	struct id id;
	size_t n = 0;

	if (show_case_find_one(c, cmd_word(c, 0), &d.case_id, e) != 0 ||
	    draft(c, &d, e) != 0 || (path != NULL &&
	    consent_paper(path, &paper, e) != 0))
		return -1;
	d.paper = path != NULL ? &paper : NULL;
	if (grant(c, &d, &id, &n, e) != 0)
		return -1;
	if (d.refused && say_law(c, &d, e) != 0)
		return -1;
	warn_capacity(c);
	if (n > 1)
		out_say(&c->out, plural(n, "%zu consent: tugi consent list "
		    "shows it.", "%zu consents, one for each person: tugi "
		    "consent list shows them."), n);
	return show_made(c, &id, d.refused ?
	    _("The refusal is recorded; nothing was opened.") :
	    !id_is_zero(&d.part) ?
	    _("The consent is recorded; the next tugi sync opens this matter "
	    "to them, and nothing else. To take it back: tugi matter "
	    "dismiss") :
	    d.from_now || !id_is_zero(&d.since) ?
	    _("The consent is recorded; the next tugi sync opens what is "
	    "written from now on, and nothing that was written before. To "
	    "take it back: tugi consent withdraw") :
	    _("The consent is recorded; the next tugi sync opens what it "
	    "names, with what was written before. To take it back: tugi "
	    "consent withdraw"), e);
}

static int
withdrawal(struct ctx *c, struct withdrawal_draft *w, struct err *e)
{
	const char *from = cmd_value(c, "from");
	struct person_item person;
	struct matter m;
	int64_t day;

	if ((from != NULL) == cmd_flag(c, "everybody"))
		return err_set(e, ERR_INPUT, "%s",
		    _("give one of --from PERSON and --everybody"));
	if (from != NULL) {
		if (show_person_find(c, from, &person, e) != 0)
			return -1;
		w->audience = person.person;
	}
	w->told_on = cmd_value(c, "told-on");
	if (cmd_time(c, "told-on", 0, &day, e) != 0)
		return -1;
	if (w->told_on != NULL && day > tick_wall_ms(&c->tick))
		return err_set(e, ERR_INPUT, "%s", _("--told-on says when it "
		    "was said; this day is still to come"));
	w->sections = cmd_value(c, "sections");
	w->giver = cmd_value(c, "by");
	w->channel = cmd_value(c, "channel");
	if (cmd_value(c, "matter") == NULL)
		return 0;
	if (find_matter(c, &w->case_id, &m, e) != 0)
		return -1;
	w->sections = "meeting";
	w->part = m.id;
	matter_done(&m);
	return 0;
}

static void
say_effect(struct ctx *c, const struct withdrawal_effect *effect)
{
	char until[WHEN_BYTES];

	if (effect->spaces == 0 && effect->still_open == 0) {
		out_warn(&c->out, "%s", _("The withdrawal is recorded. Nothing "
		    "closes: none of these sections was open to anybody it "
		    "names."));
		return;
	}
	if (effect->spaces == 0)
		out_say(&c->out, "%s", _("The withdrawal is recorded."));
	else
		out_say(&c->out, plural(effect->spaces,
		    "The withdrawal is recorded. %zu section closes with a "
		    "new key at the next tugi sync; on this device it holds "
		    "now.",
		    "The withdrawal is recorded. %zu sections close with "
		    "new keys at the next tugi sync; on this device it holds "
		    "now."), effect->spaces);
	out_say(&c->out, "%s", _("What was fetched before can have been "
	    "copied; copies cannot be recalled."));
	if (effect->overrides > 0) {
		when_short(effect->law_until_ms, until);
		out_warn(&c->out, plural(effect->overrides,
		    "Still open by law until %s: %zu override runs on "
		    "whatever is withdrawn, and the data-protection officers "
		    "are told. See tugi override list",
		    "Still open by law until %s: %zu overrides run on "
		    "whatever is withdrawn, and the data-protection officers "
		    "are told. See tugi override list"), until,
		    effect->overrides);
		return;
	}
	if (effect->still_open > 0)
		out_warn(&c->out, plural(effect->still_open,
		    "%zu section stays open on another basis: see tugi "
		    "who",
		    "%zu sections stay open on another basis: see tugi "
		    "who"), effect->still_open);
}

/* What rests on it outside is lost with it, and somebody has to be told. */
static void
say_referrals(struct ctx *c, const struct id *case_id)
{
	struct err why;
	size_t n;

	if (referral_lost(c->s, case_id, &n, &why) == 0 && n > 0)
		out_warn(&c->out, plural(n,
		    "%zu referral of this case has no consent any more: tell "
		    "who has it, and see tugi referral list",
		    "%zu referrals of this case have no consent any more: "
		    "tell who has them, and see tugi referral list"), n);
}

int
cmd_consent_withdraw(struct ctx *c, struct err *e)
{
	struct withdrawal_effect effect = { 0 };
	struct withdrawal_draft w = { 0 };
	char text[MATCH_SHORT_BYTES];
	struct id id;
	json_t *j;

	if (show_case_find_one(c, cmd_word(c, 0), &w.case_id, e) != 0 ||
	    withdrawal(c, &w, e) != 0 ||
	    consent_withdraw(c->s, &w, &id, &effect, e) != 0)
		return -1;
	say_effect(c, &effect);
	say_referrals(c, &w.case_id);
	if (!c->g.json) {
		out_line(&c->out, "%s", match_short(&id, text));
		return 0;
	}
	j = json_object();
	json_object_set_new(j, "id", show_id_json(&id));
	json_object_set_new(j, "closed",
	    json_integer((json_int_t)effect.spaces));
	json_object_set_new(j, "still_open",
	    json_integer((json_int_t)effect.still_open));
	json_object_set_new(j, "overrides",
	    json_integer((json_int_t)effect.overrides));
	json_object_set_new(j, "by_law_until",
	    show_time_json(effect.law_until_ms));
	return out_json(j, e);
}

static json_t *
consent_json(const struct consent_item *item)
{
	json_t *j = json_object();

	json_object_set_new(j, "id", show_id_json(&item->id));
	json_object_set_new(j, "case", show_id_json(&item->case_id));
	json_object_set_new(j, "audience", out_json_text(item->audience));
	json_object_set_new(j, "sections", out_json_text(item->sections));
	json_object_set_new(j, "right", json_string(show_right(item->right)));
	json_object_set_new(j, "from_now", json_boolean(item->from_now));
	json_object_set_new(j, "giver", out_json_text(item->giver));
	json_object_set_new(j, "purpose", out_json_text(item->purpose));
	json_object_set_new(j, "status", out_json_text(item->status));
	json_object_set_new(j, "from", show_time_json(item->from_ms));
	json_object_set_new(j, "until", show_time_json(item->until_ms));
	json_object_set_new(j, "withdrawn",
	    show_time_json(item->withdrawn_ms));
	json_object_set_new(j, "taken_by", out_json_text(item->taken_by));
	return j;
}

static void
consent_row(struct ctx *c, struct table *t, const struct consent_item *item,
    const struct case_list *cases)
{
	char id[MATCH_SHORT_BYTES], from[WHEN_BYTES], until[WHEN_BYTES];
	char right[120];

	table_cell(t, match_short(&item->id, id));
	table_cell(t, text_spoken(item->status));
	table_cell(t, item->audience);
	show_codes(c, t, "sections", item->sections);
	snprintf(right, sizeof(right), item->from_now ?
	    _("%s, from now on") : "%s", right_words(item->right));
	table_cell(t, right);
	table_cell(t, item->giver);
	when_day(item->from_ms, from);
	table_cell(t, from);
	when_day(item->withdrawn_ms != 0 ? item->withdrawn_ms :
	    item->until_ms == INT64_MAX ? 0 : item->until_ms, until);
	table_cell(t, until);
	if (t->cols > 8)
		table_cell(t, show_case_name(cases, &item->case_id));
}

int
cmd_consent_list(struct ctx *c, struct err *e)
{
	static const char *const heads[] = { N_("ID"), N_("STATE"),
		N_("WHO"), N_("SECTIONS"), N_("RIGHT"), N_("GIVEN BY"),
		N_("FROM"), N_("UNTIL"), N_("OPENS") };
	struct consent_list l = { 0 };
	struct case_list cases = { 0 };
	bool several = false;
	struct table t;
	struct id id;
	json_t *j;
	size_t i;
	int rc = 0;

	if (show_case_find(c, cmd_word(c, 0), &id, e) != 0 ||
	    consent_list(c->s, &id, &l, e) != 0)
		return -1;
	if (cases_names(c->s, &cases, e) != 0) {
		consent_list_done(&l);
		return -1;
	}
	for (i = 1; i < l.count; i++)
		several = several ||
		    !id_eq(&l.items[i].case_id, &l.items[0].case_id);
	table_init(&t, heads, several ? 9 : 8, 2);
	if (c->g.json) {
		j = json_array();
		for (i = 0; i < l.count; i++)
			json_array_append_new(j, consent_json(&l.items[i]));
		rc = out_json(j, e);
	} else if (l.count == 0) {
		out_say(&c->out, "%s", _("Nothing is recorded: only your own "
		    "side sees this case."));
	} else {
		for (i = 0; i < l.count; i++)
			consent_row(c, &t, &l.items[i], &cases);
		rc = table_print(&t, &c->out, e);
	}
	table_done(&t);
	case_list_done(&cases);
	consent_list_done(&l);
	return rc;
}

/* The record whose viewers are meant: a section of a case stands for any
 * record in it. */
static int
in_section(struct ctx *c, const struct id *case_id, const char *section,
    struct id *record, struct err *e)
{
	static const enum record_type types[] = { TYPE_CASE, TYPE_NOTE,
		TYPE_PLAN, 0 /* any */ };
	struct record_list l = { 0 };
	struct records_query q = { .case_id = case_id, .limit = 0 };
	size_t i, k;
	bool found = false;

	for (i = 0; i < sizeof(types) / sizeof(types[0]) && !found; i++) {
		q.type = types[i];
		if (records_list(c->s, &q, &l, e) != 0)
			return -1;
		for (k = 0; k < l.count && !found; k++) {
			found = strcmp(l.items[k].section, section) == 0 &&
			    id_eq(&l.items[k].case_id, case_id);
			if (found)
				*record = l.items[k].id;
		}
		record_list_done(&l);
	}
	if (!found && !policy_takes(policies_now(c->s, e), "sections",
	    section))
		return err_set(e, ERR_INPUT, _("there is no section \"%.40s\"; "
		    "tugi policy show sections lists them"), section);
	if (!found)
		return err_set(e, ERR_ABSENT, _("there is nothing in a section "
		    "\"%s\" of this case that you can read"), section);
	return 0;
}

/* A case, a record of any type, or a section of a case. */
static int
find_what(struct ctx *c, struct id *record, struct err *e)
{
	const char *text = cmd_word(c, 0), *section = cmd_value(c, "section");
	struct id case_id;

	if (section == NULL && match_digits(text)) {
		if (match_record(c->s, text, 0, record, e) == 0)
			return 0;
		if (e->kind != ERR_ABSENT)
			return -1;
		err_clear(e);
	}
	if (show_case_find_one(c, text, &case_id, e) != 0)
		return -1;
	if (section == NULL) {
		*record = case_id;
		return 0;
	}
	return in_section(c, &case_id, section, record, e);
}

static json_t *
viewers_json(const struct viewer_list *l)
{
	json_t *j = json_object(), *list = json_array(), *v;
	size_t i;

	for (i = 0; i < l->count; i++) {
		v = json_object();
		json_object_set_new(v, "name", out_json_text(l->items[i].name));
		json_object_set_new(v, "right",
		    json_string(show_right(l->items[i].right)));
		json_object_set_new(v, "why", out_json_text(l->items[i].why));
		json_object_set_new(v, "until",
		    show_time_json(l->items[i].until_ms));
		json_object_set_new(v, "devices",
		    json_integer((json_int_t)l->items[i].devices));
		json_array_append_new(list, v);
	}
	json_object_set_new(j, "what", out_json_text(l->what));
	json_object_set_new(j, "viewers", list);
	return j;
}

static int
say_viewers(struct ctx *c, const struct viewer_list *l, struct err *e)
{
	static const char *const heads[] = { N_("WHO"), N_("RIGHT"),
		N_("DEVICES"), N_("WHY") };
	struct table t;
	char devices[24];
	size_t i;
	int rc;

	table_init(&t, heads, 4, 3);
	for (i = 0; i < l->count; i++) {
		table_cell(&t, l->items[i].name);
		table_cell(&t, right_words(l->items[i].right));
		snprintf(devices, sizeof(devices), "%zu", l->items[i].devices);
		table_cell(&t, devices);
		table_cell(&t, l->items[i].why);
	}
	if (l->what != NULL)
		out_line(&c->out, "%s", l->what);
	rc = table_print(&t, &c->out, e);
	table_done(&t);
	return rc;
}

int
cmd_who(struct ctx *c, struct err *e)
{
	struct viewer_list l = { 0 };
	struct id record;
	int rc;

	if (find_what(c, &record, e) != 0 ||
	    consent_who(c->s, &record, &l, e) != 0)
		return -1;
	rc = c->g.json ? out_json(viewers_json(&l), e) :
	    say_viewers(c, &l, e);
	viewer_list_done(&l);
	return rc;
}
