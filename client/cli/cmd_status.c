/* status: what waits and what needs a look, in plain words. */
#include "client/cli/cmd.h"

#include <stdlib.h>

#include "client/cli/show.h"
#include "client/cli/status.h"
#include "client/cli/text.h"
#include "client/cli/told.h"
#include "client/cli/when.h"

#define SKEW_WARN_MS (10 * 60 * 1000)
#define ORDERS_TOLD 5 /* the newest */

static void
say_hub(struct ctx *c, const struct status *st)
{
	if (st->revoked) {
		out_alarm(&c->out, _("The office has revoked this device."));
		out_line(&c->out, "%s", _("Nothing is sent or can be written "
		    "here any more, and what others wrote was removed. What "
		    "you wrote and was not received is kept: tugi held. When "
		    "your next device is approved: tugi sync, then tugi held "
		    "export. If you do not know why, ask the office."));
	} else if (st->joined)
		out_line(&c->out, _("%s at %s."), st->name, st->hub);
	else if (st->waiting)
		out_line(&c->out, _("Waits for approval by the office at %s; "
		    "tugi join shows the code again."), st->hub);
	else
		out_line(&c->out, "%s", _("Not joined to a hub yet: tugi join "
		    "with the card from the office."));
	if (!st->stopped)
		return;
	out_alarm(&c->out, st->stopped_words);
	out_line(&c->out, "%s", _("What you write is saved on this device and "
	    "stays here: nothing is sent until the office has looked into it. "
	    "Do not join again; tell the office by telephone now."));
}

static void
say_sending(struct ctx *c, const struct status *st, int64_t now)
{
	char when[WHEN_BYTES];

	if (st->unsent > 0) {
		when_words(st->unsent_since_ms, now, when);
		out_line(&c->out, plural(st->unsent,
		    "%zu change waits to be sent, since %s.",
		    "%zu changes wait to be sent, the oldest since %s."),
		    st->unsent, when);
	}
	when_words(st->last_sync_ms, now, when);
	if (st->last_sync_ms == 0)
		out_line(&c->out, "%s", st->unsent > 0 ?
		    _("Never synced.") : _("Nothing to send. Never synced."));
	else if (st->unsent > 0)
		out_line(&c->out, _("Last sync %s."), when);
	else
		out_line(&c->out, _("All sent. Last sync %s."), when);
}

static void
say_looks(struct ctx *c, const struct status *st)
{
	char span[WHEN_BYTES];

	if (st->conflicts > 0)
		out_line(&c->out, plural(st->conflicts,
		    "%zu record was changed by two people: tugi conflicts",
		    "%zu records were changed by two people: tugi "
		    "conflicts"), st->conflicts);
	if (st->held > 0)
		out_line(&c->out, plural(st->held,
		    "%zu text is held: tugi held",
		    "%zu texts are held: tugi held"), st->held);
	if (st->reviews > 0)
		out_line(&c->out, plural(st->reviews,
		    "%zu review waits for your decision: tugi review",
		    "%zu reviews wait for your decision: tugi review"),
		    st->reviews);
	if (st->erase_late > 0)
		out_line(&c->out, plural(st->erase_late,
		    "%zu text came after it was ordered to be erased: tugi "
		    "erase list", "%zu texts came after they were ordered "
		    "to be erased: tugi erase list"), st->erase_late);
	if (st->erase_asked > 0)
		out_line(&c->out, plural(st->erase_asked,
		    "%zu request to erase waits for your signature: tugi "
		    "office erasures", "%zu requests to erase wait for "
		    "your signature: tugi office erasures"),
		    st->erase_asked);
	if (st->deleted_changed > 0)
		out_line(&c->out, plural(st->deleted_changed,
		    "%zu deleted record was changed by somebody who did not "
		    "know: tugi deleted", "%zu deleted records were changed "
		    "by somebody who did not know: tugi deleted"),
		    st->deleted_changed);
	if (st->expiring > 0)
		out_line(&c->out, plural(st->expiring,
		    "%zu consent ends within 30 days.",
		    "%zu consents end within 30 days."), st->expiring);
	if (st->overrides > 0)
		out_line(&c->out, plural(st->overrides,
		    "%zu override by law runs in your cases: tugi override "
		    "list", "%zu overrides by law run in your cases: tugi "
		    "override list"), st->overrides);
	if (st->to_sign > 0)
		out_line(&c->out, plural(st->to_sign,
		    "%zu override waits for your signature: tugi office "
		    "countersign", "%zu overrides wait for your signature: "
		    "tugi office countersign"), st->to_sign);
	if (st->quarantined > 0)
		out_line(&c->out, plural(st->quarantined,
		    "%zu item from the hub could not be taken in and is "
		    "kept aside; nothing of yours is touched. Tell the "
		    "office.",
		    "%zu items from the hub could not be taken in and are "
		    "kept aside; nothing of yours is touched. Tell the "
		    "office."), st->quarantined);
	if (st->unreturned > 0)
		out_line(&c->out, plural(st->unreturned,
		    "%zu change was acknowledged by the hub and does not come "
		    "back from it. It is kept here and asked for at each "
		    "sync. Tell the office.",
		    "%zu changes were acknowledged by the hub and do not come "
		    "back from it. They are kept here and asked for at each "
		    "sync. Tell the office."), st->unreturned);
	if (st->refused > 0)
		out_line(&c->out, plural(st->refused,
		    "%zu more was refused, because too much is kept aside "
		    "already; nothing of yours is touched. Tell the office.",
		    "%zu more were refused, because too much is kept aside "
		    "already; nothing of yours is touched. Tell the office."),
		    st->refused);
	told_orders(c, ORDERS_TOLD);
	if (st->suspect_ms > 0) {
		when_words(st->suspect_ms, tick_wall_ms(&c->tick), span);
		out_warn(&c->out, _("The hub dates something %s, later than "
		    "its own clock and this one. It is not believed and "
		    "closes nothing. Tell the office."), span);
	}
	if (llabs(st->skew_ms) > SKEW_WARN_MS) {
		when_span(st->skew_ms, span);
		out_line(&c->out, st->skew_ms > 0 ?
		    _("This machine's clock is %s ahead of the hub's.") :
		    _("This machine's clock is %s behind the hub's."), span);
	}
}

