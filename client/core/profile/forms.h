/*
 * Forms of the office's policy, as far as they are about a kind of record: what
 * a field is when nobody says it, and what has to be said.
 *
 * Source: schema/policy.md 3.4.
 */
#ifndef CORE_FORMS_H
#define CORE_FORMS_H

#include "client/core/local/fields.h"
#include "client/core/profile/policy.h"
#include "client/core/profile/session.h"

struct forms_item {
	const struct field *field; /* that it fills */
	const char *name;          /* what the form calls it */
	const char *standard;      /* taken when nothing is said, or NULL */
	bool required;
};

/** forms_code(p, type): the form in force for that kind of record, or NULL. */
const char *forms_code(const struct policy *p, enum record_type type);

/** forms_item(p, type, i, lang, out): its i-th item that fills a field; false
 * past the last. Borrowed. */
bool forms_item(const struct policy *p, enum record_type type, size_t i,
    const char *lang, struct forms_item *out);

/** forms_ask(s, type, said, ctx, e): ERR_INPUT names the item that has to be
 * said and was not, in the person's language. */
int forms_ask(struct session *s, enum record_type type,
    bool (*said)(const void *ctx, const struct field *f), const void *ctx,
    struct err *e);

/** forms_standard(s, f, out, e): what the form says for a field when nobody
 * does, or NULL. */
int forms_standard(struct session *s, const struct field *f,
    const char **out, struct err *e);

#endif
