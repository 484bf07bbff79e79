import type { Json } from './json';

/** Where an expression's value comes from, and what is computed of it. Pure data: it travels in the plan. */
export type Expr =
  | { readonly op: 'literal'; readonly value: Json }
  | { readonly op: 'config'; readonly path: Path }
  | { readonly op: 'output'; readonly node: string; readonly path: Path }
  /** The item of the enclosing map named `map`; of a repetition, its iteration; of a final body, how the run ended. */
  | { readonly op: 'item'; readonly map: string; readonly path: Path }
  /** A part of a computed value. */
  | { readonly op: 'get'; readonly of: Expr; readonly path: Path }
  | { readonly op: 'object'; readonly fields: { readonly [key: string]: Expr } }
  | { readonly op: 'list'; readonly items: readonly Expr[] }
  | { readonly op: 'eq' | 'ne' | 'gt' | 'gte' | 'lt' | 'lte'; readonly left: Expr; readonly right: Expr }
  | { readonly op: 'and' | 'or' | 'coalesce'; readonly args: readonly Expr[] }
  | { readonly op: 'not'; readonly arg: Expr }
  | { readonly op: 'add' | 'subtract' | 'multiply' | 'divide'; readonly left: Expr; readonly right: Expr }
  /** To so many decimal digits, halves away from zero. */
  | { readonly op: 'round'; readonly arg: Expr; readonly digits: number }
  /** Of a list of numbers. */
  | { readonly op: 'sum' | 'min' | 'max'; readonly list: Expr }
  /** The item of a list whose value at `key` is least or greatest, the first of equal ones; or that value of each item. */
  | { readonly op: 'minBy' | 'maxBy' | 'pluck'; readonly list: Expr; readonly key: Path }
  | { readonly op: 'includes'; readonly list: Expr; readonly value: Expr }
  /** Text, numbers and booleans written one after another. */
  | { readonly op: 'template'; readonly parts: readonly Expr[] };

/** Keys into a value, outermost first. */
export type Path = readonly (string | number)[];

/** A step's contract as the plan carries it: everything the workflow needs, in milliseconds; no schema. */
export interface PlanStep {
  readonly name: string;
  /** Digest of the contract (name, JSON schemas of input and output, policy): an edited contract is another contract. */
  readonly contract: string;
  readonly pool: string;
  /** Start-to-close limit of one execution, ms. */
  readonly timeout: number;
  /** Heartbeat limit, ms; null: none. */
  readonly heartbeat: number | null;
  readonly retry: PlanRetry;
  readonly isolate: boolean;
  readonly light: boolean;
  readonly cache: boolean;
  /** Not there: that of the run. Neither priority nor tags are in the contract's digest. */
  readonly priority?: Priority;
  /** What a person finds its uses by. */
  readonly tags?: readonly string[];
  /** Names of the resources that its code is handed; absent: none. Their values are in no plan. */
  readonly resources?: readonly string[];
}

/** Which of the tasks that wait on one queue begin first: 1 before 5. Temporal's default is 3. */
export type Priority = 1 | 2 | 3 | 4 | 5;

export interface PlanRetry {
  /** Executions at most, the first counted. */
  readonly attempts: number;
  readonly firstDelay: number;
  readonly factor: number;
  readonly maxDelay: number;
  /** Error codes or types that are never retried. */
  readonly never: readonly string[];
}

interface NodeBase {
  /** Unique in the whole plan. */
  readonly id: string;
  /** Nodes that must end before this one starts although no value of theirs is used. */
  readonly after: readonly string[];
  /** What a person finds it by. Not there: none. */
  readonly tags?: readonly string[];
}

export interface StepNode extends NodeBase {
  readonly kind: 'step';
  readonly step: string;
  readonly input: Expr;
  /** Not there: this use asks for what the contract asks. */
  readonly override?: Override;
  /** Not there: that of the contract. */
  readonly priority?: Priority;
}

