/*
 * What the files of the tally share: the year under way, the record under way.
 */
#ifndef REPORT_TALLY_PARTS_H
#define REPORT_TALLY_PARTS_H

#include "client/core/local/versions.h"
#include "client/core/report/tally.h"
#include "common/wire/keys.h"

#define TALLY_DAY_MS ((int64_t)86400000)
#define TALLY_CODE_BYTES 48

struct known { /* a case: what its contacts say of it */
	struct id id;
	char school[COUNTS_WORD_BYTES + 1];
	int64_t first_ms, last_ms; /* of contacts in the year; 0: none */
};

struct tally {
	struct store *s;
	struct counts *out;
	int64_t from_ms, until_ms;
	struct sym_key key;        /* of the year */
	struct known *cases;       /* sorted by id */
	size_t case_count;
	struct known *rooms;       /* their schools; sorted by space */
	size_t room_count;
	struct loaded *l;          /* the record under way */
};

bool tally_in_year(const struct tally *t, int64_t ms);

/** tally_field(t, name): of the record under way; NULL: it has none. */
const struct field *tally_field(const struct tally *t, const char *name);

/** tally_code(t, name, out): a field's code, "" if there is none; never what
 * somebody typed freely. */
const char *tally_code(const struct tally *t, const char *name,
    char out[static TALLY_CODE_BYTES]);

/** tally_band(days): the word of the table for so many. */
const char *tally_band(int64_t days);

/** tally_wrote(t): this person wrote the record first. */
bool tally_wrote(const struct tally *t);

/** tally_find(list, count, id), tally_case_of(t, id): or NULL. */
struct known *tally_find(struct known *list, size_t count,
    const struct id *id);
struct known *tally_case_of(struct tally *t, const struct id *id);

/** tally_kinds(t, e): records of all kinds that the rules name. */
int tally_kinds(struct tally *t, struct err *e);

/** tally_case(ctx, row, e): a case and its child; for versions_each. */
int tally_case(void *ctx, const struct record_row *row, struct err *e);

#endif
