/*
 * Trees and commits are written here byte for byte, not by git's library:
 * their form is part of what has to come out the same again in ten years.
 */
#include "daemon/ledger/shape.h"

#include <stdio.h>
#include <string.h>

#include "common/wire/checkpoint.h"
#include "common/wire/sshsig.h"

#define LINE_BYTES 65 /* 64 digits and a newline */
#define SEGMENT_BYTES (SHAPE_SEGMENT * LINE_BYTES)
#define FILE_MODE "100644 "
#define FOLDER_MODE "40000 "
#define FOLDER_MAX (SHAPE_SEGMENT * 64)
#define FOLDERS_MAX (2 * 1024 * 1024) /* 65,536 folders */
#define ROOT_MAX 256
#define HEX 40

static int
only_name(void *ctx, enum oid_kind kind, struct view data, struct oid *out,
    struct err *e)
{
	(void)ctx;
	(void)e;
	oid_of(kind, data, out);
	return 0;
}

struct shape_sink
shape_sink_oid(void)
{
	struct shape_sink s = { only_name, NULL };

	return s;
}

const char *
shape_branch(uint64_t log_id, char out[static SHAPE_BRANCH_MAX])
{
	snprintf(out, SHAPE_BRANCH_MAX, "log-%016llx",
	    (unsigned long long)log_id);
	return out;
}

void
shape_init(struct shape *s, const char *name, const struct sign_pub *pub,
    struct shape_sink sink)
{
	memset(s, 0, sizeof(*s));
	s->name = name;
	s->pub = *pub;
	s->sink = sink;
	buf_init(&s->segment, SEGMENT_BYTES);
	buf_init(&s->folder, FOLDER_MAX);
	buf_init(&s->folders, FOLDERS_MAX);
}

void
shape_done(struct shape *s)
{
	buf_done(&s->segment);
	buf_done(&s->folder);
	buf_done(&s->folders);
}

/* ---- trees ---- */

static void
put_entry(struct buf *tree, const char *mode, const char *name,
    const struct oid *oid)
{
	buf_add_str(tree, mode);
	buf_add(tree, name, strlen(name) + 1);
	buf_add(tree, oid->b, sizeof(oid->b));
}

/* The segment as it is, into ${folder}; ${number} within that. */
static int
put_segment(struct shape *s, uint64_t number, struct buf *folder,
    struct err *e)
{
	struct oid oid;
	char name[8];

	if (s->sink.put(s->sink.ctx, OID_BLOB, buf_view(&s->segment), &oid,
	    e) != 0)
		return -1;
	snprintf(name, sizeof(name), "%02x", (unsigned)number);
	put_entry(folder, FILE_MODE, name, &oid);
	return 0;
}

static int
put_folder(struct shape *s, struct view folder, uint64_t number,
    struct buf *folders, struct err *e)
{
	struct oid oid;
	char name[8];

	if (s->sink.put(s->sink.ctx, OID_TREE, folder, &oid, e) != 0)
		return -1;
	snprintf(name, sizeof(name), "%04x", (unsigned)number);
	put_entry(folders, FOLDER_MODE, name, &oid);
	return 0;
}

int
shape_leaf(struct shape *s, const struct hash *leaf, struct err *e)
{
	uint64_t segment = s->size / SHAPE_SEGMENT;
	char text[HASH_TEXT_BYTES];

	buf_add_fmt(&s->segment, "%s\n", hash_text(leaf, text));
	s->size++;
	if (s->size % SHAPE_SEGMENT != 0)
		return 0;
	if (put_segment(s, segment % SHAPE_SEGMENT, &s->folder, e) != 0)
		return -1;
	buf_reset(&s->segment);
	if ((segment + 1) % SHAPE_SEGMENT != 0)
		return 0;
	if (put_folder(s, buf_view(&s->folder), segment / SHAPE_SEGMENT,
	    &s->folders, e) != 0)
		return -1;
	buf_reset(&s->folder);
	return buf_check(&s->folders, "the ledger", e);
}

/* The list of folders with the one that is not full, and that with the
 * segment that is not full. */
