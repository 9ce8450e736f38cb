-- The queue. Times are UTC milliseconds, money is nano-dollars (1e-9 USD), paths are bytes.
-- A column of JSON is checked by its first character: json_valid() is not allowed in a schema that is not trusted (SQLite before 3.41).
-- A CHECK, an index or a trigger compares with each value by itself: SQLite builds a temporary tree for an IN with three constants or more.
-- A column of type ANY holds a user's text; as a BLOB of its UTF-8 where it contains NUL, which a C string would cut.
-- Once released this file never changes: its checksum is stored in every queue.

-- What the JSON and the words in all these columns mean: a build that knows less than this number refuses the queue with a sentence, one that
-- knows more raises it, and then older processes stop at their next write.
CREATE TABLE format (number INTEGER NOT NULL) STRICT;
INSERT INTO format VALUES (1);

-- One row a rate limit. `rule` is the JSON of Core's Lane: limits, pace, slots, breaker, pause.
CREATE TABLE lanes (
    id   INTEGER PRIMARY KEY,
    name TEXT NOT NULL UNIQUE CHECK (name <> ''),
    rule TEXT NOT NULL CHECK (substr(rule, 1, 1) = '{')
) STRICT;

-- Jobs that share provider, model, texts and parameters, which never change. `profile` (without key), `policy`, `budget` (JSON of Core's
-- BudgetTerms; null: no cap) and `checks` (JSON of Core's CheckRules) may. A trial was made by `compare`.
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
    budget     TEXT CHECK (substr(budget, 1, 1) = '{'),
    checks     TEXT NOT NULL DEFAULT '{}' CHECK (substr(checks, 1, 1) = '{'),
    trial      INTEGER NOT NULL DEFAULT 0 CHECK (trial IN (0, 1)),
    created_at INTEGER NOT NULL
) STRICT;

-- A provider and model at which jobs of a batch may be asked besides its own. `position` is its place in the batch's fallback list, from 1;
-- null: a person sent jobs there, or it left the list. `profile` as in `batches`; `terms` is JSON of Core's BudgetTerms, whose budget is the
-- batch's. `queued` is kept by a trigger.
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

-- What a change of a batch has still to do, a page a transaction; whoever opens the queue next goes on with what a killed process left.
-- `take`: captions that were set aside are taken, for nobody is asked again any more. `leave`: jobs that wait for `route`, which left the list,
-- go to the one that is at `position` or behind it by now, or fail where there is none. `rank` and `last` say where the last page ended.
CREATE TABLE chores (
    id       INTEGER PRIMARY KEY,
    batch    INTEGER NOT NULL REFERENCES batches (id),
    kind     TEXT NOT NULL CHECK (kind = 'take' OR kind = 'leave'),
    route    INTEGER REFERENCES routes (id),
    position INTEGER,
    rank     INTEGER NOT NULL DEFAULT -9223372036854775808,
    last     INTEGER NOT NULL DEFAULT -9223372036854775808,
    CHECK ((kind = 'leave') = (route IS NOT NULL AND position IS NOT NULL))
) STRICT;

-- A picture as it stood when it was looked at: a file, or a member of an archive, of which `member` is the name, `start` (else -1) and
-- `length` say where its bytes lie. Size, time and inode are the file's at `path`. A changed file gets a row of its own. `damage`: why it
-- cannot be decoded whole; `orientation`: as EXIF says, 1 to 8.
CREATE TABLE pictures (
    id          INTEGER PRIMARY KEY,
    path        BLOB NOT NULL,
    member      BLOB,
    start       INTEGER NOT NULL DEFAULT -1,
    length      INTEGER CHECK (length > 0),
    size        INTEGER NOT NULL CHECK (size > 0),
    modified    INTEGER NOT NULL,
    inode       INTEGER NOT NULL,
    format      TEXT NOT NULL,
    digest      BLOB CHECK (digest IS NULL OR length(digest) = 32),
    damage      TEXT,
    orientation INTEGER CHECK (orientation BETWEEN 1 AND 8),
    UNIQUE (path, start, size, modified, inode),
    CHECK ((start >= 0) = (member IS NOT NULL AND length IS NOT NULL))
) STRICT;

-- An archive may hold a million of them.
CREATE INDEX pictures_by_member ON pictures (path, member) WHERE member IS NOT NULL;

