export { appendSegment } from './append-segment';
export { listSegmentsTouching } from './list-segments';
export { PREDICTION_ID, PredictionLine } from './prediction-line';
export type { SegmentRow } from './segment-row';
