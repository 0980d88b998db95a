/*
 * The format alone, without store and hub: 1-KB notes as records, sealed into
 * changesets of 64, decoded and verified as the hub does, opened as a reader
 * does; and what a note takes on the wire, with the padding's share of it.
 */
#include <stdio.h>
#include <string.h>

#include "common/base/mem.h"
#include "common/base/tick.h"
#include "common/wire/changeset.h"
#include "common/wire/pack.h"
#include "common/wire/record.h"
#include "common/wire/seal.h"
#include "tests/bench/measure.h"
#include "tests/bench/texts.h"

#define EACH CHANGESET_BODIES_MAX
#define REPEATS 5

static struct device_keys me;
static struct sym_key key;
static struct series sealing, checking, opening;
static size_t raw_bytes, packed_bytes, wire_bytes, records, padding_bytes;

static void
make_record(size_t i, char text[static TEXTS_BYTES], struct record *rec)
{
	memset(rec, 0, offsetof(struct record, ops));
	id_timed(&rec->id, 1760000000000 + (int64_t)i * 60000);
	rec->type = 3;
	rec->origin = me.device;
	rec->hlc = hlc_from_ms(1760000000000 + (int64_t)i * 60000);
	rec->wall_ms = hlc_ms(rec->hlc);
	id_random(&rec->basis);
	rec->op_count = 3;
	memset(rec->ops, 0, 3 * sizeof(rec->ops[0]));
	rec->ops[0].field = 1;
	rec->ops[0].value.type = VALUE_BYTES;
	rec->ops[0].value.data = view_of(me.device.b, 16);
	rec->ops[1].field = 2;
	rec->ops[1].value.type = VALUE_INT;
	rec->ops[1].value.num = 1760000000000 + (int64_t)i;
	rec->ops[2].field = 3;
	rec->ops[2].value.type = VALUE_TEXT;
	rec->ops[2].value.data = texts_note(i, text);
}

static void
seal_notes(size_t first, size_t n, struct buf *out)
{
	struct record *rec = mem_new(sizeof(*rec));
	struct changeset_header h;
	struct view views[EACH];
	struct changeset_seal_in in = { &key, views, n, &me.sign };
	size_t at[EACH + 1], i;
	char text[TEXTS_BYTES];
	struct buf plain;
	struct hash id;
	struct err e;

	memset(&h, 0, sizeof(h));
	h.kind = CHANGESET_CONTENT;
	h.space.b[0] = 1;
	h.epoch = 1;
	h.author = me.device;
	buf_init(&plain, 8 * 1024 * 1024);
	for (i = 0; i < n; i++) {
		at[i] = plain.len;
		make_record(first + i, text, rec);
		record_encode(rec, &plain);
	}
	at[n] = plain.len;
	for (i = 0; i < n; i++)
		views[i] = view_of(plain.data + at[i], at[i + 1] - at[i]);
	must(changeset_seal(&h, &in, out, &id, &e), &e);
	buf_done(&plain);
	mem_free(rec);
}

static void
open_notes(const struct changeset *cs)
{
	struct record *rec = mem_new(sizeof(*rec));
	struct buf plain;
	struct err e;
	size_t i;

	buf_init(&plain, CHANGESET_BODY_MAX);
	for (i = 0; i < cs->h.count; i++) {
		buf_reset(&plain);
		must(changeset_open(cs, i, &key, &plain, &e), &e);
		must(record_decode(buf_view(&plain), rec, &e), &e);
	}
	buf_done(&plain);
	mem_free(rec);
}

/* Where the bytes of the sealed bodies go; not timed. */
static void
weigh(const struct changeset *cs)
{
	struct buf plain, packed;
	struct err e;
	size_t i, used;

	buf_init(&plain, CHANGESET_BODY_MAX);
	buf_init(&packed, 2 * CHANGESET_BODY_MAX);
	for (i = 0; i < cs->h.count; i++) {
		buf_reset(&plain);
		buf_reset(&packed);
		must(changeset_open(cs, i, &key, &plain, &e), &e);
		must(pack_add(buf_view(&plain), true, SEAL_TAG_BYTES, &packed,
		    &e), &e);
		used = PACK_HEAD_BYTES + (size_t)packed.data[1] * 256 +
		    packed.data[2];
		raw_bytes += plain.len;
		packed_bytes += used;
		padding_bytes += packed.len - used;
		records++;
	}
	buf_done(&plain);
	buf_done(&packed);
}

static void
round_of(size_t notes, struct buf *wire, bool weighed)
{
	size_t sets = (notes + EACH - 1) / EACH, i, n;
	size_t *end = mem_new((sets + 1) * sizeof(*end));
	struct changeset *cs = mem_new(sets * sizeof(*cs));
	struct mark m = measure_begin();
	struct err e;

	buf_reset(wire);
	for (i = 0; i < sets; i++) {
		n = notes - i * EACH < EACH ? notes - i * EACH : EACH;
		seal_notes(i * EACH, n, wire);
		end[i + 1] = wire->len;
	}
	measure_add(&sealing, &m);
	m = measure_begin();
	for (i = 0; i < sets; i++) {
		must(changeset_decode(view_of(wire->data + end[i],
		    end[i + 1] - end[i]), &cs[i], &e), &e);
		if (!changeset_verify(&cs[i], &me.sign_pub))
			die("a signature does not verify");
	}
	measure_add(&checking, &m);
	m = measure_begin();
	for (i = 0; i < sets; i++)
		open_notes(&cs[i]);
	measure_add(&opening, &m);
	for (i = 0; weighed && i < sets; i++)
		weigh(&cs[i]);
	wire_bytes = wire->len;
	mem_free(end);
	mem_free(cs);
}

int
main(void)
{
	size_t notes = measure_size("BENCH_WIRE_NOTES", 10000), i;
	char title[120];
	struct buf wire;
	double n;

	if (keys_init() != 0)
		die("libsodium does not start");
	keys_device_make(&me);
	keys_sym_make(&key);
	texts_load("tests/data/notes-year.csv");
	buf_init(&wire, 256 * 1024 * 1024);
	for (i = 0; i < REPEATS; i++)
		round_of(notes, &wire, i == 0);
	buf_done(&wire);
	n = (double)records;
	snprintf(title, sizeof(title),
	    "The format alone: %zu notes of 1 KB in changesets of %d", notes,
	    EACH);
	measure_title(title);
	measure_time("encode and seal all of them", &sealing);
	measure_time("decode and verify (the hub)", &checking);
	measure_time("open and decode (a reader)", &opening);
	measure_value("a record before packing", (double)raw_bytes / n,
	    "bytes");
	measure_value("a record packed, without padding",
	    (double)packed_bytes / n, "bytes");
	measure_value("padding", (double)padding_bytes / n, "bytes a note");
	measure_value("a note on the wire, all told", (double)wire_bytes / n,
	    "bytes");
	return 0;
}
