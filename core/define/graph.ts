import type { z } from 'zod';
import { perennialError } from '../errors';
import { makeRef, type Ref, type RefBase, type ValueOf } from '../expr/ref';
import { readNodes } from '../expr/reads';
import { toExpression, type Wire } from '../expr/wire';
import { approvalNode, branchNode, mapNode, stepNode } from '../nodes';
import type { Approval } from '../plan/approval';
import type { Json } from '../plan/json';
import type { Body, PlanNode, Tolerance } from '../plan/plan';
import type { Settled } from '../plan/settled';
import { type Duration, milliseconds } from './duration';
import { checkName } from './name';
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

export interface ApprovalOptions extends NodeOptions {
  /** What the person who answers is shown. */
  readonly show?: unknown;
  /** After this long without an answer it counts as rejected, by `time-out`. Default: waits for ever. */
  readonly timeout?: Duration;
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
   * Waits for a person. A rejection ends the run as `rejected`, unless some branch's condition reads the answer.
   * Cannot stand inside a map.
   */
  approval(id: string, options?: ApprovalOptions): Ref<Approval>;
}

/** What tracing a graph function gives: the plan's body and the contracts that it uses. */
export interface Traced {
  readonly body: Body;
  readonly steps: ReadonlyMap<string, StepContract>;
}

/**
 * Runs a graph function once against a recording builder.
 *
 * @throws PER_DEF_001 PER_DEF_004 PER_DEF_005 PER_DEF_009 PER_DEF_016
 */
export function traceGraph<C>(graph: (g: Graph, config: Ref<C>) => unknown): Traced {
  const steps = new Map<string, StepContract>();
  let scope: PlanNode[] | null = null;

  function add(node: PlanNode): void {
    if (!scope) throw perennialError('PER_DEF_005', `The node ${node.id} was added after its graph was traced.`);
    scope.push(node);
  }

  function trace(where: string, write: () => unknown): Body {
    const outer = scope;
    const nodes: PlanNode[] = [];
    scope = nodes;
    try {
      const result = write();
      return { nodes, output: toExpression(result === undefined ? null : result, `The value of ${where}`) };
    } finally {
      scope = outer;
    }
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
      const maxParallel = readParallel(id, options?.maxParallel ?? null);
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
    approval(id, options = {}) {
      checkName('approval', id);
      const show = toExpression(options.show ?? null, `What ${id} shows`);
      const timeout = options.timeout === undefined ? null : milliseconds(options.timeout, `The timeout of ${id}`);
      add(approvalNode({ id, show, timeout, after: readAfter(options) }));
      return outputRef(id);
    },
  };
  return { body: trace('the pipeline', () => graph(g, makeRef<C>({ op: 'config', path: [] }))), steps };
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

function readParallel(id: string, limit: number | null): number | null {
  if (limit !== null && (!Number.isInteger(limit) || limit < 1)) {
    throw perennialError('PER_DEF_016', `maxParallel of ${id} is ${limit}, not a count from 1.`);
  }
  return limit;
}
