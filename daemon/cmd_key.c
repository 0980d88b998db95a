/* tugid key: which TLS keys the hub has, the next one, changing to it. */
#include "daemon/cmd.h"

#include <stdio.h>
#include <string.h>

#include "daemon/datadir.h"
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
	    "was away for two changes takes\nthe pin below once, on paper or "
	    "from a colleague: tugi hub --pin PIN\nEnrolment cards from before "
	    "no longer work: print new ones.\n\n");
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
	int rc = 0;

	if (what != NULL && strcmp(what, "next") != 0 &&
	    strcmp(what, "change") != 0)
		return err_set(e, ERR_INPUT, "tugid key takes next or change, "
		    "and the hub's folder; without a word it shows the pins");
	if (cmd_settings(o, &s, e) != 0)
		return -1;
	if (what != NULL)
		rc = strcmp(what, "next") == 0 ? tlskeys_next(&s, e) :
		    tlskeys_change(&s, o->now, e);
	if (rc == 0 && what != NULL && !o->json)
		tell(what);
	if (rc == 0)
		rc = show(&s, o, e);
	settings_done(&s);
	return rc;
}
