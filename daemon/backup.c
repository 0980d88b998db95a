/*
 * Making and verifying. The keys go in a box that only the recovery code
 * opens: the hub holds its public half alone (backup.pub), so a nightly job
 * needs no secret, and a stolen backup is no second hub.
 */
#include "daemon/backup.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "common/base/file.h"
#include "common/base/mem.h"
#include "common/base/tick.h"
#include "common/wire/httpsig.h"
#include "daemon/backup_keys.h"
#include "daemon/datadir.h"

#define LAST_FILE "backup.last"
#define SUFFIX ".tugid"
#define SIDE ".sha256"
#define SIDE_BYTES (BACKUP_PATH_BYTES + sizeof(SIDE))
#define SMALL (256 * 1024)
#define DAY_S 86400

/* ---- the note of the last one ---- */

int
backup_last(const char *data, struct backup_last *out, struct err *e)
{
	char *path = file_join(data, LAST_FILE);
	unsigned long long bytes = 0, items = 0;
	long long at = 0;
	struct buf text;
	int rc, n = 0;

	memset(out, 0, sizeof(*out));
	buf_init(&text, 4096);
	rc = file_read(path, &text, e) == 0 ? 1 :
	    e->kind == ERR_ABSENT ? 0 : -1;
	if (rc == 1 && (sscanf(buf_str(&text), "at_ms=%lld bytes=%llu "
	    "items=%llu path=%n", &at, &bytes, &items, &n) != 3 || n == 0))
		rc = err_set(e, ERR_LOCAL, "%s cannot be understood; make a "
		    "backup, that writes it anew", path);
	if (rc == 1) {
		out->at_ms = at;
		out->bytes = bytes;
		out->items = items;
		snprintf(out->path, sizeof(out->path), "%s",
		    buf_str(&text) + n);
		out->path[strcspn(out->path, "\n")] = '\0';
	}
	buf_done(&text);
	mem_free(path);
	return rc;
}

static int
note_last(const char *data, const struct backup_last *last, struct err *e)
{
	char *path = file_join(data, LAST_FILE);
	struct buf text;
	int rc;

	buf_init(&text, 4096);
	buf_add_fmt(&text, "at_ms=%lld bytes=%llu items=%llu path=%s\n",
	    (long long)last->at_ms, (unsigned long long)last->bytes,
	    (unsigned long long)last->items, last->path);
	rc = buf_check(&text, "a note of the backup", e);
	if (rc == 0)
		rc = file_replace(path, buf_view(&text), 0600, e);
	buf_done(&text);
	mem_free(path);
	return rc;
}

/* ---- the digest beside it ---- */

/* SHA-256 of a whole file, read through the page cache. */
static int
digest(const char *path, char out[static HASH_TEXT_BYTES], uint64_t *bytes,
    struct err *e)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	struct stat st;
	struct hash h;
	void *at = MAP_FAILED;

	if (fd >= 0 && fstat(fd, &st) == 0 && st.st_size > 0)
		at = mmap(NULL, (size_t)st.st_size, PROT_READ, MAP_PRIVATE,
		    fd, 0);
	if (fd >= 0)
		close(fd);
	if (at == MAP_FAILED)
		return err_set(e, errno == ENOENT ? ERR_ABSENT : ERR_LOCAL,
		    "cannot read %s: %s", path, strerror(errno));
	madvise(at, (size_t)st.st_size, MADV_SEQUENTIAL);
	httpsig_digest(view_of(at, (size_t)st.st_size), &h);
	munmap(at, (size_t)st.st_size);
	hash_text(&h, out);
	*bytes = (uint64_t)st.st_size;
	return 0;
}

static const char *
base_name(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash != NULL ? slash + 1 : path;
}

static int
write_digest(const char *part, const char *path, uint64_t *bytes,
    struct err *e)
{
	char hex[HASH_TEXT_BYTES], side[SIDE_BYTES];
	struct buf line;
	int rc;

	if (digest(part, hex, bytes, e) != 0)
		return -1;
	snprintf(side, sizeof(side), "%s" SIDE, path);
	buf_init(&line, 2 * BACKUP_PATH_BYTES);
	buf_add_fmt(&line, "%s  %s\n", hex, base_name(path));
	rc = file_replace(side, buf_view(&line), 0600, e);
	buf_done(&line);
	return rc;
}

