/*
 * Reading, writing and asking a policy. It stays a tree of jansson's: it is
 * looked up by code, a few dozen entries at a time, and given back as it came.
 */
#include "client/core/profile/policy.h"

#include <string.h>

#include "common/base/mem.h"
#include "client/core/profile/policy_check.h"
#include "common/base/text.h"

struct policy {
	json_t *files[POLICY_FILES];
};

static const char *const file_names[POLICY_FILES] = {
	"policy.json", "sections.json", "vocabularies.json", "forms.json",
	"instruments.json", "meetings.json", "retention.json", "texts.json"
};
static const char *const languages[POLICY_LANGUAGES] = {
	"et", "lv", "fi", "hu", "en"
};

const char *
policy_file(size_t i)
{
	return i < POLICY_FILES ? file_names[i] : NULL;
}

const char *
policy_language(size_t i)
{
	return i < POLICY_LANGUAGES ? languages[i] : NULL;
}

void
policy_free(struct policy *p)
{
	size_t i;

	for (i = 0; p != NULL && i < POLICY_FILES; i++)
		json_decref(p->files[i]);
	mem_free(p);
}

/* ---- in and out ---- */

/* jansson says it in English, and behind "near" where it stood. */
static int
fail_json(const char *name, const json_error_t *why, struct err *e)
{
	const char *what, *near = strstr(why->text, " near '");

	switch (json_error_code(why)) {
	case json_error_premature_end_of_input:
		what = _("it ends before everything is closed");
		break;
	case json_error_duplicate_key:
		what = _("a key stands twice in one object");
		break;
	case json_error_invalid_utf8:
		what = _("these bytes are no UTF-8");
		break;
	case json_error_numeric_overflow:
		what = _("the number is too large");
		break;
	default:
		what = _("a comma, a quotation mark or a bracket is missing "
		    "or too much");
	}
	return err_set(e, ERR_INPUT, "%s, line %d: this is no JSON: %s%.60s",
	    name, why->line > 0 ? why->line : 1, what,
	    near != NULL ? near + strlen(" near") : "");
}

static int
parse_file(const char *name, struct view text, json_t **out, struct err *e)
{
	json_error_t why;

	if (text.data == NULL)
		return err_set(e, ERR_INPUT, "%s is missing", name);
	if (text.len > POLICY_FILE_MAX)
		return err_set(e, ERR_INPUT, "%s is longer than %zu KiB", name,
		    POLICY_FILE_MAX / 1024);
	*out = json_loadb((const char *)text.data, text.len,
	    JSON_REJECT_DUPLICATES, &why);
	return *out != NULL ? 0 : fail_json(name, &why, e);
}

int
policy_read(const struct policy_source *src, struct policy **out,
    struct err *e)
{
	struct policy *p = mem_new(sizeof(*p));
	size_t i;
	int rc = 0;

	for (i = 0; rc == 0 && i < POLICY_FILES; i++)
		rc = parse_file(file_names[i], src->text[i], &p->files[i], e);
	if (rc == 0)
		rc = policy_check(p->files, src, e);
	if (rc == 0)
		*out = p;
	else
		policy_free(p);
	return rc;
}

/* The files of one object; ${own}: they were checked when they were built. */
static int
take_files(struct view in, bool own, struct policy **out, struct err *e)
{
	struct policy *p = mem_new(sizeof(*p));
	json_error_t why;
	json_t *all = NULL;
	size_t i;
	int rc = -1;

	if (in.len <= POLICY_MAX)
		all = json_loadb(in.len > 0 ? (const char *)in.data : "",
		    in.len, JSON_REJECT_DUPLICATES, &why);
	if (json_object_size(all) != POLICY_FILES) {
		err_set(e, ERR_PEER, "this is not the whole of a policy");
		goto out;
	}
	for (i = 0; i < POLICY_FILES; i++) {
		p->files[i] = json_incref(json_object_get(all,
		    file_names[i]));
		if (p->files[i] == NULL) {
			err_set(e, ERR_PEER, "a policy came without %s",
			    file_names[i]);
			goto out;
		}
	}
	rc = own ? 0 : policy_check(p->files, NULL, e);
	if (rc != 0)
		e->kind = ERR_PEER;
out:
	json_decref(all);
	if (rc == 0)
		*out = p;
	else
		policy_free(p);
	return rc;
}

