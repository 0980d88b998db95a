/* office order, countersign, recover: opening one section with two officers
 * and two shares. */
#include "client/core/match.h"
#include "client/core/office.h"

#include <string.h>

#include "client/cli/ask.h"
#include "client/cli/place.h"
#include "client/cli/show.h"
#include "client/cli/text.h"

#define BARE_ORDER "tugi-order-1-"
#define TEXT_MAX_BYTES ((size_t)64 * 1024)

static int
print_order(struct ctx *c, const char *text, struct err *e)
{
	json_t *j;

	if (!c->g.json) {
		out_line(&c->out, "%s", text);
		return 0;
	}
	j = json_object();
	json_object_set_new(j, "order", out_json_text(text));
	return out_json(j, e);
}

/* A space by its whole id, or that of a record this person can read. */
static int
find_space(struct ctx *c, struct id *space, struct err *e)
{
	const char *text = cmd_word(c, 0);
	struct record_item r = { 0 };
	int rc;

	rc = show_record_find(c, text, 0, &r, e);
	if (rc == 0) {
		*space = r.space;
	} else if (e->kind == ERR_ABSENT &&
	    strlen(text) == ID_TEXT_BYTES - 1) {
		err_clear(e);
		rc = id_parse(text, space, e);
	}
	record_item_done(&r);
	return rc;
}

int
cmd_office_order(struct ctx *c, struct err *e)
{
	struct office_order order = { 0 };
	struct id space;
	int rc;

	if (find_space(c, &space, e) != 0 ||
	    office_order_begin(c->s, &space, &order, e) != 0)
		return -1;
	rc = print_order(c, order.text, e);
	office_order_done(&order);
	if (rc == 0)
		out_say(&c->out, "%s", _("Let another officer countersign it: "
		    "tugi office countersign FILE"));
	return rc;
}

int
cmd_office_countersign(struct ctx *c, struct err *e)
{
	struct buf text, signed_text;
	const char *what = cmd_word(c, 0);
	int rc = -1;

	/* Nothing or an id: renewals of overrides; a file is an order. */
	if (what == NULL || match_digits(what))
		return cmd_override_countersign(c, e);
	buf_init(&text, TEXT_MAX_BYTES);
	buf_init(&signed_text, TEXT_MAX_BYTES);
	if (ask_text(c, NULL, cmd_word(c, 0), &text, e) == 0 &&
	    office_order_sign(c->s, buf_str(&text), &signed_text, e) == 0)
		rc = print_order(c, buf_str(&signed_text), e);
	buf_done(&text);
	buf_done(&signed_text);
	return rc;
}

struct opened {
	struct ctx *c;
	json_t *list; /* NULL: print lines */
};

static int
take_field(void *ctx, const char *type, const char *field, const char *text,
    struct err *e)
{
	struct opened *o = ctx;
	json_t *j;

	(void)e;
	if (o->list == NULL && strcmp(field, "id") == 0)
		out_line(&o->c->out, "%s", "");
	if (o->list == NULL) {
		out_line(&o->c->out, "%s, %s: %s", type, field, text);
		return 0;
	}
	j = json_object();
	json_object_set_new(j, "type", out_json_text(type));
	json_object_set_new(j, "field", out_json_text(field));
	json_object_set_new(j, "text", out_json_text(text));
	json_array_append_new(o->list, j);
	return 0;
}

int
cmd_office_recover(struct ctx *c, struct err *e)
{
	struct opened o = { c, c->g.json ? json_array() : NULL };
	struct secret a = { NULL, 0 }, b = { NULL, 0 };
	struct buf order;
	struct remote r;
	int rc = -1;

	buf_init(&order, TEXT_MAX_BYTES);
	if (ask_text(c, NULL, cmd_word(c, 0), &order, e) != 0)
		goto out;
	if (strncmp(buf_str(&order), BARE_ORDER, sizeof(BARE_ORDER) - 1) == 0) {
		err_set(e, ERR_DENIED, "%s", _("this order has one signature; "
		    "another officer adds the second: tugi office "
		    "countersign"));
		goto out;
	}
	if (ask_shares(c, &a, &b, e) != 0 || place_connect(c, &r, e) != 0)
		goto out;
	out_say(&c->out, "%s", _("fetching and opening ..."));
	rc = office_recover(c->s, &r, buf_str(&order), a.text, b.text,
	    take_field, &o, e);
	remote_done(&r);
	if (rc == 0 && o.list != NULL) {
		rc = out_json(o.list, e);
		o.list = NULL;
	}
out:
	if (o.list != NULL)
		json_decref(o.list);
	secret_done(&a);
	secret_done(&b);
	buf_done(&order);
	return rc;
}
