/* import notes, records, map. */
#include "client/cli/cmd.h"

#include <stdio.h>
#include <string.h>

#include "client/cli/ask.h"
#include "client/cli/show.h"
#include "client/cli/text.h"
#include "client/core/upkeep/import.h"
#include "client/core/upkeep/import_records.h"

#define WRONG_SHOWN 50

static int
say_import(struct ctx *c, const struct import_result *r, bool dry,
    struct err *e)
{
	json_t *j;

	if (!c->g.json) {
		out_line(&c->out, dry ?
		    _("The file is sound. Rows: %zu; new notes: %zu; new "
		    "cases: %zu; known cases: %zu; rows taken in before: %zu. "
		    "Nothing was written.") :
		    _("Taken in. Rows: %zu; new notes: %zu; new cases: %zu; "
		    "known cases: %zu; rows taken in before: %zu."), r->rows, r->notes,
		    r->cases_made, r->cases_known, r->already);
		return 0;
	}
	j = json_object();
	json_object_set_new(j, "rows", json_integer((json_int_t)r->rows));
	json_object_set_new(j, "notes", json_integer((json_int_t)r->notes));
	json_object_set_new(j, "cases_made",
	    json_integer((json_int_t)r->cases_made));
	json_object_set_new(j, "cases_known",
	    json_integer((json_int_t)r->cases_known));
	json_object_set_new(j, "already",
	    json_integer((json_int_t)r->already));
	json_object_set_new(j, "dry_run", json_boolean(dry));
	return out_json(j, e);
}

int
cmd_import_notes(struct ctx *c, struct err *e)
{
	struct import_result result = { 0 };
	bool dry = cmd_flag(c, "dry-run");
	struct buf csv;
	int rc = -1;

	buf_init(&csv, IMPORT_FILE_MAX);
	if (ask_file(c, cmd_word(c, 0), &csv, e) != 0)
		goto out;
	out_step(&c->out, dry ? _("checking the file") :
	    _("taking in the notes"), 0, 0);
	rc = import_notes(c->s, buf_view(&csv), dry, &result, e);
	out_step_end(&c->out);
	if (rc == 0)
		rc = say_import(c, &result, dry, e);
out:
	buf_done(&csv);
	return rc;
}

/* ---- any kind, by a mapping ---- */

struct telling {
	struct ctx *c;
	json_t *rows;   /* NULL: in words */
	bool each;      /* row by row, also what is well */
	size_t shown;
};

static void
tell_json(struct telling *t, const struct import_told *row)
{
	static const char *const names[] = { "new", "already", "wrong" };
	json_t *j = json_object();

	json_object_set_new(j, "line", json_integer((json_int_t)row->line));
	json_object_set_new(j, "what", json_string(names[row->what]));
	json_object_set_new(j, "words", out_json_text(row->words));
	json_array_append_new(t->rows, j);
}

static void
tell(void *ctx, const struct import_told *row)
{
	struct telling *t = ctx;
	bool wrong = row->what == IMPORT_WRONG;

	if (t->rows != NULL)
		tell_json(t, row);
	else if (wrong && (t->each || t->shown++ < WRONG_SHOWN))
		out_line(&t->c->out, "%s", row->words);
	else if (!wrong && t->each)
		out_line(&t->c->out, row->what == IMPORT_NEW ?
		    _("line %zu: would be taken in") :
		    _("line %zu: was taken in before"), row->line);
}

static int
say_records(struct ctx *c, const struct telling *t,
    const struct import_sum *sum, bool dry, struct err *e)
{
	json_t *j;

	if (t->rows == NULL) {
		if (t->shown > WRONG_SHOWN)
			out_line(&c->out, _("... and %zu more; --dry-run shows "
			    "all of them."), t->shown - WRONG_SHOWN);
		if (sum->wrong == 0)
			out_line(&c->out, dry ? _("The file is sound. Rows: "
			    "%zu; new: %zu; taken in before: %zu. Nothing was "
			    "written.") : _("Taken in. Rows: %zu; new: %zu; "
			    "taken in before: %zu."), sum->rows, sum->made,
			    sum->already);
		return 0;
	}
	j = json_object();
	json_object_set_new(j, "rows", json_integer((json_int_t)sum->rows));
	json_object_set_new(j, "made", json_integer((json_int_t)sum->made));
	json_object_set_new(j, "already",
	    json_integer((json_int_t)sum->already));
	json_object_set_new(j, "wrong", json_integer((json_int_t)sum->wrong));
	json_object_set_new(j, "dry_run", json_boolean(dry));
	json_object_set(j, "lines", t->rows);
	return out_json(j, e);
}

static int
read_map(struct ctx *c, struct import_map *map, struct err *e)
{
	struct buf text;
	int rc;

	buf_init(&text, IMPORT_MAP_MAX);
	rc = ask_file(c, cmd_value(c, "map"), &text, e);
	if (rc == 0)
		rc = import_map_read(buf_view(&text), map, e);
	buf_done(&text);
	return rc;
}

/* What is wrong with the file is told also when it is refused. */
int
cmd_import_records(struct ctx *c, struct err *e)
{
	bool dry = cmd_flag(c, "dry-run");
	struct telling t = { c, c->g.json ? json_array() : NULL, dry, 0 };
	struct import_map map;
	struct import_ask ask = { .map = &map, .dry_run = dry, .tell = tell,
		.ctx = &t };
	struct import_sum sum;
	struct err why;
	struct buf file;
	int rc = -1;

	if (read_map(c, &map, e) != 0) {
		json_decref(t.rows);
		return -1;
	}
	buf_init(&file, IMPORT_FILE_MAX);
	if (ask_file(c, cmd_word(c, 0), &file, e) == 0) {
		ask.file = buf_view(&file);
		out_step(&c->out, _("checking the file"), 0, 0);
		rc = import_records(c->s, &ask, &sum, e);
		out_step_end(&c->out);
		if ((rc == 0 || sum.wrong > 0) && say_records(c, &t, &sum, dry,
		    rc == 0 ? e : &why) != 0)
			rc = -1;
	}
	buf_done(&file);
	import_map_done(&map);
	json_decref(t.rows);
	return rc;
}

static int
list_kinds(struct ctx *c, struct err *e)
{
	const struct record_kind *k;
	json_t *j = json_array();
	size_t i;

	for (i = 0; (k = fields_each(i)) != NULL; i++) {
		if (!import_map_takes(k))
			continue;
		json_array_append_new(j, json_string(k->name));
		if (!c->g.json)
			out_line(&c->out, "%s  %s", k->name, _(k->label));
	}
	if (c->g.json)
		return out_json(j, e);
	json_decref(j);
	return 0;
}

int
cmd_import_map(struct ctx *c, struct err *e)
{
	const char *word = cmd_word(c, 0);
	const struct record_kind *k;
	struct buf text;
	json_t *j;
	size_t i;
	int rc = 0;

	if (word == NULL)
		return list_kinds(c, e);
	for (i = 0; (k = fields_each(i)) != NULL; i++)
		if (strcmp(k->name, word) == 0 && import_map_takes(k))
			break;
	if (k == NULL)
		return err_set(e, ERR_INPUT, "records of the kind %.40s cannot "
		    "be imported; tugi import map lists those that can", word);
	buf_init(&text, IMPORT_MAP_MAX);
	import_map_begin(k, &text);
	if (c->g.json) {
		j = json_object();
		json_object_set_new(j, "map", json_string(buf_str(&text)));
		rc = out_json(j, e);
	} else {
		out_line(&c->out, "%s", buf_str(&text));
	}
	buf_done(&text);
	return rc;
}
