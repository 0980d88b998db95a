-- The worker's store. Everything is inside one encrypted file; ids are 16
-- bytes, hashes 32, times ms since 1970 UTC unless a comment says otherwise.
-- A released file is never edited: a change is a new numbered file.

-- Small named values: keys of this device, hub, checkpoint, cursor, clock.
CREATE TABLE meta (
	key TEXT PRIMARY KEY,
	value BLOB NOT NULL
) WITHOUT ROWID;

-- Every item this client took from the log, directory included. A header is
-- kept whole, so that what was accepted can be shown and checked again.
CREATE TABLE item (
	seq INTEGER PRIMARY KEY,      -- place in the hub's log
	space BLOB NOT NULL,          -- zero: the directory
	sseq INTEGER NOT NULL,        -- place in the space, from 1, no gaps
	id BLOB NOT NULL UNIQUE,      -- changeset id
	kind INTEGER NOT NULL,        -- enum changeset_kind
	author BLOB NOT NULL,         -- device
	accept_ms INTEGER NOT NULL,   -- the hub's stamp, never decreases
	header BLOB NOT NULL,         -- header and signature, as carried
	body BLOB                     -- clear body of a control item
);
CREATE UNIQUE INDEX item_space ON item (space, sseq);
-- The newest item of a space that an author had seen: effective time.
CREATE INDEX item_seen ON item (space, seq);

-- What could not be taken in: never dropped, shown, tried again when a key or
-- a newer program arrives.
CREATE TABLE quarantine (
	id INTEGER PRIMARY KEY,
	seq INTEGER,                  -- place as claimed
	sseq INTEGER,
	accept_ms INTEGER,
	space BLOB NOT NULL,
	reason INTEGER NOT NULL,      -- enum quarantine_reason
	words TEXT NOT NULL,          -- the sentence shown
	bytes BLOB NOT NULL,          -- as it came
	since_ms INTEGER NOT NULL
);
CREATE INDEX quarantine_seq ON quarantine (seq);
CREATE INDEX quarantine_space ON quarantine (space, reason, seq);
-- What came without its text, oldest first: asked for at each sync.
CREATE INDEX quarantine_body ON quarantine (seq) WHERE reason = 9;

-- How much of it there is: of each space; x'' of all of them; x'ff' of what
-- has no place in the log (reasons 3, 6 and 8). Past a limit what comes next
-- is refused and counted.
CREATE TABLE quarantine_sum (
	space BLOB PRIMARY KEY,
	items INTEGER NOT NULL DEFAULT 0,
	bytes INTEGER NOT NULL DEFAULT 0,
	refused INTEGER NOT NULL DEFAULT 0
) WITHOUT ROWID;
CREATE TRIGGER quarantine_in AFTER INSERT ON quarantine BEGIN
	INSERT OR IGNORE INTO quarantine_sum (space)
		VALUES (iif(new.reason IN (3, 6, 8), x'ff', new.space)), (x'');
	UPDATE quarantine_sum SET items = items + 1,
		bytes = bytes + length(new.bytes)
		WHERE space IN (iif(new.reason IN (3, 6, 8), x'ff', new.space),
		iif(new.reason IN (3, 6, 8), x'ff', x''));
END;
CREATE TRIGGER quarantine_turn AFTER UPDATE OF reason ON quarantine BEGIN
	UPDATE quarantine_sum SET items = items - 1,
		bytes = bytes - length(old.bytes)
		WHERE space IN (iif(old.reason IN (3, 6, 8), x'ff', old.space),
		iif(old.reason IN (3, 6, 8), x'ff', x''));
	INSERT OR IGNORE INTO quarantine_sum (space)
		VALUES (iif(new.reason IN (3, 6, 8), x'ff', new.space));
	UPDATE quarantine_sum SET items = items + 1,
		bytes = bytes + length(new.bytes)
		WHERE space IN (iif(new.reason IN (3, 6, 8), x'ff', new.space),
		iif(new.reason IN (3, 6, 8), x'ff', x''));
