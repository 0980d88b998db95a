/*
 * Opening a hub, its transaction, and the small questions: info, claims to be
 * a device, status.
 *
 * The roster is held twice: `roster` runs ahead with the open transaction,
 * `live` is what is committed and what requests are checked against. A commit
 * carries the new entries over; after an undone one the next transaction loads
 * `roster` anew.
 */
#include "daemon/hub/hubdb_log.h"
#include "daemon/hub/hub.h"

#include <malloc.h>
#include <string.h>
#include <sys/statvfs.h>

#include "common/base/mem.h"
#include "daemon/hub/hubdb_blob.h"
#include "daemon/hub/sweep.h"

#define READERS 4
#define VERDICT_CODE 0x7600 /* err.code of a refusal: this and the verdict */
#define ROSTER_ITEM_MAX (256 * 1024)

int
hub_refuse(struct err *e, enum err_kind kind, enum verdict v)
{
	err_set(e, kind, "%s", verdict_words(v));
	e->code = VERDICT_CODE | (int)v;
	return -1;
}

enum verdict
hub_verdict(const struct err *e)
{
	return (e->code & ~0xff) == VERDICT_CODE ?
	    (enum verdict)(e->code & 0xff) : 0;
}

/* ---- the roster ---- */

static int
roster_item(struct hubdb *db, const struct hubdb_item *item,
    struct roster *r, struct buf *bytes, struct err *e)
{
	struct directory_entry *d = mem_new(sizeof(*d));
	struct changeset *cs = mem_new(sizeof(*cs));
	int rc = -1;

	buf_reset(bytes);
	if (hubdb_item_bytes(db, item->seq, true, bytes, e) == 0 &&
	    changeset_decode(buf_view(bytes), cs, e) == 0 &&
	    directory_decode(cs->bodies[0], d, e) == 0)
		rc = roster_apply(r, d, item->seq, e);
	mem_free(cs);
	mem_free(d);
	return rc;
}

int
hub_roster_load(struct hubdb *db, struct roster *r, struct err *e)
{
	struct id zero = { { 0 } };
	struct hubdb_item item;
	struct buf bytes;
	uint64_t at = 0;
	int rc;

	roster_done(r);
	buf_init(&bytes, ROSTER_ITEM_MAX);
	while ((rc = hubdb_item_next(db, &zero, at, UINT64_MAX, &item,
	    e)) == 1) {
		if (roster_item(db, &item, r, &bytes, e) != 0) {
			rc = err_add(e, "the directory cannot be read");
			break;
		}
		at = item.seq + 1;
	}
	buf_done(&bytes);
	if (rc != 0)
		roster_done(r);
	return rc;
}

void
hub_fresh_cut(struct hub *hub, struct hub_fresh **keep_to)
{
	struct hub_fresh *f = *keep_to, *next;

	for (; f != NULL; f = next) {
		next = f->next;
		mem_free(f);
	}
	*keep_to = NULL;
	hub->fresh_tail = keep_to;
}

/* The commit is through: requests are checked against the new entries. */
static void
publish_roster(struct hub *hub)
{
	struct hub_fresh *f;
	struct err e;

	if (hub->fresh == NULL)
		return;
	pthread_rwlock_wrlock(&hub->live_lock);
	for (f = hub->fresh; f != NULL; f = f->next)
		/* It went into `roster` before; here it does as well. */
		(void)roster_apply(&hub->live, &f->entry, f->seq, &e);
	pthread_rwlock_unlock(&hub->live_lock);
	hub_fresh_cut(hub, &hub->fresh);
}

/* ---- the transaction, called by the writer ---- */

static uint64_t
disk_free(const struct hub *hub)
{
	struct statvfs st;

	if (statvfs(hub->path, &st) != 0)
		return UINT64_MAX; /* the commit itself will tell */
	return (uint64_t)st.f_bavail * st.f_frsize;
}

static int
tx_begin(void *ctx, struct err *e)
{
	struct hub *hub = ctx;
	struct err why;

	hub->work = hub->log;
	hub->dirty = false;
	if (stamp_take(&hub->stamp, hub->log.accept_ms, &hub->now_ms, e) != 0)
		return -1;
	hub->disk_free = disk_free(hub);
	if (hub->now_ms - hub->swept_ms >= SWEEP_EVERY_MS)
		(void)sweep_run(hub, hub->now_ms, &why); /* again in an hour */
	if (hub->ahead && hub_roster_load(hub->db, &hub->roster, e) != 0)
		return -1;
	hub->ahead = false;
	return hubdb_begin(hub->db, e);
}

