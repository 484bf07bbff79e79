import type { z } from 'zod';
import type { NoRef, Ref, RefBase, ValueOf } from '../expr/ref';
import type { Accepted, Wire } from '../expr/wire';
import type { Answered, Approval } from '../plan/approval';
import type { Duration } from '../plan/duration';
import type { Json } from '../plan/json';
import type { Priority, Tolerance } from '../plan/plan';
import type { RetryOptions } from '../plan/retry';
import type { RunEnd } from '../plan/run-end';
import type { Settled } from '../plan/settled';
import type { Waited } from '../plan/time';
import type { OutputOf, Pipeline } from './pipeline';
import type { StepContract } from './step';

/** Options that every node takes. */
export interface NodeOptions {
  /** Nodes that must end before this one starts although no value of theirs is used. */
  readonly after?: RefBase<unknown> | readonly RefBase<unknown>[];
  /** What a person finds the node by, beside the tags of its step: `'team:risk'`. */
  readonly tags?: readonly string[];
}

/** Options of nodes that lead to executions. */
export interface WorkOptions extends NodeOptions {
  /**
   * Which of the tasks that wait for a pool begin first: 1 before 5. Of a node with a body, it counts for the uses of steps
   * and the calls inside that ask for none; so it does for the run that is called. Default: that of the step, or else of
   * the run, which is 3.
   */
  readonly priority?: Priority;
}

/** What a use of a step may ask for instead of its contract. What is left out is the contract's. */
export interface RunOptions extends WorkOptions {
  /** The node's name in the plan. Default: the step's name; needed when a step is used twice. */
  readonly id?: string;
  /** Longest run of one execution. */
  readonly timeout?: Duration;
  /** Of these, too, what is left out is the contract's. */
  readonly retry?: RetryOptions;
  /** Whether it may be answered from the cache. */
  readonly cache?: boolean;
}

export interface MapOptions extends WorkOptions {
  /** Items that run at the same time, at most. Default: 1,000, so that a long map does not crowd out everything else. */
  readonly maxParallel?: number;
  /** How many items may fail: so many, or `'all'`. One more fails the map. Default: none may. */
  readonly tolerate?: Tolerance;
}

export interface ApprovalOptions<A extends z.ZodType | undefined = undefined> extends NodeOptions {
  /** What is asked for beside yes or no. */
  readonly answer?: A;
  /** Who may answer, by name. Default: anybody who may reach the run. */
  readonly by?: readonly string[];
  /** What the person who answers is shown. */
  readonly show?: unknown;
  /** After this long without an answer it counts as rejected, by `time-out`. Default: waits for ever. */
  readonly timeout?: Duration;
}

export interface UntilOptions extends WorkOptions {
  /** Times at most: the body's executions so many times over must fit one workflow. */
  readonly max: number;
}

export interface CallOptions extends WorkOptions {
  /** The node's name in the plan. Default: the pipeline's name. */
  readonly id?: string;
}

/** A moment to wait for: ISO 8601 with its zone (`2026-03-01T06:00:00Z`), or milliseconds since 1970. */
export interface Moment extends NoRef {
  readonly until: RefBase<string | number> | string | number;
}

/** What a wait waits for: a length, written down or computed (`'2h'`, milliseconds), or a moment. */
export type WaitTime = Duration | RefBase<string | number> | Moment;

/** What one iteration gives: the value handed to the next one, and whether it was the last. */
export interface Iteration<C> {
  readonly next: Wire<C>;
  readonly done: RefBase<boolean>;
}

/** What a repetition gives: the last value handed on, how often the body ran, and false where it only ran out of times. */
export interface Repeated<C> {
  readonly value: C;
  readonly iterations: number;
  readonly done: boolean;
}

/** A branch's arms. Nodes made in an arm exist for that arm only: what is needed outside must be returned. */
export interface Arms<T, E> {
  readonly then: () => T;
  readonly else?: () => E;
}

/** What a switch may go by. */
type Case = string | number;

/** A switch's arms by the value that each is for; numbers as they are. As for {@link Arms}. */
export interface Cases<C, E> {
  readonly switch: C;
  readonly else?: () => E;
}

/** Arms under values of a type, and no others. */
type CasesOf<V extends Case, C> = {
  readonly [K in keyof C]: K extends Case ? (`${K}` extends `${V}` ? () => unknown : never) : never;
};

/** What the arms give, and what is given where there is none: nothing when each value has one. */
type SwitchValue<V extends Case, C, E> =
  | { readonly [K in keyof C]: C[K] extends () => infer T ? ValueOf<T> : never }[keyof C]
  | ([Exclude<`${V}`, `${keyof C & Case}`>] extends [never] ? never : ValueOf<E>);

/** What a map's list holds for one item: settled when it tolerates failures. */
type MapValue<T, O> = 'tolerate' extends keyof O
  ? O extends { readonly tolerate: Tolerance }
    ? Settled<T>
    : Settled<T> | T
  : T;

type ItemOf<L> = L extends RefBase<infer T> ? ElementOf<T> : L extends readonly (infer E)[] ? E : never;
type ElementOf<T> = T extends readonly (infer E)[] ? E : never;

