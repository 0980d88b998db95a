/*
 * The export of all that a person may see. First byte even: the text inside a
 * file that opens; odd: a whole file with some bytes of it changed, or cut.
 * What is handed out was written, in order, and only a whole file is taken.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "client/core/upkeep/export.h"
#include "common/wire/parcel.h"
#include "tests/fuzz/fuzz.h"

#define PASS view_str("four small invented words")
#define FIRST "{\"tugi_export\": 1}\n"
#define OPS_AT (14 + 16) /* schema/export.md: magic, salt */
#define PLAIN_MAX (1 << 20)

static char path[64];

static void
end(void)
{
	unlink(path);
	*strrchr(path, '/') = '\0';
	rmdir(path);
}

static void
begin(void)
{
	fuzz_begin();
	if (path[0] == '\0') {
		strcpy(path, "/tmp/tugi-fuzz-XXXXXX");
		FUZZ_SURE(mkdtemp(path) != NULL);
		strcat(path, "/export");
		atexit(end);
	}
	unlink(path);
}

static void
seal(struct view text)
{
	struct parcel_cost least = { 1, 8192 };
	struct parcel *p;
	struct hash hash;
	struct err e = { 0 };

	FUZZ_SURE(parcel_make(path, PASS, least, &p, &e) == 0);
	FUZZ_SURE(parcel_add(p, text, &e) == 0);
	FUZZ_SURE(parcel_end(p, &hash, &e) == 0);
}

/* What was written, from its second line on. */
struct told {
	struct view text;
	size_t at, count;
};

static int
take(void *ctx, struct view line, struct err *e)
{
	struct told *t = ctx;

	(void)e;
	FUZZ_SURE(t->text.len - t->at > line.len);
	FUZZ_SURE(line.len == 0 || memcmp(t->text.data + t->at, line.data,
	    line.len) == 0);
	FUZZ_SURE(t->text.data[t->at + line.len] == '\n');
	t->at += line.len + 1;
	t->count++;
	return 0;
}

/* The line that a file begins with, or one that it ends with, was written. */
static void
take_text(struct told *t, const char *text)
{
	size_t n = strlen(text);

	FUZZ_SURE(t->text.len - t->at >= n &&
	    memcmp(t->text.data + t->at, text, n) == 0);
	t->at += n;
}

static int
begin_file(void *ctx, const struct id *record, struct err *e)
{
	char text[80], id[ID_TEXT_BYTES];

	(void)e;
	snprintf(text, sizeof(text), "{\"file\": \"%s\"}\n",
	    id_text(record, id));
	take_text(ctx, text);
	return 0;
}

static int
take_file(void *ctx, struct view v, struct err *e)
{
	struct told *t = ctx;
	char text[40];

	(void)e;
	snprintf(text, sizeof(text), "{\"piece\": %zu}\n", v.len);
	take_text(t, text);
	FUZZ_SURE(t->text.len - t->at > v.len &&
	    memcmp(t->text.data + t->at, v.data, v.len) == 0);
	t->at += v.len;
	take_text(t, "\n");
	return 0;
}

static int
end_file(void *ctx, bool whole, struct err *e)
{
	(void)e;
	take_text(ctx, whole ? "{\"whole\": true}\n" :
	    "{\"whole\": false}\n");
	return 0;
}

static bool
read_back(struct view text, struct told *t)
{
	const struct export_reader r = { take, begin_file, take_file,
		end_file, t };
	struct err e = { 0 };
	size_t first = strlen(FIRST);

	*t = (struct told){ text, first < text.len ? first : text.len, 0 };
	if (export_read(path, PASS, &r, &e) == 0)
		return true;
	fuzz_refused(&e);
	return false;
}

static void
text_inside(struct view text)
{
	struct told t;
	char last[64];

	if (text.len > PLAIN_MAX)
		return;
	seal(text);
	if (!read_back(text, &t))
		return;
	snprintf(last, sizeof(last), "{\"end\": %zu}\n", t.count);
	FUZZ_SURE(t.text.len >= t.at + strlen(last) &&
	    memcmp(t.text.data + t.at, last, strlen(last)) == 0);
}

/* u16 how many bytes stay, then steps of place u32 and another byte u8. */
static void
file_changed(struct fuzz_in *in)
{
	char text[3 * PARCEL_PIECE / 2];
	struct told t;
	uint8_t file[2 * PARCEL_PIECE], was[2 * PARCEL_PIECE];
	size_t whole, len, at, n;
	bool same;
	FILE *f;

	n = (size_t)snprintf(text, sizeof(text), FIRST "%0*d\ntwo\n"
	    "{\"end\": 2}\n", (int)PARCEL_PIECE, 7);
	seal(view_of(text, n));
	f = fopen(path, "r+");
	FUZZ_SURE(f != NULL);
	len = whole = fread(file, 1, sizeof(file), f);
	memcpy(was, file, len);
	at = (size_t)fuzz_take(in, 4);
	if (at > 0 && at < len) {
		FUZZ_SURE(ftruncate(fileno(f), (off_t)at) == 0);
		len = at;
	}
	while (in->left > 0) {
		at = (size_t)fuzz_take(in, 4) % len;
		file[at] = (uint8_t)fuzz_take(in, 1);
	}
	same = len == whole && memcmp(was, file, len) == 0;
	rewind(f);
	FUZZ_SURE(fwrite(file, 1, len, f) == len);
	fclose(f);
	/* What asks for more memory or time would only be slow. */
	if (len >= OPS_AT + 16 && (memcmp(file + OPS_AT, "\0\0\0\0\0\0\0", 7)
	    != 0 || memcmp(file + OPS_AT + 8, "\0\0\0\0\0", 5) != 0))
		return;
	FUZZ_SURE(read_back(view_of(text, n), &t) == same);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct fuzz_in in = { data, size };

	begin();
	if (fuzz_take(&in, 1) % 2 == 0)
		text_inside(view_of(in.data, in.left));
	else
		file_changed(&in);
	return 0;
}
