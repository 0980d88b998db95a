/* GET /v1/pins: the hub's TLS keys in its own signed words (wire.md 12.9). */
#include "daemon/api/api.h"

int
api_pins(const struct request *in, struct reply *out, struct err *e)
{
	if (in->pins.len == 0)
		return err_set(e, ERR_ABSENT, in->version <
		    PROTO_VERSION_PINS ? "there is no such request" : "this "
		    "hub has not signed which key it will change to");
	buf_add(&out->body, in->pins.data, in->pins.len);
	return 0;
}