int
policy_decode(struct view in, struct policy **out, struct err *e)
{
	return take_files(in, false, out, e);
}

static int
take_piece(const char *bytes, size_t len, void *out)
{
	buf_add(out, bytes, len);
	return 0;
}

int
policy_encode(const struct policy *p, struct buf *out, struct err *e)
{
	json_t *all = json_object();
	size_t i;
	int rc = 0;

	for (i = 0; i < POLICY_FILES; i++)
		rc |= json_object_set(all, file_names[i], p->files[i]);
	if (rc == 0)
		rc = json_dump_callback(all, take_piece, out, JSON_COMPACT);
	json_decref(all);
	if (rc != 0)
		return err_set(e, ERR_LOCAL, "no memory for the policy");
	return buf_check(out, "the policy", e);
}

/* Parsed once in a process: it is as long as all the rest of a small one's
 * work, and no tree is ever changed. */
struct policy *
policy_default(struct err *e)
{
	static struct policy *own;
	struct policy *p;

	if (own == NULL && take_files(view_of(schema_policy,
	    schema_policy_len), true, &own, e) != 0)
		return NULL;
	p = mem_new(sizeof(*p));
	for (size_t i = 0; i < POLICY_FILES; i++)
		p->files[i] = json_incref(own->files[i]);
	return p;
}

/* ---- asking ---- */

static const char *
code_of(const json_t *entry)
{
	return json_string_value(json_object_get(entry, "code"));
}

static json_t *
entry_of(json_t *list, const char *code)
{
	json_t *one;
	size_t i;

	json_array_foreach(list, i, one)
		if (code_of(one) != NULL && strcmp(code_of(one), code) == 0)
			return one;
	return NULL;
}

json_t *
policy_list(json_t *const files[], const char *name)
{
	static const char *const inner[] = { "words", "items", "items" };
	static const size_t holders[] = { POLICY_VOCABULARIES, POLICY_FORMS,
		POLICY_INSTRUMENTS };
	size_t i, len = strlen(name);
	json_t *one;

	for (i = POLICY_SECTIONS; i < POLICY_FILES; i++)
		if (strncmp(file_names[i], name, len) == 0 &&
		    strcmp(file_names[i] + len, ".json") == 0)
			return files[i];
	for (i = 0; i < sizeof(holders) / sizeof(holders[0]); i++) {
		one = entry_of(files[holders[i]], name);
		if (one != NULL)
			return json_object_get(one, inner[i]);
	}
	return NULL;
}

size_t
policy_count(const struct policy *p, const char *list)
{
	return json_array_size(policy_list(p->files, list));
}

const char *
policy_code(const struct policy *p, const char *list, size_t i)
{
	return json_string_value(json_object_get(json_array_get(
	    policy_list(p->files, list), i), "code"));
}

/* What was promised in a language is there: the check has seen to it. */
static const char *
in_language(const struct policy *p, const json_t *text, const char *lang)
{
	const char *s = json_string_value(json_object_get(text, lang));

	return s != NULL ? s : json_string_value(json_object_get(text,
	    json_string_value(json_array_get(json_object_get(
	    p->files[POLICY_HEAD], "languages"), 0))));
}

const char *
policy_name(const struct policy *p, const char *list, const char *code,
    const char *lang)
{
	json_t *one = entry_of(policy_list(p->files, list), code);
	json_t *name = json_object_get(one, "name");

	return one == NULL ? NULL : in_language(p, name, lang);
}

const char *
policy_value(const struct policy *p, const char *list, const char *code,
    const char *key)
{
	return json_string_value(json_object_get(entry_of(policy_list(
	    p->files, list), code), key));
}

