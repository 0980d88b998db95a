/*
 * The open store: one encrypted database, the device's keys, the clock and
 * the roster, owned by one thread. The features and the folders
 * between them and this one work on it.
 */
#ifndef LOCAL_STORE_H
#define LOCAL_STORE_H

#include "common/base/tick.h"
#include "common/db/db.h"
#include "common/rules/roster.h"
#include "common/wire/card.h"
#include "common/wire/checkpoint.h"
#include "common/wire/hubanchor.h"
#include "common/wire/hubkey.h"
#include "common/wire/record.h"

struct vault;

enum store_stage {
	STORE_NEW,      /* keys made, no hub known */
	STORE_WAITING,  /* asked to join, not yet approved */
	STORE_MEMBER,   /* the directory lists this device */
	STORE_REVOKED   /* and revoked it: nothing is sent or written any more */
};

/* Names for store_get and its kin that more than one file uses. */
#define STORE_LAST_SYNC "sync.last_ms" /* int: end of the last whole sync */
#define STORE_SKEW "sync.skew_ms"      /* int: own clock minus the hub's */
#define STORE_SUSPECT "times.suspect"  /* int: latest time not believed */
#define STORE_POLICY "policy"          /* bytes: struct policy_ref in force */
#define STORE_STOPPED "stopped"        /* sentence: nothing is sent, why */
#define STORE_RESTORED "restored"      /* int: brought back (restored.h) */
#define STORE_KEYS "device"            /* the keys of this device */
#define STORE_REQUEST "enrol.request"  /* bytes: what was asked, to be read out */
#define STORE_OLDER "older"            /* int 1: the hub knows this store at a
					* later state (sync/anchored.h) */
#define STORE_TURN "anchor.turn"       /* int: of the anchor the hub has */
#define STORE_COPIED "stopped.copy"    /* int 1: this device was copied */
#define STORE_AFTER "stopped.after"    /* int: no order before that place of
					* the log ends the alarm */

#define STORE_REVOKED_WORDS "the office has revoked this device; nothing " \
	"can be written or sent here any more. What you wrote and was not " \
	"received is kept: tugi held"

struct store_key { /* of the hub's log, from that id of it on */
	uint64_t log_id;
	struct sign_pub key;
};

struct store {
	struct db *db;
	struct vault *vault;
	char *folder;            /* of the profile; NULL: none (blobs.h) */
	struct tick tick;
	struct device_keys *me;  /* locked memory */
	struct id person;        /* zero until approved */
	enum store_stage stage;
	struct roster roster;
	struct card hub;         /* url, pin, root; the secret only before approval */
	struct checkpoint head;  /* newest verified head; size 0: none */
	uint64_t hlc;            /* last stamp given or absorbed */
	int64_t hub_ms;          /* highest accept time absorbed */
	int64_t ahead_ms;        /* own clock before the hub's, as the sync
				  * under way found; 0: it is not */
	int64_t contact_ms;      /* the hub's time at the last contact of this
				  * session; 0: none yet */
	struct policy_ref policy; /* in force: what is written names it */
	bool stopped;            /* fork or copy seen: nothing is sent */
	bool restored;           /* brought back from a copy (restored.h) */
	uint64_t log_id;         /* of the hub's log, once it went on anew */
	struct sign_pub hub_first; /* its key as the genesis entry names it */
	struct store_key hub_keys[HUBKEY_LIST_MAX]; /* since then; the newest is
	                          * what roster.genesis.hub says */
	size_t hub_key_count;
	struct {                 /* hidden is what has ended (ends.h): */
		bool known;          /* and is right between these times */
		bool failed;         /* it may not be: no text is loaded */
		int64_t from_ms, next_ms;
	} ends;
	struct {                 /* what this device may do under one epoch; */
		struct hash epoch;   /* epochs never change, so never stale */
		uint8_t right;
		int64_t until_ms;
	} right_memo;
};

/** store_load(vault, tick, out, e): read keys, hub, head, roster. A fresh
 * store gets device keys. The store owns ${vault} from here on, also when
 * this fails. */
int store_load(struct vault *vault, struct tick tick, struct store **out,
    struct err *e);
void store_close(struct store *s);

/** store_leave(s): closes all but the vault, which the caller then owns. */
struct vault *store_leave(struct store *s);

