/*
 * What machines do beside failing: clocks that are wrong, copies of a store or
 * of the hub's database that are put back, a hub that runs twice.
 */
#include <stdlib.h>
#include <string.h>

#include "client/core/local/store.h"
#include "common/db/db.h"
#include "tests/sim/sim.h"

#define YEAR_MS (365 * DAY_MS)

void
trouble_clock(struct actor *a, const struct step *st)
{
	int64_t now = a->sim->now_ms;

	a->sim->clocks = true;
	a->drift_from_ms = now;
	a->drift_ppm = 0;
	switch (st->draw[0] % 7) {
	case 0:
		a->offset_ms = -now + (int64_t)(st->draw[1] % 1000000);
		break;
	case 1:
		a->offset_ms = YEAR_MS;
		break;
	case 2:
		a->offset_ms -= st->draw[1] % (30 * DAY_MS);
		break;
	case 3:
		a->drift_ppm = (int64_t)(st->draw[1] % 200000) - 100000;
		break;
	case 4:
		a->offset_ms = (int64_t)(st->draw[1] % 600000) - 300000;
		break;
	case 5:
		a->offset_ms += st->draw[1] % (3 * DAY_MS);
		break;
	default:
		a->offset_ms = 0;
	}
	sim_note(a->sim, "   clock off by %lld ms", (long long)a->offset_ms);
}

/* ---- an old copy of a store ---- */

static int64_t
one(struct actor *a, const char *sql)
{
	int64_t n = 0;
	struct err e;

	if (db_one_int(cast_db(a), sql, &n, &e) < 0)
		sim_fail(a->sim, "device %d: %s", a->no, e.text);
	return n;
}

/* Grows with everything of this device's that the hub has taken. */
static int64_t
sent(struct actor *a)
{
	return one(a, "SELECT coalesce(sum(acked_counter), 0) FROM own_line");
}

/* What is sealed there goes out once more as the same bytes. */
static int64_t
sealed(struct actor *a)
{
	return one(a, "SELECT coalesce(sum(counter), 0) FROM own_line");
}

static const char *
store_path(const struct actor *a, char out[static 128])
{
	snprintf(out, 128, "%s/store.tugi", a->profile);
	return out;
}

/* One thing at a time. */
static void
no_trouble(struct actor *a)
{
	simdisk_crash_at(a->disk, 0);
	simdisk_fault_at(a->disk, 0, 0, false);
	a->full = false;
}

void
trouble_copy(struct actor *a)
{
	struct buf *file;
	char path[128];

	if (a->old || act_broken(a))
		return;
	no_trouble(a);
	a->copy_sealed = sealed(a);
	cast_close(a); /* which empties its log */
	file = simdisk_file(a->disk, store_path(a, path));
	if (file != NULL) {
		buf_done(&a->copy);
		buf_init(&a->copy, SIZE_MAX);
		buf_add(&a->copy, file->data, file->len);
		a->copy_ms = a->sim->now_ms;
	}
	cast_open(a);
}

void
trouble_old(struct actor *a)
{
	struct sim *s = a->sim;
	char path[128], wal[140];
	int i;

	if (a->copy.len == 0 || a->old || act_broken(a))
		return;
	no_trouble(a);
	sim_note(s, "   the copy of an earlier day is put back");
	/* What the hub has of it and it does not know, it meets, unless that
	 * has been closed to it. */
	a->split |= sent(a) > a->copy_sealed && one(a, "SELECT count(*) FROM "
	    "space WHERE state <> 1") == 0;
	cast_close(a);
	store_path(a, path);
	snprintf(wal, sizeof(wal), "%s-wal", path);
	simdisk_remove(a->disk, wal);
	/* As a whole folder is put back: nothing beside it tells. */
	snprintf(wal, sizeof(wal), "%s-anchor", path);
	simdisk_remove(a->disk, wal);
	simdisk_put(a->disk, path, buf_view(&a->copy));
	a->old = s->odd = true;
	for (i = 0; i < s->text_count; i++)
		if (s->text[i].by == a->no && s->text[i].at_ms >= a->copy_ms)
			s->text[i].undone = true;
	cast_open(a);
}

/* ---- the hub ---- */

/* Its database as it lies there, with nothing in its log. */
static void
read_hub(struct sim *s, int side, struct buf *out)
{
	struct buf *file;

	cast_hub_close(s);
	file = simdisk_file(s->hub_disk, cast_hub_path(side));
	if (file == NULL)
		sim_fail(s, "the hub has no database");
	buf_done(out);
	buf_init(out, SIZE_MAX);
	buf_add(out, file->data, file->len);
	cast_hub_open(s);
}

