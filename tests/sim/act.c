/*
 * Steps: what a person does at a device, through the calls that the front-end
 * makes. What may be refused is refused in a sentence; anything else ends the
 * run.
 */
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "client/core/cases.h"
#include "client/core/consent.h"
#include "client/core/exchange.h"
#include "client/core/notes.h"
#include "client/core/office.h"
#include "client/core/plans.h"
#include "client/core/review.h"
#include "common/base/mem.h"
#include "common/db/db.h"
#include "tests/sim/sim.h"

#define HEAL_ROUNDS 8 /* it ends when one moves nothing */
#define YEAR_MS (365 * DAY_MS)

static const char *const case_fields[] = { "contact", "safety", "theme" };
static const char *const plan_fields[] = { "goal", "measures", "outcome" };
static const char *const words[] = { "card", "notes", "plan" };

void
sim_note(struct sim *s, const char *fmt, ...)
{
	char line[400];
	const char *p;
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(line, sizeof(line), fmt, ap);
	va_end(ap);
	for (p = line; *p != '\0'; p++)
		s->digest = (s->digest ^ (uint8_t)*p) *
		    UINT64_C(0x100000001b3);
	if (s->trace != NULL)
		fprintf(s->trace, "%s\n", line);
}

/* Did a saving call do it? Ends the run when it failed as it may not. */
static bool
done(struct actor *a, int rc, const struct err *e)
{
	struct sim *s = a->sim;

	if (rc == 0) {
		s->done++;
		return true;
	}
	s->refused++;
	sim_note(s, "   no: %s", e->text);
	switch (e->kind) {
	case ERR_INPUT:
	case ERR_ABSENT:
	case ERR_DENIED:
	case ERR_TOOBIG:
		return false;
	default:
		if (simdisk_crashed(a->disk))
			return false;
		sim_fail(s, "person %d: %s", a->no, e->text);
	}
}

static struct sim_case *
some_case(struct sim *s, uint32_t draw)
{
	return &s->cases[draw % (uint32_t)s->case_count];
}

static void
make_text(const struct sim *s, const struct text *t, char out[static 200])
{
	static const char *const talk[] = { "talked with the teacher",
	    "was at home, quiet", "the mother asked for help",
	    "agreed on small steps", "" };
	char needle[SIM_NEEDLE_BYTES + 1];

	truth_needle((int)(t - s->text), needle);
	snprintf(out, 200, "%s %s", needle, talk[(t - s->text) % 5]);
}

/* ---- writing ---- */

static bool
some_record(struct actor *a, const struct id *case_id, int type,
    uint32_t draw, struct id *out)
{
	struct stmt *q = db_prepare(cast_db(a), "SELECT id FROM record WHERE "
	    "case_id = ? AND type = ? AND flags & 12 = 0 ORDER BY id");
	struct id list[64];
	struct err e;
	uint32_t n = 0;

	db_bind_id(q, 1, case_id);
	db_bind_int(q, 2, type);
	while (n < 64 && db_step(q, &e) == 1)
		db_id(q, 0, &list[n++]);
	db_reset(q);
	if (n == 0)
		return false;
	*out = list[draw % n];
	return true;
}

static void
write_note(struct actor *a, const struct step *st, bool amend)
{
	struct sim *s = a->sim;
	struct sim_case *c = some_case(s, st->draw[0]);
	struct note_draft d = { .case_id = c->id };
	struct text *t;
	struct id id;
	char text[200];
	struct err e;

	if (amend && !some_record(a, &c->id, TYPE_NOTE, st->draw[1],
	    &d.amends))
		return;
	t = truth_text(s, a, (int)(c - s->cases), SECTION_NOTES);
	if (t == NULL)
		return;
	t->note = true;
	make_text(s, t, text);
	d.text = view_str(text);
	snprintf(t->field, sizeof(t->field), "text");
	if (done(a, notes_add(a->session, &d, &id, &e), &e))
		truth_saved(s, t, &id);
}

