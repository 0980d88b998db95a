-- On which days this device looked at a case: told in its card once the day is
-- over, then forgotten here.
CREATE TABLE looked (
	case_id BLOB NOT NULL,
	day TEXT NOT NULL,            -- YYYY-MM-DD
	PRIMARY KEY (case_id, day)
) WITHOUT ROWID;
