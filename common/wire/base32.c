/*
 * Base 32 in checked groups, for card.c alone.
 *
 * The check letter is a weighted sum modulo 32. All weights are odd, so any
 * single wrong letter changes it; they differ, so nearly all swaps of two
 * letters do; the group's number is in it, so a group left out, repeated or
 * moved shows where it happens. What slips through all that meets the check
 * over the whole text that card.c puts at its end.
 */
#include "common/wire/base32.h"

#include <string.h>

#define GROUP_LETTERS 4 /* and one more that checks them */

static const char letters[] = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
static const unsigned weights[GROUP_LETTERS] = { 3, 5, 11, 17 };

static size_t
letter_count(size_t len)
{
	return (len * 8 + 4) / 5;
}

size_t
base32_groups(size_t len)
{
	return (letter_count(len) + GROUP_LETTERS - 1) / GROUP_LETTERS;
}

/* Five bits from bit ${at} on; past the end they are zero. */
static unsigned
bits_at(struct view data, size_t at)
{
	unsigned v = 0;
	size_t i;

	for (i = at; i < at + 5; i++) {
		v <<= 1;
		if (i / 8 < data.len)
			v |= (unsigned)data.data[i / 8] >> (7 - i % 8) & 1u;
	}
	return v;
}

void
base32_put(struct view data, struct buf *out)
{
	size_t i, n = letter_count(data.len);
	unsigned v, sum = 0;

	for (i = 0; i < n; i++) {
		if (i % GROUP_LETTERS == 0) {
			if (i > 0)
				buf_add_str(out, "-");
			sum = (unsigned)(i / GROUP_LETTERS);
		}
		v = bits_at(data, i * 5);
		sum += v * weights[i % GROUP_LETTERS];
		buf_add(out, &letters[v], 1);
		if (i % GROUP_LETTERS == GROUP_LETTERS - 1 || i == n - 1)
			buf_add(out, &letters[sum % 32], 1);
	}
}

/* Value of the next letter, or 32. */
static unsigned
next_letter(const char **at)
{
	const char *p;
	char c;

	*at += strspn(*at, "- \t\r\n");
	c = **at;
	if (c == '\0')
		return 32;
	(*at)++;
	if (c >= 'a' && c <= 'z')
		c = (char)(c - 'a' + 'A');
	if (c == 'O')
		c = '0';
	if (c == 'I' || c == 'L')
		c = '1';
	p = strchr(letters, c);
	return p == NULL ? 32 : (unsigned)(p - letters);
}

/* Put five bits at bit ${at}; false: a bit past the end is not zero. */
static bool
put_bits(uint8_t *data, size_t len, size_t at, unsigned v)
{
	size_t i;
	unsigned bit;

	for (i = 0; i < 5; i++) {
		bit = v >> (4 - i) & 1u;
		if ((at + i) / 8 < len)
			data[(at + i) / 8] |=
			    (uint8_t)(bit << (7 - (at + i) % 8));
		else if (bit != 0)
			return false;
	}
	return true;
}

size_t
base32_take(const char **at, uint8_t *data, size_t len)
{
	size_t i, n = letter_count(len);
	unsigned v, sum = 0;

	memset(data, 0, len);
	for (i = 0; i < n; i++) {
		if (i % GROUP_LETTERS == 0)
			sum = (unsigned)(i / GROUP_LETTERS);
		v = next_letter(at);
		if (v == 32 || !put_bits(data, len, i * 5, v))
			return i / GROUP_LETTERS + 1;
		sum += v * weights[i % GROUP_LETTERS];
		if ((i % GROUP_LETTERS == GROUP_LETTERS - 1 || i == n - 1) &&
		    next_letter(at) != sum % 32)
			return i / GROUP_LETTERS + 1;
	}
	return 0;
}