static int
put_log(struct shape *s, struct oid *out, struct err *e)
{
	uint64_t segment = s->size / SHAPE_SEGMENT;
	struct buf folder, folders;
	int rc = 0;

	buf_init(&folder, FOLDER_MAX);
	buf_init(&folders, FOLDERS_MAX);
	buf_add(&folder, s->folder.data, s->folder.len);
	buf_add(&folders, s->folders.data, s->folders.len);
	if (s->segment.len > 0)
		rc = put_segment(s, segment % SHAPE_SEGMENT, &folder, e);
	if (rc == 0 && folder.len > 0)
		rc = put_folder(s, buf_view(&folder), segment / SHAPE_SEGMENT,
		    &folders, e);
	if (rc == 0)
		rc = buf_check(&folders, "the ledger", e);
	if (rc == 0)
		rc = s->sink.put(s->sink.ctx, OID_TREE, buf_view(&folders),
		    out, e);
	buf_done(&folder);
	buf_done(&folders);
	return rc;
}

int
shape_tree(struct shape *s, struct view note, struct oid *out, struct err *e)
{
	struct oid head, log;
	struct buf root;
	int rc = -1;

	buf_init(&root, ROOT_MAX);
	if (s->sink.put(s->sink.ctx, OID_BLOB, note, &head, e) == 0 &&
	    put_log(s, &log, e) == 0) {
		put_entry(&root, FILE_MODE, "checkpoint", &head);
		put_entry(&root, FOLDER_MODE, "log", &log);
		rc = s->sink.put(s->sink.ctx, OID_TREE, buf_view(&root), out,
		    e);
	}
	buf_done(&root);
	return rc;
}

/* ---- commits ---- */

/* Up to the empty line, which an unsigned commit has next. */
static void
put_head(const struct shape *s, const struct shape_commit *c,
    struct buf *out)
{
	char hex[OID_TEXT];
	long long at_s = (long long)(c->at_ms / 1000);

	buf_add_fmt(out, "tree %s\n", oid_text(&c->tree, hex));
	if (s->begun)
		buf_add_fmt(out, "parent %s\n", oid_text(&s->tip, hex));
	buf_add_fmt(out, "author %s <ledger@%s> %lld +0000\n"
	    "committer %s <ledger@%s> %lld +0000\n", s->name, s->name, at_s,
	    s->name, s->name, at_s);
}

void
shape_text(const struct shape *s, const struct shape_commit *c,
    struct buf *out)
{
	put_head(s, c, out);
	buf_add_str(out, "\n");
	buf_add(out, c->note.data, c->note.len);
}

/* The header line of a signature: its further lines begin with a space. */
static void
put_signature(struct view signature, struct buf *out)
{
	size_t i;

	buf_add_str(out, "gpgsig ");
	for (i = 0; i < signature.len; i++) {
		buf_add(out, &signature.data[i], 1);
		if (signature.data[i] == '\n')
			buf_add_str(out, " ");
	}
	buf_add_str(out, "\n");
}

static void
put_commit(const struct shape *s, const struct shape_commit *c,
    struct view signature, struct buf *out)
{
	put_head(s, c, out);
	put_signature(signature, out);
	buf_add_str(out, "\n");
	buf_add(out, c->note.data, c->note.len);
}

static int
put_signed(struct shape *s, const struct shape_commit *c,
    struct view signature, struct err *e)
{
	struct buf text;
	struct oid oid;
	int rc;

	buf_init(&text, SHAPE_COMMIT_MAX);
	put_commit(s, c, signature, &text);
	rc = buf_check(&text, "a commit of the ledger", e);
	if (rc == 0)
		rc = s->sink.put(s->sink.ctx, OID_COMMIT, buf_view(&text),
		    &oid, e);
	if (rc == 0) {
		s->tip = oid;
		s->begun = true;
	}
	buf_done(&text);
	return rc;
}

int
shape_sign(struct shape *s, const struct shape_commit *c,
    const struct sign_key *key, struct err *e)
{
	struct buf text, signature;
	int rc;

	buf_init(&text, SHAPE_COMMIT_MAX);
	buf_init(&signature, SSHSIG_TEXT_MAX);
	shape_text(s, c, &text);
	sshsig_sign(buf_view(&text), &s->pub, key, &signature);
	rc = put_signed(s, c, buf_view(&signature), e);
	buf_done(&text);
	buf_done(&signature);
	return rc;
}

int
shape_again(struct shape *s, const struct shape_commit *c,
    const struct sig *sig, struct err *e)
{
	struct buf text, signature;
	int rc;

	buf_init(&text, SHAPE_COMMIT_MAX);
	buf_init(&signature, SSHSIG_TEXT_MAX);
	shape_text(s, c, &text);
	sshsig_armour(sig, &s->pub, &signature);
	rc = sshsig_check(buf_view(&signature), buf_view(&text), &s->pub) ?
	    put_signed(s, c, buf_view(&signature), e) : err_set(e, ERR_CLASH,
	    "the database's signature of a commit by a former key is not over "
	    "that commit: the database was altered; restore a backup");
	buf_done(&text);
	buf_done(&signature);
	return rc;
}