/** store_now_ms(s): the later of own clock and highest absorbed accept time:
 * what expiry is judged by, also offline. */
int64_t store_now_ms(const struct store *s);

/** store_latest_ms(s): no later accept time is believed: two minutes past the
 * later of own clock and what the hub said of its own at the last contact
 * (rules.md 2.4). */
int64_t store_latest_ms(const struct store *s);

/** store_stamp(s): the next hybrid stamp; saved by the caller's transaction
 * through store_save_clock_tx. */
uint64_t store_stamp(struct store *s);
int store_save_clock_tx(struct store *s, struct err *e);

/* Named values. _find: 1 found, 0 absent, -1; appends to ${out}. */
int store_get(struct store *s, const char *key, struct buf *out,
    struct err *e);
int store_put(struct store *s, const char *key, struct view v, struct err *e);
int store_get_int(struct store *s, const char *key, int64_t *out,
    struct err *e);
int store_put_int(struct store *s, const char *key, int64_t v, struct err *e);
int store_del(struct store *s, const char *key, struct err *e);

/** store_save_head_tx(s, cp, note, e): remember a verified checkpoint. */
int store_save_head_tx(struct store *s, const struct checkpoint *cp,
    struct view note, struct err *e);

/** store_log_id(s): of the hub's log as it goes on; 0: none is known yet.
 * store_put_log_tx(s, log_id, e): it went on anew. store_load_log(s, e): as
 * stored. */
uint64_t store_log_id(const struct store *s);
int store_put_log_tx(struct store *s, uint64_t log_id, struct err *e);
int store_load_log(struct store *s, struct err *e);

/** store_put_key_tx(s, log_id, key, e): the hub's log goes on with that key;
 * nothing to do when it is the one in use. store_apply_key(s): after the
 * roster was loaded or begun. */
int store_put_key_tx(struct store *s, uint64_t log_id,
    const struct sign_pub *key, struct err *e);
void store_apply_key(struct store *s);

/** store_head_read(s, note, out, e): a head that this hub signed, with its key
 * of now or a former one. */
int store_head_read(const struct store *s, struct view note,
    struct checkpoint *out, struct err *e);

/** store_roster_reload(s, e): the roster from what is stored, also from what
 * the hub has lost (places.h); store_roster_before(s, place, r, e): from
 * entries before ${place}, into ${r}. Empty after a failure. */
int store_roster_reload(struct store *s, struct err *e);
int store_roster_before(struct store *s, int64_t place, struct roster *r,
    struct err *e);

/** store_older(s): what was saved before is missing; it is only read (vault.h).
 * store_hold(s, e): so it is from here on, also when it is opened again, as the
 * hub knows. store_held(s, e): when it is opened.
 * store_mark(s): how far it has come. */
bool store_older(const struct store *s);
int store_hold(struct store *s, struct err *e);
int store_held(struct store *s, struct err *e);
struct hubanchor_mark store_mark(const struct store *s);

/** store_reload(s, e): what is held in memory, as stored: a transaction that
 * changed much of it was undone. */
int store_reload(struct store *s, struct err *e);

/** store_save_hub(s, e): write hub card, person and stage. */
int store_save_hub(struct store *s, struct err *e);

/* Keys of a device under a name; _get: 1 and ${out}, which is secret memory,
 * 0, -1. */
int store_keys_put(struct store *s, const char *name,
    const struct device_keys *keys, struct err *e);
int store_keys_get(struct store *s, const char *name,
    struct device_keys *out, struct err *e);

/** store_keys_drop_tx(s, e): those of this device; the next opening makes
 * others. */
int store_keys_drop_tx(struct store *s, struct err *e);

/** store_drop_box_tx(s, e): the stored key that opens what is sealed to this
 * device goes; the caller wipes s->me->box once that is certain. */
int store_drop_box_tx(struct store *s, struct err *e);

/** store_stop(s, words, e): from here on nothing is sent: the sentence is kept
 * and shown (STORE_STOPPED). Reading and writing on this device go on. */
int store_stop(struct store *s, const char *words, struct err *e);

/** store_absorb(s, eff, hub_ms): what was taken in: later stamps come after
 * it, as far as it can be believed. Saved by store_save_clock_tx. */
void store_absorb(struct store *s, uint64_t eff, int64_t hub_ms);

/** store_check(s): asserts the store's invariants (tests and --check). */
void store_check(struct store *s);

#endif
