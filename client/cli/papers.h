/*
 * Writing documents to files, from options --pdf, --html and --csv.
 */
#ifndef CLI_PAPERS_H
#define CLI_PAPERS_H

#include "client/cli/cmd.h"
#include "client/paper/paper.h"

/** papers_write(c, path, data, shared, e): to a file, whole or not at all; "-"
 * is the standard output. ${shared}: others of this machine may read it. */
int papers_write(struct ctx *c, const char *path, struct view data,
    bool shared, struct err *e);

/** papers_name(name, out): a file's name as somebody else gave it, made
 * harmless: no folder, not hidden. */
#define PAPERS_NAME_BYTES 200
void papers_name(const char *name, char out[static PAPERS_NAME_BYTES]);

/** papers_put(c, p, shared, e): where --pdf and --html say; how many were
 * written is added to ${n}. */
int papers_put(struct ctx *c, const struct paper *p, bool shared, size_t *n,
    struct err *e);

/** papers_about(c, about): page words, date and language filled in; ${date}
 * holds the day. */
#define PAPERS_DATE_BYTES 64
void papers_about(struct ctx *c, struct paper_about *about,
    char date[static PAPERS_DATE_BYTES]);

#endif
