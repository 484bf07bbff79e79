import { allNodes } from '../../../core/nodes';
import type { Body, Expr, Plan, PlanNode, WaitNode } from '../../../core/plan/plan';
import { needsOf } from './needs';

/** What an expression can be made of at a place, by the kind of its value. */
interface Parts {
  readonly numbers: readonly Expr[];
  readonly truths: readonly Expr[];
  readonly texts: readonly Expr[];
  /** Lists of numbers. */
  readonly lists: readonly Expr[];
  /** Lists of objects, none of them empty, with what they may be compared by. */
  readonly rows: readonly { readonly list: Expr; readonly key: readonly string[] }[];
  /** Values that may be missing, of any kind. */
  readonly loose: readonly Expr[];
}

/** A number from 0 to below `below`. */
type Roll = (below: number) => number;

const { imul } = Math;

/** xorshift and a multiplication: the same numbers for the same luck. */
function rollOf(luck: number): Roll {
  let state = (luck ^ 0x9e3779b9) | 1;
  return (below) => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (imul(state, 0x85ebca6b) >>> 8) % below;
  };
}

const literal = (value: string | number | boolean): Expr => ({ op: 'literal', value });
const output = (node: string, ...path: (string | number)[]): Expr => ({ op: 'output', node, path });
const item = (map: string, ...path: string[]): Expr => ({ op: 'item', map, path });

/** It has no value. */
const NONE: Expr = { op: 'divide', left: literal(1), right: literal(0) };

const OUTERMOST: Parts = {
  numbers: [{ op: 'config', path: ['n'] }, literal(0), literal(1), literal(2), literal(5)],
  truths: [literal(true), literal(false)],
  texts: [literal('a'), literal('b')],
  lists: [],
  rows: [],
  loose: [],
};

/**
 * The same plan whose expressions compute: comparison, logic, arithmetic, text, lists and what takes the place of a value
 * that is missing, of what can be read at each place. With some luck one node of it has an expression without a value; it
 * becomes ready when nothing else does, since of what happens at one moment the plan does not say what comes first.
 */
export function withExpressions(plan: Plan, luck: number, faulty = true): Plan {
  const roll = rollOf(luck);
  const all = allNodes(plan.body);
  const broken = faulty && all.length > 0 && roll(3) === 0 ? all[roll(all.length)] : undefined;
  const outer = plan.body.nodes.flatMap(({ kind, id }) => (kind === 'finally' ? [] : [id]));
  return { ...plan, body: new Rewriting(roll, broken, outer).body(plan.body, OUTERMOST) };
}

class Rewriting {
  constructor(
    private readonly roll: Roll,
    private readonly broken: PlanNode | undefined,
    private readonly outer: readonly string[],
  ) {}

  body(body: Body, visible: Parts): Body {
    const nodes: PlanNode[] = [];
    let parts = visible;
    for (const node of body.nodes) {
      const changed = this.node(node, parts);
      const broken = node === this.broken ? breakIn(changed, this.roll) : [changed];
      nodes.push(...broken);
      parts = joined(parts, partsOf(changed));
    }
    return { nodes, output: this.value(body.output, parts) };
  }

