/*
 * Consents as people take and take back: a record in the case's card, and the
 * access statements that follow from it in every section it names. The spaces'
 * keys follow at the next sync (accord/doors.h).
 *
 * What closes is done first and by whoever may write; what opens is a
 * keeper's, and never overrules a withdrawal that its author did not know.
 */
#include "client/core/consent/consent.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

#include "client/core/accord/doors.h"
#include "client/core/accord/letters.h"
#include "client/core/accord/statements.h"
#include "client/core/consent/consent_facts.h"
#include "client/core/consent/consent_since.h"
#include "client/core/cases/guard.h"
#include "client/core/local/aliases.h"
#include "client/core/local/day.h"
#include "client/core/local/ends.h"
#include "client/core/local/versions.h"
#include "client/core/consent/override.h"
#include "client/core/profile/people.h"
#include "client/core/profile/policies.h"
#include "common/base/mem.h"
#include "common/base/text.h"

#define CASE_SPACES_MAX 64
#define TAKING_MAX (4 * CASE_SPACES_MAX) /* of cases that are one */
#define GIVER_MAX 160
#define CODE_MAX 40

/* ---- small pieces ---- */

struct fields_in {
	struct op *ops; /* 16 */
	size_t count;
};

static void
put_text(struct fields_in *f, uint16_t field, const char *text)
{
	struct op *op;

	if (text == NULL || *text == '\0')
		return;
	op = &f->ops[f->count++];
	op->field = field;
	op->value.type = VALUE_TEXT;
	op->value.data = view_str(text);
}

static void
put_int(struct fields_in *f, uint16_t field, int64_t v)
{
	struct op *op = &f->ops[f->count++];

	op->field = field;
	op->value.type = VALUE_INT;
	op->value.num = v;
}

static void
put_bytes(struct fields_in *f, uint16_t field, struct view v)
{
	struct op *op;

	if (v.len == 0)
		return;
	op = &f->ops[f->count++];
	op->field = field;
	op->value.type = VALUE_BYTES;
	op->value.data = v;
}

static void
put_id(struct fields_in *f, uint16_t field, const struct id *id)
{
	if (!id_is_zero(id))
		put_bytes(f, field, view_of(id->b, sizeof(id->b)));
}

static int
check_line(const char *text, size_t max, const char *what, struct err *e)
{
	if (text != NULL && strlen(text) > max)
		return err_set(e, ERR_INPUT,
		    "%s is longer than %zu bytes", _(what), max);
	return 0;
}

/* The card of the case, if this person may do as much there. */
static int
card_for(struct store *s, const struct id *case_id, enum right need,
    struct space *card, struct err *e)
{
	enum right right;
	int rc = spaces_find_section(s, case_id, "card", NULL, card, e);

	if (rc == 0)
		return err_set(e, ERR_DENIED, "the card of this case is not "
		    "open to you; consents are kept there");
	if (rc < 0 || spaces_right(s, &card->id, &right, e) != 0)
		return -1;
	if (right < need)
		return err_set(e, ERR_DENIED, need == RIGHT_KEEP ?
		    N_("only a keeper of this case's card can open it to others; "
		    "ask the case's coordinator") :
		    N_("you may read the card of this case, not write in it; "
		    "tell the case's coordinator at once"));
	return 0;
}

static bool
is_known(const struct store *s, const struct id *person)
{
	const struct roster_device *d;

	return id_eq(person, &s->person) ||
	    roster_roles(&s->roster, person) != 0 ||
	    roster_devices_of(&s->roster, person, &d, 1) > 0;
}

/* The end of the school year: the coming 31 July, its last moment. */
static int64_t
school_year_end(int64_t now_ms)
{
	time_t now = (time_t)(now_ms / 1000), end;
	struct tm tm;

	if (localtime_r(&now, &tm) == NULL)
		return now_ms + 365 * DAY_MS;
	tm.tm_year += tm.tm_mon > 6 ? 1 : 0;
	tm.tm_mon = 6;
	tm.tm_mday = 31;
	tm.tm_hour = 23;
	tm.tm_min = tm.tm_sec = 59;
	tm.tm_isdst = -1;
	end = mktime(&tm);
	return end == (time_t)-1 ? now_ms + 365 * DAY_MS :
	    (int64_t)end * 1000 + 999;
}

