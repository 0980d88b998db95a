/*
 * The held file: what somebody wrote on a device that was revoked, and that
 * was never received, on its way to the person's next device. Sealed to that
 * device alone and signed by the one that wrote it. Source: schema/wire.md,
 * "Held file".
 */
#ifndef WIRE_HELDFILE_H
#define WIRE_HELDFILE_H

#include "common/wire/keys.h"

#define HELDFILE_BYTES_MAX (16 * 1024 * 1024)
#define HELDFILE_TEXTS_MAX 4096

struct heldfile_text {
	struct id space;
	struct view record; /* a record (record.h) */
};

/** heldfile_make(me, to, box, texts, n, out): append the file, from ${me} to
 * device ${to}. */
struct heldfile_to {
	struct id device;
	struct box_pub box;
};
void heldfile_make(const struct device_keys *me, const struct heldfile_to *to,
    const struct heldfile_text *texts, size_t n, struct buf *out);

/** heldfile_read(in, from, to, e): whose file for whom; its form is checked,
 * nothing else. ERR_INPUT. */
int heldfile_read(struct view in, struct id *from, struct id *to,
    struct err *e);

/** heldfile_open(in, from, me, out, e): signed by ${from}, sealed to ${me};
 * the plain text is appended to ${out}. ERR_INPUT when it was cut short or
 * changed. */
int heldfile_open(struct view in, const struct sign_pub *from,
    const struct device_keys *me, struct buf *out, struct err *e);

/** heldfile_texts(plain, texts, max, n, e): borrowed from ${plain}. */
int heldfile_texts(struct view plain, struct heldfile_text *texts, size_t max,
    size_t *n, struct err *e);

#endif