  private node(node: PlanNode, parts: Parts): PlanNode {
    switch (node.kind) {
      case 'step':
        return { ...node, input: this.value(node.input, parts) };
      case 'call':
        return { ...node, config: { op: 'object', fields: { n: this.value(fieldIn(node.config, 'n'), parts) } } };
      case 'approval':
        return { ...node, show: this.value(node.show, parts) };
      case 'wait':
        return { ...node, time: this.time(node.time, parts) };
      case 'branch': {
        const [then, otherwise] = [this.body(node.then, parts), node.else && this.body(node.else, parts)];
        return { ...node, when: this.roll(3) === 0 ? node.when : this.truth(parts, 2), then, else: otherwise };
      }
      case 'switch': {
        const cases = node.cases.map((each) => ({ ...each, body: this.body(each.body, parts) }));
        const on = this.roll(2) === 0 ? node.on : this.roll(2) === 0 ? this.number(parts, 1) : this.text(parts, 1);
        return { ...node, on, cases, else: node.else && this.body(node.else, parts) };
      }
      case 'until': {
        const inner = joined(parts, { numbers: [item(node.id, 'index')], loose: [item(node.id, 'carry')] });
        const body = this.body({ ...node.body, output: fieldIn(node.body.output, 'next') }, inner);
        const done = this.roll(2) === 0 ? fieldIn(node.body.output, 'done') : this.truth(inner, 2);
        const next = body.output;
        const initial = this.value(node.initial, parts);
        return { ...node, initial, body: { ...body, output: { op: 'object', fields: { next, done } } } };
      }
      case 'map': {
        const body = this.body(node.body, joined(parts, { numbers: [item(node.id)] }));
        const over = this.over(node.over, parts);
        if (this.roll(2) === 0) return { ...node, over, body };
        const row: Expr = { op: 'object', fields: { k: this.number(parts, 1), v: body.output } };
        return { ...node, over, body: { ...body, output: row } };
      }
      case 'finally': {
        const end = {
          texts: [item(node.id, 'status')],
          loose: [item(node.id, 'node'), ...this.outer.map((id) => output(id))],
        };
        return { ...node, body: this.body(node.body, joined(OUTERMOST, end)) };
      }
    }
  }

  /** What was there, or something else, or both. */
  private value(was: Expr, parts: Parts): Expr {
    switch (this.roll(5)) {
      case 0:
        return was;
      case 1:
        return { op: 'coalesce', args: [was, this.any(parts, 1)] };
      case 2:
        return { op: 'object', fields: { was, now: this.any(parts, 2), late: this.loose(parts) } };
      default:
        return this.any(parts, 2);
    }
  }

  /** As many items as there were, numbers still. */
  private over(was: Expr, parts: Parts): Expr {
    const count = lengthOf(was);
    switch (count === 0 ? 0 : this.roll(3)) {
      case 0:
        return was;
      case 1: {
        const items = Array.from({ length: count }, (): Expr => ({
          op: 'object',
          fields: { k: this.number(parts, 1) },
        }));
        return { op: 'pluck', list: { op: 'list', items }, key: ['k'] };
      }
      default:
        return { op: 'list', items: Array.from({ length: count }, () => this.number(parts, 1)) };
    }
  }

  /** A little later than it was, so that two waits do not end at the same moment. */
  private time(was: WaitNode['time'], parts: Parts): WaitNode['time'] {
    const most: Expr = { op: 'list', items: [this.number(parts, 1), literal(100_000)] };
    const more: Expr = { op: 'max', list: { op: 'list', items: [literal(0), { op: 'min', list: most }] } };
    if ('until' in was) return { until: { op: 'add', left: was.until, right: more } };
    if (this.roll(3) === 0) return { for: { op: 'template', parts: [was.for, literal('ms')] } };
    return { for: { op: 'add', left: was.for, right: more } };
  }

  private any(parts: Parts, depth: number): Expr {
    switch (this.roll(7)) {
      case 0:
        return this.truth(parts, depth);
      case 1:
        return this.text(parts, depth);
      case 2:
        return this.list(parts, depth);
      case 3:
        return this.best(parts, depth);
      case 4:
        return { op: 'coalesce', args: [this.loose(parts), this.number(parts, depth)] };
      default:
        return this.number(parts, depth);
    }
  }

  private number(parts: Parts, depth: number): Expr {
    const one = (): Expr => this.number(parts, depth - 1);
    if (depth <= 0) return this.oneOf(parts.numbers);
    switch (this.roll(13)) {
      case 12:
        // What would take the place of a value that is there is not looked at.
        return { op: 'coalesce', args: [one(), NONE] };
      case 0:
        return { op: 'add', left: one(), right: one() };
      case 1:
        return { op: 'subtract', left: one(), right: one() };
      case 2:
        return { op: 'multiply', left: one(), right: one() };
      case 3:
        return { op: 'divide', left: one(), right: literal(1 + this.roll(7)) };
      case 4:
        return {
          op: 'round',
          arg: { op: 'divide', left: one(), right: literal(1 + this.roll(7)) },
          digits: this.roll(4),
        };
      case 5:
        return { op: 'sum', list: this.list(parts, depth - 1) };
      case 6:
        return { op: 'min', list: { op: 'list', items: [one(), one(), one()] } };
      case 7:
        return { op: 'max', list: { op: 'list', items: [one(), one(), one()] } };
      case 8:
        return { op: 'get', of: this.list(parts, depth - 1), path: ['length'] };
      case 9:
        return {
          op: 'coalesce',
          args: [{ op: 'get', of: { op: 'object', fields: { a: one() } }, path: [this.letter()] }, one()],
        };
      default:
        return this.oneOf(parts.numbers);
    }
  }

