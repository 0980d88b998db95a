/* Names, contents, and what a cut leaves of them; see the header. */
#include <dirent.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "common/base/mem.h"
#include "tests/cutdisk/cutdisk_inner.h"

#define PATH_BYTES 400
#define NAME_BYTES 96
#define FILE_MAX ((size_t)1 << 28)
#define SECTOR 512

enum kind { WRITE, RESIZE, NAME, RENAME };

struct change {
	struct change *next;
	enum kind kind;
	size_t at, len;             /* of a write; a resize has the size in at */
	struct cutdisk_node *node;  /* of a name; NULL: it is gone */
	char name[NAME_BYTES], to[NAME_BYTES];
	uint8_t data[];
};

struct entry {
	char name[NAME_BYTES];
	struct cutdisk_node *node;
};

struct names {
	struct entry *list;
	size_t count;
};

struct cutdisk_node {
	struct cutdisk_node *next; /* all of them */
	bool folder, lies;
	int map;                   /* of what is mapped; -1: nothing is */
	struct buf seen, kept;     /* of a file */
	struct names names, durable;
	struct change *changes, **end; /* unsynced, in order */
};

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static bool watching, dark, names_with_files;
static char root[PATH_BYTES], lie[NAME_BYTES];
static size_t root_len;
static uint64_t state, ops, cut_at;
static struct cutdisk_node *all, *top;

static void
broken(const char *what)
{
	fprintf(stderr, "cutdisk: %s\n", what);
	abort();
}

/* SplitMix64. */
static uint64_t
draw(void)
{
	uint64_t z = (state += UINT64_C(0x9e3779b97f4a7c15));

	z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
	z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
	return z ^ (z >> 31);
}

size_t
cutdisk_below(size_t n)
{
	return n == 0 ? 0 : (size_t)(draw() % n);
}

/* ---- nodes ---- */

static struct cutdisk_node *
node_new(bool folder)
{
	struct cutdisk_node *n = mem_new(sizeof(*n));

	n->folder = folder;
	n->map = -1;
	n->end = &n->changes;
	buf_init(&n->seen, FILE_MAX);
	buf_init(&n->kept, FILE_MAX);
	n->next = all;
	all = n;
	return n;
}

static void
forget_changes(struct cutdisk_node *n)
{
	struct change *c, *next;

	for (c = n->changes; c != NULL; c = next) {
		next = c->next;
		mem_free(c);
	}
	n->changes = NULL;
	n->end = &n->changes;
}

static void
forget_all(void)
{
	struct cutdisk_node *n, *next;

	for (n = all; n != NULL; n = next) {
		next = n->next;
		forget_changes(n);
		if (n->map >= 0)
			syscall(SYS_close, n->map);
		buf_done(&n->seen);
		buf_done(&n->kept);
		mem_free(n->names.list);
		mem_free(n->durable.list);
		mem_free(n);
	}
	all = top = NULL;
}

static struct change *
note(struct cutdisk_node *n, enum kind kind, size_t len)
{
	struct change *c = mem_new(sizeof(*c) + len);

	c->kind = kind;
	c->len = len;
	*n->end = c;
	n->end = &c->next;
	return c;
}

static void
copy(struct buf *to, const struct buf *from)
{
	buf_reset(to);
	buf_add(to, from->data, from->len);
}

static void
resize(struct buf *b, size_t size)
{
	size_t more = size > b->len ? size - b->len : 0;

	if (more > 0)
		memset(buf_reserve(b, more), 0, more);
	b->len = size;
}

static void
put(struct buf *b, size_t at, const void *data, size_t len)
{
	if (at + len > b->len)
		resize(b, at + len);
	memcpy(b->data + at, data, len);
}

/* ---- names ---- */

static struct cutdisk_node *
name_find(const struct names *in, const char *name)
{
	size_t i;

	for (i = 0; i < in->count; i++)
		if (strcmp(in->list[i].name, name) == 0)
			return in->list[i].node;
	return NULL;
}

static void
name_set(struct names *in, const char *name, struct cutdisk_node *n)
{
	size_t i;

	for (i = 0; i < in->count; i++)
		if (strcmp(in->list[i].name, name) == 0)
			break;
	if (n == NULL) {
		if (i < in->count)
			in->list[i] = in->list[--in->count];
		return;
	}
	if (i == in->count) {
		in->list = mem_more(in->list, in->count, sizeof(*in->list));
		in->count++;
		snprintf(in->list[i].name, NAME_BYTES, "%s", name);
	}
	in->list[i].node = n;
}

