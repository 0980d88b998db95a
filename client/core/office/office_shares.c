/*
 * The three recovery shares: whether two of them still fit, and three new ones
 * of the same secret. New ones do not fit old ones, and two old ones still fit
 * each other: only destroying those makes a lost one worthless.
 */
#include "client/core/office/office.h"

#include <string.h>

#include "client/core/local/store.h"
#include "client/core/office/office_keys.h"
#include "common/base/mem.h"
#include "common/wire/card.h"

int
office_shares_check(struct session *session, const char *a, const char *b,
    struct err *e)
{
	struct office_keys *k;

	if (office_keys_join(session_store(session), a, b, &k, e) != 0)
		return -1;
	office_keys_free(k);
	return 0;
}

int
office_shares_renew(struct session *session, const char *a, const char *b,
    struct office_sheet *sheet, struct err *e)
{
	struct share old[2], made[CARD_SHARES];
	uint8_t secret[32];
	struct buf text;
	int rc, i;

	memset(sheet, 0, sizeof(*sheet));
	if (office_is_officer(session_store(session), e) != 0 ||
	    office_shares_check(session, a, b, e) != 0)
		return -1;
	rc = share_decode(a, &old[0], e) != 0 ||
	    share_decode(b, &old[1], e) != 0 ||
	    share_join(&old[0], &old[1], secret, e) != 0 ? -1 : 0;
	if (rc == 0) {
		share_split(secret, made);
		for (i = 0; i < CARD_SHARES; i++) {
			buf_init(&text, 4096);
			share_encode(&made[i], &text);
			sheet->share[i] = mem_dup(buf_str(&text));
			buf_done(&text);
		}
	}
	mem_wipe(secret, sizeof(secret));
	mem_wipe(old, sizeof(old));
	mem_wipe(made, sizeof(made));
	return rc;
}
