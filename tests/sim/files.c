/*
 * Files of attachments: added, sealed, sent in pieces by a sync, fetched,
 * dropped and fetched again. They lie in a real folder, of this run alone, as
 * they do beside a store; the hub has them in its database. What is in a file
 * follows from the number of the text that goes with it, and each kilobyte has
 * that text's needle.
 */
#include <ftw.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "client/core/cases/attachments.h"
#include "client/core/fetch.h"
#include "client/core/local/blobs.h"
#include "client/core/local/store.h"
#include "common/base/file.h"
#include "common/base/mem.h"
#include "common/db/db.h"
#include "tests/sim/sim.h"

#define IN "in.pdf"
#define OUT "out.pdf"
#define SMALL 6000
#define LARGE 700000  /* three pieces */

static char folder[64]; /* of this run; "": none yet */

/* ---- the folder ---- */

void
files_folder(struct sim *s)
{
	if (folder[0] != '\0')
		return;
	snprintf(folder, sizeof(folder), "/dev/shm/tugi-sim-files-%ld",
	    (long)getpid());
	if (file_exists(folder))
		files_end();
	snprintf(folder, sizeof(folder), "/dev/shm/tugi-sim-files-%ld",
	    (long)getpid());
	if (mkdir(folder, 0700) != 0 || chdir(folder) != 0)
		sim_fail(s, "no folder in /dev/shm");
}

static int
remove_one(const char *path, const struct stat *st, int flag, struct FTW *f)
{
	(void)st;
	(void)flag;
	(void)f;
	return remove(path);
}

void
files_end(void)
{
	if (folder[0] != '\0')
		(void)nftw(folder, remove_one, 8, FTW_DEPTH | FTW_PHYS);
	folder[0] = '\0';
}

/* A profile's folder, for the files alone: the store has a disk of its own. */
static void
profile_folder(struct actor *a)
{
	struct err e;

	files_folder(a->sim);
	if (file_folder(a->profile, &e) != 0)
		sim_fail(a->sim, "%s", e.text);
}

/* ---- what is in them ---- */

static void
content(const struct file *f, struct buf *out)
{
	char needle[SIM_NEEDLE_BYTES + 1];
	struct chance c = { (uint64_t)f->text * 77 + f->size };

	truth_needle(f->text, needle);
	while (out->len < f->size) {
		if (out->len % 1024 == 0)
			buf_add_str(out, needle);
		buf_add_be(out, chance_next(&c), 6);
	}
	out->len = f->size;
}

static void
write_in(struct sim *s, const struct file *f)
{
	struct buf b;
	struct err e;

	buf_init(&b, SIZE_MAX);
	content(f, &b);
	if (file_replace(IN, buf_view(&b), 0600, &e) != 0)
		sim_fail(s, "%s", e.text);
	buf_done(&b);
}

/* The file as this device gives it out is what was saved; 0, or -1: not here. */
static int
compare(struct actor *a, const struct file *f)
{
	struct buf is, was;
	struct err e;
	bool same;

	profile_folder(a);
	(void)unlink(OUT);
	if (attachments_save(a->session, &f->record, OUT, &e) != 0) {
		if (e.kind != ERR_ABSENT && !act_broken(a))
			sim_fail(a->sim, "device %d does not open the file "
			    "of text %d: %s", a->no, f->text, e.text);
		return -1;
	}
	buf_init(&is, SIZE_MAX);
	buf_init(&was, SIZE_MAX);
	content(f, &was);
	same = file_read(OUT, &is, &e) == 0 && view_eq(buf_view(&is),
	    buf_view(&was));
	buf_done(&is);
	buf_done(&was);
	(void)unlink(OUT);
	if (!same)
		sim_fail(a->sim, "the file of text %d is another on device %d",
		    f->text, a->no);
	return 0;
}

/* ---- steps ---- */

/* Under which its sealed bytes go. */
static bool
name_of(struct actor *a, struct file *f)
{
	struct stmt *q = db_prepare(cast_db(a), "SELECT body FROM version JOIN "
	    "record USING (rid) WHERE id = ?");
	struct err e;
	bool found;

	db_bind_id(q, 1, &f->record);
	found = db_step(q, &e) == 1 && truth_bytes(db_blob(q, 0),
	    ATTACHMENT_BLOB, &f->blob, sizeof(f->blob));
	db_reset(q);
	return found;
}

