/*
 * What may be wrong with a hub, looked at one by one. Every finding that is
 * not good comes with what to do about it.
 */
#ifndef DAEMON_DOCTOR_H
#define DAEMON_DOCTOR_H

#include <stdbool.h>
#include <stddef.h>

#include "daemon/settings.h"

enum doctor_state { DOCTOR_GOOD, DOCTOR_WARNING, DOCTOR_BAD };

struct doctor_finding {
	const char *check;  /* one word, for scripts */
	enum doctor_state state;
	char words[400];
	char fix[400];      /* "" when good */
};

#define DOCTOR_MAX 16

struct doctor {
	struct doctor_finding list[DOCTOR_MAX];
	size_t count;
	enum doctor_state worst;
};

/** doctor_look(s, full, out): all checks; ${full} reads the whole database
 * against its log (check.h), otherwise SQLite's quick check. */
void doctor_look(const struct settings *s, bool full, struct doctor *out);

#endif
