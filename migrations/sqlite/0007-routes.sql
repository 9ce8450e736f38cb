-- Other providers and models for jobs of a batch, and captions that a person wants replaced. What a job is, its fingerprint, stays as the
-- batch asked.

-- A provider and model at which jobs of a batch may be asked besides its own. `position` is its place in the batch's fallback list, from 1;
-- null: a person sent jobs there, or it left the list. `profile` as in `batches`; `terms` is JSON of Core's BudgetTerms, whose budget is the
-- batch's. `queued` is kept by the trigger below.
CREATE TABLE routes (
    id       INTEGER PRIMARY KEY,
    batch    INTEGER NOT NULL REFERENCES batches (id),
    position INTEGER CHECK (position > 0),
    provider TEXT NOT NULL,
    profile  TEXT NOT NULL CHECK (substr(profile, 1, 1) = '{'),
    model    ANY NOT NULL,
    lane     INTEGER NOT NULL REFERENCES lanes (id),
    terms    TEXT NOT NULL CHECK (substr(terms, 1, 1) = '{'),
    queued   INTEGER NOT NULL DEFAULT 0 CHECK (queued >= 0)
) STRICT;
CREATE UNIQUE INDEX routes_list ON routes (batch, position) WHERE position IS NOT NULL;
CREATE INDEX routes_batch ON routes (batch);

-- Where the job is asked; 0: at the batch's own provider and model.
ALTER TABLE jobs ADD COLUMN route INTEGER NOT NULL DEFAULT 0 CHECK (route >= 0);
-- The longest answer that a person allowed it; null: what the batch asks for.
ALTER TABLE jobs ADD COLUMN max_tokens INTEGER CHECK (max_tokens > 0);
-- Of a job that is asked again for another caption than the accepted one: the last attempt before. Null once it is settled.
ALTER TABLE jobs ADD COLUMN reopened INTEGER CHECK (reopened IS NULL OR state IN ('queued', 'running', 'held'));
ALTER TABLE attempts ADD COLUMN route INTEGER NOT NULL DEFAULT 0 CHECK (route >= 0);

DROP INDEX jobs_ready;
CREATE INDEX jobs_ready ON jobs (batch, priority, id) WHERE state = 'queued' AND available_at IS NULL AND route = 0;
CREATE INDEX jobs_ready_elsewhere ON jobs (route, priority, id) WHERE state = 'queued' AND available_at IS NULL AND route <> 0;
CREATE INDEX captions_flagged ON captions (job) WHERE accepted = 1 AND flags <> '[]';

CREATE TRIGGER jobs_routed AFTER UPDATE OF state, route ON jobs
WHEN (OLD.route <> 0 OR NEW.route <> 0) AND (OLD.state <> NEW.state OR OLD.route <> NEW.route) BEGIN
    UPDATE routes SET queued = queued - 1 WHERE id = OLD.route AND OLD.state = 'queued';
    UPDATE routes SET queued = queued + 1 WHERE id = NEW.route AND NEW.state = 'queued';
END;

CREATE TRIGGER jobs_keep_to_their_routes BEFORE UPDATE OF route ON jobs
WHEN NEW.route <> 0 AND NOT EXISTS (SELECT 1 FROM routes WHERE id = NEW.route AND batch = NEW.batch) BEGIN
    SELECT RAISE(ABORT, 'a job takes a route of its batch');
END;

-- The moves are those of Core's JobState: a job that has its caption is asked again only where a person says so, and then it has its caption
-- in the end; one that waits for the next provider of a list fails where it is taken from the list.
DROP TRIGGER jobs_move_lawfully;
CREATE TRIGGER jobs_move_lawfully BEFORE UPDATE OF state ON jobs
WHEN NEW.state <> OLD.state AND NOT CASE OLD.state
    WHEN 'queued' THEN NEW.state IN ('running', 'succeeded', 'failed', 'held', 'cancelled')
    WHEN 'running' THEN true
    WHEN 'succeeded' THEN NEW.state = 'queued' AND NEW.reopened IS NOT NULL
    ELSE NEW.state IN ('queued', 'succeeded', 'cancelled')
END BEGIN
    SELECT RAISE(ABORT, 'a job cannot move like this');
END;

CREATE TRIGGER jobs_reopen_with_caption BEFORE UPDATE OF reopened ON jobs
WHEN NEW.reopened IS NOT NULL AND NOT EXISTS (SELECT 1 FROM captions WHERE job = NEW.id AND accepted = 1) BEGIN
    SELECT RAISE(ABORT, 'only a job that has a caption is asked for another one');
END;

-- The accepted caption of a job that was asked again gives its place to a better one, and is kept beside it.
DROP TRIGGER captions_unchanged;
CREATE TRIGGER captions_unchanged BEFORE UPDATE ON captions
WHEN NOT (NEW.set_aside = 1 AND NEW.attempt = OLD.attempt AND NEW.job = OLD.job AND NEW.text = OLD.text
    AND NEW.finish_reason IS OLD.finish_reason AND NEW.model IS OLD.model AND NEW.flags = OLD.flags AND NEW.received_at = OLD.received_at
    AND (OLD.accepted = 0 AND NEW.accepted = 1 AND OLD.set_aside = 1
        OR OLD.accepted = 1 AND NEW.accepted = 0 AND EXISTS (SELECT 1 FROM jobs WHERE id = OLD.job AND reopened IS NOT NULL))) BEGIN
    SELECT RAISE(ABORT, 'a caption is never overwritten');
END;

CREATE TRIGGER flags_withdrawn AFTER UPDATE OF accepted ON captions WHEN NEW.accepted = 0 AND OLD.accepted = 1 AND NEW.flags <> '[]' BEGIN
    UPDATE flag_counts SET count = count - 1
    WHERE batch = (SELECT batch FROM jobs WHERE id = NEW.job) AND flag IN (
        SELECT flag FROM flag_names WHERE flag = '*' OR instr(NEW.flags, '"' || flag || '"') > 0);
END;
