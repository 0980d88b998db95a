/*
 * Taking in records of any kind from a spreadsheet, by a mapping
 * (import_map.h). The whole file is written in pieces that are taken back,
 * and every row that cannot be written is told; only a file without such rows
 * is written. A cut is mended by running it again.
 */
#ifndef CORE_IMPORT_RECORDS_H
#define CORE_IMPORT_RECORDS_H

#include "client/core/upkeep/import_map.h"
#include "client/core/profile/session.h"

enum import_what { IMPORT_NEW, IMPORT_ALREADY, IMPORT_WRONG };

struct import_told { /* what would happen, or did, to one row */
	enum import_what what;
	size_t line;
	const char *words; /* of IMPORT_WRONG: the sentence, with its line */
};

struct import_ask {
	const struct import_map *map;
	struct view file;
	bool dry_run;
	void (*tell)(void *ctx, const struct import_told *row); /* or NULL; told
	                                                  while checking */
	void *ctx;
};

struct import_sum {
	size_t rows, made, already, wrong;
};

/** import_records(s, ask, out, e): ERR_INPUT when any row is wrong, and
 * nothing was written then. */
int import_records(struct session *s, const struct import_ask *ask,
    struct import_sum *out, struct err *e);

#endif
