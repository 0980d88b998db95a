/*
 * A hub that is lost with all that came after its backup, and whether everybody
 * is whole afterwards: two devices fill it, one change in an envelope; backup
 * while it runs; both write more, which the other takes in; the hub's folder
 * goes; restore, the office's order, and syncs by turns until nothing is left
 * to say. Both devices have to hold the same, to the byte, and the hub all that
 * they ever sent. usage: bench_restore build/dev/tugid FOLDER
 * BENCH_RESTORE_ITEMS, BENCH_RESTORE_CASES, BENCH_RESTORE_LOST
 */
#include <sodium.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "client/core/local/store.h"
#include "client/core/office/office.h"
#include "client/core/upkeep/status.h"
#include "common/base/file.h"
#include "common/base/mem.h"
#include "common/wire/keys.h"
#include "tests/bench/child.h"
#include "tests/bench/measure.h"
#include "tests/bench/stage.h"
#include "tests/bench/texts.h"

#define ROUNDS_MAX 8
#define BAR_S 30.0

struct held { /* what a device holds of notes */
	size_t notes;
	struct hash all; /* of ids and bytes, in order */
};

static struct stage st;
static struct device *dev[2];
static struct id *cases;
static size_t case_count, written;

static double
seconds(const struct mark *m)
{
	return measure_end(m).wall_ms / 1000;
}

static void
count(const char *name, size_t n)
{
	printf("  %-46s %9zu\n", name, n);
	fflush(stdout);
}

/* Notes for so many of the cases, each in a space of its own: one envelope. */
static void
write_notes(struct device *d, size_t n)
{
	device_notes(d, cases, case_count, written, n);
	written += n;
}

static struct held
look(struct device *d)
{
	crypto_generichash_state state;
	struct held h = { 0 };
	struct view v;
	struct stmt *q;
	struct err e;
	size_t i;

	crypto_generichash_init(&state, NULL, 0, sizeof(h.all.b));
	q = db_prepare(session_store(d->s)->db, "SELECT r.id, v.body FROM "
	    "record r JOIN version v ON v.rid = r.rid WHERE r.type = 4 "
	    "ORDER BY r.id, v.hlc, v.origin");
	while (must(db_step(q, &e), &e) == 1) {
		for (i = 0; i < 2; i++) {
			v = db_blob(q, (int)i);
			crypto_generichash_update(&state, v.data, v.len);
		}
		h.notes++;
	}
	db_reset(q);
	crypto_generichash_final(&state, h.all.b, sizeof(h.all.b));
	return h;
}

static void
same(const char *who, const struct held *want, const struct held *got)
{
	if (want->notes != got->notes || !hash_eq(&want->all, &got->all))
		die("%s holds %zu notes, not the %zu there are, or others",
		    who, got->notes, want->notes);
}

static void
nothing_waits(struct device *d)
{
	struct status s;
	struct err e;

	must(status_read(d->s, &s, &e), &e);
	if (s.unsent > 0)
		die("%zu changes still wait to be sent", s.unsent);
}

static size_t
hub_items(void)
{
	char data[STAGE_PATH + 8];
	const char *status[] = { st.tugid, "status", data, "--json", NULL };
	unsigned long long n = 0;
	const char *at;
	struct buf out;

	buf_init(&out, 65536);
	snprintf(data, sizeof(data), "%s/hub", st.dir);
	child_run(status, &out);
	at = strstr(buf_str(&out), "\"items\":");
	if (at == NULL || sscanf(at, "\"items\":%llu", &n) != 1)
		die("tugid status names no items");
	buf_done(&out);
	return (size_t)n;
}

/* How many changesets it sent; the hub has each. */
static size_t
at_hub(struct device *d)
{
	char path[STAGE_PATH + 16];
	const struct db_options o = { .busy_ms = 5000 };
	struct db *hub;
	struct stmt *mine, *there;
	struct view id;
	struct err e;
	size_t n = 0;

	snprintf(path, sizeof(path), "%s/hub/hub.db", st.dir);
	must(db_open(path, &o, &hub, &e), &e);
	there = db_prepare(hub, "SELECT 1 FROM item WHERE id = ?");
	mine = db_prepare(session_store(d->s)->db, "SELECT id FROM outgoing "
	    "WHERE state = 2");
	for (; must(db_step(mine, &e), &e) == 1; n++) {
		id = db_blob(mine, 0);
		db_bind_blob(there, 1, id.data, id.len);
		if (must(db_step(there, &e), &e) != 1)
			die("the hub lacks a changeset it had accepted");
		db_reset(there);
	}
	db_reset(mine);
	db_close(hub);
	return n;
}

/* ---- the story ---- */

static void
fill(const char *tugid, const char *dir, size_t items)
{
	struct mark m = measure_begin();
	size_t i;

	stage_open(&st, dir, tugid);
	dev[0] = st.officer;
	dev[1] = stage_device(&st);
	cases = mem_new(case_count * sizeof(*cases));
	for (i = 0; i < case_count; i++)
		device_case(dev[0], i, &cases[i]);
	while (hub_items() < items) {
		write_notes(dev[0], case_count);
		device_sync(dev[0], NULL);
	}
	device_sync(dev[1], NULL);
	count("items in the hub", hub_items());
	measure_value("filled and pulled by the second in", seconds(&m), "s");
}

