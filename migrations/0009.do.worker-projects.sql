-- Which code a worker has loaded, so that whoever starts a run hears that the project has been edited since.
ALTER TABLE workers ADD COLUMN project text;   -- digest of the project's bundle; null: a worker of before
