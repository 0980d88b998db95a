/* client/core/policy, policy_check, jsonline: the program's own policy is
 * whole, and every kind of mistake is refused for its own reason. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <string.h>

#include "client/core/words/jsonline.h"
#include "client/core/local/fields.h"
#include "client/core/profile/policy.h"
#include "common/base/file.h"
#include "common/base/mem.h"

static struct err e;
static struct buf files[POLICY_FILES];

static void
load_files(void)
{
	char path[80];
	size_t i;

	for (i = 0; i < POLICY_FILES; i++) {
		buf_done(&files[i]);
		buf_init(&files[i], 2 * POLICY_FILE_MAX);
		snprintf(path, sizeof(path), "schema/policy/%s",
		    policy_file(i));
		assert_int_equal(file_read(path, &files[i], &e), 0);
	}
}

static int
teardown(void **state)
{
	size_t i;

	(void)state;
	for (i = 0; i < POLICY_FILES; i++)
		buf_done(&files[i]);
	return 0;
}

static int
read_files(struct policy **out)
{
	struct policy_source src;
	size_t i;

	for (i = 0; i < POLICY_FILES; i++)
		src.text[i] = buf_view(&files[i]);
	return policy_read(&src, out, &e);
}

static size_t
place_of(const char *file)
{
	size_t i;

	for (i = 0; i < POLICY_FILES; i++)
		if (strcmp(policy_file(i), file) == 0)
			return i;
	fail_msg("no file %s", file);
	return 0;
}

/* Exchange the first ${from} in a file by ${to}; the line it was on. */
static size_t
change(const char *file, const char *from, const char *to)
{
	struct buf *b = &files[place_of(file)];
	char *copy = mem_dup(buf_str(b)), *at = strstr(copy, from), *p;
	size_t line = 1;

	if (at == NULL)
		fail_msg("%s has no %s", file, from);
	for (p = copy; p < at; p++)
		line += *p == '\n';
	buf_reset(b);
	buf_add(b, copy, (size_t)(at - copy));
	buf_add_str(b, to);
	buf_add_str(b, at + strlen(from));
	mem_free(copy);
	return line;
}

static void
test_default(void **state)
{
	struct policy *p = policy_default(&e), *read = NULL;
	struct buf one, two;
	size_t i, n = 0;

	(void)state;
	if (p == NULL)
		fail_msg("%s", e.text);
	load_files();
	if (read_files(&read) != 0)
		fail_msg("%s", e.text);
	/* What is shipped is what is built in, and comes back as it went. */
	buf_init(&one, POLICY_MAX);
	buf_init(&two, POLICY_MAX);
	assert_int_equal(policy_encode(p, &one, &e), 0);
	assert_int_equal(policy_encode(read, &two, &e), 0);
	assert_true(view_eq(buf_view(&one), buf_view(&two)));
	policy_free(p);
	if (policy_decode(view_of(schema_policy, schema_policy_len), &p, &e) !=
	    0)
		fail_msg("%s", e.text);
	buf_reset(&two);
	policy_diff(p, read, "en", &two);
	assert_int_equal(two.len, 0);
	/* It promises all five languages, so the check asked for each text. */
	for (i = 0; policy_language(i) != NULL; i++)
		n += strcmp(policy_title(p, policy_language(i)),
		    policy_title(p, "en")) != 0;
	assert_int_equal(n, POLICY_LANGUAGES - 1);
	buf_done(&one);
	buf_done(&two);
	policy_free(p);
	policy_free(read);
}

/* A code field without a vocabulary is one that only the program writes. */
static void
test_every_code_has_words(void **state)
{
	struct policy *p = policy_default(&e);
	const struct record_kind *kind;
	const struct field *f;
	size_t i, n, seen = 0;

	(void)state;
	for (n = 0; (kind = fields_each(n)) != NULL; n++)
		for (i = 0; i < kind->count; i++) {
			f = &kind->fields[i];
			if (f->kind != FIELD_CODE || f->type == TYPE_SPACE)
				continue;
			seen++;
			if (f->vocabulary == NULL)
				fail_msg("%s has no vocabulary", f->name);
			assert_true(policy_count(p, f->vocabulary) > 0);
		}
	assert_true(seen > 10);
	policy_free(p);
}

