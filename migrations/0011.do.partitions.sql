-- The partition that a run works on: a day, a month or a name. NULL: its pipeline has none.
ALTER TABLE runs ADD COLUMN partition text;
CREATE INDEX runs_by_partition ON runs (pipeline, partition, started_at DESC) WHERE partition IS NOT NULL;

-- The ledger: which node of which partition is done, by which run, of which plan and build. Written in the transaction that
-- ends a run; the row with node '' says that the whole partition is done. It outlives the runs.
CREATE TABLE partition_ledger (
  pipeline  text NOT NULL,
  partition text NOT NULL,
  node      text NOT NULL,                     -- id in the plan; '': all of it
  run_id    text NOT NULL,                     -- the run that executed it, which a rerun takes it over from
  plan_hash text NOT NULL,
  build     text NOT NULL,
  done_at   timestamptz NOT NULL,
  PRIMARY KEY (pipeline, partition, node)
);

-- Back-fills: runs for many partitions, a few at a time.
CREATE TABLE backfills (
  id           text PRIMARY KEY,               -- Temporal's Workflow ID
  pipeline     text NOT NULL,
  config       jsonb NOT NULL,
  missing_only boolean NOT NULL,
  max_parallel int NOT NULL CHECK (max_parallel > 0),
  by           text NOT NULL,
  status       text NOT NULL CHECK (status IN ('running','completed','failed','cancelled','terminated')),
  started_at   timestamptz NOT NULL DEFAULT now(),
  ended_at     timestamptz
);
CREATE INDEX backfills_by_start ON backfills (started_at DESC, id);
CREATE INDEX backfills_open ON backfills (pipeline) WHERE status = 'running';

CREATE TABLE backfill_partitions (
  backfill_id text NOT NULL REFERENCES backfills (id),
  seq         int NOT NULL,
  partition   text NOT NULL,
  -- kept: it was done before, and is not done again; left: the back-fill was cancelled before its turn.
  state       text NOT NULL CHECK (state IN ('waiting','running','done','kept','failed','left')),
  run_id      text,
  reason      text,
  PRIMARY KEY (backfill_id, seq),
  UNIQUE (backfill_id, partition)
);
CREATE INDEX backfill_partitions_open ON backfill_partitions (backfill_id, seq) WHERE state IN ('waiting','running');
