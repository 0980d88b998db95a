/*
 * Landlock by its system calls; the C library has no functions for it.
 *
 * The headers of Debian 12 know version 2, its kernel too. What newer kernels
 * add is named here and asked for only where it is there, so that the same
 * program confines itself as far as the machine allows.
 */
#include "daemon/sandbox.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/landlock.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "common/base/mem.h"

#define REFER_SINCE 2
#define TRUNCATE_SINCE 3
#define NET_SINCE 4

#define FS_TRUNCATE (1ULL << 14)
#define NET_BIND (1ULL << 0)
#define NET_CONNECT (1ULL << 1)
#define RULE_NET_PORT ((enum landlock_rule_type)2)

#define FS_READ (LANDLOCK_ACCESS_FS_READ_FILE | LANDLOCK_ACCESS_FS_READ_DIR)
#define FS_KEEP (FS_READ | LANDLOCK_ACCESS_FS_WRITE_FILE | \
	LANDLOCK_ACCESS_FS_REMOVE_DIR | LANDLOCK_ACCESS_FS_REMOVE_FILE | \
	LANDLOCK_ACCESS_FS_MAKE_DIR | LANDLOCK_ACCESS_FS_MAKE_REG | \
	LANDLOCK_ACCESS_FS_MAKE_SOCK | LANDLOCK_ACCESS_FS_MAKE_SYM | \
	LANDLOCK_ACCESS_FS_REFER)
/* Handled and granted nowhere: programs, devices, pipes. */
#define FS_NEVER (LANDLOCK_ACCESS_FS_EXECUTE | \
	LANDLOCK_ACCESS_FS_MAKE_CHAR | LANDLOCK_ACCESS_FS_MAKE_BLOCK | \
	LANDLOCK_ACCESS_FS_MAKE_FIFO)

struct ruleset {
	__u64 fs, net; /* the newer kernel's form of landlock_ruleset_attr */
};

struct net_rule {
	__u64 access, port;
};

int
sandbox_kernel(void)
{
	long v = syscall(SYS_landlock_create_ruleset, NULL, 0,
	    LANDLOCK_CREATE_RULESET_VERSION);

	return v >= REFER_SINCE ? (int)v : 0;
}

/* ---- rules ---- */

struct box {
	int fd, kernel;
	struct ruleset all; /* what is given up unless a rule gives it back */
};

/* What is not there needs no rule. */
static int
allow(const struct box *b, const char *path, __u64 access, struct err *e)
{
	struct landlock_path_beneath_attr rule = {
		.allowed_access = access & b->all.fs,
		.parent_fd = open(path, O_PATH | O_CLOEXEC) };
	struct stat st;
	long rc;

	if (rule.parent_fd < 0)
		return 0;
	/* Of a file only what can be done with a file. */
	if (fstat(rule.parent_fd, &st) == 0 && !S_ISDIR(st.st_mode))
		rule.allowed_access &= LANDLOCK_ACCESS_FS_READ_FILE |
		    LANDLOCK_ACCESS_FS_WRITE_FILE | FS_TRUNCATE;
	rc = syscall(SYS_landlock_add_rule, b->fd,
	    LANDLOCK_RULE_PATH_BENEATH, &rule, 0);
	if (rc != 0)
		err_set(e, ERR_LOCAL, "cannot confine the hub to its folder "
		    "(%s): %s", path, strerror(errno));
	close(rule.parent_fd);
	return rc == 0 ? 0 : -1;
}

/* The folder of ${path}; "" when it names none. */
static void
folder_of(char *path)
{
	char *slash = strrchr(path, '/');

	if (slash == NULL)
		path[0] = '\0';
	else
		slash[slash == path ? 1 : 0] = '\0';
}

/* The folder in which ${path} stands in truth: a renewed certificate is put in
 * its place by another file of the same name. */
static int
allow_beside(const struct box *b, const char *path, struct err *e)
{
	char *real = path != NULL ? realpath(path, NULL) : NULL;
	int rc;

	if (real == NULL)
		return 0;
	folder_of(real);
	rc = allow(b, real, FS_READ, e);
	mem_free(real);
	return rc;
}

static int
allow_port(const struct box *b, const char *port, struct err *e)
{
	struct net_rule rule = { NET_BIND,
		(__u64)strtoul(port, NULL, 10) };

	if (b->all.net == 0 || syscall(SYS_landlock_add_rule, b->fd,
	    RULE_NET_PORT, &rule, 0) == 0)
		return 0;
	return err_set(e, ERR_LOCAL, "cannot confine the hub to port %s: %s",
	    port, strerror(errno));
}

/* Where a monitor asks: a port, or a socket that is made anew at each start. */
static int
allow_metrics(const struct box *b, const char *where, struct err *e)
{
	char *folder;
	int rc;

	if (where == NULL)
		return 0;
	if (where[0] != '/')
		return allow_port(b, strrchr(where, ':') + 1, e);
	folder = mem_dup(where);
	folder_of(folder);
	rc = allow(b, folder, LANDLOCK_ACCESS_FS_MAKE_SOCK |
	    LANDLOCK_ACCESS_FS_REMOVE_FILE, e);
	mem_free(folder);
	return rc;
}

static int
add_rules(const struct box *b, const struct settings *s, const char *file,
    struct err *e)
{
	static const char *const read[] = { "/etc", "/usr", "/lib", "/lib64",
		"/proc", "/dev/urandom" };
	size_t i;

	if (allow(b, s->data, FS_KEEP | FS_TRUNCATE, e) != 0 ||
	    allow(b, "/dev/null", FS_READ | LANDLOCK_ACCESS_FS_WRITE_FILE,
	    e) != 0 || allow_beside(b, s->tls_cert, e) != 0 ||
	    allow_beside(b, s->tls_key, e) != 0 ||
	    allow_beside(b, file, e) != 0 ||
	    allow_metrics(b, s->metrics, e) != 0 ||
	    allow_port(b, s->listen_port, e) != 0)
		return -1;
	for (i = 0; i < sizeof(read) / sizeof(read[0]); i++)
		if (allow(b, read[i], FS_READ, e) != 0)
			return -1;
	return 0;
}

/* ---- going in ---- */

int
sandbox_enter(const struct settings *s, const char *file, struct err *e)
{
	struct box b = { .kernel = sandbox_kernel() };
	size_t n = sizeof(b.all.fs);
	int rc = -1;

	if (b.kernel == 0)
		return 0;
	b.all.fs = FS_KEEP | FS_NEVER;
	if (b.kernel >= TRUNCATE_SINCE)
		b.all.fs |= FS_TRUNCATE;
	if (b.kernel >= NET_SINCE) {
		b.all.net = NET_BIND | NET_CONNECT;
		n = sizeof(b.all);
	}
	b.fd = (int)syscall(SYS_landlock_create_ruleset, &b.all, n, 0);
	if (b.fd < 0)
		return err_set(e, ERR_LOCAL, "cannot confine the hub to its "
		    "folder: %s", strerror(errno));
	if (add_rules(&b, s, file, e) == 0) {
		rc = 1;
		if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0 ||
		    syscall(SYS_landlock_restrict_self, b.fd, 0) != 0)
			rc = err_set(e, ERR_LOCAL, "cannot confine the hub "
			    "to its folder: %s", strerror(errno));
	}
	close(b.fd);
	return rc;
}
