-- What people did to runs: who, why, when. `id` is the Update's, so that recording it again changes nothing.
CREATE TABLE interventions (
  run_id  text NOT NULL,
  id      text NOT NULL,
  node    text,                                -- an address; NULL: the whole run
  action  text NOT NULL CHECK (action IN ('pause','resume','cancel','cancel-node','retry-now','skip')),
  by      text NOT NULL,
  reason  text,
  detail  jsonb NOT NULL DEFAULT '{}',         -- of a cancellation {grace, hard}, of a skip {output}
  at      timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (run_id, id)
);
CREATE TRIGGER interventions_append_only BEFORE UPDATE OR DELETE ON interventions FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER interventions_keep BEFORE TRUNCATE ON interventions FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

ALTER TABLE runs ADD COLUMN paused jsonb;      -- {by, reason, at} while a person holds it up
ALTER TABLE runs ADD COLUMN waits_for jsonb;   -- pools that its nodes wait for and that have no worker
ALTER TABLE nodes ADD COLUMN given jsonb;      -- {by, reason, at}: a person gave the output, no execution did

-- Worker processes, by their own word. One that has not been seen for a while is gone.
CREATE TABLE workers (
  id         text PRIMARY KEY,                 -- host:pid, as executions name it
  pool       text NOT NULL,
  build      text NOT NULL,
  started_at timestamptz NOT NULL DEFAULT now(),
  seen_at    timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX workers_by_pool ON workers (pool, seen_at);
