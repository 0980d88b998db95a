/* package make, open. */
#include <string.h>

#include "client/cli/ask.h"
#include "client/cli/given.h"
#include "client/cli/show.h"
#include "client/cli/text.h"
#include "client/core/giving/handout.h"
#include "common/base/file.h"
#include "common/base/mem.h"

#define PACKAGE_BYTES ((size_t)80 * 1024 * 1024)

/* From the file descriptor of --package-fd, else the terminal; a new one is
 * typed twice. */
static int
passphrase(struct ctx *c, bool is_new, struct secret *out, struct err *e)
{
	const char *text = cmd_value(c, "package-fd");
	struct secret again = { NULL, 0 };
	int fd = -1, rc;

	if (text != NULL && ask_fd(text, &fd, e) != 0)
		return -1;
	if (ask_secret(c, fd, _("Passphrase of the package: "), out, e) != 0)
		return -1;
	if (!is_new || fd >= 0)
		return 0;
	rc = ask_secret(c, -1, _("The same again: "), &again, e);
	if (rc == 0 && (again.len != out->len ||
	    memcmp(again.text, out->text, out->len) != 0))
		rc = err_set(e, ERR_INPUT, "%s", _("the two passphrases "
		    "differ; nothing was made"));
	secret_done(&again);
	return rc;
}

/* ---- making ---- */

static json_t *
records_json(const struct handout *h)
{
	json_t *all = json_array(), *j, *fields, *f;
	size_t i, k;

	for (i = 0; i < h->count; i++) {
		const struct handout_record *r = &h->records[i];

		j = json_object();
		fields = json_array();
		json_object_set_new(j, "kind", out_json_text(r->kind));
		json_object_set_new(j, "section", out_json_text(r->section));
		json_object_set_new(j, "on", out_json_text(r->on));
		json_object_set_new(j, "author", out_json_text(r->author));
		for (k = 0; k < r->count; k++) {
			f = json_object();
			json_object_set_new(f, "name",
			    out_json_text(r->fields[k].name));
			json_object_set_new(f, "label",
			    out_json_text(r->fields[k].label));
			json_object_set_new(f, "text",
			    out_json_text(r->fields[k].text));
			json_array_append_new(fields, f);
		}
		json_object_set_new(j, "fields", fields);
		json_array_append_new(all, j);
	}
	return all;
}

static int
append(const char *text, size_t len, void *ctx)
{
	buf_add(ctx, text, len);
	return 0;
}

static int
add_json(const struct handout *h, struct buf *files, struct err *e)
{
	json_t *j = records_json(h);
	struct buf text;
	int rc;

	buf_init(&text, PACKAGE_BYTES);
	rc = json_dump_callback(j, append, &text, JSON_INDENT(2) |
	    JSON_SORT_KEYS) == 0 ? handout_file(files, "records.json",
	    buf_view(&text), e) : err_set(e, ERR_LOCAL, "%s",
	    _("not enough memory"));
	if (text.data != NULL)
		mem_wipe(text.data, text.len);
	buf_done(&text);
	json_decref(j);
	return rc;
}

static void
about(struct ctx *c, const struct handout *h,
    const struct disclosure_draft *d, struct buf *out)
{
	char day[WHEN_BYTES];

	when_day(tick_wall_ms(&c->tick), day);
	buf_add_fmt(out, "%s: %s\n", _("Child"), h->child);
	buf_add_fmt(out, "%s: %s\n", _("To"), h->to);
	buf_add_fmt(out, "%s: %s\n", _("On"), day);
	buf_add_fmt(out, "%s: %s\n", _("Basis"), d->basis != NULL ?
	    d->basis : "consent");
	if (d->provision != NULL)
		buf_add_fmt(out, "%s: %s\n", _("Provision"), d->provision);
}

