/*
 * A file is written under a name that says nothing, made durable, and then
 * gets the name of its hash: what has that name is whole. What a power cut
 * left under the other name is swept with the rest.
 */
#include "client/core/local/blobs.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "client/core/local/blobs_parts.h"
#include "client/core/local/types.h"
#include "client/core/vault/vault.h"
#include "common/base/file.h"
#include "common/base/mem.h"
#include "common/base/text.h"

#define NEW_FILE "new"
#define COPY_BYTES 65536

/* ---- names ---- */

static char *
path_in(const char *folder, const struct hash *id)
{
	char name[HASH_TEXT_BYTES];

	return file_join(folder, hash_text(id, name));
}

char *
blobs_folder(const struct store *s)
{
	return file_join(s->folder != NULL ? s->folder : "", BLOBS_FOLDER);
}

char *
blobs_path(const struct store *s, const struct hash *id)
{
	char *folder = blobs_folder(s);
	char *path = path_in(folder, id);

	mem_free(folder);
	return path;
}

uint64_t
blobs_here(const struct store *s, const struct hash *id)
{
	char *path = blobs_path(s, id);
	struct stat st;
	bool is = lstat(path, &st) == 0 && S_ISREG(st.st_mode);

	mem_free(path);
	return is ? (uint64_t)st.st_size : 0;
}

/* ---- bytes in and out ---- */

struct ends { /* of a flow */
	int in, out;
	const char *from, *to;
};

static int
trouble(struct err *e, const char *path)
{
	int code = errno;

	return err_set(e, code == ENOENT ? ERR_ABSENT : ERR_LOCAL, "%s: %s",
	    path, err_system(code));
}

static int64_t
take(void *ctx, uint8_t *out, size_t len, struct err *e)
{
	struct ends *x = ctx;
	ssize_t n;

	do
		n = read(x->in, out, len);
	while (n < 0 && errno == EINTR);
	return n >= 0 ? (int64_t)n : trouble(e, x->from);
}

static int
give(void *ctx, struct view v, struct err *e)
{
	struct ends *x = ctx;

	return file_write(x->out, v, x->to, e);
}

static int
begin(struct ends *x, struct err *e)
{
	x->out = -1;
	x->in = open(x->from, O_RDONLY | O_CLOEXEC);
	if (x->in < 0)
		return trouble(e, x->from);
	if (x->to == NULL)
		return 0;
	x->out = open(x->to, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC |
	    O_NOFOLLOW, 0600);
	return x->out >= 0 ? 0 : trouble(e, x->to);
}

/* ${rc}: of what was written; it is durable if that went well. */
static int
end(struct ends *x, int rc, struct err *e)
{
	if (rc == 0 && x->out >= 0 && fsync(x->out) != 0)
		rc = trouble(e, x->to);
	if (x->out >= 0)
		close(x->out);
	if (x->in >= 0)
		close(x->in);
	return rc;
}

/* ---- a new one ---- */

static int
make_folder(const char *folder, const char *in, struct err *e)
{
	if (file_folder(folder, e) != 0)
		return -1;
	return file_sync_folder(in, e);
}

static int
size_of(int fd, const char *path, uint64_t *out, struct err *e)
{
	struct stat st;

	if (fstat(fd, &st) != 0)
		return trouble(e, path);
	if (!S_ISREG(st.st_mode))
		return err_set(e, ERR_INPUT, "%s is no file", path);
	if (st.st_size == 0)
		return err_set(e, ERR_INPUT, "%s is empty", path);
	*out = (uint64_t)st.st_size;
	return 0;
}

static int
seal_into(struct ends *x, struct blobs_made *out, struct err *e)
{
	struct blob_flow f = { take, give, x };
	int rc = begin(x, e);

	if (rc == 0)
		rc = size_of(x->in, x->from, &out->content, e);
	if (rc == 0) {
		keys_sym_make(&out->key);
		rc = blob_seal(&f, out->content, &out->key, &out->id, e);
	}
	return end(x, rc, e);
}

int
blobs_seal(struct store *s, const char *path, struct blobs_made *out,
    struct err *e)
{
	char *folder = blobs_folder(s), *tmp = file_join(folder, NEW_FILE);
	char *at = NULL;
	struct ends x = { -1, -1, path, tmp };
	struct err why;
	int rc = s->folder == NULL ? err_set(e, ERR_LOCAL, "this profile has "
	    "no folder") : make_folder(folder, s->folder, e);

