import type { Json } from '../plan/json';
import type { Priority } from '../plan/plan';
import type { NodeNote } from './activity';
import type { EndStatus, Failure, InterventionEvent, ShardSeed } from './state';

/** What the shell is to do. Answers come back as events. */
export type Command =
  | {
      readonly type: 'run-step';
      readonly address: string;
      readonly node: string;
      readonly step: string;
      readonly input: Json;
    }
  /** Run another pipeline as a run of its own; `plan` is a hash. */
  | {
      readonly type: 'run-call';
      readonly address: string;
      readonly node: string;
      readonly pipeline: string;
      readonly plan: string;
      readonly config: Json;
      readonly priority?: Priority;
    }
  /** Ask the records for the output of a node of the run that this one repeats; the answer is `reused` or `absent`. */
  | { readonly type: 'reuse'; readonly address: string }
  | { readonly type: 'run-shard'; readonly address: string; readonly seed: ShardSeed }
  | { readonly type: 'await-answer'; readonly address: string; readonly node: string; readonly timeout: number | null }
  /** Say what time it is: the answer is `time`. The interpreter has no clock. */
  | { readonly type: 'tell-time'; readonly address: string }
  /** Answer `woke` after so many milliseconds, which is at `until`. */
  | { readonly type: 'sleep'; readonly address: string; readonly ms: number; readonly until: string }
  /** Stop what runs at an address; a step or shard answers with an event, an approval or a wait need not. */
  | { readonly type: 'stop'; readonly address: string }
  /** Hand on what a person did to the shard or called run at an address. */
  | { readonly type: 'tell'; readonly address: string; readonly order: InterventionEvent }
  /** Send what was handed out so far, in a message of its own; the answer is the event `breathed`. */
  | { readonly type: 'breathe' }
  | { readonly type: 'note'; readonly note: NodeNote }
  | {
      readonly type: 'end';
      readonly status: EndStatus;
      readonly output: Json;
      readonly reason: string | null;
      readonly failure: Failure | null;
    };
