/*
 * On which line of a JSON text a value stands, by its place in the tree. For
 * a text that has been parsed already; of any other the answer is some line.
 */
#ifndef CORE_JSONLINE_H
#define CORE_JSONLINE_H

#include "common/base/buf.h"

#define JSONLINE_DEPTH 8

struct jsonline_step {
	const char *key; /* of an object; NULL: an entry of a list */
	size_t index;
};

/** jsonline(text, path, depth): from 1; as far down as the path leads. */
size_t jsonline(struct view text, const struct jsonline_step *path,
    size_t depth);

#endif
