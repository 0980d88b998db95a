/* GET /v1/health: for a monitor: the database answers and the clock is good. */
#include "daemon/api/api.h"

int
api_health(const struct request *in, struct reply *out, struct err *e)
{
	struct proto_info info;

	out->type = "text/plain";
	if (hub_info(in->hub, &info, e) != 0)
		return -1;
	if (hub_clock_stopped(in->hub))
		return err_set(e, ERR_AWAY, "the hub's clock has jumped and "
		    "waits for its operator");
	buf_add_str(&out->body, "ok\n");
	return 0;
}
