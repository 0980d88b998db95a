/*
 * The hub's TLS keys in its own words: the one it answers with and the one it
 * will change to, signed with the key of its log. Source: wire.md 12.9.
 *
 * Whoever has checked such a word takes the next key for the hub's without
 * being told again. A word counts only if its number is higher than that of
 * the one before, so that an old one cannot bring an old key back.
 */
#ifndef WIRE_PINS_H
#define WIRE_PINS_H

#include "common/wire/keys.h"

struct pins {
	uint64_t number;   /* rising; as a rule the ms when it was signed */
	struct hash now;   /* SHA-256 of the SPKI that answers */
	struct hash next;  /* of the one it will change to */
	struct sig sig;
};

#define PINS_BYTES_MAX 256

/** pins_sign(p, key): number and both pins, with the key of the log. */
void pins_sign(struct pins *p, const struct sign_key *key);

/** pins_signed(p, hub): by the hub of that key? */
bool pins_signed(const struct pins *p, const struct sign_pub *hub);

/** pins_text(pin, out): as curl takes it, "sha256//" and base64. */
#define PINS_TEXT_BYTES 56
void pins_text(const struct hash *pin, char out[static PINS_TEXT_BYTES]);

/** pins_parse(text, pin): that, or 64 hex digits; false: neither. */
bool pins_parse(const char *text, struct hash *pin);

void pins_encode(const struct pins *p, struct buf *out);
int pins_decode(struct view in, struct pins *p, struct err *e);

#endif
