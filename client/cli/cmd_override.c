/*
 * override add, end, list; what officers and data-protection officers see of
 * them: office overrides, and office countersign for a renewal.
 */
#include <string.h>

#include "client/cli/show.h"
#include "client/cli/text.h"
#include "client/core/consent/override.h"

#define CSV_MAX_BYTES ((size_t)16 * 1024 * 1024)
#define BASES_MAX 16

/* ---- recording and ending ---- */

static int
draft(struct ctx *c, struct override_draft *d, struct err *e)
{
	struct person_item person;

	if (show_case_find_one(c, cmd_word(c, 0), &d->case_id, e) != 0 ||
	    show_person_find(c, cmd_word(c, 1), &person, e) != 0)
		return -1;
	d->person = person.person;
	if (show_right_asked(c, &d->right, e) != 0)
		return -1;
	if (cmd_time(c, "until", 1, &d->until_ms, e) != 0)
		return -1;
	d->sections = cmd_value(c, "sections");
	d->basis = cmd_value(c, "basis");
	d->provision = cmd_value(c, "provision");
	d->reason = cmd_value(c, "reason");
	return 0;
}

static void
say_added(struct ctx *c, const struct override_effect *effect)
{
	char until[WHEN_BYTES];

	when_short(effect->until_ms, until);
	if (effect->needs_second)
		out_warn(&c->out, "%s", _("Recorded. It opens nothing yet: "
		    "the law was used for this person in this case less than "
		    "30 days ago, so an officer signs this one first. The "
		    "next tugi sync asks; tugi override list shows when it "
		    "runs."));
	else
		out_say(&c->out, _("Recorded, until %s. The next tugi sync "
		    "opens what it names and tells the data-protection "
		    "officers. To end it sooner: tugi override end"), until);
}

int
cmd_override_add(struct ctx *c, struct err *e)
{
	struct override_effect effect = { 0 };
	struct override_draft d = { 0 };
	char text[MATCH_SHORT_BYTES];
	struct id id;
	json_t *j;

	if (draft(c, &d, e) != 0 ||
	    override_add(c->s, &d, &id, &effect, e) != 0)
		return -1;
	say_added(c, &effect);
	if (!c->g.json) {
		out_line(&c->out, "%s", match_short(&id, text));
		return 0;
	}
	j = json_object();
	json_object_set_new(j, "id", show_id_json(&id));
	json_object_set_new(j, "until", show_time_json(effect.until_ms));
	json_object_set_new(j, "needs_officer",
	    json_boolean(effect.needs_second));
	return out_json(j, e);
}

int
cmd_override_end(struct ctx *c, struct err *e)
{
	struct id id;
	json_t *j;

	if (match_record(c->s, cmd_word(c, 0), TYPE_OVERRIDE, &id, e) != 0 ||
	    override_end(c->s, &id, cmd_value(c, "reason"), e) != 0)
		return -1;
	out_say(&c->out, "%s", _("The override is ended; the next tugi sync "
	    "closes what nothing else keeps open."));
	if (!c->g.json)
		return 0;
	j = json_object();
	json_object_set_new(j, "id", show_id_json(&id));
	return out_json(j, e);
}

/* ---- lists ---- */

static json_t *
item_json(const struct override_item *item)
{
	json_t *j = json_object();

	json_object_set_new(j, "id", show_id_json(&item->id));
	json_object_set_new(j, "case", show_id_json(&item->case_id));
	json_object_set_new(j, "state",
	    json_string(override_state_word(item->state)));
	json_object_set_new(j, "person", out_json_text(item->person));
	json_object_set_new(j, "sections", out_json_text(item->sections));
	json_object_set_new(j, "right", json_string(show_right(item->right)));
	json_object_set_new(j, "basis", out_json_text(item->basis));
	json_object_set_new(j, "provision", out_json_text(item->provision));
	json_object_set_new(j, "reason", out_json_text(item->reason));
	json_object_set_new(j, "by", out_json_text(item->by));
	json_object_set_new(j, "officer", out_json_text(item->second));
	json_object_set_new(j, "from", show_time_json(item->from_ms));
	json_object_set_new(j, "until", show_time_json(item->until_ms));
	json_object_set_new(j, "ended", show_time_json(item->ended_ms));
	return j;
}

