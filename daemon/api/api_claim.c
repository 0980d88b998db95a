/* POST /v1/claim: the office takes the hub with the one-time code. */
#include <string.h>

#include "common/base/mem.h"
#include "daemon/api/api.h"

int
api_claim(const struct request *in, struct reply *out, struct err *e)
{
	struct proto_claim *claim = mem_new(sizeof(*claim));
	int rc = proto_claim_decode(in->body, claim, e);

	(void)out;
	if (rc == 0)
		rc = hub_claim(in->hub, claim, e);
	mem_wipe(claim->code, sizeof(claim->code));
	mem_free(claim);
	return rc;
}
