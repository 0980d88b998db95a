/*
 * Marks for texts that people read, so that translation can come without
 * touching every line. Keys of --json and exit codes are never marked.
 */
#ifndef CLI_TEXT_H
#define CLI_TEXT_H

#define _(s) (s)  /* shown here */
#define N_(s) s   /* in a table; shown elsewhere through _() */

/** plural(n, one, many): both texts literal, so that formats are checked. */
#define plural(n, one, many) ((n) == 1 ? (one) : (many))

#endif
