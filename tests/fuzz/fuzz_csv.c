/* CSV rows: read, written with every field in quotes, read the same. */
#include <string.h>

#include "client/core/words/csv.h"
#include "client/core/local/utf8.h"
#include "tests/fuzz/fuzz.h"

#define OUT_MAX (1024 * 1024)

static void
write_row(const struct view *f, size_t n, struct buf *out)
{
	size_t i, j;

	for (i = 0; i < n; i++) {
		FUZZ_SURE(f[i].len == 0 || utf8_bad(f[i]) == f[i].len);
		buf_add_str(out, i == 0 ? "\"" : ",\"");
		for (j = 0; j < f[i].len; j++)
			buf_add(out, f[i].data[j] == '"' ? "\"\"" :
			    (const void *)&f[i].data[j],
			    f[i].data[j] == '"' ? 2 : 1);
		buf_add_str(out, "\"");
	}
	buf_add_str(out, "\n");
}

static bool
rewrite(struct view in, struct buf *out)
{
	struct view f[CSV_FIELDS_MAX];
	struct csv c;
	struct err e;
	size_t n;
	int rc;

	err_clear(&e);
	csv_init(&c, in);
	while ((rc = csv_next(&c, f, &n, &e)) == 1) {
		FUZZ_SURE(n >= 1 && n <= CSV_FIELDS_MAX);
		write_row(f, n, out);
	}
	if (rc < 0)
		fuzz_refused(&e);
	csv_done(&c);
	return rc == 0 && !out->toobig;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct buf once, twice;

	buf_init(&once, OUT_MAX);
	buf_init(&twice, OUT_MAX);
	if (rewrite(view_of(data, size), &once)) {
		FUZZ_SURE(rewrite(buf_view(&once), &twice));
		FUZZ_SURE(view_eq(buf_view(&once), buf_view(&twice)));
	}
	buf_done(&once);
	buf_done(&twice);
	return 0;
}
