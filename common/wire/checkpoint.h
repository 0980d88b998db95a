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

/** checkpoint_named(note, at): the log id and size that a note names, whoever
 * signed it: to find the key to read it with. False: it names none. */
bool checkpoint_named(struct view note, struct log_point *at);

/** checkpoint_sig(note, hub_name, sig): the signature of a note that was read
 * before; false when there is none in its place. */
bool checkpoint_sig(struct view note, const char *hub_name,
    struct sig *sig);

/*
 * A witness's own line under a note: C2SP tlog-cosignature, cosignature/v1.
 *
 *   — <witness> <base64(key hash, 4 bytes || time || signature)>\n
 */
struct cosigner {
	const char *name;       /* no space, no plus sign */
	struct sign_pub pub;
	const struct sign_key *key; /* to sign; NULL: to read */
};
#define COSIGNER_KEY_BYTES 160

/** checkpoint_cosign(note, w, at_s, out): append ${note}, which is signed by
 * the hub, and the line of the witness who saw it at ${at_s}. */
void checkpoint_cosign(struct view note, const struct cosigner *w,
    int64_t at_s, struct buf *out);

/** checkpoint_cosigned(text, w, note, at_s): the ${note} above the line of
 * witness ${w}, borrowed from ${text}, and when it was seen. False when the
 * line is not the witness's, or not in the one form allowed. */
bool checkpoint_cosigned(struct view text, const struct cosigner *w,
    struct view *note, int64_t *at_s);

/** checkpoint_cosigner(w, out): the key as others write it down:
 * name+key hash+base64. */
const char *checkpoint_cosigner(const struct cosigner *w,
    char out[static COSIGNER_KEY_BYTES]);

/** checkpoint_read(note, hub_name, pub, cp, e): exactly one form is taken.
 * ERR_PEER when it is not ${pub}'s. */
int checkpoint_read(struct view note, const char *hub_name,
    const struct sign_pub *pub, struct checkpoint *cp, struct err *e);

#endif
