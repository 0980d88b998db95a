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

/** salvaging_run(o, path, passphrase, out, e): from the store in ${path} into
 * the folder of ${o}, which has no profile. ${passphrase} opens both. */
int salvaging_run(const struct session_options *o, const char *path,
    struct view passphrase, struct salvaging *out, struct err *e);

#endif
