/* report counts, preview, hand-in, figures; office statistics. */
#include <stdlib.h>
#include <string.h>

#include "client/cli/ask.h"
#include "client/cli/papers.h"
#include "client/cli/show.h"
#include "client/cli/text.h"
#include "client/core/profile/policies.h"
#include "client/core/report/sheet.h"
#include "client/core/report/snapshots.h"
#include "common/base/mem.h"


/* The year that word ${i} names; the current one when there is none. */
static int
year_of(struct ctx *c, size_t i, int *year, struct err *e)
{
	const char *word = cmd_word(c, i);
	char *end;
	long n;

	if (word == NULL) {
		*year = when_year(tick_wall_ms(&c->tick));
		return 0;
	}
	n = strtol(word, &end, 10);
	if (*end != '\0' || end == word || n < TALLY_YEAR_MIN ||
	    n > TALLY_YEAR_MAX)
		return err_set(e, ERR_INPUT, _("\"%.20s\" is no year; it is "
		    "written like 2026"), word);
	*year = (int)n;
	return 0;
}

/* ---- numbers on the screen, as JSON, on paper ---- */

struct telling {
	struct sheet sheet;
	int year;
	const char *title, *source;
	char subtitle[600];
	bool shared;         /* figures: for everybody */
	json_t *about;       /* goes into the JSON; taken */
	const struct snapshot_item *frozen; /* or NULL */
};

static json_t *
words_json(const struct sheet *sh, unsigned g, unsigned side,
    const char *school)
{
	struct counts_where where = { school, NULL };
	json_t *list = json_object();
	unsigned words[64];
	size_t i, n = sheet_words(sh, g, side, words, 64);
	int64_t v;

	for (i = 0; i < n; i++) {
		where.word = sh->counts->texts[words[i]];
		v = counts_get(sh->counts, g, side, &where);
		if (v > 0)
			json_object_set_new(list, where.word,
			    json_integer(v));
	}
	return list;
}

static json_t *
side_json(const struct sheet *sh, unsigned g, unsigned side)
{
	unsigned *schools = mem_new(COUNTS_LIST_MAX * sizeof(*schools));
	json_t *j = json_object(), *by = json_object();
	size_t i, n = counts_schools(sh->counts, schools, COUNTS_LIST_MAX);
	const char *school;

	json_object_set_new(j, "all", words_json(sh, g, side, NULL));
	for (i = 0; side < COUNTS_BY_SCHOOL && i < n; i++) {
		school = sh->counts->texts[schools[i]];
		if (sh->school == NULL || strcmp(school, sh->school) == 0)
			json_object_set_new(by, school, words_json(sh, g,
			    side, school));
	}
	json_object_set_new(j, "schools", by);
	mem_free(schools);
	return j;
}

static int
tell_json(const struct telling *t, struct err *e)
{
	const struct counts_group *g;
	json_t *groups = json_object(), *sides, *j;
	unsigned i, k;

	for (i = 0; i < COUNTS_GROUP_COUNT; i++) {
		g = &counts_groups[i];
		sides = json_object();
		for (k = 0; k < g->side_count; k++)
			json_object_set_new(sides, g->sides[k].code,
			    side_json(&t->sheet, i, k));
		j = json_object();
		json_object_set_new(j, "total", json_integer(counts_get(
		    t->sheet.counts, i, 0, &(struct counts_where){ NULL,
		    NULL })));
		json_object_set_new(j, "unit", json_string(g->unit ==
		    COUNTS_MINUTES ? "minutes" : "number"));
		json_object_set_new(j, "sides", sides);
		json_object_set_new(groups, g->code, j);
	}
	json_object_set_new(t->about, "year", json_integer(t->year));
	json_object_set_new(t->about, "rounded",
	    json_boolean(t->sheet.rounded));
	json_object_set_new(t->about, "groups", groups);
	return out_json(json_incref(t->about), e);
}

