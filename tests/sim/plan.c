/*
 * What a seed stands for. Every run draws its own mixture: some have no
 * faults, some no crashes, some are all consent, so that what hides behind a
 * common failure elsewhere is met too.
 */
#include <string.h>

#include "tests/sim/sim.h"

const char *const step_names[STEP_KINDS] = { "gone", "note", "amend",
	"field", "goal", "plan", "case", "grant", "refuse", "withdraw",
	"sync", "pass", "apart", "clock", "restart", "decide", "revoke",
	"enrol", "hub", "copy", "old copy", "backup", "restore", "fork",
	"switch", "hub clock", "override", "end", "sign", "hand", "alias",
	"delete", "erase", "room", "let in", "put out", "say",
	"order", "move", "hub anew", "go on",
	"stick", "bring back", "new device",
	"record", "next", "file", "fetch", "drop file",
	"bundle out", "carry", "bundle in" };
const char *const fault_names[FAULTS] = { "", "request lost", "answer lost",
	"twice", "late copy", "others before request", "others before answer",
	"request cut", "answer cut", "hub dies", "old answer",
	"other's answer", "withhold", "reorder", "repeat", "wrong time",
	"flip" };

static const uint32_t usual[STEP_KINDS] = { 0, 30, 5, 10, 10, 12, 3, 14, 3,
	10, 55, 4, 2, 2, 2, 6, 1, 1, 2, 4, 3, 3, 2, 3, 5, 4,
	5, 3, 2, 7, 2, 6, 4, 3, 12, 9, 8, 4, 4, 2, 6, 4, 3, 8, 34, 20, 7, 5, 3,
	7, 7, 7 };

static void
mixture(struct chance *c, const struct plan *p, uint32_t weight[STEP_KINDS])
{
	int i;

	for (i = 0; i < STEP_KINDS; i++) {
		weight[i] = usual[i] * 4;
		switch (chance_below(c, 6)) {
		case 0:
			weight[i] /= 4;
			break;
		case 1:
			weight[i] *= 3;
			break;
		default:
			break;
		}
	}
	weight[STEP_GONE] = 0;
	if (p->mischief != MISCHIEF_COPY)
		weight[STEP_COPY] = weight[STEP_OLD] = 0;
	if (p->mischief != MISCHIEF_BACKUP)
		weight[STEP_RESTORE] = 0;
	if (p->mischief != MISCHIEF_BACK)
		weight[STEP_STICK] = weight[STEP_BRING] =
		    weight[STEP_LET_IN] = 0;
	if (p->mischief != MISCHIEF_ANEW)
		weight[STEP_ANEW] = weight[STEP_GO_ON] = 0;
	if (p->mischief != MISCHIEF_BACKUP && p->mischief != MISCHIEF_ANEW)
		weight[STEP_BACKUP] = 0;
	if (p->mischief != MISCHIEF_FORK)
		weight[STEP_FORK] = weight[STEP_SWITCH] = 0;
	if (p->mischief != MISCHIEF_HUB_CLOCK)
		weight[STEP_HUB_CLOCK] = 0;
	if (p->mix == MIX_PAIRS)
		for (i = 0; i < STEP_KINDS; i++)
			weight[i] *= i == STEP_ALIAS || i == STEP_RECORD ||
			    i == STEP_NEXT ? 2 : 1;
	weight[STEP_ERASE] *= p->mix != MIX_FEW && p->crew == CREW_OFFICERS ?
	    10 : 1;
	/* It takes two officers, or two devices of one person. */
	weight[STEP_ORDER] *= p->crew == CREW_OFFICERS ? 5 : 1;
	weight[STEP_MOVE] *= p->crew == CREW_DEVICES ||
	    p->mischief == MISCHIEF_BACK ? 4 : 1;
	if (p->mix == MIX_FEW)
		weight[STEP_RECORD] = weight[STEP_NEXT] = weight[STEP_FILE] =
		    weight[STEP_FETCH] = weight[STEP_DROP] = weight[STEP_OUT] =
		    weight[STEP_CARRY] = weight[STEP_IN] = 0;
	if (p->mischief == MISCHIEF_LIES || p->mischief == MISCHIEF_FORK)
		weight[STEP_OUT] = weight[STEP_CARRY] = weight[STEP_IN] = 0;
	if (!p->clocks)
		weight[STEP_CLOCK] = 0;
	if (!p->decides)
		weight[STEP_DECIDE] = 0;
	if (!p->faults)
		weight[STEP_HUB] = weight[STEP_APART] = 0;
	if (weight[STEP_SYNC] < 100)
		weight[STEP_SYNC] = 100;
}

static enum step_kind
pick(struct chance *c, const uint32_t weight[STEP_KINDS])
{
	uint32_t sum = 0, at;
	int i;

	for (i = 0; i < STEP_KINDS; i++)
		sum += weight[i];
	at = chance_below(c, sum);
	for (i = 0; i < STEP_KINDS - 1; i++) {
		if (at < weight[i])
			break;
		at -= weight[i];
	}
	return (enum step_kind)i;
}

static int64_t
gap(struct chance *c)
{
	switch (chance_below(c, 8)) {
	case 0:
		return 1;
	case 1:
		return chance_below(c, 2 * DAY_MS);
	case 2:
	case 3:
		return chance_below(c, 60 * MINUTE_MS);
	default:
		return chance_below(c, 5 * MINUTE_MS);
	}
}

