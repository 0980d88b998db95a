/* office sections, order, countersign, recover: what two officers order, with
 * two shares. */
#include "client/core/profile/match.h"
#include "client/core/office/office.h"

#include <string.h>

#include "client/cli/ask.h"
#include "client/cli/place.h"
#include "client/cli/show.h"
#include "client/cli/text.h"

#define BARE_ORDER "tugi-order-1-"
#define TEXT_MAX_BYTES ((size_t)64 * 1024)

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

/* Print and take the order. */
static int
say_order(struct ctx *c, struct office_order *order, struct err *e)
{
	int rc = show_order(c, order->text, e);

	office_order_done(order);
	if (rc == 0)
		out_say(&c->out, "%s", _("Let another officer countersign it: "
		    "tugi office countersign FILE"));
	return rc;
}

int
cmd_office_sections(struct ctx *c, struct err *e)
{
	struct office_order order = { 0 };
	struct person_item person;

	if (show_person_find(c, cmd_word(c, 0), &person, e) != 0 ||
	    office_order_labels(c->s, &person.person, &order, e) != 0)
		return -1;
	return say_order(c, &order, e);
}

int
cmd_office_order(struct ctx *c, struct err *e)
{
	const char *whom = cmd_value(c, "for");
	struct office_order order = { 0 };
	struct person_item person;
	struct id space;

	if (find_space(c, &space, e) != 0)
		return -1;
	if (whom == NULL ? office_order_begin(c->s, &space, &order, e) != 0 :
	    show_person_find(c, whom, &person, e) != 0 ||
	    office_order_takeover(c->s, &space, &person.person, &order,
	    e) != 0)
		return -1;
	return say_order(c, &order, e);
}

/* Two who compare what they signed have looked at one log. */
static int
say_head(struct ctx *c, const char *signed_text, struct err *e)
{
	struct checkpoint head;
	char root[HASH_TEXT_BYTES];
	int rc = office_order_head(signed_text, &head, e);

	if (rc != 1)
		return rc;
	hash_text(&head.root, root);
	out_say(&c->out, _("You sign that the log goes on from %llu entries, "
	    "root %.16s. Compare both with the other officer before you hand "
	    "it on."), (unsigned long long)head.at.size, root);
	return 0;
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
		rc = show_order(c, buf_str(&signed_text), e);
	if (rc == 0)
		rc = say_head(c, buf_str(&signed_text), e);
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

struct using { /* an order that is carried out */
	struct remote r;
	const char *order;
	struct secret a, b;
};

static int
open_section(struct ctx *c, struct using *u, struct err *e)
{
	struct opened o = { c, c->g.json ? json_array() : NULL };
	int rc;

	out_say(&c->out, "%s", _("fetching and opening ..."));
	rc = office_recover(c->s, &u->r, u->order, u->a.text, u->b.text,
	    take_field, &o, e);
	if (o.list == NULL)
		return rc;
	if (rc == 0)
		return out_json(o.list, e);
	json_decref(o.list);
	return rc;
}

static json_t *
labels_json(const struct office_labels *l)
{
	json_t *list = json_array(), *j;
	size_t i;

	for (i = 0; i < l->count; i++) {
		j = json_object();
		json_object_set_new(j, "space",
		    show_id_json(&l->items[i].space));
		json_object_set_new(j, "case",
		    show_id_json(&l->items[i].case_id));
		json_object_set_new(j, "section",
		    out_json_text(l->items[i].section));
		json_object_set_new(j, "label",
		    out_json_text(l->items[i].label));
		json_array_append_new(list, j);
	}
	return list;
}

static int
list_sections(struct ctx *c, struct using *u, struct err *e)
{
	static const char *const heads[] = { N_("SPACE"), N_("SECTION"),
		N_("WHOSE") };
	struct office_labels l = { 0 };
	char hex[ID_TEXT_BYTES];
	struct table t;
	size_t i;
	int rc;

	if (office_labels(c->s, &u->r, u->order, u->a.text, u->b.text, &l,
	    e) != 0)
		return -1;
	table_init(&t, heads, 3, 2);
	for (i = 0; i < l.count; i++) {
		table_cell(&t, id_text(&l.items[i].space, hex));
		table_cell(&t, l.items[i].section);
		table_cell(&t, l.items[i].label);
	}
	rc = c->g.json ? out_json(labels_json(&l), e) :
	    table_print(&t, &c->out, e);
	table_done(&t);
	if (rc == 0 && l.closed > 0)
		out_warn(&c->out, plural(l.closed,
		    "%zu section does not say what it is.",
		    "%zu sections do not say what they are."), l.closed);
	if (rc == 0)
		out_say(&c->out, "%s", _("To open one of them to somebody: "
		    "tugi office order SPACE --for PERSON"));
	office_labels_done(&l);
	return rc;
}

static int
open_for(struct ctx *c, struct using *u, struct err *e)
{
	json_t *j;

	if (office_takeover(c->s, &u->r, u->order, u->a.text, u->b.text,
	    e) != 0)
		return -1;
	out_say(&c->out, "%s", _("The section is opened; it is there at that "
	    "person's next tugi sync."));
	if (!c->g.json)
		return 0;
	j = json_object();
	json_object_set_new(j, "opened", json_true());
	return out_json(j, e);
}

int
cmd_office_recover(struct ctx *c, struct err *e)
{
	struct using u = { .a = { NULL, 0 }, .b = { NULL, 0 } };
	enum order_scope scope;
	struct buf order;
	int rc = -1;

	buf_init(&order, TEXT_MAX_BYTES);
	if (ask_text(c, NULL, cmd_word(c, 0), &order, e) != 0)
		goto out;
	u.order = buf_str(&order);
	if (strncmp(u.order, BARE_ORDER, sizeof(BARE_ORDER) - 1) == 0) {
		err_set(e, ERR_DENIED, "%s", _("this order has one signature; "
		    "another officer adds the second: tugi office "
		    "countersign"));
		goto out;
	}
	if (office_order_what(u.order, &scope, e) != 0 ||
	    ask_shares(c, &u.a, &u.b, e) != 0 ||
	    place_connect(c, &u.r, e) != 0)
		goto out;
	rc = scope == ORDER_LABELS ? list_sections(c, &u, e) :
	    scope == ORDER_TAKEOVER ? open_for(c, &u, e) :
	    open_section(c, &u, e);
	remote_done(&u.r);
out:
	secret_done(&u.a);
	secret_done(&u.b);
	buf_done(&order);
	return rc;
}
