-- What each collect read, where from: for what has not changed since, for what is new since, and for whoever asks.
CREATE TABLE collections (
  run_id      text NOT NULL,
  address     text NOT NULL,
  source      text NOT NULL,                 -- its name, without what may be secret
  source_key  text NOT NULL,                 -- sha256 of the source as it was declared
  time_column text NOT NULL,
  dataset     text NOT NULL REFERENCES artifacts (digest),
  window_from timestamptz NOT NULL,
  window_to   timestamptz NOT NULL,
  oldest      timestamptz NOT NULL,          -- of the rows that were collected, to the microsecond
  newest      timestamptz NOT NULL,
  rows        bigint NOT NULL,
  files       jsonb NOT NULL,                -- [{name, bytes, sha256, etag}]
  recorded_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (run_id, address)
);
CREATE INDEX collections_by_source ON collections (source_key, time_column, newest DESC);

-- A file as a server gave it is kept, too: it need not be fetched again while the server says that it has not changed.
ALTER TABLE artifacts DROP CONSTRAINT artifacts_kind_check;
ALTER TABLE artifacts ADD CONSTRAINT artifacts_kind_check
  CHECK (kind IN ('dataset','model','report','predictions','json','source')) NOT VALID;
