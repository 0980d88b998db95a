/*
 * The stage: a real hub (the tugid program, TLS on the loopback), its office,
 * and devices of one person with real encrypted stores on disk.
 *
 * All devices are the officer's own: what one writes the others pull, without
 * consents, which are not what is measured here. Passphrases are cheap except
 * where unlocking is measured. Anything that fails ends the program.
 */
#ifndef BENCH_STAGE_H
#define BENCH_STAGE_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "client/core/exchange.h"
#include "client/core/office/office.h"
#include "client/core/profile/session.h"
#include "client/core/sync/remote.h"
#include "common/base/id.h"
#include "tests/bench/measure.h"

#define STAGE_PATH 400
#define STAGE_PASSPHRASE "a passphrase for benchmarks"

struct stage {
	char dir[STAGE_PATH]; /* of this stage alone; removed at the end */
	const char *tugid;
	pid_t hub;
	int port;
	struct hash pin;
	char claim[40], recovery[64];
	size_t devices;
	struct device *officer;
	struct office_sheet sheet; /* its shares are the second hand */
};

struct device {
	struct stage *stage;
	char profile[STAGE_PATH];
	struct session *s;
	struct remote remote; /* counts what goes through ${inner} */
	struct remote inner;
	size_t calls, up, down; /* requests, bytes of bodies */
};

/** stage_open(st, dir, tugid): a new hub, claimed by a first officer. */
void stage_open(struct stage *st, const char *dir, const char *tugid);
void stage_close(struct stage *st);

/** stage_hub_start(st): serve what is in its folder, after a child_stop(hub);
 * the port is another one (device_route). */
void stage_hub_start(struct stage *st);

/** stage_device(st): one more device, enrolled and approved. */
struct device *stage_device(struct stage *st);
void device_close(struct device *d);

/** device_reopen(d): close the profile and open it again. */
void device_reopen(struct device *d);

/** device_route(d, port): talk to the hub through ${port}. */
void device_route(struct device *d, int port);

/** device_sync(d): one round; its figures in ${out} if not NULL. */
void device_sync(struct device *d, struct exchange_result *out);

/** device_pull(d, stored): one round; ${stored} gets what it took until the
 * first records pulled were being indexed, after all were stored. */
void device_pull(struct device *d, struct series *stored);

/** device_case(d, n, id): open a case. */
void device_case(struct device *d, size_t n, struct id *id);

/** device_notes(d, cases, case_count, from, n): texts ${from} to ${from} +
 * ${n}, spread over the cases, saved in transactions of up to 1,000. */
void device_notes(struct device *d, const struct id *cases,
    size_t case_count, size_t from, size_t n);

/** device_index(d): bring search up to date. */
void device_index(struct device *d);

/** device_notes_held(d): notes in the store. */
size_t device_notes_held(struct device *d);

/** stage_hub_ns(st): processor time of the hub so far. stage_hub_bytes: what
 * it keeps on disk. */
int64_t stage_hub_ns(const struct stage *st);
uint64_t stage_hub_bytes(const struct stage *st);

/** stage_store(dir, default_cost, out): a profile of its own with a case it
 * may write in, member of a stage that is gone again. */
struct device *stage_store(const char *dir, const char *tugid,
    bool default_cost, struct id *case_id);

#endif
