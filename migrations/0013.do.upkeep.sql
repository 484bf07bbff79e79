-- What steps said while they were executed: their own log, and the output of their processes and programs. A partition a day
-- of recorded time, which retention drops as a whole. No key and no reference: a line may come before the record of its node.
CREATE TABLE logs (
  run_id      text NOT NULL,
  address     text NOT NULL,
  fence       bigint NOT NULL,                 -- of the execution; 0: a light one, which claims at its end
  attempt     int NOT NULL,
  seq         int NOT NULL,                    -- place among the lines of its execution, from 0
  at          timestamptz NOT NULL,            -- by the worker's clock
  recorded_at timestamptz NOT NULL DEFAULT now(),
  level       text NOT NULL CHECK (level IN ('debug','info','warn','error')),
  message     text NOT NULL,
  fields      jsonb NOT NULL DEFAULT '{}'
) PARTITION BY RANGE (recorded_at);
CREATE INDEX logs_by_run ON logs (run_id, at);

-- Makes the partition of a day (UTC) where there is none. It is made beside the others and attached: that holds up no writer,
-- as CREATE TABLE ... PARTITION OF would. Who makes the same one at the same time waits for the first.
CREATE FUNCTION make_logs_partition(day date) RETURNS boolean LANGUAGE plpgsql AS $$
DECLARE
  name text := 'logs_' || to_char(day, 'YYYYMMDD');
BEGIN
  PERFORM pg_advisory_xact_lock(7235301945);
  IF EXISTS (SELECT FROM pg_inherits WHERE inhparent = 'logs'::regclass AND inhrelid = to_regclass(name)) THEN
    RETURN false;
  END IF;
  EXECUTE format('CREATE TABLE IF NOT EXISTS %I (LIKE logs INCLUDING ALL)', name);
  EXECUTE format('ALTER TABLE logs ATTACH PARTITION %I FOR VALUES FROM (%L) TO (%L)', name,
                 day::timestamp AT TIME ZONE 'UTC', (day + 1)::timestamp AT TIME ZONE 'UTC');
  RETURN true;
END $$;
SELECT make_logs_partition((now() AT TIME ZONE 'UTC')::date + ahead) FROM generate_series(0, 7) AS ahead;

-- When retention last removed executions of a run, and whether none is left of it.
ALTER TABLE runs ADD COLUMN executions_removed_at timestamptz;
ALTER TABLE runs ADD COLUMN executions_gone boolean NOT NULL DEFAULT false;

-- Blobs whose records are gone and whose files are to be removed: rows first, files after them, however often one is killed.
CREATE TABLE artifact_removals (
  digest      text PRIMARY KEY,
  bytes       bigint NOT NULL,
  recorded_at timestamptz NOT NULL DEFAULT now()
);

-- Each time that the upkeep was done, and what it came to.
CREATE TABLE upkeeps (
  id      bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  done_at timestamptz NOT NULL DEFAULT now(),
  result  jsonb NOT NULL
);
