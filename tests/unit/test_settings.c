/* daemon/settings: defaults, every kind of mistake with its line, paths. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <unistd.h>

#include "common/base/file.h"
#include "common/base/mem.h"
#include "daemon/settings.h"

static int
read_text(const char *text, struct settings *s, struct err *e)
{
	static char path[] = "/tmp/tugid-settings.XXXXXX";
	static int made;
	int rc;

	if (!made) {
		made = mkstemp(path);
		assert_true(made >= 0);
	}
	assert_int_equal(file_replace(path, view_str(text), 0600, e), 0);
	rc = settings_read(path, NULL, s, e);
	unlink(path);
	return rc;
}

static void
refused(const char *text, int line, const char *words)
{
	struct settings s;
	struct err e;
	char at[32];

	assert_int_equal(read_text(text, &s, &e), -1);
	assert_int_equal(e.kind, ERR_INPUT);
	snprintf(at, sizeof(at), "line %d:", line);
	if (line > 0 && strstr(e.text, at) == NULL)
		fail_msg("wanted %s in: %s", at, e.text);
	if (strstr(e.text, words) == NULL)
		fail_msg("wanted %s in: %s", words, e.text);
	assert_null(s.name);
}

static void
defaults_stand_where_nothing_is_said(void **state)
{
	struct settings s;
	struct err e;

	(void)state;
	assert_int_equal(read_text("name = \"hub.example\"\n", &s, &e), 0);
	assert_string_equal(s.name, "hub.example");
	assert_string_equal(s.listen_host, "127.0.0.1");
	assert_string_equal(s.listen_port, "8443");
	assert_string_equal(s.data, "/tmp");
	assert_string_equal(s.tls_cert, "/tmp/tls.crt");
	assert_int_equal(s.rate_burst, 600);
	assert_int_equal(s.max_waiting, 1024);
	assert_int_equal(s.address_burst, 400);
	assert_int_equal(s.slowest_bytes, 8192);
	assert_int_equal(s.rate_per_s, 2);
	assert_int_equal(s.protocol, 2);
	settings_done(&s);
}

static void
values_are_taken(void **state)
{
	struct settings s;
	struct err e;

	(void)state;
	assert_int_equal(read_text("# office\nname = \"a#b\" # no\n", &s, &e),
	    -1); /* the mark inside quotes is part of the name */
	assert_int_equal(read_text("name = \"hub\" # here\n"
	    "data = \"/var/lib/x\"\nlisten = \"[::1]:0\"\n"
	    "tls_key = \"/etc/k\"\nday_mib = 1\nquiet = yes\n", &s, &e), 0);
	assert_string_equal(s.listen_host, "::1");
	assert_string_equal(s.listen_port, "0");
	assert_string_equal(s.tls_key, "/etc/k");
	assert_string_equal(s.tls_cert, "/var/lib/x/tls.crt");
	assert_int_equal(s.day_bytes, 1024 * 1024);
	assert_true(s.quiet);
	settings_done(&s);
}

static void
mistakes_name_their_line(void **state)
{
	struct settings s;
	struct err e;

	(void)state;
	refused("# one\n# two\nname = \"hub\"\nnme = 5\n", 4, "nme");
	refused("name = \"hub\"\n\nmax_connections = 0\n", 3,
	    "max_connections must be from 1 to 4096");
	refused("name = \"hub\"\nprotocol = 3\n", 2,
	    "protocol must be from 1 to 2");
	refused("name = \"hub\"\nrate_burst = many\n", 2, "rate_burst");
	refused("name = \"Hub Nord\"\n", 1, "a-z");
	refused("name = \"hub\"\nlisten = \"8443\"\n", 2, "host:port");
	refused("name = \"hub\"\nlisten = \"::1:8443\"\n", 2, "host:port");
	refused("listen = \"127.0.0.1:1\"\n", 0, "name is missing");
	refused("name \"hub\"\n", 1, "");
	assert_int_equal(settings_read("/nowhere/tugid.conf", NULL, &s, &e),
	    -1);
	assert_int_equal(e.kind, ERR_ABSENT);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(defaults_stand_where_nothing_is_said),
		cmocka_unit_test(values_are_taken),
		cmocka_unit_test(mistakes_name_their_line),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
