/*
 * What a worker types into a field: the first byte picks the field, the rest
 * is the text. A value that is taken can be written to a record and read back.
 */
#include <string.h>

#include "client/core/local/fields.h"
#include "client/core/local/utf8.h"
#include "common/base/mem.h"
#include "tests/fuzz/fuzz.h"

static const struct field *
pick(unsigned n)
{
	const struct field *f;
	size_t count;
	int type;

	for (type = TYPE_SPACE; type <= TYPE_REVIEW; type++) {
		f = fields_of((enum record_type)type, &count);
		if (n < count)
			return &f[n];
		n -= (unsigned)count;
	}
	return NULL;
}

static void
keep(const struct field *f, const struct value *v)
{
	struct record *rec = mem_new(sizeof(*rec));
	struct buf out;
	struct err e;

	rec->type = (uint16_t)f->type;
	rec->id.b[0] = rec->origin.b[0] = 1;
	rec->hlc = 1;
	rec->op_count = 1;
	rec->ops[0].field = f->number;
	rec->ops[0].value = *v;
	buf_init(&out, 2 * RECORD_TEXT_MAX);
	record_encode(rec, &out);
	FUZZ_SURE(record_decode(buf_view(&out), rec, &e) == 0);
	FUZZ_SURE(rec->ops[0].value.type == v->type);
	FUZZ_SURE(rec->ops[0].value.num == v->num);
	if (v->type == VALUE_TEXT || v->type == VALUE_BYTES)
		FUZZ_SURE(view_eq(rec->ops[0].value.data, v->data));
	buf_done(&out);
	mem_free(rec);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const struct field *f;
	uint8_t scratch[32];
	struct value v;
	struct err e;
	char *text;

	f = size > 0 ? pick(data[0]) : NULL;
	if (f == NULL)
		return 0;
	fuzz_begin();
	FUZZ_SURE(fields_find(f->type, f->name) == f);
	text = fuzz_text(data + 1, size - 1);
	err_clear(&e);
	if (fields_parse(f, text, scratch, &v, &e) == 0)
		keep(f, &v);
	else
		fuzz_refused(&e);
	mem_free(text);
	return 0;
}