-- Narrow and hot. `images` is a JSON list: a number is a picture, a text is a URL. `lease` is the open attempt.
-- `attempts` counts calls for display; failures, unanswered, crashes and asked_again (how often because of flags, asked_longer of these for
-- a longer answer) are the budgets that `retry` and `release` refill. `route` is where the job is asked; 0: at the batch's own provider and
-- model. `max_tokens` is the longest answer that a person allowed it; null: what the batch asks for. `reopened` is of a job that is asked
-- again for another caption than the accepted one: the last attempt before; null once it is settled. `priority` is a person's choice (Core's
-- Priority), and what is lower goes first; of one priority what was put back less often (`postponed`), and of these the lowest number.
CREATE TABLE jobs (
    id           INTEGER PRIMARY KEY,
    batch        INTEGER NOT NULL REFERENCES batches (id),
    fingerprint  BLOB NOT NULL CHECK (length(fingerprint) = 32),
    images       TEXT NOT NULL CHECK (substr(images, 1, 1) = '['),
    prompt       ANY,
    state        TEXT NOT NULL DEFAULT 'queued'
                 CHECK (state = 'queued' OR state = 'running' OR state = 'succeeded' OR state = 'failed' OR state = 'held'
                        OR state = 'cancelled'),
    priority     INTEGER NOT NULL DEFAULT 0 CHECK (priority = -1 OR priority = 0 OR priority = 1),
    postponed    INTEGER NOT NULL DEFAULT 0 CHECK (postponed >= 0),
    available_at INTEGER,
    attempts     INTEGER NOT NULL DEFAULT 0 CHECK (attempts >= 0),
    failures     INTEGER NOT NULL DEFAULT 0 CHECK (failures >= 0),
    unanswered   INTEGER NOT NULL DEFAULT 0 CHECK (unanswered >= 0),
    crashes      INTEGER NOT NULL DEFAULT 0 CHECK (crashes >= 0),
    asked_again  INTEGER NOT NULL DEFAULT 0 CHECK (asked_again >= 0),
    asked_longer INTEGER NOT NULL DEFAULT 0 CHECK (asked_longer >= 0),
    route        INTEGER NOT NULL DEFAULT 0 CHECK (route >= 0),
    max_tokens   INTEGER CHECK (max_tokens > 0),
    lease        INTEGER REFERENCES attempts (id),
    reopened     INTEGER,
    finished_at  INTEGER,
    UNIQUE (batch, fingerprint),
    CHECK (reopened IS NULL OR state = 'queued' OR state = 'running' OR state = 'held'),
    CHECK ((state = 'running') = (lease IS NOT NULL)),
    CHECK ((state = 'succeeded' OR state = 'failed' OR state = 'cancelled') = (finished_at IS NOT NULL)),
    CHECK (available_at IS NULL OR state = 'queued')
) STRICT;
CREATE INDEX jobs_ready ON jobs (batch, priority, postponed, id) WHERE state = 'queued' AND available_at IS NULL AND route = 0;
CREATE INDEX jobs_ready_elsewhere ON jobs (route, priority, postponed, id) WHERE state = 'queued' AND available_at IS NULL AND route <> 0;
CREATE INDEX jobs_due ON jobs (available_at) WHERE state = 'queued' AND available_at IS NOT NULL;
CREATE INDEX jobs_stopped ON jobs (batch, state) WHERE state = 'failed' OR state = 'held' OR state = 'cancelled';

-- What brought entries: a folder, a glob or a file of rows, as an absolute path.
CREATE TABLE inputs (
    id    INTEGER PRIMARY KEY,
    batch INTEGER NOT NULL REFERENCES batches (id),
    name  BLOB NOT NULL,
    UNIQUE (batch, name)
) STRICT;

