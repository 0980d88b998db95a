/*
 * One request through the client's own remote_http, for scripts:
 *   httpcall URL sha256//PIN          GET /v1/info
 *   httpcall URL sha256//PIN CLOCK    a signed pull by an unknown device whose
 *                                     clock is CLOCK seconds ahead
 * Prints "status N", and the verdict of a refusal; or "error KIND: sentence".
 */
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "client/core/sync/remote.h"
#include "common/wire/proto.h"

static int64_t ahead_ms;

static int64_t
wall(void *ctx)
{
	struct tick real = tick_system();

	(void)ctx;
	return tick_wall_ms(&real) + ahead_ms;
}

static const char *
kind(enum err_kind k)
{
	return k == ERR_AWAY ? "away" : k == ERR_PEER ? "peer" :
	    k == ERR_INPUT ? "input" : "other";
}

static int
ask(struct remote *r, bool sign, struct err *e)
{
	struct remote_call c = { .method = "GET", .path = "/v1/info" };
	struct proto_pull *pull = calloc(1, sizeof(*pull));
	struct proto_refusal no;
	struct device_keys me;
	struct buf body, answer;
	struct err why;
	int status, rc;

	buf_init(&body, PROTO_REQUEST_BYTES_MAX);
	buf_init(&answer, PROTO_ANSWER_BYTES_MAX);
	if (sign && pull != NULL) {
		keys_device_make(&me);
		proto_pull_encode(pull, &body);
		c = (struct remote_call){ "POST", "/v1/pull", buf_view(&body),
			&me };
	}
	rc = r->call(r->ctx, &c, &status, &answer, e);
	if (rc == 0) {
		printf("status %d", status);
		if (status != 200 && proto_refusal_decode(buf_view(&answer),
		    &no, &why) == 0)
			printf(" verdict %u", (unsigned)no.verdict);
		printf("\n");
	}
	buf_done(&body);
	buf_done(&answer);
	free(pull);
	return rc;
}

int
main(int argc, char **argv)
{
	struct tick tick = tick_system();
	struct remote r;
	struct remote_pins pins = { .joined = false };
	struct err e;
	size_t len;
	int rc;

	if (argc < 3 || keys_init() != 0 || strncmp(argv[2], "sha256//",
	    8) != 0 || sodium_base642bin(pins.now.b, sizeof(pins.now.b), argv[2] + 8,
	    strlen(argv[2] + 8), NULL, &len, NULL,
	    sodium_base64_VARIANT_ORIGINAL) != 0 || len != sizeof(pins.now.b)) {
		fprintf(stderr, "usage: httpcall URL sha256//PIN [CLOCK]\n");
		return 2;
	}
	if (argc > 3)
		ahead_ms = 1000 * strtoll(argv[3], NULL, 10);
	tick.wall_ms = wall;
	rc = remote_http(argv[1], &pins, tick, &r, &e);
	if (rc == 0) {
		rc = ask(&r, argc > 3, &e);
		/* And once more over the same connection. */
		if (rc == 0)
			rc = ask(&r, argc > 3, &e);
		remote_done(&r);
	}
	if (rc != 0)
		printf("error %s: %s\n", kind(e.kind), e.text);
	return rc != 0;
}
