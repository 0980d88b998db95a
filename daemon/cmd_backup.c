/* tugid backup and restore. */
#include "daemon/cmd.h"

#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/base/file.h"
#include "common/base/mem.h"
#include "daemon/backup.h"

#define CODE_LINE 256

/* ---- backup ---- */

static void
print_backup(const struct options *o, const struct backup_last *last,
    const struct hub_checked *c, size_t pruned)
{
	if (o->json) {
		printf("{\"file\":");
		cmd_json(last->path);
		printf(",\"bytes\":%llu,\"items\":%llu,\"log_id\":\"%016llx\","
		    "\"verified\":true,\"removed\":%zu}\n",
		    (unsigned long long)last->bytes,
		    (unsigned long long)c->log.size,
		    (unsigned long long)c->log.log_id, pruned);
		return;
	}
	printf("%s\n%llu items, %llu KiB, read back and whole.\n", last->path,
	    (unsigned long long)c->log.size,
	    (unsigned long long)(last->bytes / 1024));
	if (pruned > 0)
		printf("%zu older than %d days removed.\n", pruned,
		    o->keep_days);
}

static int
prune(const struct options *o, const struct settings *s, size_t *n,
    struct err *e)
{
	struct stat st;

	if (o->keep_days == 0)
		return 0;
	if (stat(o->word, &st) != 0 || !S_ISDIR(st.st_mode))
		return err_set(e, ERR_INPUT, "the backup is made; --keep "
		    "needs a folder of backups and removed nothing");
	return backup_prune(s, o->word, o->keep_days, n, e);
}

int
cmd_backup(struct options *o, struct err *e)
{
	struct backup_last last;
	struct hub_checked c;
	struct settings s;
	size_t pruned = 0;
	char *conf;
	int rc;

	if (o->word == NULL)
		return err_set(e, ERR_INPUT, "tugid backup needs the hub's "
		    "folder, and a folder or a new file for the backup");
	if (cmd_settings(o, &s, e) != 0)
		return -1;
	conf = cmd_conf(o);
	rc = backup_make(&s, conf, o->word, &last, &c, e);
	if (rc == 0)
		rc = prune(o, &s, &pruned, e);
	if (rc == 0)
		print_backup(o, &last, &c, pruned);
	mem_free(conf);
	settings_done(&s);
	return rc;
}

/* ---- restore ---- */

static void
print_checked(const struct options *o, const struct backup_info *i)
{
	char day[CMD_DAY_BYTES];

	if (o->json) {
		printf("{\"whole\":true,\"digest\":%s,\"name\":",
		    i->digest ? "true" : "false");
		cmd_json(i->hub.name);
		printf(",\"made_ms\":%lld,\"log_id\":\"%016llx\",\"items\":"
		    "%llu,\"erased\":%llu,\"files\":%llu}\n",
		    (long long)i->made_ms,
		    (unsigned long long)i->hub.log.log_id,
		    (unsigned long long)i->hub.log.size,
		    (unsigned long long)i->hub.erased,
		    (unsigned long long)i->hub.files);
		return;
	}
	cmd_day(i->made_ms, day);
	printf("The backup of %s, made %s, is whole: %llu items, each as its "
	    "author\nsigned it, under the head that the hub signed, and %llu "
	    "sealed files.%s\n", i->hub.name, day,
	    (unsigned long long)i->hub.log.size,
	    (unsigned long long)i->hub.files,
	    i->digest ? "" : " There is no .sha256 beside it.");
}

static void
print_restored(const struct options *o, const struct backup_info *i)
{
	print_checked(o, i);
	if (o->json)
		return;
	printf("\nThe hub is restored in %s.\n", o->data);
	if (o->nothing_since || i->hub.log.size == 0)
		printf("It goes on under its old log. If it had accepted "
		    "anything after the backup, the\nclients take that for a "
		    "contradiction and send nothing.\n");
	else
		printf("It goes on under a new log, and serves nobody until "
		    "two officers have said so:\n  tugi office succession\n"
		    "Then each client sends again what the backup lacks. Make "
		    "a new backup at once:\nno second hub can come from this "
		    "one.\n");
	printf("\nNext:  tugid doctor %s; tugid serve %s\n", o->data, o->data);
}

/* From a file, the terminal, or what comes in; never from the command line,
 * where others on this machine can read it. */
static int
read_code(const struct options *o, char code[static CODE_LINE],
    struct err *e)
{
	FILE *f = stdin;
	bool got;

	if (o->code_file != NULL) {
		f = fopen(o->code_file, "re");
		if (f == NULL)
			return err_set(e, ERR_ABSENT, "cannot read the "
			    "recovery code from %s", o->code_file);
	} else if (isatty(STDIN_FILENO)) {
		fprintf(stderr, "Recovery code, from the hub's recovery "
		    "sheet: ");
	}
	got = fgets(code, CODE_LINE, f) != NULL;
	if (f != stdin)
		fclose(f);
	return got ? 0 : err_set(e, ERR_INPUT, "the recovery code is needed "
	    "for the keys in the backup, or --keys FOLDER of the old hub; "
	    "nothing was restored");
}

static int
restore(struct options *o, const char *from, struct err *e)
{
	char code[CODE_LINE] = "";
	struct backup_restore in = { .from = from, .data = o->data,
		.code = code, .keys = o->keys, .same_log = o->nothing_since };
	struct backup_info info;
	int rc = o->keys != NULL ? 0 : read_code(o, code, e);

	if (rc == 0)
		rc = cmd_owner(o->data, e);
	if (rc == 0)
		rc = backup_restore(&in, &info, e);
	mem_wipe(code, sizeof(code));
	if (rc == 0)
		print_restored(o, &info);
	return rc;
}

int
cmd_restore(struct options *o, struct err *e)
{
	const char *from = o->data; /* BACKUP stands first */
	struct backup_info info;

	if (from == NULL || (o->word == NULL && !o->verify_only))
		return err_set(e, ERR_INPUT, "tugid restore needs the backup "
		    "and the new folder, or --verify-only and the backup");
	if (!o->verify_only) {
		o->data = o->word;
		return restore(o, from, e);
	}
	if (backup_verify(from, &info, e) != 0)
		return -1;
	print_checked(o, &info);
	return 0;
}
