/*
 * The hub over HTTPS. One handle for all calls of a sync, so that the
 * connection and its TLS session are used again. The certificate is the hub's
 * own; what decides is the key that the office's card names.
 *
 * A signature names the time it was made. If the hub refuses it because the
 * clocks differ, the request is signed once more with the hub's time; the
 * difference is kept for later calls and touches no stamp of any record.
 */
#include "client/core/sync/remote.h"

#include <curl/curl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/base/mem.h"
#include "common/base/text.h"
#include "common/wire/httpsig.h"
#include "common/wire/pins.h"
#include "common/wire/proto.h"

#define CONNECT_S 10L
#define STALL_S 20L
#define STALL_BYTES 100L /* a second; slower for STALL_S is a stall */
#define LONGEST_S 1800L  /* one call, on the worst line that is of use */
#define SCHEME "https://"
#define AGAIN_S 60 /* a smaller difference is not why it was refused */

struct http {
	CURL *curl;
	struct tick tick;
	char *url, *authority;
	int64_t offset_s; /* hub's clock minus own, once it mattered */
	uint64_t pins;    /* number of its newest word on its keys */
	bool joined;      /* the pins are those of a profile */
	bool used;        /* a connection may be there from an earlier call */
	struct buf *answer;
	struct curl_slist *headers;
	char words[CURL_ERROR_SIZE];
};

static size_t
receive(char *data, size_t size, size_t n, void *ctx)
{
	struct http *h = ctx;

	buf_add(h->answer, data, size * n);
	return h->answer->toobig || h->answer->nomem ? 0 : size * n;
}

static int
add_header(struct http *h, const char *line, struct err *e)
{
	struct curl_slist *more = curl_slist_append(h->headers, line);

	if (more == NULL)
		return err_set(e, ERR_LOCAL, "out of memory");
	h->headers = more;
	return 0;
}

/* httpsig_sign makes lines that end in CR LF; libcurl wants them bare. */
static int
add_signature(struct http *h, const struct remote_call *c, struct err *e)
{
	struct httpsig_request req = { c->method, h->authority, c->path, "?" };
	int64_t at = tick_wall_ms(&h->tick) / 1000 + h->offset_s;
	struct buf lines;
	char *line, *end;
	int rc;

	buf_init(&lines, 3 * HTTPSIG_HEADER_MAX);
	/* A dead clock may stand before 1970: still a form the hub reads, so
	 * that it can say what time it is. */
	httpsig_sign(&req, c->body, c->me, at > 0 ? at : 1, &lines);
	buf_add_be(&lines, 0, 1);
	rc = buf_check(&lines, "a signature", e);
	line = (char *)lines.data;
	while (rc == 0 && (end = strstr(line, "\r\n")) != NULL) {
		*end = '\0';
		rc = add_header(h, line, e);
		line = end + 2;
	}
	buf_done(&lines);
	return rc;
}

static int
set_headers(struct http *h, const struct remote_call *c, struct err *e)
{
	char host[CARD_URL_MAX + 8], version[40];

	curl_slist_free_all(h->headers);
	h->headers = NULL;
	/* As signed, whatever the library would write for a default port. */
	snprintf(host, sizeof(host), "Host: %s", h->authority);
	snprintf(version, sizeof(version), "%s: %d", PROTO_VERSION_HEADER,
	    PROTO_VERSION);
	if (add_header(h, host, e) != 0 || add_header(h, "Expect:", e) != 0 ||
	    add_header(h, version, e) != 0 ||
	    add_header(h, "Accept:", e) != 0 ||
	    add_header(h, "Content-Type: application/cbor", e) != 0)
		return -1;
	return c->me == NULL ? 0 : add_signature(h, c, e);
}

