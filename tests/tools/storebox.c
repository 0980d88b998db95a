/*
 * A store for the second reader of its format (tests/decoder) to look at.
 *
 * usage: storebox make FILE KEY-FILE PASSPHRASE CODE SEED
 *        storebox read FILE KEY-FILE
 * make: a store opened by both words, with rows in its pages and more in a log
 * that is left behind, as a power cut leaves it; every second seed's log is
 * also in the pages already, not yet forgotten. The data key goes to KEY-FILE
 * as 64 digits, and FILE.old has the main file before the log. read: check the store in full, print a hash over its rows.
 * exit 0, or as tugi store verify: 74 damaged, 76 altered, 77 wrong key
 */
#include <sodium.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "client/core/vault/vault.h"
#include "common/base/id.h"
#include "common/db/db.h"

static struct err e;

static int
fail(void)
{
	fprintf(stderr, "storebox: %s\n", e.text);
	if (e.code == VAULT_ALTERED)
		return 76;
	return e.kind == ERR_DENIED ? 77 : 74;
}

/* Rows of many lengths, so that some have pages of their own. */
static int
add_rows(struct db *db, int from, int to)
{
	struct stmt *q = db_prepare(db, "INSERT OR REPLACE INTO row (id, body)"
	    " VALUES (?, ?)");
	uint8_t body[9000];
	int i, rc = db_begin(db, &e);

	for (i = from; i < to && rc == 0; i++) {
		randombytes_buf(body, sizeof(body));
		db_bind_int(q, 1, i);
		db_bind_blob(q, 2, body, (size_t)(i * 577 % 9000));
		rc = db_run(q, &e);
	}
	return rc == 0 ? db_commit(db, &e) : rc;
}

/* The main file as it is now, beside it. */
static int
keep_old(const char *file)
{
	char block[4096], name[4096];
	FILE *from = fopen(file, "r"), *to;
	size_t n;

	snprintf(name, sizeof(name), "%s.old", file);
	to = fopen(name, "w");
	while (from != NULL && to != NULL &&
	    (n = fread(block, 1, sizeof(block), from)) > 0)
		fwrite(block, 1, n, to);
	return from != NULL && to != NULL && fclose(to) == 0 &&
	    fclose(from) == 0 ? 0 : -1;
}

static int
make(char **word, int seed)
{
	static const struct vault_cost least = { 2, (size_t)64 << 20 };
	struct vault *v;
	char hex[2 * VAULT_KEY_BYTES + 1];
	FILE *f;
	int from = 20 + seed % 30;

	if (vault_create(word[0], view_str(word[2]), &least, NULL, &v, &e) !=
	    0 || vault_slot_add_recovery(v, view_str(word[3]), &least, &e) !=
	    0 || db_exec(vault_db(v), "CREATE TABLE row (id INTEGER PRIMARY "
	    "KEY, body BLOB)", &e) != 0 ||
	    add_rows(vault_db(v), 0, 40) != 0 ||
	    db_checkpoint(vault_db(v), &e) != 0 || keep_old(word[0]) != 0 ||
	    add_rows(vault_db(v), from, from + seed % 40) != 0 ||
	    add_rows(vault_db(v), 5, 12) != 0)
		return fail();
	if (seed % 2 == 0 && sqlite3_wal_checkpoint_v2(db_handle(vault_db(v)),
	    NULL, SQLITE_CHECKPOINT_PASSIVE, NULL, NULL) != SQLITE_OK)
		return 74;
	sodium_bin2hex(hex, sizeof(hex), vault_key(v)->b, VAULT_KEY_BYTES);
	f = fopen(word[1], "w");
	if (f == NULL || fprintf(f, "%s\n", hex) < 0 || fclose(f) != 0)
		return 74;
	_exit(0); /* not closed: the log stays */
}

static int
print_rows(struct db *db)
{
	struct stmt *q = db_prepare(db, "SELECT id, body FROM row ORDER BY id");
	crypto_generichash_state st;
	char hex[HASH_TEXT_BYTES], line[32];
	struct hash h;
	int rc;

	crypto_generichash_init(&st, NULL, 0, sizeof(h.b));
	while ((rc = db_step(q, &e)) == 1) {
		int n = snprintf(line, sizeof(line), "%lld|",
		    (long long)db_int(q, 0));

		crypto_generichash_update(&st, (uint8_t *)line,
		    (unsigned long long)n);
		crypto_generichash_update(&st, db_blob(q, 1).data,
		    db_blob(q, 1).len);
	}
	crypto_generichash_final(&st, h.b, sizeof(h.b));
	if (rc == 0)
		printf("%s\n", hash_text(&h, hex));
	return rc;
}

static int
read_all(const char *file, const char *key_file)
{
	char hex[2 * VAULT_KEY_BYTES + 2] = "";
	struct vault_key key;
	struct vault *v;
	FILE *f = fopen(key_file, "r");
	int rc;

	if (f == NULL || fgets(hex, sizeof(hex), f) == NULL ||
	    sodium_hex2bin(key.b, sizeof(key.b), hex, 2 * VAULT_KEY_BYTES,
	    NULL, NULL, NULL) != 0)
		return 74;
	fclose(f);
	if ((vault_verify(file, &key, NULL, true, &e) != 0 &&
	    e.code != VAULT_OLDER) ||
	    vault_open_key(file, &key, NULL, &v, &e) != 0)
		return fail();
	rc = print_rows(vault_db(v));
	vault_close(v);
	return rc == 0 ? 0 : fail();
}

int
main(int argc, char **argv)
{
	if (sodium_init() < 0)
		return 74;
	if (argc == 7 && strcmp(argv[1], "make") == 0)
		return make(argv + 2, atoi(argv[6]));
	if (argc == 4 && strcmp(argv[1], "read") == 0)
		return read_all(argv[2], argv[3]);
	fprintf(stderr, "usage: storebox make FILE KEY-FILE PASSPHRASE CODE "
	    "SEED | read FILE KEY-FILE\n");
	return 64;
}
