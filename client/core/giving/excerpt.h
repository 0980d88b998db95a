/*
 * A record as somebody outside reads it: its fields in words, without ids and
 * marks that mean something in the program alone. For letters, packages and
 * copies.
 */
#ifndef CORE_EXCERPT_H
#define CORE_EXCERPT_H

#include "client/core/records/records.h"

struct guard;
struct paper;

/** excerpt_title(r, out, size): "Note, 2026-11-30, Liis Kask". */
void excerpt_title(const struct record_item *r, char *out, size_t size);

/** excerpt_text(r, g, out): its fields, one after the other, "Label: words",
 * without what ${g} (guard.h; NULL: all may go) keeps back. */
void excerpt_text(const struct record_item *r, const struct guard *g,
    struct buf *out);

/** excerpt_words(r, g, f, out): what one field says, in ${out}; NULL: it is
 * not shown outside. */
const char *excerpt_words(const struct record_item *r, const struct guard *g,
    const struct field_text *f, struct buf *out);

/** excerpt_paper(r, g, p): the same as a part of a document. */
void excerpt_paper(const struct record_item *r, const struct guard *g,
    struct paper *p);

/** excerpt_guard(s, case_id, to, g, e): what may be given of a case to ${to};
 * ERR_DENIED with the reason when nothing may. guard_done also then. */
int excerpt_guard(struct session *s, const struct id *case_id,
    const char *to, struct guard *g, struct err *e);

/** excerpt_may(g, r, e): this record may go at all. */
int excerpt_may(const struct guard *g, const struct record_item *r,
    struct err *e);

/** excerpt_objections(s, record, g, out, e): what was objected to a record, or
 * corrected in it, the oldest first, as far as it may go: it goes wherever the
 * record goes. */
int excerpt_objections(struct session *s, const struct id *record,
    const struct guard *g, struct record_list *out, struct err *e);

/** excerpt_find(s, id, out, e): records_find of what may be shown; ERR_ABSENT
 * also for what is deleted, erased or held. */
int excerpt_find(struct session *s, const struct id *id,
    struct record_item *out, struct err *e);

#endif