static int
tell_screen(struct ctx *c, const struct telling *t, struct err *e)
{
	static const char *const heads[] = { N_("WHAT"), N_("BY WHAT"),
		N_("WORD"), N_("NUMBER") };
	struct counts_where where = { t->sheet.school, NULL };
	char n[SHEET_AMOUNT_BYTES];
	const struct counts_group *g;
	unsigned words[64], i, k;
	struct table table;
	size_t m, count;
	int rc;

	table_init(&table, heads, 4, 2);
	for (i = 0; i < COUNTS_GROUP_COUNT; i++)
		for (k = 0; k < counts_groups[i].side_count; k++) {
			g = &counts_groups[i];
			if (k >= COUNTS_BY_SCHOOL && where.school != NULL &&
			    t->sheet.rounded)
				continue;
			count = sheet_words(&t->sheet, i, k, words, 64);
			for (m = 0; m < count; m++) {
				where.word = t->sheet.counts->texts[words[m]];
				sheet_amount(i, counts_get(t->sheet.counts, i,
				    k, &where), n);
				table_cell(&table, text_spoken(g->label));
				table_cell(&table,
				    text_spoken(g->sides[k].label));
				table_cell(&table, sheet_word(&t->sheet,
				    &g->sides[k], where.word));
				table_cell(&table, n);
			}
		}
	out_head(&c->out, t->title);
	rc = table_print(&table, &c->out, e);
	table_done(&table);
	return rc;
}

static void
put_frozen(struct paper *p, const struct snapshot_item *f)
{
	char text[HASH_TEXT_BYTES + 32];

	snprintf(text, sizeof(text), "%d", f->version);
	paper_fact(p, _("Version"), text);
	if (f->reason[0] != '\0')
		paper_fact(p, _("Reason of the correction"), f->reason);
	when_day(f->at_ms, text);
	paper_fact(p, _("Frozen on"), text);
	paper_fact(p, _("Frozen by"), f->by);
	paper_fact(p, _("Hash"), hash_text(&f->hash, text));
}

static int
tell_papers(struct ctx *c, const struct telling *t, size_t *n, struct err *e)
{
	struct paper_about about = { .title = t->title,
		.subtitle = t->subtitle, .source = t->source };
	const char *csv = cmd_value(c, "csv");
	char date[PAPERS_DATE_BYTES];
	struct paper *p;
	struct buf b;
	int rc = 0;

	papers_about(c, &about, date);
	if (csv != NULL && t->sheet.school != NULL)
		return err_set(e, ERR_INPUT, "%s", _("--csv writes all "
		    "schools; leave --school out"));
	if (cmd_value(c, "pdf") != NULL || cmd_value(c, "html") != NULL) {
		p = paper_new(&about);
		if (t->frozen != NULL)
			put_frozen(p, t->frozen);
		else
			paper_text(p, _("Not rounded: small numbers can show "
			    "a child. Not to be given out."));
		sheet_fill(&t->sheet, p);
		rc = papers_put(c, p, t->shared, n, e);
		paper_free(p);
	}
	if (rc != 0 || csv == NULL)
		return rc;
	buf_init(&b, COUNTS_MAX_BYTES);
	counts_csv(t->sheet.counts, &b);
	rc = buf_check(&b, "the numbers", e);
	if (rc == 0)
		rc = papers_write(c, csv, buf_view(&b), t->shared, e);
	buf_done(&b);
	++*n;
	return rc;
}

/* The school of that name, spelt as it is in the counts. */
static int
find_school(struct ctx *c, struct counts *counts, const char **out,
    struct err *e)
{
	const char *name = cmd_value(c, "school");
	unsigned *list, k;
	size_t i, n;

