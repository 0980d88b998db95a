-- Rooms are spaces of kind 3, without a case; section is what kind of room. A
-- part of a section has consents of its own: one matter, one receiver.
ALTER TABLE space ADD COLUMN part BLOB;
CREATE INDEX space_kind ON space (kind) WHERE kind = 3;
