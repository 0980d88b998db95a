/*
 * Spaces as this client knows them: what they are, their epochs and keys,
 * their access statements, the admission state of their authors.
 *
 * Source: schema/rules.md 7.2.
 */
#ifndef LOCAL_SPACES_H
#define LOCAL_SPACES_H

#include "client/core/local/store.h"
#include "common/rules/access.h"
#include "common/rules/admit.h"
#include "common/wire/record.h"

enum space_kind {
	SPACE_COMMONS = 1,
	SPACE_CASE_SECTION = 2,
	SPACE_ROOM = 3         /* without a child; who is in it, it says itself */
};
enum space_state {
	SPACE_OPEN = 1,    /* read, and written where the right allows */
	SPACE_LOST = 2,    /* excluded: keys and foreign text are wiped */
	SPACE_UNKNOWN = 3, /* its first record has not been read yet */
	SPACE_ERASED = 5,  /* an erase order names all of it */
	SPACE_FROZEN = 4   /* an unknown control record: read-only until update */
};

#define SPACE_SINCE_MAX 16

struct space {
	struct id id;
	enum space_kind kind;
	struct id case_id, side;
	struct id part;        /* of a section: one matter, one receiver, with
	                          consents of its own; zero: the section */
	struct id since[SPACE_SINCE_MAX]; /* bounds before it: who is let in
	                          from one of them on holds no space without */
	size_t since_count;
	char section[32];      /* of a case; of a room: its kind */
	enum space_state state;
	uint32_t epoch;        /* newest known */
	uint64_t sseq;
	int64_t lost_ms;
	uint64_t listed_size;
	bool hidden;           /* its right has ended by itself (ends.h) */
};

/* _find: 1, 0, -1. */
int spaces_find(struct store *s, const struct id *id, struct space *out,
    struct err *e);
int spaces_find_section(struct store *s, const struct id *case_id,
    const char *section, const struct id *side, struct space *out,
    struct err *e); /* side NULL: any; own side first; parts are not looked
                       at */
int spaces_find_part(struct store *s, const struct id *case_id,
    const char *section, const struct id *part, struct space *out,
    struct err *e);

/** spaces_since(sp, bound): it was begun behind that bound; a zero one is
 * behind nothing. */
bool spaces_since(const struct space *sp, const struct id *bound);

/** spaces_home(sp): which of enum record_homes a space is. */
unsigned spaces_home(const struct space *sp);

/** spaces_rooms(s, kind, out, max, n, e): rooms of a kind, "site"; NULL: all. */
int spaces_rooms(struct store *s, const char *kind, struct space *out,
    size_t max, size_t *n, struct err *e);
int spaces_save_tx(struct store *s, const struct space *sp, struct err *e);

/** spaces_list(s, case_id, out, max, n, e): of one case, or all if NULL. */
int spaces_list(struct store *s, const struct id *case_id, struct space *out,
    size_t max, size_t *n, struct err *e);

/* spaces_begin_tx and spaces_wipe_tx span records and search: they are in
 * spaces_life.c. */

/** spaces_begin_tx(s, what, label, out, e): a new space of this person's own
 * side: its row (epoch 0), its TYPE_SPACE record, an OWNER statement. Epoch 1
 * is made at the next sync (accord/doors.h). Of ${what} count kind, case_id,
 * section, part and since; the commons has its id already, others get one. */
int spaces_begin_tx(struct store *s, const struct space *what,
    const char *label, struct space *out, struct err *e);

struct space_epoch {
	struct epoch ep;        /* decoded; space_epoch_done frees */
	struct hash id;
	struct id author;
	bool has_key;
	struct sym_key key;
	bool accepted;
	uint64_t seq;
	int64_t accept_ms;
};
int spaces_epoch_find(struct store *s, const struct id *space,
    uint32_t number, struct space_epoch *out, struct err *e);
int spaces_epoch_save_tx(struct store *s, const struct space_epoch *ep,
    struct err *e);
void space_epoch_done(struct space_epoch *ep);

/** spaces_right(s, space, out, e): what this device may do here now,
 * by the newest epoch (epoch 0: by its access statements); RIGHT_NONE when
 * lost or expired by store_now_ms. */
int spaces_right(struct store *s, const struct id *space, enum right *out,
    struct err *e);

int spaces_access_load(struct store *s, const struct id *space,
    struct access_book *out, struct err *e);
/** spaces_access_said(s, space, out, e): what others have to go by as well:
 * without what opened and was lost by a restored hub. What closed counts. */
int spaces_access_said(struct store *s, const struct id *space,
    struct access_book *out, struct err *e);
/** spaces_access_before(s, space, seq, out, e): the accepted ones below log
 * place ${seq}, as every member has them. */
int spaces_access_before(struct store *s, const struct id *space,
    int64_t seq, struct access_book *out, struct err *e);
/** spaces_access_unsay_tx(s, space, id, e): a statement of this device's that
 * was not sealed yet is not said. */
int spaces_access_unsay_tx(struct store *s, const struct id *space,
    const struct id *id, struct err *e);
int spaces_access_save_tx(struct store *s, const struct id *space,
    const struct access *a, const struct hash *item, int64_t seq,
    struct err *e); /* seq -1: not yet accepted */

int spaces_author_find(struct store *s, const struct id *space,
    const struct id *device, struct admit_author *out, struct err *e);
int spaces_author_save_tx(struct store *s, const struct id *space,
    const struct id *device, const struct admit_author *a, struct err *e);

/** spaces_learn_tx(s, space, rec, e): the TYPE_SPACE record of an UNKNOWN
 * space tells what it is: the row, and its records' case, are filled in. */
int spaces_learn_tx(struct store *s, const struct id *space,
    const struct record *rec, struct err *e);

/** spaces_wipe_tx(s, space, e): excluded: forget keys and every text that is
 * not this person's own; own unsent text becomes held. */
int spaces_wipe_tx(struct store *s, const struct id *space, struct err *e);

/** spaces_show_tx(s, space, e): let in again after that, and saved as such:
 * what stayed here, this person's own text, is shown again. */
int spaces_show_tx(struct store *s, const struct id *space, struct err *e);

#endif
