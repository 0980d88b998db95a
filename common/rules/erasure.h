/*
 * Erasure: may this order be taken, and from when on is it carried out. Asked
 * by admit; the same for hub and clients.
 *
 * Source: schema/rules.md 10.1, 10.3, 10.5.
 */
#ifndef RULES_ERASURE_H
#define RULES_ERASURE_H

#include "common/rules/admit.h"

#define ERASURE_WAIT_DAYS 7    /* until it cannot be taken back any more */
#define ERASURE_SIGNED_DAYS 30 /* how long a second signature is good */

/** erasure_judge(in, right): ${in} has an erase order by an author who holds
 * ${right} in the space. */
enum verdict erasure_judge(const struct admit_in *in, enum right right);

/** erasure_judge_outside(in): the same on a device whose right in the space is
 * over: who keeps it now is not known there (10.3). */
enum verdict erasure_judge_outside(const struct admit_in *in);

/** erasure_is_back(in): it takes an order back. */
bool erasure_is_back(const struct admit_in *in);

/** erasure_takes(order, item): whether an order of that kind takes the bodies
 * of a changeset of this kind, whatever it names (10.5). Epochs and orders
 * stay for ever; statements go with their whole space alone. */
bool erasure_takes(enum erase_kind order, enum changeset_kind item);

/** erasure_due_ms(accept_ms): when what was accepted then is carried out. */
int64_t erasure_due_ms(int64_t accept_ms);

#endif