static int
sign_head(struct hub *hub, struct err *e)
{
	struct merkle_store nodes = hubdb_merkle(hub->db);
	struct checkpoint cp = { .at = hub->work.at };
	struct buf note;
	int rc = -1;

	buf_init(&note, CHECKPOINT_TEXT_MAX);
	if (merkle_root(&nodes, cp.at.size, &cp.root, e) != 0)
		goto out;
	checkpoint_sign(&cp, hub->name, &hub->pub, hub->key, &note);
	if (buf_check(&note, "a checkpoint", e) == 0)
		rc = hubdb_checkpoint_add_tx(hub->db, cp.at.size, &cp.root,
		    buf_view(&note), hub->now_ms, e);
out:
	buf_done(&note);
	return rc;
}

static int
tx_commit(void *ctx, struct err *e)
{
	struct hub *hub = ctx;

	if (hub->work.at.size != hub->log.at.size && sign_head(hub, e) != 0)
		return -1;
	if (hub->dirty) {
		hub->work.alive_ms = tick_wall_ms(&hub->stamp.tick);
		if (hubdb_log_put_tx(hub->db, &hub->work, e) != 0)
			return -1;
	}
	if (hubdb_commit(hub->db, e) != 0)
		return -1;
	hub->log = hub->work;
	atomic_store(&hub->waits, hub->log.pending);
	hub->ahead = false;
	publish_roster(hub);
	return 0;
}

static void
tx_undo(void *ctx)
{
	struct hub *hub = ctx;

	hubdb_rollback(hub->db);
	hub->work = hub->log;
	hub->askers_read = false;
	hub_fresh_cut(hub, &hub->fresh);
}

/* A sign of life, so that a restart can tell how long the hub was away. */
static void
tx_idle(void *ctx)
{
	struct hub *hub = ctx;
	struct err e;

	if (tx_begin(hub, &e) != 0)
		return;
	hub->dirty = true;
	if (tx_commit(hub, &e) != 0)
		tx_undo(hub);
}

/* ---- readers ---- */

static int
free_reader(const struct hub *hub)
{
	int i;

	for (i = 0; i < hub->reader_max; i++)
		if (!hub->reader_busy[i])
			return i;
	return -1;
}

static int
take_slot(struct hub *hub, struct hubdb **db)
{
	int i;

	pthread_mutex_lock(&hub->reader_lock);
	while ((i = free_reader(hub)) < 0)
		pthread_cond_wait(&hub->reader_free, &hub->reader_lock);
	hub->reader_busy[i] = true;
	*db = hub->readers[i];
	pthread_mutex_unlock(&hub->reader_lock);
	return i;
}

static void
set_slot(struct hub *hub, int i, struct hubdb *db, bool busy)
{
	pthread_mutex_lock(&hub->reader_lock);
	hub->readers[i] = db;
	hub->reader_busy[i] = busy;
	if (!busy)
		pthread_cond_signal(&hub->reader_free);
	pthread_mutex_unlock(&hub->reader_lock);
}

struct hubdb *
hub_read(struct hub *hub, struct err *e)
{
	struct hubdb *db;
	int i = take_slot(hub, &db);

	/* Opened when first needed: a small office needs but one. */
	if (db == NULL && hubdb_open(hub->path, false, &db, e) == 0)
		set_slot(hub, i, db, true);
	if (db != NULL && hubdb_look(db, e) == 0)
		return db;
	set_slot(hub, i, db, false);
	return NULL;
}

void
hub_read_end(struct hub *hub, struct hubdb *db)
{
	int i;

	if (db == NULL)
		return;
	hubdb_unlook(db);
	pthread_mutex_lock(&hub->reader_lock);
	for (i = 0; i < hub->reader_max; i++)
		if (hub->readers[i] == db)
			hub->reader_busy[i] = false;
	pthread_cond_signal(&hub->reader_free);
	pthread_mutex_unlock(&hub->reader_lock);
}

/* What connections have cached, and what the allocator holds: a hub rests most
 * of the day, on a machine that has other uses for its memory. */
static void
tx_rest(void *ctx)
{
	struct hub *hub = ctx;
	struct hubdb *db;
	int i;

	hubdb_shrink(hub->db);
	for (i = 0; i < hub->reader_max; i++) {
		pthread_mutex_lock(&hub->reader_lock);
		db = hub->reader_busy[i] ? NULL : hub->readers[i];
		if (db != NULL)
			hub->reader_busy[i] = true;
		pthread_mutex_unlock(&hub->reader_lock);
		if (db != NULL) {
			hubdb_shrink(db);
			set_slot(hub, i, db, false);
		}
	}
	(void)malloc_trim(0);
}

/* ---- opening ---- */

