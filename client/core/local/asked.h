/*
 * A search as it was typed: its words and its days.
 */
#ifndef LOCAL_ASKED_H
#define LOCAL_ASKED_H

#include "client/core/local/needle.h"

#define ASKED_MAX 16 /* words of one search that are looked at */

struct asked {
	struct {
		struct needle needle;
		bool certain;     /* the needle stands for the word */
		struct view raw;  /* as typed; borrows ${text} */
	} word[ASKED_MAX];
	size_t count;
	bool dated;               /* a day was named */
	int64_t from_ms, to_ms;   /* of all of time, when not */
};

/** asked_read(text, out): false when it is no UTF-8, or neither a word nor a
 * day is in it. A day may be written in any of the ways of day_find. */
bool asked_read(const char *text, struct asked *out);

#endif