END;
CREATE TRIGGER quarantine_out AFTER DELETE ON quarantine BEGIN
	UPDATE quarantine_sum SET items = items - 1,
		bytes = bytes - length(old.bytes)
		WHERE space IN (iif(old.reason IN (3, 6, 8), x'ff', old.space),
		iif(old.reason IN (3, 6, 8), x'ff', x''));
END;

-- Spaces of which the hub is asked to send again what comes after a place, up
-- to upto, until that item has been taken in.
CREATE TABLE want (
	space BLOB PRIMARY KEY,
	after_sseq INTEGER NOT NULL,
	upto INTEGER NOT NULL
) WITHOUT ROWID;

-- Heads of the log, by what size: verified here, or named by a colleague in a
-- record. Two roots for one size: the hub shows different people different
-- logs.
CREATE TABLE head (
	log_id BLOB NOT NULL,         -- 8 bytes
	size INTEGER NOT NULL,
	root BLOB NOT NULL,
	device BLOB,                  -- who named it; NULL: verified here
	PRIMARY KEY (log_id, size)
) WITHOUT ROWID;

-- What contradicts what the hub had signed before, for a person to look at.
CREATE TABLE evidence (
	id INTEGER PRIMARY KEY,
	at_ms INTEGER NOT NULL,
	words TEXT NOT NULL,
	ours BLOB NOT NULL,           -- signed note or root known before
	theirs BLOB NOT NULL          -- what contradicts it
);

-- A space: case x section x owning side, or commons.
CREATE TABLE space (
	id BLOB PRIMARY KEY,
	kind INTEGER NOT NULL,        -- enum space_kind
	case_id BLOB,                 -- record id of the case, NULL in commons
	section TEXT,                 -- card, notes, plan, ...
	side BLOB,                    -- person whose side owns it
	state INTEGER NOT NULL,       -- enum space_state
	epoch INTEGER NOT NULL,       -- newest epoch known, 0: only made here
	sseq INTEGER NOT NULL,        -- newest place taken in
	lost_ms INTEGER,              -- when this client was excluded
	listed_size INTEGER NOT NULL DEFAULT 0, -- log size when first listed
	closed_ms INTEGER             -- when the hub said that it was erased
) WITHOUT ROWID;
CREATE INDEX space_case ON space (case_id, section);

-- Epochs of a space and their keys. wiped when this client is excluded.
CREATE TABLE epoch (
	space BLOB NOT NULL,
	number INTEGER NOT NULL,
	id BLOB NOT NULL,             -- changeset id
	body BLOB NOT NULL,           -- clear CBOR
	key BLOB,                     -- 32 bytes; NULL: never had or wiped
	author BLOB NOT NULL,         -- device
	seq INTEGER,                  -- NULL: made here, not yet accepted
	accept_ms INTEGER,
	PRIMARY KEY (space, number)
) WITHOUT ROWID;

-- Admission state per author and space, so that what a hub accepted is
-- checked again here (common/rules/admit.h).
CREATE TABLE author (
	space BLOB NOT NULL,
	device BLOB NOT NULL,
	counter INTEGER NOT NULL,
	last_id BLOB NOT NULL,
	seen_size INTEGER NOT NULL,
	listed_size INTEGER NOT NULL,
	removed_ms INTEGER,           -- NULL: a member
	deposits INTEGER NOT NULL DEFAULT 0,
	PRIMARY KEY (space, device)
) WITHOUT ROWID;

-- Access statements of a space (common/wire/access.h).
CREATE TABLE access (
	space BLOB NOT NULL,
	id BLOB NOT NULL,             -- of the statement
	seq INTEGER,                  -- NULL: not yet accepted
	item BLOB,                    -- changeset id that carried it
	body BLOB NOT NULL,           -- CBOR
	PRIMARY KEY (space, id)
) WITHOUT ROWID;
-- What came since a place in the log, and what is not sent yet.
CREATE INDEX access_place ON access (seq, item, space);
CREATE INDEX epoch_place ON epoch (seq, space);

