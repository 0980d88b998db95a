/* Options of commands that give something out. */
#include "client/cli/given.h"

#include <string.h>

#include "client/cli/show.h"
#include "client/cli/text.h"
#include "client/paper/paper.h"
#include "common/base/file.h"
#include "common/base/mem.h"

int
given_family(const struct ctx *c, struct disclosure_draft *d, struct err *e)
{
	bool told = cmd_flag(c, "informed");

	d->why_not_told = cmd_value(c, "not-informed");
	if (told == (d->why_not_told != NULL))
		return err_set(e, ERR_INPUT, "%s", _("say whether the family "
		    "was told: --informed, or --not-informed WHY"));
	d->family = told ? DISCLOSURE_TOLD : DISCLOSURE_NOT_TOLD;
	return 0;
}

int
given_basis(const struct ctx *c, struct id *consent, struct err *e)
{
	const char *text = cmd_value(c, "consent");

	memset(consent, 0, sizeof(*consent));
	if (text == NULL)
		return 0;
	if (cmd_value(c, "basis") != NULL)
		return err_set(e, ERR_INPUT, "%s", _("a consent or a legal "
		    "basis: one of the two"));
	return match_record(c->s, text, 0, consent, e);
}

int
given_records(const struct ctx *c, const char *list, struct id **out,
    size_t *n, struct err *e)
{
	char text[ID_TEXT_BYTES];
	const char *at;
	size_t len;
	int rc = 0;

	*out = NULL;
	*n = 0;
	if (list == NULL)
		return 0;
	*out = mem_new(DISCLOSURE_RECORDS_MAX * sizeof(**out));
	for (at = list; rc == 0 && *at != '\0'; at += len) {
		at += strspn(at, ", ");
		len = strcspn(at, ", ");
		if (len == 0)
			break;
		if (*n == DISCLOSURE_RECORDS_MAX || len >= sizeof(text)) {
			rc = err_set(e, ERR_INPUT, "%s", _("these are no ids "
			    "of records, or too many"));
			break;
		}
		memcpy(text, at, len);
		text[len] = '\0';
		rc = match_record(c->s, text, 0, &(*out)[*n], e);
		*n += 1;
	}
	if (rc == 0)
		return 0;
	mem_free(*out);
	*out = NULL;
	*n = 0;
	return -1;
}

int
given_file(struct ctx *c, const char *path, struct view data, struct err *e)
{
	if (file_exists(path))
		return err_set(e, ERR_CLASH, "%s", _("there is a file of that "
		    "name already; choose another"));
	if (file_replace(path, data, 0600, e) != 0)
		return -1;
	out_say(&c->out, _("Written: %s"), path);
	return 0;
}

static bool
is_html(const char *path)
{
	size_t n = strlen(path);

	return n > 5 && strcmp(path + n - 5, ".html") == 0;
}

int
given_paper(struct ctx *c, const struct paper *p, const char *path,
    struct err *e)
{
	struct buf b;
	int rc;

	buf_init(&b, PAPER_MAX_BYTES);
	rc = is_html(path) ? paper_html(p, &b, e) : paper_pdf(p, &b, e);
	if (rc == 0)
		rc = given_file(c, path, buf_view(&b), e);
	buf_done(&b);
	return rc;
}
