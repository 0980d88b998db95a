/* Ways of opening are added and taken away, and the light goes out at each
 * operation, in each way a disk may lose what was not synced: whatever was
 * there before still opens, and what was acknowledged opens, or no more. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <assert.h>
#include <cmocka.h>
#include <sqlite3.h>
#include <string.h>

#include "common/wire/keys.h"
#include "tests/support/cuts.h"

static struct keyed {
	struct box_pub pub;
	struct box_key key;
} office;
static uint8_t pair[64];
static const struct vault_cost cheap = { 1, 8192 };

enum way { PASSPHRASE, CODE, OFFICE };

static bool
opens(struct cuts *w, enum way way)
{
	int rc = way == PASSPHRASE ? vault_open_passphrase(CUTS_STORE,
	    view_str("pass"), &w->o, &w->v, &w->e) : way == CODE ?
	    vault_open_recovery(CUTS_STORE, view_str("code"), &w->o, &w->v,
	    &w->e) : vault_open_escrow(CUTS_STORE, pair, &w->o, &w->v, &w->e);

	if (rc != 0 && w->e.kind != ERR_DENIED)
		cuts_bad(w, "neither opens nor denies");
	if (rc == 0 && !cuts_holds(w, &w->acked))
		cuts_bad(w, "opens, but holds something else");
	cuts_close(w);
	return rc == 0;
}

struct act {
	const char *name;
	int (*run)(struct cuts *w);
	enum way way;
	bool before, after; /* that way opens */
};

static int
add_code(struct cuts *w)
{
	return vault_slot_add_recovery(w->v, view_str("code"), &cheap, &w->e);
}

static int
add_office(struct cuts *w)
{
	return vault_slot_add_escrow(w->v, office.pub.b, &w->e);
}

static int
remove_code(struct cuts *w)
{
	return vault_slot_remove(w->v, VAULT_RECOVERY, &w->e);
}

static int
remove_office(struct cuts *w)
{
	return vault_slot_remove(w->v, VAULT_ESCROW, &w->e);
}

static const struct act acts[] = {
	{ "add a code", add_code, CODE, false, true },
	{ "add the office", add_office, OFFICE, false, true },
	{ "remove a code", remove_code, CODE, true, false },
	{ "remove the office", remove_office, OFFICE, true, false },
};

static void
begin(struct cuts *w, const struct act *a, uint64_t seed)
{
	cuts_make(w, seed);
	w->what = a->name;
	if (cuts_change(w) != 0)
		cuts_bad(w, "a change on a sound disk fails");
	if (a->before && (a->way == CODE ? add_code(w) : add_office(w)) != 0)
		cuts_bad(w, "a way that is to be removed cannot be added");
}

/* One cut or failing call at operation ${k}; true: the act was over by then. */
static bool
one(const struct act *a, uint64_t k, int mode, int fault)
{
	struct cuts w;
	bool acked, over, now;

	begin(&w, a, k);
	w.at = k;
	w.mode = mode;
	if (fault == 0)
		simdisk_crash_at(w.disk, simdisk_ops(w.disk) + k);
	else
		simdisk_fault_at(w.disk, simdisk_ops(w.disk) + k, fault,
		    mode % 2 == 1);
	acked = a->run(&w) == 0;
	over = acked && !simdisk_crashed(w.disk);
	cuts_close(&w);
	simdisk_fault_at(w.disk, 0, 0, false);
	simdisk_restart(w.disk, (enum simdisk_cut)mode);
	if (!opens(&w, PASSPHRASE))
		cuts_bad(&w, "the passphrase does not open it");
	now = opens(&w, a->way);
	if (acked && now != a->after)
		cuts_bad(&w, "acknowledged, and not so");
	/* Opening has settled it: there is no way back to the other state. */
	simdisk_restart(w.disk, SIMDISK_DROP);
	if (opens(&w, a->way) != now)
		cuts_bad(&w, "it changed its mind");
	cuts_done(&w);
	return over;
}

static void
test_every_operation(void **state)
{
	uint64_t k, ops = 0;
	bool over;
	size_t i;
	int mode;

	(void)state;
	for (i = 0; i < sizeof(acts) / sizeof(acts[0]); i++) {
		over = false;
		for (k = 1; !over; k++) {
			over = true;
			for (mode = 0; mode < SIMDISK_MODES; mode++)
				over &= one(&acts[i], k, mode, 0);
			(void)one(&acts[i], k, 0, SQLITE_IOERR);
			(void)one(&acts[i], k, 1, SQLITE_IOERR);
			(void)one(&acts[i], k, 1, SQLITE_FULL);
		}
		assert_true(k > 4);
		ops += k;
	}
	print_message("%llu operations, each cut in %d ways\n",
	    (unsigned long long)ops, SIMDISK_MODES);
}

/* A backup has its name only once it is whole; the store does not mind. */
static void
test_backup(void **state)
{
	struct act none = { "backup", NULL, PASSPHRASE, false, true };
	struct cuts w;
	bool over = false, made;
	uint64_t k;
	int mode;

	(void)state;
	for (k = 1; !over; k += k < 30 ? 1 : 3) {
		over = true;
		for (mode = 0; mode < SIMDISK_MODES; mode++) {
			begin(&w, &none, k);
			w.mode = mode;
			simdisk_crash_at(w.disk, simdisk_ops(w.disk) + k);
			made = vault_backup(w.v, CUTS_BACKUP, &w.e) == 0;
			over &= made && !simdisk_crashed(w.disk);
			cuts_close(&w);
			simdisk_restart(w.disk, (enum simdisk_cut)mode);
			if (!opens(&w, PASSPHRASE))
				cuts_bad(&w, "the store does not open");
			if (simdisk_file(w.disk, CUTS_BACKUP) == NULL) {
				if (made)
					cuts_bad(&w, "a backup is gone");
				cuts_done(&w);
				continue;
			}
			if (vault_open_passphrase(CUTS_BACKUP,
			    view_str("pass"), &w.o, &w.v, &w.e) != 0 ||
			    !cuts_holds(&w, &w.acked))
				cuts_bad(&w, "a backup with a name, not whole");
			cuts_done(&w);
		}
	}
	assert_true(k > 20);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_every_operation),
		cmocka_unit_test(test_backup),
	};

	assert(keys_init() == 0);
	keys_box_make(&office.pub, &office.key);
	memcpy(pair, office.pub.b, 32);
	memcpy(pair + 32, office.key.b, 32);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
