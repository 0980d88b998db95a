/*
 * Sealing under a symmetric key: XChaCha20-Poly1305, and the nonce and key
 * derivation that go with it. The only door to libsodium's secret-key calls.
 */
#ifndef WIRE_SEAL_H
#define WIRE_SEAL_H

#include "common/wire/keys.h"

#define SEAL_NONCE_BYTES 24
#define SEAL_TAG_BYTES 16 /* what sealing adds to its content */

/** seal_key(key, tag, out): the key of one purpose under ${key}. */
void seal_key(const struct sym_key *key, const char *tag,
    struct sym_key *out);

/** seal_nonce(tag, data, out): BLAKE2b-192 of tag || 0x00 || data. */
void seal_nonce(const char *tag, struct view data,
    uint8_t out[static SEAL_NONCE_BYTES]);

/** seal_add(key, nonce, ad, plain, out): append ciphertext and tag. */
void seal_add(const struct sym_key *key,
    const uint8_t nonce[static SEAL_NONCE_BYTES], struct view ad,
    struct view plain, struct buf *out);

/** seal_open(key, nonce, ad, sealed, out): append the content to ${out},
 * which has room for it. false: damaged, or another key, nonce or ad. */
bool seal_open(const struct sym_key *key,
    const uint8_t nonce[static SEAL_NONCE_BYTES], struct view ad,
    struct view sealed, struct buf *out);

#endif
