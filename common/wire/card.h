/*
 * Paper: the enrolment card, and the recovery key in three shares.
 *
 * A card is one line of text (also fit for a QR code):
 *   tugi-card-1 <hub URL> <TLS pin> <root fingerprint> <card id> <secret>
 *   <check over all of it>
 * in base32 groups with a check each (base32.h), so that a typing mistake is
 * noticed and named. A share:
 *   tugi-share-1 <number> <half> <half> <check of the key> <check over all>
 *
 * The recovery secret (32 bytes, seed of the recovery box key) is split two
 * of three as XOR pairs: S1 = (a, b), S2 = (b, c), S3 = (c, a) with random
 * a, b and c = secret ^ a ^ b. Any two shares hold all of a, b, c; one share
 * holds two of three and tells nothing. Source: schema/wire.md, "Paper".
 */
#ifndef WIRE_CARD_H
#define WIRE_CARD_H

#include "common/wire/keys.h"

#define CARD_URL_MAX 200

struct card {
	char url[CARD_URL_MAX];   /* https://host:port */
	struct hash pin;          /* SHA-256 of the hub's SPKI */
	struct hash root;         /* keys_hash("tugi root", office root) */
	struct id id;
	struct sym_key secret;    /* 16 random bytes, expanded with keys_hash */
	uint8_t secret16[16];     /* what is printed */
};

/** card_make(url, pin, root, c): a new card with a number and secret of its
 * own; ${url} is shorter than CARD_URL_MAX. */
void card_make(const char *url, const struct hash *pin,
    const struct hash *root, struct card *c);
void card_encode(const struct card *c, struct buf *out);
/** card_decode(text, c, e): lines and spaces do not matter. ERR_INPUT says
 * which group of which part is wrong. */
int card_decode(const char *text, struct card *c, struct err *e);
void card_root_hash(const struct sign_pub *root, struct hash *out);

#define CARD_SHARES 3
struct share {
	int number;          /* 1..3 */
	uint8_t half[2][32];
	struct hash check;   /* of the recovery public key it belongs to: ten
	                      * bytes, the others zero */
};

void share_split(const uint8_t secret[static 32], struct share out[static 3]);
/** share_join(a, b, secret, e): ERR_INPUT when these are not two different
 * shares of one key. */
int share_join(const struct share *a, const struct share *b,
    uint8_t secret[static 32], struct err *e);
void share_encode(const struct share *s, struct buf *out);
int share_decode(const char *text, struct share *s, struct err *e);

#endif
