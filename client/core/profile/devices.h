/*
 * Devices that the directory lists, and whose they are.
 */
#ifndef CORE_DEVICES_H
#define CORE_DEVICES_H

#include "client/core/profile/session.h"

struct device_item {
	struct id device, person;
	char name[160];     /* of the person */
	bool revoked, me;
};
struct device_list {
	struct device_item *items;
	size_t count;
};
void device_list_done(struct device_list *l);

/** devices_list(s, person, out, e): of one person, or all if NULL. */
int devices_list(struct session *s, const struct id *person,
    struct device_list *out, struct err *e);

#endif
