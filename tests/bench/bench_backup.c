/*
 * A hub's backup and restore: how long each takes for so many items, with the
 * reading back of every item that both include. usage: bench_backup [ITEMS]
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/base/file.h"
#include "common/base/mem.h"
#include "daemon/backup.h"
#include "daemon/backup_keys.h"
#include "daemon/datadir.h"
#include "tests/support/hubworld.h"

#define ITEMS 100000
#define BATCH 128

static struct err e;

static void
must(int rc, const char *what)
{
	if (rc == 0)
		return;
	fprintf(stderr, "%s: %s\n", what, e.text);
	exit(1);
}

static void
fill(struct hubworld *w, size_t items)
{
	struct hw_epoch ep = { .number = 1, .count = 1, .devs = { 2 },
		.rights = { RIGHT_KEEP } };
	struct hw_item it[BATCH];
	struct hub_pushed *p;
	struct id space;
	size_t i, k;

	id_random(&space);
	hw_epoch(w, 2, &space, &ep, &it[0]);
	if (hw_push1(w, 2, &it[0]) != VERDICT_ACCEPTED)
		exit(1);
	for (i = 0; i < items; i += BATCH) {
		for (k = 0; k < BATCH; k++) {
			hw_note(w, 2, &space, 1, &it[k]);
			it[k].line->counter = it[k].counter;
			it[k].line->last = it[k].id;
		}
		must(hw_push(w, 2, it, BATCH, &p, &e), "push");
		if (p->answer.items[BATCH - 1].verdict != VERDICT_ACCEPTED) {
			fprintf(stderr, "push: %s\n", verdict_words(
			    p->answer.items[BATCH - 1].verdict));
			exit(1);
		}
		hw_pushed_free(p);
		for (k = 0; k < BATCH; k++)
			hw_free(&it[k]);
	}
}

static double
seconds(const struct tick *t, int64_t since)
{
	return (double)(tick_mono_ms(t) - since) / 1000;
}

int
main(int argc, char **argv)
{
	size_t items = argc > 1 ? (size_t)atol(argv[1]) : ITEMS;
	struct tick tick = tick_system();
	static struct hubworld w;
	char data[128], file[160], to[128];
	struct datadir_made made;
	struct backup_last last;
	struct backup_info info;
	struct hub_checked checked;
	struct settings s;
	struct backup_restore in;
	struct buf key;
	char *path, hex[HASH_TEXT_BYTES];
	struct hash seed;
	int64_t at;

	keys_init();
	hw_begin(&w);
	hw_claim(&w, 4);
	fill(&w, items);
	hw_close(&w);
	snprintf(data, sizeof(data), "%.90s/data", w.folder);
	snprintf(to, sizeof(to), "%.90s/new", w.folder);
	snprintf(file, sizeof(file), "%s/b.tugid", w.folder);
	must(datadir_make(data, "127.0.0.1:0", "hub.test", &made, &e), "init");
	path = datadir_db(data);
	must(rename(w.path, path), "rename");
	/* The key that signed this log. */
	memcpy(seed.b, w.hub_key.b, sizeof(seed.b));
	buf_init(&key, 256);
	buf_add_fmt(&key, "tugid-log-key-1 %s\n", hash_text(&seed, hex));
	mem_free(path);
	path = file_join(data, "log.key");
	must(file_replace(path, buf_view(&key), 0600, &e), "key");
	mem_free(path);
	path = file_join(data, "tugid.conf");
	must(settings_read(path, data, &s, &e), "settings");
	at = tick_mono_ms(&tick);
	must(backup_make(&s, path, file, &last, &checked, &e), "backup");
	printf("items %llu  backup %.2f s (bar 30), %llu KiB, "
	    "read back\n",
	    (unsigned long long)checked.log.size, seconds(&tick, at),
	    (unsigned long long)(last.bytes / 1024));
	in = (struct backup_restore){ .from = file, .data = to,
		.code = made.recovery };
	at = tick_mono_ms(&tick);
	must(backup_restore(&in, &info, &e), "restore");
	printf("restore %.2f s (bar 30), verified\n", seconds(&tick, at));
	return 0;
}
