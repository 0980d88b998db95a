/*
 * A copy leaves: written into the case first, then on paper.
 */
#include <stdio.h>
#include <string.h>

#include "client/core/cases/cases.h"
#include "client/core/local/day.h"
#include "client/core/local/versions.h"
#include "client/core/report/copies.h"
#include "common/base/mem.h"
#include "common/base/text.h"
#include "common/wire/keys.h"

static void
put_text(struct op *op, uint16_t field, const char *text)
{
	op->field = field;
	op->value = (struct value){ VALUE_TEXT, 0, view_str(text) };
}

static void
put_int(struct op *op, uint16_t field, int64_t n)
{
	op->field = field;
	op->value = (struct value){ VALUE_INT, n, { NULL, 0 } };
}

static int
write_tx(struct session *session, const struct copy *c, struct view given,
    struct id *id, struct err *e)
{
	struct store *s = session_store(session);
	struct op *ops = mem_new(8 * sizeof(*ops));
	struct write w = { .type = TYPE_FILE_COPY, .ops = ops,
		.op_count = 8, .case_id = c->ask.case_id };
	struct hash hash;
	int rc;

	keys_hash("tugi given 1", given, &hash);
	put_text(&ops[0], FILE_COPY_WHAT, "copy");
	put_text(&ops[1], FILE_COPY_WHOM, c->whom);
	put_text(&ops[2], FILE_COPY_ROLE, c->role);
	put_int(&ops[3], FILE_COPY_GIVEN, (int64_t)c->given);
	put_int(&ops[4], FILE_COPY_LEFT, (int64_t)c->left);
	put_int(&ops[5], FILE_COPY_BLACKED, (int64_t)c->blacked);
	ops[6].field = FILE_COPY_HASH;
	ops[6].value = (struct value){ VALUE_BYTES, 0,
		view_of(hash.b, sizeof(hash.b)) };
	ops[7].field = FILE_COPY_BY;
	ops[7].value = (struct value){ VALUE_BYTES, 0,
		view_of(s->person.b, sizeof(s->person.b)) };
	rc = cases_section_tx(session, &c->ask.case_id, "card", &w.space, e);
	if (rc == 0)
		rc = versions_write_tx(s, &w, id, e);
	mem_free(ops);
	return rc;
}

int
copies_log(struct session *session, const struct copy *c, struct view given,
    struct id *id, struct err *e)
{
	struct store *s = session_store(session);

	if (db_begin(s->db, e) != 0)
		return -1;
	if (write_tx(session, c, given, id, e) == 0 &&
	    db_commit(s->db, e) == 0)
		return 0;
	db_rollback(s->db);
	return -1;
}

static void
put_record(const struct copy_record *r, struct paper *p)
{
	char day[DAY_TEXT_BYTES], title[300];
	size_t i;

	snprintf(title, sizeof(title), "%s  %s", day_text(r->at_ms, day),
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
	paper_fact(p, _("As"), strcmp(c->role, "child") == 0 ? _("child") :
	    strcmp(c->role, "guardian") == 0 ? _("guardian") :
	    _("representative"));
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