static bool
covers(unsigned mask, const char *section)
{
	unsigned i;

	for (i = 0; i < STATEMENTS_SECTIONS; i++)
		if ((mask & 1u << i) != 0 &&
		    strcmp(section, statements_section(i)) == 0)
			return true;
	return false;
}

/* ---- giving ---- */

struct giving {
	struct store *s;
	const struct consent_draft *d;
	struct id since;
	unsigned mask;
	char sections[80];
	int64_t now_ms, until_ms;
	uint8_t supersedes[16 * ACCESS_SUPERSEDES_MAX];
	size_t supersedes_len;
	struct consent_facts facts;
};

/* What was typed is among the words of the policy in force. */
static int
check_codes(struct session *session, const struct consent_draft *d,
    struct err *e)
{
	const struct {
		uint16_t field;
		const char *text;
	} codes[] = {
		{ CONSENT_GIVER_ROLE, d->giver_role },
		{ CONSENT_PURPOSE, d->purpose },
		{ CONSENT_EVIDENCE, d->evidence },
		{ CONSENT_LANGUAGE, d->language },
	};
	size_t i;

	for (i = 0; i < sizeof(codes) / sizeof(codes[0]); i++)
		if (policies_check(session, fields_number(TYPE_CONSENT,
		    codes[i].field), codes[i].text, e) != 0)
			return -1;
	return 0;
}

static int
check_draft(struct giving *g, struct err *e)
{
	const struct consent_draft *d = g->d;

	if (d->sections == NULL || *d->sections == '\0')
		return err_set(e, ERR_INPUT, "a consent names the sections it "
		    "is for; nothing is open by default");
	if (statements_sections(d->sections, &g->mask, e) != 0)
		return -1;
	statements_words(g->mask, g->sections);
	if (d->giver == NULL || *d->giver == '\0')
		return err_set(e, ERR_INPUT,
		    "by: a consent names who gave or refused it");
	if (d->giver_role == NULL || *d->giver_role == '\0')
		return err_set(e, ERR_INPUT, "role: a consent says in what role "
		    "it was given: guardian, child_capable, both_guardians ...");
	if (!d->refused && d->right != RIGHT_READ && d->right != RIGHT_WRITE)
		return err_set(e, ERR_INPUT,
		    "a consent gives the right to read or to write");
	if (!d->refused && id_is_zero(&d->audience))
		return err_set(e, ERR_INPUT, "a consent names one person");
	if (id_eq(&d->audience, &g->s->person))
		return err_set(e, ERR_INPUT, "this is your own case already; "
		    "a consent is for somebody else");
	if (!id_is_zero(&d->audience) && !is_known(g->s, &d->audience))
		return err_set(e, ERR_ABSENT,
		    "the directory does not know this person");
	if (!d->refused && g->until_ms <= g->now_ms)
		return err_set(e, ERR_INPUT,
		    "until: this consent would end before it "
		    "begins; give a later day");
	if (check_line(d->giver, GIVER_MAX, N_("the giver's name"), e) != 0 ||
	    check_line(d->giver_role, CODE_MAX, N_("the giver's role"), e) != 0 ||
	    check_line(d->purpose, CODE_MAX, N_("the purpose"), e) != 0 ||
	    check_line(d->evidence, CODE_MAX, N_("the evidence"), e) != 0)
		return -1;
	return check_line(d->language, CODE_MAX, N_("the language"), e);
}

/* Whose word it is: a consent by who has no authority opens nothing. */
static int
check_giver(struct session *session, const struct consent_draft *d,
    struct err *e)
{
	struct guard_asked q = { d->case_id, GUARD_CONSENT, d->giver, NULL };
	struct guard g;
	int rc;

	if (d->refused || strcmp(d->giver_role, "authority") == 0)
		return 0;
	if (guard_ask(session, &q, &g, e) != 0)
		return -1;
	rc = g.may ? 0 : err_set(e, ERR_DENIED, "%s", g.why);
	guard_done(&g);
	return rc;
}

