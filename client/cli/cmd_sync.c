/* sync, bundle: one exchange with the hub, by line or by stick, told in one or
 * two sentences. */
#include "client/cli/cmd.h"

#include <stdlib.h>
#include <string.h>

#include "client/cli/place.h"
#include "client/cli/show.h"
#include "client/cli/text.h"
#include "client/cli/told.h"
#include "client/cli/when.h"
#include "client/core/exchange.h"
#include "client/core/upkeep/status.h"
#include "common/base/file.h"

#define PHRASE_BYTES 120
#define SKEW_WARN_MS (10 * 60 * 1000)

static void
step(void *ctx, const char *what, size_t done, size_t of)
{
	struct ctx *c = ctx;

	out_step(&c->out, what, done, of);
}

/* "3 notes and 2 changes", "1 note", "nothing". */
static void
phrase(size_t notes, size_t changes, char out[static PHRASE_BYTES])
{
	char a[PHRASE_BYTES / 2 - 10] = "", b[PHRASE_BYTES / 2 - 10] = "";

	if (notes > 0)
		snprintf(a, sizeof(a), plural(notes, "%zu note",
		    "%zu notes"), notes);
	if (changes > 0)
		snprintf(b, sizeof(b), plural(changes, "%zu change",
		    "%zu changes"), changes);
	if (notes == 0 && changes == 0)
		snprintf(out, PHRASE_BYTES, "%s", _("nothing"));
	else if (notes > 0 && changes > 0)
		snprintf(out, PHRASE_BYTES, _("%s and %s"), a, b);
	else
		snprintf(out, PHRASE_BYTES, "%s", notes > 0 ? a : b);
}

static bool
moved(const struct exchange_result *r)
{
	return r->sent_notes + r->sent_changes + r->got_notes +
	    r->got_changes > 0;
}

static bool
looks(const struct exchange_result *r)
{
	return r->new_spaces + r->lost_spaces + r->rekeyed + r->held_new +
	    r->complained + r->complaints_new + r->late_new +
	    r->closings_new + r->reviews_new + r->outcomes_new +
	    r->memos_new + r->orders_new + r->taken_over +
	    r->quarantined_new > 0;
}

static void
say_doors(struct ctx *c, const struct exchange_result *r)
{
	if (r->new_spaces > 0)
		out_line(&c->out, plural(r->new_spaces,
		    "%zu section was opened to you.",
		    "%zu sections were opened to you."), r->new_spaces);
	if (r->lost_spaces > 0)
		out_line(&c->out, plural(r->lost_spaces,
		    "%zu section is closed to you now; what you may not keep "
		    "was removed from this device.",
		    "%zu sections are closed to you now; what you may not "
		    "keep was removed from this device."), r->lost_spaces);
	if (r->rekeyed > 0)
		out_line(&c->out, plural(r->rekeyed,
		    "%zu section has a new key.",
		    "%zu sections have new keys."), r->rekeyed);
}

static void
say_looks(struct ctx *c, const struct exchange_result *r,
    const struct status *st)
{
	char span[WHEN_BYTES];

	if (r->conflicts_new > 0 && st->conflicts > 0)
		out_line(&c->out, plural(r->conflicts_new,
		    "%zu field was changed by two people: see tugi "
		    "conflicts",
		    "%zu fields were changed by two people: see tugi "
		    "conflicts"), r->conflicts_new);
	if (r->held_new > 0)
		out_line(&c->out, plural(r->held_new,
		    "%zu text of yours could not be filed and is held: see "
		    "tugi held",
		    "%zu texts of yours could not be filed and are held: see "
		    "tugi held"), r->held_new);
	if (r->late_new > 0)
		out_line(&c->out, plural(r->late_new,
		    "%zu text of yours is under review: see tugi held",
		    "%zu texts of yours are under review: see tugi held"),
		    r->late_new);
	if (r->complained > 0)
		out_line(&c->out, plural(r->complained,
		    "%zu section has a new key that does not open for this "
		    "device; its keepers are asked to make it anew.",
		    "%zu sections have new keys that do not open for this "
		    "device; their keepers are asked to make them anew."),
		    r->complained);
	if (r->complaints_new > 0)
		out_line(&c->out, plural(r->complaints_new,
		    "%zu member could not open a section's key; a new key is "
		    "made for all of them.",
		    "%zu members could not open a section's key; new keys "
		    "are made for all of them."), r->complaints_new);
	if (r->closings_new > 0)
		out_line(&c->out, plural(r->closings_new,
		    "%zu withdrawal or refusal taken by a former member was "
		    "filed; it closes from now on: tugi consent list",
		    "%zu withdrawals and refusals taken by former members "
		    "were filed; they close from now on: tugi consent list"),
		    r->closings_new);
	if (r->reviews_new > 0 && st->reviews > 0) /* some are decided */
		out_line(&c->out, plural(st->reviews,
		    "%zu review waits for your decision: see tugi review",
		    "%zu reviews wait for your decision: see tugi review"),
		    st->reviews);
	if (r->outcomes_new > 0)
		out_line(&c->out, plural(r->outcomes_new,
		    "%zu decision about your held texts: see tugi held",
		    "%zu decisions about your held texts: see tugi held"),
		    r->outcomes_new);
	if (r->memos_new > 0)
		out_line(&c->out, plural(r->memos_new,
		    "%zu message about an override or an erasure came: tugi "
		    "override list, tugi erase list; in the office tugi "
		    "office overrides, tugi office erasures",
		    "%zu messages about overrides or erasures came: tugi "
		    "override list, tugi erase list; in the office tugi "
		    "office overrides, tugi office erasures"),
		    r->memos_new);
	if (r->quarantined_new > 0)
		out_line(&c->out, plural(r->quarantined_new,
		    "%zu item could not be taken in and is kept aside; "
		    "nothing of yours is touched. Tell the office.",
		    "%zu items could not be taken in and are kept aside; "
		    "nothing of yours is touched. Tell the office."),
		    r->quarantined_new);
	if (llabs(r->skew_ms) > SKEW_WARN_MS) {
		when_span(r->skew_ms, span);
		out_warn(&c->out, _("This machine's clock differs from the "
		    "hub's by %s."), span);
	}
}