-- A record: a case, a note, a consent, ... with what lists need.
CREATE TABLE record (
	rid INTEGER PRIMARY KEY,
	id BLOB NOT NULL UNIQUE,
	type INTEGER NOT NULL,        -- enum record_type
	space BLOB NOT NULL,
	case_id BLOB,                 -- the case it belongs to
	at_ms INTEGER NOT NULL,       -- when it happened: order of lists
	parent BLOB,                  -- record it amends, withdraws, answers
	flags INTEGER NOT NULL DEFAULT 0, -- RECORD_* bits
	indexed INTEGER NOT NULL DEFAULT 0 -- 1: search has it
);
CREATE INDEX record_type_at ON record (type, at_ms);
CREATE INDEX record_case ON record (case_id, type, at_ms);
CREATE INDEX record_space ON record (space);
CREATE INDEX record_parent ON record (parent) WHERE parent IS NOT NULL;
CREATE INDEX record_todo ON record (rid) WHERE indexed = 0;
CREATE INDEX record_flagged ON record (rid) WHERE flags <> 0;

-- Versions of records: what somebody wrote at once. Nothing here is ever
-- overwritten; what a reader sees is computed from all of a record's
-- versions (client/core/local/heads.h).
CREATE TABLE version (
	rid INTEGER NOT NULL,
	hlc INTEGER NOT NULL,         -- as written (re-stamped only unsent)
	origin BLOB NOT NULL,         -- device
	eff INTEGER NOT NULL,         -- effective time, or hlc until accepted
	seq INTEGER,                  -- log place; NULL: not accepted
	idx INTEGER NOT NULL DEFAULT 0, -- record in its changeset
	state INTEGER NOT NULL,       -- enum version_state
	seen_log INTEGER NOT NULL DEFAULT 0,  -- what was absorbed when written
	seen_size INTEGER NOT NULL DEFAULT 0,
	outgoing INTEGER,             -- changeset that carries it out
	was INTEGER,                  -- state before an erase order hid it
	body BLOB NOT NULL,           -- the record's CBOR (common/wire/record.h)
	-- Not WITHOUT ROWID: rows over 1 KB there take a page of their own.
	PRIMARY KEY (rid, hlc, origin)
);
CREATE INDEX version_unsent ON version (state, outgoing)
	WHERE state IN (1, 2, 4);
CREATE INDEX version_review ON version (seq) WHERE state = 5;

-- Further places in the log where a version stands: somebody sealed it again.
CREATE TABLE version_copy (
	rid INTEGER NOT NULL,
	seq INTEGER NOT NULL,
	idx INTEGER NOT NULL,
	PRIMARY KEY (rid, seq, idx)
) WITHOUT ROWID;

-- Sealed changesets on their way. The bytes are fixed before the first send
-- and kept 90 days after the receipt, so that a hub restored from a backup
-- can be filled again.
CREATE TABLE outgoing (
	oid INTEGER PRIMARY KEY,      -- order of sending
	id BLOB NOT NULL UNIQUE,      -- changeset id
	space BLOB NOT NULL,
	kind INTEGER NOT NULL,
	grp INTEGER NOT NULL,         -- all or none with its neighbours
	state INTEGER NOT NULL,       -- enum outgoing_state
	verdict INTEGER NOT NULL DEFAULT 0,
	made_ms INTEGER NOT NULL,
	acked_ms INTEGER,
	seq INTEGER,
	receipt BLOB,                 -- CBOR of struct proto_receipt
	bytes BLOB NOT NULL           -- last: what stands after it costs a walk
);
CREATE INDEX outgoing_state ON outgoing (state, oid);

