/* hub, office exposure, office leaving, office shares: the office's odd jobs. */
#include "client/cli/cmd.h"

#include <stdio.h>
#include <string.h>

#include "client/cli/ask.h"
#include "client/cli/show.h"
#include "client/cli/text.h"
#include "client/core/profile/contact.h"
#include "client/core/profile/devices.h"
#include "client/core/profile/exposure.h"
#include "client/core/office/office.h"
#include "common/base/file.h"

/* ---- where the hub is ---- */

static int
take_word(struct ctx *c, const char *path, struct err *e)
{
	struct buf word;
	int rc;

	buf_init(&word, CONTACT_WORD_MAX);
	rc = file_read(path, &word, e);
	if (rc == 0)
		rc = contact_carried(c->s, buf_view(&word), e);
	else if (e->kind == ERR_TOOBIG)
		rc = err_set(e, ERR_INPUT, "%s", _("that file is no word of a "
		    "hub on its keys"));
	buf_done(&word);
	return rc;
}

/* Address first: a typed pin is proven by the hub that answers there. Before
 * that a signed word, which proves itself and may be why it answers at all. */
static int
change_hub(struct ctx *c, struct err *e)
{
	const char *pin = cmd_value(c, "pin"), *word = cmd_value(c, "word");
	struct hash hash;

	if (word != NULL && take_word(c, word, e) != 0)
		return -1;
	if (pin != NULL && contact_pin_read(pin, &hash, e) != 0)
		return -1;
	if (cmd_word(c, 0) != NULL &&
	    contact_move(c->s, cmd_word(c, 0), e) != 0)
		return -1;
	return pin != NULL ? contact_vouch(c->s, &hash, e) : 0;
}

static void
show_hub(struct ctx *c, const char *pin)
{
	if (!contact_known(c->s)) {
		out_line(&c->out, "%s", _("Not joined to a hub yet: tugi join "
		    "with the card from the office."));
		return;
	}
	out_line(&c->out, "%s", contact_url(c->s));
	out_line(&c->out, "%s", pin);
	if (cmd_value(c, "pin") != NULL || cmd_value(c, "word") != NULL)
		out_say(&c->out, "%s", _("The hub has proven that this key is "
		    "its own; tugi sync goes on."));
	else if (cmd_word(c, 0) != NULL)
		out_say(&c->out, "%s", _("The next tugi sync goes there, and "
		    "only if the hub there has the same key."));
}

int
cmd_hub(struct ctx *c, struct err *e)
{
	char pin[CONTACT_PIN_BYTES];
	json_t *j;

	if (change_hub(c, e) != 0)
		return -1;
	contact_pin(c->s, pin);
	if (!c->g.json) {
		show_hub(c, pin);
		return 0;
	}
	j = json_object();
	json_object_set_new(j, "hub", out_json_text(contact_url(c->s)));
	json_object_set_new(j, "pin", contact_known(c->s) ?
	    out_json_text(pin) : json_null());
	return out_json(j, e);
}

/* ---- after a theft ---- */

static int
find_device(struct ctx *c, const char *text, struct id *out, struct err *e)
{
	struct device_list l;
	size_t i, n = 0;

	if (devices_list(c->s, NULL, &l, e) != 0)
		return -1;
	for (i = 0; i < l.count; i++)
		if (match_id(text, &l.items[i].device)) {
			*out = l.items[i].device;
			n++;
		}
	device_list_done(&l);
	if (n == 1)
		return 0;
	return err_set(e, n == 0 ? ERR_ABSENT : ERR_INPUT, n == 0 ?
	    _("no device has the id you gave: see tugi office devices") :
	    _("%zu devices fit the piece of an id you gave"), n);
}

