/*
 * A disclosure is checked as a whole before it is written: the basis against
 * what goes out, the words that a legal basis needs, the family. The checks of
 * its fields stand in disclosure_check, which every way of writing asks.
 */
#include "client/core/giving/disclosure.h"

#include <stdio.h>
#include <string.h>

#include "client/core/accord/statements.h"
#include "client/core/giving/basis.h"
#include "client/core/cases/cases.h"
#include "client/core/cases/entries.h"
#include "client/core/giving/excerpt.h"
#include "client/core/cases/guard.h"
#include "client/core/local/day.h"
#include "client/core/profile/people.h"
#include "common/base/mem.h"

#define CONSENT "consent"
#define OWN_FILE "own_file"
#define SET_MAX 16

/* ---- fields ---- */

static int
check_legal(const struct entry *x, struct err *e)
{
	if (entry_is(x, DISCLOSURE_BASIS, CONSENT))
		return entry_has(x, DISCLOSURE_CONSENT) ? 0 : err_set(e,
		    ERR_INPUT, "the basis consent names the consent or "
		    "release it rests on");
	if (entry_has(x, DISCLOSURE_CONSENT))
		return err_set(e, ERR_INPUT, "a consent is named; then the "
		    "basis is consent");
	if (entry_is(x, DISCLOSURE_BASIS, OWN_FILE))
		return 0;
	if (!entry_has(x, DISCLOSURE_PROVISION))
		return err_set(e, ERR_INPUT, "without a consent the provision "
		    "of law is named: provision=TEXT");
	return entry_has(x, DISCLOSURE_REASON) ? 0 : err_set(e, ERR_INPUT,
	    "without a consent the reason is written down: reason=TEXT");
}

int
disclosure_check(const struct entry *x, struct err *e)
{
	char sections[81];
	struct view v = entry_text(x, DISCLOSURE_SECTIONS);
	int64_t on, now = store_now_ms(session_store(x->session));
	unsigned mask;

	if (x->now != NULL)
		return 0;
	snprintf(sections, sizeof(sections), "%.*s", (int)v.len,
	    v.len > 0 ? (const char *)v.data : "");
	if (v.len == 0 || v.len >= sizeof(sections))
		return err_set(e, ERR_INPUT, "name the sections that went "
		    "out: card, notes, plan, assessment, meeting, protection");
	if (statements_sections(sections, &mask, e) != 0 ||
	    check_legal(x, e) != 0)
		return -1;
	if (entry_int(x, DISCLOSURE_INFORMED) == 0 &&
	    !entry_has(x, DISCLOSURE_NOT_INFORMED))
		return err_set(e, ERR_INPUT, "say whether the family was "
		    "told, and if not, why not: why-not-informed=TEXT");
	if (entry_day(x, DISCLOSURE_ON, &on) == 1 && on > now + DAY_MS)
		return err_set(e, ERR_INPUT,
		    "on: a disclosure is recorded when it has happened");
	return 0;
}

/* ---- one of them ---- */

/* Limited authority, restriction of use: guard.h. */
static int
check_guard(struct session *session, const struct disclosure_draft *d,
    struct err *e)
{
	char name[160];
	struct guard g;
	size_t i;
	int rc;

	if (d->to == NULL && people_name(session, &d->person, name, e) != 0)
		return -1;
	rc = excerpt_guard(session, &d->case_id, d->to != NULL ? d->to : name,
	    &g, e);
	for (i = 0; rc == 0 && i < d->record_count; i++)
		if (guard_omits(&g, &d->records[i], 0))
			rc = err_set(e, ERR_DENIED, "one of these records "
			    "must stay here; leave it out. Nothing was given "
			    "out");
	guard_done(&g);
	return rc;
}

/* A secret address or a limited guardian stands there: who gives something out
 * has to have read it. */
static int
check_safety(struct store *s, const struct disclosure_draft *d,
    struct err *e)
{
	struct loaded l;
	bool flagged;
	int rc = versions_load(s, &d->case_id, &l, e);

	if (rc <= 0)
		return rc;
	flagged = loaded_text(&l, CASE_SAFETY).len > 0;
	versions_done(&l);
	return flagged && !d->safety_seen ? err_set(e, ERR_DENIED,
	    "the card of this case has a word on safety; read it (tugi case "
	    "show), and say so with --safety-seen. Nothing was given out") : 0;
}

