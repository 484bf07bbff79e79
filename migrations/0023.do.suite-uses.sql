-- Which suites of expectations have judged a data set version, and which sets of cleaning rules have made it: shared between pipelines, each in
-- the version (digest) that it was then.
CREATE TABLE suite_uses (
  dataset      text NOT NULL,
  name         text NOT NULL,
  digest       text NOT NULL,
  kind         text NOT NULL CHECK (kind IN ('suite','rule-set')),
  run_id       text NOT NULL,
  address      text NOT NULL,
  members      int NOT NULL,                 -- expectations, or rules
  broken       int,                          -- expectations that did not hold; NULL: rules
  report       text NOT NULL,
  recorded_at  timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (dataset, name, digest, run_id, address)
);
CREATE INDEX suite_uses_by_name ON suite_uses (name, recorded_at DESC);
