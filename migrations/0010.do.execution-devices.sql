-- The device that an execution had for itself: which GPU computed what is asked of the records, when the log is gone.
ALTER TABLE executions ADD COLUMN device text;   -- as CUDA_VISIBLE_DEVICES names it; null: none, or an execution of before
