/*
 * What is typed into the search, up to a NUL; the rest is a text to show an
 * excerpt of. Whatever the words are, the index understands the question: a
 * refusal is about the words, never the database's own complaint.
 */
#include <stdlib.h>
#include <string.h>

#include "client/core/local/index.h"
#include "client/core/local/utf8.h"
#include "client/core/records/search.h"
#include "common/base/mem.h"
#include "tests/fuzz/fuzz.h"
#include "tests/support/fixture.h"

#define HITS 8

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
	struct err e;
	struct id c;
	size_t done;

	fuzz_begin();
	if (ready)
		return;
	ready = true;
	fixture_open(&fx, true);
	c = fixture_case(&fx, "Mari Lepp", "A-1");
	fixture_note(&fx, &c, "Vestlus õpetajaga, NEAR AND OR NOT");
	fixture_note(&fx, &c, "Õpetaja helistas \"ema\" 2 korda");
	FUZZ_SURE(index_step(fx.st, 100, &done, &e) == 0);
	atexit(end);
}

static void
excerpt(const char *text, const char *words)
{
	struct view v = view_str(text);
	struct buf out;

	buf_init(&out, 4 * strlen(text) + 64);
	search_excerpt(text, words, &out);
	FUZZ_SURE(!out.toobig);
	if (utf8_bad(v) == v.len)
		FUZZ_SURE(utf8_bad(buf_view(&out)) == out.len);
	buf_done(&out);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *words = fuzz_text(data, size), *text;
	size_t n, len = strlen(words);
	struct hit hits[HITS];
	struct err e;

	begin();
	text = fuzz_text(data + (len < size ? len + 1 : len),
	    len < size ? size - len - 1 : 0);
	err_clear(&e);
	if (index_search(fx.st, words, HITS, hits, &n, &e) == 0) {
		FUZZ_SURE(n <= HITS);
	} else {
		fuzz_refused(&e);
		FUZZ_SURE(e.kind == ERR_INPUT || e.kind == ERR_TOOBIG);
	}
	excerpt(text, words);
	mem_free(words);
	mem_free(text);
	return 0;
}
