import type { GbdtParameters } from '../../../steps/train';
import type { BinnedFeature } from './bins';
import { BIN_WIDTH, COMMAND, CONTROL, type SharedState } from './shared';
import { findSplit, type Split, sumBins, type Sums } from './split';
import type { Team } from './team';
import type { Decision, Tree, TreeNode } from './tree';

/** A leaf of the tree that is growing. */
interface Leaf {
  readonly sums: Sums;
  readonly split: Split | null;
  readonly histogram: Float64Array;
  /** The inner node above it and its side there; the root has none. */
  readonly parent: { readonly node: TreeNode; readonly side: 'left' | 'right' } | null;
}

const LARGEST_FLOAT32 = 3.4028234663852886e38;

/**
 * Grows one tree leaf by leaf, the leaf with the largest gain first (Ke et al. 2017, LightGBM; Shi 2007, Best-first
 * decision tree learning). Only the smaller child is added up; the larger one is its parent minus it.
 */
export class TreeGrower {
  private readonly width: number;
  private readonly spares: Float64Array[] = [];

  constructor(
    private readonly state: SharedState,
    private readonly team: Team,
    private readonly features: readonly BinnedFeature[],
    private readonly parameters: GbdtParameters,
  ) {
    this.width = (state.binStarts[state.binStarts.length - 1] ?? 0) * BIN_WIDTH;
  }

  /**
   * Grows a tree on the gradients at the present scores, after adding the values of the `ended` tree's leaves to them.
   *
   * @param round number of this tree's draw of rows, from 0
   * @param ended leaves of the tree before; 0 when its values are in the scores already
   * @returns null when not even one split gains anything.
   */
  grow(round: number, ended: number): Tree | null {
    this.team.run(COMMAND.beginTree, [
      [CONTROL.leaves, ended],
      [CONTROL.tree, round],
    ]);
    const nodes: TreeNode[] = [];
    const leaves = [this.rootLeaf()];
    while (leaves.length < this.parameters.leaves) {
      const chosen = mostGain(leaves);
      const leaf = leaves[chosen];
      if (!leaf?.split) break;
      const [left, right] = this.part(nodes, leaf, leaf.split, chosen, leaves.length);
      leaves[chosen] = left;
      leaves.push(right);
    }
    for (const leaf of leaves) this.spares.push(leaf.histogram);
    return nodes.length > 0 ? this.finish(nodes, leaves) : null;
  }

  private rootLeaf(): Leaf {
    const histogram = this.takeHistogram();
    this.merge(histogram);
    const sums = sumBins(histogram, 0, this.features[0]?.bins ?? 0);
    return this.leaf(histogram, sums, null);
  }

  private part(nodes: TreeNode[], leaf: Leaf, split: Split, number: number, newNumber: number): [Leaf, Leaf] {
    const { state, team } = this;
    const smaller = split.left.n <= split.right.n ? 'left' : 'right';
    state.goesLeft.set(split.goesLeft, state.binStarts[split.feature]);
    team.run(COMMAND.split, [
      [CONTROL.leaf, number],
      [CONTROL.newLeaf, newNumber],
      [CONTROL.feature, split.feature],
      [CONTROL.histogramOf, smaller === 'left' ? number : newNumber],
    ]);
    const small = this.takeHistogram();
    this.merge(small);
    const large = leaf.histogram;
    for (let i = 0; i < this.width; i++) large[i] = (large[i] ?? 0) - (small[i] ?? 0);
    const node = this.addNode(nodes, leaf, split);
    return [
      this.leaf(smaller === 'left' ? small : large, split.left, { node, side: 'left' }),
      this.leaf(smaller === 'right' ? small : large, split.right, { node, side: 'right' }),
    ];
  }

  private addNode(nodes: TreeNode[], leaf: Leaf, split: Split): TreeNode {
    if (leaf.parent) leaf.parent.node[leaf.parent.side] = nodes.length;
    const node = { feature: split.feature, gain: split.gain, decision: this.decisionOf(split), left: 0, right: 0 };
    nodes.push(node);
    return node;
  }

  private decisionOf(split: Split): Decision {
    const feature = this.features[split.feature];
    if (feature?.kind !== 'number') return { kind: 'set', goesLeft: split.goesLeft };
    return { kind: 'threshold', value: feature.cuts[split.lastBin] ?? LARGEST_FLOAT32, missingLeft: split.missingLeft };
  }

  private leaf(histogram: Float64Array, sums: Sums, parent: Leaf['parent']): Leaf {
    const enough = sums.n >= 2 * this.parameters.minRowsInLeaf;
    const split = enough ? findSplit(histogram, this.features, this.state.binStarts, sums, this.parameters) : null;
    return { histogram, sums, split, parent };
  }

  /** Names the leaves, and writes their values (Chen & Guestrin 2016, equation 5, times the learning rate). */
  private finish(nodes: readonly TreeNode[], leaves: readonly Leaf[]): Tree {
    const { learningRate, lambda } = this.parameters;
    const leafValues = Float64Array.from(leaves, ({ sums }) => (-learningRate * sums.g) / (sums.h + lambda));
    leaves.forEach(({ parent }, number) => {
      if (parent) parent.node[parent.side] = ~number;
    });
    this.state.leafValues.set(leafValues);
    return { nodes, leafValues };
  }

  /** Adds the chunks' histograms up in the order of the chunks. */
  private merge(target: Float64Array): void {
    const { histograms, chunks } = this.state;
    const { width } = this;
    target.set(histograms.subarray(0, width));
    for (let from = width; from < chunks * width; from += width) {
      for (let i = 0; i < width; i++) target[i] = (target[i] ?? 0) + (histograms[from + i] ?? 0);
    }
  }

  private takeHistogram(): Float64Array {
    return this.spares.pop() ?? new Float64Array(this.width);
  }
}

function mostGain(leaves: readonly Leaf[]): number {
  let best = 0;
  leaves.forEach(({ split }, number) => {
    if ((split?.gain ?? 0) > (leaves[best]?.split?.gain ?? 0)) best = number;
  });
  return best;
}
