/*
 * Search files for pieces of note text and names.
 *
 * usage: needle TEXT-FILE PATH...
 * The needles are the sentences, clauses and names of TEXT-FILE (a CSV of
 * notes): runs of at least 10 bytes between , . ; : " and line ends. Each
 * PATH, or each file below it, is searched as it lies, and again inside every
 * zstd frame found in it, decompressed with and without tugi's dictionary: a
 * text that was compressed but not sealed would hide from a plain search.
 * Prints what was searched; exit 0 nothing found, 1 found, 2 could not look.
 */
#include <fcntl.h>
#include <ftw.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zstd.h>

#include "common/wire/dict.h"

#define NEEDLE_MIN 10
#define NEEDLES_MAX 65536
#define SLOTS (1u << 18)
#define FRAME_MAX (256u * 1024)

struct needle {
	const char *text;
	size_t len;
	unsigned next; /* another one with the same start; 0: none */
	int found;
};

static struct needle needles[NEEDLES_MAX];
static unsigned needle_count = 1; /* 0 means none */
static unsigned slots[SLOTS];
static unsigned long files, bytes, frames, hits, distinct;

static unsigned
slot_of(const char *p)
{
	unsigned long long v;

	memcpy(&v, p, 8);
	return (unsigned)((v * 0x9E3779B97F4A7C15ull) >> 46) % SLOTS;
}

static void
add_needle(const char *text, size_t len)
{
	struct needle *n;
	unsigned slot;

	while (len > 0 && (*text == ' ' || *text == '\r'))
		text++, len--;
	if (len < NEEDLE_MIN || (*text >= '0' && *text <= '9') ||
	    needle_count == NEEDLES_MAX)
		return;
	slot = slot_of(text);
	n = &needles[needle_count];
	n->text = text;
	n->len = len;
	n->next = slots[slot];
	slots[slot] = needle_count++;
}

static void
look(const char *data, size_t len)
{
	size_t i;

	for (i = 0; i + NEEDLE_MIN <= len; i++) {
		unsigned k = slots[slot_of(data + i)];

		for (; k != 0; k = needles[k].next) {
			struct needle *n = &needles[k];

			if (n->len > len - i ||
			    memcmp(data + i, n->text, n->len) != 0)
				continue;
			hits++;
			if (!n->found)
				distinct++;
			n->found = 1;
		}
	}
}

static void
look_in_frames(const char *data, size_t len)
{
	static char plain[FRAME_MAX];
	ZSTD_DCtx *ctx = ZSTD_createDCtx();
	size_t i, n;

	for (i = 0; i + 8 < len; i++) {
		if (memcmp(data + i, "\x28\xb5\x2f\xfd", 4) != 0)
			continue;
		frames++;
		n = ZSTD_findFrameCompressedSize(data + i, len - i);
		if (ZSTD_isError(n))
			continue;
		size_t got = ZSTD_decompress_usingDict(ctx, plain, FRAME_MAX,
		    data + i, n, schema_dict, schema_dict_len);
		if (ZSTD_isError(got))
			got = ZSTD_decompressDCtx(ctx, plain, FRAME_MAX,
			    data + i, n);
		if (!ZSTD_isError(got))
			look(plain, got);
	}
	ZSTD_freeDCtx(ctx);
}

static const char *
map(const char *path, size_t *len)
{
	struct stat st;
	const char *p;
	int fd = open(path, O_RDONLY);

	*len = 0;
	if (fd < 0 || fstat(fd, &st) != 0)
		return NULL;
	*len = (size_t)st.st_size;
	p = *len == 0 ? "" : mmap(NULL, *len, PROT_READ, MAP_PRIVATE, fd, 0);
	close(fd);
	return p == MAP_FAILED ? NULL : p;
}

static int
visit(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
	size_t len;
	const char *p;

	(void)ftw;
	if (type != FTW_F || !S_ISREG(st->st_mode))
		return 0;
	p = map(path, &len);
	if (p == NULL) {
		fprintf(stderr, "needle: cannot read %s\n", path);
		return 2;
	}
	files++;
	bytes += len;
	look(p, len);
	look_in_frames(p, len);
	if (len > 0)
		munmap((void *)(uintptr_t)p, len);
	return 0;
}

int
main(int argc, char **argv)
{
	size_t len, i, start = 0;
	const char *text;
	int a;

	if (argc < 3) {
		fprintf(stderr, "usage: needle TEXT-FILE PATH...\n");
		return 2;
	}
	text = map(argv[1], &len);
	if (text == NULL) {
		fprintf(stderr, "needle: cannot read %s\n", argv[1]);
		return 2;
	}
	while (start < len && text[start] != '\n') /* the column names */
		start++;
	for (i = start; i <= len; i++)
		if (i == len || strchr(",.;:\"\n", text[i]) != NULL) {
			add_needle(text + start, i - start);
			start = i + 1;
		}
	for (a = 2; a < argc; a++)
		if (nftw(argv[a], visit, 16, FTW_PHYS) != 0) {
			fprintf(stderr, "needle: cannot search %s\n", argv[a]);
			return 2;
		}
	printf("%u pieces of text, %lu files, %lu bytes, %lu packed pieces: "
	    "%lu different pieces found\n", needle_count - 1, files, bytes,
	    frames, distinct);
	return files == 0 ? 2 : hits > 0;
}
