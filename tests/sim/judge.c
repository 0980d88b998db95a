/*
 * The verdict, when everything has healed: nothing lost, nothing doubled,
 * nothing disclosed, all of one mind, and nothing left to do.
 */
#include <stdlib.h>
#include <string.h>

#include "client/core/cases/conflicts.h"
#include "client/core/exchange.h"
#include "client/core/records/records.h"
#include "client/core/consent/review.h"
#include "common/base/mem.h"
#include "common/db/db.h"
#include "tests/sim/sim.h"

/* ---- the hub ---- */

static void
no_rows(struct sim *s, struct db *db, const char *sql, const char *what)
{
	int64_t n = 0;
	struct err e;

	if (db_one_int(db, sql, &n, &e) < 0)
		sim_fail(s, "%s: %s", what, e.text);
	if (n != 0)
		sim_fail(s, "%s (%lld)", what, (long long)n);
}

static void
judge_hub(struct sim *s, struct judge *j)
{
	struct stmt *q;
	struct err e;
	int i;

	no_rows(s, j->hub, "SELECT count(*) <> coalesce(max(seq) + 1, 0) "
	    "FROM item", "the log has a gap");
	no_rows(s, j->hub, "SELECT count(*) FROM (SELECT 1 FROM item GROUP BY "
	    "space HAVING count(*) <> max(sseq) OR min(sseq) <> 1)",
	    "a space's stream has a gap");
	no_rows(s, j->hub, "SELECT count(*) FROM item a JOIN item b ON b.seq "
	    "= a.seq + 1 WHERE b.accept_ms < a.accept_ms",
	    "accept times run back");
	q = db_prepare(j->hub, "SELECT header, body FROM item");
	while (db_step(q, &e) == 1)
		for (i = 0; i < 2; i++) {
			struct view v = db_blob(q, i);

			if ((v.len > 0 && truth_shows(v)) ||
			    memmem(v.data, v.len, SIM_CHILD, 8) != NULL)
				sim_fail(s, "the hub can read a text");
		}
}

static void
judge_receipts(struct sim *s, struct judge *j, struct actor *a)
{
	struct stmt *q = db_prepare(cast_db(a), "SELECT id, seq FROM outgoing "
	    "WHERE state = 2");
	struct hash id;
	struct stmt *h;
	struct err e;
	int64_t seq;

	while (db_step(q, &e) == 1) {
		db_hash(q, 0, &id);
		seq = db_int(q, 1);
		h = db_prepare(j->hub, "SELECT seq FROM item WHERE id = ?");
		db_bind_hash(h, 1, &id);
		if (db_step(h, &e) != 1 || db_int(h, 0) != seq)
			sim_fail(s, "person %d holds a receipt for place %lld "
			    "that the log does not bear out", a->no,
			    (long long)seq);
		db_reset(h);
	}
	no_rows(s, cast_db(a), "SELECT count(*) FROM (SELECT 1 FROM item "
	    "WHERE sseq < 1 << 52 GROUP BY space HAVING count(*) <> max(sseq) OR min(sseq) <> 1)",
	    "a client's copy of a stream has a gap");
	/* Of a section that is not its own it can wait for ever: another's
	 * page came to it, and no honest hub sends the rest. */
	no_rows(s, cast_db(a), "SELECT count(*) FROM want JOIN space ON "
	    "space.id = want.space WHERE space.state = 1",
	    "a client still waits for something to be sent again");
}

/* ---- each text ---- */

bool
judge_lists(const struct epoch_seen *ep, const struct actor *a, int64_t now_ms,
    enum right right)
{
	const struct epoch_recipient *r = ep == NULL ? NULL :
	    epoch_find(&ep->ep, &a->keys.device);

	return r != NULL && r->right >= right && r->until_ms > now_ms;
}

