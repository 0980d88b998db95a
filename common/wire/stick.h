/*
 * Files of attachments in bundles: pieces that go to the hub and pieces that a
 * device asks for, four at a time, each bundle sealed and signed like that of
 * the texts (bundle.h). And the file on a stick that holds several bundles.
 * Source: schema/wire.md, "Bundle".
 */
#ifndef WIRE_STICK_H
#define WIRE_STICK_H

#include "common/wire/proto.h"

#define STICK_CALLS_MAX 4
#define STICK_BYTES_MAX ((size_t)96 << 20) /* of a file with all its bundles */
#define STICK_FILES_MAX ((size_t)94 << 20) /* of those with files in it */
#define STICK_PARTS_MAX 1024

enum stick_kind { STICK_PUT = 1, STICK_GET };

struct stick_call {
	enum stick_kind kind;
	struct view body; /* of the request, as over a line */
};

struct stick_ask {
	struct id device;
	size_t count;
	struct stick_call calls[STICK_CALLS_MAX];
};

struct stick_part { /* an answer, and to what */
	enum stick_kind kind;
	struct hash name;
	uint64_t at;
	struct hash item; /* of a put; else zero */
	unsigned status;  /* as HTTP has it */
	struct view body;
};

struct stick_answer {
	struct id device;
	size_t count;
	struct stick_part parts[STICK_CALLS_MAX];
};

/** As for struct bundle_ask and bundle_answer. */
void stick_ask_encode(const struct stick_ask *m, struct buf *out);
int stick_ask_decode(struct view in, struct stick_ask *m, struct err *e);
void stick_answer_encode(const struct stick_answer *m, struct buf *out);
int stick_answer_decode(struct view in, struct stick_answer *m,
    struct err *e);
void stick_ask_seal(const struct stick_ask *m, const struct device_keys *me,
    const struct sign_pub *hub, struct buf *out);
int stick_ask_open(struct view in, const struct sign_pub *hub,
    const struct sign_key *key, struct buf *plain, struct stick_ask *m,
    struct err *e);
bool stick_ask_signed(const struct buf *plain, const struct sign_pub *device);
void stick_answer_seal(const struct stick_answer *m,
    const struct sign_key *hub, const struct box_pub *to, struct buf *out);
int stick_answer_open(struct view in, const struct device_keys *me,
    const struct sign_pub *hub, struct buf *plain, struct stick_answer *m,
    struct err *e);

/** stick_begin(out), stick_add(bundle, out): a file of several bundles. */
void stick_begin(struct buf *out);
void stick_add(struct view bundle, struct buf *out);

/** stick_is(in): it is such a file, or the beginning of one. */
bool stick_is(struct view in);

/** stick_next(in, at, one, e): from ${at} 0 on: 1 another one, 0 none is left,
 * -1 ERR_INPUT. stick_check(in, e): it is whole. */
int stick_next(struct view in, size_t *at, struct view *one, struct err *e);
int stick_check(struct view in, struct err *e);

#endif