static void
test_asking(void **state)
{
	struct policy *p = policy_default(&e);

	(void)state;
	assert_string_equal(policy_name(p, "note.category", "home_visit",
	    "hu"), "Családlátogatás");
	assert_string_equal(policy_name(p, "sections", "notes", "fi"),
	    "Kirjaukset");
	/* A language it has not: the first it has. */
	assert_string_equal(policy_name(p, "sections", "notes", "xx"),
	    "Märkmed");
	assert_null(policy_name(p, "sections", "none", "et"));
	assert_null(policy_name(p, "nothing", "notes", "et"));
	assert_true(policy_takes(p, "meetings", "school-monthly"));
	assert_true(policy_takes(p, "risk-preschool", "speech"));
	assert_true(policy_takes(p, "minutes", "child_view"));
	assert_false(policy_takes(p, "case.stage", "9"));
	assert_null(policy_code(p, "case.stage", 99));
	assert_non_null(strstr(policy_text(p, "voluntary", "en"),
	    "voluntary"));
	assert_string_equal(policy_name(p, "forms", "consent", "uk"),
	    "Згода");
	assert_string_equal(policy_name(p, "forms", "minutes", "uk"),
	    policy_name(p, "forms", "minutes", "et"));
	assert_true(policy_speaks(p, "rom") && policy_speaks(p, "lv"));
	assert_false(policy_speaks(p, "de"));
	assert_int_equal(policy_of_age(p), 18);
	assert_int_equal(policy_version(p, "forms", "consent"), 2);
	assert_int_equal(policy_version(p, "forms", "consnt"), 0);
	policy_free(p);
}