static int
check_digest(const char *path, bool *there, struct err *e)
{
	char hex[HASH_TEXT_BYTES], side[SIDE_BYTES];
	struct buf line;
	uint64_t bytes;
	int rc = 0;

	snprintf(side, sizeof(side), "%s" SIDE, path);
	buf_init(&line, 2 * BACKUP_PATH_BYTES);
	*there = file_read(side, &line, e) == 0;
	if (*there)
		rc = digest(path, hex, &bytes, e);
	if (*there && rc == 0 && strncmp(buf_str(&line), hex,
	    strlen(hex)) != 0)
		rc = err_set(e, ERR_LOCAL, "%s is not the file that was "
		    "written: its SHA-256 differs from %s", path, side);
	buf_done(&line);
	return rc;
}

/* ---- making ---- */

static int
name_for(const struct settings *s, const char *to, int64_t now_ms,
    char out[static BACKUP_PATH_BYTES], struct err *e)
{
	time_t now = (time_t)(now_ms / 1000);
	char stamp[32], name[80];
	struct stat st;
	struct tm tm;
	size_t i;
	int n;

	if (stat(to, &st) != 0 || !S_ISDIR(st.st_mode)) {
		n = snprintf(out, BACKUP_PATH_BYTES, "%s", to);
	} else {
		gmtime_r(&now, &tm);
		strftime(stamp, sizeof(stamp), "%Y%m%dT%H%M%SZ", &tm);
		snprintf(name, sizeof(name), "%s", s->name);
		for (i = 0; name[i] != '\0'; i++)
			if (name[i] == '/')
				name[i] = '-';
		n = snprintf(out, BACKUP_PATH_BYTES, "%s/%s-%s" SUFFIX, to,
		    name, stamp);
	}
	return n > 0 && n < BACKUP_PATH_BYTES ? 0 : err_set(e, ERR_INPUT,
	    "the path of the backup is too long");
}

static int
copy_to(const struct settings *s, const char *conf, const char *path,
    int64_t now_ms, struct err *e)
{
	char *db = datadir_db(s->data);
	struct buf made, text, cert, keys;
	struct copy_value list[4] = { { "made_ms", { NULL, 0 } },
		{ "settings", { NULL, 0 } }, { "tls_cert", { NULL, 0 } },
		{ "keys", { NULL, 0 } } };
	int rc = -1;

	buf_init(&made, 64);
	buf_init(&text, SMALL);
	buf_init(&cert, SMALL);
	buf_init(&keys, SMALL);
	buf_add_fmt(&made, "%lld", (long long)now_ms);
	if (file_read(conf, &text, e) == 0 &&
	    file_read(s->tls_cert, &cert, e) == 0 &&
	    backup_seal_keys(s, &keys, e) == 0) {
		list[0].value = buf_view(&made);
		list[1].value = buf_view(&text);
		list[2].value = buf_view(&cert);
		list[3].value = buf_view(&keys);
		rc = hub_copy(db, path, list, 4, e);
	}
	buf_done(&made);
	buf_done(&text);
	buf_done(&cert);
	buf_done(&keys);
	mem_free(db);
	return rc;
}

/* Under its own name only when it has been read back and is whole. */
static int
finish(const char *part, struct backup_last *last,
    struct hub_checked *checked, struct err *e)
{
	if (hub_check(part, checked, e) != 0)
		return err_add(e, "the backup was read back and is not good");
	if (write_digest(part, last->path, &last->bytes, e) != 0)
		return -1;
	return file_rename(part, last->path, e);
}

/* What it left, whole or not; there was nothing of that name before. */
static int
give_up(const char *part, const char *path, struct err *e)
{
	char side[SIDE_BYTES];

	snprintf(side, sizeof(side), "%s" SIDE, path);
	unlink(part);
	unlink(side);
	unlink(path);
	return err_add(e, "no backup was made");
}

int
backup_make(const struct settings *s, const char *conf, const char *to,
    struct backup_last *out, struct hub_checked *checked, struct err *e)
{
	struct tick tick = tick_system();
	char part[BACKUP_PATH_BYTES + 8];
	int rc;

