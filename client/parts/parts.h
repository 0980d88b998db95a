/*
 * Parts of the program that are loaded when they are first needed.
 *
 * The functions of doors.c stand for those of the parts, under the same names:
 * who calls them need not know. A program that links the parts themselves (the
 * tests do) leaves this folder out.
 */
#ifndef PARTS_PARTS_H
#define PARTS_PARTS_H

#include "common/base/err.h"

enum parts_name { PARTS_HTTPS, PARTS_GIT, PARTS_PDF, PARTS_ALPHABET, PARTS_COUNT };

/** parts_find(part, name, function, e): the address of a function of that part
 * into the pointer at ${function}; the part is loaded with the first one.
 * ERR_LOCAL: it is not there, or is of another version. */
int parts_find(enum parts_name part, const char *name, void *function,
    struct err *e);

#endif