static int
set_request(struct http *h, const struct remote_call *c, struct err *e)
{
	char url[CARD_URL_MAX + 64];
	CURL *curl = h->curl;

	if ((size_t)snprintf(url, sizeof(url), "%s%s", h->url, c->path) >=
	    sizeof(url))
		return err_set(e, ERR_BUG, "a path is too long");
	curl_easy_setopt(curl, CURLOPT_URL, url);
	if (strcmp(c->method, "GET") == 0)
		curl_easy_setopt(curl, CURLOPT_HTTPGET, 1L);
	else {
		curl_easy_setopt(curl, CURLOPT_POST, 1L);
		curl_easy_setopt(curl, CURLOPT_POSTFIELDSIZE_LARGE,
		    (curl_off_t)c->body.len);
		curl_easy_setopt(curl, CURLOPT_POSTFIELDS,
		    c->body.len > 0 ? (const char *)c->body.data : "");
	}
	if (set_headers(h, c, e) != 0)
		return -1;
	curl_easy_setopt(curl, CURLOPT_HTTPHEADER, h->headers);
	return 0;
}

/* A handshake fails because the line broke, or because who answers speaks
 * something else. libcurl has one code for both; only its words, which are
 * those of GnuTLS or OpenSSL, tell them apart. */
static bool
speaks_otherwise(const char *words)
{
	static const char *const marks[] = { "alert", "version", "protocol",
		"unexpected TLS packet" };
	size_t i;

	for (i = 0; i < sizeof(marks) / sizeof(marks[0]); i++)
		if (strstr(words, marks[i]) != NULL)
			return true;
	return false;
}

static int
explain_handshake(const struct http *h, struct err *e)
{
	if (speaks_otherwise(h->words))
		return err_set(e, ERR_PEER, "no safe connection to %s: it "
		    "does not speak TLS 1.3 (%s)", h->authority, h->words);
	return err_set(e, ERR_AWAY, "the connection to the hub broke before "
	    "it was safe, nothing was sent (%s); the next try may do",
	    h->words);
}

static void
explain_key(const struct http *h, struct err *e)
{
	if (h->joined)
		err_set(e, ERR_PEER, "this is not the hub that this device "
		    "knows: its key is another one; nothing was sent. If the "
		    "office has changed the key, ask there for what the hub "
		    "has signed: tugi hub --word FILE; or for the pin: tugi "
		    "hub --pin PIN");
	else
		err_set(e, ERR_PEER, "this is not the hub whose pin was "
		    "given: its key is another one; nothing was sent to it. "
		    "If the office has changed the key, ask there for a new "
		    "card");
}

static int
explain(const struct http *h, CURLcode code, struct err *e)
{
	switch (code) {
	case CURLE_SSL_PINNEDPUBKEYNOTMATCH:
		explain_key(h, e);
		break;
	case CURLE_COULDNT_RESOLVE_HOST:
	case CURLE_COULDNT_CONNECT:
		err_set(e, ERR_AWAY, "the hub at %s cannot be reached; work "
		    "goes on here and is sent later", h->authority);
		break;
	case CURLE_OPERATION_TIMEDOUT:
		err_set(e, ERR_AWAY, "the hub at %s did not answer in time; "
		    "what was under way is sent again later", h->authority);
		break;
	case CURLE_GOT_NOTHING:
	case CURLE_PARTIAL_FILE:
	case CURLE_RECV_ERROR:
	case CURLE_SEND_ERROR:
		err_set(e, ERR_AWAY, "the connection to the hub broke; what "
		    "was under way is sent again later");
		break;
	case CURLE_WRITE_ERROR:
	case CURLE_FILESIZE_EXCEEDED:
		err_set(e, ERR_PEER, "the hub's answer is larger than any "
		    "answer can be");
		break;
	case CURLE_SSL_CONNECT_ERROR:
		explain_handshake(h, e);
		break;
	default:
		err_set(e, ERR_PEER, "what answers at %s is not a hub (%s)",
		    h->authority, h->words[0] != '\0' ? h->words :
		    curl_easy_strerror(code));
	}
	return -1;
}

