/*
 * A changeset as the hub and every client read it: as it came, and once more
 * with hashes and signature made right, so that these hide nothing. Whatever
 * opens or is clear goes on to the decoder of its kind.
 */
#include <string.h>

#include "common/base/mem.h"
#include "common/wire/access.h"
#include "common/wire/directory.h"
#include "common/wire/epoch.h"
#include "common/wire/letter.h"
#include "common/wire/record.h"
#include "tests/fuzz/fuzz.h"

#define OPEN_MAX (2 * CHANGESET_BODY_MAX)

static const struct sym_key key = { { 7 } };

static void
read_body(enum changeset_kind kind, struct view body)
{
	struct record *rec = mem_new(sizeof(*rec));
	struct letter *l = mem_new(sizeof(*l));
	struct access a;
	struct directory_entry d;
	struct epoch ep;
	struct err e;

	if (kind == CHANGESET_CONTENT)
		(void)record_decode(body, rec, &e);
	else if (kind == CHANGESET_ACCESS)
		(void)access_decode(body, &a, &e);
	else if (kind == CHANGESET_DIRECTORY)
		(void)directory_decode(body, &d, &e);
	else if (kind == CHANGESET_LETTER)
		(void)letter_decode(body, l, &e);
	else if (kind == CHANGESET_EPOCH && epoch_decode(body, &ep, &e) == 0)
		epoch_done(&ep);
	mem_free(rec);
	mem_free(l);
}

static void
open_all(const struct changeset *cs)
{
	struct buf plain;
	struct err e;
	size_t i;

	for (i = 0; i < cs->h.count; i++) {
		buf_init(&plain, OPEN_MAX);
		err_clear(&e);
		if (cs->h.kind == CHANGESET_CONTENT ||
		    cs->h.kind == CHANGESET_ACCESS) {
			if (changeset_open(cs, i, &key, &plain, &e) == 0)
				read_body(cs->h.kind, buf_view(&plain));
			else
				fuzz_refused(&e);
		} else if (cs->bodies[i].len > 0) {
			read_body(cs->h.kind, cs->bodies[i]);
		}
		buf_done(&plain);
	}
}

static uint64_t
carried(const struct changeset *cs)
{
	uint64_t keep = 0;
	size_t i;

	for (i = 0; i < cs->h.count; i++)
		if (cs->bodies[i].len > 0)
			keep |= UINT64_C(1) << i;
	return keep;
}

/* Without one of its bodies it is the same changeset still. */
static void
erase_one(struct view in, const struct changeset *cs)
{
	struct changeset *less = mem_new(sizeof(*less));
	uint64_t keep = carried(cs);
	struct buf out;
	struct err e;

	buf_init(&out, CHANGESET_BYTES_MAX + 64);
	changeset_without(in, cs, keep & (keep - 1), &out);
	FUZZ_SURE(changeset_decode(buf_view(&out), less, &e) == 0);
	FUZZ_SURE(hash_eq(&less->id, &cs->id));
	FUZZ_SURE(carried(less) == (keep & (keep - 1)));
	buf_done(&out);
	mem_free(less);
}

static bool
try(struct view in)
{
	struct changeset *cs = mem_new(sizeof(*cs));
	struct device_keys me;
	struct buf out;
	struct err e;
	bool taken;

	err_clear(&e);
	buf_init(&out, CHANGESET_BYTES_MAX + 64);
	taken = changeset_decode(in, cs, &e) == 0;
	if (taken) {
		fuzz_device(0, &me);
		(void)changeset_verify(cs, &me.sign_pub);
		FUZZ_SURE(cs->header_bytes <= in.len);
		changeset_without(in, cs, carried(cs), &out);
		FUZZ_SURE(view_eq(buf_view(&out), in));
		open_all(cs);
		if (cs->has_bodies)
			erase_one(in, cs);
	} else {
		fuzz_refused(&e);
	}
	buf_done(&out);
	mem_free(cs);
	return taken;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct device_keys me;
	uint8_t *copy;

	fuzz_begin();
	if (!try(view_of(data, size)) && size > 0) {
		copy = mem_new(size);
		memcpy(copy, data, size);
		fuzz_device(0, &me);
		fuzz_resign(copy, size, &me.sign);
		try(view_of(copy, size));
		mem_free(copy);
	}
	return 0;
}
