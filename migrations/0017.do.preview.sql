-- Of the records of a preview: whose they are and what was copied into them. Those of production have no row.
CREATE TABLE preview (
  name           text PRIMARY KEY,
  namespace      text NOT NULL,                -- Temporal's, which its workers alone poll
  base           text NOT NULL,                -- host and database that it was copied from
  with_schedules boolean NOT NULL,             -- schedules, triggers and deadlines run in it
  copied         jsonb NOT NULL,               -- rows by table
  base_at        timestamptz NOT NULL,         -- the moment that the copy shows
  is_only        boolean NOT NULL DEFAULT true UNIQUE CHECK (is_only)
);
