/*
 * Reading consents, refusals and withdrawals of a case's card: what each says,
 * about whom, and whether it counts. statements_apply.c makes the statements.
 */
#include "client/core/accord/statements.h"

#include <stdio.h>
#include <string.h>

#include "client/core/accord/givers.h"
#include "client/core/accord/portion.h"
#include "client/core/local/aliases.h"
#include "common/base/mem.h"

#define TAG_CONSENT "tugi consent 1"
#define CASE_SPACES_MAX 64   /* spaces of one case */

static const char *const sections[STATEMENTS_SECTIONS] = {
	"card", "notes", "plan", "assessment", "meeting", "protection"
};

const char *
statements_section(unsigned i)
{
	return i < STATEMENTS_SECTIONS ? sections[i] : "";
}

unsigned
statements_bit(const char *section)
{
	unsigned b;

	for (b = 0; b < STATEMENTS_SECTIONS; b++)
		if (strcmp(section, sections[b]) == 0)
			return 1u << b;
	return 0;
}

/* One name of a list; ${len} bytes at ${at}, blanks around it do not count. */
static int
section_bit(const char *at, size_t len, unsigned *mask)
{
	unsigned i;

	while (len > 0 && *at == ' ') {
		at++;
		len--;
	}
	while (len > 0 && at[len - 1] == ' ')
		len--;
	for (i = 0; i < STATEMENTS_SECTIONS; i++)
		if (strlen(sections[i]) == len &&
		    memcmp(sections[i], at, len) == 0) {
			*mask |= 1u << i;
			return 0;
		}
	return -1;
}

int
statements_sections(const char *text, unsigned *mask, struct err *e)
{
	const char *end;

	*mask = 0;
	if (text == NULL || *text == '\0') {
		*mask = STATEMENTS_ALL;
		return 0;
	}
	for (;;) {
		end = strchrnul(text, ',');
		if (section_bit(text, (size_t)(end - text), mask) != 0)
			return err_set(e, ERR_INPUT, "\"%.*s\" is no "
			    "section; there are card, notes, plan, "
			    "assessment, meeting and protection, with commas "
			    "between", (int)(end - text < 40 ? end - text :
			    40), text);
		if (*end == '\0')
			return 0;
		text = end + 1;
	}
}

void
statements_words(unsigned mask, char out[static 80])
{
	size_t at = 0;
	unsigned i;

	out[0] = '\0';
	for (i = 0; i < STATEMENTS_SECTIONS; i++)
		if ((mask & 1u << i) != 0)
			at += (size_t)snprintf(out + at, 80 - at, "%s%s",
			    at > 0 ? ", " : "", sections[i]);
}

void
statements_done(struct statement_sources *l)
{
	mem_free(l->list);
	memset(l, 0, sizeof(*l));
}

/* ---- reading the card ---- */

static bool
text_is(const struct record *rec, uint16_t field, const char *text)
{
	return view_eq(record_text(rec, field), view_str(text));
}

/* A list that cannot be read opens nothing and closes everything. */
static unsigned
sections_of(const struct record *rec, uint16_t field, bool opens)
{
	struct view v = record_text(rec, field);
	unsigned mask = 0;
	char text[120];
	struct err e;

	if (v.len > 0 && v.len < sizeof(text)) {
		memcpy(text, v.data, v.len);
		text[v.len] = '\0';
		if (statements_sections(text, &mask, &e) == 0)
			return mask;
	}
	return opens ? 0 : STATEMENTS_ALL;
}

/* Over what was said, not over when: a stamp may be mended before it is sent,
 * and gossip is put in when a record is sealed. */
void
statements_hash(const struct record *rec, struct hash *out)
{
	struct record bare = *rec;
	struct buf b;

	memset(&bare.gossip, 0, sizeof(bare.gossip));
	bare.hlc = 0;
	bare.wall_ms = 0;
	buf_init(&b, 2 * (size_t)CHANGESET_BODY_MAX);
	record_encode(&bare, &b);
	keys_hash(TAG_CONSENT, buf_view(&b), out);
	buf_done(&b);
}

static void
read_consent(const struct record *rec, struct statement_source *out)
{
	const struct value *v = record_value(rec, CONSENT_SUPERSEDES,
	    VALUE_BYTES);
	size_t i;

	out->opens = text_is(rec, CONSENT_STATUS, "given");
	out->refusal = !out->opens;
	out->sections = sections_of(rec, CONSENT_SECTIONS, out->opens);
	record_bytes(rec, CONSENT_AUDIENCE, &out->audience,
	    sizeof(out->audience));
	record_bytes(rec, CONSENT_PART, &out->part, sizeof(out->part));
	record_bytes(rec, CONSENT_SINCE, &out->since, sizeof(out->since));
	out->right = record_int(rec, CONSENT_RIGHT, RIGHT_READ) == RIGHT_WRITE ?
	    RIGHT_WRITE : RIGHT_READ;
	out->from_ms = record_int(rec, CONSENT_FROM, hlc_ms(rec->hlc));
	out->until_ms = record_int(rec, CONSENT_UNTIL, out->from_ms);
	/* A consent is always to somebody; a refusal may be to all. */
	if (out->opens && id_is_zero(&out->audience))
		out->sections = 0;
	if (v == NULL)
		return;
	for (i = 0; i < ACCESS_SUPERSEDES_MAX && v->data.len >= 16 * (i + 1);
	    i++)
		memcpy(out->supersedes[i].b, v->data.data + 16 * i, 16);
	out->supersedes_count = i;
}

