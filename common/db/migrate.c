/* Numbered SQL, applied once; PRAGMA user_version counts what has been. */
#include "common/db/migrate.h"

#include <stdio.h>

#include "common/db/db.h"

#define PRAGMA_BYTES 48

static int
step(struct db *db, const struct migration *m, struct err *e)
{
	char pragma[PRAGMA_BYTES];

	snprintf(pragma, sizeof(pragma), "PRAGMA user_version=%d", m->number);
	if (db_begin(db, e) != 0)
		return -1;
	if (db_exec(db, m->sql, e) != 0 || db_exec(db, pragma, e) != 0 ||
	    db_commit(db, e) != 0) {
		db_rollback(db);
		return err_add(e, "cannot bring the database to version %d",
		    m->number);
	}
	return 0;
}

int
migrate(struct db *db, const struct migration *list, struct err *e)
{
	int64_t have;
	int i, newest = 0;

	for (i = 0; list[i].number != 0; i++) {
		if (list[i].number != i + 1)
			return err_set(e, ERR_BUG,
			    "database version %d follows %d in this program",
			    list[i].number, newest);
		newest = list[i].number;
	}
	if (db_one_int(db, "PRAGMA user_version", &have, e) != 1)
		return -1;
	if (have < 0 || have > newest)
		return err_set(e, ERR_CLASH,
		    "the database has version %lld, this program knows only "
		    "%d; update the program", (long long)have, newest);
	for (i = (int)have; i < newest; i++)
		if (step(db, &list[i], e) != 0)
			return -1;
	return 0;
}
