/*
 * HTTP message signatures (RFC 9421), Ed25519, one fixed profile: components
 * "@method" "@authority" "@path" "@query" "content-digest" in this order,
 * parameters created, keyid (device id in hex), nonce, tag="tugi". Anything
 * else is refused, so that checking is comparison of text, not parsing.
 * Content-Digest after RFC 9530, sha-256. Vector: RFC 9421 B.2.6.
 */
#ifndef WIRE_HTTPSIG_H
#define WIRE_HTTPSIG_H

#include "common/wire/keys.h"

#define HTTPSIG_SKEW_S 300
#define HTTPSIG_HEADER_MAX 512

struct httpsig_request {
	const char *method, *authority, *path;
	const char *query; /* with its "?", or "?" when there is none */
};

struct httpsig {
	int64_t created_s;
	struct id device;
	char nonce[25];   /* 24 base64url characters */
	struct sig sig;
	struct hash digest; /* sha-256 of the body, as claimed */
};

/** httpsig_digest(body, out): SHA-256. */
void httpsig_digest(struct view body, struct hash *out);

/** httpsig_sign(req, body, me, created_s, headers): append the three header
 * lines Content-Digest, Signature-Input and Signature, each with CR LF. */
void httpsig_sign(const struct httpsig_request *req, struct view body,
    const struct device_keys *me, int64_t created_s, struct buf *headers);

/** httpsig_read(digest, input, signature, out, e): the three header values.
 * ERR_PEER on any other form. */
int httpsig_read(const char *digest, const char *input,
    const char *signature, struct httpsig *out, struct err *e);

/** httpsig_check(hs, req, pub): the signature holds over these parts. */
bool httpsig_check(const struct httpsig *hs,
    const struct httpsig_request *req, const struct sign_pub *pub);

#endif
