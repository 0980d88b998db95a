/* held: own texts that could not be filed; review: those of others. */
#include "client/core/consent/review.h"

#include <string.h>

#include "client/cli/ask.h"
#include "client/cli/show.h"
#include "client/cli/text.h"
#include "common/base/mem.h"

static const char *
outcome_name(int outcome)
{
	return outcome == OUTCOME_FILED ? "filed" :
	    outcome == OUTCOME_GIVEN_BACK ? "given_back" :
	    outcome == OUTCOME_ERASED ? "erased" : NULL;
}

static const char *
outcome_words(int outcome)
{
	return outcome == OUTCOME_FILED ? _("filed in the case") :
	    outcome == OUTCOME_GIVEN_BACK ? _("given back") :
	    outcome == OUTCOME_ERASED ? _("erased") :
	    _("waits for the keeper");
}

static json_t *
held_json(const struct held_item *h)
{
	json_t *j = json_object();

	json_object_set_new(j, "record", show_record_json(&h->record));
	json_object_set_new(j, "case_name", out_json_text(h->case_label));
	json_object_set_new(j, "section", out_json_text(h->section));
	json_object_set_new(j, "since", show_time_json(h->since_ms));
	json_object_set_new(j, "deposited", json_boolean(h->deposited));
	json_object_set_new(j, "under_review", json_boolean(h->late));
	json_object_set_new(j, "imported", json_boolean(h->moved));
	json_object_set_new(j, "outcome",
	    out_json_text(outcome_name(h->outcome)));
	json_object_set_new(j, "words", out_json_text(h->words));
	json_object_set_new(j, "decided", show_time_json(h->outcome_ms));
	return j;
}

static int
held_table(struct ctx *c, const struct held_list *l, struct err *e)
{
	static const char *const heads[] = { N_("RECORD"), N_("HELD SINCE"),
		N_("CASE"), N_("SECTION"), N_("STATE"), N_("TEXT") };
	char id[MATCH_SHORT_BYTES], since[WHEN_BYTES];
	struct table t;
	size_t i;
	int rc;

	table_init(&t, heads, 6, 5);
	for (i = 0; i < l->count; i++) {
		table_cell(&t, match_short(&l->items[i].record.id, id));
		when_short(l->items[i].since_ms, since);
		table_cell(&t, since);
		table_cell(&t, l->items[i].case_label);
		show_codes(c, &t, "sections", l->items[i].section);
		table_cell(&t, l->items[i].moved ? _("imported: take or drop") :
		    l->items[i].late && l->items[i].outcome == 0 ?
		    _("under review") : outcome_words(l->items[i].outcome));
		show_excerpt(&t, show_label(&l->items[i].record));
	}
	rc = table_print(&t, &c->out, e);
	table_done(&t);
	return rc;
}

int
cmd_held_list(struct ctx *c, struct err *e)
{
	struct held_list l = { 0 };
	json_t *j;
	size_t i;
	int rc = 0;

	if (held_list(c->s, &l, e) != 0)
		return -1;
	if (c->g.json) {
		j = json_array();
		for (i = 0; i < l.count; i++)
			json_array_append_new(j, held_json(&l.items[i]));
		rc = out_json(j, e);
	} else if (l.count == 0) {
		out_say(&c->out, "%s", _("No text of yours is held."));
	} else {
		rc = held_table(c, &l, e);
	}
	held_list_done(&l);
	return rc;
}

static bool
has(const char *text)
{
	return text != NULL && text[0] != '\0';
}

static void
say_held(struct ctx *c, const struct held_item *h)
{
	char when[WHEN_BYTES];

	when_words(h->since_ms, tick_wall_ms(&c->tick), when);
	if (h->moved) {
		out_line(&c->out, _("Imported %s from your earlier device, for "
		    "the section %s of %s; in no case yet: tugi held take, or "
		    "tugi held drop."), when, h->section,
		    has(h->case_label) ? h->case_label : _("this case"));
		show_record(c, &h->record);
		return;
	}
	if (h->late)
		out_line(&c->out, _("Received by the office %s and under "
		    "review: it was written after the consent for you in the "
		    "section %s of %s had been withdrawn, before that was "
		    "known."), when, h->section, has(h->case_label) ?
		    h->case_label : _("this case"));
	else
		out_line(&c->out, _("Held since %s: you may no longer write "
		    "in the section %s of %s."), when, h->section,
		    has(h->case_label) ? h->case_label : _("this case"));
	if (h->outcome == 0 && h->late)
		out_line(&c->out, "%s", _("Nobody else sees it until the "
		    "keeper of the section decides."));
	else if (h->outcome == 0)
		out_line(&c->out, "%s", h->deposited ?
		    _("The keeper of the section has it or gets it with the "
		    "next tugi sync, and decides.") :
		    _("It goes to the keeper of the section with the next tugi "
		    "sync."));
	else
		out_line(&c->out, _("The keeper decided: %s%s%s"),
		    outcome_words(h->outcome),
		    has(h->words) ? ". " : ".", has(h->words) ? h->words : "");
	if (h->outcome != OUTCOME_ERASED)
		show_record(c, &h->record);
}

