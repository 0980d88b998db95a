/*
 * Places in the log that the hub has lost: when it was restored from a backup
 * and goes on under a new log, what this device had from behind the backup
 * keeps its order at numbers that no log reaches, until it comes back
 * (sync/succession.h). Judged by the log it is not there; known here it is.
 */
#ifndef LOCAL_PLACES_H
#define LOCAL_PLACES_H

#define PLACE_LOST (INT64_C(1) << 52)
#define PLACE_LOST_SQL "4503599627370496"

#endif
