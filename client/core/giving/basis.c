/*
 * A consent or release against what is about to be given. What ends a consent
 * ends a release too: a withdrawal or refusal that names everybody and that it
 * does not name as known. Who takes a release back alone writes so into it,
 * and any such word counts, also beside another (the narrower of two).
 */
#include "client/core/giving/basis.h"

#include <stdio.h>
#include <string.h>

#include "client/core/accord/statements.h"
#include "client/core/cases/entries.h"
#include "client/core/local/day.h"
#include "client/core/local/utf8.h"
#include "client/core/words/said.h"
#include "common/base/mem.h"

#define GIVEN_MAX 16 /* withdrawals that a release names */

int64_t
basis_day_end(struct view text)
{
	int64_t ms;

	return day_parse(text, &ms) ? ms + DAY_MS / 2 - 1 : 0;
}

/* ---- as it stands ---- */

static void
judge(const struct statement_sources *all,
    const struct statement_source *grant, int64_t now_ms, struct basis *out)
{
	unsigned gone = 0;
	size_t i;

	for (i = 0; i < all->count; i++)
		if (statements_ends(&all->list[i], grant))
			gone |= all->list[i].sections;
	out->sections = grant->sections & ~gone;
	out->until_ms = grant->until_ms;
	if (out->sections == 0)
		out->state = BASIS_WITHDRAWN;
	else
		out->state = now_ms > grant->until_ms ? BASIS_EXPIRED :
		    BASIS_HOLDS;
}

static int
find_consent(struct store *s, const struct loaded *l, struct basis *out,
    struct err *e)
{
	const struct statement_source *c = NULL;
	struct statement_sources all;
	size_t i;

	if (statements_load_group(s, &l->row.case_id, &all, e) != 0)
		return -1;
	for (i = 0; i < all.count; i++)
		if (id_eq(&all.list[i].record, &l->row.id) &&
		    all.list[i].opens && all.list[i].sound)
			c = &all.list[i];
	if (c != NULL) {
		out->person = c->audience;
		out->part = c->part;
		judge(&all, c, store_now_ms(s), out);
	}
	statements_done(&all);
	return c != NULL ? 0 : err_set(e, ERR_DENIED, "this is no consent "
	    "that a keeper of the case took, or it was refused");
}

/* Any version that says so ends it, whatever stands beside. */
static bool
is_ended(const struct loaded *l)
{
	const struct heads_field *h = heads_find(&l->heads, RELEASE_ENDED);
	size_t i;

	for (i = 0; h != NULL && i < h->count; i++)
		if (h->heads[i].op->value.type == VALUE_TEXT)
			return true;
	return false;
}

static void
read_superseded(const struct loaded *l, struct statement_source *out)
{
	const struct heads_field *h = heads_find(&l->heads,
	    RELEASE_SUPERSEDES);
	struct view v = h != NULL ? h->heads[0].op->value.data :
	    view_of(NULL, 0);
	size_t i;

	for (i = 0; i + 16 <= v.len && i / 16 < ACCESS_SUPERSEDES_MAX; i += 16)
		memcpy(out->supersedes[out->supersedes_count++].b, v.data + i,
		    16);
}

/* What it allows is said once, by a keeper of the card; later versions take it
 * back and say nothing else. */
static int
is_sound(struct store *s, const struct loaded *l, bool *out, struct err *e)
{
	const struct version *said = NULL;
	size_t i, k, n = 0;

	*out = false;
	for (i = 0; i < l->count; i++) {
		const struct record *rec = &l->versions[i].rec;

		for (k = 0; k < rec->op_count; k++)
			if (rec->ops[k].field != RELEASE_ENDED &&
			    rec->ops[k].field != RELEASE_ENDED_BY)
				break;
		if (k < rec->op_count) {
			said = &l->versions[i];
			n++;
		}
	}
	return n != 1 ? 0 : statements_keeper(s, &l->row.space,
	    &said->rec.origin, out, e);
}

static int
find_release(struct store *s, const struct loaded *l, struct basis *out,
    struct err *e)
{
	struct statement_source *grant = mem_new(sizeof(*grant));
	struct statement_sources all = { NULL, 0 };
	struct view body = loaded_text(l, RELEASE_BODY);
	char sections[81];
	struct view v = loaded_text(l, RELEASE_SECTIONS);
	bool sound;
	int rc;

