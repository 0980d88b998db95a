/*
 * The tables are the format: to add a key, add a line here, in schema/policy.md
 * and in schema/policy.schema.json. jansson does not say where a value stood,
 * so a mistake is found again in the text by its place in the tree (jsonline).
 */
#include "client/core/profile/policy_check.h"

#include <stdio.h>
#include <string.h>

#include "client/core/words/jsonline.h"
#include "client/core/local/fields.h"
#include "client/core/local/utf8.h"
#include "client/core/words/near.h"

#define CODE_MAX 40
#define LINE_MAX_BYTES 400
#define LONG_MAX_BYTES 8000
#define LIST_MAX 500
#define FURTHER_MAX 16

enum want {
	WANT_CODE,      /* a-z, 0-9, - and _ */
	WANT_DOTTED,    /* the same with dots: the name of a vocabulary */
	WANT_WORDS,     /* one text in each language */
	WANT_LONG,      /* the same, several lines */
	WANT_LINE,      /* one line, in no language */
	WANT_NUMBER,
	WANT_YES,       /* true or false */
	WANT_LIST,      /* of objects, each with a code of its own */
	WANT_LANGUAGES,
	WANT_FURTHER    /* languages of texts that people are shown alone */
};

struct rule {
	const char *key; /* NULL ends a table */
	enum want want;
	bool optional;
	bool nothing;           /* null is a value */
	int64_t least, most;    /* of a number, of entries */
	const char *one_of;     /* codes between bars */
	const char *in;         /* the list in which the code stands */
	const struct rule *of;  /* of each entry */
};

#define CODE { .key = "code", .want = WANT_CODE }
#define NAME { .key = "name", .want = WANT_WORDS }
#define ABOUT { .key = "about", .want = WANT_LONG, .optional = true }
#define RETIRED { .key = "retired", .want = WANT_YES, .optional = true }
#define END { .key = NULL }

static const struct rule head[] = {
	{ .key = "format", .want = WANT_NUMBER, .least = 1, .most = 1 },
	NAME,
	{ .key = "languages", .want = WANT_LANGUAGES },
	{ .key = "further", .want = WANT_FURTHER, .optional = true },
	{ .key = "of-age", .want = WANT_NUMBER, .optional = true,
	    .least = 1, .most = 30 },
	END
};
static const struct rule section[] = { CODE, NAME, ABOUT, END };
static const struct rule word[] = { CODE, NAME, ABOUT, RETIRED,
	{ .key = "hours", .want = WANT_NUMBER, .optional = true,
	    .nothing = true, .least = 0, .most = 8760 }, END
};
static const struct rule vocabulary[] = {
	{ .key = "code", .want = WANT_DOTTED },
	NAME,
	{ .key = "words", .want = WANT_LIST, .least = 1, .most = LIST_MAX,
	    .of = word },
	END
};
static const struct rule form_item[] = {
	CODE, NAME, ABOUT,
	{ .key = "kind", .want = WANT_CODE,
	    .one_of = "line|long|code|date|number|yes|person" },
	{ .key = "vocabulary", .want = WANT_DOTTED, .optional = true,
	    .in = "vocabularies" },
	{ .key = "required", .want = WANT_YES, .optional = true },
	END
};
static const struct rule form[] = {
	CODE, NAME, ABOUT, RETIRED,
	{ .key = "version", .want = WANT_NUMBER, .least = 1, .most = 9999 },
	{ .key = "section", .want = WANT_CODE, .optional = true,
	    .in = "sections" },
	{ .key = "items", .want = WANT_LIST, .least = 1, .most = LIST_MAX,
	    .of = form_item },
	END
};
static const struct rule instrument_item[] = {
	CODE, NAME, ABOUT,
	{ .key = "domain", .want = WANT_CODE, .in = "assessment.domain" },
	{ .key = "kind", .want = WANT_CODE, .one_of = "risk|protective" },
	END
};
static const struct rule instrument[] = {
	CODE, NAME, ABOUT, RETIRED,
	{ .key = "version", .want = WANT_NUMBER, .least = 1, .most = 9999 },
	{ .key = "setting", .want = WANT_CODE, .in = "assessment.setting" },
	{ .key = "items", .want = WANT_LIST, .least = 1, .most = LIST_MAX,
	    .of = instrument_item },
	END
};
static const struct rule meeting[] = {
	CODE, NAME, ABOUT, RETIRED,
	{ .key = "every", .want = WANT_CODE,
	    .one_of = "month|quarter|half-year|year|as-needed" },
	{ .key = "scope", .want = WANT_CODE, .one_of =
	    "school|network|municipality|institution|matter|case|worker" },
	{ .key = "persons", .want = WANT_YES },
	{ .key = "consent", .want = WANT_YES },
	{ .key = "outside", .want = WANT_YES },
	{ .key = "quorum", .want = WANT_NUMBER, .least = 0, .most = 100 },
	END
};
static const struct rule retention[] = {
	CODE, NAME, ABOUT,
	{ .key = "section", .want = WANT_CODE, .optional = true,
	    .in = "sections" },
	{ .key = "trigger", .want = WANT_CODE, .one_of =
	    "written|ended|closed|of-age|client-died|superseded" },
	{ .key = "years", .want = WANT_NUMBER, .nothing = true, .least = 0,
	    .most = 150 },
	{ .key = "ground", .want = WANT_LINE },
	END
};
static const struct rule page[] = {
	CODE, NAME, { .key = "text", .want = WANT_LONG }, END
};