static int
supersede(struct giving *g, const struct id *record, struct err *e)
{
	size_t at;

	for (at = 0; at < g->supersedes_len; at += 16)
		if (memcmp(g->supersedes + at, record->b, 16) == 0)
			return 0;
	if (g->supersedes_len == sizeof(g->supersedes))
		return err_set(e, ERR_TOOBIG, "this person's access was "
		    "withdrawn %d times here; open a new case section for "
		    "them", ACCESS_SUPERSEDES_MAX);
	memcpy(g->supersedes + g->supersedes_len, record->b, 16);
	g->supersedes_len += 16;
	return 0;
}

/* What was said in the sections themselves: it may rest on a withdrawal in a
 * case that was one with this one, and is not any more. */
static int
supersede_said(struct giving *g, struct err *e)
{
	struct space *list = mem_new(CASE_SPACES_MAX * sizeof(*list));
	struct access_book book;
	size_t i, k, n = 0;
	int rc = spaces_list(g->s, &g->d->case_id, list, CASE_SPACES_MAX, &n,
	    e);

	for (i = 0; rc == 0 && i < n; i++) {
		if (!covers(g->mask, list[i].section))
			continue;
		access_book_init(&book);
		rc = spaces_access_load(g->s, &list[i].id, &book, e);
		for (k = 0; rc == 0 && k < book.count; k++)
			if (book.list[k].kind == ACCESS_WITHDRAW &&
			    id_eq(&book.list[k].person, &g->d->audience))
				rc = supersede(g, &book.list[k].consent, e);
		access_book_done(&book);
	}
	mem_free(list);
	return rc;
}

/* Withdrawals and refusals this person has before their eyes and that are
 * overruled by being asked again. */
static int
name_superseded(struct giving *g, struct err *e)
{
	struct statement_source want = { .opens = true,
	    .sections = g->mask, .audience = g->d->audience,
	    .part = g->d->part };
	struct statement_sources all;
	size_t i;
	int rc = 0;

	if (statements_load_group(g->s, &g->d->case_id, &all, e) != 0)
		return -1;
	for (i = 0; rc == 0 && i < all.count; i++)
		if (statements_ends(&all.list[i], &want))
			rc = supersede(g, &all.list[i].record, e);
	statements_done(&all);
	return rc == 0 ? supersede_said(g, e) : -1;
}

static const char *
or_else(const char *text, const char *none)
{
	return text != NULL && *text != '\0' ? text : none;
}

static int
write_consent_tx(struct giving *g, const struct space *card, struct id *id,
    struct err *e)
{
	const struct consent_draft *d = g->d;
	struct fields_in f = { .ops = mem_new((16 + RECORD_OPS_MAX) *
	    sizeof(struct op)) };
	struct write w = { .type = TYPE_CONSENT, .space = card->id,
	    .case_id = d->case_id };
	int rc;

	put_text(&f, CONSENT_STATUS, d->refused ? "refused" : "given");
	put_text(&f, CONSENT_GIVER, d->giver);
	put_text(&f, CONSENT_GIVER_ROLE, d->giver_role);
	put_id(&f, CONSENT_AUDIENCE, &d->audience);
	put_text(&f, CONSENT_SECTIONS, g->sections);
	if (!d->refused)
		put_int(&f, CONSENT_RIGHT, d->right);
	put_text(&f, CONSENT_PURPOSE, or_else(d->purpose,
	    "support_at_school"));
	put_int(&f, CONSENT_FROM, g->now_ms);
	if (!d->refused)
		put_int(&f, CONSENT_UNTIL, g->until_ms);
	put_text(&f, CONSENT_EVIDENCE, or_else(d->evidence, "spoken"));
	put_text(&f, CONSENT_LANGUAGE, d->language);
	put_id(&f, CONSENT_TAKEN_BY, &g->s->person);
	put_bytes(&f, CONSENT_SUPERSEDES, view_of(g->supersedes,
	    g->supersedes_len));
	put_id(&f, CONSENT_PART, &d->part);
	put_id(&f, CONSENT_SINCE, &g->since);
	if (d->paper != NULL)
		put_bytes(&f, CONSENT_PAPER, view_of(d->paper->b,
		    sizeof(d->paper->b)));
	if (g->facts.p.count > 0)
		memcpy(f.ops + f.count, g->facts.p.ops,
		    g->facts.p.count * sizeof(struct op));
	w.ops = f.ops;
	w.op_count = f.count + g->facts.p.count;
	rc = w.op_count > RECORD_OPS_MAX ? err_set(e, ERR_TOOBIG,
	    "this consent says more than one record holds") :
	    versions_write_tx(g->s, &w, id, e);
	mem_free(f.ops);
	return rc;
}

