/*
 * Counts, as a worker hands them in (first byte even) and as an officer
 * publishes them (odd): what is taken comes back the same, can be merged, and
 * figures that can be read again come of it. Small numbers do not stay in them.
 */
#include "client/core/report/figures.h"
#include "tests/fuzz/fuzz.h"

static void
csv_again(struct counts *c)
{
	struct counts d;
	struct buf once, twice;
	struct err e = { 0 };

	buf_init(&once, 2 * COUNTS_MAX_BYTES);
	buf_init(&twice, 2 * COUNTS_MAX_BYTES);
	counts_csv(c, &once);
	FUZZ_SURE(counts_read_csv(buf_view(&once), &d, &e) == 0);
	counts_csv(&d, &twice);
	FUZZ_SURE(view_eq(buf_view(&once), buf_view(&twice)));
	counts_done(&d);
	buf_done(&once);
	buf_done(&twice);
}

static void
publish(struct counts *c)
{
	static const struct sym_key key = { { 7 } };
	struct figures_from from = { c, &key, 2026 };
	struct counts figures;
	struct err e = { 0 };
	size_t i;
	int64_t base;

	if (figures_round(&from, &figures, &e) != 0) {
		FUZZ_SURE(e.kind == ERR_TOOBIG);
		return;
	}
	for (i = 0; i < figures.cell_count; i++) {
		base = counts_groups[figures.cells[i].group].unit ==
		    COUNTS_MINUTES ? 300 : 5;
		FUZZ_SURE(figures.cells[i].n > 0 &&
		    figures.cells[i].n % base == 0);
	}
	csv_again(&figures);
	counts_done(&figures);
}

static void
handed_in(struct counts *c)
{
	struct counts again, sum;
	struct buf once, twice;
	struct err e = { 0 };

	buf_init(&once, COUNTS_MAX_BYTES);
	buf_init(&twice, COUNTS_MAX_BYTES);
	counts_encode(c, &once);
	FUZZ_SURE(counts_decode(buf_view(&once), &again, &e) == 0);
	counts_encode(&again, &twice);
	FUZZ_SURE(view_eq(buf_view(&once), buf_view(&twice)));
	counts_init(&sum);
	counts_merge(&sum, c);
	counts_merge(&sum, &again);
	counts_fold(&sum);
	publish(&sum);
	counts_done(&sum);
	counts_done(&again);
	buf_done(&once);
	buf_done(&twice);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct fuzz_in in = { data, size };
	bool csv = fuzz_take(&in, 1) % 2 == 1;
	struct view rest = view_of(in.data, in.left);
	struct counts c;
	struct err e = { 0 };
	int rc;

	fuzz_begin();
	if (rest.len > COUNTS_MAX_BYTES)
		return 0;
	rc = csv ? counts_read_csv(rest, &c, &e) : counts_decode(rest, &c, &e);
	if (rc != 0) {
		fuzz_refused(&e);
		return 0;
	}
	if (csv)
		csv_again(&c);
	else
		handed_in(&c);
	counts_done(&c);
	return 0;
}
