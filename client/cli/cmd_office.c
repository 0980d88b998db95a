/* office init, card, requests, approve, vouch, devices, revoke. */
#include "client/core/office/office.h"

#include <string.h>

#include "client/cli/ask.h"
#include "client/cli/place.h"
#include "client/cli/show.h"
#include "client/cli/text.h"
#include "client/core/profile/contact.h"
#include "client/core/profile/devices.h"
#include "client/core/profile/people.h"
#include "common/base/mem.h"

#define TEXT_MAX_BYTES ((size_t)64 * 1024)

static int
print_sheet(struct ctx *c, const struct office_sheet *sheet, struct err *e)
{
	json_t *j, *shares;
	int i;

	if (c->g.json) {
		j = json_object();
		shares = json_array();
		for (i = 0; i < 3; i++)
			json_array_append_new(shares,
			    out_json_text(sheet->share[i]));
		json_object_set_new(j, "shares", shares);
		json_object_set_new(j, "root", out_json_text(sheet->root));
		return out_json(j, e);
	}
	out_line(&c->out, _("Fingerprint of the office, for the wall:\n%s"),
	    sheet->root);
	for (i = 0; i < 3; i++)
		out_line(&c->out, _("\nRecovery share %d of 3, for one officer "
		    "alone:\n%s"), i + 1, sheet->share[i]);
	out_say(&c->out, "%s", _("\nPrint each share on a sheet of its own; "
	    "they are not shown again. Any two of them open everything."));
	return 0;
}

/* The one-time claim code: an option, or asked for with echo off. */
static int
read_claim(struct ctx *c, struct secret *claim, struct err *e)
{
	const char *given = cmd_value(c, "claim");

	if (given == NULL && c->g.no_input)
		return err_set(e, ERR_INPUT, "%s", _("the hub's claim code is "
		    "needed: --claim CODE"));
	if (given == NULL)
		return ask_secret(c, -1, _("Claim code of the hub: "), claim,
		    e);
	if (strlen(given) >= ASK_SECRET_BYTES)
		return err_set(e, ERR_INPUT, "%s",
		    _("this is no claim code of a hub"));
	claim->text = mem_secret_new(ASK_SECRET_BYTES);
	claim->len = strlen(given);
	memcpy(claim->text, given, claim->len);
	return 0;
}

int
cmd_office_init(struct ctx *c, struct err *e)
{
	struct office_init_in in = { .url = cmd_word(c, 0) };
	struct office_sheet sheet = { 0 };
	struct remote_pins pins = { .joined = false };
	struct secret claim = { NULL, 0 };
	struct remote r;
	int64_t stay;
	int rc = -1;

	in.name = cmd_value(c, "name");
	in.title = cmd_value(c, "title");
	if (contact_pin_read(cmd_value(c, "pin"), &in.pin, e) != 0 ||
	    place_stay(c, 0, &stay, e) != 0)
		return -1;
	if (read_claim(c, &claim, e) != 0 || place_open_or_make(c, e) != 0)
		goto out;
	in.claim = claim.text;
	out_say(&c->out, _("asking %s ..."), in.url);
	pins.now = in.pin;
	if (remote_http(in.url, &pins, c->tick, &r, e) != 0)
		goto out;
	rc = office_init(c->s, &r, &in, &sheet, e);
	remote_done(&r);
	if (rc == 0)
		rc = print_sheet(c, &sheet, e);
	if (rc == 0)
		rc = place_hold(c, stay, NULL, e);
out:
	office_sheet_done(&sheet);
	secret_done(&claim);
	return rc;
}

int
cmd_office_card(struct ctx *c, struct err *e)
{
	struct buf card;
	json_t *j;
	int rc;

	buf_init(&card, TEXT_MAX_BYTES);
	rc = office_card(c->s, &card, e);
	if (rc == 0 && c->g.json) {
		j = json_object();
		json_object_set_new(j, "card", out_json_text(buf_str(&card)));
		rc = out_json(j, e);
	} else if (rc == 0) {
		out_line(&c->out, "%s", buf_str(&card));
		out_say(&c->out, "%s", _("For one person, once. Hand it over "
		    "on paper or in person, not by mail."));
	}
	buf_done(&card);
	return rc;
}

static json_t *
request_json(const struct office_request *q)
{
	json_t *j = json_object();

	json_object_set_new(j, "device", show_id_json(&q->device));
	json_object_set_new(j, "code", out_json_text(q->code));
	json_object_set_new(j, "at", show_time_json(q->at_ms));
	json_object_set_new(j, "known_card", json_boolean(q->known_card));
	json_object_set_new(j, "further", json_boolean(q->further));
	return j;
}

