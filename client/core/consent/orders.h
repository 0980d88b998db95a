/*
 * Orders of two officers that concern this person: who opened what, when, for
 * whom and why. It is their right to know, and nothing else tells them.
 */
#ifndef CORE_ORDERS_H
#define CORE_ORDERS_H

#include "client/core/profile/session.h"
#include "common/wire/directory.h"

struct order_item {
	struct id id;
	enum order_scope scope;
	int64_t at_ms;
	char *officer, *second; /* names */
	char *whom;             /* who takes over, or whose labels; or NULL */
	bool mine;              /* ${whom} is this person */
	char *section;          /* or NULL: LABELS, or not known here */
	char *case_label;       /* or NULL */
	char *reason;           /* in the words of who took over; or NULL */
};
struct order_list { /* in log order */
	struct order_item *items;
	size_t count;
};
void order_list_done(struct order_list *l);

/** orders_list(s, out, e): of sections that this person has or had, and of or
 * about this person. */
int orders_list(struct session *s, struct order_list *out, struct err *e);

/** orders_count(s, n, e): how many that list has. */
int orders_count(struct session *s, size_t *n, struct err *e);

#endif
