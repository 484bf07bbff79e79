import type { GivenAnswer } from '../plan/approval';
import type { Json } from '../plan/json';
import type { Override, Plan, PlanNode, PlanStep } from '../plan/plan';
import type { Reuse } from '../rerun/plan-rerun';
import type { Choice } from '../rerun/target';
import type { Intervention } from './intervention';
import type { EndStatus, Failure, NodeEvent } from './state';

/** What a run is started with: the argument of the workflow whose type is the pipeline's name. */
export interface RunInput {
  readonly config: Json;
  /** `current`, or the hash of a plan that the records hold. */
  readonly plan: string;
  /** The model whose keeper started it. */
  readonly model?: string;
  /** Key of the partition that it works on, where its pipeline has any. */
  readonly partition?: string;
  readonly decisionId?: string;
  readonly noCache?: boolean;
  /** The run that called this one. */
  readonly parentRun?: string;
  /** Set on a rerun: the run that it repeats, and what a person wants to run again. */
  readonly rerun?: RerunInput;
}

/** Which run is repeated, and from where. */
export interface RerunInput extends Choice {
  readonly parent: string;
}

/** The argument of a step's activity, which is registered under the step's name; its result is the output. */
export interface StepArgument {
  readonly run: string;
  /** `train`, `per-seed[3]/train` */
  readonly address: string;
  /** The node's id in the plan. */
  readonly node: string;
  readonly step: string;
  /** The plan's hash. */
  readonly plan: string;
  readonly input: Json;
  /** false: the run was started without the cache. */
  readonly cache: boolean;
  readonly model: string | null;
  /** Of the worker that has handed it out; absent: a hand-written workflow has. */
  readonly build?: string;
  /** What this use of the step asks for instead of its contract. */
  readonly override?: Override;
  /** Its address is that of a hand-written workflow, whose code may ask there for something else when it is tried again. */
  readonly handWritten?: true;
}

export interface ResolvePlanArgument {
  readonly pipeline: string;
  readonly plan: string;
  readonly config: Json;
  readonly partition?: string;
  /** True: another run calls this one, and has wired its config. */
  readonly called?: boolean;
}

/** The plan for the whole run, and the config parsed with its defaults filled in, and with the partition in it. */
export interface ResolvedPlan {
  readonly hash: string;
  readonly plan: Plan;
  readonly config: Json;
}

export interface BeginRunArgument {
  readonly run: string;
  readonly pipeline: string;
  /** The plan's hash. */
  readonly plan: string;
  readonly config: Json;
  readonly model: string | null;
  readonly partition?: string;
  readonly decisionId: string | null;
  readonly parentRun: string | null;
  /** Temporal's own Run ID. */
  readonly temporalRunId: string;
}

export interface BeginRerunArgument extends BeginRunArgument {
  readonly rerun: RerunInput;
}

export interface ReuseOutputsArgument {
  readonly run: string;
  readonly addresses: readonly string[];
}

/** Outputs to reuse. They travel in as many messages as it takes: each answer has a bounded size. */
export interface ReusedOutputs {
  /** How many of the addresses, from the first, this answers; at least one. */
  readonly answered: number;
  /** By address; what is answered and not here is absent. */
  readonly outputs: { readonly [address: string]: Json };
  /** Of the outputs' text. */
  readonly bytes: number;
}

/** A use of a step of another pool than the workflows' own, before it is handed out. */
export interface CachedNode extends Pick<StepArgument, 'address' | 'node' | 'step' | 'input'> {
  readonly pool: string;
}

export interface LookUpCachedArgument {
  readonly run: string;
  readonly nodes: readonly CachedNode[];
  /** As in the argument of a step. */
  readonly handWritten?: true;
}

/** What the cache has for nodes. */
export interface CacheAnswers {
  /** Of as many of the nodes as fit, from the first, at least one: the output; null: it has to be handed out. */
  readonly answers: readonly ({ readonly output: Json } | null)[];
  /** Of the text of those outputs, and of the inputs that have to be handed out. */
  readonly bytes: number;
}

/** The state of a node that no execution records: of a map, a branch, an approval, or a step that never ran, was stopped or failed. */
export interface NodeNote {
  readonly address: string;
  readonly node: string;
  readonly kind: PlanNode['kind'];
  readonly status: 'running' | 'waiting' | 'completed' | 'failed' | 'cancelled' | 'skipped';
  /** What an approval shows; which arm a branch took (`{"arm":"then"}`); how many items a map has (`{"items":3}`). */
  readonly input?: Json;
  readonly output?: Json;
  /** `of`: the address of what failed, where that is another node: inside of this one, or one that this one waited for. */
  readonly error?: Failure & { readonly of?: string };
}

export interface NoteNodeArgument {
  readonly run: string;
  /** In the order in which they came about; one address may come more than once. */
  readonly notes: readonly NodeNote[];
}