static int
fill(struct ctx *c, const struct handout *h,
    const struct disclosure_draft *d, struct buf *files, struct err *e)
{
	struct buf b;
	int rc;

	buf_init(&b, PACKAGE_BYTES);
	about(c, h, d, &b);
	rc = handout_file(files, "about.txt", buf_view(&b), e);
	if (rc == 0)
		rc = add_json(h, files, e);
	b.len = 0;
	handout_text(h, &b);
	if (rc == 0)
		rc = handout_file(files, "records.txt", buf_view(&b), e);
	b.len = 0;
	if (rc == 0)
		rc = handout_pdf(c->s, h, &b, e);
	if (rc == 0)
		rc = handout_file(files, "records.pdf", buf_view(&b), e);
	if (b.data != NULL)
		mem_wipe(b.data, b.len);
	buf_done(&b);
	return rc;
}

static int
seal(struct ctx *c, const struct disclosure_draft *d,
    const struct handout *h, struct err *e)
{
	struct handout_sealing x = { .draft = d };
	struct secret secret = { NULL, 0 };
	struct buf files, out;
	struct id id;
	int rc;

	buf_init(&files, PACKAGE_BYTES);
	buf_init(&out, PACKAGE_BYTES);
	rc = fill(c, h, d, &files, e);
	if (rc == 0)
		rc = passphrase(c, true, &secret, e);
	x.files = buf_view(&files);
	x.passphrase = view_of(secret.text, secret.len);
	if (rc == 0)
		rc = handout_seal(c->s, &x, &out, &id, e);
	if (rc == 0)
		rc = given_file(c, cmd_value(c, "out"), buf_view(&out), e);
	secret_done(&secret);
	if (files.data != NULL)
		mem_wipe(files.data, files.len);
	buf_done(&files);
	buf_done(&out);
	return rc != 0 ? -1 : show_made(c, &id, _("Recorded as a disclosure. "
	    "Tell the passphrase another way than the file goes; it opens "
	    "with: tugi package open"), e);
}

int
cmd_package_make(struct ctx *c, struct err *e)
{
	struct disclosure_draft d = { .sections = cmd_value(c, "sections"),
	    .to = cmd_word(c, 1), .channel = "sealed_file",
	    .basis = cmd_value(c, "basis"),
	    .provision = cmd_value(c, "provision"),
	    .reason = cmd_value(c, "reason"),
	    .safety_seen = cmd_flag(c, "safety-seen") };
	struct id *records = NULL;
	struct handout h;
	int rc;

	if (file_exists(cmd_value(c, "out")))
		return err_set(e, ERR_CLASH, "%s", _("there is a file of that "
		    "name already; choose another"));
	if (show_case_find_one(c, cmd_word(c, 0), &d.case_id, e) != 0 ||
	    given_family(c, &d, e) != 0 ||
	    given_basis(c, &d.consent, e) != 0 || given_records(c,
	    cmd_value(c, "records"), &records, &d.record_count, e) != 0)
		return -1;
	d.records = records;
	rc = handout_gather(c->s, &d, &h, e);
	if (rc == 0) {
		rc = seal(c, &d, &h, e);
		handout_done(&h);
	}
	mem_free(records);
	return rc;
}

/* ---- opening ---- */

static int
unpack(struct ctx *c, struct view files, const char *into, struct err *e)
{
	char name[64], *path;
	struct view data;
	int rc, one;

	rc = file_folder(into, e);
	while (rc == 0 && (one = handout_next(&files, name, &data)) != 0) {
		if (one < 0)
			return err_set(e, ERR_PEER, "%s", _("the list of "
			    "files in this package is damaged"));
		path = file_join(into, name);
		rc = given_file(c, path, data, e);
		mem_free(path);
	}
	return rc;
}

int
cmd_package_open(struct ctx *c, struct err *e)
{
	struct secret secret = { NULL, 0 };
	struct buf in, out;
	int rc;

	buf_init(&in, PACKAGE_BYTES);
	buf_init(&out, PACKAGE_BYTES);
	rc = file_read(cmd_word(c, 0), &in, e);
	if (rc == 0)
		rc = passphrase(c, false, &secret, e);
	if (rc == 0)
		rc = handout_open(buf_view(&in), view_of(secret.text,
		    secret.len), &out, e);
	if (rc == 0)
		rc = unpack(c, buf_view(&out), cmd_value(c, "into"), e);
	secret_done(&secret);
	if (out.data != NULL)
		mem_wipe(out.data, out.len);
	buf_done(&out);
	buf_done(&in);
	return rc;
}