static void
back_up(const char *file)
{
	char data[STAGE_PATH + 8];
	const char *backup[] = { st.tugid, "backup", data, file, NULL };
	struct mark m = measure_begin();
	struct buf out;

	buf_init(&out, 65536);
	snprintf(data, sizeof(data), "%s/hub", st.dir);
	child_run(backup, &out);
	measure_value_beside("backup, read back", seconds(&m), "s", BAR_S,
	    "the bar");
	buf_done(&out);
}

/* What the hub has when it is lost: each device has sent what came after the
 * backup, the first has taken in the other's, and something still waits. */
static size_t
lose(size_t lost)
{
	size_t i, n;

	for (i = 0; i < 2; i++) {
		write_notes(dev[i], lost);
		device_sync(dev[i], NULL);
	}
	device_sync(dev[0], NULL);
	write_notes(dev[1], lost);
	n = hub_items();
	child_stop(st.hub);
	return n;
}

static void
restore(const char *file)
{
	char data[STAGE_PATH + 8], code[STAGE_PATH + 16];
	const char *words[] = { st.tugid, "restore", file, data,
		"--code-file", code, NULL };
	struct mark m;
	struct buf out;
	struct err e;

	buf_init(&out, 65536);
	snprintf(data, sizeof(data), "%s/hub", st.dir);
	snprintf(code, sizeof(code), "%s/code", st.dir);
	child_remove_tree(data);
	must(file_replace(code, view_str(st.recovery), 0600, &e), &e);
	m = measure_begin();
	child_run(words, &out);
	measure_value_beside("restore, verified", seconds(&m), "s", BAR_S,
	    "the bar");
	buf_done(&out);
	stage_hub_start(&st);
	device_route(dev[0], st.port);
	device_route(dev[1], st.port);
}

static void
go_on(void)
{
	struct mark m = measure_begin();
	struct office_order order = { 0 };
	struct exchange_result r;
	struct buf signed_order;
	struct err e;

	buf_init(&signed_order, 65536);
	must(office_order_succession(dev[0]->s, &dev[0]->remote, &order, &e),
	    &e);
	must(office_succession_sign(dev[0]->s, order.text, st.sheet.share[0],
	    st.sheet.share[1], &signed_order, &e), &e);
	must(office_succession_end(dev[0]->s, &dev[0]->remote,
	    buf_str(&signed_order), &r, &e), &e);
	office_order_done(&order);
	buf_done(&signed_order);
	measure_value("the order, and the first device in step", seconds(&m),
	    "s");
}

static void
refill(void)
{
	struct mark m = measure_begin();
	struct exchange_result r;
	size_t i, moved = 1;

	for (i = 0; i < ROUNDS_MAX && moved > 0; i++) {
		moved = 0;
		for (size_t k = 0; k < 2; k++) {
			device_sync(dev[k], &r);
			moved += r.sent_notes + r.sent_changes +
			    r.sent_again + r.got_notes + r.got_changes;
		}
	}
	if (moved > 0)
		die("after %d rounds there is still something to say",
		    ROUNDS_MAX);
	measure_value("both in step again", seconds(&m), "s");
	count("rounds that took", i);
}

static void
whole(size_t before)
{
	struct held one = look(dev[0]), two = look(dev[1]);
	size_t n = hub_items(), i;

	if (one.notes != written)
		die("%zu notes were written, %zu are there", written,
		    one.notes);
	same("the second device", &one, &two);
	if (n < before)
		die("the hub has %zu items and had %zu", n, before);
	count("notes on both devices, the same bytes", one.notes);
	count("items in the hub when it was lost", before);
	count("items in the hub now", n);
	for (i = 0; i < 2; i++) {
		nothing_waits(dev[i]);
		count("sent by one of them, each found there",
		    at_hub(dev[i]));
	}
}

int
main(int argc, char **argv)
{
	size_t items = measure_size("BENCH_RESTORE_ITEMS", 100000);
	size_t lost = measure_size("BENCH_RESTORE_LOST", 500), before;
	char file[STAGE_PATH + 32], dir[STAGE_PATH];

	if (argc != 3 || keys_init() != 0)
		die("usage: bench_restore TUGID FOLDER");
	texts_load("tests/data/notes-year.csv");
	case_count = measure_size("BENCH_RESTORE_CASES", 1000);
	lost = lost < case_count ? lost : case_count;
	snprintf(dir, sizeof(dir), "%s/restore", argv[2]);
	snprintf(file, sizeof(file), "%s/b.tugid", dir);
	measure_title("a lost hub, and everybody whole afterwards");
	fill(argv[1], dir, items);
	back_up(file);
	before = lose(lost);
	restore(file);
	go_on();
	refill();
	whole(before);
	device_close(dev[1]);
	mem_free(cases);
	stage_close(&st);
	return 0;
}
