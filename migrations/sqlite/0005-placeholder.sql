-- Held free.
SELECT 1;
