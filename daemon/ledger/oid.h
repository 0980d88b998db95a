/*
 * Git's names of objects. SHA-1 of all that is in one: it finds them and
 * protects nothing (schema/ledger.md 2.2).
 */
#ifndef LEDGER_OID_H
#define LEDGER_OID_H

#include "common/base/buf.h"

#define OID_TEXT 41

enum oid_kind { OID_COMMIT, OID_TREE, OID_BLOB };

struct oid {
	uint8_t b[20];
};

/** oid_of(kind, data, out): the name of the object with these bytes. */
void oid_of(enum oid_kind kind, struct view data, struct oid *out);

/** oid_sum(data, out): SHA-1 of the bytes alone, as git ends its files. */
void oid_sum(struct view data, struct oid *out);

bool oid_eq(const struct oid *a, const struct oid *b);
const char *oid_text(const struct oid *o, char out[static OID_TEXT]);
int oid_parse(const char *text, struct oid *out); /* 40 digits; 0, -1 */

#endif
