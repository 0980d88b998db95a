/*
 * What one person may fill of a list: records of a card are read newest first
 * and each person's count up to a bound, so that nobody leaves no room for
 * what others wrote, and no flood makes a list that cannot be read. So with
 * the statements of a space, where the first of each device count, because
 * those in the log are not judged again.
 *
 * Source: schema/rules.md 12.4.
 */
#ifndef ACCORD_PORTION_H
#define ACCORD_PORTION_H

#include "client/core/local/store.h"

#define PORTION_CONSENTS 1024 /* consents, and as many withdrawals */
#define PORTION_LAW 256       /* overrides with their ends and signatures */
#define PORTION_STEPS 256     /* of handovers and takeovers */
#define PORTION_STATEMENTS 1024 /* of one device, in one space */

struct portion {
	struct portion_person *list;
	size_t count;
};

/** portion_takes(sh, s, origin, most): one more by the person of this device is
 * within their ${most}; then it is counted. ${sh} begins as zeros. */
bool portion_takes(struct portion *sh, const struct store *s,
    const struct id *origin, size_t most);
void portion_done(struct portion *sh);

#endif
