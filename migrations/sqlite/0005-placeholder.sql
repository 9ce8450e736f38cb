-- Nothing: the place of another step.
SELECT 1;