const char *
judge_describe(const struct sim *s, int no, char out[static 160])
{
	const struct text *t = &s->text[no];

	char section[80];

	people_sections(1u << t->section, section);
	snprintf(out, 160, "text %d (person %d, case %d, %s of %d, field %s)",
	    no, t->by, t->case_no, section, t->owner, t->field);
	return out;
}

static void
judge_accepted(struct sim *s, struct judge *j, const struct scan *sc, int no)
{
	const struct text *t = &s->text[no];
	const struct epoch_seen *ep = judge_newest(j, &t->space, s->now_ms);
	int i, mine, state = 0, most = t->copied && s->clocks ? 2 : 1;
	char what[160];

	judge_describe(s, no, what);
	if (j->accepted[no] > most)
		sim_fail(s, "the log has %s %d times", what, j->accepted[no]);
	for (i = 0; i < s->actors; i++) {
		const struct found *f = &sc->at[i][no];

		if (s->actor[i].revoked || !judge_lists(ep, &s->actor[i],
		    s->now_ms, RIGHT_READ))
			continue;
		mine = t->decided && f->count == 0 ? GONE : f->state;
		if (((f->count < 1 || f->count > most) && mine != GONE) ||
		    (f->hidden && mine == ACCEPTED) ||
		    (mine != ACCEPTED && mine != REVIEW &&
		    !(t->decided && mine == GONE)) ||
		    (f->lost && mine != GONE))
			sim_fail(s, "LOST: %s was accepted; person %d may see "
			    "it and has it %d times, state %d%s%s", what, i,
			    f->count, f->state, f->hidden ? ", hidden" : "",
			    f->lost ? ", as lost" : "");
		if (state != 0 && mine != state)
			sim_fail(s, "%s is under review for some and not for "
			    "others (state %d for person %d, %d before)", what,
			    mine, i, state);
		state = mine;
	}
}

/* A keeper who is revoked meanwhile never takes a deposit in. */
static bool
had_keeper(const struct sim *s, const struct judge *j, const struct text *t,
    int64_t at_ms)
{
	const struct epoch_seen *ep = judge_newest(j, &t->space, at_ms);

	return ep != NULL && judge_has_keeper(s, &ep->ep);
}

/* A deposit is taken for 30 days after its author was left out: was there a
 * sync in time? */
static bool
could_deposit(const struct sim *s, const struct judge *j,
    const struct text *t)
{
	const struct actor *a = &s->actor[t->by];
	const struct epoch_seen *ep, *was;
	const struct epoch_recipient *r;
	int64_t out;
	int i;

	for (ep = j->epochs; ep != NULL; ep = ep->next) {
		if (!ep->accepted || !id_eq(&ep->ep.space, &t->space))
			continue;
		was = judge_newest(j, &t->space, ep->accept_ms - 1);
		r = epoch_find(&ep->ep, &a->keys.device);
		out = r != NULL ? r->until_ms : ep->accept_ms;
		if (r == NULL && (was == NULL || epoch_find(&was->ep,
		    &a->keys.device) == NULL))
			continue;
		/* An end that another epoch came before. */
		if (r != NULL && judge_newest(j, &t->space, out) != ep)
			continue;
		for (i = 0; i < a->syncs; i++)
			if (a->synced_ms[i] > t->at_ms &&
			    a->synced_ms[i] > s->anew_ms &&
			    a->synced_ms[i] > out &&
			    a->synced_ms[i] < out + 29 * DAY_MS &&
			    had_keeper(s, j, t, a->synced_ms[i]))
				return true;
	}
	return false;
}