/* What the hub says beside its answer, as a number; ${usual}: nothing. */
static uint64_t
told(const struct http *h, const char *name, uint64_t usual)
{
	struct curl_header *line;
	uint64_t n;
	char *end;

	if (curl_easy_header(h->curl, name, 0, CURLH_HEADER, -1, &line) !=
	    CURLHE_OK || line->value[0] < '0' || line->value[0] > '9')
		return usual;
	n = strtoull(line->value, &end, 10);
	return *end == '\0' && n <= INT64_MAX ? n : usual;
}

/* A hub that says nothing speaks the first version. */
static int
check_version(const struct http *h, struct err *e)
{
	uint64_t theirs = told(h, PROTO_VERSION_HEADER, 1);
	int meet = proto_meet(PROTO_VERSION, theirs);

	if (meet == 0)
		return 0;
	return err_set(e, ERR_PEER, meet < 0 ? _("the hub speaks version "
	    "%llu of the protocol and this program %d: the hub (tugid) has to "
	    "be updated, its operator does that; what you write waits here") :
	    _("the hub speaks version %llu of the protocol and this program "
	    "%d: this program (tugi) has to be updated; what you write waits "
	    "here"), (unsigned long long)theirs, PROTO_VERSION);
}

static int
perform(struct http *h, const struct remote_call *c, int *status,
    struct err *e)
{
	long code = 0;
	CURLcode rc;

	h->words[0] = '\0';
	if (set_request(h, c, e) != 0)
		return -1;
	rc = curl_easy_perform(h->curl);
	if (rc != CURLE_OK)
		return explain(h, rc, e);
	curl_easy_getinfo(h->curl, CURLINFO_RESPONSE_CODE, &code);
	*status = (int)code;
	h->pins = told(h, PROTO_PINS_HEADER, 0);
	return check_version(h, e);
}

/* Refused for its clock: the hub's time is learned from the refusal. */
static bool
learn_time(struct http *h, int status, struct view answer)
{
	struct proto_refusal r;
	int64_t offset_s;
	struct err e;

	if (status != 401 || proto_refusal_decode(answer, &r, &e) != 0 ||
	    r.verdict != 0 || r.now_ms <= 0)
		return false;
	offset_s = (r.now_ms - tick_wall_ms(&h->tick)) / 1000;
	if (llabs(offset_s - h->offset_s) < AGAIN_S)
		return false;
	h->offset_s = offset_s;
	return true;
}

/* A connection kept from an earlier call had died: libcurl sends the same
 * bytes once more by itself, and a hub that had read them refuses the second
 * as a repetition. Signed anew they are taken; all calls may be repeated. */
static bool
sent_twice(const struct http *h, int status)
{
	long made = 0;

	return status == 401 && h->used && curl_easy_getinfo(h->curl,
	    CURLINFO_NUM_CONNECTS, &made) == CURLE_OK && made > 0;
}

static int
call(void *ctx, const struct remote_call *c, int *status, struct buf *answer,
    struct err *e)
{
	struct http *h = ctx;
	size_t start = answer->len;
	bool again;

	h->answer = answer;
	if (perform(h, c, status, e) != 0)
		return -1;
	again = learn_time(h, *status, buf_view(answer)) ||
	    sent_twice(h, *status);
	h->used = true;
	if (c->me == NULL || start != 0 || !again)
		return 0;
	buf_reset(answer);
	return perform(h, c, status, e);
}

static uint64_t
told_pins(void *ctx)
{
	const struct http *h = ctx;

	return h->pins;
}

static void
done(void *ctx)
{
	struct http *h = ctx;

	curl_slist_free_all(h->headers);
	curl_easy_cleanup(h->curl);
	mem_free(h->url);
	mem_free(h->authority);
	mem_free(h);
}

