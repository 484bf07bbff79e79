import { setImmediate as nextTurn } from 'node:timers/promises';
import type { LinearParameters } from '../../../steps/train';
import { shares } from '../importances';
import type { Trainer } from '../trainer';
import { designFor, DesignMatrix } from './design';
import { exportLinear } from './export';
import { LogisticLoss } from './logistic';
import { minimise } from './newton';

/**
 * Logistic regression on one-hot categories and calendar parts and on standardised numbers: the baseline that a more
 * elaborate model has to beat. It uses one thread and draws nothing at random.
 */
export const linear: Trainer<LinearParameters> = {
  name: 'linear',
  async fit(data, features, parameters, options) {
    const design = designFor(data.columns);
    const matrix = new DesignMatrix(design, data.columns, data.rows);
    const loss = new LogisticLoss(matrix, design.coefficients, data.labels, parameters.l2);
    const w = await minimise(loss, loss.baseRate(), parameters.iterations, async ({ iteration, value }) => {
      options.progress(iteration, parameters.iterations, value);
      await nextTurn();
      options.signal.throwIfAborted();
    });
    const intercept = w[design.coefficients] ?? 0;
    const variances = matrix.variances(w);
    return {
      trainingLogLoss: loss.lossAt(w),
      trainingProbabilities: loss.scores(w).map(sigmoid),
      importances: shares(new Map(data.columns.map((column, k) => [column.feature.name, variances[k] ?? 0]))),
      predict: (columns, rows) =>
        new DesignMatrix(design, columns, rows).times(w).map((score) => sigmoid(score + intercept)),
      toOnnx: () => exportLinear(features, design.terms, w, intercept),
    };
  },
};

function sigmoid(score: number): number {
  return 1 / (1 + Math.exp(-score));
}
