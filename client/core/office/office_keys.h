/*
 * What the office's one secret makes: the root that signs and the recovery
 * key that opens. Only in memory, only for one call.
 *
 * Source: schema/rules.md 3.7.
 */
#ifndef OFFICE_OFFICE_KEYS_H
#define OFFICE_OFFICE_KEYS_H

#include "client/core/local/store.h"
#include "common/wire/card.h"

struct office_keys {
	struct sign_pub root_pub;
	struct sign_key root;
	struct device_keys recovery; /* box keys alone; no device has this id */
};

/** office_keys_new(secret): locked memory; office_keys_free wipes. */
struct office_keys *office_keys_new(const uint8_t secret[static 32]);
void office_keys_free(struct office_keys *k);

/** office_keys_join(s, a, b, out, e): from two shares as typed; ERR_INPUT
 * when they are not this office's. */
int office_keys_join(struct store *s, const char *a, const char *b,
    struct office_keys **out, struct err *e);

/** office_is_officer(s, e): 0, or ERR_DENIED. */
int office_is_officer(const struct store *s, struct err *e);

/* Signatures and ids as one word a person can copy: hex and a check. */
void office_word_add(const char *head, struct view data, struct buf *out);

/** office_word_read(head, text, out, len, e): exactly ${len} bytes. */
int office_word_read(const char *head, const char *text, void *out,
    size_t len, struct err *e);

#endif
