/*
 * Admission: may this item enter this stream at this place in the log? All
 * that headers and clear bodies show, judged by the same code at the hub
 * before it accepts and at every client that pulls.
 *
 * Source: schema/rules.md 1.1, 1.2, 1.3, 1.4, 1.5, 1.6, 1.7, 4.2, 4.3, 4.4,
 * 4.5.
 */
#ifndef RULES_ADMIT_H
#define RULES_ADMIT_H

#include "common/rules/roster.h"
#include "common/wire/epoch.h"
#include "common/wire/erase.h"
#include "common/wire/letter.h"

#define ADMIT_WRITER_EPOCHS_A_DAY 4 /* in a space, of who keeps nothing */
#define ADMIT_DEPOSIT_DAYS 30
#define ADMIT_DEPOSITS_MAX 64 /* waiting, of one device in one space */

struct admit_space {
	bool exists;
	const struct epoch *epoch;  /* the current one; NULL before epoch 1 */
	struct hash epoch_id;       /* its changeset id */
	int writer_epochs_today;    /* by non-keepers, the last 24 h */
	bool erased;                /* by an order that stands (10.5) */
};

struct admit_author { /* of this author in this space; zeros if new */
	uint64_t counter;      /* of its last accepted item, 0: none */
	struct hash last_id;   /* that item's id */
	uint64_t seen_size;    /* seen.size of its last CONTENT item */
	uint64_t listed_size;  /* log size once an epoch by another device had
				* first listed it; 0 for who began the space */
	bool was_member;       /* listed in an earlier epoch, not now */
	int64_t removed_ms;    /* accept time of the epoch that dropped it */
	int deposits;          /* letters accepted since then */
};

struct admit_order { /* an erase order in this space, named to be undone */
	struct id author, dpo;  /* devices */
	int64_t accept_ms;
	bool back;              /* it was taken back, or takes back itself */
};

struct admit_in {
	const struct changeset *cs;
	const struct admit_space *space;
	const struct admit_author *author;
	const struct roster *roster;
	const struct epoch *epoch;             /* decoded, kind EPOCH */
	const struct letter *letter;           /* decoded, kind LETTER */
	const struct directory_entry *entry;   /* decoded, kind DIRECTORY */
	const struct erase *erase;             /* decoded, kind ERASE */
	const struct admit_order *order;       /* that it takes back, or NULL */
	bool erase_used;       /* its second signature is in the log already */
	struct log_point log;  /* the log before this item */
	int64_t now_ms;        /* hub: now; client: the item's accept_ms */
	bool signature_known;  /* already verified */
};

/** admit_seen(roster, seen): what an author claims to have seen, as it counts
 * for what it sends after: as a size of the log as it is now (rules.md 12.8). */
uint64_t admit_seen(const struct roster *roster,
    const struct log_point *seen);

/** admit_by_keeper(before, author): an epoch by ${author} that follows
 * ${before} (NULL: none) is a keeper's; admit_is_today(accept_ms, now_ms):
 * counts among those of a day. All others of today are
 * writer_epochs_today. */
bool admit_by_keeper(const struct epoch *before, const struct id *author);
bool admit_is_today(int64_t accept_ms, int64_t now_ms);

/** admit(in): VERDICT_ACCEPTED or why not. */
enum verdict admit(const struct admit_in *in);

/** admit_rekey_first(ep, roster, seq, now_ms): at log position ${seq} a
 * recipient is revoked or expired, so nobody may seal under ${ep}. */
bool admit_rekey_first(const struct epoch *ep, const struct roster *roster,
    uint64_t seq, int64_t now_ms);

/** admit_recipients_max(roster, space): the limit for this space. */
size_t admit_recipients_max(const struct roster *roster,
    const struct id *space);

#endif
