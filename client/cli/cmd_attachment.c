/* attachment add, show, get, drop; list is of any kind (cmd_entry.c). */
#include <stdio.h>
#include <string.h>

#include "client/cli/papers.h"
#include "client/cli/place.h"
#include "client/cli/show.h"
#include "client/cli/text.h"
#include "client/core/cases/attachments.h"
#include "client/core/fetch.h"

int
cmd_attachment_add(struct ctx *c, struct err *e)
{
	struct assignment set[SHOW_SET_MAX];
	struct attachments_wish w = { .section = cmd_value(c, "section"),
		.path = cmd_word(c, 1), .set = set };
	struct record_item to = { 0 };
	struct id id;
	int rc = 0;

	if (show_case_find(c, cmd_word(c, 0), &w.case_id, e) != 0)
		return -1;
	if (cmd_value(c, "to") != NULL) {
		if (w.section != NULL)
			return err_set(e, ERR_INPUT, "%s", _("it stands where "
			    "the record is that it belongs to: leave out "
			    "--section"));
		rc = show_record_find(c, cmd_value(c, "to"), 0, &to, e);
		w.to = to.id;
		record_item_done(&to);
	}
	if (rc == 0)
		rc = show_assignments(c, 2, set, &w.n, e);
	if (rc == 0)
		rc = attachments_add(c->s, &w, &id, e);
	show_assignments_done(set, w.n);
	return rc != 0 ? -1 : show_made(c, &id, _("Saved on this device, "
	    "sealed. The file you named is as it was: delete it yourself if "
	    "it should not lie about."), e);
}

static void
step(void *ctx, const char *what, size_t done, size_t of)
{
	struct ctx *c = ctx;

	out_step(&c->out, what, done, of);
}

/* From the hub, when it is not here. */
static int
bring(struct ctx *c, const struct id *id, struct err *e)
{
	struct exchange_progress p = { step, c };
	struct attachments_state st;
	struct remote r;
	int rc;

	if (attachments_state(c->s, id, &st, e) != 0)
		return -1;
	if (st.here)
		return 0;
	if (place_connect(c, &r, e) != 0)
		return -1;
	rc = fetch_attachment(c->s, &r, id, &p, e);
	remote_done(&r);
	out_step_end(&c->out);
	return rc;
}

int
cmd_attachment_get(struct ctx *c, struct err *e)
{
	const char *path = cmd_value(c, "out");
	char name[PAPERS_NAME_BYTES];
	struct record_item r = { 0 };
	json_t *j;
	int rc;

	if (show_record_find(c, cmd_word(c, 0), TYPE_ATTACHMENT, &r, e) != 0)
		return -1;
	papers_name(record_field(&r, "name"), name);
	if (path == NULL)
		path = name;
	rc = bring(c, &r.id, e);
	if (rc == 0)
		rc = attachments_save(c->s, &r.id, path, e);
	record_item_done(&r);
	if (rc != 0)
		return -1;
	if (c->g.json) {
		j = json_object();
		json_object_set_new(j, "file", out_json_text(path));
		return out_json(j, e);
	}
	out_say(&c->out, _("Written: %s"), path);
	out_warn(&c->out, "%s", _("It lies there in clear, for everybody who "
	    "can read your files: delete it when you have seen it."));
	return 0;
}

static const char *
where_words(const struct attachments_state *st)
{
	if (st->here)
		return st->sent ? N_("The file is on this device and at the "
		    "hub.") : N_("The file is on this device alone; the next "
		    "tugi sync sends it.");
	return st->waits ? N_("The file is not on this device and was never "
	    "sent: only a backup can have it.") :
	    N_("The file is at the hub: tugi attachment get");
}

int
cmd_attachment_show(struct ctx *c, struct err *e)
{
	struct attachments_state st;
	struct record_item r = { 0 };
	json_t *j;
	int rc;

	if (show_record_find(c, cmd_word(c, 0), TYPE_ATTACHMENT, &r, e) != 0)
		return -1;
	if (r.deleted || r.erased || r.restricted) {
		memset(&st, 0, sizeof(st));
		rc = 0;
	} else {
		rc = attachments_state(c->s, &r.id, &st, e);
	}
	if (rc == 0 && c->g.json) {
		j = show_record_json(&r);
		json_object_set_new(j, "here", json_boolean(st.here));
		json_object_set_new(j, "at_hub", json_boolean(st.sent ||
		    !(st.here || st.waits)));
		rc = out_json(j, e);
	} else if (rc == 0) {
		show_record(c, &r);
		if (r.field_count > 0)
			out_line(&c->out, "%s", _(where_words(&st)));
	}
	record_item_done(&r);
	return rc;
}

int
cmd_attachment_drop(struct ctx *c, struct err *e)
{
	struct record_item r = { 0 };
	int rc;

	if (show_record_find(c, cmd_word(c, 0), TYPE_ATTACHMENT, &r, e) != 0)
		return -1;
	rc = attachments_drop(c->s, &r.id, e);
	if (rc == 0)
		rc = show_made(c, &r.id, _("The file is gone from this "
		    "device; tugi attachment get brings it again."), e);
	record_item_done(&r);
	return rc;
}