/* Bytes of it, as the hub gets them. */
static void
take_mark(struct actor *a, struct file *f)
{
	char *path = blobs_path(session_store(a->session), &f->blob);
	struct buf b;
	struct err e;

	buf_init(&b, SIZE_MAX);
	if (file_read(path, &b, &e) != 0 || b.len < 200)
		sim_fail(a->sim, "a sealed file is not there");
	memcpy(f->mark, b.data + 100, sizeof(f->mark));
	buf_done(&b);
	mem_free(path);
}

/* A note or goal that it belongs to. */
static void
find_beside(struct actor *a, struct attachments_wish *w)
{
	struct stmt *q = db_prepare(cast_db(a), "SELECT id FROM record WHERE "
	    "case_id = ? AND type IN (4, 7) AND flags & 220 = 0 ORDER BY id "
	    "LIMIT 1");
	struct err e;

	db_bind_id(q, 1, &w->case_id);
	if (db_step(q, &e) == 1)
		db_id(q, 0, &w->to);
	db_reset(q);
}

static void
add(struct actor *a, const struct step *st)
{
	static const char *const sections[] = { NULL, "plan", "meeting",
		"card" };
	struct sim *s = a->sim;
	struct file *f = &s->file[s->file_count];
	int from = s->text_count, no = (int)(act_case(a, st->draw[0]) -
	    s->cases), rc;
	char words[40] = "as it was scanned";
	struct assignment set = { "words", words };
	struct attachments_wish w = { .case_id = s->cases[no].id,
		.section = sections[st->draw[1] % 4], .path = IN,
		.set = &set, .n = 1 };
	struct err e;

	if (s->file_count == SIM_FILES)
		return;
	if (st->draw[4] % 2 == 0)
		find_beside(a, &w);
	profile_folder(a);
	records_needle(a, no, "words", words, sizeof(words));
	f->text = from;
	f->size = 1 + st->draw[2] % (st->draw[3] % 8 == 0 ? LARGE : SMALL);
	write_in(s, f);
	rc = attachments_add(a->session, &w, &f->record, &e);
	(void)unlink(IN);
	if (records_saved(a, from, rc, &e) && name_of(a, f)) {
		take_mark(a, f);
		s->file_count++;
	}
}

/* One that this device knows. */
static const struct file *
some_file(struct actor *a, uint32_t draw)
{
	struct sim *s = a->sim;
	struct stmt *q = db_prepare(cast_db(a), "SELECT 1 FROM record WHERE "
	    "id = ? AND flags & 220 = 0");
	const struct file *f;
	struct err e;
	int i, rc;

	for (i = 0; i < s->file_count; i++) {
		f = &s->file[(draw + (uint32_t)i) % (uint32_t)s->file_count];
		db_bind_id(q, 1, &f->record);
		rc = db_step(q, &e);
		db_reset(q);
		if (rc == 1)
			return f;
	}
	return NULL;
}

bool
files_some(struct actor *a, uint32_t draw, struct id *out)
{
	const struct file *f = some_file(a, draw);

	if (a->sim->file_count > 0)
		profile_folder(a);
	if (f != NULL)
		*out = f->record;
	return f != NULL;
}

/* As heal_sync, of what needs the hub; where it has no such file, too. */
static bool
fetched(struct actor *a, const struct file *f, struct err *e)
{
	err_clear(e);
	a->calls = 0;
	return fetch_attachment(a->session, &a->remote, &f->record, NULL, e) ==
	    0;
}

static void
fetch(struct actor *a, const struct step *st)
{
	const struct file *f = some_file(a, st->draw[0]);
	struct sim *s = a->sim;
	struct err e;

	if (f == NULL || a->back)
		return;
	profile_folder(a);
	if (fetched(a, f, &e)) {
		s->done++;
		sim_note(s, "   the file of text %d", f->text);
		if (compare(a, f) != 0 && !act_broken(a))
			sim_fail(s, "device %d fetched the file of text %d "
			    "and does not have it", a->no, f->text);
		return;
	}
	s->refused++;
	sim_note(s, "   file: %s", e.text);
	if (e.kind != ERR_ABSENT && e.kind != ERR_DENIED &&
	    !heal_may_fail(a, &e))
		sim_fail(s, "device %d cannot fetch a file: %s", a->no,
		    e.text);
}