static json_t *
exposure_json(const struct exposure *x)
{
	json_t *j = json_object(), *list = json_array(), *o;
	size_t i;

	json_object_set_new(j, "device", show_id_json(&x->device));
	json_object_set_new(j, "person", show_id_json(&x->person));
	json_object_set_new(j, "name", out_json_text(x->name));
	json_object_set_new(j, "revoked", json_boolean(x->revoked));
	json_object_set_new(j, "heard", show_time_json(x->heard_ms));
	json_object_set_new(j, "cases", json_integer((json_int_t)x->cases));
	json_object_set_new(j, "unsure", json_integer((json_int_t)x->unsure));
	json_object_set_new(j, "passes",
	    json_integer((json_int_t)x->cost_passes));
	json_object_set_new(j, "memory_bytes",
	    json_integer((json_int_t)x->cost_bytes));
	for (i = 0; i < x->count; i++) {
		o = json_object();
		json_object_set_new(o, "section",
		    out_json_text(x->items[i].section));
		json_object_set_new(o, "room", json_boolean(x->items[i].room));
		json_object_set_new(o, "count",
		    json_integer((json_int_t)x->items[i].count));
		json_object_set_new(o, "alone",
		    json_integer((json_int_t)x->items[i].alone));
		json_array_append_new(list, o);
	}
	json_object_set_new(j, "sections", list);
	return j;
}

static void
say_held(struct ctx *c, const struct exposure *x)
{
	char when[WHEN_BYTES];
	size_t i;

	when_words(x->heard_ms, tick_wall_ms(&c->tick), when);
	if (x->heard_ms == 0)
		out_line(&c->out, "%s", _("Nothing that it wrote has come to "
		    "this device."));
	else
		out_line(&c->out, _("The newest that it wrote and this device "
		    "has: %s. What it wrote later and did not send is on it "
		    "alone, and so is text that is held there."), when);
	if (x->cases == 0)
		out_line(&c->out, "%s", _("It can read no section of a case "
		    "that is open here."));
	else
		out_line(&c->out, plural(x->cases,
		    "It can read sections of %zu case that is open here:",
		    "It can read sections of %zu cases that are open here:"),
		    x->cases);
	for (i = 0; i < x->count; i++)
		out_line(&c->out, x->items[i].room ?
		    _("  room %s: %zu, of them kept by nobody else: %zu") :
		    _("  %s: %zu, of them kept by nobody else: %zu"),
		    policies_name(c->s, "sections", x->items[i].section),
		    x->items[i].count, x->items[i].alone);
	if (x->unsure > 0)
		out_line(&c->out, plural(x->unsure,
		    "Of %zu section it is not known here who reads it.",
		    "Of %zu sections it is not known here who reads them."),
		    x->unsure);
	out_line(&c->out, _("Sections that are not open to this device are not "
	    "counted. Who shares cases with %s can run this too; tugi office "
	    "sections lists them by an order of two officers."), x->name);
	out_line(&c->out, _("The store is encrypted whole. Its key comes from "
	    "the passphrase with Argon2id, at least %llu passes over %zu MiB, "
	    "and is in memory while it is unlocked: ask when it was locked "
	    "last."), (unsigned long long)x->cost_passes,
	    x->cost_bytes >> 20);
}

static void
say_to_do(struct ctx *c, const struct exposure *x)
{
	char digits[MATCH_SHORT_BYTES];

	out_head(&c->out, _("What to do"));
	if (!x->revoked)
		out_line(&c->out, _("tugi office revoke %s, then tugi sync: it "
		    "gets nothing new, and wipes itself if it syncs."),
		    match_short(&x->device, digits));
	else
		out_line(&c->out, "%s", _("It is revoked: it gets nothing new, "
		    "and wipes itself if it syncs."));
	out_line(&c->out, "%s", _("Everybody who shares sections with it: tugi "
	    "sync. The first who writes changes the keys."));
	if (x->officer)
		out_line(&c->out, "%s", _("It is an officer's: was a recovery "
		    "share with it? Then tugi office shares --renew, and have "
		    "the two other old shares destroyed."));
	out_line(&c->out, _("A new device: tugi office card, and %s is back at "
	    "work today."), x->name);
}

