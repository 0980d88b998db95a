/* Opening the profile; the only place that asks for its passphrase. */
#include "client/cli/place.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "client/cli/ask.h"
#include "client/cli/text.h"
#include "client/cli/when.h"
#include "client/core/profile/contact.h"
#include "common/base/file.h"
#include "common/base/mem.h"

#define TRIES 3
#define PATIENCE_NAPS 50 /* of a tenth of a second */

static const char *
xdg_folder(void)
{
	const char *xdg = getenv("XDG_DATA_HOME");

	return xdg != NULL && xdg[0] == '/' ? xdg : NULL;
}

static int
default_profile(struct ctx *c, struct err *e)
{
	const char *home = getenv("HOME");

	if (xdg_folder() != NULL) {
		c->profile = file_join(xdg_folder(), "tugi");
		return 0;
	}
	if (home == NULL || home[0] != '/')
		return err_set(e, ERR_INPUT, "%s", _("where the profile is "
		    "cannot be told without a home folder: give --profile"));
	c->profile = file_join(home, ".local/share/tugi");
	return 0;
}

/* What is missing above ~/.local/share/tugi, once a profile is made there; a
 * folder that was named is expected to stand somewhere. */
static int
make_above(const struct ctx *c, struct err *e)
{
	char *local, *share;
	int rc = 0;

	if (c->g.profile != NULL || xdg_folder() != NULL)
		return 0;
	local = file_join(getenv("HOME"), ".local");
	share = file_join(local, "share");
	if ((!file_exists(local) && file_folder(local, e) != 0) ||
	    (!file_exists(share) && file_folder(share, e) != 0))
		rc = -1;
	mem_free(local);
	mem_free(share);
	return rc;
}

int
place_find(struct ctx *c, struct err *e)
{
	const char *env = getenv("TUGI_PROFILE");

	if (c->profile != NULL)
		return 0;
	if (c->g.profile == NULL && env != NULL && env[0] != '\0')
		c->g.profile = env;
	if (c->g.profile == NULL)
		return default_profile(c, e);
	if (c->g.profile[0] == '\0')
		return err_set(e, ERR_INPUT, "%s",
		    _("the profile's folder has no name"));
	c->profile = mem_dup(c->g.profile);
	return 0;
}

/* Shown as it is, with every command, until somebody decides. */
static void
say_older(struct ctx *c)
{
	if (session_older(c->s))
		out_warn(&c->out, "%s", _("This profile is older than what "
		    "was saved here before: a file was put back, or the disk "
		    "lost something. You can read; nothing can be changed. To "
		    "go on from here: tugi store backup FILE, move the "
		    "profile's folder away, tugi store restore FILE."));
}

/* Two commands at once are the rule with two terminals: the second waits for
 * the first as long as a person waits for a command. */
static int
open_patiently(struct ctx *c, const struct session_options *o, struct view pass,
    struct err *e)
{
	static const struct timespec nap = { 0, 100 * 1000 * 1000 };
	int i;

	for (i = 0; i < PATIENCE_NAPS; i++) {
		if (session_open(o, pass, &c->s, e) == 0) {
			say_older(c);
			return 0;
		}
		if (e->kind != ERR_CLASH)
			return -1;
		nanosleep(&nap, NULL);
		err_clear(e);
	}
	return session_open(o, pass, &c->s, e);
}

/* One try with a passphrase. */
static int
try_passphrase(struct ctx *c, const struct session_options *o, struct err *e)
{
	struct secret pass = { NULL, 0 };
	int rc = ask_secret(c, c->passphrase_fd, _("Passphrase: "), &pass, e);

	if (rc == 0) {
		out_say(&c->out, "%s", _("unlocking ..."));
		rc = open_patiently(c, o, view_of(pass.text, pass.len), e);
	} else {
		e->code = -1; /* not a wrong passphrase: do not ask again */
	}
	secret_done(&pass);
	return rc;
}

int
place_open(struct ctx *c, struct err *e)
{
	struct session_options o;
	int i, tries = c->passphrase_fd >= 0 ? 1 : TRIES;

	if (place_find(c, e) != 0)
		return -1;
	session_options_default(c->profile, &o);
	if (open_patiently(c, &o, view_of(NULL, 0), e) == 0)
		return 0;
	if (e->kind != ERR_DENIED)
		return -1;
	for (i = 0; i < tries; i++) {
		err_clear(e);
		if (try_passphrase(c, &o, e) == 0)
			return 0;
		if (e->kind != ERR_DENIED || e->code == -1)
			return -1;
		if (i + 1 < tries)
			out_warn(&c->out, "tugi: %s", e->text);
	}
	return -1;
}

int
place_open_or_make(struct ctx *c, struct err *e)
{
	struct session_options o;
	struct secret pass = { NULL, 0 };
	int rc = place_open(c, e);

	if (rc == 0 || e->kind != ERR_ABSENT)
		return rc;
	err_clear(e);
	session_options_default(c->profile, &o);
	rc = make_above(c, e);
	if (rc == 0)
		rc = ask_new_passphrase(c, &pass, e);
	if (rc == 0) {
		out_say(&c->out, "%s", _("making the profile ..."));
		rc = session_create(&o, view_of(pass.text, pass.len), &c->s,
		    e);
	}
	secret_done(&pass);
	return rc;
}

int
place_stay(struct ctx *c, int64_t otherwise, int64_t *seconds, struct err *e)
{
	const char *text = cmd_value(c, "for");

	*seconds = otherwise;
	if (text != NULL && when_duration(text, seconds, e) != 0)
		return -1;
	return *seconds <= WHEN_HOLD_MAX_S ? 0 : err_set(e, ERR_INPUT, "%s",
	    _("a profile stays open for a day at most: --for 24h"));
}

int
place_hold(struct ctx *c, int64_t seconds, int64_t *until_ms, struct err *e)
{
	int64_t now = tick_wall_ms(&c->tick), until = now + seconds * 1000;
	char when[WHEN_BYTES];

	if (seconds == 0)
		return 0;
	if (session_hold(c->s, seconds, e) != 0)
		return -1;
	if (until_ms != NULL)
		*until_ms = until;
	when_words(until, now, when);
	out_say(&c->out, _("Unlocked until %s; tugi lock ends it at once."),
	    when);
	return 0;
}

int
place_connect(struct ctx *c, struct remote *r, struct err *e)
{
	return contact_open(c->s, r, e);
}
