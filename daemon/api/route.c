/*
 * The table of routes. A new request is a line here and a file api_<name>.c.
 * claim is not signed: its author is no device yet, the code lets it in, and
 * its items carry the office root's signatures.
 */
#include "daemon/api/route.h"

#include <string.h>

#define SMALL 4096
#define CLAIM_BYTES (512 * 1024)

static const struct route routes[] = {
	{ "GET", "/v1/info", 0, ROUTE_OPEN, api_info, false },
	{ "GET", "/v1/pins", 0, ROUTE_OPEN, api_pins, false },
	{ "GET", "/v1/keys", 0, ROUTE_OPEN, api_keys, false },
	{ "GET", "/v1/health", 0, ROUTE_OPEN, api_health, false },
	{ "GET", "/v1/succession", 0, ROUTE_OPEN, api_succession, false },
	{ "POST", "/v1/claim", CLAIM_BYTES, ROUTE_GUARDED, api_claim, false },
	{ "POST", "/v1/enrol", SMALL, ROUTE_GUARDED, api_enrol, false },
	{ "POST", "/v1/requests", SMALL, ROUTE_SIGNED, api_requests, false },
	{ "POST", "/v1/push", PROTO_REQUEST_BYTES_MAX, ROUTE_SIGNED,
	    api_push, false },
	{ "POST", "/v1/pull", SMALL * 2, ROUTE_SIGNED, api_pull, true },
	{ "POST", "/v1/bundle", PROTO_REQUEST_BYTES_MAX, ROUTE_EITHER,
	    api_bundle, false },
	{ "POST", "/v1/recover", SMALL, ROUTE_SIGNED, api_recover, false },
	{ "POST", "/v1/anchor", SMALL, ROUTE_SIGNED, api_anchor, false },
	{ "POST", "/v1/blob/put", PROTO_BLOB_PIECE + SMALL, ROUTE_SIGNED,
	    api_blob_put, false },
	{ "POST", "/v1/blob/get", SMALL, ROUTE_SIGNED, api_blob_get, false },
};

const struct route *
route_find(const char *method, const char *path, bool *known)
{
	size_t i;

	*known = false;
	for (i = 0; i < sizeof(routes) / sizeof(routes[0]); i++) {
		if (strcmp(routes[i].path, path) != 0)
			continue;
		*known = true;
		if (strcmp(routes[i].method, method) == 0)
			return &routes[i];
	}
	return NULL;
}

_Static_assert(sizeof(routes) / sizeof(routes[0]) == ROUTES,
    "ROUTES counts the table");

const char *
route_path(size_t i)
{
	return i < ROUTES ? routes[i].path : "other";
}

size_t
route_index(const struct route *route)
{
	return route != NULL ? (size_t)(route - routes) : ROUTES;
}
