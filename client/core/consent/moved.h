/*
 * Held text on its way from a device that was revoked to the person's next
 * one: a file made there, and each text decided on here by the person.
 *
 * Source: schema/rules.md 7.10.
 */
#ifndef CORE_MOVED_H
#define CORE_MOVED_H

#include "client/core/consent/review.h"

/** moved_export(s, to, path, out, e): what this revoked device holds, into a
 * new file sealed to the person's device ${to} (the first or last digits of
 * its id; NULL: there is only one). */
struct moved_exported {
	size_t texts;
	struct id device;
};
int moved_export(struct session *s, const char *to, const char *path,
    struct moved_exported *out, struct err *e);

/** moved_import(s, path, out, e): the texts of a file made for this device
 * wait here for the person (held_list shows them); none is in a case yet. */
struct moved_imported {
	size_t added, known; /* known: in the case, or imported before */
};
int moved_import(struct session *s, const char *path,
    struct moved_imported *out, struct err *e);

/** moved_take(s, record, held, e): this text enters its section as it was
 * written, or (${held}) goes to the keeper, where this person may not write
 * any more. */
int moved_take(struct session *s, const struct id *record, bool *held,
    struct err *e);

/** moved_drop(s, record, e): it is not wanted. */
int moved_drop(struct session *s, const struct id *record, struct err *e);

#endif
