/*
 * Bundles: one exchange of a device with its hub, as files that somebody
 * carries. Outward what a push and a pull would have asked, sealed to the hub;
 * inward the answers, sealed to the device. Each is signed inside its seal, so
 * that who carries it learns its size alone. Source: schema/wire.md,
 * "Bundle".
 */
#ifndef WIRE_BUNDLE_H
#define WIRE_BUNDLE_H

#include "common/wire/proto.h"

#define BUNDLE_PAGES_MAX 64
#define BUNDLE_ANSWER_MAX PROTO_ANSWER_BYTES_MAX
#define BUNDLE_ASK_MAX PROTO_REQUEST_BYTES_MAX

struct bundle_ask {
	struct id device;
	struct view push;  /* body of a push; empty: nothing to send */
	struct view pull;  /* body of the first pull */
};

struct bundle_part { /* one answer */
	unsigned status; /* as HTTP has it */
	struct view body;
};

struct bundle_answer {
	struct id device;
	int64_t at_ms;     /* the hub's clock; 0: in doubt */
	struct view pull;  /* of what it answers, so that a stale one is known */
	bool pushed;       /* there was a push, and ... */
	struct bundle_part push; /* ... its answer */
	size_t count;
	struct bundle_part pages[BUNDLE_PAGES_MAX];
};

/** bundle_of_files(in): it is one of the kinds in stick.h. */
bool bundle_of_files(struct view in);

/** What stands inside the seals, before the signature. Decoded messages borrow
 * the input; ERR_PEER. */
void bundle_ask_encode(const struct bundle_ask *m, struct buf *out);
int bundle_ask_decode(struct view in, struct bundle_ask *m, struct err *e);
void bundle_answer_encode(const struct bundle_answer *m, struct buf *out);
int bundle_answer_decode(struct view in, struct bundle_answer *m,
    struct err *e);

/** bundle_ask_seal(m, me, hub, out): append the file. A failure is ${out}'s
 * (buf_check). */
void bundle_ask_seal(const struct bundle_ask *m, const struct device_keys *me,
    const struct sign_pub *hub, struct buf *out);

/** bundle_ask_open(in, hub, key, plain, m, e): ${m} borrows ${plain}, which
 * is appended to. The signature is checked by bundle_ask_signed, when the
 * device's key was found. ERR_PEER. */
int bundle_ask_open(struct view in, const struct sign_pub *hub,
    const struct sign_key *key, struct buf *plain, struct bundle_ask *m,
    struct err *e);
bool bundle_ask_signed(const struct buf *plain, const struct sign_pub *device);

/** bundle_answer_seal(m, hub, to, out), bundle_answer_open(in, me, hub, plain,
 * m, e): the same the other way; ERR_INPUT with a sentence for a person. */
void bundle_answer_seal(const struct bundle_answer *m,
    const struct sign_key *hub, const struct box_pub *to, struct buf *out);
int bundle_answer_open(struct view in, const struct device_keys *me,
    const struct sign_pub *hub, struct buf *plain, struct bundle_answer *m,
    struct err *e);

#endif
