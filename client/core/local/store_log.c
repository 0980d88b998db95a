/* The directory as it is stored, and which log the hub's is. */
#include "client/core/local/store.h"

#include "client/core/local/places.h"
#include "common/base/mem.h"
#include "common/wire/directory.h"

#define LOG_NAME "log" /* 8 bytes: the log's id, once it went on anew */
#define LOG_BYTES 8

int
store_roster_before(struct store *s, int64_t place, struct roster *r,
    struct err *e)
{
	static const struct id directory; /* space zero */
	struct stmt *q = db_prepare(s->db,
	    "SELECT seq, body FROM item WHERE space = ? AND kind = ? "
	    "AND body IS NOT NULL AND seq < ? ORDER BY sseq");
	struct directory_entry *d = mem_new(sizeof(*d));
	int rc;

	roster_done(r);
	db_bind_id(q, 1, &directory);
	db_bind_int(q, 2, CHANGESET_DIRECTORY);
	db_bind_int(q, 3, place);
	while ((rc = db_step(q, e)) == 1)
		if (directory_decode(db_blob(q, 1), d, e) != 0 ||
		    roster_apply(r, d, (uint64_t)db_int(q, 0), e) != 0) {
			rc = err_add(e, "the stored directory cannot be "
			    "read");
			break;
		}
	db_reset(q);
	mem_free(d);
	if (rc != 0) /* nothing is judged by a part of it */
		roster_done(r);
	return rc;
}

int
store_roster_reload(struct store *s, struct err *e)
{
	return store_roster_before(s, INT64_MAX, &s->roster, e);
}

int
store_load_log(struct store *s, struct err *e)
{
	struct reader r;
	struct buf b;
	int rc;

	buf_init(&b, LOG_BYTES);
	rc = store_get(s, LOG_NAME, &b, e);
	reader_init(&r, buf_view(&b));
	s->log_id = rc == 1 ? reader_be(&r, LOG_BYTES) : 0;
	buf_done(&b);
	return rc < 0 ? -1 : 0;
}

int
store_put_log_tx(struct store *s, uint64_t log_id, struct err *e)
{
	struct buf b;
	int rc;

	buf_init(&b, LOG_BYTES);
	buf_add_be(&b, log_id, LOG_BYTES);
	rc = store_put(s, LOG_NAME, buf_view(&b), e);
	buf_done(&b);
	if (rc == 0)
		s->log_id = log_id;
	return rc;
}

uint64_t
store_log_id(const struct store *s)
{
	return s->log_id != 0 ? s->log_id : roster_log_id(&s->roster);
}
