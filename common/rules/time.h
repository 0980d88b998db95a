/*
 * Effective time: what a claimed stamp is worth.
 *
 * Source: schema/rules.md 2.1, 2.2.
 */
#ifndef RULES_TIME_H
#define RULES_TIME_H

#include <stdint.h>

#define TIME_SLACK_MS 120000

/**
 * time_effective(hlc, seen_accept_ms, accept_ms): ${hlc} clamped to
 * [seen_accept_ms - slack, accept_ms + slack]. ${seen_accept_ms} is when the
 * hub took the newest item of the space that the author had seen (0: none).
 * The lower bound stops back-dating, the upper one a clock that runs ahead.
 */
uint64_t time_effective(uint64_t hlc, int64_t seen_accept_ms,
    int64_t accept_ms);

#endif