	*out = NULL;
	if (name == NULL)
		return 0;
	list = mem_new(COUNTS_LIST_MAX * sizeof(*list));
	n = counts_schools(counts, list, COUNTS_LIST_MAX);
	k = counts_school(counts, name);
	for (i = 0; i < n; i++)
		if (list[i] == k)
			*out = counts->texts[k];
	mem_free(list);
	return *out != NULL ? 0 : err_set(e, ERR_ABSENT, _("nothing is "
	    "counted at a school \"%.60s\""), name);
}

static int
tell(struct ctx *c, struct telling *t, struct err *e)
{
	size_t n = 0;
	int rc;

	t->sheet.policy = policies_now(c->s, e);
	t->sheet.lang = session_language(c->s);
	rc = t->sheet.policy == NULL ? -1 : find_school(c, t->sheet.counts,
	    &t->sheet.school, e);
	if (rc == 0) {
		snprintf(t->subtitle, sizeof(t->subtitle), "%s%s%s",
		    policy_title(t->sheet.policy, t->sheet.lang),
		    t->sheet.school != NULL ? ", " : "",
		    t->sheet.school != NULL ? t->sheet.school : "");
		rc = tell_papers(c, t, &n, e);
	}
	if (rc == 0 && c->g.json)
		rc = tell_json(t, e);
	else if (rc == 0 && n == 0)
		rc = tell_screen(c, t, e);
	json_decref(t->about);
	return rc;
}

/* ---- a worker ---- */

int
cmd_report_counts(struct ctx *c, struct err *e)
{
	struct telling t = { .source = _("Counted from one worker's device; "
	    "tugi") };
	struct counts counts;
	char title[80];

	if (year_of(c, 0, &t.year, e) != 0 ||
	    tally_year(c->s, t.year, &counts, e) != 0)
		return -1;
	counts_fold(&counts);
	snprintf(title, sizeof(title), _("My year %d in numbers"), t.year);
	t.title = title;
	t.sheet.counts = &counts;
	t.about = json_object();
	if (tell(c, &t, e) != 0) {
		counts_done(&counts);
		return -1;
	}
	counts_done(&counts);
	return 0;
}

static json_t *
mark_json(const struct counts *c, const struct counts_mark *m)
{
	const struct counts_group *g = &counts_groups[m->group];
	json_t *j = json_object();
	char id[ID_TEXT_BYTES], day[WHEN_BYTES];
	size_t i;

	when_iso(m->day * 86400000 + 43200000, day);
	day[strlen("2026-11-22")] = '\0';
	json_object_set_new(j, "group", json_string(g->code));
	json_object_set_new(j, "mark", json_string(id_text(&m->mark, id)));
	json_object_set_new(j, "day", json_string(day));
	json_object_set_new(j, "school", out_json_text(c->texts[m->school]));
	for (i = 0; i < g->side_count; i++)
		json_object_set_new(j, g->sides[i].code,
		    json_string(c->texts[m->words[i]]));
	return j;
}

static int
preview_json(const struct handin *h, struct err *e)
{
	json_t *j = json_object(), *cells = json_array(), *marks =
	    json_array();
	char hash[HASH_TEXT_BYTES];
	const struct counts *c = &h->counts;
	size_t i;

	for (i = 0; i < c->cell_count; i++)
		json_array_append_new(cells, json_pack(
		    "{s:s, s:s, s:s, s:s, s:I}", "group",
		    counts_groups[c->cells[i].group].code, "side",
		    counts_groups[c->cells[i].group].sides[
		    c->cells[i].side].code, "school",
		    c->texts[c->cells[i].school], "word",
		    c->texts[c->cells[i].word], "count",
		    (json_int_t)c->cells[i].n));
	for (i = 0; i < c->mark_count; i++)
		json_array_append_new(marks, mark_json(c, &c->marks[i]));
	json_object_set_new(j, "year", json_integer(h->year));
	json_object_set_new(j, "hash", json_string(hash_text(&h->hash,
	    hash)));
	json_object_set_new(j, "bytes",
	    json_integer((json_int_t)h->bytes.len));
	json_object_set_new(j, "cells", cells);
	json_object_set_new(j, "marks", marks);
	return out_json(j, e);
}

