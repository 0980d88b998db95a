/* tugid status: what the hub holds, running or not. */
#include "daemon/cmd.h"

#include <stdio.h>

#include "daemon/datadir.h"
#include "daemon/hub/hub.h"
#include "daemon/keep.h"
#include "daemon/serve.h"
#include "daemon/tlskeys.h"

/* The ledger in words; a hub that runs writes it within a second. */
static void
ledger_words(const struct settings *s, char *out, size_t n)
{
	struct ledger_seen seen;
	struct err e;

	if (keep_look(s, &seen, &e) != 0)
		snprintf(out, n, "%s", e.text);
	else if (!seen.there)
		snprintf(out, n, "not made yet; the next start makes it");
	else if (seen.behind == 0)
		snprintf(out, n, "%llu entries, in step",
		    (unsigned long long)seen.size);
	else
		snprintf(out, n, "%llu entries, %llu behind the log",
		    (unsigned long long)seen.size,
		    (unsigned long long)seen.behind);
}

static void
print_status(const struct hub_status *st, const char *pin,
    const char *ledger)
{
	printf("hub       %s%s\n"
	    "log       %016llx, %llu items\n"
	    "spaces    %llu\n"
	    "devices   %llu, of them revoked %llu\n"
	    "waiting   %llu wish to join\n"
	    "stored    %llu KiB\n"
	    "files     %llu, %llu KiB; half sent %llu\n"
	    "ledger    %s\n"
	    "TLS pin   %s\n"
	    "clock     %s\n",
	    st->name, st->pending ? " (serves nobody until two officers say "
	    "that its log goes on: tugi office succession)" : st->claimed ?
	    "" : " (not claimed by an office yet)",
	    (unsigned long long)st->log.log_id,
	    (unsigned long long)st->log.size,
	    (unsigned long long)st->spaces,
	    (unsigned long long)st->devices,
	    (unsigned long long)st->revoked,
	    (unsigned long long)st->requests,
	    (unsigned long long)(st->bytes / 1024),
	    (unsigned long long)st->files,
	    (unsigned long long)(st->file_bytes / 1024),
	    (unsigned long long)st->parts, ledger, pin,
	    st->clock_stopped ? "differs by days from the last run; check "
	    "it, then start with --confirm-clock" : "good");
}

static void
print_status_json(const struct hub_status *st, const char *pin,
    const char *ledger)
{
	printf("{\"name\":\"%s\",\"claimed\":%s,\"pending\":%s,"
	    "\"log_id\":\"%016llx\","
	    "\"items\":%llu,\"spaces\":%llu,\"devices\":%llu,"
	    "\"revoked\":%llu,\"requests\":%llu,\"bytes\":%llu,"
	    "\"files\":%llu,\"file_bytes\":%llu,\"files_unfinished\":%llu,"
	    "\"pin\":\"%s\",\"clock_stopped\":%s,"
	    "\"last_accept_ms\":%lld,\"ledger\":",
	    st->name, st->claimed ? "true" : "false",
	    st->pending ? "true" : "false",
	    (unsigned long long)st->log.log_id,
	    (unsigned long long)st->log.size,
	    (unsigned long long)st->spaces,
	    (unsigned long long)st->devices,
	    (unsigned long long)st->revoked,
	    (unsigned long long)st->requests,
	    (unsigned long long)st->bytes,
	    (unsigned long long)st->files,
	    (unsigned long long)st->file_bytes,
	    (unsigned long long)st->parts, pin,
	    st->clock_stopped ? "true" : "false",
	    (long long)st->accept_ms);
	cmd_json(ledger);
	printf("}\n");
}

int
cmd_status(struct options *o, struct err *e)
{
	struct settings s;
	struct serve_hub h;
	struct hub_status st;
	struct hash pin;
	char text[PINS_TEXT_BYTES], ledger[ERR_TEXT_BYTES];
	int rc = -1;

	if (cmd_settings(o, &s, e) != 0)
		return -1;
	if (datadir_pin(&s, &pin, e) == 0 &&
	    serve_open(&s, 0, &h, e) == 0) {
		rc = hub_status(h.hub, &st, e);
		serve_close(&h);
	}
	if (rc == 0)
		ledger_words(&s, ledger, sizeof(ledger));
	settings_done(&s);
	if (rc != 0)
		return -1;
	pins_text(&pin, text);
	if (o->json)
		print_status_json(&st, text, ledger);
	else
		print_status(&st, text, ledger);
	return 0;
}
