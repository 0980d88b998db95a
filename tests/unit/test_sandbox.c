/*
 * daemon/sandbox: what a confined process can no longer do. Each attempt is
 * made in a child, which tells by its exit code; the same attempts outside the
 * sandbox must succeed, or the test proves nothing.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <arpa/inet.h>
#include <cmocka.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <pthread.h>
#include <stdio.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include "daemon/sandbox.h"

#define NET_SINCE 4
#define PATH_BYTES 128

struct place {
	char top[PATH_BYTES], data[PATH_BYTES], cert[PATH_BYTES],
	    key[PATH_BYTES], other[PATH_BYTES], text[PATH_BYTES],
	    conf[PATH_BYTES], run[PATH_BYTES];
	int listener;          /* somebody else's, on loopback */
	uint16_t port;
	struct settings s;
};

static void
put(const char *path)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);

	assert_true(fd >= 0);
	assert_int_equal(write(fd, "words", 5), 5);
	close(fd);
}

static int
set_up(void **state)
{
	struct place *p = calloc(1, sizeof(*p));
	struct sockaddr_in a = { .sin_family = AF_INET,
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	socklen_t n = sizeof(a);

	strcpy(p->top, "/tmp/tugid-sandbox.XXXXXX");
	assert_non_null(mkdtemp(p->top));
	snprintf(p->data, PATH_BYTES, "%.60s/data", p->top);
	snprintf(p->cert, PATH_BYTES, "%.60s/certs", p->top);
	snprintf(p->other, PATH_BYTES, "%.60s/other", p->top);
	assert_int_equal(mkdir(p->data, 0700), 0);
	assert_int_equal(mkdir(p->cert, 0700), 0);
	assert_int_equal(mkdir(p->other, 0700), 0);
	snprintf(p->text, PATH_BYTES, "%.90s/text", p->other);
	put(p->text);
	snprintf(p->key, PATH_BYTES, "%.60s/certs/key", p->top);
	put(p->key);
	snprintf(p->conf, PATH_BYTES, "%.60s/conf", p->top);
	snprintf(p->run, PATH_BYTES, "%.60s/run", p->top);
	assert_int_equal(mkdir(p->conf, 0700), 0);
	assert_int_equal(mkdir(p->run, 0700), 0);
	strcat(p->conf, "/tugid.conf");
	put(p->conf);
	strcat(p->run, "/metrics");
	p->s.metrics = p->run;
	p->s.data = p->data;
	p->s.tls_key = p->s.tls_cert = p->key;
	p->s.listen_port = (char *)(uintptr_t)"0";
	p->listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	assert_int_equal(bind(p->listener, (struct sockaddr *)&a, n), 0);
	assert_int_equal(listen(p->listener, 8), 0);
	assert_int_equal(getsockname(p->listener, (struct sockaddr *)&a, &n),
	    0);
	p->port = ntohs(a.sin_port);
	*state = p;
	return 0;
}

static int
tear_down(void **state)
{
	struct place *p = *state;
	char cmd[PATH_BYTES + 16];

	close(p->listener);
	snprintf(cmd, sizeof(cmd), "rm -rf '%s'", p->top);
	assert_int_equal(system(cmd), 0);
	free(p);
	return 0;
}

/* ---- attempts: 0 it worked, else errno ---- */

static int
try_open(const char *folder, const char *name, int flags)
{
	char path[PATH_BYTES * 2];
	int fd;

	snprintf(path, sizeof(path), "%s/%s", folder, name);
	fd = open(path, flags | O_CLOEXEC, 0600);
	if (fd < 0)
		return errno;
	close(fd);
	return 0;
}

static int
write_data(const struct place *p)
{
	return try_open(p->data, "new", O_WRONLY | O_CREAT);
}

static int
write_other(const struct place *p)
{
	return try_open(p->other, "new", O_WRONLY | O_CREAT);
}

static int
write_tmp(const struct place *p)
{
	return try_open(p->top, "new", O_WRONLY | O_CREAT);
}

static int
change_other(const struct place *p)
{
	return try_open(p->other, "text", O_WRONLY | O_APPEND);
}

static int
empty_other(const struct place *p)
{
	return truncate(p->text, 0) == 0 ? 0 : errno;
}

static int
read_other(const struct place *p)
{
	return try_open(p->other, "text", O_RDONLY);
}

static int
remove_other(const struct place *p)
{
	return unlink(p->text) == 0 ? 0 : errno;
}

static int
move_out(const struct place *p)
{
	char from[PATH_BYTES * 2], to[PATH_BYTES * 2];

	snprintf(from, sizeof(from), "%s/out", p->data);
	snprintf(to, sizeof(to), "%s/out", p->other);
	if (write_data(p) != 0)
		return EINVAL;
	(void)try_open(p->data, "out", O_WRONLY | O_CREAT);
	return rename(from, to) == 0 ? 0 : errno;
}

static int
move_within(const struct place *p)
{
	char from[PATH_BYTES * 2], to[PATH_BYTES * 2];

	snprintf(to, sizeof(to), "%s/below", p->data);
	if (mkdir(to, 0700) != 0 && errno != EEXIST)
		return errno;
	snprintf(from, sizeof(from), "%s/moved", p->data);
	snprintf(to, sizeof(to), "%s/below/moved", p->data);
	(void)try_open(p->data, "moved", O_WRONLY | O_CREAT);
	return rename(from, to) == 0 ? 0 : errno;
}

/* A name inside that leads outside is no way out. */
static int
write_by_link(const struct place *p)
{
	char from[PATH_BYTES * 2];

	snprintf(from, sizeof(from), "%s/link", p->data);
	if (symlink(p->text, from) != 0 && errno != EEXIST)
		return errno;
	return try_open(p->data, "link", O_WRONLY);
}

static int
read_cert(const struct place *p)
{
	return try_open(p->cert, "key", O_RDONLY);
}

static int
write_cert(const struct place *p)
{
	return try_open(p->cert, "key", O_WRONLY);
}

static int
read_conf(const struct place *p)
{
	int fd = open(p->conf, O_RDONLY | O_CLOEXEC);

	if (fd < 0)
		return errno;
	close(fd);
	return 0;
}

/* The monitor's socket: twice, as a reload makes it. */
static int
make_socket(const struct place *p)
{
	struct sockaddr_un a = { .sun_family = AF_UNIX };
	int i, fd, rc = 0;

	snprintf(a.sun_path, sizeof(a.sun_path), "%.100s", p->run);
	for (i = 0; i < 2 && rc == 0; i++) {
		fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
		rc = bind(fd, (struct sockaddr *)&a, sizeof(a)) == 0 &&
		    unlink(p->run) == 0 ? 0 : errno;
		close(fd);
	}
	return rc;
}

static int
write_beside_socket(const struct place *p)
{
	return try_open(p->top, "run/words", O_WRONLY | O_CREAT);
}

static int
read_hosts(const struct place *p)
{
	(void)p;
	return try_open("/etc", "nsswitch.conf", O_RDONLY);
}

/* Only comes back when it did not work. */
static int
run_program(const struct place *p)
{
	char path[] = "/bin/true", *argv[] = { path, NULL };

	(void)p;
	execv(path, argv);
	return errno;
}

static int
connect_out(const struct place *p)
{
	struct sockaddr_in a = { .sin_family = AF_INET,
		.sin_port = htons(p->port),
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	int rc = connect(fd, (struct sockaddr *)&a, sizeof(a)) == 0 ? 0 :
	    errno;

	close(fd);
	return rc;
}

static int
bind_port(uint16_t port)
{
	struct sockaddr_in a = { .sin_family = AF_INET,
		.sin_port = htons(port),
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	int rc = bind(fd, (struct sockaddr *)&a, sizeof(a)) == 0 ? 0 : errno;

	close(fd);
	return rc;
}

static int
bind_own(const struct place *p)
{
	(void)p;
	return bind_port(0);
}

/* Another port than its own: free, since nobody listens below. */
static int
bind_other(const struct place *p)
{
	int rc = EADDRINUSE;
	uint16_t port;

	(void)p;
	for (port = 20011; rc == EADDRINUSE && port < 20100; port++)
		rc = bind_port(port);
	return rc;
}

/* ---- both sides ---- */

typedef int attempt(const struct place *p);

struct from_thread {
	attempt *try;
	const struct place *p;
	int rc;
};

static void *
in_thread(void *arg)
{
	struct from_thread *t = arg;

	t->rc = t->try(t->p);
	return NULL;
}

/* In a child, confined or not, from a thread started afterwards. */
static int
in_child(const struct place *p, attempt *try, int confined)
{
	struct from_thread t = { try, p, 0 };
	struct err e;
	pthread_t thread;
	int status;
	pid_t pid = fork();

	if (pid == 0) {
		if (confined && sandbox_enter(&p->s, p->conf, &e) != 1)
			_exit(255);
		if (try == run_program) /* replaces all threads */
			_exit(try(p));
		if (pthread_create(&thread, NULL, in_thread, &t) != 0)
			_exit(254);
		pthread_join(thread, NULL);
		_exit(t.rc);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFEXITED(status));
	return WEXITSTATUS(status);
}

static int
no_landlock(void)
{
	if (sandbox_kernel() > 0)
		return 0;
	print_message("this kernel has no Landlock: nothing to confine\n");
	return 1;
}

static void
test_allowed(void **state)
{
	static attempt *const may[] = { write_data, move_within, read_cert,
		read_hosts, bind_own, read_conf, make_socket };
	size_t i;

	if (no_landlock())
		return;
	for (i = 0; i < sizeof(may) / sizeof(may[0]); i++)
		assert_int_equal(in_child(*state, may[i], 1), 0);
}

static void
test_refused(void **state)
{
	/* The destructive ones last: each works without the sandbox. */
	static attempt *const not[] = { write_other, write_tmp, change_other,
		write_beside_socket, read_other, write_cert, write_by_link, run_program, move_out,
		remove_other };
	size_t i;
	int rc;

	if (no_landlock())
		return;
	for (i = 0; i < sizeof(not) / sizeof(not[0]); i++) {
		rc = in_child(*state, not[i], 1);
		assert_true(rc == EACCES || rc == EXDEV);
		assert_int_equal(in_child(*state, not[i], 0), 0);
	}
}

static void
test_newer(void **state)
{
	static const struct {
		attempt *try;
		int since;
	} not[] = { { empty_other, 3 }, { connect_out, NET_SINCE },
		{ bind_other, NET_SINCE } };
	size_t i;

	for (i = 0; i < sizeof(not) / sizeof(not[0]); i++) {
		assert_int_equal(in_child(*state, not[i].try, 0), 0);
		if (sandbox_kernel() < not[i].since)
			print_message("Landlock %d: this one is not given up\n",
			    sandbox_kernel());
		else
			assert_int_equal(in_child(*state, not[i].try, 1),
			    EACCES);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_allowed, set_up,
		    tear_down),
		cmocka_unit_test_setup_teardown(test_refused, set_up,
		    tear_down),
		cmocka_unit_test_setup_teardown(test_newer, set_up,
		    tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