static int
preview_cells(struct ctx *c, const struct sheet *sh, struct err *e)
{
	static const char *const heads[] = { N_("WHAT"), N_("BY WHAT"),
		N_("SCHOOL"), N_("WORD"), N_("NUMBER") };
	const struct counts *n = sh->counts;
	char amount[SHEET_AMOUNT_BYTES];
	struct table t;
	size_t i;
	int rc;

	table_init(&t, heads, 5, 3);
	for (i = 0; i < n->cell_count; i++) {
		const struct counts_cell *cell = &n->cells[i];
		const struct counts_group *g = &counts_groups[cell->group];
		const struct counts_side *side = &g->sides[cell->side];

		table_cell(&t, text_spoken(g->label));
		table_cell(&t, text_spoken(side->label));
		table_cell(&t, sheet_school(n->texts[cell->school]));
		table_cell(&t, sheet_word(sh, side, n->texts[cell->word]));
		table_cell(&t, sheet_amount(cell->group, cell->n, amount));
	}
	rc = table_print(&t, &c->out, e);
	table_done(&t);
	return rc;
}

static int
preview_marks(struct ctx *c, const struct sheet *sh, struct err *e)
{
	static const char *const heads[] = { N_("OF"), N_("MARK"),
		N_("LAST SEEN"), N_("SCHOOL"), N_("WORDS") };
	const struct counts *n = sh->counts;
	char id[ID_TEXT_BYTES], day[WHEN_BYTES];
	struct table t;
	struct buf b;
	size_t i, k;
	int rc;

	buf_init(&b, COUNTS_MAX_BYTES);
	table_init(&t, heads, 5, 4);
	for (i = 0; i < n->mark_count; i++) {
		const struct counts_mark *m = &n->marks[i];
		const struct counts_group *g = &counts_groups[m->group];

		table_cell(&t, text_spoken(g->label));
		table_cell(&t, id_text(&m->mark, id));
		when_day(m->day * 86400000 + 43200000, day);
		table_cell(&t, day);
		table_cell(&t, sheet_school(n->texts[m->school]));
		buf_reset(&b);
		for (k = 0; k < g->side_count; k++)
			buf_add_fmt(&b, "%s%s", k > 0 ? ", " : "",
			    sheet_word(sh, &g->sides[k],
			    n->texts[m->words[k]]));
		table_cell(&t, buf_str(&b));
	}
	rc = table_print(&t, &c->out, e);
	table_done(&t);
	buf_done(&b);
	return rc;
}

static int
preview_screen(struct ctx *c, struct handin *h, struct err *e)
{
	struct sheet sh = { .counts = &h->counts,
		.policy = policies_now(c->s, e),
		.lang = session_language(c->s) };

	return sh.policy == NULL || preview_cells(c, &sh, e) != 0 ||
	    preview_marks(c, &sh, e) != 0 ? -1 : 0;
}

int
cmd_report_preview(struct ctx *c, struct err *e)
{
	char hash[HASH_TEXT_BYTES];
	struct handin h;
	int year, rc;

	if (year_of(c, 0, &year, e) != 0)
		return -1;
	rc = handin_make(c->s, year, &h, e);
	if (rc == 0 && c->g.json)
		rc = preview_json(&h, e);
	else if (rc == 0) {
		rc = preview_screen(c, &h, e);
		out_say(&c->out, _("This and nothing else is handed in for "
		    "%d: %zu bytes, hash %s."), year, h.bytes.len,
		    hash_text(&h.hash, hash));
	}
	handin_done(&h);
	return rc;
}

