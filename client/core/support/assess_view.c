/*
 * Runs as they are read: answers of all observers joined item by item, the
 * highest of each domain, what observers who know do not agree on, and how it
 * went from run to run.
 */
#include "client/core/support/assess.h"

#include <stdlib.h>
#include <string.h>

#include "client/core/support/assess_parts.h"
#include "client/core/records/value.h"
#include "common/base/mem.h"

/* ---- freeing ---- */

static void
item_done(struct assess_item *it)
{
	size_t i;

	for (i = 0; i < it->count; i++) {
		mem_forget(it->said[i].observer);
		mem_forget(it->said[i].source);
		mem_forget(it->said[i].since);
		mem_forget(it->said[i].note);
	}
	mem_free(it->said);
}

void
assess_view_done(struct assess_view *v)
{
	size_t i;

	for (i = 0; i < v->count; i++)
		item_done(&v->items[i]);
	mem_free(v->items);
	mem_forget(v->code);
	mem_forget(v->level);
	mem_forget(v->level_word);
	mem_forget(v->reason);
	mem_forget(v->judged_by);
	mem_forget(v->review);
	memset(v, 0, sizeof(*v));
}

void
assess_trend_done(struct assess_trend *t)
{
	size_t i;

	for (i = 0; i < t->count; i++)
		assess_view_done(&t->runs[i]);
	mem_free(t->runs);
	memset(t, 0, sizeof(*t));
}

/* ---- answers ---- */

static int
value_of(const char *text)
{
	return text[0] >= '0' && text[0] <= '3' && text[1] == '\0' ?
	    text[0] - '0' : ASSESS_UNKNOWN;
}

static struct assess_item *
item_of(struct assess_view *v, const char *code)
{
	size_t i;

	for (i = 0; i < v->count; i++)
		if (strcmp(v->items[i].code, code) == 0)
			return &v->items[i];
	return NULL;
}

static void
add_said(struct assess_item *it, const struct record_item *r)
{
	struct assess_said *one;

	it->said = mem_more(it->said, it->count, sizeof(*it->said));
	one = &it->said[it->count++];
	one->observer = mem_dup(r->author != NULL ? r->author : "");
	one->source = mem_dup(record_word(r, "source"));
	one->since = mem_dup(record_field(r, "since"));
	one->note = mem_dup(record_field(r, "note"));
	one->value = value_of(record_field(r, "value"));
}

static void
join(struct assess_item *it)
{
	int least = 4;
	size_t i;

	it->most = ASSESS_NONE;
	for (i = 0; i < it->count; i++) {
		int value = it->said[i].value;

		if (value > it->most)
			it->most = value;
		if (value >= 0 && value < least)
			least = value;
	}
	it->disagree = it->most >= 0 && least < it->most;
}

static void
count_observers(struct assess_view *v)
{
	const char *names[64];
	size_t i, k, n;

	for (i = 0; i < v->count; i++)
		for (k = 0; k < v->items[i].count; k++) {
			const char *name = v->items[i].said[k].observer;

			for (n = 0; n < v->observers; n++)
				if (strcmp(names[n], name) == 0)
					break;
			if (n == v->observers && n < 64)
				names[v->observers++] = name;
		}
}

/* ---- one run ---- */

static void
add_domain(struct assess_view *v, const struct policy *p,
    const struct assess_item *it, const char *lang)
{
	struct assess_domain *d = v->domains;
	size_t i;

	for (i = 0; i < v->domain_count; i++, d++)
		if (strcmp(d->code, it->domain) == 0)
			break;
	if (i == sizeof(v->domains) / sizeof(v->domains[0]))
		return;
	if (i == v->domain_count) {
		v->domain_count++;
		d->code = it->domain;
		d->name = policy_name(p, "assessment.domain", it->domain,
		    lang);
		d->risk = d->protective = ASSESS_NONE;
	}
	if (it->protective && it->most > d->protective)
		d->protective = it->most;
	if (!it->protective && it->most > d->risk)
		d->risk = it->most;
}

static void
begin_items(struct assess_view *v, const struct instrument *in,
    const char *lang)
{
	size_t i;

	v->count = policy_count(in->p, in->code);
	v->items = mem_new((v->count + 1) * sizeof(*v->items));
	for (i = 0; i < v->count; i++) {
		struct assess_item *it = &v->items[i];

		it->code = policy_code(in->p, in->code, i);
		it->name = policy_name(in->p, in->code, it->code, lang);
		it->domain = policy_value(in->p, in->code, it->code,
		    "domain");
		it->protective = strcmp(policy_value(in->p, in->code,
		    it->code, "kind"), "protective") == 0;
	}
}