static size_t
devices_allowed(struct store *s, const struct access_book *b)
{
	const struct roster_device *devices[EPOCH_RECIPIENTS_CASE_MAX + 1];
	struct access_answer answer;
	size_t i, j, n = 0;

	for (i = 0; i < b->count; i++) {
		for (j = 0; j < i; j++)
			if (id_eq(&b->list[j].person, &b->list[i].person))
				break;
		access_judge(b, &b->list[i].person, store_now_ms(s),
		    &answer);
		if (j == i && answer.right != RIGHT_NONE)
			n += roster_devices_of(&s->roster,
			    &b->list[i].person, devices,
			    EPOCH_RECIPIENTS_CASE_MAX + 1);
	}
	return n;
}

/* A section that cannot take one more reader refuses the whole consent here,
 * not half of it at the hub. */
int
consent_room(struct session *session, const struct id *case_id,
    struct err *e)
{
	struct store *s = session_store(session);
	struct space *list = mem_new(CASE_SPACES_MAX * sizeof(*list));
	struct access_book book;
	size_t i, n = 0;
	int rc = spaces_list(s, case_id, list, CASE_SPACES_MAX, &n,
	    e);

	for (i = 0; rc == 0 && i < n; i++) {
		access_book_init(&book);
		rc = spaces_access_load(s, &list[i].id, &book, e);
		if (rc == 0 && devices_allowed(s, &book) >
		    admit_recipients_max(&s->roster, &list[i].id))
			rc = err_set(e, ERR_TOOBIG, "the section \"%s\" is "
			    "open to as many devices as it can be (%d); "
			    "nothing of this was recorded",
			    list[i].section, EPOCH_RECIPIENTS_CASE_MAX);
		access_book_done(&book);
	}
	mem_free(list);
	return rc;
}

int
consent_grant_tx(struct session *session, const struct consent_draft *draft,
    struct id *id, struct err *e)
{
	struct consent_draft full = *draft, *d = &full;
	struct store *s = session_store(session);
	struct giving *g = mem_new(sizeof(*g));
	struct space card;
	size_t added = 0;
	int rc = -1;

	g->s = s;
	g->d = d;
	g->now_ms = store_now_ms(s);
	g->until_ms = d->until_ms != 0 ? d->until_ms :
	    school_year_end(g->now_ms);
	if (consent_facts_standard(session, d, e) == 0 &&
	    check_draft(g, e) == 0 && check_codes(session, d, e) == 0 &&
	    check_giver(session, d, e) == 0 &&
	    consent_facts_read(session, d, g->mask, &g->facts, e) == 0 &&
	    card_for(s, &d->case_id, d->refused ? RIGHT_WRITE : RIGHT_KEEP,
	        &card, e) == 0 &&
	    consent_bound(session, d, g->mask, &g->since, e) == 0 &&
	    (d->refused || name_superseded(g, e) == 0) &&
	    write_consent_tx(g, &card, id, e) == 0 &&
	    consent_bound_tx(session, d, g->mask, e) == 0 &&
	    statements_apply_tx(s, &d->case_id, &added, e) == 0)
		rc = d->refused ? 0 : consent_room(session, &d->case_id, e);
	mem_wipe(g, sizeof(*g));
	mem_free(g);
	return rc;
}

int
consent_grant_all(struct session *session, const struct consent_draft *d,
    size_t n, struct id *ids, struct err *e)
{
	struct store *s = session_store(session);
	size_t i;
	int rc = 0;

	if (db_begin(s->db, e) != 0)
		return -1;
	for (i = 0; rc == 0 && i < n; i++)
		rc = consent_grant_tx(session, &d[i], &ids[i], e);
	return db_end(s->db, rc, e);
}

