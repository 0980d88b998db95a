/*
 * The tables are the format: to add a key, add a line here, in schema/policy.md
 * and in schema/policy.schema.json. jansson does not say where a value stood,
 * so a mistake is found again in the text by its place in the tree (jsonline).
 */
#include "client/core/profile/policy_check_parts.h"

#include <stdio.h>
#include <string.h>

#include "client/core/local/utf8.h"
#include "client/core/words/near.h"
#include "common/base/text.h"

#define CODE_MAX CHECKING_CODE_MAX
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
	{ .key = "field", .want = WANT_CODE, .optional = true },
	{ .key = "default", .want = WANT_LINE, .optional = true },
	END
};
static const struct rule form[] = {
	CODE, NAME, ABOUT, RETIRED,
	{ .key = "record", .want = WANT_CODE, .optional = true },
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

int
checking_fail(struct checking *ck, const char *fmt, ...)
{
	char words[ERR_TEXT_BYTES];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(words, sizeof(words), text_spoken(fmt), ap);
	va_end(ap);
	if (ck->src == NULL)
		return err_set(ck->e, ERR_INPUT, "%s: %s",
		    policy_file(ck->file), words);
	return err_set(ck->e, ERR_INPUT, "%s, line %zu: %s",
	    policy_file(ck->file), jsonline(ck->src->text[ck->file],
	    ck->path, ck->depth), words);
}

void
checking_enter(struct checking *ck, const char *key, size_t index)
{
	ck->path[ck->depth++] = (struct jsonline_step){ key, index };
}

void
checking_leave(struct checking *ck)
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
bool
checking_among(const char *bars, const char *code)
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
		return checking_fail(ck, "\"%.40s\" is not among the %s; did you mean "
		    "\"%.40s\"?", code, list, near.best);
	return checking_fail(ck, "\"%.40s\" is not among the %s", code, list);
}

static int
check_code(struct checking *ck, const struct rule *r, const json_t *v)
{
	const char *s = json_string_value(v);
	json_t *list, *one;
	size_t i;

	if (!is_code(s, r->want == WANT_DOTTED))
		return checking_fail(ck, "%s is one word of these characters, "
		    "at most %d of them: %s", r->key, CODE_MAX,
		    r->want == WANT_DOTTED ? "a-z 0-9 - . _" : "a-z 0-9 - _");
	if (r->one_of != NULL && !checking_among(r->one_of, s))
		return checking_fail(ck, "%s is one of %s, not \"%.40s\"", r->key,
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
		return checking_fail(ck, "this is longer than %d bytes", lines ?
		    LONG_MAX_BYTES : LINE_MAX_BYTES);
	if (utf8_controls(text, lines) != text.len)
		return checking_fail(ck, lines ?
		    N_("this has a control character in it") :
		    N_("this has a control character in it; it is one line "
		    "of text"));
	return 0;
}

bool
checking_blank(const char *s)
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
		checking_enter(ck, lang, 0);
		if (!json_is_string(one) || checking_blank(json_string_value(one)))
			return checking_fail(ck, "%s in the language %s is a text that "
			    "is not empty", r->key, lang);
		if (check_string(ck, r, one) != 0)
			return -1;
		checking_leave(ck);
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
		return checking_fail(ck, "%s is an object with a text in each "
		    "language", r->key);
	for (i = 0; i < n; i++) {
		lang = json_string_value(json_array_get(langs, i));
		one = json_object_get(v, lang);
		if (one == NULL)
			return checking_fail(ck, "%s has no text in the language %s",
			    r->key, lang);
		checking_enter(ck, lang, 0);
		if (!json_is_string(one) || checking_blank(json_string_value(one)))
			return checking_fail(ck, "%s in the language %s is a text that "
			    "is not empty", r->key, lang);
		if (check_string(ck, r, one) != 0)
			return -1;
		checking_leave(ck);
	}
	if (check_further(ck, r, v, &n) != 0)
		return -1;
	if (json_object_size(v) != n)
		return checking_fail(ck, "%s has a text in a language that %s does not "
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
		return checking_fail(ck, "languages is a list of 1 to %d of et, lv, "
		    "fi, hu, en, further one of at most %d others",
		    POLICY_LANGUAGES, FURTHER_MAX);
	for (i = 0; i < n; i++) {
		lang = json_string_value(json_array_get(v, i));
		if (!is_code(lang, false) ||
		    checking_among("et|lv|fi|hu|en", lang) == further)
			return checking_fail(ck, "languages are of et, lv, fi, hu, en; "
			    "further ones are others: ru, sv, rom");
		for (k = 0; k < i; k++)
			if (strcmp(lang, json_string_value(json_array_get(v,
			    k))) == 0)
				return checking_fail(ck, "the language %s is listed "
				    "twice", lang);
	}
	return 0;
}

static int
check_number(struct checking *ck, const struct rule *r, const json_t *v)
{
	json_int_t n = json_integer_value(v);

	if (!json_is_integer(v) || n < r->least || n > r->most)
		return checking_fail(ck, r->nothing ?
		    N_("%s is a whole number from %lld to %lld, or null") :
		    N_("%s is a whole number from %lld to %lld"), r->key,
		    (long long)r->least, (long long)r->most);
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
		    checking_fail(ck, "%s is a text", r->key);
	case WANT_NUMBER:
		return check_number(ck, r, v);
	case WANT_YES:
		return json_is_boolean(v) ? 0 : checking_fail(ck,
		    "%s is true or false", r->key);
	case WANT_LIST:
		return check_list(ck, r, v);
	case WANT_FURTHER:
		return check_languages(ck, v, true);
	case WANT_LANGUAGES:
		return check_languages(ck, v, false);
	}
	return checking_fail(ck, "%s has no rule", r->key);
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
		return checking_fail(ck, "there is no key \"%.40s\"; did you mean "
		    "\"%s\"?", key, near.best);
	return checking_fail(ck, "there is no key \"%.40s\"; there are %s", key, list);
}

