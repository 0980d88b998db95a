-- A space that was begun because somebody is let in from now on: the bounds that
-- lie before it, 16 bytes each (rules.md 5.12).
ALTER TABLE space ADD COLUMN since BLOB;
