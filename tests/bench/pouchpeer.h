/*
 * The PouchDB peer: its own server and a client, two node processes
 * (tests/bench/pouch.js). Not encrypted, not synced to the disk at each write,
 * nothing indexed: what it does is less than what is measured beside it.
 */
#ifndef BENCH_POUCHPEER_H
#define BENCH_POUCHPEER_H

#include <stdio.h>
#include <stdint.h>
#include <sys/types.h>

struct pouchpeer {
	char dir[200];
	pid_t server, client;
	int port;
	FILE *to, *from; /* of the client */
};

/** pouchpeer_open(p, dir, modules, notes): server and client, with so many
 * texts; ${modules} has the packages. */
void pouchpeer_open(struct pouchpeer *p, const char *dir, const char *modules,
    size_t notes);

/** pouchpeer_route(p, port): replicate by way of ${port}. */
void pouchpeer_route(struct pouchpeer *p, int port);

/** pouchpeer_do(p, fmt, ...): one command; its number. */
size_t pouchpeer_do(struct pouchpeer *p, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));

/** pouchpeer_disk(p): bytes that the server keeps. */
uint64_t pouchpeer_disk(const struct pouchpeer *p);
void pouchpeer_close(struct pouchpeer *p);

#endif