json_t *
status_json(struct ctx *c, const struct status *st)
{
	json_t *j = json_object();

	json_object_set_new(j, "hub", out_json_text(st->hub));
	json_object_set_new(j, "name", out_json_text(st->name));
	json_object_set_new(j, "joined", json_boolean(st->joined));
	json_object_set_new(j, "waiting", json_boolean(st->waiting));
	json_object_set_new(j, "revoked", json_boolean(st->revoked));
	json_object_set_new(j, "cases", json_integer((json_int_t)st->cases));
	json_object_set_new(j, "notes", json_integer((json_int_t)st->notes));
	json_object_set_new(j, "unsent", json_integer((json_int_t)st->unsent));
	json_object_set_new(j, "unsent_since",
	    show_time_json(st->unsent_since_ms));
	json_object_set_new(j, "last_sync", show_time_json(st->last_sync_ms));
	json_object_set_new(j, "last_heard",
	    show_time_json(st->last_heard_ms));
	json_object_set_new(j, "conflicts",
	    json_integer((json_int_t)st->conflicts));
	json_object_set_new(j, "erase_late",
	    json_integer((json_int_t)st->erase_late));
	json_object_set_new(j, "erase_asked",
	    json_integer((json_int_t)st->erase_asked));
	json_object_set_new(j, "deleted_changed",
	    json_integer((json_int_t)st->deleted_changed));
	json_object_set_new(j, "held", json_integer((json_int_t)st->held));
	json_object_set_new(j, "reviews",
	    json_integer((json_int_t)st->reviews));
	json_object_set_new(j, "quarantined",
	    json_integer((json_int_t)st->quarantined));
	json_object_set_new(j, "unreturned",
	    json_integer((json_int_t)st->unreturned));
	json_object_set_new(j, "refused",
	    json_integer((json_int_t)st->refused));
	json_object_set_new(j, "suspect_time",
	    show_time_json(st->suspect_ms));
	json_object_set_new(j, "expiring",
	    json_integer((json_int_t)st->expiring));
	json_object_set_new(j, "overrides",
	    json_integer((json_int_t)st->overrides));
	json_object_set_new(j, "to_sign",
	    json_integer((json_int_t)st->to_sign));
	json_object_set_new(j, "recovered",
	    json_integer((json_int_t)st->recovered));
	json_object_set_new(j, "orders", told_orders_json(c));
	json_object_set_new(j, "skew_ms", json_integer(st->skew_ms));
	json_object_set_new(j, "stopped", json_boolean(st->stopped));
	json_object_set_new(j, "stopped_words",
	    out_json_text(st->stopped ? st->stopped_words : NULL));
	return j;
}

void
status_say(struct ctx *c, const struct status *st)
{
	say_hub(c, st);
	say_sending(c, st, tick_wall_ms(&c->tick));
	say_looks(c, st);
}

int
cmd_status(struct ctx *c, struct err *e)
{
	struct status st = { 0 };

	if (status_read(c->s, &st, e) != 0)
		return -1;
	if (c->g.json)
		return out_json(status_json(c, &st), e);
	status_say(c, &st);
	out_line(&c->out, _("%zu %s and %zu %s on this device."), st.cases,
	    plural(st.cases, "case", "cases"), st.notes,
	    plural(st.notes, "note", "notes"));
	return 0;
}
