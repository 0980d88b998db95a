/* The roster's devices with the names of the commons. */
#include "client/core/profile/devices.h"

#include "client/core/local/store.h"
#include "client/core/profile/people.h"
#include "common/base/mem.h"

void
device_list_done(struct device_list *l)
{
	mem_free(l->items);
	l->items = NULL;
	l->count = 0;
}

int
devices_list(struct session *s, const struct id *person,
    struct device_list *out, struct err *e)
{
	struct store *st = session_store(s);
	const struct roster_device *d;
	struct device_item *item;
	size_t i;

	out->count = 0;
	out->items = mem_new((st->roster.device_count + 1) *
	    sizeof(*out->items));
	for (i = 0; i < st->roster.device_count; i++) {
		d = &st->roster.devices[i];
		if (person != NULL && !id_eq(person, &d->person))
			continue;
		item = &out->items[out->count++];
		item->device = d->device;
		item->person = d->person;
		item->revoked = d->revoked;
		item->me = id_eq(&d->device, &st->me->device);
		if (people_name(s, &d->person, item->name, e) != 0) {
			device_list_done(out);
			return -1;
		}
	}
	return 0;
}
