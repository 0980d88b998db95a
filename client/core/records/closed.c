/* Since when a case is closed. */
#include "client/core/records/closed.h"

#include "client/core/local/versions.h"
#include "common/base/mem.h"

int
case_closed(struct store *s, const struct id *case_id, int64_t *out,
    struct err *e)
{
	const struct heads_field *h;
	struct loaded *l = loaded_new();
	int rc = versions_load(s, case_id, l, e);

	*out = 0;
	if (rc > 0) {
		h = heads_find(&l->heads, CASE_STATUS);
		if ((l->row.flags & RECORD_OUT) == 0 && h != NULL &&
		    view_eq(loaded_text(l, CASE_STATUS), view_str("closed")))
			*out = hlc_ms(h->heads[0].version->eff);
		versions_done(l);
	}
	mem_free(l);
	return rc < 0 ? -1 : 0;
}
