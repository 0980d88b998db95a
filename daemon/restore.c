/*
 * From a backup to a hub. The database comes last and under another name
 * first: when hub.db is there, all else is.
 */
#include "daemon/backup.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "common/base/file.h"
#include "common/base/mem.h"
#include "common/base/tick.h"
#include "daemon/backup_keys.h"
#include "daemon/datadir.h"
#include "daemon/hub/copy.h"

#define SMALL (256 * 1024)
#define PART "hub.db.part"

/* A value of the backup, as a file. */
static int
write_value(const char *from, const char *name, const char *path,
    struct err *e)
{
	struct buf text;
	int rc;

	buf_init(&text, SMALL);
	rc = hub_copy_value(from, name, &text, e) == 1 ?
	    file_replace(path, buf_view(&text), 0600, e) : -1;
	buf_done(&text);
	return rc;
}

static int
write_settings(const struct backup_restore *in, struct settings *s,
    struct err *e)
{
	char *path = file_join(in->data, SETTINGS_FILE);
	int rc = write_value(in->from, "settings", path, e);

	if (rc == 0)
		rc = settings_read(path, in->data, s, e);
	mem_free(path);
	return rc;
}

static int
write_keys(const struct backup_restore *in, const struct settings *s,
    struct err *e)
{
	struct buf sealed;
	int rc;

	if (in->keys != NULL)
		return backup_take_keys(in->keys, s, e);
	buf_init(&sealed, SMALL);
	rc = hub_copy_value(in->from, "keys", &sealed, e) == 1 ?
	    backup_open_keys(buf_view(&sealed), in->code, s, e) : -1;
	buf_done(&sealed);
	return rc;
}

/* The keys are those that the log began with, before anything is signed. */
static int
begin_log(const struct backup_restore *in, const struct backup_info *info,
    const char *part, struct err *e)
{
	struct tick tick = tick_system();
	struct sign_key *key = mem_secret_new(sizeof(*key));
	struct sign_pub pub;
	int rc = datadir_key(in->data, &pub, key, e);

	if (rc == 0 && info->hub.claimed && memcmp(&pub, &info->hub.hub,
	    sizeof(pub)) != 0)
		rc = err_set(e, ERR_INPUT, "the log's key is not the one that "
		    "this hub's log goes on with");
	if (rc == 0)
		rc = hub_copy_begin(part, &pub, in->same_log ? NULL : key,
		    tick_wall_ms(&tick), e);
	mem_secret_free(key);
	return rc;
}

static int
restore_into(const struct backup_restore *in, const struct backup_info *info,
    struct err *e)
{
	char *part = file_join(in->data, PART), *db = datadir_db(in->data);
	struct settings s;
	int rc;

	memset(&s, 0, sizeof(s));
	rc = write_settings(in, &s, e);
	if (rc == 0)
		rc = write_value(in->from, "tls_cert", s.tls_cert, e);
	if (rc == 0)
		rc = write_keys(in, &s, e);
	if (rc == 0)
		rc = copy_bytes(in->from, part, e);
	if (rc == 0)
		rc = begin_log(in, info, part, e);
	if (rc == 0 && rename(part, db) != 0)
		rc = err_set(e, ERR_LOCAL, "cannot write %s: %s", db,
		    strerror(errno));
	if (rc == 0)
		rc = file_sync_folder(in->data, e);
	settings_done(&s);
	mem_free(part);
	mem_free(db);
	return rc;
}

/* What was not there before this began. */
static void
take_back(const char *data)
{
	static const char *const made[] = { PART, SETTINGS_FILE, "log.key",
		"tls.key", "tls.crt", "tls-next.key", "backup.pub", "tls.pins" };
	size_t i;

	for (i = 0; i < sizeof(made) / sizeof(made[0]); i++) {
		char *path = file_join(data, made[i]);

		unlink(path);
		mem_free(path);
	}
}

int
backup_restore(const struct backup_restore *in, struct backup_info *out,
    struct err *e)
{
	if (backup_verify(in->from, out, e) != 0)
		return -1;
	if (file_folder(in->data, e) != 0 ||
	    datadir_refuse_second(in->data, e) != 0)
		return -1;
	if (restore_into(in, out, e) == 0)
		return 0;
	take_back(in->data);
	return -1;
}
