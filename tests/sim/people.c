/*
 * What people decide: who may see what, what becomes of held text, who is in
 * the office. Through the calls that the front-end makes.
 */
#include <stdlib.h>
#include <string.h>

#include "client/core/consent/consent.h"
#include "client/core/office/office.h"
#include "client/core/consent/review.h"
#include "common/base/mem.h"
#include "tests/sim/sim.h"

#define YEAR_MS (365 * DAY_MS)
#define SOON_MS (60 * MINUTE_MS)

static const char *const words[SECTIONS] = { "card", "notes", "plan",
	"assessment", "meeting", "protection" };

/* ---- consent ---- */

static unsigned
all_sections(const struct sim *s)
{
	return s->plan->mix == MIX_FEW ? SECTIONS_FEW : SECTIONS_ALL;
}

unsigned
people_some_sections(const struct sim *s, uint32_t draw)
{
	unsigned all = all_sections(s);

	return draw % 3 == 0 ? all : 1 + draw / 3 % all;
}

void
people_sections(unsigned mask, char out[static 80])
{
	int i;

	out[0] = '\0';
	for (i = 0; i < SECTIONS; i++)
		if (mask & (1u << i)) {
			if (out[0] != '\0')
				strncat(out, ",", 79 - strlen(out));
			strncat(out, words[i], 79 - strlen(out));
		}
}

int
people_somebody(struct sim *s, const struct actor *a, uint32_t draw)
{
	const struct actor *b = &s->actor[draw % (uint32_t)s->actors];

	return b->who == a->who || !b->joined ? -1 : b->who;
}

void
people_say(struct actor *a, const struct step *st, bool refuse)
{
	struct sim *s = a->sim;
	struct sim_case *c = act_case(a, st->draw[0]);
	struct consent_draft d = { .case_id = c->id, .giver = "Mari",
	    .giver_role = "guardian", .refused = refuse };
	int whom = people_somebody(s, a, st->draw[1]);
	unsigned mask = people_some_sections(s, st->draw[2]);
	char sections[80];
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
	people_sections(mask, sections);
	d.audience = s->actor[whom].person;
	d.sections = sections;
	d.right = ev->write ? RIGHT_WRITE : RIGHT_READ;
	d.until_ms = st->draw[4] % 4 != 0 ? SIM_START + 2 * YEAR_MS :
	    cast_clock(a) + 1000 + st->draw[4] % (20 * DAY_MS);
	ev->until_ms = d.until_ms;
	sim_note(s, "   %s for %d: %s%s", refuse ? "refused" : "given", whom,
	    sections, ev->write ? ", write" : "");
	if (act_done(a, consent_grant(a->session, &d, &ev->id, &e), &e)) {
		ev->sure = true;
		truth_placed(a, ev);
	} else if (!act_broken(a))
		s->event_count--;
}

void
people_take_back(struct actor *a, const struct step *st)
{
	struct sim *s = a->sim;
	struct sim_case *c = act_case(a, st->draw[0]);
	struct withdrawal_draft d = { .case_id = c->id, .giver = "Mari" };
	struct withdrawal_effect effect;
	bool all = st->draw[3] % 8 == 0;
	int whom = all ? -1 :
	    s->actor[st->draw[1] % (uint32_t)s->actors].who;
	unsigned mask = st->draw[4] % 4 == 0 ? all_sections(s) :
	    people_some_sections(s, st->draw[2]);
	char sections[80];
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
	people_sections(mask, sections);
	if (!all)
		d.audience = s->actor[whom].person;
	d.sections = mask == all_sections(s) ? NULL : sections;
	sim_note(s, "   withdrawn from %d: %s", whom, sections);
	if (act_done(a, consent_withdraw(a->session, &d, &ev->id, &effect, &e),
	    &e)) {
		ev->sure = true;
		truth_placed(a, ev);
	} else if (!act_broken(a))
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
				truth_filed(s, &s->text[truth_at(s, no,
				    &r->records[i].id, NULL)], a);
		}
}

void
people_decide(struct actor *a, const struct step *st)
{
	struct review_decision d = { .basis = "child protection law 27" };
	struct review_list list;
	struct err e;
	size_t i, at;

	if (!act_done(a, review_list(a->session, &list, &e), &e))
		return;
	for (i = 0; i < list.count; i++) {
		at = (st->draw[0] + i) % list.count;
		if (list.items[at].outcome != 0)
			continue;
		d.id = list.items[at].id;
		d.outcome = (enum outcome)(1 + st->draw[1] % 3);
		sim_note(a->sim, "   decided as %d", (int)d.outcome);
		if (act_done(a, review_decide(a->session, &d, &e), &e) ||
		    act_broken(a))
			mark_decided(a, &list.items[at]);
		break;
	}
	review_list_done(&list);
}

/* ---- devices ---- */

/* Who approves compares the day of a request with the own clock. */
struct actor *
people_officer(struct sim *s)
{
	struct actor *a;
	int i;

	for (i = 0; i < s->actors; i++) {
		a = &s->actor[i];
		if ((a->roles & ROLE_OFFICER) != 0 && a->joined &&
		    !a->revoked && !a->busy && !a->full &&
		    a->apart_until <= s->cursor && a->side == 0 &&
		    !cast_stopped(a) &&
		    llabs(cast_clock(a) - s->now_ms) < SOON_MS)
			return a;
	}
	return NULL;
}

void
people_enrol(struct sim *s, const struct step *st)
{
	int whom = (int)(st->draw[1] % (uint32_t)s->actors);
	int i = s->actors;

	/* Joining has tests of its own; here it has no other trouble. */
	if (i >= s->plan->people + SIM_SPARE || s->odd ||
	    people_officer(s) == NULL)
		return;
	/* An officer whom a restored hub has told nothing yet syncs first. */
	if (s->anew > 0) {
		heal_sync(people_officer(s));
		if (!anew_has(people_officer(s)) || s->actor[whom].stranger)
			return;
	}
	switch (st->draw[0] % 6) {
	case 0:
		cast_join(s, i, i, ROLE_OFFICER);
		break;
	case 1:
	case 2:
		cast_join(s, i, s->actor[whom].who, 0);
		break;
	default:
		cast_join(s, i, i, 0);
	}
	cast_settle(&s->actor[i]);
}

void
people_lose(struct sim *s, struct actor *a)
{
	struct actor *officer = people_officer(s);
	struct err e;
	int i;

	/* The office keeps one officer's device. */
	if (s->odd || officer == NULL || officer == a || a->revoked ||
	    !a->joined || (a->busy && !a->dead) || a->no == 0)
		return;
	sim_note(s, "   the device of %d, by %d", a->no, officer->no);
	if (act_done(officer, office_revoke(officer->session, &a->keys.device,
	    &e), &e) || act_broken(officer))
		for (i = 0; i < s->actors; i++) /* a copy of it is it */
			s->actor[i].revoked |= id_eq(&a->keys.device,
			    &s->actor[i].keys.device);
	cast_settle(officer);
}

void
people_revoke(struct sim *s, const struct step *st)
{
	people_lose(s, &s->actor[st->draw[1] % (uint32_t)s->actors]);
}
