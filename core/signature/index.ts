export { encodeColumn, MISSING_TIMESTAMP, readCell } from './cells';
export type { Cell, CellResult, ColumnData, Row } from './cells';
export type { Column, ColumnType, ProbeTimes, Signature } from './signature';
