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
