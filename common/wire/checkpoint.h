/*
 * A signed tree head: C2SP tlog-checkpoint in a C2SP signed note (Ed25519).
 *
 *   <hub name>/<log id in hex>\n<size>\n<root, base64>\n\n
 *   — <hub name> <base64(key hash, 4 bytes || signature)>\n
 */
#ifndef WIRE_CHECKPOINT_H
#define WIRE_CHECKPOINT_H

#include "common/wire/changeset.h"

#define CHECKPOINT_TEXT_MAX 512

struct checkpoint {
	struct log_point at;
	struct hash root;
};

/** checkpoint_sign(cp, hub_name, pub, key, out): append the note. */
void checkpoint_sign(const struct checkpoint *cp, const char *hub_name,
    const struct sign_pub *pub, const struct sign_key *key, struct buf *out);

/** checkpoint_note(cp, hub_name, pub, sig, out): append the note again from
 * its parts; checkpoint_read tells whether ${sig} is the hub's. */
void checkpoint_note(const struct checkpoint *cp, const char *hub_name,
    const struct sign_pub *pub, const struct sig *sig, struct buf *out);

/** checkpoint_sig(note, hub_name, sig): the signature of a note that was read
 * before; false when there is none in its place. */
bool checkpoint_sig(struct view note, const char *hub_name,
    struct sig *sig);

/** checkpoint_read(note, hub_name, pub, cp, e): exactly one form is taken.
 * ERR_PEER when it is not ${pub}'s. */
int checkpoint_read(struct view note, const char *hub_name,
    const struct sign_pub *pub, struct checkpoint *cp, struct err *e);

#endif
