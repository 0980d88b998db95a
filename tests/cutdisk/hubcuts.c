/* What the hub does until the light goes out, and what it knows after. */
#include "tests/cutdisk/hubcuts.h"

#include <glob.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/base/mem.h"
#include "daemon/hub/hubdb.h"
#include "daemon/ledger/ledger.h"
#include "daemon/ledger/verify.h"
#include "tests/cutdisk/cutdisk.h"
#include "tests/support/hubworld.h"

#define FIRST 2       /* of the workers among the world's devices */
#define WORKERS 3
#define BATCH_MAX 8
#define VERIFY 6      /* cuts between two checks of everything */
#define AGAIN_OPS 30  /* a second cut comes within so many operations */

struct kept { /* acknowledged */
	struct hash id;
	uint64_t seq;
};

struct worker {
	struct id space;
	struct hw_item batch[BATCH_MAX]; /* made, and not yet acknowledged */
	size_t count;
	struct kept *kept;
	size_t kept_count;
	unsigned luck; /* of its own: threads share no stream */
};

static struct hubworld w;
static struct worker worker[WORKERS];
static struct ledger *ledger;
static char repo[96], trouble[600];
static unsigned told; /* the ledger had to be mended, or contradicts */

static bool
bad(const char *what, const char *why)
{
	if (trouble[0] == '\0')
		snprintf(trouble, sizeof(trouble), "%s%s%s", what,
		    why != NULL ? ": " : "", why != NULL ? why : "");
	return false;
}

static void
tell(enum ledger_tell what, const char *words)
{
	(void)what;
	/* Without power it tells of the disk, as it should. */
	if (!cutdisk_dark()) {
		told++;
		(void)bad("the ledger was not whole", words);
	}
}

/* ---- a worker ---- */

static void
make_batch(struct worker *k, int dev, size_t n)
{
	for (k->count = 0; k->count < n; k->count++) {
		struct hw_item *it = &k->batch[k->count];

		hw_note_seen(&w, dev, &k->space, 1, w.info.log, it);
		it->line->counter = it->counter;
		it->line->last = it->id;
	}
}

static bool
take(struct worker *k, const struct hub_pushed *p)
{
	size_t i;

	for (i = 0; i < k->count; i++) {
		enum verdict v = p->answer.items[i].verdict;

		if (v != VERDICT_ACCEPTED && v != VERDICT_DUPLICATE)
			return bad("a changeset is refused after a cut",
			    verdict_words(v));
	}
	for (i = 0; i < k->count; i++) {
		k->kept = mem_more(k->kept, k->kept_count, sizeof(*k->kept));
		k->kept[k->kept_count].id = k->batch[i].id;
		k->kept[k->kept_count++].seq =
		    p->answer.items[i].receipt.seq;
		hw_free(&k->batch[i]);
	}
	k->count = 0;
	return true;
}

/* The batch that was not acknowledged, or another one. */
static bool
push(struct worker *k, size_t n)
{
	int dev = FIRST + (int)(k - worker);
	struct hub_pushed *p;
	struct err e;
	bool ok;

	if (k->count == 0)
		make_batch(k, dev, n);
	ok = hw_push(&w, dev, k->batch, k->count, &p, &e) == 0;
	if (ok)
		ok = take(k, p);
	else if (!cutdisk_dark())
		ok = bad("a push fails on a whole disk", e.text);
	hw_pushed_free(p);
	return ok;
}

/* ---- the hub ---- */

static void
stop(void)
{
	ledger_close(ledger);
	ledger = NULL;
	hw_close(&w);
}

static bool
start(void)
{
	struct ledger_options o = { .repo = repo, .db = w.path,
		.pub = w.hub_pub, .key = w.hub_key, .tell = tell };
	struct err e;

	if (ledger_open(&o, &ledger, &e) != 0)
		return cutdisk_dark() ? false :
		    bad("the ledger does not open after a cut", e.text);
	if (hw_open(&w, true, &e) != 0)
		return cutdisk_dark() ? false :
		    bad("the hub does not open after a cut", e.text);
	return true;
}

