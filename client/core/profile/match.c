/*
 * Ids by a piece. All record ids are looked through: one command of a person
 * pays for it, and an index over ends of ids would only serve this.
 */
#include "client/core/profile/match.h"

#include <string.h>

#include "client/core/local/store.h"

bool
match_digits(const char *text)
{
	size_t n = strlen(text);

	return n >= MATCH_DIGITS_MIN && n < ID_TEXT_BYTES &&
	    strspn(text, "0123456789abcdefABCDEF") == n;
}

bool
match_id(const char *text, const struct id *id)
{
	char full[ID_TEXT_BYTES];
	size_t n = strlen(text);

	if (!match_digits(text))
		return false;
	id_text(id, full);
	return strncasecmp(full, text, n) == 0 ||
	    strcasecmp(full + ID_TEXT_BYTES - 1 - n, text) == 0 ||
	    strncasecmp(full + ID_TEXT_BYTES - MATCH_SHORT_BYTES, text, n) ==
	    0; /* the first of the eight that lists show */
}

const char *
match_short(const struct id *id, char out[static MATCH_SHORT_BYTES])
{
	char full[ID_TEXT_BYTES];

	id_text(id, full);
	memcpy(out, full + ID_TEXT_BYTES - MATCH_SHORT_BYTES,
	    MATCH_SHORT_BYTES);
	return out;
}

int
match_record(struct session *s, const char *text, int type, struct id *id,
    struct err *e)
{
	struct store *st = session_store(s);
	struct stmt *q;
	struct id found;
	size_t n = 0;
	int rc;

	if (!match_digits(text))
		return err_set(e, ERR_INPUT, "a record is named by four or "
		    "more digits of its id, as lists show them");
	q = db_prepare(st->db, "SELECT id FROM record WHERE ?1 IN (0, type)");
	db_bind_int(q, 1, type);
	while ((rc = db_step(q, e)) == 1) {
		if (db_id(q, 0, &found) != 0 || !match_id(text, &found))
			continue;
		*id = found;
		n++;
	}
	if (rc < 0)
		return -1;
	if (n == 0)
		return err_set(e, ERR_ABSENT,
		    "there is no such record with the id you gave");
	if (n > 1)
		return err_set(e, ERR_INPUT, "%zu records fit the piece of an "
		    "id you gave: give more of its digits", n);
	return 0;
}