/** What one use of a step asks for instead of its contract. What is not there is the contract's. */
export interface Override {
  /** Start-to-close limit of one execution, ms. */
  readonly timeout?: number;
  readonly retry?: PlanRetry;
  readonly cache?: boolean;
}

export interface MapNode extends NodeBase {
  readonly kind: 'map';
  readonly over: Expr;
  readonly maxParallel: number | null;
  /** How many items may fail without failing the map; its values are then settled. Not there: none may. */
  readonly tolerate?: Tolerance;
  readonly body: Body;
}

/** A number of items, or all of them. */
export type Tolerance = number | 'all';

export interface BranchNode extends NodeBase {
  readonly kind: 'branch';
  readonly when: Expr;
  readonly then: Body;
  /** null: the branch's output is null when the condition is false. */
  readonly else: Body | null;
}

export interface SwitchNode extends NodeBase {
  readonly kind: 'switch';
  /** Text or a number. */
  readonly on: Expr;
  /** In the order in which they were written; a number as its text. */
  readonly cases: readonly { readonly value: string; readonly body: Body }[];
  /** null: the switch's output is null when no case is the value. */
  readonly else: Body | null;
}

export interface ApprovalNode extends NodeBase {
  readonly kind: 'approval';
  /** What the person who answers is shown. */
  readonly show: Expr;
  /** ms; null: waits for ever. */
  readonly timeout: number | null;
  /** JSON schema of what is asked for beside yes or no. */
  readonly answer?: Json;
  /** Who may answer. Not there: anybody who may reach the run. */
  readonly by?: readonly string[];
}

/** A body that is repeated, each time with the value that the last time gave on. Its addresses are those of a map's items. */
export interface UntilNode extends NodeBase {
  readonly kind: 'until';
  readonly initial: Expr;
  /** Times at most. */
  readonly max: number;
  /** Its output has the fields `next`, the value handed on, and `done`. */
  readonly body: Body;
}

/** A run of another pipeline, as a run of its own. */
export interface CallNode extends NodeBase {
  readonly kind: 'call';
  readonly pipeline: string;
  /** The called plan's hash: it is kept with this plan, so that a run calls what it was written against. */
  readonly plan: string;
  readonly config: Expr;
  /** Of the called run's tasks, where its steps have none of their own. Not there: that of the caller. */
  readonly priority?: Priority;
}

/** A pause in the run, of a length or until a moment. */
export interface WaitNode extends NodeBase {
  readonly kind: 'wait';
  /**
   * `for` is a length: milliseconds, or text like `2h`. `until` is a moment: ISO 8601 with its zone, or milliseconds since
   * 1970.
   */
  readonly time: { readonly for: Expr } | { readonly until: Expr };
}

/** A body that runs when all others have ended: in any case, or when the run failed. At a plan's top only. */
export interface FinallyNode extends NodeBase {
  readonly kind: 'finally';
  readonly when: 'always' | 'failure';
  readonly body: Body;
}

export type PlanNode =
  StepNode | MapNode | BranchNode | SwitchNode | ApprovalNode | UntilNode | CallNode | WaitNode | FinallyNode;

/** A scope of nodes with one value: a map's body or a branch's arm. Nodes outside cannot see into it. */
export interface Body {
  readonly nodes: readonly PlanNode[];
  readonly output: Expr;
}

/** A pipeline traced to data. Nothing in it runs; `planHash` (SHA-256 of its canonical JSON) names it. */
export interface Plan {
  readonly format: 1;
  readonly pipeline: string;
  readonly steps: { readonly [name: string]: PlanStep };
  readonly body: Body;
  /** JSON schema of the config, for documents and for clients in other languages. */
  readonly config: Json;
  readonly onFailure: 'cancel' | 'finish-others';
  /** Set where no graph says what runs: a workflow written by hand does, and the plan names the contracts of its steps alone. */
  readonly handWritten?: true;
}
