/* Which state may follow which. */
#include "client/core/records/moves.h"

#include <stdio.h>
#include <string.h>

int
moves_check(const struct move *m, size_t n, const char *from, const char *to,
    struct err *e)
{
	size_t i;

	for (i = 0; i < n; i++)
		if (strcmp(m[i].from, from) == 0)
			break;
	if (i < n && fields_listed(m[i].to, to))
		return 0;
	if (i == n || m[i].to[0] == '\0')
		return err_set(e, ERR_CLASH, "this is over (%s); nothing "
		    "follows. Begin a new one", from);
	return err_set(e, ERR_CLASH, "%s does not follow %s; what may follow: "
	    "%s", to, from, m[i].to);
}

static struct op *
next(struct moves_ops *o, uint16_t field)
{
	struct op *op = &o->list[o->n < MOVES_OPS ? o->n++ : MOVES_OPS - 1];

	memset(op, 0, sizeof(*op));
	op->field = field;
	return op;
}

void
moves_text(struct moves_ops *o, uint16_t field, const char *text)
{
	struct op *op;

	if (text == NULL || *text == '\0')
		return;
	op = next(o, field);
	op->value.type = VALUE_TEXT;
	op->value.data = view_str(text);
}

void
moves_int(struct moves_ops *o, uint16_t field, int64_t v)
{
	struct op *op = next(o, field);

	op->value.type = VALUE_INT;
	op->value.num = v;
}

void
moves_flag(struct moves_ops *o, uint16_t field, bool v)
{
	struct op *op = next(o, field);

	op->value.type = VALUE_BOOL;
	op->value.num = v;
}

void
moves_bytes(struct moves_ops *o, uint16_t field, const void *data, size_t len)
{
	struct op *op;

	if (len == 0)
		return;
	op = next(o, field);
	op->value.type = VALUE_BYTES;
	op->value.data = view_of(data, len);
}

void
moves_clear(struct moves_ops *o, uint16_t field)
{
	next(o, field)->value.type = VALUE_NULL;
}

const char *
moves_copy(struct view v, char *out, size_t size)
{
	size_t n = v.len < size ? v.len : size - 1;

	if (n > 0)
		memcpy(out, v.data, n);
	out[n] = '\0';
	return out;
}
