/* POST /v1/requests: who asks to be admitted, for officers. */
#include "common/base/mem.h"
#include "daemon/api/api.h"

int
api_requests(const struct request *in, struct reply *out, struct err *e)
{
	struct proto_requests *list;
	int rc;

	if (in->body.len != 0)
		return err_set(e, ERR_PEER,
		    "a request for the list has no body");
	list = mem_new(sizeof(*list));
	rc = hub_requests(in->hub, &in->device, list, e);
	if (rc == 0)
		proto_requests_encode(list, &out->body);
	mem_free(list);
	return rc;
}
