/*
 * What the fuzz targets share. A target is one file fuzz_<name>.c with one
 * LLVMFuzzerTestOneInput; clang links it with libFuzzer, everything else with
 * standalone.c, which replays files. README.md says how to run them.
 *
 * A target keeps nothing between two inputs: what it makes once (a profile, a
 * hub) is the same for each, so that a file found once fails for ever.
 */
#ifndef FUZZ_FUZZ_H
#define FUZZ_FUZZ_H

#include "common/wire/changeset.h"
#include "common/wire/keys.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Says which promise was broken, and aborts: that is what a fuzzer sees. */
#define FUZZ_SURE(holds) do { \
	if (!(holds)) \
		fuzz_broken(__FILE__, __LINE__, #holds); \
} while (0)
void fuzz_broken(const char *file, int line, const char *what)
    __attribute__((noreturn));

/** fuzz_begin(): at the start of each input: the same random bytes. */
void fuzz_begin(void);

/** fuzz_refused(e): a refusal has a kind, which is not ERR_BUG, and words. */
void fuzz_refused(const struct err *e);

/**
 * fuzz_again(in, again): ${again} decodes and encodes. What is taken comes
 * back byte for byte (there is one form of each value), and is taken again.
 * Returns whether it was taken.
 */
bool fuzz_again(struct view in,
    int (*again)(struct view in, struct buf *out, struct err *e));

/** fuzz_device(n, k): device ${n} of those everybody knows here. */
void fuzz_device(unsigned n, struct device_keys *k);

/** fuzz_resign(p, len, key): make body hashes and signature of a changeset
 * right, as far as its lengths allow, so that they hide nothing behind them.
 * false: they do not add up. */
bool fuzz_resign(uint8_t *p, size_t len, const struct sign_key *key);

/** fuzz_text(data, size): the bytes as a string (a NUL ends it early);
 * mem_free. */
char *fuzz_text(const uint8_t *data, size_t size);

/* Bytes taken off the front, to steer a target; zeros past the end. */
struct fuzz_in {
	const uint8_t *data;
	size_t left;
};
uint64_t fuzz_take(struct fuzz_in *in, size_t n);
struct view fuzz_take_view(struct fuzz_in *in, size_t n);

#endif
