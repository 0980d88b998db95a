/*
 * What the files of this folder share: the hub itself. Nobody outside
 * includes this.
 *
 * Who touches what: `live` is read by any thread under its lock; `db`, `log`,
 * `work`, `roster`, `fresh`, `epochs` and `askers` belong to the writing thread; the
 * readers are handed out one at a time.
 */
#ifndef HUB_INNER_H
#define HUB_INNER_H

#include <pthread.h>
#include <stdatomic.h>

#include "common/rules/admit.h"
#include "daemon/hub/hub.h"
#include "daemon/hub/hubdb.h"
#include "daemon/hub/stamp.h"
#include "daemon/hub/writer.h"

#define HUB_READERS_MAX 16
#define HUB_EPOCHS 16 /* decoded epochs kept; power of two */

struct hub_fresh { /* a directory entry of the open transaction */
	struct directory_entry entry;
	uint64_t seq;
	struct hub_fresh *next;
};

struct hub_epoch { /* decoded, by its changeset id */
	bool used;
	struct hash id;
	struct epoch ep;
};

struct hub_asker { /* who waits to be admitted */
	struct sign_pub key;
	uint64_t net; /* 0: unknown */
	int64_t at_ms;
};

struct hub {
	char *path;
	char name[64];
	struct sign_pub pub;
	struct sign_key *key; /* in guarded memory */
	_Atomic uint64_t day_bytes, free_bytes; /* limits of hub.h */
	struct stamp stamp;

	pthread_rwlock_t live_lock;
	struct roster live;       /* what is committed */

	struct writer *writer;
	struct hubdb *db;         /* the one that writes */
	struct hubdb_log log;     /* committed */
	atomic_bool waits;        /* log.pending, for any thread */
	struct hubdb_log work;    /* the open transaction's */
	bool dirty;               /* the transaction has something to keep */
	int64_t now_ms;           /* its accept time */
	uint64_t disk_free;       /* bytes, when it began */
	struct roster roster;     /* committed and the transaction's entries */
	int64_t swept_ms;         /* when erase orders were last looked at */
	bool unflushed;           /* what was dropped is in the WAL still */
	bool ahead;               /* it holds entries not committed */
	struct hub_fresh *fresh, **fresh_tail;
	struct hub_epoch epochs[HUB_EPOCHS];
	struct hub_asker askers[PROTO_REQUESTS_MAX];
	size_t asker_count;
	bool askers_read;         /* they are those of the database */

	pthread_mutex_t reader_lock;
	pthread_cond_t reader_free;
	struct hubdb *readers[HUB_READERS_MAX];
	bool reader_busy[HUB_READERS_MAX];
	int reader_max;
};

/** hub_read(hub, e): a reading connection with a view open, or NULL. */
struct hubdb *hub_read(struct hub *hub, struct err *e);

/** hub_read_end(hub, db): give it back; NULL is fine. */
void hub_read_end(struct hub *hub, struct hubdb *db);

/** hub_may_ask(hub, device, e): 0 for a live device. */
int hub_may_ask(struct hub *hub, const struct id *device, struct err *e);

/** hub_roster_load(db, r, e): anew from the directory; empty on failure, so
 * that everything is refused rather than judged by a part. */
int hub_roster_load(struct hubdb *db, struct roster *r, struct err *e);

/** hub_is_succession(entry): an order by which a log goes on under a new id.
 * hub_awaits(hub, entry): whether ${entry} (NULL: another item) may come now:
 * after a restore the order for this hub's own new log comes first, and none
 * at any other time. */
bool hub_is_succession(const struct directory_entry *entry);
bool hub_awaits(struct hub *hub, const struct directory_entry *entry);

/** hub_waits(hub): for that order. hub_refuse_waiting(e): says so; -1. */
bool hub_waits(struct hub *hub);
int hub_refuse_waiting(struct err *e);

/** hub_past_log(hub, known): a point of a log that this one continues. */
bool hub_past_log(struct hub *hub, const struct log_point *known);

/** hub_code_hash(code, out): of a claim code, however it was typed. */
void hub_code_hash(const char *code, struct hash *out);

/** hub_fresh_cut(hub, keep_to): forget entries noted after ${keep_to}. */
void hub_fresh_cut(struct hub *hub, struct hub_fresh **keep_to);

#endif
