/* POST /v1/enrol: a device asks to be admitted. */
#include "daemon/api/api.h"
#include "daemon/api/count.h"

int
api_enrol(const struct request *in, struct reply *out, struct err *e)
{
	struct proto_enrol wish;

	(void)out;
	if (proto_enrol_decode(in->body, &wish, e) != 0)
		return -1;
	if (hub_enrol(in->hub, &wish, in->net, e) == 0)
		return 0;
	if (e->kind == ERR_AWAY)
		count_refused(COUNT_JOIN_FULL);
	return -1;
}
