/*
 * One thread that writes, for many that ask: group commit.
 *
 * Jobs queue; the thread takes what is queued, up to a limit, runs it in one
 * transaction and commits once, so that one wait for the disk serves all of
 * them. What arrives during a commit makes up the next one. Nothing waits for
 * company: a lone job is written at once.
 */
#ifndef HUB_WRITER_H
#define HUB_WRITER_H

#include <stddef.h>
#include <stdint.h>

#include "common/base/err.h"

/* What a transaction is; all called by the writer's thread. */
struct writer_ops {
	int (*begin)(void *ctx, struct err *e);
	int (*commit)(void *ctx, struct err *e);
	void (*undo)(void *ctx);
	void (*rest)(void *ctx); /* once, WRITER_REST_MS after the last job */
	void (*idle)(void *ctx); /* once in WRITER_IDLE_S without a job */
	void *ctx;
};

/* run is called inside the transaction, and again from the beginning when
 * the commit it was part of fails. -1 is a failure of the hub, which undoes
 * the transaction; a refusal is no failure. */
struct writer_job {
	int (*run)(void *ctx, void *arg, struct err *e);
	void *arg;
	size_t bytes; /* roughly what it will write */
};

#define WRITER_REST_MS 500
#define WRITER_IDLE_S 3600
#define WRITER_BATCH_BYTES (2 * 1024 * 1024) /* cache_spill is off */
#define WRITER_BATCH_JOBS 256

struct writer_counts {
	uint64_t jobs;    /* durable */
	uint64_t commits; /* transactions that made them so */
	uint64_t waiting; /* queued now */
};

struct writer;

int writer_open(const struct writer_ops *ops, struct writer **out,
    struct err *e);

/** writer_close(w): finish what is queued, end the thread; NULL is fine. No
 * other call may be under way. */
void writer_close(struct writer *w);

/** writer_do(w, job, e): 0 when what ${job} did is durable. Any thread. */
int writer_do(struct writer *w, const struct writer_job *job, struct err *e);

void writer_counts(struct writer *w, struct writer_counts *out);

#endif