static void
read_withdrawal(const struct record *rec, struct statement_source *out)
{
	out->sections = sections_of(rec, WITHDRAWAL_SECTIONS, false);
	record_bytes(rec, WITHDRAWAL_AUDIENCE, &out->audience,
	    sizeof(out->audience));
	record_bytes(rec, WITHDRAWAL_PART, &out->part, sizeof(out->part));
	out->from_ms = hlc_ms(rec->hlc);
	out->until_ms = INT64_MAX;
}

/* Whether a keeper of the card said it; not asked of what closes. */
int
statements_keeper(struct store *s, const struct id *space,
    const struct id *origin, bool *out, struct err *e)
{
	const struct roster_device *d = roster_device(&s->roster, origin);
	struct access_answer answer;
	struct access_book book;
	const struct id *person;

	*out = false;
	person = id_eq(origin, &s->me->device) ? &s->person :
	    d != NULL ? &d->person : NULL;
	if (person == NULL)
		return 0;
	access_book_init(&book);
	if (spaces_access_load(s, space, &book, e) != 0)
		return -1;
	access_judge(&book, person, store_now_ms(s), &answer);
	*out = answer.right == RIGHT_KEEP;
	access_book_done(&book);
	return 0;
}

bool
statements_closes(const struct record *rec)
{
	return rec->type == TYPE_WITHDRAWAL || (rec->type == TYPE_CONSENT &&
	    !text_is(rec, CONSENT_STATUS, "given"));
}

/* What closes does so also while it is held or under review: closing late
 * cannot be made good (rules.md 7.8, 7.9). In a card that is closed to this
 * device, only that. */
static bool
counts(const struct version *v, bool open)
{
	if (v->state == VERSION_HELD || v->state == VERSION_REVIEW)
		return statements_closes(&v->rec) &&
		    (open || v->state == VERSION_HELD);
	return open && (v->state == VERSION_LOCAL ||
	    v->state == VERSION_OUTGOING || v->state == VERSION_ACCEPTED);
}

void
statements_add(struct statement_sources *l, const struct statement_source *src)
{
	l->list = mem_more(l->list, l->count, sizeof(*l->list));
	l->list[l->count++] = *src;
}

struct reading { /* one card, records of one type */
	struct store *s;
	bool open, asked, limited; /* whether givers have to be looked at */
	struct portion portion;
	struct statement_sources *out;
};

/* What a court or an authority says is not a guardian's word. */
static int
check_givers(struct reading *r, const struct loaded *l,
    const struct version *v, bool *out, struct err *e)
{
	static const uint16_t who[] = { CONSENT_GIVER, CONSENT_SECOND };
	const struct value *name;
	size_t i;

	if (!r->asked && givers_limited(r->s, &l->row.space, &r->limited,
	    e) != 0)
		return -1;
	r->asked = true;
	if (!r->limited || text_is(&v->rec, CONSENT_GIVER_ROLE, "authority"))
		return 0;
	for (i = 0; *out && i < 2; i++) {
		name = record_value(&v->rec, who[i], VALUE_TEXT);
		if (name != NULL &&
		    givers_may(r->s, &l->row.space, name->data, v->seq, out,
		    e) != 0)
			return -1;
	}
	return 0;
}

/*
 * Every version of a closing record closes. A consent opens by its only
 * version: it is never edited, so a second one is somebody's try to widen it,
 * and then it opens nothing until it is given anew.
 */
static int
add_record(struct reading *r, const struct loaded *l, struct err *e)
{
	struct statement_source src;
	size_t i, versions = 0;

	for (i = 0; i < l->count; i++)
		versions += counts(&l->versions[i], r->open) ? 1 : 0;
	for (i = l->count; i-- > 0;) {
		const struct version *v = &l->versions[i];

		if (!counts(v, r->open) || !portion_takes(&r->portion, r->s,
		    &v->rec.origin, PORTION_CONSENTS))
			continue;
		memset(&src, 0, sizeof(src));
		src.record = l->row.id;
		src.hlc = v->rec.hlc;
		src.origin = v->rec.origin;
		src.waits = v->state != VERSION_ACCEPTED;
		if (l->row.type == TYPE_CONSENT)
			read_consent(&v->rec, &src);
		else
			read_withdrawal(&v->rec, &src);
		statements_hash(&v->rec, &src.hash);
		if (src.opens && versions == 1 && statements_keeper(r->s,
		    &l->row.space, &src.origin, &src.sound, e) != 0)
			return -1;
		if (src.sound && check_givers(r, l, v, &src.sound, e) != 0)
			return -1;
		statements_add(r->out, &src);
	}
	return 0;
}

