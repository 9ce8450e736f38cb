-- Why the model stopped where its answer was no caption: a dud that the token limit cut is asked for otherwise than one that says nothing.
ALTER TABLE attempts ADD COLUMN finish_reason TEXT;
