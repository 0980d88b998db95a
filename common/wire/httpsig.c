/*
 * Signed requests: the client signs each, the hub's first look at a request
 * reads and checks them.
 *
 * The three header values are taken apart at fixed places, written again from
 * what was found, and compared: what passes has exactly one spelling.
 */
#include "common/wire/httpsig.h"

#include <sodium.h>
#include <string.h>

#define COMPONENTS "(\"@method\" \"@authority\" \"@path\" \"@query\" " \
	"\"content-digest\")"
#define LABEL "tugi"
#define NONCE_BYTES 18 /* 24 base64url characters */
#define BASE64(n) sodium_base64_ENCODED_LEN(n, sodium_base64_VARIANT_ORIGINAL)
#define BASE_MAX 2048  /* bytes of a signature base */

void
httpsig_digest(struct view body, struct hash *out)
{
	crypto_hash_sha256(out->b, body.data, body.len);
}

static void
put_base64(const uint8_t *data, size_t len, struct buf *out)
{
	char text[BASE64(64)];

	sodium_bin2base64(text, sizeof(text), data, len,
	    sodium_base64_VARIANT_ORIGINAL);
	buf_add_fmt(out, ":%s:", text);
}

static void
put_digest(const struct hash *digest, struct buf *out)
{
	buf_add_str(out, "sha-256=");
	put_base64(digest->b, sizeof(digest->b), out);
}

/* The value of @signature-params, and of Signature-Input after its label. */
static void
put_params(const struct httpsig *hs, struct buf *out)
{
	char device[ID_TEXT_BYTES];

	buf_add_fmt(out, COMPONENTS ";created=%lld;keyid=\"%s\";nonce=\"%s\""
	    ";tag=\"tugi\"", (long long)hs->created_s,
	    id_text(&hs->device, device), hs->nonce);
}

/* RFC 9421, 2.5. */
static void
put_base(const struct httpsig *hs, const struct httpsig_request *req,
    struct buf *out)
{
	buf_add_fmt(out, "\"@method\": %s\n\"@authority\": %s\n"
	    "\"@path\": %s\n\"@query\": %s\n\"content-digest\": ",
	    req->method, req->authority, req->path, req->query);
	put_digest(&hs->digest, out);
	buf_add_str(out, "\n\"@signature-params\": ");
	put_params(hs, out);
}

void
httpsig_sign(const struct httpsig_request *req, struct view body,
    const struct device_keys *me, int64_t created_s, struct buf *headers)
{
	uint8_t nonce[NONCE_BYTES];
	struct httpsig hs;
	struct buf base;

	hs.created_s = created_s;
	hs.device = me->device;
	randombytes_buf(nonce, sizeof(nonce));
	sodium_bin2base64(hs.nonce, sizeof(hs.nonce), nonce, sizeof(nonce),
	    sodium_base64_VARIANT_URLSAFE_NO_PADDING);
	httpsig_digest(body, &hs.digest);
	buf_init(&base, BASE_MAX);
	put_base(&hs, req, &base);
	keys_sign(&me->sign, NULL, buf_view(&base), &hs.sig);
	headers->toobig |= base.toobig;
	buf_done(&base);
	buf_add_str(headers, "Content-Digest: ");
	put_digest(&hs.digest, headers);
	buf_add_str(headers, "\r\nSignature-Input: " LABEL "=");
	put_params(&hs, headers);
	buf_add_str(headers, "\r\nSignature: " LABEL "=");
	put_base64(hs.sig.b, sizeof(hs.sig.b), headers);
	buf_add_str(headers, "\r\n");
}

/* Move past ${text} when it is next. */
static bool
skip(const char **at, const char *text)
{
	size_t n = strlen(text);

	if (strncmp(*at, text, n) != 0)
		return false;
	*at += n;
	return true;
}

static bool
read_base64(const char *at, uint8_t *out, size_t len)
{
	size_t got, text = BASE64(len) - 1;

	return strlen(at) >= text && sodium_base642bin(out, len, at, text,
	    NULL, &got, NULL, sodium_base64_VARIANT_ORIGINAL) == 0 &&
	    got == len;
}

static bool
read_created(const char **at, int64_t *out)
{
	int64_t v = 0;
	int n;

	for (n = 0; n < 12 && **at >= '0' && **at <= '9'; n++, (*at)++)
		v = v * 10 + (**at - '0');
	*out = v;
	return n > 0;
}

static bool
read_device(const char **at, struct id *out)
{
	char text[ID_TEXT_BYTES];
	struct err e;

	if (strlen(*at) < ID_TEXT_BYTES - 1)
		return false;
	memcpy(text, *at, ID_TEXT_BYTES - 1);
	text[ID_TEXT_BYTES - 1] = '\0';
	*at += ID_TEXT_BYTES - 1;
	return id_parse(text, out, &e) == 0;
}

static bool
read_nonce(const char **at, char out[static 25])
{
	size_t n = strspn(*at, "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
	    "abcdefghijklmnopqrstuvwxyz0123456789-_");

	if (n != 24)
		return false;
	memcpy(out, *at, n);
	out[n] = '\0';
	*at += n;
	return true;
}

static bool
read_params(const char *at, struct httpsig *out)
{
	return skip(&at, LABEL "=" COMPONENTS ";created=") &&
	    read_created(&at, &out->created_s) && skip(&at, ";keyid=\"") &&
	    read_device(&at, &out->device) && skip(&at, "\";nonce=\"") &&
	    read_nonce(&at, out->nonce) && skip(&at, "\";tag=\"tugi\"") &&
	    *at == '\0';
}

/* Are the three values those that ${hs} would be written as? */
static bool
same_again(const struct httpsig *hs, const char *digest, const char *input,
    const char *signature)
{
	struct buf b;
	bool same;

	buf_init(&b, HTTPSIG_HEADER_MAX);
	put_digest(&hs->digest, &b);
	same = strcmp(buf_str(&b), digest) == 0;
	buf_reset(&b);
	buf_add_str(&b, LABEL "=");
	put_params(hs, &b);
	same = same && strcmp(buf_str(&b), input) == 0;
	buf_reset(&b);
	buf_add_str(&b, LABEL "=");
	put_base64(hs->sig.b, sizeof(hs->sig.b), &b);
	same = same && strcmp(buf_str(&b), signature) == 0;
	buf_done(&b);
	return same;
}

int
httpsig_read(const char *digest, const char *input, const char *signature,
    struct httpsig *out, struct err *e)
{
	const char *d = digest, *s = signature;

	memset(out, 0, sizeof(*out));
	if (!skip(&d, "sha-256=:") ||
	    !read_base64(d, out->digest.b, sizeof(out->digest.b)) ||
	    !read_params(input, out) || !skip(&s, LABEL "=:") ||
	    !read_base64(s, out->sig.b, sizeof(out->sig.b)) ||
	    !same_again(out, digest, input, signature))
		return err_set(e, ERR_PEER, "the request is not signed in the "
		    "one form allowed (schema/wire.md, \"Request signature\")");
	return 0;
}

bool
httpsig_check(const struct httpsig *hs, const struct httpsig_request *req,
    const struct sign_pub *pub)
{
	struct buf base;
	bool ok;

	buf_init(&base, BASE_MAX);
	put_base(hs, req, &base);
	ok = !base.toobig && !base.nomem &&
	    keys_verify(pub, NULL, buf_view(&base), &hs->sig);
	buf_done(&base);
	return ok;
}