	memset(out, 0, sizeof(*out));
	if (rc == 0)
		rc = seal_into(&x, out, e);
	if (rc == 0) {
		at = path_in(folder, &out->id);
		rc = file_rename(tmp, at, e);
	}
	if (rc != 0) {
		(void)file_wipe(tmp, &why);
		mem_wipe(out, sizeof(*out));
	}
	mem_free(at);
	mem_free(tmp);
	mem_free(folder);
	return rc;
}

/* ---- opened, checked, dropped ---- */

static int
open_into(struct ends *x, uint64_t sealed, const struct sym_key *key,
    struct err *e)
{
	struct blob_flow f = { take, give, x };
	uint64_t content;
	int rc = begin(x, e);

	if (rc == 0)
		rc = blob_open(&f, sealed, key, &content, e);
	return end(x, rc, e);
}

/* Under another name until it is whole: half of it must not look like it. */
int
blobs_open(struct store *s, const struct hash *id, const struct sym_key *key,
    const char *to, struct err *e)
{
	size_t n = strlen(to) + sizeof(".new");
	char *path = blobs_path(s, id), *tmp = mem_new(n);
	struct ends x = { -1, -1, path, tmp };
	uint64_t sealed = blobs_here(s, id);
	int rc;

	snprintf(tmp, n, "%s.new", to);
	if (sealed == 0)
		rc = err_set(e, ERR_ABSENT, "the attachment is not on this "
		    "device");
	else if (file_exists(to))
		rc = err_set(e, ERR_CLASH, "%s is there already; name "
		    "another file", to);
	else
		rc = open_into(&x, sealed, key, e);
	if (rc == 0)
		rc = file_rename(tmp, to, e);
	else if (x.out >= 0)
		unlink(tmp);
	mem_free(tmp);
	mem_free(path);
	return rc;
}

struct stream {
	struct ends in;
	int (*write)(void *ctx, struct view v, struct err *e);
	void *ctx;
};

static int64_t
stream_take(void *ctx, uint8_t *out, size_t len, struct err *e)
{
	return take(&((struct stream *)ctx)->in, out, len, e);
}

static int
stream_give(void *ctx, struct view v, struct err *e)
{
	struct stream *x = ctx;

	return x->write(x->ctx, v, e);
}

int
blobs_stream(struct store *s, const struct hash *id,
    const struct sym_key *key,
    int (*write)(void *ctx, struct view v, struct err *e), void *ctx,
    struct err *e)
{
	char *path = blobs_path(s, id);
	struct stream x = { { -1, -1, path, NULL }, write, ctx };
	struct blob_flow f = { stream_take, stream_give, &x };
	uint64_t content, sealed = blobs_here(s, id);
	int rc = sealed > 0 ? begin(&x.in, e) : err_set(e, ERR_ABSENT,
	    "the attachment is not on this device");

	if (rc == 0)
		rc = blob_open(&f, sealed, key, &content, e);
	rc = end(&x.in, rc, e);
	mem_free(path);
	return rc;
}

int
blobs_hash_file(const char *path, struct hash *out, struct err *e)
{
	struct ends x = { -1, -1, path, NULL };
	struct blob_hash *h = blob_hash_new();
	uint8_t *piece = mem_new(COPY_BYTES);
	int64_t n = begin(&x, e);

	if (n == 0)
		while ((n = take(&x, piece, COPY_BYTES, e)) > 0)
			blob_hash_add(h, view_of(piece, (size_t)n));
	blob_hash_end(h, out);
	mem_free(piece);
	return end(&x, (int)n, e);
}

static int
check_file(const char *folder, const struct hash *id, struct err *e)
{
	char *path = path_in(folder, id);
	struct hash is;
	int rc = blobs_hash_file(path, &is, e);

	if (rc == 0 && !hash_eq(&is, id))
		rc = err_set(e, ERR_PEER, "%s is not what was sealed: it was "
		    "changed or is damaged", path);
	mem_free(path);
	return rc;
}

/* The hash that a name says, without what stands behind a dot. */
static bool
read_name(const char *name, struct hash *out)
{
	char text[HASH_TEXT_BYTES];
	size_t n = strcspn(name, ".");
	struct err e;

	if (n != sizeof(text) - 1)
		return false;
	memcpy(text, name, n);
	text[n] = '\0';
	return hash_parse(text, out, &e) == 0;
}

static bool
is_sealed(const char *name, struct hash *out)
{
	return read_name(name, out) && strchr(name, '.') == NULL;
}

