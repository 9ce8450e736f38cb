-- The queue, version 1. Times are UTC milliseconds, money is nano-dollars (1e-9 USD), paths are bytes.
-- A column of JSON is checked by its first character: json_valid() is not allowed in a schema that is not trusted (SQLite before 3.41).
-- A column of type ANY holds a user's text; as a BLOB of its UTF-8 where it contains NUL, which a C string would cut.
-- Once released this file never changes: its checksum is stored in every queue.

-- One row a rate limit. `rule` is the JSON of Core's Lane: limits, pace, slots, breaker, pause.
CREATE TABLE lanes (
    id   INTEGER PRIMARY KEY,
    name TEXT NOT NULL UNIQUE CHECK (name <> ''),
    rule TEXT NOT NULL CHECK (substr(rule, 1, 1) = '{')
) STRICT;

-- Jobs that share provider, model, texts and parameters, which never change. `profile` (without key) and `policy` may.
CREATE TABLE batches (
    id         INTEGER PRIMARY KEY,
    name       ANY NOT NULL UNIQUE CHECK (name <> ''),
    lane       INTEGER NOT NULL REFERENCES lanes (id),
    provider   TEXT NOT NULL,
    profile    TEXT NOT NULL CHECK (substr(profile, 1, 1) = '{'),
    model      ANY NOT NULL,
    system     ANY,
    prompt     ANY NOT NULL,
    parameters TEXT NOT NULL CHECK (substr(parameters, 1, 1) = '{'),
    identity   TEXT NOT NULL CHECK (identity IN ('bytes', 'path')),
    policy     TEXT NOT NULL CHECK (substr(policy, 1, 1) = '{'),
    created_at INTEGER NOT NULL
) STRICT;

-- A file as it stood when it was looked at. A changed file gets a row of its own.
CREATE TABLE pictures (
    id       INTEGER PRIMARY KEY,
    path     BLOB NOT NULL,
    size     INTEGER NOT NULL CHECK (size > 0),
    modified INTEGER NOT NULL,
    inode    INTEGER NOT NULL,
    format   TEXT NOT NULL,
    digest   BLOB CHECK (digest IS NULL OR length(digest) = 32),
    UNIQUE (path, size, modified, inode)
) STRICT;

-- Narrow and hot. `images` is a JSON list: a number is a picture, a text is a URL. `lease` is the open attempt.
-- `attempts` counts calls for display; failures, unanswered and crashes are the budgets that `retry` and `release` refill.
CREATE TABLE jobs (
    id           INTEGER PRIMARY KEY,
    batch        INTEGER NOT NULL REFERENCES batches (id),
    fingerprint  BLOB NOT NULL CHECK (length(fingerprint) = 32),
    images       TEXT NOT NULL CHECK (substr(images, 1, 1) = '['),
    prompt       ANY,
    state        TEXT NOT NULL DEFAULT 'queued'
                 CHECK (state IN ('queued', 'running', 'succeeded', 'failed', 'held', 'cancelled')),
    priority     INTEGER NOT NULL DEFAULT 0,
    available_at INTEGER,
    attempts     INTEGER NOT NULL DEFAULT 0 CHECK (attempts >= 0),
    failures     INTEGER NOT NULL DEFAULT 0 CHECK (failures >= 0),
    unanswered   INTEGER NOT NULL DEFAULT 0 CHECK (unanswered >= 0),
    crashes      INTEGER NOT NULL DEFAULT 0 CHECK (crashes >= 0),
    lease        INTEGER REFERENCES attempts (id),
    finished_at  INTEGER,
    UNIQUE (batch, fingerprint),
    CHECK ((state = 'running') = (lease IS NOT NULL)),
    CHECK ((state IN ('succeeded', 'failed', 'cancelled')) = (finished_at IS NOT NULL)),
    CHECK (available_at IS NULL OR state = 'queued')
) STRICT;
CREATE INDEX jobs_ready ON jobs (batch, priority, id) WHERE state = 'queued' AND available_at IS NULL;
CREATE INDEX jobs_due ON jobs (available_at) WHERE state = 'queued' AND available_at IS NOT NULL;
CREATE INDEX jobs_stopped ON jobs (batch, state) WHERE state IN ('failed', 'held', 'cancelled');

CREATE TABLE entries (
    id         INTEGER PRIMARY KEY,
    batch      INTEGER NOT NULL REFERENCES batches (id),
    key        ANY NOT NULL,
    job        INTEGER NOT NULL REFERENCES jobs (id),
    own_key    INTEGER NOT NULL CHECK (own_key IN (0, 1)),
    -- As the user wrote them, a JSON list; and where a default key belongs, nil for URLs.
    given      TEXT NOT NULL CHECK (substr(given, 1, 1) = '['),
    path       BLOB,
    extra      TEXT NOT NULL DEFAULT '{}' CHECK (substr(extra, 1, 1) = '{'),
    created_at INTEGER NOT NULL,
    UNIQUE (batch, key)
) STRICT;
CREATE INDEX entries_job ON entries (job);