CREATE TABLE entries (
    id            INTEGER PRIMARY KEY,
    batch         INTEGER NOT NULL REFERENCES batches (id),
    key           ANY NOT NULL,
    job           INTEGER NOT NULL REFERENCES jobs (id),
    own_key       INTEGER NOT NULL CHECK (own_key IN (0, 1)),
    -- As the user wrote them, a JSON list; and where a default key belongs, nil for URLs.
    given         TEXT NOT NULL CHECK (substr(given, 1, 1) = '['),
    path          BLOB,
    extra         TEXT NOT NULL DEFAULT '{}' CHECK (substr(extra, 1, 1) = '{'),
    input         INTEGER REFERENCES inputs (id),
    -- When its picture was found to be gone from the input; null: it is there.
    missing_since INTEGER,
    created_at    INTEGER NOT NULL,
    UNIQUE (batch, key)
) STRICT;
CREATE INDEX entries_job ON entries (job);
CREATE INDEX entries_missing ON entries (batch) WHERE missing_since IS NOT NULL;

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
-- `estimated_output` is the answer's part of `estimated_tokens`; the rest is the prompt's. `cost_at_most` and `tokens_at_most` are the
-- answer's largest reading: numbers that contradict each other err to the user's safe side. `reserved` was set aside under a budget when the
-- call was made, and stands for the cost for as long as that is not known. `finish_reason` is why the model stopped where its answer was no
-- caption, and `answer` the text of one that was read and not accepted: it may have been paid for. `tier` is at which tier it was asked (null:
-- standard), `served_tier` the answer's own word for the one at which it was served.
CREATE TABLE attempts (
    id               INTEGER PRIMARY KEY AUTOINCREMENT,
    batch            INTEGER NOT NULL REFERENCES batches (id),
    job              INTEGER NOT NULL REFERENCES jobs (id),
    n                INTEGER NOT NULL CHECK (n > 0),
    worker           INTEGER NOT NULL REFERENCES workers (id),
    route            INTEGER NOT NULL DEFAULT 0 CHECK (route >= 0),
    started_at       INTEGER NOT NULL,
    lease_until      INTEGER NOT NULL,
    ended_at         INTEGER,
    phase            TEXT NOT NULL DEFAULT 'open' CHECK (phase = 'open' OR phase = 'succeeded' OR phase = 'failed'
                     OR phase = 'released' OR phase = 'unknown'),
    billed           TEXT NOT NULL DEFAULT 'unknown' CHECK (billed = 'no' OR billed = 'yes' OR billed = 'unknown'),
    http_status      INTEGER,
    class            TEXT,
    message          TEXT,
    request_id       TEXT,
    finish_reason    TEXT,
    answer           TEXT,
    latency          INTEGER,
    estimated_tokens INTEGER NOT NULL,
    estimated_output INTEGER NOT NULL DEFAULT 0 CHECK (estimated_output >= 0),
    input_tokens     INTEGER,
    output_tokens    INTEGER,
    cached_tokens    INTEGER,
    tokens_at_most   INTEGER CHECK (tokens_at_most >= 0),
    cost             INTEGER,
    cost_at_most     INTEGER CHECK (cost_at_most >= 0),
    cost_source      TEXT,
    reserved_cost    INTEGER CHECK (reserved_cost >= 0),
    reserved_tokens  INTEGER CHECK (reserved_tokens >= 0),
    tier             TEXT CHECK (tier = 'flex'),
    served_tier      TEXT,
    -- Why it may have been paid for without use: no answer came (unknown), a failure that may have been billed (failed) or was (paid), a
    -- caption that nobody needed (duplicate).
    doubt            TEXT CHECK (doubt = 'unknown' OR doubt = 'failed' OR doubt = 'paid' OR doubt = 'duplicate'),
    -- The call that brought the caption, where usage and cost stand. An attempt that has it was no call: it is in no count, and cost nothing.
    reused_from      INTEGER REFERENCES attempts (id),
    UNIQUE (job, n),
    CHECK ((phase = 'open') = (ended_at IS NULL)),
    CHECK (phase <> 'succeeded' OR billed = 'yes'),
    CHECK (reused_from IS NULL OR (phase = 'succeeded'
        AND coalesce(cost, input_tokens, output_tokens, reserved_cost, reserved_tokens) IS NULL))
) STRICT;
CREATE INDEX attempts_lease ON attempts (lease_until) WHERE phase = 'open';
CREATE INDEX attempts_worker ON attempts (worker) WHERE phase = 'open';
CREATE INDEX attempts_doubtful ON attempts (batch, id) WHERE doubt IS NOT NULL;

