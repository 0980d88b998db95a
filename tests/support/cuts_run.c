/* Random series and fixed scripts, cut wherever they can be cut. */
#include "tests/support/cuts.h"

#include <sqlite3.h>
#include <string.h>

#include "common/db/db.h"

#define OUTCOMES 4 /* of each moment, drawn */

/* ---- a random life ---- */

static void
power_back(struct cuts *w, struct cuts_tally *t)
{
	cuts_close(w);
	w->mode = (int)cuts_draw(w, SIMDISK_MODES);
	simdisk_restart(w->disk, (enum simdisk_cut)w->mode);
	t->cuts++;
}

/* One step; -1 when the disk said no to it. */
static int
step(struct cuts *w)
{
	switch (cuts_draw(w, 20)) {
	case 0:
		return db_checkpoint(vault_db(w->v), &w->e);
	case 1:
		cuts_close(w);
		return cuts_open(w);
	case 2:
		(void)cuts_vacuum(w);
		return 0;
	default:
		return cuts_change(w);
	}
}

static void
until_dark(struct cuts *w)
{
	while (!simdisk_crashed(w->disk)) {
		if (w->v == NULL ? cuts_open(w) == 0 : step(w) == 0)
			continue;
		if (!simdisk_crashed(w->disk))
			cuts_bad(w, "something failed without a cut");
	}
}

/* Open while the power may go again, then for good. */
static void
recover(struct cuts *w, bool twice, struct cuts_tally *t)
{
	if (twice) {
		simdisk_crash_at(w->disk, simdisk_ops(w->disk) + 1 +
		    cuts_draw(w, 12));
		if (cuts_open(w) == 0) {
			(void)db_checkpoint(vault_db(w->v), &w->e);
			cuts_close(w);
		}
		if (simdisk_crashed(w->disk)) {
			power_back(w, t);
			t->seconds++;
		}
		simdisk_crash_at(w->disk, 0);
	}
	if (cuts_open(w) != 0)
		cuts_bad(w, "cannot open after the cut");
	cuts_compare(w);
}

/*
 * The disk fails, once or for good, or has no room; the program goes on as it
 * can, is closed, and the disk works again.
 */
static void
failing(struct cuts *w, struct cuts_tally *t)
{
	bool for_good = cuts_draw(w, 2) == 0;
	int i;

	if (cuts_draw(w, 3) == 0)
		simdisk_room(w->disk, simdisk_file(w->disk,
		    CUTS_STORE)->len + cuts_draw(w, 100000));
	else
		simdisk_call_fails(w->disk, simdisk_calls(w->disk) + 1 +
		    cuts_draw(w, 120), for_good);
	for (i = 0; i < 12 && w->v != NULL; i++)
		if (step(w) != 0 && w->in_flight)
			break; /* asked for, not answered */
	cuts_close(w);
	simdisk_room(w->disk, 0);
	simdisk_call_fails(w->disk, 0, false);
	if (cuts_open(w) != 0)
		cuts_bad(w, "cannot open after the disk failed");
	cuts_compare(w);
	t->faults++;
}

/*
 * Not the light went out but the program: what it wrote is there, made durable
 * or not. What the next one shows must stay, whatever happens then.
 */
static void
killed(struct cuts *w, struct cuts_tally *t)
{
	cuts_close(w);
	simdisk_revive(w->disk);
	if (cuts_open(w) != 0)
		cuts_bad(w, "cannot open after a kill");
	cuts_compare(w);
	if (cuts_draw(w, 2) == 0)
		cuts_close(w);
	else
		simdisk_crash_at(w->disk, simdisk_ops(w->disk) + 1 +
		    cuts_draw(w, 8));
	t->kills++;
}

/* From the same moment: what else the cut may have left, on disks of its own. */
static void
otherwise(const struct cuts *w, bool twice, struct cuts_tally *t)
{
	struct cuts o = *w;

	o.disk = simdisk_fork(w->disk, simdisk_random(w->disk));
	cuts_use(&o);
	power_back(&o, t);
	recover(&o, twice, t);
	simdisk_crash_at(o.disk, 1); /* nobody looks at it again */
	cuts_done(&o);
}

