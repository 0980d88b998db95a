/*
 * Replays files through a target without libFuzzer: each input in memory of
 * exactly its size, so that a sanitizer sees a read past its end.
 * usage: fuzz_<name> FILE|FOLDER...
 */
#include <dirent.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "common/base/file.h"
#include "common/base/mem.h"
#include "tests/fuzz/fuzz.h"

#define INPUT_MAX (16 * 1024 * 1024)

static int
replay_file(const char *path)
{
	uint8_t *exact;
	struct buf b;
	struct err e;
	int rc;

	buf_init(&b, INPUT_MAX);
	rc = file_read(path, &b, &e);
	if (rc != 0) {
		fprintf(stderr, "%s\n", e.text);
		buf_done(&b);
		return -1;
	}
	exact = mem_new(b.len);
	if (b.len > 0)
		memcpy(exact, b.data, b.len);
	LLVMFuzzerTestOneInput(exact, b.len);
	mem_free(exact);
	buf_done(&b);
	return 1;
}

/* How many inputs; -1 when one cannot be read. */
static int
replay(const char *path)
{
	struct dirent **list;
	struct stat st;
	char *inner;
	int n, i, rc, sum = 0;

	if (stat(path, &st) != 0 || !S_ISDIR(st.st_mode))
		return replay_file(path);
	n = scandir(path, &list, NULL, alphasort);
	for (i = 0; i < n; i++) {
		inner = file_join(path, list[i]->d_name);
		rc = list[i]->d_name[0] == '.' ? 0 : replay_file(inner);
		mem_free(inner);
		mem_free(list[i]);
		sum = rc < 0 || sum < 0 ? -1 : sum + rc;
	}
	if (n >= 0)
		mem_free(list);
	return n < 0 ? -1 : sum;
}

int
main(int argc, char **argv)
{
	int i, n, sum = 0;

	for (i = 1; i < argc; i++) {
		n = replay(argv[i]);
		if (n < 0)
			return 1;
		sum += n;
	}
	printf("%d inputs\n", sum);
	return sum > 0 ? 0 : 1;
}