static int
make_log(struct hubdb *db, const struct hubdb_log *log, struct err *e)
{
	struct hubdb_log old;
	int rc = hubdb_log_find(db, &old, e);

	if (rc < 0)
		return -1;
	if (rc == 1)
		return err_set(e, ERR_CLASH,
		    "there is a hub already; nothing was changed");
	if (hubdb_begin(db, e) != 0)
		return -1;
	if (hubdb_log_make_tx(db, log, e) == 0 && hubdb_commit(db, e) == 0)
		return 0;
	hubdb_rollback(db);
	return -1;
}

int
hub_make(const char *path, const char *name, const char *code,
    struct tick tick, struct err *e)
{
	struct hubdb_log log = { .claim_open = true };
	struct hubdb *db;
	struct id random;
	int rc;

	if (name[0] == '\0' || strlen(name) >= sizeof(log.name))
		return err_set(e, ERR_INPUT,
		    "a hub's name has 1 to %zu characters",
		    sizeof(log.name) - 1);
	memcpy(log.name, name, strlen(name) + 1);
	id_random(&random);
	memcpy(&log.at.log_id, random.b, sizeof(log.at.log_id));
	hub_code_hash(code, &log.claim);
	log.alive_ms = tick_wall_ms(&tick);
	if (hubdb_open(path, true, &db, e) != 0)
		return -1;
	rc = make_log(db, &log, e);
	hubdb_close(db);
	return rc;
}

static void
init_locks(struct hub *hub)
{
	pthread_rwlock_init(&hub->live_lock, NULL);
	pthread_mutex_init(&hub->reader_lock, NULL);
	pthread_cond_init(&hub->reader_free, NULL);
}

static int
check_key(struct hub *hub, const struct sign_pub *pub, struct err *e)
{
	struct sign_pub want = hub->live.genesis.hub;

	if (hubdb_key_for(hub->db, UINT64_MAX, &want, e) != 0)
		return -1;
	return memcmp(&want, pub, sizeof(want)) == 0 ? 0 : err_set(e,
	    ERR_INPUT, "log.key is not the key that this hub's log goes on "
	    "with; if a change of the key was cut short, repeat it");
}

static int
load(struct hub *hub, const struct hub_options *o, struct err *e)
{
	struct err why;
	int64_t now_ms;
	int rc;

	if (hubdb_open(o->path, false, &hub->db, e) != 0)
		return -1;
	rc = hubdb_log_find(hub->db, &hub->log, e);
	if (rc < 0)
		return -1;
	if (rc == 0)
		return err_set(e, ERR_ABSENT,
		    "there is no hub here; make one with tugid init");
	atomic_store(&hub->waits, hub->log.pending);
	if (strcmp(hub->log.name, o->name) != 0)
		return err_set(e, ERR_INPUT, "this hub's name is %s and "
		    "cannot be changed to %s: its log is signed under it",
		    hub->log.name, o->name);
	if (hub_roster_load(hub->db, &hub->roster, e) != 0 ||
	    hub_roster_load(hub->db, &hub->live, e) != 0)
		return -1;
	if (hub->live.begun && check_key(hub, &o->pub, e) != 0)
		return -1;
	stamp_init(&hub->stamp, o->tick, hub->log.alive_ms,
	    o->clock_confirmed);
	/* A hub that was killed may have left what it dropped in the WAL. A
	 * clock that is not to be trusted drops nothing. */
	hub->unflushed = true;
	if (stamp_take(&hub->stamp, hub->log.accept_ms, &now_ms, &why) == 0)
		(void)sweep_run(hub, now_ms, &why);
	return 0;
}

int
hub_open(const struct hub_options *o, struct hub **out, struct err *e)
{
	struct hub *hub = mem_new(sizeof(*hub));
	struct writer_ops ops = { tx_begin, tx_commit, tx_undo, tx_rest,
		tx_idle, hub };

	*out = NULL;
	init_locks(hub);
	hub->path = mem_dup(o->path);
	memcpy(hub->name, o->name, strnlen(o->name, sizeof(hub->name) - 1));
	hub->pub = o->pub;
	hub->key = mem_secret_new(sizeof(*hub->key));
	*hub->key = o->key;
	hub_limit(hub, &o->limits);
	hub->reader_max = o->readers > 0 && o->readers < HUB_READERS_MAX ?
	    o->readers : READERS;
	hub->fresh_tail = &hub->fresh;
	if (load(hub, o, e) != 0 ||
	    writer_open(&ops, &hub->writer, e) != 0) {
		hub_close(hub);
		return -1;
	}
	*out = hub;
	return 0;
}

