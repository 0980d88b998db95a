-- How far each device's store has come (schema/wire.md 21), in its own words.

CREATE TABLE anchor (
	device BLOB PRIMARY KEY CHECK (length(device) = 16),
	-- in clear in the bytes: the newest has the highest
	turn INTEGER NOT NULL,
	-- as it was signed
	bytes BLOB NOT NULL CHECK (length(bytes) = 176)
) WITHOUT ROWID;