-- Every caption that ever arrived; usage and cost stand with its attempt. A job has at most one accepted caption. One that was set aside was
-- flagged, paid for and kept while its job was asked again: it is no duplicate, and may be accepted in the end.
CREATE TABLE captions (
    attempt       INTEGER PRIMARY KEY REFERENCES attempts (id),
    job           INTEGER NOT NULL REFERENCES jobs (id),
    accepted      INTEGER NOT NULL CHECK (accepted IN (0, 1)),
    set_aside     INTEGER NOT NULL DEFAULT 0 CHECK (set_aside IN (0, 1)),
    text          TEXT NOT NULL,
    finish_reason TEXT,
    model         TEXT,
    flags         TEXT NOT NULL CHECK (substr(flags, 1, 1) = '['),
    received_at   INTEGER NOT NULL
) STRICT;
CREATE UNIQUE INDEX captions_accepted ON captions (job) WHERE accepted = 1;
CREATE INDEX captions_set_aside ON captions (job) WHERE set_aside = 1;
CREATE INDEX captions_flagged ON captions (job) WHERE accepted = 1 AND flags <> '[]';

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
    -- Captions that were taken over from other batches.
    reused           INTEGER NOT NULL DEFAULT 0 CHECK (reused >= 0),
    -- Attempts that are open.
    in_flight        INTEGER NOT NULL DEFAULT 0 CHECK (in_flight >= 0),
    -- Jobs' `unanswered` in all, for the rule that stops paying a provider that does not answer.
    unanswered       INTEGER NOT NULL DEFAULT 0 CHECK (unanswered >= 0),
    -- `attempts` and `unanswered` as they were when a person last lifted a pause: the rule against silence counts what came since.
    forgiven_attempts   INTEGER NOT NULL DEFAULT 0,
    forgiven_unanswered INTEGER NOT NULL DEFAULT 0,
    -- Null until an answer reported one.
    input_tokens     INTEGER,
    output_tokens    INTEGER,
    cost             INTEGER,
    -- Captions whose cost is known.
    priced           INTEGER NOT NULL DEFAULT 0 CHECK (priced >= 0),
    -- Of every attempt: nothing where it was not billed; else what it cost, while that is not known what was reserved; no less than any
    -- reading of it.
    committed_cost   INTEGER NOT NULL DEFAULT 0 CHECK (committed_cost >= 0),
    committed_tokens INTEGER NOT NULL DEFAULT 0 CHECK (committed_tokens >= 0),
    -- Of one call so far.
    dearest_cost     INTEGER NOT NULL DEFAULT 0 CHECK (dearest_cost >= 0),
    dearest_tokens   INTEGER NOT NULL DEFAULT 0 CHECK (dearest_tokens >= 0),
    -- Calls for which an amount, or tokens, are set aside because nobody has told (yet) what they came to.
    set_aside_cost_calls  INTEGER NOT NULL DEFAULT 0 CHECK (set_aside_cost_calls >= 0),
    set_aside_token_calls INTEGER NOT NULL DEFAULT 0 CHECK (set_aside_token_calls >= 0)
) STRICT;

-- Doubtful calls added up, kept by triggers.
CREATE TABLE doubts (
    batch    INTEGER NOT NULL REFERENCES batches (id),
    kind     TEXT NOT NULL CHECK (kind = 'unknown' OR kind = 'failed' OR kind = 'paid' OR kind = 'duplicate'),
    calls    INTEGER NOT NULL CHECK (calls >= 0),
    -- Of those whose cost is known; of the others, what was reserved for them; and how many have neither.
    cost     INTEGER NOT NULL CHECK (cost >= 0),
    most     INTEGER NOT NULL CHECK (most >= 0),
    unpriced INTEGER NOT NULL CHECK (unpriced >= 0),
    PRIMARY KEY (batch, kind)
) STRICT, WITHOUT ROWID;

-- Of accepted captions; '*' counts each flagged caption once.
CREATE TABLE flag_counts (
    batch INTEGER NOT NULL REFERENCES batches (id),
    flag  TEXT NOT NULL,
    count INTEGER NOT NULL CHECK (count >= 0),
    PRIMARY KEY (batch, flag)
) STRICT, WITHOUT ROWID;

-- Every flag there is; a caption's `flags` is a JSON list of them.
CREATE TABLE flag_names (flag TEXT PRIMARY KEY) STRICT, WITHOUT ROWID;
INSERT INTO flag_names VALUES ('empty'), ('truncated'), ('refusal'), ('prompt_leak'), ('repetition'), ('too_short'), ('too_long'),
    ('language'), ('banned'), ('schema'), ('*');

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

