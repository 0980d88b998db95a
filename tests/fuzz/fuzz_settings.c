/* tugid.conf: any file is read or refused with a sentence; what is taken is
 * within the bounds that tugid.conf(5) names. The file is in memory alone. */
#include "daemon/settings.h"

#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "tests/fuzz/fuzz.h"

static void
check(const struct settings *s)
{
	FUZZ_SURE(settings_name_ok(s->name));
	FUZZ_SURE(s->data != NULL && s->tls_cert != NULL &&
	    s->tls_key != NULL);
	FUZZ_SURE(s->listen_host[0] != '\0' && s->listen_port[0] != '\0');
	FUZZ_SURE(s->max_connections >= 1 && s->max_connections <= 4096);
	FUZZ_SURE(s->max_per_address >= 1 && s->max_per_address <= 4096);
	FUZZ_SURE(s->head_s >= 1 && s->head_s <= 600);
	FUZZ_SURE(s->body_s >= 1 && s->answer_s >= 1 && s->idle_s >= 1);
	FUZZ_SURE(s->rate_burst >= 1 && s->rate_per_s >= 1);
	FUZZ_SURE(s->push_bytes >= 256 * 1024);
	FUZZ_SURE(s->readers >= 1 && s->readers <= 15);
	FUZZ_SURE(s->day_bytes <= UINT64_C(1) << 40);
	FUZZ_SURE(s->quiet == 0 || s->quiet == 1);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct settings s;
	char path[64];
	struct err e;
	int fd = memfd_create("conf", MFD_CLOEXEC);

	FUZZ_SURE(fd >= 0);
	FUZZ_SURE(write(fd, data, size) == (ssize_t)size);
	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	err_clear(&e);
	if (settings_read(path, "/nowhere", &s, &e) == 0) {
		check(&s);
		settings_done(&s);
	} else {
		fuzz_refused(&e);
	}
	close(fd);
	return 0;
}
