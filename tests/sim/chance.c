/* One seed, two streams: the plan's (splitmix64) and libsodium's (ChaCha20). */
#include <sodium.h>
#include <string.h>

#include "tests/sim/sim.h"

uint64_t
chance_next(struct chance *c)
{
	uint64_t z = (c->state += UINT64_C(0x9E3779B97F4A7C15));

	z = (z ^ (z >> 30)) * UINT64_C(0xBF58476D1CE4E5B9);
	z = (z ^ (z >> 27)) * UINT64_C(0x94D049BB133111EB);
	return z ^ (z >> 31);
}

uint32_t
chance_below(struct chance *c, uint32_t n)
{
	return n == 0 ? 0 : (uint32_t)((chance_next(c) >> 16) % n);
}

static uint8_t key[crypto_stream_chacha20_KEYBYTES];
static uint64_t blocks;

static const char *
name(void)
{
	return "simulated";
}

static void
fill(void *const out, const size_t len)
{
	static const uint8_t zero_nonce[crypto_stream_chacha20_NONCEBYTES];

	memset(out, 0, len);
	crypto_stream_chacha20_xor_ic(out, out, len, zero_nonce, blocks, key);
	blocks += (len + 63) / 64;
}

static uint32_t
one(void)
{
	uint32_t v;

	fill(&v, sizeof(v));
	return v;
}

static struct randombytes_implementation seeded = {
	.implementation_name = name, .random = one, .buf = fill
};

void
chance_install(uint64_t seed)
{
	int i;

	for (i = 0; i < 8; i++)
		key[i] = (uint8_t)(seed >> (8 * i));
	key[8] = 's';
	blocks = 0;
	randombytes_set_implementation(&seeded);
}
