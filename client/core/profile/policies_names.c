/* Codes by their names, as the policy in force has them. */
#include "client/core/profile/policies.h"

#include <stdio.h>
#include <string.h>

#define CODE_BYTES 41

const char *
policies_name(struct session *session, const char *list, const char *code)
{
	struct err why;
	const struct policy *p = policies_now(session, &why);
	const char *name = p != NULL ? policy_name(p, list, code,
	    session_language(session)) : NULL;

	return name != NULL ? name : code;
}

const char *
policies_names(struct session *session, const char *list, const char *codes,
    char *out, size_t size)
{
	char code[CODE_BYTES];
	size_t n, len = 0;

	out[0] = '\0';
	for (; *codes != '\0'; codes += n + strspn(codes + n, ", ")) {
		n = strcspn(codes, ", ");
		if (n == 0 || n >= sizeof(code))
			continue;
		memcpy(code, codes, n);
		code[n] = '\0';
		len += (size_t)snprintf(out + len, len < size ? size - len : 0,
		    "%s%s", len > 0 ? ", " : "",
		    policies_name(session, list, code));
	}
	return out;
}
