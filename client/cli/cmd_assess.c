/* assess start, items, answer, judge, show, trend. */
#include <stdio.h>
#include <string.h>

#include "client/cli/show.h"
#include "client/cli/text.h"
#include "client/core/support/assess.h"
#include "client/core/profile/policies.h"
#include "common/base/mem.h"

int
cmd_assess_start(struct ctx *c, struct err *e)
{
	struct assess_draft d = { .instrument = cmd_word(c, 1),
	    .on = cmd_value(c, "on"), .review = cmd_value(c, "review") };
	struct id id;

	if (show_case_find(c, cmd_word(c, 0), &d.case_id, e) != 0 ||
	    assess_start(c->s, &d, &id, e) != 0)
		return -1;
	return show_made(c, &id, _("Begun. Its items: tugi assess items; "
	    "answers: tugi assess answer"), e);
}

/* ---- items ---- */

static json_t *
item_json(const struct policy *p, const char *list, size_t i,
    const char *lang)
{
	const char *code = policy_code(p, list, i);
	json_t *j = json_object();

	json_object_set_new(j, "item", json_string(code));
	json_object_set_new(j, "domain", json_string(policy_value(p, list,
	    code, "domain")));
	json_object_set_new(j, "kind", json_string(policy_value(p, list, code,
	    "kind")));
	json_object_set_new(j, "name", out_json_text(policy_name(p, list,
	    code, lang)));
	return j;
}

int
cmd_assess_items(struct ctx *c, struct err *e)
{
	static const char *const heads[] = { N_("ITEM"), N_("DOMAIN"),
		N_("KIND"), N_("WHAT") };
	const struct policy *p = policies_now(c->s, e);
	const char *list = cmd_word(c, 0), *code;
	const char *lang = session_language(c->s);
	struct table t;
	json_t *j;
	size_t i;
	int rc;

	if (p == NULL)
		return -1;
	if (policy_value(p, "instruments", list, "setting") == NULL)
		return err_set(e, ERR_ABSENT, "%s", _("there is no such "
		    "instrument in the policy; tugi policy show instruments "
		    "lists them"));
	if (c->g.json) {
		j = json_array();
		for (i = 0; i < policy_count(p, list); i++)
			json_array_append_new(j, item_json(p, list, i, lang));
		return out_json(j, e);
	}
	table_init(&t, heads, 4, 3);
	for (i = 0; i < policy_count(p, list); i++) {
		code = policy_code(p, list, i);
		table_cell(&t, code);
		table_cell(&t, policy_name(p, "assessment.domain",
		    policy_value(p, list, code, "domain"), lang));
		table_cell(&t, policy_value(p, list, code, "kind"));
		table_cell(&t, policy_name(p, list, code, lang));
	}
	rc = table_print(&t, &c->out, e);
	table_done(&t);
	return rc;
}

/* ---- answers and judgement ---- */

int
cmd_assess_answer(struct ctx *c, struct err *e)
{
	struct assess_answer *a;
	struct assignment set[SHOW_SET_MAX];
	struct id run;
	size_t n = 0, i;
	int rc;

	if (match_record(c->s, cmd_word(c, 0), TYPE_ASSESSMENT, &run, e) != 0)
		return -1;
	a = mem_new(SHOW_SET_MAX * sizeof(*a));
	rc = show_assignments(c, 1, set, &n, e);
	for (i = 0; rc == 0 && i < n; i++)
		a[i] = (struct assess_answer){ .run = run,
		    .item = set[i].name, .value = set[i].text,
		    .source = cmd_value(c, "source"),
		    .since = cmd_value(c, "since"),
		    .note = cmd_value(c, "note") };
	if (rc == 0)
		rc = assess_answers(c->s, a, n, e);
	show_assignments_done(set, n);
	mem_free(a);
	return rc != 0 ? -1 : show_made(c, &run, _("Saved on this device; the "
	    "next tugi sync sends it."), e);
}

int
cmd_assess_judge(struct ctx *c, struct err *e)
{
	struct assess_judgement j = { .level = cmd_word(c, 1),
	    .reason = cmd_value(c, "reason"),
	    .review = cmd_value(c, "review") };
	char text[MATCH_SHORT_BYTES];
	struct id signal;
	json_t *out;

	if (match_record(c->s, cmd_word(c, 0), TYPE_ASSESSMENT, &j.run, e) !=
	    0 || assess_judge(c->s, &j, &signal, e) != 0)
		return -1;
	if (!id_is_zero(&signal))
		out_warn(&c->out, _("The draft of a notification waits: tugi "
		    "signal set %s to=AUTHORITY, then tugi signal send"),
		    match_short(&signal, text));
	if (!c->g.json)
		return show_made(c, &j.run, _("Recorded."), e);
	out = json_object();
	json_object_set_new(out, "id", show_id_json(&j.run));
	json_object_set_new(out, "signal", id_is_zero(&signal) ?
	    json_null() : show_id_json(&signal));
	return out_json(out, e);
}

