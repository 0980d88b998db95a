/*
 * Files of one commit of a git repository, for the office's policy.
 *
 * Nothing of the repository is written, no hook is run and no program is
 * started. Without a named commit what counts is HEAD, and then the folder
 * must be as HEAD has it: what is published is what somebody sees there.
 */
#ifndef CORE_REPOSITORY_H
#define CORE_REPOSITORY_H

#include "common/base/buf.h"

#define REPOSITORY_COMMIT_BYTES 41 /* 40 hex digits and an end mark */

struct repository_ask {
	const char *dir;          /* the folder in the work tree, or a bare
	                             repository */
	const char *rev;          /* NULL: HEAD, the work tree being clean */
	const char *const *names; /* of files in that folder */
	size_t count;
};

struct repository_files {
	char commit[REPOSITORY_COMMIT_BYTES];
	struct buf *texts;        /* one for each name, with its ceiling set */
	bool *there;
};

/** repository_read(ask, out, e): ERR_INPUT: no repository, no such commit, or
 * changes that are in no commit. A file that is not there is no error. */
int repository_read(const struct repository_ask *ask,
    struct repository_files *out, struct err *e);

#endif
