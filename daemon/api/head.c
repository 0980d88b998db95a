/*
 * The order is that of cost: a look at the table and at two numbers before a
 * signature is checked.
 */
#include "daemon/api/head.h"

#include <stdlib.h>
#include <string.h>

#define DIGITS_MAX 12

static int
fail(struct err *e, int status, const char *words)
{
	err_set(e, ERR_PEER, "%s", words);
	return status;
}

/* Announced length; no other framing is taken. */
static int
check_length(size_t push_bytes, const struct head *h, struct head_found *out,
    struct err *e)
{
	size_t ceiling = out->route->ceiling;
	char *end;

	if (strcmp(out->route->path, "/v1/push") == 0 && ceiling > push_bytes)
		ceiling = push_bytes;
	if (h->encoding != NULL)
		return fail(e, 411, "a body must be sent with its length");
	if (h->length == NULL)
		return strcmp(out->route->method, "GET") == 0 ? 0 :
		    fail(e, 411, "a body must be sent with its length");
	if (h->length[0] < '0' || h->length[0] > '9' ||
	    strlen(h->length) > DIGITS_MAX)
		return fail(e, 400, "the length of the body is not a number");
	out->length = (size_t)strtoull(h->length, &end, 10);
	if (*end != '\0')
		return fail(e, 400, "the length of the body is not a number");
	if (out->length > ceiling) {
		err_set(e, ERR_TOOBIG, "the body is longer than the "
		    "%zu bytes allowed here", ceiling);
		return 413;
	}
	return 0;
}

static int
check_sender(struct auth *a, const struct head *h, struct head_found *out,
    struct err *e)
{
	struct auth_head head = {
		.req = { out->route->method, h->host, out->route->path, "?" },
		.digest = h->digest, .input = h->input,
		.signature = h->signature,
		.revoked_too = out->route->revoked_too,
	};
	int status;

	switch (out->route->access) {
	case ROUTE_EITHER:
		if (h->input == NULL)
			return 0;
		/* fall through */
	case ROUTE_SIGNED:
		status = auth_check(a, &head, &out->sig, e);
		out->is_signed = status == 0;
		return status;
	case ROUTE_GUARDED:
		return auth_net(a, h->net, e);
	default:
		return 0;
	}
}

/* Who says nothing speaks the first version, which knew no other. */
static int
check_version(const struct head *h, struct err *e)
{
	uint64_t mine = h->speaks != 0 ? h->speaks : PROTO_VERSION, theirs = 1;
	char *end;
	int meet;

	if (h->version != NULL) {
		theirs = strtoull(h->version, &end, 10);
		if (h->version[0] < '0' || h->version[0] > '9' ||
		    *end != '\0' || theirs > INT64_MAX)
			return fail(e, 400, "the version is not a number");
	}
	meet = proto_meet(mine, theirs);
	if (meet == 0)
		return 0;
	err_set(e, ERR_PEER, meet < 0 ? "this program speaks version %llu of "
	    "the protocol and the hub %llu: the program (tugi) on this device "
	    "has to be updated" : "this program speaks version %llu of the "
	    "protocol and the hub %llu: the hub (tugid) has to be updated, "
	    "its operator does that", (unsigned long long)theirs,
	    (unsigned long long)mine);
	return 400;
}

int
head_judge(struct auth *a, size_t push_bytes, const struct head *h,
    struct head_found *out, struct err *e)
{
	bool known;
	int status;

	memset(out, 0, sizeof(*out));
	out->net = h->net;
	out->route = route_find(h->method, h->path, &known);
	if (out->route == NULL)
		return known ? fail(e, 405, "this request needs another "
		    "method") : fail(e, 404, "there is no such request");
	status = check_version(h, e);
	if (status != 0)
		return status;
	if (h->query)
		return fail(e, 400, "requests have no query");
	if (h->twice)
		return fail(e, 400, "a header stands there twice");
	status = check_length(push_bytes, h, out, e);
	return status != 0 ? status : check_sender(a, h, out, e);
}

int
head_digest(const struct head_found *f, struct view body, struct err *e)
{
	struct hash digest;

	if (!f->is_signed)
		return 0;
	httpsig_digest(body, &digest);
	return hash_eq(&digest, &f->sig.digest) ? 0 :
	    fail(e, 400, "the body is not the one that was signed");
}
