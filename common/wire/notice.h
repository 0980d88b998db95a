/*
 * What memos about overrides say (letter.h, topics 1, 4 and 5): the copy that
 * the data-protection officers and the recovery key get, the request for an
 * officer's signature on a renewal, and the signature. No name of a child and
 * no text of a case is in them. Source: schema/wire.md 10.5.
 */
#ifndef WIRE_NOTICE_H
#define WIRE_NOTICE_H

#include "common/wire/access.h"
#include "common/wire/record.h"

#define NOTICE_BASIS_MAX 40 /* bytes of a basis code */

enum notice_what {
	NOTICE_BEGUN = 1,    /* an override was recorded */
	NOTICE_ENDED = 2,    /* somebody ended it */
	NOTICE_WITHDRAWN = 3, /* consent was withdrawn while it runs */
	NOTICE_SIGNED = 4     /* an officer signed it */
};

struct notice {
	enum notice_what what;
	struct id case_id;
	struct id record;    /* the override */
	struct view body;    /* the record that says so, as it stands in the
			      * card; WITHDRAWN: empty; borrowed */
};
void notice_encode(const struct notice *n, struct buf *out);
int notice_decode(struct view in, struct notice *n, struct err *e);

struct notice_ask { /* for an officer's signature */
	struct id case_id, record, person;
	int64_t from_ms, until_ms;
	struct view basis; /* code; borrowed */
};
void notice_ask_encode(const struct notice_ask *a, struct buf *out);
int notice_ask_decode(struct view in, struct notice_ask *a, struct err *e);

struct notice_answer {
	struct id record;
	struct id officer; /* device */
	struct sig sig;    /* access_second_sign */
};
void notice_answer_encode(const struct notice_answer *a, struct buf *out);
int notice_answer_decode(struct view in, struct notice_answer *a,
    struct err *e);

#endif
