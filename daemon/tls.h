/*
 * The hub's TLS key and its self-signed certificate. Clients pin the public
 * key (SPKI), which is on every enrolment card; the certificate's names and
 * dates serve other tools. The only includer of GnuTLS.
 */
#ifndef DAEMON_TLS_H
#define DAEMON_TLS_H

#include "common/base/buf.h"
#include "common/base/id.h"

#define TLS_YEARS 10

/** tls_make(host, name, key, cert, e): append both as PEM. ECDSA P-256,
 * which every TLS 1.3 client takes. */
int tls_make(const char *host, const char *name, struct buf *key,
    struct buf *cert, struct err *e);

/** tls_renew(host, name, key, cert, e): append a new certificate for the PEM
 * ${key}: the pin stays. */
int tls_renew(const char *host, const char *name, struct view key,
    struct buf *cert, struct err *e);

/** tls_pin(cert, pin, e): SHA-256 of the public key in a PEM certificate. */
int tls_pin(struct view cert, struct hash *pin, struct err *e);

/** tls_until(cert, ms, e): when it ends. */
int tls_until(struct view cert, int64_t *ms, struct err *e);

/** tls_pair(cert, key, e): they belong together. */
int tls_pair(struct view cert, struct view key, struct err *e);

/**
 * tls_reach(url, data, pin, e): a connection to https://HOST:PORT as a client
 * makes it. Port 0 stands for the one in ${data}'s port file. ERR_AWAY: nobody
 * answers; ERR_PEER: with another key than ${pin}'s.
 */
int tls_reach(const char *url, const char *data, const struct hash *pin,
    struct err *e);

#endif
