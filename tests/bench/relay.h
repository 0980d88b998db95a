/*
 * A relay on the loopback that counts what goes through: the bytes of the TCP
 * streams, TLS and HTTP included, whatever program is at either end.
 */
#ifndef BENCH_RELAY_H
#define BENCH_RELAY_H

#include <stdint.h>

struct relay;

/** relay_open(port): a process that relays to ${port} of the loopback. */
struct relay *relay_open(int port);
int relay_port(const struct relay *r);

/** relay_up(r), relay_down(r): bytes toward ${port} and back, so far. */
uint64_t relay_up(const struct relay *r);
uint64_t relay_down(const struct relay *r);
void relay_close(struct relay *r);

#endif
