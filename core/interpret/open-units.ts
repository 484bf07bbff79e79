import type { Values } from '../expr/evaluate';
import type { Json } from '../plan/json';
import type { MapNode } from '../plan/plan';
import { perennialError } from '../errors';
import { addressOf, change, type Draft, mapAt, nodeAt, planNode, valuesAt } from './draft';
import { readsOfBody } from './index-plan';
import { closeScope, openScope } from './scopes';
import type { MapState, NodeState, ShardSeed } from './state';

/** Opens as many units of a map as may run at the same time. */
export function openUnits(draft: Draft, address: string): void {
  for (;;) {
    const map = mapAt(draft, address);
    const running = map.opened - (map.units - remainingUnits(draft, address));
    if (map.opened >= map.units || running >= map.maxUnits) return;
    change(draft, address, { map: { ...map, opened: map.opened + 1 } });
    if (map.shardSize === null) openItem(draft, address, map.from + map.opened);
    else openShard(draft, address, map, map.shardSize, map.opened);
  }
}

function remainingUnits(draft: Draft, address: string): number {
  return draft.scopes[address]?.remaining ?? 0;
}

function openItem(draft: Draft, address: string, index: number): void {
  const state = nodeAt(draft, address);
  const key = `${address}[${index}]`;
  openScope(draft, key, address, mapNodeOf(draft, state).body.nodes, { ...state.at, [state.node]: index });
  closeScope(draft, key);
}

function openShard(draft: Draft, mapAddress: string, map: MapState, size: number, unit: number): void {
  const state = nodeAt(draft, mapAddress);
  const count = Math.min(size, map.items.length - unit * size);
  const address = `${mapAddress}#${unit}`;
  draft.nodes[address] = {
    node: state.node,
    status: 'pending',
    scope: mapAddress,
    at: state.at,
    needs: [],
    shard: { from: map.from + unit * size, count },
  };
  draft.pending.push(address);
}

/** What a shard of the map at an address is started with. */
export function seedOf(draft: Draft, address: string, shard: NonNullable<NodeState['shard']>): ShardSeed {
  const state = nodeAt(draft, address);
  const map = mapAt(draft, address);
  const start = shard.from - map.from;
  const node = mapNodeOf(draft, state);
  const reads = readsOfBody(node.body);
  const values = valuesAt(draft, state.at);
  return {
    map: node.id,
    address,
    at: state.at,
    from: shard.from,
    items: map.items.slice(start, start + shard.count),
    maxParallel: node.maxParallel,
    config: draft.config,
    outputs: outputsOf(reads.nodes, (id) => addressOf(draft, id, state.at), values),
    outerItems: Object.fromEntries(reads.maps.filter((id) => id !== node.id).map((id) => [id, values.item(id)])),
  };
}

function outputsOf(ids: readonly string[], address: (id: string) => string, values: Values): ShardSeed['outputs'] {
  return Object.fromEntries(
    ids.flatMap((id): [string, Json][] => {
      const output = values.output(id);
      return output === undefined ? [] : [[address(id), output]];
    }),
  );
}

/** @throws PER_FLOW_009 */
export function mapNodeOf(draft: Draft, state: NodeState): MapNode {
  const { node } = planNode(draft, state.node);
  if (node.kind !== 'map') throw perennialError('PER_FLOW_009', `${state.node} is no map.`);
  return node;
}