static int
add_answers(struct session *s, struct assess_view *v, const struct id *space,
    struct err *e)
{
	struct records_query q = { .type = TYPE_ANSWER, .space = space };
	char run[ID_TEXT_BYTES];
	struct assess_item *it;
	struct record_list l;
	size_t i;

	if (records_list(s, &q, &l, e) != 0)
		return -1;
	id_text(&v->id, run);
	for (i = 0; i < l.count; i++) {
		if (l.items[i].held ||
		    strcmp(record_field(&l.items[i], "run"), run) != 0)
			continue;
		it = item_of(v, record_field(&l.items[i], "item"));
		if (it != NULL)
			add_said(it, &l.items[i]);
	}
	record_list_done(&l);
	return 0;
}

static int
add_judgement(struct session *s, struct assess_view *v, struct err *e)
{
	struct record_item r;
	int rc = records_find(s, &v->id, &r, e);

	if (rc != 1)
		return rc < 0 ? -1 : err_set(e, ERR_ABSENT, "there is no such "
		    "assessment here");
	v->at_ms = r.at_ms;
	v->level = mem_dup(record_field(&r, "level"));
	v->level_word = mem_dup(record_word(&r, "level"));
	v->reason = mem_dup(record_field(&r, "reason"));
	v->judged_by = mem_dup(record_field(&r, "judged-by"));
	v->review = mem_dup(record_field(&r, "review"));
	record_item_done(&r);
	return 0;
}

static int
fill(struct session *s, const struct loaded *run, struct assess_view *v,
    struct err *e)
{
	const char *lang = session_language(s);
	struct instrument in;
	size_t i;

	if (assess_instrument(s, run, &in, e) != 0)
		return -1;
	v->id = run->row.id;
	v->case_id = run->row.case_id;
	v->code = mem_dup(in.code);
	v->version = in.version;
	v->instrument = policy_name(in.p, "instruments", in.code, lang);
	begin_items(v, &in, lang);
	if (add_judgement(s, v, e) != 0 ||
	    add_answers(s, v, &run->row.space, e) != 0)
		return -1;
	for (i = 0; i < v->count; i++) {
		join(&v->items[i]);
		v->unanswered += v->items[i].most == ASSESS_NONE;
		v->disagreements += v->items[i].disagree;
		add_domain(v, in.p, &v->items[i], lang);
	}
	count_observers(v);
	return 0;
}

int
assess_view(struct session *session, const struct id *run,
    struct assess_view *out, struct err *e)
{
	struct store *s = session_store(session);
	struct loaded l;
	int rc = versions_load(s, run, &l, e);

	memset(out, 0, sizeof(*out));
	if (rc < 0)
		return -1;
	if (rc == 0 || l.row.type != TYPE_ASSESSMENT ||
	    (l.row.flags & RECORD_OUT) != 0)
		rc = err_set(e, ERR_ABSENT, "there is no such assessment "
		    "here");
	else
		rc = fill(session, &l, out, e);
	versions_done(&l);
	if (rc != 0)
		assess_view_done(out);
	return rc;
}

/* ---- from run to run ---- */

static int
by_time(const void *a, const void *b)
{
	const struct assess_view *x = a, *y = b;

	return x->at_ms != y->at_ms ? (x->at_ms < y->at_ms ? -1 : 1) :
	    id_cmp(&x->id, &y->id);
}

int
assess_trend(struct session *s, const struct id *case_id,
    struct assess_trend *out, struct err *e)
{
	struct records_query q = { .type = TYPE_ASSESSMENT,
	    .case_id = case_id };
	struct record_list l;
	size_t i;
	int rc = 0;

	memset(out, 0, sizeof(*out));
	if (records_list(s, &q, &l, e) != 0)
		return -1;
	out->runs = mem_new((l.count + 1) * sizeof(*out->runs));
	for (i = 0; rc == 0 && i < l.count; i++) {
		rc = assess_view(s, &l.items[i].id, &out->runs[out->count],
		    e);
		if (rc != 0 && e->kind == ERR_ABSENT) {
			/* Its instrument has not come yet: the next sync. */
			err_clear(e);
			rc = 0;
			continue;
		}
		out->count += rc == 0;
	}
	record_list_done(&l);
	if (out->count > 1)
		qsort(out->runs, out->count, sizeof(*out->runs), by_time);
	if (rc != 0)
		assess_trend_done(out);
	return rc;
}