static void
judge_kept(struct sim *s, const struct judge *j, const struct scan *sc,
    int no)
{
	const struct text *t = &s->text[no];
	const struct found *f = &sc->at[t->by][no];
	bool gone;
	char what[160];

	judge_describe(s, no, what);
	/* What a restored hub lost and nobody can send again stays where it
	 * was received. */
	if (s->anew > 0 && s->actor[t->by].revoked) {
		judge_somewhere(s, sc, no);
		return;
	}
	/* Who is shut out altogether cannot even deposit. */
	gone = t->decided || s->actor[t->by].revoked ||
	    (t->owner >= 0 && truth_gone(s, t->owner));
	if (f->count > 1)
		sim_fail(s, "%s is doubled on its author's device", what);
	if (f->count == 0 && !t->decided)
		sim_fail(s, "LOST: %s was saved, not accepted, and is not on "
		    "its author's device", what);
	gone |= f->state == LOCAL && anew_apart(&s->actor[t->by], &t->space) &&
	    !judge_lists(judge_newest(j, &t->space, s->now_ms),
	    &s->actor[t->by], s->now_ms, RIGHT_READ);
	if (!gone && f->state != HELD)
		sim_fail(s, "%s was not accepted and is not held either "
		    "(state %d)", what, f->state);
	if (!gone && !sc->reviewed[no] && could_deposit(s, j, t))
		sim_fail(s, "%s is held and no keeper has its deposit", what);
}

/* Who is let in by an epoch that comes again later was not shut out before. */
static bool
was_in(const struct judge *j, const struct epoch_seen *now,
    const struct actor *a)
{
	const struct epoch_seen *ep;

	for (ep = j->epochs; ep != NULL; ep = ep->next)
		if (ep->accepted && id_eq(&ep->ep.space, &now->ep.space) &&
		    ep->ep.number < now->ep.number &&
		    epoch_find(&ep->ep, &a->keys.device) != NULL)
			return true;
	return false;
}

/* Who was in by an epoch that a restored hub lost later was not shut out
 * either, whatever the log says now. */
static bool
was_in_then(const struct judge *j, const struct epoch_seen *now,
    const struct text *t, const struct actor *a)
{
	const struct epoch_seen *ep, *best = now;

	for (ep = j->epochs; ep != NULL; ep = ep->next)
		if (id_eq(&ep->ep.space, &t->space) &&
		    ep->was_ms <= t->at_ms && t->at_ms < ep->lost_ms &&
		    ep->ep.number > best->ep.number)
			best = ep;
	return best != now && epoch_find(&best->ep, &a->keys.device) != NULL;
}

/* Written when the hub had already closed the door: a person decides. */
static void
judge_shut(struct sim *s, struct judge *j, int no)
{
	const struct text *t = &s->text[no];
	const struct epoch_seen *ep = judge_newest(j, &t->space, t->at_ms);
	char what[160];

	/* Who is listed, and over by the date, may hold another right. */
	if (s->actor[t->by].who == t->owner || ep == NULL || t->decided ||
	    epoch_find(&ep->ep, &s->actor[t->by].keys.device) != NULL ||
	    !was_in(j, ep, &s->actor[t->by]) ||
	    was_in_then(j, ep, t, &s->actor[t->by]))
		return;
	if (j->accepted[no] > 0)
		sim_fail(s, "%s was written after its author had been shut "
		    "out, and is shown", judge_describe(s, no, what));
}

static void
judge_texts(struct sim *s, struct judge *j, const struct scan *sc)
{
	int no;

	judge_devices(s, sc);
	for (no = 0; no < s->text_count; no++) {
		const struct text *t = &s->text[no];

		if (!t->sure || (t->undone && j->accepted[no] == 0) ||
		    t->fades || truth_erasing(s, &t->record))
			continue;
		if (j->accepted[no] > 0)
			judge_accepted(s, j, sc, no);
		else
			judge_kept(s, j, sc, no);
		judge_shut(s, j, no);
	}
}

/* ---- all of one mind ---- */

static void
dump_record(struct sim *s, struct actor *a, const struct id *id,
    struct buf *out)
{
	struct record_item r;
	char hex[ID_TEXT_BYTES];
	struct err e;
	size_t i;
	int rc = records_find(a->session, id, &r, &e);

