/* What may be read may be fetched: the record tells, the hub asks again. */
#include "client/core/fetch.h"

#include <string.h>

#include "client/core/local/versions.h"
#include "client/core/sync/downloads.h"

static int
find(struct store *s, const struct id *id, struct blobs_place *out,
    struct err *e)
{
	struct record_row row;
	int rc = versions_row(s, id, &row, e);

	if (rc < 0)
		return -1;
	if (rc == 0 || row.type != TYPE_ATTACHMENT ||
	    (row.flags & RECORD_OUT) != 0)
		return err_set(e, ERR_ABSENT, "there is no such attachment "
		    "here");
	rc = blobs_place(s, id, out, e);
	return rc != 0 ? rc : err_set(e, ERR_ABSENT, "the attachment was not "
	    "sent yet, and its file is not on this device");
}

int
fetch_place(struct session *session, const struct id *id,
    struct blobs_place *out, struct err *e)
{
	return find(session_store(session), id, out, e) == 1 ? 0 : -1;
}

int
fetch_attachment(struct session *session, struct remote *r,
    const struct id *id, const struct exchange_progress *p, struct err *e)
{
	struct store *s = session_store(session);
	struct talk_progress progress = { NULL, NULL };
	struct blobs_place place;
	struct talk t;
	int rc = find(s, id, &place, e);

	if (rc != 1)
		return -1;
	if (blobs_here(s, &place.id) > 0)
		return 0;
	if (p != NULL) {
		progress.tell = p->tell;
		progress.ctx = p->ctx;
	}
	rc = talk_init(&t, s, r, e);
	t.progress = &progress;
	if (rc == 0)
		rc = downloads_get(&t, &place, e);
	talk_done(&t);
	return rc;
}
