/*
 * The anchor beside a store. First byte even: a file that somebody made, or
 * changed (steps of place u16 and another byte u8; place 65535 cuts the file
 * there, or with 255 takes it away); odd: the same by one who holds the key,
 * what is inside the records, sealed again. Without the key it says what was
 * once said, or nothing; what is written next is read next.
 */
#include <sqlite3.h>
#include <string.h>

#include "client/core/vault/anchor.h"
#include "tests/fuzz/fuzz.h"
#include "tests/support/simdisk.h"

#define STORE "s.tugi"
#define FILE_NAME STORE ANCHOR_END
#define TURNS 3

static struct record_keys keys;
static struct buf made; /* the file, as each input finds it */

static struct record_mark
mark_of(uint64_t turn)
{
	struct record_mark m = { 10 * turn, { { 0 } } };

	m.head.b[0] = (uint8_t)turn;
	return m;
}

static void
change(struct fuzz_in *in, struct simdisk *sim)
{
	struct buf *file = simdisk_file(sim, FILE_NAME);
	size_t at;
	uint8_t to;

	while (in->left > 0 && file->len > 0) {
		at = (size_t)fuzz_take(in, 2);
		to = (uint8_t)fuzz_take(in, 1);
		if (at != 65535)
			file->data[at % file->len] = to;
		else if (to == 255)
			simdisk_remove(sim, FILE_NAME);
		else if ((size_t)to * 64 < file->len)
			file->len = (size_t)to * 64;
	}
}

static void
change_inside(struct fuzz_in *in, struct buf *file)
{
	struct record_place at = { RECORD_ANCHOR, 0, fuzz_take(in, 1) & 1 };
	uint8_t payload[RECORD_PAYLOAD_BYTES];
	size_t place;
	uint8_t *record = file->data + (1 + at.index) * RECORD_BYTES;

	FUZZ_SURE(file->len == 3 * RECORD_BYTES);
	FUZZ_SURE(record_open(&keys, &at, record, payload) == 0);
	while (in->left > 0) {
		place = (size_t)fuzz_take(in, 2) % sizeof(payload);
		payload[place] = (uint8_t)fuzz_take(in, 1);
	}
	record_seal(&keys, &at, payload, record);
}

static void
check_known(const struct anchor *a)
{
	struct record_mark m;

	if (!a->there)
		return;
	FUZZ_SURE(a->turn == TURNS || a->turn == TURNS - 1);
	m = mark_of(a->turn);
	FUZZ_SURE(a->mark.seq == m.seq && hash_eq(&a->mark.head, &m.head));
}

/* Whatever stood there, the next word holds. */
static void
check_next(const struct disk *d, struct anchor *a)
{
	struct record_mark m = mark_of(77), older = mark_of(1);
	struct anchor again;

	if (a->turn == UINT64_MAX)
		return; /* by one who holds the key: no turn comes after it */
	anchor_put(a, &m, true);
	FUZZ_SURE(!anchor_behind(a, &m) && anchor_behind(a, &older));
	anchor_init(&again, d, &keys);
	FUZZ_SURE(anchor_load(&again) == SQLITE_OK);
	FUZZ_SURE(again.there && again.mark.seq == m.seq && !again.foreign);
	anchor_done(&again);
}

/* What every input begins with: an anchor that spoke TURNS times. */
static void
make_file(struct simdisk *sim, const struct disk *d)
{
	static const struct id whose = { { 7 } };
	static const uint8_t dek[RECORD_KEY_BYTES] = { 9 };
	struct record_mark m;
	struct anchor a;
	uint64_t turn;

	record_keys_derive(&keys, dek, &whose);
	anchor_init(&a, d, &keys);
	for (turn = 1; turn <= TURNS; turn++) {
		m = mark_of(turn);
		anchor_put(&a, &m, true);
	}
	anchor_done(&a);
	buf_init(&made, 3 * RECORD_BYTES);
	buf_add(&made, simdisk_file(sim, FILE_NAME)->data, made.max);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct simdisk *sim;
	static struct disk d = { .path = STORE };
	struct fuzz_in in = { data, size };
	bool inside = fuzz_take(&in, 1) % 2 == 1;
	struct record_mark m = mark_of(TURNS);
	struct anchor a;

	fuzz_begin();
	if (sim == NULL) {
		sim = simdisk_new(1);
		d.under = sqlite3_vfs_find(simdisk_name(sim));
		make_file(sim, &d);
	}
	simdisk_put(sim, FILE_NAME, buf_view(&made));
	if (inside)
		change_inside(&in, simdisk_file(sim, FILE_NAME));
	else
		change(&in, sim);
	anchor_init(&a, &d, &keys);
	FUZZ_SURE(anchor_load(&a) == SQLITE_OK);
	if (!inside)
		check_known(&a);
	(void)anchor_behind(&a, &m);
	check_next(&d, &a);
	anchor_done(&a);
	return 0;
}
