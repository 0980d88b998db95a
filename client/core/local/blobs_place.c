/*
 * What the hub has of the files here, and what comes from it. A file that
 * comes piece by piece has its name with ".part" behind it until its hash is
 * right, so that a cut begins again where it was.
 */
#include "client/core/local/blobs.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "client/core/local/blobs_parts.h"
#include "client/core/local/heads.h"
#include "client/core/local/types.h"
#include "common/base/file.h"
#include "common/base/mem.h"
#include "common/base/text.h"

/* ---- places ---- */

#define PLACES "SELECT v.rid, r.space, v.idx, coalesce(o.id, i.id), " \
	"b.item, b.at_ms, v.body, v.state FROM record r JOIN version v " \
	"ON v.rid = r.rid LEFT JOIN outgoing o ON o.oid = v.outgoing " \
	"AND v.state = 2 LEFT JOIN item i ON i.seq = v.seq " \
	"LEFT JOIN blob b ON b.rid = v.rid WHERE r.type = ?1 " \
	"AND v.state IN (2, 3) AND length(v.body) > 0 " \
	"AND coalesce(o.id, i.id) IS NOT NULL "

static bool
is_own(const struct store *s, const struct id *origin)
{
	const struct roster_device *d = roster_device(&s->roster, origin);

	return id_eq(origin, &s->me->device) ||
	    (d != NULL && id_eq(&d->person, &s->person));
}

/* 1 filled, 0 it names no file, -1. */
static int
fill_place(const struct store *s, struct stmt *q, struct record *rec, struct blobs_place *p,
    struct err *e)
{
	struct blobs_item item;
	struct hash told;

	memset(p, 0, sizeof(*p));
	if (record_decode(db_blob(q, 6), rec, e) != 0)
		return -1;
	if (!blobs_item_read(rec, &item))
		return 0;
	p->rid = db_int(q, 0);
	p->idx = (uint32_t)db_int(q, 2);
	p->id = item.id;
	p->content = item.content;
	if (db_id(q, 1, &p->space) != 0 || db_hash(q, 3, &p->item) != 0)
		return err_set(e, ERR_LOCAL, "the store is damaged: an "
		    "attachment has no place");
	p->told = !db_is_null(q, 4) && db_hash(q, 4, &told) == 0 &&
	    hash_eq(&told, &p->item);
	p->told_ms = p->told ? db_int(q, 5) : 0;
	p->accepted = db_int(q, 7) == VERSION_ACCEPTED;
	p->own = is_own(s, &rec->origin);
	return 1;
}

int
blobs_place(struct store *s, const struct id *record, struct blobs_place *out,
    struct err *e)
{
	struct stmt *q = db_prepare(s->db, PLACES "AND r.id = ?2");
	struct record *rec = mem_new(sizeof(*rec));
	int rc;

	db_bind_int(q, 1, TYPE_ATTACHMENT);
	db_bind_id(q, 2, record);
	while ((rc = db_step(q, e)) == 1) {
		rc = fill_place(s, q, rec, out, e);
		if (rc != 0)
			break;
	}
	db_reset(q);
	mem_wipe(rec, sizeof(*rec));
	mem_free(rec);
	return rc;
}

int
blobs_named(struct store *s, const struct hash *id, struct blobs_place *out,
    struct err *e)
{
	struct stmt *q = db_prepare(s->db, PLACES "ORDER BY v.rid");
	struct record *rec = mem_new(sizeof(*rec));
	int rc;

	db_bind_int(q, 1, TYPE_ATTACHMENT);
	while ((rc = db_step(q, e)) == 1) {
		rc = fill_place(s, q, rec, out, e);
		if (rc < 0 || (rc == 1 && hash_eq(&out->id, id)))
			break;
	}
	db_reset(q);
	mem_wipe(rec, sizeof(*rec));
	mem_free(rec);
	return rc;
}

static int
list_places(struct store *s, bool told, struct buf *list, struct err *e)
{
	struct stmt *q = db_prepare(s->db, told ?
	    PLACES "AND b.item = coalesce(o.id, i.id) ORDER BY v.rid" :
	    PLACES "AND b.item IS NOT coalesce(o.id, i.id) ORDER BY v.rid");
	struct record *rec = mem_new(sizeof(*rec));
	struct blobs_place p;
	int rc;

	db_bind_int(q, 1, TYPE_ATTACHMENT);
	while ((rc = db_step(q, e)) == 1) {
		rc = fill_place(s, q, rec, &p, e);
		if (rc < 0)
			break;
		if (rc == 1 && blobs_here(s, &p.id) > 0)
			buf_add(list, &p, sizeof(p));
	}
	db_reset(q);
	mem_wipe(rec, sizeof(*rec));
	mem_free(rec);
	return rc == 0 ? buf_check(list, "a list of attachments", e) : -1;
}

