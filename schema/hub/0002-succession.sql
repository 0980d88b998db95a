-- A hub that was restored from a backup goes on under a new log id
-- (schema/wire.md 11.4). Leaves keep the id that the log began with.
ALTER TABLE log ADD COLUMN leaf_id BLOB
	CHECK (leaf_id IS NULL OR length(leaf_id) = 8); -- null: log_id

-- Each time it did, in order.
CREATE TABLE succession (
	n INTEGER PRIMARY KEY,
	-- the log before, and the one that goes on
	before BLOB NOT NULL CHECK (length(before) = 8),
	log_id BLOB NOT NULL CHECK (length(log_id) = 8),
	-- what both have in common: so many items, under this root
	size INTEGER NOT NULL,
	root BLOB NOT NULL CHECK (length(root) = 32),
	-- both heads of that size, as signed
	before_note BLOB NOT NULL,
	note BLOB NOT NULL,
	-- when the hub was restored
	at_ms INTEGER NOT NULL,
	-- item that is the order of two officers; null while it is waited for:
	-- until then nothing else is taken and nothing is served
	seq INTEGER
);
