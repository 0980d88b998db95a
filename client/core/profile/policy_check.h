/*
 * Whether JSON files are a policy. The shape stands in tables; what they
 * cannot say (what the program itself needs, what contradicts itself) in a
 * few functions after.
 *
 * Source: schema/policy.md 3 and 4. Inner part of policy.c.
 */
#ifndef CORE_POLICY_CHECK_H
#define CORE_POLICY_CHECK_H

#include <jansson.h>

#include "client/core/profile/policy.h"

enum { /* places of the files (policy_file) */
	POLICY_HEAD, POLICY_SECTIONS, POLICY_VOCABULARIES, POLICY_FORMS,
	POLICY_INSTRUMENTS, POLICY_MEETINGS, POLICY_RETENTION, POLICY_TEXTS
};

/** policy_list(files, name): a list of policy.h by name; NULL: none. */
json_t *policy_list(json_t *const files[], const char *name);

/** policy_check(files, src, e): ERR_INPUT: which file, which line of ${src}
 * (NULL: not known), and what is expected there. */
int policy_check(json_t *const files[], const struct policy_source *src,
    struct err *e);

#endif
