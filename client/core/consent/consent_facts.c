/*
 * A consent is proof: what it says is checked against the policy in force and
 * against itself before anything opens. A scope is what was agreed in words
 * people use; the sections are what the program keeps apart. No section may go
 * beyond the scope, and a larger scope never follows from a smaller one.
 */
#include "client/core/consent/consent_facts.h"

#include <stdio.h>
#include <string.h>

#include "client/core/accord/statements.h"
#include "client/core/cases/entries.h"
#include "client/core/cases/guard.h"
#include "client/core/local/day.h"
#include "client/core/profile/forms.h"
#include "client/core/profile/policies.h"
#include "common/base/file.h"
#include "common/wire/httpsig.h"

#define BLANKS " ,;\t\n"
#define CODE_MAX 40
#define PAPER_MAX ((size_t)64 * 1024 * 1024)

struct facts {
	struct session *session;
	const struct consent_draft *d;
	const struct policy *policy;
	unsigned mask;
	struct entry x;
	int64_t now_ms;
};

/* ---- scope ---- */

static const struct {
	const char *scope, *section;
} scopes[] = {
	{ "existence", "card" }, { "contact", "card" }, { "theme", "card" },
	{ "assessment_result", "assessment" }, { "plan", "plan" },
	{ "meeting_minutes", "meeting" }, { "notes", "notes" },
};

static int
covered(const struct facts *f, const char *code, unsigned *out,
    struct err *e)
{
	unsigned bit;
	size_t i;

	if (policies_check(f->session, &(struct field){ TYPE_CONSENT,
	    CONSENT_SCOPE, FIELD_CODE, 0, "scope", "Scope", "consent.scope" },
	    code, e) != 0)
		return -1;
	for (i = 0; i < sizeof(scopes) / sizeof(scopes[0]); i++)
		for (bit = 0; bit < STATEMENTS_SECTIONS; bit++)
			if (strcmp(scopes[i].scope, code) == 0 &&
			    strcmp(scopes[i].section,
			    statements_section(bit)) == 0)
				*out |= 1u << bit;
	return 0;
}

static int
check_scope(const struct facts *f, struct err *e)
{
	struct view list = entry_text(&f->x, CONSENT_SCOPE);
	char code[CODE_MAX + 1], words[80];
	unsigned all = 0;
	size_t at = 0, n;

	if (list.len == 0)
		return 0;
	while (at < list.len) {
		for (n = 0; at + n < list.len &&
		    strchr(BLANKS, list.data[at + n]) == NULL; n++)
			;
		snprintf(code, sizeof(code), "%.*s",
		    (int)(n < CODE_MAX ? n : CODE_MAX),
		    (const char *)list.data + at);
		if (n > 0 && covered(f, code, &all, e) != 0)
			return -1;
		at += n + 1;
	}
	if ((f->mask & ~all) == 0)
		return 0;
	statements_words(f->mask & ~all, words);
	return err_set(e, ERR_INPUT, "the scope does not reach the section "
	    "%s: name what was agreed in scope, or leave the section out",
	    words);
}

/* What the office keeps no more is not opened anew. */
static int
check_sections(const struct facts *f, struct err *e)
{
	unsigned bit;

	for (bit = 0; !f->d->refused && bit < STATEMENTS_SECTIONS; bit++)
		if ((f->mask & 1u << bit) != 0 && policies_section(f->session,
		    statements_section(bit), e) != 0)
			return -1;
	return 0;
}

/* ---- who gives it ---- */

static int
check_capacity(const struct facts *f, struct err *e)
{
	const struct entry *x = &f->x;
	bool by = entry_has(x, CONSENT_CAPACITY_BY);
	bool on = entry_has(x, CONSENT_CAPACITY_ON);
	bool ground = entry_has(x, CONSENT_CAPACITY_GROUND);
	int64_t day;

	if ((by || on || ground) && !(by && on && ground))
		return err_set(e, ERR_INPUT, "a judgement of capacity says by "
		    "whom, when and on what ground: capacity-by=TEXT "
		    "capacity-on=DAY capacity-ground=TEXT");
	if (on && entry_day(x, CONSENT_CAPACITY_ON, &day) == 1 &&
	    day_ahead(day, f->now_ms))
		return err_set(e, ERR_INPUT, "capacity-on is a day that is "
		    "still to come");
	if (by && strcmp(f->d->giver_role, "child_capable") != 0)
		return err_set(e, ERR_INPUT, "capacity is judged of a child "
		    "who gives the consent: --role child_capable");
	return 0;
}

static int
check_givers(const struct facts *f, struct err *e)
{
	const struct entry *x = &f->x;
	struct guard_asked q = { f->d->case_id, GUARD_CONSENT, NULL, NULL };
	struct view second = entry_text(x, CONSENT_SECOND);
	struct guard g;
	char name[200];
	int rc;

	if (entry_int(x, CONSENT_DISAGREE) != 0 && !f->d->refused)
		return err_set(e, ERR_INPUT, "the guardians disagree, so "
		    "nothing opens: record it with --refused; a consent "
		    "follows when they agree or a court has decided");
	if (second.len == 0)
		return 0;
	if (strcmp(f->d->giver_role, "both_guardians") != 0 &&
	    entry_int(x, CONSENT_DISAGREE) == 0)
		return err_set(e, ERR_INPUT, "second names the second guardian "
		    "of a consent by both: --role both_guardians");
	if (f->d->refused)
		return 0;
	snprintf(name, sizeof(name), "%.*s", (int)(second.len < 160 ?
	    second.len : 160), (const char *)second.data);
	q.who = name;
	if (guard_ask(f->session, &q, &g, e) != 0)
		return -1;
	rc = g.may ? 0 : err_set(e, ERR_DENIED, "%s", g.why);
	guard_done(&g);
	return rc;
}

