/*
 * A mapping, a line "==", and a table that is taken in by it, as a dry run:
 * each row is told once, and nothing is written.
 */
#include <stdlib.h>
#include <string.h>

#include "client/core/upkeep/import_records.h"
#include "tests/fuzz/fuzz.h"
#include "tests/support/fixture.h"

static struct fixture fx;

static void
end(void)
{
	fixture_close(&fx);
}

static void
begin(void)
{
	static bool ready;

	fuzz_begin();
	if (ready)
		return;
	ready = true;
	fixture_open(&fx, true);
	fixture_case(&fx, "Mari Lepp", "A-1");
	atexit(end);
}

static int64_t
versions(void)
{
	struct err e = { 0 };
	int64_t n;

	FUZZ_SURE(db_one_int(fx.st->db, "SELECT count(*) FROM version", &n,
	    &e) == 1);
	return n;
}

static void
tell(void *ctx, const struct import_told *row)
{
	size_t *told = ctx;

	FUZZ_SURE((row->what == IMPORT_WRONG) == (row->words != NULL));
	FUZZ_SURE(row->words == NULL || row->words[0] != '\0');
	++*told;
}

static void
dry_run(const struct import_map *m, struct view table)
{
	size_t told = 0;
	struct import_ask ask = { .map = m, .file = table, .dry_run = true,
		.tell = tell, .ctx = &told };
	struct import_sum sum;
	struct err e = { 0 };
	int64_t before = versions();

	if (import_records(fx.s, &ask, &sum, &e) == 0)
		FUZZ_SURE(sum.wrong == 0);
	else
		fuzz_refused(&e);
	FUZZ_SURE(sum.made + sum.already + sum.wrong == sum.rows);
	FUZZ_SURE(told == sum.rows);
	FUZZ_SURE(versions() == before);
	FUZZ_SURE(db_begin(fx.st->db, &e) == 0);
	db_rollback(fx.st->db);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const uint8_t *cut = size > 0 ? memmem(data, size, "\n==\n", 4) : NULL;
	size_t n = cut != NULL ? (size_t)(cut - data) : size;
	struct import_map m;
	struct err e = { 0 };

	begin();
	if (import_map_read(view_of(data, n), &m, &e) != 0) {
		fuzz_refused(&e);
		return 0;
	}
	FUZZ_SURE(m.kind != NULL && import_map_takes(m.kind));
	if (cut != NULL)
		dry_run(&m, view_of(cut + 4, size - n - 4));
	import_map_done(&m);
	return 0;
}