static int
each_place(struct store *s, bool told,
    int (*fn)(void *ctx, const struct blobs_place *p, struct err *e),
    void *ctx, struct err *e)
{
	struct blobs_place p;
	struct buf list;
	size_t at;
	int rc = 0;

	buf_init(&list, SIZE_MAX);
	if (s->folder != NULL)
		rc = list_places(s, told, &list, e);
	for (at = 0; rc == 0 && at < list.len; at += sizeof(p)) {
		memcpy(&p, list.data + at, sizeof(p));
		if (!told || p.accepted)
			rc = fn(ctx, &p, e);
	}
	buf_done(&list);
	return rc;
}

int
blobs_unsent(struct store *s,
    int (*fn)(void *ctx, const struct blobs_place *p, struct err *e),
    void *ctx, struct err *e)
{
	return each_place(s, false, fn, ctx, e);
}

int
blobs_kept(struct store *s,
    int (*fn)(void *ctx, const struct blobs_place *p, struct err *e),
    void *ctx, struct err *e)
{
	return each_place(s, true, fn, ctx, e);
}

int
blobs_told(struct store *s, const struct blobs_place *p, struct err *e)
{
	struct stmt *q = db_prepare(s->db, "INSERT INTO blob (rid, item, "
	    "at_ms) VALUES (?1, ?2, ?3) ON CONFLICT (rid) DO UPDATE "
	    "SET item = excluded.item, at_ms = excluded.at_ms");

	db_bind_int(q, 1, p->rid);
	db_bind_hash(q, 2, &p->item);
	db_bind_int(q, 3, tick_wall_ms(&s->tick));
	return db_run(q, e);
}

int
blobs_untold(struct store *s, const struct blobs_place *p, struct err *e)
{
	struct stmt *q = db_prepare(s->db, "DELETE FROM blob WHERE rid = ?");

	db_bind_int(q, 1, p->rid);
	return db_run(q, e);
}

/* ---- pieces ---- */

static int
trouble(struct err *e, const char *path)
{
	int code = errno;

	return err_set(e, code == ENOENT ? ERR_ABSENT : ERR_LOCAL, "%s: %s",
	    path, err_system(code));
}

int
blobs_read(struct store *s, const struct hash *id, uint64_t at, size_t len,
    struct buf *out, struct err *e)
{
	char *path = blobs_path(s, id);
	uint8_t *to = buf_reserve(out, len);
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t n = 0;
	size_t got = 0;
	int rc = to == NULL ? buf_check(out, "a piece of a file", e) :
	    fd < 0 ? trouble(e, path) : 0;

	while (rc == 0 && got < len) {
		n = pread(fd, to + got, len - got, (off_t)(at + got));
		if (n < 0 && errno != EINTR)
			rc = trouble(e, path);
		if (n == 0)
			break;
		got += n > 0 ? (size_t)n : 0;
	}
	if (rc == 0)
		out->len += got;
	if (fd >= 0)
		close(fd);
	mem_free(path);
	return rc;
}

static char *
part_path(const struct store *s, const struct hash *id)
{
	char *path = blobs_path(s, id);
	size_t n = strlen(path) + sizeof(".part");
	char *part = mem_new(n);

	snprintf(part, n, "%s.part", path);
	mem_free(path);
	return part;
}

uint64_t
blobs_part(const struct store *s, const struct hash *id)
{
	char *path = part_path(s, id);
	struct stat st;
	bool is = lstat(path, &st) == 0 && S_ISREG(st.st_mode);

	mem_free(path);
	return is ? (uint64_t)st.st_size : 0;
}

int
blobs_part_add(struct store *s, const struct hash *id, uint64_t at,
    struct view v, struct err *e)
{
	char *folder = blobs_folder(s), *path = part_path(s, id);
	int rc = file_folder(folder, e), fd = -1;

	if (rc == 0)
		rc = file_sync_folder(s->folder, e);
	if (rc == 0) {
		fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC | O_NOFOLLOW,
		    0600);
		rc = fd < 0 || ftruncate(fd, (off_t)at) != 0 ||
		    lseek(fd, (off_t)at, SEEK_SET) < 0 ? trouble(e, path) :
		    file_write(fd, v, path, e);
	}
	if (fd >= 0)
		close(fd);
	mem_free(path);
	mem_free(folder);
	return rc;
}

static int
make_durable(const char *path, struct err *e)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	int rc = fd >= 0 && fsync(fd) == 0 ? 0 : trouble(e, path);

	if (fd >= 0)
		close(fd);
	return rc;
}

int
blobs_part_end(struct store *s, const struct hash *id, struct err *e)
{
	char *part = part_path(s, id), *path = blobs_path(s, id);
	struct hash is;
	struct err why;
	int rc = blobs_hash_file(part, &is, e);

	if (rc == 0 && !hash_eq(&is, id)) {
		rc = err_set(e, ERR_PEER, "what the hub gave is not the "
		    "attachment: nothing of it is kept");
		(void)file_wipe(part, &why);
	}
	if (rc == 0)
		rc = make_durable(part, e);
	if (rc == 0)
		rc = file_rename(part, path, e);
	mem_free(path);
	mem_free(part);
	return rc;
}
