/*
 * What is printed at the office and typed again by a person: enrolment cards
 * and the three shares of the recovery key. Every mistake is answered with
 * the place to look at.
 */
#include "common/wire/card.h"

#include <sodium.h>
#include <string.h>

#include "common/base/mem.h"
#include "common/wire/base32.h"
#include "common/base/text.h"

#define CARD_WORD "tugi-card-1"
#define SHARE_WORD "tugi-share-1"
#define TAG_ROOT "tugi root"
#define TAG_SECRET "tugi card 1"
#define TAG_CARD_CHECK "tugi card check 1"
#define TAG_SHARE_CHECK "tugi share check 1"
#define TAG_RECOVERY "tugi recovery 1"

#define CHECK_BYTES 5       /* over the whole text: two groups */
#define SHARE_KEY_BYTES 10  /* of the recovery key's hash: four groups */
#define TEXT_MAX 1024
#define URL_HEAD "https://"

/* The parts of a card or share that are bytes, in the order they stand. */
struct part {
	const char *name;
	uint8_t *data;
	size_t len;
};

static void
expand(struct card *c)
{
	struct hash h;

	keys_hash(TAG_SECRET, view_of(c->secret16, sizeof(c->secret16)), &h);
	memcpy(c->secret.b, h.b, sizeof(c->secret.b));
	mem_wipe(&h, sizeof(h));
}

void
card_make(const char *url, const struct hash *pin, const struct hash *root,
    struct card *c)
{
	size_t len = strlen(url);

	memset(c, 0, sizeof(*c));
	if (len >= sizeof(c->url))
		len = sizeof(c->url) - 1;
	memcpy(c->url, url, len);
	c->pin = *pin;
	c->root = *root;
	id_random(&c->id);
	randombytes_buf(c->secret16, sizeof(c->secret16));
	expand(c);
}

void
card_root_hash(const struct sign_pub *root, struct hash *out)
{
	keys_hash(TAG_ROOT, view_of(root->b, sizeof(root->b)), out);
}

/* What the last groups check: the words in front, then all bytes. */
static void
check_of(const char *tag, const char *front, const struct part *parts,
    size_t n, uint8_t out[static CHECK_BYTES])
{
	struct hash h;
	struct buf b;
	size_t i;

	buf_init(&b, TEXT_MAX);
	buf_add(&b, front, strlen(front) + 1);
	for (i = 0; i < n; i++)
		buf_add(&b, parts[i].data, parts[i].len);
	keys_hash(tag, buf_view(&b), &h);
	memcpy(out, h.b, CHECK_BYTES);
	buf_done(&b);
}

static void
put_parts(const char *tag, const char *front, const struct part *parts,
    size_t n, struct buf *out)
{
	uint8_t check[CHECK_BYTES];
	size_t i;

	check_of(tag, front, parts, n, check);
	buf_add_str(out, front);
	for (i = 0; i < n; i++) {
		buf_add_str(out, " ");
		base32_put(view_of(parts[i].data, parts[i].len), out);
	}
	buf_add_str(out, " ");
	base32_put(view_of(check, sizeof(check)), out);
}

static int
take_part(const char **at, const char *what, const struct part *part,
    struct err *e)
{
	size_t wrong = base32_take(at, part->data, part->len);

	if (wrong == 0)
		return 0;
	return err_set(e, ERR_INPUT, "group %zu of the %zu groups of %s on "
	    "this %s is not as printed; look at its five letters again",
	    wrong, base32_groups(part->len), _(part->name), _(what));
}