static void
names_copy(struct names *to, const struct names *from)
{
	size_t i;

	to->count = 0;
	for (i = 0; i < from->count; i++)
		name_set(to, from->list[i].name, from->list[i].node);
}

static void
name_take(struct names *in, const struct change *c)
{
	if (c->kind == RENAME)
		name_set(in, c->name, NULL);
	name_set(in, c->kind == RENAME ? c->to : c->name, c->node);
}

/* The folder of ${path}, and the name in it. */
static struct cutdisk_node *
parent(const char *path, char name[static NAME_BYTES])
{
	struct cutdisk_node *n = top;
	const char *at = path + root_len, *end;

	for (;;) {
		while (*at == '/')
			at++;
		end = strchrnul(at, '/');
		if ((size_t)(end - at) >= NAME_BYTES)
			broken("a name is too long");
		memcpy(name, at, (size_t)(end - at));
		name[end - at] = '\0';
		while (*end == '/')
			end++;
		if (*end == '\0' || n == NULL)
			return n;
		n = name_find(&n->names, name);
		at = end;
	}
}

struct cutdisk_node *
cutdisk_find(const char *path)
{
	char name[NAME_BYTES];
	struct cutdisk_node *in = parent(path, name);

	return in == NULL || name[0] == '\0' ? in :
	    name_find(&in->names, name);
}

static void
name_changed(struct cutdisk_node *in, const char *name, const char *to,
    struct cutdisk_node *n)
{
	struct change *c;

	if (in == NULL)
		broken("a name in a folder that is not there");
	c = note(in, to == NULL ? NAME : RENAME, 0);
	snprintf(c->name, NAME_BYTES, "%s", name);
	if (to != NULL)
		snprintf(c->to, NAME_BYTES, "%s", to);
	c->node = n;
	name_take(&in->names, c);
}

struct cutdisk_node *
cutdisk_made(const char *path, bool folder)
{
	char name[NAME_BYTES];
	struct cutdisk_node *in = parent(path, name), *n = node_new(folder);

	n->lies = lie[0] != '\0' && strstr(path, lie) != NULL;
	name_changed(in, name, NULL, n);
	return n;
}

void
cutdisk_moved(const char *from, const char *to)
{
	char name[NAME_BYTES], other[NAME_BYTES];
	struct cutdisk_node *in = parent(from, name);

	if (in == NULL || in != parent(to, other))
		broken("a rename from folder to folder");
	name_changed(in, name, other, name_find(&in->names, name));
}

void
cutdisk_linked(const char *from, const char *to)
{
	char name[NAME_BYTES];
	struct cutdisk_node *in = parent(to, name);

	name_changed(in, name, NULL, cutdisk_find(from));
}

void
cutdisk_removed(const char *path)
{
	char name[NAME_BYTES];
	struct cutdisk_node *in = parent(path, name);

	name_changed(in, name, NULL, NULL);
}

/* ---- contents ---- */

void
cutdisk_wrote(struct cutdisk_node *n, size_t at, const void *data, size_t len)
{
	struct change *c = note(n, WRITE, len);

	c->at = at;
	memcpy(c->data, data, len);
	put(&n->seen, at, data, len);
}

void
cutdisk_resized(struct cutdisk_node *n, size_t size)
{
	note(n, RESIZE, 0)->at = size;
	resize(&n->seen, size);
}

size_t
cutdisk_size(const struct cutdisk_node *n)
{
	return n->seen.len;
}

void
cutdisk_mapped(struct cutdisk_node *n, int fd)
{
	if (n->map < 0)
		n->map = (int)syscall(SYS_dup, fd);
}

void
cutdisk_look(struct cutdisk_node *n)
{
	uint8_t now[SECTOR];
	size_t at, len;

	for (at = 0; n->map >= 0 && !dark && at < n->seen.len; at += len) {
		len = n->seen.len - at < SECTOR ? n->seen.len - at : SECTOR;
		if (syscall(SYS_pread64, n->map, now, len, at) !=
		    (ssize_t)len)
			return;
		if (memcmp(now, n->seen.data + at, len) != 0)
			cutdisk_wrote(n, at, now, len);
	}
}

static void
settle_names(struct cutdisk_node *n)
{
	if (n->lies)
		return;
	names_copy(&n->durable, &n->names);
	forget_changes(n);
}

