/* GET /v1/succession: how the log came to its id. */
#include "common/base/mem.h"
#include "daemon/api/api.h"

int
api_succession(const struct request *in, struct reply *out, struct err *e)
{
	struct hub_successions *s = mem_new(sizeof(*s));
	int rc = hub_succession(in->hub, s, e);

	if (rc == 0)
		proto_successions_encode(&s->answer, &out->body);
	hub_successions_done(s);
	mem_free(s);
	return rc;
}
