export { BODY_LIMIT, createApplication, type ApplicationOptions } from './application';
export type { ErrorBody } from './answer-error';
export { guard, isLoopback, type GuardOptions } from './guard';
export { statusOf } from './status';
export { type HeardSensor, serveSensorEvents } from './sensor-events';