static void
write_plan(struct actor *a, const struct step *st)
{
	struct sim *s = a->sim;
	struct sim_case *c = some_case(s, st->draw[0]);
	struct text *t = truth_text(s, a, (int)(c - s->cases), SECTION_PLAN);
	struct assignment set = { "goal", NULL };
	struct id id;
	char text[200];
	struct err e;

	if (t == NULL)
		return;
	make_text(s, t, text);
	set.text = text;
	snprintf(t->field, sizeof(t->field), "goal");
	if (done(a, plans_add(a->session, &c->id, &set, 1, &id, &e), &e))
		truth_saved(s, t, &id);
}

static void
change_field(struct actor *a, const struct step *st, bool plan)
{
	struct sim *s = a->sim;
	struct sim_case *c = some_case(s, st->draw[0]);
	struct assignment set = { plan ? plan_fields[st->draw[2] % 3] :
	    case_fields[st->draw[2] % 3], NULL };
	struct id id = c->id;
	struct text *t;
	char text[200];
	struct err e;

	if (plan && !some_record(a, &c->id, TYPE_PLAN, st->draw[1], &id))
		return;
	t = truth_text(s, a, (int)(c - s->cases), plan ? SECTION_PLAN :
	    SECTION_CARD);
	if (t == NULL)
		return;
	make_text(s, t, text);
	set.text = text;
	snprintf(t->field, sizeof(t->field), "%s", set.name);
	truth_seen(s, t, &id);
	if (done(a, records_set(a->session, &id, &set, 1, &e), &e))
		truth_saved(s, t, &id);
}

static void
open_case(struct actor *a)
{
	struct sim *s = a->sim;
	struct sim_case *c = &s->cases[s->case_count];
	struct assignment set[] = { { "name", c->name }, { "contact", NULL } };
	struct text *t;
	char text[200];
	struct err e;

	if (s->case_count == SIM_CASES)
		return;
	t = truth_text(s, a, s->case_count, SECTION_CARD);
	if (t == NULL)
		return;
	snprintf(c->name, sizeof(c->name), SIM_CHILD " %c",
	    'A' + s->case_count);
	make_text(s, t, text);
	set[1].text = text;
	snprintf(t->field, sizeof(t->field), "contact");
	c->by = a->no;
	if (!done(a, cases_open(a->session, set, 2, &c->id, &e), &e)) {
		/* What the power cut may be there all the same. */
		if (!simdisk_crashed(a->disk))
			s->text_count--;
		return;
	}
	s->case_count++;
	truth_saved(s, t, &c->id);
}

/* ---- consent ---- */

static unsigned
some_sections(uint32_t draw)
{
	return draw % 3 == 0 ? 7 : 1 + draw / 3 % 7;
}

static void
section_words(unsigned mask, char out[static 40])
{
	int i;

	out[0] = '\0';
	for (i = 0; i < SECTIONS; i++)
		if (mask & (1u << i)) {
			if (out[0] != '\0')
				strncat(out, ",", 39 - strlen(out));
			strncat(out, words[i], 39 - strlen(out));
		}
}

static int
somebody(struct sim *s, const struct actor *a, uint32_t draw)
{
	int i = (int)(draw % (uint32_t)s->actors);

	return i == a->no || !s->actor[i].joined ? -1 : i;
}

