/*
 * A plan as text, so that what failed once can be played again also when seeds
 * have come to stand for something else. A line is a step:
 *
 *     note a=3 d=1,2,3,4,5 gap=100 fault=late-copy call=2 param=77 crash=12
 */
#include <stdlib.h>
#include <string.h>

#include "tests/sim/sim.h"

/* Names have blanks for people and dashes in files. */
static void
dashed(const char *name, char out[static 40])
{
	size_t i;

	for (i = 0; i < 39 && name[i] != '\0'; i++)
		out[i] = name[i] == ' ' ? '-' : name[i];
	out[i] = '\0';
}

static int
find_name(const char *word, const char *const *names, int count)
{
	char name[40];
	int i;

	for (i = 0; i < count; i++) {
		dashed(names[i], name);
		if (strcmp(name, word) == 0)
			return i;
	}
	return -1;
}

static void
save_step(FILE *f, const struct step *st)
{
	char name[40];

	dashed(step_names[st->kind], name);
	fprintf(f, "%s", name);
	if (st->kind == STEP_GONE) {
		fprintf(f, "\n");
		return;
	}
	fprintf(f, " a=%d d=%u,%u,%u,%u,%u gap=%lld", st->actor, st->draw[0],
	    st->draw[1], st->draw[2], st->draw[3], st->draw[4],
	    (long long)st->gap_ms);
	if (st->fault != FAULT_NONE) {
		dashed(fault_names[st->fault], name);
		fprintf(f, " fault=%s call=%u", name, st->call);
	}
	if (st->fault != FAULT_NONE || st->full_at != 0)
		fprintf(f, " param=%u", st->param);
	if (st->crash_at != 0)
		fprintf(f, " crash=%u cut=%d", st->crash_at, (int)st->cut);
	if (st->hub_crash_at != 0)
		fprintf(f, " hub=%u", st->hub_crash_at);
	if (st->full_at != 0)
		fprintf(f, " full=%u", st->full_at);
	if (st->hub_full_at != 0)
		fprintf(f, " hubfull=%u", st->hub_full_at);
	fprintf(f, "\n");
}

int
plan_save(const struct plan *p, const char *path)
{
	FILE *f = fopen(path, "w");
	size_t i;

	if (f == NULL)
		return -1;
	fprintf(f, "seed=%llu people=%d crew=%d mix=%d\n",
	    (unsigned long long)p->seed, p->people, (int)p->crew,
	    (int)p->mix);
	for (i = 0; i < p->count; i++)
		save_step(f, &p->step[i]);
	return fclose(f);
}

static bool
load_number(const char *word, struct step *st)
{
	const char *v = strchr(word, '=');
	size_t key;
	char *end;
	int i;

	if (v == NULL)
		return false;
	key = (size_t)(++v - word);
	if (strncmp(word, "a=", key) == 0)
		st->actor = (int)strtol(v, NULL, 10);
	else if (strncmp(word, "gap=", key) == 0)
		st->gap_ms = strtoll(v, NULL, 10);
	else if (strncmp(word, "call=", key) == 0)
		st->call = (unsigned)strtoul(v, NULL, 10);
	else if (strncmp(word, "param=", key) == 0)
		st->param = (unsigned)strtoul(v, NULL, 10);
	else if (strncmp(word, "crash=", key) == 0)
		st->crash_at = (uint32_t)strtoul(v, NULL, 10);
	else if (strncmp(word, "cut=", key) == 0)
		st->cut = (enum simdisk_cut)strtoul(v, NULL, 10);
	else if (strncmp(word, "hub=", key) == 0)
		st->hub_crash_at = (uint32_t)strtoul(v, NULL, 10);
	else if (strncmp(word, "full=", key) == 0)
		st->full_at = (uint32_t)strtoul(v, NULL, 10);
	else if (strncmp(word, "hubfull=", key) == 0)
		st->hub_full_at = (uint32_t)strtoul(v, NULL, 10);
	else if (strncmp(word, "d=", key) == 0)
		for (i = 0; i < 5; i++, v = *end == ',' ? end + 1 : end)
			st->draw[i] = (uint32_t)strtoul(v, &end, 10);
	else
		return false;
	return true;
}

static bool
load_step(char *line, struct step *st)
{
	char *rest = NULL, *word = strtok_r(line, " \n", &rest);
	int n = word == NULL ? -1 : find_name(word, step_names, STEP_KINDS);

	memset(st, 0, sizeof(*st));
	if (n < 0)
		return false;
	st->kind = (enum step_kind)n;
	while ((word = strtok_r(NULL, " \n", &rest)) != NULL) {
		if (strncmp(word, "fault=", 6) == 0) {
			n = find_name(word + 6, fault_names, FAULTS);
			if (n < 0)
				return false;
			st->fault = (enum fault)n;
		} else if (!load_number(word, st)) {
			return false;
		}
	}
	return true;
}

int
plan_load(struct plan *p, const char *path)
{
	FILE *f = fopen(path, "r");
	unsigned long long seed;
	char line[400];
	unsigned crew = 0, mix = 0;
	int rc = -1;

	memset(p, 0, sizeof(*p));
	if (f == NULL)
		return -1;
	if (fgets(line, sizeof(line), f) == NULL ||
	    sscanf(line, "seed=%llu people=%d crew=%u mix=%u", &seed,
	    &p->people, &crew, &mix) < 2 || p->people < 1 || crew >= CREWS ||
	    mix >= MIXES || p->people + SIM_SPARE > SIM_ACTORS)
		goto out;
	p->seed = seed;
	p->crew = (enum crew)crew;
	p->mix = (enum mix)mix;
	while (fgets(line, sizeof(line), f) != NULL)
		if (p->count == SIM_STEPS ||
		    !load_step(line, &p->step[p->count++]))
			goto out;
	rc = 0;
out:
	fclose(f);
	return rc;
}
