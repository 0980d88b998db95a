/*
 * A change goes key, certificate, another next key, signed word. Each step is
 * one file; run again after a cut it finds how far it came by the pin of the
 * certificate and that of the word.
 */
#include "daemon/tlskeys.h"

#include <string.h>

#include "common/base/file.h"
#include "common/base/mem.h"
#include "common/base/tick.h"
#include "daemon/datadir.h"
#include "daemon/tls.h"

#define PEM_MAX 65536
#define DAY_MS (24 * 3600 * 1000LL)
#define NEXT "tls-next.key"
#define WORD "tls.pins"

/* ---- files ---- */

static int
read_in(const struct settings *s, const char *name, struct buf *out,
    struct err *e)
{
	char *path = file_join(s->data, name);
	int rc = file_read(path, out, e);

	mem_free(path);
	return rc == 0 ? 1 : e->kind == ERR_ABSENT ? 0 : -1;
}

static int
write_in(const struct settings *s, const char *name, const struct buf *data,
    struct err *e)
{
	char *path = file_join(s->data, name);
	int rc = buf_check(data, name, e);

	if (rc == 0)
		rc = file_replace(path, buf_view(data), 0600, e);
	mem_free(path);
	return rc;
}

/* A certificate for the next key, and its pin; 1, 0 no such key, -1. */
static int
next_key(const struct settings *s, struct buf *key, struct buf *cert,
    struct hash *pin, struct err *e)
{
	int rc = read_in(s, NEXT, key, e);

	if (rc == 1 && (tls_renew(s->listen_host, s->name, buf_view(key),
	    cert, e) != 0 || tls_pin(buf_view(cert), pin, e) != 0))
		rc = -1;
	return rc;
}

static int
make_next(const struct settings *s, struct hash *pin, struct err *e)
{
	struct buf key, cert;
	int rc = -1;

	buf_init(&key, PEM_MAX);
	buf_init(&cert, PEM_MAX);
	if (tls_make(s->listen_host, s->name, &key, &cert, e) == 0 &&
	    tls_pin(buf_view(&cert), pin, e) == 0)
		rc = write_in(s, NEXT, &key, e);
	buf_done(&key);
	buf_done(&cert);
	return rc;
}

/* ---- the signed word ---- */

/* As it lies there, whatever key it is about; 1, 0, -1. */
static int
read_word(const struct settings *s, struct pins *out, struct err *e)
{
	struct sign_key *key = mem_secret_new(sizeof(*key));
	struct sign_pub pub;
	struct buf b;
	int rc;

	buf_init(&b, PINS_BYTES_MAX);
	rc = read_in(s, WORD, &b, e);
	if (rc == 1 && (pins_decode(buf_view(&b), out, e) != 0 ||
	    datadir_key(s->data, &pub, key, e) != 0))
		rc = -1;
	if (rc == 1 && !pins_signed(out, &pub))
		rc = err_set(e, ERR_LOCAL, "%s in %s is not signed with the "
		    "key of this hub's log", WORD, s->data);
	buf_done(&b);
	mem_secret_free(key);
	return rc;
}

static int
write_word(const struct settings *s, const struct hash *now,
    const struct hash *next, struct err *e)
{
	struct pins p = { .now = *now, .next = *next }, before;
	struct sign_key *key = mem_secret_new(sizeof(*key));
	struct tick tick = tick_system();
	struct sign_pub pub;
	struct buf b;
	struct err why;
	int rc;

	p.number = (uint64_t)tick_wall_ms(&tick);
	buf_init(&b, PINS_BYTES_MAX);
	/* Also of one that a former key of the log has signed. */
	if (read_in(s, WORD, &b, &why) == 1 &&
	    pins_decode(buf_view(&b), &before, &why) == 0 &&
	    p.number <= before.number)
		p.number = before.number + 1;
	buf_reset(&b);
	rc = datadir_key(s->data, &pub, key, e);
	if (rc == 0) {
		pins_sign(&p, key);
		pins_encode(&p, &b);
		rc = write_in(s, WORD, &b, e);
	}
	buf_done(&b);
	mem_secret_free(key);
	return rc;
}