/* A record can be there more than once: held after it was put under review.
 * 1 the piece of an id names one record, ${n} times. */
static int
held_find(const struct held_list *l, const char *text,
    const struct held_item **found, size_t *n, struct err *e)
{
	size_t i, others = 0;

	*n = 0;
	for (i = 0; i < l->count; i++) {
		if (!match_id(text, &l->items[i].record.id))
			continue;
		if (*n > 0 && !id_eq(&found[0]->record.id,
		    &l->items[i].record.id))
			others++;
		found[(*n)++] = &l->items[i];
	}
	if (*n == 0)
		return err_set(e, ERR_ABSENT, "%s",
		    _("no held text has the id you gave"));
	return others == 0 ? 0 : err_set(e, ERR_INPUT,
	    _("%zu held texts fit the piece of an id you gave"), *n);
}

int
cmd_held_show(struct ctx *c, struct err *e)
{
	struct held_list l = { 0 };
	const struct held_item **found;
	json_t *j;
	size_t i, n = 0;
	int rc;

	if (held_list(c->s, &l, e) != 0)
		return -1;
	found = mem_new((l.count + 1) * sizeof(struct held_item *));
	rc = held_find(&l, cmd_word(c, 0), found, &n, e);
	if (rc == 0 && c->g.json) {
		j = json_array();
		for (i = 0; i < n; i++)
			json_array_append_new(j, held_json(found[i]));
		rc = out_json(j, e);
	} else if (rc == 0) {
		for (i = 0; i < n; i++)
			say_held(c, found[i]);
	}
	mem_free(found);
	held_list_done(&l);
	return rc;
}

#define REVIEW_SHORT 8

static const char *
review_id(const struct review_item *r, char out[static HASH_TEXT_BYTES])
{
	hash_text(&r->id, out);
	out[REVIEW_SHORT] = '\0';
	return out;
}

static json_t *
review_json(const struct review_item *r)
{
	char id[HASH_TEXT_BYTES];
	json_t *j = json_object();

	json_object_set_new(j, "id", json_string(hash_text(&r->id, id)));
	json_object_set_new(j, "kind", json_string(r->late ? "text" :
	    "deposit"));
	json_object_set_new(j, "author", out_json_text(r->author));
	json_object_set_new(j, "case_name", out_json_text(r->case_label));
	json_object_set_new(j, "section", out_json_text(r->section));
	json_object_set_new(j, "received", show_time_json(r->accept_ms));
	json_object_set_new(j, "outcome",
	    out_json_text(outcome_name(r->outcome)));
	json_object_set_new(j, "basis", out_json_text(r->basis));
	json_object_set_new(j, "records",
	    show_records_json(r->records, r->record_count));
	return j;
}

static int
review_table(struct ctx *c, const struct review_list *l, struct err *e)
{
	static const char *const heads[] = { N_("REVIEW"), N_("RECEIVED"),
		N_("BY"), N_("CASE"), N_("SECTION"), N_("TEXTS"), N_("WHY"),
		N_("STATE") };
	char id[HASH_TEXT_BYTES], when[WHEN_BYTES], count[24];
	const struct review_item *r;
	struct table t;
	size_t i;
	int rc;

	table_init(&t, heads, 8, 3);
	for (i = 0; i < l->count; i++) {
		r = &l->items[i];
		table_cell(&t, review_id(r, id));
		when_short(r->accept_ms, when);
		table_cell(&t, when);
		table_cell(&t, r->author);
		table_cell(&t, r->case_label);
		show_codes(c, &t, "sections", r->section);
		snprintf(count, sizeof(count), "%zu", r->record_count);
		table_cell(&t, count);
		table_cell(&t, r->late ? _("written after the withdrawal") :
		    _("sent after the right had ended"));
		table_cell(&t, r->outcome == 0 ? _("waits for you") :
		    outcome_words(r->outcome));
	}
	rc = table_print(&t, &c->out, e);
	table_done(&t);
	return rc;
}

