/*
 * One thread, one scraper at a time, each with a deadline: enough for a
 * monitor that asks every quarter of a minute, and nothing to hold open. The
 * request is read to the end of its headers and only its first line counts.
 */
#include "daemon/metrics.h"

#include <errno.h>
#include <fcntl.h>
#include <netdb.h>
#include <netinet/in.h>
#include <poll.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#include "common/base/file.h"
#include "common/base/mem.h"
#include "daemon/api/count.h"
#include "daemon/backup.h"
#include "daemon/datadir.h"
#include "daemon/tls.h"

#define REQUEST_BYTES 4096
#define TEXT_BYTES (64 * 1024)
#define DEADLINE_S 2

struct metrics {
	struct metrics_of of;
	int fd, wake[2];
	char *path; /* of a Unix socket, removed at the end */
	pthread_t thread;
};

/* ---- the figures ---- */

static void
figure(struct buf *out, const char *name, const char *type, const char *help,
    double v)
{
	buf_add_fmt(out, "# HELP %s %s\n# TYPE %s %s\n%s %.15g\n", name, help,
	    name, type, name, v);
}

static void
write_hub(struct hub *hub, struct buf *out)
{
	struct hub_status st;
	struct err e;
	bool up = hub_status(hub, &st, &e) == 0;

	figure(out, "tugid_database_up", "gauge",
	    "1 when the database answers.", up);
	if (!up)
		return;
	figure(out, "tugid_log_items", "gauge", "Items in the log.",
	    (double)st.log.size);
	figure(out, "tugid_last_accept_timestamp_seconds", "gauge",
	    "When the newest item was accepted.", (double)st.accept_ms / 1000);
	figure(out, "tugid_item_bytes", "gauge", "Bytes of items kept.",
	    (double)st.bytes);
	figure(out, "tugid_files", "gauge", "Sealed files of attachments.",
	    (double)st.files);
	figure(out, "tugid_file_bytes", "gauge", "Their bytes.",
	    (double)st.file_bytes);
	figure(out, "tugid_files_unfinished", "gauge", "Files half sent.",
	    (double)st.parts);
	figure(out, "tugid_spaces_nearly_full", "gauge", "Spaces that soon "
	    "take no more files.", (double)st.full);
	figure(out, "tugid_spaces", "gauge", "Spaces.", (double)st.spaces);
	figure(out, "tugid_devices", "gauge", "Devices in the directory.",
	    (double)st.devices);
	figure(out, "tugid_devices_revoked", "gauge", "Of them revoked.",
	    (double)st.revoked);
	figure(out, "tugid_join_requests", "gauge",
	    "Devices that wait for an officer.", (double)st.requests);
	figure(out, "tugid_pushes_total", "counter",
	    "Pushes written since the start.", (double)st.pushes);
	figure(out, "tugid_commits_total", "counter",
	    "Commits of the database since the start.", (double)st.commits);
	figure(out, "tugid_pushes_waiting", "gauge",
	    "Pushes in the writer's queue.", (double)st.waiting);
	figure(out, "tugid_clock_stopped", "gauge",
	    "1 while nothing is accepted because the clock jumped.",
	    st.clock_stopped);
	figure(out, "tugid_succession_pending", "gauge", "1 while a restored "
	    "hub waits for two officers.", st.pending);
}

static void
write_machine(const struct settings *s, struct buf *out)
{
	struct buf cert;
	struct statvfs fs;
	double free_bytes;
	struct backup_last last;
	struct err e;
	int64_t until;

	if (statvfs(s->data, &fs) == 0) {
		free_bytes = (double)fs.f_bavail * (double)fs.f_frsize;
		figure(out, "tugid_disk_free_bytes", "gauge",
		    "Free where the data folder is.", free_bytes);
		figure(out, "tugid_disk_refusing", "gauge", "1 while content "
		    "is refused because the disk is nearly full.",
		    free_bytes < (double)s->free_bytes);
	}
	figure(out, "tugid_disk_keep_free_bytes", "gauge",
	    "Below this content is refused.", (double)s->free_bytes);
	buf_init(&cert, TEXT_BYTES);
	if (file_read(s->tls_cert, &cert, &e) == 0 &&
	    tls_until(buf_view(&cert), &until, &e) == 0)
		figure(out, "tugid_certificate_expiry_timestamp_seconds",
		    "gauge", "When the TLS certificate ends.",
		    (double)until / 1000);
	buf_done(&cert);
	if (backup_last(s->data, &last, &e) != 1)
		return;
	figure(out, "tugid_backup_timestamp_seconds", "gauge",
	    "When the last verified backup was made.",
	    (double)last.at_ms / 1000);
	figure(out, "tugid_backup_bytes", "gauge", "How large it is.",
	    (double)last.bytes);
}

