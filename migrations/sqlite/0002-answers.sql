-- The text of an answer that was read and not accepted (a filtered one, one that does not fit the schema): it may have been paid for.
ALTER TABLE attempts ADD COLUMN answer TEXT;
