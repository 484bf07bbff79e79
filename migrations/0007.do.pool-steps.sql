-- What the cache keys of a step's uses have in common, by the word of each worker that has its code: so its outputs are
-- found without that worker. The word of a worker that is gone stands until the next one of its pool speaks.
CREATE TABLE pool_steps (
  worker       text NOT NULL,                  -- host:pid, as in workers
  step         text NOT NULL,
  pool         text NOT NULL,
  build        text NOT NULL,
  project      text NOT NULL,                  -- digest of the project's bundle
  code         text NOT NULL,                  -- digests, as in cache_entries.parts
  environment  text NOT NULL,
  announced_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (worker, step)
);
CREATE INDEX pool_steps_by_build ON pool_steps (build, project, step);
