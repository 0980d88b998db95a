/*
 * The answer with the latest day counts; of one day the one written last.
 */
#include "client/core/accord/answers.h"

#include <stdio.h>

#include "common/base/mem.h"

struct answer {
	struct store *s;
	uint64_t seq;
	char *outcome;
	int64_t day_ms;
	uint64_t hlc;
};

static bool
is_before(const struct answer *a, const struct loaded *l)
{
	return l->count > 0 && (a->seq == UINT64_MAX ||
	    l->versions[0].seq < a->seq);
}

static int
newer(void *ctx, const struct record_row *row, struct err *e)
{
	struct answer *a = ctx;
	struct loaded *l = loaded_new();
	int rc = versions_load_row(a->s, row, l, e);
	struct view outcome;

	if (rc == 1) {
		outcome = loaded_text(l, UPTAKE_OUTCOME);
		if (is_before(a, l) && outcome.len < ANSWER_BYTES &&
		    (row->at_ms > a->day_ms || (row->at_ms == a->day_ms &&
		    l->versions[0].eff > a->hlc))) {
			a->day_ms = row->at_ms;
			a->hlc = l->versions[0].eff;
			snprintf(a->outcome, ANSWER_BYTES, "%.*s",
			    (int)outcome.len, (const char *)outcome.data);
		}
		versions_done(l);
	}
	mem_free(l);
	return rc < 0 ? -1 : 0;
}

int
answers_last(struct store *s, const struct id *case_id, uint64_t seq,
    char out[static ANSWER_BYTES], struct err *e)
{
	struct version_query q = { .type = TYPE_UPTAKE, .case_id = case_id };
	struct answer a = { .s = s, .seq = seq, .outcome = out };

	out[0] = '\0';
	return versions_each(s, &q, newer, &a, e);
}
