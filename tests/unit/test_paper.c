/* Documents: what is said comes out, whole, in both printings. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

#include "client/paper/paper.h"
#include "common/base/file.h"
#include "common/base/mem.h"

static struct err e;

static struct paper *
begin(const char *title)
{
	struct paper_about about = { .title = title, .subtitle = "Rakvere",
		.source = "Source: tugi", .date = "30 November 2026",
		.page = "%u. oldal, %u oldalból", .lang = "hu" };

	return paper_new(&about);
}

static size_t
times(const char *hay, const char *needle)
{
	size_t n = 0;

	while ((hay = strstr(hay, needle)) != NULL) {
		hay += strlen(needle);
		n++;
	}
	return n;
}

/* Pages of a PDF: cairo keeps page objects apart from its streams. */
static size_t
pages(const struct buf *pdf)
{
	size_t i, n = 0;

	for (i = 0; i + 13 <= pdf->len; i++)
		if (memcmp(pdf->data + i, "/Type /Page\n", 12) == 0 ||
		    memcmp(pdf->data + i, "/Type /Page ", 12) == 0)
			n++;
	return n;
}

static const char *const heads[] = { "Iskola", "A", "B", "Összesen" };
static const char *const titles[] = { "Iskola", "Egyéni segítés",
	"Csoportos segítés", "Összesen" };

static void
fill(struct paper *p, size_t rows)
{
	const struct paper_table t = { .caption = "Kapcsolatfelvételek",
		.heads = heads, .titles = titles, .cols = 4,
		.align = "lrrr" };
	const char *cells[4] = { "Rakvere <Põhikool> & \"Gümnaasium\"",
		"5", "10", "15" };
	size_t i;

	paper_heading(p, 1, "Egyéni esetkezelés");
	paper_text(p, "Őszi tűrés: õäöüšžāčēģīķļņūž.\nMásodik sor.");
	paper_fact(p, "Készült", "2026. november 30.");
	paper_fact(p, "Hivatal", "Rakvere linnavalitsus");
	paper_bars(p, "Kapcsolatok", "A leghosszabb oszlop 35.");
	paper_bar(p, "A  Egyéni segítés gyermekkel, személyesen, az iskolában "
	    "vagy az óvodában", 35, "35");
	paper_bar(p, "B  Krízisintervenció", 5, "5");
	paper_bar(p, "C  Semmi", 0, "0");
	paper_table(p, &t);
	for (i = 0; i < rows; i++)
		paper_row(p, cells);
	paper_row_sum(p, cells);
	paper_note(p, "A számok ötös alapra kerekítve.");
	paper_rules(p, "Megjegyzés", 3);
	paper_sign(p, "Hely, dátum", "Aláírás");
}

/* For a person to look at: TUGI_PAPER names a folder. */
static void
keep(const char *name, const struct buf *b)
{
	const char *dir = getenv("TUGI_PAPER");
	char *path;

	if (dir == NULL)
		return;
	path = file_join(dir, name);
	assert_int_equal(file_replace(path, buf_view(b), 0600, &e), 0);
	mem_free(path);
}

static void
html_says_it_all_and_fetches_nothing(void **state)
{
	struct paper *p = begin("Éves jelentés <2026>");
	struct buf b;
	const char *s;

	(void)state;
	fill(p, 3);
	buf_init(&b, PAPER_MAX_BYTES);
	assert_int_equal(paper_html(p, &b, &e), 0);
	keep("sample.html", &b);
	s = buf_str(&b);
	assert_non_null(strstr(s, "<html lang=\"hu\">"));
	assert_non_null(strstr(s, "Éves jelentés &lt;2026&gt;"));
	assert_non_null(strstr(s,
	    "Rakvere &lt;Põhikool&gt; &amp; &quot;Gümnaasium&quot;"));
	assert_null(strstr(s, "<Põhikool>"));
	assert_int_equal(times(s, "<script"), 0);
	assert_int_equal(times(s, "http"), 1); /* http-equiv */
	assert_int_equal(times(s, "src="), 0);
	assert_int_equal(times(s, "url("), 0);
	assert_non_null(strstr(s, "default-src 'none'"));
	assert_int_equal(times(s, "<rect class=\"bar\""), 3);
	assert_int_equal(times(s, "<th scope=\"col\""), 4);
	assert_int_equal(times(s, "<tr"), 1 + 3 + 1);
	assert_int_equal(times(s, "<dl>"), 1);
	assert_int_equal(times(s, "</dl>"), 1);
	assert_non_null(strstr(s, "<abbr title=\"Egyéni segítés\">A</abbr>"));
	assert_non_null(strstr(s, "<footer>Source: tugi</footer>"));
	paper_free(p);
	buf_done(&b);
}