static int
take_parts(const char *at, const char *what, const char *tag,
    const char *front, const struct part *parts, size_t n, struct err *e)
{
	uint8_t check[CHECK_BYTES], typed[CHECK_BYTES];
	struct part last = { N_("the check at the end"), typed, sizeof(typed) };
	size_t i;

	for (i = 0; i < n; i++)
		if (take_part(&at, what, &parts[i], e) != 0)
			return -1;
	if (take_part(&at, what, &last, e) != 0)
		return -1;
	at += strspn(at, "- \t\r\n");
	if (*at != '\0')
		return err_set(e, ERR_INPUT,
		    "there is more text after the end of this %s", _(what));
	check_of(tag, front, parts, n, check);
	if (memcmp(check, typed, sizeof(check)) != 0)
		return err_set(e, ERR_INPUT, "every group of this %s is well "
		    "formed, but not all are from the same one, or the words "
		    "in front are mistyped", _(what));
	return 0;
}

#define CARD_PARTS 4

static void
card_parts(struct card *c, struct part out[static CARD_PARTS])
{
	struct part parts[CARD_PARTS] = {
		{ N_("the hub's key"), c->pin.b, sizeof(c->pin.b) },
		{ N_("the office's fingerprint"), c->root.b, sizeof(c->root.b) },
		{ N_("the card's number"), c->id.b, sizeof(c->id.b) },
		{ N_("the secret"), c->secret16, sizeof(c->secret16) }
	};

	memcpy(out, parts, sizeof(parts));
}

void
card_encode(const struct card *c, struct buf *out)
{
	char front[sizeof(CARD_WORD) + CARD_URL_MAX];
	struct part parts[CARD_PARTS];
	struct card copy = *c;
	struct buf b;

	buf_init(&b, sizeof(front) - 1);
	buf_add_fmt(&b, "%s %s", CARD_WORD, c->url);
	card_parts(&copy, parts);
	put_parts(TAG_CARD_CHECK, buf_str(&b), parts, CARD_PARTS, out);
	buf_done(&b);
	mem_wipe(&copy, sizeof(copy));
}

/* The next word, copied; false when there is none or no room. */
static bool
take_word(const char **at, char *out, size_t size)
{
	size_t n;

	*at += strspn(*at, " \t\r\n");
	n = strcspn(*at, " \t\r\n");
	if (n == 0 || n >= size)
		return false;
	memcpy(out, *at, n);
	out[n] = '\0';
	*at += n;
	return true;
}

static int
take_url(const char **at, struct card *c, struct err *e)
{
	const char *p;
	bool ok = take_word(at, c->url, sizeof(c->url)) &&
	    strncmp(c->url, URL_HEAD, strlen(URL_HEAD)) == 0 &&
	    c->url[strlen(URL_HEAD)] != '\0';

	for (p = c->url; ok && *p != '\0'; p++)
		if (*p < 0x21 || *p > 0x7e)
			ok = false;
	if (!ok)
		return err_set(e, ERR_INPUT, "the second word of an enrolment "
		    "card is the hub's address and starts with https://");
	return 0;
}

int
card_decode(const char *text, struct card *c, struct err *e)
{
	char word[sizeof(CARD_WORD)];
	struct part parts[CARD_PARTS];
	struct buf front;
	int rc = -1;

	memset(c, 0, sizeof(*c));
	buf_init(&front, TEXT_MAX);
	if (!take_word(&text, word, sizeof(word)) ||
	    strcmp(word, CARD_WORD) != 0) {
		err_set(e, ERR_INPUT, "an enrolment card starts with the word "
		    "%s; this text does not", CARD_WORD);
		goto out;
	}
	if (take_url(&text, c, e) != 0)
		goto out;
	buf_add_fmt(&front, "%s %s", CARD_WORD, c->url);
	card_parts(c, parts);
	rc = take_parts(text, N_("card"), TAG_CARD_CHECK, buf_str(&front), parts,
	    CARD_PARTS, e);
	if (rc == 0)
		expand(c);
	else
		mem_wipe(c, sizeof(*c));
out:
	buf_done(&front);
	return rc;
}

static void
key_check(const uint8_t secret[static 32], struct hash *out)
{
	struct box_pub pub;
	struct box_key key;

	keys_box_from_seed(secret, &pub, &key);
	keys_hash(TAG_RECOVERY, view_of(pub.b, sizeof(pub.b)), out);
	memset(out->b + SHARE_KEY_BYTES, 0, sizeof(out->b) - SHARE_KEY_BYTES);
	mem_wipe(&key, sizeof(key));
}