static void
write_process(struct buf *out)
{
	static const long long none = 0;
	struct timespec now, mono;
	long long pages = none, rss = none;
	FILE *f = fopen("/proc/self/statm", "re");

	if (f != NULL) {
		if (fscanf(f, "%lld %lld", &pages, &rss) == 2)
			figure(out, "process_resident_memory_bytes", "gauge",
			    "Resident memory.", (double)rss *
			    (double)sysconf(_SC_PAGESIZE));
		fclose(f);
	}
	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &mono);
	figure(out, "process_cpu_seconds_total", "counter",
	    "Processor time used.", (double)mono.tv_sec +
	    (double)mono.tv_nsec / 1e9);
	clock_gettime(CLOCK_REALTIME, &now);
	figure(out, "tugid_time_seconds", "gauge", "The hub's clock.",
	    (double)now.tv_sec + (double)now.tv_nsec / 1e9);
	buf_add_str(out, "# HELP tugid_build_info Which program.\n"
	    "# TYPE tugid_build_info gauge\n"
	    "tugid_build_info{version=\"" TUGI_VERSION "\"} 1\n");
}

static void
write_ledger(struct ledger_run *ledger, struct buf *out)
{
	struct ledger_state st;

	if (ledger == NULL)
		return;
	ledger_state(ledger, &st);
	figure(out, "tugid_ledger_entries", "gauge", "Entries in the ledger; "
	    "a second after a push as many as items in the log.",
	    (double)st.size);
	figure(out, "tugid_ledger_trouble", "gauge", "1 while it cannot be "
	    "written, 2 when it contradicts the database and has stopped.",
	    st.stopped ? 2 : st.words[0] != '\0');
}

void
metrics_write(const struct metrics_of *of, struct buf *out)
{
	write_hub(of->hub, out);
	write_ledger(of->ledger, out);
	count_write(out);
	write_machine(of->s, out);
	write_process(out);
}

/* ---- the socket ---- */

static int
open_unix(struct metrics *m, const char *path, struct err *e)
{
	struct sockaddr_un a = { .sun_family = AF_UNIX };

	if (strlen(path) >= sizeof(a.sun_path))
		return err_set(e, ERR_INPUT, "metrics: the path %s is too "
		    "long for a socket", path);
	memcpy(a.sun_path, path, strlen(path) + 1);
	m->fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	unlink(path); /* left by one that was killed; the folder is locked */
	if (m->fd < 0 || bind(m->fd, (struct sockaddr *)&a, sizeof(a)) != 0 ||
	    chmod(path, 0660) != 0 || listen(m->fd, 4) != 0)
		return err_set(e, ERR_LOCAL, "cannot give figures at %s: %s",
		    path, strerror(errno));
	m->path = mem_dup(path);
	return 0;
}