void
hub_close(struct hub *hub)
{
	size_t i;

	if (hub == NULL)
		return;
	writer_close(hub->writer);
	/* Readers first: the one that writes moves the log into the file. */
	for (i = 0; i < HUB_READERS_MAX; i++)
		hubdb_close(hub->readers[i]);
	hubdb_close(hub->db);
	for (i = 0; i < HUB_EPOCHS; i++)
		if (hub->epochs[i].used)
			epoch_done(&hub->epochs[i].ep);
	hub_fresh_cut(hub, &hub->fresh);
	roster_done(&hub->roster);
	roster_done(&hub->live);
	mem_secret_free(hub->key);
	mem_free(hub->path);
	pthread_cond_destroy(&hub->reader_free);
	pthread_mutex_destroy(&hub->reader_lock);
	pthread_rwlock_destroy(&hub->live_lock);
	mem_free(hub);
}

void
hub_limit(struct hub *hub, const struct hub_limits *limits)
{
	atomic_store(&hub->day_bytes, limits->day_bytes);
	atomic_store(&hub->free_bytes, limits->free_bytes);
}

/* ---- small questions ---- */

int64_t
hub_now_ms(struct hub *hub)
{
	return stamp_now(&hub->stamp);
}

int64_t
hub_told_ms(struct hub *hub)
{
	return stamp_told(&hub->stamp);
}

bool
hub_clock_stopped(struct hub *hub)
{
	return stamp_stopped(&hub->stamp);
}

enum verdict
hub_device(struct hub *hub, const struct id *device, struct sign_pub *pub)
{
	const struct roster_device *d;
	enum verdict v = VERDICT_UNKNOWN_DEVICE;

	pthread_rwlock_rdlock(&hub->live_lock);
	d = roster_device(&hub->live, device);
	if (d != NULL) {
		*pub = d->sign;
		v = d->revoked ? VERDICT_REVOKED : VERDICT_ACCEPTED;
	}
	pthread_rwlock_unlock(&hub->live_lock);
	return v;
}

int
hub_may_ask(struct hub *hub, const struct id *device, struct err *e)
{
	struct sign_pub pub;
	enum verdict v = hub_device(hub, device, &pub);

	return v == VERDICT_ACCEPTED ? 0 : hub_refuse(e, ERR_DENIED, v);
}

int
hub_info(struct hub *hub, struct proto_info *out, struct err *e)
{
	struct hubdb *db = hub_read(hub, e);
	struct hubdb_log log;
	int rc;

	if (db == NULL)
		return -1;
	rc = hubdb_log_find(db, &log, e);
	hub_read_end(hub, db);
	if (rc != 1)
		return rc == 0 ? err_set(e, ERR_LOCAL,
		    "the hub's database has lost its log") : -1;
	memset(out, 0, sizeof(*out));
	out->version = PROTO_VERSION;
	memcpy(out->hub_name, hub->name, sizeof(out->hub_name));
	out->log = log.at;
	out->hub = hub->pub;
	out->now_ms = hub_told_ms(hub);
	out->claimed = !log.claim_open;
	return 0;
}

static void
status_devices(struct hub *hub, struct hub_status *out)
{
	size_t i;

	pthread_rwlock_rdlock(&hub->live_lock);
	out->devices = hub->live.device_count;
	for (i = 0; i < hub->live.device_count; i++)
		out->revoked += hub->live.devices[i].revoked;
	pthread_rwlock_unlock(&hub->live_lock);
}

int
hub_status(struct hub *hub, struct hub_status *out, struct err *e)
{
	struct hubdb *db = hub_read(hub, e);
	struct hubdb_figures f;
	struct hubdb_log log;
	struct writer_counts c;
	uint64_t full = 0;
	int rc = -1;

	if (db == NULL)
		return -1;
	memset(out, 0, sizeof(*out));
	if (hubdb_log_find(db, &log, e) == 1)
		rc = hubdb_figures(db, &f, e);
	if (rc == 0)
		rc = hubdb_blob_crowded(db, HUB_BLOBS_MAX / 10 * 9,
		    HUB_BLOBS_BYTES_MAX / 10 * 9, &full, e);
	hub_read_end(hub, db);
	if (rc != 0)
		return -1;
	memcpy(out->name, log.name, sizeof(out->name));
	out->log = log.at;
	out->claimed = !log.claim_open;
	out->pending = log.pending;
	out->clock_stopped = hub_clock_stopped(hub);
	out->accept_ms = log.accept_ms;
	out->spaces = f.spaces;
	out->members = f.members;
	out->requests = f.requests;
	out->bytes = f.bytes;
	out->files = f.files;
	out->file_bytes = f.file_bytes;
	out->parts = f.parts;
	out->full = full;
	status_devices(hub, out);
	writer_counts(hub->writer, &c);
	out->pushes = c.jobs;
	out->commits = c.commits;
	out->waiting = c.waiting;
	return 0;
}