static int
check_records(struct store *s, const struct disclosure_draft *d,
    struct err *e)
{
	struct record_row row;
	unsigned mask, one;
	struct space sp;
	size_t i;

	if (d->record_count > DISCLOSURE_RECORDS_MAX)
		return err_set(e, ERR_TOOBIG, "a disclosure names at most %d "
		    "records; give them in several",
		    DISCLOSURE_RECORDS_MAX);
	if (statements_sections(d->sections, &mask, e) != 0)
		return -1;
	for (i = 0; i < d->record_count; i++) {
		if (versions_row(s, &d->records[i], &row, e) != 1 ||
		    (row.flags & RECORD_OUT) != 0)
			return err_set(e, ERR_ABSENT, "one of these records "
			    "is not here");
		if (spaces_find(s, &row.space, &sp, e) != 1)
			return -1;
		if (!id_eq(&sp.case_id, &d->case_id))
			return err_set(e, ERR_INPUT, "one of these records is "
			    "of another case");
		if (statements_sections(sp.section, &one, e) != 0)
			return -1;
		if ((one & mask) == 0)
			return err_set(e, ERR_INPUT, "one of these records is "
			    "of the section %s, which is not among what goes "
			    "out", sp.section);
	}
	return 0;
}

static int
check_basis(struct session *session, const struct disclosure_draft *d,
    struct err *e)
{
	struct basis_want want = { .case_id = d->case_id,
	    .consent = d->consent, .sections = d->sections, .to = d->to,
	    .person = d->person, .part = d->part };

	if (d->sections == NULL || *d->sections == '\0')
		return err_set(e, ERR_INPUT, "name the sections that go out: "
		    "card, notes, plan, assessment, meeting, protection");
	if (id_is_zero(&d->consent) && (d->basis == NULL ||
	    *d->basis == '\0' || strcmp(d->basis, CONSENT) == 0))
		return err_set(e, ERR_DENIED, "there is no basis for this: "
		    "name a consent or release, or the legal basis with its "
		    "provision and reason. Nothing was given out");
	if (d->family == DISCLOSURE_UNSAID)
		return err_set(e, ERR_INPUT, "say whether the family was "
		    "told, and if not, why not");
	return id_is_zero(&d->consent) ? 0 :
	    basis_covers(session, &want, e);
}

/* The card, for all who keep the case; else where the text comes from. */
static int
find_space_tx(struct session *session, const struct disclosure_draft *d,
    struct id *space, struct err *e)
{
	const char *section = d->section != NULL ? d->section : "card";
	char first[32];
	int rc = cases_section_tx(session, &d->case_id, section, space, e);

	if (rc == 0 || e->kind != ERR_DENIED || d->section != NULL)
		return rc;
	snprintf(first, sizeof(first), "%.*s",
	    (int)strcspn(d->sections, ", "), d->sections);
	if (strcmp(first, "card") == 0)
		return -1;
	err_clear(e);
	return cases_section_tx(session, &d->case_id, first, space, e);
}

struct set {
	struct assignment list[SET_MAX];
	size_t n;
};

static void
put(struct set *set, const char *name, const char *text)
{
	if (text != NULL && *text != '\0' && set->n < SET_MAX)
		set->list[set->n++] = (struct assignment){ name, text };
}

static struct op
bytes_op(uint16_t field, const void *data, size_t len)
{
	struct op op = { .field = field };

	op.value.type = VALUE_BYTES;
	op.value.data = view_of(data, len);
	return op;
}

