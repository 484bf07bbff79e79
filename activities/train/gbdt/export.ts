import type { Feature } from '../../../steps/features';
import type { FittedFeatures } from '../features/encoded';
import { FeatureGraph } from '../features/graph';
import type { Value } from '../onnx/graph';
import type { Decision, Ensemble, Tree } from './tree';

/** Modes of `TreeEnsemble` nodes (ai.onnx.ml 5). */
const LESS_OR_EQUAL = 0;
const MEMBER = 6;

/** Writes an ensemble as ONNX: the features, one `TreeEnsemble` over them, the bias and a sigmoid. */
export function exportEnsemble(fitted: FittedFeatures, ensemble: Ensemble): Uint8Array {
  const features = new FeatureGraph(fitted);
  const { graph } = features;
  const columns = fitted.spec.features.map((feature) => treeColumn(features, feature));
  const matrix = graph.node('Concat', columns, { axis: { kind: 'int', value: 1 } });
  const flat = new FlatTrees(ensemble.trees.length > 0 ? ensemble.trees : [constantTree()]);
  const sum = graph.node('ai.onnx.ml.TreeEnsemble', [matrix], flat.attributes());
  return features.finish(graph.node('Add', [sum, graph.float(ensemble.bias)]));
}

function treeColumn(features: FeatureGraph, feature: Feature): Value {
  if (feature.kind === 'number') return features.number(feature);
  if (feature.kind === 'calendar') return features.calendarNumber(feature);
  return features.toFloat(features.category(feature));
}

/** Stands in where nothing could be learnt: the operator needs a tree. */
function constantTree(): Tree {
  const decision: Decision = { kind: 'threshold', value: 0, missingLeft: true };
  return { nodes: [{ feature: 0, gain: 0, decision, left: ~0, right: ~1 }], leafValues: new Float64Array(2) };
}

/** The attributes of `TreeEnsemble`: all trees' inner nodes in one list, all their leaves in another. */
class FlatTrees {
  private readonly roots: number[] = [];
  private readonly features: number[] = [];
  private readonly modes: number[] = [];
  private readonly splits: number[] = [];
  private readonly missingTrue: number[] = [];
  private readonly trueIds: number[] = [];
  private readonly trueLeafs: number[] = [];
  private readonly falseIds: number[] = [];
  private readonly falseLeafs: number[] = [];
  private readonly members: number[] = [];
  private readonly leaves: number[] = [];

  constructor(trees: readonly Tree[]) {
    for (const tree of trees) this.add(tree);
  }

  private add(tree: Tree): void {
    const firstNode = this.features.length;
    const firstLeaf = this.leaves.length;
    const place = (child: number) => (child >= 0 ? firstNode + child : firstLeaf + ~child);
    this.roots.push(firstNode);
    for (const node of tree.nodes) {
      const [whenTrue, whenFalse] = this.addDecision(node.decision) ? [node.left, node.right] : [node.right, node.left];
      this.features.push(node.feature);
      this.trueIds.push(place(whenTrue));
      this.trueLeafs.push(Number(whenTrue < 0));
      this.falseIds.push(place(whenFalse));
      this.falseLeafs.push(Number(whenFalse < 0));
    }
    this.leaves.push(...tree.leafValues);
  }

  /** Adds what a node asks. Returns whether its true branch is the left one. */
  private addDecision(decision: Decision): boolean {
    if (decision.kind === 'threshold') {
      this.modes.push(LESS_OR_EQUAL);
      this.splits.push(decision.value);
      this.missingTrue.push(Number(decision.missingLeft));
      return true;
    }
    // The smaller side is listed: what is not in the list takes the false branch.
    const left = codesOf(decision.goesLeft, 1);
    const right = codesOf(decision.goesLeft, 0);
    const listsLeft = left.length <= right.length;
    this.modes.push(MEMBER);
    this.splits.push(0);
    this.missingTrue.push(0);
    // NaN ends a node's list.
    this.members.push(...(listsLeft ? left : right), NaN);
    return listsLeft;
  }

  attributes() {
    const { leaves, modes } = this;
    return {
      aggregate_function: { kind: 'int', value: 1 },
      leaf_targetids: { kind: 'ints', value: new Uint8Array(leaves.length) },
      leaf_weights: floats(leaves),
      ...(this.members.length > 0 ? { membership_values: floats(this.members) } : {}),
      n_targets: { kind: 'int', value: 1 },
      nodes_falseleafs: { kind: 'ints', value: this.falseLeafs },
      nodes_falsenodeids: { kind: 'ints', value: this.falseIds },
      nodes_featureids: { kind: 'ints', value: this.features },
      nodes_missing_value_tracks_true: { kind: 'ints', value: this.missingTrue },
      nodes_modes: { kind: 'tensor', value: { dims: [modes.length], data: Uint8Array.from(modes) } },
      nodes_splits: floats(this.splits),
      nodes_trueleafs: { kind: 'ints', value: this.trueLeafs },
      nodes_truenodeids: { kind: 'ints', value: this.trueIds },
      post_transform: { kind: 'int', value: 0 },
      tree_roots: { kind: 'ints', value: this.roots },
    } as const;
  }
}

function floats(values: readonly number[]) {
  return { kind: 'tensor', value: { dims: [values.length], data: Float32Array.from(values) } } as const;
}

function codesOf(goesLeft: Uint8Array, side: number): number[] {
  const codes: number[] = [];
  goesLeft.forEach((goes, code) => {
    if (goes === side) codes.push(code);
  });
  return codes;
}
