/* Papers for a family: the form of a consent, the receipt of a withdrawal. */
#include <stdio.h>
#include <string.h>

#include "client/cli/papers.h"
#include "client/cli/show.h"
#include "client/cli/text.h"
#include "client/core/cases/guard.h"
#include "client/core/profile/people.h"
#include "client/core/profile/policies.h"
#include "client/core/consent/receipt.h"
#include "common/base/mem.h"
#include "common/base/text.h"

#define LINE_BYTES 1000

/* ---- to a file ---- */

static struct paper *
begin(struct ctx *c, const char *title, const char *subtitle,
    const char *lang)
{
	char day[WHEN_BYTES];
	struct paper_about about = { .title = title, .subtitle = subtitle,
		.source = "tugi", .date = day, .lang = lang };

	/* A language that the program does not speak needs no words. */
	about.page = strcmp(lang, session_language(c->s)) == 0 ?
	    _("Page %u of %u") : "%u / %u";

	when_day(tick_wall_ms(&c->tick), day);
	return paper_new(&about);
}

static int
put(struct ctx *c, struct paper *p, const char *path, struct err *e)
{
	struct buf b;
	int rc;

	buf_init(&b, PAPER_MAX_BYTES);
	rc = paper_pdf(p, &b, e);
	if (rc == 0)
		rc = papers_write(c, path, buf_view(&b), false, e);
	buf_done(&b);
	return rc;
}

/* ---- the form of a consent ---- */

struct form {
	struct ctx *c;
	const struct policy *policy;
	const char *lang;
	struct paper *p;
};

static void
form_line(struct form *f, const char *item, const char *text)
{
	const char *label = policy_name(f->policy, "consent", item, f->lang);

	if (label == NULL)
		return;
	if (text != NULL && *text != '\0')
		paper_fact(f->p, label, text);
	else
		paper_rules(f->p, label, 1);
}

/* The sections by their names in the reader's language. */
static int
form_sections(struct form *f, const char *list, bool labelled, struct err *e)
{
	char words[LINE_BYTES] = "", code[41];
	const char *at = list, *name;
	size_t n, len = 0;

	while (at != NULL && *at != '\0') {
		n = strcspn(at, ", ");
		if (n > 0 && n < sizeof(code)) {
			memcpy(code, at, n);
			code[n] = '\0';
			name = policy_name(f->policy, "sections", code,
			    f->lang);
			if (name == NULL)
				return err_set(e, ERR_INPUT, _("there is no "
				    "section \"%s\" in the policy"), code);
			len += (size_t)snprintf(words + len,
			    len < sizeof(words) ? sizeof(words) - len : 0,
			    "%s%s", len > 0 ? ", " : "", name);
		}
		at += n + strspn(at + n, ", ");
	}
	if (labelled)
		form_line(f, "sections", words);
	else if (len > 0)
		paper_text(f->p, words);
	return 0;
}

/* What is said of an item: typed, or usual; else a line to write on. How it
 * is taken is the worker's to write. */
static const char *
form_value(struct form *f, const char *item, const char *to)
{
	const char *text = strcmp(item, "giver") == 0 ?
	    cmd_value(f->c, "by") : strcmp(item, "audience") == 0 ? to :
	    strcmp(item, "purpose") == 0 ? cmd_value(f->c, "purpose") :
	    strcmp(item, "until") == 0 ? cmd_value(f->c, "until") : NULL;
	const char *list = policy_value(f->policy, "consent", item,
	    "vocabulary");

	if (text == NULL)
		text = policy_value(f->policy, "consent", item, "default");
	if (text == NULL || list == NULL || strcmp(item, "audience") == 0)
		return text;
	return policy_name(f->policy, list, text, f->lang);
}

static bool
has_item(const struct form *f, const char *item)
{
	return policy_name(f->policy, "consent", item, f->lang) != NULL;
}

/* Every item that the office's form has, in its order. */
static int
form_items(struct form *f, const char *to, struct err *e)
{
	static const char elsewhere[] = "|evidence|language|place|signature|";
	const char *list = cmd_value(f->c, "sections"), *item;
	bool labelled = has_item(f, "sections");
	char bars[48];
	size_t i;
	int rc = 0;

	for (i = 0; rc == 0 && (item = policy_code(f->policy, "consent", i)) !=
	    NULL; i++) {
		snprintf(bars, sizeof(bars), "|%s|", item);
		if (strstr(elsewhere, bars) != NULL)
			continue;
		if (strcmp(item, "sections") == 0) {
			rc = form_sections(f, list, true, e);
			continue;
		}
		form_line(f, item, form_value(f, item, to));
		if (strcmp(item, "audience") == 0 && !labelled)
			rc = form_sections(f, list, false, e);
	}
	return rc;
}

/* Where the office's form names them: in the form's language. */
static void
form_sign(struct form *f)
{
	const char *place = policy_name(f->policy, "consent", "place",
	    f->lang);
	const char *name = policy_name(f->policy, "consent", "signature",
	    f->lang);

	paper_sign(f->p, place != NULL ? place : " ", name != NULL ? name :
	    " ");
}

