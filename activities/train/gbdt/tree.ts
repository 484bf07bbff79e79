import type { EncodedColumn } from '../features/encoded';

const { exp } = Math;
const { isNaN } = Number;

/** How an inner node decides. A number goes left at or below the threshold; a category when its code is in the set. */
export type Decision =
  | { readonly kind: 'threshold'; readonly value: number; readonly missingLeft: boolean }
  | { readonly kind: 'set'; readonly goesLeft: Uint8Array };

/** An inner node. Children at or above 0 are inner nodes of the same tree; below 0 they are leaves, `~child`. */
export interface TreeNode {
  readonly feature: number;
  readonly decision: Decision;
  readonly gain: number;
  left: number;
  right: number;
}

/** One tree. Node 0 is the root; there is at least one node. Leaf values are log-odds with the learning rate in them. */
export interface Tree {
  readonly nodes: readonly TreeNode[];
  readonly leafValues: Float64Array;
}

/** A boosted ensemble: probability = sigmoid(bias + the sum of the leaves that a row falls into). */
export interface Ensemble {
  readonly bias: number;
  readonly trees: readonly Tree[];
}

/** Probability of each row, by walking the trees over encoded columns. What the exported graph is compared with. */
export function predictEnsemble(ensemble: Ensemble, columns: readonly EncodedColumn[], rows: number): Float64Array {
  const features = columns.map(asNumbers);
  const probabilities = new Float64Array(rows);
  for (let row = 0; row < rows; row++) {
    let score = ensemble.bias;
    for (const tree of ensemble.trees) score += tree.leafValues[~findLeaf(tree, features, row)] ?? 0;
    probabilities[row] = 1 / (1 + exp(-score));
  }
  return probabilities;
}

function findLeaf(tree: Tree, features: readonly ArrayLike<number>[], row: number): number {
  let at = 0;
  while (at >= 0) {
    const node = tree.nodes[at];
    if (!node) throw new RangeError(`a tree has no node ${at}`);
    at = decide(node.decision, features[node.feature]?.[row] ?? NaN) ? node.left : node.right;
  }
  return at;
}

function decide(decision: Decision, value: number): boolean {
  if (decision.kind === 'set') return decision.goesLeft[value] === 1;
  return isNaN(value) ? decision.missingLeft : value <= decision.value;
}

/** The column as trees read it: calendar parts become numbers, NaN where missing. */
function asNumbers(column: EncodedColumn): ArrayLike<number> {
  if (column.kind === 'number') return column.values;
  if (column.kind === 'category') return column.codes;
  return Float32Array.from(column.codes, (part) => (part === column.size ? NaN : part));
}
