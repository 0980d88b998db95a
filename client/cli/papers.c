/* A document's bytes onto the disk, or the standard output. */
#include "client/cli/papers.h"

#include <stdio.h>
#include <string.h>

#include "client/cli/text.h"
#include "client/cli/when.h"
#include "common/base/file.h"

int
papers_write(struct ctx *c, const char *path, struct view data, bool shared,
    struct err *e)
{
	if (strcmp(path, "-") != 0) {
		if (file_replace(path, data, shared ? 0644 : 0600, e) != 0)
			return -1;
		out_say(&c->out, _("Written: %s"), path);
		return 0;
	}
	if (fwrite(data.data, 1, data.len, stdout) != data.len)
		return err_set(e, ERR_LOCAL, "the standard output does not "
		    "take all of it");
	return 0;
}

static int
put(struct ctx *c, const struct paper *p, const char *path, bool shared,
    int (*make)(const struct paper *p, struct buf *out, struct err *e),
    struct err *e)
{
	struct buf b;
	int rc;

	buf_init(&b, PAPER_MAX_BYTES);
	rc = make(p, &b, e);
	if (rc == 0)
		rc = papers_write(c, path, buf_view(&b), shared, e);
	buf_done(&b);
	return rc;
}

int
papers_put(struct ctx *c, const struct paper *p, bool shared, size_t *n,
    struct err *e)
{
	const char *pdf = cmd_value(c, "pdf"), *html = cmd_value(c, "html");

	if (pdf != NULL && put(c, p, pdf, shared, paper_pdf, e) != 0)
		return -1;
	if (html != NULL && put(c, p, html, shared, paper_html, e) != 0)
		return -1;
	*n += pdf != NULL;
	*n += html != NULL;
	return 0;
}

void
papers_about(struct ctx *c, struct paper_about *about,
    char date[static PAPERS_DATE_BYTES])
{
	char day[WHEN_BYTES];

	when_day(tick_wall_ms(&c->tick), day);
	snprintf(date, PAPERS_DATE_BYTES, "%s", day);
	about->date = date;
	about->page = _("Page %u of %u");
	about->lang = session_language(c->s);
}

void
papers_name(const char *name, char out[static PAPERS_NAME_BYTES])
{
	size_t i;

	snprintf(out, PAPERS_NAME_BYTES, "%s", name);
	for (i = 0; out[i] != '\0'; i++)
		if (out[i] == '/' || (unsigned char)out[i] < 0x20 ||
		    (i == 0 && out[i] == '.'))
			out[i] = '_';
	if (i == 0)
		snprintf(out, PAPERS_NAME_BYTES, "attachment");
}
