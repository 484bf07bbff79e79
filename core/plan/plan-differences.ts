import { readNodes } from '../expr/reads';
import { exprText } from '../expr/text';
import { bodiesOf, readsOf } from '../nodes';
import { planHash } from './hash';
import { isList, type Json, jsonOf } from './json';
import type { Body, Expr, Plan, PlanNode } from './plan';
import { type ValueDifference, valueDifferences } from './value-differences';

/** A thing of both plans that is not as it was, and where. */
export interface Changed {
  readonly name: string;
  readonly differences: readonly ValueDifference[];
}

/** What of one kind is new, gone, or not as it was; by name, in order. */
export interface NamedDifferences {
  readonly added: readonly string[];
  readonly removed: readonly string[];
  readonly changed: readonly Changed[];
}

/** An arrow: a value that is used, or an order without one (`after`). */
export interface Edge {
  readonly from: string;
  readonly to: string;
  readonly kind: 'value' | 'order';
}

/** How two plans differ. */
export interface PlanDifferences {
  /** Whether they are one plan: their hashes are equal. */
  readonly same: boolean;
  readonly nodes: NamedDifferences;
  readonly edges: { readonly added: readonly Edge[]; readonly removed: readonly Edge[] };
  /** Contracts of steps. */
  readonly contracts: NamedDifferences;
  /** By key of the config. */
  readonly config: readonly ValueDifference[];
  /** The pipeline's name, its value, what a failure does, the order in which nodes are written. */
  readonly rest: readonly ValueDifference[];
}

/**
 * Compares two plans, node by node under their ids. Expressions are compared as the texts that `perennial plan` shows.
 *
 * @example
 * planDifferences(was, is).nodes.added; // ['validate']
 */
export function planDifferences(was: Plan, is: Plan): PlanDifferences {
  const found = {
    nodes: nodeDifferences(was, is),
    edges: edgeDifferences(edgesOf(was), edgesOf(is)),
    contracts: named(contractTable(was), contractTable(is)),
    config: valueDifferences(configTable(was.config), configTable(is.config)),
    rest: restDifferences(was, is),
  };
  return { same: planHash(was) === planHash(is), ...found };
}

type Table = ReadonlyMap<string, Json>;

/** Two expressions may have one text; then the plan's own words tell them apart. */
function nodeDifferences(was: Plan, is: Plan): NamedDifferences {
  const [read, exact] = [textOf, jsonOf].map((show) => named(nodeTable(was, show), nodeTable(is, show)));
  if (read === undefined || exact === undefined) throw new TypeError('there are two ways to show an expression');
  return { ...read, changed: exact.changed.map((one) => read.changed.find(({ name }) => name === one.name) ?? one) };
}

function named(was: Table, is: Table): NamedDifferences {
  const changed = [...is].flatMap(([name, value]) => {
    const before = was.get(name);
    const differences = before === undefined ? [] : valueDifferences(before, value);
    return differences.length === 0 ? [] : [{ name, differences }];
  });
  return {
    added: [...is.keys()].filter((name) => !was.has(name)),
    removed: [...was.keys()].filter((name) => !is.has(name)),
    changed,
  };
}

type Show = (expr: Expr) => Json;

/** Each node by its id: everything that it says itself, and where it stands; not the nodes inside it. */
function nodeTable(plan: Plan, show: Show): Table {
  const table = new Map<string, Json>();
  const add = (body: Body, inside: string): void => {
    for (const node of body.nodes) {
      table.set(node.id, { ...fieldsOf(node, show), inside });
      for (const inner of bodiesOf(node)) add(inner.body, inner.name);
    }
  };
  add(plan.body, 'the pipeline');
  return table;
}

/** Expressions as they are shown, a body as its value, everything else as it is. */
function fieldsOf(value: object, show: Show): { readonly [key: string]: Json } {
  const part = (one: unknown): Json => {
    if (isExpr(one)) return show(one);
    if (isBody(one)) return { value: show(one.output) };
    if (Array.isArray(one)) return one.map(part);
    return typeof one === 'object' && one !== null ? fieldsOf(one, show) : jsonOf(one);
  };
  return Object.fromEntries(Object.entries(value).map(([key, field]: [string, unknown]) => [key, part(field)]));
}

/** Objects and lists field by field, so that a difference names the innermost one. */
function textOf(expr: Expr): Json {
  if (expr.op === 'object') {
    return Object.fromEntries(Object.entries(expr.fields).map(([key, field]) => [key, textOf(field)]));
  }
  if (expr.op === 'list') return expr.items.map(textOf);
  return expr.op === 'literal' ? expr.value : exprText(expr);
}

function isExpr(value: unknown): value is Expr {
  return typeof value === 'object' && value !== null && 'op' in value;
}

function isBody(value: unknown): value is Body {
  return typeof value === 'object' && value !== null && 'nodes' in value && 'output' in value;
}

function contractTable({ steps }: Plan): Table {
  return new Map(Object.entries(steps).map(([name, step]) => [name, jsonOf(step)]));
}

/** The schema of each key with whether it has to be given; what else the schema says stands beside them. */
function configTable(schema: Json): Json {
  if (typeof schema !== 'object' || schema === null || isList(schema)) return schema;
  const { properties = {}, required = [], ...rest } = schema;
  if (typeof properties !== 'object' || properties === null || isList(properties) || !isList(required)) return schema;
  const keys = Object.entries(properties).map(([key, value]) => {
    const one = typeof value === 'object' && value !== null && !isList(value) ? value : { schema: value };
    return [key, { ...one, required: required.includes(key) }] as const;
  });
  return { ...Object.fromEntries(keys), ...(Object.keys(rest).length > 0 && { '(schema)': rest }) };
}

function restDifferences(was: Plan, is: Plan): ValueDifference[] {
  const read = valueDifferences(restOf(was, textOf), restOf(is, textOf));
  return read.length > 0 ? read : valueDifferences(restOf(was, jsonOf), restOf(is, jsonOf));
}

function restOf({ pipeline, onFailure, body, handWritten, format }: Plan, show: Show): Json {
  return {
    pipeline,
    onFailure,
    value: show(body.output),
    format,
    handWritten: handWritten ?? false,
    order: orderOf(body),
  };
}

/** Ids in the order written, those of nested bodies among them. */
function orderOf(body: Body): string {
  const one = (node: PlanNode): string => {
    const inner = bodiesOf(node).map((scope) => orderOf(scope.body));
    return inner.length === 0 ? node.id : `${node.id}(${inner.join('|')})`;
  };
  return body.nodes.map(one).join(' ');
}

function edgesOf(plan: Plan): Edge[] {
  const inBody = (body: Body): Edge[] =>
    body.nodes.flatMap((node) => {
      const read = [...new Set(readsOf(node).flatMap(readNodes))];
      const only = node.after.filter((id) => !read.includes(id));
      return [
        ...read.map((from) => ({ from, to: node.id, kind: 'value' as const })),
        ...only.map((from) => ({ from, to: node.id, kind: 'order' as const })),
        ...bodiesOf(node).flatMap((inner) => inBody(inner.body)),
      ];
    });
  return inBody(plan.body);
}

function edgeDifferences(was: readonly Edge[], is: readonly Edge[]): PlanDifferences['edges'] {
  const has = (list: readonly Edge[], edge: Edge): boolean =>
    list.some(({ from, to, kind }) => from === edge.from && to === edge.to && kind === edge.kind);
  return { added: is.filter((edge) => !has(was, edge)), removed: was.filter((edge) => !has(is, edge)) };
}