/* Nothing in it that this program cannot know; the rest is to be filled in. */
static void
say_notice(struct ctx *c, const struct exposure *x)
{
	char now[WHEN_BYTES], heard[WHEN_BYTES];

	when_day(tick_wall_ms(&c->tick), now);
	when_day(x->heard_ms, heard);
	out_head(&c->out, _("Draft of a notice to the data-protection "
	    "authority (within 72 hours)"));
	out_line(&c->out, _("On [day, hour] a device of a school social worker "
	    "was [lost / stolen] at [place]; we know of it since [day, hour]. "
	    "This draft is of %s."), now);
	out_line(&c->out, _("It held case notes of at least %zu children: "
	    "identity, contacts, and what was written in the course of social "
	    "work, which may tell of health and family."), x->cases);
	out_line(&c->out, _("The store is encrypted with XChaCha20-Poly1305; the "
	    "key comes from a passphrase with Argon2id (%llu passes, %zu MiB, "
	    "or more). The device was [locked / unlocked] when it was lost; "
	    "we know that from [whom]."), (unsigned long long)x->cost_passes,
	    x->cost_bytes >> 20);
	out_line(&c->out, _("The device was %s. Last heard of: %s. All keys of "
	    "what it could read were changed on [day]."), x->revoked ?
	    _("shut out at the hub") : _("[shut out at the hub on day, hour]"),
	    x->heard_ms != 0 ? heard : _("never"));
	out_line(&c->out, "%s", _("The persons concerned were [told on day / "
	    "not told, because the data cannot be read without the "
	    "passphrase]. Contact: [data-protection officer]."));
}

int
cmd_office_exposure(struct ctx *c, struct err *e)
{
	struct exposure x;
	struct id device;
	int rc = 0;

	if (find_device(c, cmd_word(c, 0), &device, e) != 0 ||
	    exposure_of(c->s, &device, &x, e) != 0)
		return -1;
	if (c->g.json) {
		rc = out_json(exposure_json(&x), e);
	} else {
		out_head(&c->out, x.name);
		say_held(c, &x);
		say_to_do(c, &x);
		if (cmd_flag(c, "notice"))
			say_notice(c, &x);
	}
	exposure_done(&x);
	return rc;
}

/* ---- somebody leaves ---- */

/* What it is, and the command that ends it. */
static void
say_item(const struct leaving_item *x, const char *person, char *what,
    char *command, size_t size)
{
	char digits[MATCH_SHORT_BYTES], hex[ID_TEXT_BYTES];

	what[0] = command[0] = '\0';
	match_short(&x->id, digits);
	id_text(&x->case_id, hex);
	switch (x->what) {
	case LEAVING_DEVICE:
		snprintf(what, size, _("device %s; last of all"), digits);
		snprintf(command, size, "tugi office revoke %s", digits);
		break;
	case LEAVING_ROLE:
		snprintf(what, size, "%s", _("officer or data-protection "
		    "officer: get the recovery share back, make new ones"));
		snprintf(command, size, "tugi office shares --renew");
		break;
	case LEAVING_CASE:
		snprintf(what, size, _("keeps the case %s"), x->words);
		snprintf(command, size, "tugi handover propose %s PERSON", hex);
		break;
	case LEAVING_ROOM:
		snprintf(what, size, x->count > 0 ? _("keeps the room %s: let "
		    "another keep it first") : _("is in the room %s"),
		    x->words);
		snprintf(command, size, "tugi %s dismiss '%s' '%s'", x->kind,
		    x->words, person);
		break;
	case LEAVING_HANDOVER:
		snprintf(what, size, _("an open handover of %s"), x->words);
		snprintf(command, size, "tugi handover list");
		break;
	case LEAVING_CONSENT:
		snprintf(what, size, _("a consent lets them into: %s"), x->words);
		snprintf(command, size, "tugi consent list %s", hex);
		break;
	case LEAVING_UNSENT:
		snprintf(what, size, _("%zu changes are not sent"), x->count);
		snprintf(command, size, "tugi sync");
		break;
	case LEAVING_HELD:
		snprintf(what, size, _("%zu texts are held"), x->count);
		snprintf(command, size, "tugi held list");
		break;
	case LEAVING_REVIEW:
		snprintf(what, size, _("%zu reviews wait"), x->count);
		snprintf(command, size, "tugi review list");
		break;
	}
}

