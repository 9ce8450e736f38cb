-- Held free.
SELECT 2;
