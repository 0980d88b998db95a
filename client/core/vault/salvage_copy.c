/*
 * Which page belongs to what is told by the trees, from the roots that page 1
 * names. Pages whose way from the root is lost are told by the shape of their
 * rows: a table takes a page when all rows on it fit it, and no other table.
 */
#include "client/core/vault/salvage_copy.h"

#include <sqlite3.h>
#include <stdio.h>
#include <string.h>

#include "client/core/vault/pages.h"
#include "common/base/mem.h"
#include "common/db/db.h"

#define COLUMNS_MAX CELLS_VALUES_MAX
#define BODY_MAX ((size_t)64 << 20)
#define NOT_TOLD 0xffff

struct shape { /* a table of the sound store */
	char name[40];
	bool rowid;             /* it has rowids */
	int key;                /* column that is the rowid, -1 none */
	size_t count, required; /* columns; those without a default */
	char column[COLUMNS_MAX][32];
	char type[COLUMNS_MAX]; /* I, T, B */
	bool needed[COLUMNS_MAX];
	sqlite3_stmt *put;
};

struct copying {
	struct salvage *s;
	struct cells cells;
	sqlite3 *h;
	struct salvage_report *out;
	struct shape *shape;
	size_t shapes;
	uint16_t *owner;        /* of each page: index into out->t */
	struct cells_row *row;
	struct buf body;
	int stop; /* SQLite's: why no more is copied; what is lost is no reason */
};

static int
read_page(void *ctx, uint64_t n, uint8_t *out)
{
	return salvage_page(ctx, n, out);
}

/* ---- the tables of the sound store ---- */

static int
fail(int rc, struct err *e)
{
	return err_set(e, ERR_LOCAL, "what was read cannot be written: %s",
	    sqlite3_errstr(rc));
}

/* 1 and a row, or 0; with ${rc} other than SQLITE_OK when that is no end. */
static bool
next_row(sqlite3_stmt *q, int *rc)
{
	if (*rc != SQLITE_OK)
		return false;
	*rc = sqlite3_step(q);
	if (*rc == SQLITE_ROW || *rc == SQLITE_DONE) {
		bool more = *rc == SQLITE_ROW;

		*rc = SQLITE_OK;
		return more;
	}
	return false;
}

/* Columns as they stand in a row: of a table without rowids its key first. */
static const char columns_sql[] = "SELECT x.name, x.type, x.\"notnull\" AND "
    "x.dflt_value IS NULL, x.pk, x.dflt_value IS NOT NULL FROM "
    "pragma_table_info(?1) x ORDER BY iif(?2 AND x.pk > 0, x.pk, 999), x.cid";

static int
load_columns(struct copying *c, struct shape *sh, struct err *e)
{
	sqlite3_stmt *q = NULL;
	size_t i;
	int rc = sqlite3_prepare_v2(c->h, columns_sql, -1, &q, NULL);

	sh->key = -1;
	sqlite3_bind_text(q, 1, sh->name, -1, SQLITE_STATIC);
	sqlite3_bind_int(q, 2, !sh->rowid);
	while (sh->count < COLUMNS_MAX && next_row(q, &rc)) {
		i = sh->count++;
		snprintf(sh->column[i], sizeof(sh->column[i]), "%s",
		    (const char *)sqlite3_column_text(q, 0));
		sh->type[i] = (char)sqlite3_column_text(q, 1)[0];
		sh->needed[i] = sqlite3_column_int(q, 2) != 0;
		if (sh->rowid && sh->type[i] == 'I' &&
		    sqlite3_column_int(q, 3) == 1)
			sh->key = (int)i;
		if (sh->needed[i])
			sh->required = i + 1;
	}
	sqlite3_finalize(q);
	return rc == SQLITE_OK ? 0 : fail(rc, e);
}

static int
prepare_put(struct copying *c, struct shape *sh, struct err *e)
{
	struct buf sql;
	size_t i;
	int rc;

	buf_init(&sql, 1 << 16);
	buf_add_fmt(&sql, "INSERT INTO \"%s\" (", sh->name);
	for (i = 0; i < sh->count; i++)
		buf_add_fmt(&sql, "%s\"%s\"", i > 0 ? ", " : "",
		    sh->column[i]);
	buf_add_str(&sql, ") VALUES (?1");
	for (i = 1; i < sh->count; i++)
		buf_add_fmt(&sql, ", ?%zu", i + 1);
	buf_add_str(&sql, ")");
	rc = sql.nomem ? SQLITE_NOMEM :
	    sqlite3_prepare_v2(c->h, buf_str(&sql), -1, &sh->put, NULL);
	buf_done(&sql);
	return rc == SQLITE_OK ? 0 : fail(rc, e);
}

