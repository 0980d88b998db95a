/*
 * tugid verify: everything that a hub holds against itself. The database's
 * entries against the signatures of their authors and against the signed
 * heads, the ledger against both.
 *
 * It reads only, and may run beside a hub that serves.
 */
#ifndef LEDGER_VERIFY_H
#define LEDGER_VERIFY_H

#include "common/wire/checkpoint.h"

/* What it finds; also the exit status of tugid verify. */
enum verify_code {
	VERIFY_DATABASE = 10, /* an entry, a signature, a head is wrong */
	VERIFY_LEDGER = 11,   /* missing or damaged: a start makes it again */
	VERIFY_CLASH = 12     /* the hub signed two stories */
};

enum verify_step { VERIFY_ENTRIES, VERIFY_COMMITS };

struct verify_options {
	const char *repo, *db; /* paths */
	struct sign_pub pub;   /* the hub's key */
	/* Told now and then; NULL: not wanted. */
	void (*progress)(enum verify_step step, uint64_t done, uint64_t of);
};

struct verify_found {
	struct log_point log;
	uint64_t entries;  /* found good, each with its signature */
	uint64_t erased;   /* of them without some of their bodies */
	uint64_t heads;    /* signed tree heads found good */
	uint64_t commits;  /* found good, with all that they hold */
	uint64_t behind;   /* heads that the ledger has not got yet */
	struct hash root;  /* of the newest head */
	/* VERIFY_CLASH: what was signed, in the ledger and in the database */
	char in_ledger[CHECKPOINT_TEXT_MAX], in_database[CHECKPOINT_TEXT_MAX];
};

/** verify_all(o, out, e): 0 when all is whole; ${out} is filled as far as it
 * came. */
int verify_all(const struct verify_options *o, struct verify_found *out,
    struct err *e);

struct verify_key { /* of the log, and when it signed; 0: no such end */
	struct sign_pub pub;
	int64_t from_ms, until_ms;
};
#define VERIFY_KEYS_MAX 32

/** verify_keys(db, pub, list, n, e): the keys of the log, oldest first; ${pub}
 * is the one in use. */
int verify_keys(const char *db, const struct sign_pub *pub,
    struct verify_key list[static VERIFY_KEYS_MAX], size_t *n,
    struct err *e);

/** verify_code(e): what a failed verify_all found; 0: it could not look. */
enum verify_code verify_code(const struct err *e);

#endif
