/*
 * Names of children in a text that must not have any: of a welfare group, of
 * supervision, of advice to a teacher. Looked for are the names of all cases
 * that this device knows, so it finds what its worker could give away, and
 * nothing else; it is a help for who writes, no proof of anonymity.
 *
 * Source: schema/rules.md 15.3.
 */
#ifndef CORE_NAMES_H
#define CORE_NAMES_H

#include "client/core/profile/session.h"
#include "common/base/buf.h"

#define NAMES_FOUND_BYTES 80

/**
 * names_find(s, text, found, e): 1 and the word as it stands in the text, 0,
 * -1. A word is taken for a name when it begins with a capital letter and is
 * one of the child's names, inflected or not (Anna, Annale, Annanak, ANNA); in
 * small letters when first and last name stand side by side.
 */
int names_find(struct session *s, struct view text,
    char found[static NAMES_FOUND_BYTES], struct err *e);

#endif