/* All but virtual tables and what belongs to them. */
static const char tables_sql[] = "SELECT name, sql LIKE '%WITHOUT ROWID%' "
    "FROM sqlite_schema t WHERE type = 'table' AND rootpage > 0 AND name NOT "
    "LIKE 'sqlite_%' AND NOT EXISTS (SELECT 1 FROM sqlite_schema v WHERE "
    "v.rootpage = 0 AND v.type = 'table' AND t.name LIKE v.name || '\\_%' "
    "ESCAPE '\\')";

static int
load_shapes(struct copying *c, struct err *e)
{
	sqlite3_stmt *q = NULL;
	struct shape *sh;
	int rc = sqlite3_prepare_v2(c->h, tables_sql, -1, &q, NULL), bad = 0;

	while (bad == 0 && c->shapes < SALVAGE_TABLES_MAX &&
	    next_row(q, &rc)) {
		sh = &c->shape[c->shapes++];
		snprintf(sh->name, sizeof(sh->name), "%s",
		    (const char *)sqlite3_column_text(q, 0));
		sh->rowid = sqlite3_column_int(q, 1) == 0;
		bad = load_columns(c, sh, e) != 0 ||
		    prepare_put(c, sh, e) != 0;
	}
	sqlite3_finalize(q);
	return bad ? -1 : rc == SQLITE_OK ? 0 : fail(rc, e);
}

static struct shape *
shape_of(struct copying *c, const char *name)
{
	size_t i;

	for (i = 0; i < c->shapes; i++)
		if (strcmp(c->shape[i].name, name) == 0)
			return &c->shape[i];
	return NULL;
}

/* ---- whose page is it ---- */

static struct salvage_table *
add_table(struct copying *c, const char *name, bool index)
{
	struct salvage_report *r = c->out;
	struct salvage_table *t;
	size_t i;

	for (i = 0; i < r->count; i++)
		if (strcmp(r->t[i].name, name) == 0)
			return &r->t[i];
	if (r->count == SALVAGE_TABLES_MAX)
		return NULL;
	t = &r->t[r->count++];
	snprintf(t->name, sizeof(t->name), "%s", name);
	t->index = index;
	t->known = !index && shape_of(c, name) != NULL;
	return t;
}

/* A tree from ${root}: its pages are ${t}'s, as far as one leads to another. */
static void
walk(struct copying *c, struct salvage_table *t, uint32_t root)
{
	uint8_t page[SALVAGE_PAGE_BYTES];
	struct buf todo;
	size_t at;
	uint32_t n;

	buf_init(&todo, BODY_MAX);
	buf_add(&todo, &root, sizeof(root));
	for (at = 0; at + sizeof(n) <= todo.len; at += sizeof(n)) {
		memcpy(&n, todo.data + at, sizeof(n));
		if (n == 0 || n > c->cells.count ||
		    c->owner[n - 1] != NOT_TOLD)
			continue;
		c->owner[n - 1] = (uint16_t)(t - c->out->t);
		if (salvage_page(c->s, n, page) != 0)
			t->pages_lost++;
		else
			cells_children(&c->cells, page, n, &todo);
	}
	if (todo.nomem)
		c->stop = SQLITE_NOMEM;
	buf_done(&todo);
}

static void
take_schema_row(void *ctx, const struct cells_row *row)
{
	struct copying *c = ctx;
	struct salvage_table *t;
	char name[40];

	if (row->count < 4 || row->v[0].type != CELLS_TEXT ||
	    row->v[1].type != CELLS_TEXT || row->v[3].type != CELLS_INT ||
	    row->v[3].num <= 1 || row->v[1].data.len >= sizeof(name))
		return;
	memcpy(name, row->v[1].data.data, row->v[1].data.len);
	name[row->v[1].data.len] = '\0';
	t = add_table(c, name, view_eq(row->v[0].data, view_str("index")));
	if (t != NULL)
		walk(c, t, (uint32_t)row->v[3].num);
}

/* ---- rows ---- */

/* false: a part of it is lost, or there was no memory for it. */
static bool
has_row(struct copying *c, const uint8_t *page, uint64_t n, size_t i)
{
	bool there = cells_row(&c->cells, page, n, i, c->row, &c->body) == 0;

	if (c->body.nomem)
		c->stop = SQLITE_NOMEM;
	return there;
}

