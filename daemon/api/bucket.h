/*
 * Token buckets: so many at once, refilled by so many a second. The caller
 * guards them.
 */
#ifndef API_BUCKET_H
#define API_BUCKET_H

#include <stdbool.h>
#include <stdint.h>

#define BUCKET_WHOLE INT64_C(1000000)

struct bucket {
	int64_t micro;   /* millionths left */
	int64_t mono_ms; /* when that was so */
};

/** bucket_fill(b, mono_ms, burst): full. */
void bucket_fill(struct bucket *b, int64_t mono_ms, int burst);

/** bucket_has(b, mono_ms, burst, micro_per_ms): one is left after the refill
 * until now; bucket_take: and is taken. */
bool bucket_has(struct bucket *b, int64_t mono_ms, int burst,
    int64_t micro_per_ms);
bool bucket_take(struct bucket *b, int64_t mono_ms, int burst,
    int64_t micro_per_ms);

/** bucket_spent(b, mono_ms, burst, micro_per_ms): how many are missing then,
 * of ${burst}; a begun one counts. */
int bucket_spent(struct bucket *b, int64_t mono_ms, int burst,
    int64_t micro_per_ms);

/** bucket_give(b, burst): one back. */
void bucket_give(struct bucket *b, int burst);

/** bucket_rate(per_s): in micro_per_ms. */
int64_t bucket_rate(int per_s);

#endif
