-- Kinds of nodes that a plan may have since the language grew.
ALTER TABLE nodes DROP CONSTRAINT nodes_kind_check;
ALTER TABLE nodes ADD CONSTRAINT nodes_kind_check
  CHECK (kind IN ('step','map','branch','switch','approval','call','wait','until','finally')) NOT VALID;
