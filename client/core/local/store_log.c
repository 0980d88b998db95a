/* The directory as it is stored, and which log the hub's is. */
#include "client/core/local/store.h"

#include "client/core/local/places.h"
#include "common/base/mem.h"
#include "common/wire/directory.h"

#include <string.h>

#define LOG_NAME "log" /* 8 bytes: the log's id, once it went on anew */
#define LOG_BYTES 8
#define KEYS_NAME "log.keys" /* u64 log id || key, oldest first */
#define KEY_BYTES (8 + sizeof(struct sign_pub))

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
	if (store_roster_before(s, INT64_MAX, &s->roster, e) != 0)
		return -1;
	s->hub_first = s->roster.genesis.hub;
	store_apply_key(s);
	return 0;
}

/* ---- the hub's key ---- */

void
store_apply_key(struct store *s)
{
	if (s->hub_key_count > 0 && s->roster.begun)
		s->roster.genesis.hub =
		    s->hub_keys[s->hub_key_count - 1].key;
}

int
store_put_key_tx(struct store *s, uint64_t log_id,
    const struct sign_pub *key, struct err *e)
{
	struct store_key *k = &s->hub_keys[s->hub_key_count];
	struct buf b;
	size_t i;
	int rc;

	if (s->roster.begun && memcmp(key, s->hub_key_count > 0 ? &k[-1].key :
	    &s->hub_first, sizeof(*key)) == 0)
		return 0;
	if (s->hub_key_count == HUBKEY_LIST_MAX)
		return err_set(e, ERR_PEER, "the hub has changed its key more "
		    "often than a log can");
	k->log_id = log_id;
	k->key = *key;
	s->hub_key_count++;
	buf_init(&b, HUBKEY_LIST_MAX * KEY_BYTES);
	for (i = 0; i < s->hub_key_count; i++) {
		buf_add_be(&b, s->hub_keys[i].log_id, 8);
		buf_add(&b, s->hub_keys[i].key.b, sizeof(key->b));
	}
	rc = store_put(s, KEYS_NAME, buf_view(&b), e);
	buf_done(&b);
	if (rc != 0)
		s->hub_key_count--;
	store_apply_key(s);
	return rc;
}

static int
load_keys(struct store *s, struct err *e)
{
	struct reader r;
	struct buf b;
	int rc;

	s->hub_key_count = 0;
	buf_init(&b, HUBKEY_LIST_MAX * KEY_BYTES);
	rc = store_get(s, KEYS_NAME, &b, e);
	reader_init(&r, buf_view(&b));
	while (rc == 1 && reader_left(&r) >= KEY_BYTES &&
	    s->hub_key_count < HUBKEY_LIST_MAX) {
		struct store_key *k = &s->hub_keys[s->hub_key_count++];

		k->log_id = reader_be(&r, 8);
		reader_copy(&r, k->key.b, sizeof(k->key.b));
	}
	buf_done(&b);
	store_apply_key(s);
	return rc < 0 ? -1 : 0;
}

int
store_head_read(const struct store *s, struct view note,
    struct checkpoint *out, struct err *e)
{
	const char *name = s->roster.genesis.hub_name;
	struct err why;
	size_t i;

	if (checkpoint_read(note, name, &s->roster.genesis.hub, out, e) == 0)
		return 0;
	for (i = 0; i < s->hub_key_count; i++)
		if (checkpoint_read(note, name, i == 0 ? &s->hub_first :
		    &s->hub_keys[i - 1].key, out, &why) == 0)
			return 0;
	return -1;
}

/* ---- which log ---- */

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
	return rc < 0 ? -1 : load_keys(s, e);
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