static void
say_result(struct ctx *c, const struct exchange_result *r)
{
	char sent[PHRASE_BYTES], got[PHRASE_BYTES];
	struct status st = { 0 };
	struct err why;

	if (status_read(c->s, &st, &why) != 0)
		st = (struct status){ .conflicts = r->conflicts_new,
		    .reviews = r->reviews_new }; /* as the sync counted */
	if (r->office_new)
		out_say(&c->out, "%s", _("Should you forget your passphrase, "
		    "two of the office's three recovery shares together open "
		    "this profile too: tugi store status"));
	if (r->policy_new)
		out_line(&c->out, "%s", _("Another policy of the office is in "
		    "force: tugi policy show"));
	if (r->alarm_ended)
		out_line(&c->out, "%s", _("Two officers have ended the alarm "
		    "about the hub: this device sends again."));
	if (r->restored)
		out_line(&c->out, plural(r->sent_again, "The hub was restored "
		    "from a backup: %zu of your changes was sent to it again.",
		    "The hub was restored from a backup: %zu of your changes "
		    "were sent to it again."), r->sent_again);
	if (r->approved)
		out_line(&c->out, "%s",
		    _("The office has approved this device."));
	if (r->revoked) {
		out_alarm(&c->out, _("The office has revoked this device: "
		    "nothing is sent from here any more. tugi status says "
		    "what to do."));
		say_looks(c, r, &st);
		return;
	}
	phrase(r->sent_notes, r->sent_changes, sent);
	phrase(r->got_notes, r->got_changes, got);
	if (moved(r))
		out_line(&c->out, _("Sent %s, received %s."), sent, got);
	else if (st.waiting)
		out_line(&c->out, "%s", _("The office has not approved this "
		    "device yet. tugi join shows the code to read out."));
	else if (!looks(r))
		out_line(&c->out, "%s", _("Nothing new, nothing waits."));
	if (r->files_sent > 0)
		out_line(&c->out, plural(r->files_sent,
		    "%zu attachment is at the hub now.",
		    "%zu attachments are at the hub now."), r->files_sent);
	if (r->files_got > 0)
		out_line(&c->out, plural(r->files_got,
		    "The file of %zu attachment is on this device now.",
		    "The files of %zu attachments are on this device now."),
		    r->files_got);
	if (r->files_wait > 0)
		out_warn(&c->out, plural(r->files_wait,
		    "%zu attachment was not taken by the hub: there is no room "
		    "for it, or it is damaged here. It stays on this device; "
		    "tell the office.",
		    "%zu attachments were not taken by the hub: there is no "
		    "room for them, or they are damaged here. They stay on "
		    "this device; tell the office."), r->files_wait);
	say_doors(c, r);
	if (r->taken_over > 0)
		out_line(&c->out, plural(r->taken_over,
		    "%zu case was opened to you by order, and you lead it "
		    "now. Say why, for who had it: tugi takeover",
		    "%zu cases were opened to you by order, and you lead "
		    "them now. Say why, for who had them: tugi takeover"),
		    r->taken_over);
	told_orders(c, r->orders_new);
	say_looks(c, r, &st);
}