int
cmd_report_hand_in(struct ctx *c, struct err *e)
{
	char hash[HASH_TEXT_BYTES];
	struct handin h;
	int year, rc;

	if (year_of(c, 0, &year, e) != 0)
		return -1;
	rc = handin_make(c->s, year, &h, e);
	if (rc == 0)
		rc = handin_send(c->s, &h, e);
	if (rc == 0) {
		out_say(&c->out, _("The counts of %d are sealed to the "
		    "officers and go with the next sync. tugi report preview "
		    "%d shows every one of them. Hash %s."), year, year,
		    hash_text(&h.hash, hash));
		if (c->g.json)
			rc = out_json(json_pack("{s:i, s:s}", "year", year,
			    "hash", hash_text(&h.hash, hash)), e);
	}
	handin_done(&h);
	return rc;
}

/* ---- frozen figures ---- */

static json_t *
frozen_json(const struct snapshot_item *f)
{
	char hash[HASH_TEXT_BYTES];
	json_t *j = json_object();

	json_object_set_new(j, "year", json_integer(f->year));
	json_object_set_new(j, "version", json_integer(f->version));
	json_object_set_new(j, "frozen", show_time_json(f->at_ms));
	json_object_set_new(j, "by", out_json_text(f->by));
	json_object_set_new(j, "reason", out_json_text(f->reason));
	json_object_set_new(j, "hash", json_string(hash_text(&f->hash,
	    hash)));
	json_object_set_new(j, "waits", json_boolean(f->waits));
	return j;
}

static int
list_frozen(struct ctx *c, struct err *e)
{
	static const char *const heads[] = { N_("YEAR"), N_("VERSION"),
		N_("FROZEN"), N_("BY"), N_("REASON") };
	char text[24], when[WHEN_BYTES];
	struct snapshot_list l;
	struct table t;
	json_t *j = json_array();
	size_t i;
	int rc;

	if (snapshots_list(c->s, &l, e) != 0) {
		json_decref(j);
		return -1;
	}
	table_init(&t, heads, 5, 4);
	for (i = 0; i < l.count; i++) {
		json_array_append_new(j, frozen_json(&l.items[i]));
		snprintf(text, sizeof(text), "%d", l.items[i].year);
		table_cell(&t, text);
		snprintf(text, sizeof(text), "%d", l.items[i].version);
		table_cell(&t, text);
		when_short(l.items[i].at_ms, when);
		table_cell(&t, when);
		table_cell(&t, l.items[i].by);
		table_cell(&t, l.items[i].reason);
	}
	rc = c->g.json ? out_json(json_incref(j), e) :
	    table_print(&t, &c->out, e);
	if (rc == 0 && l.count == 0)
		out_say(&c->out, "%s", _("The office has frozen no figures "
		    "yet."));
	json_decref(j);
	table_done(&t);
	snapshot_list_done(&l);
	return rc;
}

int
cmd_report_figures(struct ctx *c, struct err *e)
{
	struct telling t = { .shared = true, .source = _("Source: figures "
	    "frozen by the office; tugi") };
	struct snapshot_item about;
	struct range any = { 1, 1000000 };
	struct counts counts;
	int64_t version = 0;
	char title[120];
	int rc;

	if (cmd_word(c, 0) == NULL)
		return list_frozen(c, e);
	if (year_of(c, 0, &t.year, e) != 0 ||
	    cmd_number(c, "revision", any, &version, e) != 0 ||
	    snapshots_open(c->s, t.year, (int)version, &counts, &about,
	    e) != 0)
		return -1;
	snprintf(title, sizeof(title), _("School social work in %d: figures"),
	    t.year);
	t.title = title;
	t.sheet.counts = &counts;
	t.sheet.rounded = true;
	t.frozen = &about;
	t.about = frozen_json(&about);
	rc = tell(c, &t, e);
	counts_done(&counts);
	return rc;
}

/* ---- the office ---- */

