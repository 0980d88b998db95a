/* Taking a search apart. */
#include "client/core/local/asked.h"

#include <string.h>

#include "client/core/local/day.h"
#include "client/core/local/utf8.h"

static void
add_word(struct view v, size_t from, size_t to, struct asked *out)
{
	struct folded w;
	size_t at = 0, i = out->count++;

	out->word[i].raw = view_of(v.data + from, to - from);
	(void)needle_next(out->word[i].raw, &at, &w);
	out->word[i].certain = w.certain;
	needle_make(&w, &out->word[i].needle);
}

/* Two days named: from the first of them to the last. */
static void
add_day(int64_t day_ms, struct asked *out)
{
	int64_t from, to;

	day_bounds(day_ms, &from, &to);
	if (!out->dated || from < out->from_ms)
		out->from_ms = from;
	if (!out->dated || to > out->to_ms)
		out->to_ms = to;
	out->dated = true;
}

bool
asked_read(const char *text, struct asked *out)
{
	struct view v = view_str(text);
	size_t at = 0, from, end, n;
	int64_t day_ms;

	out->count = 0;
	out->dated = false;
	out->from_ms = INT64_MIN;
	out->to_ms = INT64_MAX;
	if (utf8_bad(v) != v.len)
		return false;
	while (at < v.len && out->count < ASKED_MAX) {
		n = day_find(v, at, &day_ms);
		if (n > 0) {
			add_day(day_ms, out);
			at += n;
			continue;
		}
		from = at;
		if (!utf8_is_word(utf8_next(v, &at)))
			continue;
		for (end = at; at < v.len; at = end)
			if (!utf8_is_word(utf8_next(v, &end)))
				break;
		add_word(v, from, at, out);
	}
	return out->count > 0 || out->dated;
}
