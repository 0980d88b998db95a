/*
 * Why packs and not loose objects: a commit here is five objects, each of
 * which would be a file of its own with two waits for the disk, and a busy hub
 * makes many commits in the second between two flushes. A pack is two files
 * however much is in it.
 */
#include "daemon/ledger/repo.h"

#include <dirent.h>
#include <git2.h>
#include <malloc.h>
#include <pthread.h>
#include <string.h>
#include <unistd.h>

#include "common/base/file.h"
#include "common/base/mem.h"
#include "daemon/ledger/gitpack.h"
#include "daemon/ledger/packs.h"

#define MAPPED_BYTES (4 * 1024 * 1024)
#define MERGES_MAX 4 /* at one look */

struct repo {
	char *path, *ref;
	git_repository *git;
	git_odb *odb;
	struct gitpack *pack; /* what was put since the last flush, or NULL */
	unsigned flushes;
};

static const git_object_t types[] = { GIT_OBJECT_COMMIT, GIT_OBJECT_TREE,
	GIT_OBJECT_BLOB };

/* ---- libgit2, set once ---- */

/* Nobody's settings but the repository's own count, memory is bounded, and
 * what is written is durable. Ownership is not asked: nothing in a ledger is
 * run or obeyed, and a verifier may be another user than the hub. */
static void
set_library(void)
{
	static const int levels[] = { GIT_CONFIG_LEVEL_SYSTEM,
		GIT_CONFIG_LEVEL_XDG, GIT_CONFIG_LEVEL_GLOBAL,
		GIT_CONFIG_LEVEL_PROGRAMDATA };
	size_t i;

	git_libgit2_init();
	for (i = 0; i < sizeof(levels) / sizeof(levels[0]); i++)
		git_libgit2_opts(GIT_OPT_SET_SEARCH_PATH, levels[i], "");
	git_libgit2_opts(GIT_OPT_SET_TEMPLATE_PATH, "");
	git_libgit2_opts(GIT_OPT_ENABLE_FSYNC_GITDIR, 1);
	git_libgit2_opts(GIT_OPT_ENABLE_CACHING, 0);
	git_libgit2_opts(GIT_OPT_SET_MWINDOW_MAPPED_LIMIT,
	    (size_t)MAPPED_BYTES);
	git_libgit2_opts(GIT_OPT_SET_MWINDOW_SIZE, (size_t)MAPPED_BYTES);
	git_libgit2_opts(GIT_OPT_SET_OWNER_VALIDATION, 0);
}

static void
need_library(void)
{
	static pthread_once_t once = PTHREAD_ONCE_INIT;

	pthread_once(&once, set_library);
}

static int
fail(struct err *e, enum err_kind kind, const char *what)
{
	const git_error *why = git_error_last();

	return err_set(e, kind, "%s: %.160s", what,
	    why != NULL && why->message != NULL ? why->message :
	    "git does not say why");
}

static git_oid
git_name(const struct oid *o)
{
	git_oid id;

	memcpy(id.id, o->b, sizeof(id.id));
	return id;
}

/* ---- making, opening ---- */

static char *
in(const char *path, const char *name)
{
	return file_join(path, name);
}

static int
write_in(const char *path, const char *name, const char *text, struct err *e)
{
	char *file = in(path, name);
	int rc = file_replace(file, view_str(text), 0600, e);

	mem_free(file);
	return rc;
}

static int
set_head(const char *path, const char *branch, struct err *e)
{
	struct buf text;
	int rc;

	buf_init(&text, 256);
	buf_add_fmt(&text, "ref: refs/heads/%s\n", branch);
	rc = write_in(path, "HEAD", buf_str(&text), e);
	buf_done(&text);
	return rc;
}

static int
each_in(const char *path, const char *const *names, size_t n,
    int (*fn)(const char *path, struct err *e), struct err *e)
{
	size_t i;
	int rc = 0;

	for (i = 0; rc == 0 && i < n; i++) {
		char *dir = in(path, names[i]);

		rc = fn(dir, e);
		mem_free(dir);
	}
	return rc;
}

