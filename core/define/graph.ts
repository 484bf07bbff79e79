import type { z } from 'zod';
import { perennialError } from '../errors';
import { makeRef, type Ref, type RefBase, type ValueOf } from '../expr/ref';
import { readNodes } from '../expr/reads';
import { type Accepted, toExpression, type Wire } from '../expr/wire';
import { approvalNode, branchNode, callNode, finallyNode, mapNode, stepNode, untilNode } from '../nodes';
import type { Answered, Approval } from '../plan/approval';
import type { Json } from '../plan/json';
import { planHash } from '../plan/hash';
import type { Body, Expr, FinallyNode, PlanNode, Tolerance } from '../plan/plan';
import type { RunEnd } from '../plan/run-end';
import type { Settled } from '../plan/settled';
import { jsonSchema } from './contract';
import { type Duration, milliseconds } from './duration';
import { checkName } from './name';
import type { OutputOf, Pipeline } from './pipeline';
import type { InputOf, StepContract } from './step';

/** Options that every node takes. */
export interface NodeOptions {
  /** Nodes that must end before this one starts although no value of theirs is used. */
  readonly after?: RefBase<unknown> | readonly RefBase<unknown>[];
}

export interface RunOptions extends NodeOptions {
  /** The node's name in the plan. Default: the step's name; needed when a step is used twice. */
  readonly id?: string;
}

export interface MapOptions extends NodeOptions {
  /** Items that run at the same time, at most. */
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

export interface UntilOptions extends NodeOptions {
  /** Times at most: the body's executions so many times over must fit one workflow. */
  readonly max: number;
}

export interface CallOptions extends NodeOptions {
  /** The node's name in the plan. Default: the pipeline's name. */
  readonly id?: string;
}

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
  /** Uses a step once. The input may mix references, plain values, and objects and lists of both. */
  run<S extends StepContract>(
    step: S,
    input: Wire<NoInfer<InputOf<S>>>,
    options?: RunOptions,
  ): Ref<z.output<S['output']>>;

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
    options?: NodeOptions,
  ): Ref<ValueOf<T> | ValueOf<E>>;

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

/** What tracing a graph function gives: the plan's body and the contracts that it uses. */
export interface Traced {
  readonly body: Body;
  readonly steps: ReadonlyMap<string, StepContract>;
  /** The pipelines that it calls, by name. */
  readonly calls: ReadonlyMap<string, Pipeline>;
  /** What its approvals ask for beside yes or no, by the approval's id. */
  readonly answers: ReadonlyMap<string, z.ZodType>;
}

/**
 * Runs a graph function once against a recording builder.
 *
 * @throws PER_DEF_001 PER_DEF_004 PER_DEF_005 PER_DEF_009 PER_DEF_016
 */
