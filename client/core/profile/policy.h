/*
 * A policy: the words, sections, forms, instruments, meetings, retention
 * classes and texts that an office has agreed on, in its languages.
 *
 * The office keeps it as JSON files in a git repository; what travels is one
 * JSON object of all files. Either way in goes through the same check
 * (policy_check.h).
 *
 * Source: schema/policy.md.
 */
#ifndef CORE_POLICY_H
#define CORE_POLICY_H

#include "common/base/buf.h"

#define POLICY_FILES 8
#define POLICY_LANGUAGES 5
#define POLICY_FILE_MAX ((size_t)256 * 1024) /* bytes */
#define POLICY_MAX ((size_t)512 * 1024)      /* bytes of all files as one */

/** policy_file(i), policy_language(i): names; NULL past the last. */
const char *policy_file(size_t i);
const char *policy_language(size_t i);

struct policy;

struct policy_source { /* the files as they are kept; data NULL: missing */
	struct view text[POLICY_FILES];
};

/** policy_read(src, out, e): ERR_INPUT names file, line and what is expected.
 */
int policy_read(const struct policy_source *src, struct policy **out,
    struct err *e);

/** policy_decode(in, out, e), policy_encode(p, out, e): as it travels.
 * ERR_PEER. */
int policy_decode(struct view in, struct policy **out, struct err *e);
int policy_encode(const struct policy *p, struct buf *out, struct err *e);
void policy_free(struct policy *p);

/** policy_default(e): a new copy of what the program brings along, which the
 * unit tests have checked. */
struct policy *policy_default(struct err *e);

/*
 * A list is "sections", "vocabularies", "forms", "instruments", "meetings",
 * "retention", "texts", or the words of one vocabulary or the items of one
 * form or instrument, by its code.
 */
size_t policy_count(const struct policy *p, const char *list); /* 0: none */
const char *policy_code(const struct policy *p, const char *list, size_t i);

/** policy_name(p, list, code, lang): in that language, else in the first the
 * policy has; NULL: no such code. Borrowed. */
const char *policy_name(const struct policy *p, const char *list,
    const char *code, const char *lang);

/** policy_value(p, list, code, key): a text that an entry has beside its name
 * ("domain" of an item); NULL. Borrowed. policy_number: ${none} without. */
const char *policy_value(const struct policy *p, const char *list,
    const char *code, const char *key);
int64_t policy_number(const struct policy *p, const char *list,
    const char *code, const char *key, int64_t none);

/** policy_yes(p, list, code, key): it is there and true. */
bool policy_yes(const struct policy *p, const char *list, const char *code,
    const char *key);

/** policy_text(p, code, lang): of the list "texts"; NULL. */
const char *policy_text(const struct policy *p, const char *code,
    const char *lang);

/** policy_title(p, lang): its own name. */
const char *policy_title(const struct policy *p, const char *lang);

/** policy_meeting(p, code, out): what a kind of meeting asks for; false: there
 * is none of that code. ${out} borrows. */
struct policy_meeting {
	const char *every;  /* month, quarter, half-year, year, as-needed */
	const char *scope;  /* school, network, municipality, institution,
	                       matter, case, worker */
	bool persons, consent, outside;
	long quorum;
};
bool policy_meeting(const struct policy *p, const char *code,
    struct policy_meeting *out);

/** policy_version(p, list, code): of a form or an instrument; 0: there is none. */
int policy_version(const struct policy *p, const char *list,
    const char *code);

/** policy_term(p, code, out): a class of "retention"; false: there is none.
 * Borrowed. */
struct policy_term {
	const char *section; /* NULL: of none */
	const char *trigger, *ground;
	int years;           /* -1: not decided */
};
bool policy_term(const struct policy *p, const char *code,
    struct policy_term *out);

/** policy_speaks(p, lang): texts may be there in it: one of its languages, or of
 * the further ones (schema/policy.md 3.1). */
bool policy_speaks(const struct policy *p, const char *lang);

/** policy_of_age(p): with how many years a child decides alone; 0: the policy
 * does not say. */
int policy_of_age(const struct policy *p);

/** policy_takes(p, list, code): it is there and not retired. */
bool policy_takes(const struct policy *p, const char *list, const char *code);

/** policy_diff(from, to, lang, out): each difference in a line, for a person
 * who reads ${lang}. */
void policy_diff(const struct policy *from, const struct policy *to,
    const char *lang, struct buf *out);

/* schema/policy, as schema/embed.sh puts it into the program. */
extern const unsigned char schema_policy[];
extern const unsigned long schema_policy_len;

#endif
