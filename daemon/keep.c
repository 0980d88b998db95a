/* From settings to a ledger that follows. */
#include "daemon/keep.h"

#include "common/base/mem.h"
#include "daemon/api/log.h"
#include "daemon/datadir.h"

static void
tell(enum ledger_tell what, const char *words)
{
	log_words(what == LEDGER_GRAVE ? LOG_LEVEL_ERROR : LOG_LEVEL_WARN,
	    "ledger", words);
}

int
keep_start(const struct settings *s, struct ledger_run **out, struct err *e)
{
	char *repo = datadir_ledger(s->data), *db = datadir_db(s->data);
	struct ledger_options o = { .repo = repo, .db = db, .tell = tell };
	int rc;

	*out = NULL;
	rc = datadir_key(s->data, &o.pub, &o.key, e);
	if (rc == 0)
		rc = ledger_start(&o, out, e);
	mem_wipe(&o.key, sizeof(o.key));
	mem_free(repo);
	mem_free(db);
	return rc;
}

int
keep_look(const struct settings *s, struct ledger_seen *out, struct err *e)
{
	char *repo = datadir_ledger(s->data), *db = datadir_db(s->data);
	struct ledger_options o = { .repo = repo, .db = db };
	int rc = datadir_key(s->data, &o.pub, &o.key, e);

	mem_wipe(&o.key, sizeof(o.key));
	if (rc == 0)
		rc = ledger_look(&o, out, e);
	mem_free(repo);
	mem_free(db);
	return rc;
}
