/*
 * A subcommand: one line of the table makes its help, its completion, its
 * place in the manual and its call.
 */
#ifndef CLI_CMD_H
#define CLI_CMD_H

#include "client/cli/out.h"
#include "client/core/profile/session.h"

#define CMD_OPTS_MAX 16
#define CMD_EXAMPLES_MAX 4
#define CMD_ANY_WORDS 1000000 /* no upper bound of its own */

struct opt {
	const char *name;  /* without the dashes */
	const char *arg;   /* NULL: a flag */
	const char *help;  /* one line */
	bool required;
};

/* What every command understands; see opt.c for the list. */
struct globals {
	const char *profile, *passphrase_fd, *lang;
	bool json, quiet, no_input, yes, help, version;
};

struct ctx;

struct cmd {
	const char *name;     /* "note add" */
	const char *words;    /* synopsis of what is not an option */
	const char *summary;  /* one line */
	const char *more;     /* a paragraph for the help; NULL: none */
	const char *examples[CMD_EXAMPLES_MAX];
	struct opt opts[CMD_OPTS_MAX]; /* ends at a NULL name */
	size_t min, max;      /* words */
	bool opens;           /* wants the profile open before it runs */
	int (*run)(struct ctx *c, struct err *e);
	int type;             /* enum record_type of an entry command */
	const char *sets;     /* fields that it sets itself, blanks between */
	const char *room;     /* kind of room of a room command */
};

struct args {
	char **words;
	size_t count;
	const char *values[CMD_OPTS_MAX]; /* NULL: not given; flags: "" */
};

struct ctx { /* one run of the program */
	const struct cmd *cmd;
	struct globals g;
	struct args args;
	char *profile;        /* folder */
	int passphrase_fd;    /* -1: ask */
	struct tick tick;
	struct out out;
	struct session *s;    /* NULL until opened */
};

/* The commands, in the order of the manual: those of the table_ files. */
struct cmd_list {
	const struct cmd *cmds;
	size_t count;
};
extern const struct cmd_list table_meet;
extern const struct cmd_list table_data;
extern const struct cmd_list table_work;
extern const struct cmd_list table_site;
extern const struct cmd_list table_file;
extern const struct cmd_list table_attachment;
extern const struct cmd_list table_group;
extern const struct cmd_list table_office;
extern const struct cmd_list table_program;
extern const struct cmd_list table_report;
extern const struct cmd_list table_aid;
extern const struct cmd_list table_store;
extern const struct cmd_list table_proof;
extern const struct cmd_list table_program;
const struct cmd *table_at(size_t i);
size_t table_count(void);

#define BUNDLE_FILES_MAX 8 /* that a bundle asks for */

/** cmd_word(c, i): the i-th word or NULL. */
const char *cmd_word(const struct ctx *c, size_t i);

/** cmd_value(c, name): the value of --name or NULL; flags: "" or NULL.
 * ${name} must be an option of the command (asserted). */
const char *cmd_value(const struct ctx *c, const char *name);
bool cmd_flag(const struct ctx *c, const char *name);

/** cmd_number(c, name, least, most, out, e): a whole number; ${out} stays as
 * it is when the option was not given. */
struct range {
	int64_t least, most;
};
int cmd_number(const struct ctx *c, const char *name, struct range r,
    int64_t *out, struct err *e);

/** cmd_time(c, name, end, out, e): the time that --name says (when_parse);
 * ${out} stays as it is when the option was not given. */
int cmd_time(const struct ctx *c, const char *name, int end, int64_t *out,
    struct err *e);

/** cmd_spell(c, from_ms, until_ms, e): what --from and --until say; the first
 * is not after the second. */
int cmd_spell(const struct ctx *c, int64_t *from_ms, int64_t *until_ms,
    struct err *e);

/* Handlers for records of any kind: cmd->type (cmd_entry.c), and for rooms of
 * a kind: cmd->room (cmd_room.c). */