static void
say_yes_or_no(struct actor *a, const struct step *st, bool refuse)
{
	struct sim *s = a->sim;
	struct sim_case *c = some_case(s, st->draw[0]);
	struct consent_draft d = { .case_id = c->id, .giver = "Mari",
	    .giver_role = "guardian", .refused = refuse };
	int whom = somebody(s, a, st->draw[1]);
	unsigned mask = some_sections(st->draw[2]);
	char sections[40];
	struct event *ev;
	struct err e;

	if (whom < 0)
		return;
	ev = truth_event(s, a, (int)(c - s->cases));
	if (ev == NULL)
		return;
	ev->kind = refuse ? EVENT_REFUSE : EVENT_GRANT;
	ev->whom = whom;
	ev->sections = mask;
	ev->write = st->draw[3] % 3 != 0;
	section_words(mask, sections);
	d.audience = s->actor[whom].person;
	d.sections = sections;
	d.right = ev->write ? RIGHT_WRITE : RIGHT_READ;
	d.until_ms = st->draw[4] % 4 != 0 ? SIM_START + 2 * YEAR_MS :
	    cast_clock(a) + 1000 + st->draw[4] % (20 * DAY_MS);
	ev->until_ms = d.until_ms;
	sim_note(s, "   %s for %d: %s%s", refuse ? "refused" : "given", whom,
	    sections, ev->write ? ", write" : "");
	if (done(a, consent_grant(a->session, &d, &ev->id, &e), &e))
		ev->sure = true;
	else if (!simdisk_crashed(a->disk))
		s->event_count--;
}

static void
take_back(struct actor *a, const struct step *st)
{
	struct sim *s = a->sim;
	struct sim_case *c = some_case(s, st->draw[0]);
	struct withdrawal_draft d = { .case_id = c->id, .giver = "Mari" };
	struct withdrawal_effect effect;
	bool all = st->draw[3] % 8 == 0;
	int whom = all ? -1 : (int)(st->draw[1] % (uint32_t)s->actors);
	unsigned mask = st->draw[4] % 4 == 0 ? 7 : some_sections(st->draw[2]);
	char sections[40];
	struct event *ev;
	struct err e;

	if (!all && !s->actor[whom].joined)
		return;
	ev = truth_event(s, a, (int)(c - s->cases));
	if (ev == NULL)
		return;
	ev->kind = EVENT_WITHDRAW;
	ev->whom = whom;
	ev->sections = mask;
	section_words(mask, sections);
	if (!all)
		d.audience = s->actor[whom].person;
	d.sections = mask == 7 ? NULL : sections;
	sim_note(s, "   withdrawn from %d: %s", whom, sections);
	if (done(a, consent_withdraw(a->session, &d, &ev->id, &effect, &e),
	    &e))
		ev->sure = true;
	else if (!simdisk_crashed(a->disk))
		s->event_count--;
}

/* ---- reviews ---- */

static void
mark_decided(struct actor *a, const struct review_item *r)
{
	struct sim *s = a->sim;
	size_t i, j;

	for (i = 0; i < r->record_count; i++)
		for (j = 0; j < r->records[i].field_count; j++) {
			const char *text = r->records[i].fields[j].text;
			const char *at = strstr(text, SIM_MAGIC);
			int no = at == NULL ? -1 : truth_number(
			    (const uint8_t *)at, strlen(at));

			if (no >= 0 && no < s->text_count)
				truth_filed(s, &s->text[no], a);
		}
}

static void
decide(struct actor *a, const struct step *st)
{
	struct review_decision d = { .basis = "child protection law 27" };
	struct review_list list;
	struct err e;
	size_t i, at;

	if (!done(a, review_list(a->session, &list, &e), &e))
		return;
	for (i = 0; i < list.count; i++) {
		at = (st->draw[0] + i) % list.count;
		if (list.items[at].outcome != 0)
			continue;
		d.id = list.items[at].id;
		d.outcome = (enum outcome)(1 + st->draw[1] % 3);
		sim_note(a->sim, "   decided as %d", (int)d.outcome);
		if (done(a, review_decide(a->session, &d, &e), &e) ||
		    simdisk_crashed(a->disk))
			mark_decided(a, &list.items[at]);
		break;
	}
	review_list_done(&list);
}

/* ---- syncing ---- */