/* ---- one run ---- */

static const char *
level_mark(int value, char out[static 12])
{
	snprintf(out, 12, "%s", value == ASSESS_NONE ? "." :
	    value == ASSESS_UNKNOWN ? "?" : value == 0 ? "0" :
	    value == 1 ? "1 #" : value == 2 ? "2 ##" : "3 ###");
	return out;
}

static json_t *
value_json(int value)
{
	return value == ASSESS_NONE ? json_null() :
	    value == ASSESS_UNKNOWN ? json_string("unknown") :
	    json_integer(value);
}

static json_t *
said_json(const struct assess_item *it)
{
	json_t *l = json_array(), *j;
	size_t i;

	for (i = 0; i < it->count; i++) {
		const struct assess_said *s = &it->said[i];

		j = json_object();
		json_object_set_new(j, "observer", out_json_text(s->observer));
		json_object_set_new(j, "value", value_json(s->value));
		json_object_set_new(j, "source", out_json_text(s->source));
		json_object_set_new(j, "since", out_json_text(s->since));
		json_object_set_new(j, "note", out_json_text(s->note));
		json_array_append_new(l, j);
	}
	return l;
}

static json_t *
domains_json(const struct assess_view *v)
{
	json_t *l = json_array(), *j;
	size_t i;

	for (i = 0; i < v->domain_count; i++) {
		j = json_object();
		json_object_set_new(j, "domain",
		    json_string(v->domains[i].code));
		json_object_set_new(j, "risk",
		    value_json(v->domains[i].risk));
		json_object_set_new(j, "protective",
		    value_json(v->domains[i].protective));
		json_array_append_new(l, j);
	}
	return l;
}

static json_t *
view_json(const struct assess_view *v)
{
	json_t *j = json_object(), *l = json_array(), *one;
	size_t i;

	json_object_set_new(j, "id", show_id_json(&v->id));
	json_object_set_new(j, "case", show_id_json(&v->case_id));
	json_object_set_new(j, "instrument", out_json_text(v->code));
	json_object_set_new(j, "version", json_integer(v->version));
	json_object_set_new(j, "on", show_time_json(v->at_ms));
	json_object_set_new(j, "level", v->level[0] != '\0' ?
	    out_json_text(v->level) : json_null());
	json_object_set_new(j, "reason", out_json_text(v->reason));
	json_object_set_new(j, "judged_by", out_json_text(v->judged_by));
	json_object_set_new(j, "review", out_json_text(v->review));
	json_object_set_new(j, "observers",
	    json_integer((json_int_t)v->observers));
	json_object_set_new(j, "unanswered",
	    json_integer((json_int_t)v->unanswered));
	json_object_set_new(j, "domains", domains_json(v));
	for (i = 0; i < v->count; i++) {
		one = json_object();
		json_object_set_new(one, "item",
		    json_string(v->items[i].code));
		json_object_set_new(one, "most", value_json(v->items[i].most));
		json_object_set_new(one, "disagree",
		    json_boolean(v->items[i].disagree));
		json_object_set_new(one, "answers", said_json(&v->items[i]));
		json_array_append_new(l, one);
	}
	json_object_set_new(j, "items", l);
	return j;
}

static void
print_head(struct ctx *c, const struct assess_view *v)
{
	char day[WHEN_BYTES];

	when_day(v->at_ms, day);
	out_head(&c->out, v->instrument);
	out_line(&c->out, _("%s, version %lld; observers: %zu; not answered: "
	    "%zu"), day, (long long)v->version, v->observers, v->unanswered);
	if (v->level[0] != '\0')
		out_line(&c->out, _("Judgement: %s (%s). %s"), v->level_word,
		    v->judged_by, v->reason);
	else
		out_line(&c->out, "%s", _("Not judged yet: tugi assess "
		    "judge"));
	if (v->review[0] != '\0')
		out_line(&c->out, _("To be looked at again on %s"), v->review);
}

