/* Key and certificate by GnuTLS, and the pin by the wire's SHA-256. */
#include "daemon/tls.h"

#include <arpa/inet.h>
#include <gnutls/abstract.h>
#include <gnutls/x509.h>
#include <string.h>

#include "common/base/mem.h"
#include "common/base/tick.h"
#include "common/wire/httpsig.h"

#define SERIAL_BYTES 16
#define DAY_S 86400

static int
fail(struct err *e, const char *what, int rc)
{
	return err_set(e, ERR_LOCAL, "cannot %s: %s", what,
	    gnutls_strerror(rc));
}

static int
set_host(gnutls_x509_crt_t crt, const char *host)
{
	uint8_t ip[16];

	if (inet_pton(AF_INET, host, ip) == 1)
		return gnutls_x509_crt_set_subject_alt_name(crt,
		    GNUTLS_SAN_IPADDRESS, ip, 4, GNUTLS_FSAN_APPEND);
	if (inet_pton(AF_INET6, host, ip) == 1)
		return gnutls_x509_crt_set_subject_alt_name(crt,
		    GNUTLS_SAN_IPADDRESS, ip, 16, GNUTLS_FSAN_APPEND);
	return gnutls_x509_crt_set_subject_alt_name(crt, GNUTLS_SAN_DNSNAME,
	    host, (unsigned)strlen(host), GNUTLS_FSAN_APPEND);
}

static int
fill_certificate(gnutls_x509_crt_t crt, gnutls_x509_privkey_t key,
    const char *host, const char *name)
{
	struct tick tick = tick_system();
	time_t now = (time_t)(tick_wall_ms(&tick) / 1000);
	struct id serial;
	int rc;

	id_random(&serial);
	serial.b[0] &= 0x7f; /* positive */
	if ((rc = gnutls_x509_crt_set_version(crt, 3)) < 0 ||
	    (rc = gnutls_x509_crt_set_key(crt, key)) < 0 ||
	    (rc = gnutls_x509_crt_set_serial(crt, serial.b,
	    SERIAL_BYTES)) < 0 ||
	    (rc = gnutls_x509_crt_set_activation_time(crt,
	    now - DAY_S)) < 0 ||
	    (rc = gnutls_x509_crt_set_expiration_time(crt,
	    now + (time_t)TLS_YEARS * 365 * DAY_S)) < 0 ||
	    (rc = gnutls_x509_crt_set_dn_by_oid(crt,
	    GNUTLS_OID_X520_COMMON_NAME, 0, name,
	    (unsigned)strlen(name))) < 0 ||
	    (rc = set_host(crt, host)) < 0 ||
	    (strcmp(host, name) != 0 && (rc = set_host(crt, name)) < 0) ||
	    (rc = gnutls_x509_crt_set_basic_constraints(crt, 0, -1)) < 0 ||
	    (rc = gnutls_x509_crt_set_key_usage(crt,
	    GNUTLS_KEY_DIGITAL_SIGNATURE)) < 0)
		return rc;
	return gnutls_x509_crt_sign2(crt, crt, key, GNUTLS_DIG_SHA256, 0);
}

int
tls_make(const char *host, const char *name, struct buf *key,
    struct buf *cert, struct err *e)
{
	gnutls_x509_privkey_t k = NULL;
	gnutls_x509_crt_t crt = NULL;
	gnutls_datum_t pem = { NULL, 0 };
	int rc;

	if ((rc = gnutls_x509_privkey_init(&k)) < 0 ||
	    (rc = gnutls_x509_crt_init(&crt)) < 0 ||
	    (rc = gnutls_x509_privkey_generate(k, GNUTLS_PK_ECDSA,
	    GNUTLS_CURVE_TO_BITS(GNUTLS_ECC_CURVE_SECP256R1), 0)) < 0 ||
	    (rc = fill_certificate(crt, k, host, name)) < 0 ||
	    (rc = gnutls_x509_crt_export2(crt, GNUTLS_X509_FMT_PEM,
	    &pem)) < 0)
		goto out;
	buf_add(cert, pem.data, pem.size);
	gnutls_free(pem.data);
	pem.data = NULL;
	rc = gnutls_x509_privkey_export2_pkcs8(k, GNUTLS_X509_FMT_PEM, NULL,
	    GNUTLS_PKCS_PLAIN, &pem);
	if (rc < 0)
		goto out;
	buf_add(key, pem.data, pem.size);
	mem_wipe(pem.data, pem.size);
out:
	if (pem.data != NULL)
		gnutls_free(pem.data);
	gnutls_x509_crt_deinit(crt);
	gnutls_x509_privkey_deinit(k);
	return rc < 0 ? fail(e, "make the hub's TLS key", rc) : 0;
}

