/* Records in words for people who have no such program. */
#include "client/core/giving/excerpt.h"

#include <stdio.h>
#include <string.h>

#include "client/core/cases/guard.h"
#include "client/core/cases/objections.h"
#include "client/core/words/said.h"
#include "client/paper/paper.h"
#include "common/base/mem.h"
#include "common/base/text.h"

/* Ids and hashes say nothing outside. */
static bool
is_shown(const struct record_item *r, const struct guard *g,
    const struct field_text *f)
{
	const struct field *def = fields_find(r->type, f->name);

	return def != NULL && def->kind != FIELD_RECORD &&
	    def->kind != FIELD_HASH && def->number != FIELD_DELETED &&
	    f->text[0] != '\0' &&
	    (g == NULL || !guard_omits(g, &r->id, def->number));
}

/* What it says, without what stays here; ends with a zero byte. */
static const char *
words_of(const struct field_text *f, const struct guard *g, struct buf *out)
{
	const char *text = f->word != NULL ? f->word : f->text;

	out->len = 0;
	if (g != NULL)
		(void)guard_clean(g, view_str(text), out);
	else
		buf_add_str(out, text);
	buf_add(out, "", 1);
	return (const char *)out->data;
}

const char *
excerpt_words(const struct record_item *r, const struct guard *g,
    const struct field_text *f, struct buf *out)
{
	return is_shown(r, g, f) ? words_of(f, g, out) : NULL;
}

int
excerpt_guard(struct session *s, const struct id *case_id, const char *to,
    struct guard *g, struct err *e)
{
	struct guard_asked q = { *case_id, GUARD_DISCLOSURE, to, NULL };

	memset(g, 0, sizeof(*g));
	if (guard_ask(s, &q, g, e) != 0)
		return -1;
	return g->may ? 0 : err_set(e, ERR_DENIED, "%s", g->why);
}

int
excerpt_may(const struct guard *g, const struct record_item *r,
    struct err *e)
{
	return !guard_omits(g, &r->id, 0) ? 0 : err_set(e, ERR_DENIED,
	    "one of these records must stay here (tugi case show); leave it "
	    "out. Nothing was given out");
}

void
excerpt_title(const struct record_item *r, char *out, size_t size)
{
	const struct record_kind *kind = fields_kind(r->type);
	char day[SAID_DAY_BYTES];

	snprintf(out, size, "%s, %s, %s", kind != NULL ? _(kind->label) : "",
	    said_day(r->at_ms, day), r->author != NULL ? r->author : "");
}

static void
done(struct buf *b)
{
	if (b->data != NULL)
		mem_wipe(b->data, b->len);
	buf_done(b);
}

void
excerpt_text(const struct record_item *r, const struct guard *g,
    struct buf *out)
{
	struct buf words;
	size_t i;

	buf_init(&words, (size_t)2 * RECORD_TEXT_MAX);
	for (i = 0; i < r->field_count; i++)
		if (is_shown(r, g, &r->fields[i]))
			buf_add_fmt(out, "%s: %s\n", _(r->fields[i].label),
			    words_of(&r->fields[i], g, &words));
	done(&words);
}

void
excerpt_paper(const struct record_item *r, const struct guard *g,
    struct paper *p)
{
	struct buf words;
	char title[300];
	size_t i;

	buf_init(&words, (size_t)2 * RECORD_TEXT_MAX);
	excerpt_title(r, title, sizeof(title));
	paper_heading(p, 2, title);
	for (i = 0; i < r->field_count; i++) {
		const struct field_text *f = &r->fields[i];
		const struct field *def = fields_find(r->type, f->name);

		if (!is_shown(r, g, f))
			continue;
		if (def->kind != FIELD_LONG) {
			paper_fact(p, _(f->label), words_of(f, g, &words));
			continue;
		}
		paper_heading(p, 3, _(f->label));
		paper_text(p, words_of(f, g, &words));
	}
	done(&words);
}

int
excerpt_find(struct session *s, const struct id *id, struct record_item *out,
    struct err *e)
{
	int rc = records_find(s, id, out, e);

	if (rc < 0)
		return -1;
	if (rc == 1 && !out->deleted && !out->erased && !out->held)
		return 0;
	record_item_done(out);
	memset(out, 0, sizeof(*out));
	return err_set(e, ERR_ABSENT, "one of these records is not here, or "
	    "is deleted or held");
}

int
excerpt_objections(struct session *s, const struct id *record,
    const struct guard *g, struct record_list *out, struct err *e)
{
	struct record_item other;
	size_t i, kept = 0;

	if (objections_to(s, record, out, e) != 0)
		return -1;
	for (i = 0; i < out->count / 2; i++) {
		other = out->items[i];
		out->items[i] = out->items[out->count - 1 - i];
		out->items[out->count - 1 - i] = other;
	}
	for (i = 0; i < out->count; i++) {
		if (out->items[i].held || out->items[i].erased ||
		    (g != NULL && guard_omits(g, &out->items[i].id, 0)))
			record_item_done(&out->items[i]);
		else
			out->items[kept++] = out->items[i];
	}
	out->count = kept;
	return 0;
}
