/*
 * First the sealed file, durable, then the record in a transaction: a power
 * cut between them leaves a file that no record names, never a record that
 * names nothing.
 */
#include "client/core/cases/attachments.h"

#include <string.h>
#include <strings.h>

#include "client/core/cases/cases.h"
#include "client/core/local/blobs.h"
#include "common/base/mem.h"

#define SET_MAX 8

static const struct {
	const char *ending, *media;
} medias[] = {
	{ "pdf", "application/pdf" }, { "jpg", "image/jpeg" },
	{ "jpeg", "image/jpeg" }, { "png", "image/png" },
	{ "tif", "image/tiff" }, { "tiff", "image/tiff" },
	{ "heic", "image/heic" }, { "txt", "text/plain" },
	{ "odt", "application/vnd.oasis.opendocument.text" },
	{ "docx", "application/vnd.openxmlformats-officedocument."
	    "wordprocessingml.document" },
	{ "m4a", "audio/mp4" }, { "mp3", "audio/mpeg" },
	{ "mp4", "video/mp4" }, { "eml", "message/rfc822" },
};

static const char *
file_name(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash != NULL ? slash + 1 : path;
}

static const char *
media_of(const char *path)
{
	const char *dot = strrchr(file_name(path), '.');
	size_t i;

	for (i = 0; dot != NULL && i < sizeof(medias) / sizeof(medias[0]); i++)
		if (strcasecmp(dot + 1, medias[i].ending) == 0)
			return medias[i].media;
	return "application/octet-stream";
}

const char *
attachments_ending(const char *media)
{
	size_t i;

	for (i = 0; i < sizeof(medias) / sizeof(medias[0]); i++)
		if (strcmp(media, medias[i].media) == 0)
			return medias[i].ending;
	return "bin";
}

/* ---- adding ---- */

static bool
is_set(const struct assignment *set, size_t n, const char *name)
{
	size_t i;

	for (i = 0; i < n; i++)
		if (strcmp(set[i].name, name) == 0)
			return true;
	return false;
}

static struct op
op_bytes(uint16_t field, const void *data, size_t len)
{
	struct op op;

	memset(&op, 0, sizeof(op));
	op.field = field;
	op.value.type = VALUE_BYTES;
	op.value.data = view_of(data, len);
	return op;
}

/* Where what it belongs to stands; or a section of the case. */
static int
place_tx(struct session *session, const struct attachments_wish *w,
    struct id *space, struct err *e)
{
	struct record_row row;
	int rc;

	if (id_is_zero(&w->to))
		return cases_section_tx(session, &w->case_id, w->section !=
		    NULL ? w->section : "notes", space, e);
	rc = versions_row(session_store(session), &w->to, &row, e);
	if (rc < 0)
		return -1;
	if (rc == 0 || (row.flags & RECORD_OUT) != 0)
		return err_set(e, ERR_ABSENT, "there is no such record here");
	if (!id_eq(&row.case_id, &w->case_id))
		return err_set(e, ERR_INPUT, "that record belongs to another "
		    "case");
	if (row.type == TYPE_ATTACHMENT || row.type == TYPE_CASE)
		return err_set(e, ERR_INPUT, "an attachment belongs to a "
		    "note, a consent or another text of the case");
	*space = row.space;
	return 0;
}

static int
add_tx(struct session *session, const struct attachments_wish *w,
    const struct blobs_made *made, struct id *id, struct err *e)
{
	struct assignment set[SET_MAX + 2];
	struct op more[4];
	struct entry_draft d = { .type = TYPE_ATTACHMENT, .set = set,
		.n = w->n, .more = more };

	if (w->n > SET_MAX)
		return err_set(e, ERR_INPUT, "at most %d fields at once",
		    SET_MAX);
	if (place_tx(session, w, &d.space, e) != 0)
		return -1;
	if (w->n > 0)
		memcpy(set, w->set, w->n * sizeof(set[0]));
	if (!is_set(w->set, w->n, "name"))
		set[d.n++] = (struct assignment){ "name", file_name(w->path) };
	if (!is_set(w->set, w->n, "media"))
		set[d.n++] = (struct assignment){ "media", media_of(w->path) };
	more[d.more_count++] = op_bytes(ATTACHMENT_KEY, made->key.b,
	    sizeof(made->key.b));
	more[d.more_count++] = op_bytes(ATTACHMENT_BLOB, made->id.b,
	    sizeof(made->id.b));
	more[d.more_count] = op_bytes(ATTACHMENT_SIZE, NULL, 0);
	more[d.more_count].value.type = VALUE_INT;
	more[d.more_count++].value.num = (int64_t)made->content;
	if (!id_is_zero(&w->to))
		more[d.more_count++] = op_bytes(ATTACHMENT_TO, w->to.b,
		    sizeof(w->to.b));
	return entries_add_tx(session, &d, id, e);
}

