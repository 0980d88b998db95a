/* POST /v1/recover: one space's stream, on the order of two officers. */
#include "daemon/api/api.h"

int
api_recover(const struct request *in, struct reply *out, struct err *e)
{
	struct proto_recover recover;
	struct hub_page page;
	int rc;

	if (proto_recover_decode(in->body, &recover, e) != 0)
		return -1;
	rc = hub_recover(in->hub, &in->device, &recover, &page, e);
	if (rc == 0)
		proto_page_encode(&page.answer, &out->body);
	hub_page_done(&page);
	return rc;
}
