/* A notification on paper: what an authority needs, and nothing else. */
#include <stdio.h>
#include <string.h>

#include "client/core/cases/cases.h"
#include "client/core/giving/excerpt.h"
#include "client/core/support/signal.h"
#include "client/core/support/signal_parts.h"
#include "client/paper/paper.h"
#include "common/base/mem.h"
#include "common/base/text.h"

static void
fact(struct paper *p, const char *label, const char *value)
{
	if (value[0] != '\0')
		paper_fact(p, label, value);
}

/* The child, as far as the card is open here. */
static int
add_child(struct session *s, struct paper *p, const struct id *case_id,
    struct err *e)
{
	struct record_item r;
	char *label;
	int rc = records_find(s, case_id, &r, e);

	if (rc < 0 || cases_label(s, case_id, &label, e) != 0)
		return -1;
	paper_fact(p, _("Child"), label);
	mem_free(label);
	if (rc == 1) {
		fact(p, _("Born"), record_field(&r, "born"));
		fact(p, _("School"), record_field(&r, "school"));
		record_item_done(&r);
	}
	return 0;
}

static void
add_rest(struct paper *p, const struct record_item *r,
    const struct hash *hash)
{
	char hex[HASH_TEXT_BYTES];
	char line[HASH_TEXT_BYTES + 16];

	fact(p, _("Urgency"), record_word(r, "urgency"));
	fact(p, _("Provision"), record_field(r, "provision"));
	fact(p, _("Reported by"), r->author != NULL ? r->author : "");
	paper_heading(p, 2, _("Facts"));
	paper_text(p, record_field(r, "facts"));
	paper_rules(p, _("Received by, when, and what is done next"), 3);
	paper_sign(p, _("Place and date"), _("Signature"));
	snprintf(line, sizeof(line), "BLAKE2b-256 %s", hash_text(hash, hex));
	paper_note(p, line);
}

int
signal_paper(struct session *session, const struct id *id,
    struct paper **out, struct hash *hash, struct err *e)
{
	struct paper_about about = { .title = _("Notification"),
	    .lang = session_language(session) };
	struct record_item r = { 0 };
	struct loaded l;
	int rc = excerpt_find(session, id, &r, e);

	*out = NULL;
	if (rc == 0 && r.type != TYPE_SIGNAL)
		rc = err_set(e, ERR_INPUT, "this is no notification");
	if (rc == 0 && record_field(&r, "to")[0] == '\0')
		rc = err_set(e, ERR_INPUT, "a notification names who it goes "
		    "to: tugi signal set SIGNAL to=TEXT");
	if (rc == 0 && versions_load(session_store(session), id, &l, e) != 1)
		rc = -1;
	if (rc == 0) {
		signal_hash(&l, hash);
		versions_done(&l);
		about.subtitle = record_field(&r, "to");
		about.source = r.author;
		*out = paper_new(&about);
		rc = add_child(session, *out, &r.case_id, e);
		add_rest(*out, &r, hash);
	}
	if (rc != 0) {
		paper_free(*out);
		*out = NULL;
	}
	record_item_done(&r);
	return rc;
}
