/*
 * Keys of devices, the hub, the office root and recovery; signatures and
 * sealed boxes. The only door to libsodium's public-key calls.
 *
 * Ed25519 signatures (RFC 8032) and X25519 sealed boxes (crypto_box_seal).
 * What is signed always starts with a domain tag of its own, so that no
 * signature can be taken for one of another kind.
 */
#ifndef WIRE_KEYS_H
#define WIRE_KEYS_H

#include "common/base/buf.h"
#include "common/base/id.h"

struct sign_pub { uint8_t b[32]; };
struct sign_key { uint8_t b[64]; }; /* seed and public half */
struct box_pub { uint8_t b[32]; };
struct box_key { uint8_t b[32]; };
struct sym_key { uint8_t b[32]; };
struct sig { uint8_t b[64]; };

#define KEYS_SEAL_BYTES 48 /* what a sealed box adds to its content */

/* The two key pairs of a device. The device id is the first 16 bytes of
 * keys_hash("tugi device 1", sign || box): nobody can claim another's. */
struct device_keys {
	struct id device;
	struct sign_pub sign_pub;
	struct box_pub box_pub;
	struct sign_key sign;
	struct box_key box;
};

/** keys_init(): ready libsodium; -1 when its self test fails. Call once. */
int keys_init(void);

void keys_sign_make(struct sign_pub *pub, struct sign_key *key);
void keys_sign_from_seed(const uint8_t seed[static 32], struct sign_pub *pub,
    struct sign_key *key);
void keys_box_make(struct box_pub *pub, struct box_key *key);
void keys_box_from_seed(const uint8_t seed[static 32], struct box_pub *pub,
    struct box_key *key);
void keys_sym_make(struct sym_key *key);
void keys_device_make(struct device_keys *keys);
void keys_device_id(const struct sign_pub *sign, const struct box_pub *box,
    struct id *device);

/** keys_sign(key, tag, data, sig): sign ${tag} || 0x00 || ${data}. NULL as
 * tag signs ${data} alone: only for the formats of others whose text
 * brings its own context (checkpoint.h, httpsig.h, sshsig.h). */
void keys_sign(const struct sign_key *key, const char *tag, struct view data,
    struct sig *sig);

/** keys_verify(pub, tag, data, sig): true when it is that signature. */
bool keys_verify(const struct sign_pub *pub, const char *tag,
    struct view data, const struct sig *sig);

/** keys_sign_box(pub, out): the box key that belongs to a signing key, for
 * who has no other; keys_sign_open: its secret half. False when ${pub} is no
 * key. */
bool keys_sign_box(const struct sign_pub *pub, struct box_pub *out);
void keys_sign_open(const struct sign_key *key, struct box_key *out);

/** keys_seal(to, plain, out): append a sealed box of ${plain}. */
void keys_seal(const struct box_pub *to, struct view plain, struct buf *out);

/** keys_open(pub, key, sealed, out, e): append the content. ERR_DENIED. */
int keys_open(const struct box_pub *pub, const struct box_key *key,
    struct view sealed, struct buf *out, struct err *e);

/** keys_hash(tag, data, out): BLAKE2b-256 of tag || 0x00 || data. */
void keys_hash(const char *tag, struct view data, struct hash *out);

/** keys_mac(key, tag, data, out): the same, keyed with ${key}. */
void keys_mac(const struct sym_key *key, const char *tag, struct view data,
    struct hash *out);

#endif
