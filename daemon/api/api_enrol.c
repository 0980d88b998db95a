/* POST /v1/enrol: a device asks to be admitted. */
#include "daemon/api/api.h"

int
api_enrol(const struct request *in, struct reply *out, struct err *e)
{
	struct proto_enrol wish;

	(void)out;
	if (proto_enrol_decode(in->body, &wish, e) != 0)
		return -1;
	return hub_enrol(in->hub, &wish, e);
}