  private truth(parts: Parts, depth: number): Expr {
    const one = (): Expr => this.truth(parts, depth - 1);
    if (depth <= 0) return this.oneOf(parts.truths);
    const left = this.number(parts, depth - 1);
    // Equal ones are where most can go wrong.
    const right = this.roll(3) === 0 ? left : this.number(parts, depth - 1);
    switch (this.roll(10)) {
      case 0:
        return { op: 'and', args: [one(), one(), one()] };
      case 1:
        return { op: 'or', args: [one(), one(), one()] };
      case 2:
        return { op: 'not', arg: one() };
      case 3:
        return { op: 'includes', list: this.list(parts, depth - 1), value: left };
      case 4:
        return { op: 'eq', left: this.any(parts, depth - 1), right: this.any(parts, depth - 1) };
      case 5:
        return { op: 'ne', left, right };
      case 6:
        // What comes after the answer is not looked at.
        return this.roll(2) === 0
          ? { op: 'or', args: [literal(true), left] }
          : { op: 'and', args: [literal(false), NONE] };
      default:
        return { op: (['gt', 'gte', 'lt', 'lte'] as const)[this.roll(4)] ?? 'gt', left, right };
    }
  }

  private text(parts: Parts, depth: number): Expr {
    if (depth <= 0 || this.roll(3) === 0) return this.oneOf(parts.texts);
    const more = [this.number(parts, depth - 1), this.truth(parts, depth - 1), this.text(parts, depth - 1)];
    return { op: 'template', parts: [literal('x'), ...more.slice(this.roll(3))] };
  }

  private list(parts: Parts, depth: number): Expr {
    if (parts.lists.length > 0 && this.roll(3) === 0) return this.oneOf(parts.lists);
    if (this.roll(3) === 0) {
      const { list, key } = this.rows(parts, depth - 1, ['k']);
      return { op: 'pluck', list, key };
    }
    return { op: 'list', items: Array.from({ length: this.roll(4) }, () => this.number(parts, depth - 1)) };
  }

  private best(parts: Parts, depth: number): Expr {
    const { list, key } = this.rows(parts, depth - 1);
    return { op: this.roll(2) === 0 ? 'minBy' : 'maxBy', list, key };
  }

  /** @param key the only one that will do, since its values are numbers */
  private rows(parts: Parts, depth: number, key?: readonly string[]): Parts['rows'][number] {
    const known = parts.rows.filter((each) => !key || each.key.join() === key.join());
    const row = known[this.roll(known.length + 1)];
    if (row) return row;
    const items = Array.from({ length: 1 + this.roll(3) }, (_, i): Expr => ({
      op: 'object',
      fields: { k: this.number(parts, depth), v: literal(i) },
    }));
    return { list: { op: 'list', items }, key: ['k'] };
  }

  private loose(parts: Parts): Expr {
    const known = parts.loose[this.roll(parts.loose.length + 1)];
    return known ?? { op: 'get', of: { op: 'object', fields: { a: this.number(parts, 0) } }, path: [this.letter()] };
  }

  private letter(): string {
    return this.roll(2) === 0 ? 'a' : 'b';
  }

  private oneOf(those: readonly Expr[]): Expr {
    return those[this.roll(those.length)] ?? literal(0);
  }
}

