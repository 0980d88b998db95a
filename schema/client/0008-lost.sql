-- What a restored hub had lost is looked for by the place it had, for each item
-- that comes back (client/core/sync/succession.c). Empty otherwise.
CREATE INDEX version_lost ON version (seq) WHERE seq >= 4503599627370496;
CREATE INDEX version_copy_lost ON version_copy (seq)
	WHERE seq >= 4503599627370496;
