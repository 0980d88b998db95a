/* store: ways of opening the profile, copies of it, whether it is whole. */
#include "client/core/profile/keep.h"

#include <string.h>

#include "client/core/office/office.h"
#include "client/core/profile/salvaging.h"
#include "client/cli/ask.h"
#include "client/cli/place.h"
#include "client/cli/show.h"
#include "client/cli/text.h"
#include "common/base/mem.h"

#define MIB (1024 * 1024)

int
cmd_store_status(struct ctx *c, struct err *e)
{
	struct keep_state st;
	json_t *j;

	if (keep_state(c->s, &st, e) != 0)
		return -1;
	if (c->g.json) {
		j = json_object();
		json_object_set_new(j, "code", json_boolean(st.code));
		json_object_set_new(j, "office", json_boolean(st.office));
		json_object_set_new(j, "locked", json_boolean(st.locked));
		json_object_set_new(j, "older", json_boolean(st.older));
		json_object_set_new(j, "bytes",
		    json_integer((json_int_t)st.bytes));
		return out_json(j, e);
	}
	out_line(&c->out, _("Size: %zu MB"),
	    (size_t)(st.bytes + MIB - 1) / MIB);
	out_line(&c->out, "%s", _("Opened by: your passphrase"));
	out_line(&c->out, "%s", st.code ? _("Opened by: a recovery code") :
	    _("No recovery code: tugi store code makes one, for a safe."));
	out_line(&c->out, "%s", st.office ? _("Opened by: two of the office's "
	    "three recovery shares together") : _("Not by the office yet: the "
	    "next tugi sync adds that."));
	if (!st.locked)
		out_line(&c->out, "%s", _("This account may keep too little in "
		    "locked memory: what is shown may reach the machine's swap. "
		    "ulimit -l 8192 is enough, or encrypted swap."));
	return 0;
}

/* The person's own passphrase, also where the kernel holds the key: who sits
 * down at an open machine must not change the locks. */
static int
ask_own(struct ctx *c, struct session_options *o, struct secret *pass,
    struct err *e)
{
	if (place_find(c, e) != 0)
		return -1;
	session_options_default(c->profile, o);
	return ask_secret(c, c->passphrase_fd, _("Passphrase: "), pass, e);
}

static int
open_own(struct ctx *c, struct session_options *o, struct secret *pass,
    struct err *e)
{
	if (ask_own(c, o, pass, e) != 0)
		return -1;
	out_say(&c->out, "%s", _("unlocking ..."));
	return session_open(o, view_of(pass->text, pass->len), &c->s, e);
}

static int
show_code(struct ctx *c, const char *code, struct err *e)
{
	json_t *j;

	if (code == NULL && !c->g.json)
		return 0;
	if (c->g.json) {
		j = json_object();
		json_object_set_new(j, "code", code != NULL ?
		    json_string(code) : json_null());
		return out_json(j, e);
	}
	out_say(&c->out, "%s", _("Your recovery code, shown this once. Write "
	    "it on paper and keep it in a safe place, not with this device: "
	    "it opens everything."));
	out_line(&c->out, "%s", code);
	return 0;
}

/* ${c}->s goes; from then on ${pass}, and a new code if one is wanted. */
static int
renew(struct ctx *c, const struct session_options *o,
    const struct secret *pass, bool code, struct err *e)
{
	struct keep_ways w = { view_of(pass->text, pass->len), NULL };
	char *text = mem_secret_new(KEEP_CODE_BYTES);
	int rc;

	if (code) {
		keep_code(text);
		w.code = text;
	}
	out_say(&c->out, "%s", _("writing the profile anew under another key "
	    "..."));
	rc = keep_renew(c->s, o, &w, e);
	c->s = NULL;
	if (rc == 0)
		rc = show_code(c, w.code, e);
	mem_secret_free(text);
	return rc;
}

int
cmd_store_passphrase(struct ctx *c, struct err *e)
{
	struct secret old = { NULL, 0 }, pass = { NULL, 0 };
	struct session_options o;
	struct keep_state st;
	int rc = open_own(c, &o, &old, e);

	if (rc == 0)
		rc = keep_state(c->s, &st, e);
	if (rc == 0)
		rc = ask_new_passphrase(c, &pass, e);
	if (rc == 0)
		rc = renew(c, &o, &pass, st.code, e);
	if (rc == 0)
		out_say(&c->out, "%s", _("The passphrase is changed. Backups "
		    "made before are still opened by the old one: make a new "
		    "backup, and destroy them if the old one is known to "
		    "others."));
	secret_done(&old);
	secret_done(&pass);
	return rc;
}

/* The one there is opens nothing any more: that takes a new data key. */
static int
remove_code(struct ctx *c, const struct session_options *o,
    const struct secret *pass, bool there, struct err *e)
{
	if (!there)
		return err_set(e, ERR_ABSENT, "there is no recovery code");
	if (renew(c, o, pass, false, e) != 0)
		return -1;
	out_say(&c->out, "%s", _("No recovery code opens the profile any more. "
	    "Backups made before are still opened by the old one: destroy "
	    "them if it is known to others."));
	return 0;
}

