/*
 * Power cuts and disk faults over the encrypted store.
 *
 * A model keeps what was acknowledged and what was in flight. After every cut
 * the store is opened again and must hold one of the two, row for row, with
 * whole structures. SEED= and RUNS= go further: RUNS counts the cuts of the
 * random part; make powercuts goes on where the last one ended. A failure
 * prints the seed that repeats it.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <errno.h>
#include <sodium.h>
#include <sqlite3.h>
#include <stdlib.h>
#include <string.h>

#include "client/core/vault/vault.h"
#include "tests/support/cuts.h"
#include "tests/support/simdisk.h"

#define DEFAULT_CUTS 10000

static const struct cuts_script *const days = &cuts_scripts[0];

static uint64_t
from_env(const char *name, uint64_t otherwise)
{
	const char *text = getenv(name);
	char *end;
	uint64_t v;

	if (text == NULL || *text == '\0')
		return otherwise;
	errno = 0;
	v = strtoull(text, &end, 10);
	return errno == 0 && *end == '\0' ? v : otherwise;
}

/* ---- random cuts ---- */

static void
test_random_cuts(void **state)
{
	uint64_t seed = from_env("SEED", 1);
	uint64_t runs = from_env("RUNS", DEFAULT_CUTS);
	struct cuts_tally t = { 0 };

	(void)state;
	/* Each series alone is repeated by its own seed and RUNS=1. */
	while (t.cuts < runs)
		cuts_series(seed++, CUTS_ROUNDS, &t);
	print_message("%llu cuts, %llu of them in recovery, %llu faults\n",
	    (unsigned long long)t.cuts, (unsigned long long)t.seconds,
	    (unsigned long long)t.faults);
	assert_true((t.seconds > 0 && t.faults > 0) || runs < 100);
}

/* ---- every operation of the scripts ---- */

static void
every(const struct cuts_script *s)
{
	uint64_t n = cuts_operations(s);
	struct cuts_tally t = { 0 };

	cuts_every(s, 1, 1, false, &t);
	print_message("%s: %llu operations, each cut in %d ways, %llu more in "
	    "recovery\n", s->name, (unsigned long long)n, SIMDISK_MODES,
	    (unsigned long long)t.seconds);
	assert_true(t.seconds > 10);
}

static void
test_every_operation(void **state)
{
	size_t i;

	(void)state;
	for (i = 0; i < CUTS_SCRIPTS; i++)
		every(&cuts_scripts[i]);
}

/* Each operation fails once, or from there on, with an error or no room. */
static void
fault(uint64_t k, int rc, bool sticky)
{
	struct cuts w;

	cuts_begin(&w, days, 11);
	simdisk_fault_at(w.disk, k, rc, sticky);
	w.mode = rc;
	if (days->run(&w) != 0 && w.v != NULL && !sticky) {
		/* What the program would do: try on, in the same session. */
		struct cuts_model was = w.acked, next = w.next;
		bool in_flight = w.in_flight;

		if (cuts_change(&w) != 0 && memcmp(&was, &w.acked,
		    sizeof(was)) == 0) {
			w.next = next;
			w.in_flight = in_flight;
		}
	}
	cuts_close(&w);
	simdisk_fault_at(w.disk, 0, 0, false);
	simdisk_restart(w.disk, (enum simdisk_cut)(k % SIMDISK_MODES));
	if (cuts_open(&w) != 0)
		cuts_bad(&w, "cannot open after the fault");
	cuts_compare(&w);
	cuts_done(&w);
}

static void
test_every_fault(void **state)
{
	uint64_t k, n;

	(void)state;
	n = cuts_operations(days);
	for (k = 1; k <= n; k++) {
		fault(k, SQLITE_IOERR, false);
		fault(k, SQLITE_FULL, false);
		if (k % 2 == 0)
			fault(k, SQLITE_FULL, true);
	}
}

/* ---- a full disk ---- */

/* Opening needs no room: what is there is read, nothing is written by halves,
 * and with room again it all goes on. */
