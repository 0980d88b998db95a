/*
 * Loading a part: from the folder that belongs to this very program, whatever
 * the environment says, and only one that was built with it.
 */
#include "client/parts/parts.h"

#include <dlfcn.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define PATH_BYTES 4096

struct part {
	const char *file;
	void *handle;
};

static struct part parts[PARTS_COUNT] = {
	[PARTS_HTTPS] = { "tugi-https.so", NULL },
	[PARTS_GIT] = { "tugi-git.so", NULL },
	[PARTS_PDF] = { "tugi-pdf.so", NULL },
	[PARTS_ALPHABET] = { "tugi-alphabet.so", NULL },
};
/* Beside the program: where it is installed, and where it is built. */
static const char *const folders[] = { "../lib/tugi", "parts" };

/* The folder that the program itself lies in; false: the system hides it. */
static bool
own_folder(char out[PATH_BYTES])
{
	ssize_t n = readlink("/proc/self/exe", out, PATH_BYTES - 1);
	char *slash;

	if (n <= 0 || n == PATH_BYTES - 1)
		return false;
	out[n] = '\0';
	slash = strrchr(out, '/');
	if (slash == NULL)
		return false;
	*slash = '\0';
	return true;
}

static int
unfit(const struct part *p, struct err *e)
{
	return err_set(e, ERR_LOCAL, "a part of the program is missing or does "
	    "not fit, %s: install tugi again", p->file);
}

static int
load(struct part *p, struct err *e)
{
	char dir[PATH_BYTES - 64], path[PATH_BYTES];
	const char *version;
	size_t i;

	if (!own_folder(path))
		return err_set(e, ERR_LOCAL, "the program cannot find out "
		    "where it is installed: /proc is not mounted");
	snprintf(dir, sizeof(dir), "%.*s", (int)sizeof(dir) - 1, path);
	for (i = 0; p->handle == NULL && i < 2; i++) {
		snprintf(path, sizeof(path), "%s/%s/%s", dir, folders[i],
		    p->file);
		if (access(path, F_OK) == 0)
			p->handle = dlopen(path, RTLD_NOW | RTLD_LOCAL);
	}
	version = p->handle != NULL ? dlsym(p->handle, "parts_version") : NULL;
	if (version != NULL && strcmp(version, TUGI_VERSION) == 0)
		return 0;
	if (p->handle != NULL)
		dlclose(p->handle);
	p->handle = NULL;
	return unfit(p, e);
}

int
parts_find(enum parts_name part, const char *name, void *function,
    struct err *e)
{
	struct part *p = &parts[part];
	void *at;

	if (p->handle == NULL && load(p, e) != 0)
		return -1;
	at = dlsym(p->handle, name);
	if (at == NULL)
		return unfit(p, e);
	memcpy(function, &at, sizeof(at));
	return 0;
}
