/*
 * Records of a case gathered to be handed to somebody outside: what may go, in
 * words, as a package under a passphrase. Nothing is gathered without a basis,
 * and it is recorded as a disclosure before it leaves.
 *
 * Source: schema/package.md; schema/rules.md 30.
 */
#ifndef CORE_HANDOUT_H
#define CORE_HANDOUT_H

#include "client/core/giving/disclosure.h"

struct handout_field {
	char *name, *label, *text;
};
struct handout_record {
	char *kind, *section, *on, *author, *title;
	struct handout_field *fields;
	size_t count;
};
struct handout {
	char *child, *to;
	struct handout_record *records;
	size_t count;
};
void handout_done(struct handout *h);

/** handout_gather(s, d, out, e): the records that ${d} names, with what must
 * stay here left out; its basis is checked first, nothing is recorded. */
int handout_gather(struct session *s, const struct disclosure_draft *d,
    struct handout *out, struct err *e);

/** handout_text(h, out), handout_pdf(s, h, out, e): to read, to print. */
void handout_text(const struct handout *h, struct buf *out);
int handout_pdf(struct session *s, const struct handout *h, struct buf *out,
    struct err *e);

/** handout_file(files, name, data, e): one more file of a package. */
int handout_file(struct buf *files, const char *name, struct view data,
    struct err *e);

/** handout_seal(s, d, files, passphrase, out, e): the package, and its
 * disclosure with the hash of it. ${id}: the disclosure. */
struct handout_sealing {
	const struct disclosure_draft *draft;
	struct view files, passphrase;
	bool cheap;            /* tests only: Argon2id at its least */
};
int handout_seal(struct session *s, const struct handout_sealing *x,
    struct buf *out, struct id *id, struct err *e);

/** handout_open(in, passphrase, out, e): anywhere, without a profile. */
int handout_open(struct view in, struct view passphrase, struct buf *out,
    struct err *e);

/** handout_next(at, name, data): 1, 0 at the end, -1 damaged. */
int handout_next(struct view *at, char name[static 64], struct view *data);

#endif
