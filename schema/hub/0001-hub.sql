-- The hub's database: what devices pushed, in the order it was accepted, and
-- the log over it. Bodies are sealed by the devices, so the file is plain
-- SQLite. Ids are 16 bytes, hashes 32 bytes; times are ms since 1970 UTC;
-- seq counts from 0 over the whole log, sseq from 1 in one space.

-- One row: the log as a whole.
CREATE TABLE log (
	only INTEGER PRIMARY KEY CHECK (only = 1),
	-- 8 random bytes drawn when the log began; part of every leaf
	log_id BLOB NOT NULL CHECK (length(log_id) = 8),
	-- origin in every checkpoint; the genesis entry repeats it
	name TEXT NOT NULL,
	-- items accepted so far; the next item gets this seq
	size INTEGER NOT NULL CHECK (size >= 0),
	-- accept time of the newest item; never runs back
	accept_ms INTEGER NOT NULL,
	-- the hub's clock when it last wrote; a restart compares it
	alive_ms INTEGER NOT NULL,
	-- hash of the one-time claim code; null once it is used
	claim BLOB CHECK (claim IS NULL OR length(claim) = 32)
);

-- Every accepted changeset. Rows are never deleted.
CREATE TABLE item (
	seq INTEGER PRIMARY KEY,
	-- changeset id: a second push of the same bytes finds this row
	id BLOB NOT NULL UNIQUE CHECK (length(id) = 32),
	-- zero: the directory
	space BLOB NOT NULL CHECK (length(space) = 16),
	-- dense: a gap would show that the hub withholds something
	sseq INTEGER NOT NULL CHECK (sseq >= 1),
	-- device that signed it, or the office root's id
	author BLOB NOT NULL CHECK (length(author) = 16),
	-- changeset kind: 1 content, 2 epoch, 3 access, 4 directory, 5 letter,
	-- 6 erase
	kind INTEGER NOT NULL,
	-- when the hub took it; part of the leaf
	accept_ms INTEGER NOT NULL,
	-- bytes of body, so that a page is planned without reading it
	body_bytes INTEGER NOT NULL,
	-- clear header and signature, as carried
	header BLOB NOT NULL,
	-- bodies as carried; last, so that header readers skip its pages. Those
	-- that were erased are zeros (table erased)
	body BLOB NOT NULL,
	UNIQUE (space, sseq)
);
-- A pull walks a space by seq.
CREATE UNIQUE INDEX item_by_seq ON item (space, seq);

-- One row for each space that has an item.
CREATE TABLE space (
	space BLOB PRIMARY KEY CHECK (length(space) = 16),
	-- number, seq and changeset id of the current epoch; 0, 0 and zeros
	-- before the first (the directory has none)
	epoch INTEGER NOT NULL,
	epoch_seq INTEGER NOT NULL,
	epoch_id BLOB NOT NULL CHECK (length(epoch_id) = 32),
	-- newest item in it
	last_seq INTEGER NOT NULL,
	last_sseq INTEGER NOT NULL
) WITHOUT ROWID;
-- Which spaces changed since a cursor.
CREATE INDEX space_by_change ON space (last_seq);

-- Every epoch: how many a space had within a day, and by whom.
CREATE TABLE epoch (
	space BLOB NOT NULL CHECK (length(space) = 16),
	number INTEGER NOT NULL,
	seq INTEGER NOT NULL,
	accept_ms INTEGER NOT NULL,
	-- 1: its author held the keeper's right in the epoch before
	by_keeper INTEGER NOT NULL CHECK (by_keeper IN (0, 1)),
	PRIMARY KEY (space, number)
) WITHOUT ROWID;

-- Which devices hold, or held, a space: the newest epochs taken together.
CREATE TABLE member (
	device BLOB NOT NULL CHECK (length(device) = 16),
	space BLOB NOT NULL CHECK (length(space) = 16),
	-- seq of the epoch that let it in (the latest time it came in)
	since_seq INTEGER NOT NULL,
	-- log size its content must have seen: after the epoch that first
	-- listed it; 0 for the device that began the space
	listed_size INTEGER NOT NULL,
	-- end of its right, from the current epoch
	until_ms INTEGER NOT NULL,
	-- seq and time of the epoch that dropped it; null: it is listed
	removed_seq INTEGER,
	removed_ms INTEGER,
	PRIMARY KEY (device, space)
) WITHOUT ROWID;
-- Who is listed in a space, when a new epoch comes.
CREATE INDEX member_by_space ON member (space) WHERE removed_seq IS NULL;

