-- Sensors: how far each has looked, and what each has seen. Both are written in the transaction that starts the runs.
CREATE TABLE sensors (
  pipeline   text NOT NULL,
  sensor     text NOT NULL,
  kind       text NOT NULL CHECK (kind IN ('files','rows','event')),
  source     text NOT NULL,                   -- for people: the folder, the resource, the path
  every_ms   bigint,                          -- between looks; NULL: it does not look, it is told
  cursor     jsonb,                           -- of rows: {watermark, ids}; NULL: nothing seen yet
  looked_at  timestamptz,                     -- the last look that ended, well or not
  error      text,                            -- of the last look; NULL: it went well
  PRIMARY KEY (pipeline, sensor)
);
-- What has been seen. The key is what keeps one event from starting two runs.
CREATE TABLE sensor_events (
  pipeline   text NOT NULL,
  sensor     text NOT NULL,
  event      text NOT NULL,
  payload    jsonb NOT NULL,
  seen_at    timestamptz NOT NULL DEFAULT now(),
  run_id     text,                            -- the run that it starts; NULL: its config was refused
  error      text,                            -- why it was
  PRIMARY KEY (pipeline, sensor, event)
);
CREATE INDEX sensor_events_by_time ON sensor_events (pipeline, sensor, seen_at DESC);
CREATE INDEX sensor_events_by_run ON sensor_events (run_id) WHERE run_id IS NOT NULL;
-- The files of a sensor as they were last seen: what one held tells whether it holds something else now.
CREATE TABLE sensor_files (
  pipeline   text NOT NULL,
  sensor     text NOT NULL,
  path       text NOT NULL,
  stamp      text NOT NULL,                   -- size and time of change: while it is the same, the file is not read again
  digest     text NOT NULL,
  PRIMARY KEY (pipeline, sensor, path)
);