	if (rc < 0)
		sim_fail(s, "person %d cannot read a record: %s", a->no,
		    e.text);
	buf_add_fmt(out, "%s %s%s", id_text(id, hex), rc == 0 ? "-" : r.author,
	    rc == 1 && r.deleted ? " deleted" : "");
	for (i = 0; rc == 1 && i < r.field_count; i++)
		buf_add_fmt(out, " %s=%s%s", r.fields[i].name,
		    r.fields[i].text, r.fields[i].conflict ? "!" : "");
	buf_add_str(out, "\n");
	if (rc == 1)
		record_item_done(&r);
}

static void
dump_space(struct sim *s, const struct judge *j, struct actor *a,
    const struct id *space, struct buf *out)
{
	struct stmt *q = db_prepare(cast_db(a), "SELECT id FROM record r "
	    "WHERE space = ? AND flags & 4 = 0 AND EXISTS (SELECT 1 FROM "
	    "version v WHERE v.rid = r.rid AND v.state IN (3, 5)) "
	    "ORDER BY id");
	struct buf ids;
	struct id id;
	struct err e;
	size_t at;

	buf_init(&ids, SIZE_MAX);
	db_bind_id(q, 1, space);
	while (db_step(q, &e) == 1)
		buf_add(&ids, db_blob(q, 0).data, 16);
	for (at = 0; at < ids.len; at += 16) {
		memcpy(id.b, ids.data + at, 16);
		if (!anew_lost(j, &id))
			dump_record(s, a, &id, out);
	}
	buf_done(&ids);
}

static void
first_difference(struct buf *a, struct buf *b, char out[static 300])
{
	char *x = strdup(buf_str(a)), *y = strdup(buf_str(b)), *p, *q;
	char *lx, *ly, *sx = NULL, *sy = NULL;

	lx = strtok_r(x, "\n", &sx);
	ly = strtok_r(y, "\n", &sy);
	while (lx != NULL && ly != NULL && strcmp(lx, ly) == 0) {
		lx = strtok_r(NULL, "\n", &sx);
		ly = strtok_r(NULL, "\n", &sy);
	}
	p = lx != NULL ? lx : (char[]){ "nothing" };
	q = ly != NULL ? ly : (char[]){ "nothing" };
	snprintf(out, 300, "%.140s <> %.140s", p, q);
	free(x);
	free(y);
}

/* It waits for a takeover, as no keeper is left (heal.c): it is shown to who
 * wrote it and to nobody else. */
static bool
has_unsent(struct actor *a, const struct id *space)
{
	struct stmt *q = db_prepare(cast_db(a), "SELECT 1 FROM version "
	    "JOIN record USING (rid) WHERE space = ? AND state IN (1, 2) "
	    "LIMIT 1");
	struct err e;
	int rc;

	db_bind_id(q, 1, space);
	rc = db_step(q, &e);
	db_reset(q);
	return rc == 1;
}

static void
judge_agreement(struct sim *s, struct judge *j)
{
	const struct epoch_seen *ep;
	struct buf first, other;
	char why[300];
	int i, one;

	buf_init(&first, SIZE_MAX);
	buf_init(&other, SIZE_MAX);
	for (ep = j->epochs; ep != NULL; ep = ep->next) {
		if (judge_newest(j, &ep->ep.space, s->now_ms) != ep)
			continue;
		for (i = 0, one = -1; i < s->actors; i++) {
			struct buf *b = one < 0 ? &first : &other;

			if (s->actor[i].revoked || !judge_lists(ep, &s->actor[i],
			    s->now_ms, RIGHT_READ) ||
			    has_unsent(&s->actor[i], &ep->ep.space))
				continue;
			buf_reset(b);
			dump_space(s, j, &s->actor[i], &ep->ep.space, b);
			if (one >= 0 && !view_eq(buf_view(&first),
			    buf_view(&other))) {
				first_difference(&first, &other, why);
				sim_fail(s, "persons %d and %d see different "
				    "things: %s", one, i, why);
			}
			one = one < 0 ? i : one;
		}
	}
	buf_done(&first);
	buf_done(&other);
}

