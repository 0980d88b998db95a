/*
 * Marks for texts that people read. Keys of --json and exit codes are never
 * marked.
 */
#ifndef CLI_TEXT_H
#define CLI_TEXT_H

#include "common/base/text.h"

#endif
