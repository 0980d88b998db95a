/* The office's keys from its secret or two shares, and words to copy. */
#include "client/core/office/office_keys.h"

#include <string.h>

#include "client/core/office/office.h"
#include "common/base/mem.h"

#define TAG_ROOT_SEED "tugi root seed 1"
#define TAG_WORD "tugi word 1"
#define WORD_MAX 512
#define CHECK_BYTES 4

struct office_keys *
office_keys_new(const uint8_t secret[static 32])
{
	struct office_keys *k = mem_secret_new(sizeof(*k));
	struct hash seed;

	/* The box key's seed is the secret itself: what the shares check. */
	keys_hash(TAG_ROOT_SEED, view_of(secret, 32), &seed);
	keys_sign_from_seed(seed.b, &k->root_pub, &k->root);
	keys_box_from_seed(secret, &k->recovery.box_pub, &k->recovery.box);
	mem_wipe(&seed, sizeof(seed));
	return k;
}

void
office_keys_free(struct office_keys *k)
{
	mem_secret_free(k);
}

static int
join(const char *a, const char *b, struct office_keys **out, struct err *e)
{
	struct share first, second;
	uint8_t secret[32];
	int rc = -1;

	*out = NULL;
	memset(&second, 0, sizeof(second));
	if (share_decode(a, &first, e) == 0 &&
	    share_decode(b, &second, e) == 0 &&
	    share_join(&first, &second, secret, e) == 0) {
		*out = office_keys_new(secret);
		rc = 0;
	}
	mem_wipe(secret, sizeof(secret));
	mem_wipe(&first, sizeof(first));
	mem_wipe(&second, sizeof(second));
	return rc;
}

int
office_keys_join(struct store *s, const char *a, const char *b,
    struct office_keys **out, struct err *e)
{
	const struct directory_entry *g = &s->roster.genesis;

	if (join(a, b, out, e) != 0)
		return -1;
	if (memcmp(&(*out)->root_pub, &g->root, sizeof(g->root)) == 0 &&
	    memcmp(&(*out)->recovery.box_pub, &g->recovery,
	    sizeof(g->recovery)) == 0)
		return 0;
	office_keys_free(*out);
	*out = NULL;
	return err_set(e, ERR_INPUT, "these shares fit each other and are "
	    "another office's; look for the ones made when this office began");
}

int
office_pair(const char *a, const char *b, uint8_t out[static 64],
    struct err *e)
{
	struct office_keys *k;

	if (join(a, b, &k, e) != 0)
		return -1;
	memcpy(out, k->recovery.box_pub.b, 32);
	memcpy(out + 32, k->recovery.box.b, 32);
	office_keys_free(k);
	return 0;
}

int
office_is_officer(const struct store *s, struct err *e)
{
	if (s->stage == STORE_MEMBER &&
	    roster_is_officer(&s->roster, &s->me->device))
		return 0;
	return err_set(e, ERR_DENIED, "this is an officer's act, and this "
	    "device is not an officer's");
}

static void
check_of(const char *head, struct view data, struct hash *out)
{
	struct buf b;

	buf_init(&b, 2 * WORD_MAX);
	buf_add(&b, head, strlen(head) + 1);
	buf_add(&b, data.data, data.len);
	keys_hash(TAG_WORD, buf_view(&b), out);
	buf_done(&b);
}

static void
add_hex(const uint8_t *data, size_t len, struct buf *out)
{
	size_t i;

	for (i = 0; i < len; i++)
		buf_add_fmt(out, "%02x", data[i]);
}

void
office_word_add(const char *head, struct view data, struct buf *out)
{
	struct hash check;

	check_of(head, data, &check);
	buf_add_str(out, head);
	buf_add_str(out, "-");
	add_hex(data.data, data.len, out);
	add_hex(check.b, CHECK_BYTES, out);
}

static int
digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	return -1;
}

int
office_word_read(const char *head, const char *text, void *out, size_t len,
    struct err *e)
{
	uint8_t raw[WORD_MAX] = { 0 };
	struct hash check;
	size_t i, n = len + CHECK_BYTES, skip = strlen(head);
	bool ok;

	text += strspn(text, " \t\r\n");
	ok = n <= sizeof(raw) && strncmp(text, head, skip) == 0 &&
	    text[skip] == '-';
	text += ok ? skip + 1 : 0;
	for (i = 0; ok && i < n; i++) {
		int high = digit(text[2 * i]);
		int low = high < 0 ? -1 : digit(text[2 * i + 1]);

		ok = low >= 0;
		raw[i] = (uint8_t)(ok ? 16 * high + low : 0);
	}
	ok = ok && text[2 * n + strspn(text + 2 * n, " \t\r\n")] == '\0';
	if (ok) {
		check_of(head, view_of(raw, len), &check);
		ok = memcmp(check.b, raw + len, CHECK_BYTES) == 0;
	}
	if (!ok)
		return err_set(e, ERR_INPUT, "this is not a whole, unchanged "
		    "word that starts with \"%s-\"; copy it again", head);
	memcpy(out, raw, len);
	return 0;
}
