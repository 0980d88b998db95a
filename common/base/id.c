/* Ids and hashes: made from the kernel's randomness through libsodium. */
#include "common/base/id.h"

#include <sodium.h>
#include <string.h>

void
id_random(struct id *id)
{
	randombytes_buf(id->b, sizeof(id->b));
}

void
id_timed(struct id *id, int64_t wall_ms)
{
	uint64_t ms = wall_ms > 0 ? (uint64_t)wall_ms : 0;
	int i;

	for (i = 0; i < 6; i++)
		id->b[i] = (uint8_t)(ms >> (8 * (5 - i)));
	randombytes_buf(id->b + 6, sizeof(id->b) - 6);
}

bool
id_eq(const struct id *a, const struct id *b)
{
	return memcmp(a->b, b->b, sizeof(a->b)) == 0;
}

int
id_cmp(const struct id *a, const struct id *b)
{
	return memcmp(a->b, b->b, sizeof(a->b));
}

bool
id_is_zero(const struct id *id)
{
	return sodium_is_zero(id->b, sizeof(id->b)) == 1;
}

const char *
id_text(const struct id *id, char out[static ID_TEXT_BYTES])
{
	return sodium_bin2hex(out, ID_TEXT_BYTES, id->b, sizeof(id->b));
}

static int
hex_parse(const char *text, uint8_t *out, size_t len)
{
	size_t got;
	const char *end;

	if (strlen(text) != 2 * len ||
	    sodium_hex2bin(out, len, text, 2 * len, NULL, &got, &end) != 0 ||
	    got != len || *end != '\0')
		return -1;
	return 0;
}

int
id_parse(const char *text, struct id *id, struct err *e)
{
	if (hex_parse(text, id->b, sizeof(id->b)) != 0)
		return err_set(e, ERR_INPUT,
		    "an id is 32 digits from 0-9 and a-f; this one is not");
	return 0;
}

bool
hash_eq(const struct hash *a, const struct hash *b)
{
	return sodium_memcmp(a->b, b->b, sizeof(a->b)) == 0;
}

bool
hash_is_zero(const struct hash *h)
{
	return sodium_is_zero(h->b, sizeof(h->b)) == 1;
}

const char *
hash_text(const struct hash *h, char out[static HASH_TEXT_BYTES])
{
	return sodium_bin2hex(out, HASH_TEXT_BYTES, h->b, sizeof(h->b));
}

int
hash_parse(const char *text, struct hash *h, struct err *e)
{
	if (hex_parse(text, h->b, sizeof(h->b)) != 0)
		return err_set(e, ERR_INPUT,
		    "a hash is 64 digits from 0-9 and a-f; this one is not");
	return 0;
}