void
cutdisk_synced(struct cutdisk_node *n)
{
	struct cutdisk_node *f;

	if (n->folder) {
		settle_names(n);
		return;
	}
	if (n->lies)
		return;
	copy(&n->kept, &n->seen);
	forget_changes(n);
	for (f = all; names_with_files && f != NULL; f = f->next)
		if (f->folder)
			settle_names(f);
}

/* ---- the cut ---- */

static void
tear(struct buf *b, const struct change *c, bool garbage)
{
	uint8_t junk[SECTOR];
	size_t at, n, i;

	for (at = 0; at < c->len; at += n) {
		n = SECTOR - (c->at + at) % SECTOR;
		if (n > c->len - at)
			n = c->len - at;
		switch (cutdisk_below(garbage ? 5 : 4)) {
		case 0:
		case 1:
			put(b, c->at + at, c->data + at, n);
			break;
		case 4:
			for (i = 0; i < n; i++)
				junk[i] = (uint8_t)draw();
			put(b, c->at + at, junk, n);
			break;
		default:
			break;
		}
	}
}

static void
survive(struct cutdisk_node *n, const struct change *c, enum cutdisk_cut how)
{
	size_t luck = how >= CUTDISK_SECTORS && !n->folder ?
	    cutdisk_below(3) : 0;

	if (luck == 1)
		return;
	if (n->folder)
		name_take(&n->durable, c);
	else if (c->kind == RESIZE)
		resize(&n->kept, c->at);
	else if (luck == 2)
		tear(&n->kept, c, how == CUTDISK_GARBAGE);
	else
		put(&n->kept, c->at, c->data, c->len);
}

static void
cut_node(struct cutdisk_node *n, enum cutdisk_cut how)
{
	size_t keep = 0, total = 0;
	struct change *c;

	for (c = n->changes; c != NULL; c = c->next)
		total++;
	if (how == CUTDISK_PREFIX || (how > CUTDISK_PREFIX && n->folder))
		keep = cutdisk_below(total + 1);
	else if (how != CUTDISK_DROP)
		keep = total;
	for (c = n->changes; c != NULL && keep > 0; c = c->next, keep--)
		survive(n, c, how);
}

/* ---- the real folder ---- */

static void
clear_folder(const char *path)
{
	char sub[PATH_BYTES * 2];
	struct dirent *d;
	struct stat st;
	DIR *dir = opendir(path);

	while (dir != NULL && (d = readdir(dir)) != NULL) {
		if (strcmp(d->d_name, ".") == 0 ||
		    strcmp(d->d_name, "..") == 0)
			continue;
		snprintf(sub, sizeof(sub), "%s/%s", path, d->d_name);
		if (lstat(sub, &st) == 0 && S_ISDIR(st.st_mode)) {
			clear_folder(sub);
			syscall(SYS_rmdir, sub);
		} else {
			syscall(SYS_unlink, sub);
		}
	}
	if (dir != NULL)
		closedir(dir);
}

static void
put_file(const char *path, const struct buf *content)
{
	int fd = (int)syscall(SYS_openat, AT_FDCWD, path,
	    O_WRONLY | O_CREAT | O_TRUNC, 0600);

	if (fd < 0 || syscall(SYS_pwrite64, fd, content->data, content->len,
	    0) != (ssize_t)content->len)
		broken("a file cannot be put back");
	syscall(SYS_close, fd);
}

static void
put_folder(const char *path, const struct cutdisk_node *n)
{
	char sub[PATH_BYTES * 2];
	size_t i;

	for (i = 0; i < n->durable.count; i++) {
		const struct entry *e = &n->durable.list[i];

		snprintf(sub, sizeof(sub), "%s/%s", path, e->name);
		if (!e->node->folder) {
			put_file(sub, &e->node->kept);
		} else if (syscall(SYS_mkdir, sub, 0700) != 0) {
			broken("a folder cannot be put back");
		} else {
			put_folder(sub, e->node);
		}
	}
}

static void
take_file(const char *path, struct cutdisk_node *n)
{
	int fd = (int)syscall(SYS_openat, AT_FDCWD, path, O_RDONLY, 0);
	uint8_t part[8192];
	ssize_t got;

	while ((got = syscall(SYS_read, fd, part, sizeof(part))) > 0)
		buf_add(&n->seen, part, (size_t)got);
	if (fd < 0 || got < 0)
		broken("a file cannot be read");
	syscall(SYS_close, fd);
	copy(&n->kept, &n->seen);
}