static const struct mistake {
	const char *file, *from, *to, *words;
	int line_more; /* the line named is so far below the change */
} mistakes[] = {
	{ "policy.json", "\"format\": 1", "\"format\": 2",
	    "format is a whole number from 1 to 1", 0 },
	{ "policy.json", "\"format\": 1", "\"format\": \"1\"",
	    "format is a whole number", 0 },
	{ "policy.json", "[\"et\", ", "[\"de\", ", "languages are of", 0 },
	{ "policy.json", "[\"et\", ", "[\"lv\", ", "is listed twice", 0 },
	{ "policy.json", "[\"ru\", ", "[\"et\", ", "further ones are others",
	    0 },
	{ "policy.json", "[\"ru\", ", "[\"uk\", ", "is listed twice", 0 },
	{ "policy.json", "[\"ru\", ", "[\"Ru\", ", "further ones", 0 },
	{ "policy.json", "\"of-age\": 18", "\"of-age\": 0",
	    "of-age is a whole number from 1 to 30", 0 },
	{ "texts.json", "\"ru\": \"\u0421\u043e\u0433\u043b\u0430\u0441\u0438\u0435 \u043f", "\"pl\": \"P",
	    "does not list", 9999 },
	{ "texts.json", "\"ru\": \"\u0421\u043e\u0433\u043b\u0430\u0441\u0438\u0435 \u043f", "\"ru\": 1, \"P",
	    "", 9999 },
	{ "policy.json", "\"et\": \"", "\"et\": \"\\u0007",
	    "control character", 0 },
	{ "sections.json", "\"card\",", "\"Card\",", "code is one word", 0 },
	{ "sections.json", "\"card\",", "\"\",", "code is one word", 0 },
	{ "sections.json", "\"card\",", "7,", "code is one word", 0 },
	{ "sections.json", "\"plan\",", "\"notes\",", "a second time", -1 },
	{ "sections.json", "\"plan\",", "\"health\",",
	    "knows no section \"health\"", -1 },
	{ "sections.json", "\"code\": \"plan\",", "\"kode\": \"plan\",",
	    "no key \"kode\"; did you mean \"code\"?", 0 },
	{ "sections.json", "\"code\": \"plan\",",
	    "\"code\": \"plan\", \"shelf\": 1,",
	    "no key \"shelf\"; there are code, name, about", 0 },
	{ "sections.json", "\"code\": \"plan\",", "",
	    "the key \"code\" is missing", -1 },
	{ "sections.json", "\"et\": \"Plaan\",", "",
	    "name has no text in the language et", -1 },
	{ "sections.json", "\"Plaan\"", "\" \"",
	    "name in the language et is a text", 0 },
	{ "sections.json", "\"Plaan\"", "5",
	    "name in the language et is a text", 0 },
	{ "sections.json", "\"et\": \"Plaan\",",
	    "\"et\": \"Plaan\", \"de\": \"Plan\",",
	    "does not list", -1 },
	{ "sections.json", "\"Plaan\"", "\"Plaan\\nB\"",
	    "it is one line of text", 0 },
	{ "vocabularies.json", "\"case.stage\"", "\"case.stages\"",
	    "the vocabulary case.stage is missing", 9999 },
	{ "vocabularies.json", "\"code\": \"cp\"", "\"code\": \"3\"",
	    "the word \"cp\" itself: case.stage", 9999 },
	{ "vocabularies.json", "\"code\": \"activity.kind\"",
	    "\"code\": \"texts\"", "name of a file", -1 },
	{ "vocabularies.json", "\"activity.kind\"", "\".kind\"",
	    "code is one word", 0 },
	{ "forms.json", "\"kind\": \"line\"", "\"kind\": \"lines\"",
	    "kind is one of line|long", 0 },
	{ "forms.json", "\"kind\": \"line\"", "\"kind\": \"code\"",
	    "names its vocabulary", 9999 },
	{ "forms.json", "\"vocabulary\": \"uptake.outcome\"",
	    "\"vocabulary\": \"uptake.outcom\"", "did you mean \"uptake.outcome\"?", 0 },
	{ "forms.json", "\"section\": \"card\"", "\"section\": \"cellar\"",
	    "\"cellar\" is not among the sections", 0 },
	{ "forms.json", "\"required\": true", "\"required\": \"yes\"",
	    "required is true or false", 0 },
	{ "forms.json", "\"version\": 1", "\"version\": 0",
	    "version is a whole number from 1", 0 },
	{ "forms.json", "\"record\": \"uptake\"", "\"record\": \"uptak\"",
	    "no record \"uptak\"", 9999 },
	{ "forms.json", "\"record\": \"uptake\"", "\"record\": \"note\"",
	    "no record \"note\" that takes", 9999 },
	{ "forms.json", "\"record\": \"consent\"", "\"record\": \"uptake\"",
	    "another form", 9999 },
	{ "forms.json", "\"record\": \"consent\",", "",
	    "or the form names no record", 9999 },
	{ "forms.json", "\"field\": \"role\"",
	    "\"field\": \"rule\"", "is no field of that kind", 9999 },
	{ "forms.json", "\"field\": \"role\"",
	    "\"field\": \"purpose\"", "different vocabularies", 9999 },
	{ "forms.json", "\"field\": \"role\"",
	    "\"field\": \"by\"", "different kinds", 9999 },
	{ "forms.json", "\"default\": \"spoken\"",
	    "\"default\": \"shouted\"", "no word of consent.evidence", 9999 },
	{ "forms.json", "\"field\": \"until\"",
	    "\"field\": \"until\", \"default\": \"2027-01-01\"",
	    "has no default", 9999 },
	{ "forms.json", "\"minutes\",", "\"case.stage\",",
	    "code is one word", 0 },
	{ "instruments.json", "\"setting\": \"preschool\"",
	    "\"setting\": \"university\"", "not among the assessment.setting",
	    0 },
	{ "instruments.json", "\"domain\": \"physical\"",
	    "\"domain\": \"phisical\"", "did you mean \"physical\"?", 0 },
	{ "instruments.json", "\"kind\": \"risk\"", "\"kind\": \"score\"",
	    "kind is one of risk|protective", 0 },
	{ "instruments.json", "\"risk-primary\"", "\"minutes\"",
	    "the name of another list", -1 },
	{ "meetings.json", "\"every\": \"month\"", "\"every\": \"monday\"",
	    "every is one of month|quarter", 0 },
	{ "meetings.json", "\"persons\": true", "\"persons\": false",
	    "needs no consent", 9999 },
	{ "meetings.json", "\"quorum\": 2", "\"quorum\": -1",
	    "quorum is a whole number", 0 },
	{ "retention.json", "\"years\": null", "\"years\": 30",
	    "years need their ground", 9999 },
	{ "retention.json", "\"years\": null", "\"years\": 30.5",
	    "0 to 150, or null", 0 },
	{ "retention.json", "\"ground\": \"\"", "\"ground\": null",
	    "ground is a text", 0 },
	{ "retention.json", "\"trigger\": \"closed\"",
	    "\"trigger\": \"full-moon\"", "trigger is one of", 0 },
	{ "texts.json", "\"voluntary\"", "\"minutes\"",
	    "the name of another list", -1 },
	{ "texts.json", "[", "{\"a\": [", "this is no JSON", 9999 },
	{ "texts.json", "\"code\"", "\"code\": \"a\", \"code\"",
	    "this is no JSON: a key stands twice", 0 },
};

