/*
 * A referral on paper. It is made only while something covers it: a draft that
 * is printed has left.
 */
#include <string.h>

#include "client/core/cases/cases.h"
#include "client/core/giving/excerpt.h"
#include "client/core/cases/guard.h"
#include "client/core/support/referral.h"
#include "client/paper/paper.h"
#include "common/base/mem.h"
#include "common/base/text.h"

static int
check_state(struct session *s, const struct record_item *r, struct err *e)
{
	char state[REFERRAL_STATE_BYTES];

	if (referral_state(s, r, state, e) != 0)
		return -1;
	return !fields_listed("draft consent_lost expired revoked", state) ?
	    0 : err_set(e, ERR_DENIED, "nothing covers this referral (%s); a "
	    "letter is made once it has a basis: tugi referral basis", state);
}

static void
add_fact(struct paper *p, const struct record_item *r, const char *name)
{
	const struct field *f = fields_find(r->type, name);

	if (record_field(r, name)[0] != '\0')
		paper_fact(p, _(f->label), record_word(r, name));
}

static void
add_long(struct paper *p, const struct record_item *r,
    const struct guard *g, const char *name)
{
	const struct field *f = fields_find(r->type, name);
	struct buf words;

	if (record_field(r, name)[0] == '\0')
		return;
	buf_init(&words, (size_t)2 * RECORD_TEXT_MAX);
	(void)guard_clean(g, view_str(record_field(r, name)), &words);
	buf_add(&words, "", 1);
	paper_heading(p, 2, _(f->label));
	paper_text(p, (const char *)words.data);
	mem_wipe(words.data, words.len);
	buf_done(&words);
}

static int
add_one(struct session *s, const struct record_item *r,
    const struct guard *g, struct paper *p, struct err *e)
{
	struct record_list l;
	size_t i;

	if (excerpt_may(g, r, e) != 0 ||
	    excerpt_objections(s, &r->id, g, &l, e) != 0)
		return -1;
	excerpt_paper(r, g, p);
	for (i = 0; i < l.count; i++)
		excerpt_paper(&l.items[i], g, p);
	record_list_done(&l);
	return 0;
}

/* The ids of a field that holds several, as hex without a gap. */
static int
add_records(struct session *s, const struct record_item *r,
    const struct guard *g, struct paper *p, struct err *e)
{
	const char *at = record_field(r, "records");
	char text[ID_TEXT_BYTES];
	struct record_item one;
	struct id id;
	int rc = 0;

	for (; rc == 0 && strlen(at) >= ID_TEXT_BYTES - 1; at += ID_TEXT_BYTES - 1) {
		memcpy(text, at, ID_TEXT_BYTES - 1);
		text[ID_TEXT_BYTES - 1] = '\0';
		if (id_parse(text, &id, e) != 0 ||
		    excerpt_find(s, &id, &one, e) != 0)
			return -1;
		rc = add_one(s, &one, g, p, e);
		record_item_done(&one);
	}
	return rc;
}

static void
add_all(struct paper *p, const struct record_item *r, const struct guard *g,
    const char *child)
{
	static const char *const facts[] = { "body", "service", "until",
		"basis", "provision" };
	size_t i;

	paper_fact(p, _("Child"), child);
	for (i = 0; i < sizeof(facts) / sizeof(facts[0]); i++)
		add_fact(p, r, facts[i]);
	add_long(p, r, g, "purpose");
	add_long(p, r, g, "text");
	add_long(p, r, g, "contact");
	paper_note(p, _("What is written here may be used for this purpose "
	    "alone, and only as long as the basis named above holds."));
}

int
referral_letter(struct session *s, const struct id *referral,
    struct paper **out, struct err *e)
{
	struct paper_about about = { .lang = session_language(s) };
	struct record_item r = { 0 };
	struct guard g = { .may = false };
	char *child = NULL;
	int rc = excerpt_find(s, referral, &r, e);

	*out = NULL;
	if (rc == 0 && r.type != TYPE_REFERRAL)
		rc = err_set(e, ERR_INPUT, "this is no referral");
	if (rc == 0)
		rc = check_state(s, &r, e);
	if (rc == 0)
		rc = excerpt_guard(s, &r.case_id, record_field(&r, "body"),
		    &g, e);
	if (rc == 0)
		rc = cases_label(s, &r.case_id, &child, e);
	if (rc == 0) {
		about.title = _("Referral");
		about.subtitle = record_field(&r, "service");
		about.source = r.author;
		about.date = record_field(&r, "sent");
		*out = paper_new(&about);
		add_all(*out, &r, &g, child);
		rc = add_records(s, &r, &g, *out, e);
		paper_sign(*out, _("Place and date"), _("Signature"));
	}
	if (rc != 0) {
		paper_free(*out);
		*out = NULL;
	}
	guard_done(&g);
	mem_free(child);
	record_item_done(&r);
	return rc;
}