static json_t *
leaving_json(const struct leaving *l, const char *person)
{
	static const char *const names[] = { "device", "role", "case", "room",
		"handover", "consent", "unsent", "held", "review" };
	char what[400], command[400];
	json_t *list = json_array(), *j;
	size_t i;

	for (i = 0; i < l->count; i++) {
		const struct leaving_item *x = &l->items[i];

		say_item(x, person, what, command, sizeof(what));
		j = json_object();
		json_object_set_new(j, "what", json_string(names[x->what]));
		json_object_set_new(j, "words", out_json_text(what));
		json_object_set_new(j, "command", out_json_text(command));
		json_array_append_new(list, j);
	}
	return list;
}

static int
print_leaving(struct ctx *c, const struct leaving *l, const char *person,
    struct err *e)
{
	static const char *const heads[] = { N_("WHAT"), N_("HOW IT ENDS") };
	char what[400], command[400];
	struct table t;
	size_t i;
	int rc;

	if (l->count == 0) {
		out_line(&c->out, _("Nothing that this device can see hangs on "
		    "%s any more."), person);
		return 0;
	}
	table_init(&t, heads, 2, 0);
	for (i = 0; i < l->count; i++) {
		say_item(&l->items[i], person, what, command, sizeof(what));
		table_cell(&t, what);
		table_cell(&t, command);
	}
	rc = table_print(&t, &c->out, e);
	table_done(&t);
	out_say(&c->out, "%s", l->me ? _("From the top: what is first has to "
	    "be done first. Then the office runs this too.") :
	    _("What only their own device knows (unsent, held) and cases that "
	    "are not open here are missing: let them run this as well."));
	return rc;
}

int
cmd_office_leaving(struct ctx *c, struct err *e)
{
	struct person_item person;
	struct leaving l;
	int rc;

	if (show_person_find(c, cmd_word(c, 0), &person, e) != 0 ||
	    leaving_of(c->s, &person.person, &l, e) != 0)
		return -1;
	rc = c->g.json ? out_json(leaving_json(&l, person.name), e) :
	    print_leaving(c, &l, person.name, e);
	leaving_done(&l);
	return rc;
}

/* ---- recovery shares ---- */

static int
say_shares(struct ctx *c, const struct office_sheet *sheet, struct err *e)
{
	json_t *j, *list;
	int i;

	if (c->g.json) {
		j = json_object();
		list = json_array();
		for (i = 0; sheet != NULL && i < 3; i++)
			json_array_append_new(list,
			    out_json_text(sheet->share[i]));
		json_object_set_new(j, "fit", json_true());
		json_object_set_new(j, "shares", list);
		return out_json(j, e);
	}
	if (sheet == NULL) {
		out_line(&c->out, "%s", _("The two shares fit each other and "
		    "are this office's."));
		return 0;
	}
	for (i = 0; i < 3; i++)
		out_line(&c->out, _("\nNew recovery share %d of 3, for one "
		    "officer alone:\n%s"), i + 1, sheet->share[i]);
	out_say(&c->out, "%s", _("\nThey are not shown again. No new share fits "
	    "an old one, but two old ones still open everything: have every "
	    "old share that can be had brought here and destroyed. Of those "
	    "that are lost one alone is worth nothing then; were two lost, "
	    "the office's secret is, and nothing here mends that."));
	return 0;
}

int
cmd_office_shares(struct ctx *c, struct err *e)
{
	struct secret a = { NULL, 0 }, b = { NULL, 0 };
	bool renew = cmd_flag(c, "renew");
	struct office_sheet sheet;
	int rc = ask_shares(c, &a, &b, e);

	memset(&sheet, 0, sizeof(sheet));
	if (rc == 0)
		rc = renew ? office_shares_renew(c->s, a.text, b.text, &sheet,
		    e) : office_shares_check(c->s, a.text, b.text, e);
	secret_done(&a);
	secret_done(&b);
	if (rc == 0)
		rc = say_shares(c, renew ? &sheet : NULL, e);
	office_sheet_done(&sheet);
	return rc;
}
