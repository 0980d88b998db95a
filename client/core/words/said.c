/* The order of year, month and day is a text of the catalogue. */
#include "client/core/words/said.h"

#include <stdio.h>
#include <time.h>

#include "common/base/text.h"

const char *
said_day(int64_t ms, char out[static SAID_DAY_BYTES])
{
	time_t t = (time_t)(ms / 1000 - (ms % 1000 < 0)); /* rounds down */
	struct tm at;

	out[0] = '\0';
	if (ms != 0 && localtime_r(&t, &at) != NULL)
		/* year, month, day */
		snprintf(out, SAID_DAY_BYTES, _("%04d-%02d-%02d"),
		    at.tm_year + 1900, at.tm_mon + 1, at.tm_mday);
	return out;
}
