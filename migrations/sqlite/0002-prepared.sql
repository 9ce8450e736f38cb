-- What becomes of pictures before they are sent. `prepare` is JSON of Core's Preparation, which never changes under one name; null: they are
-- sent as they are, or made into what the provider takes, as each run says. `sent` is a JSON list of what stood in a request in place of its
-- pictures; null: nothing did.
ALTER TABLE batches ADD COLUMN prepare TEXT CHECK (substr(prepare, 1, 1) = '{');
ALTER TABLE attempts ADD COLUMN sent TEXT CHECK (substr(sent, 1, 1) = '[');
