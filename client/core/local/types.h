/*
 * The numbers of record types and their fields, as they travel
 * (schema/wire.md 6): a number that was used once is never used again. What
 * each type and field is stands in the types_ files, declared once.
 */
#ifndef LOCAL_TYPES_H
#define LOCAL_TYPES_H

enum record_type {
	TYPE_SPACE = 1,      /* what a space is; first record in each */
	TYPE_STAFF = 2,      /* commons: a person's name and title */
	TYPE_CASE = 3,       /* card */
	TYPE_NOTE = 4,       /* notes: append-only, amended by another note */
	TYPE_CONSENT = 5,    /* card: given, limited or refused */
	TYPE_WITHDRAWAL = 6, /* card */
	TYPE_PLAN = 7,       /* plan */
	TYPE_REVIEW = 8,     /* any: what a keeper decided on a deposit
	                        or on a text under review */
	TYPE_REPORT = 9,     /* any: a client wiped what it may not hold */
	TYPE_OVERRIDE = 10,  /* card: opened by law, its end, a signature */
	TYPE_HANDOVER = 11,  /* card: a step of a handover or takeover */
	TYPE_ALIAS = 12,     /* card: another case is of the same child */
	TYPE_POLICY = 14,    /* commons: a piece of a published policy */
	TYPE_ROOM = 28,      /* any room: what it is and what it is called */
	TYPE_MEMBER = 29,    /* any room: who is in it, or no longer */
	TYPE_FIGURES = 50    /* commons: a piece of a year's figures */
};

#define FIELDS_TYPES_MAX 64 /* every number above is below this */

/* Field numbers; each type has its own. */
enum {
	SPACE_KIND = 1, SPACE_CASE, SPACE_SECTION, SPACE_SIDE, SPACE_LABEL,
	SPACE_PART,
	STAFF_PERSON = 1, STAFF_NAME, STAFF_TITLE,
	CASE_CODE = 1, CASE_NAME, CASE_BORN, CASE_SCHOOL, CASE_THEME,
	CASE_STAGE, CASE_STATUS, CASE_LEAD, CASE_COORDINATOR, CASE_CONTACT,
	CASE_SAFETY,
	NOTE_TEXT = 1, NOTE_CATEGORY, NOTE_HAPPENED, NOTE_MINUTES,
	NOTE_LANGUAGE, NOTE_SCHOOL, NOTE_AUTHOR, NOTE_AMENDS, NOTE_SOURCE,
	CONSENT_STATUS = 1, CONSENT_GIVER, CONSENT_GIVER_ROLE,
	CONSENT_AUDIENCE, CONSENT_SECTIONS, CONSENT_RIGHT, CONSENT_PURPOSE,
	CONSENT_FROM, CONSENT_UNTIL, CONSENT_EVIDENCE, CONSENT_LANGUAGE,
	CONSENT_TAKEN_BY, CONSENT_SUPERSEDES, CONSENT_PART,
	WITHDRAWAL_GIVER = 1, WITHDRAWAL_AUDIENCE, WITHDRAWAL_SECTIONS,
	WITHDRAWAL_CHANNEL, WITHDRAWAL_TOLD_ON, WITHDRAWAL_TAKEN_BY,
	WITHDRAWAL_WISH, WITHDRAWAL_PART,
	PLAN_GOAL = 1, PLAN_MEASURES, PLAN_RESPONSIBLE, PLAN_DUE, PLAN_REVIEW,
	PLAN_OUTCOME, PLAN_CHILD_VIEW, PLAN_GUARDIAN_VIEW,
	REVIEW_DEPOSIT = 1, REVIEW_OUTCOME, REVIEW_BASIS, REVIEW_WORDS,
	REVIEW_KEEPER, REVIEW_RECORD, REVIEW_ORIGIN, REVIEW_STAMP,
	REPORT_PERSON = 1, REPORT_WHAT,
	OVERRIDE_PERSON = 1, OVERRIDE_SECTIONS, OVERRIDE_RIGHT, OVERRIDE_BASIS,
	OVERRIDE_PROVISION, OVERRIDE_REASON, OVERRIDE_FROM, OVERRIDE_UNTIL,
	OVERRIDE_TAKEN_BY, OVERRIDE_ENDS, OVERRIDE_SIGNS, OVERRIDE_OFFICER,
	OVERRIDE_SIGNATURE,
	HANDOVER_STEP = 1, HANDOVER_PERSON, HANDOVER_OF, HANDOVER_UNTIL,
	HANDOVER_RIGHT, HANDOVER_PROVISION, HANDOVER_REASON, HANDOVER_BY,
	HANDOVER_SUPERSEDES,
	ALIAS_FRONT = 1, ALIAS_BEHIND, ALIAS_STATUS,
	POLICY_COMMIT = 1, POLICY_PART, POLICY_PARTS, POLICY_HASH, POLICY_DATA,
	ROOM_NAME = 1, ROOM_ABOUT, ROOM_SCHOOL, ROOM_CLOSED, ROOM_WELFARE,
	MEMBER_PERSON = 1, MEMBER_RIGHT, MEMBER_ROLE, MEMBER_UNTIL,
	MEMBER_ENDS, MEMBER_SUPERSEDES,
	FIGURES_YEAR = 1, FIGURES_PIECE, FIGURES_PIECES, FIGURES_HASH,
	FIGURES_REASON, FIGURES_DATA
};

/* The number of "deleted", in every type that has it (schema/rules.md 6.8). */
#define FIELD_DELETED 60000

#endif
