-- Outside a transaction: the lineage may be large, and is written while its index is built.

-- Data set versions that somebody wants kept.
CREATE TABLE IF NOT EXISTS dataset_pins (
  digest      text PRIMARY KEY REFERENCES dataset_versions (digest),
  reason      text,
  by          text NOT NULL,
  recorded_at timestamptz NOT NULL DEFAULT now()
);
-- Names that people give them: several versions may have one tag, and one version several.
CREATE TABLE IF NOT EXISTS dataset_tags (
  digest      text NOT NULL REFERENCES dataset_versions (digest),
  tag         text NOT NULL,
  by          text NOT NULL,
  recorded_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (digest, tag)
);
CREATE INDEX CONCURRENTLY IF NOT EXISTS dataset_tags_by_tag ON dataset_tags (tag, digest);
-- What was made from something.
CREATE INDEX CONCURRENTLY IF NOT EXISTS lineage_by_parent ON lineage (parent, child);
-- The newest first.
CREATE INDEX CONCURRENTLY IF NOT EXISTS dataset_versions_by_record ON dataset_versions (recorded_at DESC, digest);
