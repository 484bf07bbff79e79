-- Deadlines: until when a pipeline had to be done, a row a day. One is put down before it comes, and judged when it has.
CREATE TABLE deadlines (
  pipeline    text NOT NULL,
  day         text NOT NULL,                   -- calendar day of the deadline's zone
  due_at      timestamptz NOT NULL,
  times       text NOT NULL,                   -- as the code had it: time, days and zone
  since_at    timestamptz NOT NULL,            -- the one before it: what began since then counts
  partition   text,                            -- that which has to be done; NULL: its pipeline has none
  state       text NOT NULL DEFAULT 'waiting' CHECK (state IN ('waiting','met','missed')),
  run_id      text,                            -- the run that did it, in time or late
  reason      text,                            -- of a missed one: how it stood then
  judged_at   timestamptz,                     -- when it was told
  resolved_at timestamptz,                     -- of a missed one: when it was done after all
  PRIMARY KEY (pipeline, day)
);
CREATE INDEX deadlines_open ON deadlines (pipeline, due_at) WHERE state <> 'met' AND resolved_at IS NULL;
-- The runs of one pipeline since a time: what a deadline is judged by.
CREATE INDEX runs_by_pipeline ON runs (pipeline, started_at);