static void
sync_now(struct actor *a)
{
	struct sim *s = a->sim;
	struct exchange_result r;
	struct err e;
	int rc;
	unsigned before = s->requests;

	a->calls = 0;
	rc = exchange_sync(a->session, &a->remote, NULL, &r, &e);
	if (rc == 0) {
		s->done++;
		if (a->syncs < SIM_SYNCS)
			a->synced_ms[a->syncs++] = s->now_ms;
		sim_note(s, "   sent %zu+%zu got %zu+%zu held %zu lost %zu "
		    "new %zu rekeyed %zu quarantined %zu", r.sent_notes,
		    r.sent_changes, r.got_notes, r.got_changes, r.held_new,
		    r.lost_spaces, r.new_spaces, r.rekeyed,
		    r.quarantined_new);
		a->moved = s->requests - before > 1 || r.sent_notes +
		    r.sent_changes + r.got_notes + r.got_changes + r.rekeyed +
		    r.held_new + r.quarantined_new + r.lost_spaces +
		    r.new_spaces + r.reviews_new + r.outcomes_new > 0;
		return;
	}
	s->refused++;
	a->moved = true;
	sim_note(s, "   sync: %s", e.text);
	if (e.code == EXCHANGE_SPLIT && e.kind == ERR_PEER)
		sim_fail(s, "person %d: an honest hub is called split: %s",
		    a->no, e.text);
	if (simdisk_crashed(a->disk) || e.kind == ERR_AWAY ||
	    (e.kind == ERR_DENIED && a->revoked) ||
	    (e.kind == ERR_PEER && a->step != NULL &&
	    a->step->fault != FAULT_NONE && !s->healing))
		return;
	sim_fail(s, "person %d cannot sync: %s", a->no, e.text);
}

/* ---- the rest ---- */