-- A succeeded job has its caption. The moves are those of Core's JobState: a job that has its caption is asked again only where a person says
-- so, and then it has its caption in the end; one that waits for the next provider of a list fails where it is taken from the list.
CREATE TRIGGER jobs_succeed_with_caption BEFORE UPDATE OF state ON jobs
WHEN NEW.state = 'succeeded' AND NOT EXISTS (SELECT 1 FROM captions WHERE job = NEW.id AND accepted = 1) BEGIN
    SELECT RAISE(ABORT, 'a job cannot succeed without a caption');
END;

CREATE TRIGGER jobs_move_lawfully BEFORE UPDATE OF state ON jobs
WHEN NEW.state <> OLD.state AND NOT CASE OLD.state
    WHEN 'queued' THEN NEW.state <> 'queued'
    WHEN 'running' THEN true
    WHEN 'succeeded' THEN NEW.state = 'queued' AND NEW.reopened IS NOT NULL
    ELSE NEW.state = 'queued' OR NEW.state = 'succeeded' OR NEW.state = 'cancelled'
END BEGIN
    SELECT RAISE(ABORT, 'a job cannot move like this');
END;

CREATE TRIGGER jobs_reopen_with_caption BEFORE UPDATE OF reopened ON jobs
WHEN NEW.reopened IS NOT NULL AND NOT EXISTS (SELECT 1 FROM captions WHERE job = NEW.id AND accepted = 1) BEGIN
    SELECT RAISE(ABORT, 'only a job that has a caption is asked for another one');
END;

CREATE TRIGGER jobs_routed AFTER UPDATE OF state, route ON jobs
WHEN (OLD.route <> 0 OR NEW.route <> 0) AND (OLD.state <> NEW.state OR OLD.route <> NEW.route) BEGIN
    UPDATE routes SET queued = queued - 1 WHERE id = OLD.route AND OLD.state = 'queued';
    UPDATE routes SET queued = queued + 1 WHERE id = NEW.route AND NEW.state = 'queued';
END;

CREATE TRIGGER jobs_keep_to_their_routes BEFORE UPDATE OF route ON jobs
WHEN NEW.route <> 0 AND NOT EXISTS (SELECT 1 FROM routes WHERE id = NEW.route AND batch = NEW.batch) BEGIN
    SELECT RAISE(ABORT, 'a job takes a route of its batch');
END;

CREATE TRIGGER jobs_keep_content BEFORE UPDATE OF batch, fingerprint, prompt ON jobs
WHEN NEW.batch <> OLD.batch OR NEW.fingerprint <> OLD.fingerprint OR NEW.prompt IS NOT OLD.prompt BEGIN
    SELECT RAISE(ABORT, 'what a job sends never changes');
END;

CREATE TRIGGER batches_keep_content BEFORE UPDATE OF provider, model, system, prompt, parameters, identity ON batches BEGIN
    SELECT RAISE(ABORT, 'what a batch sends never changes');
END;

CREATE TRIGGER attempts_opened AFTER INSERT ON attempts BEGIN
    UPDATE counts SET in_flight = in_flight + (NEW.phase = 'open'), committed_cost = committed_cost + ifnull(NEW.reserved_cost, 0),
        committed_tokens = committed_tokens + ifnull(NEW.reserved_tokens, 0)
    WHERE batch = NEW.batch;
END;

