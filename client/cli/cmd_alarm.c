/* office alarm: what was found about the hub, and the order that ends it. */
#include "client/core/office/office.h"

#include <string.h>

#include "client/cli/ask.h"
#include "client/cli/place.h"
#include "client/cli/show.h"
#include "client/cli/text.h"

#define TEXT_MAX_BYTES ((size_t)64 * 1024)
#define ROOT_SHOWN 16 /* digits: two officers compare them by telephone */

static json_t *
alarm_json(const struct office_alarm *a)
{
	json_t *j = json_object(), *list = json_array(), *one;
	char root[HASH_TEXT_BYTES];
	size_t i;

	for (i = 0; i < a->count; i++) {
		const struct office_finding *f = &a->items[i];

		one = json_object();
		json_object_set_new(one, "at", show_time_json(f->at_ms));
		json_object_set_new(one, "words", out_json_text(f->words));
		json_object_set_new(one, "entries_here",
		    json_integer((json_int_t)f->ours));
		json_object_set_new(one, "root_here",
		    out_json_text(f->our_root));
		json_object_set_new(one, "entries_shown",
		    json_integer((json_int_t)f->theirs));
		json_object_set_new(one, "root_shown",
		    out_json_text(f->their_root));
		json_array_append_new(list, one);
	}
	hash_text(&a->head.root, root);
	json_object_set_new(j, "stopped", json_boolean(a->stopped));
	json_object_set_new(j, "copied", json_boolean(a->copied));
	json_object_set_new(j, "entries",
	    json_integer((json_int_t)a->head.at.size));
	json_object_set_new(j, "root", out_json_text(root));
	json_object_set_new(j, "found", list);
	return j;
}

static void
say_finding(struct ctx *c, const struct office_finding *f)
{
	char when[WHEN_BYTES];

	when_words(f->at_ms, tick_wall_ms(&c->tick), when);
	out_line(&c->out, "%s: %s", when, _(f->words));
	if (f->ours > 0)
		out_line(&c->out, _("  Known here: %llu entries, root "
		    "%.*s."), (unsigned long long)f->ours, ROOT_SHOWN,
		    f->our_root);
	out_line(&c->out, _("  The hub showed: %llu entries, root %.*s."),
	    (unsigned long long)f->theirs, ROOT_SHOWN, f->their_root);
}

static void
say_what_next(struct ctx *c, const struct office_alarm *a)
{
	char root[HASH_TEXT_BYTES];

	hash_text(&a->head.root, root);
	out_line(&c->out, _("The log that this device goes by: %llu entries, "
	    "root %.*s."), (unsigned long long)a->head.at.size, ROOT_SHOWN,
	    root);
	if (!a->stopped)
		out_line(&c->out, "%s", _("This device sends."));
	else if (a->copied)
		out_line(&c->out, "%s", _("This device was copied, or put back "
		    "to an older state. No order ends that: revoke it and let "
		    "it in anew."));
	else
		out_line(&c->out, "%s", _("This device sends nothing. Find out "
		    "what happened at the hub first: is it a backup, or does "
		    "it run twice? When it runs on the right log again, two "
		    "officers say so: tugi office alarm order."));
}

static int
show(struct ctx *c, struct err *e)
{
	struct office_alarm a;
	size_t i;
	int rc = 0;

	if (office_alarm(c->s, &a, e) != 0)
		return -1;
	if (c->g.json) {
		rc = out_json(alarm_json(&a), e);
	} else {
		if (a.count == 0)
			out_line(&c->out, "%s", _("Nothing was found that "
			    "contradicts what the hub has signed."));
		for (i = 0; i < a.count; i++)
			say_finding(c, &a.items[i]);
		say_what_next(c, &a);
	}
	office_alarm_done(&a);
	return rc;
}

static int
begin(struct ctx *c, struct err *e)
{
	struct office_order order = { 0 };
	int rc;

	if (office_order_alarm(c->s, &order, e) != 0)
		return -1;
	rc = show_order(c, order.text, e);
	office_order_done(&order);
	if (rc == 0)
		out_say(&c->out, "%s", _("Another officer looks (tugi office "
		    "alarm) and countersigns it: tugi office countersign "
		    "FILE. Then, here: tugi office alarm end FILE"));
	return rc;
}

static int
carry_out(struct ctx *c, struct err *e)
{
	struct remote r;
	struct buf order;
	int rc = -1;

	if (cmd_word(c, 1) == NULL)
		return err_set(e, ERR_INPUT, "%s", _("tugi office alarm end "
		    "goes with the file that the second officer signed"));
	buf_init(&order, TEXT_MAX_BYTES);
	if (ask_text(c, NULL, cmd_word(c, 1), &order, e) == 0 &&
	    place_connect(c, &r, e) == 0) {
		rc = office_alarm_end(c->s, &r, buf_str(&order), e);
		remote_done(&r);
	}
	buf_done(&order);
	if (rc != 0)
		return -1;
	out_say(&c->out, "%s", _("The alarm is ended. Every device whose log "
	    "this is sends again from its next tugi sync on."));
	return c->g.json ? out_json(json_pack("{s:b}", "ended", 1), e) : 0;
}

int
cmd_office_alarm(struct ctx *c, struct err *e)
{
	const char *what = cmd_word(c, 0);

	if (what == NULL || strcmp(what, "show") == 0)
		return show(c, e);
	if (strcmp(what, "order") == 0)
		return begin(c, e);
	if (strcmp(what, "end") == 0)
		return carry_out(c, e);
	return err_set(e, ERR_INPUT, _("tugi office alarm goes with show, "
	    "order or end, not \"%.40s\""), what);
}
