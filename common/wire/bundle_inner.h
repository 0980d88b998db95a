/*
 * What bundles of every kind share: head, seal and signature (bundle.c).
 */
#ifndef WIRE_BUNDLE_INNER_H
#define WIRE_BUNDLE_INNER_H

#include "common/wire/keys.h"

enum bundle_kind { /* the byte behind the magic */
	BUNDLE_OUT = 1,       /* to the hub */
	BUNDLE_IN,            /* from it */
	BUNDLE_FILES_OUT,     /* files of attachments to the hub, and asked for */
	BUNDLE_FILES_IN       /* from it */
};

void bundle_sign(struct buf *plain, const char *tag,
    const struct sign_key *key);
bool bundle_is_signed(const struct buf *plain, const char *tag,
    const struct sign_pub *by);
void bundle_seal(enum bundle_kind kind, struct buf *plain,
    const struct box_pub *to, struct buf *out);

/** bundle_to_hub(kind, plain, hub, out): the same to the key of a hub. */
void bundle_to_hub(enum bundle_kind kind, struct buf *plain,
    const struct sign_pub *hub, struct buf *out);

/** bundle_open_hub(kind, in, hub, key, plain, e), bundle_open_device(kind, in,
 * me, tag, hub, plain, e): what was sealed, with its signature behind it; the
 * latter checks that. */
int bundle_open_hub(enum bundle_kind kind, struct view in,
    const struct sign_pub *hub, const struct sign_key *key,
    struct buf *plain, struct err *e);
struct bundle_by {
	const char *tag;
	const struct sign_pub *hub;
};
int bundle_open_device(enum bundle_kind kind, struct view in,
    const struct device_keys *me, struct bundle_by by, struct buf *plain,
    struct err *e);

/** bundle_content(plain): without the signature. */
struct view bundle_content(const struct buf *plain);

#endif
