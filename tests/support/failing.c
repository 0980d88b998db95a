/* Rehearsed, then failed at each place; see the header. */
#include "tests/support/failing.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "client/core/local/store.h"
#include "client/core/sync/round.h"
#include "tests/support/faults.h"
#include "tests/support/kept.h"

#define FIGURES_MAX 48
#define STEPS_MAX 20000

static struct fault armed;

__attribute__((format(printf, 1, 2), noreturn))
static void
broken(const char *fmt, ...)
{
	va_list ap;

	fputs("failing_sync: ", stderr);
	va_start(ap, fmt);
	vfprintf(stderr, fmt, ap);
	va_end(ap);
	fputs("\n", stderr);
	abort();
}

/* ---- what a store has come to ---- */

struct figures {
	int64_t n[FIGURES_MAX];
};

static const char *const asked[] = {
	"SELECT count(*) FROM version WHERE state = 1",
	"SELECT count(*) FROM version WHERE state = 2",
	"SELECT count(*) FROM version WHERE state = 3",
	"SELECT count(*) FROM version WHERE state = 4",
	"SELECT count(*) FROM version WHERE state = 5",
	"SELECT count(*) FROM version WHERE state = 6",
	"SELECT count(*) FROM version WHERE state = 7",
	"SELECT count(*) FROM record",
	"SELECT count(*) FROM item",
	"SELECT count(*) FROM item WHERE body IS NULL",
	"SELECT count(*) FROM quarantine",
	"SELECT count(*) FROM want",
	"SELECT count(*) FROM evidence",
	"SELECT count(*) FROM space",
	"SELECT count(*) FROM space WHERE state = 2",
	"SELECT count(*) FROM epoch",
	"SELECT count(*) FROM epoch WHERE key IS NOT NULL",
	"SELECT count(*) FROM access",
	"SELECT count(*) FROM outgoing WHERE state = 1",
	"SELECT count(*) FROM held",
	"SELECT count(*) FROM review",
	"SELECT count(*) FROM review WHERE plain IS NOT NULL",
	"SELECT count(*) FROM record WHERE indexed = 0",
	"SELECT count(*) FROM memo",
	"SELECT count(*) FROM memo WHERE letter IS NULL",
	"SELECT max(seq) FROM item",
	"SELECT count(*) FROM blob",
};

static void
look(struct world *w, int who, struct figures *f)
{
	struct hub_status st;
	struct err e;
	size_t i, n = sizeof(asked) / sizeof(asked[0]);

	memset(f, 0, sizeof(*f));
	for (i = 0; i < n; i++)
		f->n[i] = world_count(w, who, asked[i]);
	if (hub_status(w->hub, &st, &e) != 0)
		broken("%s", e.text);
	f->n[n] = (int64_t)st.log.size;
	f->n[n + 1] = world_store(w, who)->stage;
	f->n[n + 2] = world_store(w, who)->stopped;
	store_check(world_store(w, who));
}

static void
compare(const struct figures *want, const struct figures *got, unsigned nth)
{
	size_t i, n = sizeof(asked) / sizeof(asked[0]);

	for (i = 0; i < n + 3; i++)
		if (want->n[i] != got->n[i])
			broken("after step %u failed: %s: %lld, not %lld "
			    "(%s)", nth, i < n ? asked[i] : "log, stage, stop",
			    (long long)got->n[i], (long long)want->n[i],
			    faults_sql());
}

/* ---- one stage ---- */

static int
sync_once(struct world *w, int who, struct err *e)
{
	struct store *s = world_store(w, who);
	struct talk_figures figures;
	struct fault f = armed;

	/* Not by exchange_sync, which asks first what has ended and may fail
	 * at that: then texts are hidden and the sync goes on. */
	faults_set(&f);
	return round_run(s, &w->c[who].remote, NULL, &figures, e);
}

/* Once without a failure: what it comes to, and which steps are new. */
static size_t
rehearse(const struct kept *k, struct figures *want, unsigned *steps)
{
	struct err e;
	size_t n = 0;
	unsigned i;

	armed.nth = 0;
	kept_restore(k);
	if (sync_once(k->w, k->who, &e) != 0)
		broken("%s", e.text);
	faults_end();
	for (i = 1; i < STEPS_MAX; i++)
		if (faults_fresh(i))
			steps[n++] = i;
	world_must_sync(k->w, k->who);
	look(k->w, k->who, want);
	return n;
}

unsigned
failing_sync(struct world *w, int who)
{
	static unsigned steps[STEPS_MAX];
	struct figures want, got;
	char file[16];
	struct kept k;
	struct err e;
	size_t i, n;

	snprintf(file, sizeof(file), "p%d/", who);
	armed = (struct fault){ .file = file };
	kept_take(&k, w, who);
	n = rehearse(&k, &want, steps);
	for (i = 0; i < n; i++) {
		kept_restore(&k);
		armed.nth = steps[i];
		err_clear(&e);
		if (sync_once(w, who, &e) == 0)
			broken("step %u failed and nobody said so: %s",
			    steps[i], faults_sql());
		if (!faults_end())
			broken("step %u did not come", steps[i]);
		if (e.kind != ERR_LOCAL)
			broken("step %u: %s", steps[i], e.text);
		world_must_sync(w, who);
		look(w, who, &got);
		compare(&want, &got, steps[i]);
	}
	kept_done(&k);
	return (unsigned)n;
}
