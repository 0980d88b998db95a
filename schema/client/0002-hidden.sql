-- A section whose right has ended by itself: its rows and keys are here, and
-- nothing of it is shown (client/core/local/ends.h).
ALTER TABLE space ADD COLUMN hidden INTEGER NOT NULL DEFAULT 0;
