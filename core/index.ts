// What authors of steps, pipelines and models import.
export type { About } from './define/about';
export { Occasion } from './define/occasion';
export { cron, type Cron, type CronOptions, type Overlap } from './define/cron';
export { command, isCommand, type Command, type CommandOptions } from './define/command';
export { defineConfig, type ProjectConfig } from './define/config';
export type { ArtifactKind, ArtifactStore, StepContext, StepLog } from './define/context';
export { doneBy, type Deadline, type DeadlineOptions } from './define/done-by';
export type {
  ApprovalOptions,
  Arms,
  CallOptions,
  Graph,
  Iteration,
  MapOptions,
  Moment,
  NodeOptions,
  Repeated,
  RunOptions,
  UntilOptions,
  WaitTime,
} from './define/graph';
export { handWritten, type HandWritten, type RecordedRun, type StepUse } from './define/hand-written';
export {
  implement,
  implementationsIn,
  isImplementation,
  type AnyHandler,
  type Handler,
  type Implementation,
  type StepBody,
} from './define/implement';
export {
  model,
  type Model,
  type ModelOptions,
  type MonitorDeclaration,
  type PolicyOptions,
  type Rollout,
  type ServingDeclaration,
} from './define/model';
export {
  pipeline,
  withCalled,
  type ConfigOf,
  type OutputOf,
  type Pipeline,
  type PipelineOptions,
} from './define/pipeline';
export {
  daily,
  type KeyPartition,
  type KeyPartitions,
  keys,
  monthly,
  type PartitionOf,
  type Partitions,
  type TimePartition,
  type TimePartitions,
} from './define/partitions';
export { onDataset, type DatasetDigest, type DatasetKey, type OnDataset, type OneOrMore } from './define/on-dataset';
export { resource, type NoResources, type Resource, type Resources, type ResourceValues } from './define/resource';
export { type GivenValues, resourceValues } from './define/resource-values';
export { notSecret, Secret, secret } from './define/secret';
export type { KeepFor, Retention } from './define/retention';
export {
  onEvent,
  onFiles,
  onRows,
  type DatabaseResource,
  type EventOptions,
  type EventSensor,
  type FilesOptions,
  type FilesSensor,
  type RowsOptions,
  type RowsSensor,
  type Sensor,
} from './define/sensors';
export { step, type InputOf, type StepContract, type StepOptions, type StepOutputOf } from './define/step';
export { and, coalesce, eq, gt, gte, lt, lte, ne, not, or } from './expr/build';
export { includes, maxBy, minBy, pluck } from './expr/choose';
export { add, divide, max, min, multiply, round, subtract, sum } from './expr/compute';
export type { Ref, RefBase, ValueOf } from './expr/ref';
export { template } from './expr/template';
export type { Wire } from './expr/wire';
export type { Answered, Approval } from './plan/approval';
export type { Duration } from './plan/duration';
export { planHash } from './plan/hash';
export { canonicalJson, type Json } from './plan/json';
export type { Plan, PlanNode, PlanStep, Tolerance } from './plan/plan';
export type { RetryOptions } from './plan/retry';
export type { EndStatus, RunEnd } from './plan/run-end';
export type { ItemError, Settled } from './plan/settled';
export type { Waited } from './plan/time';
export type { SeenFile, SeenRows } from './sensors/sensor';