/* The longest log of which this device has a signed head. */
static int64_t
known_size(struct actor *a)
{
	return one(a, "SELECT coalesce(max(size), 0) FROM head WHERE device "
	    "IS NULL");
}

static int64_t
hub_size(struct sim *s, int side)
{
	struct hub_status st;
	struct err e;

	if (hub_status(s->hub[side], &st, &e) != 0)
		sim_fail(s, "the hub does not say how it is: %s", e.text);
	return (int64_t)st.log.size;
}

/* Who knows more than the hub ${side} has from now on meets a contradiction
 * as soon as it asks there. */
static void
split_those(struct sim *s, int side)
{
	int64_t size = hub_size(s, side);
	struct sign_pub pub;
	int i;

	for (i = 0; i < s->actors; i++) {
		struct actor *a = &s->actor[i];

		if (a->side != side)
			continue;
		/* Who joined since is a stranger to it, who sends nothing. */
		if (hub_device(s->hub[side], &a->keys.device, &pub) !=
		    VERDICT_ACCEPTED && !a->revoked)
			a->stranger = true;
		else
			a->split |= known_size(a) > size;
	}
}

void
trouble_put_back(struct sim *s)
{
	char wal[40];

	carried_lost(s);
	cast_hub_close(s);
	snprintf(wal, sizeof(wal), "%s-wal", cast_hub_path(0));
	simdisk_remove(s->hub_disk, wal);
	simdisk_put(s->hub_disk, cast_hub_path(0), buf_view(&s->backup));
	buf_done(&s->backup);
	buf_init(&s->backup, SIZE_MAX);
}

static void
restore(struct sim *s)
{
	if (s->backup.len == 0)
		return;
	s->odd = true;
	sim_note(s, "   the hub is put back to its backup");
	trouble_put_back(s);
	cast_hub_open(s);
	split_those(s, 0);
}

static void
fork_hub(struct sim *s, uint32_t draw)
{
	struct buf b;
	int i;

	if (s->hubs == 2)
		return;
	sim_note(s, "   the hub runs twice");
	buf_init(&b, SIZE_MAX);
	read_hub(s, 0, &b);
	cast_hub_close(s);
	simdisk_put(s->hub_disk, cast_hub_path(1), buf_view(&b));
	buf_done(&b);
	s->hubs = 2;
	s->odd = true;
	cast_hub_open(s);
	s->fork_size = hub_size(s, 0);
	for (i = 0; i < s->actors; i++)
		s->actor[i].side = draw >> i % 32 & 1;
}

void
trouble_switch(struct actor *a, int side)
{
	a->side = (uint8_t)side;
}

void
trouble_meets(struct actor *a)
{
	if (a->sim->hubs < 2 || a->log_side == a->side)
		return;
	if (known_size(a) > a->sim->fork_size) {
		a->met |= !a->split;
		a->split = true;
	} else
		a->log_side = a->side;
}

void
trouble_forgets(struct actor *a)
{
	if (a->met && !cast_stopped(a))
		a->split = a->met = false;
}

static void
set_hub_clock(struct sim *s, const struct step *st)
{
	static const int64_t off[] = { 0, YEAR_MS, -YEAR_MS, 3 * DAY_MS,
		-3 * DAY_MS, 5 * MINUTE_MS, -5 * MINUTE_MS, 60 * MINUTE_MS };

	s->clocks = true;
	s->hub_offset_ms = off[st->draw[0] % 8];
	s->odd = true;
	sim_note(s, "   the hub's clock is off by %lld ms",
	    (long long)s->hub_offset_ms);
	if (st->draw[1] % 2 == 0 || s->hub_offset_ms == 0)
		cast_hub_restart(s);
}

void
trouble_hub(struct sim *s, const struct step *st)
{
	switch (st->kind) {
	case STEP_HUB:
		cast_hub_restart(s);
		break;
	case STEP_BACKUP:
		if (!anew_waits(s))
			read_hub(s, 0, &s->backup);
		break;
	case STEP_RESTORE:
		restore(s);
		break;
	case STEP_ANEW:
		anew_restore(s);
		break;
	case STEP_FORK:
		fork_hub(s, st->draw[0]);
		break;
	case STEP_HUB_CLOCK:
		set_hub_clock(s, st);
		break;
	default:
		break;
	}
}
