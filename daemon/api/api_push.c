/* POST /v1/push: changesets in, a verdict and a receipt for each out. */
#include "common/base/mem.h"
#include "daemon/api/api.h"

int
api_push(const struct request *in, struct reply *out, struct err *e)
{
	struct proto_push *push = mem_new(sizeof(*push));
	struct hub_pushed *pushed = NULL;
	int rc = proto_push_decode(in->body, push, e);

	if (rc == 0) {
		pushed = mem_new(sizeof(*pushed));
		rc = hub_push(in->hub, &in->device, push, pushed, e);
		if (rc == 0)
			proto_pushed_encode(&pushed->answer, &out->body);
		hub_pushed_done(pushed);
	}
	mem_free(pushed);
	mem_free(push);
	return rc;
}
