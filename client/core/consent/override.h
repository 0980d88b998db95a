/*
 * Overrides: opening sections by law when consent does not, for at most seven
 * days, said to those who are answerable for it; and what officers and
 * data-protection officers see of them.
 *
 * Source: schema/rules.md 8.1, 8.3.
 */
#ifndef CORE_OVERRIDE_H
#define CORE_OVERRIDE_H

#include "client/core/profile/session.h"
#include "common/wire/epoch.h"

struct override_draft {
	struct id case_id;
	struct id person;
	const char *sections;  /* each by name */
	enum right right;      /* RIGHT_READ or RIGHT_WRITE */
	const char *basis;     /* danger, child_protection, court, police or
				* statute */
	const char *provision; /* which rule of law */
	const char *reason;
	int64_t until_ms;      /* 0: seven days from now */
};
struct override_effect {
	bool needs_second;     /* opens nothing before an officer signs */
	size_t spaces;         /* opened by this device at the next sync */
	int64_t until_ms;
};
int override_add(struct session *s, const struct override_draft *d,
    struct id *id, struct override_effect *effect, struct err *e);

/** override_end(s, record, reason, e): before its time. ERR_CLASH when it is
 * over already. */
int override_end(struct session *s, const struct id *record,
    const char *reason, struct err *e);

enum override_state {
	OVERRIDE_RUNS = 1,
	OVERRIDE_WAITS = 2,  /* for an officer's signature */
	OVERRIDE_ENDED = 3,  /* before its time */
	OVERRIDE_OVER = 4,   /* by its date */
	OVERRIDE_VOID = 5    /* not a keeper's word: opens nothing */
};

/** override_state_word(st): "running", "waiting", "ended", "over", "void". */
const char *override_state_word(enum override_state st);

struct override_item {
	struct id id, case_id;
	enum override_state state;
	char *person, *sections, *basis, *provision, *reason;
	char *by;            /* who recorded it */
	char *second;        /* officer who signed it, or NULL */
	enum right right;
	int64_t from_ms, until_ms;
	int64_t ended_ms;    /* 0: not */
	bool withdrawn;      /* consent was withdrawn while it ran; known to
			      * who gets notices */
};
struct override_list {
	struct override_item *items;
	size_t count;
};
void override_list_done(struct override_list *l);

/** override_list(s, case_id, out, e): those in a case's card, oldest first. */
int override_list(struct session *s, const struct id *case_id,
    struct override_list *out, struct err *e);

/** override_running(s, case_id, now_ms, n, until_ms, e): how many run, and the
 * latest end among them; ${person} NULL: of anybody. */
struct override_asked {
	struct id case_id;
	const struct id *person; /* NULL: anybody */
	unsigned sections;       /* bits of statements.h; any of them */
};
int override_running(struct session *s, const struct override_asked *q,
    size_t *n, int64_t *until_ms, struct err *e);

/** override_notices(s, out, e): what data-protection officers were told, from
 * all of the office, oldest first. ERR_DENIED for who is none. */
int override_notices(struct session *s, struct override_list *out,
    struct err *e);

struct override_request { /* for an officer's signature */
	int64_t number;
	struct id record;
	char *person, *asked_by, *basis;
	int64_t from_ms, until_ms;
	bool own;     /* asked for by oneself: another officer signs */
};
struct override_request_list {
	struct override_request *items;
	size_t count;
};
void override_request_list_done(struct override_request_list *l);
int override_requests(struct session *s, struct override_request_list *out,
    struct err *e);

/** override_sign(s, text, out, e): as an officer, the request whose override's
 * id begins with ${text}; the answer goes with the next sync. ERR_ABSENT. */
int override_sign(struct session *s, const char *text, struct id *record,
    struct err *e);

/** override_status(s, running, to_sign, e): those that run in cases whose card
 * is open here; requests that wait for this officer. */
int override_status(struct session *s, size_t *running, size_t *to_sign,
    struct err *e);

#endif
