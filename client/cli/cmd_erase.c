/* erase, erase list, erase take-back; office erasures, sign, decline. */
#include <string.h>

#include "client/cli/ask.h"
#include "client/cli/show.h"
#include "client/cli/text.h"
#include "client/core/records/erase.h"
#include "common/base/mem.h"

#define SHORT 8 /* digits of a request or order that lists show */

static int
wish(struct ctx *c, struct erase_wish *w, struct err *e)
{
	static const char *const names[] = { "asked_for", "mistake", "over",
		"unlawful", "other" };
	const char *because = cmd_value(c, "because");
	size_t i;

	w->words = cmd_value(c, "reason");
	w->reason = ERASE_OTHER;
	for (i = 0; because != NULL && i < 5; i++)
		if (strcmp(because, names[i]) == 0) {
			w->reason = (enum erase_reason)(i + 1);
			return 0;
		}
	return because == NULL ? 0 : err_set(e, ERR_INPUT, _("--because is "
	    "one of asked_for, mistake, over, unlawful, other, not \"%s\""),
	    because);
}

static void
say_next(struct ctx *c)
{
	out_say(&c->out, "%s", _("The next tugi sync asks the data-protection "
	    "officer. When that person has signed, your next sync sends the "
	    "order: from then on nobody is shown it, and for seven days both "
	    "of you can take it back. Then it is wiped from the hub and from "
	    "every device at its next sync. The hub's backups hold it until "
	    "they expire. tugi erase list shows how it stands."));
}

static int
made(struct ctx *c, const struct erase_asked *asked, struct err *e)
{
	json_t *j;

	if (asked->files > 0)
		out_say(&c->out, plural(asked->files, "Its %zu attachment is "
		    "asked for as well.", "Its %zu attachments are asked for "
		    "as well."), asked->files);
	say_next(c);
	if (!c->g.json)
		return 0;
	j = json_object();
	json_object_set_new(j, "request", show_id_json(&asked->request));
	json_object_set_new(j, "attachments",
	    json_integer((json_int_t)asked->files));
	return out_json(j, e);
}

static int
one_record(struct ctx *c, const struct id *id, const struct erase_wish *w,
    struct err *e)
{
	struct erase_asked asked;

	if (ask_sure(c, _("Ask for this to be erased, everywhere and for "
	    "good?"), e) != 0)
		return -1;
	return erase_record(c->s, id, w, &asked, e) == 0 ?
	    made(c, &asked, e) : -1;
}

static int
whole_case(struct ctx *c, const struct id *id, const struct erase_wish *w,
    struct err *e)
{
	struct erase_sections x;
	json_t *j;
	int rc = 0;

	if (ask_sure(c, _("Ask for the whole case to be erased, everywhere "
	    "and for good?"), e) != 0 ||
	    erase_case(c->s, id, w, &x, e) != 0)
		return -1;
	out_say(&c->out, plural(x.asked, "Asked for %zu section.",
	    "Asked for %zu sections."), x.asked);
	if (x.not_kept[0] != '\0')
		out_warn(&c->out, _("Not in your hands: %s. Who keeps them has "
		    "to ask."), x.not_kept);
	say_next(c);
	if (c->g.json) {
		j = json_object();
		json_object_set_new(j, "asked",
		    json_integer((json_int_t)x.asked));
		json_object_set_new(j, "not_kept", out_json_text(x.not_kept));
		rc = out_json(j, e);
	}
	erase_sections_done(&x);
	return rc;
}

int
cmd_erase(struct ctx *c, struct err *e)
{
	const char *text = cmd_word(c, 0);
	struct record_item r = { 0 };
	struct erase_wish w;
	struct id id;
	bool is_case;

	if (wish(c, &w, e) != 0)
		return -1;
	if (match_digits(text)) {
		if (show_record_find(c, text, 0, &r, e) == 0) {
			id = r.id;
			is_case = r.type == TYPE_CASE;
			record_item_done(&r);
			return is_case ? whole_case(c, &id, &w, e) :
			    one_record(c, &id, &w, e);
		}
		if (e->kind != ERR_ABSENT)
			return -1;
		err_clear(e);
	}
	if (show_case_find(c, text, &id, e) != 0)
		return -1;
	return whole_case(c, &id, &w, e);
}

/* ---- how it stands ---- */

static json_t *
hash_json(const struct hash *h)
{
	char text[HASH_TEXT_BYTES];

	return hash_is_zero(h) ? json_null() : json_string(hash_text(h, text));
}

