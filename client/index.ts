// What programs import that start runs and read them.
export type { ApprovalAnswer } from './approve';
export type { EndedRun } from './await-run';
export type { ConnectOptions } from './connection';
export type { RunEvent } from './run-events';
export type { LogLine, LogsAsked } from './run-logs';
export type { RunHandle, Waiting } from './run-handle';
export { connect, type PerennialClient, type StartOptions } from './typed-client';