static void
test_mistakes(void **state)
{
	const struct mistake *m;
	struct policy *p = NULL;
	char where[80];
	size_t i, line;

	(void)state;
	for (i = 0; i < sizeof(mistakes) / sizeof(mistakes[0]); i++) {
		m = &mistakes[i];
		load_files();
		line = change(m->file, m->from, m->to);
		if (read_files(&p) == 0)
			fail_msg("%s is taken", m->words);
		assert_int_equal(e.kind, ERR_INPUT);
		if (strstr(e.text, m->words) == NULL)
			fail_msg("\"%s\" instead of \"%s\"", e.text,
			    m->words);
		assert_memory_equal(e.text, m->file, strlen(m->file));
		if (m->line_more == 9999)
			continue;
		snprintf(where, sizeof(where), "%s, line %zu: ", m->file,
		    (size_t)((long)line + m->line_more));
		if (strstr(e.text, where) == NULL)
			fail_msg("\"%s\" instead of \"%s\"", e.text, where);
	}
}

static void
test_missing_and_long(void **state)
{
	struct policy_source src;
	struct policy *p = NULL;
	static char big[POLICY_FILE_MAX + 1];
	size_t i, k;

	(void)state;
	load_files();
	for (k = 0; k < POLICY_FILES; k++) {
		for (i = 0; i < POLICY_FILES; i++)
			src.text[i] = i == k ? view_of(NULL, 0) :
			    buf_view(&files[i]);
		assert_int_equal(policy_read(&src, &p, &e), -1);
		assert_non_null(strstr(e.text, policy_file(k)));
		assert_non_null(strstr(e.text, "is missing"));
	}
	memset(big, ' ', sizeof(big));
	src.text[POLICY_FILES - 1] = view_of(big, sizeof(big));
	assert_int_equal(policy_read(&src, &p, &e), -1);
	assert_non_null(strstr(e.text, "longer than"));
}

