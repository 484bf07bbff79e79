-- Outside a transaction: artifacts may be many, and are written while their index is built.

-- Each time that unneeded artifacts were removed: by whom, and what it came to.
CREATE TABLE IF NOT EXISTS artifact_gcs (
  id        bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  by        text NOT NULL,
  reason    text,
  cutoff    timestamptz NOT NULL,             -- what was used since then was left alone
  keep_from timestamptz,                      -- runs and cache entries since then kept theirs; NULL: all of them
  began_at  timestamptz NOT NULL DEFAULT now(),
  ended_at  timestamptz,                      -- NULL: it was cut off, and the next one goes on
  result    jsonb
);
-- used_at: when the bytes were last written, or an output that names them was taken over. doomed_at: nothing needs them, nothing
-- takes them over any more, and their file is about to go. removed_at: it is gone. The record stays, so that lineage can be read.
ALTER TABLE artifacts ADD COLUMN IF NOT EXISTS used_at timestamptz;
ALTER TABLE artifacts ALTER COLUMN used_at SET DEFAULT now();
-- In batches: what is there counts as used now.
UPDATE artifacts SET used_at = now() WHERE digest IN (SELECT digest FROM artifacts WHERE used_at IS NULL LIMIT 1000);
ALTER TABLE artifacts ADD COLUMN IF NOT EXISTS doomed_at timestamptz;
ALTER TABLE artifacts ADD COLUMN IF NOT EXISTS doomed_by bigint;
ALTER TABLE artifacts ADD COLUMN IF NOT EXISTS removed_at timestamptz;
-- Of an artifact of the kinds json and report, whether its text was looked through for digests, and those that are in it.
ALTER TABLE artifacts ADD COLUMN IF NOT EXISTS mentions_read boolean NOT NULL DEFAULT false;
CREATE TABLE IF NOT EXISTS artifact_mentions (
  artifact text NOT NULL,
  mentions text NOT NULL,
  PRIMARY KEY (artifact, mentions)
);
-- What was used of late; what a removal that was cut off has left; what was not looked through yet.
CREATE INDEX CONCURRENTLY IF NOT EXISTS artifacts_by_use ON artifacts (used_at);
CREATE INDEX CONCURRENTLY IF NOT EXISTS artifacts_doomed ON artifacts (digest) WHERE doomed_at IS NOT NULL AND removed_at IS NULL;
CREATE INDEX CONCURRENTLY IF NOT EXISTS artifacts_unread ON artifacts (digest) WHERE kind IN ('json','report') AND NOT mentions_read;