static void
item_row(struct ctx *c, struct table *t, const struct override_item *item)
{
	char id[MATCH_SHORT_BYTES], from[WHEN_BYTES], until[WHEN_BYTES];

	table_cell(t, match_short(&item->id, id));
	table_cell(t, text_spoken(override_state_word(item->state)));
	table_cell(t, item->person);
	show_codes(c, t, "sections", item->sections);
	table_cell(t, policies_name(c->s, "override.basis", item->basis));
	table_cell(t, item->by);
	when_short(item->from_ms, from);
	table_cell(t, from);
	when_short(item->ended_ms != 0 ? item->ended_ms : item->until_ms,
	    until);
	table_cell(t, until);
}

static int
print_items(struct ctx *c, const struct override_list *l, struct err *e)
{
	static const char *const heads[] = { N_("ID"), N_("STATE"),
		N_("WHO"), N_("SECTIONS"), N_("BASIS"), N_("BY"), N_("FROM"),
		N_("UNTIL") };
	struct table t;
	size_t i;
	int rc;

	table_init(&t, heads, 8, 2);
	for (i = 0; i < l->count; i++)
		item_row(c, &t, &l->items[i]);
	rc = table_print(&t, &c->out, e);
	table_done(&t);
	return rc;
}

int
cmd_override_list(struct ctx *c, struct err *e)
{
	struct override_list l = { 0 };
	struct id case_id;
	json_t *j;
	size_t i;
	int rc = 0;

	if (show_case_find_one(c, cmd_word(c, 0), &case_id, e) != 0 ||
	    override_list(c->s, &case_id, &l, e) != 0)
		return -1;
	if (c->g.json) {
		j = json_array();
		for (i = 0; i < l.count; i++)
			json_array_append_new(j, item_json(&l.items[i]));
		rc = out_json(j, e);
	} else if (l.count == 0) {
		out_say(&c->out, "%s", _("Nothing of this case was opened by "
		    "law."));
	} else {
		rc = print_items(c, &l, e);
		for (i = 0; rc == 0 && i < l.count; i++)
			out_line(&c->out, _("\n%s, %s: %s"),
			    l.items[i].person, l.items[i].provision,
			    l.items[i].reason);
	}
	override_list_done(&l);
	return rc;
}

/* ---- for data-protection officers ---- */

struct counts {
	size_t total, running, waiting, withdrawn;
	size_t bases;
	const char *basis[BASES_MAX];
	size_t of_basis[BASES_MAX];
};

static void
count_basis(struct counts *n, const char *basis)
{
	size_t i;

	for (i = 0; i < n->bases && strcmp(n->basis[i], basis) != 0; i++)
		;
	if (i == BASES_MAX)
		return;
	if (i == n->bases)
		n->basis[n->bases++] = basis;
	n->of_basis[i]++;
}

static void
count(const struct override_list *l, struct counts *n)
{
	size_t i;

	memset(n, 0, sizeof(*n));
	n->total = l->count;
	for (i = 0; i < l->count; i++) {
		const struct override_item *item = &l->items[i];

		n->running += item->state == OVERRIDE_RUNS ? 1 : 0;
		n->waiting += item->state == OVERRIDE_WAITS ? 1 : 0;
		n->withdrawn += item->withdrawn ? 1 : 0;
		count_basis(n, item->basis);
	}
}