static json_t *
result_json(const struct exchange_result *r)
{
	const struct {
		const char *key;
		size_t n;
	} count[] = {
		{ "sent_notes", r->sent_notes },
		{ "sent_changes", r->sent_changes },
		{ "received_notes", r->got_notes },
		{ "received_changes", r->got_changes },
		{ "conflicts", r->conflicts_new }, { "held", r->held_new },
		{ "under_review", r->late_new },
		{ "complaints", r->complaints_new },
		{ "complained", r->complained },
		{ "closings", r->closings_new },
		{ "closed_sections", r->lost_spaces },
		{ "opened_sections", r->new_spaces },
		{ "reviews", r->reviews_new }, { "outcomes", r->outcomes_new },
		{ "memos", r->memos_new },
		{ "quarantined", r->quarantined_new },
		{ "rekeyed_sections", r->rekeyed },
		{ "orders", r->orders_new },
		{ "taken_over", r->taken_over },
		{ "sent_again", r->sent_again },
		{ "files_sent", r->files_sent },
		{ "files_wait", r->files_wait }
	};
	json_t *j = json_object();
	size_t i;

	for (i = 0; i < sizeof(count) / sizeof(count[0]); i++)
		json_object_set_new(j, count[i].key,
		    json_integer((json_int_t)count[i].n));
	json_object_set_new(j, "approved", json_boolean(r->approved));
	json_object_set_new(j, "alarm_ended", json_boolean(r->alarm_ended));
	json_object_set_new(j, "restored", json_boolean(r->restored));
	json_object_set_new(j, "policy_new", json_boolean(r->policy_new));
	json_object_set_new(j, "office_new", json_boolean(r->office_new));
	json_object_set_new(j, "revoked", json_boolean(r->revoked));
	json_object_set_new(j, "skew_ms", json_integer(r->skew_ms));
	return j;
}

/* The failure stays the command's; this says what it means for the work. */
static void
say_failure(struct ctx *c, const struct exchange_result *r,
    const struct err *e)
{
	if (e->kind == ERR_PEER && e->code == EXCHANGE_SPLIT) {
		out_alarm(&c->out, _("THE HUB CONTRADICTS WHAT IT SAID BEFORE. "
		    "Nothing more is sent to it. Both of its statements are "
		    "kept as evidence. All that is on this device can still "
		    "be read, and what you write is saved here, and stays "
		    "here. Do not join again; tell the office by telephone "
		    "now."));
		return;
	}
	if (moved(r) && !c->g.json)
		say_result(c, r);
	if (e->kind == ERR_DENIED && strstr(e->text, "revoked") != NULL)
		out_say(&c->out, "%s", _("The office has shut this device out: "
		    "it sends and receives nothing more. What is on it can "
		    "still be read; ask an officer."));
	if (e->kind == ERR_AWAY)
		out_say(&c->out, "%s", _("Everything is saved on this device; "
		    "the next tugi sync goes on from here."));
}

int
cmd_sync(struct ctx *c, struct err *e)
{
	struct exchange_progress p = { step, c };
	struct exchange_result result = { 0 };
	struct remote r;
	int rc;

	if (place_connect(c, &r, e) != 0)
		return -1;
	out_step(&c->out, _("connecting"), 0, 0);
	rc = exchange_sync(c->s, &r, &p, &result, e);
	remote_done(&r);
	out_step_end(&c->out);
	if (rc != 0) {
		say_failure(c, &result, e);
		return -1;
	}
	if (c->g.json)
		return out_json(result_json(&result), e);
	say_result(c, &result);
	return 0;
}

/* ---- by stick ---- */

static int
write_file(const char *path, const struct buf *file, struct err *e)
{
	return file_replace(path, buf_view(file), 0600, e);
}

/* The attachments that are named behind the file. */
static int
find_files(struct ctx *c, struct exchange_wants *w, struct id *ids,
    struct err *e)
{
	struct record_item r = { 0 };
	const char *word;

	for (; (word = cmd_word(c, w->count + 1)) != NULL; w->count++) {
		if (show_record_find(c, word, TYPE_ATTACHMENT, &r, e) != 0)
			return -1;
		ids[w->count] = r.id;
		record_item_done(&r);
	}
	return 0;
}

static void
say_files(struct ctx *c, const struct exchange_result *r)
{
	if (r->files_in_bundle > 0)
		out_line(&c->out, plural(r->files_in_bundle,
		    "It has the sealed file of %zu attachment with it.",
		    "It has the sealed files of %zu attachments with it."),
		    r->files_in_bundle);
	if (r->files_asked > 0)
		out_line(&c->out, plural(r->files_asked,
		    "It asks for the file of %zu attachment.",
		    "It asks for the files of %zu attachments."),
		    r->files_asked);
	if (r->files_left > 0)
		out_warn(&c->out, plural(r->files_left,
		    "The file of %zu attachment does not fit and waits for "
		    "the next bundle or a line.",
		    "The files of %zu attachments do not fit and wait for "
		    "the next bundle or a line."), r->files_left);
}

