import type { Tolerance } from '../plan/plan';
import { change, type Draft, mapAt, nodeAt, planNode, scopeAt } from './draft';
import type { Failure } from './state';

/** How many items of the map at an address may fail; undefined: none may, or there is no map. */
export function toleranceAt(draft: Draft, address: string): Tolerance | undefined {
  const { node } = planNode(draft, nodeAt(draft, address).node);
  return node.kind === 'map' ? node.tolerate : undefined;
}

/** Whether so many failures are more than a map tolerates. */
export function isTooMany(failures: number, tolerated: Tolerance | undefined): boolean {
  return tolerated !== 'all' && failures > (tolerated ?? 0);
}

/** Whether a failure in a scope belongs to an item of a map that tolerates failures, this one or one further out. */
export function isTolerated(draft: Draft, key: string): boolean {
  const { owner } = scopeAt(draft, key);
  if (owner === null) return false;
  // The scope of a map's units has the map's own key: what fails there is a shard, not an item.
  if (key !== owner && toleranceAt(draft, owner) !== undefined) return true;
  return isTolerated(draft, nodeAt(draft, owner).scope);
}

/**
 * Takes in that an item has failed. With one failure too many the map opens no more units, and fails when those under
 * way have ended.
 *
 * @returns the map's address
 */
export function tolerate(draft: Draft, address: string, item: string, failure: Failure): string {
  const map = mapAt(draft, address);
  const failures = { ...map.failures, [indexIn(item)]: failure };
  const isOver = isTooMany(Object.keys(failures).length, toleranceAt(draft, address));
  change(draft, address, { map: { ...map, failures, units: isOver ? map.opened : map.units } });
  if (isOver) {
    const scope = scopeAt(draft, address);
    draft.scopes[address] = { ...scope, remaining: scope.remaining - (map.units - map.opened) };
  }
  return address;
}

/** `per-seed[3]` is item 3. */
function indexIn(key: string): number {
  return Number(key.slice(key.lastIndexOf('[') + 1, -1));
}
