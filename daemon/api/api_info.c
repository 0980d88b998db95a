/* GET /v1/info: who this hub is, its log's size and its clock. */
#include "daemon/api/api.h"

int
api_info(const struct request *in, struct reply *out, struct err *e)
{
	struct proto_info info;

	if (hub_info(in->hub, &info, e) != 0)
		return -1;
	info.version = in->version;
	proto_info_encode(&info, &out->body);
	return 0;
}
