/*
 * One file of the office's policy repository (first byte: which), the others
 * as the program brings them along. A refusal names the file that is wrong,
 * or another that no longer fits; what is taken travels as it is.
 */
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "client/core/profile/policy.h"
#include "tests/fuzz/fuzz.h"

static char *texts[POLICY_FILES];

static void
end(void)
{
	size_t i;

	for (i = 0; i < POLICY_FILES; i++)
		free(texts[i]);
}

static void
begin(void)
{
	json_t *all;
	size_t i;

	fuzz_begin();
	if (texts[0] != NULL)
		return;
	all = json_loadb((const char *)schema_policy, schema_policy_len, 0,
	    NULL);
	for (i = 0; i < POLICY_FILES; i++) {
		texts[i] = json_dumps(json_object_get(all, policy_file(i)),
		    JSON_INDENT(2));
		FUZZ_SURE(texts[i] != NULL);
	}
	json_decref(all);
	atexit(end);
}

static bool
names_a_file(const char *text)
{
	size_t i;

	for (i = 0; i < POLICY_FILES; i++)
		if (strstr(text, policy_file(i)) != NULL)
			return true;
	return false;
}

static void
travels(struct policy *p)
{
	struct policy *again = NULL;
	struct buf out, diff;
	struct err e = { 0 };

	buf_init(&out, 16 * POLICY_MAX);
	buf_init(&diff, 16 * POLICY_MAX);
	FUZZ_SURE(policy_encode(p, &out, &e) == 0);
	if (out.len <= POLICY_MAX) {
		FUZZ_SURE(policy_decode(buf_view(&out), &again, &e) == 0);
		policy_diff(p, again, "et", &diff);
		FUZZ_SURE(diff.len == 0);
		policy_free(again);
	}
	buf_done(&out);
	buf_done(&diff);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct fuzz_in in = { data, size };
	struct policy_source src;
	struct policy *p = NULL;
	struct err e = { 0 };
	size_t i;

	begin();
	for (i = 0; i < POLICY_FILES; i++)
		src.text[i] = view_str(texts[i]);
	i = (size_t)fuzz_take(&in, 1) % POLICY_FILES;
	src.text[i] = view_of(in.data != NULL ? in.data :
	    (const uint8_t *)"", in.left);
	if (policy_read(&src, &p, &e) != 0) {
		fuzz_refused(&e);
		FUZZ_SURE(names_a_file(e.text));
		return 0;
	}
	travels(p);
	policy_free(p);
	return 0;
}