int
cmd_store_code(struct ctx *c, struct err *e)
{
	char *text = mem_secret_new(KEEP_CODE_BYTES);
	struct secret pass = { NULL, 0 };
	struct session_options o;
	struct keep_state st;
	int rc = open_own(c, &o, &pass, e);

	if (rc == 0)
		rc = keep_state(c->s, &st, e);
	if (rc == 0 && cmd_flag(c, "remove")) {
		rc = remove_code(c, &o, &pass, st.code, e);
	} else if (rc == 0 && st.code) {
		rc = renew(c, &o, &pass, true, e);
	} else if (rc == 0) {
		keep_code(text);
		rc = keep_code_add(c->s, &o, text, e);
		if (rc == 0)
			rc = show_code(c, text, e);
	}
	secret_done(&pass);
	mem_secret_free(text);
	return rc;
}

static int
open_by_shares(struct ctx *c, const struct session_options *o, struct err *e)
{
	struct secret a = { NULL, 0 }, b = { NULL, 0 };
	uint8_t *keys = mem_secret_new(64);
	struct session_way w = { .escrow = keys };
	int rc = ask_shares(c, &a, &b, e);

	if (rc == 0)
		rc = office_pair(a.text, b.text, keys, e);
	if (rc == 0)
		rc = session_open_otherwise(o, &w, &c->s, e);
	mem_secret_free(keys);
	secret_done(&a);
	secret_done(&b);
	return rc;
}

static int
open_by_code(struct ctx *c, const struct session_options *o, struct err *e)
{
	struct secret code = { NULL, 0 };
	int rc = ask_secret(c, c->passphrase_fd, _("Recovery code: "), &code,
	    e);

	if (rc == 0) {
		out_say(&c->out, "%s", _("unlocking ..."));
		rc = keep_open_code(o, code.text, &c->s, e);
	}
	secret_done(&code);
	return rc;
}

int
cmd_store_recover(struct ctx *c, struct err *e)
{
	bool shares = cmd_flag(c, "office") || cmd_value(c, "shares-fd") !=
	    NULL;
	struct secret pass = { NULL, 0 };
	struct session_options o;
	struct keep_state st;
	int rc;

	if (place_find(c, e) != 0)
		return -1;
	session_options_default(c->profile, &o);
	rc = shares ? open_by_shares(c, &o, e) : open_by_code(c, &o, e);
	if (rc == 0)
		rc = keep_state(c->s, &st, e);
	if (rc == 0)
		rc = ask_new_passphrase(c, &pass, e);
	if (rc == 0)
		rc = renew(c, &o, &pass, st.code, e);
	if (rc == 0)
		out_say(&c->out, "%s", _("The new passphrase opens the profile "
		    "now. Nothing in it was changed, what waits to be sent "
		    "still waits."));
	secret_done(&pass);
	return rc;
}

/* ---- copies ---- */

int
cmd_store_backup(struct ctx *c, struct err *e)
{
	size_t files;
	json_t *j;

	out_say(&c->out, "%s", _("copying and checking ..."));
	if (keep_backup(c->s, cmd_word(c, 0), &files, e) != 0)
		return -1;
	if (c->g.json) {
		j = json_object();
		json_object_set_new(j, "file", out_json_text(cmd_word(c, 0)));
		json_object_set_new(j, "attachments",
		    json_integer((json_int_t)files));
		return out_json(j, e);
	}
	if (files > 0)
		out_say(&c->out, _("Attachments beside it: %zu, in %s%s. Keep "
		    "the two together."), files, cmd_word(c, 0), KEEP_FILES);
	out_say(&c->out, "%s", _("The backup is whole. It is sealed like the "
	    "profile and opened by the same passphrase. tugi store verify "
	    "FILE --full checks it again, tugi store restore FILE brings it "
	    "back."));
	return 0;
}

int
cmd_store_verify(struct ctx *c, struct err *e)
{
	struct secret pass = { NULL, 0 };
	struct session_options o;
	bool full = cmd_flag(c, "full");
	json_t *j;
	int rc = ask_own(c, &o, &pass, e);

	if (rc == 0) {
		out_say(&c->out, "%s", _("checking ..."));
		rc = keep_verify(&o, cmd_word(c, 0), view_of(pass.text,
		    pass.len), full, e);
	}
	secret_done(&pass);
	if (rc != 0)
		return -1;
	if (c->g.json) {
		j = json_object();
		json_object_set_new(j, "whole", json_true());
		json_object_set_new(j, "full", json_boolean(full));
		return out_json(j, e);
	}
	out_line(&c->out, "%s", full ? _("Whole: every page opens and every "
	    "table fits.") : _("Whole, as far as its root tells; --full reads "
	    "every page."));
	return 0;
}

static void
say_copy(struct ctx *c)
{
	out_say(&c->out, "%s", _("It is your profile now: read and write as "
	    "ever. It sends nothing until it is a new device of yours: ask the "
	    "office for a card, tugi join, and once the officer has approved "
	    "the code, tugi sync. What the hub has and is missing here comes "
	    "back with that. Then the office revokes the old device."));
}