export function traceGraph<C>(graph: (g: Graph, config: Ref<C>) => unknown): Traced {
  const steps = new Map<string, StepContract>();
  const calls = new Map<string, Pipeline>();
  const answers = new Map<string, z.ZodType>();
  let depth = 0;
  let scope: PlanNode[] | null = null;

  function add(node: PlanNode): void {
    if (!scope) throw perennialError('PER_DEF_005', `The node ${node.id} was added after its graph was traced.`);
    scope.push(node);
  }

  function trace(where: string, write: () => unknown): Body {
    const outer = scope;
    const nodes: PlanNode[] = [];
    scope = nodes;
    depth += 1;
    try {
      const result = write();
      return { nodes, output: toExpression(result === undefined ? null : result, `The value of ${where}`) };
    } finally {
      scope = outer;
      depth -= 1;
    }
  }

  function addFinally(id: string, when: FinallyNode['when'], body: (end: Ref<RunEnd>) => void): void {
    checkName('final body', id);
    if (depth > 1) throw perennialError('PER_DEF_018', `The final body ${id} stands inside a body or an arm.`);
    const write = (): void => {
      body(makeRef<RunEnd>({ op: 'item', map: id, path: [] }));
    };
    add(finallyNode({ id, when, body: trace(id, write), after: [] }));
  }

  const g: Graph = {
    run(step, input, options = {}) {
      const id = options.id ?? step.name;
      checkName('node', id);
      const known = steps.get(step.name);
      if (known && known !== step) throw perennialError('PER_DEF_009', `Two different steps are called ${step.name}.`);
      steps.set(step.name, step);
      add(
        stepNode({ id, step: step.name, input: toExpression(input, `The input of ${id}`), after: readAfter(options) }),
      );
      return outputRef(id);
    },
    map(id, over, body, options) {
      checkName('map', id);
      const items = toExpression(over, `The list of ${id}`);
      const traced = trace(id, () => body(makeRef({ op: 'item', map: id, path: [] })));
      const tolerate = readTolerance(id, options?.tolerate);
      const limit = options?.maxParallel;
      const maxParallel = limit === undefined ? null : readCount(`maxParallel of ${id}`, limit);
      add(mapNode({ id, over: items, maxParallel, ...tolerate, body: traced, after: readAfter(options ?? {}) }));
      return outputRef(id);
    },
    branch(id, when, arms, options = {}) {
      checkName('branch', id);
      const condition = toExpression(when, `The condition of ${id}`);
      const then = trace(`${id}'s then`, arms.then);
      const otherwise = arms.else ? trace(`${id}'s else`, arms.else) : null;
      add(branchNode({ id, when: condition, then, else: otherwise, after: readAfter(options) }));
      return outputRef(id);
    },
    approval(id, options) {
      checkName('approval', id);
      const show = toExpression(options?.show ?? null, `What ${id} shows`);
      const timeout = options?.timeout === undefined ? null : milliseconds(options.timeout, `The timeout of ${id}`);
      const schema = options?.answer;
      if (schema) answers.set(id, schema);
      add(
        approvalNode({
          id,
          show,
          timeout,
          ...(schema && { answer: jsonSchema(schema, 'input', `The answer of ${id}`) }),
          ...(options?.by && { by: readNames(id, options.by) }),
          after: readAfter(options ?? {}),
        }),
      );
      return outputRef(id);
    },
    until(id, initial, body, options) {
      checkName('repetition', id);
      const first = toExpression(initial, `The first value of ${id}`);
      const item = (key: string): Expr => ({ op: 'item', map: id, path: [key] });
      const traced = trace(id, () => {
        const { next, done } = body(makeRef(item('carry')), makeRef(item('index')));
        return { next, done };
      });
      const max = readCount(`max of ${id}`, options.max);
      add(untilNode({ id, initial: first, max, body: traced, after: readAfter(options) }));
      return outputRef(id);
    },
    call(pipeline, config, options = {}) {
      const id = options.id ?? pipeline.name;
      checkName('call', id);
      const known = calls.get(pipeline.name);
      if (known && known !== pipeline)
        throw perennialError('PER_DEF_009', `Two different pipelines are called ${pipeline.name}.`);
      calls.set(pipeline.name, pipeline);
      const given = toExpression(config, `The config of ${id}`);
      const plan = planHash(pipeline.plan);
      add(callNode({ id, pipeline: pipeline.name, plan, config: given, after: readAfter(options) }));
      return outputRef(id);
    },
    always(id, body) {
      addFinally(id, 'always', body);
    },
    onFailure(id, body) {
      addFinally(id, 'failure', body);
    },
  };
  return { body: trace('the pipeline', () => graph(g, makeRef<C>({ op: 'config', path: [] }))), steps, calls, answers };
}

function outputRef<T>(node: string): Ref<T> {
  return makeRef<T>({ op: 'output', node, path: [] });
}

function readAfter(options: NodeOptions): string[] {
  const { after } = options;
  if (after === undefined) return [];
  const refs: readonly unknown[] = Array.isArray(after) ? after : [after];
  return [...new Set(refs.flatMap((ref) => readNodes(toExpression(ref, '`after`'))))];
}

/** A field of its own only when it is given: a map that tolerates nothing has the plan that it always had. */
function readTolerance(id: string, tolerate: Tolerance | undefined): { readonly tolerate?: Tolerance } {
  if (tolerate === undefined) return {};
  if (tolerate !== 'all' && (!Number.isInteger(tolerate) || tolerate < 1)) {
    throw perennialError('PER_DEF_016', `tolerate of ${id} is ${tolerate}, neither a count from 1 nor 'all'.`);
  }
  return { tolerate };
}

/** @throws PER_DEF_012 */
function readNames(id: string, by: readonly string[]): readonly string[] {
  if (by.length > 0 && by.every((name) => name.trim() !== '')) return [...by];
  throw perennialError('PER_DEF_012', `The approval ${id} names nobody who may answer.`);
}

/** @throws PER_DEF_016 */
function readCount(what: string, count: number): number {
  if (Number.isInteger(count) && count >= 1) return count;
  throw perennialError('PER_DEF_016', `${what} is ${count}, not a count from 1.`);
}
