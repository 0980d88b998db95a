/*
 * Read from the statements that followed from the withdrawal, as they stand
 * now: what a receipt says is what the members' clients act on. Copies that
 * were made cannot be recalled, and the receipt says so.
 */
#include "client/core/consent/receipt.h"

#include <string.h>

#include "client/core/accord/statements.h"
#include "client/core/cases/cases.h"
#include "client/core/local/aliases.h"
#include "client/core/local/day.h"
#include "client/core/local/versions.h"
#include "client/core/profile/people.h"
#include "client/core/profile/policies.h"
#include "client/core/records/reach.h"
#include "client/core/records/value.h"
#include "client/core/words/said.h"
#include "common/base/mem.h"
#include "common/base/text.h"
#include "common/rules/access.h"

#define SPACES_MAX 64
#define LINES_MAX 1024
#define KEPT_MAX 64

void
receipt_done(struct receipt *r)
{
	size_t i;

	for (i = 0; i < r->count; i++)
		mem_free(r->lines[i].why);
	for (i = 0; i < r->kept_count; i++) {
		mem_free(r->kept[i].name);
		mem_free(r->kept[i].ground);
	}
	mem_free(r->lines);
	mem_free(r->kept);
	mem_free(r->giver);
	mem_free(r->sections);
	mem_free(r->channel);
	mem_free(r->told_on);
	mem_free(r->taken_by);
	mem_free(r->child);
	memset(r, 0, sizeof(*r));
}

struct reading {
	struct session *session;
	struct store *s;
	struct receipt *out;
	struct id withdrawal;
	int64_t now_ms;
};

/* ---- one person in one section ---- */

static char *
why_open(const struct access_answer *a)
{
	char day[SAID_DAY_BYTES];
	const char *words = _("another consent");
	struct buf b;
	char *out;
	size_t i;

	for (i = 0; i < a->basis_count; i++) {
		if (a->basis[i]->kind == ACCESS_OVERRIDE) {
			words = _("by law, whatever is withdrawn");
			break;
		}
		if (access_is_side(a->basis[i]->kind))
			words = _("this person keeps the case");
	}
	buf_init(&b, 1000);
	buf_add_str(&b, words);
	if (a->until_ms != INT64_MAX)
		buf_add_fmt(&b, _(", until %s"), said_day(a->until_ms, day));
	out = mem_dup(buf_str(&b));
	buf_done(&b);
	return out;
}

static int
is_rekeyed(struct reading *r, const struct space *sp,
    const struct id *person, bool *out, struct err *e)
{
	struct space_epoch se;
	size_t i;
	int rc = spaces_epoch_find(r->s, &sp->id, sp->epoch, &se, e);

	*out = false;
	if (rc != 1)
		return rc;
	*out = se.accepted;
	for (i = 0; i < se.ep.recipient_count; i++)
		if (id_eq(&se.ep.recipients[i].person, person))
			*out = false;
	space_epoch_done(&se);
	return 0;
}

static int
add_line(struct reading *r, const struct space *sp,
    const struct access_book *book, const struct id *person, struct err *e)
{
	struct receipt *out = r->out;
	struct receipt_line *l;
	struct access_answer a;

	if (out->count == LINES_MAX)
		return 0;
	l = &out->lines[out->count++];
	memcpy(l->section, sp->section, sizeof(l->section));
	if (people_name(r->session, person, l->name, e) != 0)
		return -1;
	access_judge(book, person, r->now_ms, &a);
	l->open = a.right != RIGHT_NONE;
	if (l->open)
		l->why = why_open(&a);
	else if (is_rekeyed(r, sp, person, &l->confirmed, e) != 0)
		return -1;
	return reach_count(r->session, &sp->id, person, &l->texts,
	    &l->certain, e);
}

static int
read_space(struct reading *r, const struct space *sp, struct err *e)
{
	struct access_book book;
	size_t i;
	int rc;

	access_book_init(&book);
	rc = spaces_access_load(r->s, &sp->id, &book, e);
	for (i = 0; rc == 0 && i < book.count; i++)
		if (book.list[i].kind == ACCESS_WITHDRAW &&
		    id_eq(&book.list[i].consent, &r->withdrawal))
			rc = add_line(r, sp, &book, &book.list[i].person, e);
	access_book_done(&book);
	return rc;
}