/* The files that are lists. */
static const struct rule lists[POLICY_FILES] = {
	[POLICY_SECTIONS] = { .key = "", .want = WANT_LIST, .least = 1,
	    .most = LIST_MAX, .of = section },
	[POLICY_VOCABULARIES] = { .key = "", .want = WANT_LIST, .least = 1,
	    .most = LIST_MAX, .of = vocabulary },
	[POLICY_FORMS] = { .key = "", .want = WANT_LIST, .most = LIST_MAX,
	    .of = form },
	[POLICY_INSTRUMENTS] = { .key = "", .want = WANT_LIST,
	    .most = LIST_MAX, .of = instrument },
	[POLICY_MEETINGS] = { .key = "", .want = WANT_LIST, .most = LIST_MAX,
	    .of = meeting },
	[POLICY_RETENTION] = { .key = "", .want = WANT_LIST,
	    .most = LIST_MAX, .of = retention },
	[POLICY_TEXTS] = { .key = "", .want = WANT_LIST, .most = LIST_MAX,
	    .of = page },
};

/* ---- saying where ---- */

struct checking {
	json_t *const *files;
	const struct policy_source *src;
	size_t file;
	struct jsonline_step path[JSONLINE_DEPTH];
	size_t depth;
	struct err *e;
};

static int fail(struct checking *ck, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));

static int
fail(struct checking *ck, const char *fmt, ...)
{
	char words[ERR_TEXT_BYTES];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(words, sizeof(words), fmt, ap);
	va_end(ap);
	if (ck->src == NULL)
		return err_set(ck->e, ERR_INPUT, "%s: %s",
		    policy_file(ck->file), words);
	return err_set(ck->e, ERR_INPUT, "%s, line %zu: %s",
	    policy_file(ck->file), jsonline(ck->src->text[ck->file],
	    ck->path, ck->depth), words);
}

static void
enter(struct checking *ck, const char *key, size_t index)
{
	ck->path[ck->depth++] = (struct jsonline_step){ key, index };
}

static void
leave(struct checking *ck)
{
	ck->depth--;
}

/* ---- values ---- */

static bool
is_code(const char *s, bool dots)
{
	size_t i;

	for (i = 0; s != NULL && s[i] != '\0'; i++)
		if (!((s[i] >= 'a' && s[i] <= 'z') ||
		    (s[i] >= '0' && s[i] <= '9') || (i > 0 &&
		    (s[i] == '-' || s[i] == '_' || (dots && s[i] == '.')))))
			return false;
	return s != NULL && i > 0 && i <= CODE_MAX;
}

/* Does ${code} stand in ${bars}, codes with bars between them? */
static bool
among(const char *bars, const char *code)
{
	const char *at = bars;
	size_t len = strlen(code), n;

	for (;; at += n + 1) {
		n = strcspn(at, "|");
		if (n == len && strncmp(at, code, n) == 0)
			return true;
		if (at[n] == '\0')
			return false;
	}
}

