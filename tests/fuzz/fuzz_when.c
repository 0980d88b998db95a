/*
 * Times: as people type them (the whole input), and as any ms from a record of
 * another person has to be shown (its first 16 bytes).
 */
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "client/cli/when.h"
#include "client/core/words/typed.h"
#include "client/core/local/day.h"
#include "common/base/mem.h"
#include "tests/fuzz/fuzz.h"

#define CLOCK_MAX UINT64_C(253402300800000) /* the year 10000 */

static void
typed(const char *text)
{
	char day[WHEN_BYTES], iso[TYPED_TIME_BYTES];
	int64_t v;
	struct err e;
	int end;

	err_clear(&e);
	if (when_duration(text, &v, &e) == 0)
		FUZZ_SURE(v > 0);
	else
		fuzz_refused(&e);
	for (end = 0; end <= 1; end++) {
		err_clear(&e);
		if (when_parse(text, end, &v, &e) != 0) {
			fuzz_refused(&e);
			continue;
		}
		when_day(v, day);
		FUZZ_SURE(typed_time(text, iso));
		FUZZ_SURE(v == 0 || strncmp(day, iso, 10) == 0);
	}
	(void)day_parse_time(view_str(text), &v);
	if (day_parse(view_str(text), &v))
		FUZZ_SURE(strcmp(day_text(v, day), text) == 0);
}

static void
shown(int64_t ms, int64_t now_ms)
{
	char out[WHEN_BYTES];

	when_words(ms, now_ms, out);
	FUZZ_SURE(out[0] != '\0');
	when_words(ms, INT64_C(1790000000000), out);
	when_short(ms, out);
	when_day(ms, out);
	when_iso(ms, out);
	FUZZ_SURE(strlen(out) >= 24 && out[strlen(out) - 1] == 'Z');
	FUZZ_SURE(strspn(out + strlen(out) - 4, "0123456789") == 3);
	FUZZ_SURE(strlen(day_text(ms, out)) == DAY_TEXT_BYTES - 1);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct fuzz_in in = { data, size };
	char *text = fuzz_text(data, size);
	int64_t ms = (int64_t)fuzz_take(&in, 8);

	setenv("TZ", "EET-2EEST,M3.5.0/3,M10.5.0/4", 1);
	tzset();
	typed(text);
	/* The own clock is the operating system's: never out of all bounds. */
	shown(ms, (int64_t)(fuzz_take(&in, 8) % CLOCK_MAX));
	mem_free(text);
	return 0;
}
