/*
 * Keeping a profile: the ways by which it is opened, copies of it, and whether
 * a file is whole. Each of these works on the file as a whole.
 *
 * Source: schema/store.md 4, 8.
 */
#ifndef CORE_KEEP_H
#define CORE_KEEP_H

#include "client/core/profile/session.h"

#define KEEP_CODE_BYTES 40 /* a recovery code as text, end mark included */

struct keep_state {
	bool code;       /* a recovery code opens it */
	bool locked;     /* its pages in memory cannot reach the swap */
	bool older;      /* something saved before is missing */
	bool office;     /* two shares of the office's open it */
	int64_t bytes;   /* of the file */
};
int keep_state(struct session *s, struct keep_state *out, struct err *e);

/** keep_renew(s, o, w, e): the profile gets a new data key, and ${w} opens it
 * from now on, beside the office's shares if they did. ${s} is closed, and
 * what the kernel held forgotten. ERR_INPUT for a short passphrase. */
struct keep_ways {
	struct view passphrase;
	const char *code; /* NULL: none */
};
int keep_renew(struct session *s, const struct session_options *o,
    const struct keep_ways *w, struct err *e);

/** keep_code(out): a new recovery code: 30 letters and digits in groups, about
 * 150 bits, without letters that look alike. */
void keep_code(char out[static KEEP_CODE_BYTES]);

/** keep_plain_code(text, out): a code as it was printed, however it was typed;
 * its length. */
size_t keep_plain_code(const char *text, char out[static KEEP_CODE_BYTES]);

/** keep_code_add(s, o, code, e): it opens the profile too. ERR_CLASH when
 * there is one: that one ends by keep_renew alone. */
int keep_code_add(struct session *s, const struct session_options *o,
    const char *code, struct err *e);

/** keep_open_code(o, text, out, e): by a recovery code as typed. */
int keep_open_code(const struct session_options *o, const char *text,
    struct session **out, struct err *e);

/** keep_office(s, done, e): what two shares of the office open, this profile
 * is among, once it is a member; ${done}: it was not before. */
int keep_office(struct session *s, bool *done, struct err *e);

/** keep_backup(s, path, files, e): a copy under ${path}, sealed as the profile
 * is and opened the same ways; proven whole before it has its name. The sealed
 * attachments that are on this device lie beside it, in ${path} with
 * KEEP_FILES behind it; ${files}: how many. */
#define KEEP_FILES "-attachments"
int keep_backup(struct session *s, const char *path, size_t *files,
    struct err *e);

/** keep_verify(o, path, passphrase, full, e): is this file, a profile's or a
 * backup's, whole? NULL path: the profile's. ${full}: every page and every
 * table, and that each attachment beside it is what its name says. ERR_PEER
 * when it was altered, ERR_LOCAL when it is damaged. */
int keep_verify(const struct session_options *o, const char *path,
    struct view passphrase, bool full, struct err *e);

/** keep_restore(o, path, passphrase, e): a proven backup becomes the profile
 * of a folder that has none, and sends nothing until it is let in as a new
 * device (local/restored.h). ERR_CLASH when it has one. */
int keep_restore(const struct session_options *o, const char *path,
    struct view passphrase, struct err *e);

/** keep_drill(o, path, passphrase, out, e): the same into a folder of its own in
 * the profile's, opened there as it would be, and taken away again: would this
 * backup bring everything back? Nothing else is touched. */
struct keep_drill {
	int64_t records;
	size_t files; /* of attachments */
};
int keep_drill(const struct session_options *o, const char *path,
    struct view passphrase, struct keep_drill *out, struct err *e);

#endif
