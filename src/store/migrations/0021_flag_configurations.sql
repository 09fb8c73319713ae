-- How the flag was shared when somebody was given a variant: salt and shares as JSON. A version of the document does not
-- tell, since a hand that edits may keep its number. Empty for users from before this was kept.
ALTER TABLE flag_assignments ADD COLUMN configuration TEXT NOT NULL DEFAULT '';