int
cmd_review_list(struct ctx *c, struct err *e)
{
	struct review_list l = { 0 };
	json_t *j;
	size_t i;
	int rc = 0;

	if (review_list(c->s, &l, e) != 0)
		return -1;
	if (c->g.json) {
		j = json_array();
		for (i = 0; i < l.count; i++)
			json_array_append_new(j, review_json(&l.items[i]));
		rc = out_json(j, e);
	} else if (l.count == 0) {
		out_say(&c->out, "%s", _("No text waits for your decision."));
	} else {
		rc = review_table(c, &l, e);
	}
	review_list_done(&l);
	return rc;
}

/* One item of the list by the first digits of its id. */
static const struct review_item *
review_find(const struct review_list *l, const char *text, struct err *e)
{
	const struct review_item *found = NULL;
	char id[HASH_TEXT_BYTES];
	size_t i, n = 0, len = strlen(text);

	for (i = 0; i < l->count && len >= MATCH_DIGITS_MIN; i++) {
		hash_text(&l->items[i].id, id);
		if (strncasecmp(id, text, len) == 0) {
			found = &l->items[i];
			n++;
		}
	}
	if (n == 1)
		return found;
	err_set(e, n == 0 ? ERR_ABSENT : ERR_INPUT, n == 0 ?
	    _("no review begins with the digits you gave; tugi review lists "
	    "them") : _("%zu reviews begin with the digits you gave"), n);
	return NULL;
}

int
cmd_review_show(struct ctx *c, struct err *e)
{
	struct review_list l = { 0 };
	const struct review_item *r;
	char when[WHEN_BYTES];
	size_t i;
	int rc = -1;

	if (review_list(c->s, &l, e) != 0)
		return -1;
	r = review_find(&l, cmd_word(c, 0), e);
	if (r == NULL)
		goto out;
	if (c->g.json) {
		rc = out_json(review_json(r), e);
		goto out;
	}
	when_words(r->accept_ms, tick_wall_ms(&c->tick), when);
	out_line(&c->out, r->late ?
	    _("Written after %s's consent was withdrawn, before that was "
	    "known; shown to nobody until it is decided on. Received %s; "
	    "section %s of %s; %s.") :
	    _("%s wrote this after the right to write had ended, perhaps "
	    "without knowing. Received %s; section %s of %s; %s."),
	    r->author, when, r->section, r->case_label, r->outcome == 0 ?
	    _("waits for you") : outcome_words(r->outcome));
	for (i = 0; i < r->record_count; i++) {
		out_line(&c->out, "%s", "");
		show_record(c, &r->records[i]);
	}
	rc = 0;
out:
	review_list_done(&l);
	return rc;
}

static int
decision(struct ctx *c, struct review_decision *d, struct err *e)
{
	const char *basis = cmd_value(c, "file");
	bool back = cmd_flag(c, "give-back"), erase = cmd_flag(c, "erase");

	if ((basis != NULL) + back + erase != 1)
		return err_set(e, ERR_INPUT, "%s", _("give one of --file BASIS, "
		    "--give-back and --erase"));
	d->basis = basis;
	d->words = cmd_value(c, "words");
	d->outcome = basis != NULL ? OUTCOME_FILED :
	    back ? OUTCOME_GIVEN_BACK : OUTCOME_ERASED;
	return 0;
}

int
cmd_review_decide(struct ctx *c, struct err *e)
{
	struct review_decision d = { 0 };
	struct review_list l = { 0 };
	const struct review_item *r;
	char id[HASH_TEXT_BYTES];
	json_t *j;
	int rc = -1;

	if (decision(c, &d, e) != 0 || review_list(c->s, &l, e) != 0)
		return -1;
	r = review_find(&l, cmd_word(c, 0), e);
	if (r == NULL)
		goto out;
	d.id = r->id;
	if (d.outcome == OUTCOME_ERASED && ask_sure(c,
	    _("The text will be erased here and at its author; nothing brings "
	    "it back."), e) != 0)
		goto out;
	if (review_decide(c->s, &d, e) != 0)
		goto out;
	out_say(&c->out, _("Decided: %s. The author sees it after the next "
	    "tugi sync."), outcome_words((int)d.outcome));
	rc = 0;
	if (c->g.json) {
		j = json_object();
		json_object_set_new(j, "id",
		    json_string(hash_text(&d.id, id)));
		json_object_set_new(j, "outcome",
		    json_string(outcome_name((int)d.outcome)));
		rc = out_json(j, e);
	}
out:
	review_list_done(&l);
	return rc;
}
