/*
 * A consent opens to persons, never to a role: what a form calls "the school
 * nurse" is looked up when it is given, and who takes up that post later is
 * asked for anew.
 */
#include <string.h>

#include "client/core/consent/consent.h"

#include "client/core/local/store.h"
#include "client/core/local/utf8.h"
#include "client/core/profile/policies.h"
#include "common/base/mem.h"

static bool
has_title(const struct policy *p, const char *code, const char *title)
{
	const char *lang, *word;
	size_t i;

	if (*title == '\0')
		return false;
	if (utf8_same(view_str(title), view_str(code)))
		return true;
	for (i = 0; (lang = policy_language(i)) != NULL; i++) {
		word = policy_name(p, "audience", code, lang);
		if (word != NULL && utf8_same(view_str(title),
		    view_str(word)))
			return true;
	}
	return false;
}

int
consent_role(struct session *s, const char *code, struct person_list *out,
    struct err *e)
{
	const struct policy *p = policies_now(s, e);
	size_t i, n = 0;

	memset(out, 0, sizeof(*out));
	if (p == NULL)
		return -1;
	if (policies_check(s, fields_number(TYPE_CONSENT, CONSENT_ROLE), code,
	    e) != 0 || people_list(s, out, e) != 0)
		return -1;
	for (i = 0; i < out->count; i++)
		if (!out->items[i].me && out->items[i].devices > 0 &&
		    has_title(p, code, out->items[i].title))
			out->items[n++] = out->items[i];
	out->count = n;
	if (n > 0)
		return 0;
	person_list_done(out);
	return err_set(e, ERR_ABSENT, "nobody of this office has the title "
	    "%s; name the person with --to", code);
}
