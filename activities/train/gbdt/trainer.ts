import { setImmediate as nextTurn } from 'node:timers/promises';
import type { GbdtParameters } from '../../../steps/train';
import type { FittedFeatures } from '../features/encoded';
import { shares } from '../importances';
import type { FitOptions, FittedModel, Trainer } from '../trainer';
import { binColumns, type BinnedFeature } from './bins';
import { exportEnsemble } from './export';
import { TreeGrower } from './grow';
import { COMMAND, CONTROL, layOut, type SharedState } from './shared';
import { Team } from './team';
import { type Ensemble, predictEnsemble, type Tree } from './tree';

/**
 * Histogram gradient boosting for the log loss (Friedman 2001; Chen & Guestrin 2016; Ke et al. 2017): leaf-wise trees,
 * native categorical splits, a learnt direction for missing numbers, and rows drawn for each tree where `rowShare` is
 * below 1 (Friedman 2002). Nothing else is drawn.
 */
export const gbdt: Trainer<GbdtParameters> = {
  name: 'gbdt',
  async fit(data, features, parameters, options) {
    const binned = binColumns(data.columns, data.rows, parameters.bins);
    const state = layOut(binned, data.rows, parameters.leaves, {
      share: parameters.rowShare,
      seed: options.seed,
    });
    const bias = Math.log(data.positives / (data.rows - data.positives));
    state.labels.set(data.labels);
    state.scores.fill(bias);
    const team = await Team.start(state, options.threads);
    try {
      const grower = new TreeGrower(state, team, binned.features, parameters);
      const { trees, ended } = await boost(grower, state, parameters, options);
      team.run(COMMAND.endBoosting, [[CONTROL.leaves, ended]]);
      return fittedModel(features, { bias, trees }, binned.features, state);
    } finally {
      await team.stop();
    }
  },
};

async function boost(grower: TreeGrower, state: SharedState, parameters: GbdtParameters, options: FitOptions) {
  const trees: Tree[] = [];
  /** Leaves of the newest tree, until their values are in the scores. */
  let ended = 0;
  for (let round = 0; round < parameters.trees; round++) {
    const tree = grower.grow(round, ended);
    ended = tree?.leafValues.length ?? 0;
    if (tree) trees.push(tree);
    // The same rows would gain nothing again; other rows may.
    else if (parameters.rowShare === 1) break;
    // The loss is the one before this tree: its leaves reach the scores when the next tree begins.
    options.progress(round + 1, parameters.trees, meanLoss(state));
    await nextTurn();
    options.signal.throwIfAborted();
  }
  return { trees, ended };
}

function meanLoss(state: SharedState): number {
  return state.losses.reduce((sum, loss) => sum + loss, 0) / state.rows;
}

function fittedModel(
  features: FittedFeatures,
  ensemble: Ensemble,
  binned: readonly BinnedFeature[],
  state: SharedState,
): FittedModel {
  const gains = new Map(binned.map((f) => [f.name, 0]));
  for (const { feature, gain } of ensemble.trees.flatMap((tree) => tree.nodes)) {
    const name = binned[feature]?.name ?? '';
    gains.set(name, (gains.get(name) ?? 0) + gain);
  }
  return {
    trainingLogLoss: meanLoss(state),
    trainingProbabilities: Float64Array.from(state.scores, (score) => 1 / (1 + Math.exp(-score))),
    importances: shares(gains),
    predict: (columns, rows) => predictEnsemble(ensemble, columns, rows),
    toOnnx: () => exportEnsemble(features, ensemble),
  };
}
