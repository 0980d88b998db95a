/*
 * The papers of a hub's log key: which key signs the log from one id of the
 * log on. Signed by the office root, and by the key before where it is there.
 * Source: wire.md 11.5.
 */
#ifndef WIRE_HUBKEY_H
#define WIRE_HUBKEY_H

#include "common/wire/keys.h"

#define HUBKEY_LIST_MAX 31
#define HUBKEY_TEXT_BYTES 320

struct hubkey {
	uint64_t log_id;
	struct sign_pub key;
	struct sig root;    /* of the office root */
	bool has_before;
	struct sig before;  /* of the key before */
};
struct hubkeys { /* oldest first */
	size_t count;
	struct hubkey items[HUBKEY_LIST_MAX];
};

/** hubkey_sign(k, by, out): the root's or the former key's signature. */
void hubkey_sign(const struct hubkey *k, const struct sign_key *by,
    struct sig *out);

/** hubkey_holds(k, root, before): by the root of that key; and by ${before}, if
 * the paper says that the key before has signed it. */
bool hubkey_holds(const struct hubkey *k, const struct sign_pub *root,
    const struct sign_pub *before);

void hubkeys_encode(const struct hubkeys *l, struct buf *out);
int hubkeys_decode(struct view in, struct hubkeys *l, struct err *e);

/* As words between the hub's operator and the office: without the root's
 * signature a wish, with it the paper. hubkey_read: ERR_INPUT. */
void hubkey_text(const struct hubkey *k, bool is_signed,
    char out[static HUBKEY_TEXT_BYTES]);
int hubkey_read(const char *text, bool is_signed, struct hubkey *k,
    struct err *e);

#endif