static json_t *
item_json(const struct erase_item_shown *x)
{
	json_t *j = json_object();

	json_object_set_new(j, "request", show_id_json(&x->request));
	json_object_set_new(j, "order", hash_json(&x->order));
	json_object_set_new(j, "record", show_id_json(&x->record));
	json_object_set_new(j, "space", show_id_json(&x->space));
	json_object_set_new(j, "case", show_id_json(&x->case_id));
	json_object_set_new(j, "what", out_json_text(x->what));
	json_object_set_new(j, "undoes", json_boolean(x->undoes));
	json_object_set_new(j, "stage",
	    json_string(erase_stage_name(x->stage)));
	json_object_set_new(j, "reason",
	    json_string(erase_reason_name(x->reason)));
	json_object_set_new(j, "words", out_json_text(x->words));
	json_object_set_new(j, "keeper", out_json_text(x->keeper));
	json_object_set_new(j, "signed_by", out_json_text(x->dpo));
	json_object_set_new(j, "asked_at", show_time_json(x->asked_ms));
	json_object_set_new(j, "ordered_at", show_time_json(x->ordered_ms));
	json_object_set_new(j, "due", show_time_json(x->due_ms));
	json_object_set_new(j, "backups_until",
	    show_time_json(x->backups_ms));
	json_object_set_new(j, "late", json_integer((json_int_t)x->late));
	json_object_set_new(j, "misfits",
	    json_integer((json_int_t)x->misfits));
	return j;
}

static const char *
stage_words(const struct erase_item_shown *x)
{
	switch (x->stage) {
	case ERASE_STAGE_ASKED:
		return _("waits for the data-protection officer");
	case ERASE_STAGE_SIGNED:
		return _("signed; goes with the next sync");
	case ERASE_STAGE_DECLINED:
		return _("declined");
	case ERASE_STAGE_REFUSED:
		return _("not taken by the hub; ask again");
	case ERASE_STAGE_ORDERED:
		return _("hidden; may be taken back");
	case ERASE_STAGE_ERASED:
		return _("erased");
	case ERASE_STAGE_BACK:
		return x->undoes ? _("done") : _("taken back");
	}
	return "";
}

static void
short_hash(const struct hash *h, char out[static SHORT + 1])
{
	char text[HASH_TEXT_BYTES];

	out[0] = '\0';
	if (!hash_is_zero(h))
		snprintf(out, SHORT + 1, "%s", hash_text(h, text));
}

static void
item_row(struct table *t, const struct erase_item_shown *x)
{
	char order[SHORT + 1], rec[MATCH_SHORT_BYTES], when[WHEN_BYTES];
	struct buf b;

	short_hash(&x->order, order);
	table_cell(t, order);
	buf_init(&b, 200);
	buf_add_fmt(&b, "%s%s %s", x->undoes ? _("take back: ") : "", x->what,
	    id_is_zero(&x->record) ? "" : match_short(&x->record, rec));
	table_cell(t, buf_str(&b));
	buf_reset(&b);
	table_cell(t, stage_words(x));
	when_short(x->due_ms, when);
	table_cell(t, x->due_ms != 0 ? when : "");
	when_short(x->backups_ms, when);
	table_cell(t, x->backups_ms != 0 ? when : "");
	if (x->late > 0)
		buf_add_fmt(&b, _("%zu came late: ask again. "), x->late);
	if (x->misfits > 0)
		buf_add_fmt(&b, _("%zu texts of other records named. "),
		    x->misfits);
	table_cell(t, buf_str(&b));
	buf_done(&b);
	table_cell(t, x->words != NULL ? x->words : "");
}

int
cmd_erase_list(struct ctx *c, struct err *e)
{
	static const char *const heads[] = { N_("ORDER"), N_("WHAT"),
		N_("HOW IT STANDS"), N_("GONE FROM HUB"), N_("FROM BACKUPS"),
		N_("LOOK"), N_("WORDS") };
	struct erase_list l;
	struct table t;
	json_t *j;
	size_t i;
	int rc = 0;

	if (erase_list(c->s, &l, e) != 0)
		return -1;
	table_init(&t, heads, 7, 6);
	if (c->g.json) {
		j = json_array();
		for (i = 0; i < l.count; i++)
			json_array_append_new(j, item_json(&l.items[i]));
		rc = out_json(j, e);
	} else if (l.count == 0) {
		out_say(&c->out, "%s", _("Nothing was asked to be erased."));
	} else {
		for (i = 0; i < l.count; i++)
			item_row(&t, &l.items[i]);
		rc = table_print(&t, &c->out, e);
	}
	table_done(&t);
	erase_list_done(&l);
	return rc;
}

static bool
is_order(const struct erase_item_shown *x, const char *text)
{
	char full[HASH_TEXT_BYTES];

	return x->stage == ERASE_STAGE_ORDERED && strlen(text) >= 4 &&
	    strncmp(hash_text(&x->order, full), text, strlen(text)) == 0;
}

int
cmd_erase_take_back(struct ctx *c, struct err *e)
{
	struct erase_list l;
	struct erase_wish w;
	struct hash order = { { 0 } };
	struct erase_asked asked = { .files = 0 };
	size_t i, hits = 0;

	if (wish(c, &w, e) != 0 || erase_list(c->s, &l, e) != 0)
		return -1;
	for (i = 0; i < l.count; i++)
		if (is_order(&l.items[i], cmd_word(c, 0))) {
			order = l.items[i].order;
			hits++;
		}
	erase_list_done(&l);
	if (hits != 1)
		return err_set(e, hits == 0 ? ERR_ABSENT : ERR_INPUT, "%s",
		    hits == 0 ? _("there is no order with this id that may "
		    "be taken back; tugi erase list shows them") :
		    _("several orders fit: give more digits"));
	if (erase_take_back(c->s, &order, &w, &asked.request, e) != 0)
		return -1;
	out_say(&c->out, "%s", _("The next tugi sync asks who signed the "
	    "order; it is shown again when that person has agreed."));
	return c->g.json ? made(c, &asked, e) : 0;
}

