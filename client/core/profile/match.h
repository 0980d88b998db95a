/*
 * A record or device by a piece of its id, as a person types it.
 *
 * A record's id begins with its time, so what was written in one minute
 * begins alike; lists show the last eight digits, which are random. Both a
 * beginning and an end of the id are taken, from four digits up.
 */
#ifndef CORE_MATCH_H
#define CORE_MATCH_H

#include "client/core/profile/session.h"

#define MATCH_DIGITS_MIN 4
#define MATCH_SHORT_BYTES 9 /* eight digits and the end mark */

/** match_digits(text): may it be a piece of an id at all? */
bool match_digits(const char *text);

/** match_id(text, id): does ${id} begin or end with the digits ${text}? */
bool match_id(const char *text, const struct id *id);

/** match_short(id, out): the last eight digits; returns ${out}. */
const char *match_short(const struct id *id,
    char out[static MATCH_SHORT_BYTES]);

/** match_record(s, text, type, id, e): ${type} an enum record_type, 0: any.
 * ERR_ABSENT; ERR_INPUT when it is no piece of an id or fits several. */
int match_record(struct session *s, const char *text, int type, struct id *id,
    struct err *e);

#endif