static size_t
pages_of(size_t rows, const char *name)
{
	struct paper *p = begin("Éves jelentés az óvodai és iskolai szociális "
	    "segítő tevékenységről");
	struct buf b;
	size_t n;

	fill(p, rows);
	buf_init(&b, PAPER_MAX_BYTES);
	assert_int_equal(paper_pdf(p, &b, &e), 0);
	assert_true(b.len > 1000 && memcmp(b.data, "%PDF-", 5) == 0);
	keep(name, &b);
	n = pages(&b);
	paper_free(p);
	buf_done(&b);
	return n;
}

static void
pdf_takes_the_pages_it_needs(void **state)
{
	(void)state;
	assert_int_equal(pages_of(3, "short.pdf"), 1);
	/* How many depends on the fonts that are here. */
	assert_in_range(pages_of(100, "long.pdf"), 3, 5);
}

/* A text longer than a page, and a row that no page is high enough for. */
static void
pdf_goes_on_over_pages(void **state)
{
	static const char *const two[] = { "Kuupäev", "Tekst" };
	const struct paper_table t = { .heads = two, .cols = 2,
		.align = "ll" };
	struct paper *p = begin("Toimiku koopia");
	struct buf b, text;
	const char *cells[2];
	size_t i;

	(void)state;
	buf_init(&text, 1 << 20);
	for (i = 0; i < 1500; i++)
		buf_add_fmt(&text, "Lause number %zu räägib kohtumisest. ", i);
	paper_text(p, buf_str(&text));
	paper_fact(p, "Väga pikk nimetus, mis võtab rohkem kui ühe rea",
	    buf_str(&text));
	cells[0] = "2026-11-30";
	cells[1] = buf_str(&text);
	paper_table(p, &t);
	paper_row(p, cells);
	cells[1] = "lühike";
	paper_row(p, cells);
	buf_init(&b, PAPER_MAX_BYTES);
	assert_int_equal(paper_pdf(p, &b, &e), 0);
	keep("flow.pdf", &b);
	assert_true(pages(&b) > 20);
	buf_done(&b);
	buf_init(&b, 2000); /* no room */
	assert_int_equal(paper_pdf(p, &b, &e), -1);
	assert_int_equal(e.kind, ERR_TOOBIG);
	paper_free(p);
	buf_done(&b);
	buf_done(&text);
}

static void
what_is_no_text_becomes_a_mark(void **state)
{
	struct paper *p = begin("T");
	struct buf b;

	(void)state;
	paper_text(p, "a\x1b[31mb\xff" "c\xe2\x80\xae" "d\xc2\x85" "e");
	paper_text(p, "");
	paper_fact(p, "", NULL);
	buf_init(&b, PAPER_MAX_BYTES);
	assert_int_equal(paper_html(p, &b, &e), 0);
	assert_non_null(strstr(buf_str(&b), "<p>a\xef\xbf\xbd[31mb\xef\xbf\xbd"
	    "c\xef\xbf\xbd" "d\xef\xbf\xbd" "e</p>"));
	buf_reset(&b);
	assert_int_equal(paper_pdf(p, &b, &e), 0);
	paper_free(p);
	paper_free(NULL);
	buf_done(&b);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(html_says_it_all_and_fetches_nothing),
		cmocka_unit_test(pdf_takes_the_pages_it_needs),
		cmocka_unit_test(pdf_goes_on_over_pages),
		cmocka_unit_test(what_is_no_text_becomes_a_mark),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
