/*
 * fork and exec with the arguments as they are: no shell in between.
 */
#include "tests/bench/child.h"

#include <fcntl.h>
#include <ftw.h>
#include <signal.h>
#include <stdio.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/bench/measure.h"

#define TRIES 1000
#define TRY_US 10000

static void
become(const char *const *argv, int out, int errors)
{
	prctl(PR_SET_PDEATHSIG, SIGTERM);
	dup2(out, STDOUT_FILENO);
	dup2(errors, STDERR_FILENO);
	execvp(argv[0], (char *const *)(uintptr_t)argv);
	_exit(127);
}

pid_t
child_start(const char *const *argv, const char *log)
{
	int fd = open(log, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
	pid_t pid = fd < 0 ? -1 : fork();

	if (pid < 0)
		die("cannot start %s", argv[0]);
	if (pid == 0)
		become(argv, fd, fd);
	close(fd);
	return pid;
}

pid_t
child_talk(const char *const *argv, const char *log, FILE **to, FILE **from)
{
	int fd = open(log, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
	int in[2], out[2];
	pid_t pid;

	if (fd < 0 || pipe2(in, O_CLOEXEC) != 0 || pipe2(out, O_CLOEXEC) != 0)
		die("no pipe");
	pid = fork();
	if (pid < 0)
		die("cannot start %s", argv[0]);
	if (pid == 0) {
		dup2(in[0], STDIN_FILENO);
		become(argv, out[1], fd);
	}
	close(fd);
	close(in[0]);
	close(out[1]);
	*from = fdopen(out[0], "r");
	if (to != NULL)
		*to = fdopen(in[1], "w");
	else
		close(in[1]);
	if (*from == NULL || (to != NULL && *to == NULL))
		die("no pipe");
	return pid;
}

void
child_stop(pid_t pid)
{
	kill(pid, SIGTERM);
	waitpid(pid, NULL, 0);
}

void
child_run(const char *const *argv, struct buf *out)
{
	char piece[4096];
	int fd[2], null = open("/dev/null", O_WRONLY | O_CLOEXEC), status;
	ssize_t n;
	pid_t pid;

	if (null < 0 || pipe2(fd, O_CLOEXEC) != 0)
		die("no pipe");
	pid = fork();
	if (pid < 0)
		die("cannot start %s", argv[0]);
	if (pid == 0)
		become(argv, fd[1], null);
	close(fd[1]);
	while ((n = read(fd[0], piece, sizeof(piece))) > 0)
		if (out != NULL)
			buf_add(out, piece, (size_t)n);
	close(fd[0]);
	close(null);
	if (waitpid(pid, &status, 0) != pid || !WIFEXITED(status) ||
	    WEXITSTATUS(status) != 0)
		die("%s %s failed", argv[0], argv[1]);
}

void
child_wait_file(const char *path, pid_t pid)
{
	struct stat st;
	int i;

	for (i = 0; i < TRIES; i++) {
		if (stat(path, &st) == 0 && st.st_size > 0)
			return;
		if (waitpid(pid, NULL, WNOHANG) != 0)
			break;
		usleep(TRY_US);
	}
	die("%s did not appear", path);
}

static uint64_t sum;

static int
add_one(const char *path, const struct stat *st, int type, struct FTW *at)
{
	(void)path;
	(void)at;
	if (type == FTW_F)
		sum += (uint64_t)st->st_size;
	return 0;
}

uint64_t
child_tree_bytes(const char *path)
{
	sum = 0;
	if (nftw(path, add_one, 16, FTW_PHYS) != 0)
		die("cannot read the folder %s", path);
	return sum;
}

static int
remove_one(const char *path, const struct stat *st, int type, struct FTW *at)
{
	(void)st;
	(void)type;
	(void)at;
	return remove(path);
}

void
child_remove_tree(const char *path)
{
	struct stat st;

	if (stat(path, &st) == 0 &&
	    nftw(path, remove_one, 16, FTW_PHYS | FTW_DEPTH) != 0)
		die("cannot remove the folder %s", path);
}
