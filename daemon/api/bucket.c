#include "daemon/api/bucket.h"

void
bucket_fill(struct bucket *b, int64_t mono_ms, int burst)
{
	b->micro = burst * BUCKET_WHOLE;
	b->mono_ms = mono_ms;
}

bool
bucket_has(struct bucket *b, int64_t mono_ms, int burst, int64_t micro_per_ms)
{
	int64_t most = burst * BUCKET_WHOLE, gone_ms = mono_ms - b->mono_ms;

	if (gone_ms > most / micro_per_ms)
		b->micro = most;
	else
		b->micro += gone_ms * micro_per_ms;
	b->mono_ms = mono_ms;
	if (b->micro > most)
		b->micro = most;
	return b->micro >= BUCKET_WHOLE;
}

bool
bucket_take(struct bucket *b, int64_t mono_ms, int burst,
    int64_t micro_per_ms)
{
	if (!bucket_has(b, mono_ms, burst, micro_per_ms))
		return false;
	b->micro -= BUCKET_WHOLE;
	return true;
}

int
bucket_spent(struct bucket *b, int64_t mono_ms, int burst,
    int64_t micro_per_ms)
{
	(void)bucket_has(b, mono_ms, burst, micro_per_ms);
	return burst - (int)(b->micro / BUCKET_WHOLE);
}

void
bucket_give(struct bucket *b, int burst)
{
	b->micro += BUCKET_WHOLE;
	if (b->micro > burst * BUCKET_WHOLE)
		b->micro = burst * BUCKET_WHOLE;
}

int64_t
bucket_rate(int per_s)
{
	return per_s * (BUCKET_WHOLE / 1000);
}