void
cuts_series(uint64_t seed, uint64_t n, struct cuts_tally *t)
{
	struct cuts w;
	uint64_t i, j;

	cuts_make(&w, seed);
	w.what = "series";
	/* Most stores are small, so that more of them can be cut. */
	w.rows = seed % 8 == 0 ? CUTS_ROWS : 3 + cuts_draw(&w, 7);
	for (i = 0; i < n; i++) {
		if (cuts_draw(&w, 6) == 0)
			failing(&w, t);
		w.at = simdisk_ops(w.disk) + 1 +
		    cuts_draw(&w, cuts_draw(&w, 4) == 0 ? 160 : 30);
		simdisk_crash_at(w.disk, w.at);
		until_dark(&w);
		if (cuts_draw(&w, 4) == 0)
			killed(&w, t);
		cuts_close(&w);
		for (j = 1; j < OUTCOMES; j++)
			otherwise(&w, j % 2 == 0, t);
		cuts_use(&w);
		power_back(&w, t);
		recover(&w, i % 2 == 0, t);
	}
	cuts_counters(&w);
	cuts_done(&w);
}

/* ---- scripts ---- */

static int
some(struct cuts *w, int n)
{
	int i, rc = 0;

	for (i = 0; rc == 0 && i < n; i++)
		rc = cuts_change(w);
	return rc;
}

/* Days: changes, a checkpoint, the file gets shorter, closed and opened. */
static int
run_days(struct cuts *w)
{
	if (cuts_open(w) != 0)
		return -1;
	sqlite3_wal_autocheckpoint(db_handle(vault_db(w->v)), 12);
	if (some(w, 3) != 0 || db_checkpoint(vault_db(w->v), &w->e) != 0 ||
	    some(w, 1) != 0 || db_exec(vault_db(w->v), "DELETE FROM padding",
	    &w->e) != 0 || cuts_vacuum(w) != 0)
		return -1;
	cuts_close(w);
	if (cuts_open(w) != 0 || some(w, 2) != 0)
		return -1;
	cuts_close(w);
	return 0;
}

static int
other_passphrase(struct cuts *w, const char *to, bool renew)
{
	struct vault_ways ways = { .passphrase = view_str(to),
		.recovery = view_str("code"), .cost = { 1, 8192 } };
	int rc;

	w->next = w->acked;
	w->next.passphrase = to;
	w->in_flight = true;
	if (renew) {
		rc = vault_renew(w->v, &ways, &w->e);
		w->v = NULL;
	} else {
		rc = vault_change_passphrase(w->v, ways.passphrase,
		    &ways.cost, &w->e);
	}
	if (rc != 0)
		return -1;
	w->in_flight = false;
	w->acked = w->next;
	return 0;
}

/* Keys: a passphrase, a code, a copy, another data key. */
static int
run_keys(struct cuts *w)
{
	struct vault_cost cost = { 1, 8192 };

	if (cuts_open(w) != 0 || some(w, 1) != 0 ||
	    other_passphrase(w, "second", false) != 0 ||
	    vault_slot_add_recovery(w->v, view_str("code"), &cost, &w->e) !=
	    0 || some(w, 1) != 0 ||
	    vault_backup(w->v, CUTS_BACKUP, &w->e) != 0 ||
	    vault_slot_remove(w->v, VAULT_RECOVERY, &w->e) != 0 ||
	    some(w, 1) != 0 || other_passphrase(w, "third", true) != 0 ||
	    cuts_open(w) != 0 || some(w, 1) != 0)
		return -1;
	cuts_close(w);
	return 0;
}

/* Words: many pages at once, the index merged, a log that begins again. */
static int
run_words(struct cuts *w)
{
	struct db *db;

	if (cuts_open(w) != 0)
		return -1;
	db = vault_db(w->v);
	sqlite3_wal_autocheckpoint(db_handle(db), 30);
	if (some(w, 2) != 0 || db_exec(db, "INSERT INTO padding SELECT "
	    "randomblob(9000) FROM note LIMIT 6", &w->e) != 0 ||
	    some(w, 2) != 0 || db_exec(db, "INSERT INTO words(words) VALUES("
	    "'optimize')", &w->e) != 0 || some(w, 2) != 0 ||
	    db_exec(db, "BEGIN; UPDATE padding SET x=randomblob(5000); "
	    "SAVEPOINT a; DELETE FROM padding; ROLLBACK TO a; COMMIT",
	    &w->e) != 0 || some(w, 1) != 0)
		return -1;
	cuts_close(w);
	return 0;
}

const struct cuts_script cuts_scripts[CUTS_SCRIPTS] = {
	{ "days", run_days, false },
	{ "keys", run_keys, true },
	{ "words", run_words, false }
};

void
cuts_begin(struct cuts *w, const struct cuts_script *s, uint64_t seed)
{
	static struct buf image;
	static struct vault_key key;

	if (image.data == NULL) {
		cuts_make(w, 7);
		cuts_close(w);
		key = w->key;
		buf_init(&image, 1 << 24);
		buf_add(&image, simdisk_file(w->disk, CUTS_STORE)->data,
		    simdisk_file(w->disk, CUTS_STORE)->len);
		cuts_done(w);
	}
	cuts_new(w, seed);
	w->what = s->name;
	w->typed = s->typed;
	w->key = key;
	w->acked.passphrase = "pass";
	simdisk_put(w->disk, CUTS_STORE, buf_view(&image));
}