static void
test_decode(void **state)
{
	static const char *const wrong[] = { "", "{}", "[]", "nothing",
		"{\"policy.json\":{}}" };
	struct policy *p = policy_default(&e), *q = NULL;
	struct buf b;
	char *cut;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		assert_int_equal(policy_decode(view_str(wrong[i]), &q, &e),
		    -1);
		assert_int_equal(e.kind, ERR_PEER);
	}
	buf_init(&b, POLICY_MAX);
	assert_int_equal(policy_encode(p, &b, &e), 0);
	assert_int_equal(policy_decode(buf_view(&b), &q, &e), 0);
	policy_free(q);
	assert_int_equal(policy_decode(view_of(b.data, b.len - 1), &q, &e),
	    -1);
	/* A mistake in what came is the sender's, and has no line. */
	cut = strstr((char *)(uintptr_t)buf_str(&b), "\"cp\"");
	assert_non_null(cut);
	cut[1] = 'x';
	assert_int_equal(policy_decode(buf_view(&b), &q, &e), -1);
	assert_int_equal(e.kind, ERR_PEER);
	assert_non_null(strstr(e.text, "vocabularies.json: "));
	buf_done(&b);
	policy_free(p);
}

/* Policies from before a field was renamed stay readable. */
static void
test_old_names(void **state)
{
	struct policy *p = NULL;

	(void)state;
	load_files();
	change("forms.json", "\"field\": \"role\"",
	    "\"field\": \"giver-role\"");
	change("forms.json", "\"field\": \"by\"", "\"field\": \"giver\"");
	if (read_files(&p) != 0)
		fail_msg("%s", e.text);
	policy_free(p);
}

static void
test_diff(void **state)
{
	struct policy *was = policy_default(&e), *is = NULL;
	struct buf out;

	(void)state;
	load_files();
	change("sections.json", "\"en\": \"Plan\"", "\"en\": \"Goals\"");
	change("retention.json", "\"years\": null", "\"years\": 30");
	change("retention.json", "\"ground\": \"\"", "\"ground\": \"x\"");
	change("vocabularies.json", "\"code\": \"rom\"",
	    "\"code\": \"romani\"");
	assert_int_equal(read_files(&is), 0);
	buf_init(&out, POLICY_MAX);
	policy_diff(was, is, "hu", &out);
	assert_string_equal(buf_str(&out),
	    "~ sections / plan / name / en: \"Plan\" -> \"Goals\"\n"
	    "- vocabularies / language / words / rom: \"romani\"\n"
	    "+ vocabularies / language / words / romani: \"romani\"\n"
	    "~ retention / case / years: nothing -> 30\n"
	    "~ retention / case / ground: \"\" -> \"x\"\n");
	buf_done(&out);
	policy_free(was);
	policy_free(is);
}

static void
test_jsonline(void **state)
{
	static const char text[] = "{\n \"a\": \"}]\\\"\",\n \"b\": [\n"
	    "  1,\n  { \"c\": [ ],\n    \"d\": null }\n ]\n}\n";
	static const struct jsonline_step path[] = { { "b", 0 }, { NULL, 1 },
		{ "d", 0 } }, none[] = { { "b", 0 }, { NULL, 7 } };

	(void)state;
	assert_int_equal(jsonline(view_str(text), path, 0), 1);
	assert_int_equal(jsonline(view_str(text), path, 1), 3);
	assert_int_equal(jsonline(view_str(text), path, 2), 5);
	assert_int_equal(jsonline(view_str(text), path, 3), 6);
	/* What is not there: the last that is. */
	assert_int_equal(jsonline(view_str(text), none, 2), 3);
	assert_int_equal(jsonline(view_str(""), path, 3), 1);
	assert_int_equal(jsonline(view_str("{\"b\""), path, 3), 1);
	assert_int_equal(jsonline(view_str("{\"b\":[\"\\"), path, 3), 1);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_default),
		cmocka_unit_test(test_every_code_has_words),
		cmocka_unit_test(test_asking),
		cmocka_unit_test(test_mistakes),
		cmocka_unit_test(test_missing_and_long),
		cmocka_unit_test(test_decode),
		cmocka_unit_test(test_old_names),
		cmocka_unit_test(test_diff),
		cmocka_unit_test(test_jsonline),
	};

	return cmocka_run_group_tests(tests, NULL, teardown);
}