/* HEAD comes last: with it git takes the folder for a repository. So it must
 * not outlive a power cut without the folders, which nobody makes again. */
int
repo_make(const char *path, const char *branch, struct err *e)
{
	static const char *const folders[] = { "objects", "objects/pack",
		"objects/info", "refs", "refs/heads" };
	static const char *const parents[] = { "objects", "refs", "", ".." };

	if (file_folder(path, e) != 0 || each_in(path, folders,
	    sizeof(folders) / sizeof(folders[0]), file_folder, e) != 0 ||
	    each_in(path, parents, sizeof(parents) / sizeof(parents[0]),
	    file_sync_folder, e) != 0)
		return -1;
	if (write_in(path, "config", "[core]\n"
	    "\trepositoryformatversion = 0\n\tfilemode = true\n"
	    "\tbare = true\n", e) != 0)
		return -1;
	return set_head(path, branch, e);
}

/* Locks and unfinished packs of a process that was killed: git would wait for
 * the first for ever and never clear the second. */
static void
clear_left_over(const char *path)
{
	static const char *const places[] = { "", "refs/heads",
		"objects/pack" };
	struct dirent *d;
	size_t i, n;

	for (i = 0; i < sizeof(places) / sizeof(places[0]); i++) {
		char *folder = in(path, places[i]);
		DIR *dir = opendir(folder);

		while (dir != NULL && (d = readdir(dir)) != NULL) {
			n = strlen(d->d_name);
			if ((n > 5 && strcmp(d->d_name + n - 5, ".lock") ==
			    0) || strncmp(d->d_name, GITPACK_NEW,
			    strlen(GITPACK_NEW)) == 0)
				(void)unlinkat(dirfd(dir), d->d_name, 0);
		}
		if (dir != NULL)
			closedir(dir);
		mem_free(folder);
	}
}

static bool
head_is(const char *path, const char *branch)
{
	char *file = in(path, "HEAD");
	struct buf have, want;
	struct err why;
	bool ok;

	buf_init(&have, 256);
	buf_init(&want, 256);
	buf_add_fmt(&want, "ref: refs/heads/%s\n", branch);
	ok = file_read(file, &have, &why) == 0 &&
	    view_eq(buf_view(&have), buf_view(&want));
	buf_done(&have);
	buf_done(&want);
	mem_free(file);
	return ok;
}

static int
attach(struct repo *r, struct err *e)
{
	if (git_repository_open_bare(&r->git, r->path) == 0 &&
	    git_repository_odb(&r->odb, r->git) == 0)
		return 0;
	return fail(e, ERR_PEER, "the ledger is damaged");
}

static void
detach(struct repo *r)
{
	git_odb_free(r->odb);
	git_repository_free(r->git);
	r->odb = NULL;
	r->git = NULL;
}

int
repo_open(const char *path, const char *branch, bool write,
    struct repo **out, struct err *e)
{
	struct repo *r;
	struct buf ref;
	char *head = in(path, "HEAD");
	int there = file_exists(head), rc = 0;

	*out = NULL;
	mem_free(head);
	if (!there)
		return err_set(e, ERR_ABSENT, "there is no ledger in %s",
		    path);
	need_library();
	r = mem_new(sizeof(*r));
	r->path = mem_dup(path);
	buf_init(&ref, 256);
	buf_add_fmt(&ref, "refs/heads/%s", branch);
	r->ref = mem_dup(buf_str(&ref));
	buf_done(&ref);
	if (write) {
		clear_left_over(path);
		if (!head_is(path, branch))
			rc = set_head(path, branch, e);
	}
	if (rc == 0)
		rc = attach(r, e);
	if (rc != 0) {
		repo_close(r);
		return -1;
	}
	*out = r;
	return 0;
}

void
repo_close(struct repo *repo)
{
	if (repo == NULL)
		return;
	detach(repo);
	gitpack_free(repo->pack);
	mem_free(repo->ref);
	mem_free(repo->path);
	mem_free(repo);
}

/* ---- reading ---- */

