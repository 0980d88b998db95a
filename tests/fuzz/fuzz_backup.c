/*
 * The keys inside a hub's backup, sealed to its recovery code: whatever is
 * inside, nothing is written but the files that keys have. The backup's code
 * is public enough for whoever holds the hub's folder to seal something else.
 */
#include "daemon/backup_keys.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/base/file.h"
#include "common/base/mem.h"
#include "common/wire/keys.h"
#include "tests/fuzz/fuzz.h"

#define CODE "AAAAA-BBBBB-CCCCC-DDDDD-EEEEE"
#define PLAIN "AAAAABBBBBCCCCCDDDDDEEEEE"

static char folder[64];

/* What is in the folder; each is one of the keys, and goes. */
static void
clear(void)
{
	static const char known[] = " log.key tls.key tls-next.key backup.pub ";
	DIR *dir = opendir(folder);
	struct dirent *d;
	char name[280], *path;

	FUZZ_SURE(dir != NULL);
	while ((d = readdir(dir)) != NULL) {
		if (d->d_name[0] == '.')
			continue;
		snprintf(name, sizeof(name), " %s ", d->d_name);
		FUZZ_SURE(strstr(known, name) != NULL);
		path = file_join(folder, d->d_name);
		unlink(path);
		mem_free(path);
	}
	closedir(dir);
}

static void
end(void)
{
	rmdir(folder);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct settings s = { .data = folder };
	struct box_pub pub;
	struct box_key key;
	struct hash seed;
	struct buf sealed;
	struct err e = { 0 };

	fuzz_begin();
	if (folder[0] == '\0') {
		strcpy(folder, "/tmp/tugi-fuzz-XXXXXX");
		FUZZ_SURE(mkdtemp(folder) != NULL);
		atexit(end);
	}
	s.tls_key = file_join(folder, "tls.key");
	keys_hash("tugid backup 1", view_str(PLAIN), &seed);
	keys_box_from_seed(seed.b, &pub, &key);
	buf_init(&sealed, 1 << 20);
	keys_seal(&pub, view_of(data, size), &sealed);
	if (backup_open_keys(buf_view(&sealed), CODE, &s, &e) != 0)
		fuzz_refused(&e);
	clear();
	buf_done(&sealed);
	mem_free(s.tls_key);
	return 0;
}
