-- SHA-256 of the bytes that a signed event came as: sent again it is known by them, whatever its schema has become. NULL: of
-- another sensor, or of before.
ALTER TABLE sensor_events ADD COLUMN sent text;
-- When a file was last found in its folder, to half a day. NULL: not since this is noted.
ALTER TABLE sensor_files ADD COLUMN there_at timestamptz;