static int
print_requests(struct ctx *c, const struct office_request_list *l,
    struct err *e)
{
	static const char *const heads[] = { N_("CODE"), N_("ASKED"),
		N_("CARD"), N_("FOR"), N_("DEVICE") };
	char id[MATCH_SHORT_BYTES], when[WHEN_BYTES];
	struct table t;
	size_t i;
	int rc;

	table_init(&t, heads, 5, 2);
	for (i = 0; i < l->count; i++) {
		table_cell(&t, l->items[i].code);
		when_short(l->items[i].at_ms, when);
		table_cell(&t, when);
		table_cell(&t, l->items[i].known_card ? _("ours, unused") :
		    _("NOT ONE OF OURS: do not approve"));
		table_cell(&t, l->items[i].further ? _("a further device") :
		    _("a new person"));
		table_cell(&t, match_short(&l->items[i].device, id));
	}
	rc = table_print(&t, &c->out, e);
	table_done(&t);
	return rc;
}

int
cmd_office_requests(struct ctx *c, struct err *e)
{
	struct office_request_list l = { 0 };
	struct remote r;
	json_t *j;
	size_t i;
	int rc;

	if (place_connect(c, &r, e) != 0)
		return -1;
	rc = office_requests(c->s, &r, &l, e);
	remote_done(&r);
	if (rc != 0)
		return -1;
	if (c->g.json) {
		j = json_array();
		for (i = 0; i < l.count; i++)
			json_array_append_new(j, request_json(&l.items[i]));
		rc = out_json(j, e);
	} else if (l.count == 0) {
		out_say(&c->out, "%s", _("Nobody asks to be let in."));
	} else {
		rc = print_requests(c, &l, e);
	}
	office_request_list_done(&l);
	return rc;
}

static int
approval(struct ctx *c, struct office_approval *a, struct person_item *person,
    struct err *e)
{
	const char *further = cmd_value(c, "further");

	a->code = cmd_word(c, 0);
	a->name = cmd_word(c, 1);
	a->title = cmd_value(c, "title");
	a->voucher = cmd_value(c, "voucher");
	if (cmd_flag(c, "officer"))
		a->roles |= ROLE_OFFICER;
	if (cmd_flag(c, "dpo"))
		a->roles |= ROLE_DPO;
	if ((further != NULL) == (a->name != NULL))
		return err_set(e, ERR_INPUT, "%s", _("give the NAME of a new "
		    "person, or --further PERSON for one more device"));
	if (further == NULL)
		return 0;
	if (a->roles != 0 || a->title != NULL)
		return err_set(e, ERR_INPUT, "%s", _("a further device takes "
		    "the person's title and roles: leave them out"));
	if (show_person_find(c, further, person, e) != 0)
		return -1;
	a->person = &person->person;
	a->name = person->name;
	a->title = person->title;
	a->roles = person->roles;
	return 0;
}

/* Call the core with the shares, where a role needs them. */
static int
approve(struct ctx *c, struct office_approval *a, struct err *e)
{
	struct secret one = { NULL, 0 }, two = { NULL, 0 };
	struct remote r;
	int rc = -1;

	if (cmd_flag(c, "root") || (a->person == NULL && a->roles != 0)) {
		if (ask_shares(c, &one, &two, e) != 0)
			goto out;
		a->share_a = one.text;
		a->share_b = two.text;
	}
	if (place_connect(c, &r, e) != 0)
		goto out;
	rc = office_approve(c->s, &r, a, e);
	remote_done(&r);
out:
	secret_done(&one);
	secret_done(&two);
	return rc;
}

int
cmd_office_approve(struct ctx *c, struct err *e)
{
	struct office_approval a = { 0 };
	struct person_item person;
	json_t *j;

	if (approval(c, &a, &person, e) != 0 || approve(c, &a, e) != 0)
		return -1;
	out_say(&c->out, _("%s is in. Their next tugi sync brings the "
	    "approval. To undo: tugi office revoke DEVICE, as tugi office "
	    "devices shows it"), a.name);
	if (a.person != NULL)
		out_say(&c->out, "%s", _("Their other device hands the "
		    "sections over: sync there once, then here again."));
	if (!c->g.json)
		return 0;
	j = json_object();
	json_object_set_new(j, "name", out_json_text(a.name));
	return out_json(j, e);
}

