/*
 * Any record, field by field: what the commands case, note, plan share.
 */
#ifndef CORE_RECORDS_H
#define CORE_RECORDS_H

#include "client/core/local/fields.h"
#include "client/core/profile/session.h"

struct field_text { /* a field as a person reads and types it */
	char *name;      /* fields.h name */
	char *label;
	char *text;      /* dates as ISO days, persons as names */
	char *word;      /* of a code what it is called (policies.h), of a flag
			  * yes or no in the language spoken; NULL */
	bool conflict;   /* another value waits in tugi conflicts */
	bool during;     /* by the former side, during a handover */
};

struct record_item {
	struct id id, case_id, space;
	enum record_type type;
	char section[32];
	int64_t at_ms;
	char *author;            /* name of who wrote the first version */
	bool waits;              /* saved here, not yet received by the hub */
	bool held;
	bool conflict;
	bool amended;            /* a later note amends it */
	bool erased;             /* by an order; no fields */
	char *erased_by, *erased_with; /* names: keeper, who signed */
	int64_t erased_ms, erased_due_ms; /* ordered; gone for good */
	bool during;             /* written by the former side, during a
	                            handover */
	bool after_closing;      /* a note written when the case was closed */
	bool restricted;         /* kept and not used; no fields */
	bool deleted;
	char *deleted_by;        /* name; NULL: not deleted */
	int64_t deleted_ms;
	char *changed_by;        /* who changed it without knowing; NULL: nobody */
	char *restored_by;       /* who restored it without knowing of this
	                            deletion; NULL: nobody */
	struct field_text *fields;
	size_t field_count;
};
void record_item_done(struct record_item *r);

struct record_list {
	struct record_item *items;
	size_t count;
	size_t total; /* how many there are beyond the limit */
};
void record_list_done(struct record_list *l);

/** record_field(r, name): its text, or "". */
const char *record_field(const struct record_item *r, const char *name);

/** record_word(r, name): what the policy calls it, if it is a code it knows;
 * else as record_field. */
const char *record_word(const struct record_item *r, const char *name);

int records_find(struct session *s, const struct id *id,
    struct record_item *out, struct err *e); /* 1, 0, -1 */

struct records_query {
	enum record_type type;
	const struct id *case_id; /* and those one with it; NULL: all cases */
	const struct id *space;   /* NULL: all; a room */
	const struct id *parent;  /* NULL: all; what answers to this record */
	size_t limit;             /* 0: all */
	bool deleted;             /* these alone; otherwise none of them */
	bool (*wanted)(const void *ctx, enum record_type type, int64_t at_ms);
	const void *wanted_ctx;   /* NULL: every row */
};
int records_list(struct session *s, const struct records_query *q,
    struct record_list *out, struct err *e);

/** records_set(s, id, names, texts, n, e): write new values of settable
 * fields, all in one version. ERR_INPUT names the field. */
struct assignment {
	const char *name, *text;
};
int records_set(struct session *s, const struct id *id,
    const struct assignment *set, size_t n, struct err *e);

#endif
