/*
 * Figures of a year, frozen: records of the commons that everybody of the
 * office reads and nobody changes. A correction is a further version beside
 * the first.
 *
 * Source: schema/reports.md 5.
 */
#ifndef REPORT_SNAPSHOTS_H
#define REPORT_SNAPSHOTS_H

#include "client/core/report/handin.h"

struct snapshot_item {
	int year, version;  /* version: from 1, in the order of the log */
	int64_t at_ms;
	char by[160];
	char reason[400];   /* "" for most first versions */
	struct hash hash;   /* of the CSV, schema/reports.md 5 */
	bool waits;         /* not sent yet */
};
struct snapshot_list {
	struct snapshot_item *items; /* the newest year first, then version */
	size_t count;
};
void snapshot_list_done(struct snapshot_list *l);
int snapshots_list(struct session *s, struct snapshot_list *out,
    struct err *e);

/** snapshots_open(s, year, version, out, about, e): ${version} 0: the newest.
 * ERR_ABSENT when the year is not frozen. */
int snapshots_open(struct session *s, int year, int version,
    struct counts *out, struct snapshot_item *about, struct err *e);

/** snapshots_freeze(s, m, reason, e): round what was merged and write it into
 * the commons; sent with the next sync. ${reason} NULL: the first of the year.
 * ERR_CLASH when it is frozen and there is no reason, or nothing has changed;
 * ERR_ABSENT when another officer froze before and the key that figures are
 * rounded by is not here (snapshots_share_key on their device). */
int snapshots_freeze(struct session *s, struct merge *m, const char *reason,
    struct err *e);

/** snapshots_share_key(s, e): the rounding key of this device, to all officers
 * there are now. ERR_ABSENT when it is not here. */
int snapshots_share_key(struct session *s, struct err *e);

#endif
