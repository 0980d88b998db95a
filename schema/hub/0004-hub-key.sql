-- The key that signs the log can change (schema/wire.md 11.5): keys by the size
-- of the log from which on they sign. No row: the one of the genesis entry.
CREATE TABLE hub_key (
	-- heads and commits of this size and above
	start INTEGER PRIMARY KEY,
	-- log whose heads it signs first
	log_id BLOB NOT NULL CHECK (length(log_id) = 8),
	key BLOB NOT NULL CHECK (length(key) = 32),
	-- of the office root; null for the key of the genesis entry
	root_sig BLOB CHECK (root_sig IS NULL OR length(root_sig) = 64),
	-- of the key before; null when it was lost
	before_sig BLOB CHECK (before_sig IS NULL OR length(before_sig) = 64)
);

-- Signatures of the ledger's commits by keys that are gone, so that a lost
-- ledger can be made again.
CREATE TABLE ledger_sig (
	-- of the head
	size INTEGER PRIMARY KEY,
	sig BLOB NOT NULL CHECK (length(sig) = 64)
);