	rc = is_sound(s, l, &sound, e);
	if (rc != 0 || !sound) {
		mem_free(grant);
		return rc != 0 ? -1 : err_set(e, ERR_DENIED, "this release was "
		    "not taken by a keeper of the case, or was changed "
		    "since; take it anew");
	}
	snprintf(out->to, sizeof(out->to), "%.*s", (int)body.len,
	    body.len > 0 ? (const char *)body.data : "");
	snprintf(sections, sizeof(sections), "%.*s", (int)v.len,
	    v.len > 0 ? (const char *)v.data : "-");
	grant->record = l->row.id;
	grant->opens = true;
	grant->until_ms = basis_day_end(loaded_text(l, RELEASE_UNTIL));
	read_superseded(l, grant);
	rc = statements_sections(sections, &grant->sections, e);
	if (rc == 0)
		rc = statements_load_group(s, &l->row.case_id, &all, e);
	if (rc == 0)
		judge(&all, grant, store_now_ms(s), out);
	if (rc == 0 && is_ended(l)) {
		out->state = BASIS_WITHDRAWN;
		out->sections = 0;
	}
	statements_done(&all);
	mem_free(grant);
	return rc;
}

int
basis_find(struct session *session, const struct id *record,
    struct basis *out, struct err *e)
{
	struct store *s = session_store(session);
	struct space card;
	struct loaded l;
	int rc = versions_load(s, record, &l, e);

	memset(out, 0, sizeof(*out));
	if (rc < 0)
		return -1;
	if (rc == 0 || (l.row.type != TYPE_CONSENT &&
	    l.row.type != TYPE_RELEASE)) {
		if (rc == 1)
			versions_done(&l);
		return err_set(e, ERR_ABSENT, "there is no such consent or "
		    "release here");
	}
	out->record = *record;
	out->case_id = l.row.case_id;
	rc = spaces_find_section(s, &out->case_id, "card", NULL, &card, e);
	if (rc == 1 && (card.hidden || card.state != SPACE_OPEN))
		rc = 0;
	if (rc == 0)
		rc = err_set(e, ERR_DENIED, "the card of this case is not "
		    "open to you, and consents are kept there; ask its "
		    "coordinator");
	else if (rc == 1)
		rc = l.row.type == TYPE_CONSENT ?
		    find_consent(s, &l, out, e) : find_release(s, &l, out, e);
	versions_done(&l);
	return rc;
}

/* ---- against what is wanted ---- */

static int
check_receiver(const struct basis *b, const struct basis_want *want,
    struct err *e)
{
	if (want->to != NULL ? !id_is_zero(&b->person) ||
	    !utf8_same(view_str(want->to), view_str(b->to)) : !id_eq(&b->person, &want->person))
		return err_set(e, ERR_DENIED, "this consent is for somebody "
		    "else; nothing was given out. Ask for one that names the "
		    "receiver: tugi release give");
	return 0;
}

int
basis_covers(struct session *session, const struct basis_want *want,
    struct err *e)
{
	char day[SAID_DAY_BYTES], words[80];
	struct basis b;
	unsigned mask;

	if (want->sections == NULL || *want->sections == '\0')
		return err_set(e, ERR_INPUT, "name the sections that go out: "
		    "card, notes, plan, assessment, meeting, protection");
	if (statements_sections(want->sections, &mask, e) != 0 ||
	    basis_find(session, &want->consent, &b, e) != 0)
		return -1;
	if (!id_eq(&b.case_id, &want->case_id))
		return err_set(e, ERR_DENIED, "this consent is of another "
		    "case; nothing was given out");
	if (check_receiver(&b, want, e) != 0)
		return -1;
	if (!id_is_zero(&b.part) && !id_eq(&b.part, &want->part))
		return err_set(e, ERR_DENIED, "this consent is for what was "
		    "shared under it alone; nothing else was given out");
	if (b.state == BASIS_WITHDRAWN)
		return err_set(e, ERR_DENIED, "this consent was taken back; "
		    "nothing was given out. Ask the family again");
	if (b.state == BASIS_EXPIRED)
		return err_set(e, ERR_DENIED, "this consent ended on %s; "
		    "nothing was given out. Ask the family again",
		    said_day(b.until_ms, day));
	if ((mask & ~b.sections) != 0) {
		statements_words(mask & ~b.sections, words);
		return err_set(e, ERR_DENIED, "this consent does not cover "
		    "%s; leave that out, or ask for a wider one", words);
	}
	if (want->until_ms > b.until_ms)
		return err_set(e, ERR_DENIED, "this consent ends on %s, "
		    "before what is asked for; choose an earlier day, or ask "
		    "for a longer one", said_day(b.until_ms, day));
	return 0;
}