int
tls_renew(const char *host, const char *name, struct view key,
    struct buf *cert, struct err *e)
{
	gnutls_datum_t in = { (unsigned char *)(uintptr_t)key.data,
		(unsigned)key.len };
	gnutls_datum_t pem = { NULL, 0 };
	gnutls_x509_privkey_t k = NULL;
	gnutls_x509_crt_t crt = NULL;
	int rc;

	if ((rc = gnutls_x509_privkey_init(&k)) >= 0 &&
	    (rc = gnutls_x509_privkey_import2(k, &in, GNUTLS_X509_FMT_PEM,
	    NULL, 0)) >= 0 && (rc = gnutls_x509_crt_init(&crt)) >= 0 &&
	    (rc = fill_certificate(crt, k, host, name)) >= 0 &&
	    (rc = gnutls_x509_crt_export2(crt, GNUTLS_X509_FMT_PEM,
	    &pem)) >= 0) {
		buf_add(cert, pem.data, pem.size);
		gnutls_free(pem.data);
	}
	gnutls_x509_crt_deinit(crt);
	gnutls_x509_privkey_deinit(k);
	return rc < 0 ? fail(e, "renew the hub's certificate", rc) : 0;
}

static gnutls_x509_crt_t
import(struct view cert, struct err *e)
{
	gnutls_datum_t in = { (unsigned char *)(uintptr_t)cert.data,
		(unsigned)cert.len };
	gnutls_x509_crt_t crt;
	int rc = gnutls_x509_crt_init(&crt);

	if (rc >= 0)
		rc = gnutls_x509_crt_import(crt, &in, GNUTLS_X509_FMT_PEM);
	if (rc >= 0)
		return crt;
	gnutls_x509_crt_deinit(crt);
	fail(e, "read the hub's TLS certificate", rc);
	return NULL;
}

int
tls_pin(struct view cert, struct hash *pin, struct err *e)
{
	gnutls_x509_crt_t crt = import(cert, e);
	gnutls_datum_t der = { NULL, 0 };
	gnutls_pubkey_t pub = NULL;
	int rc;

	if (crt == NULL)
		return -1;
	if ((rc = gnutls_pubkey_init(&pub)) >= 0 &&
	    (rc = gnutls_pubkey_import_x509(pub, crt, 0)) >= 0 &&
	    (rc = gnutls_pubkey_export2(pub, GNUTLS_X509_FMT_DER,
	    &der)) >= 0) {
		httpsig_digest(view_of(der.data, der.size), pin);
		gnutls_free(der.data);
	}
	gnutls_pubkey_deinit(pub);
	gnutls_x509_crt_deinit(crt);
	return rc < 0 ? fail(e, "read the hub's public key", rc) : 0;
}

int
tls_until(struct view cert, int64_t *ms, struct err *e)
{
	gnutls_x509_crt_t crt = import(cert, e);

	if (crt == NULL)
		return -1;
	*ms = (int64_t)gnutls_x509_crt_get_expiration_time(crt) * 1000;
	gnutls_x509_crt_deinit(crt);
	return 0;
}

int
tls_pair(struct view cert, struct view key, struct err *e)
{
	gnutls_datum_t c = { (unsigned char *)(uintptr_t)cert.data,
		(unsigned)cert.len };
	gnutls_datum_t k = { (unsigned char *)(uintptr_t)key.data,
		(unsigned)key.len };
	gnutls_certificate_credentials_t cred;
	int rc = gnutls_certificate_allocate_credentials(&cred);

	if (rc < 0)
		return fail(e, "compare the hub's TLS key and certificate",
		    rc);
	rc = gnutls_certificate_set_x509_key_mem(cred, &c, &k,
	    GNUTLS_X509_FMT_PEM);
	gnutls_certificate_free_credentials(cred);
	return rc < 0 ? err_set(e, ERR_LOCAL, "the hub's TLS key does not "
	    "belong to its certificate") : 0;
}