/* Those of the case and of the cases that are one with it. */
static int
read_spaces(struct reading *r, const struct id *case_id, struct err *e)
{
	struct space *list = mem_new(SPACES_MAX * sizeof(*list));
	struct alias_group group;
	size_t i, k, n;
	int rc = aliases_of(r->s, case_id, true, &group, e);

	r->out->lines = mem_new(LINES_MAX * sizeof(*r->out->lines));
	for (i = 0; rc == 0 && i < group.count; i++) {
		rc = spaces_list(r->s, &group.ids[i], list, SPACES_MAX, &n,
		    e);
		for (k = 0; rc == 0 && k < n; k++)
			rc = read_space(r, &list[k], e);
	}
	mem_free(list);
	return rc;
}

/* ---- what is kept ---- */

static int
read_kept(struct reading *r, unsigned mask, struct err *e)
{
	const struct policy *p = policies_now(r->session, e);
	const char *lang = session_language(r->session);
	struct policy_term term;
	const char *code;
	unsigned bit;
	size_t i;

	if (p == NULL)
		return -1;
	r->out->kept = mem_new(KEPT_MAX * sizeof(*r->out->kept));
	for (i = 0; (code = policy_code(p, "retention", i)) != NULL &&
	    r->out->kept_count < KEPT_MAX; i++) {
		if (!policy_term(p, code, &term) || term.section == NULL)
			continue;
		for (bit = 0; bit < STATEMENTS_SECTIONS; bit++)
			if ((mask & 1u << bit) != 0 && strcmp(term.section,
			    statements_section(bit)) == 0)
				break;
		if (bit == STATEMENTS_SECTIONS)
			continue;
		r->out->kept[r->out->kept_count].name = mem_dup(
		    policy_name(p, "retention", code, lang));
		r->out->kept[r->out->kept_count].ground =
		    mem_dup(term.ground);
		r->out->kept[r->out->kept_count++].years = term.years;
	}
	return 0;
}

/* ---- the whole ---- */

static char *
dup_view(struct view v)
{
	char *out = mem_new(v.len + 1);

	if (v.len > 0)
		memcpy(out, v.data, v.len);
	return out;
}

static int
read_record(struct reading *r, const struct loaded *l, struct err *e)
{
	struct receipt *out = r->out;
	struct id by = loaded_id(l, WITHDRAWAL_TAKEN_BY), child;
	char name[160];
	size_t i;

	out->giver = dup_view(loaded_text(l, WITHDRAWAL_GIVER));
	out->sections = dup_view(loaded_text(l, WITHDRAWAL_SECTIONS));
	out->channel = dup_view(loaded_text(l, WITHDRAWAL_CHANNEL));
	out->told_on = dup_view(loaded_text(l, WITHDRAWAL_TOLD_ON));
	out->at_ms = l->row.at_ms;
	for (i = 0; i < l->count; i++)
		out->waits = out->waits ||
		    l->versions[i].state != VERSION_ACCEPTED;
	if (people_name(r->session, &by, name, e) != 0)
		return -1;
	out->taken_by = mem_dup(name);
	child = l->row.case_id;
	return cases_label(r->session, &child, &out->child, e);
}

int
receipt_of(struct session *session, const struct id *withdrawal,
    struct receipt *out, struct err *e)
{
	struct reading r = { .session = session,
		.s = session_store(session), .out = out };
	struct loaded *l = loaded_new();
	unsigned mask = 0;
	int rc = versions_load(r.s, withdrawal, l, e);

	memset(out, 0, sizeof(*out));
	r.withdrawal = *withdrawal;
	r.now_ms = store_now_ms(r.s);
	if (rc == 1 && (l->row.type != TYPE_WITHDRAWAL ||
	    (l->row.flags & RECORD_OUT) != 0))
		rc = err_set(e, ERR_INPUT, "a receipt is of a withdrawal; "
		    "tugi consent withdraw prints its id");
	else if (rc == 0)
		rc = err_set(e, ERR_ABSENT, "there is no such record here");
	if (rc == 1) {
		rc = read_record(&r, l, e);
		if (rc == 0)
			rc = statements_sections(out->sections, &mask, e);
		if (rc == 0)
			rc = read_spaces(&r, &l->row.case_id, e);
		if (rc == 0)
			rc = read_kept(&r, mask, e);
	}
	versions_done(l);
	mem_free(l);
	if (rc != 0)
		receipt_done(out);
	return rc;
}