/* ---- the second hand ---- */

static json_t *
request_json(const struct erase_request *r)
{
	json_t *j = json_object();

	json_object_set_new(j, "request", show_id_json(&r->id));
	json_object_set_new(j, "space", show_id_json(&r->space));
	json_object_set_new(j, "kind", json_string(r->kind == ERASE_BACK ?
	    "take_back" : r->kind == ERASE_SPACE ? "section" : "record"));
	json_object_set_new(j, "order", hash_json(&r->back));
	json_object_set_new(j, "keeper", out_json_text(r->keeper));
	json_object_set_new(j, "reason",
	    json_string(erase_reason_name(r->reason)));
	json_object_set_new(j, "words", out_json_text(r->words));
	json_object_set_new(j, "texts", json_integer((json_int_t)r->texts));
	json_object_set_new(j, "from", show_time_json(r->from_ms));
	json_object_set_new(j, "to", show_time_json(r->to_ms));
	json_object_set_new(j, "asked_at", show_time_json(r->asked_ms));
	json_object_set_new(j, "done", json_boolean(r->done));
	return j;
}

static void
request_row(struct table *t, const struct erase_request *r)
{
	char id[MATCH_SHORT_BYTES], text[24], when[WHEN_BYTES];

	table_cell(t, match_short(&r->id, id));
	table_cell(t, r->keeper != NULL ? r->keeper : "");
	table_cell(t, r->kind == ERASE_BACK ? _("take back") :
	    r->kind == ERASE_SPACE ? _("a whole section") : _("one record"));
	snprintf(text, sizeof(text), "%zu", r->texts);
	table_cell(t, text);
	when_short(r->from_ms, when);
	table_cell(t, r->from_ms != 0 ? when : "");
	when_short(r->to_ms, when);
	table_cell(t, r->to_ms != 0 ? when : "");
	table_cell(t, r->done ? _("answered") : "");
	table_cell(t, r->words);
}

int
cmd_office_erasures(struct ctx *c, struct err *e)
{
	static const char *const heads[] = { N_("ID"), N_("WHO ASKS"),
		N_("WHAT"), N_("TEXTS"), N_("FROM"), N_("TO"), N_("LOOK"),
		N_("REASON") };
	struct erase_requests l;
	struct table t;
	json_t *j;
	size_t i;
	int rc = 0;

	if (erase_requests_list(c->s, &l, e) != 0)
		return -1;
	table_init(&t, heads, 8, 7);
	if (c->g.json) {
		j = json_array();
		for (i = 0; i < l.count; i++)
			json_array_append_new(j, request_json(&l.items[i]));
		rc = out_json(j, e);
	} else if (l.count == 0) {
		out_say(&c->out, "%s", _("Nobody asks for anything to be "
		    "erased."));
	} else {
		for (i = 0; i < l.count; i++)
			request_row(&t, &l.items[i]);
		rc = table_print(&t, &c->out, e);
	}
	table_done(&t);
	erase_requests_done(&l);
	return rc;
}

static int
answer(struct ctx *c, bool grant, const char *words, struct err *e)
{
	struct erase_requests l;
	struct id id = { { 0 } };
	size_t i, hits = 0;
	json_t *j;

	if (erase_requests_list(c->s, &l, e) != 0)
		return -1;
	for (i = 0; i < l.count; i++)
		if (!l.items[i].done &&
		    match_id(cmd_word(c, 0), &l.items[i].id)) {
			id = l.items[i].id;
			hits++;
		}
	erase_requests_done(&l);
	if (hits != 1)
		return err_set(e, hits == 0 ? ERR_ABSENT : ERR_INPUT, "%s",
		    hits == 0 ? _("no request with this id waits; tugi office "
		    "erasures lists them") :
		    _("several requests fit: give more digits"));
	if (erase_answer_request(c->s, &id, grant, words, e) != 0)
		return -1;
	out_say(&c->out, "%s", grant ? _("Signed; your next tugi sync sends "
	    "it. Who asked sends the order, and until seven days after that "
	    "you can take it back together.") :
	    _("Declined; your next tugi sync says so."));
	if (!c->g.json)
		return 0;
	j = json_object();
	json_object_set_new(j, "request", show_id_json(&id));
	json_object_set_new(j, "granted", json_boolean(grant));
	return out_json(j, e);
}

int
cmd_office_sign_erasure(struct ctx *c, struct err *e)
{
	if (ask_sure(c, _("Sign, so that it is erased?"), e) != 0)
		return -1;
	return answer(c, true, NULL, e);
}

int
cmd_office_decline_erasure(struct ctx *c, struct err *e)
{
	return answer(c, false, cmd_value(c, "words"), e);
}
