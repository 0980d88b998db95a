/*
 * Packing text before it is sealed: compress it, and pad it to a size class,
 * so that its exact length does not show.
 *
 * Packed form: form u8 (0 as it is, 1 one zstd frame), length u16, that many
 * bytes, then zero bytes up to the class. Classes are chosen for the sealed
 * length, by the Padme rule (Nikitin et al., "Reducing Metadata Leakage from
 * Encrypted Files and Communication with PURBs", 2019): a length keeps about
 * log2(log2 L) significant bits, so at most 12 % is added. Source:
 * schema/wire.md, "Packing".
 */
#ifndef WIRE_PACK_H
#define WIRE_PACK_H

#include "common/base/buf.h"

#define PACK_PLAIN_MAX (64 * 1024) /* bytes before compression */
#define PACK_HEAD_BYTES 3
#define PACK_CLASS_MIN 256         /* sealed bytes of the smallest class */
#define PACK_LEVEL 3               /* zstd; why 3: common/wire/DESIGN.md */

/** pack_class(len): the smallest size class that holds ${len} bytes. */
size_t pack_class(size_t len);

/** pack_add(plain, squeeze, overhead, out): append the packed form of
 * ${plain}, padded so that it and ${overhead} bytes of sealing fill a class;
 * ${squeeze}: compress when that is shorter. 0, or -1 when too large. */
int pack_add(struct view plain, bool squeeze, size_t overhead,
    struct buf *out, struct err *e);

/** pack_open(packed, max, out, e): append the text, at most ${max} bytes.
 * ERR_PEER on any form that pack_add does not make. */
int pack_open(struct view packed, size_t max, struct buf *out,
    struct err *e);

#endif
