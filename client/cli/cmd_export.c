/* export, export open. */
#include "client/cli/cmd.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "client/cli/ask.h"
#include "client/cli/papers.h"
#include "client/cli/show.h"
#include "client/cli/text.h"
#include "client/core/upkeep/export.h"
#include "common/base/mem.h"

/* The passphrase is the file's, not the profile's. */
static int
ask_file_passphrase(struct ctx *c, bool make, struct secret *out,
    struct err *e)
{
	int own = c->passphrase_fd, rc;

	c->passphrase_fd = -1;
	if (cmd_value(c, "key-fd") != NULL &&
	    ask_fd(cmd_value(c, "key-fd"), &c->passphrase_fd,
	    e) != 0)
		return -1;
	rc = make ? ask_new_passphrase(c, out, e) :
	    ask_secret(c, c->passphrase_fd, _("Passphrase of the file: "), out,
	    e);
	c->passphrase_fd = own;
	return rc;
}

static int
add_piece(const char *text, size_t n, void *line)
{
	buf_add(line, text, n);
	return 0;
}

static int
render(void *ctx, const struct record_item *r, struct buf *line,
    struct err *e)
{
	json_t *j = show_record_json(r);
	int rc = json_dump_callback(j, add_piece, line,
	    JSON_COMPACT | JSON_SORT_KEYS);

	(void)ctx;
	json_decref(j);
	return rc == 0 ? 0 : err_set(e, ERR_BUG, "a record has no form as JSON");
}

int
cmd_export(struct ctx *c, struct err *e)
{
	struct export_ask ask = { .path = cmd_word(c, 0), .render = render };
	struct export_sum sum;
	struct secret pass = { NULL, 0 };
	char hash[HASH_TEXT_BYTES];
	json_t *j;
	int rc = ask_file_passphrase(c, true, &pass, e);

	if (rc == 0) {
		ask.passphrase = view_of(pass.text, pass.len);
		out_step(&c->out, _("writing the export"), 0, 0);
		rc = export_to(c->s, &ask, &sum, e);
		out_step_end(&c->out);
	}
	secret_done(&pass);
	if (rc != 0)
		return -1;
	hash_text(&sum.hash, hash);
	if (!c->g.json) {
		out_line(&c->out, _("Sealed in %s. Records: %zu; cases "
		    "whose cards say so: %zu; your own room says so, too."),
		    ask.path, sum.records, sum.cases);
		if (sum.files > 0)
			out_line(&c->out, _("Attached files with them: %zu."),
			    sum.files);
		if (sum.missing > 0)
			out_warn(&c->out, _("Attached files that are not in "
			    "it: %zu. They are not on this device (tugi "
			    "attachment get), or damaged."), sum.missing);
		return 0;
	}
	j = json_object();
	json_object_set_new(j, "records", json_integer((json_int_t)sum.records));
	json_object_set_new(j, "cases", json_integer((json_int_t)sum.cases));
	json_object_set_new(j, "files", json_integer((json_int_t)sum.files));
	json_object_set_new(j, "files_missing",
	    json_integer((json_int_t)sum.missing));
	json_object_set_new(j, "hash", json_string(hash));
	return out_json(j, e);
}

/* ---- opening ---- */

#define KINDS_MAX FIELDS_TYPES_MAX
#define FILES_FOLDER "attachments"

struct opening {
	const char *folder;
	FILE *file[KINDS_MAX];
	char kind[KINDS_MAX][40];
	size_t count, lines;
	json_t *names;   /* of attachments by their records' ids */
	json_t *written; /* paths of their files */
	FILE *out;       /* the one that is being written */
	char path[4096];
};

static int
no_file(const char *path, struct err *e)
{
	return err_set(e, ERR_LOCAL, "%s: %s", path, err_system(errno));
}

static FILE *
file_of(struct opening *o, const char *kind, struct err *e)
{
	char path[4096];
	size_t i;
	FILE *f;

	for (i = 0; i < o->count; i++)
		if (strcmp(o->kind[i], kind) == 0)
			return o->file[i];
	if (o->count == KINDS_MAX || strlen(kind) >= sizeof(o->kind[0]) ||
	    kind[strspn(kind, "abcdefghijklmnopqrstuvwxyz-_")] != '\0') {
		err_set(e, ERR_INPUT, "the export names a kind of record that "
		    "cannot be");
		return NULL;
	}
	snprintf(path, sizeof(path), "%s/%s.ndjson", o->folder, kind);
	f = fopen(path, "wx");
	if (f == NULL) {
		no_file(path, e);
		return NULL;
	}
	snprintf(o->kind[o->count], sizeof(o->kind[0]), "%s", kind);
	return o->file[o->count++] = f;
}

/* ---- files ---- */

