/*
 * Which objects a pack has stands in its index (git's pack-format, version 2):
 * 8 bytes of head, 256 running counts, then the names in order.
 */
#include "daemon/ledger/packs.h"

#include <dirent.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/base/buf.h"
#include "common/base/file.h"
#include "common/base/mem.h"

#define STEP_BITS 4          /* a class holds sizes within this many bits */
#define SMALLEST_BITS 14     /* all below 16 KiB are of the first */
#define CLASSES 12
#define INDEX_MAX (256u * 1024 * 1024)
#define HEAD_BYTES (8 + 256 * 4)
#define STEM_BYTES 64
#define PIECE_BYTES (256 * 1024)

struct pack {
	char stem[STEM_BYTES]; /* pack-<sha> */
	unsigned size_class;
};

struct packs {
	struct pack *list;
	size_t count;
};

static unsigned
class_of(off_t bytes)
{
	unsigned bits = 0, c;

	while (bytes > 0) {
		bytes >>= 1;
		bits++;
	}
	c = bits <= SMALLEST_BITS ? 0 :
	    (bits - SMALLEST_BITS + STEP_BITS - 1) / STEP_BITS;
	return c < CLASSES ? c : CLASSES - 1;
}

static void
add_pack(struct packs *p, const char *name, size_t len, off_t bytes)
{
	p->list = mem_more(p->list, p->count, sizeof(*p->list));
	memcpy(p->list[p->count].stem, name, len);
	p->list[p->count].stem[len] = '\0';
	p->list[p->count++].size_class = class_of(bytes);
}

/* Packs that somebody asked git to keep are left alone, and those without an
 * index, which a crash left and nobody reads. */
static void
list_packs(const char *folder, struct packs *p)
{
	DIR *dir = opendir(folder);
	struct dirent *d;
	struct stat st;
	char keep[80], index[80];
	size_t n;

	while (dir != NULL && (d = readdir(dir)) != NULL) {
		n = strlen(d->d_name);
		if (n <= 5 || n - 5 >= sizeof(p->list->stem) ||
		    strcmp(d->d_name + n - 5, ".pack") != 0)
			continue;
		snprintf(keep, sizeof(keep), "%.*s.keep", (int)(n - 5),
		    d->d_name);
		snprintf(index, sizeof(index), "%.*s.idx", (int)(n - 5),
		    d->d_name);
		if (fstatat(dirfd(dir), keep, &st, 0) != 0 &&
		    fstatat(dirfd(dir), index, &st, 0) == 0 &&
		    fstatat(dirfd(dir), d->d_name, &st, 0) == 0)
			add_pack(p, d->d_name, n - 5, st.st_size);
	}
	if (dir != NULL)
		closedir(dir);
}

static char *
file_of(const char *folder, const char *stem, const char *end)
{
	char name[80];

	snprintf(name, sizeof(name), "%s.%s", stem, end);
	return file_join(folder, name);
}

static int
insert_all(git_packbuilder *pb, struct view index)
{
	struct reader r;
	uint64_t count, i;
	git_oid id;

	reader_init(&r, index);
	if (reader_be(&r, 4) != 0xff744f63 || reader_be(&r, 4) != 2)
		return -1;
	reader_bytes(&r, 255 * 4);
	count = reader_be(&r, 4);
	for (i = 0; i < count && !r.bad; i++) {
		reader_copy(&r, id.id, sizeof(id.id));
		if (r.bad || git_packbuilder_insert(pb, &id, NULL) != 0)
			return -1;
	}
	return r.bad ? -1 : 0;
}

static int
insert_pack(git_packbuilder *pb, const char *folder, const char *stem,
    struct err *e)
{
	char *path = file_of(folder, stem, "idx");
	struct buf index;
	int rc;

	buf_init(&index, INDEX_MAX);
	rc = file_read(path, &index, e);
	if (rc == 0 && insert_all(pb, buf_view(&index)) != 0)
		rc = err_set(e, ERR_PEER, "the ledger's file %s is damaged",
		    path);
	buf_done(&index);
	mem_free(path);
	return rc;
}