int cmd_entry_add(struct ctx *c, struct err *e);
int cmd_entry_list(struct ctx *c, struct err *e);
int cmd_entry_show(struct ctx *c, struct err *e);
int cmd_entry_set(struct ctx *c, struct err *e);
int cmd_room_new(struct ctx *c, struct err *e);
int cmd_room_list(struct ctx *c, struct err *e);
int cmd_room_set(struct ctx *c, struct err *e);
int cmd_room_members(struct ctx *c, struct err *e);
int cmd_room_admit(struct ctx *c, struct err *e);
int cmd_room_dismiss(struct ctx *c, struct err *e);
int cmd_timeline(struct ctx *c, struct err *e);
int cmd_activity_add(struct ctx *c, struct err *e);
int cmd_activity_show(struct ctx *c, struct err *e);
int cmd_activity_roster(struct ctx *c, struct err *e);
int cmd_service_new(struct ctx *c, struct err *e);
int cmd_service_goal(struct ctx *c, struct err *e);
int cmd_service_show(struct ctx *c, struct err *e);
int cmd_service_copy(struct ctx *c, struct err *e);
int cmd_office_calendar(struct ctx *c, struct err *e);
int cmd_note_quick(struct ctx *c, struct err *e);
int cmd_note_file(struct ctx *c, struct err *e);
int cmd_inbox(struct ctx *c, struct err *e);

