/*
 * What can still be read of a store whose disk has gone bad: page by page,
 * each by its own seal, without the root that needs all of them.
 *
 * Only a page that opens counts as read, and the newest one that does: the
 * log's, where that has a later one. Nothing is written to the damaged files.
 */
#ifndef VAULT_SALVAGE_H
#define VAULT_SALVAGE_H

#include "client/core/vault/vault.h"

#define SALVAGE_PAGE_BYTES 4096

struct salvage;

struct salvage_way { /* one of them; NULL data: not that one */
	struct view passphrase, code;
	const uint8_t *escrow; /* as for vault_open_escrow */
};

/** salvage_open(path, w, o, out, e): ERR_DENIED, ERR_ABSENT, ERR_CLASH as for
 * a store; VAULT_DAMAGED in e->code when no key block is left. */
int salvage_open(const char *path, const struct salvage_way *w,
    const struct vault_options *o, struct salvage **out, struct err *e);
void salvage_close(struct salvage *s);

/** salvage_count(s): pages that there should be, as far as anything tells. */
uint64_t salvage_count(const struct salvage *s);

/** salvage_page(s, n, out): page ${n}, from 1; 0, or -1 when it is lost. */
int salvage_page(struct salvage *s, uint64_t n,
    uint8_t out[static SALVAGE_PAGE_BYTES]);

#endif
