/* POST /v1/blob/put, /v1/blob/get: sealed files of attachments in pieces. */
#include "daemon/api/api.h"

int
api_blob_put(const struct request *in, struct reply *out, struct err *e)
{
	struct proto_blob_put put;
	struct proto_blob_have have;

	if (proto_blob_put_decode(in->body, &put, e) != 0 ||
	    hub_blob_put(in->hub, &in->device, &put, &have, e) != 0)
		return -1;
	proto_blob_have_encode(&have, &out->body);
	return 0;
}

int
api_blob_get(const struct request *in, struct reply *out, struct err *e)
{
	struct proto_blob_get get;
	struct hub_piece piece;
	int rc = proto_blob_get_decode(in->body, &get, e);

	if (rc == 0) {
		rc = hub_blob_get(in->hub, &in->device, &get, &piece, e);
		if (rc == 0)
			proto_blob_piece_encode(&piece.answer, &out->body);
		hub_piece_done(&piece);
	}
	return rc;
}
