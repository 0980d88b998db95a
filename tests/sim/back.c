/*
 * A profile brought back from a backup as its person does it: restored on
 * another laptop, let in by the office as a new device, the old one revoked
 * once the new one has synced. The old one is gone with its disk, or it turns up
 * again and goes on for a while. What was written since and lay there alone is
 * gone with it; nothing else is.
 */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "client/core/local/store.h"
#include "client/core/office/office.h"
#include "client/core/profile/enrol.h"
#include "client/core/profile/keep.h"
#include "common/db/db.h"
#include "tests/sim/sim.h"

#define STICK_BYTES 24

/* Of each device another, with the files of attachments beside it. */
static const char *
stick(const struct actor *a, char out[static STICK_BYTES])
{
	snprintf(out, STICK_BYTES, "stick%d.tugi", a->no);
	return out;
}

static struct simdisk *disk; /* on which something gets its name */

int
back_move(const char *from, const char *to)
{
	return simdisk_move(disk, from, to);
}

void
back_keep(struct actor *a)
{
	char path[STICK_BYTES];
	struct buf *file;
	size_t files;
	struct err e;

	if (a->back || a->replaced || act_broken(a) || cast_stopped(a))
		return;
	simdisk_crash_at(a->disk, 0);
	simdisk_fault_at(a->disk, 0, 0, false);
	a->full = false;
	simdisk_remove(a->disk, stick(a, path));
	disk = a->disk;
	files_folder(a->sim);
	if (keep_backup(a->session, path, &files, &e) != 0)
		sim_fail(a->sim, "device %d cannot be backed up: %s", a->no,
		    e.text);
	file = simdisk_file(a->disk, path);
	buf_done(&a->stick);
	buf_init(&a->stick, SIZE_MAX);
	buf_add(&a->stick, file->data, file->len);
}

/* ---- on another laptop ---- */

static void
clear(struct actor *b)
{
	static const char *const names[] = { "", "-wal", "-anchor" };
	char path[128];
	size_t i;

	for (i = 0; i < 3; i++) {
		snprintf(path, sizeof(path), "%s/store.tugi%s", b->profile,
		    names[i]);
		simdisk_remove(b->disk, path);
	}
}

/* The profile's folder is a real one, for as long as that takes, or longer if
 * there are files of attachments. */
static void
restore(struct sim *s, struct actor *b, const struct actor *a)
{
	char path[STICK_BYTES];
	struct session_options o = cast_options(b);
	struct err e;

	simdisk_put(b->disk, stick(a, path), buf_view(&a->stick));
	disk = b->disk;
	files_folder(s);
	if (keep_restore(&o, path, view_str(SIM_PASSPHRASE), &e) != 0)
		sim_fail(s, "a backup is not brought back: %s", e.text);
	(void)rmdir(b->profile);
}

/* A note that was moved has the same words in more than one record. */
static bool
lies_on(struct actor *a, int no)
{
	const struct text *t = &a->sim->text[no];
	char needle[SIM_NEEDLE_BYTES + 1];
	struct stmt *q = db_prepare(cast_db(a), "SELECT 1 FROM version JOIN "
	    "record USING (rid) WHERE instr(body, ?1) > 0 AND (?2 IS NULL OR "
	    "id = ?2)");
	struct err e;
	bool found;

	truth_needle(t->copy ? t->of : no, needle);
	db_bind_blob(q, 1, needle, SIM_NEEDLE_BYTES);
	if (t->copy)
		db_bind_id(q, 2, &t->record);
	found = db_step(q, &e) == 1;
	db_reset(q);
	return found;
}

/* What waits on both may be sent by both; with another stamp, if a clock was
 * put right meanwhile. */
static void
share(struct sim *s, struct actor *a, struct actor *b)
{
	int no;

	for (no = 0; no < s->text_count; no++)
		s->text[no].copied |= s->text[no].by == a->no && lies_on(b, no);
}

/* Its disk is gone: what the backup has is the new device's to send, though
 * the old one may have sent it after the backup. */
static void
inherit(struct sim *s, struct actor *a, struct actor *b)
{
	int no;

	sim_note(s, "   the old device is gone with its disk");
	a->dead = a->busy = true;
	for (no = 0; no < s->text_count; no++) {
		if (s->text[no].by != a->no)
			continue;
		if (lies_on(b, no)) {
			s->text[no].by = b->no;
			s->text[no].copied = true;
		} else
			s->text[no].undone = true;
	}
}