/* Handlers, by file. */
int cmd_join(struct ctx *c, struct err *e);
int cmd_unlock(struct ctx *c, struct err *e);
int cmd_lock(struct ctx *c, struct err *e);
int cmd_store_status(struct ctx *c, struct err *e);
int cmd_store_passphrase(struct ctx *c, struct err *e);
int cmd_store_code(struct ctx *c, struct err *e);
int cmd_store_recover(struct ctx *c, struct err *e);
int cmd_store_backup(struct ctx *c, struct err *e);
int cmd_store_verify(struct ctx *c, struct err *e);
int cmd_store_salvage(struct ctx *c, struct err *e);
int cmd_store_restore(struct ctx *c, struct err *e);
int cmd_status(struct ctx *c, struct err *e);
int cmd_sync(struct ctx *c, struct err *e);
int cmd_bundle_out(struct ctx *c, struct err *e);
int cmd_bundle_carry(struct ctx *c, struct err *e);
int cmd_bundle_in(struct ctx *c, struct err *e);
int cmd_today(struct ctx *c, struct err *e);
int cmd_search(struct ctx *c, struct err *e);
int cmd_case_new(struct ctx *c, struct err *e);
int cmd_case_list(struct ctx *c, struct err *e);
int cmd_case_show(struct ctx *c, struct err *e);
int cmd_case_set(struct ctx *c, struct err *e);
int cmd_matter_open(struct ctx *c, struct err *e);
int cmd_matter_list(struct ctx *c, struct err *e);
int cmd_matter_show(struct ctx *c, struct err *e);
int cmd_matter_set(struct ctx *c, struct err *e);
int cmd_matter_members(struct ctx *c, struct err *e);
int cmd_matter_admit(struct ctx *c, struct err *e);
int cmd_matter_dismiss(struct ctx *c, struct err *e);
int cmd_matter_close(struct ctx *c, struct err *e);
int cmd_meeting_add(struct ctx *c, struct err *e);
int cmd_meeting_show(struct ctx *c, struct err *e);
int cmd_meeting_decide(struct ctx *c, struct err *e);
int cmd_meeting_due(struct ctx *c, struct err *e);
int cmd_agenda_add(struct ctx *c, struct err *e);
int cmd_task_done(struct ctx *c, struct err *e);
int cmd_supervision_name(struct ctx *c, struct err *e);
int cmd_supervision_who(struct ctx *c, struct err *e);
int cmd_supervision_add(struct ctx *c, struct err *e);
int cmd_supervision_export(struct ctx *c, struct err *e);
int cmd_supervision_share(struct ctx *c, struct err *e);
int cmd_case_stage(struct ctx *c, struct err *e);
int cmd_case_coordinator(struct ctx *c, struct err *e);
int cmd_case_close(struct ctx *c, struct err *e);
int cmd_case_reopen(struct ctx *c, struct err *e);
int cmd_case_pause(struct ctx *c, struct err *e);
int cmd_case_same(struct ctx *c, struct err *e);
int cmd_case_apart(struct ctx *c, struct err *e);
int cmd_delete(struct ctx *c, struct err *e);
int cmd_restore(struct ctx *c, struct err *e);
int cmd_deleted(struct ctx *c, struct err *e);
int cmd_erase(struct ctx *c, struct err *e);
int cmd_erase_list(struct ctx *c, struct err *e);
int cmd_erase_take_back(struct ctx *c, struct err *e);
int cmd_office_erasures(struct ctx *c, struct err *e);
int cmd_office_sign_erasure(struct ctx *c, struct err *e);
int cmd_office_decline_erasure(struct ctx *c, struct err *e);
int cmd_note_add(struct ctx *c, struct err *e);
int cmd_note_list(struct ctx *c, struct err *e);
int cmd_note_show(struct ctx *c, struct err *e);
int cmd_note_amend(struct ctx *c, struct err *e);
int cmd_plan_add(struct ctx *c, struct err *e);
int cmd_plan_list(struct ctx *c, struct err *e);
int cmd_consent_grant(struct ctx *c, struct err *e);
int cmd_consent_withdraw(struct ctx *c, struct err *e);
int cmd_consent_list(struct ctx *c, struct err *e);
int cmd_consent_form(struct ctx *c, struct err *e);
int cmd_consent_receipt(struct ctx *c, struct err *e);
int cmd_uptake(struct ctx *c, struct err *e);
int cmd_objection_add(struct ctx *c, struct err *e);
int cmd_attachment_add(struct ctx *c, struct err *e);
int cmd_attachment_get(struct ctx *c, struct err *e);
int cmd_attachment_show(struct ctx *c, struct err *e);
int cmd_attachment_drop(struct ctx *c, struct err *e);
int cmd_viewed(struct ctx *c, struct err *e);
int cmd_restrict_add(struct ctx *c, struct err *e);
int cmd_restrict_lift(struct ctx *c, struct err *e);
int cmd_note_move(struct ctx *c, struct err *e);
int cmd_consent_check(struct ctx *c, struct err *e);
int cmd_retention_due(struct ctx *c, struct err *e);
int cmd_retention_keep(struct ctx *c, struct err *e);
int cmd_retention_proof(struct ctx *c, struct err *e);
int cmd_override_add(struct ctx *c, struct err *e);
int cmd_override_end(struct ctx *c, struct err *e);
int cmd_override_list(struct ctx *c, struct err *e);
int cmd_override_countersign(struct ctx *c, struct err *e); /* a renewal */
int cmd_who(struct ctx *c, struct err *e);
int cmd_conflicts_list(struct ctx *c, struct err *e);
int cmd_conflicts_show(struct ctx *c, struct err *e);
int cmd_conflicts_take(struct ctx *c, struct err *e);
int cmd_history(struct ctx *c, struct err *e);
int cmd_held_list(struct ctx *c, struct err *e);
int cmd_held_show(struct ctx *c, struct err *e);
int cmd_held_export(struct ctx *c, struct err *e);
int cmd_held_import(struct ctx *c, struct err *e);
int cmd_held_take(struct ctx *c, struct err *e);
int cmd_held_drop(struct ctx *c, struct err *e);
int cmd_review_list(struct ctx *c, struct err *e);
int cmd_review_show(struct ctx *c, struct err *e);
int cmd_review_decide(struct ctx *c, struct err *e);
int cmd_handover_propose(struct ctx *c, struct err *e);
int cmd_handover_accept(struct ctx *c, struct err *e);
int cmd_handover_reduce(struct ctx *c, struct err *e);
int cmd_handover_undo(struct ctx *c, struct err *e);
int cmd_handover_list(struct ctx *c, struct err *e);
int cmd_takeover(struct ctx *c, struct err *e);
int cmd_release_give(struct ctx *c, struct err *e);
int cmd_release_end(struct ctx *c, struct err *e);
int cmd_disclosure_add(struct ctx *c, struct err *e);
int cmd_disclosure_count(struct ctx *c, struct err *e);
int cmd_referral_add(struct ctx *c, struct err *e);
int cmd_referral_basis(struct ctx *c, struct err *e);
int cmd_referral_send(struct ctx *c, struct err *e);
int cmd_referral_step(struct ctx *c, struct err *e);
int cmd_referral_list(struct ctx *c, struct err *e);
int cmd_referral_show(struct ctx *c, struct err *e);
int cmd_referral_letter(struct ctx *c, struct err *e);
int cmd_referral_count(struct ctx *c, struct err *e);
int cmd_assess_start(struct ctx *c, struct err *e);
int cmd_assess_items(struct ctx *c, struct err *e);
int cmd_assess_answer(struct ctx *c, struct err *e);
int cmd_assess_judge(struct ctx *c, struct err *e);
int cmd_assess_show(struct ctx *c, struct err *e);
int cmd_assess_trend(struct ctx *c, struct err *e);
int cmd_signal_add(struct ctx *c, struct err *e);
int cmd_signal_letter(struct ctx *c, struct err *e);
int cmd_signal_send(struct ctx *c, struct err *e);
int cmd_signal_step(struct ctx *c, struct err *e);
int cmd_share_add(struct ctx *c, struct err *e);
int cmd_share_end(struct ctx *c, struct err *e);
int cmd_transition_propose(struct ctx *c, struct err *e);
int cmd_transition_choose(struct ctx *c, struct err *e);
int cmd_transition_accept(struct ctx *c, struct err *e);
int cmd_transition_step(struct ctx *c, struct err *e);
int cmd_transition_list(struct ctx *c, struct err *e);
int cmd_package_make(struct ctx *c, struct err *e);
int cmd_package_open(struct ctx *c, struct err *e);
int cmd_people(struct ctx *c, struct err *e);
int cmd_office_exposure(struct ctx *c, struct err *e);
int cmd_office_leaving(struct ctx *c, struct err *e);
int cmd_office_shares(struct ctx *c, struct err *e);
int cmd_hub(struct ctx *c, struct err *e);
int cmd_import_notes(struct ctx *c, struct err *e);
int cmd_import_records(struct ctx *c, struct err *e);
int cmd_import_map(struct ctx *c, struct err *e);
int cmd_export(struct ctx *c, struct err *e);
int cmd_export_open(struct ctx *c, struct err *e);
int cmd_office_init(struct ctx *c, struct err *e);
int cmd_office_card(struct ctx *c, struct err *e);
int cmd_office_requests(struct ctx *c, struct err *e);
int cmd_office_approve(struct ctx *c, struct err *e);
int cmd_office_vouch(struct ctx *c, struct err *e);
int cmd_office_devices(struct ctx *c, struct err *e);
int cmd_office_revoke(struct ctx *c, struct err *e);
int cmd_office_overrides(struct ctx *c, struct err *e);
int cmd_office_sections(struct ctx *c, struct err *e);
int cmd_office_order(struct ctx *c, struct err *e);
int cmd_office_countersign(struct ctx *c, struct err *e);
int cmd_office_alarm(struct ctx *c, struct err *e);
int cmd_office_succession(struct ctx *c, struct err *e);
int cmd_office_hubkey(struct ctx *c, struct err *e);
int cmd_office_recover(struct ctx *c, struct err *e);
int cmd_office_policy(struct ctx *c, struct err *e);
int cmd_policy_list(struct ctx *c, struct err *e);
int cmd_policy_show(struct ctx *c, struct err *e);
int cmd_report_counts(struct ctx *c, struct err *e);
int cmd_report_preview(struct ctx *c, struct err *e);
int cmd_report_hand_in(struct ctx *c, struct err *e);
int cmd_report_figures(struct ctx *c, struct err *e);
int cmd_office_statistics(struct ctx *c, struct err *e);
int cmd_copy_review(struct ctx *c, struct err *e);
int cmd_copy_make(struct ctx *c, struct err *e);
int cmd_verify(struct ctx *c, struct err *e);
int cmd_witness(struct ctx *c, struct err *e);
int cmd_completion(struct ctx *c, struct err *e);
int cmd_help(struct ctx *c, struct err *e);
int cmd_man(struct ctx *c, struct err *e);
int cmd_version(struct ctx *c, struct err *e);

#endif