static void
read_when_full(struct cuts *w)
{
	struct cuts_model acked;

	simdisk_fault_at(w->disk, simdisk_ops(w->disk) + 1, SQLITE_FULL, true);
	if (cuts_open(w) != 0)
		cuts_bad(w, "does not open on a full disk");
	if (w->in_flight && cuts_holds(w, &w->next))
		w->acked = w->next;
	if (!cuts_holds(w, &w->acked))
		cuts_bad(w, "is not what was written");
	acked = w->acked;
	while (cuts_change(w) == 0) /* some change nothing */
		acked = w->acked;
	assert_non_null(strstr(w->e.text, "the disk is full"));
	w->in_flight = false; /* nothing of it can be there */
	w->acked = acked;
	cuts_close(w);
	simdisk_fault_at(w->disk, 0, 0, false);
	if (cuts_open(w) != 0)
		cuts_bad(w, "does not open with room again");
	cuts_compare(w);
	if (cuts_change(w) != 0)
		cuts_bad(w, "cannot be written with room again");
}

static void
test_full_disk(void **state)
{
	struct cuts w;
	int mode;

	(void)state;
	for (mode = 0; mode < SIMDISK_MODES; mode++) {
		cuts_make(&w, 500 + (uint64_t)mode);
		w.mode = mode;
		assert_int_equal(cuts_change(&w), 0);
		cuts_close(&w); /* no log is left */
		read_when_full(&w);
		simdisk_crash_at(w.disk, simdisk_ops(w.disk) + 12);
		while (!simdisk_crashed(w.disk))
			(void)cuts_change(&w);
		cuts_close(&w);
		simdisk_restart(w.disk, (enum simdisk_cut)mode);
		assert_true(simdisk_file(w.disk, CUTS_LOG)->len > 0);
		read_when_full(&w);
		cuts_done(&w);
	}
}

/* ---- creation, and the key block ---- */

static void
test_creation(void **state)
{
	struct vault_cost cost = { 1, 8192 };
	struct cuts w;
	uint64_t k;
	int mode, done = 0;

	(void)state;
	for (k = 1; !done; k++)
		for (mode = 0; mode < SIMDISK_MODES; mode++) {
			cuts_new(&w, k);
			simdisk_crash_at(w.disk, k);
			done = vault_create(CUTS_STORE, view_str("pass"), &cost,
			    &w.o, &w.v, &w.e) == 0;
			cuts_close(&w);
			done = done && !simdisk_crashed(w.disk);
			w.mode = mode;
			simdisk_restart(w.disk, (enum simdisk_cut)mode);
			/* A name means a whole store; else it can be made. */
			if (simdisk_file(w.disk, CUTS_STORE) == NULL &&
			    vault_create(CUTS_STORE, view_str("pass"), &cost, &w.o,
			    &w.v, &w.e) != 0)
				cuts_bad(&w, "cannot make it after the cut");
			cuts_close(&w);
			if (vault_open_passphrase(CUTS_STORE, view_str("pass"),
			    &w.o, &w.v, &w.e) != 0)
				cuts_bad(&w, "cannot open what was made");
			cuts_done(&w);
		}
	assert_true(k > 10);
}

static int
opens(struct cuts *w, const char *passphrase)
{
	int rc = vault_open_passphrase(CUTS_STORE, view_str(passphrase), &w->o,
	    &w->v, &w->e);

	if (rc != 0 && w->e.kind != ERR_DENIED)
		cuts_bad(w, "neither opens nor denies");
	return rc == 0;
}