/* The index first: git takes a pack without one for none. */
static void
remove_pack(const char *folder, const char *stem)
{
	static const char *const ends[] = { "idx", "pack", "rev" };
	size_t i;

	for (i = 0; i < sizeof(ends) / sizeof(ends[0]); i++) {
		char *path = file_of(folder, stem, ends[i]);

		(void)unlink(path);
		mem_free(path);
	}
}

/* libgit2 maps a file anew for each piece it is given, which stops all other
 * threads for a moment: so larger pieces. */
struct pieces {
	git_indexer *to;
	git_indexer_progress seen;
	uint8_t *data;
	size_t len;
};

static int
give(struct pieces *p)
{
	int rc = p->len == 0 ? 0 :
	    git_indexer_append(p->to, p->data, p->len, &p->seen);

	p->len = 0;
	return rc;
}

static int
take(void *data, size_t len, void *ctx)
{
	struct pieces *p = ctx;
	size_t at, n;

	for (at = 0; at < len; at += n) {
		n = len - at < PIECE_BYTES - p->len ? len - at :
		    PIECE_BYTES - p->len;
		memcpy(p->data + p->len, (const uint8_t *)data + at, n);
		p->len += n;
		if (p->len == PIECE_BYTES && give(p) != 0)
			return -1;
	}
	return 0;
}

/* One pack of all that was inserted; its name into ${stem}. */
static int
write_merged(git_packbuilder *pb, git_repository *git, const char *folder,
    char stem[static STEM_BYTES])
{
	struct pieces p = { .data = mem_room(PIECE_BYTES) };
	git_odb *odb = NULL;
	int rc = git_repository_odb(&odb, git);

	if (rc == 0)
		rc = git_indexer_new(&p.to, folder, 0400, odb, NULL);
	if (rc == 0)
		rc = git_packbuilder_foreach(pb, take, &p);
	if (rc == 0)
		rc = give(&p);
	if (rc == 0)
		rc = git_indexer_commit(p.to, &p.seen);
	if (rc == 0)
		snprintf(stem, STEM_BYTES, "pack-%s", git_indexer_name(p.to));
	git_indexer_free(p.to);
	git_odb_free(odb);
	mem_free(p.data);
	return rc;
}

static int
merge_class(git_repository *git, const char *folder, const struct packs *p,
    unsigned size_class, struct err *e)
{
	git_packbuilder *pb = NULL;
	char stem[STEM_BYTES] = "";
	size_t i;
	int rc = git_packbuilder_new(&pb, git);

	if (rc != 0)
		return err_set(e, ERR_LOCAL, "the ledger's packs cannot be "
		    "put together");
	for (i = 0; rc == 0 && i < p->count; i++)
		if (p->list[i].size_class == size_class)
			rc = insert_pack(pb, folder, p->list[i].stem, e);
	if (rc == 0 && write_merged(pb, git, folder, stem) != 0)
		rc = err_set(e, ERR_LOCAL, "the ledger's packs cannot be "
		    "put together");
	git_packbuilder_free(pb);
	for (i = 0; rc == 0 && i < p->count; i++)
		if (p->list[i].size_class == size_class &&
		    strcmp(p->list[i].stem, stem) != 0)
			remove_pack(folder, p->list[i].stem);
	return rc;
}

int
packs_merge(git_repository *git, const char *path, bool *merged,
    struct err *e)
{
	char *folder = file_join(path, "objects/pack");
	struct packs p = { 0 };
	unsigned counts[CLASSES] = { 0 }, c;
	size_t i;
	int rc = 0;

	*merged = false;
	list_packs(folder, &p);
	for (i = 0; i < p.count; i++)
		counts[p.list[i].size_class]++;
	for (c = 0; rc == 0 && c < CLASSES && !*merged; c++)
		if (counts[c] >= PACKS_TOGETHER) {
			rc = merge_class(git, folder, &p, c, e);
			*merged = rc == 0;
		}
	mem_free(p.list);
	mem_free(folder);
	return rc;
}
