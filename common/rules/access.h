/*
 * Who may hold a space: a pure function of its access statements.
 *
 * A withdrawal ends every grant to the same person unless the grant names that
 * withdrawal as superseded: arrival order does not matter, a withdrawal beats
 * what did not know of it. OWNER statements are the creator's own side.
 * An OVERRIDE opens by law for a while and is ended by its date, or by a
 * withdrawal that names it and ends nothing else.
 * Source: schema/rules.md, "Access" and "Override".
 */
#ifndef RULES_ACCESS_H
#define RULES_ACCESS_H

#include "common/wire/access.h"

struct access_book {
	struct access *list; /* in log order, own unsent ones last */
	size_t count;
};

struct access_answer {
	enum right right;
	int64_t until_ms;             /* of the statement that gives it */
	size_t basis_count;           /* every basis that keeps the door open */
	const struct access *basis[16];
};

void access_book_init(struct access_book *b);
void access_book_done(struct access_book *b);
int access_book_add(struct access_book *b, const struct access *a,
    struct err *e);

/** access_judge(b, person, now_ms, out): right at ${now_ms} and its bases. */
void access_judge(const struct access_book *b, const struct id *person,
    int64_t now_ms, struct access_answer *out);

/** access_is_live(b, grant, now_ms): this one grant still opens the door. */
bool access_is_live(const struct access_book *b, const struct access *grant,
    int64_t now_ms);

#define ACCESS_OVERRIDE_MS (7 * INT64_C(86400000))  /* at the longest */
#define ACCESS_RENEWAL_MS (30 * INT64_C(86400000)) /* after one's end */

/** access_end(a): when ${a} is over by itself. */
int64_t access_end(const struct access *a);

/** access_lawful(b, person, at_ms): an override gave ${person} the right to
 * write at ${at_ms}, whatever was withdrawn. */
bool access_lawful(const struct access_book *b, const struct id *person,
    int64_t at_ms);

/** access_surplus(b, ep, now_ms): first recipient of ${ep} that no statement
 * allows (or with more right, or longer), or NULL: nobody writes to an epoch
 * with a surplus recipient. */
const struct epoch_recipient *access_surplus(const struct access_book *b,
    const struct epoch *ep, int64_t now_ms);

#endif
