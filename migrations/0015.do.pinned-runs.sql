-- Runs that Temporal keeps on the workers of one build to their end.
ALTER TABLE runs ADD COLUMN pinned_to text;   -- the build; null: not pinned, or a run of before