static void
trouble(struct chance *c, const struct plan *p, struct step *st)
{
	bool hit = chance_below(c, 4) == 0;

	st->fault = (enum fault)(1 + chance_below(c, FAULT_HONEST - 1));
	if (p->mischief == MISCHIEF_LIES && chance_below(c, 4) != 0)
		st->fault = (enum fault)(FAULT_HONEST + chance_below(c,
		    FAULTS - FAULT_HONEST));
	st->call = 1 + chance_below(c, 5);
	st->param = chance_below(c, 1000);
	st->crash_at = 1 + chance_below(c, chance_below(c, 2) ? 40 : 400);
	st->cut = (enum simdisk_cut)chance_below(c, SIMDISK_MODES);
	st->hub_crash_at = 1 + chance_below(c, 60);
	if (p->full && chance_below(c, 12) == 0)
		st->full_at = 1 + chance_below(c, 40);
	if (p->full && chance_below(c, 12) == 0 && st->kind == STEP_SYNC)
		st->hub_full_at = 1 + chance_below(c, 30);
	hit |= p->mischief == MISCHIEF_LIES && chance_below(c, 3) != 0;
	if (!p->faults || !hit || (st->kind != STEP_SYNC &&
	    st->kind != STEP_ORDER && st->kind != STEP_GO_ON &&
	    st->kind != STEP_FETCH && st->kind != STEP_CARRY))
		st->fault = FAULT_NONE;
	if (!p->crashes || chance_below(c, 10) != 0)
		st->crash_at = 0;
	if (!p->hub_crashes || chance_below(c, 12) != 0 ||
	    (st->kind != STEP_SYNC && st->kind != STEP_GO_ON))
		st->hub_crash_at = 0;
}

/* Most offices are small and their stories short: many meet more than few
 * long ones do, and a failure is easier to read. */
static void
size(struct chance *c, struct plan *p)
{
	uint32_t draw = chance_below(c, 200);

	if (draw == 0)
		p->people = 30;
	else if (draw < 40)
		p->people = 4 + (int)chance_below(c, 5);
	else
		p->people = 2 + (int)chance_below(c, 2);
	draw = chance_below(c, 40);
	if (draw == 0)
		p->count = 100 + chance_below(c, 200);
	else if (draw < 8)
		p->count = 40 + chance_below(c, 80);
	else
		p->count = 10 + chance_below(c, 31);
}

/* What the story is about comes at least once, and in that order. */
static void
place(struct chance *c, struct plan *p)
{
	static const enum step_kind first[MISCHIEFS] = { STEP_GONE, STEP_COPY,
		STEP_BACKUP, STEP_FORK, STEP_GONE, STEP_HUB_CLOCK,
		STEP_BACKUP, STEP_STICK };
	static const enum step_kind then[MISCHIEFS] = { STEP_GONE, STEP_OLD,
		STEP_RESTORE, STEP_SWITCH, STEP_GONE, STEP_HUB_CLOCK,
		STEP_ANEW, STEP_BRING };
	uint32_t half = (uint32_t)p->count / 2;
	struct step *a = &p->step[1 + chance_below(c, half - 1)];
	struct step *b = &p->step[half + chance_below(c, half)];

	if (first[p->mischief] == STEP_GONE)
		return;
	a->kind = first[p->mischief];
	b->kind = then[p->mischief];
	/* The first officer's device always stays. */
	if (p->mischief == MISCHIEF_BACK)
		a->actor = 1 + (int)chance_below(c, (uint32_t)p->people - 1);
	b->actor = a->actor;
}

void
plan_make(uint64_t seed, struct plan *p)
{
	struct chance c = { seed * UINT64_C(0x2545F4914F6CDD1D) + 11 };
	static const enum mix mixes[] = { MIX_PAIRS, MIX_YEAR, MIX_EVEN,
		MIX_YEAR, MIX_EVEN, MIX_YEAR };
	uint32_t weight[STEP_KINDS];
	size_t i, j;

	memset(p, 0, sizeof(*p));
	p->seed = seed;
	size(&c, p);
	p->crew = chance_below(&c, 4) == 0 ? CREW_OFFICERS :
	    (enum crew)(chance_below(&c, 2) ? 0 : chance_below(&c, CREWS));
	if (p->people < 3 || p->people == 30)
		p->crew = CREW_WORKERS;
	p->mischief = chance_below(&c, 4) != 0 ? MISCHIEF_NONE :
	    (enum mischief)chance_below(&c, MISCHIEFS);
	p->full = chance_below(&c, 6) == 0;
	p->faults = p->mischief == MISCHIEF_LIES ||
	    chance_below(&c, 4) != 0;
	p->crashes = chance_below(&c, 2) != 0;
	p->clocks = chance_below(&c, 3) == 0;
	p->hub_crashes = chance_below(&c, 3) == 0;
	p->decides = chance_below(&c, 3) != 0;
	p->mix = chance_below(&c, 8) == 0 ? MIX_FEW :
	    mixes[chance_below(&c, 6)];
	mixture(&c, p, weight);
	for (i = 0; i < p->count; i++) {
		struct step *st = &p->step[i];

		st->kind = i == 0 ? STEP_CASE : pick(&c, weight);
		st->actor = (int)chance_below(&c, (uint32_t)p->people + 1);
		for (j = 0; j < 5; j++)
			st->draw[j] = (uint32_t)chance_next(&c);
		st->gap_ms = gap(&c);
		trouble(&c, p, st);
	}
	place(&c, p);
}
