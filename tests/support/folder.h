/* A folder for the files of one test. */
#ifndef SUPPORT_FOLDER_H
#define SUPPORT_FOLDER_H

#define FOLDER_BYTES 64

/** folder_make(out, name): new and empty, in $TMPDIR or else in /tmp, named
 * after the test; ends the program if it cannot be made. */
void folder_make(char out[FOLDER_BYTES], const char *name);

#endif
