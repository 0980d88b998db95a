/*
 * The plain body of a note or case: there and back, and through a changeset
 * sealed with a key that is known, so that the seal hides nothing.
 */
#include "common/base/mem.h"
#include "common/wire/record.h"
#include "tests/fuzz/fuzz.h"

static int
again(struct view in, struct buf *out, struct err *e)
{
	struct record *rec = mem_new(sizeof(*rec));
	int rc = record_decode(in, rec, e);

	if (rc == 0)
		record_encode(rec, out);
	mem_free(rec);
	return rc;
}

static void
through_changeset(struct view plain)
{
	static const struct sym_key key = { { 7 } };
	struct changeset_header h = { .kind = CHANGESET_CONTENT, .epoch = 1,
		.space = { { 1 } }, .counter = 1 };
	struct changeset *cs = mem_new(sizeof(*cs));
	struct device_keys me;
	struct changeset_seal_in in = { &key, &plain, 1, &me.sign };
	struct buf wire, back;
	struct hash id;
	struct err e;

	fuzz_device(0, &me);
	h.author = me.device;
	buf_init(&wire, CHANGESET_BYTES_MAX);
	buf_init(&back, CHANGESET_BYTES_MAX);
	FUZZ_SURE(changeset_seal(&h, &in, &wire, &id, &e) == 0);
	FUZZ_SURE(changeset_decode(buf_view(&wire), cs, &e) == 0);
	FUZZ_SURE(hash_eq(&cs->id, &id));
	FUZZ_SURE(changeset_verify(cs, &me.sign_pub));
	FUZZ_SURE(changeset_open(cs, 0, &key, &back, &e) == 0);
	FUZZ_SURE(view_eq(buf_view(&back), plain));
	buf_done(&wire);
	buf_done(&back);
	mem_free(cs);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct view in = view_of(data, size);

	if (fuzz_again(in, again) && size <= CHANGESET_BODY_MAX)
		through_changeset(in);
	return 0;
}
