/*
 * The hub as seen from outside: name, port, TLS 1.3, and whose key answers.
 * Each step has a deadline, so that the doctor always comes to an end.
 */
#include "daemon/tls.h"

#include <errno.h>
#include <gnutls/gnutls.h>
#include <gnutls/x509.h>
#include <netdb.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "common/base/file.h"
#include "common/base/mem.h"
#include "common/wire/httpsig.h"
#include "daemon/settings.h"

#define PRIORITIES "NORMAL:-VERS-ALL:+VERS-TLS1.3"
#define DEADLINE_MS 5000

static int
connect_one(const struct addrinfo *a)
{
	struct pollfd p = { .events = POLLOUT };
	socklen_t n = sizeof(int);
	int code = 0, fd = socket(a->ai_family, a->ai_socktype |
	    SOCK_NONBLOCK | SOCK_CLOEXEC, a->ai_protocol);

	if (fd < 0)
		return -1;
	if (connect(fd, a->ai_addr, a->ai_addrlen) == 0)
		return fd;
	p.fd = fd;
	if (errno == EINPROGRESS && poll(&p, 1, DEADLINE_MS) == 1 &&
	    getsockopt(fd, SOL_SOCKET, SO_ERROR, &code, &n) == 0 &&
	    code == 0)
		return fd;
	close(fd);
	return -1;
}

static int
connect_to(const char *host, const char *port)
{
	struct addrinfo want = { .ai_flags = AI_NUMERICSERV,
		.ai_socktype = SOCK_STREAM };
	struct addrinfo *list, *a;
	int fd = -1;

	if (getaddrinfo(host, port, &want, &list) != 0)
		return -1;
	for (a = list; a != NULL && fd < 0; a = a->ai_next)
		fd = connect_one(a);
	freeaddrinfo(list);
	return fd;
}

/* SHA-256 of the peer's public key. */
static int
peer_pin(gnutls_session_t s, struct hash *out)
{
	unsigned n = 0;
	const gnutls_datum_t *der = gnutls_certificate_get_peers(s, &n);
	gnutls_x509_crt_t crt = NULL;
	gnutls_datum_t pem = { NULL, 0 };
	struct err e;
	int rc = -1;

	if (der == NULL || n == 0 || gnutls_x509_crt_init(&crt) < 0)
		return -1;
	if (gnutls_x509_crt_import(crt, der, GNUTLS_X509_FMT_DER) >= 0 &&
	    gnutls_x509_crt_export2(crt, GNUTLS_X509_FMT_PEM, &pem) >= 0) {
		rc = tls_pin(view_of(pem.data, pem.size), out, &e);
		gnutls_free(pem.data);
	}
	gnutls_x509_crt_deinit(crt);
	return rc;
}

static int
shake(int fd, struct hash *out)
{
	gnutls_certificate_credentials_t cred = NULL;
	gnutls_session_t s = NULL;
	int rc = -1;

	if (gnutls_certificate_allocate_credentials(&cred) < 0)
		return -1;
	if (gnutls_init(&s, GNUTLS_CLIENT | GNUTLS_NONBLOCK) >= 0 &&
	    gnutls_priority_set_direct(s, PRIORITIES, NULL) >= 0 &&
	    gnutls_credentials_set(s, GNUTLS_CRD_CERTIFICATE, cred) >= 0) {
		gnutls_transport_set_int(s, fd);
		gnutls_handshake_set_timeout(s, DEADLINE_MS);
		do
			rc = gnutls_handshake(s);
		while (rc < 0 && gnutls_error_is_fatal(rc) == 0);
		rc = rc < 0 ? -1 : peer_pin(s, out);
	}
	if (s != NULL)
		gnutls_deinit(s);
	gnutls_certificate_free_credentials(cred);
	return rc;
}

/* Of a hub that was told to take any. */
static void
port_in(const char *data, char **port)
{
	char *path = file_join(data, "port");
	struct buf text;
	struct err e;

	buf_init(&text, 64);
	if (file_read(path, &text, &e) == 0) {
		buf_add(&text, "", 1);
		text.data[strcspn((char *)text.data, "\n")] = '\0';
		mem_free(*port);
		*port = mem_dup((char *)text.data);
	}
	buf_done(&text);
	mem_free(path);
}

int
tls_reach(const char *url, const char *data, const struct hash *pin,
    struct err *e)
{
	const char *at = strstr(url, "://");
	char *host = NULL, *port = NULL;
	struct hash got;
	int fd, rc;

	if (settings_split(at != NULL ? at + 3 : url, &host, &port, e) != 0)
		return -1;
	if (strcmp(port, "0") == 0)
		port_in(data, &port);
	fd = connect_to(host, port);
	rc = fd >= 0 ? shake(fd, &got) : -1;
	if (fd < 0)
		err_set(e, ERR_AWAY, "nobody answers at %s", url);
	else if (rc != 0)
		err_set(e, ERR_AWAY, "what answers at %s speaks no TLS 1.3",
		    url);
	else if (!hash_eq(&got, pin))
		rc = err_set(e, ERR_PEER, "what answers at %s has another key "
		    "than this hub's", url);
	if (fd >= 0)
		close(fd);
	mem_free(host);
	mem_free(port);
	return rc;
}
