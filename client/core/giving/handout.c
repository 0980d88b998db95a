/*
 * Gathered once, shown in three ways. The basis is asked when gathering and
 * again when the disclosure is written.
 */
#include "client/core/giving/handout.h"

#include <stdio.h>
#include <string.h>

#include "client/core/cases/cases.h"
#include "client/core/giving/excerpt.h"
#include "client/core/cases/guard.h"
#include "client/core/local/day.h"
#include "client/core/local/store.h"
#include "client/core/profile/people.h"
#include "client/paper/paper.h"
#include "common/base/mem.h"
#include "common/base/text.h"
#include "common/wire/keys.h"
#include "common/wire/package.h"

#define TAG_FILE "tugi package file 1"

static void
record_done(struct handout_record *r)
{
	size_t i;

	for (i = 0; i < r->count; i++) {
		mem_free(r->fields[i].name);
		mem_free(r->fields[i].label);
		mem_forget(r->fields[i].text);
	}
	mem_free(r->fields);
	mem_free(r->kind);
	mem_free(r->section);
	mem_free(r->on);
	mem_free(r->author);
	mem_forget(r->title);
}

void
handout_done(struct handout *h)
{
	size_t i;

	for (i = 0; i < h->count; i++)
		record_done(&h->records[i]);
	mem_free(h->records);
	mem_forget(h->child);
	mem_forget(h->to);
	memset(h, 0, sizeof(*h));
}

/* ---- gathering ---- */

static struct handout_record *
next_record(struct handout *h)
{
	h->records = mem_more(h->records, h->count, sizeof(*h->records));
	return &h->records[h->count++];
}

static void
add_record(struct handout *h, const struct record_item *r,
    const struct guard *g)
{
	struct handout_record *out = next_record(h);
	const char *text;
	struct buf words;
	char line[300];
	size_t i;

	buf_init(&words, (size_t)2 * RECORD_TEXT_MAX);
	excerpt_title(r, line, sizeof(line));
	out->title = mem_dup(line);
	out->kind = mem_dup(fields_kind(r->type)->name);
	out->section = mem_dup(r->section);
	out->on = mem_dup(day_text(r->at_ms, (char[DAY_TEXT_BYTES]){ 0 }));
	out->author = mem_dup(r->author != NULL ? r->author : "");
	out->fields = mem_new((r->field_count + 1) * sizeof(*out->fields));
	for (i = 0; i < r->field_count; i++) {
		text = excerpt_words(r, g, &r->fields[i], &words);
		if (text == NULL)
			continue;
		out->fields[out->count].name = mem_dup(r->fields[i].name);
		out->fields[out->count].label = mem_dup(_(r->fields[i].label));
		out->fields[out->count++].text = mem_dup(text);
	}
	if (words.data != NULL)
		mem_wipe(words.data, words.len);
	buf_done(&words);
}

static int
add_objections(struct session *s, const struct id *record,
    const struct guard *g, struct handout *out, struct err *e)
{
	struct record_list l;
	size_t i;

	if (excerpt_objections(s, record, g, &l, e) != 0)
		return -1;
	for (i = 0; i < l.count; i++)
		add_record(out, &l.items[i], g);
	record_list_done(&l);
	return 0;
}

static int
gather(struct session *s, const struct disclosure_draft *d,
    struct handout *out, struct err *e)
{
	struct record_item r;
	struct guard g;
	size_t i;
	int rc = excerpt_guard(s, &d->case_id, out->to, &g, e);

	for (i = 0; rc == 0 && i < d->record_count; i++) {
		rc = excerpt_find(s, &d->records[i], &r, e);
		if (rc != 0)
			break;
		rc = excerpt_may(&g, &r, e);
		if (rc == 0)
			add_record(out, &r, &g);
		if (rc == 0)
			rc = add_objections(s, &r.id, &g, out, e);
		record_item_done(&r);
	}
	guard_done(&g);
	return rc;
}

int
handout_gather(struct session *s, const struct disclosure_draft *d,
    struct handout *out, struct err *e)
{
	char name[160];
	int rc;

	memset(out, 0, sizeof(*out));
	if (d->record_count == 0)
		return err_set(e, ERR_INPUT, "name the records to be handed "
		    "over; the least that serves");
	if (disclosure_check_draft(s, d, e) != 0 || (d->to == NULL &&
	    people_name(s, &d->person, name, e) != 0))
		return -1;
	out->to = mem_dup(d->to != NULL ? d->to : name);
	rc = cases_label(s, &d->case_id, &out->child, e);
	if (rc == 0)
		rc = gather(s, d, out, e);
	if (rc != 0)
		handout_done(out);
	return rc;
}

/* ---- to read, to print ---- */

void
handout_text(const struct handout *h, struct buf *out)
{
	size_t i, k;

	for (i = 0; i < h->count; i++) {
		const struct handout_record *r = &h->records[i];

		buf_add_fmt(out, "%s%s\n", i > 0 ? "\n" : "", r->title);
		for (k = 0; k < r->count; k++)
			buf_add_fmt(out, "%s: %s\n", r->fields[k].label,
			    r->fields[k].text);
	}
}

static void
add_paper(struct paper *p, const struct handout_record *r)
{
	size_t i;

	paper_heading(p, 2, r->title);
	for (i = 0; i < r->count; i++) {
		if (strchr(r->fields[i].text, '\n') == NULL &&
		    strlen(r->fields[i].text) < 120) {
			paper_fact(p, r->fields[i].label, r->fields[i].text);
			continue;
		}
		paper_heading(p, 3, r->fields[i].label);
		paper_text(p, r->fields[i].text);
	}
}

int
handout_pdf(struct session *s, const struct handout *h, struct buf *out,
    struct err *e)
{
	struct paper_about about = { .title = h->child, .subtitle = h->to,
	    .lang = session_language(s) };
	struct paper *p = paper_new(&about);
	size_t i;
	int rc;

	for (i = 0; i < h->count; i++)
		add_paper(p, &h->records[i]);
	rc = paper_pdf(p, out, e);
	paper_free(p);
	return rc;
}

/* ---- the package ---- */

int
handout_file(struct buf *files, const char *name, struct view data,
    struct err *e)
{
	return package_put(files, name, data, e);
}

int
handout_seal(struct session *s, const struct handout_sealing *x,
    struct buf *out, struct id *id, struct err *e)
{
	static const struct package_cost full = { PACKAGE_PASSES,
	    PACKAGE_KIB }, least = { 1, 8 };
	struct disclosure_draft d = *x->draft;
	struct hash hash;

	if (package_seal(x->files, x->passphrase, x->cheap ? &least : &full,
	    out, e) != 0)
		return -1;
	keys_hash(TAG_FILE, buf_view(out), &hash);
	d.hash = &hash;
	d.channel = "sealed_file";
	return disclosure_record(s, &d, id, e);
}

int
handout_open(struct view in, struct view passphrase, struct buf *out,
    struct err *e)
{
	return package_open(in, passphrase, out, e);
}

int
handout_next(struct view *at, char name[static 64], struct view *data)
{
	return package_next(at, name, data);
}
