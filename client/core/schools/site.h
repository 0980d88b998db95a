/*
 * Work at schools: what holds of activities, presence, the calendar and plans
 * for a year (the checks), and the steps that are more than one record: taking
 * up who took part, carrying a plan over.
 *
 * A school's room names no child. Who took part in a group stands in each
 * child's case, with who agreed to it; the room has numbers.
 *
 * Source: schema/rules.md 25.1, 25.2.
 */
#ifndef CORE_SITE_H
#define CORE_SITE_H

#include "client/core/cases/entries.h"

/* Checks, named in entry_checks.c. */
int site_check_activity(const struct entry *x, struct err *e);
int site_check_attendance(const struct entry *x, struct err *e);
int site_check_presence(const struct entry *x, struct err *e);
int site_check_calendar(const struct entry *x, struct err *e);
int site_check_service(const struct entry *x, struct err *e);
int site_check_goal(const struct entry *x, struct err *e);
int site_check_quick(const struct entry *x, struct err *e);

/** site_heads(set, n): the sum of the head-counts that were typed; 0 when
 * "heads" was typed too, or none was. */
int64_t site_heads(const struct assignment *set, size_t n);

/** site_roster(s, activity, cases, n, agreed_by, e): the child of each case
 * took part; recorded in each case, in one transaction. ERR_CLASH names a case
 * where it stands already, ERR_INPUT what is no group. */
int site_roster(struct session *s, const struct id *activity,
    const struct id *cases, size_t n, const char *agreed_by, struct err *e);

/** site_took_part(s, activity, out, e): what is known of it here: records of
 * the cases open to this person. */
int site_took_part(struct session *s, const struct id *activity,
    struct record_list *out, struct err *e);

/** site_carry(s, service, year, id, e): a new plan for ${year} with the needs,
 * the resources and the goals not reached of ${service}, in one
 * transaction. ${year} NULL: the next one. */
int site_carry(struct session *s, const struct id *service, const char *year,
    struct id *id, struct err *e);

/** site_goals(s, service, out, e): the goals of a plan. */
int site_goals(struct session *s, const struct id *service,
    struct record_list *out, struct err *e);

#endif
