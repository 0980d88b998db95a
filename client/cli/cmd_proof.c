/* verify and witness: what can be proven of the log. */
#include "client/cli/cmd.h"

#include <string.h>

#include "client/cli/place.h"
#include "client/cli/show.h"
#include "client/cli/text.h"
#include "client/cli/when.h"
#include "client/core/proof.h"
#include "client/core/watch.h"
#include "common/base/file.h"
#include "common/base/mem.h"

static void
step(void *ctx, const char *what, size_t done, size_t of)
{
	struct ctx *c = ctx;

	out_step(&c->out, what, done, of);
}

/* ---- verify ---- */

static json_t *
proof_json(const struct proof *p)
{
	json_t *j = json_object();
	char root[HASH_TEXT_BYTES];

	json_object_set_new(j, "entries",
	    json_integer((json_int_t)p->items));
	json_object_set_new(j, "linked",
	    json_integer((json_int_t)p->linked));
	json_object_set_new(j, "missing",
	    json_integer((json_int_t)p->missing));
	json_object_set_new(j, "receipts",
	    json_integer((json_int_t)p->receipts));
	json_object_set_new(j, "unproven",
	    json_integer((json_int_t)p->unproven));
	json_object_set_new(j, "heads", json_integer((json_int_t)p->heads));
	json_object_set_new(j, "evidence",
	    json_integer((json_int_t)p->evidence));
	json_object_set_new(j, "log_entries",
	    json_integer((json_int_t)p->newest.at.size));
	json_object_set_new(j, "root",
	    out_json_text(hash_text(&p->newest.root, root)));
	return j;
}

static void
say_proof(struct ctx *c, const struct proof *p)
{
	char root[HASH_TEXT_BYTES];

	out_line(&c->out, _("Entries of the log on this device: %zu, each as "
	    "its author signed it"), p->items);
	out_line(&c->out, _("Receipts of the hub: %zu, each in a head that "
	    "it signed"), p->receipts);
	if (p->unproven > 0)
		out_line(&c->out, _("Receipts whose head is not kept here: "
		    "%zu"), p->unproven);
	if (p->missing > 0)
		out_line(&c->out, _("Places in sections that the hub has not "
		    "shown: %zu; tugi sync asks again"), p->missing);
	out_line(&c->out, _("Newest head: %llu entries, root %s"),
	    (unsigned long long)p->newest.at.size,
	    hash_text(&p->newest.root, root));
	if (p->evidence > 0)
		out_alarm(&c->out, _("The hub has contradicted what it signed: "
		    "see tugi office alarm"));
	else
		out_line(&c->out, "%s", _("All of it fits."));
}

static int
print_signers(struct ctx *c, struct err *e)
{
	struct buf line;
	int rc;

	buf_init(&line, 1024);
	rc = proof_signers(c->s, &line, e);
	if (rc == 0) {
		buf_add(&line, "", 1);
		line.data[line.len - 2] = '\0'; /* out_line ends it */
		out_line(&c->out, "%s", (const char *)line.data);
	}
	buf_done(&line);
	return rc;
}

int
cmd_verify(struct ctx *c, struct err *e)
{
	struct proof_progress progress = { step, c };
	struct proof p;
	int rc;

	if (cmd_flag(c, "signers"))
		return print_signers(c, e);
	rc = proof_check(c->s, &progress, &p, e);
	out_step_end(&c->out);
	if (rc != 0)
		return -1;
	if (c->g.json)
		rc = out_json(proof_json(&p), e);
	else
		say_proof(c, &p);
	return rc;
}

/* ---- witness ---- */

static json_t *
watch_json(const struct watch *w)
{
	json_t *j = json_object();
	char root[HASH_TEXT_BYTES];

	json_object_set_new(j, "entries",
	    json_integer((json_int_t)w->now.at.size));
	json_object_set_new(j, "root",
	    out_json_text(hash_text(&w->now.root, root)));
	json_object_set_new(j, "entries_before",
	    json_integer((json_int_t)w->before.at.size));
	json_object_set_new(j, "key", out_json_text(w->key));
	return j;
}

static void
say_watch(struct ctx *c, const struct watch *w)
{
	char root[HASH_TEXT_BYTES], when[WHEN_BYTES];

	out_line(&c->out, _("The log has %llu entries, root %s."),
	    (unsigned long long)w->now.at.size,
	    hash_text(&w->now.root, root));
	if (w->first) {
		out_line(&c->out, "%s", _("It is remembered from now on."));
	} else {
		when_words(w->before_s * 1000, tick_wall_ms(&c->tick), when);
		out_line(&c->out, _("It goes on from the %llu entries seen "
		    "before (%s)."), (unsigned long long)w->before.at.size,
		    when);
	}
	out_line(&c->out, _("Signed as: %s"), w->key);
}

/* Beside the file, for whoever has to look into it. */
static int
keep_evidence(const char *file, const struct watch *w, struct err *e)
{
	struct err why = *e, local;
	struct buf path;
	int rc;

	buf_init(&path, 8192);
	buf_add_fmt(&path, "%s.evidence", file);
	rc = file_replace(buf_str(&path), buf_view(&w->evidence), 0600,
	    &local);
	if (rc == 0)
		err_set(e, why.kind, "%.300s; both heads are kept in %.150s",
		    why.text, buf_str(&path));
	buf_done(&path);
	return -1;
}

static int
read_file(const char *path, struct buf *out, struct err *e)
{
	return file_exists(path) ? file_read(path, out, e) : 0;
}

int
cmd_witness(struct ctx *c, struct err *e)
{
	const char *path = cmd_word(c, 0);
	struct buf file;
	struct watch w;
	struct remote r;
	int rc = -1;

	buf_init(&file, WATCH_FILE_MAX);
	if (read_file(path, &file, e) != 0 || place_connect(c, &r, e) != 0)
		goto out;
	out_step(&c->out, _("connecting"), 0, 0);
	rc = watch_head(c->s, &r, buf_view(&file), &w, e);
	remote_done(&r);
	out_step_end(&c->out);
	if (rc == 0)
		rc = file_replace(path, buf_view(&w.text), 0644, e);
	else if (w.evidence.len > 0)
		rc = keep_evidence(path, &w, e);
	if (rc == 0 && c->g.json)
		rc = out_json(watch_json(&w), e);
	else if (rc == 0)
		say_watch(c, &w);
	watch_done(&w);
out:
	buf_done(&file);
	return rc;
}
