/*
 * A policy as it comes from the commons: what is taken is given back as the
 * same bytes the second time, and can be asked and compared without harm. The
 * place of every value is found on some line of the text.
 */
#include "client/core/words/jsonline.h"
#include "client/core/profile/policy.h"
#include "tests/fuzz/fuzz.h"

static void
ask(const struct policy *p)
{
	const char *list, *code;
	size_t i, k;

	for (i = 0; (list = policy_code(p, "vocabularies", i)) != NULL; i++) {
		FUZZ_SURE(policy_count(p, list) > 0);
		for (k = 0; (code = policy_code(p, list, k)) != NULL; k++)
			FUZZ_SURE(policy_name(p, list, code, "en") != NULL);
	}
	for (i = 0; (code = policy_code(p, "texts", i)) != NULL; i++)
		FUZZ_SURE(policy_text(p, code, "lv") != NULL);
	FUZZ_SURE(policy_title(p, "hu") != NULL);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const struct jsonline_step path[] = { { "texts.json", 0 },
		{ NULL, 1 }, { "text", 0 } };
	struct policy *p = NULL, *again = NULL, *own;
	struct buf one, two;
	struct err e = { 0 };

	fuzz_begin();
	FUZZ_SURE(jsonline(view_of(data, size), path, 3) >= 1);
	if (policy_decode(view_of(data, size), &p, &e) != 0) {
		fuzz_refused(&e);
		return 0;
	}
	own = policy_default(&e);
	FUZZ_SURE(own != NULL);
	buf_init(&one, 2 * POLICY_MAX);
	buf_init(&two, 16 * POLICY_MAX);
	ask(p);
	FUZZ_SURE(policy_encode(p, &one, &e) == 0);
	FUZZ_SURE(policy_decode(buf_view(&one), &again, &e) == 0);
	FUZZ_SURE(policy_encode(again, &two, &e) == 0);
	FUZZ_SURE(view_eq(buf_view(&one), buf_view(&two)));
	buf_reset(&two);
	policy_diff(p, again, "et", &two);
	FUZZ_SURE(two.len == 0);
	policy_diff(own, p, "et", &two);
	policy_free(p);
	policy_free(again);
	policy_free(own);
	buf_done(&one);
	buf_done(&two);
	return 0;
}
