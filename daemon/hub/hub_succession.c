/*
 * A hub that was restored, or has another key: what it waits for, and what it
 * tells clients of how its log came to its id (schema/wire.md 11.4, 11.5,
 * schema/rules.md 12.8, 12.9).
 */
#include <string.h>

#include "common/base/mem.h"
#include "daemon/hub/hubdb_log.h"
#include "daemon/hub/inner.h"

bool
hub_is_succession(const struct directory_entry *entry)
{
	return entry != NULL && entry->kind == DIRECTORY_RECOVER &&
	    entry->scope == ORDER_SUCCESSION;
}

bool
hub_awaits(struct hub *hub, const struct directory_entry *entry)
{
	struct merkle_store tree = hubdb_merkle(hub->db);
	struct hash root;
	struct err e;

	if (!hub_is_succession(entry))
		return !hub->work.pending;
	/* The size is the rules' (admit). */
	return hub->work.pending &&
	    entry->head.log_id == hub->work.at.log_id &&
	    merkle_root(&tree, hub->work.at.size, &root, &e) == 0 &&
	    hash_eq(&root, &entry->head_root);
}

bool
hub_waits(struct hub *hub)
{
	return atomic_load(&hub->waits);
}

int
hub_refuse_waiting(struct err *e)
{
	return err_set(e, ERR_AWAY, "the hub was restored from a backup or "
	    "has another key, and waits until two officers have said that its "
	    "log goes on");
}

bool
hub_past_log(struct hub *hub, const struct log_point *known)
{
	uint64_t size = 0;
	bool ok;

	pthread_rwlock_rdlock(&hub->live_lock);
	ok = roster_seen(&hub->live, known, &size) && size == known->size &&
	    known->log_id != roster_log_id(&hub->live);
	pthread_rwlock_unlock(&hub->live_lock);
	return ok;
}

static int
fill(struct hubdb *db, size_t i, struct hub_successions *out, struct err *e)
{
	struct hubdb_succession s;
	struct buf notes[2];
	int rc;

	buf_init(&notes[0], CHECKPOINT_TEXT_MAX);
	buf_init(&notes[1], CHECKPOINT_TEXT_MAX);
	rc = hubdb_succession_at(db, i, &s, notes, e);
	if (rc == 1) {
		out->ends[i][0] = out->bytes.len;
		buf_add(&out->bytes, notes[0].data, notes[0].len);
		out->ends[i][1] = out->bytes.len;
		buf_add(&out->bytes, notes[1].data, notes[1].len);
		out->ends[i][2] = out->bytes.len;
		if (s.ordered && hubdb_item_bytes(db, s.seq, true,
		    &out->bytes, e) != 0)
			rc = -1;
		out->ends[i][3] = out->bytes.len;
		out->answer.items[i].at_ms = s.at_ms;
	}
	buf_done(&notes[0]);
	buf_done(&notes[1]);
	return rc;
}

/* The bytes move while they are gathered: views come last. */
static void
point(struct hub_successions *out)
{
	const uint8_t *at = out->bytes.data;
	size_t i;

	for (i = 0; i < out->answer.count; i++) {
		struct proto_succession *s = &out->answer.items[i];
		const size_t *ends = out->ends[i];

		s->before = view_of(at + ends[0], ends[1] - ends[0]);
		s->head = view_of(at + ends[1], ends[2] - ends[1]);
		s->order = view_of(at + ends[2], ends[3] - ends[2]);
	}
}

int
hub_succession(struct hub *hub, struct hub_successions *out, struct err *e)
{
	struct hubdb *db = hub_read(hub, e);
	size_t i = 0;
	int rc = 1;

	memset(out, 0, sizeof(*out));
	buf_init(&out->bytes, PROTO_ANSWER_BYTES_MAX);
	if (db == NULL)
		return -1;
	while (i < PROTO_SUCCESSIONS_MAX && (rc = fill(db, i, out, e)) == 1)
		i++;
	hub_read_end(hub, db);
	out->answer.count = i;
	point(out);
	return rc < 0 ? -1 : buf_check(&out->bytes, "an answer", e);
}

void
hub_successions_done(struct hub_successions *out)
{
	buf_done(&out->bytes);
}

int
hub_keys(struct hub *hub, struct hubkeys *out, struct err *e)
{
	struct hubdb *db = hub_read(hub, e);
	struct hubdb_key k;
	size_t i;
	int rc = 1;

	memset(out, 0, sizeof(*out));
	if (db == NULL)
		return -1;
	for (i = 0; out->count < HUBKEY_LIST_MAX &&
	    (rc = hubdb_key_at(db, i, &k, e)) == 1; i++)
		if (k.has_root)
			out->items[out->count++] = k.paper;
	hub_read_end(hub, db);
	return rc < 0 ? -1 : 0;
}