static bool
follow(void)
{
	struct err e;
	int rc;

	while ((rc = ledger_follow(ledger, &e)) == 1)
		;
	return rc == 0 || (!cutdisk_dark() &&
	    bad("the ledger does not follow", e.text));
}

/* ---- until the light goes out ---- */

static bool
step(void)
{
	struct worker *k = &worker[cutdisk_below(WORKERS)];

	switch (cutdisk_below(12)) {
	case 0: /* an orderly end */
		stop();
		return start();
	case 1:
	case 2:
	case 3:
		return follow();
	default:
		hw_pass(&w, (int64_t)cutdisk_below(5000));
		return push(k, 1 + cutdisk_below(BATCH_MAX));
	}
}

static void *
push_on(void *arg)
{
	struct worker *k = arg;

	while (!cutdisk_dark() && trouble[0] == '\0')
		if (!push(k, 1 + (size_t)rand_r(&k->luck) % BATCH_MAX))
			break;
	return NULL;
}

static void
all_at_once(void)
{
	pthread_t t[WORKERS];
	size_t i;

	for (i = 0; i < WORKERS; i++)
		if (pthread_create(&t[i], NULL, push_on, &worker[i]) != 0)
			abort();
	while (!cutdisk_dark() && trouble[0] == '\0')
		if (!follow())
			break;
	for (i = 0; i < WORKERS; i++)
		pthread_join(t[i], NULL);
}

static void
until_dark(bool at_once)
{
	cutdisk_cut_at(cutdisk_ops() + 1 +
	    cutdisk_below(cutdisk_below(4) == 0 ? 300 : 60));
	if (start() && at_once)
		all_at_once();
	while (!cutdisk_dark() && trouble[0] == '\0' && step())
		;
}

/* ---- afterwards ---- */

static void
power_back(struct hubcuts *h)
{
	stop();
	cutdisk_restart((enum cutdisk_cut)cutdisk_below(CUTDISK_MODES));
	h->cuts++;
}

/* Perhaps the light goes out again while it starts. */
static bool
recover(struct hubcuts *h, bool twice)
{
	if (twice) {
		cutdisk_cut_at(cutdisk_ops() + 1 + cutdisk_below(AGAIN_OPS));
		if (start())
			(void)follow();
		stop();
		if (cutdisk_dark()) {
			power_back(h);
			h->seconds++;
		}
		cutdisk_cut_at(0);
	}
	return trouble[0] == '\0' && start() && follow();
}

static bool
is_there(struct hubdb *db, const struct kept *k)
{
	struct hubdb_item it;
	struct err e;

	if (hubdb_item_find(db, &k->id, &it, &e) != 1)
		return bad("what was acknowledged is gone", NULL);
	return it.seq == k->seq ||
	    bad("what was acknowledged has another number", NULL);
}

static bool
check_kept(void)
{
	struct hubdb *db;
	struct err e;
	bool ok = true;
	size_t i, k;

	if (hubdb_open(w.path, false, &db, &e) != 0)
		return bad("the database does not open", e.text);
	for (i = 0; i < WORKERS; i++)
		for (k = 0; ok && k < worker[i].kept_count; k++)
			ok = is_there(db, &worker[i].kept[k]);
	hubdb_close(db);
	return ok;
}

static bool
check_all(void)
{
	struct verify_options v = { repo, w.path, w.hub_pub, NULL };
	struct verify_found *f = mem_new(sizeof(*f));
	struct err e;
	bool ok;

	ok = verify_all(&v, f, &e) == 0 ||
	    bad("database, log and ledger do not agree", e.text);
	if (ok && f->behind > 0)
		ok = bad("the ledger stays behind", NULL);
	mem_free(f);
	return ok;
}

/* ---- packs put together ---- */

static size_t
count_packs(void)
{
	char pattern[160];
	size_t n = 0;
	glob_t g;

	snprintf(pattern, sizeof(pattern), "%s/objects/pack/*.pack", repo);
	if (glob(pattern, 0, NULL, &g) == 0)
		n = g.gl_pathc;
	globfree(&g);
	return n;
}

