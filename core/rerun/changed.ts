import { lookUp } from '../expr/look-up';
import { allParts } from '../expr/reads';
import { bodiesOf, readsOf } from '../nodes';
import { canonicalJson, type Json, jsonOf } from '../plan/json';
import type { Expr, Path, Plan } from '../plan/plan';
import type { Outline, Outlined } from './outline';

/** A plan with the config of a run of it. */
export interface Planned {
  readonly plan: Plan;
  readonly config: Json;
  readonly outline: Outline;
}

/** What differs between two plans and configs, by node of the second. */
export interface Changes {
  /** Nodes that are new, are defined otherwise, stand elsewhere, or read another part of the config. */
  readonly nodes: readonly string[];
  /** Maps and branches whose value alone is computed otherwise. */
  readonly values: readonly string[];
}

/** Compares a run's plan and config with those that it is to be rerun with. */
export function changesBetween(was: Planned, is: Planned): Changes {
  const nodes: string[] = [];
  const values: string[] = [];
  for (const [id, known] of is.outline) {
    const before = was.outline.get(id);
    if (!before || definitionOf(was.plan, before) !== definitionOf(is.plan, known) || readsChange(known, was, is)) {
      nodes.push(id);
    } else if (valueOf(before) !== valueOf(known) || valuesOf(known).some((expr) => differs(expr, was, is))) {
      values.push(id);
    }
  }
  return { nodes, values };
}

/** What of a node does not decide what it gives. */
const MANNERS: readonly string[] = ['maxParallel', 'tolerate', 'override', 'priority', 'tags'];

/** Everything that decides what a node does; not the nodes inside it, nor how many of them run at once or may fail. */
function definitionOf(plan: Plan, { node, path }: Outlined): string {
  const bodies = new Set<unknown>(bodiesOf(node).map(({ body }) => body));
  const fields = Object.entries(node).filter(([key]) => !MANNERS.includes(key));
  const own = Object.fromEntries(fields.map(([key, field]) => [key, withoutBodies(field, bodies)]));
  const contract = node.kind === 'step' ? (plan.steps[node.step]?.contract ?? null) : null;
  return canonicalJson(jsonOf({ own, contract, path }));
}

function withoutBodies(value: unknown, bodies: ReadonlySet<unknown>): unknown {
  if (bodies.has(value)) return true;
  if (Array.isArray(value)) return value.map((item) => withoutBodies(item, bodies));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, field]) => [key, withoutBodies(field, bodies)]));
}

function valuesOf({ node }: Outlined): Expr[] {
  return bodiesOf(node).map(({ body }) => body.output);
}

function valueOf(known: Outlined): string {
  const tolerate = known.node.kind === 'map' ? known.node.tolerate : undefined;
  return canonicalJson(jsonOf({ values: valuesOf(known), tolerate }));
}

function readsChange({ node }: Outlined, was: Planned, is: Planned): boolean {
  return readsOf(node).some((expr) => differs(expr, was, is));
}

function differs(expr: Expr, was: Planned, is: Planned): boolean {
  return allParts(expr).some((part) => part.op === 'config' && at(was.config, part.path) !== at(is.config, part.path));
}

/** The text of what stands at a path of a config; nothing there has no text. */
function at(config: Json, path: Path): string | undefined {
  let value: Json | undefined = config;
  for (const key of path) {
    if (value === undefined || value === null || typeof value !== 'object') return undefined;
    value = lookUp(value, key);
  }
  return value === undefined ? undefined : canonicalJson(value);
}