/** What a pipeline's graph is written with. Nothing runs: each call adds a node to the plan and gives its reference. */
export interface Graph {
  /**
   * Uses a step once. The input may mix references, plain values, and objects and lists of both. Options override the
   * contract for this use alone.
   *
   * @example
   * g.run(train, { seed: 1 }, { id: 'final', timeout: '6h', retry: { attempts: 1 }, priority: 1, tags: ['team:risk'] });
   */
  run<I extends z.ZodType, O extends z.ZodType>(
    // Two inferred schemas: holding a whole contract against `StepContract` costs the compiler seven times as much.
    step: StepContract<I, O>,
    input: Wire<NoInfer<Accepted<z.input<I>, z.output<I>>>>,
    options?: RunOptions,
  ): Ref<z.output<O>>;

  /**
   * Runs the body once for each item of a list; its value is the list of the bodies' values, in the items' order. With
   * `tolerate` some items may fail, and its value is the list of what became of each item.
   *
   * @example
   * const tries = g.map('per-seed', config.seeds, (seed) => g.run(train, { seed }), { tolerate: 2 });
   */
  map<
    L extends RefBase<readonly unknown[]> | readonly Json[],
    R,
    O extends MapOptions = Pick<MapOptions, 'maxParallel'>,
  >(
    id: string,
    over: L,
    body: (item: Ref<ItemOf<L>>) => R,
    options?: O & MapOptions,
  ): Ref<MapValue<ValueOf<R>, O>[]>;

  /**
   * Runs one of two arms; its value is that arm's. Without `else` it is null (as JSON has no undefined) when the
   * condition does not hold.
   */
  branch<T, E = null>(
    id: string,
    when: RefBase<boolean>,
    arms: Arms<T, E>,
    options?: WorkOptions,
  ): Ref<ValueOf<T> | ValueOf<E>>;

  /**
   * Runs the arm of a value: text or a number. Its value is that arm's. What the value may be and no arm is for gives what
   * `else` gives, or null without one.
   *
   * @example
   * const trained = g.branch('by-size', config.size, {
   *   switch: { small: () => g.run(fitHere, { n: 1 }), large: () => g.run(fitThere, { n: 9 }) },
   * });
   */
  branch<V extends Case, C extends CasesOf<V, C>, E = null>(
    id: string,
    on: RefBase<V>,
    arms: Cases<C, E>,
    options?: WorkOptions,
  ): Ref<SwitchValue<V, C, E>>;

  /**
   * Waits for a person. A rejection ends the run as `rejected`, unless some branch's condition reads the answer; inside
   * a map that tolerates failures it fails the item.
   *
   * @example
   * const signed = g.approval('release', { show: best, by: ['ana'], answer: z.object({ share: z.number() }) });
   * g.run(deploy, { model: best.model, share: coalesce(signed.answer, { share: 1 }).share });
   */
  approval<A extends z.ZodType | undefined = undefined>(
    id: string,
    options?: ApprovalOptions<A>,
  ): Ref<A extends z.ZodType ? Answered<z.output<A>> : Approval>;

  /**
   * Repeats a body, each time with what the time before handed on, until it says that it is done or `max` is reached.
   * Each iteration has addresses of its own (`tune[2]/fit`), so it is recorded and cached like an item of a map.
   *
   * @example
   * const tuned = g.until('tune', { rate: 0.1, loss: 1 }, (last) => {
   *   const fitted = g.run(fit, { rate: last.rate });
   *   return { next: { rate: fitted.nextRate, loss: fitted.loss }, done: lt(fitted.loss, config.goal) };
   * }, { max: 10 });
   */
  until<I>(
    id: string,
    initial: I,
    body: (last: Ref<ValueOf<I>>, iteration: Ref<number>) => Iteration<NoInfer<ValueOf<I>>>,
    options: UntilOptions,
  ): Ref<Repeated<ValueOf<I>>>;

  /**
   * Waits for a length of time, or until a moment, at most 366 days; a moment that has passed is no wait. It holds no worker
   * meanwhile. Its value is the moment.
   *
   * @example
   * const cooled = g.wait('cool-off', '2h', { after: trained });
   * const ripe = g.wait('labels-ripe', { until: config.labelsAt }, { after: cooled });
   * g.run(judge, { model: trained.model, labelsOf: ripe.until });
   */
  wait(id: string, time: WaitTime, options?: NodeOptions): Ref<Waited>;

  /** Runs another pipeline as a run of its own and waits for it; its value is that pipeline's. */
  call<P extends Pipeline>(pipeline: P, config: Wire<NoInfer<CallConfig<P>>>, options?: CallOptions): Ref<OutputOf<P>>;

  /**
   * What is done when everything else has ended, in any case: completed, failed, rejected or cancelled. At the top of a
   * graph only. A value from outside may not be there: it must be read with `coalesce`.
   *
   * @example
   * g.always('cleanup', (end) => { g.run(dropTables, { table: coalesce(load.table, null), status: end.status }); });
   */
  always(id: string, body: (end: Ref<RunEnd>) => void): void;

  /** What is done when the run has failed or was rejected, before what is done in any case. As for `always`. */
  onFailure(id: string, body: (end: Ref<RunEnd>) => void): void;
}

/** What a call has to give: fields with a default may be left out. */
type CallConfig<P> = P extends Pipeline<infer C> ? Accepted<z.input<C>, z.output<C>> : never;
