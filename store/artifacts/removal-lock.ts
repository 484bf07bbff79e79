/**
 * Postgres' advisory lock between those who use artifacts (shared, for the length of a statement) and a removal (exclusive, for
 * the length of a batch): what is used while others go is seen by the removal, or sees that it is gone.
 */
export const REMOVAL_LOCK = 7_235_301_948;
