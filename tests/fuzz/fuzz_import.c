/*
 * A file of notes as it would be taken in, up to the point where nothing has
 * been written: a dry run over a profile with one case. What is refused leaves
 * no transaction open.
 */
#include <stdlib.h>

#include "client/core/upkeep/import.h"
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

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct import_result out;
	struct err e;
	int64_t before, after;

	begin();
	err_clear(&e);
	FUZZ_SURE(db_one_int(fx.st->db, "SELECT count(*) FROM version",
	    &before, &e) == 1);
	if (import_notes(fx.s, view_of(data, size), true, &out, &e) == 0)
		FUZZ_SURE(out.notes + out.already == out.rows);
	else
		fuzz_refused(&e);
	FUZZ_SURE(db_one_int(fx.st->db, "SELECT count(*) FROM version",
	    &after, &e) == 1);
	FUZZ_SURE(before == after);
	FUZZ_SURE(db_begin(fx.st->db, &e) == 0);
	db_rollback(fx.st->db);
	return 0;
}