int
consent_grant(struct session *session, const struct consent_draft *d,
    struct id *id, struct err *e)
{
	return consent_grant_all(session, d, 1, id, e);
}

/* ---- taking back ---- */

static int
write_withdrawal_tx(struct store *s, const struct withdrawal_draft *d,
    const char *sections, const struct space *card, struct id *id,
    struct err *e)
{
	struct fields_in f = { .ops = mem_new(16 * sizeof(struct op)) };
	struct write w = { .type = TYPE_WITHDRAWAL, .space = card->id,
	    .case_id = d->case_id };
	char today[DAY_TEXT_BYTES];
	int rc;

	day_text(store_now_ms(s), today);
	put_text(&f, WITHDRAWAL_GIVER, d->giver);
	put_id(&f, WITHDRAWAL_AUDIENCE, &d->audience);
	put_text(&f, WITHDRAWAL_SECTIONS, sections);
	put_text(&f, WITHDRAWAL_CHANNEL, or_else(d->channel, "spoken"));
	put_text(&f, WITHDRAWAL_TOLD_ON, or_else(d->told_on, today));
	put_id(&f, WITHDRAWAL_TAKEN_BY, &s->person);
	put_id(&f, WITHDRAWAL_PART, &d->part);
	w.ops = f.ops;
	w.op_count = f.count;
	rc = versions_write_tx(s, &w, id, e);
	mem_free(f.ops);
	return rc;
}

/* Whether a person other than the own side may hold the space now. */
static bool
held_by(struct store *s, const struct access_book *b,
    const struct id *audience)
{
	struct access_answer answer;
	size_t i;

	for (i = 0; i < b->count; i++) {
		const struct access *a = &b->list[i];

		/* Who was taken into the side stays, and that is said. */
		if (a->kind == ACCESS_OWNER || (!id_is_zero(audience) ?
		    !id_eq(audience, &a->person) : a->kind != ACCESS_GRANT &&
		    a->kind != ACCESS_OVERRIDE))
			continue;
		access_judge(b, &a->person, store_now_ms(s), &answer);
		if (answer.right != RIGHT_NONE)
			return true;
	}
	return false;
}

struct taking {
	struct space *list;
	bool *before;
	size_t count;
	unsigned mask;
	struct id part;
	const struct space *card;
};

static int
look(struct store *s, const struct taking *t, const struct id *audience,
    bool *out, struct err *e)
{
	struct access_book book;
	size_t i;
	int rc = 0;

	for (i = 0; rc == 0 && i < t->count; i++) {
		out[i] = false;
		if (t->list[i].state != SPACE_OPEN ||
		    !covers(t->mask, t->list[i].section) ||
		    (!id_is_zero(&t->part) &&
		    !id_eq(&t->part, &t->list[i].part)))
			continue;
		access_book_init(&book);
		rc = spaces_access_load(s, &t->list[i].id, &book, e);
		if (rc == 0)
			out[i] = held_by(s, &book, audience);
		access_book_done(&book);
	}
	return rc;
}

/* Of this case, and of those that are one with it. */
static int
taking_list(struct store *s, const struct id *case_id, struct taking *t,
    struct err *e)
{
	struct alias_group group;
	size_t i, n;

	if (aliases_of(s, case_id, true, &group, e) != 0)
		return -1;
	for (i = 0; i < group.count && t->count < TAKING_MAX; i++) {
		if (spaces_list(s, &group.ids[i], t->list + t->count,
		    TAKING_MAX - t->count, &n, e) != 0)
			return -1;
		t->count += n;
	}
	return 0;
}

static int
withdraw_tx(struct session *session, const struct withdrawal_draft *d,
    struct taking *t, struct id *id, struct withdrawal_effect *effect,
    struct err *e)
{
	struct store *s = session_store(session);
	struct override_asked q = { .case_id = d->case_id,
	    .person = id_is_zero(&d->audience) ? NULL : &d->audience };
	bool after[TAKING_MAX];
	char sections[80];
	size_t i, added = 0;