static void
each_row(struct copying *c, uint16_t owner,
    void (*each)(void *ctx, const struct cells_row *row), void *ctx,
    uint64_t *lost)
{
	uint8_t page[SALVAGE_PAGE_BYTES];
	uint64_t n;
	size_t i;

	for (n = 1; n <= c->cells.count; n++) {
		if (c->owner[n - 1] != owner ||
		    salvage_page(c->s, n, page) != 0)
			continue;
		for (i = 0; c->stop == 0 && i < cells_rows(page, n); i++)
			if (has_row(c, page, n, i))
				each(ctx, c->row);
			else if (lost != NULL)
				(*lost)++;
	}
}

static void
bind(sqlite3_stmt *q, int i, const struct cells_value *v)
{
	double real;

	switch (v->type) {
	case CELLS_INT:
		sqlite3_bind_int64(q, i, v->num);
		return;
	case CELLS_REAL:
		memcpy(&real, &v->num, sizeof(real));
		sqlite3_bind_double(q, i, real);
		return;
	case CELLS_TEXT:
		sqlite3_bind_text(q, i, (const char *)v->data.data,
		    (int)v->data.len, SQLITE_STATIC);
		return;
	case CELLS_BLOB:
		sqlite3_bind_blob(q, i, v->data.len > 0 ?
		    (const void *)v->data.data : "", (int)v->data.len,
		    SQLITE_STATIC);
		return;
	default:
		sqlite3_bind_null(q, i);
	}
}

struct putting {
	struct copying *c;
	struct shape *sh;
	struct salvage_table *t;
};

/* Columns that came later than the row have their default. */
static void
put_row(void *ctx, const struct cells_row *row)
{
	struct putting *p = ctx;
	struct shape *sh = p->sh;
	size_t i;
	int rc;

	if (row->count > sh->count || row->count < sh->required) {
		p->t->rows_lost++;
		return;
	}
	sqlite3_reset(sh->put);
	sqlite3_clear_bindings(sh->put);
	for (i = 0; i < row->count; i++)
		bind(sh->put, (int)i + 1, &row->v[i]);
	if (sh->key >= 0)
		sqlite3_bind_int64(sh->put, sh->key + 1, row->rowid);
	rc = sqlite3_step(sh->put);
	if (rc == SQLITE_DONE)
		p->t->rows++;
	else if ((rc & 0xff) == SQLITE_CONSTRAINT)
		p->t->rows_lost++;
	else
		p->c->stop = rc;
	sqlite3_reset(sh->put);
}

/* ---- orphans ---- */

static bool
fits(const struct shape *sh, enum cells_page kind, const struct cells_row *row)
{
	size_t i;

	if ((kind == CELLS_TABLE_LEAF) != sh->rowid ||
	    row->count > sh->count || row->count < sh->required)
		return false;
	for (i = 0; i < row->count; i++) {
		enum cells_type t = row->v[i].type;

		if ((int)i == sh->key ? t != CELLS_NULL :
		    (t == CELLS_NULL && sh->needed[i]) ||
		    (t == CELLS_INT && sh->type[i] != 'I') ||
		    (t == CELLS_TEXT && sh->type[i] != 'T') ||
		    (t == CELLS_BLOB && sh->type[i] != 'B'))
			return false;
	}
	return true;
}

/* The one table that all rows of a page fit; NULL: none, or more than one. */
static struct shape *
guess(struct copying *c, const uint8_t *page, uint64_t n)
{
	enum cells_page kind = cells_kind(page, n);
	struct shape *found = NULL;
	size_t i, k, rows = cells_rows(page, n);

	for (k = 0; k < c->shapes; k++) {
		size_t ok = 0, whole = 0;

		for (i = 0; i < rows; i++)
			if (has_row(c, page, n, i)) {
				whole++;
				ok += fits(&c->shape[k], kind, c->row);
			}
		if (whole == 0 || ok < whole)
			continue;
		if (found != NULL)
			return NULL;
		found = &c->shape[k];
	}
	return found;
}

