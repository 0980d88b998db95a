/* note quick, note file, inbox: notes that have no case yet. */
#include "client/cli/cmd.h"

#include <string.h>

#include "client/cli/ask.h"
#include "client/cli/show.h"
#include "client/cli/text.h"
#include "client/core/schools/inbox.h"

#define FIELDS_MAX 8
#define MINUTES_MAX 1440

/* Options that are fields of the record. */
static size_t
options(struct ctx *c, struct assignment *set)
{
	static const struct assignment fields[] = {
		{ "about", "about" }, { "school", "site" },
		{ "category", "category" }, { "minutes", "minutes" },
		{ "language", "language" }
	};
	size_t i, n = 0;

	for (i = 0; i < sizeof(fields) / sizeof(fields[0]); i++)
		if (cmd_value(c, fields[i].text) != NULL) {
			set[n].name = fields[i].name;
			set[n++].text = cmd_value(c, fields[i].text);
		}
	if (cmd_flag(c, "private")) {
		set[n].name = "private";
		set[n++].text = "yes";
	}
	return n;
}

static int
check_options(struct ctx *c, struct err *e)
{
	int64_t minutes = 0, at = 0;

	if (cmd_number(c, "minutes", (struct range){ 0, MINUTES_MAX },
	    &minutes, e) != 0)
		return -1;
	return cmd_time(c, "on", 0, &at, e);
}

int
cmd_note_quick(struct ctx *c, struct err *e)
{
	struct assignment set[FIELDS_MAX];
	size_t n = options(c, set);
	char when[WHEN_BYTES];
	struct buf text;
	struct id id;
	int64_t ms;
	int rc = check_options(c, e);

	if (rc == 0 && cmd_value(c, "on") != NULL &&
	    when_parse(cmd_value(c, "on"), 0, &ms, e) == 0) {
		when_short(ms, when); /* as the core reads it */
		set[n].name = "happened";
		set[n++].text = when;
	}
	buf_init(&text, ASK_TEXT_MAX);
	if (rc == 0)
		rc = ask_text(c, cmd_word(c, 0), cmd_value(c, "file"), &text,
		    e);
	set[n].name = "text";
	set[n++].text = buf_str(&text);
	if (rc == 0)
		rc = inbox_add(c->s, set, n, &id, e);
	if (rc == 0)
		rc = show_made(c, &id, _("Saved, on your own devices alone; "
		    "only two officers together could recover it. tugi note "
		    "file puts it into a case."), e);
	buf_done(&text);
	return rc;
}

int
cmd_note_file(struct ctx *c, struct err *e)
{
	struct record_item r = { 0 };
	struct id case_id, id;
	int rc;

	if (show_record_find(c, cmd_word(c, 0), TYPE_QUICK, &r, e) != 0)
		return -1;
	rc = show_case_find(c, cmd_word(c, 1), &case_id, e);
	if (rc == 0)
		rc = inbox_file(c->s, &r.id, &case_id, &id, e);
	if (rc == 0) {
		show_left_out(c, &case_id, "notes");
		rc = show_made(c, &id, _("It is a note of the case now; the "
		    "next tugi sync sends it."), e);
	}
	record_item_done(&r);
	return rc;
}

static int
print_inbox(struct ctx *c, const struct record_list *l, struct err *e)
{
	static const char *const heads[] = { N_("ID"), N_("ON"),
		N_("SCHOOL"), N_("ABOUT"), N_("PRIVATE"), N_("TEXT") };
	char text[WHEN_BYTES];
	struct table t;
	size_t i;
	int rc;

	table_init(&t, heads, 6, 5);
	for (i = 0; i < l->count; i++) {
		const struct record_item *r = &l->items[i];

		table_cell(&t, match_short(&r->id, text));
		when_day(r->at_ms, text);
		table_cell(&t, text);
		table_cell(&t, record_field(r, "school"));
		table_cell(&t, record_field(r, "about"));
		table_cell(&t, strcmp(record_field(r, "private"), "yes") == 0 ?
		    _("yes") : "");
		show_excerpt(&t, record_field(r, "text"));
	}
	rc = table_print(&t, &c->out, e);
	table_done(&t);
	return rc;
}

int
cmd_inbox(struct ctx *c, struct err *e)
{
	struct record_list l;
	int rc = 0;

	if (inbox_list(c->s, &l, e) != 0)
		return -1;
	if (c->g.json)
		rc = out_json(show_records_json(l.items, l.count), e);
	else if (l.count == 0)
		out_say(&c->out, "%s", _("Nothing waits for a case."));
	else
		rc = print_inbox(c, &l, e);
	record_list_done(&l);
	return rc;
}
