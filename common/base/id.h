/*
 * 16-byte ids and 32-byte hashes, and their text forms.
 */
#ifndef BASE_ID_H
#define BASE_ID_H

#include <stdbool.h>
#include <stdint.h>

#include "common/base/buf.h"

struct id {
	uint8_t b[16];
};

struct hash {
	uint8_t b[32];
};

#define ID_TEXT_BYTES 33   /* 32 hex digits and the end mark */
#define HASH_TEXT_BYTES 65 /* 64 hex digits and the end mark */

/** id_random(id): for spaces and persons, which must tell nothing. */
void id_random(struct id *id);

/**
 * id_timed(id, wall_ms): for records: 48 bits of time, then 80 random bits,
 * so that rows written together lie together (after RFC 9562, UUIDv7).
 */
void id_timed(struct id *id, int64_t wall_ms);

bool id_eq(const struct id *a, const struct id *b);
int id_cmp(const struct id *a, const struct id *b);
bool id_is_zero(const struct id *id);

/** id_text(id, out): lower-case hex; returns ${out}. */
const char *id_text(const struct id *id, char out[static ID_TEXT_BYTES]);

/** id_parse(text, id, e): exactly 32 hex digits; ERR_INPUT otherwise. */
int id_parse(const char *text, struct id *id, struct err *e);

bool hash_eq(const struct hash *a, const struct hash *b);
bool hash_is_zero(const struct hash *h);
const char *hash_text(const struct hash *h, char out[static HASH_TEXT_BYTES]);
int hash_parse(const char *text, struct hash *h, struct err *e);

#endif
