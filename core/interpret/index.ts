export type * from './activity';
export type { Command } from './command';
export { failureOf, failureOfEnd } from './failure';
export { stepAt } from './index-plan';
export type * from './intervention';
export { saying } from './intervention';
export { readIntervention, readOrder } from './read-intervention';
export { refuseIntervention } from './refuse-intervention';
export { asksPerson } from './running';
export { advance, advanceOwn, begin, beginShard, type Advance } from './interpret';
export { bytesOf, MAX_EXECUTIONS, MAX_INPUT_SIZE, MAX_LIST_SIZE, shardSizeFor } from './limits';
export type {
  Ending,
  EndStatus,
  Event,
  Failure,
  InterventionEvent,
  NodeEvent,
  NodeState,
  RunState,
  ShardSeed,
} from './state';
export { nodeTable, statusOf, type RunStatus } from './status';