static int
read_row(void *ctx, const struct record_row *row, struct err *e)
{
	struct reading *r = ctx;
	struct loaded l;
	int rc = versions_load_row(r->s, row, &l, e);

	if (rc <= 0)
		return rc;
	rc = add_record(r, &l, e);
	versions_done(&l);
	return rc;
}

static void
turn(struct statement_source *list, size_t n)
{
	struct statement_source other;
	size_t i;

	for (i = 0; i < n / 2; i++) {
		other = list[i];
		list[i] = list[n - 1 - i];
		list[n - 1 - i] = other;
	}
}

/* Oldest first in ${out}; read from the newest, for each person's share. */
static int
load_space(struct store *s, const struct space *card, enum record_type type,
    struct statement_sources *out, struct err *e)
{
	/* Also what a clock hides for a while, what is held, under review. */
	struct version_query q = { .type = type, .space = &card->id,
	    .with_hidden = true };
	struct reading r = { .s = s, .open = card->state == SPACE_OPEN,
		.out = out };
	size_t from = out->count;
	int rc;

	q.flags = r.open ? 0 : RECORD_HELD;
	rc = versions_each(s, &q, read_row, &r, e);
	if (out->count > from)
		turn(out->list + from, out->count - from);
	portion_done(&r.portion);
	return rc;
}

int
statements_load(struct store *s, const struct id *case_id,
    struct statement_sources *out, struct err *e)
{
	struct space *list;
	size_t i, n = 0;
	int rc;

	memset(out, 0, sizeof(*out));
	list = mem_new(CASE_SPACES_MAX * sizeof(*list));
	rc = spaces_list(s, case_id, list, CASE_SPACES_MAX, &n, e);
	for (i = 0; rc == 0 && i < n; i++) {
		/* A consent counts in a card alone: who may write elsewhere
		 * cannot put one there. */
		if (strcmp(list[i].section, "card") != 0)
			continue;
		rc = load_space(s, &list[i], TYPE_CONSENT, out, e);
		if (rc == 0)
			rc = load_space(s, &list[i], TYPE_WITHDRAWAL, out,
			    e);
	}
	mem_free(list);
	if (rc != 0)
		statements_done(out);
	return rc;
}

int
statements_load_group(struct store *s, const struct id *case_id,
    struct statement_sources *out, struct err *e)
{
	struct statement_sources other;
	struct alias_group group;
	size_t i, k;
	int rc;

	if (statements_load(s, case_id, out, e) != 0)
		return -1;
	rc = aliases_of(s, case_id, true, &group, e);
	for (i = 0; rc == 0 && i < group.count; i++) {
		if (id_eq(&group.ids[i], case_id))
			continue;
		rc = statements_load(s, &group.ids[i], &other, e);
		for (k = 0; rc == 0 && k < other.count; k++)
			if (!other.list[k].opens)
				statements_add(out, &other.list[k]);
		statements_done(&other);
	}
	if (rc != 0)
		statements_done(out);
	return rc;
}

bool
statements_ends(const struct statement_source *closing,
    const struct statement_source *grant)
{
	size_t i;

	if (closing->opens || !grant->opens ||
	    (closing->sections & grant->sections) == 0 ||
	    (!id_is_zero(&closing->part) &&
	    !id_eq(&closing->part, &grant->part)) ||
	    (!id_is_zero(&closing->audience) &&
	    !id_eq(&closing->audience, &grant->audience)))
		return false;
	for (i = 0; i < grant->supersedes_count; i++)
		if (id_eq(&grant->supersedes[i], &closing->record))
			return false;
	return true;
}

/* Given, by who may, not over, and nothing ends it. */
static bool
counts_now(const struct statement_sources *all,
    const struct statement_source *src, int64_t now_ms)
{
	size_t i;

	if (!src->opens || !src->sound || src->until_ms <= now_ms)
		return false;
	for (i = 0; i < all->count; i++)
		if (statements_ends(&all->list[i], src))
			return false;
	return true;
}

int
statements_bounds(struct store *s, struct space *sp, struct err *e)
{
	const struct statement_source *src;
	struct statement_sources all;
	size_t i;
	int rc = statements_load_group(s, &sp->case_id, &all, e);

	for (i = 0; rc == 0 && i < all.count; i++) {
		src = &all.list[i];
		if (spaces_since(sp, &src->since) ||
		    (src->sections & statements_bit(sp->section)) == 0 ||
		    !counts_now(&all, src, store_now_ms(s)))
			continue;
		if (sp->since_count == SPACE_SINCE_MAX)
			rc = err_set(e, ERR_TOOBIG, "%d consents from now on "
			    "are open in this section; let one of them end, "
			    "or give it with what was written before",
			    SPACE_SINCE_MAX);
		else
			sp->since[sp->since_count++] = src->since;
	}
	if (rc == 0 || all.list != NULL)
		statements_done(&all);
	return rc;
}