-- One `cutline` process each. It is alive while the kernel holds the lock on its file; host and pid are for people.
CREATE TABLE workers (
    id         INTEGER PRIMARY KEY,
    token      TEXT NOT NULL UNIQUE,
    host       TEXT NOT NULL,
    pid        INTEGER NOT NULL,
    started_at INTEGER NOT NULL,
    seen_at    INTEGER NOT NULL,
    ended_at   INTEGER
) STRICT;
CREATE INDEX workers_alive ON workers (id) WHERE ended_at IS NULL;

-- One row a call, written before it is sent. The id is never reused and always rises: it is the job's fencing token.
CREATE TABLE attempts (
    id               INTEGER PRIMARY KEY AUTOINCREMENT,
    batch            INTEGER NOT NULL REFERENCES batches (id),
    job              INTEGER NOT NULL REFERENCES jobs (id),
    n                INTEGER NOT NULL CHECK (n > 0),
    worker           INTEGER NOT NULL REFERENCES workers (id),
    started_at       INTEGER NOT NULL,
    lease_until      INTEGER NOT NULL,
    ended_at         INTEGER,
    phase            TEXT NOT NULL DEFAULT 'open' CHECK (phase IN ('open', 'succeeded', 'failed', 'released', 'unknown')),
    billed           TEXT NOT NULL DEFAULT 'unknown' CHECK (billed IN ('no', 'yes', 'unknown')),
    http_status      INTEGER,
    class            TEXT,
    message          TEXT,
    request_id       TEXT,
    latency          INTEGER,
    estimated_tokens INTEGER NOT NULL,
    input_tokens     INTEGER,
    output_tokens    INTEGER,
    cached_tokens    INTEGER,
    cost             INTEGER,
    cost_source      TEXT,
    UNIQUE (job, n),
    CHECK ((phase = 'open') = (ended_at IS NULL)),
    CHECK (phase <> 'succeeded' OR billed = 'yes')
) STRICT;
CREATE INDEX attempts_lease ON attempts (lease_until) WHERE phase = 'open';
CREATE INDEX attempts_worker ON attempts (worker) WHERE phase = 'open';

-- Every caption that ever arrived; usage and cost stand with its attempt. A job has at most one accepted caption.
CREATE TABLE captions (
    attempt       INTEGER PRIMARY KEY REFERENCES attempts (id),
    job           INTEGER NOT NULL REFERENCES jobs (id),
    accepted      INTEGER NOT NULL CHECK (accepted IN (0, 1)),
    text          TEXT NOT NULL,
    finish_reason TEXT,
    model         TEXT,
    flags         TEXT NOT NULL CHECK (substr(flags, 1, 1) = '['),
    received_at   INTEGER NOT NULL
) STRICT;
CREATE UNIQUE INDEX captions_accepted ON captions (job) WHERE accepted = 1;

-- What `status` shows, kept by the triggers below in the transaction that changes it: nothing counts rows.
CREATE TABLE counts (
    batch            INTEGER PRIMARY KEY REFERENCES batches (id),
    queued           INTEGER NOT NULL DEFAULT 0 CHECK (queued >= 0),
    running          INTEGER NOT NULL DEFAULT 0 CHECK (running >= 0),
    succeeded        INTEGER NOT NULL DEFAULT 0 CHECK (succeeded >= 0),
    failed           INTEGER NOT NULL DEFAULT 0 CHECK (failed >= 0),
    held             INTEGER NOT NULL DEFAULT 0 CHECK (held >= 0),
    cancelled        INTEGER NOT NULL DEFAULT 0 CHECK (cancelled >= 0),
    attempts         INTEGER NOT NULL DEFAULT 0 CHECK (attempts >= 0),
    attempts_failed  INTEGER NOT NULL DEFAULT 0 CHECK (attempts_failed >= 0),
    attempts_unknown INTEGER NOT NULL DEFAULT 0 CHECK (attempts_unknown >= 0),
    duplicates       INTEGER NOT NULL DEFAULT 0 CHECK (duplicates >= 0),
    -- Jobs' `unanswered` in all, for the rule that stops paying a provider that does not answer.
    unanswered       INTEGER NOT NULL DEFAULT 0 CHECK (unanswered >= 0),
    -- Null until an answer reported one.
    input_tokens     INTEGER,
    output_tokens    INTEGER,
    cost             INTEGER
) STRICT;

CREATE TRIGGER batches_counted AFTER INSERT ON batches BEGIN
    INSERT INTO counts (batch) VALUES (NEW.id);
END;

CREATE TRIGGER jobs_added AFTER INSERT ON jobs BEGIN
    UPDATE counts SET
        queued = queued + (NEW.state = 'queued'), running = running + (NEW.state = 'running'),
        succeeded = succeeded + (NEW.state = 'succeeded'), failed = failed + (NEW.state = 'failed'),
        held = held + (NEW.state = 'held'), cancelled = cancelled + (NEW.state = 'cancelled')
    WHERE batch = NEW.batch;