static json_t *
notices_json(const struct override_list *l, const struct counts *n)
{
	json_t *j = json_object(), *list = json_array(), *one;
	json_t *bases = json_object(), *sums = json_object();
	size_t i;

	for (i = 0; i < l->count; i++) {
		one = item_json(&l->items[i]);
		json_object_set_new(one, "withdrawn",
		    json_boolean(l->items[i].withdrawn));
		json_array_append_new(list, one);
	}
	for (i = 0; i < n->bases; i++)
		json_object_set_new(bases, n->basis[i],
		    json_integer((json_int_t)n->of_basis[i]));
	json_object_set_new(sums, "total", json_integer((json_int_t)n->total));
	json_object_set_new(sums, "running",
	    json_integer((json_int_t)n->running));
	json_object_set_new(sums, "waiting",
	    json_integer((json_int_t)n->waiting));
	json_object_set_new(sums, "withdrawn",
	    json_integer((json_int_t)n->withdrawn));
	json_object_set_new(sums, "by_basis", bases);
	json_object_set_new(j, "overrides", list);
	json_object_set_new(j, "counts", sums);
	return j;
}

/* RFC 4180, every cell in quotes. What a spreadsheet would take for a formula
 * gets an apostrophe before it: others wrote these texts. */
static void
csv_cell(struct buf *b, const char *text)
{
	size_t i;

	if (b->len > 0 && b->data[b->len - 1] != '\n')
		buf_add_str(b, ",");
	buf_add_str(b, "\"");
	if (strchr("=+-@\t\r", text[0]) != NULL && text[0] != '\0')
		buf_add_str(b, "'");
	for (i = 0; text[i] != '\0'; i++) {
		if (text[i] == '"')
			buf_add_str(b, "\"");
		buf_add(b, &text[i], 1);
	}
	buf_add_str(b, "\"");
}

static void
csv_row(struct buf *b, const struct override_item *item)
{
	char text[WHEN_BYTES], id[ID_TEXT_BYTES];

	csv_cell(b, id_text(&item->id, id));
	csv_cell(b, id_text(&item->case_id, id));
	csv_cell(b, override_state_word(item->state));
	csv_cell(b, item->person);
	csv_cell(b, item->sections);
	csv_cell(b, show_right(item->right));
	csv_cell(b, item->basis);
	csv_cell(b, item->provision);
	csv_cell(b, item->reason);
	csv_cell(b, item->by);
	csv_cell(b, item->second != NULL ? item->second : "");
	when_iso(item->from_ms, text);
	csv_cell(b, text);
	when_iso(item->until_ms, text);
	csv_cell(b, text);
	text[0] = '\0';
	if (item->ended_ms != 0)
		when_iso(item->ended_ms, text);
	csv_cell(b, text);
	csv_cell(b, item->withdrawn ? "yes" : "no");
	buf_add_str(b, "\r\n");
}

static int
print_csv(const struct override_list *l, struct err *e)
{
	static const char *const heads[] = { "id", "case", "state", "person",
		"sections", "right", "basis", "provision", "reason", "by",
		"officer", "from", "until", "ended", "withdrawn" };
	struct buf b;
	size_t i;
	int rc;

	buf_init(&b, CSV_MAX_BYTES);
	for (i = 0; i < sizeof(heads) / sizeof(heads[0]); i++)
		csv_cell(&b, heads[i]);
	buf_add_str(&b, "\r\n");
	for (i = 0; i < l->count; i++)
		csv_row(&b, &l->items[i]);
	rc = buf_check(&b, "the list of overrides", e);
	if (rc == 0)
		fwrite(b.data, 1, b.len, stdout);
	buf_done(&b);
	return rc;
}

static int
print_notices(struct ctx *c, const struct override_list *l,
    const struct counts *n, struct err *e)
{
	size_t i;

	if (l->count > 0 && print_items(c, l, e) != 0)
		return -1;
	out_line(&c->out, _("%zu in all, %zu running, %zu waiting for an "
	    "officer; consent was withdrawn during %zu."), n->total,
	    n->running, n->waiting, n->withdrawn);
	for (i = 0; i < n->bases; i++)
		out_line(&c->out, "%s: %zu", n->basis[i], n->of_basis[i]);
	return 0;
}