/* Who saw a value wins over it, whatever any clock said. */
static void
judge_fields(struct sim *s, struct judge *j, const struct scan *sc)
{
	const struct text *t, *old;
	struct record_item r;
	struct err e;
	size_t f;
	int no, i, at;

	for (no = 0; no < s->text_count; no++) {
		t = &s->text[no];
		at = t->owner;
		if (!t->sure || t->note || t->fades || at < 0 ||
		    truth_erasing(s, &t->record) || s->actor[at].revoked ||
		    j->accepted[no] == 0 || sc->at[at][no].hidden ||
		    sc->at[at][no].state != ACCEPTED)
			continue; /* hidden: who wrote it has left */
		if (records_find(s->actor[at].session, &t->record, &r, &e) !=
		    1)
			sim_fail(s, "a record of text %d is not shown", no);
		for (i = 0; i < t->seen_count; i++) {
			char needle[SIM_NEEDLE_BYTES + 1];

			old = &s->text[t->seen[i]];
			truth_needle((int)(old - s->text), needle);
			for (f = 0; f < r.field_count; f++)
				if (strcmp(r.fields[f].name, t->field) == 0 &&
				    strstr(r.fields[f].text, needle) != NULL)
					sim_fail(s, "text %d was written over "
					    "text %d, which is shown", no,
					    t->seen[i]);
		}
		record_item_done(&r);
	}
}

/* ---- nothing left to do ---- */

static void
judge_idle(struct sim *s)
{
	struct exchange_result r;
	unsigned before;
	struct err e;
	int i;

	/* What ended by itself since the last sync is met by the first. */
	for (i = 0; i < 2 * s->actors; i++) {
		if (s->actor[i % s->actors].revoked)
			continue;
		before = s->requests;
		if (exchange_sync(s->actor[i % s->actors].session,
		    &s->actor[i % s->actors].remote, NULL, &r, &e) != 0)
			sim_fail(s, "one more sync of person %d: %s",
			    i % s->actors, e.text);
		if (i < s->actors)
			continue;
		if (s->requests - before != SIM_IDLE || r.sent_notes +
		    r.sent_changes + r.got_notes + r.got_changes + r.rekeyed +
		    r.quarantined_new + r.lost_spaces + r.new_spaces > 0)
			sim_fail(s, "one more sync of person %d moves "
			    "something (%u requests): sent %zu got %zu "
			    "rekeyed %zu quarantined %zu lost %zu new %zu",
			    i % s->actors, s->requests - before, r.sent_notes +
			    r.sent_changes, r.got_notes + r.got_changes,
			    r.rekeyed, r.quarantined_new, r.lost_spaces,
			    r.new_spaces);
	}
}

void
judge_open(struct sim *s, struct judge *j)
{
	struct db_options o = { .create = false };
	struct err e;

	buf_init(&j->lost, SIZE_MAX);
	if (db_open(cast_hub_path(0), &o, &j->hub, &e) != 0)
		sim_fail(s, "the hub's database: %s", e.text);
}

void
judge_all(struct sim *s)
{
	struct judge *j = mem_new(sizeof(*j));
	struct scan sc;
	int i;

	judge_idle(s);
	judge_open(s, j);
	judge_hub(s, j);
	judge_lines(s);
	judge_keys(s, j);
	judge_scan(s, &sc);
	anew_judge(s, j);
	for (i = 0; i < s->actors; i++)
		judge_receipts(s, j, &s->actor[i]);
	judge_texts(s, j, &sc);
	judge_agreement(s, j);
	judge_fields(s, j, &sc);
	judge_files(s, j, &sc);
	judge_listed(s, j);
	judge_deleted(s, j);
	judge_erased(s, j);
	db_close(j->hub);
}
