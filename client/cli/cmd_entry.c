/* add, list, show, set of records of any declared kind (cmd->type). */
#include <string.h>

#include "client/core/cases/entries.h"
#include "client/core/cases/rooms.h"
#include "client/core/cases/timeline.h"

#include "client/cli/where.h"
#include "client/cli/text.h"

#define ENTRY_WORDS_BYTES 400

int
cmd_entry_add(struct ctx *c, struct err *e)
{
	const struct record_kind *kind =
	    fields_kind((enum record_type)c->cmd->type);
	struct assignment set[SHOW_SET_MAX];
	struct entry_draft d = { .type = kind->type, .set = set };
	struct where p;
	struct id id;
	int rc;

	if (where_find(c, kind, cmd_word(c, 0), &p, e) != 0)
		return -1;
	d.case_id = p.case_id;
	d.part = p.part;
	d.space = p.space;
	rc = show_assignments(c, p.words, set, &d.n, e);
	if (rc == 0)
		rc = entries_add(c->s, &d, &id, e);
	if (rc == 0 && !p.room && id_is_zero(&p.part) &&
	    kind->section != NULL)
		show_left_out(c, &p.case_id, kind->section);
	if (rc == 0)
		rc = show_made(c, &id, _("Saved on this device; the next tugi "
		    "sync sends it."), e);
	if (rc == 0)
		where_warn_names(c, &p.space, set, d.n);
	show_assignments_done(set, d.n);
	return rc;
}

/* The fields that the kind lists, as far as a table has room. */
static size_t
columns(const struct record_kind *kind, const struct field **out, size_t max)
{
	const char *at = kind->list;
	char name[64];
	size_t n = 0, len;

	for (; *at != '\0' && n < max; at += len) {
		at += strspn(at, " ");
		len = strcspn(at, " ");
		if (len == 0 || len >= sizeof(name))
			continue;
		memcpy(name, at, len);
		name[len] = '\0';
		out[n] = fields_find(kind->type, name);
		n += out[n] != NULL;
	}
	return n;
}

static const char *
place_name(const struct case_list *cases, const struct room_list *rooms,
    const struct record_item *r)
{
	size_t i;

	if (!id_is_zero(&r->case_id))
		return show_case_name(cases, &r->case_id);
	for (i = 0; i < rooms->count; i++)
		if (id_eq(&rooms->items[i].space, &r->space))
			return rooms->items[i].name;
	return "";
}

static int
print_list(struct ctx *c, const struct record_kind *kind,
    const struct record_list *l, struct err *e)
{
	const struct field *cols[TABLE_COLS_MAX - 4];
	const char *heads[TABLE_COLS_MAX];
	char text[WHEN_BYTES], marks[SHOW_MARKS_BYTES];
	size_t n = columns(kind, cols, TABLE_COLS_MAX - 4), i, k;
	struct case_list cases = { 0 };
	struct room_list rooms = { 0 };
	struct table t;
	int rc;

	if (cases_names(c->s, &cases, e) != 0 ||
	    rooms_list(c->s, NULL, &rooms, e) != 0) {
		case_list_done(&cases);
		return -1;
	}
	heads[0] = N_("ID");
	heads[1] = N_("ON");
	heads[2] = N_("WHERE");
	heads[3] = N_("LOOK");
	for (k = 0; k < n; k++)
		heads[4 + k] = cols[k]->label;
	table_init(&t, heads, 4 + n, n > 0 ? 3 + n : 2);
	for (i = 0; i < l->count; i++) {
		table_cell(&t, match_short(&l->items[i].id, text));
		when_day(l->items[i].at_ms, text);
		table_cell(&t, text);
		table_cell(&t, place_name(&cases, &rooms, &l->items[i]));
		show_marks(&l->items[i], marks);
		table_cell(&t, marks);
		for (k = 0; k < n; k++)
			show_excerpt(&t, record_word(&l->items[i],
			    cols[k]->name));
	}
	rc = table_print(&t, &c->out, e);
	table_done(&t);
	case_list_done(&cases);
	room_list_done(&rooms);
	return rc;
}

