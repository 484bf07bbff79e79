import type { Pool } from 'pg';
import { perennialError } from '../core/errors';
import { allNodes, bodiesOf, isNumbered } from '../core/nodes';
import type { Body, Plan } from '../core/plan/plan';
import { noSuchNode } from '../core/rerun/no-such-node';
import { outlineOf } from '../core/rerun/outline';
import { type ItemRow, listItems } from '../store/nodes/list-items';
import { findPlan } from '../store/plans/find-plan';
import { knownRun } from './read-run';
import type { ItemsView } from './views/items-view';

/** Which items a person wants to see. */
export interface ItemsAsked {
  readonly map: string;
  readonly limit: number;
  /** An item like `per-seed[41]`, or its number: those after it. */
  readonly after?: string;
  readonly status?: ItemRow['status'];
}

/**
 * A page of the items of a map.
 *
 * @throws PER_KEEP_004 unknown run, PER_RUN_036 no such map, PER_STACK_011 `after` that is no item
 */
export async function readItems(db: Pool, id: string, { map, limit, after, status }: ItemsAsked): Promise<ItemsView> {
  const run = await knownRun(db, id);
  const kept = await findPlan(db, run.plan_hash);
  if (kept === null) throw perennialError('PER_RUN_014', `The records hold no plan '${run.plan_hash}' of ${id}.`);
  const size = sizeOf(kept.plan, map);
  const items = await listItems(db, id, {
    map,
    size,
    // One more tells whether there is a next page.
    limit: limit + 1,
    ...(after === undefined ? {} : { after: numberIn(after) }),
    ...(status === undefined ? {} : { status }),
  });
  const shown = items.slice(0, limit);
  return { run: id, map, items: shown, next: items.length > limit ? (shown.at(-1)?.item ?? null) : null };
}

function sizeOf(plan: Plan, map: string): number {
  const id = map.split('/').at(-1);
  const maps = allNodes(plan.body).filter(isNumbered);
  const found = maps.find((node) => node.id === id);
  const [body] = found ? bodiesOf(found) : [];
  if (body) return ownNodes(body.body);
  throw noSuchNode(
    map,
    outlineOf(plan),
    maps.map((node) => node.id),
  );
}

/** Nodes of a body, those of its branches' arms too; a map inside it counts as one. */
function ownNodes(body: Body): number {
  return body.nodes.reduce((sum, node) => {
    const inner = isNumbered(node) ? [] : bodiesOf(node);
    return sum + 1 + inner.reduce((all, each) => all + ownNodes(each.body), 0);
  }, 0);
}

function numberIn(text: string): number {
  const digits = /^(?:.*\[)?(\d+)\]?$/.exec(text)?.[1];
  if (digits !== undefined) return Number(digits);
  throw perennialError('PER_STACK_011', `--after: '${text}' is no item, like per-seed[41] or 41.`);
}
