/*
 * Taking in a year's notes from a CSV file (RFC 4180, UTF-8): columns case,
 * child, born, school, date, category, minutes, language, text.
 */
#ifndef CORE_IMPORT_H
#define CORE_IMPORT_H

#include "client/core/profile/session.h"

#define IMPORT_FILE_MAX (64 * 1024 * 1024)
#define IMPORT_ROWS_MAX 200000

struct import_result {
	size_t rows, notes, cases_made, cases_known, already;
};

/** import_notes(s, csv, dry_run, out, e): checks the whole file before it
 * writes anything: ERR_INPUT names line, column and what is expected. A row
 * taken in before (same case, date and text) is not taken twice. */
int import_notes(struct session *s, struct view csv, bool dry_run,
    struct import_result *out, struct err *e);

#endif