/* Until there are fewer than before; ${from}: operations before that step. */
static bool
merge_packs(uint64_t *from)
{
	size_t before, now = 0;

	do {
		before = now;
		*from = cutdisk_ops();
		if (!push(&worker[0], 1) || !follow())
			return false;
		now = count_packs();
	} while (now >= before);
	return true;
}

/* ---- a series ---- */

static void
make_hub(uint64_t seed)
{
	struct hw_epoch one = { .number = 1, .count = 1,
		.rights = { RIGHT_KEEP } };
	struct hw_item it;
	int i;

	hw_begin(&w);
	hw_claim(&w, FIRST + WORKERS);
	snprintf(repo, sizeof(repo), "%s/ledger.git", w.folder);
	memset(worker, 0, sizeof(worker));
	for (i = 0; i < WORKERS; i++) {
		memset(worker[i].space.b, 0x70 + i, sizeof(struct id));
		worker[i].luck = (unsigned)seed * 31 + (unsigned)i;
		one.devs[0] = FIRST + i;
		hw_epoch(&w, FIRST + i, &worker[i].space, &one, &it);
		if (hw_push1(&w, FIRST + i, &it) != VERDICT_ACCEPTED)
			abort();
	}
	hw_close(&w);
	trouble[0] = '\0';
	told = 0;
	cutdisk_watch(w.folder, seed);
	cutdisk_names(cutdisk_below(2) == 0);
}

static void
end_hub(struct hubcuts *h)
{
	char cmd[128];
	size_t i, k;

	stop();
	cutdisk_unwatch();
	for (i = 0; i < WORKERS; i++) {
		h->acknowledged += worker[i].kept_count;
		for (k = 0; k < worker[i].count; k++)
			hw_free(&worker[i].batch[k]);
		mem_free(worker[i].kept);
	}
	snprintf(cmd, sizeof(cmd), "rm -rf '%s'", repo);
	if (system(cmd) != 0)
		abort();
	snprintf(cmd, sizeof(cmd), "rm -rf '%s'.*", repo);
	if (system(cmd) != 0)
		abort();
	hw_end(&w);
}

const char *
hubcuts_series(struct hubcuts *h, uint64_t seed, uint64_t n)
{
	bool ok = true;
	uint64_t i;

	make_hub(seed);
	cutdisk_lie(h->lie);
	for (i = 0; ok && i < n; i++) {
		until_dark(seed % 2 == 1);
		power_back(h);
		ok = trouble[0] == '\0' && recover(h, i % 2 == 0) &&
		    check_kept() &&
		    ((i + 1) % VERIFY != 0 || check_all());
		stop();
	}
	if (ok && start() && follow())
		ok = check_all();
	end_hub(h);
	return ok && trouble[0] == '\0' && told == 0 ? NULL : trouble;
}

const char *
hubcuts_merge(struct hubcuts *h, uint64_t seed, bool while_merging)
{
	static uint64_t from, to; /* of the same steps, undisturbed */
	uint64_t at = 0;
	bool ok;

	make_hub(seed);
	cutdisk_lie(h->lie);
	if (while_merging && to > 0) {
		at = from + 1 + cutdisk_below((size_t)(to - from));
		cutdisk_cut_at(at);
	}
	ok = start();
	if (ok && at == 0) {
		ok = merge_packs(&from);
		to = cutdisk_ops();
		/* The next one makes durable which packs are gone. */
		ok = ok && push(&worker[0], 1) && follow();
		cutdisk_cut_at(cutdisk_ops() + 1);
	}
	while (ok && !cutdisk_dark() && trouble[0] == '\0')
		ok = push(&worker[0], 1) && follow();
	power_back(h);
	if (trouble[0] == '\0' && recover(h, false) && check_kept())
		(void)check_all();
	end_hub(h);
	return trouble[0] == '\0' && told == 0 ? NULL : trouble;
}
