/*
 * One child process with poll, so that its work is not counted as ours; the
 * counts stand in shared memory. A connection takes two neighbouring places.
 */
#include "tests/bench/relay.h"

#include <arpa/inet.h>
#include <poll.h>
#include <signal.h>
#include <stdatomic.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "common/base/mem.h"
#include "tests/bench/measure.h"

#define PLACES 65 /* the listening socket, then pairs */
#define PIECE (128 * 1024)

struct counts {
	_Atomic uint64_t up, down;
};

struct relay {
	pid_t pid;
	int port;
	struct counts *counts;
};

static struct sockaddr_in
loopback(int port)
{
	struct sockaddr_in a = { .sin_family = AF_INET };

	a.sin_port = htons((uint16_t)port);
	a.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	return a;
}

static int
listen_any(int *port)
{
	struct sockaddr_in a = loopback(0);
	socklen_t len = sizeof(a);
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	if (fd < 0 || bind(fd, (struct sockaddr *)&a, len) != 0 ||
	    listen(fd, 16) != 0 ||
	    getsockname(fd, (struct sockaddr *)&a, &len) != 0)
		die("no socket for the relay");
	*port = ntohs(a.sin_port);
	return fd;
}

static void
take(struct pollfd *p, int port)
{
	struct sockaddr_in a = loopback(port);
	int in = accept(p[0].fd, NULL, NULL), out;
	size_t i;

	for (i = 1; i < PLACES && p[i].fd >= 0; i += 2)
		;
	out = socket(AF_INET, SOCK_STREAM, 0);
	if (i >= PLACES || in < 0 || out < 0 ||
	    connect(out, (struct sockaddr *)&a, sizeof(a)) != 0) {
		close(in);
		close(out);
		return;
	}
	p[i].fd = in;
	p[i + 1].fd = out;
}

/* Move one piece from place ${i} to its partner; 0: the connection ended. */
static int
pass(struct pollfd *p, size_t i, struct counts *c)
{
	static char piece[PIECE];
	size_t other = i % 2 == 1 ? i + 1 : i - 1, done = 0;
	ssize_t n = read(p[i].fd, piece, sizeof(piece));

	if (n <= 0)
		return 0;
	*(i % 2 == 1 ? &c->up : &c->down) += (uint64_t)n;
	while (done < (size_t)n) {
		ssize_t w = write(p[other].fd, piece + done,
		    (size_t)n - done);

		if (w <= 0)
			return 0;
		done += (size_t)w;
	}
	return 1;
}

static void
serve(int fd, int port, struct counts *c)
{
	static struct pollfd p[PLACES];
	size_t i;

	for (i = 0; i < PLACES; i++)
		p[i] = (struct pollfd){ .fd = -1, .events = POLLIN };
	p[0].fd = fd;
	while (poll(p, PLACES, -1) > 0) {
		for (i = 1; i < PLACES; i++)
			if (p[i].fd >= 0 && p[i].revents != 0 &&
			    !pass(p, i, c)) {
				size_t a = (i - 1) / 2 * 2 + 1;

				close(p[a].fd);
				close(p[a + 1].fd);
				p[a].fd = p[a + 1].fd = -1;
			}
		if (p[0].revents != 0)
			take(p, port);
	}
}

struct relay *
relay_open(int port)
{
	struct relay *r = mem_new(sizeof(*r));
	int fd = listen_any(&r->port);

	r->counts = mmap(NULL, sizeof(*r->counts), PROT_READ | PROT_WRITE,
	    MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (r->counts == MAP_FAILED)
		die("no memory for the relay");
	r->pid = fork();
	if (r->pid < 0)
		die("no process for the relay");
	if (r->pid == 0) {
		prctl(PR_SET_PDEATHSIG, SIGTERM);
		signal(SIGPIPE, SIG_IGN);
		serve(fd, port, r->counts);
		_exit(1);
	}
	close(fd);
	return r;
}

int
relay_port(const struct relay *r)
{
	return r->port;
}

uint64_t
relay_up(const struct relay *r)
{
	return r->counts->up;
}

uint64_t
relay_down(const struct relay *r)
{
	return r->counts->down;
}

void
relay_close(struct relay *r)
{
	kill(r->pid, SIGTERM);
	waitpid(r->pid, NULL, 0);
	munmap(r->counts, sizeof(*r->counts));
	mem_free(r);
}
