/*
 * Through GnuTLS, which has the processor's own instructions for it: each
 * flush and each start hashes all that it writes or looks for.
 */
#include "daemon/ledger/oid.h"

#include <assert.h>
#include <gnutls/crypto.h>
#include <gnutls/gnutls.h>
#include <stdio.h>
#include <string.h>

static const char *const words[] = { "commit", "tree", "blob" };

static void
sum(struct view head, struct view data, struct oid *out)
{
	gnutls_hash_hd_t h;
	int rc = gnutls_hash_init(&h, GNUTLS_DIG_SHA1);

	assert(rc == 0); /* out of memory, or a library without SHA-1 */
	(void)gnutls_hash(h, head.data, head.len);
	(void)gnutls_hash(h, data.data, data.len);
	gnutls_hash_deinit(h, out->b);
}

void
oid_of(enum oid_kind kind, struct view data, struct oid *out)
{
	char head[32];
	int n = snprintf(head, sizeof(head), "%s %zu", words[kind], data.len);

	sum(view_of(head, (size_t)n + 1), data, out);
}

void
oid_sum(struct view data, struct oid *out)
{
	sum(view_of(NULL, 0), data, out);
}

bool
oid_eq(const struct oid *a, const struct oid *b)
{
	return memcmp(a->b, b->b, sizeof(a->b)) == 0;
}

const char *
oid_text(const struct oid *o, char out[static OID_TEXT])
{
	static const char digits[] = "0123456789abcdef";
	size_t i;

	for (i = 0; i < sizeof(o->b); i++) {
		out[2 * i] = digits[o->b[i] >> 4];
		out[2 * i + 1] = digits[o->b[i] & 15];
	}
	out[2 * i] = '\0';
	return out;
}

static int
digit(char c)
{
	return c >= '0' && c <= '9' ? c - '0' :
	    c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

int
oid_parse(const char *text, struct oid *out)
{
	size_t i;

	for (i = 0; i < sizeof(out->b); i++) {
		int high = digit(text[2 * i]), low;

		low = high < 0 ? -1 : digit(text[2 * i + 1]);
		if (low < 0)
			return -1;
		out->b[i] = (uint8_t)(high << 4 | low);
	}
	return 0;
}