/* ---- reading commits ---- */

static bool
read_word(struct reader *r, const char *word)
{
	return view_eq(reader_bytes(r, strlen(word)), view_str(word));
}

static bool
read_oid(struct reader *r, struct oid *out)
{
	struct view hex = reader_bytes(r, HEX);
	char text[OID_TEXT] = "";

	if (r->bad)
		return false;
	memcpy(text, hex.data, HEX);
	return oid_parse(text, out) == 0 && read_word(r, "\n");
}

/* Where ${word} next stands; SIZE_MAX: nowhere. */
static size_t
find_word(struct view in, size_t from, const char *word)
{
	size_t n = strlen(word);
	const void *p = in.len - from < n ? NULL :
	    memmem(in.data + from, in.len - from, word, n);

	return p == NULL ? SIZE_MAX :
	    (size_t)((const uint8_t *)p - in.data);
}

bool
shape_split(struct view commit, struct shape_read *out)
{
	struct reader r, old;
	size_t sig, end;

	memset(out, 0, sizeof(*out));
	reader_init(&r, commit);
	if (!read_word(&r, "tree ") || !read_oid(&r, &out->tree))
		return false;
	old = r;
	out->has_parent = read_word(&r, "parent ");
	if (out->has_parent && !read_oid(&r, &out->parent))
		return false;
	if (!out->has_parent)
		r = old;
	sig = find_word(commit, r.at, "\ngpgsig ");
	if (sig == SIZE_MAX)
		return false;
	end = find_word(commit, sig, "\n\n");
	if (end == SIZE_MAX)
		return false;
	out->signature = view_of(commit.data + sig + 8, end - sig - 8);
	out->note = view_of(commit.data + end + 2, commit.len - end - 2);
	return true;
}

/* Without git's indenting. */
static void
undo_indent(struct view in, struct buf *out)
{
	size_t i;

	for (i = 0; i < in.len; i++) {
		buf_add(out, &in.data[i], 1);
		if (in.data[i] == '\n' && i + 1 < in.len &&
		    in.data[i + 1] == ' ')
			i++;
	}
}

bool
shape_signed(struct view commit, const struct sign_pub *pub)
{
	struct shape_read p;
	struct buf text, signature;
	size_t head;
	bool ok;

	if (commit.len > SHAPE_COMMIT_MAX || !shape_split(commit, &p))
		return false;
	buf_init(&text, SHAPE_COMMIT_MAX);
	buf_init(&signature, SHAPE_COMMIT_MAX);
	undo_indent(p.signature, &signature);
	head = (size_t)(p.signature.data - commit.data) - 7;
	buf_add(&text, commit.data, head);
	buf_add_str(&text, "\n");
	buf_add(&text, p.note.data, p.note.len);
	ok = sshsig_check(buf_view(&signature), buf_view(&text), pub);
	buf_done(&text);
	buf_done(&signature);
	return ok;
}

bool
shape_sig(struct view commit, struct sig *sig)
{
	struct shape_read p;
	struct buf signature;
	bool ok = false;

	if (commit.len > SHAPE_COMMIT_MAX || !shape_split(commit, &p))
		return false;
	buf_init(&signature, SHAPE_COMMIT_MAX);
	undo_indent(p.signature, &signature);
	ok = sshsig_raw(buf_view(&signature), sig);
	buf_done(&signature);
	return ok;
}

int
shape_take(struct shape *s, const struct shape_commit *c, struct view commit,
    struct err *e)
{
	struct shape_read p;
	struct buf again, signature;
	bool ok;

	buf_init(&again, SHAPE_COMMIT_MAX);
	buf_init(&signature, SHAPE_COMMIT_MAX);
	ok = shape_split(commit, &p);
	if (ok) {
		undo_indent(p.signature, &signature);
		put_commit(s, c, buf_view(&signature), &again);
		ok = view_eq(buf_view(&again), commit) &&
		    shape_signed(commit, &s->pub);
	}
	buf_done(&again);
	buf_done(&signature);
	if (!ok)
		return err_set(e, ERR_PEER, "a commit of the ledger is not "
		    "what the log makes of it");
	oid_of(OID_COMMIT, commit, &s->tip);
	s->begun = true;
	return 0;
}