int
cmd_entry_list(struct ctx *c, struct err *e)
{
	const struct record_kind *kind =
	    fields_kind((enum record_type)c->cmd->type);
	struct records_query q = { .type = kind->type };
	struct record_list l = { 0 };
	int64_t limit = 0;
	struct where p;
	int rc = 0;

	if (cmd_number(c, "limit", (struct range){ 1, 1000000 }, &limit, e) !=
	    0 || where_find(c, kind, cmd_word(c, 0), &p, e) != 0)
		return -1;
	q.limit = (size_t)limit;
	if (!id_is_zero(&p.space))
		q.space = &p.space;
	else if (p.words > 0)
		q.case_id = &p.case_id;
	if (records_list(c->s, &q, &l, e) != 0)
		return -1;
	if (c->g.json)
		rc = out_json(show_records_json(l.items, l.count), e);
	else if (l.count == 0)
		out_say(&c->out, "%s", _("There are none yet."));
	else
		rc = print_list(c, kind, &l, e);
	record_list_done(&l);
	return rc;
}

int
cmd_entry_show(struct ctx *c, struct err *e)
{
	struct record_item r = { 0 };
	int rc = 0;

	if (show_record_find(c, cmd_word(c, 0), c->cmd->type, &r, e) != 0)
		return -1;
	if (c->g.json)
		rc = out_json(show_record_json(&r), e);
	else
		show_record(c, &r);
	record_item_done(&r);
	return rc;
}

int
cmd_entry_set(struct ctx *c, struct err *e)
{
	struct record_item r = { 0 };
	int rc;

	if (show_record_find(c, cmd_word(c, 0), c->cmd->type, &r, e) != 0)
		return -1;
	rc = show_set(c, &r, c->cmd->name, 1, e);
	record_item_done(&r);
	return rc;
}

/* ---- everything of a case ---- */

static int
print_timeline(struct ctx *c, const struct record_list *l, struct err *e)
{
	static const char *const heads[] = { N_("ON"), N_("WHAT"), N_("WHO"),
		N_("ID"), N_("LOOK"), N_("ABOUT") };
	char text[WHEN_BYTES], words[ENTRY_WORDS_BYTES];
	char marks[SHOW_MARKS_BYTES];
	struct table t;
	size_t i;
	int rc;

	table_init(&t, heads, 6, 5);
	for (i = 0; i < l->count; i++) {
		const struct record_item *r = &l->items[i];

		when_day(r->at_ms, text);
		table_cell(&t, text);
		table_cell(&t, _(fields_kind(r->type)->label));
		table_cell(&t, r->author);
		table_cell(&t, match_short(&r->id, text));
		show_marks(r, marks);
		table_cell(&t, marks);
		timeline_words(r, words, sizeof(words));
		show_excerpt(&t, words);
	}
	rc = table_print(&t, &c->out, e);
	table_done(&t);
	return rc;
}

int
cmd_timeline(struct ctx *c, struct err *e)
{
	struct timeline_query q = { .limit = 0 };
	struct record_list l;
	int64_t limit = 0;
	int rc = 0;

	if (cmd_number(c, "limit", (struct range){ 1, 1000000 }, &limit, e) !=
	    0 || show_case_find(c, cmd_word(c, 0), &q.case_id, e) != 0)
		return -1;
	if (cmd_spell(c, &q.from_ms, &q.until_ms, e) != 0)
		return -1;
	q.limit = (size_t)limit;
	q.types = cmd_value(c, "kinds");
	if (timeline_list(c->s, &q, &l, e) != 0)
		return -1;
	if (c->g.json)
		rc = out_json(show_records_json(l.items, l.count), e);
	else if (l.count == 0)
		out_say(&c->out, "%s", _("Nothing yet."));
	else
		rc = print_timeline(c, &l, e);
	record_list_done(&l);
	return rc;
}
