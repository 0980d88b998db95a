/* copy review, make. */
#include <errno.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "client/cli/ask.h"
#include "client/cli/papers.h"
#include "client/cli/show.h"
#include "client/cli/text.h"
#include "client/core/report/copies.h"
#include "common/base/file.h"
#include "common/base/mem.h"

int
cmd_copy_review(struct ctx *c, struct err *e)
{
	struct copy_ask q = { .whom = cmd_value(c, "for"),
		.role = cmd_value(c, "as"),
		.authority = cmd_value(c, "authority"),
		.safety_seen = cmd_flag(c, "safety-seen") };
	const char *path = cmd_word(c, 1);
	struct buf b;
	int rc;

	if (show_case_find(c, cmd_word(c, 0), &q.case_id, e) != 0)
		return -1;
	if (file_exists(path))
		return err_set(e, ERR_CLASH, _("%s is there already; nothing "
		    "was written over it"), path);
	buf_init(&b, COPIES_MAX_BYTES);
	rc = copies_review(c->s, &q, &b, e);
	if (rc == 0)
		rc = papers_write(c, path, buf_view(&b), false, e);
	if (rc == 0)
		out_say(&c->out, _("Go through the list, then: tugi copy make "
		    "%s --pdf FILE. Delete the list afterwards: it names "
		    "persons."), path);
	buf_done(&b);
	return rc;
}

static json_t *
record_json(const struct copy_record *r)
{
	json_t *j = json_object(), *fields = json_array(), *f;
	size_t i;

	for (i = 0; i < r->field_count; i++) {
		f = json_object();
		json_object_set_new(f, "label",
		    out_json_text(r->fields[i].label));
		json_object_set_new(f, "text",
		    out_json_text(r->fields[i].text));
		json_array_append_new(fields, f);
	}
	json_object_set_new(j, "type", json_string(r->kind));
	json_object_set_new(j, "title", out_json_text(r->title));
	json_object_set_new(j, "author", out_json_text(r->author));
	json_object_set_new(j, "at", show_time_json(r->at_ms));
	json_object_set_new(j, "fields", fields);
	return j;
}

/* Which they are: a file's name here, and the hash that its record has. */
static json_t *
files_json(const struct copy *c)
{
	json_t *all = json_array(), *j;
	size_t i;

	for (i = 0; i < c->file_count; i++) {
		j = json_object();
		json_object_set_new(j, "name", json_string(c->files[i].name));
		json_object_set_new(j, "sealed",
		    json_string(c->files[i].sealed));
		json_array_append_new(all, j);
	}
	return all;
}

static json_t *
copy_json(const struct copy *c)
{
	json_t *j = json_object(), *all = json_array(), *g, *list;
	size_t i, k;

	for (i = 0; i < c->count; i++) {
		list = json_array();
		for (k = 0; k < c->registers[i].count; k++)
			json_array_append_new(list, record_json(
			    &c->registers[i].records[k]));
		g = json_object();
		json_object_set_new(g, "section",
		    json_string(c->registers[i].section));
		json_object_set_new(g, "title",
		    out_json_text(c->registers[i].title));
		json_object_set_new(g, "records", list);
		json_array_append_new(all, g);
	}
	json_object_set_new(j, "for", out_json_text(c->whom));
	json_object_set_new(j, "as", json_string(c->role));
	json_object_set_new(j, "given", json_integer((json_int_t)c->given));
	json_object_set_new(j, "left", json_integer((json_int_t)c->left));
	json_object_set_new(j, "blacked",
	    json_integer((json_int_t)c->blacked));
	json_object_set_new(j, "registers", all);
	json_object_set_new(j, "files", files_json(c));
	json_object_set_new(j, "files_left",
	    json_integer((json_int_t)c->files_left));
	return j;
}

static int
dump(const char *data, size_t len, void *ctx)
{
	buf_add(ctx, data, len);
	return 0;
}

static int
put_paper(struct ctx *c, const struct copy *copy, struct err *e)
{
	struct paper_about about = { .title = _("Copy of the file"),
		.source = _("Given by school social work; tugi") };
	char date[PAPERS_DATE_BYTES];
	struct paper *p;
	size_t n = 0;
	int rc;

	papers_about(c, &about, date);
	p = paper_new(&about);
	copies_paper(copy, p);
	rc = papers_put(c, p, false, &n, e);
	paper_free(p);
	return rc;
}

/* ---- files ---- */

static void
take_back(const struct copy *copy, const char *folder)
{
	size_t i;

	for (i = 0; i < copy->file_count; i++) {
		char *path = file_join(folder, copy->files[i].name);

		unlink(path);
		mem_free(path);
	}
	rmdir(folder);
}

/* Before anything is said to be given: one that is not here stops it all. */
static int
put_files(struct ctx *c, const struct copy *copy, struct err *e)
{
	const char *folder = cmd_value(c, "files");

	if (copy->file_count == 0)
		return 0;
	if (folder == NULL)
		return err_set(e, ERR_INPUT, "%s", _("the list gives attached "
		    "files: say where they go with --files FOLDER. Nothing was "
		    "given"));
	if (mkdir(folder, 0700) != 0)
		return errno == EEXIST ? err_set(e, ERR_CLASH, "%s is there "
		    "already; name a folder that is not", folder) :
		    err_set(e, ERR_LOCAL, "%s: %s", folder, err_system(errno));
	if (copies_files(c->s, copy, folder, e) == 0)
		return 0;
	take_back(copy, folder);
	return err_add(e, "nothing was given; bring the file first: tugi "
	    "attachment get");
}

static int
give(struct ctx *c, const struct copy *copy, struct err *e)
{
	const char *path = cmd_value(c, "data");
	json_t *j = copy_json(copy);
	struct id id;
	struct buf b;
	int rc;

	buf_init(&b, PAPER_MAX_BYTES);
	(void)json_dump_callback(j, dump, &b, JSON_SORT_KEYS | JSON_INDENT(2));
	json_decref(j);
	rc = buf_check(&b, "the copy", e);
	if (rc == 0)
		rc = put_files(c, copy, e);
	if (rc == 0 && copies_log(c->s, copy, buf_view(&b), &id, e) != 0) {
		rc = -1;
		if (copy->file_count > 0)
			take_back(copy, cmd_value(c, "files"));
	}
	if (rc == 0 && path != NULL)
		rc = papers_write(c, path, buf_view(&b), false, e);
	if (rc == 0)
		rc = put_paper(c, copy, e);
	if (rc == 0)
		rc = show_made(c, &id, _("The copy is made and written into "
		    "the case as given. Give it by hand or sealed; delete the "
		    "list and what you do not need"), e);
	buf_done(&b);
	return rc;
}

int
cmd_copy_make(struct ctx *c, struct err *e)
{
	struct copy copy;
	struct buf list;
	int rc;

	if (cmd_value(c, "pdf") == NULL && cmd_value(c, "html") == NULL &&
	    cmd_value(c, "data") == NULL)
		return err_set(e, ERR_INPUT, "%s", _("say where the copy "
		    "goes: --pdf, --html or --data FILE"));
	buf_init(&list, COPIES_MAX_BYTES);
	rc = ask_file(c, cmd_word(c, 0), &list, e);
	if (rc == 0)
		rc = copies_make(c->s, buf_view(&list), &copy, e);
	if (rc == 0) {
		copy.channel = cmd_value(c, "channel");
		rc = give(c, &copy, e);
		copy_done(&copy);
	}
	buf_done(&list);
	return rc;
}
