import fc from 'fast-check';
import type { Body, Expr, Plan, PlanNode, PlanStep, WaitNode } from '../../../core/plan/plan';

export const noop: PlanStep = {
  name: 'noop',
  contract: 'c',
  pool: 'cpu',
  timeout: 1_000,
  heartbeat: null,
  retry: { attempts: 1, firstDelay: 1, factor: 1, maxDelay: 1, never: [] },
  isolate: false,
  light: false,
  cache: true,
};

export function planOf(body: Body, onFailure: Plan['onFailure'] = 'cancel'): Plan {
  return { format: 1, pipeline: 'p', steps: { noop }, body, config: {}, onFailure };
}

/** When runs of the test kit begin. */
export const BEGIN = Date.parse('2001-01-01T00:00:00.000Z');

/** Choices that a plan is built from: each number decides one thing, so that a failing plan shrinks to a small one. */
type Choices = () => number;

/**
 * Plans of any shape: steps, maps, branches, switches, repetitions, approvals, waits and final bodies, nested two deep, whose
 * inputs read config, items and nodes of their own and outer scopes.
 */
export const anyPlan: fc.Arbitrary<Plan> = plansOf(false);

/** The same, with longer lists, maps that tolerate failures, and approvals that time out. */
export const anyRichPlan: fc.Arbitrary<Plan> = plansOf(true);

/** The plan that plans call: two steps, one after the other, and one beside them. Both ends of it are read. */
export const calledPlan: Plan = {
  ...planOf({
    nodes: [
      { kind: 'step', id: 'a', step: 'noop', input: { op: 'config', path: ['n'] }, after: [] },
      { kind: 'step', id: 'b', step: 'noop', input: { op: 'output', node: 'a', path: [] }, after: [] },
      { kind: 'step', id: 'c', step: 'noop', input: { op: 'config', path: ['n'] }, after: [] },
    ],
    output: {
      op: 'list',
      items: [
        { op: 'output', node: 'b', path: [] },
        { op: 'output', node: 'c', path: [] },
      ],
    },
  }),
  pipeline: 'called',
};

/** The same plan with a call in the place of each of some steps, which `choose` picks by their ids. */
export function withCalls(plan: Plan, choose: (id: string) => boolean): Plan {
  return everywhere(plan, (node) => {
    if (node.kind !== 'step' || !choose(node.id)) return node;
    const { id, input, after } = node;
    const config: Expr = { op: 'object', fields: { n: input } };
    return { kind: 'call', id, pipeline: calledPlan.pipeline, plan: 'hash', config, after };
  });
}

/** The same change at every node of a plan, inside bodies too. */
export function everywhere(plan: Plan, change: (node: PlanNode) => PlanNode): Plan {
  const within = (body: Body): Body => ({ ...body, nodes: body.nodes.map((node) => change(inside(node))) });
  const inside = (node: PlanNode): PlanNode => {
    if (node.kind === 'map' || node.kind === 'until' || node.kind === 'finally')
      return { ...node, body: within(node.body) };
    if (node.kind === 'switch') {
      const cases = node.cases.map((each) => ({ ...each, body: within(each.body) }));
      return { ...node, cases, else: node.else && within(node.else) };
    }
    return node.kind === 'branch' ? { ...node, then: within(node.then), else: node.else && within(node.else) } : node;
  };
  return { ...plan, body: within(plan.body) };
}

/** Names given so far, and whether to draw everything that there is. */
interface Drawn {
  next: number;
  readonly rich: boolean;
}

function plansOf(rich: boolean): fc.Arbitrary<Plan> {
  return fc
    .record({ choices: fc.array(fc.nat(999), { minLength: 1, maxLength: 60 }), finish: fc.boolean() })
    .map(({ choices, finish }) => {
      let at = 0;
      const choose: Choices = () => choices[at++ % choices.length] ?? 0;
      const names = { next: 0, rich };
      return planOf(anyBody(choose, names, [], [], 0, choices.length), finish ? 'finish-others' : 'cancel');
    });
}

function anyBody(
  choose: Choices,
  names: Drawn,
  visible: readonly string[],
  maps: readonly string[],
  depth: number,
  budget: number,
): Body {
  const nodes: PlanNode[] = [];
  const seen = [...visible];
  const count = choose() % (depth === 0 ? Math.min(8, budget) + 1 : 4);
  for (let i = 0; i < count; i++) {
    const node = anyNode(choose, names, seen, maps, depth);
    nodes.push(node);
    seen.push(node.id);
  }
  const output = anyExpr(choose, seen, maps);
  if (depth === 0) for (let i = choose() % 3; i > 0; i--) nodes.push(anyFinal(choose, names));
  return { nodes, output };
}

