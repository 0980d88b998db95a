/*
 * tugid key: which TLS keys the hub has, the next one, changing to it; and the
 * key of the log.
 */
#include "daemon/cmd.h"

#include <stdio.h>
#include <string.h>

#include "common/base/file.h"
#include "daemon/datadir.h"
#include "daemon/logkey.h"
#include "daemon/tlskeys.h"

static int
show(const struct settings *s, const struct options *o, struct err *e)
{
	char now[PINS_TEXT_BYTES], next[PINS_TEXT_BYTES] = "";
	char since[CMD_DAY_BYTES] = "";
	struct pins p = { .number = 0 };
	int rc = tlskeys_read(s, &p, e);

	if (rc < 0)
		return -1;
	if (rc == 0 && datadir_pin(s, &p.now, e) != 0)
		return -1;
	pins_text(&p.now, now);
	if (rc == 1) {
		pins_text(&p.next, next);
		cmd_day((int64_t)p.number, since);
	}
	if (o->json)
		printf("{\"pin\":\"%s\",\"next\":%s%s%s,\"told_ms\":%lld}\n",
		    now, rc == 1 ? "\"" : "", rc == 1 ? next : "null",
		    rc == 1 ? "\"" : "", (long long)p.number);
	else if (rc == 1)
		printf("TLS pin   %s\nnext pin  %s\n          told to devices "
		    "since %s\n", now, next, since);
	else
		printf("TLS pin   %s\nnext pin  none told yet: tugid key next "
		    "%s\n", now, s->data);
	return 0;
}

/* What to do now, before the pins. */
static void
tell(const char *what)
{
	printf(strcmp(what, "next") == 0 ?
	    "Another next key. Devices that sync before the change will not "
	    "notice it.\nNow reload: systemctl reload tugid\n\n" :
	    "The hub's key is another one from the next reload on: systemctl "
	    "reload tugid\nDevices that had heard of it notice nothing. Who "
	    "had not takes once\nthe signed word, tls.pins in the hub's "
	    "folder, by stick or mail: tugi hub --word\nFILE; or the pin "
	    "below, on paper or from a colleague: tugi hub --pin PIN\n"
	    "Enrolment cards from before "
	    "no longer work: print new ones.\n\n");
}

static int
tls_key(const struct settings *s, const char *what, const struct options *o,
    struct err *e)
{
	if (what != NULL && (strcmp(what, "next") == 0 ? tlskeys_next(s, e) :
	    tlskeys_change(s, o->now, e)) != 0)
		return -1;
	if (what != NULL && !o->json)
		tell(what);
	return show(s, o, e);
}

/* ---- the log's key ---- */

static int
change_log(const struct settings *s, const struct options *o, struct err *e)
{
	struct buf line;
	int rc;

	buf_init(&line, 4096);
	rc = file_read(o->signed_file, &line, e);
	if (rc == 0)
		rc = logkey_change(s, buf_str(&line), o->lost, e);
	buf_done(&line);
	if (rc != 0)
		return -1;
	if (o->json)
		printf("{\"changed\":true}\n");
	else
		printf("The log's key is another one. Start the hub: it serves "
		    "nobody until two officers\nhave said that it goes on so "
		    "(tugi office succession). Then make a backup: one\nfrom "
		    "before is of no use any more.\n");
	return 0;
}

static int
wish_log(const struct settings *s, const struct options *o, struct err *e)
{
	char text[HUBKEY_TEXT_BYTES];
	struct hubkey k;

	if (logkey_wish(s, &k, e) != 0)
		return -1;
	hubkey_text(&k, false, text);
	if (o->json)
		printf("{\"wish\":\"%s\"}\n", text);
	else
		printf("%s\n\nThis line goes to an officer who has two of the "
		    "recovery shares: tugi office\nhubkey FILE. Stop the hub, "
		    "then: tugid key log %s --signed FILE, with the\nline "
		    "that comes back.\n", text, s->data);
	return 0;
}

/* The word that says what, and the folder, which -c makes needless. */
static const char *
read_what(struct options *o)
{
	const char *what = NULL;

	if (o->word != NULL) {
		what = o->file != NULL ? o->word : o->data;
		if (o->file == NULL)
			o->data = o->word;
	}
	return what;
}

int
cmd_key(struct options *o, struct err *e)
{
	const char *what = read_what(o);
	struct settings s;
	int rc;

	if (what != NULL && strcmp(what, "next") != 0 &&
	    strcmp(what, "change") != 0 && strcmp(what, "log") != 0)
		return err_set(e, ERR_INPUT, "tugid key takes next, change or "
		    "log, and the hub's folder; without a word it shows the "
		    "pins");
	if (cmd_settings(o, &s, e) != 0)
		return -1;
	if (what == NULL || strcmp(what, "log") != 0)
		rc = tls_key(&s, what, o, e);
	else
		rc = o->signed_file != NULL ? change_log(&s, o, e) :
		    wish_log(&s, o, e);
	settings_done(&s);
	return rc;
}