/** What a node that has completed gives to those that come after it. */
function partsOf(node: PlanNode): Partial<Parts> {
  const { id } = node;
  switch (node.kind) {
    case 'step':
      return { numbers: [output(id)] };
    case 'call':
      return { numbers: [output(id, 0)], lists: [output(id)] };
    case 'approval':
      return { truths: [output(id, 'approved')], texts: [output(id, 'by')] };
    case 'wait':
      return { texts: [output(id, 'until')] };
    case 'until':
      return { numbers: [output(id, 'iterations')], truths: [output(id, 'done')], loose: [output(id, 'value')] };
    case 'branch':
    case 'switch':
      return { loose: [output(id)] };
    case 'map': {
      const numbers = [output(id, 'length')];
      if (lengthOf(node.over) === 0) return { numbers };
      if (node.tolerate !== undefined) return { numbers, rows: [{ list: output(id), key: ['status'] }] };
      const hasKey = node.body.output.op === 'object' && 'k' in node.body.output.fields;
      return { numbers, ...(hasKey && { rows: [{ list: output(id), key: ['k'] }] }) };
    }
    case 'finally':
      return {};
  }
}

function joined(parts: Parts, more: Partial<Parts>): Parts {
  const { numbers = [], truths = [], texts = [], lists = [], rows = [], loose = [] } = more;
  return {
    numbers: [...parts.numbers, ...numbers],
    truths: [...parts.truths, ...truths],
    texts: [...parts.texts, ...texts],
    lists: [...parts.lists, ...lists],
    rows: [...parts.rows, ...rows],
    loose: [...parts.loose, ...loose],
  };
}

/** A node whose expression has no value, and a step before it that nothing else waits for. */
function breakIn(node: PlanNode, roll: Roll): PlanNode[] {
  if (node.kind === 'finally') return [{ ...node, body: { ...node.body, output: without(roll) } }];
  const before = `${node.id}p`;
  const wait: PlanNode = { kind: 'step', id: before, step: 'noop', input: literal(0), after: [...needsOf(node)] };
  return [wait, broken({ ...node, after: [...node.after, before] }, roll)];
}

function broken(node: PlanNode, roll: Roll): PlanNode {
  switch (node.kind) {
    case 'step':
      return { ...node, input: without(roll) };
    case 'call':
      return { ...node, config: without(roll) };
    case 'approval':
      return { ...node, show: without(roll) };
    case 'wait':
      return { ...node, time: { for: roll(2) === 0 ? literal('soon') : without(roll) } };
    case 'branch':
      if (roll(2) === 0) return { ...node, when: roll(2) === 0 ? literal(1) : without(roll) };
      return { ...node, then: { ...node.then, output: without(roll) } };
    case 'switch':
      return { ...node, on: roll(2) === 0 ? literal(true) : without(roll) };
    case 'until': {
      if (roll(2) === 0) return { ...node, initial: without(roll) };
      const next = fieldIn(node.body.output, 'next');
      const done = roll(2) === 0 ? literal('yes') : without(roll);
      return { ...node, body: { ...node.body, output: { op: 'object', fields: { next, done } } } };
    }
    case 'map':
      if (roll(2) === 0) return { ...node, over: roll(2) === 0 ? literal(3) : without(roll) };
      return { ...node, body: { ...node.body, output: without(roll) } };
    case 'finally':
      return node;
  }
}

/** An expression without a value, each for another reason. */
function without(roll: Roll): Expr {
  const empty: Expr = { op: 'list', items: [] };
  switch (roll(4)) {
    case 0:
      return NONE;
    case 1:
      return { op: 'max', list: empty };
    case 2:
      return { op: 'maxBy', list: empty, key: ['k'] };
    default:
      return { op: 'not', arg: literal(1) };
  }
}

function fieldIn(expr: Expr, field: string): Expr {
  return (expr.op === 'object' ? expr.fields[field] : undefined) ?? literal(0);
}

/** Items in a list that is drawn; nothing else is known of another. */
function lengthOf(over: Expr): number {
  if (over.op === 'literal') return Array.isArray(over.value) ? over.value.length : 0;
  if (over.op === 'pluck') return lengthOf(over.list);
  return over.op === 'list' ? over.items.length : 0;
}

/** The same change at every expression of a plan, and inside of expressions: `change` is given each as it would be written. */
export function everyExpression(plan: Plan, change: (expr: Readonly<Record<string, unknown>>) => unknown): Plan {
  const isExpression = (value: unknown): value is Record<string, unknown> =>
    typeof value === 'object' && value !== null && 'op' in value;
  // oxlint-disable-next-line typescript/no-unsafe-return -- a plan whose expressions are others is a plan
  return JSON.parse(JSON.stringify(plan), (_key, value: unknown) => (isExpression(value) ? change(value) : value));
}