int
tlskeys_read(const struct settings *s, struct pins *out, struct err *e)
{
	struct hash pin;
	int rc = read_word(s, out, e);

	if (rc != 1)
		return rc;
	if (datadir_pin(s, &pin, e) != 0)
		return -1;
	return hash_eq(&pin, &out->now) ? 1 : err_set(e, ERR_LOCAL,
	    "the certificate %s has another key than the one that the devices "
	    "were told of", s->tls_cert);
}

/* ---- making ready ---- */

int
tlskeys_ready(const struct settings *s, struct err *e)
{
	struct buf key, cert;
	struct hash now, next;
	struct pins p;
	int rc = read_word(s, &p, e);

	if (rc != 0)
		return rc < 0 ? -1 : 0;
	buf_init(&key, PEM_MAX);
	buf_init(&cert, PEM_MAX);
	rc = next_key(s, &key, &cert, &next, e);
	if (rc == 0)
		rc = make_next(s, &next, e) == 0 ? 1 : -1;
	if (rc == 1 && datadir_pin(s, &now, e) != 0)
		rc = -1;
	buf_done(&key);
	buf_done(&cert);
	return rc == 1 ? write_word(s, &now, &next, e) : -1;
}

int
tlskeys_next(const struct settings *s, struct err *e)
{
	struct hash now, next;

	if (datadir_pin(s, &now, e) != 0 || make_next(s, &next, e) != 0)
		return -1;
	return write_word(s, &now, &next, e);
}

int
tlskeys_sign(const struct settings *s, struct err *e)
{
	struct pins p;
	struct buf b;
	int rc;

	buf_init(&b, PINS_BYTES_MAX);
	rc = read_in(s, WORD, &b, e);
	if (rc == 1 && pins_decode(buf_view(&b), &p, e) != 0)
		rc = -1;
	buf_done(&b);
	return rc == 1 ? write_word(s, &p.now, &p.next, e) : rc;
}

/* ---- changing ---- */

/* The key first: a certificate without its key cannot be served, nor can it be
 * taken for done. */
static int
put_in_place(const struct settings *s, const struct hash *told,
    struct err *e)
{
	struct buf key, cert;
	struct hash pin;
	int rc;

	buf_init(&key, PEM_MAX);
	buf_init(&cert, PEM_MAX);
	rc = next_key(s, &key, &cert, &pin, e);
	if (rc == 0)
		rc = err_set(e, ERR_ABSENT, "%s is not in %s: put it back from "
		    "where it is kept, or tell another one with tugid key next",
		    NEXT, s->data);
	else if (rc == 1)
		rc = hash_eq(&pin, told) ? 0 : err_set(e, ERR_LOCAL, "%s in "
		    "%s is not the key that the devices were told of", NEXT,
		    s->data);
	if (rc == 0)
		rc = file_replace(s->tls_key, buf_view(&key), 0600, e);
	if (rc == 0)
		rc = file_replace(s->tls_cert, buf_view(&cert), 0600, e);
	buf_done(&key);
	buf_done(&cert);
	return rc;
}

static int
refuse_early(const struct pins *p, int now, struct err *e)
{
	struct tick tick = tick_system();
	long long days = (tick_wall_ms(&tick) - (int64_t)p->number) / DAY_MS;

	if (now || days >= TLSKEYS_DAYS)
		return 0;
	return err_set(e, ERR_DENIED, "the next key was told for %lld days; a "
	    "device that did not sync since needs the new pin by hand. Wait "
	    "until it is %d, or add --now, such as when the key was stolen",
	    days < 0 ? 0 : days, TLSKEYS_DAYS);
}

int
tlskeys_change(const struct settings *s, int now, struct err *e)
{
	struct hash pin, after;
	struct pins p;
	int rc = read_word(s, &p, e);

	if (rc == 0)
		return err_set(e, ERR_ABSENT, "no next key was told yet: tugid "
		    "key next %s", s->data);
	if (rc < 0 || datadir_pin(s, &pin, e) != 0)
		return -1;
	/* Else it was cut short after the certificate. */
	if (!hash_eq(&pin, &p.next) && (refuse_early(&p, now, e) != 0 ||
	    put_in_place(s, &p.next, e) != 0))
		return -1;
	if (make_next(s, &after, e) != 0)
		return -1;
	return write_word(s, &p.next, &after, e);
}
