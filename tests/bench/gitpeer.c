/*
 * Sealed with the same cipher as tugi's, and not compressed before: what a
 * person with git and a key would do.
 */
#include "tests/bench/gitpeer.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <sodium.h>
#include <stdio.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tests/bench/child.h"
#include "tests/bench/measure.h"
#include "tests/bench/texts.h"

#define SEAL_BYTES (crypto_aead_xchacha20poly1305_ietf_NPUBBYTES + \
	crypto_aead_xchacha20poly1305_ietf_ABYTES)
#define PATH_BYTES 512
#define TRIES 500
#define TRY_US 10000

/* A port that was free a moment ago. */
static int
free_port(void)
{
	struct sockaddr_in a = { .sin_family = AF_INET };
	socklen_t len = sizeof(a);
	int fd = socket(AF_INET, SOCK_STREAM, 0);

	a.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	if (fd < 0 || bind(fd, (struct sockaddr *)&a, len) != 0 ||
	    getsockname(fd, (struct sockaddr *)&a, &len) != 0)
		die("no port for git daemon");
	close(fd);
	return ntohs(a.sin_port);
}

static void
wait_port(int port)
{
	struct sockaddr_in a = { .sin_family = AF_INET };
	int i;

	a.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	a.sin_port = htons((uint16_t)port);
	for (i = 0; i < TRIES; i++) {
		int fd = socket(AF_INET, SOCK_STREAM, 0);
		int rc = connect(fd, (struct sockaddr *)&a, sizeof(a));

		close(fd);
		if (rc == 0)
			return;
		usleep(TRY_US);
	}
	die("git daemon did not start");
}

static void
seal_one(const struct gitpeer *g, size_t i, const uint8_t *key)
{
	char text[TEXTS_BYTES], path[PATH_BYTES];
	uint8_t out[TEXTS_BYTES + SEAL_BYTES];
	struct view v = texts_note(i, text);
	unsigned long long len;
	int fd;

	randombytes_buf(out, crypto_aead_xchacha20poly1305_ietf_NPUBBYTES);
	crypto_aead_xchacha20poly1305_ietf_encrypt(
	    out + crypto_aead_xchacha20poly1305_ietf_NPUBBYTES, &len, v.data,
	    v.len, NULL, 0, NULL, out, key);
	len += crypto_aead_xchacha20poly1305_ietf_NPUBBYTES;
	snprintf(path, sizeof(path), "%s/tree/%02zx", g->dir, i % 256);
	mkdir(path, 0700);
	snprintf(path, sizeof(path), "%s/tree/%02zx/%06zu", g->dir, i % 256,
	    i);
	fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0600);
	if (fd < 0 || write(fd, out, len) != (ssize_t)len)
		die("cannot write %s", path);
	close(fd);
}

void
gitpeer_open(struct gitpeer *g, const char *dir, size_t notes)
{
	uint8_t key[crypto_aead_xchacha20poly1305_ietf_KEYBYTES];
	char bare[PATH_BYTES], work[PATH_BYTES], base[PATH_BYTES];
	char port[32], log[PATH_BYTES];
	const char *init[] = { "git", "init", "-q", "--bare", bare, NULL };
	const char *work_init[] = { "git", "init", "-q", work, NULL };
	const char *serve[] = { "git", "daemon", "--export-all", base,
		"--enable=receive-pack", "--listen=127.0.0.1", port,
		"--reuseaddr", bare, NULL };
	size_t i;

	snprintf(g->dir, sizeof(g->dir), "%s", dir);
	mkdir(dir, 0700);
	snprintf(bare, sizeof(bare), "%s/bare", dir);
	snprintf(work, sizeof(work), "%s/tree", dir);
	snprintf(base, sizeof(base), "--base-path=%s", dir);
	snprintf(log, sizeof(log), "%s/daemon.log", dir);
	child_run(init, NULL);
	child_run(work_init, NULL);
	randombytes_buf(key, sizeof(key));
	for (i = 0; i < notes; i++)
		seal_one(g, i, key);
	g->port = free_port();
	snprintf(port, sizeof(port), "--port=%d", g->port);
	g->daemon = child_start(serve, log);
	wait_port(g->port);
}

void
gitpeer_commit(struct gitpeer *g)
{
	char work[PATH_BYTES];
	const char *add[] = { "git", "-C", work, "add", ".", NULL };
	const char *commit[] = { "git", "-C", work, "-c", "user.name=bench",
		"-c", "user.email=bench@example.org", "commit", "-q", "-m",
		"notes", NULL };

	snprintf(work, sizeof(work), "%s/tree", g->dir);
	child_run(add, NULL);
	child_run(commit, NULL);
}

void
gitpeer_push(struct gitpeer *g, int port)
{
	char work[PATH_BYTES], url[64];
	const char *push[] = { "git", "-C", work, "push", "-q", url,
		"HEAD:refs/heads/main", NULL };

	snprintf(work, sizeof(work), "%s/tree", g->dir);
	snprintf(url, sizeof(url), "git://127.0.0.1:%d/bare", port);
	child_run(push, NULL);
}

void
gitpeer_clone(struct gitpeer *g, int port)
{
	char to[PATH_BYTES], url[64];
	const char *clone[] = { "git", "clone", "-q", "-b", "main", url, to,
		NULL };

	snprintf(to, sizeof(to), "%s/clone", g->dir);
	child_remove_tree(to);
	snprintf(url, sizeof(url), "git://127.0.0.1:%d/bare", port);
	child_run(clone, NULL);
}

void
gitpeer_edit(struct gitpeer *g, size_t i)
{
	uint8_t key[crypto_aead_xchacha20poly1305_ietf_KEYBYTES];

	randombytes_buf(key, sizeof(key));
	seal_one(g, i, key);
	gitpeer_commit(g);
}

void
gitpeer_pull(struct gitpeer *g, int port)
{
	char clone[PATH_BYTES], url[64];
	const char *pull[] = { "git", "-C", clone, "pull", "-q", "--ff-only",
		url, "main", NULL };

	snprintf(clone, sizeof(clone), "%s/clone", g->dir);
	snprintf(url, sizeof(url), "git://127.0.0.1:%d/bare", port);
	child_run(pull, NULL);
}

uint64_t
gitpeer_disk(const struct gitpeer *g)
{
	char bare[PATH_BYTES];

	snprintf(bare, sizeof(bare), "%s/bare", g->dir);
	return child_tree_bytes(bare);
}

void
gitpeer_close(struct gitpeer *g)
{
	child_stop(g->daemon);
	child_remove_tree(g->dir);
}