static void
test_passphrase_change(void **state)
{
	struct vault_cost cost = { 1, 8192 };
	struct cuts w;
	uint64_t k;
	int mode, acked = 0, now_new;

	(void)state;
	for (k = 1; k < 40 && !(acked && k > 20); k++)
		for (mode = 0; mode < SIMDISK_MODES; mode++) {
			cuts_begin(&w, days, k);
			assert_int_equal(cuts_open(&w), 0);
			simdisk_crash_at(w.disk, simdisk_ops(w.disk) + k);
			acked = vault_change_passphrase(w.v, view_str("new"),
			    &cost, &w.e) == 0;
			cuts_close(&w);
			w.mode = mode;
			simdisk_restart(w.disk, (enum simdisk_cut)mode);
			now_new = opens(&w, "new");
			if (!now_new && (acked || !opens(&w, "pass")))
				cuts_bad(&w, "no passphrase, or the old one");
			cuts_close(&w);
			/* Opening has finished the change: no way back. */
			if (now_new && opens(&w, "pass"))
				cuts_bad(&w, "both passphrases");
			/* Whichever copy of the key block goes bad later. */
			if (now_new)
				memset(simdisk_file(w.disk, CUTS_STORE)->data +
				    4096 * (k % 2), 0, 4096);
			if (now_new && (opens(&w, "pass") || !opens(&w,
			    "new")))
				cuts_bad(&w, "a copy of before was left");
			cuts_done(&w);
		}
	assert_true(acked);
}

/* ---- another data key ---- */

/* One change in the log, then the renewal, which ends the handle. */
static int
renew(struct cuts *w)
{
	struct vault_ways ways = { .passphrase = view_str("new"),
		.recovery = view_str("code"), .cost = { 1, 8192 } };
	int rc;

	if (cuts_change(w) != 0)
		return -1;
	rc = vault_renew(w->v, &ways, &w->e);
	w->v = NULL;
	return rc;
}

/* Either it opens as before, or by the new ways alone; all is there. */
static void
after_renewal(struct cuts *w, bool acked)
{
	bool is_new = opens(w, "new");

	if (!is_new && (acked || !opens(w, "pass")))
		cuts_bad(w, "no passphrase opens it, or the old one");
	w->key = *vault_key(w->v);
	if (is_new != (vault_slot_count(w->v, VAULT_RECOVERY) == 1))
		cuts_bad(w, "not all of the new ways, or some");
	cuts_compare(w);
	cuts_close(w);
	if (is_new && opens(w, "pass"))
		cuts_bad(w, "both passphrases");
	cuts_close(w);
	if (simdisk_file(w->disk, CUTS_STORE ".new") != NULL)
		cuts_bad(w, "something was left beside it");
}

static void
renewal_cut(uint64_t k, int mode, int fault_rc,
    bool *done)
{
	struct cuts w;
	bool acked;

	cuts_begin(&w, days, k);
	w.mode = mode;
	assert_int_equal(cuts_open(&w), 0);
	if (fault_rc == 0)
		simdisk_crash_at(w.disk, simdisk_ops(w.disk) + k);
	else
		simdisk_fault_at(w.disk, simdisk_ops(w.disk) + k, fault_rc,
		    mode % 2 == 1);
	acked = renew(&w) == 0;
	*done = acked && !simdisk_crashed(w.disk);
	cuts_close(&w);
	simdisk_fault_at(w.disk, 0, 0, false);
	simdisk_restart(w.disk, (enum simdisk_cut)mode);
	after_renewal(&w, acked);
	cuts_done(&w);
}

static void
test_renewal(void **state)
{
	bool done = false, all = false;
	uint64_t k;
	int mode;

	(void)state;
	for (k = 1; !all; k++) {
		all = true;
		for (mode = 0; mode < SIMDISK_MODES; mode++) {
			renewal_cut(k, mode, 0, &done);
			all &= done;
		}
		renewal_cut(k, 0, SQLITE_IOERR, &done);
		renewal_cut(k, 1, SQLITE_FULL, &done);
	}
	print_message("%llu operations of a renewal, each cut in %d ways\n",
	    (unsigned long long)k, SIMDISK_MODES);
	assert_true(k > 20);
}

int
main(void)
{
	const struct CMUnitTest all[] = {
		/* The quick ones first: they stop most of what is wrong. */
		cmocka_unit_test(test_creation),
		cmocka_unit_test(test_passphrase_change),
		cmocka_unit_test(test_renewal),
		cmocka_unit_test(test_full_disk),
		cmocka_unit_test(test_every_fault),
		cmocka_unit_test(test_every_operation),
		cmocka_unit_test(test_random_cuts)
	};

	if (sodium_init() < 0)
		return 1;
	return cmocka_run_group_tests(all, NULL, NULL);
}
