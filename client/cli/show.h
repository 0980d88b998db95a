/*
 * Records on the screen and as JSON; what case, note, plan, held, review and
 * search have in common.
 */
#ifndef CLI_SHOW_H
#define CLI_SHOW_H

#include "client/cli/cmd.h"
#include "client/cli/when.h"
#include "client/core/cases/cases.h"
#include "client/core/cases/rooms.h"
#include "client/core/profile/match.h"
#include "client/core/profile/people.h"
#include "client/core/profile/policies.h"
#include "client/core/records/records.h"

#define SHOW_MAX_BYTES ((size_t)64 * 1024 * 1024)

/** show_record(c, r): fields, marks and text. */
void show_record(struct ctx *c, const struct record_item *r);

/** show_record_short(c, r): the same with the beginning of a long text only,
 * for one among others. */
void show_record_short(struct ctx *c, const struct record_item *r);

/** show_excerpt(t, text): the beginning of a text, not cut inside a character,
 * as the next cell of a table. */
void show_excerpt(struct table *t, const char *text);

/** show_label(r): what a person knows a record by; show_longest(r): its
 * longest text, where the words most likely are. Borrowed. */
const char *show_label(const struct record_item *r);
const char *show_longest(const struct record_item *r);

/** show_said(f): by its name where it is a code, else its text. */
const char *show_said(const struct field_text *f);

/** show_codes(c, t, list, codes): words of the policy by their names, as the
 * next cell of a table. */
void show_codes(struct ctx *c, struct table *t, const char *list,
    const char *codes);

/** show_person_find(c, text, out, e): people_find, with the nearest name when
 * nobody fits. */
int show_person_find(struct ctx *c, const char *text, struct person_item *out,
    struct err *e);

/** show_record_json(r): see JSON.md, "Record". */
json_t *show_record_json(const struct record_item *r);

/** show_records_json(l), show_id_json(id), show_time_json(ms): parts; a time
 * of 0 is null. */
json_t *show_records_json(const struct record_item *items, size_t count);
json_t *show_id_json(const struct id *id);
json_t *show_time_json(int64_t ms);

/** show_marks(r, out): "not sent, two texts", "deleted"; "" for none. */
#define SHOW_MARKS_BYTES 80
void show_marks(const struct record_item *r,
    char out[static SHOW_MARKS_BYTES]);

/** show_left_out(c, case_id, section, e): a warning that names who is let into
 * a case behind this one alone, and does not see what was just written. */
void show_left_out(struct ctx *c, const struct id *case_id,
    const char *section);

/** show_made(c, id, what): the id of a new record on stdout, ${what} as a
 * message. */
int show_made(struct ctx *c, const struct id *id, const char *what,
    struct err *e);

/** show_case_find(c, text, id, e): a case by id, code, piece of its id or
 * part of the name. */
int show_case_find(struct ctx *c, const char *text, struct id *id,
    struct err *e);

/** show_records_of(c, q, out, e): what ${q} asks for, of the case that the
 * first word names, if there is one. */
int show_records_of(struct ctx *c, struct records_query *q,
    struct record_list *out, struct err *e);

/** show_newest(c, type, none, print, e): the same of a kind, the newest
 * --limit: as JSON, by ${print}, or ${none} when there are none. */
int show_newest(struct ctx *c, enum record_type type, const char *none,
    int (*print)(struct ctx *c, const struct record_list *l, struct err *e),
    struct err *e);

/** show_case_find_one(c, text, id, e): the same, but a case behind another is
 * found itself: what is said of one case only (cases.h). */
int show_case_find_one(struct ctx *c, const char *text, struct id *id,
    struct err *e);

/** show_record_find(c, text, type, out, e): a record by a piece of its id.
 * ${type}: enum record_type, 0 any. */
int show_record_find(struct ctx *c, const char *text, int type,
    struct record_item *out, struct err *e);

/** show_any_find(c, text, id, e): a record by a piece of its id, or a case,
 * which may be one behind another. */
int show_any_find(struct ctx *c, const char *text, struct id *id,
    struct err *e);

/** show_case_name(cases, id): its name or code, of one behind another both;
 * "" if it is not listed. */
const char *show_case_name(const struct case_list *cases,
    const struct id *id);

/** show_assignments(c, from, out, n, e): words FIELD=TEXT from ${from} on.
 * ${out}: SHOW_SET_MAX places; show_assignments_done frees. */
#define SHOW_SET_MAX 32
int show_assignments(struct ctx *c, size_t from, struct assignment *out,
    size_t *n, struct err *e);
void show_assignments_done(struct assignment *set, size_t n);

/** show_add_to(c, add, what, e): ${add} with the record that the first word
 * names and what FIELD=TEXT says from the second on; then show_made. */
int show_add_to(struct ctx *c, int (*add)(struct session *s,
    const struct id *record, const struct assignment *set, size_t n,
    struct id *id, struct err *e), const char *what, struct err *e);

/** show_set(c, r, command, from, e): records_set with the words from ${from}
 * on, then the command that undoes it. */
int show_set(struct ctx *c, const struct record_item *r, const char *command,
    size_t from, struct err *e);

/** show_right(right): "keep", "write", "read" or "none"; _() of it is for a
 * person. show_right_asked(c, out, e): --right, reading without it. */
const char *show_right(enum right right);
int show_right_asked(struct ctx *c, enum right *out, struct err *e);

/** show_order(c, text, e): an order of officers, to be handed on. */
int show_order(struct ctx *c, const char *text, struct err *e);

#endif
