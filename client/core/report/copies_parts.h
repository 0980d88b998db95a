/*
 * What copies.c and copies_names.c share: a decided list, and names.
 */
#ifndef REPORT_COPIES_PARTS_H
#define REPORT_COPIES_PARTS_H

#include "client/core/report/copies.h"

struct copies_decided {
	struct id id;
	bool give;
};
struct copies_list {
	struct id case_id;
	struct hash state;
	char *whom, *role, *authority;
	bool safety_seen;
	struct copies_decided *records, *files;
	size_t record_count, file_count;
	char **black;
	size_t black_count;
};
void copies_list_done(struct copies_list *l);

/** copies_names(s, q, l, out, e): a line "? word X" for each word in these
 * records that may be somebody's name. */
int copies_names(struct session *s, const struct copy_ask *q,
    const struct record_list *l, struct buf *out, struct err *e);

/** copies_blacked(l, text, n): a copy with each blacked word replaced, in any
 * case, with or without accents, with whatever ending; ${n} grows by how
 * many. */
char *copies_blacked(const struct copies_list *l, const char *text,
    size_t *n);

#endif
