-- What a person asked a rerun to run again ({from?, only?}). NULL: it is none; its parent_run, if any, called it.
ALTER TABLE runs ADD COLUMN rerun jsonb;
-- The run that executed a node whose output a rerun has taken over, under the same address. NULL: this run's own.
ALTER TABLE nodes ADD COLUMN reused_from text;
