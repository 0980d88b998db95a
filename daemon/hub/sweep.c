/*
 * Each step is a transaction of its own and leaves what it did; a cut between
 * two costs nothing. At the end the log beside the database is emptied, for
 * it holds the pages as they were before.
 */
#include "daemon/hub/sweep.h"

#include "common/rules/erasure.h"
#include "daemon/hub/hubdb_blob.h"
#include "daemon/hub/hubdb_erase.h"

#define STEP_BYTES (1024 * 1024) /* in one transaction: cache_spill is off */

/* 1 something was done, 0 nothing is due, -1. */
static int
step(struct hub *hub, int64_t before_ms, struct err *e)
{
	struct hubdb_order o;
	int rc = hubdb_erase_due(hub->db, before_ms, &o, e);

	if (rc != 1)
		return rc;
	if (hubdb_begin(hub->db, e) != 0)
		return -1;
	rc = hubdb_erase_drop_tx(hub->db, &o, STEP_BYTES, e);
	if (rc >= 0 && hubdb_commit(hub->db, e) == 0)
		return 1;
	hubdb_rollback(hub->db);
	return -1;
}

/* Sealed files: of erased records, half sent and given up, named by nothing. */
static int
step_blob(struct hub *hub, int64_t now_ms, struct err *e)
{
	int64_t bid = 0;
	int rc = hubdb_blob_due(hub->db, now_ms - SWEEP_PARTS_MS,
	    now_ms - SWEEP_LOOSE_MS, &bid, e);

	if (rc != 1)
		return rc;
	if (hubdb_begin(hub->db, e) != 0)
		return -1;
	rc = hubdb_blob_drop_tx(hub->db, bid,
	    (int)(STEP_BYTES / PROTO_BLOB_PIECE), e);
	if (rc >= 0 && hubdb_commit(hub->db, e) == 0)
		return 1;
	hubdb_rollback(hub->db);
	return -1;
}

int
sweep_run(struct hub *hub, int64_t now_ms, struct err *e)
{
	int64_t wait_ms = erasure_due_ms(0);
	int rc;

	hub->swept_ms = now_ms;
	while ((rc = step(hub, now_ms - wait_ms, e)) == 1)
		hub->unflushed = true;
	while (rc == 0 && (rc = step_blob(hub, now_ms, e)) == 1) {
		hub->unflushed = true;
		rc = 0;
	}
	if (rc == 0 && hub->unflushed) {
		rc = hubdb_flush(hub->db, e);
		hub->unflushed = rc != 0;
	}
	return rc;
}