static int
check_object(struct checking *ck, const struct rule *rules, const json_t *v)
{
	const struct rule *r;
	const json_t *one;
	const char *key;
	void *it;

	if (!json_is_object(v))
		return checking_fail(ck, "an object in braces is expected");
	for (it = json_object_iter((json_t *)(uintptr_t)v); it != NULL;
	    it = json_object_iter_next((json_t *)(uintptr_t)v, it)) {
		key = json_object_iter_key(it);
		for (r = rules; r->key != NULL && strcmp(r->key, key) != 0;)
			r++;
		checking_enter(ck, key, 0);
		if (r->key == NULL)
			return fail_key(ck, rules, key);
		checking_leave(ck);
	}
	for (r = rules; r->key != NULL; r++) {
		one = json_object_get(v, r->key);
		if (one == NULL && !r->optional)
			return checking_fail(ck, "the key \"%s\" is missing", r->key);
		if (one == NULL || (r->nothing && json_is_null(one)))
			continue;
		checking_enter(ck, r->key, 0);
		if (check_value(ck, r, one) != 0)
			return -1;
		checking_leave(ck);
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
			return checking_fail(ck, "the code \"%.40s\" stands here a "
			    "second time", code);
	return 0;
}

static int
check_list(struct checking *ck, const struct rule *r, const json_t *v)
{
	size_t i, n = json_array_size(v);

	if (!json_is_array(v))
		return checking_fail(ck, "a list in square brackets is expected");
	if ((int64_t)n < r->least || (int64_t)n > r->most)
		return checking_fail(ck, "%lld to %lld entries are expected, not %zu",
		    (long long)r->least, (long long)r->most, n);
	for (i = 0; i < n; i++) {
		checking_enter(ck, NULL, i);
		if (check_object(ck, r->of, json_array_get(v, i)) != 0 ||
		    check_double(ck, v, i) != 0)
			return -1;
		checking_leave(ck);
	}
	return 0;
}

int
policy_check(json_t *const files[], const struct policy_source *src,
    struct err *e)
{
	struct checking ck = { .files = files, .src = src, .e = e };

	/* First the languages, which every other text is measured by. */
	if (json_is_object(files[POLICY_HEAD])) {
		checking_enter(&ck, "languages", 0);
		if (check_languages(&ck, json_object_get(files[POLICY_HEAD],
		    "languages"), false) != 0)
			return -1;
		checking_leave(&ck);
		checking_enter(&ck, "further", 0);
		if (check_languages(&ck, json_object_get(files[POLICY_HEAD],
		    "further"), true) != 0)
			return -1;
		checking_leave(&ck);
	}
	if (check_object(&ck, head, files[POLICY_HEAD]) != 0)
		return -1;
	for (ck.file = POLICY_SECTIONS; ck.file < POLICY_FILES; ck.file++)
		if (check_list(&ck, &lists[ck.file], files[ck.file]) != 0 ||
		    policy_sense(&ck) != 0)
			return -1;
	return 0;
}