static void
say_parts(struct ctx *c, const struct merge *m, json_t *list)
{
	char when[WHEN_BYTES];
	size_t i;

	for (i = 0; i < m->count; i++) {
		const struct merge_part *p = &m->parts[i];

		json_array_append_new(list, json_pack("{s:o, s:o, s:o, s:I}",
		    "person", show_id_json(&p->person), "name",
		    out_json_text(p->name), "handed_in",
		    show_time_json(p->at_ms), "children",
		    (json_int_t)p->children));
		if (p->at_ms == 0) {
			out_say(&c->out, _("has not handed in: %s"), p->name);
			continue;
		}
		when_short(p->at_ms, when);
		out_say(&c->out, _("handed in %s: %s"), when, p->name);
	}
}

static int
statistics_merge(struct ctx *c, int year, struct err *e)
{
	struct telling t = { .year = year, .source = _("Merged by the office "
	    "from what workers handed in; tugi") };
	json_t *parts = json_array();
	struct merge m;
	char title[80];
	int rc;

	if (merge_year(c->s, year, &m, e) != 0) {
		json_decref(parts);
		return -1;
	}
	say_parts(c, &m, parts);
	snprintf(title, sizeof(title), _("Counts of %d, not rounded: for the "
	    "office alone"), year);
	t.title = title;
	t.sheet.counts = &m.counts;
	t.about = json_object();
	json_object_set_new(t.about, "workers", parts);
	rc = tell(c, &t, e);
	merge_done(&m);
	return rc;
}

static int
statistics_freeze(struct ctx *c, int year, struct err *e)
{
	struct snapshot_item about;
	struct counts counts;
	struct merge m;
	int rc;

	if (merge_year(c->s, year, &m, e) != 0)
		return -1;
	rc = m.missing == m.count ? err_set(e, ERR_ABSENT, _("nobody has "
	    "handed in anything for %d; nothing was frozen"), year) :
	    snapshots_freeze(c->s, &m, cmd_value(c, "reason"), e);
	if (rc == 0)
		rc = snapshots_open(c->s, year, 0, &counts, &about, e);
	if (rc == 0) {
		counts_done(&counts);
		if (m.missing > 0)
			out_warn(&c->out, plural(m.missing, "%zu person has "
			    "handed nothing in and is not in the figures",
			    "%zu persons have handed nothing in and are not "
			    "in the figures"), m.missing);
		out_say(&c->out, _("The figures of %d are frozen, version %d; "
		    "tugi sync sends them to everybody. To read or print "
		    "them: tugi report figures %d --pdf FILE"), year,
		    about.version, year);
		if (c->g.json)
			rc = out_json(frozen_json(&about), e);
	}
	merge_done(&m);
	return rc;
}

static int
statistics_forget(struct ctx *c, int year, struct err *e)
{
	if (ask_sure(c, _("What workers handed in for this year is dropped "
	    "from this device; a correction needs it handed in again. Drop "
	    "it?"), e) != 0 || merge_forget(c->s, year, e) != 0)
		return -1;
	out_say(&c->out, _("What was handed in for %d is no longer on this "
	    "device."), year);
	return 0;
}

int
cmd_office_statistics(struct ctx *c, struct err *e)
{
	const char *what = cmd_word(c, 0);
	int year;

	if (strcmp(what, "share-key") == 0) {
		if (snapshots_share_key(c->s, e) != 0)
			return -1;
		out_say(&c->out, "%s", _("The key that figures are rounded by "
		    "goes to all officers with the next sync."));
		return 0;
	}
	if (year_of(c, 1, &year, e) != 0)
		return -1;
	if (strcmp(what, "merge") == 0)
		return statistics_merge(c, year, e);
	if (strcmp(what, "freeze") == 0)
		return statistics_freeze(c, year, e);
	if (strcmp(what, "forget") == 0)
		return statistics_forget(c, year, e);
	return err_set(e, ERR_INPUT, _("tugi office statistics goes with "
	    "merge, freeze, forget or share-key, not \"%.40s\""), what);
}