	statements_words(t->mask, sections);
	t->part = d->part;
	if (taking_list(s, &d->case_id, t, e) != 0 ||
	    look(s, t, &d->audience, t->before, e) != 0 ||
	    write_withdrawal_tx(s, d, sections, t->card, id, e) != 0 ||
	    statements_apply_tx(s, &d->case_id, &added, e) != 0 ||
	    look(s, t, &d->audience, after, e) != 0)
		return -1;
	for (i = 0; i < t->count; i++) {
		effect->spaces += t->before[i] && !after[i] ? 1 : 0;
		effect->still_open += after[i] ? 1 : 0;
	}
	q.sections = t->mask;
	return override_running(session, &q, &effect->overrides,
	    &effect->law_until_ms, e);
}

int
consent_withdraw_tx(struct session *session, const struct withdrawal_draft *d,
    struct id *id, struct withdrawal_effect *effect, struct err *e)
{
	struct store *s = session_store(session);
	bool before[TAKING_MAX];
	struct space card;
	struct taking t = { .before = before, .card = &card };
	int rc;

	memset(effect, 0, sizeof(*effect));
	if (d->giver == NULL || *d->giver == '\0')
		return err_set(e, ERR_INPUT,
		    "a withdrawal names who took the consent back");
	if (statements_sections(d->sections, &t.mask, e) != 0 ||
	    check_line(d->giver, GIVER_MAX, N_("the giver's name"), e) != 0 ||
	    check_line(d->channel, CODE_MAX, N_("the channel"), e) != 0 ||
	    policies_check(session, fields_number(TYPE_WITHDRAWAL,
	    WITHDRAWAL_CHANNEL), d->channel, e) != 0 ||
	    check_line(d->told_on, DAY_TEXT_BYTES, N_("the day"), e) != 0 ||
	    card_for(s, &d->case_id, RIGHT_WRITE, &card, e) != 0)
		return -1;
	t.list = mem_new(TAKING_MAX * sizeof(*t.list));
	rc = withdraw_tx(session, d, &t, id, effect, e);
	mem_free(t.list);
	return rc;
}

int
consent_withdraw(struct session *session, const struct withdrawal_draft *d,
    struct id *id, struct withdrawal_effect *effect, struct err *e)
{
	struct store *s = session_store(session);
	int rc;

	if (db_begin(s->db, e) != 0)
		return -1;
	rc = consent_withdraw_tx(session, d, id, effect, e);
	return db_end(s->db, rc, e);
}

/* ---- what ends by itself ---- */

/* Only when both say so, the own clock and the hub as it was last asked: a
 * hub that lies, or a clock that is wrong, can hide and never destroy. */
static int
has_ended(struct store *s, const struct space *sp, bool *out, struct err *e)
{
	int64_t until, now = tick_wall_ms(&s->tick);

	*out = false;
	if (sp->state != SPACE_OPEN || !sp->hidden)
		return 0;
	if (ends_until(s, sp, &until, e) != 0)
		return -1;
	*out = now >= until && s->contact_ms >= until;
	return 0;
}

static int
end_space(struct store *s, const struct id *space, struct err *e)
{
	if (db_begin(s->db, e) != 0)
		return -1;
	if (letters_hold_tx(s, space, e) != 0 ||
	    spaces_wipe_tx(s, space, e) != 0 || db_commit(s->db, e) != 0) {
		db_rollback(s->db);
		return -1;
	}
	return 0;
}

int
consent_expire(struct session *session, size_t *closed, struct err *e)
{
	struct store *s = session_store(session);
	struct space *list;
	size_t i, n = 0;
	int64_t count = 0;
	bool ended;
	int rc = -1;

	*closed = 0;
	if (s->stage != STORE_MEMBER || s->stopped)
		return 0;
	if (db_one_int(s->db, "SELECT count(*) FROM space", &count, e) < 0)
		return -1;
	list = mem_new(((size_t)count + 1) * sizeof(*list));
	if (spaces_list(s, NULL, list, (size_t)count, &n, e) != 0)
		goto out;
	for (i = 0; i < n; i++) {
		if (has_ended(s, &list[i], &ended, e) != 0)
			goto out;
		if (ended && end_space(s, &list[i].id, e) != 0)
			goto out;
		*closed += ended ? 1 : 0;
	}
	rc = 0;
out:
	mem_free(list);
	return rc;
}
