/*
 * getaddrinfo and bind, or descriptor 3. A descriptor that was handed over is
 * looked at before it is believed: a stream socket that listens, and only one.
 */
#include "daemon/listen.h"

#include <errno.h>
#include <fcntl.h>
#include <netdb.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define BACKLOG 1024
#define FIRST_FD 3 /* SD_LISTEN_FDS_START */

static long
number_in(const char *name)
{
	const char *text = getenv(name);

	return text != NULL ? strtol(text, NULL, 10) : 0;
}

int
listen_given(void)
{
	return number_in("LISTEN_PID") == (long)getpid() &&
	    number_in("LISTEN_FDS") > 0;
}

static int
take_given(struct err *e)
{
	int on = 0, type = 0;
	socklen_t n = sizeof(on), m = sizeof(type);

	if (number_in("LISTEN_FDS") != 1)
		return err_set(e, ERR_INPUT, "the service manager hands over "
		    "%ld sockets; the hub takes one", number_in("LISTEN_FDS"));
	if (getsockopt(FIRST_FD, SOL_SOCKET, SO_ACCEPTCONN, &on, &n) != 0 ||
	    getsockopt(FIRST_FD, SOL_SOCKET, SO_TYPE, &type, &m) != 0 ||
	    on == 0 || type != SOCK_STREAM)
		return err_set(e, ERR_INPUT, "what the service manager hands "
		    "over is no listening stream socket: its unit needs "
		    "ListenStream= and no Accept=yes");
	fcntl(FIRST_FD, F_SETFD, FD_CLOEXEC);
	/* For this process alone, not for what it might start. */
	unsetenv("LISTEN_PID");
	unsetenv("LISTEN_FDS");
	unsetenv("LISTEN_FDNAMES");
	return FIRST_FD;
}

static int
bind_one(const struct addrinfo *a)
{
	int fd = socket(a->ai_family, a->ai_socktype | SOCK_CLOEXEC,
	    a->ai_protocol);
	int on = 1, code;

	if (fd < 0)
		return -1;
	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
	if (bind(fd, a->ai_addr, a->ai_addrlen) == 0 &&
	    listen(fd, BACKLOG) == 0)
		return fd;
	code = errno;
	close(fd);
	errno = code;
	return -1;
}

int
listen_open(const struct settings *s, struct err *e)
{
	struct addrinfo want = { .ai_flags = AI_PASSIVE | AI_NUMERICSERV,
		.ai_socktype = SOCK_STREAM };
	struct addrinfo *list, *a;
	int rc, fd = -1;

	if (listen_given())
		return take_given(e);
	rc = getaddrinfo(s->listen_host, s->listen_port, &want, &list);
	if (rc != 0)
		return err_set(e, ERR_INPUT, "cannot listen on %s: %s",
		    s->listen_host, gai_strerror(rc));
	for (a = list; a != NULL && fd < 0; a = a->ai_next)
		fd = bind_one(a);
	freeaddrinfo(list);
	if (fd < 0)
		err_set(e, ERR_LOCAL, "cannot listen on %s port %s: %s",
		    s->listen_host, s->listen_port, strerror(errno));
	return fd;
}

unsigned
listen_port(int fd)
{
	struct sockaddr_storage a;
	socklen_t len = sizeof(a);

	if (getsockname(fd, (struct sockaddr *)&a, &len) != 0)
		return 0;
	if (a.ss_family == AF_INET6)
		return ntohs(((struct sockaddr_in6 *)(void *)&a)->sin6_port);
	return a.ss_family == AF_INET ?
	    ntohs(((struct sockaddr_in *)(void *)&a)->sin_port) : 0;
}