static int
open_loopback(struct metrics *m, const char *text, struct err *e)
{
	struct addrinfo want = { .ai_flags = AI_NUMERICSERV | AI_NUMERICHOST,
		.ai_socktype = SOCK_STREAM };
	struct addrinfo *a = NULL;
	char *host, *port;
	int on = 1, rc;

	if (settings_split(text, &host, &port, e) != 0)
		return -1;
	rc = getaddrinfo(host, port, &want, &a);
	mem_free(host);
	mem_free(port);
	if (rc != 0)
		return err_set(e, ERR_INPUT, "metrics: %s is no address", text);
	m->fd = socket(a->ai_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (m->fd >= 0)
		setsockopt(m->fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
	rc = m->fd >= 0 && bind(m->fd, a->ai_addr, a->ai_addrlen) == 0 &&
	    listen(m->fd, 4) == 0 ? 0 : -1;
	freeaddrinfo(a);
	return rc == 0 ? 0 : err_set(e, ERR_LOCAL, "cannot give figures at "
	    "%s: %s", text, strerror(errno));
}

/* ---- one scrape ---- */

/* 1 the headers are whole, 0 not, or not in time. */
static int
read_head(int fd, char text[static REQUEST_BYTES])
{
	struct timespec now, end;
	size_t n = 0;
	ssize_t got;

	clock_gettime(CLOCK_MONOTONIC, &end);
	end.tv_sec += DEADLINE_S;
	while (n < REQUEST_BYTES - 1) {
		got = recv(fd, text + n, REQUEST_BYTES - 1 - n, 0);
		if (got <= 0)
			return 0;
		n += (size_t)got;
		text[n] = '\0';
		if (strstr(text, "\r\n\r\n") != NULL)
			return 1;
		clock_gettime(CLOCK_MONOTONIC, &now);
		if (now.tv_sec > end.tv_sec)
			return 0;
	}
	return 0;
}

static void
send_all(int fd, const struct buf *b)
{
	size_t at = 0;
	ssize_t n;

	while (at < b->len) {
		n = send(fd, b->data + at, b->len - at, MSG_NOSIGNAL);
		if (n <= 0)
			return;
		at += (size_t)n;
	}
}

static void
answer(struct metrics *m, int fd)
{
	struct timeval limit = { DEADLINE_S, 0 };
	char request[REQUEST_BYTES];
	struct buf text, out;

	setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof(limit));
	setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof(limit));
	if (!read_head(fd, request))
		return;
	buf_init(&text, TEXT_BYTES);
	buf_init(&out, TEXT_BYTES + REQUEST_BYTES);
	if (strncmp(request, "GET /metrics ", 13) == 0) {
		metrics_write(&m->of, &text);
		buf_add_fmt(&out, "HTTP/1.1 200 OK\r\nContent-Type: "
		    "text/plain; version=0.0.4\r\nContent-Length: %zu\r\n"
		    "Connection: close\r\n\r\n", text.len);
		buf_add(&out, text.data, text.len);
	} else {
		buf_add_str(&out, "HTTP/1.1 404 Not Found\r\n"
		    "Content-Length: 0\r\nConnection: close\r\n\r\n");
	}
	send_all(fd, &out);
	buf_done(&text);
	buf_done(&out);
}

static void *
serve(void *arg)
{
	struct metrics *m = arg;
	struct pollfd p[2] = { { .fd = m->fd, .events = POLLIN },
		{ .fd = m->wake[0], .events = POLLIN } };
	int fd;

	while (poll(p, 2, -1) >= 0 || errno == EINTR) {
		if (p[1].revents != 0)
			break;
		fd = accept4(m->fd, NULL, NULL, SOCK_CLOEXEC);
		if (fd < 0)
			continue;
		answer(m, fd);
		shutdown(fd, SHUT_RDWR);
		close(fd);
	}
	return NULL;
}

static void
let_go(struct metrics *m)
{
	if (m->fd >= 0)
		close(m->fd);
	if (m->path != NULL)
		unlink(m->path);
	if (m->wake[0] >= 0) {
		close(m->wake[0]);
		close(m->wake[1]);
	}
	mem_free(m->path);
	mem_free(m);
}

int
metrics_start(const struct metrics_of *of, struct metrics **out,
    struct err *e)
{
	const struct settings *s = of->s;
	struct metrics *m;
	int rc;

	*out = NULL;
	if (s->metrics == NULL)
		return 0;
	m = mem_new(sizeof(*m));
	m->of = *of;
	m->fd = m->wake[0] = -1;
	rc = s->metrics[0] == '/' ? open_unix(m, s->metrics, e) :
	    open_loopback(m, s->metrics, e);
	if (rc == 0 && pipe2(m->wake, O_CLOEXEC) != 0) {
		m->wake[0] = -1;
		rc = err_set(e, ERR_LOCAL, "cannot give figures: %s",
		    strerror(errno));
	}
	if (rc == 0 && pthread_create(&m->thread, NULL, serve, m) != 0)
		rc = err_set(e, ERR_LOCAL, "cannot start a thread for "
		    "the figures");
	if (rc != 0) {
		let_go(m);
		return -1;
	}
	*out = m;
	return 0;
}

void
metrics_stop(struct metrics *m)
{
	if (m == NULL)
		return;
	if (write(m->wake[1], "", 1) == 1)
		pthread_join(m->thread, NULL);
	let_go(m);
}