static int
fill_form(struct form *f, struct err *e)
{
	struct ctx *c = f->c;
	const char *purpose = cmd_value(c, "purpose"), *text;
	bool easy = cmd_flag(c, "easy-read");
	struct person_item to;
	const char *name = NULL;

	if (cmd_value(c, "to") != NULL) {
		if (show_person_find(c, cmd_value(c, "to"), &to, e) != 0)
			return -1;
		name = to.name;
	}
	text = policy_text(f->policy, easy ? "consent-easy" : "consent-form",
	    f->lang);
	if (text != NULL)
		paper_text(f->p, text);
	if (purpose != NULL && policy_name(f->policy, "consent.purpose",
	    purpose, f->lang) == NULL)
		return err_set(e, ERR_INPUT, _("there is no purpose \"%s\" in "
		    "the policy"), purpose);
	if (form_items(f, name, e) != 0)
		return -1;
	form_sign(f);
	return 0;
}

static int
may_be_given(struct ctx *c, const struct id *case_id, struct err *e)
{
	struct guard_asked q = { *case_id, GUARD_PAPER, cmd_value(c, "by"),
		NULL };
	struct guard g;
	int rc;

	if (q.who == NULL)
		return 0;
	if (guard_ask(c->s, &q, &g, e) != 0)
		return -1;
	rc = g.may ? 0 : err_set(e, ERR_DENIED, "%s", g.why);
	guard_done(&g);
	return rc;
}

int
cmd_consent_form(struct ctx *c, struct err *e)
{
	struct form f = { .c = c, .lang = cmd_value(c, "language") };
	struct record_item card = { 0 };
	struct id case_id;
	char foot[LINE_BYTES];
	const char *title;
	int rc;

	if (show_case_find_one(c, cmd_word(c, 0), &case_id, e) != 0)
		return -1;
	f.policy = policies_now(c->s, e);
	if (f.policy == NULL || may_be_given(c, &case_id, e) != 0)
		return -1;
	if (f.lang == NULL)
		f.lang = session_language(c->s);
	title = policy_name(f.policy, "forms", "consent", f.lang);
	if (title == NULL)
		return err_set(e, ERR_ABSENT, "%s", _("the policy has no form "
		    "\"consent\""));
	if (!policy_speaks(f.policy, f.lang))
		return err_set(e, ERR_INPUT, _("the policy has no consent in "
		    "the language \"%s\"; tugi policy show lists what it has"),
		    f.lang);
	if (records_find(c->s, &case_id, &card, e) < 0)
		return -1;
	f.p = begin(c, title, record_field(&card, "name"), f.lang);
	record_item_done(&card);
	rc = fill_form(&f, e);
	snprintf(foot, sizeof(foot), _("consent %d, %s"),
	    policy_version(f.policy, "forms", "consent"), f.lang);
	paper_note(f.p, foot);
	if (rc == 0)
		rc = put(c, f.p, cmd_value(c, "pdf"), e);
	paper_free(f.p);
	return rc;
}

/* ---- the receipt of a withdrawal ---- */

static void
line_words(const struct receipt_line *l, char out[static LINE_BYTES])
{
	if (l->open)
		snprintf(out, LINE_BYTES, _("stays open: %s"), l->why);
	else
		snprintf(out, LINE_BYTES, "%s", l->confirmed ?
		    _("closed, with a new key") :
		    _("closed here; the key changes at the next sync"));
}

static void
kept_words(const struct receipt_kept *k, char out[static LINE_BYTES])
{
	if (k->years < 0)
		snprintf(out, LINE_BYTES, _("%s: kept; the office has not "
		    "decided for how long"), k->name);
	else
		snprintf(out, LINE_BYTES, plural((size_t)k->years,
		    "%s: kept for %d year: %s", "%s: kept for %d years: %s"),
		    k->name, k->years, k->ground);
}

static void
say_receipt(struct ctx *c, const struct receipt *r)
{
	static const char *const heads[] = { N_("WHO"), N_("SECTION"),
		N_("NOW"), N_("COULD READ"), N_("SURELY READ") };
	char words[LINE_BYTES], n[WHEN_BYTES];
	struct table t;
	struct err why;
	size_t i;

	out_head(&c->out, _("Receipt of a withdrawal"));
	when_text(r->told_on, n);
	out_line(&c->out, _("%s took back on %s: %s. Recorded by %s."),
	    r->giver, n, policies_names(c->s, "sections", r->sections, words,
	    sizeof(words)), r->taken_by);
	if (r->waits)
		out_warn(&c->out, "%s", _("Not sent yet: run tugi sync, then "
		    "print the receipt again."));
	table_init(&t, heads, 5, 2);
	for (i = 0; i < r->count; i++) {
		table_cell(&t, r->lines[i].name);
		table_cell(&t, policies_name(c->s, "sections",
		    r->lines[i].section));
		line_words(&r->lines[i], words);
		table_cell(&t, words);
		snprintf(n, sizeof(n), "%zu", r->lines[i].texts);
		table_cell(&t, n);
		snprintf(n, sizeof(n), "%zu", r->lines[i].certain);
		table_cell(&t, n);
	}
	if (r->count == 0)
		out_line(&c->out, "%s", _("Nothing was open to anybody it "
		    "names."));
	else
		(void)table_print(&t, &c->out, &why);
	table_done(&t);
	for (i = 0; i < r->kept_count; i++) {
		kept_words(&r->kept[i], words);
		out_line(&c->out, "%s", words);
	}
	out_line(&c->out, "%s", _("Copies that were made before cannot be "
	    "recalled."));
}

