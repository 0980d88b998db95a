/*
 * The rows of a damaged store into a sound one that has the same tables.
 */
#ifndef VAULT_SALVAGE_COPY_H
#define VAULT_SALVAGE_COPY_H

#include "client/core/vault/cells.h"
#include "client/core/vault/salvage.h"

#define SALVAGE_TABLES_MAX 128

struct salvage_table {
	char name[40];       /* of a table or an index */
	bool index;
	bool known;          /* the sound store has it */
	uint64_t pages_lost; /* that it is known to have had */
	uint64_t rows;       /* taken over, or read */
	uint64_t rows_lost;  /* of which a part is lost */
};

struct salvage_report {
	struct salvage_table t[SALVAGE_TABLES_MAX];
	size_t count;
	uint64_t pages, pages_lost;
	uint64_t pages_unknown; /* lost, and nothing tells of what */
	bool schema_lost;       /* what is what was told by the rows' shape */
};

/** salvage_copy(s, to, out, e): all rows that can be read, in one transaction
 * of ${to}, which has the tables and nothing in them. Not copied are
 * search indexes and the tables that ${skip} names, up to NULL. A row that
 * breaks a rule of its table is counted as lost. */
int salvage_copy(struct salvage *s, struct vault *to,
    const char *const *skip, struct salvage_report *out, struct err *e);

/** salvage_index(s, name, each, ctx, e): the rows of an index, as far as they
 * are there; -1 when there is no memory for them. */
int salvage_index(struct salvage *s, const char *name,
    void (*each)(void *ctx, const struct cells_row *row), void *ctx,
    struct err *e);

#endif