int
basis_part_open(struct session *session, const struct id *case_id,
    const struct id *part, bool *out, struct err *e)
{
	struct store *s = session_store(session);
	struct statement_sources all;
	struct basis b;
	size_t i;

	*out = false;
	if (statements_load_group(s, case_id, &all, e) != 0)
		return -1;
	for (i = 0; i < all.count && !*out; i++) {
		if (!all.list[i].opens || !all.list[i].sound ||
		    !id_eq(&all.list[i].part, part))
			continue;
		judge(&all, &all.list[i], store_now_ms(s), &b);
		*out = b.state == BASIS_HOLDS;
	}
	statements_done(&all);
	return 0;
}

/* ---- releases ---- */

int
basis_check_release(const struct entry *x, struct err *e)
{
	char sections[81];
	struct view v = entry_text(x, RELEASE_SECTIONS);
	int64_t until, from;
	enum right right;
	unsigned mask;

	if (x->now != NULL)
		return 0;
	snprintf(sections, sizeof(sections), "%.*s", (int)v.len,
	    v.len > 0 ? (const char *)v.data : "");
	if (statements_sections(sections, &mask, e) != 0 ||
	    spaces_right(session_store(x->session), &x->space, &right, e) != 0)
		return -1;
	if (right != RIGHT_KEEP)
		return err_set(e, ERR_DENIED, "only a keeper of this case's "
		    "card takes a release; tell the case's coordinator");
	if (entry_day(x, RELEASE_UNTIL, &until) != 1 ||
	    (entry_day(x, RELEASE_FROM, &from) == 1 && until < from))
		return err_set(e, ERR_INPUT, "until: this release would end "
		    "before it begins");
	if (until + DAY_MS / 2 < store_now_ms(session_store(x->session)))
		return err_set(e, ERR_INPUT, "until: this release would be "
		    "over already");
	return 0;
}

/* What closed before is before the eyes of who asks again. */
static int
superseded(struct store *s, const struct id *case_id, struct buf *out,
    struct err *e)
{
	struct statement_sources all;
	size_t i;

	if (statements_load_group(s, case_id, &all, e) != 0)
		return -1;
	for (i = 0; i < all.count && out->len < (size_t)GIVEN_MAX * 16; i++)
		if (!all.list[i].opens && id_is_zero(&all.list[i].audience))
			buf_add(out, all.list[i].record.b, 16);
	statements_done(&all);
	return 0;
}

int
basis_release(struct session *session, const struct id *case_id,
    const struct assignment *set, size_t n, struct id *id, struct err *e)
{
	struct entry_draft d = { .type = TYPE_RELEASE, .case_id = *case_id,
	    .set = set, .n = n };
	struct op more = { .field = RELEASE_SUPERSEDES };
	struct buf known;
	int rc;

	buf_init(&known, (size_t)GIVEN_MAX * 16);
	rc = superseded(session_store(session), case_id, &known, e);
	more.value.type = VALUE_BYTES;
	more.value.data = buf_view(&known);
	d.more = &more;
	d.more_count = known.len > 0 ? 1 : 0;
	if (rc == 0)
		rc = entries_add(session, &d, id, e);
	buf_done(&known);
	return rc;
}

int
basis_release_end(struct session *session, const struct id *release,
    const char *by, struct err *e)
{
	struct store *s = session_store(session);
	char today[DAY_TEXT_BYTES];
	struct op ops[2] = { { .field = RELEASE_ENDED },
	    { .field = RELEASE_ENDED_BY } };
	struct write w = { .id = *release, .type = TYPE_RELEASE, .ops = ops,
	    .op_count = 2 };
	struct loaded l;
	struct id id;
	int rc = versions_load(s, release, &l, e);

	if (rc <= 0)
		return rc < 0 ? -1 : err_set(e, ERR_ABSENT, "there is no such "
		    "release here");
	w.space = l.row.space;
	w.case_id = l.row.case_id;
	rc = l.row.type != TYPE_RELEASE ? err_set(e, ERR_INPUT,
	    "this is no release") : is_ended(&l) ? err_set(e, ERR_CLASH,
	    "this release is taken back already") : 0;
	versions_done(&l);
	if (rc == 0 && (by == NULL || *by == '\0'))
		rc = err_set(e, ERR_INPUT, "say who took it back");
	if (rc != 0)
		return -1;
	ops[0].value.type = ops[1].value.type = VALUE_TEXT;
	ops[0].value.data = view_str(day_text(store_now_ms(s), today));
	ops[1].value.data = view_str(by);
	if (db_begin(s->db, e) != 0)
		return -1;
	if (versions_write_tx(s, &w, &id, e) != 0 ||
	    db_commit(s->db, e) != 0) {
		db_rollback(s->db);
		return -1;
	}
	return 0;
}