static void
adopt(struct copying *c)
{
	uint8_t page[SALVAGE_PAGE_BYTES];
	struct salvage_table *t;
	struct shape *sh;
	uint64_t n;

	for (n = 2; n <= c->cells.count; n++) {
		if (c->owner[n - 1] != NOT_TOLD)
			continue;
		if (salvage_page(c->s, n, page) != 0) {
			c->out->pages_unknown++;
			continue;
		}
		sh = cells_rows(page, n) > 0 ? guess(c, page, n) : NULL;
		t = sh != NULL ? add_table(c, sh->name, false) : NULL;
		if (t != NULL)
			c->owner[n - 1] = (uint16_t)(t - c->out->t);
	}
}

/* ---- the whole ---- */

static void
count_lost(struct copying *c)
{
	uint8_t page[SALVAGE_PAGE_BYTES];
	uint64_t n;

	c->out->pages = c->cells.count;
	for (n = 1; n <= c->cells.count; n++)
		c->out->pages_lost += salvage_page(c->s, n, page) != 0;
}

static void
find_owners(struct copying *c)
{
	struct salvage_table *t = add_table(c, "sqlite_schema", false);

	walk(c, t, 1);
	c->out->schema_lost = t->pages_lost > 0;
	each_row(c, (uint16_t)(t - c->out->t), take_schema_row, c,
	    &t->rows_lost);
	adopt(c);
}

static bool
is_in(const char *const *list, const char *name)
{
	for (; *list != NULL; list++)
		if (strcmp(*list, name) == 0)
			return true;
	return false;
}

static void
copy_rows(struct copying *c, const char *const *skip)
{
	struct putting p = { .c = c };
	size_t i;

	for (i = 0; i < c->out->count; i++) {
		p.t = &c->out->t[i];
		p.sh = p.t->known && !is_in(skip, p.t->name) ? shape_of(c, p.t->name) : NULL;
		if (p.sh != NULL)
			each_row(c, (uint16_t)i, put_row, &p,
			    &p.t->rows_lost);
	}
}

static void
begin(struct copying *c, struct salvage *s, struct salvage_report *out)
{
	uint64_t n;

	memset(c, 0, sizeof(*c));
	c->s = s;
	c->cells = (struct cells){ read_page, s, PAGES_USABLE,
		salvage_count(s) };
	c->out = out;
	c->owner = mem_new((c->cells.count + 1) * sizeof(*c->owner));
	for (n = 0; n < c->cells.count; n++)
		c->owner[n] = NOT_TOLD;
	c->row = mem_new(sizeof(*c->row));
	c->shape = mem_new(SALVAGE_TABLES_MAX * sizeof(*c->shape));
	buf_init(&c->body, BODY_MAX);
}

static void
end(struct copying *c)
{
	size_t i;

	for (i = 0; i < c->shapes; i++)
		sqlite3_finalize(c->shape[i].put);
	buf_done(&c->body);
	mem_free(c->shape);
	mem_free(c->row);
	mem_free(c->owner);
}

int
salvage_copy(struct salvage *s, struct vault *to, const char *const *skip,
    struct salvage_report *out, struct err *e)
{
	struct copying c;
	struct db *db = vault_db(to);
	int rc;

	memset(out, 0, sizeof(*out));
	begin(&c, s, out);
	c.h = db_handle(db);
	rc = load_shapes(&c, e);
	if (rc == 0)
		rc = db_begin(db, e);
	if (rc == 0) {
		count_lost(&c);
		find_owners(&c);
		copy_rows(&c, skip);
	}
	if (rc == 0 && c.stop != 0)
		rc = fail(c.stop, e);
	end(&c);
	return db_end(db, rc, e);
}

struct looking {
	const char *name;
	struct copying *c;
};

/* Found again, because the first finding is not kept. */
static void
walk_named(void *ctx, const struct cells_row *row)
{
	struct looking *l = ctx;

	if (row->count >= 4 && row->v[1].type == CELLS_TEXT &&
	    view_eq(row->v[1].data, view_str(l->name)))
		take_schema_row(l->c, row);
}

int
salvage_index(struct salvage *s, const char *name,
    void (*each)(void *ctx, const struct cells_row *row), void *ctx,
    struct err *e)
{
	struct salvage_report *own = mem_new(sizeof(*own));
	struct looking l = { name, NULL };
	struct copying c;

	begin(&c, s, own);
	l.c = &c;
	walk(&c, add_table(&c, "sqlite_schema", false), 1);
	each_row(&c, 0, walk_named, &l, NULL);
	if (own->count > 1)
		each_row(&c, 1, each, ctx, NULL);
	end(&c);
	mem_free(own);
	return c.stop == 0 ? 0 : fail(c.stop, e);
}
