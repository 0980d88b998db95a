/*
 * Cases and children, counted from cards: as they stood at the end of the
 * year, with marks under the key of the year.
 */
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "client/core/local/day.h"
#include "client/core/local/utf8.h"
#include "client/core/report/tally_parts.h"
#include "common/base/mem.h"

/* What a field said at a time: the newest value written until then. */
static const char *
code_at(const struct tally *t, uint16_t field, int64_t ms,
    char out[static TALLY_CODE_BYTES])
{
	const struct value *v = NULL;
	uint64_t newest = 0;
	size_t i, k;

	for (i = 0; i < t->l->count; i++) {
		const struct record *rec = &t->l->versions[i].rec;

		if (hlc_ms(rec->hlc) >= ms || rec->hlc < newest)
			continue;
		for (k = 0; k < rec->op_count; k++)
			if (rec->ops[k].field == field) {
				v = &rec->ops[k].value;
				newest = rec->hlc;
			}
	}
	out[0] = '\0';
	if (v != NULL && v->type == VALUE_TEXT && v->data.len < TALLY_CODE_BYTES) {
		memcpy(out, v->data.data, v->data.len);
		out[v->data.len] = '\0';
	}
	return out;
}

static bool
is_over(const char *status)
{
	return strcmp(status, "closed") == 0 || strcmp(status, "moved") == 0 ||
	    strcmp(status, "declined") == 0;
}

static bool
leads(const struct tally *t)
{
	struct id lead = loaded_id(t->l, CASE_LEAD);

	return id_is_zero(&lead) ? tally_wrote(t) : id_eq(&lead, &t->s->person);
}

static const char *
age(const struct tally *t)
{
	struct view born = loaded_text(t->l, CASE_BORN);
	char year[5] = "";
	struct tm tm;
	time_t end = (time_t)(t->until_ms / 1000 - 1);
	int years;

	if (born.len < 4)
		return "";
	memcpy(year, born.data, 4);
	localtime_r(&end, &tm);
	years = tm.tm_year + 1900 - (int)strtol(year, NULL, 10);
	return years < 0 || years > 99 ? "" : years < 7 ? "0-6" :
	    years < 10 ? "7-9" : years < 13 ? "10-12" : years < 16 ?
	    "13-15" : "16";
}

static void
fold(struct buf *b, struct view v)
{
	uint32_t cp;
	size_t at = 0;

	while (at < v.len) {
		cp = utf8_fold(utf8_next(v, &at));
		if (utf8_is_word(cp))
			buf_add_be(b, cp, 4);
	}
}

static struct id
mark_of(const struct tally *t, bool child)
{
	struct view name = loaded_text(t->l, CASE_NAME);
	struct view born = loaded_text(t->l, CASE_BORN);
	struct hash h;
	struct id id;
	struct buf b;

	buf_init(&b, 1 << 16);
	if (child && name.len > 0 && born.len > 0) {
		fold(&b, name);
		buf_add_be(&b, 0, 1);
		buf_add(&b, born.data, born.len);
	} else
		buf_add(&b, t->l->row.case_id.b, sizeof(id.b));
	keys_mac(&t->key, child ? "tugi child 1" : "tugi case 1",
	    buf_view(&b), &h);
	memcpy(id.b, h.b, sizeof(id.b));
	buf_done(&b);
	return id;
}

/* How the case came into the year; NULL: it is not of this year. */
static const char *
came(const struct tally *t, const struct known *k, const char *status)
{
	char before[TALLY_CODE_BYTES];

	if (t->l->row.at_ms >= t->until_ms)
		return NULL;
	if (tally_in_year(t, t->l->row.at_ms))
		return "new";
	if (!is_over(code_at(t, CASE_STATUS, t->from_ms, before)))
		return "before";
	return !is_over(status) ? "reopened" : k != NULL && k->last_ms > 0 ?
	    "before" : NULL;
}

static const char *
until_contact(const struct known *k, int64_t from_ms)
{
	return k == NULL || k->first_ms == 0 ? "none" :
	    k->first_ms <= from_ms ? "0-7" :
	    tally_band((k->first_ms - from_ms) / TALLY_DAY_MS);
}

static void
count_first(struct tally *t, const struct known *k)
{
	struct counts_event ev = { .group = COUNTS_FIRST_MEETING, .n = 1 };
	int64_t asked;

	ev.school = k != NULL ? k->school : "";
	ev.words[0] = until_contact(k, t->l->row.at_ms);
	ev.words[1] = day_parse(loaded_text(t->l, CASE_ASKED_ON), &asked) ?
	    until_contact(k, asked) : "";
	counts_add(t->out, &ev);
}

/* ${of} is the case's. */
static void
count_child(struct tally *t, const struct counts_event *of, int64_t day)
{
	char sex[TALLY_CODE_BYTES], grade[TALLY_CODE_BYTES];
	struct counts_event ev = { .group = COUNTS_CHILDREN, .n = 1,
		.school = of->school };
	struct id mark = mark_of(t, true);

	ev.words[0] = age(t);
	ev.words[1] = strcmp(of->words[2], "new") == 0 ? "new" : "before";
	ev.words[2] = code_at(t, CASE_SEX, t->until_ms, sex);
	ev.words[3] = code_at(t, CASE_GRADE, t->until_ms, grade);
	counts_mark(t->out, &ev, &mark, day);
}

static void
count_case(struct tally *t)
{
	char status[TALLY_CODE_BYTES], stage[TALLY_CODE_BYTES];
	char closing[TALLY_CODE_BYTES], asked[TALLY_CODE_BYTES];
	char theme[TALLY_CODE_BYTES];
	const struct known *k = tally_case_of(t, &t->l->row.case_id);
	const struct field *why = tally_field(t, "closing");
	struct counts_event ev = { .group = COUNTS_CASES, .n = 1 };
	struct id mark;
	int64_t day;

	code_at(t, CASE_STATUS, t->until_ms, status);
	ev.words[2] = came(t, k, status);
	if (ev.words[2] == NULL)
		return;
	ev.school = k != NULL ? k->school : "";
	ev.words[0] = status;
	ev.words[1] = code_at(t, CASE_STAGE, t->until_ms, stage);
	ev.words[3] = why != NULL && is_over(status) ?
	    code_at(t, why->number, t->until_ms, closing) : "";
	ev.words[4] = code_at(t, CASE_ASKED_BY, t->until_ms, asked);
	ev.words[5] = code_at(t, CASE_MAIN_THEME, t->until_ms, theme);
	day = (k != NULL && k->last_ms > 0 ? k->last_ms : t->l->row.at_ms) / TALLY_DAY_MS;
	mark = mark_of(t, false);
	counts_mark(t->out, &ev, &mark, day < 0 ? 0 : day);
	if (strcmp(ev.words[2], "new") == 0)
		count_first(t, k);
	count_child(t, &ev, day < 0 ? 0 : day);
}

int
tally_case(void *ctx, const struct record_row *row, struct err *e)
{
	struct tally *t = ctx;
	int rc = versions_load_row(t->s, row, t->l, e);

	if (rc != 1)
		return rc;
	if (leads(t))
		count_case(t);
	versions_done(t->l);
	return 0;
}