int
repo_tip(struct repo *repo, struct oid *out, struct err *e)
{
	git_oid id;
	int rc = git_reference_name_to_id(&id, repo->git, repo->ref);

	if (rc == GIT_ENOTFOUND)
		return 0;
	if (rc != 0)
		return fail(e, ERR_PEER, "the ledger's branch is damaged");
	memcpy(out->b, id.id, sizeof(out->b));
	return 1;
}

int
repo_read(struct repo *repo, const struct oid *oid, enum oid_kind kind,
    struct buf *out, struct err *e)
{
	git_odb_object *o = NULL;
	git_oid id = git_name(oid);
	int rc = 0;

	if (git_odb_read(&o, repo->odb, &id) != 0)
		return fail(e, ERR_PEER, "the ledger lacks a part");
	if (git_odb_object_type(o) != types[kind])
		rc = err_set(e, ERR_PEER, "the ledger is damaged: an object "
		    "is not what it is named for");
	else
		buf_add(out, git_odb_object_data(o), git_odb_object_size(o));
	git_odb_object_free(o);
	return rc == 0 ? buf_check(out, "a part of the ledger", e) : -1;
}

/* ---- writing ---- */

void
repo_put(struct repo *repo, enum oid_kind kind, struct view data,
    struct oid *out)
{
	if (repo->pack == NULL)
		repo->pack = gitpack_new();
	oid_of(kind, data, out);
	gitpack_add(repo->pack, kind, data, out);
}

static int
write_pack(struct repo *r, struct err *e)
{
	char *folder = in(r->path, "objects/pack");
	int rc = gitpack_write(r->pack, folder, e);

	mem_free(folder);
	return rc;
}

/* Who holds git's lock is the only one who may look and then write. */
static int
write_branch(struct repo *r, const char *lock, const char *file,
    const struct oid *old, struct err *e)
{
	struct oid now;
	int rc = repo_tip(r, &now, e);

	if (rc < 0)
		return -1;
	if (rc != (old != NULL) || (rc == 1 && !oid_eq(&now, old)))
		return err_set(e, ERR_PEER, "somebody else writes into the "
		    "ledger: its branch was moved");
	return file_rename(lock, file, e);
}

/* As git does it, with what libgit2 would look for once more left out: it
 * would map each new pack to find the commit in it. */
static int
move_branch(struct repo *r, const struct oid *old, const struct oid *tip,
    struct err *e)
{
	char text[OID_TEXT + 1], *file = in(r->path, r->ref);
	struct buf lock;
	int rc;

	buf_init(&lock, 4096);
	buf_add_fmt(&lock, "%s.lock", file);
	oid_text(tip, text);
	memcpy(text + OID_TEXT - 1, "\n", 2);
	rc = buf_check(&lock, "a file name", e);
	if (rc == 0)
		rc = file_new(buf_str(&lock), view_str(text), 0600, e);
	if (rc == 0) {
		rc = write_branch(r, buf_str(&lock), file, old, e);
		if (rc != 0)
			(void)unlink(buf_str(&lock));
	}
	buf_done(&lock);
	mem_free(file);
	return rc;
}

/* A disk without room for that now may have it at the next look. */
static int
merge_packs(struct repo *r, struct err *e)
{
	struct err why;
	bool merged = true;
	int n;

	for (n = 0; n < MERGES_MAX && merged; n++) {
		if (packs_merge(r->git, r->path, &merged, &why) != 0) {
			if (why.kind != ERR_PEER)
				return 0;
			*e = why;
			return -1;
		}
		if (!merged)
			break;
		/* libgit2 goes on holding the packs that are gone, and what it
		 * has unpacked of each. */
		detach(r);
		(void)malloc_trim(0);
		if (attach(r, e) != 0)
			return -1;
	}
	return 0;
}

int
repo_flush(struct repo *repo, const struct oid *old, const struct oid *tip,
    struct err *e)
{
	if (write_pack(repo, e) != 0 || move_branch(repo, old, tip, e) != 0)
		return -1;
	gitpack_free(repo->pack);
	repo->pack = NULL;
	return repo->flushes++ % PACKS_TOGETHER == 0 ? merge_packs(repo, e) :
	    0;
}