static int
begin_file(void *ctx, const struct id *record, struct err *e)
{
	struct opening *o = ctx;
	char id[ID_TEXT_BYTES], name[PAPERS_NAME_BYTES];
	const char *given;
	int fd;

	id_text(record, id);
	given = json_string_value(json_object_get(o->names, id));
	papers_name(given != NULL ? given : "", name);
	snprintf(o->path, sizeof(o->path), "%s/" FILES_FOLDER, o->folder);
	if (mkdir(o->path, 0700) != 0 && errno != EEXIST)
		return no_file(o->path, e);
	/* The end of the id: two files may have one name. */
	snprintf(o->path, sizeof(o->path), "%s/" FILES_FOLDER "/%s-%s",
	    o->folder, id + strlen(id) - 8, name);
	fd = open(o->path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	o->out = fd >= 0 ? fdopen(fd, "w") : NULL;
	if (o->out == NULL)
		return no_file(o->path, e);
	json_array_append_new(o->written, json_string_nocheck(o->path));
	return 0;
}

static int
take_piece(void *ctx, struct view v, struct err *e)
{
	struct opening *o = ctx;

	return fwrite(v.data, 1, v.len, o->out) == v.len ? 0 :
	    no_file(o->path, e);
}

static int
end_file(void *ctx, bool whole, struct err *e)
{
	struct opening *o = ctx;
	int rc = 0;

	if (fflush(o->out) != 0 || fsync(fileno(o->out)) != 0)
		rc = no_file(o->path, e);
	fclose(o->out);
	o->out = NULL;
	if (!whole) {
		unlink(o->path);
		json_array_remove(o->written, json_array_size(o->written) - 1);
	}
	return rc;
}

/* ---- records ---- */

static void
remember_name(struct opening *o, json_t *record)
{
	const char *id = json_string_value(json_object_get(record, "id"));
	json_t *name = json_object_get(json_object_get(record, "fields"),
	    "name");

	if (id != NULL && json_is_string(name))
		json_object_set(o->names, id, name);
}

static int
take(void *ctx, struct view line, struct err *e)
{
	struct opening *o = ctx;
	json_t *j = json_loadb((const char *)line.data, line.len, 0, NULL);
	const char *kind = json_string_value(json_object_get(j, "type"));
	FILE *f = kind != NULL ? file_of(o, kind, e) : NULL;
	int rc = 0;

	if (kind == NULL)
		rc = err_set(e, ERR_INPUT, "the export has a line that is no "
		    "record");
	else if (f == NULL)
		rc = -1;
	else if (fwrite(line.data, 1, line.len, f) != line.len ||
	    fputc('\n', f) == EOF)
		rc = no_file(o->folder, e);
	else if (strcmp(kind, "attachment") == 0)
		remember_name(o, j);
	json_decref(j);
	o->lines++;
	return rc;
}

/* What did not come to its end is taken away again. */
static int
finish(struct opening *o, int rc, struct err *e)
{
	char path[4096];
	size_t i;

	if (o->out != NULL)
		fclose(o->out);
	for (i = 0; i < o->count; i++) {
		if ((fflush(o->file[i]) != 0 || fsync(fileno(o->file[i])) != 0) &&
		    rc == 0)
			rc = no_file(o->folder, e);
		fclose(o->file[i]);
	}
	for (i = 0; rc != 0 && i < o->count; i++) {
		snprintf(path, sizeof(path), "%s/%s.ndjson", o->folder,
		    o->kind[i]);
		unlink(path);
	}
	for (i = 0; rc != 0 && i < json_array_size(o->written); i++)
		unlink(json_string_value(json_array_get(o->written, i)));
	if (rc != 0) {
		snprintf(path, sizeof(path), "%s/" FILES_FOLDER, o->folder);
		rmdir(path);
		rmdir(o->folder);
	}
	return rc;
}

int
cmd_export_open(struct ctx *c, struct err *e)
{
	struct opening *o;
	struct export_reader r = { take, begin_file, take_piece, end_file,
		NULL };
	struct secret pass = { NULL, 0 };
	json_t *j;
	size_t lines, files;
	int rc = ask_file_passphrase(c, false, &pass, e);

	if (rc != 0)
		return -1;
	if (mkdir(cmd_word(c, 1), 0700) != 0) {
		secret_done(&pass);
		return errno == EEXIST ? err_set(e, ERR_CLASH, "%s is there "
		    "already; name a folder that is not", cmd_word(c, 1)) :
		    no_file(cmd_word(c, 1), e);
	}
	o = mem_new(sizeof(*o));
	o->folder = cmd_word(c, 1);
	o->names = json_object();
	o->written = json_array();
	r.ctx = o;
	rc = export_read(cmd_word(c, 0), view_of(pass.text, pass.len), &r, e);
	secret_done(&pass);
	rc = finish(o, rc, e);
	lines = o->lines;
	files = json_array_size(o->written);
	json_decref(o->names);
	json_decref(o->written);
	mem_free(o);
	if (rc != 0)
		return -1;
	if (!c->g.json) {
		out_line(&c->out, plural(lines, "%zu record is in %s now, "
		    "readable for whoever can open that folder. Remove it when "
		    "you are done.", "%zu records are in %s now, readable for "
		    "whoever can open that folder. Remove it when you are "
		    "done."), lines, cmd_word(c, 1));
		if (files > 0)
			out_line(&c->out, _("Attached files there: %zu, in the "
			    "folder %s."), files, FILES_FOLDER);
		return 0;
	}
	j = json_object();
	json_object_set_new(j, "records", json_integer((json_int_t)lines));
	json_object_set_new(j, "files", json_integer((json_int_t)files));
	return out_json(j, e);
}