/* Brought back, opened and taken away again. */
static int
drill(struct ctx *c, const struct session_options *o,
    const struct secret *pass, struct err *e)
{
	struct keep_drill d;
	json_t *j;

	out_say(&c->out, "%s", _("checking and copying ..."));
	if (keep_drill(o, cmd_word(c, 0), view_of(pass->text, pass->len), &d,
	    e) != 0)
		return -1;
	if (!c->g.json) {
		out_line(&c->out, _("This backup would bring everything back. "
		    "Records: %lld; attached files: %zu. Nothing was "
		    "changed."), (long long)d.records, d.files);
		return 0;
	}
	j = json_object();
	json_object_set_new(j, "records", json_integer(d.records));
	json_object_set_new(j, "attachments",
	    json_integer((json_int_t)d.files));
	return out_json(j, e);
}

int
cmd_store_restore(struct ctx *c, struct err *e)
{
	struct secret pass = { NULL, 0 };
	struct session_options o;
	int rc = ask_own(c, &o, &pass, e);

	if (rc == 0 && cmd_flag(c, "drill")) {
		rc = drill(c, &o, &pass, e);
		secret_done(&pass);
		return rc;
	}
	if (rc == 0) {
		out_say(&c->out, "%s", _("checking and copying ..."));
		rc = keep_restore(&o, cmd_word(c, 0), view_of(pass.text,
		    pass.len), e);
	}
	secret_done(&pass);
	if (rc == 0)
		say_copy(c);
	return rc;
}

static int
salvage_json(const struct salvaging *s, struct err *e)
{
	json_t *j = json_object(), *lost = json_object();
	size_t i;

	for (i = 0; i < s->count; i++)
		json_object_set_new(lost, s->lost[i].kind,
		    json_integer((json_int_t)s->lost[i].count));
	json_object_set_new(j, "pages", json_integer((json_int_t)s->pages));
	json_object_set_new(j, "pages_lost",
	    json_integer((json_int_t)s->pages_lost));
	json_object_set_new(j, "pages_unknown",
	    json_integer((json_int_t)s->unknown));
	json_object_set_new(j, "records",
	    json_integer((json_int_t)s->records));
	json_object_set_new(j, "texts", json_integer((json_int_t)s->texts));
	json_object_set_new(j, "from_outbox",
	    json_integer((json_int_t)s->outbox));
	json_object_set_new(j, "unplaced",
	    json_integer((json_int_t)s->unplaced));
	json_object_set_new(j, "lost", lost);
	json_object_set_new(j, "again", json_boolean(s->again));
	json_object_set_new(j, "keys_lost", json_boolean(s->keys_lost));
	return out_json(j, e);
}

static void
show_salvaged(struct ctx *c, const struct salvaging *s)
{
	size_t i;

	out_line(&c->out, _("%llu of %llu pages could not be read; in the new "
	    "profile are %llu records with %llu texts."),
	    (unsigned long long)s->pages_lost, (unsigned long long)s->pages,
	    (unsigned long long)s->records, (unsigned long long)s->texts);
	for (i = 0; i < s->count; i++)
		out_line(&c->out, _("Lost here, with their text: %s: %llu"),
		    s->lost[i].kind, (unsigned long long)s->lost[i].count);
	if (s->unknown > 0)
		out_line(&c->out, _("Of %llu pages nothing tells what they "
		    "held."), (unsigned long long)s->unknown);
	if (s->unplaced > 0)
		out_line(&c->out, _("%llu texts that were not sent have lost "
		    "their place: tugi held shows them."),
		    (unsigned long long)s->unplaced);
	if (s->keys_lost)
		out_warn(&c->out, "%s", _("The keys of this device are lost "
		    "too: it joins as if for the first time, and whoever keeps "
		    "a section has to let it in."));
}

int
cmd_store_salvage(struct ctx *c, struct err *e)
{
	struct secret pass = { NULL, 0 }, code = { NULL, 0 };
	struct session_options o;
	struct salvaging_way w = { .code = NULL };
	struct salvaging s;
	int rc;

	if (cmd_flag(c, "code")) {
		rc = place_find(c, e);
		session_options_default(c->profile, &o);
		if (rc == 0)
			rc = ask_secret(c, c->passphrase_fd,
			    _("Recovery code: "), &code, e);
		if (rc == 0)
			rc = ask_new_passphrase(c, &pass, e);
		w.code = code.text;
	} else
		rc = ask_own(c, &o, &pass, e);
	if (rc == 0) {
		out_say(&c->out, "%s", _("checking and copying ..."));
		w.passphrase = view_of(pass.text, pass.len);
		rc = salvaging_run(&o, cmd_word(c, 0), &w, &s, e);
	}
	secret_done(&code);
	secret_done(&pass);
	if (rc != 0)
		return -1;
	if (c->g.json)
		return salvage_json(&s, e);
	show_salvaged(c, &s);
	say_copy(c);
	return 0;
}