int64_t
policy_number(const struct policy *p, const char *list, const char *code,
    const char *key, int64_t none)
{
	const json_t *v = json_object_get(entry_of(policy_list(p->files,
	    list), code), key);

	return json_is_integer(v) ? json_integer_value(v) : none;
}

bool
policy_yes(const struct policy *p, const char *list, const char *code,
    const char *key)
{
	return json_is_true(json_object_get(entry_of(policy_list(p->files,
	    list), code), key));
}

const char *
policy_text(const struct policy *p, const char *code, const char *lang)
{
	json_t *one = entry_of(p->files[POLICY_TEXTS], code);

	return one == NULL ? NULL : in_language(p, json_object_get(one,
	    "text"), lang);
}

const char *
policy_title(const struct policy *p, const char *lang)
{
	return in_language(p, json_object_get(p->files[POLICY_HEAD], "name"),
	    lang);
}

bool
policy_term(const struct policy *p, const char *code,
    struct policy_term *out)
{
	const json_t *one = entry_of(p->files[POLICY_RETENTION], code);
	const json_t *years = json_object_get(one, "years");

	if (one == NULL)
		return false;
	out->section = json_string_value(json_object_get(one, "section"));
	out->trigger = json_string_value(json_object_get(one, "trigger"));
	out->ground = json_string_value(json_object_get(one, "ground"));
	out->years = json_is_integer(years) ?
	    (int)json_integer_value(years) : -1;
	return true;
}

static bool
has_language(const json_t *list, const char *lang)
{
	size_t i;

	for (i = 0; i < json_array_size(list); i++)
		if (strcmp(json_string_value(json_array_get(list, i)),
		    lang) == 0)
			return true;
	return false;
}

bool
policy_speaks(const struct policy *p, const char *lang)
{
	const json_t *head = p->files[POLICY_HEAD];

	return has_language(json_object_get(head, "languages"), lang) ||
	    has_language(json_object_get(head, "further"), lang);
}

int
policy_of_age(const struct policy *p)
{
	return (int)json_integer_value(json_object_get(
	    p->files[POLICY_HEAD], "of-age"));
}

int
policy_version(const struct policy *p, const char *list, const char *code)
{
	json_t *one = entry_of(policy_list(p->files, list), code);

	return (int)json_integer_value(json_object_get(one, "version"));
}

bool
policy_meeting(const struct policy *p, const char *code,
    struct policy_meeting *out)
{
	const json_t *one = entry_of(p->files[POLICY_MEETINGS], code);

	if (one == NULL)
		return false;
	out->every = json_string_value(json_object_get(one, "every"));
	out->scope = json_string_value(json_object_get(one, "scope"));
	out->persons = json_is_true(json_object_get(one, "persons"));
	out->consent = json_is_true(json_object_get(one, "consent"));
	out->outside = json_is_true(json_object_get(one, "outside"));
	out->quorum = (long)json_integer_value(json_object_get(one, "quorum"));
	return true;
}

bool
policy_takes(const struct policy *p, const char *list, const char *code)
{
	json_t *one = entry_of(policy_list(p->files, list), code);

	return one != NULL && !json_is_true(json_object_get(one, "retired"));
}

/* ---- differences ---- */

/* Where it is, from the outside in. */
struct trail {
	const char *part[12], *lang;
	size_t depth;
};

static void
put_trail(const struct trail *t, struct buf *out)
{
	size_t i;

	for (i = 0; i < t->depth; i++)
		buf_add_fmt(out, "%s%s", i > 0 ? " / " : "", t->part[i]);
}

/* In the reader's language, else in the first that there is. */
static const char *
words_of(const json_t *text, const char *lang)
{
	json_t *any = (json_t *)(uintptr_t)text;
	const json_t *own = json_object_get(text, lang);

	return json_string_value(own != NULL ? own :
	    json_object_iter_value(json_object_iter(any)));
}

