-- Sealed files of attachments (schema/wire.md 12.8, 19), as devices send them.

CREATE TABLE blob (
	bid INTEGER PRIMARY KEY,
	space BLOB NOT NULL CHECK (length(space) = 16),
	-- hash of the whole
	name BLOB NOT NULL CHECK (length(name) = 32),
	-- who sends it, or has sent it
	device BLOB NOT NULL CHECK (length(device) = 16),
	-- of the whole, and of what is here, from the first on
	bytes INTEGER NOT NULL,
	have INTEGER NOT NULL,
	-- 1: all is here, and its hash is its name
	whole INTEGER NOT NULL DEFAULT 0 CHECK (whole IN (0, 1)),
	-- when it began, and when a piece or a question came last
	begun_ms INTEGER NOT NULL,
	asked_ms INTEGER NOT NULL
);
CREATE UNIQUE INDEX blob_whole ON blob (space, name) WHERE whole = 1;
-- Each device sends for itself: nobody spoils what another one sends.
CREATE UNIQUE INDEX blob_part ON blob (space, name, device) WHERE whole = 0;
-- For what a space may have, and for the quota of a day.
CREATE INDEX blob_space ON blob (space);
CREATE INDEX blob_device ON blob (device, begun_ms);

-- Its bytes, in pieces of 256 KiB; the last is shorter.
CREATE TABLE blob_piece (
	bid INTEGER NOT NULL,
	n INTEGER NOT NULL,
	bytes BLOB NOT NULL,
	PRIMARY KEY (bid, n)
);

-- Which bodies name it: it is served while one of them is.
CREATE TABLE blob_ref (
	bid INTEGER NOT NULL,
	-- changeset id, there already or not yet
	item BLOB NOT NULL CHECK (length(item) = 32),
	idx INTEGER NOT NULL,
	PRIMARY KEY (bid, item, idx)
) WITHOUT ROWID;
