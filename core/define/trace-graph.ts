import type { z } from 'zod';
import { perennialError } from '../errors';
import { makeRef, type Ref, type RefBase } from '../expr/ref';
import { toExpression } from '../expr/wire';
import {
  approvalNode,
  branchNode,
  callNode,
  finallyNode,
  mapNode,
  stepNode,
  switchNode,
  untilNode,
  waitNode,
} from '../nodes';
import { milliseconds } from '../plan/duration';
import { planHash } from '../plan/hash';
import { checkName } from '../plan/name';
import type { Body, Expr, FinallyNode, PlanNode, Priority } from '../plan/plan';
import type { RunEnd } from '../plan/run-end';
import { checkConstants } from './check-constants';
import { jsonSchema } from './contract';
import type { Arms, Cases, Graph, WorkOptions } from './graph';
import {
  APPROVAL_OPTIONS,
  BRANCH_OPTIONS,
  CALL_OPTIONS,
  MAP_OPTIONS,
  refuseUnknownOptions,
  RUN_OPTIONS,
  UNTIL_OPTIONS,
  WAIT_OPTIONS,
} from './known-options';
import { readCount, readNames, readNode, readOverride, readPriority, readTime, readTolerance } from './node-options';
import type { Pipeline } from './pipeline';
import type { StepContract } from './step';

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
 * @throws PER_DEF_001 PER_DEF_004 PER_DEF_005 PER_DEF_009 PER_DEF_016 PER_DEF_024 PER_DEF_052 PER_DEF_070 PER_DEF_071
 */
export function traceGraph<C, P>(graph: (g: Graph, config: Ref<C>, partition: P) => unknown, partition: P): Traced {
  const steps = new Map<string, StepContract>();
  const calls = new Map<string, Pipeline>();
  const answers = new Map<string, z.ZodType>();
  let depth = 0;
  let scope: PlanNode[] | null = null;
  /** That of the innermost body around that has one. */
  let urgency: Priority | undefined;

  function add(node: PlanNode): void {
    if (!scope) throw perennialError('PER_DEF_005', `The node ${node.id} was added after its graph was traced.`);
    scope.push(node);
  }

  function trace(where: string, write: () => unknown, priority = urgency): Body {
    const outer = { scope, urgency };
    const nodes: PlanNode[] = [];
    scope = nodes;
    urgency = priority;
    depth += 1;
    try {
      const result = write();
      return { nodes, output: toExpression(result === undefined ? null : result, `The value of ${where}`) };
    } finally {
      ({ scope, urgency } = outer);
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
      refuseUnknownOptions(`the node ${id}`, options, RUN_OPTIONS);
      const given = toExpression(input, `The input of ${id}`);
      checkConstants(step.input, given, `The input of ${id}`);
      const priority = options.priority ?? (step.light ? undefined : urgency);
      add(
        stepNode({
          id,
          step: step.name,
          input: given,
          ...readNode(options),
          ...readOverride(id, step, options),
          ...readPriority(priority),
        }),
      );
      return outputRef(id);
    },
    map(id, over, body, options) {
      checkName('map', id);
      refuseUnknownOptions(`the map ${id}`, options, MAP_OPTIONS);
      const items = toExpression(over, `The list of ${id}`);
      const write = (): unknown => body(makeRef({ op: 'item', map: id, path: [] }));
      const traced = trace(id, write, options?.priority);
      const tolerate = readTolerance(id, options?.tolerate);
      const limit = options?.maxParallel;
      const maxParallel = limit === undefined ? null : readCount(`maxParallel of ${id}`, limit);
      add(mapNode({ id, over: items, maxParallel, ...tolerate, body: traced, ...readNode(options ?? {}) }));
      return outputRef(id);
    },
    branch<R>(id: string, on: RefBase<unknown>, arms: AnyArms, options: WorkOptions = {}): Ref<R> {
      checkName('branch', id);
      refuseUnknownOptions(`the branch ${id}`, options, BRANCH_OPTIONS);
      const traceArm = (name: string, arm: () => unknown): Body => trace(`${id}'s ${name}`, arm, options.priority);
      const chosen = toExpression(on, `The condition of ${id}`);
      if ('switch' in arms) {
        const cases = Object.entries(arms.switch).map(([value, arm]) => ({ value, body: traceArm(value, arm) }));
        const otherwise = arms.else ? traceArm('else', arms.else) : null;
        add(switchNode({ id, on: chosen, cases, else: otherwise, ...readNode(options) }));
      } else {
        const then = traceArm('then', arms.then);
        const otherwise = arms.else ? traceArm('else', arms.else) : null;
        add(branchNode({ id, when: chosen, then, else: otherwise, ...readNode(options) }));
      }
      return outputRef(id);
    },
    approval(id, options) {
      checkName('approval', id);
      refuseUnknownOptions(`the approval ${id}`, options, APPROVAL_OPTIONS);
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
          ...readNode(options ?? {}),
        }),
      );
      return outputRef(id);
    },
    until(id, initial, body, options) {
      checkName('repetition', id);
      refuseUnknownOptions(`the repetition ${id}`, options, UNTIL_OPTIONS);
      const first = toExpression(initial, `The first value of ${id}`);
      const item = (key: string): Expr => ({ op: 'item', map: id, path: [key] });
      const write = (): unknown => {
        const { next, done } = body(makeRef(item('carry')), makeRef(item('index')));
        return { next, done };
      };
      const traced = trace(id, write, options.priority);
      const max = readCount(`max of ${id}`, options.max);
      add(untilNode({ id, initial: first, max, body: traced, ...readNode(options) }));
      return outputRef(id);
    },
    wait(id, time, options = {}) {
      checkName('wait', id);
      refuseUnknownOptions(`the wait ${id}`, options, WAIT_OPTIONS);
      add(waitNode({ id, time: readTime(id, time), ...readNode(options) }));
      return outputRef(id);
    },
    call(pipeline, config, options = {}) {
      const id = options.id ?? pipeline.name;
      checkName('call', id);
      refuseUnknownOptions(`the call ${id}`, options, CALL_OPTIONS);
      if (pipeline.partitions)
        throw perennialError('PER_DEF_052', `${id} calls ${pipeline.name}, which has partitions.`);
      const known = calls.get(pipeline.name);
      if (known && known !== pipeline)
        throw perennialError('PER_DEF_009', `Two different pipelines are called ${pipeline.name}.`);
      calls.set(pipeline.name, pipeline);
      const given = toExpression(config, `The config of ${id}`);
      checkConstants(pipeline.config, given, `The config of ${id}`);
      const plan = planHash(pipeline.plan);
      const priority = readPriority(options.priority ?? urgency);
      add(callNode({ id, pipeline: pipeline.name, plan, config: given, ...readNode(options), ...priority }));
      return outputRef(id);
    },
    always(id, body) {
      addFinally(id, 'always', body);
    },
    onFailure(id, body) {
      addFinally(id, 'failure', body);
    },
  };
  const config = makeRef<C>({ op: 'config', path: [] });
  return { body: trace('the pipeline', () => graph(g, config, partition)), steps, calls, answers };
}

/** The arms of a branch, by a condition or by a value. */
type AnyArms = Arms<unknown, unknown> | Cases<{ readonly [value: string]: () => unknown }, unknown>;

function outputRef<T>(node: string): Ref<T> {
  return makeRef<T>({ op: 'output', node, path: [] });
}
