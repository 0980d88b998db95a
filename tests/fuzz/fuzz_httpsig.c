/*
 * The three header values of a signed request, one a line, as an outsider may
 * write them; and the same bytes as the body of a request that is signed,
 * read and checked.
 */
#include <string.h>

#include "common/base/mem.h"
#include "common/wire/httpsig.h"
#include "tests/fuzz/fuzz.h"

static const struct httpsig_request req = { "POST", "hub.test:8443",
	"/v1/push", "?" };

/* Lines of ${text}, cut in place; missing ones are empty. */
static void
lines(char *text, char *out[static 3])
{
	int i;

	for (i = 0; i < 3; i++) {
		out[i] = text;
		text += strcspn(text, "\n");
		if (*text == '\n')
			*text++ = '\0';
	}
}

static void
read_theirs(const uint8_t *data, size_t size)
{
	char *text = fuzz_text(data, size), *line[3];
	struct device_keys me;
	struct httpsig hs;
	struct err e;

	err_clear(&e);
	fuzz_device(0, &me);
	lines(text, line);
	if (httpsig_read(line[0], line[1], line[2], &hs, &e) == 0) {
		FUZZ_SURE(strlen(hs.nonce) == 24);
		(void)httpsig_check(&hs, &req, &me.sign_pub);
	} else {
		fuzz_refused(&e);
	}
	mem_free(text);
}

/* Past the name of the header; ends at its CR LF. */
static char *
value(char **at)
{
	char *v = strchr(*at, ':'), *end;

	FUZZ_SURE(v != NULL);
	v += 1 + strspn(v + 1, " ");
	end = strstr(v, "\r\n");
	FUZZ_SURE(end != NULL);
	*end = '\0';
	*at = end + 2;
	return v;
}

static void
sign_ours(struct view body, int64_t created_s)
{
	struct device_keys me;
	struct httpsig hs;
	struct hash digest;
	struct buf b;
	struct err e;
	char *at, *v[3];
	int i;

	fuzz_device(0, &me);
	buf_init(&b, 4 * HTTPSIG_HEADER_MAX);
	httpsig_sign(&req, body, &me, created_s, &b);
	buf_add(&b, "", 1);
	at = (char *)b.data;
	for (i = 0; i < 3; i++)
		v[i] = value(&at);
	FUZZ_SURE(httpsig_read(v[0], v[1], v[2], &hs, &e) == 0);
	FUZZ_SURE(hs.created_s == created_s && id_eq(&hs.device, &me.device));
	httpsig_digest(body, &digest);
	FUZZ_SURE(hash_eq(&hs.digest, &digest));
	FUZZ_SURE(httpsig_check(&hs, &req, &me.sign_pub));
	buf_done(&b);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	fuzz_begin();
	read_theirs(data, size);
	sign_ours(view_of(data, size), INT64_C(1790000000) + (int64_t)size);
	return 0;
}
