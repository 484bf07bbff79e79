-- The lasting truth. Temporal's history is kept for days only; these rows are kept until retention removes them.
-- Times called *_at are recorded time (the server's clock); event_time and windows come from the data.

CREATE TABLE plans (
  hash        text PRIMARY KEY,
  pipeline    text NOT NULL,
  plan        jsonb NOT NULL,
  recorded_at timestamptz NOT NULL DEFAULT now()
);

CREATE TABLE runs (
  id              text PRIMARY KEY,          -- Temporal's Workflow ID
  pipeline        text NOT NULL,
  plan_hash       text NOT NULL REFERENCES plans (hash),
  config          jsonb NOT NULL,
  build           text NOT NULL,
  model           text,                      -- the model whose keeper started it
  decision_id     text,
  parent_run      text,
  temporal_run_id text NOT NULL,             -- Temporal's own "Run ID" of the latest first execution
  status          text NOT NULL CHECK (status IN
                    ('running','completed','failed','cancelled','rejected','terminated','timed-out','vanished')),
  reason          text,
  output          jsonb,
  started_at      timestamptz NOT NULL DEFAULT now(),
  ended_at        timestamptz
);
CREATE INDEX runs_by_start ON runs (started_at DESC, id);
CREATE INDEX runs_open ON runs (started_at) WHERE status = 'running';

CREATE TABLE nodes (
  run_id        text NOT NULL REFERENCES runs (id),
  address       text NOT NULL,               -- 'train', 'per-seed[3]/train'
  node          text NOT NULL,
  kind          text NOT NULL CHECK (kind IN ('step','map','branch','approval')),
  step          text,
  pool          text,
  status        text NOT NULL CHECK (status IN ('running','completed','failed','cancelled','waiting','skipped')),
  fence         bigint NOT NULL DEFAULT 0,   -- only grows; a commit needs the newest
  input         jsonb,
  output        jsonb,                       -- NULL until committed; a JSON null is 'null'::jsonb
  error         jsonb,
  cache         jsonb,                       -- {hit, from?, differed?}
  first_claimed timestamptz NOT NULL DEFAULT now(),
  ended_at      timestamptz,
  PRIMARY KEY (run_id, address)
);

CREATE TABLE executions (
  run_id      text NOT NULL,
  address     text NOT NULL,
  fence       bigint NOT NULL,
  worker      text NOT NULL,
  attempt     int NOT NULL,
  started_at  timestamptz NOT NULL DEFAULT now(),
  ended_at    timestamptz,
  outcome     text CHECK (outcome IN ('committed','fenced-off','failed','cancelled','lost')),
  error       jsonb,
  PRIMARY KEY (run_id, address, fence),
  FOREIGN KEY (run_id, address) REFERENCES nodes (run_id, address)
);

CREATE TABLE artifacts (
  digest      text PRIMARY KEY,              -- sha256, hex
  kind        text NOT NULL CHECK (kind IN ('dataset','model','report','predictions','json')),
  bytes       bigint NOT NULL,
  recorded_at timestamptz NOT NULL DEFAULT now()
);

CREATE TABLE dataset_versions (
  digest      text PRIMARY KEY REFERENCES artifacts (digest),
  rows_digest text NOT NULL,                 -- order-independent, duplicate-aware
  schema      jsonb NOT NULL,
  profile     jsonb NOT NULL,
  rows        bigint NOT NULL,
  time_from   timestamptz,
  time_to     timestamptz,
  run_id      text,
  address     text,
  recorded_at timestamptz NOT NULL DEFAULT now()
);

CREATE TABLE lineage (
  child    text NOT NULL REFERENCES artifacts (digest),
  parent   text NOT NULL,                    -- an artifact's digest or a source's name
  relation text NOT NULL,
  run_id   text NOT NULL,
  address  text NOT NULL,
  PRIMARY KEY (child, parent, relation, run_id, address)
);

CREATE TABLE model_versions (
  model       text NOT NULL,
  version     int NOT NULL CHECK (version > 0),
  artifact    text NOT NULL REFERENCES artifacts (digest),
  trainer     text NOT NULL,
  signature   jsonb NOT NULL,
  metrics     jsonb NOT NULL,
  evaluation  jsonb NOT NULL,
  reference   text NOT NULL REFERENCES artifacts (digest),  -- reference profile for drift, JSON
  trained_from timestamptz NOT NULL,
  trained_to  timestamptz NOT NULL,
  event_time  timestamptz NOT NULL,
  run_id      text NOT NULL,
  address     text NOT NULL,
  recorded_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (model, version),
  UNIQUE (run_id, address)
);

-- Append-only. The champion at time T is the last row with recorded_at <= T.
CREATE TABLE promotions (
  model       text NOT NULL,
  seq         int NOT NULL CHECK (seq > 0),
  version     int NOT NULL,
  previous    int,
  decision_id text NOT NULL,
  reason      text NOT NULL,
  by          text NOT NULL,
  event_time  timestamptz NOT NULL,
  recorded_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  PRIMARY KEY (model, seq),
  UNIQUE (decision_id),
  FOREIGN KEY (model, version) REFERENCES model_versions (model, version)
);

CREATE TABLE causes (
  id          text PRIMARY KEY,              -- derived from what is reported: the same report is the same row
  model       text NOT NULL,
  kind        text NOT NULL CHECK (kind IN ('schedule','drift','accuracy','business','new-data','person')),
  version     int,
  window_from timestamptz,
  window_to   timestamptz,
  event_time  timestamptz NOT NULL,
  evidence    jsonb NOT NULL,
  recorded_at timestamptz NOT NULL DEFAULT now()
);

CREATE TABLE decisions (
  id          text PRIMARY KEY,
  model       text NOT NULL,
  cause_id    text REFERENCES causes (id),
  action      text NOT NULL CHECK (action IN ('retrain','refuse','promote','decline','rollback','freeze','unfreeze')),
  rule        text NOT NULL,
  reason      text NOT NULL,
  event_time  timestamptz NOT NULL,
  run_id      text,
  version     int,
  recorded_at timestamptz NOT NULL DEFAULT clock_timestamp()
);
CREATE INDEX decisions_by_model ON decisions (model, recorded_at);

CREATE TABLE verdicts (
  model       text NOT NULL,
  monitor     text NOT NULL,
  kind        text NOT NULL CHECK (kind IN ('drift','accuracy','business')),
  version     int NOT NULL,
  window_from timestamptz NOT NULL,
  window_to   timestamptz NOT NULL,
  revision    int NOT NULL CHECK (revision > 0),
  outcome     text NOT NULL CHECK (outcome IN ('ok','alarm','insufficient')),
  evidence    jsonb NOT NULL,
  run_id      text NOT NULL,
  recorded_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (model, monitor, version, window_from, window_to, revision)
);

CREATE TABLE prediction_segments (
  id          text PRIMARY KEY,              -- the segment file's name
  model       text NOT NULL,
  artifact    text NOT NULL REFERENCES artifacts (digest),
  rows        int NOT NULL,
  event_from  timestamptz NOT NULL,
  event_to    timestamptz NOT NULL,          -- inclusive: the newest event in it
  recorded_at timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX prediction_segments_by_time ON prediction_segments (model, event_from);

CREATE TABLE labels (
  prediction_id text PRIMARY KEY,
  model         text NOT NULL,
  label         double precision NOT NULL,
  arrived_at    timestamptz NOT NULL DEFAULT now()
);

CREATE TABLE business_points (
  model       text NOT NULL,
  metric      text NOT NULL,
  version     int NOT NULL,
  window_from timestamptz NOT NULL,
  window_to   timestamptz NOT NULL,
  value       double precision NOT NULL,
  run_id      text NOT NULL,
  recorded_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (model, metric, version, window_from, window_to, run_id)
);

CREATE TABLE cost_entries (
  run_id    text NOT NULL,
  address   text NOT NULL,
  fence     bigint NOT NULL,
  wall_ms   double precision NOT NULL,
  cpu_ms    double precision NOT NULL,
  peak_rss  bigint,
  gpu_ms    double precision NOT NULL DEFAULT 0,
  estimated boolean NOT NULL,
  PRIMARY KEY (run_id, address, fence)
);

CREATE TABLE cache_entries (
  key         text PRIMARY KEY,
  step        text NOT NULL,
  parts       jsonb NOT NULL,                -- {code, input, environment}: digests, to say which part differed
  output      jsonb NOT NULL,
  run_id      text NOT NULL,
  address     text NOT NULL,
  recorded_at timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX cache_entries_by_step ON cache_entries (step, recorded_at DESC);

CREATE TABLE waivers (
  id          text PRIMARY KEY,
  subject     text NOT NULL,
  reason      text NOT NULL,
  by          text NOT NULL,
  expires_at  timestamptz NOT NULL,
  recorded_at timestamptz NOT NULL DEFAULT now()
);

CREATE TABLE audit_log (
  id          bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  by          text NOT NULL,
  action      text NOT NULL,
  subject     text NOT NULL,
  detail      jsonb NOT NULL DEFAULT '{}',
  recorded_at timestamptz NOT NULL DEFAULT now()
);

-- A row written in the transaction of its cause; the dispatcher starts or signals a workflow whose id is the row's.
CREATE TABLE outbox (
  id            text PRIMARY KEY,
  kind          text NOT NULL,
  payload       jsonb NOT NULL,
  recorded_at   timestamptz NOT NULL DEFAULT now(),
  dispatched_at timestamptz
);
CREATE INDEX outbox_open ON outbox (recorded_at) WHERE dispatched_at IS NULL;

CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION '% is append-only', TG_TABLE_NAME;
END $$;
CREATE TRIGGER promotions_append_only BEFORE UPDATE OR DELETE ON promotions FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER decisions_append_only BEFORE UPDATE OR DELETE ON decisions FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER audit_append_only BEFORE UPDATE OR DELETE ON audit_log FOR EACH ROW EXECUTE FUNCTION refuse_change();
-- A row trigger does not see TRUNCATE.
CREATE TRIGGER promotions_keep BEFORE TRUNCATE ON promotions FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER decisions_keep BEFORE TRUNCATE ON decisions FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER audit_keep BEFORE TRUNCATE ON audit_log FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