static int
fail_reference(struct checking *ck, const char *list, const char *code)
{
	json_t *all = policy_list(ck->files, list), *one;
	struct near near;
	const char *name;
	size_t i;

	near_begin(&near, code);
	json_array_foreach(all, i, one) {
		name = json_string_value(json_object_get(one, "code"));
		if (name != NULL)
			near_offer(&near, name);
	}
	if (near.best != NULL)
		return fail(ck, "\"%.40s\" is not among the %s; did you mean "
		    "\"%.40s\"?", code, list, near.best);
	return fail(ck, "\"%.40s\" is not among the %s", code, list);
}

static int
check_code(struct checking *ck, const struct rule *r, const json_t *v)
{
	const char *s = json_string_value(v);
	json_t *list, *one;
	size_t i;

	if (!is_code(s, r->want == WANT_DOTTED))
		return fail(ck, "%s is one word of a-z, 0-9, -%s and _, at "
		    "most %d long", r->key,
		    r->want == WANT_DOTTED ? ", ." : "", CODE_MAX);
	if (r->one_of != NULL && !among(r->one_of, s))
		return fail(ck, "%s is one of %s, not \"%.40s\"", r->key,
		    r->one_of, s);
	if (r->in == NULL)
		return 0;
	list = policy_list(ck->files, r->in);
	json_array_foreach(list, i, one)
		if (json_is_string(json_object_get(one, "code")) &&
		    strcmp(json_string_value(json_object_get(one, "code")),
		    s) == 0)
			return 0;
	return fail_reference(ck, r->in, s);
}

static int
check_string(struct checking *ck, const struct rule *r, const json_t *v)
{
	struct view text = view_of(json_string_value(v),
	    json_string_length(v));
	bool lines = r->want == WANT_LONG;

	if (text.len > (lines ? LONG_MAX_BYTES : LINE_MAX_BYTES))
		return fail(ck, "this is longer than %d bytes", lines ?
		    LONG_MAX_BYTES : LINE_MAX_BYTES);
	if (utf8_controls(text, lines) != text.len)
		return fail(ck, "this has a control character in it%s",
		    lines ? "" : "; it is one line of text");
	return 0;
}

static bool
is_blank(const char *s)
{
	return s[strspn(s, " \t\n")] == '\0';
}

/* Of a further language nothing is promised: where it has a text, that is a
 * text like any other. */
static int
check_further(struct checking *ck, const struct rule *r, const json_t *v,
    size_t *n)
{
	json_t *langs = json_object_get(ck->files[POLICY_HEAD], "further");
	const json_t *one;
	const char *lang;
	size_t i;

	for (i = 0; i < json_array_size(langs); i++) {
		lang = json_string_value(json_array_get(langs, i));
		one = lang != NULL ? json_object_get(v, lang) : NULL;
		if (one == NULL)
			continue;
		(*n)++;
		enter(ck, lang, 0);
		if (!json_is_string(one) || is_blank(json_string_value(one)))
			return fail(ck, "%s in the language %s is a text that "
			    "is not empty", r->key, lang);
		if (check_string(ck, r, one) != 0)
			return -1;
		leave(ck);
	}
	return 0;
}

/* A text in each language that the policy promises, and in no other but the
 * further ones that it names. */
static int
check_words(struct checking *ck, const struct rule *r, const json_t *v)
{
	json_t *langs = json_object_get(ck->files[POLICY_HEAD], "languages");
	const json_t *one;
	const char *lang;
	size_t i, n = json_array_size(langs);

	if (!json_is_object(v))
		return fail(ck, "%s is an object with a text in each "
		    "language", r->key);
	for (i = 0; i < n; i++) {
		lang = json_string_value(json_array_get(langs, i));
		one = json_object_get(v, lang);
		if (one == NULL)
			return fail(ck, "%s has no text in the language %s",
			    r->key, lang);
		enter(ck, lang, 0);
		if (!json_is_string(one) || is_blank(json_string_value(one)))
			return fail(ck, "%s in the language %s is a text that "
			    "is not empty", r->key, lang);
		if (check_string(ck, r, one) != 0)
			return -1;
		leave(ck);
	}
	if (check_further(ck, r, v, &n) != 0)
		return -1;
	if (json_object_size(v) != n)
		return fail(ck, "%s has a text in a language that %s does not "
		    "list", r->key, policy_file(POLICY_HEAD));
	return 0;
}

