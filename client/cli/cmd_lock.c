/* join, unlock, lock: the way in and out of a profile. */
#include <string.h>

#include "client/cli/ask.h"
#include "client/cli/place.h"
#include "client/cli/text.h"
#include "client/cli/when.h"
#include "client/core/profile/contact.h"
#include "client/core/profile/enrol.h"
#include "common/base/mem.h"

#define HOLD_DEFAULT_S 900

static int
show_code(struct ctx *c, const struct enrol_result *r, struct err *e)
{
	json_t *j;

	out_say(&c->out, _("Asked %s. Read this code to the officer by voice; "
	    "after the approval run tugi sync."), r->hub);
	if (!c->g.json) {
		out_line(&c->out, "%s", r->code);
		return 0;
	}
	j = json_object();
	json_object_set_new(j, "code", out_json_text(r->code));
	json_object_set_new(j, "hub", out_json_text(r->hub));
	return out_json(j, e);
}

/* The card's line from the word, the standard input or the terminal. */
static int
read_card(struct ctx *c, struct buf *text, struct card *card, struct err *e)
{
	size_t i;

	for (i = 0; c->args.count > 1 && i < c->args.count; i++)
		buf_add_fmt(text, "%s ", cmd_word(c, i)); /* without quotes */
	if (c->args.count == 1 &&
	    ask_text(c, cmd_word(c, 0), NULL, text, e) != 0)
		return -1;
	return card_decode(buf_str(text), card, e);
}

static int
join_with_card(struct ctx *c, struct err *e)
{
	struct enrol_result result;
	struct remote_pins pins = { .joined = false };
	struct remote r = { 0 };
	struct card card;
	struct buf text;
	int64_t stay;
	int rc = -1;

	buf_init(&text, ASK_TEXT_MAX);
	if (place_stay(c, 0, &stay, e) != 0 ||
	    read_card(c, &text, &card, e) != 0 ||
	    place_open_or_make(c, e) != 0)
		goto out;
	out_say(&c->out, _("asking %s ..."), card.url);
	pins.now = card.pin;
	if (remote_http(card.url, &pins, c->tick, &r, e) != 0)
		goto out;
	rc = enrol_join(c->s, &r, buf_str(&text), &result, e);
	remote_done(&r);
	if (rc == 0)
		rc = show_code(c, &result, e);
	if (rc == 0)
		rc = place_hold(c, stay, NULL, e);
out:
	mem_wipe(&card, sizeof(card));
	buf_done(&text);
	return rc;
}

int
cmd_join(struct ctx *c, struct err *e)
{
	struct enrol_result result;
	int64_t stay;

	if (cmd_word(c, 0) != NULL)
		return join_with_card(c, e);
	if (place_stay(c, 0, &stay, e) != 0 || place_open(c, e) != 0)
		return -1;
	if (!contact_known(c->s))
		return err_set(e, ERR_INPUT, "%s", _("usage: tugi join CARD, "
		    "with the line on the card from the office"));
	if (enrol_code(c->s, &result, e) != 0 ||
	    show_code(c, &result, e) != 0)
		return -1;
	return place_hold(c, stay, NULL, e);
}

int
cmd_unlock(struct ctx *c, struct err *e)
{
	char when[WHEN_BYTES];
	int64_t seconds, until_ms;
	json_t *j;

	if (place_stay(c, HOLD_DEFAULT_S, &seconds, e) != 0 ||
	    place_open(c, e) != 0 || place_hold(c, seconds, &until_ms, e) != 0)
		return -1;
	if (!c->g.json)
		return 0;
	when_iso(until_ms, when);
	j = json_object();
	json_object_set_new(j, "until", json_string(when));
	return out_json(j, e);
}

int
cmd_lock(struct ctx *c, struct err *e)
{
	struct session_options o;

	if (place_find(c, e) != 0)
		return -1;
	session_options_default(c->profile, &o);
	if (session_forget(&o, e) != 0)
		return -1;
	out_say(&c->out, "%s", _("Locked."));
	return 0;
}
