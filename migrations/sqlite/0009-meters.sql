-- Limits come in several windows, and prompts and answers are counted apart.

-- The answer's part of `estimated_tokens`; the rest is the prompt's. Of older attempts it is not known.
ALTER TABLE attempts ADD COLUMN estimated_output INTEGER NOT NULL DEFAULT 0 CHECK (estimated_output >= 0);

-- Core's Limits: a list of windows by what is counted. Merging with an empty object leaves out what is null.
UPDATE batches SET profile = json_set(profile, '$.limits', json(json_patch('{}', json_object(
    'concurrency', json_extract(profile, '$.limits.concurrency'),
    'windows', json_object(
        'requests', json('[' || json_extract(profile, '$.limits.requests') || ']'),
        'tokens', json('[' || json_extract(profile, '$.limits.tokens') || ']'))))))
WHERE json_type(profile, '$.limits') = 'object';
UPDATE routes SET profile = json_set(profile, '$.limits', json(json_patch('{}', json_object(
    'concurrency', json_extract(profile, '$.limits.concurrency'),
    'windows', json_object(
        'requests', json('[' || json_extract(profile, '$.limits.requests') || ']'),
        'tokens', json('[' || json_extract(profile, '$.limits.tokens') || ']'))))))
WHERE json_type(profile, '$.limits') = 'object';

-- What a lane had spent and found out of its pace begins anew; its limits, its calls in flight, why it is paused and what it learned of the
-- models' requests stay.
UPDATE lanes SET rule = json_object(
    'limits', json(json_patch('{}', json_object(
        'concurrency', json_extract(rule, '$.limits.concurrency'),
        'windows', json_object(
            'requests', json('[' || json_extract(rule, '$.limits.requests') || ']'),
            'tokens', json('[' || json_extract(rule, '$.limits.tokens') || ']'))))),
    'inFlight', ifnull(json_extract(rule, '$.inFlight'), 0),
    'pause', json_extract(rule, '$.paused'),
    'models', (SELECT json_group_object(key, json_object('quirks', json(value))) FROM json_each(rule, '$.learned')));