static int
check_named(void *ctx, const char *name, struct err *e)
{
	struct hash id;

	return is_sealed(name, &id) ? check_file(ctx, &id, e) : 0;
}

int
blobs_check_all(const char *folder, struct err *e)
{
	char *at = mem_dup(folder);
	int rc = file_each(folder, check_named, at, e);

	mem_free(at);
	return rc;
}

static int
any_named(void *ctx, const char *name, struct err *e)
{
	struct hash id;

	(void)ctx;
	(void)e;
	return is_sealed(name, &id);
}

bool
blobs_any(const char *folder)
{
	struct err e;

	return file_each(folder, any_named, NULL, &e) == 1;
}

int
blobs_drop(struct store *s, const struct hash *id, struct err *e)
{
	char *path = blobs_path(s, id);
	int rc = file_wipe(path, e);

	mem_free(path);
	return rc;
}

/* ---- what records name ---- */

bool
blobs_item_read(const struct record *rec, struct blobs_item *b)
{
	bool named = false;
	size_t i;

	b->content = 0;
	for (i = 0; i < rec->op_count; i++) {
		const struct value *v = &rec->ops[i].value;

		if (rec->ops[i].field == ATTACHMENT_SIZE && v->num > 0)
			b->content = (uint64_t)v->num;
		if (rec->ops[i].field != ATTACHMENT_BLOB ||
		    v->type != VALUE_BYTES || v->data.len != sizeof(b->id.b))
			continue;
		memcpy(b->id.b, v->data.data, sizeof(b->id.b));
		named = true;
	}
	return named;
}

static int
read_all(struct store *s, struct buf *list, struct err *e)
{
	struct stmt *q = db_prepare(s->db, "SELECT v.rid, v.body, "
	    "v.seq IS NOT NULL FROM record r JOIN version v ON v.rid = r.rid "
	    "WHERE r.type = ? AND length(v.body) > 0");
	struct record *rec = mem_new(sizeof(*rec));
	struct blobs_item b;
	int rc;

	memset(&b, 0, sizeof(b));
	db_bind_int(q, 1, TYPE_ATTACHMENT);
	while ((rc = db_step(q, e)) == 1) {
		b.rid = db_int(q, 0);
		b.sent = db_int(q, 2) != 0;
		if (record_decode(db_blob(q, 1), rec, e) != 0) {
			rc = -1;
			break;
		}
		if (blobs_item_read(rec, &b))
			buf_add(list, &b, sizeof(b));
	}
	db_reset(q);
	mem_wipe(rec, sizeof(*rec));
	mem_free(rec);
	return rc == 0 ? buf_check(list, "a list of attachments", e) : -1;
}

int
blobs_each(struct store *s,
    int (*fn)(void *ctx, const struct blobs_item *b, struct err *e),
    void *ctx, struct err *e)
{
	struct blobs_item b;
	struct buf list;
	size_t at;
	int rc;

	buf_init(&list, SIZE_MAX);
	rc = read_all(s, &list, e);
	for (at = 0; rc == 0 && at < list.len; at += sizeof(b)) {
		memcpy(&b, list.data + at, sizeof(b));
		rc = fn(ctx, &b, e);
	}
	buf_done(&list);
	return rc;
}

/* ---- sweeping ---- */

struct sweep {
	char *folder;
	struct buf named; /* hashes that records have */
};

static int
note_name(void *ctx, const struct blobs_item *b, struct err *e)
{
	struct sweep *w = ctx;

	buf_add(&w->named, b->id.b, sizeof(b->id.b));
	return buf_check(&w->named, "a list of attachments", e);
}

static bool
is_named(const struct sweep *w, const struct hash *h)
{
	size_t at;

	for (at = 0; at < w->named.len; at += sizeof(h->b))
		if (memcmp(w->named.data + at, h->b, sizeof(h->b)) == 0)
			return true;
	return false;
}

/* Nothing but what this file has named. */
static int
sweep_one(void *ctx, const char *name, struct err *e)
{
	struct sweep *w = ctx;
	struct hash h;
	char *path;
	int rc;

	if (read_name(name, &h) ? is_named(w, &h) :
	    strcmp(name, NEW_FILE) != 0)
		return 0;
	path = file_join(w->folder, name);
	rc = file_wipe(path, e);
	mem_free(path);
	return rc;
}