-- This device's line of items in each space. The counter is never used
-- again, not even that of a refused item.
CREATE TABLE own_line (
	space BLOB PRIMARY KEY,
	counter INTEGER NOT NULL,     -- highest ever used
	last_id BLOB NOT NULL,        -- newest, accepted or queued
	last_seen INTEGER NOT NULL,   -- seen size of its newest text
	acked_id BLOB NOT NULL,       -- newest accepted
	acked_seen INTEGER NOT NULL,
	acked_counter INTEGER NOT NULL
) WITHOUT ROWID;

-- What this person wrote and may no longer file: shown as held, deposited
-- with the keepers, decided by a person.
CREATE TABLE held (
	hid INTEGER PRIMARY KEY,
	rid INTEGER NOT NULL,
	space BLOB NOT NULL,
	since_ms INTEGER NOT NULL,
	deposit BLOB,                 -- changeset id of the letter, once sealed
	outcome INTEGER,              -- enum outcome, when the keeper decided
	words TEXT,                   -- the keeper's words
	outcome_ms INTEGER,
	late INTEGER NOT NULL DEFAULT 0 -- 1: accepted and under review; deposit
	                              -- is the changeset id that carried it
);

-- Complaints of epochs that do not open for a device they list.
CREATE TABLE complaint (
	epoch BLOB NOT NULL,          -- changeset id
	device BLOB NOT NULL,         -- who complained
	space BLOB NOT NULL,
	at_ms INTEGER NOT NULL,       -- sent, received, or answered
	state INTEGER NOT NULL,       -- 1 own, 2 waits for an answer, 3 answered
	PRIMARY KEY (epoch, device)
) WITHOUT ROWID;

-- Held text of this person's earlier device, imported from a file: waits for
-- the person, text by text.
CREATE TABLE moved (
	mid INTEGER PRIMARY KEY,
	space BLOB NOT NULL,
	record BLOB NOT NULL,
	origin BLOB NOT NULL,         -- the device that wrote it
	hlc INTEGER NOT NULL,
	body BLOB NOT NULL,           -- the record's CBOR
	since_ms INTEGER NOT NULL,    -- when it was imported
	UNIQUE (record, origin, hlc)
);

-- What others deposited with this person as keeper.
CREATE TABLE review (
	id BLOB PRIMARY KEY,          -- changeset id of the deposit
	space BLOB NOT NULL,
	author BLOB NOT NULL,         -- device
	seq INTEGER NOT NULL,
	accept_ms INTEGER NOT NULL,
	plain BLOB,                   -- records; NULL once decided
	outcome INTEGER,              -- enum outcome, when decided
	basis TEXT,                   -- legal basis named for filing
	words TEXT,                   -- the keeper's, to the author
	letter BLOB,                  -- changeset id of the outcome, once sealed
	decided_ms INTEGER,
	closes INTEGER NOT NULL DEFAULT 0 -- 1: a withdrawal or refusal in it
	                              -- is not filed yet
) WITHOUT ROWID;

-- What keepers decided on accepted texts under review: the first in the log
-- counts for each.
CREATE TABLE decision (
	record BLOB NOT NULL,         -- the text: its record,
	origin BLOB NOT NULL,         -- the device that wrote it,
	hlc INTEGER NOT NULL,         -- and its stamp
	space BLOB NOT NULL,
	item BLOB,                    -- changeset id that carried it, if here
	seq INTEGER,                  -- place of the decision; NULL: not sent
	review BLOB NOT NULL,         -- the review record
	keeper BLOB NOT NULL,         -- device that decided
	outcome INTEGER NOT NULL,     -- enum outcome
	basis TEXT,
	words TEXT,                   -- the keeper's, to the author
	letter BLOB,                  -- outcome letter, once sealed; empty:
	                              -- another keeper's to write
	decided_ms INTEGER NOT NULL,
	PRIMARY KEY (record, origin, hlc)
) WITHOUT ROWID;
CREATE INDEX decision_item ON decision (item);
CREATE INDEX decision_letter ON decision (seq) WHERE letter IS NULL;
CREATE INDEX decision_waits ON decision (space) WHERE seq IS NULL;

