/* Paper: cards and shares there and back, and every typing mistake named. */
#include <ctype.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "common/wire/base32.h"
#include "common/wire/card.h"
#include "tests/support/vector.h"

#define URL "https://hub.tartu.example:8443"

static struct err e;
static struct card card;
static char text[1024];

static int
setup(void **state)
{
	struct hash pin, root;
	struct sign_pub pub;
	struct sign_key key;
	struct buf b;

	(void)state;
	vector_seed(8);
	keys_sign_make(&pub, &key);
	card_root_hash(&pub, &root);
	memset(pin.b, 0xa7, sizeof(pin.b));
	card_make(URL, &pin, &root, &card);
	buf_init(&b, sizeof(text));
	card_encode(&card, &b);
	memcpy(text, buf_str(&b), b.len + 1);
	buf_done(&b);
	return 0;
}

static int
reads(const char *s, struct card *c)
{
	int rc = card_decode(s, c, &e);

	if (rc != 0)
		assert_int_equal(e.kind, ERR_INPUT);
	return rc;
}

static void
same(const struct card *c)
{
	assert_string_equal(c->url, card.url);
	assert_true(hash_eq(&c->pin, &card.pin));
	assert_true(hash_eq(&c->root, &card.root));
	assert_true(id_eq(&c->id, &card.id));
	assert_memory_equal(c->secret16, card.secret16, 16);
	assert_memory_equal(c->secret.b, card.secret.b, 32);
}

static void
test_round_trip(void **state)
{
	struct card c, other;

	(void)state;
	assert_int_equal(reads(text, &c), 0);
	same(&c);
	vector_check("card", view_str(text));
	card_make(URL, &card.pin, &card.root, &other);
	assert_memory_not_equal(other.secret16, card.secret16, 16);
	assert_memory_not_equal(other.secret.b, card.secret.b, 32);
}

/* Small letters, lines, other letters for 0 and 1, hyphens or none. */
static void
test_as_people_type(void **state)
{
	char s[2048];
	size_t i, n = 0, front = strlen("tugi-card-1 " URL " ");
	struct card c;

	(void)state;
	memcpy(s, text, sizeof(text));
	for (i = front; s[i] != '\0'; i++)
		s[i] = (char)tolower((unsigned char)s[i]);
	assert_int_equal(reads(s, &c), 0);
	same(&c);
	memcpy(s, text, front);
	n = front;
	for (i = front; text[i] != '\0'; i++) {
		if (text[i] == '-')
			continue;
		s[n++] = text[i] == '0' ? 'o' : text[i] == '1' ?
		    (i % 2 == 0 ? 'l' : 'I') : text[i];
		if (i % 9 == 0)
			s[n++] = i % 2 == 0 ? '\n' : ' ';
	}
	s[n] = '\0';
	assert_int_equal(reads(s, &c), 0);
	same(&c);
}

/* Every letter replaced by every other: refused, and the group is named. */
static void
test_wrong_letter(void **state)
{
	static const char letters[] = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
	static const char *const parts[] = { "the hub's key",
	    "the office's fingerprint", "the card's number", "the secret",
	    "the check at the end" };
	size_t front = strlen("tugi-card-1 " URL " "), i, j, part = 0,
	    group = 1;
	char s[1024], want[80];
	struct card c;

	(void)state;
	for (i = front; text[i] != '\0'; i++) {
		if (text[i] == ' ') {
			part++;
			group = 1;
			continue;
		}
		if (text[i] == '-') {
			group++;
			continue;
		}
		snprintf(want, sizeof(want), "group %zu of the ", group);
		for (j = 0; j < 32; j++) {
			if (letters[j] == text[i])
				continue;
			memcpy(s, text, sizeof(text));
			s[i] = letters[j];
			assert_int_equal(reads(s, &c), -1);
			assert_non_null(strstr(e.text, want));
			assert_non_null(strstr(e.text, parts[part]));
		}
		memcpy(s, text, sizeof(text));
		s[i] = 'u'; /* no letter of ours */
		assert_int_equal(reads(s, &c), -1);
		assert_non_null(strstr(e.text, want));
	}
	assert_int_equal(part, 4);
}

static void
test_cut(void **state)
{
	char s[1024];
	size_t i;
	struct card c;

	(void)state;
	for (i = 0; text[i] != '\0'; i++) {
		memcpy(s, text, sizeof(text));
		s[i] = '\0';
		assert_int_equal(reads(s, &c), -1);
		assert_true(id_is_zero(&c.id)); /* nothing half read stays */
	}
	memcpy(s, text, sizeof(text));
	memcpy(s + i, " A", 3);
	assert_int_equal(reads(s, &c), -1);
	memcpy(s + i, " \n", 3);
	assert_int_equal(reads(s, &c), 0);
}

/* Groups of two cards mixed, or another address: the last check sees it. */
static void
test_mixed(void **state)
{
	char s[1024];
	struct card other, c;
	struct buf b;
	char *at;

	(void)state;
	memcpy(s, text, sizeof(text));
	at = strstr(s, "tartu");
	memcpy(at, "parnu", 5);
	assert_int_equal(reads(s, &c), -1);
	assert_non_null(strstr(e.text, "words in front"));
	card_make(URL, &card.pin, &card.root, &other);
	buf_init(&b, 1024);
	card_encode(&other, &b);
	memcpy(s, text, sizeof(text));
	/* the other's secret: the field before the last */
	memcpy(s + strlen(s) - 10 - 1 - 40, buf_str(&b) + b.len - 10 - 1 - 40,
	    40);
	buf_done(&b);
	assert_int_equal(reads(s, &c), -1);
}

