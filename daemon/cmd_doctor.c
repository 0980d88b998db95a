/* tugid doctor: exit status 0 good, 1 something will need care, 2 broken. */
#include "daemon/cmd.h"

#include <stdio.h>

#include "daemon/doctor.h"

static const char *const states[] = { "good", "warning", "bad" };

static void
print_json(const struct doctor *d)
{
	size_t i;

	printf("{\"worst\":\"%s\",\"findings\":[", states[d->worst]);
	for (i = 0; i < d->count; i++) {
		const struct doctor_finding *f = &d->list[i];

		printf("%s{\"check\":\"%s\",\"state\":\"%s\",\"words\":",
		    i > 0 ? "," : "", f->check, states[f->state]);
		cmd_json(f->words);
		if (f->fix[0] != '\0') {
			printf(",\"fix\":");
			cmd_json(f->fix);
		}
		putchar('}');
	}
	printf("]}\n");
}

static void
print(const struct doctor *d)
{
	size_t i;

	for (i = 0; i < d->count; i++) {
		const struct doctor_finding *f = &d->list[i];

		printf("%-12s %-8s %s\n", f->check, states[f->state],
		    f->words);
		if (f->fix[0] != '\0')
			printf("%-12s %-8s %s\n", "", "-> do", f->fix);
	}
}

int
cmd_doctor(struct options *o, struct err *e)
{
	struct settings s;
	struct doctor d;

	if (cmd_settings(o, &s, e) != 0)
		return -1;
	doctor_look(&s, o->full != 0, &d);
	settings_done(&s);
	if (o->json)
		print_json(&d);
	else
		print(&d);
	o->status = (int)d.worst;
	return 0;
}
