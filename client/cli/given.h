/*
 * What the commands that give something out have in common: on what basis, was
 * the family told, which records.
 */
#ifndef CLI_GIVEN_H
#define CLI_GIVEN_H

#include "client/cli/cmd.h"
#include "client/core/giving/disclosure.h"

/** given_family(c, d, e): --informed or --not-informed WHY. */
int given_family(const struct ctx *c, struct disclosure_draft *d,
    struct err *e);

/** given_basis(c, consent, e): the id of --consent; zero without one. */
int given_basis(const struct ctx *c, struct id *consent, struct err *e);

/** given_records(c, list, out, n, e): ids or pieces of ids with commas
 * between, at most DISCLOSURE_RECORDS_MAX; ${out} is freed by mem_free. */
int given_records(const struct ctx *c, const char *list, struct id **out,
    size_t *n, struct err *e);

/** given_paper(c, p, path, e): a document into a file: PDF, or HTML where the
 * name ends in .html. A file that is there is not replaced. */
struct paper;
int given_paper(struct ctx *c, const struct paper *p, const char *path,
    struct err *e);

/** given_file(c, path, data, e): the same for any bytes, readable by the
 * person alone. */
int given_file(struct ctx *c, const char *path, struct view data,
    struct err *e);

#endif
