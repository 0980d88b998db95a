-- The index's words once more, each once, so that a part of a word can be
-- looked for: FTS5 gives its own list only together with every place.
-- Words that are no longer in any text may stay until the index is rewritten;
-- rewriting it after a wipe makes this list anew (client/core/local/terms.h).
CREATE TABLE term (
	word TEXT PRIMARY KEY         -- folded; three letters and more
) WITHOUT ROWID;
INSERT INTO term SELECT term FROM words_terms WHERE length(term) >= 3;
-- record.indexed: 1 search has it, 2 and its words are in this list.
UPDATE record SET indexed = 2 WHERE indexed = 1;
DROP INDEX record_todo;
CREATE INDEX record_todo ON record (rid) WHERE indexed < 2;
