/*
 * A copy leaves: written into the case first, then on paper.
 */
#include <stdio.h>
#include <string.h>

#include "client/core/cases/attachments.h"
#include "client/core/giving/disclosure.h"
#include "client/core/report/copies.h"
#include "client/core/words/said.h"
#include "common/base/file.h"
#include "common/base/mem.h"
#include "common/base/text.h"
#include "common/wire/keys.h"

static const char *
role_word(const char *role)
{
	return strcmp(role, "child") == 0 ? _("child") :
	    strcmp(role, "guardian") == 0 ? _("guardian") :
	    _("representative");
}

/* Each register that something was given of. */
static void
sections_of(const struct copy *c, struct buf *out)
{
	size_t i;

	for (i = 0; i < c->count; i++) {
		buf_add_str(out, i > 0 ? "," : "");
		buf_add_str(out, c->registers[i].section);
	}
	if (c->count == 0)
		buf_add_str(out, "card"); /* that there is nothing to give */
}

/* The register of what was given says it in a person's words; the hash says
 * exactly what it was. */
int
copies_log(struct session *session, const struct copy *c, struct view given,
    struct id *id, struct err *e)
{
	bool child = strcmp(c->role, "child") == 0;
	struct disclosure_draft d = { .case_id = c->ask.case_id,
		.to = c->whom, .basis = "own_file",
		.channel = c->channel != NULL ? c->channel : "in_person",
		.family = child ? DISCLOSURE_NOT_TOLD : DISCLOSURE_TOLD,
		.why_not_told = child ? _("the child asked for it") : NULL,
		.safety_seen = c->ask.safety_seen };
	char what[500];
	struct hash hash;
	size_t n;
	struct buf sections;
	int rc;

	keys_hash("tugi given 1", given, &hash);
	snprintf(what, sizeof(what), _("Copy of the file, asked for as %s; "
	    "records given: %zu, left out: %zu, places blacked out: %zu"),
	    role_word(c->role), c->given, c->left, c->blacked);
	n = strlen(what);
	if (c->file_count + c->files_left > 0)
		snprintf(what + n, sizeof(what) - n, _("; attached files "
		    "given: %zu, not given: %zu"), c->file_count,
		    c->files_left);
	buf_init(&sections, 256);
	sections_of(c, &sections);
	d.what = what;
	d.sections = buf_str(&sections);
	d.hash = &hash;
	rc = disclosure_record(session, &d, id, e);
	buf_done(&sections);
	return rc;
}

int
copies_files(struct session *s, const struct copy *c, const char *folder,
    struct err *e)
{
	size_t i;
	int rc = 0;

	for (i = 0; rc == 0 && i < c->file_count; i++) {
		char *path = file_join(folder, c->files[i].name);

		rc = attachments_save(s, &c->files[i].record, path, e);
		mem_free(path);
	}
	return rc;
}

static void
put_record(const struct copy_record *r, struct paper *p)
{
	char day[SAID_DAY_BYTES], title[300];
	size_t i;

	snprintf(title, sizeof(title), "%s  %s", said_day(r->at_ms, day),
	    r->title);
	paper_heading(p, 3, title);
	if (r->author[0] != '\0')
		paper_fact(p, _("Written by"), r->author);
	for (i = 0; i < r->field_count; i++)
		paper_fact(p, r->fields[i].label, r->fields[i].text);
}

void
copies_paper(const struct copy *c, struct paper *p)
{
	char text[64];
	size_t i, k;

	paper_fact(p, _("Given to"), c->whom);
	paper_fact(p, _("As"), role_word(c->role));
	snprintf(text, sizeof(text), "%zu", c->given);
	paper_fact(p, _("Records"), text);
	snprintf(text, sizeof(text), "%zu", c->left);
	paper_fact(p, _("Not given"), text);
	snprintf(text, sizeof(text), "%zu", c->blacked);
	paper_fact(p, _("Blacked out"), text);
	paper_text(p, _("This is a copy of what is kept about the child, on "
	    "the day above. What would tell of other persons is blacked out "
	    "or not given. You may ask for a correction, and object; your "
	    "words are then kept beside the text. The office's "
	    "data-protection officer answers questions and complaints."));
	for (i = 0; i < c->count; i++) {
		if (i > 0)
			paper_break(p);
		paper_heading(p, 1, c->registers[i].title);
		for (k = 0; k < c->registers[i].count; k++)
			put_record(&c->registers[i].records[k], p);
	}
	paper_sign(p, _("Place and date"), _("Given by"));
}
