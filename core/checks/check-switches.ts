import { allNodes } from '../nodes';
import { isList, type Json } from '../plan/json';
import type { Expr, Plan, SwitchNode } from '../plan/plan';
import { type Finding, finding } from './finding';

/** A switch has cases, each once, and none that a value of the config can never be. */
export function checkSwitches(plan: Plan): Finding[] {
  return allNodes(plan.body).flatMap((node) => {
    if (node.kind !== 'switch') return [];
    return faultsOf(plan, node).map((fault) => finding('PER_DEF_022', 'error', node.id, `${node.id} ${fault}.`));
  });
}

function faultsOf(plan: Plan, { cases, on }: SwitchNode): string[] {
  const values = cases.map(({ value }) => value);
  const known = valuesOf(plan, on);
  const strange = known === null ? [] : values.filter((value) => !known.includes(value));
  return [
    ...(values.length === 0 ? ['has no case'] : []),
    ...values.filter((value, i) => values.indexOf(value) !== i).map((value) => `has the case '${value}' twice`),
    ...strange.map((value) => `has the case '${value}'; the values are ${known?.join(', ') ?? ''}`),
  ];
}

/** The values that a part of the config may have, where its schema lists them; null: it does not, or it is no config. */
function valuesOf(plan: Plan, on: Expr): string[] | null {
  if (on.op !== 'config') return null;
  const listed = on.path.reduce<Json>(
    (schema, key) => fieldOf(fieldOf(schema, 'properties'), String(key)),
    plan.config,
  );
  const values = fieldOf(listed, 'enum');
  return isList(values) ? values.map(String) : null;
}

function fieldOf(value: Json, key: string): Json {
  if (value === null || typeof value !== 'object' || isList(value)) return null;
  return Object.hasOwn(value, key) ? (value[key] ?? null) : null;
}
