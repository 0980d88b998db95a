/*
 * Words that officers copy to each other. First byte even: what was typed;
 * odd: the bytes inside, with head and check made right. What is read is what
 * was put, and a word with a letter changed is none.
 */
#include <string.h>

#include "client/core/office/office.h"
#include "client/core/office/office_keys.h"
#include "common/base/mem.h"
#include "tests/fuzz/fuzz.h"

#define HEAD "tugi-signed-order-1"
#define BYTES 201

static void
typed(const char *text)
{
	uint8_t raw[BYTES];
	enum order_scope scope;
	struct checkpoint head;
	struct err e = { 0 };
	struct buf again;

	if (office_order_what(text, &scope, &e) != 0)
		fuzz_refused(&e);
	err_clear(&e);
	if (office_order_head(text, &head, &e) < 0)
		fuzz_refused(&e);
	err_clear(&e);
	if (office_word_read(HEAD, text, raw, sizeof(raw), &e) != 0) {
		fuzz_refused(&e);
		return;
	}
	buf_init(&again, 1024);
	office_word_add(HEAD, view_of(raw, sizeof(raw)), &again);
	text += strspn(text, " \t\r\n");
	FUZZ_SURE(strncasecmp(buf_str(&again), text, again.len) == 0);
	buf_done(&again);
}

static void
inside(struct fuzz_in *in)
{
	uint8_t raw[BYTES] = { 0 }, back[BYTES];
	size_t at = (size_t)fuzz_take(in, 2);
	struct view v = fuzz_take_view(in, sizeof(raw));
	struct err e = { 0 };
	struct buf word;

	if (v.len > 0)
		memcpy(raw, v.data, v.len);
	buf_init(&word, 1024);
	office_word_add(HEAD, view_of(raw, sizeof(raw)), &word);
	typed(buf_str(&word));
	FUZZ_SURE(office_word_read(HEAD, buf_str(&word), back, sizeof(back),
	    &e) == 0);
	FUZZ_SURE(memcmp(raw, back, sizeof(raw)) == 0);
	at %= word.len;
	word.data[at] = word.data[at] == '0' ? '1' : '0';
	FUZZ_SURE(office_word_read(HEAD, buf_str(&word), back, sizeof(back),
	    &e) != 0);
	buf_done(&word);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct fuzz_in in = { data, size };
	char *text;

	fuzz_begin();
	if (fuzz_take(&in, 1) % 2 == 1) {
		inside(&in);
		return 0;
	}
	text = fuzz_text(in.data, in.left);
	typed(text);
	mem_free(text);
	return 0;
}
