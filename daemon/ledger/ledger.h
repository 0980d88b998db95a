/*
 * The ledger: the log's leaf hashes and signed heads as a git repository that
 * anybody can copy, keep and check with stock git (schema/ledger.md).
 *
 * It follows the database from a reading connection of its own, so nothing
 * that writes there waits for it. One struct ledger is used by one thread, and
 * there is one that writes in a data folder (the folder's lock sees to that).
 *
 * Errors. ERR_CLASH: the ledger holds something signed with the hub's key that
 * the database contradicts; neither is changed. What is damaged or was written
 * by somebody else is set aside and made again, and told. ERR_LOCAL: the disk;
 * try again later.
 */
#ifndef LEDGER_LEDGER_H
#define LEDGER_LEDGER_H

#include "common/wire/checkpoint.h"

#define LEDGER_FOLLOW_MS 200   /* how often it looks for something new */
#define LEDGER_RETRY_MS 30000  /* after a failure of the disk */

enum ledger_tell { LEDGER_GRAVE, LEDGER_WARNING };

struct ledger_options {
	const char *repo;  /* path of the repository, made if missing */
	const char *db;    /* path of the hub's database */
	struct sign_pub pub;
	struct sign_key key;
	/* What an operator should hear, one sentence; any thread. */
	void (*tell)(enum ledger_tell what, const char *words);
};

struct ledger;

/** ledger_open(o, out, e): with a look at the newest commit: does the database
 * have it too? */
int ledger_open(const struct ledger_options *o, struct ledger **out,
    struct err *e);
void ledger_close(struct ledger *ledger);

/** ledger_follow(ledger, e): write what the database has more, up to some
 * hundred heads at once, as durable commits; the first time the ledger is
 * checked whole before. 1: call again at once, 0: it is in step. */
int ledger_follow(struct ledger *ledger, struct err *e);

/** ledger_rest(ledger): give back memory, when there is nothing to do for
 * some time: it is the whole process that waits a moment. */
void ledger_rest(struct ledger *ledger);

/** ledger_keep_tx(o, db, log, e): before a key goes, the signatures of the
 * commits of ${log} into the database, so that they can be made again. */
struct hubdb;
int ledger_keep_tx(const struct ledger_options *o, struct hubdb *db,
    uint64_t log, struct err *e);

/** ledger_size(ledger): entries in it, as far as is known. */
uint64_t ledger_size(const struct ledger *ledger);

/** ledger_look(o, out, e): how far it is, changing nothing; beside one that
 * writes, too. ERR_CLASH: its newest head is one that the database has not,
 * ERR_PEER: it is damaged. Of ${o} neither key nor tell is used. */
struct ledger_seen {
	bool there;
	uint64_t size;   /* entries in it */
	uint64_t behind; /* entries that the database has more */
};
int ledger_look(const struct ledger_options *o, struct ledger_seen *out,
    struct err *e);

/* ---- a thread that follows ---- */

struct ledger_run;

struct ledger_state {
	uint64_t size;  /* entries in it */
	bool stopped;   /* it writes no more: ${words} says why */
	char words[ERR_TEXT_BYTES]; /* the last trouble; empty: none */
};

/** ledger_start(o, out, e): ledger_open, and follow until ledger_stop. */
int ledger_start(const struct ledger_options *o, struct ledger_run **out,
    struct err *e);

/** ledger_stop(run): once more in step, unless that takes longer than
 * ${most_ms}; NULL is fine. */
void ledger_stop(struct ledger_run *run, int most_ms);

void ledger_state(struct ledger_run *run, struct ledger_state *out);

#endif