-- A call of more than a million million tokens is a mistake of whoever said so.
CREATE TRIGGER attempts_ended
AFTER UPDATE OF phase, billed, input_tokens, output_tokens, cost, cost_at_most, tokens_at_most, reserved_cost,
    reserved_tokens ON attempts BEGIN
    UPDATE counts SET
        attempts = attempts + (NEW.phase = 'succeeded' OR NEW.phase = 'failed' OR NEW.phase = 'unknown')
            - (OLD.phase = 'succeeded' OR OLD.phase = 'failed' OR OLD.phase = 'unknown'),
        attempts_failed = attempts_failed + (NEW.phase = 'failed') - (OLD.phase = 'failed'),
        attempts_unknown = attempts_unknown + (NEW.phase = 'unknown') - (OLD.phase = 'unknown'),
        in_flight = in_flight + (NEW.phase = 'open') - (OLD.phase = 'open'),
        input_tokens = CASE WHEN NEW.input_tokens IS NULL THEN input_tokens
            ELSE ifnull(input_tokens, 0) + NEW.input_tokens - ifnull(OLD.input_tokens, 0) END,
        output_tokens = CASE WHEN NEW.output_tokens IS NULL THEN output_tokens
            ELSE ifnull(output_tokens, 0) + NEW.output_tokens - ifnull(OLD.output_tokens, 0) END,
        cost = CASE WHEN NEW.cost IS NULL THEN cost ELSE ifnull(cost, 0) + NEW.cost - ifnull(OLD.cost, 0) END,
        committed_cost = committed_cost
            + iif(NEW.billed = 'no', 0, max(coalesce(NEW.cost, NEW.reserved_cost, 0), ifnull(NEW.cost_at_most, 0)))
            - iif(OLD.billed = 'no', 0, max(coalesce(OLD.cost, OLD.reserved_cost, 0), ifnull(OLD.cost_at_most, 0))),
        committed_tokens = committed_tokens
            + iif(NEW.billed = 'no', 0, max(
                coalesce(min(NEW.input_tokens + NEW.output_tokens, 1000000000000), NEW.reserved_tokens, 0),
                min(max(ifnull(NEW.tokens_at_most, 0), ifnull(NEW.input_tokens, 0), ifnull(NEW.output_tokens, 0)), 1000000000000)))
            - iif(OLD.billed = 'no', 0, max(
                coalesce(min(OLD.input_tokens + OLD.output_tokens, 1000000000000), OLD.reserved_tokens, 0),
                min(max(ifnull(OLD.tokens_at_most, 0), ifnull(OLD.input_tokens, 0), ifnull(OLD.output_tokens, 0)), 1000000000000))),
        dearest_cost = max(dearest_cost, ifnull(NEW.cost, 0), ifnull(NEW.cost_at_most, 0)),
        dearest_tokens = max(dearest_tokens, ifnull(min(NEW.input_tokens + NEW.output_tokens, 1000000000000), 0),
            min(ifnull(NEW.tokens_at_most, 0), 1000000000000)),
        priced = priced + (NEW.phase = 'succeeded' AND NEW.cost IS NOT NULL) - (OLD.phase = 'succeeded' AND OLD.cost IS NOT NULL)
    WHERE batch = NEW.batch;
END;

CREATE TRIGGER attempts_cleared AFTER UPDATE OF doubt, cost, reserved_cost ON attempts WHEN OLD.doubt IS NOT NULL BEGIN
    UPDATE doubts SET calls = calls - 1, cost = cost - ifnull(OLD.cost, 0),
        most = most - iif(OLD.cost IS NULL, ifnull(OLD.reserved_cost, 0), 0),
        unpriced = unpriced - (coalesce(OLD.cost, OLD.reserved_cost) IS NULL)
    WHERE batch = OLD.batch AND kind = OLD.doubt;
END;

CREATE TRIGGER attempts_doubted AFTER UPDATE OF doubt, cost, reserved_cost ON attempts WHEN NEW.doubt IS NOT NULL BEGIN
    INSERT INTO doubts (batch, kind, calls, cost, most, unpriced)
    VALUES (NEW.batch, NEW.doubt, 1, ifnull(NEW.cost, 0), iif(NEW.cost IS NULL, ifnull(NEW.reserved_cost, 0), 0),
        coalesce(NEW.cost, NEW.reserved_cost) IS NULL)
    ON CONFLICT (batch, kind) DO UPDATE SET calls = calls + 1, cost = cost + excluded.cost, most = most + excluded.most,
        unpriced = unpriced + excluded.unpriced;
END;

CREATE TRIGGER attempts_reused AFTER INSERT ON attempts WHEN NEW.reused_from IS NOT NULL BEGIN
    UPDATE counts SET reused = reused + 1 WHERE batch = NEW.batch;
END;

CREATE TRIGGER attempts_set_aside AFTER INSERT ON attempts WHEN coalesce(NEW.reserved_cost, NEW.reserved_tokens) IS NOT NULL BEGIN
    UPDATE counts SET
        set_aside_cost_calls = set_aside_cost_calls + (NEW.billed <> 'no' AND NEW.reserved_cost IS NOT NULL AND NEW.cost IS NULL),
        set_aside_token_calls = set_aside_token_calls
            + (NEW.billed <> 'no' AND NEW.reserved_tokens IS NOT NULL AND NEW.input_tokens + NEW.output_tokens IS NULL)
    WHERE batch = NEW.batch;