static void
put_value(const json_t *v, const char *lang, struct buf *out)
{
	if (json_is_string(v))
		buf_add_fmt(out, "\"%s\"", json_string_value(v));
	else if (json_is_integer(v))
		buf_add_fmt(out, "%" JSON_INTEGER_FORMAT,
		    json_integer_value(v));
	else if (json_is_boolean(v))
		buf_add_str(out, json_is_true(v) ? _("yes") : _("no"));
	else if (json_is_array(v))
		buf_add_fmt(out, plural(json_array_size(v), "%zu entry",
		    "%zu entries"), json_array_size(v));
	else if (json_is_object(v))
		buf_add_fmt(out, "\"%s\"", words_of(v, lang));
	else
		buf_add_str(out, _("nothing"));
}

static void
put_one(const struct trail *t, char mark, const json_t *was,
    const json_t *is, struct buf *out)
{
	buf_add_fmt(out, "%c ", mark);
	put_trail(t, out);
	if (mark == '~') {
		buf_add_str(out, ": ");
		put_value(was, t->lang, out);
		buf_add_str(out, " -> ");
		put_value(is, t->lang, out);
	} else {
		json_t *name = json_object_get(is != NULL ? is : was, "name");

		if (json_is_object(name)) {
			buf_add_str(out, ": ");
			put_value(name, t->lang, out);
		}
	}
	buf_add_str(out, "\n");
}

static void diff_any(struct trail *t, json_t *was, json_t *is,
    struct buf *out);

static void
diff_member(struct trail *t, const char *name, json_t *was, json_t *is,
    struct buf *out)
{
	if (t->depth == sizeof(t->part) / sizeof(t->part[0]))
		return;
	t->part[t->depth++] = name;
	if (was == NULL || is == NULL)
		put_one(t, is != NULL ? '+' : '-', was, is, out);
	else
		diff_any(t, was, is, out);
	t->depth--;
}

/* Entries by their codes, then whether they stand in another order. */
static void
diff_list(struct trail *t, json_t *was, json_t *is, struct buf *out)
{
	json_t *one;
	size_t i;

	json_array_foreach(was, i, one)
		diff_member(t, code_of(one), one, entry_of(is, code_of(one)),
		    out);
	json_array_foreach(is, i, one)
		if (entry_of(was, code_of(one)) == NULL)
			diff_member(t, code_of(one), NULL, one, out);
	json_array_foreach(was, i, one) {
		json_t *other = json_array_get(is, i);

		if (json_array_size(was) == json_array_size(is) &&
		    strcmp(code_of(one), code_of(other)) != 0 &&
		    entry_of(is, code_of(one)) != NULL) {
			put_trail(t, out);
			buf_add_str(out, _(": in another order\n"));
			break;
		}
	}
}

static void
diff_any(struct trail *t, json_t *was, json_t *is, struct buf *out)
{
	const char *key;
	json_t *one;

	if (json_equal(was, is))
		return;
	if (json_is_array(was) && json_is_array(is) &&
	    code_of(json_array_get(json_array_size(was) > 0 ? was : is, 0)) !=
	    NULL) {
		diff_list(t, was, is, out);
		return;
	}
	if (!json_is_object(was) || !json_is_object(is)) {
		put_one(t, '~', was, is, out);
		return;
	}
	json_object_foreach(was, key, one)
		diff_member(t, key, one, json_object_get(is, key), out);
	json_object_foreach(is, key, one)
		if (json_object_get(was, key) == NULL)
			diff_member(t, key, NULL, one, out);
}

void
policy_diff(const struct policy *from, const struct policy *to,
    const char *lang, struct buf *out)
{
	struct trail t = { .depth = 1, .lang = lang };
	char name[32];
	size_t i;

	for (i = 0; i < POLICY_FILES; i++) {
		snprintf(name, sizeof(name), "%.*s",
		    (int)strcspn(file_names[i], "."), file_names[i]);
		t.part[0] = name;
		diff_any(&t, from->files[i], to->files[i], out);
	}
}
