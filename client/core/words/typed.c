/* The door to the calendar of local/. */
#include "client/core/words/typed.h"

#include "client/core/local/day.h"

bool
typed_time(const char *text, char out[static TYPED_TIME_BYTES])
{
	return day_typed_time(view_str(text), out);
}
