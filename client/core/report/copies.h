/*
 * The copy of a file: what a person has a right to get of one case, third
 * parties blacked out, after somebody went through it.
 *
 * In two steps. copies_review writes a list of everything that could be given
 * and of every name found in it, each with a question mark. A person decides
 * each; copies_make refuses a list with a question mark left, or one made of
 * another state of the case. What is blacked out or left out is in nothing
 * that copies_make returns. In an attached file nothing is blacked out: it is
 * given as it is, if a person has said so of that file, or not at all.
 *
 * Source: schema/reports.md 6.
 */
#ifndef REPORT_COPIES_H
#define REPORT_COPIES_H

#include "client/core/records/records.h"
#include "client/paper/paper.h"

#define COPIES_MAX_BYTES ((size_t)16 * 1024 * 1024)
#define COPIES_BLACK "\xe2\x96\x88\xe2\x96\x88\xe2\x96\x88\xe2\x96\x88" \
	"\xe2\x96\x88" /* as long for every name */

struct copy_ask {
	struct id case_id;
	const char *whom;       /* who asks; on one line */
	const char *role;       /* child, guardian or representative */
	const char *authority;  /* sole, joint or limited; NULL: of a child, or
				 * as the card says */
	bool safety_seen;       /* what the card says under "safety" was read,
				 * and giving a copy decided with it */
};

/** copies_review(s, q, out, e): the list to go through. ERR_DENIED for limited
 * authority, for a case with a word about safety that was not read, and for who
 * keeps none of its sections. */
int copies_review(struct session *s, const struct copy_ask *q,
    struct buf *out, struct err *e);

struct copy_field {
	char *label, *text;
};
struct copy_record {
	char *kind;             /* stable name */
	char *title;            /* "Note", in the reader's language */
	char *author;
	int64_t at_ms;
	struct copy_field *fields;
	size_t field_count;
};
struct copy_register {      /* a section: a register of its own */
	char *section, *title;
	struct copy_record *records;
	size_t count;
};
struct copy_file {          /* of an attachment that is given */
	struct id record;
	char name[32];      /* "1.pdf": its own may tell of others */
	char sealed[HASH_TEXT_BYTES]; /* names its bytes */
};
struct copy {
	struct copy_ask ask;    /* borrows below */
	char *whom, *role, *authority;
	struct copy_register *registers;
	size_t count;
	size_t given, left, blacked; /* records; places in texts */
	struct copy_file *files;
	size_t file_count, files_left;
	const char *channel;    /* of disclosure.channel, set by who gives it;
				 * NULL: in_person */
};
void copy_done(struct copy *c);

/** copies_make(s, review, out, e): by the decided list. ERR_INPUT names the
 * line; ERR_CLASH when the case has changed since. */
int copies_make(struct session *s, struct view review, struct copy *out,
    struct err *e);

/** copies_files(s, c, folder, e): the files that are given, into a folder
 * that is there. ERR_ABSENT names one that is not on this device. */
int copies_files(struct session *s, const struct copy *c, const char *folder,
    struct err *e);

/** copies_log(s, c, given, id, e): record as a disclosure (disclosure.h) what
 * is about to be given: to whom, how much, and the hash of what is given. */
int copies_log(struct session *s, const struct copy *c, struct view given,
    struct id *id, struct err *e);

/** copies_paper(c, p): as a document, each register on a new page. */
void copies_paper(const struct copy *c, struct paper *p);

#endif
