/* Copies in memory of what a world has on disk; see the header. */
#include "tests/support/kept.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "common/base/file.h"

#define FILE_MAX (64 << 20)

static void
must(int rc, const struct err *e)
{
	if (rc == 0)
		return;
	fprintf(stderr, "kept: %s\n", e->text);
	abort();
}

static void
path_of(const struct world *w, int who, char out[128])
{
	if (who < 0)
		snprintf(out, 128, "%s", w->path);
	else
		snprintf(out, 128, "%s/store.tugi", w->c[who].profile);
}

void
kept_take(struct kept *k, struct world *w, int who)
{
	char path[128];
	struct err e;

	k->w = w;
	k->who = who;
	world_close(w, who);
	world_hub_close(w);
	buf_init(&k->hub, FILE_MAX);
	buf_init(&k->store, FILE_MAX);
	path_of(w, -1, path);
	must(file_read(path, &k->hub, &e), &e);
	path_of(w, who, path);
	must(file_read(path, &k->store, &e), &e);
	kept_restore(k);
}

static void
restore_one(const struct world *w, int who, const struct buf *b)
{
	static const char *const tails[] = { "-wal", "-shm", "-anchor" };
	char path[128], side[140];
	struct err e;
	size_t i;

	path_of(w, who, path);
	for (i = 0; i < 3; i++) {
		snprintf(side, sizeof(side), "%s%s", path, tails[i]);
		unlink(side);
	}
	must(file_replace(path, buf_view(b), 0600, &e), &e);
}

void
kept_restore_client(const struct kept *k)
{
	struct err e;

	world_close(k->w, k->who);
	restore_one(k->w, k->who, &k->store);
	must(world_open(k->w, k->who, &e), &e);
}

void
kept_restore(const struct kept *k)
{
	world_hub_close(k->w);
	restore_one(k->w, -1, &k->hub);
	world_hub_open(k->w);
	kept_restore_client(k);
}

void
kept_done(struct kept *k)
{
	buf_done(&k->hub);
	buf_done(&k->store);
}
