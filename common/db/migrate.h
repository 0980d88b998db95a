/*
 * Numbered SQL, embedded in the programs, applied once and in order.
 */
#ifndef DB_MIGRATE_H
#define DB_MIGRATE_H

#include "common/base/err.h"

struct db;

struct migration {
	int number; /* 1, 2, ...; 0 ends the list */
	const char *sql;
};

extern const struct migration schema_client[]; /* schema/client/ */
extern const struct migration schema_hub[];    /* schema/hub/ */

/**
 * migrate(db, list, e): bring the database to the newest number, each step in
 * a transaction of its own (PRAGMA user_version). A newer database is refused
 * with ERR_CLASH: the program must be updated first.
 */
int migrate(struct db *db, const struct migration *list, struct err *e);

#endif
