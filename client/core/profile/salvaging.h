/*
 * A profile out of what a bad disk has left of one.
 *
 * What can be read is in the new profile, what cannot is counted by kind. The
 * new one is a copy (local/restored.h): read and written at once, a new device
 * of its person once the office says so, and with that what the hub has comes
 * back from there.
 */
#ifndef PROFILE_SALVAGING_H
#define PROFILE_SALVAGING_H

#include "client/core/profile/session.h"

#define SALVAGING_KINDS_MAX 64

struct salvaging {
	uint64_t pages, pages_lost;
	uint64_t unknown;     /* of these, nothing tells what they held */
	uint64_t records, texts; /* in the new profile; versions of them */
	uint64_t outbox;      /* texts out of what was sealed to be sent */
	uint64_t placed;      /* records found again by their text alone */
	uint64_t unplaced;    /* texts not sent whose section is lost: they wait
	                       * under what is held */
	bool again;           /* all is asked for again from the hub */
	bool keys_lost;       /* the device's: it joins as if for the first time */
	size_t count;
	struct {              /* records whose text is lost */
		char kind[32];
		uint64_t count;
	} lost[SALVAGING_KINDS_MAX];
};

/** salvaging_run(o, path, w, out, e): from the store in ${path}, opened one of
 * these ways, into the folder of ${o}, which has no profile; ${w}->passphrase
 * opens that from then on. */
struct salvaging_way {
	struct view passphrase; /* of the old store too, unless: */
	const char *code;       /* a recovery code as typed, or NULL */
	const uint8_t *escrow;  /* the office's pair of keys, or NULL */
};
int salvaging_run(const struct session_options *o, const char *path,
    const struct salvaging_way *w, struct salvaging *out, struct err *e);

#endif
