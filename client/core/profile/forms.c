/*
 * A form says less than the program asks: it can want more, and say what is
 * usual; what the program needs it needs without a form too.
 */
#include "client/core/profile/forms.h"

#include <string.h>

#include "client/core/profile/policies.h"

const char *
forms_code(const struct policy *p, enum record_type type)
{
	const struct record_kind *kind = fields_kind(type);
	const char *code, *of;
	size_t i;

	for (i = 0; kind != NULL && (code = policy_code(p, "forms", i)) !=
	    NULL; i++) {
		of = policy_value(p, "forms", code, "record");
		if (of != NULL && strcmp(of, kind->name) == 0 &&
		    policy_takes(p, "forms", code))
			return code;
	}
	return NULL;
}

bool
forms_item(const struct policy *p, enum record_type type, size_t i,
    const char *lang, struct forms_item *out)
{
	const char *form = forms_code(p, type), *code, *field;
	size_t k, n = 0;

	for (k = 0; form != NULL && (code = policy_code(p, form, k)) != NULL;
	    k++) {
		field = policy_value(p, form, code, "field");
		if (field == NULL || n++ < i)
			continue;
		out->field = fields_find(type, field);
		out->name = policy_name(p, form, code, lang);
		out->standard = policy_value(p, form, code, "default");
		out->required = policy_yes(p, form, code, "required");
		/* An older program may not have the field. */
		return out->field != NULL ||
		    forms_item(p, type, i + 1, lang, out);
	}
	return false;
}

int
forms_ask(struct session *s, enum record_type type,
    bool (*said)(const void *ctx, const struct field *f), const void *ctx,
    struct err *e)
{
	const struct policy *p = policies_now(s, e);
	struct forms_item item;
	size_t i;

	if (p == NULL)
		return -1;
	for (i = 0; forms_item(p, type, i, session_language(s), &item); i++)
		if (item.required && !said(ctx, item.field))
			return err_set(e, ERR_INPUT, "the office's form asks "
			    "for \"%s\": say %s", item.name,
			    item.field->name);
	return 0;
}

int
forms_standard(struct session *s, const struct field *f,
    const char **out, struct err *e)
{
	const struct policy *p = policies_now(s, e);
	struct forms_item item;
	size_t i;

	*out = NULL;
	if (p == NULL)
		return -1;
	for (i = 0; *out == NULL && forms_item(p, f->type, i,
	    session_language(s), &item); i++)
		if (item.field == f)
			*out = item.standard;
	return 0;
}
