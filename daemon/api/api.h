/*
 * What a handler knows of HTTP: a checked request in, a reply out.
 *
 * Each handler decodes the body, makes one hub_* call and encodes the answer.
 * On -1 the caller turns ${e} into a struct proto_refusal and a status.
 */
#ifndef API_API_H
#define API_API_H

#include "common/base/buf.h"
#include "daemon/hub/hub.h"

struct request {
	struct hub *hub;
	struct id device;  /* who signed it; zeros when it is unsigned */
	struct view body;  /* its digest was checked, if it is signed */
	uint64_t net;      /* where from (peers_net), 0: unknown */
	uint64_t version;  /* of the protocol that the hub speaks */
	struct view pins;  /* signed word on the TLS keys, or empty */
};

struct reply {
	const char *type;  /* Content-Type; preset to CBOR */
	struct buf body;   /* ready to append to */
};

int api_info(const struct request *in, struct reply *out, struct err *e);
int api_pins(const struct request *in, struct reply *out, struct err *e);
int api_keys(const struct request *in, struct reply *out, struct err *e);
int api_health(const struct request *in, struct reply *out, struct err *e);
int api_claim(const struct request *in, struct reply *out, struct err *e);
int api_enrol(const struct request *in, struct reply *out, struct err *e);
int api_requests(const struct request *in, struct reply *out,
    struct err *e);
int api_push(const struct request *in, struct reply *out, struct err *e);
int api_pull(const struct request *in, struct reply *out, struct err *e);
int api_bundle(const struct request *in, struct reply *out, struct err *e);
int api_recover(const struct request *in, struct reply *out, struct err *e);

int api_anchor(const struct request *in, struct reply *out, struct err *e);
int api_blob_put(const struct request *in, struct reply *out, struct err *e);
int api_blob_get(const struct request *in, struct reply *out, struct err *e);
int api_succession(const struct request *in, struct reply *out,
    struct err *e);

#endif
