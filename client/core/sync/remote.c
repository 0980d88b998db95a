/* The end of a hub as the client calls it, whatever world is behind it. */
#include "client/core/sync/remote.h"

#include <string.h>

void
remote_done(struct remote *r)
{
	if (r->done != NULL)
		r->done(r->ctx);
	memset(r, 0, sizeof(*r));
}