static void
drop(struct actor *a, const struct step *st)
{
	const struct file *f = some_file(a, st->draw[0]);
	struct err e;

	if (f == NULL)
		return;
	profile_folder(a);
	(void)act_done(a, attachments_drop(a->session, &f->record, &e), &e);
}

void
files_step(struct actor *a, const struct step *st)
{
	if (st->kind == STEP_FILE)
		add(a, st);
	else if (st->kind == STEP_FETCH)
		fetch(a, st);
	else
		drop(a, st);
}

/* ---- in the end ---- */

/* Who reads the record gets the file. */
static bool
is_shown(struct sim *s, const struct judge *j, const struct scan *sc,
    const struct file *f, int i)
{
	const struct text *t = &s->text[f->text];
	const struct found *at = &sc->at[i][f->text];

	return !s->actor[i].revoked && judge_lists(judge_newest(j, &t->space,
	    s->now_ms), &s->actor[i], s->now_ms, RIGHT_READ) &&
	    at->count > 0 && at->state == ACCEPTED && !at->out;
}

/* It may lie nowhere but with its author, and be gone with that device. */
static bool
may_lack(const struct sim *s, const struct text *t)
{
	return s->actor[t->by].revoked || s->actor[t->by].dead || s->odd ||
	    s->anew > 0 || s->plan->full || t->by != t->first;
}

static void
judge_file(struct sim *s, struct judge *j, const struct scan *sc,
    const struct file *f)
{
	const struct text *t = &s->text[f->text];
	struct actor *a;
	char what[160];
	struct err e;
	int i;

	if (t->fades || truth_erasing(s, &t->record) ||
	    j->accepted[f->text] == 0)
		return;
	for (i = 0; i < s->actors; i++) {
		a = &s->actor[i];
		if (!is_shown(s, j, sc, f, i))
			continue;
		profile_folder(a);
		if (compare(a, f) == 0)
			continue;
		if ((!fetched(a, f, &e) || compare(a, f) != 0) &&
		    !may_lack(s, t))
			sim_fail(s, "LOST: device %d may read %s and does not "
			    "get its file: %s", i, judge_describe(s, f->text,
			    what), e.text);
	}
}

/* Its record, or one that a move made of it: both name the same file. */
static bool
has_record(const struct sim *s, const struct scan *sc, int text, int i)
{
	int no;

	for (no = text; no < s->text_count; no++)
		if ((no == text || s->text[no].of == text) &&
		    sc->at[i][no].count > 0)
			return true;
	return false;
}

/* Where its record is not, it is not either. */
static void
judge_gone(struct sim *s, const struct scan *sc, const struct file *f)
{
	char *path;
	bool there;
	int i;

	for (i = 0; i < s->actors; i++) {
		if (s->actor[i].revoked || has_record(s, sc, f->text, i))
			continue;
		path = blobs_path(session_store(s->actor[i].session),
		    &f->blob);
		there = file_exists(path);
		mem_free(path);
		if (there)
			sim_fail(s, "device %d keeps the file of text %d, "
			    "whose record it does not have", i, f->text);
	}
}

/* What the disks of hub and devices show to who takes them out. */
static int
look(const char *path, const struct stat *st, int flag, struct FTW *at)
{
	struct buf b;
	struct err e;
	bool bad;

	(void)st;
	(void)at;
	if (flag != FTW_F)
		return 0;
	buf_init(&b, SIZE_MAX);
	bad = file_read(path, &b, &e) == 0 && truth_shows(buf_view(&b));
	buf_done(&b);
	return bad;
}

static void
look_at_hub(struct sim *s)
{
	static const char *const names[] = { "", "-wal" };
	char path[64];
	struct buf *b;
	size_t i;

	for (i = 0; i < 2; i++) {
		snprintf(path, sizeof(path), "%s%s", cast_hub_path(0),
		    names[i]);
		b = simdisk_file(s->hub_disk, path);
		if (b != NULL && truth_shows(buf_view(b)))
			sim_fail(s, "a file lies at the hub in the clear");
	}
}

void
judge_files(struct sim *s, struct judge *j, const struct scan *sc)
{
	int i;

	if (s->file_count == 0)
		return;
	for (i = 0; i < s->file_count; i++) {
		judge_gone(s, sc, &s->file[i]);
		judge_file(s, j, sc, &s->file[i]);
	}
	look_at_hub(s);
	(void)unlink(IN);
	if (nftw(folder, look, 8, FTW_PHYS) != 0)
		sim_fail(s, "a file lies on a device in the clear");
}

