/* office succession: a hub restored from a backup, or with another key for its
 * log, goes on, as two officers say; office hubkey: the office signs that key. */
#include "client/core/office/office.h"

#include <string.h>

#include "client/cli/ask.h"
#include "client/cli/place.h"
#include "client/cli/show.h"
#include "client/cli/text.h"
#include "client/core/exchange.h"

#define TEXT_MAX_BYTES ((size_t)64 * 1024)
#define ROOT_SHOWN 16 /* digits: two officers compare them by telephone */

static int
print(struct ctx *c, const struct office_succession *s, int found,
    struct err *e)
{
	char root[HASH_TEXT_BYTES], when[WHEN_BYTES];
	uint64_t lacks = s->here > s->head.at.size ?
	    s->here - s->head.at.size : 0;

	hash_text(&s->head.root, root);
	if (c->g.json)
		return out_json(found == 0 ? json_pack("{s:b}", "restored",
		    0) : json_pack("{s:b, s:b, s:I, s:I, s:s, s:I, s:b}",
		    "restored", 1, "ordered", s->ordered, "at",
		    (json_int_t)s->at_ms, "entries",
		    (json_int_t)s->head.at.size, "root", root, "lacking",
		    (json_int_t)lacks, "key", s->key), e);
	if (found == 0) {
		out_line(&c->out, "%s", _("The hub was not restored from a "
		    "backup since this device knows it."));
		return 0;
	}
	when_words(s->at_ms, tick_wall_ms(&c->tick), when);
	if (s->key)
		out_line(&c->out, _("The hub's log goes on with another key, "
		    "which the office has signed: %s. It has %llu entries, root "
		    "%.*s."), when, (unsigned long long)s->head.at.size,
		    ROOT_SHOWN, root);
	else
		out_line(&c->out, _("The hub was restored from a backup: %s. It "
		    "has %llu entries, root %.*s; %llu that this device has "
		    "seen are not among them."), when,
		    (unsigned long long)s->head.at.size, ROOT_SHOWN, root,
		    (unsigned long long)lacks);
	out_line(&c->out, "%s", s->ordered ? _("Two officers have said that "
	    "it goes on so: tugi sync") : _("It serves nobody until two "
	    "officers have said that it goes on so. Ask who runs it whether "
	    "that is true, then: tugi office succession order"));
	return 0;
}

static int
show(struct ctx *c, struct remote *r, struct err *e)
{
	struct office_succession s;
	int found = office_succession(c->s, r, &s, e);

	return found < 0 ? -1 : print(c, &s, found, e);
}

static int
begin(struct ctx *c, struct remote *r, struct err *e)
{
	struct office_order order = { 0 };
	int rc;

	if (office_order_succession(c->s, r, &order, e) != 0)
		return -1;
	rc = show_order(c, order.text, e);
	office_order_done(&order);
	if (rc == 0)
		out_say(&c->out, "%s", _("Another officer countersigns it: "
		    "tugi office countersign FILE; or, where there is only "
		    "one, two of the recovery shares do: tugi office "
		    "succession sign FILE. Then, here: tugi office succession "
		    "end FILE"));
	return rc;
}

static int
sign(struct ctx *c, const char *order, int (*by)(struct session *,
    const char *, const char *, const char *, struct buf *, struct err *),
    struct err *e)
{
	struct secret one = { NULL, 0 }, two = { NULL, 0 };
	struct buf out;
	int rc = -1;

	buf_init(&out, TEXT_MAX_BYTES);
	if (ask_shares(c, &one, &two, e) == 0 && by(c->s, order, one.text,
	    two.text, &out, e) == 0)
		rc = show_order(c, buf_str(&out), e);
	buf_done(&out);
	secret_done(&one);
	secret_done(&two);
	return rc;
}

static int
end(struct ctx *c, struct remote *r, const char *order, struct err *e)
{
	struct exchange_result res;

	if (office_succession_end(c->s, r, order, &res, e) != 0)
		return -1;
	out_say(&c->out, "%s", _("The hub goes on. At its next tugi sync each "
	    "device sends again what the backup lacked."));
	return c->g.json ? out_json(json_pack("{s:b}", "ended", 1), e) : 0;
}

static int
with_file(struct ctx *c, const char *what, struct remote *r, struct err *e)
{
	struct buf order;
	int rc;

	if (cmd_word(c, 1) == NULL)
		return err_set(e, ERR_INPUT, "%s", _("tugi office succession "
		    "sign and end go with a file"));
	buf_init(&order, TEXT_MAX_BYTES);
	rc = ask_text(c, NULL, cmd_word(c, 1), &order, e);
	if (rc == 0)
		rc = strcmp(what, "sign") == 0 ? sign(c, buf_str(&order),
		    office_succession_sign, e) :
		    end(c, r, buf_str(&order), e);
	buf_done(&order);
	return rc;
}

int
cmd_office_succession(struct ctx *c, struct err *e)
{
	const char *what = cmd_word(c, 0);
	struct remote r;
	int rc;

	if (place_connect(c, &r, e) != 0)
		return -1;
	if (what == NULL || strcmp(what, "show") == 0)
		rc = show(c, &r, e);
	else if (strcmp(what, "order") == 0)
		rc = begin(c, &r, e);
	else if (strcmp(what, "sign") == 0 || strcmp(what, "end") == 0)
		rc = with_file(c, what, &r, e);
	else
		rc = err_set(e, ERR_INPUT, _("tugi office succession goes with "
		    "show, order, sign or end, not \"%.40s\""), what);
	remote_done(&r);
	return rc;
}

int
cmd_office_hubkey(struct ctx *c, struct err *e)
{
	struct buf wish;
	int rc;

	buf_init(&wish, TEXT_MAX_BYTES);
	rc = ask_text(c, NULL, cmd_word(c, 0), &wish, e);
	if (rc == 0)
		rc = sign(c, buf_str(&wish), office_hubkey_sign, e);
	buf_done(&wish);
	return rc;
}