END;

CREATE TRIGGER attempts_given_back
AFTER UPDATE OF billed, input_tokens, output_tokens, cost, reserved_cost, reserved_tokens ON attempts
WHEN coalesce(NEW.reserved_cost, NEW.reserved_tokens, OLD.reserved_cost, OLD.reserved_tokens) IS NOT NULL BEGIN
    UPDATE counts SET
        set_aside_cost_calls = set_aside_cost_calls
            + (NEW.billed <> 'no' AND NEW.reserved_cost IS NOT NULL AND NEW.cost IS NULL)
            - (OLD.billed <> 'no' AND OLD.reserved_cost IS NOT NULL AND OLD.cost IS NULL),
        set_aside_token_calls = set_aside_token_calls
            + (NEW.billed <> 'no' AND NEW.reserved_tokens IS NOT NULL AND NEW.input_tokens + NEW.output_tokens IS NULL)
            - (OLD.billed <> 'no' AND OLD.reserved_tokens IS NOT NULL AND OLD.input_tokens + OLD.output_tokens IS NULL)
    WHERE batch = NEW.batch;
END;

CREATE TRIGGER attempts_never_reopen BEFORE UPDATE OF phase ON attempts
WHEN NEW.phase <> OLD.phase AND (NEW.phase = 'open' OR OLD.phase NOT IN ('open', 'unknown')) BEGIN
    SELECT RAISE(ABORT, 'an ended attempt keeps its phase');
END;

CREATE TRIGGER captions_counted AFTER INSERT ON captions WHEN NEW.accepted = 0 AND NEW.set_aside = 0 BEGIN
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

-- The accepted caption of a job that was asked again gives its place to a better one, and is kept beside it.
CREATE TRIGGER captions_unchanged BEFORE UPDATE ON captions
WHEN NOT (NEW.set_aside = 1 AND NEW.attempt = OLD.attempt AND NEW.job = OLD.job AND NEW.text = OLD.text
    AND NEW.finish_reason IS OLD.finish_reason AND NEW.model IS OLD.model AND NEW.flags = OLD.flags AND NEW.received_at = OLD.received_at
    AND (OLD.accepted = 0 AND NEW.accepted = 1 AND OLD.set_aside = 1
        OR OLD.accepted = 1 AND NEW.accepted = 0 AND EXISTS (SELECT 1 FROM jobs WHERE id = OLD.job AND reopened IS NOT NULL))) BEGIN
    SELECT RAISE(ABORT, 'a caption is never overwritten');
END;

CREATE TRIGGER flags_accepted AFTER INSERT ON captions WHEN NEW.accepted = 1 AND NEW.flags <> '[]' BEGIN
    INSERT INTO flag_counts (batch, flag, count)
    SELECT jobs.batch, flag_names.flag, 1 FROM flag_names JOIN jobs ON jobs.id = NEW.job
    WHERE flag_names.flag = '*' OR instr(NEW.flags, '"' || flag_names.flag || '"') > 0
    ON CONFLICT (batch, flag) DO UPDATE SET count = count + 1;
END;

CREATE TRIGGER flags_accepted_later AFTER UPDATE OF accepted ON captions
WHEN NEW.accepted = 1 AND OLD.accepted = 0 AND NEW.flags <> '[]' BEGIN
    INSERT INTO flag_counts (batch, flag, count)
    SELECT jobs.batch, flag_names.flag, 1 FROM flag_names JOIN jobs ON jobs.id = NEW.job
    WHERE flag_names.flag = '*' OR instr(NEW.flags, '"' || flag_names.flag || '"') > 0
    ON CONFLICT (batch, flag) DO UPDATE SET count = count + 1;
END;

CREATE TRIGGER flags_withdrawn AFTER UPDATE OF accepted ON captions WHEN NEW.accepted = 0 AND OLD.accepted = 1 AND NEW.flags <> '[]' BEGIN
    UPDATE flag_counts SET count = count - 1
    WHERE batch = (SELECT batch FROM jobs WHERE id = NEW.job) AND flag IN (
        SELECT flag FROM flag_names WHERE flag = '*' OR instr(NEW.flags, '"' || flag || '"') > 0);
END;
