/* POST /v1/anchor: how far a device's store has come. */
#include "daemon/api/api.h"

int
api_anchor(const struct request *in, struct reply *out, struct err *e)
{
	if (in->version < PROTO_VERSION_ANCHOR)
		return err_set(e, ERR_ABSENT, "there is no such request");
	return hub_anchor(in->hub, &in->device, in->body, &out->body, e);
}
