/*
 * The mark and the successor's keys are named values, so that they go and
 * come with the profile. Nothing here speaks with anybody.
 */
#include "client/core/local/restored.h"

#include "common/base/mem.h"
#include "common/base/text.h"

#define RESTORED_WORDS_MAX 4096
#define NEXT_NAME "device.next"
#define BEFORE_NAME "device.before" /* id of the device it was */

/* meta STORE_RESTORED */
enum { RESTORED_TIED = 1, RESTORED_UNTIED = 2 };

const char *
restored_words(void)
{
	return N_("this profile was brought back from a copy, and the device "
	    "it was may have gone on elsewhere: nothing is sent in that name. "
	    "Ask the office for a card and give it to tugi join; then it goes "
	    "on as a new device of yours. What you write is kept and waits");
}

int
restored_mark_tx(struct store *s, struct err *e)
{
	if (store_del(s, STORE_OLDER, e) != 0)
		return -1;
	if (s->stage == STORE_REVOKED)
		return 0;
	if (store_del(s, STORE_REQUEST, e) != 0)
		return -1;
	if (s->stage != STORE_MEMBER) {
		/* Nobody knows the old keys: two copies must not ask alike. */
		s->stage = STORE_NEW;
		return store_keys_drop_tx(s, e) != 0 ? -1 :
		    store_save_hub(s, e);
	}
	if (store_del(s, NEXT_NAME, e) != 0 ||
	    store_put_int(s, STORE_RESTORED, RESTORED_TIED, e) != 0)
		return -1;
	return store_stop(s, restored_words(), e);
}

int
restored_alone(struct store *s, bool *out, struct err *e)
{
	struct buf b;
	int rc;

	buf_init(&b, RESTORED_WORDS_MAX);
	rc = store_get(s, STORE_STOPPED, &b, e);
	*out = s->restored && rc == 1 && view_eq(buf_view(&b),
	    view_str(restored_words()));
	buf_done(&b);
	return rc < 0 ? -1 : 0;
}

int
restored_next(struct store *s, struct device_keys *out, struct err *e)
{
	return store_keys_get(s, NEXT_NAME, out, e);
}

int
restored_next_make(struct store *s, struct device_keys *out, struct err *e)
{
	int rc = restored_next(s, out, e);

	if (rc != 0)
		return rc < 0 ? -1 : 0;
	keys_device_make(out);
	return store_keys_put(s, NEXT_NAME, out, e);
}

int
restored_untied(struct store *s, bool *out, struct err *e)
{
	int64_t at = 0;

	*out = true;
	if (store_get_int(s, STORE_RESTORED, &at, e) < 0)
		return -1;
	*out = at != RESTORED_TIED;
	return 0;
}

int
restored_untie_tx(struct store *s, struct err *e)
{
	return store_put_int(s, STORE_RESTORED, RESTORED_UNTIED, e);
}

int
restored_end_tx(struct store *s, struct err *e)
{
	return store_del(s, STORE_RESTORED, e) != 0 ||
	    store_del(s, NEXT_NAME, e) != 0 ? -1 :
	    store_del(s, STORE_STOPPED, e);
}

int
restored_succeed_tx(struct store *s, const struct device_keys *next,
    struct err *e)
{
	if (store_put(s, BEFORE_NAME, view_of(s->me->device.b,
	    sizeof(s->me->device.b)), e) != 0 ||
	    store_keys_put(s, STORE_KEYS, next, e) != 0)
		return -1;
	return restored_end_tx(s, e);
}

void
restored_become(struct store *s, const struct device_keys *next)
{
	*s->me = *next;
	mem_wipe(&s->right_memo, sizeof(s->right_memo));
	s->ends.known = false;
	s->restored = s->stopped = false;
}
