/*
 * What the tables of policy_check.c cannot say: what one entry asks of another,
 * and what the program itself needs to find.
 */
#include <stdio.h>
#include <string.h>

#include "client/core/local/fields.h"
#include "client/core/profile/policy_check_parts.h"

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
		checking_enter(ck, NULL, i);
		if (!checking_among(known, code))
			return checking_fail(ck, "this program knows no section "
			    "\"%.40s\"; there are %s", code, known);
		checking_leave(ck);
	}
	if (!has(ck, "sections", "card") || !has(ck, "sections", "notes"))
		return checking_fail(ck, "the sections card and notes are always "
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
	char code[CHECKING_CODE_MAX + 1];
	size_t i, n;

	for (i = 0; i < sizeof(own_words) / sizeof(own_words[0]); i++) {
		list = own_words[i].list;
		for (at = own_words[i].codes; ; at += n + 1) {
			n = strcspn(at, "|");
			snprintf(code, sizeof(code), "%.*s", (int)n, at);
			if (!has(ck, list, code))
				return checking_fail(ck, "the program writes the word "
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
		checking_enter(ck, NULL, i);
		for (n = POLICY_SECTIONS; n < POLICY_FILES; n++)
			if (strncmp(policy_file(n), code, strlen(code)) == 0
			    && policy_file(n)[strlen(code)] == '.')
				return checking_fail(ck, "\"%s\" is the name of a "
				    "file of the policy; a vocabulary needs "
				    "another", code);
		checking_leave(ck);
	}
	for (n = 0; (kind = fields_each(n)) != NULL; n++)
		for (i = 0; i < kind->count; i++) {
			f = &kind->fields[i];
			if (f->kind == FIELD_CODE && f->vocabulary != NULL &&
			    strcmp(f->vocabulary, "meetings") != 0 &&
			    !has(ck, "vocabularies", f->vocabulary))
				return checking_fail(ck, "the vocabulary %s is "
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
		checking_enter(ck, NULL, i);
		if (policy_list(ck->files, code) !=
		    json_object_get(one, "items"))
			return checking_fail(ck, "\"%.40s\" is the name of another "
			    "list already", code);
		checking_leave(ck);
	}
	return 0;
}

static const char *
text_of(const json_t *of, const char *key)
{
	return json_string_value(json_object_get(of, key));
}

/* The kind of record that a form is about; NULL: of none. */
static const struct record_kind *
kind_of(const json_t *form)
{
	const char *name = text_of(form, "record");
	const struct record_kind *kind;
	size_t i;

	for (i = 0; name != NULL && (kind = fields_each(i)) != NULL; i++)
		if (strcmp(kind->name, name) == 0)
			return kind;
	return NULL;
}

/* Kinds that are begun by steps of their own and not field by field. */
static bool
takes_forms(const struct record_kind *kind)
{
	static const enum record_type not_these[] = { TYPE_NOTE, TYPE_CASE,
		TYPE_PLAN, TYPE_ROOM, TYPE_MATTER, TYPE_ASSESSMENT,
		TYPE_ANSWER, TYPE_RELEASE };
	size_t i;

	for (i = 0; i < sizeof(not_these) / sizeof(not_these[0]); i++)
		if (kind->type == not_these[i])
			return false;
	for (i = 0; i < kind->count; i++)
		if ((kind->fields[i].flags & (FIELD_GIVEN | FIELD_SETTABLE |
		    FIELD_NEEDED)) != 0)
			return true;
	return false;
}

/* Two that are in force would each say what is usual. */
static bool
is_second(const struct checking *ck, size_t at)
{
	const json_t *list = ck->files[POLICY_FORMS];
	const json_t *mine = json_array_get(list, at), *one;
	size_t i;

	for (i = 0; i < at; i++) {
		one = json_array_get(list, i);
		if (kind_of(one) != NULL && kind_of(one) == kind_of(mine) &&
		    !json_is_true(json_object_get(one, "retired")) &&
		    !json_is_true(json_object_get(mine, "retired")))
			return true;
	}
	return false;
}

static bool
fits(enum field_kind kind, const char *item)
{
	static const char *const of[] = {
		[FIELD_TEXT] = "line", [FIELD_LONG] = "long",
		[FIELD_CODE] = "code", [FIELD_DATE] = "date",
		[FIELD_TIME] = "date", [FIELD_NUMBER] = "number",
		[FIELD_PERSON] = "person", [FIELD_FLAG] = "yes"
	};

	return kind < sizeof(of) / sizeof(of[0]) && of[kind] != NULL &&
	    strcmp(of[kind], item) == 0;
}

static int
check_field(struct checking *ck, const json_t *form, const json_t *item)
{
	const struct record_kind *kind = kind_of(form);
	const char *name = text_of(item, "field"), *list;
	const char *standard = text_of(item, "default");
	const struct field *f = kind != NULL && name != NULL ?
	    fields_find(kind->type, name) : NULL;

	if (name == NULL)
		return standard == NULL ? 0 : checking_fail(ck, "a default "
		    "is of a field; name it");
	if (f == NULL)
		return checking_fail(ck, "\"%.40s\" is no field of that kind "
		    "of record, or the form names no record", name);
	list = text_of(item, "vocabulary");
	if (!fits(f->kind, text_of(item, "kind")) ||
	    (f->kind == FIELD_CODE && (f->vocabulary == NULL ||
	    strcmp(f->vocabulary, list) != 0)))
		return checking_fail(ck, "the item and the field %s are of "
		    "different kinds, or of different vocabularies", name);
	if (standard == NULL)
		return 0;
	if (f->kind == FIELD_PERSON || f->kind == FIELD_DATE ||
	    f->kind == FIELD_TIME)
		return checking_fail(ck, "a person or a day has no default");
	return f->kind != FIELD_CODE || has(ck, list, standard) ? 0 :
	    checking_fail(ck, "the default is no word of %s", list);
}

static int
check_record(struct checking *ck, const json_t *form, size_t at)
{
	int rc = 0;

	checking_enter(ck, NULL, at);
	if (text_of(form, "record") != NULL && (kind_of(form) == NULL ||
	    !takes_forms(kind_of(form))))
		rc = checking_fail(ck, "the program has no record \"%.40s\" "
		    "that takes a form", text_of(form, "record"));
	else if (is_second(ck, at))
		rc = checking_fail(ck, "another form is for that record "
		    "already; retire one of them");
	checking_leave(ck);
	return rc;
}

static int
check_forms(struct checking *ck)
{
	const json_t *one, *item, *items;
	bool code;
	size_t i, k;

	json_array_foreach(ck->files[POLICY_FORMS], i, one) {
		items = json_object_get(one, "items");
		if (check_record(ck, one, i) != 0)
			return -1;
		json_array_foreach(items, k, item) {
			code = strcmp(json_string_value(json_object_get(item,
			    "kind")), "code") == 0;
			checking_enter(ck, NULL, i);
			checking_enter(ck, "items", 0);
			checking_enter(ck, NULL, k);
			if (code != (json_object_get(item, "vocabulary") !=
			    NULL))
				return checking_fail(ck, "an item of the kind code, "
				    "and no other, names its vocabulary");
			if (check_field(ck, one, item) != 0)
				return -1;
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
		checking_enter(ck, NULL, i);
		if (json_is_true(json_object_get(one, "consent")) &&
		    !json_is_true(json_object_get(one, "persons")))
			return checking_fail(ck, "a meeting that speaks of no persons "
			    "needs no consent: persons or consent is wrong");
		checking_leave(ck);
	}
	return 0;
}

static int
check_retention(struct checking *ck)
{
	const json_t *one;
	size_t i;

	json_array_foreach(ck->files[POLICY_RETENTION], i, one) {
		checking_enter(ck, NULL, i);
		if (json_is_integer(json_object_get(one, "years")) &&
		    checking_blank(json_string_value(json_object_get(one,
		    "ground"))))
			return checking_fail(ck, "years need their ground: the rule of "
			    "law or the decision they follow from");
		checking_leave(ck);
	}
	return 0;
}

int
policy_sense(struct checking *ck)
{
	static int (*const of[POLICY_FILES])(struct checking *ck) = {
		[POLICY_SECTIONS] = check_sections,
		[POLICY_VOCABULARIES] = check_vocabularies,
		[POLICY_FORMS] = check_forms,
		[POLICY_INSTRUMENTS] = check_names,
		[POLICY_MEETINGS] = check_meetings,
		[POLICY_RETENTION] = check_retention,
		[POLICY_TEXTS] = check_names,
	};

	return of[ck->file] != NULL ? of[ck->file](ck) : 0;
}