static int
set_pins(CURL *curl, const struct remote_pins *pins)
{
	char text[2 * PINS_TEXT_BYTES];
	size_t len;

	pins_text(&pins->now, text);
	if (!hash_is_zero(&pins->next)) {
		len = strlen(text);
		text[len++] = ';';
		pins_text(&pins->next, text + len);
	}
	return curl_easy_setopt(curl, CURLOPT_PINNEDPUBLICKEY, text) ==
	    CURLE_OK ? 0 : -1;
}

/* What is not said here would come from the environment or a default. */
static int
set_options(struct http *h, const struct remote_pins *pins, struct err *e)
{
	static const struct {
		CURLoption option;
		long value;
	} numbers[] = {
		{ CURLOPT_SSLVERSION, CURL_SSLVERSION_TLSv1_3 },
		{ CURLOPT_SSL_VERIFYPEER, 0 }, /* self-signed: the pin decides */
		{ CURLOPT_SSL_VERIFYHOST, 0 },
		{ CURLOPT_HTTP_VERSION, CURL_HTTP_VERSION_1_1 },
		{ CURLOPT_FOLLOWLOCATION, 0 },
		{ CURLOPT_NETRC, CURL_NETRC_IGNORED },
		{ CURLOPT_NOSIGNAL, 1 },
		{ CURLOPT_CONNECTTIMEOUT, CONNECT_S },
		{ CURLOPT_LOW_SPEED_LIMIT, STALL_BYTES },
		{ CURLOPT_LOW_SPEED_TIME, STALL_S },
		{ CURLOPT_TIMEOUT, LONGEST_S },
		{ CURLOPT_MAXFILESIZE, PROTO_ANSWER_BYTES_MAX },
	};
	CURL *c = h->curl;
	bool ok = set_pins(c, pins) == 0;
	size_t i;

	for (i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++)
		ok &= curl_easy_setopt(c, numbers[i].option,
		    numbers[i].value) == CURLE_OK;
	/* Else a store of authorities is read for each connection. */
	ok &= curl_easy_setopt(c, CURLOPT_CAINFO, NULL) == CURLE_OK;
	ok &= curl_easy_setopt(c, CURLOPT_CAPATH, NULL) == CURLE_OK;
	ok &= curl_easy_setopt(c, CURLOPT_PROTOCOLS_STR, "https") == CURLE_OK;
	ok &= curl_easy_setopt(c, CURLOPT_PROXY, "") == CURLE_OK;
	ok &= curl_easy_setopt(c, CURLOPT_ERRORBUFFER, h->words) == CURLE_OK;
	ok &= curl_easy_setopt(c, CURLOPT_WRITEFUNCTION, receive) == CURLE_OK;
	ok &= curl_easy_setopt(c, CURLOPT_WRITEDATA, h) == CURLE_OK;
	return ok ? 0 : err_set(e, ERR_LOCAL, "the system's libcurl cannot "
	    "be told to be safe: TLS 1.3 and pinned keys are needed");
}

int
remote_http(const char *url, const struct remote_pins *pins,
    struct tick tick, struct remote *out, struct err *e)
{
	size_t len = strlen(url);
	struct http *h;

	memset(out, 0, sizeof(*out));
	if (strncmp(url, SCHEME, strlen(SCHEME)) != 0 ||
	    len <= strlen(SCHEME) || len >= CARD_URL_MAX ||
	    strpbrk(url + strlen(SCHEME), "/?#@ \r\n") != NULL)
		return err_set(e, ERR_INPUT, "a hub's address is https://, a "
		    "name, and a port after a colon if it has its own");
	h = mem_new(sizeof(*h));
	h->tick = tick;
	h->joined = pins->joined;
	h->url = mem_dup(url);
	h->authority = mem_dup(url + strlen(SCHEME));
	if (curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK ||
	    (h->curl = curl_easy_init()) == NULL) {
		done(h);
		return err_set(e, ERR_LOCAL, "libcurl cannot be started");
	}
	out->call = call;
	out->done = done;
	out->pins = told_pins;
	out->ctx = h;
	if (set_options(h, pins, e) == 0)
		return 0;
	remote_done(out);
	return -1;
}
