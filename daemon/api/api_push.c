/* POST /v1/push: changesets in, a verdict and a receipt for each out. */
#include "common/base/mem.h"
#include "daemon/api/api.h"
#include "daemon/api/count.h"

static void
count_items(const struct proto_pushed *p)
{
	size_t i;

	for (i = 0; i < p->count; i++)
		if (p->items[i].verdict == VERDICT_HUB_FULL)
			count_refused(COUNT_DISK);
		else if (p->items[i].verdict == VERDICT_QUOTA)
			count_refused(COUNT_QUOTA);
}

int
api_push(const struct request *in, struct reply *out, struct err *e)
{
	struct proto_push *push = mem_new(sizeof(*push));
	struct hub_pushed *pushed = NULL;
	int rc = proto_push_decode(in->body, push, e);

	if (rc == 0) {
		pushed = mem_new(sizeof(*pushed));
		rc = hub_push(in->hub, &in->device, push, pushed, e);
		if (rc == 0) {
			count_items(&pushed->answer);
			proto_pushed_encode(&pushed->answer, &out->body);
		}
		hub_pushed_done(pushed);
	}
	mem_free(pushed);
	mem_free(push);
	return rc;
}