-- Memos (common/wire/letter.h): what offices tell each other about a case, own
-- ones too. An own one is sealed at a sync, to whom the directory lists then.
CREATE TABLE memo (
	mid INTEGER PRIMARY KEY,
	letter BLOB UNIQUE,           -- changeset id; NULL: own, not sealed
	topic INTEGER NOT NULL,       -- enum memo_topic
	author BLOB NOT NULL,         -- device
	about BLOB NOT NULL,          -- 32 bytes
	body BLOB NOT NULL,
	at_ms INTEGER NOT NULL,       -- accepted; own: written
	state INTEGER NOT NULL,       -- enum memo_state
	devices BLOB,                 -- own: to these, 16 bytes each
	roles INTEGER                 -- own: and to persons with one of these
);
CREATE INDEX memo_topic ON memo (topic, mid);
CREATE INDEX memo_todo ON memo (mid) WHERE letter IS NULL;

-- Erase orders from the log (schema/rules.md 10), and what they name.
CREATE TABLE erase_order (
	id BLOB PRIMARY KEY,          -- changeset id
	seq INTEGER NOT NULL,
	space BLOB NOT NULL,
	kind INTEGER NOT NULL,        -- enum erase_kind
	reason INTEGER NOT NULL,      -- enum erase_reason
	record BLOB NOT NULL,         -- hash; zeros: none
	keeper BLOB NOT NULL,         -- device
	dpo BLOB NOT NULL,            -- device
	sig BLOB NOT NULL UNIQUE,     -- of the second hand
	accept_ms INTEGER NOT NULL,
	back BLOB,                    -- taken back by; of kind 3: the order named
	misfits INTEGER NOT NULL DEFAULT 0, -- bodies of other records it names
	wiped INTEGER NOT NULL DEFAULT 0
) WITHOUT ROWID;
CREATE INDEX erase_order_space ON erase_order (space, record);
CREATE TABLE erase_item (
	id BLOB NOT NULL,             -- changeset id
	order_id BLOB NOT NULL,
	map INTEGER NOT NULL,         -- bit i: body i
	PRIMARY KEY (id, order_id)
) WITHOUT ROWID;
CREATE INDEX erase_item_order ON erase_item (order_id);

-- What this person asked the data-protection officers to sign.
CREATE TABLE erase_ask (
	id BLOB PRIMARY KEY,          -- of the request
	space BLOB NOT NULL,
	record BLOB,                  -- record id; NULL: the whole space
	body BLOB NOT NULL,           -- CBOR of struct erase_ask
	at_ms INTEGER NOT NULL,
	state INTEGER NOT NULL,       -- enum erasures_state
	answer_ms INTEGER,
	words TEXT,                   -- why not
	signed BLOB,                  -- the order as signed
	tries INTEGER NOT NULL DEFAULT 0,
	order_id BLOB                 -- changeset that carries it
) WITHOUT ROWID;

-- Search: words only, no second copy of the text (contentless).
CREATE VIRTUAL TABLE words USING fts5 (
	text, content = '', detail = 'full', columnsize = 0,
	tokenize = 'unicode61 remove_diacritics 2'
);
CREATE VIRTUAL TABLE words_terms USING fts5vocab (words, row);
-- Kept in the index's own settings: a leaf fills one page of the store (4096
-- bytes less the 80 that the vault keeps, and less what a row adds); a large
-- piece is written at once; small pieces are merged by the half dozen.
INSERT INTO words (words, rank) VALUES ('pgsz', 3970);
INSERT INTO words (words, rank) VALUES ('hashsize', 4194304);
INSERT INTO words (words, rank) VALUES ('automerge', 8);
