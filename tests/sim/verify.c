/*
 * A signature that was found right once in a run is not computed again for the
 * same bytes: every device checks every other's, and that was a fifth of the
 * time. The linker puts this in place of libsodium's own (Makefile).
 */
#include <sodium.h>
#include <string.h>

#include "tests/sim/sim.h"

#define SEEN 8192 /* power of two; a full place is taken over */
#define MARK 16

int __real_crypto_sign_verify_detached(const unsigned char *sig,
    const unsigned char *m, unsigned long long len, const unsigned char *pk);
int __wrap_crypto_sign_verify_detached(const unsigned char *sig,
    const unsigned char *m, unsigned long long len, const unsigned char *pk);

static uint8_t seen[SEEN][MARK];

int
__wrap_crypto_sign_verify_detached(const unsigned char *sig,
    const unsigned char *m, unsigned long long len, const unsigned char *pk)
{
	crypto_generichash_state st;
	uint8_t mark[MARK], *at;
	int rc;

	crypto_generichash_init(&st, NULL, 0, MARK);
	crypto_generichash_update(&st, sig, crypto_sign_BYTES);
	crypto_generichash_update(&st, pk, crypto_sign_PUBLICKEYBYTES);
	crypto_generichash_update(&st, m, len);
	crypto_generichash_final(&st, mark, MARK);
	at = seen[(mark[0] | mark[1] << 8) % SEEN];
	if (memcmp(at, mark, MARK) == 0)
		return 0;
	rc = __real_crypto_sign_verify_detached(sig, m, len, pk);
	if (rc == 0)
		memcpy(at, mark, MARK);
	return rc;
}