/* ---- how it was given ---- */

static int
check_evidence(const struct facts *f, struct err *e)
{
	const char *how = f->d->evidence != NULL ? f->d->evidence : "spoken";

	if (strcmp(how, "digital_signature") == 0 && f->d->paper == NULL)
		return err_set(e, ERR_INPUT, "a digital signature is a file: "
		    "name it with --file, its hash is kept");
	if (strcmp(how, "spoken") == 0 && f->d->paper != NULL)
		return err_set(e, ERR_INPUT, "a spoken consent has no paper; "
		    "--evidence signed_paper or digital_signature");
	return 0;
}

static int
check_form(const struct facts *f, struct consent_facts *out, struct err *e)
{
	struct view form = entry_text(&f->x, CONSENT_FORM);
	char code[CODE_MAX + 1];
	struct op *op;
	int version;

	if (form.len == 0 && entry_has(&f->x, CONSENT_FORM_VERSION))
		return err_set(e, ERR_INPUT, "form-version goes with form");
	if (form.len == 0)
		return 0;
	snprintf(code, sizeof(code), "%.*s", (int)(form.len < CODE_MAX ?
	    form.len : CODE_MAX), (const char *)form.data);
	version = policy_version(f->policy, "forms", code);
	if (version == 0)
		return err_set(e, ERR_INPUT, "form names a form of the policy; "
		    "tugi policy show forms lists them");
	if (entry_int(&f->x, CONSENT_FORM_VERSION) > version)
		return err_set(e, ERR_INPUT, "the policy has the form \"%s\" "
		    "up to version %d", code, version);
	if (entry_has(&f->x, CONSENT_FORM_VERSION) ||
	    out->p.count == RECORD_OPS_MAX)
		return 0;
	op = &out->p.ops[out->p.count++];
	memset(op, 0, sizeof(*op));
	op->field = CONSENT_FORM_VERSION;
	op->value.type = VALUE_INT;
	op->value.num = version;
	return 0;
}

static int
check_review(const struct facts *f, struct err *e)
{
	int64_t day;

	if (entry_day(&f->x, CONSENT_REVIEW, &day) != 1)
		return 0;
	if (day < f->now_ms - DAY_MS / 2)
		return err_set(e, ERR_INPUT, "review is a day that has passed");
	if (f->d->until_ms != 0 && day - DAY_MS / 2 > f->d->until_ms)
		return err_set(e, ERR_INPUT, "review is after the last day of "
		    "the consent");
	return 0;
}

int
consent_paper(const char *path, struct hash *out, struct err *e)
{
	struct buf b;
	int rc;

	buf_init(&b, PAPER_MAX);
	rc = file_read(path, &b, e);
	if (rc == 0)
		httpsig_digest(buf_view(&b), out);
	buf_done(&b);
	return rc;
}

/* ---- what the office's form says ---- */

int
consent_facts_standard(struct session *s, struct consent_draft *d,
    struct err *e)
{
	const struct {
		uint16_t field;
		const char **text;
	} of[] = {
		{ CONSENT_PURPOSE, &d->purpose },
		{ CONSENT_EVIDENCE, &d->evidence },
		{ CONSENT_LANGUAGE, &d->language },
	};
	size_t i;

	for (i = 0; i < sizeof(of) / sizeof(of[0]); i++)
		if (*of[i].text == NULL && forms_standard(s, fields_number(
		    TYPE_CONSENT, of[i].field), of[i].text, e) != 0)
			return -1;
	return 0;
}

static bool
is_said(const void *ctx, const struct field *f)
{
	const struct facts *x = ctx;
	const struct consent_draft *d = x->d;

	switch (f->number) {
	case CONSENT_PURPOSE:
		return d->purpose != NULL;
	case CONSENT_EVIDENCE:
		return d->evidence != NULL;
	case CONSENT_LANGUAGE:
		return d->language != NULL;
	case CONSENT_UNTIL:
		return d->until_ms != 0;
	default: /* the program asks for who, whom and what itself */
		return (f->flags & FIELD_GIVEN) == 0 ||
		    entry_has(&x->x, f->number);
	}
}

int
consent_facts_read(struct session *s, const struct consent_draft *d,
    unsigned mask, struct consent_facts *out, struct err *e)
{
	struct facts f = { .session = s, .d = d, .mask = mask };

	f.now_ms = store_now_ms(session_store(s));
	f.policy = policies_now(s, e);
	if (f.policy == NULL ||
	    value_parse_new(s, TYPE_CONSENT, d->set, d->n, &out->p, e) != 0 ||
	    value_standard(s, TYPE_CONSENT, &out->p, e) != 0)
		return -1;
	f.x.session = s;
	f.x.type = TYPE_CONSENT;
	f.x.ops = out->p.ops;
	f.x.op_count = out->p.count;
	if (check_sections(&f, e) != 0 || check_scope(&f, e) != 0 ||
	    check_capacity(&f, e) != 0 || check_givers(&f, e) != 0 ||
	    check_evidence(&f, e) != 0 || check_review(&f, e) != 0 ||
	    (!d->refused && forms_ask(s, TYPE_CONSENT, is_said, &f, e) != 0))
		return -1;
	return check_form(&f, out, e);
}
