-- What an answer may have cost and used by its largest reading: numbers that contradict each other err to the user's safe side.
ALTER TABLE attempts ADD COLUMN cost_at_most INTEGER CHECK (cost_at_most >= 0);
ALTER TABLE attempts ADD COLUMN tokens_at_most INTEGER CHECK (tokens_at_most >= 0);

-- From now on `committed` and `dearest` are no smaller than any reading of a call.
DROP TRIGGER attempts_ended;
CREATE TRIGGER attempts_ended
AFTER UPDATE OF phase, billed, input_tokens, output_tokens, cost, cost_at_most, tokens_at_most, reserved_cost,
    reserved_tokens ON attempts BEGIN
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

-- What was known of one side alone counts from now on.
UPDATE counts SET committed_tokens = sums.committed_tokens
FROM (
    SELECT batch, sum(iif(billed = 'no', 0, max(coalesce(min(input_tokens + output_tokens, 1000000000000), reserved_tokens, 0),
        min(max(ifnull(input_tokens, 0), ifnull(output_tokens, 0)), 1000000000000)))) AS committed_tokens
    FROM attempts GROUP BY batch
) AS sums WHERE sums.batch = counts.batch;
