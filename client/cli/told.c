/* Who opened what, when, for whom and why; see the header. */
#include "client/cli/told.h"

#include "client/cli/show.h"
#include "client/cli/text.h"
#include "client/core/consent/orders.h"

#define SENTENCE_BYTES 800

static const char *
child(const struct order_item *o)
{
	return o->case_label != NULL ? o->case_label : _("a case");
}

static void
sentence(const struct order_item *o, char out[static SENTENCE_BYTES])
{
	if (o->scope == ORDER_LABELS)
		snprintf(out, SENTENCE_BYTES,
		    _("looked at what your sections are (child and section, "
		    "no text)"));
	else if (o->scope == ORDER_SPACE)
		snprintf(out, SENTENCE_BYTES, _("opened the %s of %s"),
		    o->section != NULL ? o->section : _("section"), child(o));
	else if (o->mine)
		snprintf(out, SENTENCE_BYTES,
		    _("opened the %s of %s to you, who take it over"),
		    o->section != NULL ? o->section : _("section"), child(o));
	else
		snprintf(out, SENTENCE_BYTES,
		    _("opened the %s of %s to %s, who takes it over"),
		    o->section != NULL ? o->section : _("section"), child(o),
		    o->whom);
}

static void
say(struct ctx *c, const struct order_item *o)
{
	char when[WHEN_BYTES], what[SENTENCE_BYTES];

	when_words(o->at_ms, tick_wall_ms(&c->tick), when);
	sentence(o, what);
	out_line(&c->out, _("By order of %s and %s, %s: they %s%s%s."),
	    o->officer, o->second, when, what,
	    o->reason != NULL ? ": " : "", o->reason != NULL ? o->reason :
	    "");
}

void
told_orders(struct ctx *c, size_t most)
{
	struct order_list l = { 0 };
	struct err why;
	size_t i;

	if (most == 0 || orders_list(c->s, &l, &why) != 0)
		return;
	for (i = l.count > most ? l.count - most : 0; i < l.count; i++)
		say(c, &l.items[i]);
	order_list_done(&l);
}

json_t *
told_orders_json(struct ctx *c)
{
	static const char *const scopes[] = { "section", "labels",
		"takeover" };
	struct order_list l = { 0 };
	json_t *list = json_array(), *j;
	struct err why;
	size_t i;

	if (orders_list(c->s, &l, &why) != 0)
		return list;
	for (i = 0; i < l.count; i++) {
		const struct order_item *o = &l.items[i];

		j = json_object();
		json_object_set_new(j, "order",
		    json_string(scopes[o->scope]));
		json_object_set_new(j, "at", show_time_json(o->at_ms));
		json_object_set_new(j, "officer", out_json_text(o->officer));
		json_object_set_new(j, "second", out_json_text(o->second));
		json_object_set_new(j, "whom", out_json_text(o->whom));
		json_object_set_new(j, "section", out_json_text(o->section));
		json_object_set_new(j, "case_name",
		    out_json_text(o->case_label));
		json_object_set_new(j, "reason", out_json_text(o->reason));
		json_array_append_new(list, j);
	}
	order_list_done(&l);
	return list;
}
