-- Files of attachments that the hub has in full: what of that was said last.
CREATE TABLE blob (
	rid INTEGER PRIMARY KEY,      -- of the attachment's record
	item BLOB NOT NULL,           -- changeset id that was named to the hub
	at_ms INTEGER NOT NULL        -- when it was sent, or fetched
);
