/*
 * A checkpoint: as it came, and its text signed anew with the hub's key, so
 * that the signature hides nothing. What is taken is the one form that signing
 * the same head gives.
 */
#include <sodium.h>
#include <string.h>

#include "common/wire/checkpoint.h"
#include "tests/fuzz/fuzz.h"

#define NAME "hub.test"
#define VARIANT sodium_base64_VARIANT_ORIGINAL
#define SIGNED_BYTES (4 + 64) /* key hash, signature */
#define LINE_BYTES (sodium_base64_ENCODED_LEN(SIGNED_BYTES, VARIANT))

static bool
try(struct view note, const struct device_keys *hub)
{
	struct checkpoint cp;
	struct buf out;
	struct err e;
	bool taken;

	err_clear(&e);
	buf_init(&out, 2 * CHECKPOINT_TEXT_MAX);
	taken = checkpoint_read(note, NAME, &hub->sign_pub, &cp, &e) == 0;
	if (taken) {
		checkpoint_sign(&cp, NAME, &hub->sign_pub, &hub->sign, &out);
		FUZZ_SURE(view_eq(buf_view(&out), note));
	} else {
		fuzz_refused(&e);
	}
	buf_done(&out);
	return taken;
}

/* ${text} and a line with its signature; the key's hash from another note. */
static void
sign(struct view text, const struct device_keys *hub, struct buf *out)
{
	struct checkpoint cp;
	uint8_t raw[SIGNED_BYTES];
	char line[LINE_BYTES];
	struct sig sig;
	struct buf other;

	memset(&cp, 0, sizeof(cp));
	buf_init(&other, 2 * CHECKPOINT_TEXT_MAX);
	checkpoint_sign(&cp, NAME, &hub->sign_pub, &hub->sign, &other);
	FUZZ_SURE(sodium_base642bin(raw, sizeof(raw), (const char *)
	    other.data + other.len - LINE_BYTES, LINE_BYTES - 1, NULL, NULL,
	    NULL, VARIANT) == 0);
	keys_sign(&hub->sign, NULL, text, &sig);
	memcpy(raw + 4, sig.b, sizeof(sig.b));
	sodium_bin2base64(line, sizeof(line), raw, sizeof(raw), VARIANT);
	buf_add(out, text.data, text.len);
	buf_add_fmt(out, "\n\xe2\x80\x94 " NAME " %s\n", line);
	buf_done(&other);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct device_keys hub;
	struct buf note;

	if (size > 2 * CHECKPOINT_TEXT_MAX)
		return 0;
	fuzz_begin();
	fuzz_device(0, &hub);
	try(view_of(data, size), &hub);
	buf_init(&note, 4 * CHECKPOINT_TEXT_MAX);
	sign(view_of(data, size), &hub, &note);
	try(buf_view(&note), &hub);
	buf_done(&note);
	return 0;
}
