/*
 * A package for somebody outside: files under a passphrase, opened anywhere.
 * Argon2id makes the key, secretstream seals chunk by chunk, so that a file
 * that was cut or put together anew does not open.
 *
 * Source: schema/package.md.
 */
#ifndef WIRE_PACKAGE_H
#define WIRE_PACKAGE_H

#include "common/base/buf.h"

#define PACKAGE_MAX ((size_t)64 * 1024 * 1024) /* bytes of all files */
#define PACKAGE_PASSPHRASE_MIN 10              /* bytes */
#define PACKAGE_PASSES 3
#define PACKAGE_KIB (256 * 1024)

struct package_cost { /* of Argon2id; what a file asks of who opens it */
	uint32_t passes, kib;
};

/** package_put(files, name, data, e): one more file. */
int package_put(struct buf *files, const char *name, struct view data,
    struct err *e);

/** package_next(at, name, data): 1 and the next file, ${at} moves on; 0 at the
 * end, -1 when the list is damaged. ${name}: 64 bytes; without slashes. */
int package_next(struct view *at, char name[static 64], struct view *data);

/** package_seal(files, passphrase, cost, out, e): ERR_INPUT: the passphrase is
 * too short. */
int package_seal(struct view files, struct view passphrase,
    const struct package_cost *cost, struct buf *out, struct err *e);

/** package_open(in, passphrase, out, e): ERR_INPUT: no package; ERR_TOOBIG:
 * asks too much; ERR_DENIED: another passphrase, or damaged. Nothing is in
 * ${out} then. */
int package_open(struct view in, struct view passphrase, struct buf *out,
    struct err *e);

#endif
