/* POST /v1/pull: the next page of what is new for this device. */
#include "common/base/mem.h"
#include "daemon/api/api.h"

int
api_pull(const struct request *in, struct reply *out, struct err *e)
{
	struct proto_pull *pull = mem_new(sizeof(*pull));
	struct hub_page page;
	int rc = proto_pull_decode(in->body, pull, e);

	if (rc == 0) {
		rc = hub_pull(in->hub, &in->device, pull, &page, e);
		if (rc == 0)
			proto_page_encode(&page.answer, &out->body);
		hub_page_done(&page);
	}
	mem_free(pull);
	return rc;
}