void
back_bring(struct sim *s, struct actor *a, const struct step *st)
{
	int i = s->actors;
	struct actor *b = &s->actor[i];

	/* The office keeps one officer's device. */
	if (a->stick.len == 0 || a->no == 0 || a->busy || act_broken(a) ||
	    a->replaced || i >= s->plan->people + SIM_SPARE)
		return;
	sim_note(s, "   from its backup, as %d", i);
	clear(b);
	snprintf(b->profile, sizeof(b->profile), "b%d", i);
	restore(s, b, a);
	b->who = a->who;
	b->roles = a->roles;
	b->person = a->person;
	b->keys = a->keys;
	b->revoked = a->revoked;
	b->anew = a->anew;
	b->joined = b->back = a->replaced = true;
	b->drift_from_ms = s->now_ms;
	s->actors = i + 1;
	cast_open(b);
	if (st->draw[1] % 2 == 0)
		inherit(s, a, b);
	else
		share(s, a, b);
	buf_done(&a->stick);
	buf_init(&a->stick, SIZE_MAX);
	cast_settle(b);
}

/* ---- the office ---- */

static void
let_in(struct sim *s, struct actor *b)
{
	struct actor *by = people_officer(s);
	struct office_approval ok = { .title = "worker",
		.person = &b->person };
	struct enrol_result asked;
	char name[32];
	struct buf card;
	struct err e;
	int rc;

	if (by == NULL)
		return;
	heal_sync(by);
	buf_init(&card, 4096);
	rc = office_card(by->session, &card, &e);
	if (rc == 0)
		rc = enrol_join(b->session, &b->remote, buf_str(&card), &asked,
		    &e);
	buf_done(&card);
	if (office_carried_out(b, rc, &e)) {
		snprintf(name, sizeof(name), "Person %d", b->who);
		ok.name = name;
		ok.roles = b->roles == ROLE_WORKER ? 0 : b->roles;
		ok.code = asked.code;
		rc = office_approve(by->session, &by->remote, &ok, &e);
		if (office_carried_out(by, rc, &e))
			sim_note(s, "   let in: %d", b->no);
	}
	cast_settle(by);
}

void
back_let_in(struct sim *s)
{
	int i;

	for (i = 0; i < s->actors; i++)
		if (s->actor[i].back && !s->actor[i].revoked &&
		    !s->actor[i].busy && !s->actor[i].full &&
		    s->actor[i].apart_until <= s->cursor &&
		    !simdisk_crashed(s->actor[i].disk))
			let_in(s, &s->actor[i]);
}

void
back_settle(struct actor *a)
{
	const struct store *st = session_store(a->session);

	if (!a->back || st->restored)
		return;
	/* Or it learned that it is revoked, and is cut in acting on that. */
	if (id_eq(&st->me->device, &a->keys.device)) {
		a->back = st->stage != STORE_REVOKED;
		return;
	}
	a->back = false;
	/* It became the new one, before the old one's revocation came. */
	sim_note(a->sim, "   %d is a new device", a->no);
	a->keys = *st->me;
	a->revoked = false;
}

bool
back_revoke(struct sim *s, bool now)
{
	bool any = false;
	int i, k;

	for (i = 0; i < s->actors; i++) {
		struct actor *a = &s->actor[i];

		if (!a->replaced || a->revoked)
			continue;
		for (k = 0; k < s->actors; k++)
			if (s->actor[k].back && id_eq(&s->actor[k].keys.device,
			    &a->keys.device))
				break;
		if (k < s->actors)
			continue;
		if (now)
			people_lose(s, a);
		any = true;
	}
	return any;
}

bool
back_hand_over(struct sim *s)
{
	static const struct step all = { .kind = STEP_MOVE,
		.draw = { 0, UINT32_MAX } };
	bool any = false;
	int i, k;

	for (i = 0; i < s->actors; i++)
		for (k = i + 1; k < s->actors; k++) {
			struct actor *a = &s->actor[i], *b = &s->actor[k];

			if (!a->replaced || !a->revoked || a->dead ||
			    b->who != a->who || b->revoked || b->back ||
			    cast_stopped(b))
				continue;
			sim_note(s, "%d hands over", i);
			office_move(a, b, &all);
			cast_settle(b);
			any = true;
			break;
		}
	return any;
}