-- The last accepted item of each author in each space.
CREATE TABLE author (
	device BLOB NOT NULL CHECK (length(device) = 16),
	space BLOB NOT NULL CHECK (length(space) = 16),
	-- the device's own counter there; strictly rising
	counter INTEGER NOT NULL,
	last_id BLOB NOT NULL CHECK (length(last_id) = 32),
	-- log size that its last content item claims; never runs back
	seen_size INTEGER NOT NULL,
	-- letters taken since it ceased to be a member
	deposits INTEGER NOT NULL,
	PRIMARY KEY (device, space)
) WITHOUT ROWID;

-- To whom a letter is addressed, or an order to erase what they wrote: members
-- or not.
CREATE TABLE letter_to (
	device BLOB NOT NULL CHECK (length(device) = 16),
	space BLOB NOT NULL CHECK (length(space) = 16),
	seq INTEGER NOT NULL,
	PRIMARY KEY (device, space, seq)
) WITHOUT ROWID;

-- The Merkle tree's complete subtrees (RFC 6962): node (level, at) covers
-- leaves at << level up to (at + 1) << level. Written once each.
CREATE TABLE node (
	level INTEGER NOT NULL,
	at INTEGER NOT NULL,
	hash BLOB NOT NULL CHECK (length(hash) = 32),
	PRIMARY KEY (level, at)
) WITHOUT ROWID;

-- Signed tree heads, one for each transaction that accepted something.
CREATE TABLE checkpoint (
	size INTEGER PRIMARY KEY,
	root BLOB NOT NULL CHECK (length(root) = 32),
	-- the signed note, as served
	note BLOB NOT NULL,
	at_ms INTEGER NOT NULL
);

-- Devices that wish to join; an approving directory entry removes the row.
CREATE TABLE enrol (
	-- the device's signing key
	sign BLOB PRIMARY KEY CHECK (length(sign) = 32),
	-- the request as sent
	request BLOB NOT NULL,
	-- when it came; it lapses a day later
	at_ms INTEGER NOT NULL
) WITHOUT ROWID;

-- Bytes taken from a device in one day, for the quota.
CREATE TABLE usage (
	device BLOB NOT NULL CHECK (length(device) = 16),
	-- days since 1970 UTC
	day INTEGER NOT NULL,
	bytes INTEGER NOT NULL,
	PRIMARY KEY (device, day)
) WITHOUT ROWID;

-- Erase orders (schema/rules.md 10), in log order.
CREATE TABLE erase_order (
	-- of the item that is the order
	seq INTEGER PRIMARY KEY,
	id BLOB NOT NULL UNIQUE CHECK (length(id) = 32),
	space BLOB NOT NULL CHECK (length(space) = 16),
	-- 1 bodies of one record, 2 the whole space, 3 takes another back
	kind INTEGER NOT NULL,
	-- devices of the two hands
	author BLOB NOT NULL CHECK (length(author) = 16),
	dpo BLOB NOT NULL CHECK (length(dpo) = 16),
	-- of the second hand; serves once
	sig BLOB NOT NULL UNIQUE CHECK (length(sig) = 64),
	accept_ms INTEGER NOT NULL,
	-- seq of the order that took it back; null: it stands
	back_seq INTEGER,
	-- 1: all it names is overwritten
	dropped INTEGER NOT NULL DEFAULT 0
);
CREATE INDEX erase_order_due ON erase_order (accept_ms)
	WHERE dropped = 0 AND kind < 3 AND back_seq IS NULL;
CREATE INDEX erase_order_space ON erase_order (space);

-- The bodies that orders of kind 1 name, there or not.
CREATE TABLE erase_item (
	-- changeset id
	id BLOB NOT NULL CHECK (length(id) = 32),
	order_seq INTEGER NOT NULL,
	-- bit i: body i
	map INTEGER NOT NULL,
	PRIMARY KEY (id, order_seq)
) WITHOUT ROWID;
CREATE INDEX erase_item_order ON erase_item (order_seq);

-- Items of which some bodies are served to nobody.
CREATE TABLE erased (
	-- of the item
	seq INTEGER PRIMARY KEY,
	-- bodies not served, and those of them that are overwritten with zeros
	-- in their place (a row keeps its length, so that no copy of a
	-- neighbour is left behind in a page)
	map INTEGER NOT NULL,
	dropped INTEGER NOT NULL DEFAULT 0
);