static void
test_front(void **state)
{
	static const char *const bad[] = { "", "tugi-card-2 ", "tugi-card-1",
	    "tugi-card-1 ftp://x ", "tugi-card-1 https:// ",
	    "tugi-card-1 https://\x01 ", "tugi-card-1 https://h\xc3\xa4 ",
	    "a-word-much-longer-than-any-of-ours https://x" };
	char s[1400];
	struct card c;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		snprintf(s, sizeof(s), "%s%s", bad[i],
		    text + strlen("tugi-card-1 " URL " "));
		assert_int_equal(reads(s, &c), -1);
	}
	memset(s, 'a', 600);
	memcpy(s, "tugi-card-1 https://", 20);
	s[600] = '\0';
	assert_int_equal(reads(s, &c), -1);
}

static void
test_base32(void **state)
{
	uint8_t in[40], out[40];
	const char *at;
	struct buf b;
	size_t len, i;

	(void)state;
	for (len = 0; len <= sizeof(in); len++) {
		for (i = 0; i < len; i++)
			in[i] = (uint8_t)(i * 37 + len);
		buf_init(&b, 1000);
		base32_put(view_of(in, len), &b);
		assert_int_equal(b.len, len == 0 ? 0 : (len * 8 + 4) / 5 +
		    2 * base32_groups(len) - 1);
		at = buf_str(&b);
		assert_int_equal(base32_take(&at, out, len), 0);
		assert_memory_equal(in, out, len);
		assert_int_equal(*at, '\0');
		buf_done(&b);
	}
}

static void
test_loose_bits(void **state)
{
	/* one byte is two letters: the second has two bits to spare. 04 and
	 * the check of "0", "4": 4 * 5 = 20; with a bit more 5 * 5 = 25. */
	const char *good = "04M", *loose = "05S";
	uint8_t out[1];

	(void)state;
	assert_int_equal(base32_take(&good, out, 1), 0);
	assert_int_equal(out[0], 1);
	assert_int_equal(base32_take(&loose, out, 1), 1);
}

static void
test_shares(void **state)
{
	struct share s[3], copy;
	uint8_t secret[32], back[32];
	int i, j;

	(void)state;
	for (i = 0; i < 32; i++)
		secret[i] = (uint8_t)(i * 3);
	share_split(secret, s);
	for (i = 0; i < 3; i++)
		for (j = 0; j < 3; j++) {
			if (i == j) {
				assert_int_equal(share_join(&s[i], &s[j],
				    back, &e), -1);
				assert_int_equal(e.kind, ERR_INPUT);
				continue;
			}
			memset(back, 0, sizeof(back));
			assert_int_equal(share_join(&s[i], &s[j], back, &e),
			    0);
			assert_memory_equal(back, secret, 32);
		}
	copy = s[1];
	copy.half[1][0] ^= 1;
	assert_int_equal(share_join(&s[0], &copy, back, &e), -1);
	assert_int_equal(e.kind, ERR_INPUT);
	copy = s[1];
	copy.check.b[0] ^= 1;
	assert_int_equal(share_join(&s[0], &copy, back, &e), -1);
	copy = s[1];
	copy.number = 4;
	assert_int_equal(share_join(&s[0], &copy, back, &e), -1);
	copy.number = 0;
	assert_int_equal(share_join(&s[0], &copy, back, &e), -1);
}

/* Two splits of one secret share nothing but the check: mixing is noticed. */
static void
test_shares_of_two_splits(void **state)
{
	struct share a[3], b[3];
	uint8_t secret[32] = { 1 }, back[32];

	(void)state;
	share_split(secret, a);
	share_split(secret, b);
	assert_memory_not_equal(a[0].half[0], b[0].half[0], 32);
	assert_int_equal(share_join(&a[0], &b[1], back, &e), -1);
	assert_int_equal(e.kind, ERR_INPUT);
}

static void
test_share_text(void **state)
{
	struct share s[3], back;
	uint8_t secret[32] = { 7 };
	struct buf b, t;
	size_t i;

	(void)state;
	vector_seed(9);
	share_split(secret, s);
	buf_init(&b, 1024);
	buf_init(&t, 1024);
	share_encode(&s[2], &b);
	vector_check("share", buf_view(&b));
	assert_int_equal(share_decode(buf_str(&b), &back, &e), 0);
	assert_memory_equal(&back, &s[2], sizeof(back));
	for (i = 0; i < b.len; i++) {
		buf_reset(&t);
		buf_add(&t, b.data, b.len);
		if (strchr("- ", t.data[i]) != NULL)
			continue;
		t.data[i] = t.data[i] == '7' ? '8' : '7';
		assert_int_equal(share_decode(buf_str(&t), &back, &e), -1);
		assert_int_equal(e.kind, ERR_INPUT);
		t.data[i] = '\0';
		assert_int_equal(share_decode(buf_str(&t), &back, &e), -1);
		assert_int_equal(e.kind, ERR_INPUT);
	}
	/* a right number, but another share's */
	buf_reset(&t);
	buf_add(&t, b.data, b.len);
	t.data[strlen("tugi-share-1 ")] = '1';
	assert_int_equal(share_decode(buf_str(&t), &back, &e), -1);
	assert_non_null(strstr(e.text, "words in front"));
	buf_done(&b);
	buf_done(&t);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_round_trip),
		cmocka_unit_test(test_as_people_type),
		cmocka_unit_test(test_wrong_letter),
		cmocka_unit_test(test_cut),
		cmocka_unit_test(test_mixed),
		cmocka_unit_test(test_front),
		cmocka_unit_test(test_base32),
		cmocka_unit_test(test_loose_bits),
		cmocka_unit_test(test_shares),
		cmocka_unit_test(test_shares_of_two_splits),
		cmocka_unit_test(test_share_text)
	};

	if (keys_init() != 0)
		return 1;
	return cmocka_run_group_tests(tests, setup, NULL);
}
