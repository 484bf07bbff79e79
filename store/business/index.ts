export { insertPoint, type BusinessPoint } from './insert-point';
export { listPoints, type RecordedPoint } from './list-points';
