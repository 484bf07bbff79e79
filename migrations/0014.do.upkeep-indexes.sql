-- Outside a transaction: these tables may be large, and are written while their indexes are built.

-- Ended runs that retention has still to look at.
CREATE INDEX CONCURRENTLY IF NOT EXISTS runs_to_tidy ON runs (ended_at, id) WHERE ended_at IS NOT NULL AND NOT executions_gone;
-- Whether the ledger or a segment still points at something.
CREATE INDEX CONCURRENTLY IF NOT EXISTS partition_ledger_by_run ON partition_ledger (run_id);
-- What is older than what is kept.
CREATE INDEX CONCURRENTLY IF NOT EXISTS prediction_segments_by_record ON prediction_segments (recorded_at, id);
CREATE INDEX CONCURRENTLY IF NOT EXISTS prediction_segments_by_artifact ON prediction_segments (artifact);
CREATE INDEX CONCURRENTLY IF NOT EXISTS labels_by_arrival ON labels (arrived_at, prediction_id);