/**
 * What the records have of a node that begins to wait: an execution of the same run, one from before a reset, has waited
 * for it already.
 */
export type AlreadyOver = Extract<NodeEvent, { type: 'woke' | 'answered' }>;

/** An answer as it was sent, not yet checked. */
export interface CheckAnswerArgument {
  readonly run: string;
  readonly address: string;
  readonly answer: Json;
  readonly pipeline: string;
  /** The approval's id in the plan. */
  readonly node: string;
  /** What the plan says of it: the JSON schema of what is asked for (null: yes or no only), and who may answer. */
  readonly schema: Json;
  readonly by: readonly string[] | null;
}

/** What a person did, to be recorded. */
export interface InterveneArgument {
  readonly run: string;
  /** The Update's: recording it again changes nothing. */
  readonly id: string;
  /** ISO 8601, UTC. */
  readonly at: string;
  readonly ask: Intervention;
  readonly pipeline: string;
  /** The step that a node is a use of; null: it is about no step. */
  readonly step: StepPlace | null;
}

/** Where a node stands in the plan. */
export interface StepPlace {
  /** The node's id. */
  readonly node: string;
  readonly step: string;
  readonly pool: string;
  /** Digest of the contract. */
  readonly contract: string;
}

export interface RecordedIntervention {
  /** Of a skip: the output as its contract makes it. */
  readonly output: Json;
}

export interface EndRunArgument {
  readonly run: string;
  readonly status: EndStatus;
  readonly reason: string | null;
  readonly output: Json;
  /** Temporal's own Run ID. Another than the record's means that an operator reset the run. */
  readonly temporalRunId: string;
}

/**
 * The engine's own local activities, by the name each is registered under. Local activities run in the workflow's own
 * worker and are tried again until they answer, so each must be safe to repeat.
 */
export interface EngineActivities {
  /** @throws PER_RUN_012 PER_RUN_013 PER_RUN_014 not retryable */
  'perennial.resolve-plan'(argument: ResolvePlanArgument): Promise<ResolvedPlan>;
  'perennial.begin-run'(argument: BeginRunArgument): Promise<void>;
  /**
   * Begins a rerun: records it with everything that it takes over from its parent.
   *
   * @throws PER_RUN_014 PER_RUN_015 PER_RUN_036 PER_KEEP_004 not retryable
   */
  'perennial.begin-rerun'(argument: BeginRerunArgument): Promise<Reuse>;
  /** What the run holds at addresses of nodes that it may have taken over. */
  'perennial.reuse-outputs'(argument: ReuseOutputsArgument): Promise<ReusedOutputs>;
  /** Looks into the cache for nodes whose own workers need not be there, and records what it finds. */
  'perennial.look-up-cached'(argument: LookUpCachedArgument): Promise<CacheAnswers>;
  /** Of the nodes that are noted as waiting: those that are over by the records. undefined: none is. */
  'perennial.note-node'(argument: NoteNodeArgument): Promise<readonly AlreadyOver[] | undefined>;
  /** @throws PER_RUN_016 PER_RUN_030 not retryable: the node goes on waiting */
  'perennial.check-answer'(argument: CheckAnswerArgument): Promise<GivenAnswer>;
  /** @throws PER_RUN_037 PER_RUN_039 PER_RUN_040 not retryable: the node goes on as it was */
  'perennial.intervene'(argument: InterveneArgument): Promise<RecordedIntervention>;
  /** Closes the run and, when a keeper started it, tells that keeper in the same transaction. */
  'perennial.end-run'(argument: EndRunArgument): Promise<void>;
}

/** What the record of a hand-written workflow's run begins with. */
export interface BeginWrittenArgument {
  readonly run: string;
  /** Temporal's workflow type. */
  readonly workflow: string;
  /** What the workflow was started with. */
  readonly input: Json;
  /** Temporal's own Run ID, and that of the first execution: a reset and a retry have the same first. */
  readonly temporalRunId: string;
  readonly firstTemporalRunId: string;
}

/** What the run may use for as long as it lasts. */
export interface BegunWritten {
  /** The plan's hash. */
  readonly hash: string;
  /** By the key that the workflow's code names each by. */
  readonly steps: { readonly [key: string]: PlanStep };
}

/** What the engine does for hand-written workflows: ordinary activities of the workers of the pool cpu. */
export interface WrittenActivities extends Pick<
  EngineActivities,
  'perennial.look-up-cached' | 'perennial.note-node' | 'perennial.end-run'
> {
  /** @throws PER_RUN_015 PER_RUN_110 not retryable */
  'perennial.begin-written'(argument: BeginWrittenArgument): Promise<BegunWritten>;
}

/** The argument of the Update `approve`. */
export interface ApproveArgument {
  /** Address of the approval. */
  readonly node: string;
  readonly approved: boolean;
  readonly by: string;
  readonly note?: string | null;
  /** What the approval asks for beside yes or no. */
  readonly answer?: Json;
}
