/*
 * The requests a hub answers: one table.
 */
#ifndef API_ROUTE_H
#define API_ROUTE_H

#include "daemon/api/api.h"

enum route_access {
	ROUTE_OPEN,    /* anybody */
	ROUTE_EITHER,  /* anybody, and a live device before strangers */
	ROUTE_GUARDED, /* anybody, few times an hour from one network */
	ROUTE_SIGNED   /* a live device */
};

struct route {
	const char *method, *path;
	size_t ceiling;            /* body bytes */
	enum route_access access;
	int (*handle)(const struct request *, struct reply *, struct err *);
	bool revoked_too; /* signed by a revoked device: the handler knows what
	                     that one gets */
};

/** route_find(method, path, known): the route or NULL; ${known} tells
 * whether the path stands in the table at all. */
const struct route *route_find(const char *method, const char *path,
    bool *known);

/** route_path(i), route_index(route): for counting; past the last, or NULL,
 * is "other". */
#define ROUTES 15
const char *route_path(size_t i);
size_t route_index(const struct route *route);

#endif
