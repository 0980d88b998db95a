/* GET /v1/keys: the papers of the log's keys (wire.md 11.5). */
#include "common/base/mem.h"
#include "daemon/api/api.h"

int
api_keys(const struct request *in, struct reply *out, struct err *e)
{
	struct hubkeys *keys;
	int rc;

	if (in->version < PROTO_VERSION_KEYS)
		return err_set(e, ERR_ABSENT, "there is no such request");
	keys = mem_new(sizeof(*keys));
	rc = hub_keys(in->hub, keys, e);
	if (rc == 0)
		hubkeys_encode(keys, &out->body);
	mem_free(keys);
	return rc;
}