	memset(out, 0, sizeof(*out));
	out->at_ms = tick_wall_ms(&tick);
	if (name_for(s, to, out->at_ms, out->path, e) != 0)
		return -1;
	if (file_exists(out->path))
		return err_set(e, ERR_CLASH, "there is a %s already; it stays "
		    "as it is", out->path);
	snprintf(part, sizeof(part), "%s.part", out->path);
	unlink(part); /* of one that was cut short */
	rc = copy_to(s, conf, part, out->at_ms, e);
	if (rc == 0)
		rc = finish(part, out, checked, e);
	if (rc != 0)
		return give_up(part, out->path, e);
	out->items = checked->log.size;
	return note_last(s->data, out, e);
}

/* ---- removing old ones ---- */

static bool
is_ours(const struct settings *s, const char *name)
{
	size_t n = strlen(name), head = strlen(s->name), i;

	if (n != head + strlen("-20260101T000000Z" SUFFIX) ||
	    strcmp(name + n - strlen(SUFFIX), SUFFIX) != 0 ||
	    name[head] != '-')
		return false;
	for (i = 0; i < head; i++)
		if (name[i] != (s->name[i] == '/' ? '-' : s->name[i]))
			return false;
	return true;
}

static void
remove_one(const char *folder, const char *name)
{
	char *path = file_join(folder, name);
	char side[SIDE_BYTES];

	snprintf(side, sizeof(side), "%s" SIDE, path);
	unlink(path);
	unlink(side);
	mem_free(path);
}

/* Names order as their times do. */
static bool
is_older(const char *name, const char *limit)
{
	size_t n = strlen(name), m = strlen("20260101T000000Z" SUFFIX);

	return strncmp(name + n - m, limit, strlen("20260101T000000Z")) < 0;
}

int
backup_prune(const struct settings *s, const char *folder, int days,
    size_t *n, struct err *e)
{
	struct tick tick = tick_system();
	time_t before = (time_t)(tick_wall_ms(&tick) / 1000) -
	    (time_t)days * DAY_S;
	char limit[32], newest[256] = "";
	struct dirent *d;
	struct tm tm;
	DIR *dir = opendir(folder);

	*n = 0;
	if (dir == NULL)
		return err_set(e, ERR_LOCAL, "cannot look into %s: %s", folder,
		    strerror(errno));
	gmtime_r(&before, &tm);
	strftime(limit, sizeof(limit), "%Y%m%dT%H%M%SZ", &tm);
	while ((d = readdir(dir)) != NULL)
		if (is_ours(s, d->d_name) && strcmp(d->d_name, newest) > 0)
			snprintf(newest, sizeof(newest), "%s", d->d_name);
	rewinddir(dir);
	while ((d = readdir(dir)) != NULL)
		if (is_ours(s, d->d_name) && is_older(d->d_name, limit) &&
		    strcmp(d->d_name, newest) != 0) {
			remove_one(folder, d->d_name);
			(*n)++;
		}
	closedir(dir);
	return 0;
}

/* ---- verifying ---- */

int
backup_verify(const char *path, struct backup_info *out, struct err *e)
{
	static const char *const names[] = { "settings", "tls_cert", "keys" };
	struct buf made, rest;
	size_t i;
	int rc;

	memset(out, 0, sizeof(*out));
	if (!file_exists(path))
		return err_set(e, ERR_ABSENT, "there is no %s", path);
	if (check_digest(path, &out->digest, e) != 0 ||
	    hub_check(path, &out->hub, e) != 0)
		return -1;
	buf_init(&made, 64);
	buf_init(&rest, SMALL * 4);
	rc = hub_copy_value(path, "made_ms", &made, e);
	if (rc == 1)
		out->made_ms = strtoll(buf_str(&made), NULL, 10);
	for (i = 0; rc == 1 && i < 3; i++)
		rc = hub_copy_value(path, names[i], &rest, e);
	buf_done(&made);
	buf_done(&rest);
	return rc == 1 ? 0 : rc < 0 ? err_add(e, "%s is a hub's database and "
	    "no backup", path) : err_set(e, ERR_LOCAL, "%s lacks a part of a "
	    "backup", path);
}