uint64_t
cuts_operations(const struct cuts_script *s)
{
	struct cuts w;
	uint64_t n;

	cuts_begin(&w, s, 11);
	if (s->run(&w) != 0)
		cuts_bad(&w, "the script");
	n = simdisk_ops(w.disk);
	cuts_done(&w);
	return n;
}

/* A copy that has its name is whole. */
static void
compare_backup(struct cuts *w)
{
	struct buf *b = simdisk_file(w->disk, CUTS_BACKUP);

	if (b != NULL && b->len > 0 && vault_verify(CUTS_BACKUP, &w->key,
	    &w->o, true, &w->e) != 0 && w->e.kind != ERR_DENIED)
		cuts_bad(w, "a backup that is not whole");
}

static void
after(struct cuts *w)
{
	if (cuts_open(w) != 0)
		cuts_bad(w, "cannot open after the cut");
	cuts_compare(w);
	cuts_close(w);
	compare_backup(w);
}

/* From the disk as the first cut left it: cut at operation ${k} of the
 * recovery; false when it has not so many. */
static bool
again(const struct cuts *was, uint64_t k, int mode, struct cuts_tally *t)
{
	struct cuts w = *was;
	bool cut;

	w.disk = simdisk_copy(was->disk, was->seed + k);
	cuts_use(&w);
	w.second_at = k;
	w.second_mode = mode;
	simdisk_crash_at(w.disk, simdisk_ops(w.disk) + k);
	if (cuts_open(&w) == 0) {
		(void)db_checkpoint(vault_db(w.v), &w.e);
		cuts_close(&w);
	}
	cut = simdisk_crashed(w.disk);
	simdisk_restart(w.disk, (enum simdisk_cut)mode);
	after(&w);
	t->seconds += cut;
	t->cuts += cut;
	cuts_done(&w);
	return cut;
}

static void
every_again(struct cuts *w, struct cuts_tally *t)
{
	uint64_t k;
	int mode;
	bool cut = true;

	for (k = 1; cut; k++)
		for (mode = 0, cut = false; mode < SIMDISK_MODES; mode++)
			cut |= again(w, k, mode, t);
}

/*
 * The program is killed at ${k}; the next one looks and ends; then the cut. A
 * renewal that was not answered may still go back to the file as it was: the
 * same notes under the passphrase that was acknowledged.
 */
static void
one_killed(const struct cuts_script *s, uint64_t k, int mode,
    struct cuts_tally *t)
{
	const char *was;
	struct cuts w;

	cuts_begin(&w, s, 11);
	w.at = k;
	w.mode = mode;
	simdisk_crash_at(w.disk, k);
	(void)s->run(&w);
	cuts_close(&w);
	simdisk_revive(w.disk);
	was = w.acked.passphrase;
	after(&w);
	w.next = w.acked;
	w.acked.passphrase = was;
	w.in_flight = w.next.passphrase != was;
	simdisk_restart(w.disk, (enum simdisk_cut)mode);
	after(&w);
	t->cuts++;
	t->kills++;
	cuts_done(&w);
}

static void
one(const struct cuts_script *s, uint64_t k, int mode, bool doubles,
    struct cuts_tally *t)
{
	struct cuts w;

	cuts_begin(&w, s, 11);
	w.at = k;
	w.mode = mode;
	simdisk_crash_at(w.disk, k);
	if (s->run(&w) == 0 && !simdisk_crashed(w.disk))
		cuts_bad(&w, "the cut did not happen");
	cuts_close(&w);
	simdisk_restart(w.disk, (enum simdisk_cut)mode);
	t->cuts++;
	if (doubles)
		every_again(&w, t);
	else if (mode % 2 == 1)
		(void)again(&w, 1 + cuts_draw(&w, 12),
		    (int)cuts_draw(&w, SIMDISK_MODES), t);
	cuts_use(&w);
	after(&w);
	cuts_done(&w);
}

void
cuts_every(const struct cuts_script *s, uint64_t from, uint64_t step,
    bool doubles, struct cuts_tally *t)
{
	uint64_t k, n = cuts_operations(s);
	int mode;

	for (k = from; k <= n; k += step)
		for (mode = 0; mode < SIMDISK_MODES; mode++) {
			one(s, k, mode, doubles, t);
			one_killed(s, k, mode, t);
		}
}