int
blobs_sweep_copy(struct store *s, const char *folder, struct err *e)
{
	struct sweep w = { .folder = mem_dup(folder) };
	int rc = 0;

	buf_init(&w.named, SIZE_MAX);
	if (file_exists(folder)) {
		rc = blobs_each(s, note_name, &w, e);
		if (rc == 0)
			rc = file_each(folder, sweep_one, &w, e);
	}
	buf_done(&w.named);
	mem_free(w.folder);
	return rc;
}

static int
drop_one(void *ctx, const char *name, struct err *e)
{
	char *path = file_join(ctx, name);
	struct hash h;

	(void)e;
	if (read_name(name, &h) || strcmp(name, NEW_FILE) == 0)
		unlink(path);
	mem_free(path);
	return 0;
}

void
blobs_drop_copy(const char *folder)
{
	char *at = mem_dup(folder);
	struct err why;

	if (file_each(folder, drop_one, at, &why) == 0)
		(void)rmdir(folder);
	mem_free(at);
}

int
blobs_sweep(struct store *s, struct err *e)
{
	char *folder;
	int rc;

	if (s->folder == NULL || vault_older(s->vault))
		return 0;
	folder = blobs_folder(s);
	rc = blobs_sweep_copy(s, folder, e);
	mem_free(folder);
	if (rc == 0)
		rc = db_run(db_prepare(s->db, "DELETE FROM blob WHERE NOT "
		    "EXISTS (SELECT 1 FROM version v WHERE v.rid = blob.rid "
		    "AND length(v.body) > 0)"), e);
	return rc;
}

/* ---- copies ---- */

struct copying {
	char *from, *to;
	size_t n;
};

static int
copy_file(const char *from, const char *to, struct err *e)
{
	struct ends x = { -1, -1, from, to };
	uint8_t *piece = mem_new(COPY_BYTES);
	int64_t n = begin(&x, e);

	if (n == 0)
		while ((n = take(&x, piece, COPY_BYTES, e)) > 0)
			if (give(&x, view_of(piece, (size_t)n), e) != 0) {
				n = -1;
				break;
			}
	mem_free(piece);
	return end(&x, (int)n, e);
}

static int
copy_one(void *ctx, const struct blobs_item *b, struct err *e)
{
	struct copying *c = ctx;
	char *from = path_in(c->from, &b->id), *to = path_in(c->to, &b->id);
	char *tmp = file_join(c->to, NEW_FILE);
	struct err why;
	int rc = 0;

	if (!file_exists(from) || check_file(c->to, &b->id, &why) == 0) {
		c->n += file_exists(to) != 0;
		goto out;
	}
	rc = check_file(c->from, &b->id, e);
	if (rc == 0)
		rc = copy_file(from, tmp, e);
	if (rc == 0)
		rc = file_rename(tmp, to, e);
	if (rc == 0)
		rc = check_file(c->to, &b->id, e);
	c->n += rc == 0;
out:
	mem_free(tmp);
	mem_free(to);
	mem_free(from);
	return rc;
}

static int
any_here(void *ctx, const struct blobs_item *b, struct err *e)
{
	(void)e;
	return blobs_here(ctx, &b->id) > 0;
}

/* What is in it is sealed: a stick whose file system knows no owners is as
 * good as any. */
static int
make_copy_folder(const char *folder, struct err *e)
{
	if (mkdir(folder, 0700) == 0 || errno == EEXIST)
		return 0;
	return trouble(e, folder);
}

int
blobs_copy(struct store *s, const char *folder, size_t *n, struct err *e)
{
	struct copying c = { .to = mem_dup(folder) };
	int rc = s->folder == NULL ? 0 : blobs_each(s, any_here, s, e);

	*n = 0;
	if (rc == 1) {
		c.from = blobs_folder(s);
		rc = make_copy_folder(folder, e);
		if (rc == 0)
			rc = blobs_each(s, copy_one, &c, e);
		*n = c.n;
		mem_free(c.from);
	}
	mem_free(c.to);
	return rc;
}

int
blobs_copy_back(struct store *s, const char *folder, struct err *e)
{
	struct copying c = { .from = mem_dup(folder), .to = blobs_folder(s) };
	int rc = 0;

	if (s->folder != NULL && file_exists(folder)) {
		rc = make_folder(c.to, s->folder, e);
		if (rc == 0)
			rc = blobs_each(s, copy_one, &c, e);
	}
	mem_free(c.to);
	mem_free(c.from);
	return rc;
}