static int
print_receipt(struct ctx *c, const struct receipt *r, const char *path,
    struct err *e)
{
	const char *heads[] = { _("Who"), _("Section"), _("Now"),
		_("Could read"), _("Surely read") };
	struct paper_table table = { NULL, heads, "lllrr", 5, NULL };
	char words[LINE_BYTES], all[WHEN_BYTES], sure[24];
	const char *cells[5];
	struct paper *p = begin(c, _("Receipt of a withdrawal"), r->child,
	    session_language(c->s));
	size_t i;
	int rc;

	paper_fact(p, _("Taken back by"), r->giver);
	when_text(r->told_on, all);
	paper_fact(p, _("Told on"), all);
	paper_fact(p, _("What"), policies_names(c->s, "sections", r->sections,
	    words, sizeof(words)));
	paper_fact(p, _("Recorded by"), r->taken_by);
	paper_heading(p, 2, _("What closed"));
	if (r->count == 0)
		paper_text(p, _("Nothing was open to anybody it names."));
	else
		paper_table(p, &table);
	for (i = 0; i < r->count; i++) {
		line_words(&r->lines[i], words);
		snprintf(all, sizeof(all), "%zu", r->lines[i].texts);
		snprintf(sure, sizeof(sure), "%zu", r->lines[i].certain);
		cells[0] = r->lines[i].name;
		cells[1] = policies_name(c->s, "sections",
		    r->lines[i].section);
		cells[2] = words;
		cells[3] = all;
		cells[4] = sure;
		paper_row(p, cells);
	}
	paper_heading(p, 2, _("What stays"));
	for (i = 0; i < r->kept_count; i++) {
		kept_words(&r->kept[i], words);
		paper_text(p, words);
	}
	paper_text(p, _("Copies that were made before cannot be recalled."));
	paper_sign(p, _("Place and date"), _("Signature"));
	rc = put(c, p, path, e);
	paper_free(p);
	return rc;
}

static json_t *
receipt_json(const struct receipt *r)
{
	json_t *j = json_object(), *lines = json_array(), *kept = json_array();
	json_t *one;
	size_t i;

	json_object_set_new(j, "giver", out_json_text(r->giver));
	json_object_set_new(j, "sections", out_json_text(r->sections));
	json_object_set_new(j, "channel", out_json_text(r->channel));
	json_object_set_new(j, "told_on", out_json_text(r->told_on));
	json_object_set_new(j, "taken_by", out_json_text(r->taken_by));
	json_object_set_new(j, "at", show_time_json(r->at_ms));
	json_object_set_new(j, "waits", json_boolean(r->waits));
	for (i = 0; i < r->count; i++) {
		one = json_object();
		json_object_set_new(one, "name",
		    out_json_text(r->lines[i].name));
		json_object_set_new(one, "section",
		    out_json_text(r->lines[i].section));
		json_object_set_new(one, "open",
		    json_boolean(r->lines[i].open));
		json_object_set_new(one, "why", out_json_text(r->lines[i].why));
		json_object_set_new(one, "new_key",
		    json_boolean(r->lines[i].confirmed));
		json_object_set_new(one, "could_read",
		    json_integer((json_int_t)r->lines[i].texts));
		json_object_set_new(one, "surely_read",
		    json_integer((json_int_t)r->lines[i].certain));
		json_array_append_new(lines, one);
	}
	for (i = 0; i < r->kept_count; i++) {
		one = json_object();
		json_object_set_new(one, "class",
		    out_json_text(r->kept[i].name));
		json_object_set_new(one, "years", r->kept[i].years < 0 ?
		    json_null() : json_integer(r->kept[i].years));
		json_object_set_new(one, "ground",
		    out_json_text(r->kept[i].ground));
		json_array_append_new(kept, one);
	}
	json_object_set_new(j, "closed", lines);
	json_object_set_new(j, "kept", kept);
	return j;
}

int
cmd_consent_receipt(struct ctx *c, struct err *e)
{
	const char *path = cmd_value(c, "pdf");
	struct record_item item = { 0 };
	struct receipt r;
	int rc = 0;

	if (show_record_find(c, cmd_word(c, 0), TYPE_WITHDRAWAL, &item, e) !=
	    0)
		return -1;
	rc = receipt_of(c->s, &item.id, &r, e);
	record_item_done(&item);
	if (rc != 0)
		return -1;
	if (path != NULL)
		rc = print_receipt(c, &r, path, e);
	if (rc == 0 && c->g.json)
		rc = out_json(receipt_json(&r), e);
	else if (rc == 0 && path == NULL)
		say_receipt(c, &r);
	receipt_done(&r);
	return rc;
}
