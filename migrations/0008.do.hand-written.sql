-- Of a hand-written workflow: Temporal's "Run ID" of its first execution, which a reset and a retry keep. Another one is
-- another workflow under the same Workflow ID. NULL: a run of a pipeline.
ALTER TABLE runs ADD COLUMN first_temporal_run_id text;
