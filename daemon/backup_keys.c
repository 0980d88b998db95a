/*
 * Sealed text: for each file u32 length of its name, name, u32 length, content.
 * The code has 125 random bits, so its hash is the seed of the box's key pair
 * without further stretching.
 */
#include "daemon/backup_keys.h"

#include <string.h>

#include "common/base/file.h"
#include "common/base/mem.h"
#include "common/wire/keys.h"
#include "daemon/datadir.h"
#include "daemon/tls.h"

#define PUB_FILE "backup.pub"
#define PUB_HEAD "tugid-backup-key-1 "
#define KEY_MAX 65536
#define CODE_TAG "tugid backup 1"

static const char *const names[] = { "log.key", "tls.key", "tls-next.key",
	PUB_FILE };

#define NAMES (sizeof(names) / sizeof(names[0]))

/* Upper case, without marks; O and 0, I, L and 1 are the same on paper. */
static void
pair_of(const char *code, struct box_pub *pub, struct box_key *key)
{
	char clean[BACKUP_CODE_BYTES];
	struct hash seed;
	size_t n = 0;
	char c;

	for (; *code != '\0' && n < sizeof(clean); code++) {
		c = *code;
		if (c == '-' || c == ' ' || c == '\n' || c == '\r' ||
		    c == '\t')
			continue;
		if (c >= 'a' && c <= 'z')
			c = (char)(c - 'a' + 'A');
		clean[n++] = c == 'O' ? '0' : c == 'I' || c == 'L' ? '1' : c;
	}
	keys_hash(CODE_TAG, view_of(clean, n), &seed);
	keys_box_from_seed(seed.b, pub, key);
	mem_wipe(clean, sizeof(clean));
	mem_wipe(&seed, sizeof(seed));
}

int
backup_code_make(const char *data, char code[static BACKUP_CODE_BYTES],
    struct err *e)
{
	char *path = file_join(data, PUB_FILE), hex[HASH_TEXT_BYTES];
	struct box_key key;
	struct box_pub pub;
	struct hash as;
	struct buf text;
	int rc;

	datadir_code(code);
	pair_of(code, &pub, &key);
	mem_wipe(&key, sizeof(key));
	memcpy(as.b, pub.b, sizeof(as.b));
	buf_init(&text, 256);
	buf_add_fmt(&text, PUB_HEAD "%s\n", hash_text(&as, hex));
	rc = file_replace(path, buf_view(&text), 0600, e);
	buf_done(&text);
	mem_free(path);
	return rc;
}

static int
read_pub(const char *data, struct box_pub *pub, struct err *e)
{
	char *path = file_join(data, PUB_FILE), *line;
	struct hash as;
	struct buf text;
	int rc;

	buf_init(&text, 256);
	rc = file_read(path, &text, e);
	if (rc != 0 && e->kind == ERR_ABSENT)
		err_set(e, ERR_ABSENT, "this hub has no recovery code yet: "
		    "tugid sheet %s makes and prints one", data);
	if (rc == 0) {
		buf_add(&text, "", 1);
		line = (char *)text.data;
		line[strcspn(line, "\n")] = '\0';
		if (strncmp(line, PUB_HEAD, strlen(PUB_HEAD)) != 0 ||
		    hash_parse(line + strlen(PUB_HEAD), &as, e) != 0)
			rc = err_set(e, ERR_LOCAL, "%s cannot be understood; "
			    "tugid sheet %s makes a new one", path, data);
		else
			memcpy(pub->b, as.b, sizeof(pub->b));
	}
	buf_done(&text);
	mem_free(path);
	return rc;
}

/* Where it lies; tls.key is where the settings say. */
static char *
path_of(const struct settings *s, size_t i)
{
	return strcmp(names[i], "tls.key") == 0 ? mem_dup(s->tls_key) :
	    file_join(s->data, names[i]);
}

static bool
may_lack(const char *name)
{
	return strcmp(name, "tls-next.key") == 0 ||
	    strcmp(name, PUB_FILE) == 0;
}

static int
add_file(const char *name, const char *path, struct buf *plain,
    struct err *e)
{
	struct buf text;
	int rc;

	buf_init(&text, KEY_MAX);
	rc = file_read(path, &text, e);
	if (rc == 0) {
		buf_add_be(plain, strlen(name), 4);
		buf_add_str(plain, name);
		buf_add_be(plain, text.len, 4);
		buf_add(plain, text.data, text.len);
	} else if (e->kind == ERR_ABSENT && may_lack(name)) {
		rc = 0;
	}
	buf_done(&text);
	return rc;
}

int
backup_seal_keys(const struct settings *s, struct buf *out, struct err *e)
{
	struct box_pub pub;
	struct buf plain;
	size_t i;
	int rc = read_pub(s->data, &pub, e);

	buf_init(&plain, 4 * KEY_MAX);
	for (i = 0; rc == 0 && i < NAMES; i++) {
		char *path = path_of(s, i);

		rc = add_file(names[i], path, &plain, e);
		mem_free(path);
	}
	if (rc == 0)
		rc = buf_check(&plain, "the hub's keys", e);
	if (rc == 0)
		keys_seal(&pub, buf_view(&plain), out);
	buf_done(&plain);
	return rc == 0 ? buf_check(out, "the hub's keys", e) : -1;
}

/* ---- back again ---- */

static int
write_one(const struct settings *s, struct view name, struct view text,
    struct err *e)
{
	char *path;
	size_t i;
	int rc;

	for (i = 0; i < NAMES; i++)
		if (view_eq(name, view_str(names[i])))
			break;
	if (i == NAMES)
		return 0; /* of a newer program */
	path = path_of(s, i);
	rc = file_replace(path, text, 0600, e);
	mem_free(path);
	return rc;
}

int
backup_open_keys(struct view sealed, const char *code,
    const struct settings *s, struct err *e)
{
	struct view name, text;
	struct box_key key;
	struct box_pub pub;
	struct reader r;
	struct buf plain;
	int rc;

	buf_init(&plain, 4 * KEY_MAX);
	pair_of(code, &pub, &key);
	rc = keys_open(&pub, &key, sealed, &plain, e);
	mem_wipe(&key, sizeof(key));
	if (rc != 0)
		err_set(e, ERR_DENIED, "this is not the recovery code of the "
		    "sheet that was printed before the backup was made");
	reader_init(&r, buf_view(&plain));
	while (rc == 0 && reader_left(&r) > 0) {
		name = reader_bytes(&r, (size_t)reader_be(&r, 4));
		text = reader_bytes(&r, (size_t)reader_be(&r, 4));
		rc = r.bad ? err_set(e, ERR_LOCAL, "the keys in the backup "
		    "are damaged") : write_one(s, name, text, e);
	}
	buf_done(&plain);
	return rc;
}

int
backup_take_keys(const char *folder, const struct settings *s, struct err *e)
{
	struct buf text;
	size_t i;
	int rc = 0;

	for (i = 0; rc == 0 && i < NAMES; i++) {
		char *path = file_join(folder, names[i]);

		buf_init(&text, KEY_MAX);
		rc = file_read(path, &text, e);
		if (rc == 0)
			rc = write_one(s, view_str(names[i]), buf_view(&text),
			    e);
		else if (e->kind == ERR_ABSENT && may_lack(names[i]))
			rc = 0;
		buf_done(&text);
		mem_free(path);
	}
	return rc;
}
