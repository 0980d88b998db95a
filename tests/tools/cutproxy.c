/*
 * A relay that breaks, for scripts:
 *   cutproxy PORT HUB-PORT none        passes everything on
 *   cutproxy PORT HUB-PORT up BYTES    cuts each connection when BYTES of the
 *   cutproxy PORT HUB-PORT down BYTES  client's, or the hub's, have passed
 * On the loopback, below TLS. Even BYTES end as a line does that hangs up (a
 * FIN to both sides), odd ones as a router does that was switched off and on
 * (a reset). A process for each connection, none for longer than a minute.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define LONGEST_S 60
#define PIECE 4096

struct way {
	int from, to;
	long left; /* bytes until the cut; negative: no cut */
};

static struct sockaddr_in
address(const char *port)
{
	struct sockaddr_in a = { .sin_family = AF_INET };

	a.sin_port = htons((uint16_t)strtol(port, NULL, 10));
	a.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	return a;
}

static int
listen_at(const char *port)
{
	struct sockaddr_in a = address(port);
	int one = 1, fd = socket(AF_INET, SOCK_STREAM, 0);

	if (fd < 0 || setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one,
	    sizeof(one)) != 0 || bind(fd, (struct sockaddr *)&a,
	    sizeof(a)) != 0 || listen(fd, 64) != 0) {
		perror("cutproxy");
		exit(1);
	}
	return fd;
}

static bool
write_all(int fd, const char *data, size_t n)
{
	while (n > 0) {
		ssize_t done = send(fd, data, n, MSG_NOSIGNAL);

		if (done < 0 && errno == EINTR)
			continue;
		if (done <= 0)
			return false;
		data += done;
		n -= (size_t)done;
	}
	return true;
}

/* True while the connection lives. */
static bool
pass(struct way *w)
{
	char piece[PIECE];
	size_t want = sizeof(piece);
	ssize_t n;

	if (w->left >= 0 && (size_t)w->left < want)
		want = (size_t)w->left;
	if (want == 0)
		return false;
	n = recv(w->from, piece, want, 0);
	if (n <= 0 || !write_all(w->to, piece, (size_t)n))
		return false;
	if (w->left >= 0)
		w->left -= n;
	return w->left != 0;
}

static void
cut(int fd, bool reset)
{
	struct linger now = { 1, 0 };

	if (reset)
		setsockopt(fd, SOL_SOCKET, SO_LINGER, &now, sizeof(now));
	close(fd);
}

static void
relay(int client, const char *port, const char *mode, long bytes)
{
	struct sockaddr_in a = address(port);
	int hub = socket(AF_INET, SOCK_STREAM, 0);
	struct way up = { client, hub, -1 }, down = { hub, client, -1 };
	struct pollfd p[2] = { { client, POLLIN, 0 }, { hub, POLLIN, 0 } };
	bool on = hub >= 0 &&
	    connect(hub, (struct sockaddr *)&a, sizeof(a)) == 0;

	alarm(LONGEST_S);
	if (strcmp(mode, "up") == 0)
		up.left = bytes;
	else if (strcmp(mode, "down") == 0)
		down.left = bytes;
	while (on && up.left != 0 && down.left != 0 && poll(p, 2, -1) > 0) {
		if (p[0].revents != 0)
			on = pass(&up);
		if (on && p[1].revents != 0)
			on = pass(&down);
	}
	cut(client, bytes % 2 != 0);
	cut(hub, bytes % 2 != 0);
}

int
main(int argc, char **argv)
{
	long bytes = argc > 4 ? strtol(argv[4], NULL, 10) : 0;
	int fd, client;

	if (argc < 4) {
		fprintf(stderr, "usage: cutproxy PORT HUB-PORT "
		    "none|up|down [BYTES]\n");
		return 64;
	}
	signal(SIGCHLD, SIG_IGN);
	fd = listen_at(argv[1]);
	while ((client = accept(fd, NULL, NULL)) >= 0) {
		if (fork() == 0) {
			close(fd);
			relay(client, argv[2], argv[3], bytes);
			_exit(0);
		}
		close(client);
	}
	return 1;
}
