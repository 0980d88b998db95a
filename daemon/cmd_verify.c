/* tugid verify: what it found, in words, as JSON, and as an exit status. */
#include "daemon/cmd.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

#include "common/base/file.h"
#include "common/base/mem.h"
#include "common/base/tick.h"
#include "common/wire/sshsig.h"
#include "daemon/datadir.h"
#include "daemon/ledger/verify.h"

#define TELL_MS 1000 /* nothing is said about what takes less than this */

/* ---- on the way ---- */

static void
progress(enum verify_step step, uint64_t done, uint64_t of)
{
	static int64_t told_ms;
	struct tick tick = tick_system();
	int64_t now_ms = tick_mono_ms(&tick);

	if (told_ms == 0)
		told_ms = now_ms;
	if (now_ms - told_ms < TELL_MS)
		return;
	told_ms = now_ms;
	fprintf(stderr, "checked %llu of %llu %s\n",
	    (unsigned long long)done, (unsigned long long)of,
	    step == VERIFY_ENTRIES ? "entries" : "commits");
}

/* ---- at the end ---- */

static void
print_json(const struct verify_found *f, enum verify_code code,
    const struct err *e)
{
	char root[HASH_TEXT_BYTES];

	printf("{\"whole\":%s,\"log_id\":\"%016llx\",\"entries\":%llu,"
	    "\"erased\":%llu,\"heads\":%llu,\"commits\":%llu,\"behind\":%llu,"
	    "\"root\":\"%s\"", code == 0 ? "true" : "false",
	    (unsigned long long)f->log.log_id,
	    (unsigned long long)f->entries, (unsigned long long)f->erased,
	    (unsigned long long)f->heads, (unsigned long long)f->commits,
	    (unsigned long long)f->behind, hash_text(&f->root, root));
	if (code != 0) {
		printf(",\"code\":%d,\"found\":", (int)code);
		cmd_json(e->text);
	}
	if (code == VERIFY_CLASH) {
		printf(",\"in_ledger\":");
		cmd_json(f->in_ledger);
		printf(",\"in_database\":");
		cmd_json(f->in_database);
	}
	printf("}\n");
}

static void
print_good(const struct verify_found *f)
{
	char root[HASH_TEXT_BYTES];

	printf("database  %llu entries, each as its author signed it",
	    (unsigned long long)f->entries);
	if (f->erased > 0)
		printf("; %llu of them lack bodies that were erased",
		    (unsigned long long)f->erased);
	printf("\nlog       %llu heads, signed by this hub over those entries\n"
	    "ledger    %llu commits, each what the log makes it, signed\n"
	    "root      %s\nAll is whole.\n", (unsigned long long)f->heads,
	    (unsigned long long)f->commits, hash_text(&f->root, root));
	if (f->behind > 0)
		printf("The ledger lacks the newest %llu heads; a hub that "
		    "runs adds them within a second.\n",
		    (unsigned long long)f->behind);
}

static const char *
next_step(enum verify_code code, const char *repo)
{
	switch (code) {
	case VERIFY_DATABASE:
		return "Restore a backup; keep this database as evidence.";
	case VERIFY_LEDGER:
		if (!file_exists(repo))
			return "Nothing is lost by it: start the hub, which "
			    "makes it from the database.";
		return "Nothing is lost by it: move ledger.git away, keep it, "
		    "and start the hub again; it is\nmade anew from the "
		    "database.";
	default:
		return "Stop the hub, keep both, and tell the data-protection "
		    "officer.";
	}
}

static void
print_bad(const struct verify_found *f, enum verify_code code,
    const char *repo)
{
	if (code == VERIFY_CLASH)
		printf("In the ledger:\n\n%s\nIn the database:\n\n%s\n",
		    f->in_ledger, f->in_database);
	printf("%s\n", next_step(code, repo));
}

/* ---- the command ---- */

/* For git: each key of the log with the time in which it signed. */
static void
print_signer(const struct settings *s, const struct verify_key *k)
{
	char day[2][24];
	struct buf line;
	struct tm tm;
	time_t at;
	int i;

	for (i = 0; i < 2; i++) {
		at = (time_t)((i == 0 ? k->from_ms : k->until_ms) / 1000);
		gmtime_r(&at, &tm);
		strftime(day[i], sizeof(day[i]), "%Y%m%d%H%M%SZ", &tm);
	}
	buf_init(&line, 512);
	buf_add_fmt(&line, "%s namespaces=\"git\"", s->name);
	if (k->from_ms != 0)
		buf_add_fmt(&line, ",valid-after=\"%s\"", day[0]);
	if (k->until_ms != 0)
		buf_add_fmt(&line, ",valid-before=\"%s\"", day[1]);
	buf_add_str(&line, " ");
	sshsig_key(&k->pub, &line);
	printf("%s\n", buf_str(&line));
	buf_done(&line);
}

static int
print_signers(const struct settings *s, const struct sign_pub *pub,
    struct err *e)
{
	struct verify_key list[VERIFY_KEYS_MAX];
	char *db = datadir_db(s->data);
	size_t i, n = 0;
	int rc = verify_keys(db, pub, list, &n, e);

	mem_free(db);
	for (i = 0; rc == 0 && i < n; i++)
		print_signer(s, &list[i]);
	return rc;
}

static int
verify(struct options *o, const struct settings *s,
    const struct sign_pub *pub, struct err *e)
{
	struct verify_found *found = mem_new(sizeof(*found));
	char *repo = datadir_ledger(s->data), *db = datadir_db(s->data);
	struct verify_options v = { repo, db, *pub, progress };
	enum verify_code code = 0;
	int rc = verify_all(&v, found, e);

	if (rc != 0)
		code = verify_code(e);
	if (rc == 0 || code != 0) {
		if (o->json)
			print_json(found, code, e);
		else if (code == 0)
			print_good(found);
		else
			print_bad(found, code, repo);
		if (code != 0)
			fprintf(stderr, "tugid: %s\n", e->text);
		o->status = (int)code;
		rc = 0;
	}
	mem_free(repo);
	mem_free(db);
	mem_free(found);
	return rc;
}

int
cmd_verify(struct options *o, struct err *e)
{
	struct sign_key *key = mem_secret_new(sizeof(*key));
	struct sign_pub pub;
	struct settings s;
	int rc;

	if (cmd_settings(o, &s, e) != 0) {
		mem_secret_free(key);
		return -1;
	}
	rc = datadir_key(s.data, &pub, key, e);
	mem_secret_free(key);
	if (rc == 0 && o->signers)
		rc = print_signers(&s, &pub, e);
	else if (rc == 0)
		rc = verify(o, &s, &pub, e);
	settings_done(&s);
	return rc;
}