/** A body of its own at the end of a plan, that reads only what is inside it and how the run ended. */
function anyFinal(choose: Choices, names: Drawn): PlanNode {
  const id = `n${names.next++}`;
  const body = anyBody(choose, names, [], [id], 1, 3);
  return { kind: 'finally', id, when: choose() % 2 === 0 ? 'always' : 'failure', body, after: [] };
}

function anyNode(
  choose: Choices,
  names: Drawn,
  seen: readonly string[],
  maps: readonly string[],
  depth: number,
): PlanNode {
  const id = `n${names.next++}`;
  const after = seen.length > 0 && choose() % 4 === 0 ? [seen[choose() % seen.length] ?? ''] : [];
  const kind = depth < 2 ? choose() % 9 : 0;
  if (kind === 3) {
    const body = anyBody(choose, names, seen, [...maps, id], depth + 1, 3);
    const over: Expr = { op: 'literal', value: Array.from({ length: choose() % (names.rich ? 5 : 3) }, (_, i) => i) };
    if (!names.rich) return { kind: 'map', id, over, maxParallel: choose() % 3 === 0 ? 1 : null, body, after };
    const maxParallel = [null, 1, 2][choose() % 3] ?? null;
    const tolerate = ([undefined, 1, 2, 'all'] as const)[choose() % 4];
    return { kind: 'map', id, over, maxParallel, ...(tolerate !== undefined && { tolerate }), body, after };
  }
  if (kind === 4) {
    const when: Expr = { op: 'eq', left: anyExpr(choose, seen, maps), right: anyExpr(choose, seen, maps) };
    const then = anyBody(choose, names, seen, maps, depth + 1, 3);
    const otherwise = choose() % 2 === 0 ? anyBody(choose, names, seen, maps, depth + 1, 3) : null;
    return { kind: 'branch', id, when, then, else: otherwise, after };
  }
  if (kind === 6) {
    const body = anyBody(choose, names, seen, [...maps, id], depth + 1, 3);
    const done: Expr = { op: 'eq', left: anyExpr(choose, seen, maps), right: { op: 'item', map: id, path: ['index'] } };
    const output: Expr = { op: 'object', fields: { next: body.output, done } };
    return {
      kind: 'until',
      id,
      initial: anyExpr(choose, seen, maps),
      max: 1 + (choose() % 3),
      body: { ...body, output },
      after,
    };
  }
  if (kind === 7) {
    const on: Expr = { op: 'literal', value: choose() % 3 };
    const arm = (): Body => anyBody(choose, names, seen, maps, depth + 1, 3);
    const cases = Array.from({ length: 1 + (choose() % 2) }, (_, value) => ({ value: String(value), body: arm() }));
    return { kind: 'switch', id, on, cases, else: choose() % 2 === 0 ? arm() : null, after };
  }
  if (kind === 5) {
    // No two approvals of a run time out at the same moment: which of them came first would be anybody's guess.
    const mayTimeOut = names.rich && maps.length === 0 && choose() % 3 === 0;
    const timeout = mayTimeOut ? choose() * 500_000 + names.next * 7_919 : null;
    return { kind: 'approval', id, show: anyExpr(choose, seen, maps), timeout, after };
  }
  if (kind === 8) return { kind: 'wait', id, time: anyTime(choose, names), after };
  return { kind: 'step', id, step: 'noop', input: anyExpr(choose, seen, maps), after };
}

/** A length, or a moment that may have passed when the wait begins. */
function anyTime(choose: Choices, names: Drawn): WaitNode['time'] {
  const ms = choose() * 400_000 + names.next * 6_863 + 1;
  if (!names.rich || choose() % 2 === 0) return { for: { op: 'literal', value: ms } };
  return { until: { op: 'literal', value: BEGIN + ms } };
}

function anyExpr(choose: Choices, seen: readonly string[], maps: readonly string[]): Expr {
  const kind = choose() % 5;
  const node = seen[choose() % Math.max(1, seen.length)];
  const map = maps[choose() % Math.max(1, maps.length)];
  if (kind <= 1 && node !== undefined) return { op: 'output', node, path: [] };
  if (kind === 2 && map !== undefined) return { op: 'item', map, path: [] };
  if (kind === 3 && seen.length > 0)
    return { op: 'list', items: seen.map((id): Expr => ({ op: 'output', node: id, path: [] })) };
  return { op: 'config', path: ['n'] };
}