void
share_split(const uint8_t secret[static 32], struct share out[static 3])
{
	uint8_t part[CARD_SHARES][32];
	int i;

	randombytes_buf(part[0], sizeof(part[0]));
	randombytes_buf(part[1], sizeof(part[1]));
	for (i = 0; i < 32; i++)
		part[2][i] = secret[i] ^ part[0][i] ^ part[1][i];
	for (i = 0; i < CARD_SHARES; i++) {
		out[i].number = i + 1;
		memcpy(out[i].half[0], part[i], 32);
		memcpy(out[i].half[1], part[(i + 1) % CARD_SHARES], 32);
		key_check(secret, &out[i].check);
	}
	mem_wipe(part, sizeof(part));
}

int
share_join(const struct share *a, const struct share *b,
    uint8_t secret[static 32], struct err *e)
{
	const uint8_t *third;
	struct hash check;
	int i;

	if (a->number == b->number || a->number < 1 || b->number < 1 ||
	    a->number > CARD_SHARES || b->number > CARD_SHARES)
		return err_set(e, ERR_INPUT, "two shares with different "
		    "numbers are needed; these are %d and %d", a->number,
		    b->number);
	/* The part that the first share lacks is the other's half of it. */
	if (a->number % CARD_SHARES + 1 == b->number)
		third = b->half[1];
	else
		third = b->half[0];
	for (i = 0; i < 32; i++)
		secret[i] = a->half[0][i] ^ a->half[1][i] ^ third[i];
	key_check(secret, &check);
	if (hash_eq(&a->check, &b->check) && hash_eq(&check, &a->check))
		return 0;
	mem_wipe(secret, 32);
	return err_set(e, ERR_INPUT,
	    "these two shares do not belong to the same recovery key");
}

#define SHARE_PARTS 3

static void
share_parts(struct share *s, struct part out[static SHARE_PARTS])
{
	struct part parts[SHARE_PARTS] = {
		{ N_("the first half"), s->half[0], sizeof(s->half[0]) },
		{ N_("the second half"), s->half[1], sizeof(s->half[1]) },
		{ N_("the key's check"), s->check.b, SHARE_KEY_BYTES }
	};

	memcpy(out, parts, sizeof(parts));
}

void
share_encode(const struct share *s, struct buf *out)
{
	char front[] = SHARE_WORD " 0";
	struct part parts[SHARE_PARTS];
	struct share copy = *s;

	front[sizeof(front) - 2] = (char)('0' + s->number % 10);
	share_parts(&copy, parts);
	put_parts(TAG_SHARE_CHECK, front, parts, SHARE_PARTS, out);
	mem_wipe(&copy, sizeof(copy));
}

int
share_decode(const char *text, struct share *s, struct err *e)
{
	char word[sizeof(SHARE_WORD)], number[2];
	char front[] = SHARE_WORD " 0";
	struct part parts[SHARE_PARTS];

	memset(s, 0, sizeof(*s));
	if (!take_word(&text, word, sizeof(word)) ||
	    strcmp(word, SHARE_WORD) != 0)
		return err_set(e, ERR_INPUT, "a share starts with the word %s; "
		    "this text does not", SHARE_WORD);
	if (!take_word(&text, number, sizeof(number)) || number[0] < '1' ||
	    number[0] > '0' + CARD_SHARES)
		return err_set(e, ERR_INPUT,
		    "the second word of a share is its number, 1 to 3");
	s->number = number[0] - '0';
	front[sizeof(front) - 2] = number[0];
	share_parts(s, parts);
	if (take_parts(text, N_("share"), TAG_SHARE_CHECK, front, parts,
	    SHARE_PARTS, e) == 0)
		return 0;
	mem_wipe(s, sizeof(*s));
	return -1;
}
