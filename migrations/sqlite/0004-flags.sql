-- Checks of captions: what a batch asks for, captions that were set aside because of their flags, and how many captions carry each flag.

-- JSON of Core's CheckRules; they may change at each run.
ALTER TABLE batches ADD COLUMN checks TEXT NOT NULL DEFAULT '{}' CHECK (substr(checks, 1, 1) = '{');

-- How often the job was asked again because of flags, and how often of these for a longer answer. `retry` and `release` begin anew.
ALTER TABLE jobs ADD COLUMN asked_again INTEGER NOT NULL DEFAULT 0 CHECK (asked_again >= 0);
ALTER TABLE jobs ADD COLUMN asked_longer INTEGER NOT NULL DEFAULT 0 CHECK (asked_longer >= 0);

-- A flagged caption that was paid for and kept while its job was asked again. It is no duplicate, and may be accepted in the end.
ALTER TABLE captions ADD COLUMN set_aside INTEGER NOT NULL DEFAULT 0 CHECK (set_aside IN (0, 1));
CREATE INDEX captions_set_aside ON captions (job) WHERE set_aside = 1;

DROP TRIGGER captions_counted;
CREATE TRIGGER captions_counted AFTER INSERT ON captions WHEN NEW.accepted = 0 AND NEW.set_aside = 0 BEGIN
    UPDATE counts SET duplicates = duplicates + 1 WHERE batch = (SELECT batch FROM jobs WHERE id = NEW.job);
END;

DROP TRIGGER captions_unchanged;
CREATE TRIGGER captions_unchanged BEFORE UPDATE ON captions
WHEN NOT (OLD.accepted = 0 AND NEW.accepted = 1 AND OLD.set_aside = 1 AND NEW.set_aside = 1 AND NEW.attempt = OLD.attempt
    AND NEW.job = OLD.job AND NEW.text = OLD.text AND NEW.finish_reason IS OLD.finish_reason AND NEW.model IS OLD.model
    AND NEW.flags = OLD.flags AND NEW.received_at = OLD.received_at) BEGIN
    SELECT RAISE(ABORT, 'a caption is never overwritten');
END;

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

INSERT INTO flag_counts (batch, flag, count)
SELECT jobs.batch, flag_names.flag, count(*) FROM captions JOIN jobs ON jobs.id = captions.job
    JOIN flag_names ON flag_names.flag = '*' OR instr(captions.flags, '"' || flag_names.flag || '"') > 0
WHERE captions.accepted = 1 AND captions.flags <> '[]' GROUP BY jobs.batch, flag_names.flag;

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
