-- Captions that were taken over from another batch, and how many calls a budget has something set aside for.

-- The call that brought the caption, where usage and cost stand. An attempt that has it was no call: it is in no count, and cost nothing.
ALTER TABLE attempts ADD COLUMN reused_from INTEGER REFERENCES attempts (id)
    CHECK (reused_from IS NULL OR (phase = 'succeeded' AND coalesce(cost, input_tokens, output_tokens, reserved_cost, reserved_tokens) IS NULL));

-- Captions that were taken over.
ALTER TABLE counts ADD COLUMN reused INTEGER NOT NULL DEFAULT 0 CHECK (reused >= 0);
-- Calls for which an amount, or tokens, are set aside because nobody has told (yet) what they came to.
ALTER TABLE counts ADD COLUMN set_aside_cost_calls INTEGER NOT NULL DEFAULT 0 CHECK (set_aside_cost_calls >= 0);
ALTER TABLE counts ADD COLUMN set_aside_token_calls INTEGER NOT NULL DEFAULT 0 CHECK (set_aside_token_calls >= 0);

UPDATE counts SET set_aside_cost_calls = sums.cost_calls, set_aside_token_calls = sums.token_calls
FROM (
    SELECT batch, sum(billed <> 'no' AND reserved_cost IS NOT NULL AND cost IS NULL) AS cost_calls,
        sum(billed <> 'no' AND reserved_tokens IS NOT NULL AND input_tokens + output_tokens IS NULL) AS token_calls
    FROM attempts GROUP BY batch
) AS sums WHERE sums.batch = counts.batch;

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
