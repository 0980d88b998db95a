/*
 * Cases: opening one, finding one, its sections.
 */
#ifndef CORE_CASES_H
#define CORE_CASES_H

#include "client/core/records/records.h"

/** cases_open(s, set, n, id, e): a new case with its card space, this person
 * as keeper; "name" is needed, "code" is made up when missing. */
int cases_open(struct session *s, const struct assignment *set, size_t n,
    struct id *id, struct err *e);

/** cases_find(s, text, id, e): by id, code, or unambiguous part of the
 * child's name. A case of which only one section is open to this person is
 * found by that section's label. Of cases that are one (alias.h) the one in
 * front is found, by the names and codes of each. ERR_ABSENT, ERR_INPUT
 * (several fit). */
int cases_find(struct session *s, const char *text, struct id *id,
    struct err *e);

/** cases_find_one(s, text, id, e): the same, but a case behind another is
 * found itself, where the words fit it alone: for what is said of one case
 * only, as consents are. */
int cases_find_one(struct session *s, const char *text, struct id *id,
    struct err *e);

/** cases_label(s, case_id, out, e): what a case is called here: the child's
 * name, else a section's label, else its id; freed by mem_free. */
int cases_label(struct session *s, const struct id *case_id, char **out,
    struct err *e);

/** cases_place(s, case_id, out, e): the same, with its school and status as
 * its card has them, "" where it is not open. */
struct case_place {
	char *label, *school, *status;
};
void case_place_done(struct case_place *p);
int cases_place(struct session *s, const struct id *case_id,
    struct case_place *out, struct err *e);

struct case_behind { /* one with a case in front of it */
	struct id id;
	char *code;
	char *title; /* "Anna Tamm (K2)" */
};
struct case_item {
	struct id id;
	char *code, *name, *school, *status;
	char *sections;      /* open to this person: "card, notes, plan" */
	size_t notes;
	int64_t last_ms;     /* newest note */
	bool conflict;
	struct case_behind *behind; /* counted with it */
	size_t behind_count;
};
struct case_list {
	struct case_item *items;
	size_t count;
};
void case_list_done(struct case_list *l);
int cases_list(struct session *s, struct case_list *out, struct err *e);

/** cases_names(s, out, e): the same in any order, without sections, notes and
 * conflicts: to say of which case something is. */
int cases_names(struct session *s, struct case_list *out, struct err *e);

/**
 * cases_section(s, case_id, section, space, e): the space to write ${section}
 * of the case in: the one open to this person for writing, else a new one of
 * its own side, with everybody a living consent names. ERR_DENIED when the
 * person may neither write nor begin one.
 */
int cases_section(struct session *s, const struct id *case_id,
    const char *section, struct id *space, struct err *e);

/** cases_open_tx, cases_section_tx: the same within the caller's transaction, so that a
 * space is begun together with the first thing written in it. */
int cases_open_tx(struct session *s, const struct assignment *set, size_t n,
    struct id *id, struct err *e);
int cases_section_tx(struct session *s, const struct id *case_id,
    const char *section, struct id *space, struct err *e);

/** cases_bound_tx(s, case_id, section, e): begin the section anew behind the
 * bounds of the consents "from now on" in the card, if this person keeps it
 * (rules.md 5.12). Writing does the same. */
int cases_bound_tx(struct session *s, const struct id *case_id,
    const char *section, struct err *e);

/** cases_part_tx(s, case_id, section, part, space, e): the space of one part
 * of a section, begun if there is none: a matter, or what goes to one
 * receiver. Consents that name the part open it, no others; withdrawals that
 * name it, or no part, close it (rules.md 5.11). */
int cases_part_tx(struct session *s, const struct id *case_id,
    const char *section, const struct id *part, struct id *space,
    struct err *e);

#endif
