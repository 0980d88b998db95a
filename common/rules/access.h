/*
 * Who may hold a space: a pure function of its access statements.
 *
 * A withdrawal ends every grant to the same person unless the grant names that
 * withdrawal as superseded: arrival order does not matter, a withdrawal beats
 * what did not know of it. OWNER statements are the creator's own side.
 * An OVERRIDE opens by law for a while and is ended by its date, or by a
 * withdrawal that names it and ends nothing else. HANDOVER and TAKEOVER take a
 * person into the side, REDUCE takes them out.
 * Source: schema/rules.md 5.2, 5.3, 5.4, 5.8, 8.2, 8.4, 9.1, 9.2.
 */
#ifndef RULES_ACCESS_H
#define RULES_ACCESS_H

#include "common/rules/roster.h"
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

/** access_right(b, a, now_ms): what statement ${a} gives its person at
 * ${now_ms}: RIGHT_NONE when it is over, withdrawn, or no statement that
 * opens; less than it says when the person's part in the side was reduced. */
enum right access_right(const struct access_book *b, const struct access *a,
    int64_t now_ms);

/** access_is_side(kind): the person is of the side, not of its audience. */
bool access_is_side(enum access_kind kind);

/** access_closes(kind): a withdrawal, or somebody leaves the side. */
bool access_closes(enum access_kind kind);

/** access_on_side(b, person, now_ms): keeps as one of the side. */
bool access_on_side(const struct access_book *b, const struct id *person,
    int64_t now_ms);

/** access_may_say(b, a, by): a person who keeps the space, or of themself
 * writes in it, may say HANDOVER, TAKEOVER or REDUCE statement ${a} after what
 * ${b} has; their right in the epoch is for the caller to look at. */
struct access_by {
	const struct id *person;
	const struct roster *roster;
	int64_t now_ms;
};
bool access_may_say(const struct access_book *b, const struct access *a,
    const struct access_by *by);

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