int
cmd_office_vouch(struct ctx *c, struct err *e)
{
	const char *further = cmd_value(c, "further");
	struct person_item person;
	struct remote r;
	struct buf word;
	json_t *j;
	int rc;

	if (further != NULL && show_person_find(c, further, &person, e) != 0)
		return -1;
	if (place_connect(c, &r, e) != 0)
		return -1;
	buf_init(&word, TEXT_MAX_BYTES);
	rc = office_vouch(c->s, &r, cmd_word(c, 0),
	    further != NULL ? &person.person : NULL, &word, e);
	remote_done(&r);
	if (rc == 0 && c->g.json) {
		j = json_object();
		json_object_set_new(j, "voucher",
		    out_json_text(buf_str(&word)));
		rc = out_json(j, e);
	} else if (rc == 0) {
		out_line(&c->out, "%s", buf_str(&word));
	}
	buf_done(&word);
	return rc;
}

static json_t *
device_json(const struct device_item *d)
{
	json_t *j = json_object();

	json_object_set_new(j, "device", show_id_json(&d->device));
	json_object_set_new(j, "person", show_id_json(&d->person));
	json_object_set_new(j, "name", out_json_text(d->name));
	json_object_set_new(j, "revoked", json_boolean(d->revoked));
	json_object_set_new(j, "me", json_boolean(d->me));
	return j;
}

static int
print_devices(struct ctx *c, const struct device_list *l, struct err *e)
{
	static const char *const heads[] = { N_("DEVICE"), N_("PERSON"),
		N_("STATE"), N_("HERE") };
	char id[MATCH_SHORT_BYTES];
	struct table t;
	size_t i;
	int rc;

	table_init(&t, heads, 4, 1);
	for (i = 0; i < l->count; i++) {
		table_cell(&t, match_short(&l->items[i].device, id));
		table_cell(&t, l->items[i].name);
		table_cell(&t, l->items[i].revoked ? _("revoked") : _("live"));
		table_cell(&t, l->items[i].me ? _("this one") : "");
	}
	rc = table_print(&t, &c->out, e);
	table_done(&t);
	return rc;
}

int
cmd_office_devices(struct ctx *c, struct err *e)
{
	struct person_item person;
	struct device_list l = { 0 };
	const char *text = cmd_word(c, 0);
	json_t *j;
	size_t i;
	int rc;

	if (text != NULL && show_person_find(c, text, &person, e) != 0)
		return -1;
	if (devices_list(c->s, text != NULL ? &person.person : NULL, &l, e) !=
	    0)
		return -1;
	if (c->g.json) {
		j = json_array();
		for (i = 0; i < l.count; i++)
			json_array_append_new(j, device_json(&l.items[i]));
		rc = out_json(j, e);
	} else {
		rc = print_devices(c, &l, e);
	}
	device_list_done(&l);
	return rc;
}

/* The one live device that ${text} is a piece of. */
static int
find_device(const struct device_list *l, const char *text,
    const struct device_item **out, struct err *e)
{
	size_t i, n = 0;

	for (i = 0; i < l->count; i++)
		if (match_id(text, &l->items[i].device)) {
			*out = &l->items[i];
			n++;
		}
	if (n == 1 && !(*out)->revoked)
		return 0;
	if (n == 1)
		return err_set(e, ERR_INPUT, "%s",
		    _("this device is revoked already"));
	return err_set(e, n == 0 ? ERR_ABSENT : ERR_INPUT, n == 0 ?
	    _("no device has the id you gave: see tugi office devices") :
	    _("%zu devices fit the piece of an id you gave"), n);
}

int
cmd_office_revoke(struct ctx *c, struct err *e)
{
	struct device_list l = { 0 };
	const struct device_item *d = NULL;
	char words[300], id[MATCH_SHORT_BYTES];
	json_t *j;
	int rc = -1;

	if (devices_list(c->s, NULL, &l, e) != 0)
		return -1;
	if (find_device(&l, cmd_word(c, 0), &d, e) != 0)
		goto out;
	snprintf(words, sizeof(words), _("The device %s of %s will be shut "
	    "out; only a new card lets it in again."),
	    match_short(&d->device, id), d->name);
	if (ask_sure(c, words, e) != 0 ||
	    office_revoke(c->s, &d->device, e) != 0)
		goto out;
	out_say(&c->out, "%s", _("Revoked here; tugi sync now tells the hub "
	    "and everybody."));
	rc = 0;
	if (c->g.json) {
		j = json_object();
		json_object_set_new(j, "device", show_id_json(&d->device));
		rc = out_json(j, e);
	}
out:
	device_list_done(&l);
	return rc;
}
