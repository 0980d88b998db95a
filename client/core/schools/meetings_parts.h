/*
 * What the files of the meetings share: meetings as read, and which kinds a
 * room has to hold.
 */
#ifndef CORE_MEETINGS_PARTS_H
#define CORE_MEETINGS_PARTS_H

#include "client/core/cases/rooms.h"
#include "client/core/local/versions.h"
#include "client/core/schools/meetings.h"

#define MEETINGS_ALL_BYTES ((size_t)16 << 20)

struct meeting_seen {
	struct id id, space, case_id;
	char kind[MEETING_CODE_BYTES], date[11], next[11];
	bool held, planned;
};

/** meetings_all(s, out, e): struct meeting_seen, one for each meeting. */
int meetings_all(struct store *s, struct buf *out, struct err *e);

/** meetings_months(every): of the policy's words; 0: as needed. */
int meetings_months(const char *every);

/** meetings_each_kind(p, room, l, fn, ctx, e): the kinds that a room holds
 * regularly; ${l}: its TYPE_ROOM. Ends at the first that is not 0. */
int meetings_each_kind(const struct policy *p, const struct room_item *room,
    const struct loaded *l, int (*fn)(void *ctx, const char *kind,
    struct err *e), void *ctx, struct err *e);

#endif
