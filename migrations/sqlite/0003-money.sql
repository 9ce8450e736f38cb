-- Budgets, what calls may have cost for nothing, and how much silence was forgiven. Amounts are nano-dollars; `most` is what a call may cost at most.

-- JSON of Core's BudgetTerms; null: no cap.
ALTER TABLE batches ADD COLUMN budget TEXT CHECK (substr(budget, 1, 1) = '{');

-- What was set aside for a call when it was made, under a budget. It stands for the cost for as long as the cost is not known.
ALTER TABLE attempts ADD COLUMN reserved_cost INTEGER CHECK (reserved_cost >= 0);
ALTER TABLE attempts ADD COLUMN reserved_tokens INTEGER CHECK (reserved_tokens >= 0);
-- Why it may have been paid for without use: no answer came (unknown), a failure that may have been billed (failed) or was (paid), a
-- caption that nobody needed (duplicate).
ALTER TABLE attempts ADD COLUMN doubt TEXT CHECK (doubt IN ('unknown', 'failed', 'paid', 'duplicate'));
CREATE INDEX attempts_doubtful ON attempts (batch, id) WHERE doubt IS NOT NULL;

-- Attempts that are open.
ALTER TABLE counts ADD COLUMN in_flight INTEGER NOT NULL DEFAULT 0 CHECK (in_flight >= 0);
-- Of every attempt: nothing where it was not billed; else what it cost, while that is not known what was reserved.
ALTER TABLE counts ADD COLUMN committed_cost INTEGER NOT NULL DEFAULT 0 CHECK (committed_cost >= 0);
ALTER TABLE counts ADD COLUMN committed_tokens INTEGER NOT NULL DEFAULT 0 CHECK (committed_tokens >= 0);
-- Of one call so far.
ALTER TABLE counts ADD COLUMN dearest_cost INTEGER NOT NULL DEFAULT 0 CHECK (dearest_cost >= 0);
ALTER TABLE counts ADD COLUMN dearest_tokens INTEGER NOT NULL DEFAULT 0 CHECK (dearest_tokens >= 0);
-- Captions whose cost is known.
ALTER TABLE counts ADD COLUMN priced INTEGER NOT NULL DEFAULT 0 CHECK (priced >= 0);
-- `attempts` and `unanswered` as they were when a person last lifted a pause: the rule against silence counts what came since.
ALTER TABLE counts ADD COLUMN forgiven_attempts INTEGER NOT NULL DEFAULT 0;
ALTER TABLE counts ADD COLUMN forgiven_unanswered INTEGER NOT NULL DEFAULT 0;

-- Doubtful calls added up, kept by triggers.
CREATE TABLE doubts (
    batch    INTEGER NOT NULL REFERENCES batches (id),
    kind     TEXT NOT NULL CHECK (kind IN ('unknown', 'failed', 'paid', 'duplicate')),
    calls    INTEGER NOT NULL CHECK (calls >= 0),
    -- Of those whose cost is known; of the others, what was reserved for them; and how many have neither.
    cost     INTEGER NOT NULL CHECK (cost >= 0),
    most     INTEGER NOT NULL CHECK (most >= 0),
    unpriced INTEGER NOT NULL CHECK (unpriced >= 0),
    PRIMARY KEY (batch, kind)
) STRICT, WITHOUT ROWID;

-- What happened before.
UPDATE attempts SET doubt = CASE phase WHEN 'unknown' THEN 'unknown' WHEN 'succeeded' THEN 'duplicate' ELSE iif(billed = 'yes', 'paid', 'failed') END
WHERE phase = 'unknown' OR (phase IN ('failed', 'released') AND billed <> 'no')
    OR (phase = 'succeeded' AND EXISTS (SELECT 1 FROM captions WHERE attempt = attempts.id AND accepted = 0));

INSERT INTO doubts (batch, kind, calls, cost, most, unpriced)
SELECT batch, doubt, count(*), ifnull(sum(cost), 0), 0, sum(cost IS NULL) FROM attempts WHERE doubt IS NOT NULL GROUP BY batch, doubt;

-- A call of more than a million million tokens is a mistake of whoever said so.
UPDATE counts SET in_flight = sums.in_flight, committed_cost = sums.committed_cost, committed_tokens = sums.committed_tokens,
    dearest_cost = sums.dearest_cost, dearest_tokens = sums.dearest_tokens, priced = sums.priced
FROM (
    SELECT batch, sum(phase = 'open') AS in_flight, sum(iif(billed = 'no', 0, ifnull(cost, 0))) AS committed_cost,
        sum(iif(billed = 'no', 0, ifnull(min(input_tokens + output_tokens, 1000000000000), 0))) AS committed_tokens,
        ifnull(max(cost), 0) AS dearest_cost, ifnull(max(min(input_tokens + output_tokens, 1000000000000)), 0) AS dearest_tokens,
        sum(phase = 'succeeded' AND cost IS NOT NULL) AS priced
    FROM attempts GROUP BY batch
) AS sums WHERE sums.batch = counts.batch;

CREATE TRIGGER attempts_opened AFTER INSERT ON attempts BEGIN
    UPDATE counts SET in_flight = in_flight + (NEW.phase = 'open'), committed_cost = committed_cost + ifnull(NEW.reserved_cost, 0),
        committed_tokens = committed_tokens + ifnull(NEW.reserved_tokens, 0)
    WHERE batch = NEW.batch;
END;

DROP TRIGGER attempts_ended;
CREATE TRIGGER attempts_ended
AFTER UPDATE OF phase, billed, input_tokens, output_tokens, cost, reserved_cost, reserved_tokens ON attempts BEGIN
    UPDATE counts SET
        attempts = attempts + (NEW.phase IN ('succeeded', 'failed', 'unknown')) - (OLD.phase IN ('succeeded', 'failed', 'unknown')),
        attempts_failed = attempts_failed + (NEW.phase = 'failed') - (OLD.phase = 'failed'),
        attempts_unknown = attempts_unknown + (NEW.phase = 'unknown') - (OLD.phase = 'unknown'),
        in_flight = in_flight + (NEW.phase = 'open') - (OLD.phase = 'open'),
        input_tokens = CASE WHEN NEW.input_tokens IS NULL THEN input_tokens
            ELSE ifnull(input_tokens, 0) + NEW.input_tokens - ifnull(OLD.input_tokens, 0) END,
        output_tokens = CASE WHEN NEW.output_tokens IS NULL THEN output_tokens
            ELSE ifnull(output_tokens, 0) + NEW.output_tokens - ifnull(OLD.output_tokens, 0) END,
        cost = CASE WHEN NEW.cost IS NULL THEN cost ELSE ifnull(cost, 0) + NEW.cost - ifnull(OLD.cost, 0) END,
        committed_cost = committed_cost + iif(NEW.billed = 'no', 0, coalesce(NEW.cost, NEW.reserved_cost, 0))
            - iif(OLD.billed = 'no', 0, coalesce(OLD.cost, OLD.reserved_cost, 0)),
        committed_tokens = committed_tokens
            + iif(NEW.billed = 'no', 0, coalesce(min(NEW.input_tokens + NEW.output_tokens, 1000000000000), NEW.reserved_tokens, 0))
            - iif(OLD.billed = 'no', 0, coalesce(min(OLD.input_tokens + OLD.output_tokens, 1000000000000), OLD.reserved_tokens, 0)),
        dearest_cost = max(dearest_cost, ifnull(NEW.cost, 0)),
        dearest_tokens = max(dearest_tokens, ifnull(min(NEW.input_tokens + NEW.output_tokens, 1000000000000), 0)),
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
