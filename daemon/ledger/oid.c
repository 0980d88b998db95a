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
	gnutls_datum_t raw = { (uint8_t *)(uintptr_t)o->b, sizeof(o->b) };
	size_t len = OID_TEXT;
	int rc = gnutls_hex_encode(&raw, out, &len);

	assert(rc == 0);
	return out;
}

int
oid_parse(const char *text, struct oid *out)
{
	gnutls_datum_t hex = { (uint8_t *)(uintptr_t)text, OID_TEXT - 1 };
	size_t len = sizeof(out->b);

	return strlen(text) == OID_TEXT - 1 &&
	    gnutls_hex_decode(&hex, out->b, &len) == 0 ? 0 : -1;
}
