#include "tests/support/folder.h"

#include <stdio.h>
#include <stdlib.h>

void
folder_make(char out[FOLDER_BYTES], const char *name)
{
	const char *in = getenv("TMPDIR");
	int n = snprintf(out, FOLDER_BYTES, "%s/%s-XXXXXX",
	    in != NULL && *in != '\0' ? in : "/tmp", name);

	if (n < 0 || n >= FOLDER_BYTES || mkdtemp(out) == NULL) {
		fprintf(stderr, "no folder for the test: %s\n", out);
		abort();
	}
}
