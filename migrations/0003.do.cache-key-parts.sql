-- What stands behind the digests of cache_entries.parts: files and packages of the code, values of the environment.
CREATE TABLE cache_key_parts (
  digest      text PRIMARY KEY,
  part        text NOT NULL CHECK (part IN ('code','environment')),
  detail      jsonb NOT NULL,
  recorded_at timestamptz NOT NULL DEFAULT now()
);

-- The newest entry of the same node, which a miss is compared with.
CREATE INDEX cache_entries_by_node ON cache_entries (step, address, recorded_at DESC);