static struct cutdisk_node *
take_folder(const char *path)
{
	struct cutdisk_node *n = node_new(true), *under;
	char sub[PATH_BYTES * 2];
	struct dirent *d;
	struct stat st;
	DIR *dir = opendir(path);

	while (dir != NULL && (d = readdir(dir)) != NULL) {
		snprintf(sub, sizeof(sub), "%s/%s", path, d->d_name);
		if (strcmp(d->d_name, ".") == 0 ||
		    strcmp(d->d_name, "..") == 0 || !cutdisk_ours(sub))
			continue;
		if (lstat(sub, &st) == 0 && S_ISDIR(st.st_mode)) {
			under = take_folder(sub);
		} else {
			under = node_new(false);
			take_file(sub, under);
		}
		under->lies = lie[0] != '\0' && strstr(sub, lie) != NULL;
		name_set(&n->names, d->d_name, under);
	}
	if (dir == NULL)
		broken("a folder cannot be read");
	closedir(dir);
	names_copy(&n->durable, &n->names);
	return n;
}

/* ---- the test's side ---- */

bool
cutdisk_enter(void)
{
	if (!__atomic_load_n(&watching, __ATOMIC_ACQUIRE))
		return false;
	pthread_mutex_lock(&lock);
	if (watching)
		return true;
	pthread_mutex_unlock(&lock);
	return false;
}

void
cutdisk_leave(void)
{
	pthread_mutex_unlock(&lock);
}

bool
cutdisk_ours(const char *path)
{
	size_t len;

	if (path == NULL || strncmp(path, root, root_len) != 0 ||
	    (path[root_len] != '/' && path[root_len] != '\0'))
		return false;
	len = strlen(path);
	return len < 4 || strcmp(path + len - 4, "-shm") != 0;
}

enum cutdisk_verdict
cutdisk_count(void)
{
	struct cutdisk_node *n;

	if (dark)
		return CUTDISK_DEAD;
	if (++ops != cut_at)
		return CUTDISK_GO;
	for (n = all; n != NULL; n = n->next)
		cutdisk_look(n);
	dark = true;
	return CUTDISK_LAST;
}

bool
cutdisk_off(void)
{
	return dark;
}

static void
watch(bool on)
{
	__atomic_store_n(&watching, on, __ATOMIC_RELEASE);
}

void
cutdisk_watch(const char *folder, uint64_t seed)
{
	snprintf(root, sizeof(root), "%s", folder);
	root_len = strlen(root);
	lie[0] = '\0';
	state = seed;
	ops = cut_at = 0;
	dark = names_with_files = false;
	top = take_folder(root);
	watch(true);
}

void
cutdisk_unwatch(void)
{
	watch(false);
	forget_all();
}

void
cutdisk_names(bool with_files)
{
	names_with_files = with_files;
}

static void
lie_about(const struct cutdisk_node *in, const char *path)
{
	char sub[PATH_BYTES * 2];
	size_t i;

	for (i = 0; i < in->names.count; i++) {
		struct cutdisk_node *n = in->names.list[i].node;

		snprintf(sub, sizeof(sub), "%s/%s", path,
		    in->names.list[i].name);
		n->lies = lie[0] != '\0' && strstr(sub, lie) != NULL;
		if (n->folder)
			lie_about(n, sub);
	}
}

void
cutdisk_lie(const char *part)
{
	snprintf(lie, sizeof(lie), "%s", part != NULL ? part : "");
	lie_about(top, root);
}

uint64_t
cutdisk_ops(void)
{
	uint64_t n;

	pthread_mutex_lock(&lock);
	n = ops;
	pthread_mutex_unlock(&lock);
	return n;
}

void
cutdisk_cut_at(uint64_t op)
{
	pthread_mutex_lock(&lock);
	cut_at = op;
	pthread_mutex_unlock(&lock);
}

bool
cutdisk_dark(void)
{
	bool is;

	pthread_mutex_lock(&lock);
	is = dark;
	pthread_mutex_unlock(&lock);
	return is;
}

void
cutdisk_restart(enum cutdisk_cut how)
{
	struct cutdisk_node *n;

	for (n = all; n != NULL; n = n->next)
		cutdisk_look(n);
	watch(false);
	for (n = all; n != NULL; n = n->next)
		cut_node(n, how);
	clear_folder(root);
	put_folder(root, top);
	forget_all();
	top = take_folder(root);
	cut_at = 0;
	dark = false;
	watch(true);
}
