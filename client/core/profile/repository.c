/* The second and last door to libgit2 on the client: reading a commit. */
#include "client/core/profile/repository.h"

#include <git2.h>
#include <stdlib.h>
#include <string.h>

#include "common/base/mem.h"
#include "common/base/text.h"

struct opened {
	git_repository *repo;
	git_commit *commit;
	git_tree *tree;
	struct buf prefix; /* the folder within the repository, "a/b/" or "" */
};

static int
fail(struct err *e, const char *what)
{
	const git_error *why = git_error_last();

	return err_set(e, ERR_INPUT, "%s: %.160s", _(what),
	    why != NULL && why->message != NULL ? why->message :
	    _("git does not say why"));
}

/* ${dir} within the work tree; a bare repository has its files at the top. */
static int
find_prefix(const char *dir, struct opened *o, struct err *e)
{
	const char *top = git_repository_workdir(o->repo);
	char *here, *root;
	size_t n;
	int rc = 0;

	if (top == NULL)
		return 0;
	here = realpath(dir, NULL);
	root = realpath(top, NULL);
	n = root != NULL ? strlen(root) : 0;
	if (here == NULL || root == NULL || strncmp(here, root, n) != 0 ||
	    (here[n] != '/' && here[n] != '\0' && n > 1))
		rc = err_set(e, ERR_INPUT, "%.200s is not a folder of the "
		    "repository's work tree", dir);
	else if (here[n] != '\0')
		buf_add_fmt(&o->prefix, "%s/", here + n + (n > 1 ? 1 : 0));
	mem_free(here);
	mem_free(root);
	return rc == 0 ? buf_check(&o->prefix, "the folder's name", e) : -1;
}

/* Changes in the folder that no commit has. */
static int
check_clean(struct opened *o, struct err *e)
{
	git_status_options so;
	char *path = (char *)(uintptr_t)buf_str(&o->prefix);
	const git_status_entry *one;
	git_status_list *list = NULL;
	const char *name;
	size_t n;
	int rc = 0;

	if (git_repository_workdir(o->repo) == NULL)
		return 0;
	git_status_options_init(&so, GIT_STATUS_OPTIONS_VERSION);
	so.flags = GIT_STATUS_OPT_INCLUDE_UNTRACKED |
	    GIT_STATUS_OPT_RECURSE_UNTRACKED_DIRS |
	    GIT_STATUS_OPT_DISABLE_PATHSPEC_MATCH;
	if (o->prefix.len > 0) {
		so.pathspec.strings = &path;
		so.pathspec.count = 1;
	}
	if (git_status_list_new(&list, o->repo, &so) != 0)
		return fail(e, N_("the work tree cannot be compared with the "
		    "commit"));
	n = git_status_list_entrycount(list);
	if (n > 0) {
		one = git_status_byindex(list, 0);
		name = one->index_to_workdir != NULL ?
		    one->index_to_workdir->new_file.path :
		    one->head_to_index->new_file.path;
		rc = err_set(e, ERR_INPUT, "%.120s%s changed since the last "
		    "commit: commit it, or name the commit that counts with "
		    "--commit", name, n > 1 ? _(" and others") : "");
	}
	git_status_list_free(list);
	return rc;
}

static int
find_commit(const char *rev, struct opened *o, struct err *e)
{
	git_object *found = NULL, *peeled = NULL;
	int rc = -1;

	if (git_revparse_single(&found, o->repo, rev != NULL ? rev : "HEAD")
	    != 0) {
		if (rev == NULL)
			err_set(e, ERR_INPUT,
			    "the repository has no commit yet");
		else
			err_set(e, ERR_INPUT, "the repository has no commit "
			    "%.60s", rev);
		goto out;
	}
	if (git_object_peel(&peeled, found, GIT_OBJECT_COMMIT) != 0 ||
	    git_commit_lookup(&o->commit, o->repo, git_object_id(peeled)) !=
	    0 || git_commit_tree(&o->tree, o->commit) != 0) {
		fail(e, N_("the commit cannot be read"));
		goto out;
	}
	rc = 0;
out:
	git_object_free(found);
	git_object_free(peeled);
	return rc;
}

static int
read_file(struct opened *o, const char *name, struct buf *out, bool *there,
    struct err *e)
{
	git_tree_entry *entry = NULL;
	git_blob *blob = NULL;
	struct buf path;
	int rc = 0;

	*there = false;
	buf_init(&path, 8192);
	buf_add_fmt(&path, "%s%s", buf_str(&o->prefix), name);
	if (git_tree_entry_bypath(&entry, o->tree, buf_str(&path)) != 0)
		goto out;
	if (git_tree_entry_type(entry) != GIT_OBJECT_BLOB ||
	    git_tree_entry_filemode(entry) == GIT_FILEMODE_LINK) {
		rc = err_set(e, ERR_INPUT, "%s is not a plain file", name);
		goto out;
	}
	if (git_blob_lookup(&blob, o->repo, git_tree_entry_id(entry)) != 0) {
		rc = fail(e, N_("a file of the commit cannot be read"));
		goto out;
	}
	buf_add(out, git_blob_rawcontent(blob),
	    (size_t)git_blob_rawsize(blob));
	rc = buf_check(out, name, e);
	*there = rc == 0;
out:
	git_blob_free(blob);
	git_tree_entry_free(entry);
	buf_done(&path);
	return rc;
}

int
repository_read(const struct repository_ask *ask,
    struct repository_files *out, struct err *e)
{
	struct opened o = { .repo = NULL };
	size_t i;
	int rc = -1;

	git_libgit2_init();
	buf_init(&o.prefix, 8192);
	if (git_repository_open_ext(&o.repo, ask->dir, 0, NULL) != 0) {
		fail(e, N_("this is not a git repository"));
		goto out;
	}
	if (find_prefix(ask->dir, &o, e) != 0 ||
	    find_commit(ask->rev, &o, e) != 0 ||
	    (ask->rev == NULL && check_clean(&o, e) != 0))
		goto out;
	rc = 0;
	for (i = 0; rc == 0 && i < ask->count; i++)
		rc = read_file(&o, ask->names[i], &out->texts[i],
		    &out->there[i], e);
	git_oid_tostr(out->commit, sizeof(out->commit),
	    git_commit_id(o.commit));
out:
	git_tree_free(o.tree);
	git_commit_free(o.commit);
	git_repository_free(o.repo);
	buf_done(&o.prefix);
	git_libgit2_shutdown();
	return rc;
}