int
cmd_bundle_out(struct ctx *c, struct err *e)
{
	struct id ids[BUNDLE_FILES_MAX];
	struct exchange_wants w = { ids, 0 };
	struct exchange_result r;
	struct buf file;
	int rc;

	buf_init(&file, EXCHANGE_BUNDLE_MAX);
	rc = find_files(c, &w, ids, e);
	if (rc == 0)
		rc = exchange_bundle_out(c->s, &w, &file, &r, e);
	if (rc == 0)
		rc = write_file(cmd_word(c, 0), &file, e);
	buf_done(&file);
	if (rc != 0)
		return -1;
	if (c->g.json)
		return out_json(json_pack("{s:s,s:I,s:I,s:I,s:I,s:I}", "file",
		    cmd_word(c, 0), "changesets", (json_int_t)r.in_bundle,
		    "left", (json_int_t)r.left, "files",
		    (json_int_t)r.files_in_bundle, "files_asked",
		    (json_int_t)r.files_asked, "files_left",
		    (json_int_t)r.files_left), e);
	out_line(&c->out, plural(r.in_bundle, "%s takes %zu sealed piece to "
	    "the hub, and what this device asks for.", "%s takes %zu sealed "
	    "pieces to the hub, and what this device asks for."),
	    cmd_word(c, 0), r.in_bundle);
	if (r.left > 0)
		out_line(&c->out, plural(r.left, "%zu piece more does not fit "
		    "and waits for the next bundle.", "%zu pieces more do not "
		    "fit and wait for the next bundle."), r.left);
	say_files(c, &r);
	out_say(&c->out, "%s", _("Somebody with a line brings it there: tugi "
	    "bundle carry"));
	return 0;
}

static int
ask_hub(struct ctx *c, const struct buf *file, struct buf *answer,
    size_t *left, struct err *e)
{
	struct remote r;
	int rc;

	if (place_connect(c, &r, e) != 0)
		return -1;
	rc = exchange_bundle_carry(c->s, &r, buf_view(file), answer, left,
	    e);
	remote_done(&r);
	return rc;
}

int
cmd_bundle_carry(struct ctx *c, struct err *e)
{
	struct buf file, answer;
	struct err why;
	size_t left;
	int rc;

	err_clear(&why);
	buf_init(&file, EXCHANGE_BUNDLE_MAX);
	buf_init(&answer, EXCHANGE_BUNDLE_MAX);
	rc = file_read(cmd_word(c, 0), &file, e);
	if (rc == 0 && ask_hub(c, &file, &answer, &left, &why) != 0) {
		*e = why;
		rc = -1;
	}
	if (rc == 0)
		rc = write_file(cmd_word(c, 1), &answer, e);
	buf_done(&file);
	buf_done(&answer);
	if (rc != 0)
		return -1;
	if (c->g.json)
		return out_json(json_pack("{s:s,s:I}", "answer",
		    cmd_word(c, 1), "left", (json_int_t)left), e);
	if (left > 0)
		out_warn(&c->out, _("The hub took the texts and not all files: "
		    "%s. The same bundle may be carried again later."),
		    why.text);
	out_line(&c->out, _("The hub's answer is in %s; the device it is for "
	    "takes it in: tugi bundle in"), cmd_word(c, 1));
	return 0;
}

static void
say_taken(struct ctx *c, const struct exchange_result *r)
{
	if (r->stale && r->files_sent + r->files_got == 0) {
		out_line(&c->out, "%s", _("This device knows all of that and "
		    "more: nothing was taken from the bundle."));
		return;
	}
	say_result(c, r);
	if (r->more)
		out_line(&c->out, "%s", _("There is more: make another bundle, "
		    "or sync."));
}

int
cmd_bundle_in(struct ctx *c, struct err *e)
{
	struct exchange_progress p = { step, c };
	struct exchange_result r;
	struct buf file;
	json_t *j;
	int rc;

	buf_init(&file, EXCHANGE_BUNDLE_MAX);
	rc = file_read(cmd_word(c, 0), &file, e);
	if (rc == 0)
		rc = exchange_bundle_in(c->s, buf_view(&file), &p, &r, e);
	out_step_end(&c->out);
	buf_done(&file);
	if (rc != 0) {
		if (e->kind == ERR_PEER && e->code == EXCHANGE_SPLIT)
			say_failure(c, &r, e);
		return -1;
	}
	if (!c->g.json) {
		say_taken(c, &r);
		return 0;
	}
	j = result_json(&r);
	json_object_set_new(j, "stale", json_boolean(r.stale));
	json_object_set_new(j, "more", json_boolean(r.more));
	json_object_set_new(j, "files_received",
	    json_integer((json_int_t)r.files_got));
	return out_json(j, e);
}