static int
print_domains(struct ctx *c, const struct assess_view *v, struct err *e)
{
	static const char *const heads[] = { N_("DOMAIN"), N_("RISK"),
		N_("PROTECTIVE") };
	char text[12];
	struct table t;
	size_t i;
	int rc;

	table_init(&t, heads, 3, 0);
	for (i = 0; i < v->domain_count; i++) {
		table_cell(&t, v->domains[i].name);
		table_cell(&t, level_mark(v->domains[i].risk, text));
		table_cell(&t, level_mark(v->domains[i].protective, text));
	}
	rc = table_print(&t, &c->out, e);
	table_done(&t);
	return rc;
}

static void
print_items(struct ctx *c, const struct assess_view *v, bool disagreed)
{
	char text[12];
	size_t i, k;

	for (i = 0; i < v->count; i++) {
		const struct assess_item *it = &v->items[i];

		if (it->count == 0 || (disagreed && !it->disagree))
			continue;
		out_line(&c->out, "%s %s%s", it->code, it->name,
		    it->protective ? _(" (protective)") : "");
		for (k = 0; k < it->count; k++)
			out_line(&c->out, "    %-6s %s%s%s%s%s",
			    level_mark(it->said[k].value, text),
			    it->said[k].observer,
			    it->said[k].since[0] != '\0' ? ", " : "",
			    it->said[k].since,
			    it->said[k].note[0] != '\0' ? ": " : "",
			    it->said[k].note);
	}
}

int
cmd_assess_show(struct ctx *c, struct err *e)
{
	struct assess_view v;
	struct id id;
	int rc;

	if (match_record(c->s, cmd_word(c, 0), TYPE_ASSESSMENT, &id, e) != 0 ||
	    assess_view(c->s, &id, &v, e) != 0)
		return -1;
	if (c->g.json) {
		rc = out_json(view_json(&v), e);
	} else {
		print_head(c, &v);
		rc = print_domains(c, &v, e);
		print_items(c, &v, false);
		if (v.disagreements > 0) {
			out_head(&c->out, _("Observers do not agree on"));
			print_items(c, &v, true);
		}
	}
	assess_view_done(&v);
	return rc;
}

/* ---- trend ---- */

/* The domain's value in a run, whichever place it has there. */
static int
risk_in(const struct assess_view *v, const char *domain)
{
	size_t i;

	for (i = 0; i < v->domain_count; i++)
		if (strcmp(v->domains[i].code, domain) == 0)
			return v->domains[i].risk;
	return ASSESS_NONE;
}

#define TREND_RUNS 6 /* the newest, as columns */

static int
print_trend(struct ctx *c, const struct assess_trend *t, struct err *e)
{
	const struct assess_view *last = &t->runs[t->count - 1];
	size_t from = t->count > TREND_RUNS ? t->count - TREND_RUNS : 0;
	size_t i, k, n = t->count - from;
	char days[TREND_RUNS][WHEN_BYTES], text[12];
	const char *heads[TREND_RUNS + 1] = { N_("DOMAIN") };
	struct table tab;
	int rc;

	for (i = 0; i < n; i++) {
		when_day(t->runs[from + i].at_ms, days[i]);
		heads[i + 1] = days[i];
	}
	table_init(&tab, heads, n + 1, 0);
	for (k = 0; k < last->domain_count; k++) {
		table_cell(&tab, last->domains[k].name);
		for (i = 0; i < n; i++)
			table_cell(&tab, level_mark(risk_in(
			    &t->runs[from + i], last->domains[k].code),
			    text));
	}
	table_cell(&tab, _("Judgement"));
	for (i = 0; i < n; i++)
		table_cell(&tab, t->runs[from + i].level_word);
	rc = table_print(&tab, &c->out, e);
	table_done(&tab);
	return rc;
}

int
cmd_assess_trend(struct ctx *c, struct err *e)
{
	struct assess_trend t;
	struct id case_id;
	json_t *j;
	size_t i;
	int rc = 0;

	if (show_case_find(c, cmd_word(c, 0), &case_id, e) != 0 ||
	    assess_trend(c->s, &case_id, &t, e) != 0)
		return -1;
	if (c->g.json) {
		j = json_array();
		for (i = 0; i < t.count; i++)
			json_array_append_new(j, view_json(&t.runs[i]));
		rc = out_json(j, e);
	} else if (t.count == 0) {
		out_say(&c->out, "%s", _("There are none yet."));
	} else {
		rc = print_trend(c, &t, e);
	}
	assess_trend_done(&t);
	return rc;
}
