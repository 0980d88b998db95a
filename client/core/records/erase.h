/*
 * Erasing: a keeper asks, a data-protection officer signs, everybody follows.
 *
 * Source: schema/rules.md 10.2, 10.7, 11.4, 46.4.
 */
#ifndef CORE_ERASE_H
#define CORE_ERASE_H

#include "client/core/records/records.h"
#include "common/wire/erase.h"

/* How long a hub keeps backups, unless its operator says otherwise: what was
 * erased is in them until then. */
#define ERASE_BACKUP_DAYS 90

struct erase_wish {
	enum erase_reason reason;
	const char *words;       /* the reason, in words; not empty */
};

struct erase_asked {
	struct id request;
	size_t files;            /* attached to it, asked for in the same step */
};
/** erase_record(s, id, w, out, e): ask for one note or goal, and for what is
 * attached to it, all of it or nothing. Of what is erased already, versions
 * that came late. ERR_DENIED for who does not keep the section and where there
 * is nobody to sign; ERR_CLASH when it is asked for or done, or when versions
 * of it or of an attachment wait to be sent. */
int erase_record(struct session *s, const struct id *id,
    const struct erase_wish *w, struct erase_asked *out, struct err *e);

/** erase_case(s, case_id, w, out, e): ask for every section of the case that
 * this person keeps. ${out}: the requests, and the sections it cannot ask for
 * because others keep them. */
struct erase_sections {
	size_t asked;
	char *not_kept;  /* "notes of Liis Kask, plan of ..."; "" none */
};
int erase_case(struct session *s, const struct id *case_id,
    const struct erase_wish *w, struct erase_sections *out, struct err *e);
void erase_sections_done(struct erase_sections *x);

/** erase_take_back(s, order, w, request, e): ask that an order be taken back,
 * of who signed it; until it is due. */
int erase_take_back(struct session *s, const struct hash *order,
    const struct erase_wish *w, struct id *request, struct err *e);

enum erase_stage {
	ERASE_STAGE_ASKED = 1,
	ERASE_STAGE_SIGNED,    /* goes with the next sync */
	ERASE_STAGE_DECLINED,
	ERASE_STAGE_REFUSED,   /* by the hub */
	ERASE_STAGE_ORDERED,   /* hidden everywhere; may be taken back */
	ERASE_STAGE_ERASED,    /* gone from the hub and from here */
	ERASE_STAGE_BACK       /* taken back */
};
const char *erase_stage_name(enum erase_stage stage);
const char *erase_reason_name(enum erase_reason reason);

struct erase_item_shown {
	struct id request;      /* zeros: somebody else's order */
	struct hash order;      /* zeros: not ordered yet */
	struct id record, space, case_id; /* record zeros: the whole section */
	char *what;             /* "note", "plan", or a section */
	bool undoes;            /* a request to take back */
	enum erase_stage stage;
	enum erase_reason reason;
	char *words;            /* own request: the reason; declined: why */
	char *keeper, *dpo;     /* names; NULL */
	int64_t asked_ms, ordered_ms;
	int64_t due_ms;         /* when it is carried out; 0: not ordered */
	int64_t backups_ms;     /* when the last backup that has it ends */
	size_t late;            /* versions that came after the order */
	size_t misfits;         /* texts of others that the order names */
};
struct erase_list {
	struct erase_item_shown *items;
	size_t count;
};
int erase_list(struct session *s, struct erase_list *out, struct err *e);
void erase_list_done(struct erase_list *l);

/** erase_figures(s, late, asked, e): versions that came after an order of this
 * person, for a further one; and requests that wait for this person's hand. */
int erase_figures(struct session *s, size_t *late, size_t *asked,
    struct err *e);

/* The other side: what data-protection officers are asked to sign. */
struct erase_request {
	int64_t mid;
	struct id id, space;
	struct hash back;       /* zeros, or the order to be taken back */
	char *keeper;           /* name of who asks */
	enum erase_kind kind;
	enum erase_reason reason;
	char *words;
	size_t texts;
	int64_t from_ms, to_ms, asked_ms;
	bool done;
};
struct erase_requests {
	struct erase_request *items;
	size_t count;
};
int erase_requests_list(struct session *s, struct erase_requests *out,
    struct err *e);
void erase_requests_done(struct erase_requests *l);

/** erase_answer_request(s, id, grant, words, e): sign, or say why not. */
int erase_answer_request(struct session *s, const struct id *id, bool grant,
    const char *words, struct err *e);

#endif
