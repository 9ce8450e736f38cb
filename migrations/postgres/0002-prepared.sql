-- The same on a server: see migrations/sqlite/0002-prepared.sql.
ALTER TABLE batches ADD COLUMN prepare text CHECK (substr(prepare, 1, 1) = '{');
ALTER TABLE attempts ADD COLUMN sent text CHECK (substr(sent, 1, 1) = '[');