/* Those that the program speaks; further ones are any others. */
static int
check_languages(struct checking *ck, const json_t *v, bool further)
{
	size_t i, k, n = json_array_size(v);
	const char *lang;

	if ((n == 0 && !further) || n > (further ? FURTHER_MAX :
	    POLICY_LANGUAGES))
		return fail(ck, "languages is a list of 1 to %d of et, lv, "
		    "fi, hu, en, further one of at most %d others",
		    POLICY_LANGUAGES, FURTHER_MAX);
	for (i = 0; i < n; i++) {
		lang = json_string_value(json_array_get(v, i));
		if (!is_code(lang, false) ||
		    among("et|lv|fi|hu|en", lang) == further)
			return fail(ck, "languages are of et, lv, fi, hu, en; "
			    "further ones are others: ru, sv, rom");
		for (k = 0; k < i; k++)
			if (strcmp(lang, json_string_value(json_array_get(v,
			    k))) == 0)
				return fail(ck, "the language %s is listed "
				    "twice", lang);
	}
	return 0;
}

static int
check_number(struct checking *ck, const struct rule *r, const json_t *v)
{
	json_int_t n = json_integer_value(v);

	if (!json_is_integer(v) || n < r->least || n > r->most)
		return fail(ck, "%s is a whole number from %lld to %lld%s",
		    r->key, (long long)r->least, (long long)r->most,
		    r->nothing ? ", or null" : "");
	return 0;
}

static int check_list(struct checking *ck, const struct rule *r,
    const json_t *v);

static int
check_value(struct checking *ck, const struct rule *r, const json_t *v)
{
	switch (r->want) {
	case WANT_CODE:
	case WANT_DOTTED:
		return check_code(ck, r, v);
	case WANT_WORDS:
	case WANT_LONG:
		return check_words(ck, r, v);
	case WANT_LINE:
		return json_is_string(v) ? check_string(ck, r, v) :
		    fail(ck, "%s is a text", r->key);
	case WANT_NUMBER:
		return check_number(ck, r, v);
	case WANT_YES:
		return json_is_boolean(v) ? 0 : fail(ck,
		    "%s is true or false", r->key);
	case WANT_LIST:
		return check_list(ck, r, v);
	case WANT_FURTHER:
		return check_languages(ck, v, true);
	case WANT_LANGUAGES:
		return check_languages(ck, v, false);
	}
	return fail(ck, "%s has no rule", r->key);
}

/* ---- objects and lists ---- */

static int
fail_key(struct checking *ck, const struct rule *rules, const char *key)
{
	struct near near;
	const struct rule *r;
	char list[160] = "";
	size_t at = 0;

	near_begin(&near, key);
	for (r = rules; r->key != NULL; r++) {
		near_offer(&near, r->key);
		if (at < sizeof(list))
			at += (size_t)snprintf(list + at, sizeof(list) - at,
			    "%s%s", at > 0 ? ", " : "", r->key);
	}
	if (near.best != NULL)
		return fail(ck, "there is no key \"%.40s\"; did you mean "
		    "\"%s\"?", key, near.best);
	return fail(ck, "there is no key \"%.40s\"; there are %s", key, list);
}

static int
check_object(struct checking *ck, const struct rule *rules, const json_t *v)
{
	const struct rule *r;
	const json_t *one;
	const char *key;
	void *it;

	if (!json_is_object(v))
		return fail(ck, "an object in braces is expected");
	for (it = json_object_iter((json_t *)(uintptr_t)v); it != NULL;
	    it = json_object_iter_next((json_t *)(uintptr_t)v, it)) {
		key = json_object_iter_key(it);
		for (r = rules; r->key != NULL && strcmp(r->key, key) != 0;)
			r++;
		enter(ck, key, 0);
		if (r->key == NULL)
			return fail_key(ck, rules, key);
		leave(ck);
	}
	for (r = rules; r->key != NULL; r++) {
		one = json_object_get(v, r->key);
		if (one == NULL && !r->optional)
			return fail(ck, "the key \"%s\" is missing", r->key);
		if (one == NULL || (r->nothing && json_is_null(one)))
			continue;
		enter(ck, r->key, 0);
		if (check_value(ck, r, one) != 0)
			return -1;
		leave(ck);
	}
	return 0;
}

static int
check_double(struct checking *ck, const json_t *list, size_t at)
{
	const char *code = json_string_value(json_object_get(
	    json_array_get(list, at), "code"));
	size_t i;

	for (i = 0; i < at; i++)
		if (strcmp(code, json_string_value(json_object_get(
		    json_array_get(list, i), "code"))) == 0)
			return fail(ck, "the code \"%.40s\" stands here a "
			    "second time", code);
	return 0;
}

