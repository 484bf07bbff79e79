/** Steps by id, inside the items that an address begins with. */
export interface Again {
  readonly nodes: readonly string[];
  /** `per-seed[3]/`; empty: wherever they are. */
  readonly within: string;
}

/** Whether a step at an address was asked to run again, and so may not come from the cache. */
export function isAskedAgain(again: Again | null, node: string, address: string): boolean {
  return again !== null && again.nodes.includes(node) && address.startsWith(again.within);
}