int
attachments_add(struct session *session, const struct attachments_wish *w,
    struct id *id, struct err *e)
{
	struct store *s = session_store(session);
	struct blobs_made made;
	struct err why;
	int rc;

	if (blobs_seal(s, w->path, &made, e) != 0)
		return -1;
	rc = db_begin(s->db, e);
	if (rc == 0) {
		rc = add_tx(session, w, &made, id, e);
		rc = db_end(s->db, rc, e);
	}
	/* Where nobody can tell whether the commit is there, the next start
	 * can. */
	if (rc != 0 && e->kind != ERR_LOCAL)
		(void)blobs_drop(s, &made.id, &why);
	mem_wipe(&made, sizeof(made));
	return rc;
}

int
attachments_check(const struct entry *x, struct err *e)
{
	int64_t n = entry_int(x, ATTACHMENT_SIZE);

	return n > 0 && n <= (int64_t)BLOB_CONTENT_MAX ? 0 : err_set(e,
	    ERR_TOOBIG, "an attachment has at most %llu MB",
	    (unsigned long long)(BLOB_CONTENT_MAX >> 20));
}

/* ---- reading ---- */

struct sealed {
	struct hash id;
	struct sym_key key;
};

static bool
take_bytes(const struct loaded *l, uint16_t field, void *out, size_t len)
{
	const struct heads_field *h = heads_find(&l->heads, field);
	const struct value *v = h != NULL ? &h->heads[0].op->value : NULL;

	if (v == NULL || v->type != VALUE_BYTES || v->data.len != len)
		return false;
	memcpy(out, v->data.data, len);
	return true;
}

static int
find(struct store *s, const struct id *id, struct sealed *out, struct err *e)
{
	struct loaded *l = loaded_new();
	int rc = versions_load(s, id, l, e);
	bool whole = false;

	if (rc == 1) {
		whole = l->row.type == TYPE_ATTACHMENT &&
		    (l->row.flags & RECORD_OUT) == 0 &&
		    take_bytes(l, ATTACHMENT_BLOB, out->id.b,
		        sizeof(out->id.b)) &&
		    take_bytes(l, ATTACHMENT_KEY, out->key.b,
		        sizeof(out->key.b));
		versions_done(l);
	}
	mem_free(l);
	if (rc < 0)
		return -1;
	return whole ? 0 : err_set(e, ERR_ABSENT, "there is no such "
	    "attachment here");
}

int
attachments_state(struct session *session, const struct id *id,
    struct attachments_state *out, struct err *e)
{
	struct store *s = session_store(session);
	struct blobs_place p;
	struct sealed at;
	int rc = find(s, id, &at, e);

	memset(out, 0, sizeof(*out));
	if (rc != 0)
		return -1;
	out->here = blobs_here(s, &at.id) > 0;
	mem_wipe(&at, sizeof(at));
	rc = blobs_place(s, id, &p, e);
	out->sent = rc == 1 && p.told && p.accepted;
	out->waits = rc == 0;
	return rc < 0 ? -1 : 0;
}

int
attachments_save(struct session *session, const struct id *id,
    const char *path, struct err *e)
{
	struct store *s = session_store(session);
	struct sealed at;
	int rc = find(s, id, &at, e);

	if (rc == 0)
		rc = blobs_open(s, &at.id, &at.key, path, e);
	mem_wipe(&at, sizeof(at));
	return rc;
}

int
attachments_read(struct session *session, const struct id *id,
    int (*write)(void *ctx, struct view v, struct err *e), void *ctx,
    struct err *e)
{
	struct store *s = session_store(session);
	struct sealed at;
	int rc = find(s, id, &at, e);

	if (rc == 0)
		rc = blobs_stream(s, &at.id, &at.key, write, ctx, e);
	mem_wipe(&at, sizeof(at));
	return rc;
}

int
attachments_to(struct session *s, const struct id *record,
    struct record_list *out, struct err *e)
{
	struct records_query q = { .type = TYPE_ATTACHMENT,
		.parent = record };

	return records_list(s, &q, out, e);
}

int
attachments_drop(struct session *session, const struct id *id, struct err *e)
{
	struct store *s = session_store(session);
	struct attachments_state st;
	struct blobs_place p;
	int rc = attachments_state(session, id, &st, e);

	if (rc != 0)
		return -1;
	rc = blobs_place(s, id, &p, e);
	if (rc < 0)
		return -1;
	if (!st.here)
		return err_set(e, ERR_ABSENT, "the attachment is not on this "
		    "device");
	if (rc == 0 || !p.told || !p.accepted)
		return err_set(e, ERR_DENIED, "the hub does not have this "
		    "attachment yet, so this is the only copy: tugi sync "
		    "first");
	return blobs_drop(s, &p.id, e);
}