static int
check_list(struct checking *ck, const struct rule *r, const json_t *v)
{
	size_t i, n = json_array_size(v);

	if (!json_is_array(v))
		return fail(ck, "a list in square brackets is expected");
	if ((int64_t)n < r->least || (int64_t)n > r->most)
		return fail(ck, "%lld to %lld entries are expected, not %zu",
		    (long long)r->least, (long long)r->most, n);
	for (i = 0; i < n; i++) {
		enter(ck, NULL, i);
		if (check_object(ck, r->of, json_array_get(v, i)) != 0 ||
		    check_double(ck, v, i) != 0)
			return -1;
		leave(ck);
	}
	return 0;
}

/* ---- what the tables cannot say ---- */

static bool
has(struct checking *ck, const char *list, const char *code)
{
	json_t *all = policy_list(ck->files, list), *one;
	size_t i;

	json_array_foreach(all, i, one)
		if (strcmp(json_string_value(json_object_get(one, "code")),
		    code) == 0)
			return true;
	return false;
}

static int
check_sections(struct checking *ck)
{
	static const char known[] =
	    "card|notes|plan|assessment|meeting|protection";
	const char *code;
	json_t *one;
	size_t i;

	json_array_foreach(ck->files[POLICY_SECTIONS], i, one) {
		code = json_string_value(json_object_get(one, "code"));
		enter(ck, NULL, i);
		if (!among(known, code))
			return fail(ck, "this program knows no section "
			    "\"%.40s\"; there are %s", code, known);
		leave(ck);
	}
	if (!has(ck, "sections", "card") || !has(ck, "sections", "notes"))
		return fail(ck, "the sections card and notes are always "
		    "there");
	return 0;
}

/* The words that the program writes by itself. */
static const struct {
	const char *list, *codes;
} own_words[] = {
	{ "case.stage", "cp" },
	{ "case.status", "open|paused|closed|reopened" },
	{ "note.category", "contact" }, { "consent.status", "given|refused" },
	{ "consent.purpose", "support_at_school" },
	{ "consent.evidence", "spoken" }, { "withdrawal.channel", "spoken" },
	{ "override.basis", "danger|child_protection|court|police|statute" },
	{ "handover.step", "propose|accept|reduce|takeover|back" },
	{ "alias.status", "same|apart" }, { "signal.state", "draft|sent" },
	{ "disclosure.basis", "consent|cp_duty|own_file" },
	{ "disclosure.channel", "program|sealed_file" },
	{ "referral.state", "draft|consent_ok|legal_ok|sent|declined" },
	{ "transition.state", "proposed|chosen|accepted|declined|reduced" },
	{ "assessment.answer", "0|1|2|3|unknown" },
	{ "assessment.level", "immediate" }, { "signal.urgency", "immediate" },
	{ "meeting.state", "planned|held|cancelled" },
	{ "activity.kind", "stf_consult" }, { "calendar.kind", "term" },
	{ "weekday", "mon|tue|wed|thu|fri|sat|sun" },
	{ "service.state", "draft|agreed|running|evaluated|closed" },
};

static int
check_own_words(struct checking *ck)
{
	const char *at, *list;
	char code[CODE_MAX + 1];
	size_t i, n;

	for (i = 0; i < sizeof(own_words) / sizeof(own_words[0]); i++) {
		list = own_words[i].list;
		for (at = own_words[i].codes; ; at += n + 1) {
			n = strcspn(at, "|");
			snprintf(code, sizeof(code), "%.*s", (int)n, at);
			if (!has(ck, list, code))
				return fail(ck, "the program writes the word "
				    "\"%s\" itself: %s needs it", code, list);
			if (at[n] == '\0')
				break;
		}
	}
	return 0;
}

static int
check_vocabularies(struct checking *ck)
{
	const struct record_kind *kind;
	const struct field *f;
	const char *code;
	json_t *one;
	size_t i, n;

	json_array_foreach(ck->files[POLICY_VOCABULARIES], i, one) {
		code = json_string_value(json_object_get(one, "code"));
		enter(ck, NULL, i);
		for (n = POLICY_SECTIONS; n < POLICY_FILES; n++)
			if (strncmp(policy_file(n), code, strlen(code)) == 0
			    && policy_file(n)[strlen(code)] == '.')
				return fail(ck, "\"%s\" is the name of a "
				    "file of the policy; a vocabulary needs "
				    "another", code);
		leave(ck);
	}
	for (n = 0; (kind = fields_each(n)) != NULL; n++)
		for (i = 0; i < kind->count; i++) {
			f = &kind->fields[i];
			if (f->vocabulary != NULL &&
			    strcmp(f->vocabulary, "meetings") != 0 &&
			    !has(ck, "vocabularies", f->vocabulary))
				return fail(ck, "the vocabulary %s is "
				    "missing: the field %s of a %s takes its "
				    "words from it", f->vocabulary, f->name,
				    kind->name);
		}
	return check_own_words(ck);
}

