import type { NodeState, RunState } from './state';

type Places = Pick<RunState, 'nodes' | 'scopes'>;

/** Whether an address is that of an item that has been opened: `per-seed[3]`. */
export function isItem({ nodes, scopes }: Places, address: string): boolean {
  return nodes[address] === undefined && scopes[address] !== undefined && address.endsWith(']');
}

/** Whether a node has not ended. */
export function isOpen(node: NodeState | undefined): node is NodeState {
  return node?.status === 'pending' || node?.status === 'running' || node?.status === 'waiting';
}

/** Nodes that have not ended: the one at an address, or the outermost ones of an item. */
export function openAt(places: Places, address: string): string[] {
  if (!isItem(places, address)) return isOpen(places.nodes[address]) ? [address] : [];
  return Object.entries(places.nodes).flatMap(([at, node]) => (isOpen(node) && node.scope === address ? [at] : []));
}

/** Nodes inside another one, however deep, that have not ended. */
export function openInside(places: Places, address: string): string[] {
  return Object.entries(places.nodes).flatMap(([at, node]) =>
    isOpen(node) && isWithin(places, node.scope, address) ? [at] : [],
  );
}

/** The nodes that the one at an address stands in, the innermost first. */
export function ownersOf({ nodes, scopes }: Places, address: string): string[] {
  const owner = scopes[nodes[address]?.scope ?? '']?.owner ?? null;
  return owner === null ? [] : [owner, ...ownersOf({ nodes, scopes }, owner)];
}

/** Whether what owns a scope is a node, or is inside of it. */
function isWithin({ nodes, scopes }: Places, scope: string, address: string): boolean {
  for (let key = scope; ;) {
    const owner = scopes[key]?.owner ?? null;
    if (owner === null || owner === address) return owner !== null;
    key = nodes[owner]?.scope ?? '';
  }
}
