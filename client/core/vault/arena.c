/* SQLite's own pool of page slots, on memory that we lock. */
#include "client/core/vault/arena.h"

#include <sqlite3.h>
#include <sys/mman.h>
#include <sys/resource.h>

#include "client/core/vault/pages.h"

/* Keys are locked too (mem_secret), a few pages each. */
#define FOR_KEYS ((size_t)1 << 20)
/* A connection asks for a few slots beyond its cache. */
#define SPARE_SLOTS 32

static struct arena_state state;

/* What may be locked here: the soft limit is raised as far as it goes. */
static size_t
may_lock(void)
{
	struct rlimit r;

	if (getrlimit(RLIMIT_MEMLOCK, &r) != 0)
		return 0;
	if (r.rlim_cur < r.rlim_max) {
		r.rlim_cur = r.rlim_max;
		(void)setrlimit(RLIMIT_MEMLOCK, &r);
		(void)getrlimit(RLIMIT_MEMLOCK, &r);
	}
	if (r.rlim_cur <= FOR_KEYS)
		return 0;
	return r.rlim_cur - FOR_KEYS < ARENA_MOST * 2 ?
	    (size_t)(r.rlim_cur - FOR_KEYS) : ARENA_MOST * 2;
}

/* SQLite links the slots when it is given them and so touches each page: they
 * are filled before in one call, as a fault for each would be half of the time
 * of a short command. Where the kernel cannot, it is a fault for each. */
static void *
map(size_t bytes, bool locked)
{
	void *p = mmap(NULL, bytes, PROT_READ | PROT_WRITE,
	    MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (p == MAP_FAILED)
		return NULL;
	if (madvise(p, bytes, MADV_DONTDUMP) == 0 &&
	    (!locked || mlock(p, bytes) == 0)) {
#ifdef MADV_POPULATE_WRITE
		(void)madvise(p, bytes, MADV_POPULATE_WRITE);
#endif
		return p;
	}
	munmap(p, bytes);
	return NULL;
}

void
arena_start(void)
{
	static bool tried;
	size_t may = may_lock(), slot, slots, bytes;
	int header = 0;
	void *p;

	if (tried)
		return;
	tried = true;
	sqlite3_config(SQLITE_CONFIG_PCACHE_HDRSZ, &header);
	slot = PAGES_BYTES + (((size_t)header + 7) & ~(size_t)7);
	slots = ARENA_MOST / PAGES_BYTES + SPARE_SLOTS;
	if (may / slot < slots)
		slots = may / slot;
	state.locked = slots * PAGES_BYTES >= ARENA_LEAST;
	if (!state.locked)
		slots = ARENA_MOST / PAGES_BYTES + SPARE_SLOTS;
	bytes = slots * slot;
	p = map(bytes, state.locked);
	if (p == NULL && state.locked) {
		state.locked = false;
		p = map(bytes, false);
	}
	if (p == NULL)
		return;
	if (sqlite3_config(SQLITE_CONFIG_PAGECACHE, p, (int)slot,
	    (int)slots) == SQLITE_OK)
		state.bytes = (slots - SPARE_SLOTS) * PAGES_BYTES;
	else
		munmap(p, bytes); /* too late: SQLite is in use */
	state.locked &= state.bytes > 0;
}

struct arena_state
arena_state(void)
{
	return state;
}