END;

CREATE TRIGGER jobs_moved AFTER UPDATE OF state ON jobs WHEN NEW.state <> OLD.state BEGIN
    UPDATE counts SET
        queued = queued + (NEW.state = 'queued') - (OLD.state = 'queued'),
        running = running + (NEW.state = 'running') - (OLD.state = 'running'),
        succeeded = succeeded + (NEW.state = 'succeeded') - (OLD.state = 'succeeded'),
        failed = failed + (NEW.state = 'failed') - (OLD.state = 'failed'),
        held = held + (NEW.state = 'held') - (OLD.state = 'held'),
        cancelled = cancelled + (NEW.state = 'cancelled') - (OLD.state = 'cancelled')
    WHERE batch = NEW.batch;
END;

-- A succeeded job has its caption and never moves again; the moves are those of Core's JobState.
CREATE TRIGGER jobs_succeed_with_caption BEFORE UPDATE OF state ON jobs
WHEN NEW.state = 'succeeded' AND NOT EXISTS (SELECT 1 FROM captions WHERE job = NEW.id AND accepted = 1) BEGIN
    SELECT RAISE(ABORT, 'a job cannot succeed without a caption');
END;

CREATE TRIGGER jobs_move_lawfully BEFORE UPDATE OF state ON jobs
WHEN NEW.state <> OLD.state AND NOT CASE OLD.state
    WHEN 'queued' THEN NEW.state IN ('running', 'succeeded', 'held', 'cancelled')
    WHEN 'running' THEN true
    WHEN 'succeeded' THEN false
    ELSE NEW.state IN ('queued', 'succeeded', 'cancelled')
END BEGIN
    SELECT RAISE(ABORT, 'a job cannot move like this');
END;

CREATE TRIGGER jobs_keep_content BEFORE UPDATE OF batch, fingerprint, prompt ON jobs
WHEN NEW.batch <> OLD.batch OR NEW.fingerprint <> OLD.fingerprint OR NEW.prompt IS NOT OLD.prompt BEGIN
    SELECT RAISE(ABORT, 'what a job sends never changes');
END;

CREATE TRIGGER batches_keep_content BEFORE UPDATE OF provider, model, system, prompt, parameters, identity ON batches BEGIN
    SELECT RAISE(ABORT, 'what a batch sends never changes');
END;

CREATE TRIGGER attempts_ended AFTER UPDATE OF phase ON attempts WHEN NEW.phase <> OLD.phase BEGIN
    UPDATE counts SET
        attempts = attempts + (NEW.phase IN ('succeeded', 'failed', 'unknown')) - (OLD.phase IN ('succeeded', 'failed', 'unknown')),
        attempts_failed = attempts_failed + (NEW.phase = 'failed') - (OLD.phase = 'failed'),
        attempts_unknown = attempts_unknown + (NEW.phase = 'unknown') - (OLD.phase = 'unknown'),
        input_tokens = CASE WHEN NEW.input_tokens IS NULL THEN input_tokens
            ELSE ifnull(input_tokens, 0) + NEW.input_tokens - ifnull(OLD.input_tokens, 0) END,
        output_tokens = CASE WHEN NEW.output_tokens IS NULL THEN output_tokens
            ELSE ifnull(output_tokens, 0) + NEW.output_tokens - ifnull(OLD.output_tokens, 0) END,
        cost = CASE WHEN NEW.cost IS NULL THEN cost ELSE ifnull(cost, 0) + NEW.cost - ifnull(OLD.cost, 0) END
    WHERE batch = NEW.batch;
END;

CREATE TRIGGER attempts_never_reopen BEFORE UPDATE OF phase ON attempts
WHEN NEW.phase <> OLD.phase AND (NEW.phase = 'open' OR OLD.phase NOT IN ('open', 'unknown')) BEGIN
    SELECT RAISE(ABORT, 'an ended attempt keeps its phase');
END;

CREATE TRIGGER captions_counted AFTER INSERT ON captions WHEN NEW.accepted = 0 BEGIN
    UPDATE counts SET duplicates = duplicates + 1 WHERE batch = (SELECT batch FROM jobs WHERE id = NEW.job);
END;

-- REPLACE deletes without telling the trigger below.
CREATE TRIGGER captions_not_replaced BEFORE INSERT ON captions
WHEN EXISTS (SELECT 1 FROM captions WHERE attempt = NEW.attempt)
    OR NEW.accepted = 1 AND EXISTS (SELECT 1 FROM captions WHERE job = NEW.job AND accepted = 1) BEGIN
    SELECT RAISE(ABORT, 'a caption is never replaced');
END;

CREATE TRIGGER captions_kept BEFORE DELETE ON captions BEGIN
    SELECT RAISE(ABORT, 'a caption is never deleted');
END;

CREATE TRIGGER captions_unchanged BEFORE UPDATE ON captions BEGIN
    SELECT RAISE(ABORT, 'a caption is never overwritten');
END;