/* Those that ran at or after the day asked for. */
static int
since(struct ctx *c, struct override_list *l, struct err *e)
{
	struct override_item one;
	size_t i, kept = 0;
	int64_t from = INT64_MIN;

	if (cmd_time(c, "since", 0, &from, e) != 0)
		return -1;
	for (i = 0; i < l->count; i++) {
		if (l->items[i].until_ms < from)
			continue;
		one = l->items[kept];
		l->items[kept++] = l->items[i];
		l->items[i] = one;
	}
	l->count = kept;
	return 0;
}

int
cmd_office_overrides(struct ctx *c, struct err *e)
{
	struct override_list l = { 0 };
	struct counts n;
	size_t all;
	int rc;

	if (c->g.json && cmd_flag(c, "csv"))
		return err_set(e, ERR_INPUT, "%s",
		    _("--csv and --json do not go together"));
	if (override_notices(c->s, &l, e) != 0)
		return -1;
	all = l.count;
	rc = since(c, &l, e);
	count(&l, &n);
	if (rc == 0)
		rc = c->g.json ? out_json(notices_json(&l, &n), e) :
		    cmd_flag(c, "csv") ? print_csv(&l, e) :
		    print_notices(c, &l, &n, e);
	l.count = all;
	override_list_done(&l);
	return rc;
}

/* ---- for officers ---- */

static json_t *
requests_json(const struct override_request_list *l)
{
	json_t *j = json_array(), *one;
	size_t i;

	for (i = 0; i < l->count; i++) {
		const struct override_request *q = &l->items[i];

		one = json_object();
		json_object_set_new(one, "id", show_id_json(&q->record));
		json_object_set_new(one, "person", out_json_text(q->person));
		json_object_set_new(one, "by", out_json_text(q->asked_by));
		json_object_set_new(one, "basis", out_json_text(q->basis));
		json_object_set_new(one, "from", show_time_json(q->from_ms));
		json_object_set_new(one, "until",
		    show_time_json(q->until_ms));
		json_object_set_new(one, "own", json_boolean(q->own));
		json_array_append_new(j, one);
	}
	return j;
}

static int
print_requests(struct ctx *c, const struct override_request_list *l,
    struct err *e)
{
	static const char *const heads[] = { N_("ID"), N_("FOR"), N_("BASIS"),
		N_("ASKED BY"), N_("FROM"), N_("UNTIL") };
	char id[MATCH_SHORT_BYTES], from[WHEN_BYTES], until[WHEN_BYTES];
	struct table t;
	size_t i;
	int rc;

	if (l->count == 0) {
		out_say(&c->out, "%s",
		    _("No override waits for your signature."));
		return 0;
	}
	table_init(&t, heads, 6, 1);
	for (i = 0; i < l->count; i++) {
		const struct override_request *q = &l->items[i];

		table_cell(&t, match_short(&q->record, id));
		table_cell(&t, q->person);
		table_cell(&t, q->basis);
		table_cell(&t, q->own ? _("you: another officer signs") :
		    q->asked_by);
		when_short(q->from_ms, from);
		table_cell(&t, from);
		when_short(q->until_ms, until);
		table_cell(&t, until);
	}
	rc = table_print(&t, &c->out, e);
	table_done(&t);
	return rc;
}

static int
list_requests(struct ctx *c, struct err *e)
{
	struct override_request_list l = { 0 };
	int rc;

	if (override_requests(c->s, &l, e) != 0)
		return -1;
	rc = c->g.json ? out_json(requests_json(&l), e) :
	    print_requests(c, &l, e);
	override_request_list_done(&l);
	return rc;
}

int
cmd_override_countersign(struct ctx *c, struct err *e)
{
	const char *text = cmd_word(c, 0);
	struct id id;
	json_t *j;

	if (text == NULL)
		return list_requests(c, e);
	if (override_sign(c->s, text, &id, e) != 0)
		return -1;
	out_say(&c->out, "%s", _("Signed; the next tugi sync sends it to who "
	    "asked."));
	if (!c->g.json)
		return 0;
	j = json_object();
	json_object_set_new(j, "id", show_id_json(&id));
	return out_json(j, e);
}
