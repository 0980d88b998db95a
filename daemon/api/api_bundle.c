/* POST /v1/bundle: what a device without a line asks, brought by anybody. */
#include "daemon/api/api.h"

int
api_bundle(const struct request *in, struct reply *out, struct err *e)
{
	out->type = "application/octet-stream";
	return hub_bundle(in->hub, in->body, &out->body, e);
}
