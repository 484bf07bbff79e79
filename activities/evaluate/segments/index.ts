// `perennial-ml/segments`: what users' step code imports to look for weak segments in rows of its own.
export type { Segment, SegmentCondition, SegmentFindings, SegmentOptions } from '../../../steps/weak-segments';
export type { SegmentColumn } from './bin-columns';
export { findWeakSegments, type SegmentRows } from './find-weak-segments';