static void
set_clock(struct actor *a, const struct step *st)
{
	int64_t now = a->sim->now_ms;

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

static bool
owns_anything(struct sim *s, int i)
{
	int j;

	for (j = 0; j < s->text_count; j++)
		if (s->text[j].owner == i)
			return true;
	return false;
}

/* Who keeps a space would leave it without anybody who may change its key:
 * takeover is not built. */
static void
revoke(struct actor *officer, const struct step *st)
{
	struct sim *s = officer->sim;
	struct actor *a = &s->actor[st->draw[1] % (uint32_t)s->actors];
	struct err e;

	if (a->no == 0 || a->revoked || !a->joined || a->busy ||
	    owns_anything(s, a->no))
		return;
	sim_note(s, "   the device of %d", a->no);
	if (done(officer, office_revoke(officer->session, &a->keys.device,
	    &e), &e) || simdisk_crashed(officer->disk))
		a->revoked = true;
}

static void
enrol(struct sim *s)
{
	if (s->actors >= s->plan->people + 2 || s->actors >= SIM_ACTORS)
		return;
	if (s->actor[0].apart_until > s->cursor)
		return;
	/* Who approves compares the request's day with the own clock. */
	if (llabs(cast_clock(&s->actor[0]) - s->now_ms) > 60 * MINUTE_MS)
		return;
	cast_join(s, s->actors);
	cast_settle(&s->actor[s->actors - 1]);
}

static void
play(struct actor *a, const struct step *st)
{
	struct sim *s = a->sim;

	switch (st->kind) {
	case STEP_NOTE:
	case STEP_AMEND:
		write_note(a, st, st->kind == STEP_AMEND);
		break;
	case STEP_FIELD:
	case STEP_GOAL:
		change_field(a, st, st->kind == STEP_GOAL);
		break;
	case STEP_PLAN:
		write_plan(a, st);
		break;
	case STEP_CASE:
		open_case(a);
		break;
	case STEP_GRANT:
	case STEP_REFUSE:
		say_yes_or_no(a, st, st->kind == STEP_REFUSE);
		break;
	case STEP_WITHDRAW:
		take_back(a, st);
		break;
	case STEP_SYNC:
		sync_now(a);
		break;
	case STEP_PASS:
		s->now_ms += st->draw[0] % (60 * DAY_MS);
		break;
	case STEP_APART:
		a->apart_until = s->cursor + st->draw[0] % 60;
		break;
	case STEP_CLOCK:
		set_clock(a, st);
		break;
	case STEP_RESTART:
		cast_close(a);
		if (!simdisk_crashed(a->disk))
			cast_open(a);
		break;
	case STEP_DECIDE:
		decide(a, st);
		break;
	default:
		break;
	}
}

static bool
needs_case(enum step_kind k)
{
	return k == STEP_NOTE || k == STEP_AMEND || k == STEP_FIELD ||
	    k == STEP_GOAL || k == STEP_PLAN || k == STEP_GRANT ||
	    k == STEP_REFUSE || k == STEP_WITHDRAW;
}

static void
play_as(struct sim *s, struct actor *a, const struct step *st)
{
	a->busy = true;
	a->step = st;
	s->depth++;
	if (st->crash_at != 0)
		simdisk_crash_at(a->disk, simdisk_ops(a->disk) +
		    st->crash_at);
	if (st->hub_crash_at != 0)
		simdisk_crash_at(s->hub_disk, simdisk_ops(s->hub_disk) +
		    st->hub_crash_at);
	play(a, st);
	simdisk_crash_at(s->hub_disk, 0);
	cast_settle(a);
	s->depth--;
	a->step = NULL;
	a->busy = false;
}

void
act_step(struct sim *s)
{
	size_t no = s->cursor++;
	const struct step *st = &s->plan->step[no];
	int who = st->kind == STEP_CASE && s->case_count == 0 ? 0 :
	    st->actor % s->actors;
	struct actor *a = &s->actor[who];

	if (st->kind == STEP_GONE)
		return;
	s->now_ms += st->gap_ms;
	net_late(s);
	if ((needs_case(st->kind) && s->case_count == 0) || a->busy)
		return;
	sim_note(s, "%4zu %s%.*s %d%s%s", no, "", s->depth, "......",
	    who, " ", step_names[st->kind]);
	if (st->kind == STEP_HUB)
		cast_hub_restart(s);
	else if (st->kind == STEP_ENROL && s->depth == 0)
		enrol(s);
	else if (st->kind == STEP_REVOKE && s->depth == 0) {
		revoke(&s->actor[0], st);
		cast_settle(&s->actor[0]);
	} else
		play_as(s, a, st);
}

/* ---- healing ---- */

static bool
waiting(struct actor *a)
{
	struct err e;
	int64_t n = 0;

	db_one_int(cast_db(a), "SELECT (SELECT count(*) FROM outgoing WHERE "
	    "state = 1) + (SELECT count(*) FROM version WHERE state IN "
	    "(1, 2))", &n, &e);
	return n > 0;
}

/* Everybody syncs, a day after the last time: four writers' epochs a day. */
static bool
heal_round(struct sim *s, int round)
{
	bool moved = false;
	int i;

	s->now_ms += DAY_MS + MINUTE_MS;
	for (i = 0; i < s->actors; i++) {
		struct actor *a = &s->actor[i];

		sim_note(s, "heal %d: %d", round, i);
		sync_now(a);
		cast_settle(a);
		moved |= !a->revoked && (a->moved || waiting(a));
	}
	return moved;
}

static void
heal(struct sim *s)
{
	int i, round = 0, left = 0;

	s->healing = true;
	net_late(s);
	for (i = 0; i < s->actors; i++) {
		s->actor[i].offset_ms = 0;
		s->actor[i].drift_ppm = 0;
	}
	while (round < HEAL_ROUNDS && heal_round(s, round))
		round++;
	for (i = 0; i < s->actors; i++)
		if (!s->actor[i].revoked && waiting(&s->actor[i]))
			left++;
	if (left > 0)
		sim_fail(s, "%d devices still have something to send after "
		    "%d rounds", left, round);
}

void
act_run(struct sim *s)
{
	while (s->cursor < s->plan->count)
		act_step(s);
	heal(s);
	judge_all(s);
}