static int
write_tx(struct session *session, const struct disclosure_draft *d,
    const struct id *space, struct id *id, struct err *e)
{
	struct entry_draft x = { .type = TYPE_DISCLOSURE, .space = *space };
	char name[160], person[ID_TEXT_BYTES];
	struct op more[4];
	struct set set = { .n = 0 };

	if (d->to == NULL && people_name(session, &d->person, name, e) != 0)
		return -1;
	put(&set, "what", d->what);
	put(&set, "sections", d->sections);
	put(&set, "to", d->to != NULL ? d->to : name);
	if (!id_is_zero(&d->person))
		put(&set, "person", id_text(&d->person, person));
	put(&set, "on", d->on);
	put(&set, "channel", d->channel);
	put(&set, "basis", id_is_zero(&d->consent) ? d->basis : CONSENT);
	put(&set, "provision", d->provision);
	put(&set, "reason", d->reason);
	put(&set, "family-informed", d->family == DISCLOSURE_TOLD ? "yes" :
	    "no");
	put(&set, "why-not-informed", d->why_not_told);
	put(&set, "receipt", d->receipt);
	x.set = set.list;
	x.n = set.n;
	x.more = more;
	if (d->record_count > 0)
		more[x.more_count++] = bytes_op(DISCLOSURE_RECORDS,
		    d->records, d->record_count * sizeof(struct id));
	if (!id_is_zero(&d->consent))
		more[x.more_count++] = bytes_op(DISCLOSURE_CONSENT,
		    d->consent.b, sizeof(d->consent.b));
	if (d->hash != NULL)
		more[x.more_count++] = bytes_op(DISCLOSURE_HASH, d->hash->b,
		    sizeof(d->hash->b));
	if (!id_is_zero(&d->of))
		more[x.more_count++] = bytes_op(DISCLOSURE_OF, d->of.b,
		    sizeof(d->of.b));
	return entries_add_tx(session, &x, id, e);
}

int
disclosure_check_draft(struct session *session,
    const struct disclosure_draft *d, struct err *e)
{
	struct store *s = session_store(session);

	if (d->to == NULL && id_is_zero(&d->person))
		return err_set(e, ERR_INPUT, "name who it is given to");
	return check_basis(session, d, e) != 0 ||
	    check_safety(s, d, e) != 0 || check_guard(session, d, e) != 0 ||
	    check_records(s, d, e) != 0 ? -1 : 0;
}

int
disclosure_record_tx(struct session *session,
    const struct disclosure_draft *d, struct id *id, struct err *e)
{
	struct id space;

	if (disclosure_check_draft(session, d, e) != 0 ||
	    find_space_tx(session, d, &space, e) != 0)
		return -1;
	return write_tx(session, d, &space, id, e);
}

int
disclosure_record(struct session *session, const struct disclosure_draft *d,
    struct id *id, struct err *e)
{
	struct store *s = session_store(session);

	if (db_begin(s->db, e) != 0)
		return -1;
	if (disclosure_record_tx(session, d, id, e) != 0 ||
	    db_commit(s->db, e) != 0) {
		db_rollback(s->db);
		return -1;
	}
	return 0;
}

/* ---- counts ---- */

static void
count_one(struct disclosure_counts *out, const char *basis, bool told)
{
	size_t i;

	for (i = 0; i < out->count; i++)
		if (strcmp(out->items[i].basis, basis) == 0)
			break;
	if (i == sizeof(out->items) / sizeof(out->items[0]))
		return;
	if (i == out->count) {
		snprintf(out->items[i].basis, sizeof(out->items[i].basis),
		    "%s", basis);
		out->count++;
	}
	out->items[i].count++;
	out->items[i].not_told += told ? 0 : 1;
}

static bool
in_time(const void *ctx, enum record_type type, int64_t at_ms)
{
	const struct disclosure_query *q = ctx;

	return type == TYPE_DISCLOSURE &&
	    (q->from_ms == 0 || at_ms >= q->from_ms) &&
	    (q->until_ms == 0 || at_ms <= q->until_ms);
}

int
disclosure_count(struct session *session, const struct disclosure_query *q,
    struct disclosure_counts *out, struct err *e)
{
	struct records_query rq = { .type = TYPE_DISCLOSURE,
	    .case_id = q->case_id, .wanted = in_time, .wanted_ctx = q };
	struct record_list l;
	size_t i;

	memset(out, 0, sizeof(*out));
	if (records_list(session, &rq, &l, e) != 0)
		return -1;
	for (i = 0; i < l.count; i++)
		count_one(out, record_field(&l.items[i], "basis"),
		    strcmp(record_field(&l.items[i], "family-informed"),
		    "yes") == 0);
	record_list_done(&l);
	return 0;
}
