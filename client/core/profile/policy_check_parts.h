/*
 * What the files of the check of a policy share: the check under way, and
 * saying where a mistake stands.
 */
#ifndef PROFILE_POLICY_CHECK_PARTS_H
#define PROFILE_POLICY_CHECK_PARTS_H

#include "client/core/profile/policy_check.h"
#include "client/core/words/jsonline.h"

#define CHECKING_CODE_MAX 40

struct checking {
	json_t *const *files;
	const struct policy_source *src;
	size_t file;
	struct jsonline_step path[JSONLINE_DEPTH];
	size_t depth;
	struct err *e;
};

/** checking_fail(ck, fmt, ...): -1, with file and line of where the check
 * stands; ${fmt} is looked up as err_set does. checking_enter, checking_leave: one step down, or back up. */
int checking_fail(struct checking *ck, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));
void checking_enter(struct checking *ck, const char *key, size_t index);
void checking_leave(struct checking *ck);

/** checking_among(bars, code): one of the codes between bars;
 * checking_blank(s): nothing but blanks. */
bool checking_among(const char *bars, const char *code);
bool checking_blank(const char *s);

/** policy_sense(ck): what tables cannot say of the file under way. */
int policy_sense(struct checking *ck);

#endif