/* Lists, vocabularies, forms, instruments and texts are asked for by name
 * alone, so each has its own. */
static int
check_names(struct checking *ck)
{
	const json_t *one;
	const char *code;
	size_t i;

	json_array_foreach(ck->files[ck->file], i, one) {
		code = json_string_value(json_object_get(one, "code"));
		enter(ck, NULL, i);
		if (policy_list(ck->files, code) !=
		    json_object_get(one, "items"))
			return fail(ck, "\"%.40s\" is the name of another "
			    "list already", code);
		leave(ck);
	}
	return 0;
}

static int
check_forms(struct checking *ck)
{
	const json_t *one, *item, *items;
	bool code;
	size_t i, k;

	json_array_foreach(ck->files[POLICY_FORMS], i, one) {
		items = json_object_get(one, "items");
		json_array_foreach(items, k, item) {
			code = strcmp(json_string_value(json_object_get(item,
			    "kind")), "code") == 0;
			enter(ck, NULL, i);
			enter(ck, "items", 0);
			enter(ck, NULL, k);
			if (code != (json_object_get(item, "vocabulary") !=
			    NULL))
				return fail(ck, "an item of the kind code, "
				    "and no other, names its vocabulary");
			ck->depth -= 3;
		}
	}
	return check_names(ck);
}

static int
check_meetings(struct checking *ck)
{
	const json_t *one;
	size_t i;

	json_array_foreach(ck->files[POLICY_MEETINGS], i, one) {
		enter(ck, NULL, i);
		if (json_is_true(json_object_get(one, "consent")) &&
		    !json_is_true(json_object_get(one, "persons")))
			return fail(ck, "a meeting that speaks of no persons "
			    "needs no consent: persons or consent is wrong");
		leave(ck);
	}
	return 0;
}

static int
check_retention(struct checking *ck)
{
	const json_t *one;
	size_t i;

	json_array_foreach(ck->files[POLICY_RETENTION], i, one) {
		enter(ck, NULL, i);
		if (json_is_integer(json_object_get(one, "years")) &&
		    is_blank(json_string_value(json_object_get(one,
		    "ground"))))
			return fail(ck, "years need their ground: the rule of "
			    "law or the decision they follow from");
		leave(ck);
	}
	return 0;
}

int
policy_check(json_t *const files[], const struct policy_source *src,
    struct err *e)
{
	static int (*const more[POLICY_FILES])(struct checking *ck) = {
		[POLICY_SECTIONS] = check_sections,
		[POLICY_VOCABULARIES] = check_vocabularies,
		[POLICY_FORMS] = check_forms,
		[POLICY_INSTRUMENTS] = check_names,
		[POLICY_MEETINGS] = check_meetings,
		[POLICY_RETENTION] = check_retention,
		[POLICY_TEXTS] = check_names,
	};
	struct checking ck = { .files = files, .src = src, .e = e };

	/* First the languages, which every other text is measured by. */
	if (json_is_object(files[POLICY_HEAD])) {
		enter(&ck, "languages", 0);
		if (check_languages(&ck, json_object_get(files[POLICY_HEAD],
		    "languages"), false) != 0)
			return -1;
		leave(&ck);
		enter(&ck, "further", 0);
		if (check_languages(&ck, json_object_get(files[POLICY_HEAD],
		    "further"), true) != 0)
			return -1;
		leave(&ck);
	}
	if (check_object(&ck, head, files[POLICY_HEAD]) != 0)
		return -1;
	for (ck.file = POLICY_SECTIONS; ck.file < POLICY_FILES; ck.file++)
		if (check_list(&ck, &lists[ck.file], files[ck.file]) != 0 ||
		    (more[ck.file] != NULL && more[ck.file](&ck) != 0))
			return -1;
	return 0;
}
